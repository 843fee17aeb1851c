//! From bytes to text: BOM, HTTP, `<meta>` or XML declaration, then detection.

/// A body as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    pub text: String,
    /// The name of the encoding that was used, such as `gb18030`.
    pub charset: &'static str,
    /// A wrong or missing label, told to who asks.
    pub warning: Option<String>,
}

/// Decodes a body; `label` is the source's own setting and wins over everything but a BOM.
#[must_use]
pub fn decode(_body: &[u8], _content_type: Option<&str>, _label: Option<&str>) -> Decoded {
    todo!()
}
