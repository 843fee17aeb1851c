//! One polite GET: conditional, bounded, guarded.
//!
//! It owns the connections, the limits for each host, and the requests in flight. Of the content of a page it knows
//! only whether it leads on to another one. Read [`Fetcher::get`] first, then `follow`.

mod ask_robots;
mod client;
mod clients;
mod connect;
mod cookies;
mod error;
mod exchange;
mod fault;
mod fetched;
mod flight;
mod follow;
mod hosts;
mod journey;
mod limit;
mod places;
mod render;
mod request;
mod robots;
mod state;
mod trust;
mod unpack;
mod way;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use futures::FutureExt;
use url::Url;

use self::{
    clients::Clients, flight::InFlight, hosts::Hosts, limit::Limit, places::Places,
    request::Pauses, state::FetcherState,
};
pub use self::{
    error::{FetchError, FetchErrorKind},
    fetched::{Endpoint, Fetched, FetchedPage},
    request::{FetchRequest, Via, Wants},
};
pub use super::shown::Shown;
use super::{
    browser::Browser,
    guard::{AddressRefusal, BoxError, Guard, Guarded},
};
use crate::bulletin::FetchSettings;

/// The time limit for resolving a name while a caller waits.
const LONGEST_RESOLVING: Duration = Duration::from_secs(5);

/// Fetches pages; clones share connections, limits and the requests in flight. Equal requests in
/// flight at the same time are made once.
#[derive(Debug, Clone)]
pub struct Fetcher(Arc<FetcherState>);

impl Fetcher {
    /// Creates a fetcher. `typed` are hosts from the command line, which may be private (`watch`, `preview`).
    ///
    /// # Errors
    /// Fails if the proxy or the user agent cannot be used.
    pub fn new(settings: &FetchSettings, typed: &[String]) -> Result<Self, FetchError> {
        let guard = Arc::new(Guard::new(settings.allow_private.clone(), typed));
        let agent = settings
            .user_agent
            .split(['/', ' '])
            .next()
            .unwrap_or_default();
        Ok(Self(Arc::new(FetcherState {
            browser: Browser::new(&settings.browser),
            clients: Clients::new(settings, guard.clone())?,
            guard,
            hosts: Hosts::new(settings.per_host),
            places: Places::new(settings.concurrency),
            in_flight: InFlight::new(),
            timeout: settings.timeout,
            max_body: settings.max_body,
            agent: agent.to_owned(),
        })))
    }

    /// Fetches the page at an address. While its host is under a Retry-After, nothing is sent, and the result is the
    /// error that the host returned, with the rest of the pause.
    ///
    /// # Errors
    /// See [`FetchErrorKind`].
    pub async fn get(&self, request: &FetchRequest) -> Result<Fetched, FetchError> {
        self.join(request, Pauses::Keep).await
    }

    /// Fetches the page like [`Fetcher::get`], but ignores a pause that the host requested: the caller may decide that
    /// the page is wanted now.
    ///
    /// # Errors
    /// See [`FetchErrorKind`].
    pub async fn get_now(&self, request: &FetchRequest) -> Result<Fetched, FetchError> {
        self.join(request, Pauses::Ignore).await
    }

    /// Fetches a file of at most `most` bytes, regardless of `max_body`, which is for pages; the pauses of its host are
    /// observed.
    ///
    /// # Errors
    /// See [`FetchErrorKind`].
    pub async fn file(&self, request: &FetchRequest, most: u64) -> Result<FetchedPage, FetchError> {
        self.fetch(request, Limit::File(most)).await
    }

    /// Returns what the server reports of a file without sending it: its `size` and type.
    ///
    /// # Errors
    /// See [`FetchErrorKind`].
    pub async fn head(&self, request: &FetchRequest) -> Result<FetchedPage, FetchError> {
        self.fetch(request, Limit::Head).await
    }

    /// Renders a page as scripts build it, and returns it with the data that it requested meanwhile.
    ///
    /// # Errors
    /// See [`FetchErrorKind`]; also fails if there is no browser.
    pub async fn rendered(
        &self,
        request: &FetchRequest,
    ) -> Result<(FetchedPage, Vec<Endpoint>), FetchError> {
        self.0.render(request, Pauses::Ignore, true).await
    }

    /// Judges an address by the guard before it is stored. A name that does not resolve now may do so later, and each
    /// connection judges it again.
    ///
    /// # Errors
    /// Fails if the address is not public and no setting allows it.
    pub async fn admit(&self, url: &Url) -> Result<(), FetchError> {
        let refused = |why| FetchError::refused(url, why);
        self.0.guard.admit(url).map_err(refused)?;
        let guarded = Guarded {
            guard: self.0.guard.clone(),
            trusted: Vec::new(),
        };
        let host = url.host_str().unwrap_or_default();
        let found = tokio::time::timeout(LONGEST_RESOLVING, guarded.resolve(host)).await;
        match found {
            Ok(Err(error)) => match error.downcast::<AddressRefusal>() {
                Ok(why) => Err(refused(*why)),
                Err(_) => Ok(()),
            },
            Ok(Ok(_)) | Err(_) => Ok(()),
        }
    }

    /// Returns the addresses of a host that may be reached, for callers with their own connections; with `by_proxy`,
    /// all addresses if the host is a proxy of the environment.
    ///
    /// # Errors
    /// Fails if the host has no address, or none that may be reached; the latter is an [`AddressRefusal`].
    pub async fn resolve(&self, host: &str, by_proxy: bool) -> Result<Vec<SocketAddr>, BoxError> {
        let trusted = match by_proxy {
            true => self.0.clients.environment().to_vec(),
            false => Vec::new(),
        };
        let guard = self.0.guard.clone();
        let guarded = Guarded { guard, trusted };
        guarded.resolve(host).await
    }

    async fn fetch(&self, request: &FetchRequest, limit: Limit) -> Result<FetchedPage, FetchError> {
        match self.0.follow(request, Pauses::Keep, limit).await? {
            Fetched::Page(page) => Ok(page),
            Fetched::NotModified(_) => Err(FetchError::failed(format!(
                "{}: answered 304 to a request without conditions",
                Shown(&request.url)
            ))),
        }
    }

    async fn join(&self, request: &FetchRequest, pauses: Pauses) -> Result<Fetched, FetchError> {
        let shared = self.0.clone();
        let key = (request.clone(), pauses);
        let flight = self.0.in_flight.join(key, |key| {
            async move {
                let (request, pauses) = &*key;
                if request.wants == Wants::Rendered {
                    let rendered = shared.render(request, *pauses, false).await;
                    return rendered.map(|(page, _)| Fetched::Page(page));
                }
                let limit = Limit::Page(shared.max_body);
                shared.follow(request, *pauses, limit).await
            }
            .boxed()
        });
        flight.await
    }
}
