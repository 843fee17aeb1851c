//! The readers of pages and feeds.

/// The reader of a page or a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Viewer {
    /// Sees public sources, and nothing that is held.
    Public,
    Admin,
}
