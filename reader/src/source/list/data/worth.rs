//! Estimates the likelihood that a field is the title, date or address, by its name and its values.

use serde_json::Value;

use super::value::{moment, plain, universal};
use crate::source::{
    list::{
        survey::links,
        words::{self, LinkText},
    },
    reading::Context,
};

/// Returns the last part of a name: `attributes.docTitle` is `doctitle`.
pub(super) fn last_part(name: &str) -> String {
    name.rsplit('.').next().unwrap_or(name).to_lowercase()
}

pub(super) fn title_worth(name: &str, values: &[&Value]) -> f32 {
    let texts: Vec<String> = values
        .iter()
        .filter_map(|value| value.as_str())
        .map(plain)
        .collect();
    if texts.len() * 2 < values.len() || texts.is_empty() {
        return 0.0;
    }
    let count = texts.len() as f32;
    let units = texts
        .iter()
        .map(|text| words::units(text).min(40.0))
        .sum::<f32>()
        / count;
    let mut different = texts.clone();
    different.sort_unstable();
    different.dedup();
    let titles = texts
        .iter()
        .filter(|text| words::link_text(text) == LinkText::Title)
        .count() as f32;
    let part = last_part(name);
    let part = part.as_str();
    let said = match () {
        () if part == "title" || name.ends_with("title.rendered") => 4.0,
        () if part.contains("subtitle") || part.contains("shorttitle") => 1.0,
        () if part.contains("title") || part == "headline" => 3.5,
        () if matches!(part, "subject" | "bt" | "biaoti" | "标题") => 3.0,
        () if part.contains("name") || part.contains("caption") => 1.2,
        () if [
            "content",
            "body",
            "summary",
            "description",
            "html",
            "intro",
            "abstract",
            "url",
            "img",
            "id",
        ]
        .iter()
        .any(|word| part.contains(word)) =>
        {
            0.3
        }
        () => 0.8,
    };
    said * (units / 8.0).min(1.0) * (different.len() as f32 / count) * (titles / count)
}

pub(super) fn url_worth(name: &str, values: &[&Value]) -> f32 {
    let part = last_part(name);
    let part = part.as_str();
    let addresses = values
        .iter()
        .filter_map(|value| value.as_str())
        .filter(|text| {
            let text = text.trim();
            let is_picture = [".jpg", ".jpeg", ".png", ".gif", ".webp", ".svg"]
                .iter()
                .any(|end| text.to_ascii_lowercase().ends_with(end));
            links::leads_somewhere(text)
                && !text.contains(char::is_whitespace)
                && !is_picture
                && (text.contains('/') || text.contains(".htm") || text.contains('?'))
                && !text.starts_with('<')
        })
        .count();
    if addresses == 0 {
        return 0.0;
    }
    let picture = [
        "img", "image", "pic", "thumb", "cover", "icon", "logo", "avatar", "photo",
    ];
    let said = match () {
        () if picture
            .iter()
            .any(|word| name.to_lowercase().contains(word)) =>
        {
            0.1
        }
        () if matches!(part, "url" | "link" | "href" | "linkurl" | "permalink") => 3.0,
        () if part.contains("url") || part.contains("link") || part.contains("href") => 2.0,
        () if part.contains("path") || part.contains("addr") || part.contains("uri") => 1.5,
        () => 0.6,
    };
    let nesting = 1.0 - 0.1 * name.matches('.').count() as f32;
    said * nesting * addresses as f32 / values.len().max(1) as f32
}

pub(super) fn date_worth(name: &str, values: &[&Value], context: &Context<'_>) -> f32 {
    let part = last_part(name);
    let universal = universal(&part);
    let part = universal.unwrap_or(&part);
    let said = match () {
        () if ["pub", "release", "issue", "fabu", "send", "write"]
            .iter()
            .any(|word| part.contains(word)) =>
        {
            3.0
        }
        () if matches!(part, "date" | "time" | "day" | "riqi" | "shijian") => 2.8,
        () if part.contains("creat") || part.contains("add") || part.contains("input") => 2.0,
        () if is_of_another_time(name) => 0.0,
        () if ["update", "modif", "edit"]
            .iter()
            .any(|word| part.contains(word)) =>
        {
            0.8
        }
        () if part.contains("date") || part.contains("time") => 2.2,
        () => 0.5,
    };
    let dates = values
        .iter()
        .filter(|value| moment(name, value, context).is_some())
        .count();
    // If the same time is present twice, the one that does not depend on a time zone is preferred.
    let exact = if universal.is_some() { 1.05 } else { 1.0 };
    said * exact * dates as f32 / values.len().max(1) as f32
}

/// Returns whether a field's name is for the time when something begins or ends, not when it was published:
/// `applyEndTime`.
pub(super) fn is_of_another_time(name: &str) -> bool {
    const WORDS: [&str; 12] = [
        "end", "ends", "expire", "expires", "deadline", "off", "start", "begin", "close", "apply",
        "valid", "due",
    ];
    let last = name.rsplit('.').next().unwrap_or(name);
    let mut words = String::new();
    for c in last.chars() {
        if c.is_uppercase() || !c.is_alphanumeric() {
            words.push(' ');
        }
        words.extend(c.to_lowercase());
    }
    let begins = WORDS
        .iter()
        .any(|word| last.to_lowercase().starts_with(word));
    begins || words.split(' ').any(|word| WORDS.contains(&word))
}
