//! One polite GET: conditional, bounded, guarded.
//!
//! Owns connections, the limits for each host, and the requests in flight. Of what a page says it knows
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

/// For a name to be resolved while somebody waits.
const LONGEST_RESOLVING: Duration = Duration::from_secs(5);

/// Fetches pages; clones share connections, limits and the requests in flight. Equal requests in
/// flight at the same time are made once.
#[derive(Debug, Clone)]
pub struct Fetcher(Arc<FetcherState>);

impl Fetcher {
    /// `typed` are hosts from the command line, which may be private (`watch`, `preview`).
    ///
    /// # Errors
    /// A proxy or user agent that cannot be used.
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

    /// The page at an address. While its host is under a Retry-After, the answer is the error that
    /// it gave, with the rest of the pause, and nothing is sent.
    ///
    /// # Errors
    /// See [`FetchErrorKind`].
    pub async fn get(&self, request: &FetchRequest) -> Result<Fetched, FetchError> {
        self.join(request, Pauses::Keep).await
    }

    /// The same, whatever pause the host asked for: somebody who may decide that wants it now.
    ///
    /// # Errors
    /// See [`FetchErrorKind`].
    pub async fn get_now(&self, request: &FetchRequest) -> Result<Fetched, FetchError> {
        self.join(request, Pauses::Ignore).await
    }

    /// A file of at most `most` bytes, whatever `max_body` says of pages; the pauses of its host are kept.
    ///
    /// # Errors
    /// See [`FetchErrorKind`].
    pub async fn file(&self, request: &FetchRequest, most: u64) -> Result<FetchedPage, FetchError> {
        self.fetch(request, Limit::File(most)).await
    }

    /// Returns what the server says of a file without sending it: its `size` and type.
    ///
    /// # Errors
    /// See [`FetchErrorKind`].
    pub async fn head(&self, request: &FetchRequest) -> Result<FetchedPage, FetchError> {
        self.fetch(request, Limit::Head).await
    }

    /// A page as scripts build it, with the data that it asked for meanwhile.
    ///
    /// # Errors
    /// See [`FetchErrorKind`]; also where there is no browser.
    pub async fn rendered(
        &self,
        request: &FetchRequest,
    ) -> Result<(FetchedPage, Vec<Endpoint>), FetchError> {
        self.0.render(request, Pauses::Ignore, true).await
    }

    /// Judges an address by the guard before anybody keeps it. A name that does not resolve now may do so later, and is
    /// judged anew by each connection.
    ///
    /// # Errors
    /// It is no public address, and nothing allows it.
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

    /// The addresses of a host that may be reached, for those who have connections of their own; `by_proxy`: where it is a
    /// proxy of the environment, all.
    ///
    /// # Errors
    /// It has none, or none that may be reached; a refusal is an [`AddressRefusal`].
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
