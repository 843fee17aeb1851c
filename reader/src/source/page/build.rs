//! Builds the flat tree from tokens. The rules for opening and closing elements are here, in steps that never inspect
//! more than the open elements.

use std::ops::Range;

use super::{
    tags::{
        BLOCKS_AN_ANCHOR, PARAGRAPH_SCOPE, closes_paragraph, is_table_part, is_table_section,
        is_void,
    },
    tree::{Element, Gap, Id, PageTree, TextRun, is_inline},
};
use html5gum::emitters::callback::CallbackEvent;

/// The greatest depth; deeper elements become children of the last one that still counts: real pages stay below 100,
/// broken ones below 300.
const MAX_DEPTH: usize = 400;
/// The number of elements and pieces of text after which more are left out; the largest real pages have 30,000.
const MAX_NODES: usize = 400_000;

/// The multiplier that mixes names into a path (that of FxHash).
const PATH_MULTIPLIER: u64 = 0x517c_c1b7_2722_0a95;

/// A builder of the tree from tokens.
pub(super) struct Builder {
    page: PageTree,
    /// The open elements, the root first.
    open: Vec<OpenElement>,
    /// The number of start tags that were too deep to open anything: as many end tags are ignored.
    unopened: usize,
    gap: Gap,
    /// The start tag that is being read.
    tag: Range<u32>,
    tag_attributes: u32,
    attribute: Option<Range<u32>>,
    seen_body: bool,
    /// True if the end of the page was seen.
    is_finished: bool,
}

struct OpenElement {
    id: Id,
    /// True if its end tag was seen while blocks inside it are still open.
    ended: bool,
}

impl Builder {
    pub(super) fn new(size: usize) -> Self {
        let mut builder = Self {
            page: PageTree {
                // Less than the page is stored; a tag has about 40 bytes.
                strings: String::with_capacity(size),
                elements: Vec::with_capacity(size / 48),
                runs: Vec::with_capacity(size / 96),
                attributes: Vec::with_capacity(size / 48),
                ..PageTree::default()
            },
            open: Vec::new(),
            unopened: 0,
            gap: Gap::Block,
            tag: 0..0,
            tag_attributes: 0,
            attribute: None,
            seen_body: false,
            is_finished: false,
        };
        let root = builder.keep("html");
        builder.append(root, 0);
        builder.open.push(OpenElement {
            id: 0,
            ended: false,
        });
        builder
    }

    pub(super) fn take(&mut self, event: &CallbackEvent<'_>) {
        if self.page.elements.len() + self.page.runs.len() > MAX_NODES
            || self.page.strings.len() > u32::MAX as usize / 2
        {
            self.page.truncated = true;
            return;
        }
        match event {
            CallbackEvent::OpenStartTag { name } => {
                self.tag = self.keep(utf8(name));
                self.tag_attributes = self.page.attributes.len() as u32;
                self.attribute = None;
            }
            CallbackEvent::AttributeName { name } => {
                self.flush_attribute("");
                self.attribute = Some(self.keep(utf8(name)));
            }
            CallbackEvent::AttributeValue { value } => self.flush_attribute(utf8(value)),
            CallbackEvent::CloseStartTag { .. } => {
                self.flush_attribute("");
                self.start();
            }
            CallbackEvent::EndTag { name } => {
                self.attribute = None;
                self.end(utf8(name));
            }
            CallbackEvent::String { value } => self.text(utf8(value)),
            CallbackEvent::Comment { .. }
            | CallbackEvent::Doctype { .. }
            | CallbackEvent::Error(_) => {}
        }
    }

    fn keep(&mut self, text: &str) -> Range<u32> {
        let start = self.page.strings.len() as u32;
        self.page.strings.push_str(text);
        start..self.page.strings.len() as u32
    }

    fn flush_attribute(&mut self, value: &str) {
        if let Some(name) = self.attribute.take() {
            let value = self.keep(value);
            self.page.attributes.push((name, value));
        }
    }

    fn start(&mut self) {
        let tag = self.tag.clone();
        let name = self.page.string(&tag).to_owned();
        match name.as_str() {
            "html" => return,
            "body" if self.seen_body => return,
            "head" | "body" => self.close_to(1),
            _ => self.imply_ends(&name),
        }
        self.seen_body |= name == "body";
        if !is_inline(&name) {
            self.gap = Gap::Block;
        }
        let attributes = self.tag_attributes;
        if name == "tr" && self.name_at(self.open.len() - 1) == "table" {
            // Browsers insert one; selectors written in a browser count on it.
            let body = self.keep("tbody");
            let at = self.page.attributes.len() as u32;
            let id = self.append(body, at);
            self.open.push(OpenElement { id, ended: false });
        }
        let id = self.append(tag, attributes);
        if is_void(&name) {
            return;
        }
        if self.open.len() >= MAX_DEPTH {
            self.unopened += 1;
            return;
        }
        self.open.push(OpenElement { id, ended: false });
    }

    fn append(&mut self, name: Range<u32>, attributes: u32) -> Id {
        let id = self.page.elements.len() as Id;
        let (parent, depth, above) = self.open.last().map_or((0, 0, 0), |open| {
            let parent = &self.page.elements[open.id as usize];
            (open.id, parent.depth + 1, parent.path)
        });
        let text = self.page.string(&name);
        let path = if is_inline(text) && text != "a" || is_table_section(text) {
            above
        } else {
            text.bytes().fold(above.wrapping_add(1), |hash, byte| {
                (hash.rotate_left(5) ^ u64::from(byte)).wrapping_mul(PATH_MULTIPLIER)
            })
        };
        let runs = self.page.runs.len() as u32;
        self.page.elements.push(Element {
            parent,
            end: id + 1,
            runs: runs..runs,
            depth,
            name,
            attributes: attributes..self.page.attributes.len() as u32,
            path,
        });
        id
    }

    fn name_at(&self, place: usize) -> &str {
        self.page.name(self.open[place].id)
    }

    /// Closes the open elements from `place` on.
    fn close_to(&mut self, place: usize) {
        let place = place.max(1);
        while self.open.len() > place
            || self.open.len() > 1 && self.open.last().is_some_and(|o| o.ended)
        {
            let Some(open) = self.open.pop() else { return };
            let (end, runs) = (self.page.elements.len(), self.page.runs.len());
            let element = &mut self.page.elements[open.id as usize];
            (element.end, element.runs.end) = (end as Id, runs as u32);
        }
    }

    /// Closes the elements that a start tag ends implicitly: a list item by the next, a cell by a row.
    fn imply_ends(&mut self, name: &str) {
        let (ends, within): (&[&str], &[&str]) = match name {
            "li" => (&["li"], &["ul", "ol", "menu", "td", "table", "dl"]),
            "dt" | "dd" => (&["dt", "dd"], &["dl", "td", "table", "ul", "ol"]),
            "td" | "th" => (&["td", "th"], &["tr", "table"]),
            "tr" => (&["tr", "caption", "colgroup"], &["table"]),
            "tbody" | "thead" | "tfoot" => (
                &["tbody", "thead", "tfoot", "caption", "colgroup"],
                &["table"],
            ),
            "option" | "optgroup" => (&["option"], &["select"]),
            "a" => (&["a"], BLOCKS_AN_ANCHOR),
            _ if closes_paragraph(name) => (&["p"], PARAGRAPH_SCOPE),
            _ => return,
        };
        for place in (1..self.open.len()).rev() {
            let open = self.name_at(place);
            if ends.contains(&open) && !self.open[place].ended {
                return self.close_to(place);
            }
            if within.contains(&open) {
                return;
            }
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "html" | "body" => {
                self.is_finished = true;
                return;
            }
            "br" | "p" if !self.open.iter().any(|o| self.page.name(o.id) == name) => {
                self.gap = Gap::Block;
                return;
            }
            _ => {}
        }
        if !is_inline(name) {
            self.gap = Gap::Block;
        }
        if self.unopened > 0 {
            self.unopened -= 1;
            return;
        }
        let inline = is_inline(name);
        let mut blocks = false;
        for place in (1..self.open.len()).rev() {
            if self.open[place].ended {
                continue;
            }
            let open = self.name_at(place);
            if open == name {
                if inline && blocks {
                    // In `<a><div></a>` the anchor is over, the block is not.
                    self.open[place].ended = true;
                } else {
                    self.close_to(place);
                }
                return;
            }
            if matches!(
                open,
                "table" | "td" | "th" | "caption" | "template" | "object"
            ) && !is_table_part(name)
                || open == "table"
                || (name == "li" && matches!(open, "ul" | "ol"))
            {
                return;
            }
            blocks |= !is_inline(open);
        }
    }

    fn text(&mut self, text: &str) {
        let Some(open) = self.open.last() else { return };
        let id = open.id;
        match self.page.name(id) {
            "script" => {
                self.page.scripts.push((id, text.to_owned()));
                return;
            }
            "title" => {
                if self.page.title.is_empty() {
                    self.page.title = text.to_owned();
                }
                return;
            }
            "noscript" => {
                self.page.noscript.push_str(text);
                return;
            }
            "rt" | "rp" | "style" | "textarea" | "iframe" | "xmp" | "noembed" | "template"
            | "option" => return,
            _ => {}
        }
        let trimmed = text.trim_matches(|c: char| c.is_whitespace());
        if trimmed.is_empty() || text.starts_with(char::is_whitespace) {
            self.gap = self.gap.max(Gap::Space);
        }
        if trimmed.is_empty() {
            return;
        }
        let range = self.keep(trimmed);
        self.page.runs.push(TextRun {
            element: id,
            gap: self.gap,
            text: range,
        });
        self.gap = if text.ends_with(char::is_whitespace) {
            Gap::Space
        } else {
            Gap::None
        };
    }

    pub(super) fn finish(mut self) -> PageTree {
        if !self.is_finished {
            let open = self.open.iter().filter(|open| !open.ended);
            let open = open.map(|open| open.id).filter(|id| *id > 0);
            self.page.open_at_end = open
                .filter(|id| !matches!(self.page.name(*id), "html" | "head" | "body"))
                .collect();
        }
        self.close_to(1);
        let (elements, runs) = (self.page.elements.len(), self.page.runs.len());
        let root = &mut self.page.elements[0];
        (root.end, root.runs.end) = (elements as Id, runs as u32);
        self.page
    }
}

/// Returns bytes as text: the tokenizer was given UTF-8 and cuts only at ASCII.
fn utf8(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}
