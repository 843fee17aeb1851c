//! Explains why an article's title, day and text were chosen, for `preview -v`.

use super::{
    agreement::{agreement, headline},
    block::block_line,
    body::{self, Body},
    head::{Head, page_base},
    layout::Layout,
    parts::Parts,
    published,
    title::ranked,
    title_text::key,
};
use crate::source::{
    list,
    page::{Id, PageTree},
    reading::{Context, ReadStep},
    summary,
};

/// The number of candidates of each kind that are shown.
const SHOWN: usize = 4;

/// Returns the steps of reading a page as an article; empty if it cannot be read.
#[must_use]
pub fn explain(html: &str, context: &Context<'_>) -> Vec<ReadStep> {
    if list::check_size(html).is_err() {
        return Vec::new();
    }
    let page = &context.parse(html);
    let head = Head::read(page, &page_base(page, context));
    let layout = Layout::of_article(page, &head);
    let selector = context.select.body.as_deref();
    let selected = selector.and_then(|selector| body::selected(&layout, selector));
    let found = body::find(&layout, headline(&layout, &head));
    let range = selected.as_ref().or(found.as_ref()).and_then(Body::range);
    let titles = ranked(&layout, &head, range.as_ref());
    let titles = titles.iter().take(SHOWN).map(|(score, candidate)| {
        let named = agreement(&head, &key(&candidate.text));
        let element = element(page, candidate.element);
        format!(
            "{score:.1}: `{}` in {element}, the page's head agrees by {named:.1}",
            candidate.text
        )
    });
    let parts = Parts::new(&layout, &head, selected, context);
    let days = published::ranked(&parts, context);
    let days = days.iter().take(SHOWN).map(|day| {
        let line = day
            .block
            .map(|at| format!(" `{}`", block_line(&layout, at)));
        format!(
            "{:.1}: {} by {}{}",
            day.score,
            day.moment,
            day.by,
            line.unwrap_or_default()
        )
    });
    vec![
        ReadStep::new("title", titles.collect()),
        ReadStep::new("day", days.collect()),
        ReadStep::new("text", text(&parts, range.map_or(0, |range| range.len()))),
        ReadStep::new("deadline", deadline(&parts, context)),
    ]
}

/// Returns the days that may be the last to act, with the evidence for and against them.
fn deadline(parts: &Parts<'_>, context: &Context<'_>) -> Vec<String> {
    let text = body::text(parts.body_blocks(), parts.layout);
    let published = published::find(parts, context).moment;
    let mut said =
        summary::explain_deadline(&text, published.as_ref(), context.time_zone, context.now);
    said.truncate(SHOWN);
    said
}

/// Returns the place of the text, and how much of it was left out.
fn text(parts: &Parts<'_>, held: usize) -> Vec<String> {
    let blocks = parts.body_blocks();
    let (Some(first), Some(last)) = (blocks.first(), blocks.last()) else {
        return vec!["none was found".to_owned()];
    };
    let page = parts.layout.page;
    vec![
        format!(
            "{} of the {held} lines of {}",
            blocks.len(),
            element(page, parts.container())
        ),
        format!("from `{}`", block_line(parts.layout, *first)),
        format!("to `{}`", block_line(parts.layout, *last)),
    ]
}

/// Returns an element as the page writes it.
fn element(page: &PageTree, id: Id) -> String {
    let attribute = |name: &str| {
        let value = page.attribute(id, name).filter(|value| !value.is_empty());
        value.map_or(String::new(), |value| format!(" {name}=\"{value}\""))
    };
    format!(
        "<{}{}{}>",
        page.name(id),
        attribute("id"),
        attribute("class")
    )
}
