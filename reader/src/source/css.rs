//! Applies CSS selectors to a parsed page. dom_query does this, so the page is converted into its tree, and only where
//! a source has selectors.

use dom_query::{Document, Matcher, NodeId, Selection};

use super::page::{Id, PageTree};

/// Returns the outermost elements that a selector matches, in page order; empty for an invalid selector.
pub(super) fn outermost(page: &PageTree, selector: &str) -> Vec<Id> {
    let Ok(matcher) = Matcher::new(selector) else {
        return Vec::new();
    };
    let (document, nodes) = document(page);
    let mut found = ids(&nodes, &document.select_matcher(&matcher));
    found.sort_unstable();
    let mut end = 0;
    found.retain(|id| {
        let outermost = *id >= end;
        if outermost {
            end = page.elements[*id as usize].end;
        }
        outermost
    });
    found
}

/// Returns the page's elements in a selection; `nodes` are those of [`document`].
pub(super) fn ids(nodes: &[NodeId], selection: &Selection<'_>) -> Vec<Id> {
    let found = selection.nodes().iter();
    found
        .filter_map(|node| nodes.binary_search(&node.id).ok())
        .map(|id| id as Id)
        .collect()
}

/// Converts a page into the tree that selectors work on, and returns it with the nodes of the elements, in the same
/// order.
pub(super) fn document(page: &PageTree) -> (Document, Vec<NodeId>) {
    let document = Document::default();
    let mut nodes: Vec<NodeId> = Vec::with_capacity(page.elements.len());
    for id in 0..page.elements.len() as Id {
        let node = document.tree.new_element(page.name(id));
        for (name, value) in page.attributes(id) {
            node.set_attr(name, value);
        }
        match nodes.get(page.parent(id) as usize) {
            Some(parent) => document.tree.get_unchecked(parent).append_child(&node.id),
            None => document.root().append_child(&node.id),
        }
        nodes.push(node.id);
    }
    // Text is added last: `:contains()` checks the text of an element, not its place.
    for (run, piece) in page.runs.iter().enumerate() {
        let text = document.tree.new_text(page.run_text(run));
        document
            .tree
            .get_unchecked(&nodes[piece.element as usize])
            .append_child(&text.id);
    }
    (document, nodes)
}
