//! Describes a file of a bulletin as feed readers download it.

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    bulletin::Attachment,
    web::text::{printable, web_link},
};

/// The media types of attachments by the extensions of their names, which both formats require.
const TYPES: [(&str, &str); 22] = [
    ("pdf", "application/pdf"),
    ("doc", "application/msword"),
    (
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    ("xls", "application/vnd.ms-excel"),
    (
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    ("ppt", "application/vnd.ms-powerpoint"),
    (
        "pptx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
    ("wps", "application/vnd.ms-works"),
    ("ofd", "application/ofd"),
    ("rtf", "application/rtf"),
    ("txt", "text/plain"),
    ("csv", "text/csv"),
    ("zip", "application/zip"),
    ("rar", "application/vnd.rar"),
    ("7z", "application/x-7z-compressed"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("png", "image/png"),
    ("gif", "image/gif"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("ics", "text/calendar"),
];
const UNKNOWN: &str = "application/octet-stream";

#[derive(Debug, Serialize)]
pub(super) struct Enclosure {
    url: String,
    name: String,
    media: &'static str,
    /// The bytes, if known.
    length: Option<u64>,
}

impl Enclosure {
    /// Returns the enclosure; `None` for a file whose address leads nowhere.
    pub(super) fn new(file: &Attachment) -> Option<Self> {
        let url = web_link(&file.url)?;
        let path = url.split(['?', '#']).next().unwrap_or_default();
        let media = media(&file.name).or_else(|| media(path));
        Some(Self {
            media: media.unwrap_or(UNKNOWN),
            name: printable(&file.name),
            length: file.size,
            url,
        })
    }

    /// Returns the form of JSON Feed 1.1.
    pub(super) fn json(&self) -> Value {
        let mut file = json!({ "url": self.url, "mime_type": self.media, "title": self.name });
        if let Some(length) = self.length {
            file["size_in_bytes"] = json!(length);
        }
        file
    }
}

fn media(name: &str) -> Option<&'static str> {
    let (_, ending) = name.trim_end().rsplit_once('.')?;
    let known = TYPES
        .iter()
        .find(|(known, _)| ending.eq_ignore_ascii_case(known));
    known.map(|(_, media)| *media)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn enclosure(name: &str, url: &str) -> Option<(&'static str, String)> {
        let file = Attachment {
            url: url.to_owned(),
            name: name.to_owned(),
            size: None,
        };
        Enclosure::new(&file).map(|file| (file.media, file.url))
    }

    #[test]
    fn a_file_s_type_is_known_by_its_name_or_its_address() {
        let media = |name, url| enclosure(name, url).unwrap().0;
        assert_eq!(
            media("附件1.PDF", "http://a.example/get?id=1"),
            "application/pdf"
        );
        assert_eq!(media("附件", "http://a.example/f/a.docx?v=1"), TYPES[2].1);
        assert_eq!(media("附件", "http://a.example/get?f=a.pdf"), UNKNOWN);
        assert_eq!(enclosure("x.pdf", "javascript:alert(1)"), None);
    }
}
