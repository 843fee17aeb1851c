//! Defines the shape of a template.

/// A kind of bulletin.
#[derive(Debug)]
pub(in crate::newsroom) struct PhraseTemplate {
    pub title: &'static str,
    pub body: &'static [&'static str],
    /// The department that issues it.
    pub from: &'static str,
    /// The names of the files that accompany it.
    pub files: &'static [&'static str],
}
