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
    /// Status 304: unchanged since the last poll. Its validators replace the known ones.
    NotModified(Validators),
    Page(FetchedPage),
}

/// A body as it was received, decompressed.
#[derive(Debug, Clone)]
pub struct FetchedPage {
    /// The address after redirects, without user and password.
    pub url: Url,
    pub content_type: Option<String>,
    pub body: Bytes,
    pub validators: Validators,
    /// The size in bytes, if the server announced it.
    pub size: Option<u64>,
    /// The target of a permanent redirect of the requested address: the edit to make in the config.
    pub moved_to: Option<Url>,
    /// The page of another host to which this page leads on, if it has no content itself.
    pub leads_to: Option<Url>,
}

/// A request that a page in the browser made and that its address alone describes.
#[derive(Debug, Clone)]
pub struct Endpoint {
    pub url: Url,
    pub body: String,
}
