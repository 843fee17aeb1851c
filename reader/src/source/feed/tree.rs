//! Builds a tree of everything between angle brackets. It accepts bare ampersands, stray `<`, HTML entities, undeclared
//! prefixes, tags that are never closed, and a text that ends too early.

use std::{borrow::Cow, fmt::Write};

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

use super::{
    markup::{reference, unescape},
    namespace::Prefixes,
};

/// The number of elements of one text; more are not a feed but an attack.
const MAX_ELEMENTS: usize = 300_000;

/// The depth of nested elements; deeper ones are left out, and their text counts for the last.
const MAX_DEPTH: usize = 128;

/// The number of attributes of one element.
const MAX_ATTRIBUTES: usize = 32;

/// The names of elements that hold a feed.
const ROOTS: [&str; 4] = ["rss", "feed", "rdf", "channel"];

pub(super) type FeedElementId = usize;

#[derive(Debug, Default)]
pub(super) struct Tree {
    /// The elements in document order; the first is the document itself.
    elements: Vec<FeedElement>,
    prefixes: Prefixes,
    /// The elements that were never closed, outermost first.
    open_at_end: Vec<FeedElementId>,
}

#[derive(Debug, Default)]
struct FeedElement {
    /// The name in lower case, with the prefix that readers know.
    name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Child>,
    parent: FeedElementId,
}

#[derive(Debug)]
enum Child {
    Text(String),
    Element(FeedElementId),
}

impl Tree {
    /// Parses as much of a text as possible.
    pub(super) fn parse(text: &str) -> Self {
        let text = mend(text);
        let mut reader = Reader::from_str(&text);
        let config = reader.config_mut();
        config.allow_dangling_amp = true;
        config.allow_unmatched_ends = true;
        config.check_end_names = false;
        let mut tree = Self {
            elements: vec![FeedElement::default()],
            prefixes: Prefixes::default(),
            open_at_end: Vec::new(),
        };
        let mut open = vec![0];
        while let Ok(event) = reader.read_event() {
            match event {
                Event::Start(tag) => tree.open(&mut open, &tag),
                Event::Empty(tag) => {
                    let depth = open.len();
                    tree.open(&mut open, &tag);
                    open.truncate(depth);
                }
                Event::End(tag) => tree.close(&mut open, tag.name().as_ref()),
                Event::Text(text) => tree.push_text(&open, &String::from_utf8_lossy(&text)),
                Event::CData(text) => tree.push_text(&open, &String::from_utf8_lossy(&text)),
                Event::GeneralRef(name) => {
                    let name = String::from_utf8_lossy(&name);
                    let text = reference(&name).unwrap_or_else(|| format!("&{name};"));
                    tree.push_text(&open, &text);
                }
                Event::Eof => break,
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
            if tree.elements.len() >= MAX_ELEMENTS {
                break;
            }
        }
        tree.open_at_end = open;
        tree
    }

    /// Returns whether the text ended within this element, so that the rest of it is unknown.
    pub(super) fn is_cut(&self, id: FeedElementId) -> bool {
        self.open_at_end.contains(&id)
    }

    /// Returns whether the text ended within an element with any of these names.
    pub(super) fn ends_within(&self, names: &[&str]) -> bool {
        let mut open = self.open_at_end.iter();
        open.any(|id| names.contains(&self.name(*id)))
    }

    fn open(&mut self, open: &mut Vec<FeedElementId>, tag: &BytesStart<'_>) {
        let mut attributes: Vec<(String, String)> = tag
            .attributes()
            .with_checks(false)
            .filter_map(Result::ok)
            .take(MAX_ATTRIBUTES)
            .map(|attribute| {
                let value = String::from_utf8_lossy(&attribute.value);
                (lower(attribute.key.as_ref()), unescape(&value))
            })
            .collect();
        for (key, value) in &attributes {
            self.prefixes.declare(key, value);
        }
        for (key, _) in &mut attributes {
            *key = self.prefixes.canonical(std::mem::take(key));
        }
        let name = self.prefixes.canonical(lower(tag.name().as_ref()));
        // For an entry within an entry: the first was never closed.
        if matches!(name.as_str(), "item" | "entry") {
            self.close(open, name.as_bytes());
        }
        let (Some(parent), true) = (open.last().copied(), open.len() < MAX_DEPTH) else {
            return;
        };
        let id = self.elements.len();
        self.elements.push(FeedElement {
            name,
            attributes,
            children: Vec::new(),
            parent,
        });
        self.elements[parent].children.push(Child::Element(id));
        open.push(id);
    }

    /// Closes the innermost open element of that name, and the open elements within it.
    fn close(&self, open: &mut Vec<FeedElementId>, name: &[u8]) {
        let name = self.prefixes.canonical(lower(name).trim().to_owned());
        if let Some(depth) = open.iter().rposition(|id| self.elements[*id].name == name) {
            open.truncate(depth);
        }
    }

    fn push_text(&mut self, open: &[FeedElementId], text: &str) {
        let Some(element) = open.last().and_then(|id| self.elements.get_mut(*id)) else {
            return;
        };
        match element.children.last_mut() {
            Some(Child::Text(before)) => before.push_str(text),
            _ => element.children.push(Child::Text(text.to_owned())),
        }
    }

    /// Returns the element that holds the feed.
    pub(super) fn find_root(&self) -> Option<FeedElementId> {
        let local = |element: &FeedElement| {
            let name = element.name.as_str();
            ROOTS.contains(&name.rsplit_once(':').map_or(name, |(_, local)| local))
        };
        self.elements.iter().position(local)
    }

    /// Returns the element's name in lower case, with the prefix that readers know.
    pub(super) fn name(&self, id: FeedElementId) -> &str {
        &self.elements[id].name
    }

    pub(super) fn attribute(&self, id: FeedElementId, name: &str) -> Option<&str> {
        let attributes = &self.elements[id].attributes;
        let (_, value) = attributes.iter().find(|(key, _)| key == name)?;
        Some(value.trim())
    }

    pub(super) fn children(&self, id: FeedElementId) -> impl Iterator<Item = FeedElementId> + '_ {
        self.elements[id]
            .children
            .iter()
            .filter_map(|child| match child {
                Child::Element(id) => Some(*id),
                Child::Text(_) => None,
            })
    }

    /// Returns the element and those around it, innermost first.
    pub(super) fn ancestors(&self, id: FeedElementId) -> impl Iterator<Item = FeedElementId> + '_ {
        std::iter::successors(Some(id), |id| (*id > 0).then(|| self.elements[*id].parent))
    }

    /// Returns the elements below `root` whose name is one of `names`, in document order.
    pub(super) fn below<'a>(
        &'a self,
        root: FeedElementId,
        names: &'a [&str],
    ) -> impl Iterator<Item = FeedElementId> + 'a {
        (root + 1..self.elements.len())
            .filter(|id| names.contains(&self.name(*id)))
            .filter(move |id| self.ancestors(*id).any(|above| above == root))
    }

    /// Returns the text within an element, without tags.
    pub(super) fn text(&self, id: FeedElementId) -> String {
        let mut out = String::new();
        self.walk(id, |step| {
            if let TreeStep::Text(text) = step {
                out.push_str(text);
            }
        });
        out
    }

    /// Returns whether an element has elements within it: markup that was not escaped.
    pub(super) fn has_markup(&self, id: FeedElementId) -> bool {
        self.children(id).next().is_some()
    }

    /// Returns the content of an element as HTML.
    pub(super) fn markup(&self, id: FeedElementId) -> String {
        let mut out = String::new();
        self.walk(id, |step| match step {
            TreeStep::Text(text) => out.push_str(&text.replace('&', "&amp;").replace('<', "&lt;")),
            TreeStep::Open(id) => {
                out.push('<');
                out.push_str(local(self.name(id)));
                if let Some(src) = self.attribute(id, "src") {
                    let _ = write!(out, " src=\"{}\"", src.replace('"', "&quot;"));
                }
                out.push('>');
            }
            TreeStep::Close(id) => {
                out.push_str("</");
                out.push_str(local(self.name(id)));
                out.push('>');
            }
        });
        out
    }

    /// Visits the content of an element, without recursion.
    fn walk<'a>(&'a self, id: FeedElementId, mut visit: impl FnMut(TreeStep<'a>)) {
        let mut stack = vec![(id, self.elements[id].children.iter())];
        while let Some((inner, children)) = stack.last_mut() {
            match children.next() {
                Some(Child::Text(text)) => visit(TreeStep::Text(text)),
                Some(Child::Element(child)) => {
                    visit(TreeStep::Open(*child));
                    stack.push((*child, self.elements[*child].children.iter()));
                }
                None => {
                    if *inner != id {
                        visit(TreeStep::Close(*inner));
                    }
                    stack.pop();
                }
            }
        }
    }
}

enum TreeStep<'a> {
    Open(FeedElementId),
    Text(&'a str),
    Close(FeedElementId),
}

/// Returns a name without its prefix.
pub(super) fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

fn lower(name: &[u8]) -> String {
    String::from_utf8_lossy(name).to_ascii_lowercase()
}

/// Escapes each `<` that does not begin a tag, so that the words around it stay words.
fn mend(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let (mut copied, mut at) = (0, 0);
    while let Some(found) = text[at..].find('<') {
        at += found;
        let after = &text[at + 1..];
        let section = [("![CDATA[", "]]>"), ("!--", "-->")]
            .iter()
            .find(|(begin, _)| after.starts_with(begin));
        if let Some((begin, end)) = section {
            let Some(length) = after[begin.len()..].find(end) else {
                return Cow::Owned(format!("{out}{}{end}", &text[copied..]));
            };
            at += 1 + begin.len() + length + end.len();
            continue;
        }
        let begins_tag = after
            .strip_prefix('/')
            .unwrap_or(after)
            .starts_with(|c: char| c.is_ascii_alphabetic() || "!?_".contains(c));
        if !begins_tag {
            out.push_str(&text[copied..at]);
            out.push_str("&lt;");
            copied = at + 1;
        }
        at += 1;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}
