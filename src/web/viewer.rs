//! Distinguishes the readers of pages and feeds.

/// The reader of a page or a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Viewer {
    /// A reader who sees public sources, and nothing that is held.
    Public,
    Admin,
}
