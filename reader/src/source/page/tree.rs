//! The flat tree itself, and ways to navigate it.

use std::ops::Range;

/// The place of an element in [`PageTree::elements`].
pub(crate) type Id = u32;

#[derive(Debug)]
pub(crate) struct Element {
    pub parent: Id,
    /// The id after the last element of the subtree: ids are in document order.
    pub end: Id,
    /// The pieces of text in the subtree.
    pub runs: Range<u32>,
    pub depth: u16,
    pub(super) name: Range<u32>,
    pub(super) attributes: Range<u32>,
    /// A hash of the names from the root to here, without those that only change the appearance of text.
    pub path: u64,
}

/// The gap between a piece of text and the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Gap {
    None,
    Space,
    Block,
}

/// A piece of text in one element.
#[derive(Debug)]
pub(crate) struct TextRun {
    pub element: Id,
    pub gap: Gap,
    pub(super) text: Range<u32>,
}

#[derive(Debug, Default)]
pub(crate) struct PageTree {
    pub elements: Vec<Element>,
    pub runs: Vec<TextRun>,
    pub title: String,
    /// The raw content of each `<script>`, with the element.
    pub scripts: Vec<(Id, String)>,
    /// The text for browsers without scripts.
    pub noscript: String,
    /// True if a sign-in box was removed.
    pub signs_in: bool,
    /// The piece of text before which the last box was removed that names the owner of the site.
    pub foot: Option<usize>,
    /// True if some of the page was left out for its size.
    pub truncated: bool,
    /// The elements that were not closed when the page ended, outermost first.
    pub open_at_end: Vec<Id>,
    pub(super) strings: String,
    pub(super) attributes: Vec<(Range<u32>, Range<u32>)>,
}

impl PageTree {
    pub(crate) fn name(&self, id: Id) -> &str {
        self.string(&self.elements[id as usize].name)
    }

    pub(crate) fn attribute(&self, id: Id, name: &str) -> Option<&str> {
        self.attributes(id)
            .find_map(|(key, value)| (key == name).then_some(value))
    }

    pub(crate) fn attributes(&self, id: Id) -> impl Iterator<Item = (&str, &str)> {
        let range = &self.elements[id as usize].attributes;
        self.attributes[range.start as usize..range.end as usize]
            .iter()
            .map(|(name, value)| (self.string(name), self.string(value)))
    }

    pub(crate) fn class(&self, id: Id) -> &str {
        self.attribute(id, "class").unwrap_or_default()
    }

    pub(crate) fn parent(&self, id: Id) -> Id {
        self.elements[id as usize].parent
    }

    pub(crate) fn depth(&self, id: Id) -> u16 {
        self.elements[id as usize].depth
    }

    pub(crate) fn contains(&self, ancestor: Id, id: Id) -> bool {
        ancestor <= id && id < self.elements[ancestor as usize].end
    }

    /// Returns the elements above `id`, nearest first, without the root.
    pub(crate) fn ancestors(&self, id: Id) -> impl Iterator<Item = Id> {
        std::iter::successors(Some(self.parent(id)), |&above| {
            (above != 0).then(|| self.parent(above))
        })
        .take_while(|&above| above != 0)
    }

    /// Returns the ancestor of `id` (or itself) at `depth`.
    pub(crate) fn ancestor_at(&self, mut id: Id, depth: u16) -> Id {
        while self.depth(id) > depth {
            id = self.parent(id);
        }
        id
    }

    pub(crate) fn common_ancestor(&self, mut a: Id, mut b: Id) -> Id {
        while a != b {
            if self.depth(a) >= self.depth(b) {
                a = self.parent(a);
            } else {
                b = self.parent(b);
            }
        }
        a
    }

    pub(crate) fn children(&self, id: Id) -> impl Iterator<Item = Id> {
        let end = self.elements[id as usize].end;
        let first = (id + 1 < end).then_some(id + 1);
        std::iter::successors(first, move |&child| {
            let next = self.elements[child as usize].end;
            (next < end).then_some(next)
        })
    }

    pub(crate) fn run_text(&self, run: usize) -> &str {
        self.string(&self.runs[run].text)
    }

    pub(crate) fn runs_of(&self, id: Id) -> Range<usize> {
        let runs = &self.elements[id as usize].runs;
        runs.start as usize..runs.end as usize
    }

    /// Returns the text of some pieces as a reader sees it, not yet cleaned.
    pub(crate) fn text(&self, runs: Range<usize>) -> String {
        let mut text = String::new();
        for run in runs {
            if self.runs[run].gap != Gap::None && !text.is_empty() {
                text.push(' ');
            }
            text.push_str(self.run_text(run));
        }
        text
    }

    pub(super) fn string(&self, range: &Range<u32>) -> &str {
        &self.strings[range.start as usize..range.end as usize]
    }
}

/// Returns whether a `style` hides its element.
pub(crate) fn is_hidden_style(style: &str) -> bool {
    style.contains("none") && {
        let style: String = style.chars().filter(|c| !c.is_whitespace()).collect();
        style.to_ascii_lowercase().contains("display:none")
    }
}

/// Returns whether an element is within a line of text.
pub(crate) fn is_inline(name: &str) -> bool {
    matches!(
        name,
        "a" | "abbr"
            | "acronym"
            | "b"
            | "bdi"
            | "bdo"
            | "big"
            | "cite"
            | "code"
            | "data"
            | "del"
            | "dfn"
            | "em"
            | "font"
            | "i"
            | "img"
            | "ins"
            | "kbd"
            | "label"
            | "mark"
            | "nobr"
            | "q"
            | "s"
            | "samp"
            | "small"
            | "span"
            | "strike"
            | "strong"
            | "sub"
            | "sup"
            | "time"
            | "tt"
            | "u"
            | "var"
            | "wbr"
    )
}
