//! Prepares a bulletin as an entry of a feed.

use std::{borrow::Cow, fmt::Write as _};

use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::json;

use super::enclosure::Enclosure;
use crate::{
    bulletin::{Bulletin, Moment},
    web::{
        card::{Card, Scene},
        problem::Problem,
        templates,
        text::paragraphs,
    },
};

/// The maximum length, in bytes, of one entry's text: an archived one may have megabytes, and readers poll every few
/// minutes.
const LONGEST_TEXT: usize = 64 << 10;

#[derive(Debug, Serialize)]
pub(super) struct Entry {
    id: String,
    page: String,
    published: String,
    /// The same time in the format of RSS.
    published_2822: String,
    /// The time of its last correction, otherwise of its first sight, by which readers sort.
    updated: String,
    content_html: String,
    enclosures: Vec<Enclosure>,
    card: Card,
}

/// The parts of `content_html`.
#[derive(Debug, Serialize)]
struct Content<'a> {
    paragraphs: Vec<String>,
    card: &'a Card,
}

impl Entry {
    pub(super) fn new(
        scene: Scene<'_>,
        home: &str,
        (bulletin, updated): (&Bulletin, DateTime<Utc>),
        card: Card,
        text: &str,
    ) -> Result<Self, Problem> {
        let paragraphs = paragraphs(&beginning(text));
        let content = Content {
            paragraphs,
            card: &card,
        };
        let published = time(&scene.published(bulletin), scene, bulletin);
        Ok(Self {
            id: permanent_id(bulletin),
            page: format!("{home}b/{}", bulletin.id),
            published: published.to_rfc3339_opts(SecondsFormat::Secs, false),
            published_2822: published.to_rfc2822(),
            updated: updated
                .with_timezone(&scene.config.time_zone)
                .to_rfc3339_opts(SecondsFormat::Secs, false),
            content_html: templates::render("content.html", &content)?,
            enclosures: bulletin
                .attachments
                .iter()
                .filter_map(Enclosure::new)
                .collect(),
            card,
        })
    }

    pub(super) fn json(&self) -> serde_json::Value {
        let authors = self.card.publisher.iter();
        let authors: Vec<_> = authors.map(|name| json!({ "name": name })).collect();
        let mut item = json!({
            "id": self.id,
            "url": self.page,
            "title": self.card.title,
            "content_html": self.content_html,
            "date_published": self.published,
            "date_modified": self.updated,
            "tags": [self.card.tag.name],
        });
        // Members without a value are left out (JSON Feed 1.1).
        if let Some(original) = &self.card.original {
            item["external_url"] = json!(original);
        }
        if let Some(summary) = &self.card.summary {
            item["summary"] = json!(summary);
        }
        if !authors.is_empty() {
            item["authors"] = json!(authors);
        }
        if !self.enclosures.is_empty() {
            let files: Vec<_> = self.enclosures.iter().map(Enclosure::json).collect();
            item["attachments"] = json!(files);
        }
        item
    }
}

/// Returns as much of a text as a feed may contain; the bulletin's page has all of it.
fn beginning(text: &str) -> Cow<'_, str> {
    match text.len() {
        0..=LONGEST_TEXT => text.into(),
        _ => format!("{}…", &text[..text.floor_char_boundary(LONGEST_TEXT)]).into(),
    }
}

/// Returns a moment as a time, since feeds have only times: a whole day begins at midnight in the source's zone.
fn time(moment: &Moment, scene: Scene<'_>, bulletin: &Bulletin) -> DateTime<FixedOffset> {
    let day = match moment {
        Moment::Time(time) => return *time,
        Moment::Day(day) => day,
    };
    let zone = scene
        .source_of(bulletin)
        .map(|(_, source)| source.time_zone);
    let zone = zone.unwrap_or(scene.config.time_zone);
    let midnight = day.and_time(chrono::NaiveTime::MIN);
    // A clock change may skip midnight: then the day begins at midnight UTC.
    let begin = midnight.and_local_timezone(zone).earliest();
    let begin = begin.unwrap_or_else(|| midnight.and_utc().with_timezone(&zone));
    begin.fixed_offset()
}

/// Returns an id that is the same on every host and port that we may ever be served from: readers show an entry again
/// if its id changes. It is our own UUID (RFC 9562, version 8).
pub(in crate::web) fn permanent_id(bulletin: &Bulletin) -> String {
    let seen = bulletin.first_seen.timestamp_micros();
    let name = format!("{} {} {seen}", bulletin.source, bulletin.id);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&blake3::hash(name.as_bytes()).as_bytes()[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut id = "urn:uuid:".to_owned();
    for (place, byte) in bytes.iter().enumerate() {
        if matches!(place, 4 | 6 | 8 | 10) {
            id.push('-');
        }
        let _ = write!(id, "{byte:02x}");
    }
    id
}
