//! Decides what a text is: a feed, a list, an article, or a JSON endpoint. It calls the readers; it has no parser of
//! its own.

use super::{
    article, feed, list,
    page::PageTree,
    reading::{Context, ReadError, Reading},
};
use crate::bulletin::{Article, ReadAs};

/// A length of text, in characters, that a page which stands in for another does not reach.
const MUCH_TEXT: usize = 200;

pub(super) fn read(
    text: &str,
    content_type: Option<&str>,
    read_as: ReadAs,
    context: &Context<'_>,
) -> Result<Reading, ReadError> {
    unreadable(text)?;
    match read_as {
        ReadAs::Feed => feed::read(text, context).map(Reading::Feed),
        ReadAs::List if is_json(text, content_type) => {
            list::read_json(text, context).map(Reading::List)
        }
        ReadAs::List => list::read_asked(text, context).map(Reading::List),
        ReadAs::Json => list::read_json(text, context).map(Reading::List),
        ReadAs::Article => article::read(text, context).map(Reading::Article),
        ReadAs::Auto | ReadAs::Desk => auto(text, content_type, context),
    }
}

/// Rejects a text that no reader can use.
fn unreadable(text: &str) -> Result<(), ReadError> {
    let because = |why: &str| Err(ReadError::Unreadable(why.to_owned()));
    if text.trim().is_empty() {
        return because("the page is empty");
    }
    if text.starts_with("%PDF-") {
        return because("it is a PDF, not a page");
    }
    let (mut all, mut controls, mut lost) = (0_usize, 0_usize, 0_usize);
    for c in text.chars() {
        all += 1;
        controls += usize::from(matches!(c, '\0'..='\u{8}' | '\u{E}'..='\u{1F}'));
        lost += usize::from(c == '\u{FFFD}');
    }
    // Text has control characters only by accident; a wrong charset loses some of it.
    if controls * 100 > all || lost * 10 > all {
        return because("the content is not text");
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
    list::check_size(text)?;
    let page = context.parse(text);
    let not_a_list = match list::read_page(&page, text, context) {
        Err(error @ ReadError::NotAList(_)) => error,
        list => return list.map(Reading::List),
    };
    match article::read_page(&page, context) {
        Ok(article) if says_something(&page, &article) => Ok(Reading::Article(article)),
        _ => Err(not_a_list),
    }
}

/// Returns whether an article is a real one. Sign-in pages, captchas and error pages have a few words too, and an
/// article may have the headline of such a page.
fn says_something(page: &PageTree, article: &Article) -> bool {
    !article.attachments.is_empty()
        || article.text.chars().count() >= MUCH_TEXT
        || article.published.is_some() && article.summary.is_some()
        || list::stand_in(page).is_none()
}

fn is_json(text: &str, content_type: Option<&str>) -> bool {
    let said = content_type.is_some_and(|kind| kind.to_ascii_lowercase().contains("json"));
    let begins = text.trim_start_matches(['\u{FEFF}', ' ', '\t', '\r', '\n']);
    begins.starts_with(['{', '[']) || (said && !begins.starts_with('<')) || is_call(begins)
}

/// Returns whether a text is a call or an assignment: `callback({…})`, `var list = […];`
fn is_call(text: &str) -> bool {
    let name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '.' | ' ');
    let rest = text.trim_start_matches(name);
    let value = rest.strip_prefix(['(', '=']).map(str::trim_start);
    let ends = text.trim_end().ends_with([')', ';', '}', ']']);
    text.len() - rest.len() <= 80
        && ends
        && value.is_some_and(|value| value.starts_with(['{', '[']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        bulletin::Select,
        source::{NoticeList, Reading},
    };

    fn reading(
        text: &str,
        content_type: Option<&str>,
        read_as: ReadAs,
    ) -> Result<Reading, ReadError> {
        let base = url::Url::parse("https://www.example.org/news/").unwrap();
        let select = Select::default();
        let context = Context {
            base: &base,
            time_zone: chrono_tz::Asia::Shanghai,
            now: "2022-11-20T12:00:00Z".parse().unwrap(),
            select: &select,
            simplify: false,
        };
        super::read(text, content_type, read_as, &context)
    }

    #[test]
    fn a_feed_is_one_whatever_it_is_served_as() {
        let feed =
            "<?xml version='1.0'?><rss><channel><item><title>t</title></item></channel></rss>";
        for served in [None, Some("text/html"), Some("application/json")] {
            assert!(matches!(
                reading(feed, served, ReadAs::Auto),
                Ok(Reading::Feed(_))
            ));
        }
        let json =
            r#"{"version":"https://jsonfeed.org/version/1","items":[{"id":"1","title":"t"}]}"#;
        assert!(matches!(
            reading(json, None, ReadAs::Auto),
            Ok(Reading::Feed(_))
        ));
    }

    #[test]
    fn json_that_is_no_feed_is_read_as_a_list() {
        let json = r#"{"data":{"rows":[
            {"title":"关于开展安全检查的通知","url":"/news/1.html","date":"2022-11-20"},
            {"title":"关于召开年度会议的通知","url":"/news/2.html","date":"2022-11-19"},
            {"title":"关于调整班车时间的通知","url":"/news/3.html","date":"2022-11-18"}]}}"#;
        let read = reading(json, Some("text/html"), ReadAs::Auto);
        assert!(
            matches!(read, Ok(Reading::List(NoticeList { notices, .. })) if notices.len() == 3)
        );
    }

    #[test]
    fn a_kind_that_is_asked_for_is_not_second_guessed() {
        let page = "<html><body><p>text</p></body></html>";
        assert!(matches!(
            reading(page, None, ReadAs::Feed),
            Err(ReadError::NotAFeed(_))
        ));
        assert!(matches!(
            reading(page, None, ReadAs::List),
            Err(ReadError::NotAList(_))
        ));
    }

    #[test]
    fn a_sign_in_page_is_said_to_be_that() {
        let page = "<html><head><title>用户登录</title></head><body><form><input name=user>\
            <input type=password></form><p>请先登录后访问</p></body></html>";
        assert!(matches!(
            reading(page, None, ReadAs::Auto),
            Err(ReadError::NotAList(_))
        ));
    }

    #[test]
    fn what_is_no_text_is_unreadable() {
        for nothing in ["", "  \n", "\0\u{1}\u{2}PNG\0\0\0\0"] {
            assert!(matches!(
                reading(nothing, None, ReadAs::Auto),
                Err(ReadError::Unreadable(_))
            ));
        }
    }
}
