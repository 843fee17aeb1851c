//! OPML, the lists of feeds that feed readers exchange (<https://opml.org/spec2.opml>).

use quick_xml::{
    Reader, Writer, XmlVersion,
    events::{BytesDecl, BytesStart, Event},
};
use url::Url;

use super::{Config, SourceBlock};
use crate::bulletin::{ReadAs, Source, SourceId};

/// An OPML document of sources, without passwords, each with whether it is a feed (`rss`) or a page (`link`).
#[must_use]
pub fn to_opml<'a>(sources: impl IntoIterator<Item = (&'a Source, bool)>) -> String {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    write(&mut writer, sources).expect("memory takes every write");
    let mut text = String::from_utf8(writer.into_inner()).expect("the writer was given text");
    text.push('\n');
    text
}

fn write<'a>(
    writer: &mut Writer<Vec<u8>>,
    sources: impl IntoIterator<Item = (&'a Source, bool)>,
) -> std::io::Result<()> {
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let opml = writer
        .create_element("opml")
        .with_attribute(("version", "2.0"));
    opml.write_inner_content(|writer| {
        writer
            .create_element("head")
            .write_inner_content(|writer| {
                let title = writer.create_element("title");
                title.write_text_content(quick_xml::events::BytesText::new("noticast"))?;
                Ok(())
            })?;
        writer
            .create_element("body")
            .write_inner_content(|writer| {
                for (source, is_feed) in sources {
                    let (kind, address) = if is_feed {
                        ("rss", "xmlUrl")
                    } else {
                        ("link", "url")
                    };
                    writer
                        .create_element("outline")
                        .with_attributes([
                            ("type", kind),
                            ("text", source.name.as_str()),
                            (address, source.url.as_str()),
                        ])
                        .write_empty()?;
                }
                Ok(())
            })?;
        Ok(())
    })?;
    Ok(())
}

/// The outlines of an OPML document that `config` does not watch yet, as blocks to append.
///
/// # Errors
/// Why the text is no OPML.
pub fn from_opml(text: &str, config: &Config) -> Result<Vec<SourceBlock>, String> {
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let mut blocks: Vec<SourceBlock> = Vec::new();
    let mut is_opml = false;
    loop {
        let event = reader
            .read_event()
            .map_err(|error| format!("no OPML: {error}"))?;
        let (Event::Start(element) | Event::Empty(element)) = event else {
            match event {
                Event::Eof if is_opml => return Ok(blocks),
                Event::Eof => return Err("no OPML: it has no `opml` element".to_owned()),
                _ => continue,
            }
        };
        match element.local_name().as_ref() {
            b"opml" => is_opml = true,
            b"outline" => {
                let known = || {
                    let configured = config
                        .sources
                        .iter()
                        .map(|source| (&source.id, &source.url));
                    configured.chain(blocks.iter().map(|block| (&block.id, &block.url)))
                };
                blocks.extend(block(&element, known));
            }
            _ => {}
        }
    }
}

/// None for a folder, for an address that is no use, and for one that is known.
fn block<'a, K>(element: &BytesStart<'_>, known: impl Fn() -> K) -> Option<SourceBlock>
where
    K: Iterator<Item = (&'a SourceId, &'a Url)>,
{
    let (mut name, mut feed, mut page) = (None, None, None);
    for attribute in element.attributes().flatten() {
        let value = attribute.normalized_value(XmlVersion::default()).ok()?;
        match attribute.key.local_name().as_ref() {
            b"text" | b"title" if !value.trim().is_empty() => name = Some(value.into_owned()),
            b"xmlUrl" => feed = Some(value.into_owned()),
            b"url" => page = Some(value.into_owned()),
            _ => {}
        }
    }
    let kind = if feed.is_some() {
        ReadAs::Feed
    } else {
        ReadAs::Auto
    };
    let url = Url::parse(feed.or(page)?.trim()).ok()?;
    let useful = matches!(url.scheme(), "http" | "https") && url.has_host();
    if !useful || known().any(|(_, watched)| *watched == url) {
        return None;
    }
    let ids = known().map(|(id, _)| id);
    let block = SourceBlock::new(url, &name.unwrap_or_default(), ids);
    Some(SourceBlock { kind, ..block })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;

    const READERS_OWN: &str = r#"<?xml version="1.0"?>
<opml version="1.0"><head><title>mine</title></head><body>
 <outline text="Folder &amp; more">
  <outline text="新闻 &lt;1&gt;" type="rss" xmlUrl="https://a.example/feed?x=1&amp;y=2"/>
  <outline title="no address" type="rss"/>
  <outline text="bad" xmlUrl="file:///etc/passwd"/>
 </outline>
 <outline text="A page" type="link" url="https://b.example/news/"></outline>
 <outline text="again" type="rss" xmlUrl="https://a.example/feed?x=1&amp;y=2"/>
</body></opml>"#;

    #[test]
    fn feeds_become_blocks_once_each() {
        let blocks = from_opml(READERS_OWN, &Config::default()).unwrap();
        let told: Vec<_> = blocks
            .iter()
            .map(|block| (block.name.as_str(), block.url.as_str(), block.kind))
            .collect();
        assert_eq!(
            told,
            [
                ("新闻 <1>", "https://a.example/feed?x=1&y=2", ReadAs::Feed),
                ("A page", "https://b.example/news/", ReadAs::Auto),
            ]
        );
    }

    #[test]
    fn what_is_exported_is_already_known_when_imported() {
        let blocks = from_opml(READERS_OWN, &Config::default()).unwrap();
        let text: String = blocks.iter().map(SourceBlock::to_string).collect();
        let config = Config::check(&text, Path::new("x.toml")).unwrap();
        let sources = config.sources.iter();
        let opml = to_opml(sources.map(|source| (source, source.kind == ReadAs::Feed)));
        assert_eq!(from_opml(&opml, &config).unwrap(), []);
        assert_eq!(from_opml(&opml, &Config::default()).unwrap(), blocks);
    }

    #[test]
    fn other_xml_is_no_opml() {
        assert!(from_opml("<rss/>", &Config::default()).is_err());
        assert!(from_opml("<opml", &Config::default()).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "(<|>|/|outline|opml|xmlUrl=|\"|'|&|;|.){0,40}") {
            let _ = from_opml(&text, &Config::default());
        }
    }
}
