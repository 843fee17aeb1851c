//! Reads entries of RSS, Atom, RDF and CDF.

use base64::{Engine, engine::general_purpose::STANDARD};
use url::Url;

use super::{
    frame::{FeedFrame, FeedItem, MAX_ENTRIES, attachment, resolve},
    markup,
    tree::{FeedElementId, Tree, local},
};
use crate::{
    bulletin::Attachment,
    source::{
        reading::{Context, NoticeFeed},
        text,
    },
};

const ENTRIES: [&str; 2] = ["item", "entry"];

/// The elements that hold dates, the best first.
const PUBLISHED: [&str; 9] = [
    "pubdate",
    "published",
    "atom:published",
    "dc:date",
    "dcterms:issued",
    "issued",
    "dcterms:created",
    "created",
    "date",
];
const UPDATED: [&str; 5] = [
    "updated",
    "atom:updated",
    "modified",
    "dcterms:modified",
    "lastmod",
];

/// The addresses under which the IANA registers the names of relations; Atom allows a name with its address before it.
const IANA: [&str; 2] = [
    "://www.iana.org/assignments/relation/",
    "://www.iana.org/assignments/link-relations/",
];

pub(super) fn read(tree: &Tree, root: FeedElementId, context: &Context<'_>) -> NoticeFeed {
    let prefix = tree
        .name(root)
        .rsplit_once(':')
        .map_or("", |(prefix, _)| prefix);
    let reader = EntryReader {
        tree,
        prefix: if prefix == "rdf" { "" } else { prefix },
        root,
    };
    reader.feed(context)
}

struct EntryReader<'a> {
    tree: &'a Tree,
    /// The prefix of the feed's own names; mostly empty.
    prefix: &'a str,
    root: FeedElementId,
}

impl EntryReader<'_> {
    fn feed(&self, context: &Context<'_>) -> NoticeFeed {
        let channel = self.child(self.root, &["channel"]).unwrap_or(self.root);
        let frame = FeedFrame::new(context, self.link(channel, context.base));
        let base = self.outermost_base(channel, &frame).clone();
        let common = self.publisher(channel);
        let names: Vec<String> = ENTRIES.iter().map(|name| self.own(name)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).chain(ENTRIES).collect();
        let entries = self.tree.below(self.root, &names);
        let entries: Vec<FeedElementId> = entries.filter(|id| !self.tree.is_cut(*id)).collect();
        let (notices, articles) = entries
            .iter()
            .copied()
            .take(MAX_ENTRIES)
            .filter_map(|id| frame.notice(self.entry(id, &base, common.as_ref())))
            .unzip();
        NoticeFeed {
            title: self
                .child(channel, &["title"])
                .map(|id| text::one_line(&self.title(id)))
                .filter(|title| !title.is_empty()),
            notices,
            articles,
            warnings: frame.warnings.into_inner(),
            is_cut: self.tree.ends_within(&names),
            left_out: entries.len().saturating_sub(MAX_ENTRIES),
        }
    }

    /// Returns the base of addresses outside of every `xml:base`: for Atom, and for a base that is relative itself, the
    /// address that was fetched (RFC 4287, section 2); for RSS its site.
    fn outermost_base<'f>(&self, channel: FeedElementId, frame: &'f FeedFrame<'_>) -> &'f Url {
        let is_atom = local(self.tree.name(self.root)) == "feed";
        let has_base = self
            .tree
            .ancestors(channel)
            .any(|id| self.tree.attribute(id, "xml:base").is_some());
        if is_atom || has_base {
            frame.context.base
        } else {
            &frame.home
        }
    }

    /// Reads an entry. `outer` is the base outside of every `xml:base`, `common` the publisher of entries that name
    /// none.
    fn entry(&self, id: FeedElementId, outer: &Url, common: Option<&String>) -> FeedItem {
        let content = self.child(
            id,
            &[
                "content:encoded",
                "content",
                "atom:content",
                "xhtml:body",
                "body",
            ],
        );
        let summary = self.child(
            id,
            &[
                "description",
                "summary",
                "atom:summary",
                "dc:description",
                "abstract",
                "tagline",
            ],
        );
        let html = |id| Some(self.html(id)).filter(|html| !html.trim().is_empty());
        let (content, summary) = (content.and_then(html), summary.and_then(html));
        FeedItem {
            title: self
                .child(
                    id,
                    &[
                        "title",
                        "atom:title",
                        "dc:title",
                        "media:title",
                        "itunes:title",
                    ],
                )
                .map(|id| self.title(id))
                .unwrap_or_default(),
            url: self.address(id, outer),
            guid: self.text(id, &["guid", "id", "atom:id", "dc:identifier"]),
            published: self.text(id, &PUBLISHED),
            updated: self.text(id, &UPDATED),
            publisher: self.publisher(id).or_else(|| common.cloned()),
            attachments: self.attachments(id, outer),
            summary,
            content,
        }
    }

    /// Returns a name with the feed's own prefix.
    fn own(&self, name: &str) -> String {
        if self.prefix.is_empty() {
            name.to_owned()
        } else {
            format!("{}:{name}", self.prefix)
        }
    }

    fn named(&self, id: FeedElementId, name: &str) -> bool {
        let found = self.tree.name(id);
        found == name
            || found
                .strip_prefix(self.prefix)
                .and_then(|rest| rest.strip_prefix(':'))
                .is_some_and(|rest| rest == name)
    }

    /// Returns the first child that has one of the names, with the first name preferred.
    fn child(&self, id: FeedElementId, names: &[&str]) -> Option<FeedElementId> {
        names.iter().find_map(|name| {
            self.tree
                .children(id)
                .find(|child| self.named(*child, name))
        })
    }

    /// Returns the first text that is not empty under one of the names.
    fn text(&self, id: FeedElementId, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| {
            let child = self
                .tree
                .children(id)
                .find(|child| self.named(*child, name))?;
            let text = self.tree.text(child).trim().to_owned();
            (!text.is_empty()).then_some(text)
        })
    }

    /// Returns the words of a title by Atom's type rules; RSS has no types, and its titles may be text or HTML.
    fn title(&self, id: FeedElementId) -> String {
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

    /// Returns the content of an element as HTML, escaped or not.
    fn html(&self, id: FeedElementId) -> String {
        if self.tree.has_markup(id) {
            return self.tree.markup(id);
        }
        let text = self.tree.text(id);
        match self.tree.attribute(id, "type") {
            Some("text" | "text/plain") => text.replace('&', "&amp;").replace('<', "&lt;"),
            _ => text,
        }
    }

    /// Returns `xml:base` of the element within those of all around it, each applied once (RFC 3986, section 5.1).
    fn base(&self, id: FeedElementId, outer: &Url) -> Url {
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

    /// Returns the page that an entry is about: its link, else its identifier, if that is an address.
    fn address(&self, id: FeedElementId, outer: &Url) -> Option<Url> {
        let permanent = self
            .child(id, &["guid"])
            .filter(|guid| self.tree.attribute(*guid, "ispermalink") != Some("false"))
            .map(|guid| self.tree.text(guid));
        let identity = permanent
            .or_else(|| self.text(id, &["id", "atom:id"]))
            .filter(|text| text.trim_start().starts_with("http"));
        let base = &self.base(id, outer);
        let attribute = |name| resolve(self.tree.attribute(id, name)?, base);
        self.link(id, outer)
            .or_else(|| resolve(&identity?, base))
            .or_else(|| attribute("href"))
            .or_else(|| attribute("rdf:about"))
            .or_else(|| {
                let content = self.child(id, &["content", "atom:content"])?;
                resolve(
                    self.tree.attribute(content, "src")?,
                    &self.base(content, outer),
                )
            })
    }

    /// Returns the link of an entry or feed: Atom's alternate one, preferably an HTML page; RSS's own text.
    fn link(&self, id: FeedElementId, outer: &Url) -> Option<Url> {
        let links = || {
            self.tree
                .children(id)
                .filter(|child| self.named(*child, "link") || self.tree.name(*child) == "atom:link")
        };
        let alternate = |link: &FeedElementId| self.relation(*link) == "alternate";
        let page = |link: &FeedElementId| {
            self.tree
                .attribute(*link, "type")
                .is_none_or(|kind| kind.contains("html"))
        };
        let written = |link: FeedElementId| {
            let base = self.base(link, outer);
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

    /// Returns the relation of a link to its entry; `alternate` if it does not state one.
    fn relation(&self, link: FeedElementId) -> String {
        let written = self.tree.attribute(link, "rel").unwrap_or_default();
        let lower = written.to_ascii_lowercase();
        let name = IANA
            .iter()
            .find_map(|place| Some(lower.split_once(place)?.1));
        match name.unwrap_or(&lower).trim() {
            "" => "alternate".to_owned(),
            name => name.to_owned(),
        }
    }

    fn publisher(&self, id: FeedElementId) -> Option<String> {
        let author = self.child(
            id,
            &[
                "author",
                "atom:author",
                "dc:creator",
                "itunes:author",
                "dc:publisher",
            ],
        )?;
        let name = self.text(author, &["name", "atom:name"]);
        let name = name.unwrap_or_else(|| self.tree.text(author));
        person(&name)
    }

    fn attachments(&self, id: FeedElementId, outer: &Url) -> Vec<Attachment> {
        let mut attachments: Vec<Attachment> = Vec::new();
        for child in self.tree.children(id) {
            let attribute = |name| self.tree.attribute(child, name);
            let written = match local(self.tree.name(child)) {
                "enclosure" => attribute("url").or(attribute("rdf:resource")),
                "link" if self.relation(child) == "enclosure" => attribute("href"),
                _ => continue,
            };
            let picture = attribute("type").is_some_and(|kind| kind.starts_with("image/"));
            let Some(url) = written.and_then(|written| resolve(written, &self.base(child, outer)))
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

/// Decodes base64, in which Atom 0.3 may hold text.
fn decoded(text: &str) -> Option<String> {
    let packed: String = text.split_whitespace().collect();
    String::from_utf8(STANDARD.decode(packed).ok()?).ok()
}

/// Returns the name in `desk@example.com (Press desk)`; an address is not a name.
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
