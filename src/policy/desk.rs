//! Defines the notices that an office publishes itself: their fields, and the bulletins that they become. Pure.

mod amendment;
mod fields;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use self::fields::{address, files, optional, publisher, summary, text, title};
pub use self::{amendment::Amendment, fields::file_name};
use super::facts::{Archived, title_hash};
use crate::bulletin::{
    Attachment, Bulletin, BulletinState, Cause, Channel, ChannelId, FieldFault, InputFault, Moment,
    SourceId, Verdict,
};

const MOST_REQUEST_ID_BYTES: usize = 128;

/// A bulletin to publish in a source of kind `desk`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Publication {
    pub source: SourceId,
    #[schema(min_length = 1)]
    pub title: String,
    /// One paragraph per line.
    pub text: Option<String>,
    pub summary: Option<String>,
    /// The address of the notice. Default: its page on the noticast site.
    #[schema(pattern = "^https?://[^/@\\s]+")]
    pub url: Option<String>,
    pub publisher: Option<String>,
    /// Default: now.
    pub published: Option<Moment>,
    pub deadline: Option<Moment>,
    pub attachments: Option<Vec<Attachment>>,
    /// Only these channels, regardless of their filters. Default: all channels that receive the source.
    #[schema(min_items = 1)]
    pub channels: Option<Vec<ChannelId>>,
    /// A repeated request with the same ID publishes nothing.
    #[schema(min_length = 1, max_length = 128)]
    pub request_id: Option<String>,
}

impl Publication {
    /// Returns the publication with its fields in the form of bulletins.
    ///
    /// # Errors
    /// Fails if a field cannot be used.
    pub fn cleaned(self) -> Result<Self, FieldFault> {
        let unusable = |field, what| Err(FieldFault::new(field, InputFault::Unusable, what));
        let bad_id = |id: &String| id.is_empty() || id.len() > MOST_REQUEST_ID_BYTES;
        if self.request_id.as_ref().is_some_and(bad_id) {
            return unusable("request_id", "1 to 128 bytes are expected");
        }
        if self.channels.as_ref().is_some_and(Vec::is_empty) {
            let what = "at least one is expected; leave it out for all that want the source";
            return unusable("channels", what);
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

    /// Returns whether a channel of the config gets the notice.
    #[must_use]
    pub fn goes_to(&self, channel: &Channel) -> bool {
        if let Some(named) = &self.channels {
            return named.contains(&channel.id);
        }
        let summary = self.summary.as_deref().unwrap_or_default();
        let verdict = channel.filter.verdict(&self.title, summary);
        channel.wants(&self.source) && verdict == Verdict::Wanted
    }

    /// Returns the bulletin that it will be, without its number, to be shown before it is published.
    #[must_use]
    pub fn draft(&self, now: DateTime<Utc>) -> Bulletin {
        let shown = Moment::Time(now.fixed_offset());
        self.row(String::new(), shown, now.timestamp_millis())
            .bulletin(0)
    }

    /// Returns the bulletin that it becomes, published by `by` at `now`.
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

    #[test]
    fn a_publication_is_kept_in_one_shape_however_it_was_typed() {
        let clean = publication().cleaned().unwrap();
        assert_eq!(clean.title, "关于 放假的 通知");
        assert_eq!(clean.text.as_deref(), Some("第一段\n第二段"));
        assert_eq!(clean.summary, None);
    }

    #[test]
    fn what_cannot_be_used_is_named_with_what_is_expected() {
        let refused = |publication: Publication| publication.cleaned().unwrap_err().to_string();
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
}
