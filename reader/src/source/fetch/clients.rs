//! HTTP clients, one for each way of reaching a server, each with its own pool of connections.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use http::{
    Uri,
    header::{ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, HeaderMap, HeaderValue, USER_AGENT},
};
use hyper_util::client::proxy::matcher::Matcher;
use url::{Host, Url};

use super::{client::HttpClient, connect::Connector, error::FetchError, request::Via, trust};
use crate::{
    bulletin::FetchSettings,
    source::guard::{Guard, Guarded},
};

/// The time limit for opening a connection.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);

/// The environment variables that name proxies, as [`Matcher::from_env`] reads them.
const PROXY_VARIABLES: [&str; 6] = [
    "HTTP_PROXY",
    "http_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
];

/// The properties by which clients are told apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct ClientKey {
    route: Route,
    ca: Option<Authority>,
    verify: bool,
}

/// A file of certificates at one state: a changed file gets another client.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Authority {
    file: PathBuf,
    changed: Option<SystemTime>,
    size: u64,
}

impl Authority {
    fn now(file: &Path) -> Self {
        let about = file.metadata().ok();
        Self {
            file: file.to_owned(),
            changed: about.as_ref().and_then(|about| about.modified().ok()),
            size: about.map_or(0, |about| about.len()),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Route {
    Direct,
    /// The proxy that the environment variables name, with `NO_PROXY` respected.
    Environment,
    Proxy(Url),
}

#[derive(Debug)]
pub(super) struct Clients {
    guard: Arc<Guard>,
    user_agent: String,
    connect_within: Duration,
    proxy: Option<Url>,
    /// The hosts of the environment's proxies; empty if there are no such proxies.
    environment: Vec<String>,
    clients: Mutex<HashMap<ClientKey, HttpClient>>,
}

impl Clients {
    /// # Errors
    /// Fails if the proxy or the user agent cannot be used.
    pub(super) fn new(settings: &FetchSettings, guard: Arc<Guard>) -> Result<Self, FetchError> {
        let clients = Self {
            guard,
            user_agent: settings.user_agent.clone(),
            connect_within: CONNECT_WITHIN.min(settings.timeout),
            proxy: settings.proxy.clone(),
            environment: environment_proxies(),
            clients: Mutex::default(),
        };
        let usual = match &clients.proxy {
            Some(proxy) => Route::Proxy(proxy.clone()),
            None => Route::Direct,
        };
        clients.client(ClientKey {
            route: usual,
            ca: None,
            verify: true,
        })?;
        Ok(clients)
    }

    /// Returns the hosts of the environment's proxies.
    pub(super) fn environment(&self) -> &[String] {
        &self.environment
    }

    pub(super) fn connect_within(&self) -> Duration {
        self.connect_within
    }

    /// Returns the client that reaches `url` in the way that `via` describes.
    pub(super) fn get(&self, via: &Via, url: &Url) -> Result<HttpClient, FetchError> {
        self.client(ClientKey {
            route: self.route(via, url),
            ca: via.ca.as_deref().map(Authority::now),
            verify: via.verify,
        })
    }

    /// Returns whether a proxy of the config or the environment may be used.
    pub(super) fn is_by_proxy(&self, via: &Via, url: &Url) -> bool {
        matches!(self.route(via, url), Route::Proxy(_) | Route::Environment)
    }

    fn client(&self, key: ClientKey) -> Result<HttpClient, FetchError> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&key) {
            return Ok(client.clone());
        }
        let client = self.build(&key)?;
        if let Some(ca) = &key.ca {
            let is_older = |other: &Authority| other.file == ca.file && other != ca;
            clients.retain(|known, _| !known.ca.as_ref().is_some_and(is_older));
        }
        clients.insert(key, client.clone());
        Ok(client)
    }

    fn route(&self, via: &Via, url: &Url) -> Route {
        if let Some(proxy) = via.proxy.as_ref().or(self.proxy.as_ref()) {
            return Route::Proxy(proxy.clone());
        }
        // A proxy on another machine cannot reach this machine's own loopback.
        if self.environment.is_empty() || is_loopback(url) {
            return Route::Direct;
        }
        Route::Environment
    }

    fn build(&self, key: &ClientKey) -> Result<HttpClient, FetchError> {
        let trusted = match &key.route {
            Route::Direct => Vec::new(),
            Route::Environment => self.environment.clone(),
            Route::Proxy(proxy) => proxy
                .host_str()
                .map(str::to_ascii_lowercase)
                .into_iter()
                .collect(),
        };
        let guarded = Guarded {
            guard: self.guard.clone(),
            trusted,
        };
        let proxies = match &key.route {
            Route::Direct => None,
            Route::Environment => Some(Matcher::from_env()),
            Route::Proxy(proxy) => Some(trusted_proxy(proxy)?),
        };
        let mut tls = match &key.ca {
            _ if !key.verify => trust::unchecked()?,
            Some(ca) => trust::beside(&ca.file)?,
            None => trust::usual()?,
        };
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        let connector = Connector::new(guarded, tls, proxies, self.connect_within);
        let mut usual = accepted();
        let agent = HeaderValue::from_str(&self.user_agent);
        let agent = agent.map_err(|error| {
            FetchError::failed(format!("`user_agent` in [fetch] cannot be sent: {error}"))
        })?;
        usual.insert(USER_AGENT, agent);
        Ok(HttpClient::new(connector, usual))
    }
}

fn accepted() -> HeaderMap {
    let accept = "text/html,application/xhtml+xml,application/atom+xml,application/rss+xml,application/json;q=0.9,*/*;q=0.8";
    HeaderMap::from_iter([
        (ACCEPT, HeaderValue::from_static(accept)),
        (ACCEPT_ENCODING, HeaderValue::from_static("gzip, br, zstd")),
        (
            ACCEPT_LANGUAGE,
            HeaderValue::from_static("zh-CN,zh;q=0.9,en;q=0.5"),
        ),
    ])
}

/// Returns a matcher that sends every address through the proxy; fails if the address of the proxy is unusable.
fn trusted_proxy(proxy: &Url) -> Result<Matcher, FetchError> {
    let matcher = Matcher::builder().all(proxy.as_str()).build();
    if matcher
        .intercept(&Uri::from_static("https://example.com/"))
        .is_some()
    {
        return Ok(matcher);
    }
    let (scheme, host) = (proxy.scheme(), proxy.host_str().unwrap_or_default());
    Err(FetchError::failed(format!(
        "the proxy {scheme}://{host} cannot be used: http, https, socks4, socks4a, socks5 or socks5h is expected"
    )))
}

fn environment_proxies() -> Vec<String> {
    let host = |value: String| {
        let value = if value.contains("://") {
            value
        } else {
            format!("http://{value}")
        };
        let url = Url::parse(&value).ok()?;
        Some(url.host_str()?.to_ascii_lowercase())
    };
    PROXY_VARIABLES
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .filter_map(host)
        .collect()
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Returns the text of an error and its causes, without repeats.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let said = cause.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        next = cause.source();
    }
    text
}
