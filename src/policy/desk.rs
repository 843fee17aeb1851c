//! What an office publishes itself: what of it is taken, what it becomes, and what a correction changes. Pure.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};
use url::Url;

use super::{
    changes,
    correction::Correction,
    facts::{Archived, title_hash},
};
use crate::bulletin::{
    Attachment, Bulletin, BulletinState, Cause, Changed, Channel, ChannelId, Moment, SourceId,
    Verdict,
};

const MOST_TITLE_CHARS: usize = 300;
/// Fits into the 64 KiB that one request of the API may have.
const MOST_TEXT_CHARS: usize = 20_000;
const MOST_SUMMARY_CHARS: usize = 2_000;
const MOST_NAME_CHARS: usize = 100;
const MOST_URL_BYTES: usize = 2_000;
const MOST_FILES: usize = 50;
const MOST_REQUEST_ID_BYTES: usize = 128;

/// A notice of a `desk` source, as it is sent to `POST /api/v1/bulletins`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Publication {
    pub source: SourceId,
    pub title: String,
    /// Paragraphs, each on a line of its own.
    pub text: Option<String>,
    pub summary: Option<String>,
    /// Where the notice stands; None: on our own page.
    pub url: Option<String>,
    pub publisher: Option<String>,
    /// None: now.
    pub published: Option<Moment>,
    pub deadline: Option<Moment>,
    pub attachments: Option<Vec<Attachment>>,
    /// These alone, whatever their filters; None: all that want it.
    pub channels: Option<Vec<ChannelId>>,
    /// The same one again publishes nothing.
    pub request_id: Option<String>,
}

/// What changes in a bulletin of a `desk` source; what is left out stays, and null empties what may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Amendment {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub summary: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub publisher: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<Moment>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Option<Moment>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Vec<Attachment>>,
}

/// Tells null from what is left out.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl Publication {
    /// Its fields in the shape that bulletins have.
    ///
    /// # Errors
    /// Which field cannot be used, and what is expected.
    pub fn cleaned(self) -> Result<Self, String> {
        let bad_id = |id: &String| id.is_empty() || id.len() > MOST_REQUEST_ID_BYTES;
        if self.request_id.as_ref().is_some_and(bad_id) {
            return Err("`request_id`: 1 to 128 bytes are expected".to_owned());
        }
        if self.channels.as_ref().is_some_and(Vec::is_empty) {
            let expected =
                "`channels`: at least one is expected; leave it out for all that want the source";
            return Err(expected.to_owned());
        }
        Ok(Self {
            title: title(&self.title)?,
            text: optional(self.text, text)?,
            summary: optional(self.summary, summary)?,
            url: optional(self.url, |url| address("url", url))?,
            publisher: optional(self.publisher, publisher)?,
            attachments: self.attachments.map(files).transpose()?,
            ..self
        })
    }

    /// Returns whether a channel of the config gets it.
    #[must_use]
    pub fn goes_to(&self, channel: &Channel) -> bool {
        if let Some(named) = &self.channels {
            return named.contains(&channel.id);
        }
        let summary = self.summary.as_deref().unwrap_or_default();
        let verdict = channel.filter.verdict(&self.title, summary);
        channel.wants(&self.source) && verdict == Verdict::Wanted
    }

    /// As it will be, but for its number, to be shown before it is published.
    #[must_use]
    pub fn draft(&self, now: DateTime<Utc>) -> Bulletin {
        let shown = Moment::Time(now.fixed_offset());
        self.row(String::new(), shown, now.timestamp_millis())
            .bulletin(0)
    }

    /// The bulletin that it becomes, published by `by` at `now`.
    #[must_use]
    pub fn row(&self, by: String, now: Moment, now_ms: i64) -> Archived {
        Archived {
            source: self.source.clone(),
            also: Vec::new(),
            url: self.url.clone().unwrap_or_default(),
            title: self.title.clone(),
            summary: self.summary.clone(),
            publisher: self.publisher.clone(),
            published: self.published.or(Some(now)),
            deadline: self.deadline,
            attachments: self.attachments.clone().unwrap_or_default(),
            first_seen_ms: now_ms,
            state: BulletinState::Published,
            cause: Cause::Desk(by),
            revision: 0,
            titles: vec![title_hash(&self.title)],
        }
    }
}

impl Amendment {
    /// As [`Publication::cleaned`].
    ///
    /// # Errors
    /// Which field cannot be used, and what is expected.
    pub fn cleaned(self) -> Result<Self, String> {
        if self == Self::default() {
            let expected = "nothing is changed; at least one of `title`, `text`, `summary`, `url`, \
                            `publisher`, `published`, `deadline`, `attachments` is expected";
            return Err(expected.to_owned());
        }
        let text_now = match &self.text {
            Some(given) => Some(text(given)?),
            None => None,
        };
        if text_now.as_ref().is_some_and(String::is_empty) {
            return Err("`text`: some text is expected; leave it out to keep it".to_owned());
        }
        let url = |url: String| address("url", &url);
        Ok(Self {
            title: self.title.map(|it| title(&it)).transpose()?,
            text: text_now,
            summary: self.summary.map(|it| optional(it, summary)).transpose()?,
            url: self.url.map(url).transpose()?,
            publisher: self
                .publisher
                .map(|it| optional(it, publisher))
                .transpose()?,
            attachments: self.attachments.map(files).transpose()?,
            ..self
        })
    }

    /// Brings `row` to what it says; `text`: as it is kept.
    #[must_use]
    pub fn apply(&self, row: &mut Archived, text: &str) -> Correction {
        let before = row.clone();
        self.put(row);
        let of_text = self.text.as_ref().map(|now| changes::of_text(text, now));
        let what = match of_text {
            Some(Changed::Nothing) | None => {
                changes::of_files(&before.attachments, &row.attachments)
            }
            Some(changed) => changed,
        };
        let correction = match what {
            what if before.title != row.title => Correction::Title(what),
            Changed::Nothing if before == *row => Correction::None,
            Changed::Nothing => Correction::Text(Changed::Details),
            what => Correction::Text(what),
        };
        row.revision += u32::from(correction.is_told());
        if correction.is_of_title() {
            row.titles = vec![title_hash(&row.title)];
        }
        correction
    }

    fn put(&self, row: &mut Archived) {
        let change = self.clone();
        row.title = change.title.unwrap_or_else(|| row.title.clone());
        row.summary = change.summary.unwrap_or_else(|| row.summary.clone());
        row.url = change.url.unwrap_or_else(|| row.url.clone());
        row.publisher = change.publisher.unwrap_or_else(|| row.publisher.clone());
        row.published = change.published.or(row.published);
        row.deadline = change.deadline.unwrap_or(row.deadline);
        let files = change.attachments;
        row.attachments = files.unwrap_or_else(|| row.attachments.clone());
    }
}

/// An empty value is as good as none.
fn optional(
    given: Option<String>,
    clean: impl Fn(&str) -> Result<String, String>,
) -> Result<Option<String>, String> {
    match given.filter(|given| !given.trim().is_empty()) {
        Some(given) => clean(&given).map(Some),
        None => Ok(None),
    }
}

fn title(given: &str) -> Result<String, String> {
    let title = bounded("title", line(given), MOST_TITLE_CHARS)?;
    match title.is_empty() {
        true => Err("`title`: a headline is expected".to_owned()),
        false => Ok(title),
    }
}

fn text(given: &str) -> Result<String, String> {
    let lines = given.lines().map(line).filter(|line| !line.is_empty());
    let text: Vec<String> = lines.collect();
    bounded("text", text.join("\n"), MOST_TEXT_CHARS)
}

fn summary(given: &str) -> Result<String, String> {
    bounded("summary", line(given), MOST_SUMMARY_CHARS)
}

fn publisher(given: &str) -> Result<String, String> {
    bounded("publisher", line(given), MOST_NAME_CHARS)
}

/// One line without control characters, each gap one space.
fn line(text: &str) -> String {
    let text = text.replace(|c: char| c.is_control(), " ");
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

fn bounded(field: &str, text: String, most: usize) -> Result<String, String> {
    match text.chars().count() > most {
        true => Err(format!("`{field}`: {most} characters at most are expected")),
        false => Ok(text),
    }
}

fn address(field: &str, given: &str) -> Result<String, String> {
    let expected =
        || format!("`{field}`: an http or https address without user name or password is expected");
    let url = Url::parse(given.trim()).map_err(|_| expected())?;
    let is_plain = url.username().is_empty() && url.password().is_none();
    let is_web = matches!(url.scheme(), "http" | "https") && url.as_str().len() <= MOST_URL_BYTES;
    match is_web && is_plain {
        true => Ok(url.into()),
        false => Err(expected()),
    }
}

fn files(given: Vec<Attachment>) -> Result<Vec<Attachment>, String> {
    if given.len() > MOST_FILES {
        return Err(format!("`attachments`: {MOST_FILES} at most are expected"));
    }
    given.into_iter().map(file).collect()
}

fn file(mut given: Attachment) -> Result<Attachment, String> {
    let url = address("attachments", &given.url)?;
    let name = bounded("attachments", line(&given.name), MOST_NAME_CHARS)?;
    given.name = match name.is_empty() {
        true => file_name(&url),
        false => name,
    };
    given.url = url;
    Ok(given)
}

/// The last part of an address's path, as people read it.
#[must_use]
pub fn file_name(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    let decoded = percent_encoding::percent_decode_str(last).decode_utf8_lossy();
    let name: String = line(&decoded).chars().take(MOST_NAME_CHARS).collect();
    match name.is_empty() {
        true => url.chars().take(MOST_NAME_CHARS).collect(),
        false => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn publication() -> Publication {
        Publication {
            source: "office".parse().unwrap(),
            title: " 关于  放假的\n通知 ".to_owned(),
            text: Some("第一段\r\n\r\n  第二段 ".to_owned()),
            summary: Some(" ".to_owned()),
            url: None,
            publisher: None,
            published: None,
            deadline: None,
            attachments: None,
            channels: None,
            request_id: None,
        }
    }

    fn row() -> Archived {
        let now = Moment::try_from("2026-11-20T08:00:00+08:00".to_owned()).unwrap();
        publication().cleaned().unwrap().row("3".to_owned(), now, 0)
    }

    #[test]
    fn a_publication_is_kept_in_one_shape_however_it_was_typed() {
        let clean = publication().cleaned().unwrap();
        assert_eq!(clean.title, "关于 放假的 通知");
        assert_eq!(clean.text.as_deref(), Some("第一段\n第二段"));
        assert_eq!(clean.summary, None);
    }

    #[test]
    fn what_cannot_be_used_is_named_with_what_is_expected() {
        let refused = |publication: Publication| publication.cleaned().unwrap_err();
        let title = |title: &str| Publication {
            title: title.to_owned(),
            ..publication()
        };
        assert!(refused(title(" \n")).starts_with("`title`"));
        assert!(refused(title(&"长".repeat(301))).contains("300 characters"));
        for url in [
            "javascript:alert(1)",
            "/a",
            "https://user:x@example.com/",
            "ftp://example.com/",
        ] {
            let wrong = Publication {
                url: Some(url.to_owned()),
                ..publication()
            };
            assert!(refused(wrong).starts_with("`url`: an http"), "{url}");
        }
        let file = Attachment {
            url: "file:///etc/passwd".to_owned(),
            name: String::new(),
            size: None,
        };
        let wrong = Publication {
            attachments: Some(vec![file]),
            ..publication()
        };
        assert!(refused(wrong).starts_with("`attachments`"));
        let wrong = Publication {
            channels: Some(vec![]),
            ..publication()
        };
        assert!(refused(wrong).starts_with("`channels`"));
        let wrong = Publication {
            request_id: Some(String::new()),
            ..publication()
        };
        assert!(refused(wrong).starts_with("`request_id`"));
    }

    #[test]
    fn a_file_without_a_name_is_called_as_its_address_says() {
        assert_eq!(
            file_name("https://example.com/a/%E5%90%8D%E5%8D%95.xlsx?v=1"),
            "名单.xlsx"
        );
        assert_eq!(file_name("https://example.com/"), "https://example.com/");
    }

    #[test]
    fn a_correction_says_what_changed_and_counts_once() {
        let change = |json: &str| {
            serde_json::from_str::<Amendment>(json)
                .unwrap()
                .cleaned()
                .unwrap()
        };
        let text = "第一段\n第二段";
        for (json, expected, revision) in [
            (r#"{"title":"关于 放假的 通知"}"#, Correction::None, 0),
            (
                r#"{"title":"新标题"}"#,
                Correction::Title(Changed::Nothing),
                1,
            ),
            (
                r#"{"deadline":"2026-12-01"}"#,
                Correction::Text(Changed::Details),
                1,
            ),
            (
                r#"{"text":"第一段\n第二段\n第三段"}"#,
                Correction::Text(Changed::Added("第三段".to_owned())),
                1,
            ),
            (
                r#"{"attachments":[{"url":"https://example.com/a.pdf","name":"a"}]}"#,
                Correction::Text(Changed::Files(String::new())),
                1,
            ),
        ] {
            let mut row = row();
            assert_eq!(change(json).apply(&mut row, text), expected, "{json}");
            assert_eq!(row.revision, revision, "{json}");
        }
    }

    #[test]
    fn null_empties_a_field_and_what_is_left_out_stays() {
        let mut row = row();
        row.publisher = Some("办公室".to_owned());
        row.summary = Some("摘要".to_owned());
        let change: Amendment = serde_json::from_str(r#"{"publisher":null}"#).unwrap();
        let _ = change.cleaned().unwrap().apply(&mut row, "");
        assert_eq!(
            (row.publisher, row.summary.as_deref()),
            (None, Some("摘要"))
        );
        for empty in ["{}", r#"{"title":null}"#, r#"{"text":"\n"}"#] {
            let change: Amendment = serde_json::from_str(empty).unwrap();
            assert!(change.cleaned().is_err(), "{empty}");
        }
    }
}
