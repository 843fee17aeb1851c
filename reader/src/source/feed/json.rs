//! Reads JSON Feed 1.0 and 1.1.

use serde_json::{Map, Value};
use url::Url;

use super::frame::{FeedFrame, FeedItem, MAX_ENTRIES, attachment, resolve};
use crate::{
    bulletin::Attachment,
    source::{
        reading::{Context, NoticeFeed, ReadError},
        text,
    },
};

pub(super) fn read(json: &str, context: &Context<'_>) -> Result<NoticeFeed, ReadError> {
    let not = |why: &str| ReadError::NotAFeed(why.to_owned());
    let feed: Map<String, Value> = serde_json::from_str(json).map_err(|error| {
        not(&format!(
            "it looks like JSON but cannot be parsed ({error})"
        ))
    })?;
    let Some(items) = feed.get("items").and_then(Value::as_array) else {
        return Err(not("it is JSON, but not a JSON Feed: it has no `items`"));
    };
    let home = word(&feed, "home_page_url").and_then(|url| resolve(url, context.base));
    let frame = FeedFrame::new(context, home);
    let feed_authors = authors(&feed);
    let (notices, articles) = items
        .iter()
        .filter_map(Value::as_object)
        .take(MAX_ENTRIES)
        .filter_map(|item| {
            let mut entry = entry(item, &frame.home);
            entry.publisher = entry.publisher.or_else(|| feed_authors.clone());
            frame.notice(entry)
        })
        .unzip();
    Ok(NoticeFeed {
        title: word(&feed, "title").map(text::one_line),
        notices,
        articles,
        warnings: frame.warnings.into_inner(),
        is_cut: false,
        left_out: items.len().saturating_sub(MAX_ENTRIES),
    })
}

/// Returns whether JSON is a feed: it states so, or its items have fields that only a feed has.
pub(super) fn is_feed(json: &str) -> bool {
    let Ok(feed) = serde_json::from_str::<Map<String, Value>>(json) else {
        return false;
    };
    if word(&feed, "version").is_some_and(|version| version.contains("jsonfeed.org")) {
        return true;
    }
    let first = feed.get("items").and_then(|items| items.get(0));
    first.and_then(Value::as_object).is_some_and(|item| {
        item.contains_key("id")
            && ["content_html", "content_text", "date_published"]
                .iter()
                .any(|key| item.contains_key(*key))
    })
}

fn entry(item: &Map<String, Value>, base: &Url) -> FeedItem {
    let guid = match item.get("id") {
        Some(Value::String(id)) => Some(id.clone()),
        Some(Value::Number(id)) => Some(id.to_string()),
        _ => None,
    };
    let url = ["url", "external_url"]
        .iter()
        .find_map(|key| resolve(word(item, key)?, base))
        .or_else(|| resolve(guid.as_deref().filter(|id| id.starts_with("http"))?, base));
    let plain = |key| word(item, key).map(|text| text.replace('&', "&amp;").replace('<', "&lt;"));
    FeedItem {
        title: word(item, "title").unwrap_or_default().to_owned(),
        url,
        guid,
        published: word(item, "date_published").map(str::to_owned),
        updated: word(item, "date_modified").map(str::to_owned),
        summary: plain("summary"),
        content: word(item, "content_html")
            .map(str::to_owned)
            .or_else(|| plain("content_text")),
        publisher: authors(item),
        attachments: attachments(item, base),
    }
}

fn attachments(item: &Map<String, Value>, base: &Url) -> Vec<Attachment> {
    let list = item.get("attachments").and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .filter_map(|file| {
            Some(attachment(
                &resolve(word(file, "url")?, base)?,
                word(file, "title"),
            ))
        })
        .collect()
}

/// Returns the names of version 1.1's `authors`, or of version 1.0's `author`.
fn authors(of: &Map<String, Value>) -> Option<String> {
    let list = of.get("authors").and_then(Value::as_array);
    let names: Vec<&str> = list
        .into_iter()
        .flatten()
        .chain(of.get("author"))
        .filter_map(|author| word(author.as_object()?, "name"))
        .collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// Returns a text that exists and is not empty.
fn word<'a>(of: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    of.get(key)?
        .as_str()
        .map(str::trim)
        .filter(|text| !text.is_empty())
}
