//! Converts outlines of other programs to blocks of the config; each that is left out is named with the reason.

use std::{collections::HashMap, fmt};

use encoding_rs::{Encoding, UTF_8};
use quick_xml::{
    Reader, XmlVersion,
    events::{BytesStart, Event, attributes::Attribute},
};
use url::Url;

use super::export::{PAGE, without_login};
use crate::{
    bulletin::ReadAs,
    config::{block::SourceBlock, checked::Config},
};

/// The number of first bytes in which the declaration of a document is searched for.
const DECLARED_WITHIN: usize = 256;

/// The content of a document.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Imported {
    /// The blocks to append, in the order of the document.
    pub blocks: Vec<SourceBlock>,
    pub skipped: Vec<Skipped>,
}

/// An outline that does not become a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Its name, or its address.
    pub name: String,
    pub why: String,
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is skipped: {}", self.name, self.why)
    }
}

/// Returns the text of a document, decoded by its byte order mark or by the charset that it declares.
///
/// # Errors
/// Fails if it is in another charset than it declares, or in an unknown one.
pub fn decode(bytes: &[u8]) -> Result<String, String> {
    let charset = match Encoding::for_bom(bytes) {
        Some((charset, _)) => charset,
        None => declared(bytes)?,
    };
    let (text, _, has_errors) = charset.decode(bytes);
    if has_errors {
        let charset = charset.name();
        return Err(format!(
            "not an OPML file: its charset is not {charset}; expected the right `encoding=` in its first line"
        ));
    }
    Ok(text.into_owned())
}

/// Returns the charset of `<?xml version="1.0" encoding="…"?>`; UTF-8 if there is no declaration.
fn declared(bytes: &[u8]) -> Result<&'static Encoding, String> {
    let head = &bytes[..bytes.len().min(DECLARED_WITHIN)];
    // Two bytes for each character: the declaration itself can only be read as such.
    match head {
        [b'<', 0, ..] => return Ok(encoding_rs::UTF_16LE),
        [0, b'<', ..] => return Ok(encoding_rs::UTF_16BE),
        _ => {}
    }
    let head = String::from_utf8_lossy(head);
    let said = head
        .trim_start()
        .strip_prefix("<?xml")
        .and_then(|rest| rest.split_once("?>"))
        .and_then(|(declaration, _)| declaration.split_once("encoding"))
        .and_then(|(_, rest)| rest.trim_start().strip_prefix('='));
    let Some(said) = said.map(str::trim_start) else {
        return Ok(UTF_8);
    };
    let label = said.trim_start_matches(['"', '\'']);
    let label = label.split(['"', '\'', ' ']).next().unwrap_or_default();
    Encoding::for_label(label.as_bytes()).ok_or_else(|| {
        format!(
            "not an OPML file: its charset `{label}` is unknown; expected a charset such as `UTF-8`"
        )
    })
}

/// Returns the outlines of an OPML document that `config` does not watch yet, as blocks to append.
///
/// # Errors
/// Fails with the reason why a text is not OPML.
pub fn from_opml(text: &str, config: &Config) -> Result<Imported, String> {
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let lenient = reader.config_mut();
    lenient.allow_dangling_amp = true;
    lenient.allow_unmatched_ends = true;
    lenient.check_end_names = false;
    let mut import = Import::new(config);
    let mut is_opml = false;
    loop {
        let event = reader
            .read_event()
            .map_err(|error| format!("not an OPML file: {error}"))?;
        match event {
            Event::Start(element) if is_named(&element, b"outline") => import.open(&element),
            Event::Empty(element) if is_named(&element, b"outline") => {
                import.open(&element);
                import.close();
            }
            Event::End(element)
                if element
                    .local_name()
                    .as_ref()
                    .eq_ignore_ascii_case(b"outline") =>
            {
                import.close();
            }
            Event::Start(element) | Event::Empty(element) if is_named(&element, b"opml") => {
                is_opml = true;
            }
            Event::Eof if is_opml => return Ok(import.done()),
            Event::Eof => return Err("not an OPML file: it has no `opml` element".to_owned()),
            _ => {}
        }
    }
}

fn is_named(element: &BytesStart<'_>, name: &[u8]) -> bool {
    element.local_name().as_ref().eq_ignore_ascii_case(name)
}

/// An outline that is not closed yet.
struct Open {
    name: String,
    /// True if nothing was made of it, and it may still turn out to be a folder.
    is_bare: bool,
}

struct Import<'a> {
    config: &'a Config,
    imported: Imported,
    /// The source that watches an address, or the outline that named it.
    known: HashMap<String, String>,
    open: Vec<Open>,
}

impl<'a> Import<'a> {
    fn new(config: &'a Config) -> Self {
        let watched = config.sources.iter().map(|source| {
            let by = format!("it is already the source `{}`", source.id);
            (without_login(&source.url), by)
        });
        Self {
            config,
            imported: Imported::default(),
            known: watched.collect(),
            open: Vec::new(),
        }
    }

    fn open(&mut self, element: &BytesStart<'_>) {
        // An outline that contains others is a folder.
        if let Some(around) = self.open.last_mut() {
            around.is_bare = false;
        }
        let outline = Outline::of(element);
        let is_bare = outline.address().is_none() && !outline.is_comment;
        self.open.push(Open {
            name: outline.name().to_owned(),
            is_bare,
        });
        if is_bare {
            return;
        }
        if let Err(why) = self.take(&outline) {
            self.skip(outline.name().to_owned(), why);
        }
    }

    fn close(&mut self) {
        let closed = self.open.pop().filter(|closed| closed.is_bare);
        if let Some(closed) = closed {
            self.skip(closed.name, "it has neither `xmlUrl` nor `url`".to_owned());
        }
    }

    fn skip(&mut self, name: String, why: String) {
        self.imported.skipped.push(Skipped { name, why });
    }

    /// Makes a block of an outline; the error is the reason why there is none.
    fn take(&mut self, outline: &Outline) -> Result<(), String> {
        if outline.is_comment {
            return Err("it is a comment".to_owned());
        }
        if outline.kind.eq_ignore_ascii_case("include") {
            return Err("it refers to another list; import that one separately".to_owned());
        }
        let (written, kind) = outline.address().unwrap_or(("", ReadAs::Auto));
        let url = web_address(written)?;
        if let Some(by) = self.known.get(&without_login(&url)) {
            return Err(by.clone());
        }
        self.known.insert(
            without_login(&url),
            format!("`{}` has the same address", outline.name()),
        );
        let configured = self.config.sources.iter().map(|source| &source.id);
        let ids = configured.chain(self.imported.blocks.iter().map(|block| &block.id));
        let block = SourceBlock::new(url, &outline.title, ids);
        self.imported.blocks.push(SourceBlock { kind, ..block });
        Ok(())
    }

    /// Finishes the import, including outlines that were never closed.
    fn done(mut self) -> Imported {
        while !self.open.is_empty() {
            self.close();
        }
        self.imported
    }
}

/// The attributes of an outline, regardless of the case of their names.
#[derive(Default)]
struct Outline {
    title: String,
    kind: String,
    is_comment: bool,
    feed: String,
    url: String,
    /// The page of an outline that we wrote.
    page: String,
}

impl Outline {
    fn of(element: &BytesStart<'_>) -> Self {
        let mut outline = Self::default();
        for attribute in element.attributes().with_checks(false).flatten() {
            let key = String::from_utf8_lossy(attribute.key.as_ref()).to_ascii_lowercase();
            let value = value(&attribute).trim().to_owned();
            match key.as_str() {
                "text" if !value.is_empty() => outline.title = value,
                "title" if outline.title.is_empty() => outline.title = value,
                "type" => outline.kind = value,
                "iscomment" => outline.is_comment = value.eq_ignore_ascii_case("true"),
                "xmlurl" => outline.feed = value,
                "url" => outline.url = value,
                PAGE => outline.page = value,
                _ => {}
            }
        }
        outline
    }

    /// Returns its address as it is written, and the kind of page there.
    fn address(&self) -> Option<(&str, ReadAs)> {
        let addresses = [
            (&self.page, ReadAs::Auto),
            (&self.feed, ReadAs::Feed),
            (&self.url, ReadAs::Auto),
        ];
        addresses
            .into_iter()
            .find(|(address, _)| !address.is_empty())
            .map(|(address, kind)| (address.as_str(), kind))
    }

    /// Returns its name for people.
    fn name(&self) -> &str {
        match (self.title.as_str(), self.address()) {
            ("", Some((address, _))) => address,
            ("", None) => "an outline without a name",
            (title, _) => title,
        }
    }
}

/// Returns the value of an attribute; one with an unknown entity stays as it is written.
fn value(attribute: &Attribute<'_>) -> String {
    attribute
        .normalized_value(XmlVersion::default())
        .map_or_else(
            |_| String::from_utf8_lossy(&attribute.value).replace("&amp;", "&"),
            |value| value.into_owned(),
        )
}

/// Parses a web address; `feed:` before it, or instead of its scheme, marks it as a feed's.
fn web_address(written: &str) -> Result<Url, String> {
    let lower = written.to_ascii_lowercase();
    let after = |prefix: &str| lower.starts_with(prefix).then(|| &written[prefix.len()..]);
    let plain = if let Some(rest) = after("feed://") {
        // Some writers put the prefix before a complete address.
        match rest.contains("://") {
            true => rest.to_owned(),
            false => format!("http://{rest}"),
        }
    } else {
        after("feed:").unwrap_or(written).to_owned()
    };
    let url = Url::parse(&plain).map_err(|error| format!("its address is not valid ({error})"))?;
    match url.scheme() {
        "http" | "https" if url.has_host() => Ok(url),
        "http" | "https" => Err("its address has no host".to_owned()),
        scheme => Err(format!(
            "its address begins with `{scheme}:`, not with http: or https:"
        )),
    }
}
