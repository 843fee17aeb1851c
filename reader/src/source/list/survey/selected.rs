//! Finds the rows that the selectors of a source choose on a page.
//!
//! dom_query implements CSS: if there are selectors, the page is converted into its tree.

use dom_query::{Document, Matcher, NodeId, Selection};

use crate::{
    bulletin::Select,
    source::{
        css,
        page::{Id, PageTree},
        reading::ReadError,
    },
};

/// The rows that the selectors of a source choose on one page.
pub(in crate::source::list) struct Selected {
    document: Document,
    /// The nodes of the page's elements, in the same order.
    nodes: Vec<NodeId>,
    item: Option<Matcher>,
    pub title: Option<Matcher>,
    pub link: Option<Matcher>,
    pub date: Option<Matcher>,
}

/// The extent to which a selector of the source matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelectPart {
    /// The name of the selector: `item`, `title`, `link` or `date`.
    pub name: &'static str,
    pub css: String,
    /// The number of rows.
    pub rows: usize,
    /// The number of rows in which it matches.
    pub matched: usize,
}

impl Selected {
    /// Returns each selector with the number of rows in which it matches.
    pub(in crate::source::list) fn parts(&self, rows: &[Id], select: &Select) -> Vec<SelectPart> {
        let matched = |matcher: &Matcher| {
            rows.iter()
                .filter(|row| self.first(**row, matcher).is_some())
                .count()
        };
        let parts = [
            ("item", &select.item, self.item.as_ref().map(|_| rows.len())),
            ("title", &select.title, self.title.as_ref().map(matched)),
            ("link", &select.link, self.link.as_ref().map(matched)),
            ("date", &select.date, self.date.as_ref().map(matched)),
        ];
        parts
            .into_iter()
            .filter_map(|(name, css, matched)| {
                Some(SelectPart {
                    name,
                    css: css.clone()?,
                    rows: rows.len(),
                    matched: matched?,
                })
            })
            .collect()
    }

    /// Compiles the selectors; `None` if there are none.
    pub(in crate::source::list) fn new(
        page: &PageTree,
        select: &Select,
    ) -> Result<Option<Self>, ReadError> {
        if select.item.is_none()
            && select.title.is_none()
            && select.link.is_none()
            && select.date.is_none()
        {
            return Ok(None);
        }
        let matcher = |part: &str, css: &Option<String>| {
            let css = css.as_deref();
            css.map(|css| {
                Matcher::new(css).map_err(|_| {
                    ReadError::NotAList(
                        format!("source.select.{part}: `{css}` is not a valid CSS selector").into(),
                    )
                })
            })
            .transpose()
        };
        let (document, nodes) = css::document(page);
        Ok(Some(Self {
            item: matcher("item", &select.item)?,
            title: matcher("title", &select.title)?,
            link: matcher("link", &select.link)?,
            date: matcher("date", &select.date)?,
            document,
            nodes,
        }))
    }

    /// Returns the outermost elements that are rows; `None` if detection finds the rows.
    pub(in crate::source::list) fn rows(&self, page: &PageTree) -> Option<Vec<Id>> {
        let item = self.item.as_ref()?;
        let mut rows: Vec<Id> = self.ids(&self.document.select_matcher(item));
        rows.sort_unstable();
        let mut end = 0;
        rows.retain(|row| {
            let outermost = *row >= end;
            if outermost {
                end = page.elements[*row as usize].end;
            }
            outermost
        });
        Some(rows)
    }

    /// Returns the row itself if it matches, else its first matching element.
    pub(in crate::source::list) fn first(&self, row: Id, matcher: &Matcher) -> Option<Id> {
        let node = self.document.tree.get(&self.nodes[row as usize])?;
        if node.is_match(matcher) {
            return Some(row);
        }
        let found = Selection::from(node).select_single_matcher(matcher);
        self.ids(&found).first().copied()
    }

    fn ids(&self, selection: &Selection<'_>) -> Vec<Id> {
        css::ids(&self.nodes, selection)
    }
}
