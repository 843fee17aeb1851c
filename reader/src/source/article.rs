//! Reads an article page: title, date, issuing body, text, attachments.
//!
//! [`read`] is the whole sequence. `layout` cuts the page into blocks; `body` finds which of them are the text, `trim`
//! which of them are not; the other parts read the lines around it and the page's head. Nothing here knows any site:
//! all rules are about structure, and words that notice pages everywhere share.

mod agreement;
mod apart;
mod block;
mod body;
mod byline;
mod dated_line;
mod event;
mod explain;
mod files;
mod head;
pub(super) mod labels;
mod layout;
mod lead;
mod line;
mod next_page;
mod occasion;
mod offered;
mod parts;
mod picture;
mod published;
mod sign_off;
mod title;
mod title_text;
mod trim;

pub use self::explain::explain;
use self::head::{Head, page_base};
use self::layout::Layout;
use self::parts::Parts;
use super::{links, list, summary, text};
use super::{
    page::{Id, PageTree},
    reading::{Context, ReadError},
};
use crate::bulletin::{Article, Moment, PageKind, clean_title};

/// A length of text that a page which stands in for another does not reach, in [`layout::measure`]'s units.
const MUCH_TEXT: f32 = 150.0;

/// Reads an article from a page's text.
///
/// # Errors
/// Returns [`ReadError::NoText`] if the page has neither text nor attachments, [`ReadError::TooLarge`], or
/// [`ReadError::Unreadable`].
pub fn read(html: &str, context: &Context<'_>) -> Result<Article, ReadError> {
    read_called(html, None, context)
}

/// Reads an article like [`read`], given the title that a list or an archive has for it: a line of the page with that
/// text is its headline.
///
/// # Errors
/// Fails like [`read`].
pub fn read_called(
    html: &str,
    called: Option<&str>,
    context: &Context<'_>,
) -> Result<Article, ReadError> {
    list::check_size(html)?;
    let mut article = read_parsed(&context.parse(html), called, context)?;
    links::take_off_article(&mut article);
    Ok(article)
}

/// Reads an article from a parsed page.
///
/// # Errors
/// Fails like [`read`].
pub(crate) fn read_page(page: &PageTree, context: &Context<'_>) -> Result<Article, ReadError> {
    read_parsed(page, None, context)
}

fn read_parsed(
    page: &PageTree,
    called: Option<&str>,
    context: &Context<'_>,
) -> Result<Article, ReadError> {
    let base = &page_base(page, context);
    let head = Head::read(page, base).called(called);
    let layout = Layout::of_article(page, &head);
    let selector = context.select.body.as_deref();
    let selected = selector.and_then(|selector| body::selected(&layout, selector));
    let missed = selector.filter(|_| selected.is_none()).map(|selector| {
        format!(
            "source.select.body: `{selector}` matches nothing, so the text was found without it"
        )
    });
    let is_selected = selected.is_some();
    let parts = Parts::new(&layout, &head, selected, context);
    let attachments = files::attachments(&parts, base);
    let published = published::find(&parts, context);
    let lead = lead::blocks(&parts, published.moment.as_ref(), context);
    let (lead_text, _) = words(&lead, &parts, context);
    let own = parts.body_blocks().iter().copied();
    let shown: Vec<usize> = lead
        .into_iter()
        .filter(|_| !is_selected)
        .chain(own)
        .collect();
    let (text, text_as_published) = words(&shown, &parts, context);
    let is_scan =
        || text.is_empty() && published.moment.is_some() && picture::is_scan(&parts, base);
    let has_more = !attachments.is_empty() || is_scan();
    // A page with a headline and a day of publication does not stand in for another.
    let has_head = parts.title.blocks.is_some() && published.moment.is_some();
    if let Some(what) = refusal(&layout, &text, has_more, has_head) {
        return Err(ReadError::NoText(what));
    }
    let byline = byline::find(&parts, published.block, context);
    let fix = |text: &Option<String>| text.as_deref().map(|text| in_style(text, context));
    let title = fix(&parts.title.text).map(|title| clean_title(&title));
    let heading = title.as_deref().unwrap_or_default();
    let deadline = deadline(&text, &lead_text, published.moment.as_ref(), context);
    Ok(Article {
        summary: summary::summarise(
            heading,
            fix(&head.description).as_deref(),
            &text,
            deadline.as_ref().map(|found| found.sentence.as_str()),
        ),
        deadline: deadline.map(|found| found.moment),
        title,
        published: published.moment,
        author: fix(&byline.author),
        publisher: fix(&byline.publisher),
        text,
        text_as_published,
        attachments,
        next_page: next_page::next_page(&parts, base),
        warnings: published.warning.into_iter().chain(missed).collect(),
        opened: None,
    })
}

/// Returns the deadline that a text states, or else the `lead` above it.
fn deadline(
    text: &str,
    lead: &str,
    published: Option<&Moment>,
    context: &Context<'_>,
) -> Option<summary::ByWhen> {
    let by_when = |text: &str| summary::by_when(text, published, context.time_zone, context.now);
    // The text is more reliable than the lines above it.
    let own = text.strip_prefix(lead).unwrap_or(text);
    by_when(own).or_else(|| by_when(lead))
}

/// Returns the text of blocks in its final words, and as published if that differs.
fn words(blocks: &[usize], parts: &Parts<'_>, context: &Context<'_>) -> (String, Option<String>) {
    let raw = body::text(blocks, parts.layout);
    let (repaired, as_published) = text::repair_keeping(&raw);
    let clean = in_style(&repaired, context);
    let differs = clean != as_published;
    (clean, differs.then_some(as_published))
}

fn in_style(text: &str, context: &Context<'_>) -> String {
    if context.simplify {
        text::simplify(text)
    } else {
        text.to_owned()
    }
}

/// Returns what the page is instead if it has neither text nor anything else to read.
fn refusal(layout: &Layout<'_>, text: &str, has_more: bool, has_head: bool) -> Option<String> {
    let page = layout.page;
    let (units, _) = layout::measure(text);
    // A sign-in box that is hidden or outside the content does not ask for a sign-in.
    let asks = (0..page.elements.len() as Id).any(|id| {
        let is_password =
            page.name(id) == "input" && page.attribute(id, "type") == Some("password");
        is_password && layout.facts[id as usize].aside == 0
    });
    // A sign-in page may offer a manual.
    let empty = asks && units < 8.0;
    if units >= MUCH_TEXT || has_more && !empty {
        return None;
    }
    if !has_head && let Some(kind) = list::stand_in(page) {
        return Some(kind.name().to_owned());
    }
    let needs_scripts = text.to_lowercase().contains("javascript");
    if units >= 4.0 && !(asks || needs_scripts) {
        return None;
    }
    Some(match list::instead(page) {
        PageKind::Article | PageKind::NoRows => "neither text nor attachments".to_owned(),
        kind => kind.name().to_owned(),
    })
}

#[cfg(test)]
mod tests;
