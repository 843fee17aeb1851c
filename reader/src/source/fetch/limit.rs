//! The limits on the size of an answer.

use reqwest::Method;

/// The treatment of a body over the limit.
#[derive(Debug, Clone, Copy)]
pub(super) enum Limit {
    /// A page over the limit is rejected.
    Page(u64),
    /// A file over the limit is rejected; it is taken as it is.
    File(u64),
    Cut(u64),
    /// No body is requested.
    Head,
}

impl Limit {
    pub(super) fn method(self) -> Method {
        match self {
            Self::Page(_) | Self::File(_) | Self::Cut(_) => Method::GET,
            Self::Head => Method::HEAD,
        }
    }
}
