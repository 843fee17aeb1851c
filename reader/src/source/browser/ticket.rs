//! A request to the browser for a page, and the page as it was rendered.

use url::Url;

use super::activity::Secrets;

/// A request to the browser for a page.
#[derive(Debug)]
pub(crate) struct PageTicket<'a> {
    pub(crate) url: &'a Url,
    /// False: certificates are not checked.
    pub(crate) verify: bool,
    /// These go to `origin` alone.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) origin: Option<url::Origin>,
    /// Characters of the page that are taken.
    pub(crate) most: u64,
    /// The data that the page asks for is returned, too.
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
    /// After redirects.
    pub(crate) url: Url,
    pub(crate) html: String,
    /// None: no server answered.
    pub(crate) status: Option<u16>,
    pub(crate) retry_after: Option<String>,
    /// The browser's error where the page could not be loaded.
    pub(crate) failed: Option<String>,
    pub(crate) data: Vec<Data>,
}

/// Something that a page asked its server for: a list in JSON, mostly.
#[derive(Debug, Clone)]
pub(crate) struct Data {
    pub(crate) url: Url,
    pub(crate) body: String,
}
