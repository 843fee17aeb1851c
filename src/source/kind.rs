//! What a text is: a feed, a list, an article, or a JSON endpoint. It asks the readers; it has no
//! parser of its own.

use super::{Context, ReadError, Reading, article, feed, list};
use crate::bulletin::ReadAs;

pub(super) fn read(
    text: &str,
    content_type: Option<&str>,
    read_as: ReadAs,
    context: &Context<'_>,
) -> Result<Reading, ReadError> {
    unreadable(text)?;
    match read_as {
        ReadAs::Feed => feed::read(text, context).map(Reading::Feed),
        ReadAs::List => list::read(text, context).map(Reading::List),
        ReadAs::Json => list::read_json(text, context).map(Reading::List),
        ReadAs::Article => article::read(text, context).map(Reading::Article),
        ReadAs::Auto => auto(text, content_type, context),
    }
}

/// A text that no reader can make anything of.
fn unreadable(text: &str) -> Result<(), ReadError> {
    let because = |why: &str| Err(ReadError::Unreadable(why.to_owned()));
    if text.trim().is_empty() {
        return because("the page is empty");
    }
    let senseless = |c: &char| matches!(c, '\0'..='\u{8}' | '\u{E}'..='\u{1F}' | '\u{FFFD}');
    let (mut all, mut bad) = (0_usize, 0_usize);
    for c in text.chars() {
        all += 1;
        bad += usize::from(senseless(&c));
    }
    if bad * 10 > all {
        return because("the page is no text");
    }
    Ok(())
}

fn auto(
    text: &str,
    content_type: Option<&str>,
    context: &Context<'_>,
) -> Result<Reading, ReadError> {
    if context.select.item.is_some() {
        return list::read(text, context).map(Reading::List);
    }
    if feed::is_feed(text) {
        return feed::read(text, context).map(Reading::Feed);
    }
    if is_json(text, content_type) {
        return list::read_json(text, context).map(Reading::List);
    }
    let not_a_list = match list::read(text, context) {
        Ok(list) => return Ok(Reading::List(list)),
        Err(error) => error,
    };
    article::read(text, context)
        .map(Reading::Article)
        .map_err(|_| not_a_list)
}

fn is_json(text: &str, content_type: Option<&str>) -> bool {
    let said = content_type.is_some_and(|kind| kind.to_ascii_lowercase().contains("json"));
    let begins = text.trim_start_matches(['\u{FEFF}', ' ', '\t', '\r', '\n']);
    begins.starts_with(['{', '[']) || (said && !begins.starts_with('<'))
}
