//! An article page: title, date, issuing body, text, attachments.
//!
//! [`read`] tells the story. `layout` cuts the page into blocks; `body` finds which of them are the
//! text; the other parts look at the lines around it and at what the page's head says. Nothing here
//! knows any site: all rules are about structure, and words that notice pages everywhere share.

mod body;
mod byline;
mod files;
mod head;
mod layout;
mod line;
mod published;
mod title;
mod verdict;

use std::ops::Range;

use self::body::Body;
use self::head::Head;
use self::layout::Layout;
use self::title::Title;
use super::page::{Id, Page};
use super::{Context, ReadError, summary, text};
use crate::bulletin::Article;

/// Reads an article from a page's text.
///
/// # Errors
/// [`ReadError::NoText`] where the page has neither text nor attachments.
pub fn read(html: &str, context: &Context<'_>) -> Result<Article, ReadError> {
    read_page(&Page::parse(html), context)
}

/// Reads an article from a parsed page.
///
/// # Errors
/// As [`read`].
pub(crate) fn read_page(page: &Page, context: &Context<'_>) -> Result<Article, ReadError> {
    let layout = Layout::new(page);
    let base = &page_base(page, context);
    let head = Head::read(page, base);
    let body = body::find(&layout);
    let range = body.as_ref().and_then(Body::range);
    let title = title::find(&layout, &head, range.as_ref());
    let mut parts = Parts {
        layout: &layout,
        head: &head,
        title: &title,
        body,
    };
    parts.trim();
    let published = published::find(&parts, context);
    let byline = byline::find(&parts, published.block, context);
    let attachments = files::attachments(&parts, base);
    let (clean, as_published) = words(&parts, context);
    if let Some(what) = refusal(&parts, &clean, attachments.len()) {
        return Err(ReadError::NoText(what));
    }
    let fix = |text: Option<String>| text.map(|text| in_style(&text, context));
    let title = fix(title.text.clone());
    let description = fix(head.description.clone());
    let heading = title.as_deref().unwrap_or_default();
    Ok(Article {
        summary: summary::summarise(heading, description.as_deref(), &clean),
        deadline: summary::deadline(
            &clean,
            published.moment.as_ref(),
            context.time_zone,
            context.now,
        ),
        title,
        published: published.moment,
        author: fix(byline.author),
        publisher: fix(byline.publisher),
        text: clean,
        text_as_published: as_published,
        attachments,
        image: files::image(&parts, base),
        canonical: head.canonical.clone(),
        next_page: files::next_page(&parts, base),
        warnings: published.warning.into_iter().collect(),
    })
}

/// The page as its readers share it.
struct Parts<'a> {
    layout: &'a Layout<'a>,
    head: &'a Head,
    title: &'a Title,
    body: Option<Body>,
}

impl Parts<'_> {
    fn body_blocks(&self) -> &[usize] {
        self.body.as_ref().map_or(&[], |body| &body.blocks)
    }

    /// From the first block of the text to the last.
    fn text_range(&self) -> Option<Range<usize>> {
        self.body.as_ref().and_then(Body::range)
    }

    fn container(&self) -> Id {
        self.body.as_ref().map_or(0, |body| body.container)
    }

    fn is_title(&self, at: usize) -> bool {
        self.title
            .blocks
            .as_ref()
            .is_some_and(|title| title.contains(&at))
    }

    /// The block that lines about the article stand near: its title, else its first line.
    fn anchor(&self) -> Option<usize> {
        let title = self.title.blocks.as_ref().map(|title| title.end);
        title.or_else(|| self.text_range().map(|text| text.start))
    }

    /// Takes off the text what stands in its element and is none of it.
    fn trim(&mut self) {
        let Some(body) = self.body.take() else { return };
        self.body = body::trim(body, self.layout, self.title);
    }
}

/// The blocks around title and text where date and source stand, in page order.
fn near(parts: &Parts<'_>) -> Vec<usize> {
    let count = parts.layout.blocks.len();
    let text = parts.text_range();
    let title = parts.title.blocks.clone();
    let start = title
        .as_ref()
        .map(|title| title.start)
        .or_else(|| text.as_ref().map(|text| text.start))
        .unwrap_or(0);
    let end = text
        .as_ref()
        .map(|text| text.start + 3)
        .max(title.map(|title| title.end + 6))
        .unwrap_or(40);
    let mut near: Vec<usize> = (start.saturating_sub(8)..end.min(count)).collect();
    if let Some(text) = text {
        near.extend(text.end.saturating_sub(3).max(end)..(text.end + 8).min(count));
    }
    near
}

/// The text in its final words, and as published where that differs.
fn words(parts: &Parts<'_>, context: &Context<'_>) -> (String, Option<String>) {
    let raw = body::text(parts.body_blocks(), parts.layout);
    let as_published = text::tidy(&raw);
    let clean = in_style(&text::repair(&raw), context);
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

/// What the page is instead, where there is nothing to read.
fn refusal(parts: &Parts<'_>, text: &str, attachments: usize) -> Option<String> {
    if attachments > 0 {
        return None;
    }
    let (units, _) = layout::measure(text);
    if units >= 150.0 {
        return None;
    }
    let what = verdict::not_an_article(parts);
    if what.is_some() || units >= 4.0 {
        return what;
    }
    Some("the page has neither text nor attachments".to_owned())
}

/// What relative addresses are relative to: `<base>`, else the page.
fn page_base(page: &Page, context: &Context<'_>) -> url::Url {
    (0..page.elements.len() as Id)
        .take(200)
        .filter(|id| page.name(*id) == "base")
        .find_map(|id| context.base.join(page.attribute(id, "href")?).ok())
        .unwrap_or_else(|| context.base.clone())
}
