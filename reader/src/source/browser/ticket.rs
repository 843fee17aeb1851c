//! A request to the browser for a page, and the page as it was rendered.

use url::Url;

use super::activity::Secrets;

/// A request to the browser for a page.
#[derive(Debug)]
pub(crate) struct PageTicket<'a> {
    pub(crate) url: &'a Url,
    /// True if certificates are checked.
    pub(crate) verify: bool,
    /// Headers that are sent only to `origin`.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) origin: Option<url::Origin>,
    /// The number of characters of the page that are taken.
    pub(crate) most: u64,
    /// True if the data that the page requests is returned, too.
    pub(crate) wants_data: bool,
}

impl PageTicket<'_> {
    pub(super) fn secrets(&self) -> Secrets {
        Secrets {
            origin: self.origin.clone(),
            headers: self.headers.clone(),
        }
    }
}

/// A page as it was rendered.
#[derive(Debug)]
pub(crate) struct Rendered {
    /// The address after redirects.
    pub(crate) url: Url,
    pub(crate) html: String,
    /// The status; `None` if no server answered.
    pub(crate) status: Option<u16>,
    pub(crate) retry_after: Option<String>,
    /// The browser's error if the page could not be loaded.
    pub(crate) failed: Option<String>,
    pub(crate) data: Vec<Data>,
}

/// Data that a page requested from its server: mostly a list in JSON.
#[derive(Debug, Clone)]
pub(crate) struct Data {
    pub(crate) url: Url,
    pub(crate) body: String,
}
