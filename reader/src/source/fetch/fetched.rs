//! The answer to a request.

use bytes::Bytes;
use url::Url;

use crate::bulletin::Validators;

/// The answer to a request.
#[derive(Debug, Clone)]
#[expect(
    clippy::large_enum_variant,
    reason = "one lives for one poll; a box would be one more allocation"
)]
pub enum Fetched {
    /// 304: as at the last poll. What it says of validators replaces what is known.
    NotModified(Validators),
    Page(FetchedPage),
}

/// A body as it was received, decompressed.
#[derive(Debug, Clone)]
pub struct FetchedPage {
    /// After redirects; without user and password.
    pub url: Url,
    pub content_type: Option<String>,
    pub body: Bytes,
    pub validators: Validators,
    /// Bytes, where the server said so before it sent them.
    pub size: Option<u64>,
    /// Where a permanent redirect of the asked address leads: the edit to make.
    pub moved_to: Option<Url>,
    /// It says nothing itself and leads on to this page of another host.
    pub leads_to: Option<Url>,
}

/// A request that a page in the browser made by its address alone.
#[derive(Debug, Clone)]
pub struct Endpoint {
    pub url: Url,
    pub body: String,
}
