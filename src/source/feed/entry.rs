//! Entries of RSS, Atom, RDF and CDF.

use base64::{Engine, engine::general_purpose::STANDARD};
use url::Url;

use super::{
    Attachment, Context, Entry, Feed, Frame, MAX_ENTRIES, attachment, markup, resolve,
    tree::{Id, Tree, local},
};
use crate::source::text;

const ENTRIES: [&str; 2] = ["item", "entry"];

/// Where dates stand, the best first.
const PUBLISHED: [&str; 8] = [
    "pubdate",
    "published",
    "dc:date",
    "dcterms:issued",
    "issued",
    "dcterms:created",
    "created",
    "date",
];
const UPDATED: [&str; 4] = ["updated", "modified", "dcterms:modified", "lastmod"];

pub(super) fn read(tree: &Tree, root: Id, context: &Context<'_>) -> Feed {
    let prefix = tree
        .name(root)
        .rsplit_once(':')
        .map_or("", |(prefix, _)| prefix);
    let reader = Reader {
        tree,
        prefix: if prefix == "rdf" { "" } else { prefix },
        root,
    };
    reader.feed(context)
}

struct Reader<'a> {
    tree: &'a Tree,
    /// The prefix of the feed's own names; mostly none.
    prefix: &'a str,
    root: Id,
}

impl Reader<'_> {
    fn feed(&self, context: &Context<'_>) -> Feed {
        let channel = self.child(self.root, &["channel"]).unwrap_or(self.root);
        let site = self.link(channel, context.base);
        let frame = Frame {
            context,
            home: site.clone().unwrap_or_else(|| context.base.clone()),
        };
        let base = site.as_ref().unwrap_or(context.base);
        let common = self.publisher(channel);
        let names: Vec<String> = ENTRIES.iter().map(|name| self.own(name)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).chain(ENTRIES).collect();
        let (notices, articles) = self
            .tree
            .below(self.root, &names)
            .take(MAX_ENTRIES)
            .filter_map(|id| frame.notice(self.entry(id, base, common.as_ref())))
            .unzip();
        Feed {
            title: self
                .child(channel, &["title"])
                .map(|id| text::one_line(&self.title(id)))
                .filter(|title| !title.is_empty()),
            notices,
            articles,
        }
    }

    /// `common` is who publishes what names nobody.
    fn entry(&self, id: Id, base: &Url, common: Option<&String>) -> Entry {
        let base = &self.base(id, base);
        let content = self.child(id, &["content:encoded", "content", "xhtml:body", "body"]);
        let summary = self.child(
            id,
            &[
                "description",
                "summary",
                "dc:description",
                "abstract",
                "tagline",
            ],
        );
        let content = content
            .map(|id| self.html(id))
            .filter(|html| !html.trim().is_empty());
        let summary = summary
            .map(|id| self.html(id))
            .filter(|html| !html.trim().is_empty());
        let pictured = content.as_deref().or(summary.as_deref());
        Entry {
            title: self
                .child(id, &["title", "dc:title", "media:title", "itunes:title"])
                .map(|id| self.title(id))
                .unwrap_or_default(),
            url: self.address(id, base),
            guid: self.text(id, &["guid", "id", "dc:identifier"]),
            published: self.text(id, &PUBLISHED),
            updated: self.text(id, &UPDATED),
            publisher: self.publisher(id).or_else(|| common.cloned()),
            attachments: self.attachments(id, base),
            image: pictured
                .and_then(markup::first_image)
                .and_then(|src| resolve(&src, base))
                .map(String::from),
            summary,
            content,
        }
    }

    /// A name with the feed's own prefix.
    fn own(&self, name: &str) -> String {
        if self.prefix.is_empty() {
            name.to_owned()
        } else {
            format!("{}:{name}", self.prefix)
        }
    }

    fn named(&self, id: Id, name: &str) -> bool {
        let found = self.tree.name(id);
        found == name
            || found
                .strip_prefix(self.prefix)
                .and_then(|rest| rest.strip_prefix(':'))
                .is_some_and(|rest| rest == name)
    }

    /// The first child that has one of the names, the first name first.
    fn child(&self, id: Id, names: &[&str]) -> Option<Id> {
        names.iter().find_map(|name| {
            self.tree
                .children(id)
                .find(|child| self.named(*child, name))
        })
    }

    /// The first text that is not empty under one of the names.
    fn text(&self, id: Id, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| {
            let child = self
                .tree
                .children(id)
                .find(|child| self.named(*child, name))?;
            let text = self.tree.text(child).trim().to_owned();
            (!text.is_empty()).then_some(text)
        })
    }

    /// The words of a title by Atom's type rules; RSS says nothing, and its titles may be either.
    fn title(&self, id: Id) -> String {
        let text = self.tree.text(id);
        if self.tree.attribute(id, "mode") == Some("base64") {
            return markup::plain(&decoded(&text).unwrap_or(text));
        }
        match self.tree.attribute(id, "type") {
            Some("html" | "text/html") => markup::plain(&text),
            Some("text" | "text/plain" | "xhtml" | "application/xhtml+xml") => text,
            _ if self.tree.attribute(id, "mode") == Some("escaped") => markup::plain(&text),
            _ => markup::title(&text),
        }
    }

    /// What an element holds as HTML, escaped or not.
    fn html(&self, id: Id) -> String {
        if self.tree.has_markup(id) {
            return self.tree.markup(id);
        }
        let text = self.tree.text(id);
        match self.tree.attribute(id, "type") {
            Some("text" | "text/plain") => text.replace('&', "&amp;").replace('<', "&lt;"),
            _ => text,
        }
    }

    /// `xml:base` of the element and all around it.
    fn base(&self, id: Id, outer: &Url) -> Url {
        let mut bases: Vec<&str> = self
            .tree
            .ancestors(id)
            .filter_map(|id| self.tree.attribute(id, "xml:base"))
            .collect();
        bases.reverse();
        bases.into_iter().fold(outer.clone(), |base, written| {
            base.join(written).unwrap_or(base)
        })
    }

    /// The page that an entry is about: its link, else what identifies it, where that is an address.
    fn address(&self, id: Id, base: &Url) -> Option<Url> {
        let attribute = |name| self.tree.attribute(id, name);
        let permanent = self
            .child(id, &["guid"])
            .filter(|guid| self.tree.attribute(*guid, "ispermalink") != Some("false"))
            .map(|guid| self.tree.text(guid));
        let identity = permanent
            .or_else(|| self.text(id, &["id"]))
            .filter(|text| text.trim_start().starts_with("http"));
        self.link(id, base)
            .or_else(|| resolve(&identity?, base))
            .or_else(|| resolve(attribute("href")?, base))
            .or_else(|| resolve(attribute("rdf:about")?, base))
            .or_else(|| {
                let content = self.child(id, &["content"])?;
                resolve(self.tree.attribute(content, "src")?, base)
            })
    }

    /// The link of an entry or feed: Atom's alternate one, an HTML page before anything else; RSS's
    /// own text.
    fn link(&self, id: Id, base: &Url) -> Option<Url> {
        let links = || {
            self.tree
                .children(id)
                .filter(|child| self.named(*child, "link") || self.tree.name(*child) == "atom:link")
        };
        let alternate = |link: &Id| {
            self.tree
                .attribute(*link, "rel")
                .is_none_or(|rel| rel.is_empty() || rel.eq_ignore_ascii_case("alternate"))
        };
        let page = |link: &Id| {
            self.tree
                .attribute(*link, "type")
                .is_none_or(|kind| kind.contains("html"))
        };
        let written = |link: Id| {
            let base = self.base(link, base);
            match self.tree.attribute(link, "href") {
                Some(href) => resolve(href, &base),
                None => resolve(&self.tree.text(link), &base),
            }
        };
        links()
            .filter(alternate)
            .filter(page)
            .find_map(written)
            .or_else(|| links().filter(alternate).find_map(written))
    }

    fn publisher(&self, id: Id) -> Option<String> {
        let author = self.child(
            id,
            &["author", "dc:creator", "itunes:author", "dc:publisher"],
        )?;
        let name = self.text(author, &["name"]);
        let name = name.unwrap_or_else(|| self.tree.text(author));
        person(&name)
    }

    fn attachments(&self, id: Id, base: &Url) -> Vec<Attachment> {
        let mut attachments: Vec<Attachment> = Vec::new();
        for child in self.tree.children(id) {
            let attribute = |name| self.tree.attribute(child, name);
            let written = match local(self.tree.name(child)) {
                "enclosure" => attribute("url").or(attribute("rdf:resource")),
                "link" if attribute("rel") == Some("enclosure") => attribute("href"),
                _ => continue,
            };
            let picture = attribute("type").is_some_and(|kind| kind.starts_with("image/"));
            let Some(url) = written.and_then(|written| resolve(written, &self.base(child, base)))
            else {
                continue;
            };
            if !picture && attachments.iter().all(|known| known.url != url.as_str()) {
                attachments.push(attachment(&url, attribute("title")));
            }
        }
        attachments
    }
}

/// Atom 0.3 may hold text as base64.
fn decoded(text: &str) -> Option<String> {
    let packed: String = text.split_whitespace().collect();
    String::from_utf8(STANDARD.decode(packed).ok()?).ok()
}

/// The name in `desk@example.com (Press desk)`; an address alone is nobody's name.
fn person(written: &str) -> Option<String> {
    let written = written.trim();
    let name = match written.split_once('(') {
        Some((address, name)) if address.contains('@') => name.trim_end_matches(')'),
        _ => written.split_once(" <").map_or(written, |(name, _)| name),
    };
    let name = name.trim();
    let is_address = name.contains('@') && !name.contains(' ');
    (!name.is_empty() && !is_address).then(|| name.to_owned())
}
