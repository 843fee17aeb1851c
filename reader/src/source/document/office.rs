//! Reads Office files, which are XML in ZIP archives, and the names in other archives.

use std::{
    borrow::Cow,
    io::{Cursor, Read},
};

use encoding_rs::GB18030;
use quick_xml::{Reader, events::Event};
use zip::ZipArchive;

use super::{
    headline::{self, SizedText},
    text::DocumentText,
};
use crate::source::reading::ReadError;

/// The number of bytes of one part, unpacked.
const LARGEST_PART: u64 = 32 << 20;
/// The number of files of an archive that are named.
const MOST_NAMES: usize = 500;
/// The number of slides or sheets that are read.
const MOST_PARTS: usize = 100;
/// The number of characters in total.
const MOST_CHARACTERS: usize = super::text::MOST_CHARACTERS;
/// The size of text that does not name its own, in half points: 10.5 pt.
const USUAL_SIZE: f64 = 21.0;
/// The size that a style for titles implies.
const TITLE_SIZE: f64 = 44.0;

type OfficeArchive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// The parts that hold the text, and the elements that contain it.
struct OfficeKind {
    /// The part without which it is not a file of this kind.
    known_by: &'static str,
    /// The beginning of the names of its parts.
    parts: &'static str,
    /// The element of a paragraph, without its prefix.
    paragraph: &'static [u8],
    /// The element of text; `None` if the paragraph itself contains the text.
    text: Option<&'static [u8]>,
}

const KINDS: [OfficeKind; 5] = [
    OfficeKind {
        known_by: "word/document.xml",
        parts: "word/document.xml",
        paragraph: b"p",
        text: Some(b"t"),
    },
    OfficeKind {
        known_by: "xl/workbook.xml",
        parts: "xl/sharedStrings.xml",
        paragraph: b"si",
        text: Some(b"t"),
    },
    OfficeKind {
        known_by: "ppt/presentation.xml",
        parts: "ppt/slides/slide",
        paragraph: b"p",
        text: Some(b"t"),
    },
    // GB/T 33190: the format of Chinese official documents.
    OfficeKind {
        known_by: "OFD.xml",
        parts: "Doc_0/Pages/",
        paragraph: b"TextObject",
        text: Some(b"TextCode"),
    },
    OfficeKind {
        known_by: "META-INF/manifest.xml",
        parts: "content.xml",
        paragraph: b"p",
        text: None,
    },
];

/// Reads an Office file's text, or the names of the files in an archive.
///
/// # Errors
/// Fails if the file is broken, or has no text.
pub(super) fn read(bytes: &[u8]) -> Result<DocumentText, ReadError> {
    let broken = |error: zip::result::ZipError| {
        ReadError::Unreadable(format!("the file is a broken archive: {error}"))
    };
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    let kind = KINDS
        .iter()
        .find(|kind| archive.index_for_name(kind.known_by).is_some());
    let Some(kind) = kind else {
        return named(&mut archive);
    };
    let paragraphs = paragraphs(&mut archive, kind);
    if paragraphs.is_empty() {
        return Err(ReadError::NoText("the file has no text".to_owned()));
    }
    Ok(document(paragraphs))
}

/// A paragraph and the size of its type.
#[derive(Debug, Default)]
struct Paragraph {
    text: String,
    size: f64,
}

fn document(mut paragraphs: Vec<Paragraph>) -> DocumentText {
    let rows: Vec<SizedText<'_>> = paragraphs.iter().map(Paragraph::row).collect();
    let size = headline::text_size(rows.iter().copied()).unwrap_or(USUAL_SIZE);
    let title = headline::find(&rows, size);
    let title = title.map(|(places, said)| {
        paragraphs.drain(places);
        said
    });
    DocumentText {
        title,
        paragraphs: paragraphs.into_iter().map(|it| it.text).collect(),
        is_cut: false,
    }
}

impl Paragraph {
    fn row(&self) -> SizedText<'_> {
        SizedText {
            text: &self.text,
            size: self.size,
        }
    }
}

fn paragraphs(archive: &mut OfficeArchive<'_>, kind: &OfficeKind) -> Vec<Paragraph> {
    let names = archive.file_names().flatten();
    let names = names.filter(|name| name.starts_with(kind.parts));
    let mut names: Vec<String> = names.map(Cow::into_owned).collect();
    // The second slide precedes the tenth.
    names.sort_by_key(|name| (name.len(), name.clone()));
    let mut all = Vec::new();
    for name in names.into_iter().take(MOST_PARTS) {
        if let Some(xml) = part(archive, &name) {
            read_part(&xml, kind, &mut all);
        }
    }
    all
}

fn part(archive: &mut OfficeArchive<'_>, name: &str) -> Option<Vec<u8>> {
    let part = archive.by_name(name).ok()?;
    let mut xml = Vec::new();
    part.take(LARGEST_PART).read_to_end(&mut xml).ok()?;
    Some(xml)
}

/// Appends the paragraphs of a part, as far as its XML can be read.
fn read_part(xml: &[u8], kind: &OfficeKind, all: &mut Vec<Paragraph>) {
    let mut reader = Reader::from_reader(xml);
    let mut buffer = Vec::new();
    let (mut paragraph, mut is_text) = (Paragraph::default(), kind.text.is_none());
    let mut left = MOST_CHARACTERS;
    while left > 0 {
        buffer.clear();
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(tag) | Event::Empty(tag)) => {
                is_text |= Some(tag.local_name().as_ref()) == kind.text;
                paragraph.take(&tag);
            }
            Ok(Event::Text(text)) if is_text => {
                let text = text.decode().unwrap_or_default();
                left = left.saturating_sub(text.len());
                paragraph.text.push_str(&text);
            }
            Ok(Event::GeneralRef(reference)) if is_text => {
                paragraph.text.extend(named_by(&reference));
            }
            Ok(Event::End(tag)) => {
                let name = tag.local_name();
                is_text &= Some(name.as_ref()) != kind.text;
                if name.as_ref() == kind.paragraph {
                    paragraph.end(all);
                }
            }
            Ok(Event::Eof) | Err(_) => return,
            Ok(_) => {}
        }
    }
}

impl Paragraph {
    /// Applies an element within the paragraph to its size and its gaps.
    fn take(&mut self, tag: &quick_xml::events::BytesStart<'_>) {
        let value = || {
            let mut attributes = tag.attributes();
            let mut attributes = attributes.with_checks(false).flatten();
            let value = attributes.find(|it| it.key.local_name().as_ref() == b"val")?;
            String::from_utf8(value.value.into_owned()).ok()
        };
        match tag.local_name().as_ref() {
            b"tab" | b"br" | b"cr" => self.text.push(' '),
            b"sz" => {
                let size = value().and_then(|size| size.parse().ok());
                self.size = self.size.max(size.unwrap_or_default());
            }
            b"pStyle" if value().is_some_and(|style| style.eq_ignore_ascii_case("title")) => {
                self.size = TITLE_SIZE;
            }
            _ => {}
        }
    }

    fn end(&mut self, all: &mut Vec<Self>) {
        let mut paragraph = std::mem::take(self);
        paragraph.text = super::text::words(&paragraph.text);
        if paragraph.size == 0.0 {
            paragraph.size = USUAL_SIZE;
        }
        if !paragraph.text.is_empty() {
            all.push(paragraph);
        }
    }
}

fn named_by(reference: &quick_xml::events::BytesRef<'_>) -> Option<char> {
    if let Ok(Some(c)) = reference.resolve_char_ref() {
        return Some(c);
    }
    let name = reference.decode().ok()?;
    let text = quick_xml::escape::resolve_predefined_entity(&name)?;
    text.chars().next()
}

/// Returns the names of the files in an archive.
fn named(archive: &mut OfficeArchive<'_>) -> Result<DocumentText, ReadError> {
    let mut names = Vec::new();
    for at in 0..archive.len().min(MOST_NAMES) {
        if let Ok(file) = archive.by_index_raw(at) {
            names.extend((!file.is_dir()).then(|| name(file.name_raw())));
        }
    }
    if names.is_empty() {
        return Err(ReadError::NoText("the archive holds no files".to_owned()));
    }
    Ok(DocumentText {
        is_cut: names.len() < archive.len(),
        paragraphs: names,
        title: None,
    })
}

/// Decodes a name, which is in UTF-8, or in the encoding of Chinese Windows.
fn name(raw: &[u8]) -> String {
    match std::str::from_utf8(raw) {
        Ok(name) => name.to_owned(),
        Err(_) => GB18030.decode_without_bom_handling(raw).0.into_owned(),
    }
}
