//! The shape of a template.

/// One kind of bulletin.
#[derive(Debug)]
pub(in crate::newsroom) struct PhraseTemplate {
    pub title: &'static str,
    pub body: &'static [&'static str],
    /// The department that issues it.
    pub from: &'static str,
    /// Names of files that go with it.
    pub files: &'static [&'static str],
}
