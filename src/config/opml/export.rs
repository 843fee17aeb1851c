//! Writes sources as the lines of a document that feed readers accept.

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};
use url::Url;

use crate::bulletin::Login;

/// The prefix of our own attributes, which other programs ignore.
const NAMESPACE: &str = "urn:noticast:opml";
/// The attribute with the page of an outline whose feed is our own.
pub(super) const PAGE: &str = "noticast:page";

/// A source as a line of an OPML document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    pub name: String,
    pub address: Address,
}

/// The address of a source for feed readers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// The source is a feed itself.
    Feed(Url),
    /// The source is a page, and this is our feed of it.
    OwnFeed { page: Url, feed: Url },
    /// The source is a page without a feed.
    Page(Url),
}

/// Returns an OPML document of sources, without users and passwords.
#[must_use]
pub fn to_opml(outlines: &[Outline]) -> String {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    write(&mut writer, outlines).expect("memory takes every write");
    let mut text = String::from_utf8(writer.into_inner()).expect("the writer was given text");
    text.push('\n');
    text
}

fn write(writer: &mut Writer<Vec<u8>>, outlines: &[Outline]) -> std::io::Result<()> {
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let opml = writer
        .create_element("opml")
        .with_attributes([("version", "2.0"), ("xmlns:noticast", NAMESPACE)]);
    opml.write_inner_content(|writer| {
        writer
            .create_element("head")
            .write_inner_content(|writer| {
                let title = writer.create_element("title");
                title.write_text_content(BytesText::new("noticast"))?;
                Ok(())
            })?;
        writer
            .create_element("body")
            .write_inner_content(|writer| {
                for outline in outlines {
                    let attributes = outline.attributes();
                    let attributes = attributes.iter().map(|(key, value)| (*key, value.as_str()));
                    writer
                        .create_element("outline")
                        .with_attributes(attributes)
                        .write_empty()?;
                }
                Ok(())
            })?;
        Ok(())
    })?;
    Ok(())
}

impl Outline {
    fn attributes(&self) -> Vec<(&'static str, String)> {
        let kind = match self.address {
            Address::Page(_) => "link",
            Address::Feed(_) | Address::OwnFeed { .. } => "rss",
        };
        let mut attributes = vec![("type", kind.to_owned()), ("text", self.name.clone())];
        match &self.address {
            Address::Feed(feed) => attributes.push(("xmlUrl", without_login(feed))),
            Address::Page(page) => attributes.push(("url", without_login(page))),
            Address::OwnFeed { page, feed } => attributes.extend([
                ("xmlUrl", without_login(feed)),
                ("htmlUrl", without_login(page)),
                (PAGE, without_login(page)),
            ]),
        }
        attributes
    }
}

/// Returns an address without user and password.
pub(super) fn without_login(url: &Url) -> String {
    Login::taken_off(url).as_str().to_owned()
}
