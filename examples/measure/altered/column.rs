//! Finds the place of a page's rows or its text, by the page's label.

use dom_query::{Document, NodeRef};
use serde_json::Value;
use url::Url;

use super::Page;
use crate::score::{address, array};

/// Returns the rows of a list: each is the outermost element that holds only one link of the label.
pub fn rows<'a>(document: &'a Document, page: &Page) -> Vec<NodeRef<'a>> {
    let base = page.label["base"]
        .as_str()
        .and_then(|base| Url::parse(base).ok());
    let wanted: Vec<String> = array(&page.label["bulletins"])
        .filter_map(|row| row["url"].as_str())
        .map(address)
        .collect();
    let leads = |link: &NodeRef<'_>| {
        let href = link.attr("href")?;
        let url = base.as_ref()?.join(&href).ok()?;
        wanted.contains(&address(url.as_str())).then_some(())
    };
    let links = document.select("a[href]").nodes().to_vec();
    let links: Vec<NodeRef<'_>> = links
        .into_iter()
        .filter(|link| leads(link).is_some())
        .collect();
    let Some(column) = common(&links) else {
        return Vec::new();
    };
    let mut rows: Vec<NodeRef<'_>> = Vec::new();
    for link in &links {
        let above = link.ancestors(None);
        let row = std::iter::once(*link)
            .chain(above)
            .take_while(|node| node.id != column.id)
            .last();
        if let Some(row) = row
            && rows.last().is_none_or(|last| last.id != row.id)
        {
            rows.push(row);
        }
    }
    rows
}

/// Returns the element that holds all of them.
fn common<'a>(nodes: &[NodeRef<'a>]) -> Option<NodeRef<'a>> {
    let first = nodes.first()?.ancestors(None);
    first.into_iter().find(|above| {
        nodes.iter().all(|node| {
            node.ancestors(None)
                .iter()
                .any(|other| other.id == above.id)
        })
    })
}

/// Returns the deepest element that holds most lines of an article's text.
pub fn text<'a>(document: &'a Document, label: &Value) -> Option<NodeRef<'a>> {
    const MOST_LINES: usize = 12;
    let body = label["body"].as_str().or(label["articleBody"].as_str())?;
    let lines: Vec<String> = body
        .lines()
        .map(bare)
        .filter(|line| line.chars().count() >= 12)
        .take(MOST_LINES)
        .collect();
    let holds = |node: &NodeRef<'_>| {
        let text = bare(&node.text());
        let held = lines
            .iter()
            .filter(|line| text.contains(line.as_str()))
            .count();
        held * 10 >= lines.len() * 8
    };
    let mut found = *document.select("body").nodes().first()?;
    if lines.is_empty() || !holds(&found) {
        return None;
    }
    while let Some(inner) = found.element_children().into_iter().find(holds) {
        found = inner;
    }
    // A text of one paragraph is in the box around it.
    match found.has_name("p") || found.has_name("span") {
        true => found.parent(),
        false => Some(found),
    }
}

fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Returns the element that holds the page's rows or its text.
pub fn of<'a>(document: &'a Document, page: &Page) -> Option<NodeRef<'a>> {
    match page.is_list() {
        true => rows(document, page).first()?.parent(),
        false => text(document, &page.label),
    }
    .filter(|column| !column.has_name("body") && !column.has_name("html"))
}
