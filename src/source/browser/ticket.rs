//! What is wanted of a page, and what it became.

use url::Url;

use super::activity::Secrets;

/// What is wanted of a page.
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
    /// Whether the data that it asks for is wanted, too.
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

/// What a page became.
#[derive(Debug)]
pub(crate) struct Rendered {
    /// After redirects.
    pub(crate) url: Url,
    pub(crate) html: String,
    /// None: no server answered.
    pub(crate) status: Option<u16>,
    pub(crate) retry_after: Option<String>,
    /// Why the page could not be loaded, in the browser's words.
    pub(crate) failed: Option<String>,
    pub(crate) data: Vec<Data>,
}

/// Something that a page asked its server for: a list in JSON, mostly.
#[derive(Debug, Clone)]
pub(crate) struct Data {
    pub(crate) url: Url,
    pub(crate) body: String,
}
