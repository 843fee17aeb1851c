//! The elements that a tag closes, and those that may not be in it.

/// The elements inside which an open paragraph around them is not ended.
pub(super) const PARAGRAPH_SCOPE: &[&str] = &[
    "table", "td", "th", "caption", "button", "object", "div", "li", "ul", "ol", "dl", "form",
    "section", "article", "main", "aside", "nav", "header", "footer", "center", "body",
];

pub(super) const BLOCKS_AN_ANCHOR: &[&str] = &[
    "table", "td", "th", "tr", "caption", "li", "ul", "ol", "dl", "dt", "dd", "div", "p",
    "section", "article", "object", "h1", "h2", "h3", "h4", "h5", "h6",
];

pub(super) fn closes_paragraph(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "center"
            | "details"
            | "dialog"
            | "div"
            | "dl"
            | "fieldset"
            | "figure"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hr"
            | "main"
            | "menu"
            | "nav"
            | "ol"
            | "p"
            | "pre"
            | "section"
            | "table"
            | "ul"
    )
}

pub(super) fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "basefont"
            | "bgsound"
            | "br"
            | "col"
            | "embed"
            | "frame"
            | "hr"
            | "img"
            | "input"
            | "keygen"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}

pub(super) fn is_table_section(name: &str) -> bool {
    matches!(name, "tbody" | "thead" | "tfoot")
}

pub(super) fn is_table_part(name: &str) -> bool {
    is_table_section(name) || matches!(name, "table" | "tr" | "td" | "th" | "caption")
}
