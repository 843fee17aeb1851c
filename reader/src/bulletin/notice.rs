//! The content of a page, before it was judged.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::moment::Moment;

/// One entry of a list or a feed, as a round reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Absolute address, resolved against the page's base, as the page gives it.
    pub url: String,
    /// A feed's own identity for the entry (RSS `guid`, Atom `id`, JSON Feed `id`).
    pub guid: Option<String>,
    /// The title: cleaned, one line, never empty.
    pub title: String,
    pub published: Option<Moment>,
    pub updated: Option<Moment>,
    /// A feed's or card's own teaser, plain text.
    pub summary: Option<String>,
    /// The author or publisher, if the list or feed names one.
    pub publisher: Option<String>,
    /// True if it is kept on top of the list (置顶) regardless of its date.
    pub pinned: bool,
}

/// An article page, or a feed entry's full content, read for archive and summary.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Article {
    pub title: Option<String>,
    pub published: Option<Moment>,
    /// The person or desk that signed it (作者, sign-off lines).
    pub author: Option<String>,
    /// The issuing body (来源, 发布单位).
    pub publisher: Option<String>,
    /// Body text in reading order; paragraphs are separated by one `\n`.
    pub text: String,
    /// The text before characters were simplified or repaired, if it differs.
    pub text_as_published: Option<String>,
    /// Whole sentences, at most 120 Chinese or 360 other characters; half as many more if one would be cut otherwise.
    pub summary: Option<String>,
    /// The time by which people must act, if the text states one.
    pub deadline: Option<Moment>,
    pub attachments: Vec<Attachment>,
    /// The next page of a text that continues elsewhere, absolute.
    pub next_page: Option<String>,
    /// Notes for the reader of the result, such as a date in the future.
    pub warnings: Vec<String>,
    /// The page that was opened; `None` if the article was in its list or feed.
    pub opened: Option<Opened>,
}

/// The facts that the next request for an article's page needs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Opened {
    pub validators: Validators,
    /// The BLAKE3 hash of its body: an equal one is not read again.
    pub body: [u8; 16],
}

/// A file that an article links to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Attachment {
    pub url: String,
    pub name: String,
    /// The size in bytes, if the page or the server gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
}

impl Attachment {
    /// Returns its size as people read it: `24 KB`, `1.2 MB`.
    #[must_use]
    pub fn shown_size(&self) -> Option<String> {
        const KB: u64 = 1024;
        let size = self.size.filter(|size| *size > 0)?;
        Some(match size {
            0..KB => format!("{size} B"),
            _ if size < KB * KB => format!("{} KB", size.div_ceil(KB)),
            _ => {
                let tenths = size.saturating_mul(10) / (KB * KB);
                format!("{}.{} MB", tenths / 10, tenths % 10)
            }
        })
    }
}

/// The validators of a conditional request (RFC 9110, section 13).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Validators {
    pub etag: Option<String>,
    pub last_modified: Option<String>,
}
