//! The sections of the checked config other than sources and channels.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use super::{address_range::AddressRange, secret::Secret};

/// The language of the bot and the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    #[default]
    Zh,
    En,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::Zh, Self::En];

    /// The language of the command line and the log.
    pub const OF_LOG: Self = Self::En;

    /// Returns its code of ISO 639-1, as the config and browsers write it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }

    /// Returns the language of a tag such as `zh-CN`, or `en_GB.UTF-8`; `None` if it is not one of ours.
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_', '.']).next()?;
        let mut all = Self::ALL.into_iter();
        all.find(|language| language.code().eq_ignore_ascii_case(primary))
    }
}

/// The `[telegram]` section.
#[derive(Debug, Clone, PartialEq)]
pub struct TelegramSettings {
    pub token: Secret,
    /// The user ids of the operators of the bot.
    pub admins: Vec<i64>,
    pub api_url: Url,
    pub proxy: Option<Url>,
    /// The number of messages per second, for all chats together.
    pub rate: u32,
    pub subscribe: Subscribe,
    pub add_sources: AddSources,
}

impl TelegramSettings {
    /// Creates settings for a bot with every optional key at its default.
    #[must_use]
    pub fn new(token: Secret) -> Self {
        Self {
            token,
            admins: Vec::new(),
            api_url: Url::parse("https://api.telegram.org").expect("an address"),
            proxy: None,
            rate: 30,
            subscribe: Subscribe::default(),
            add_sources: AddSources::default(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Subscribe {
    Anyone,
    #[default]
    Approved,
    Nobody,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AddSources {
    Anyone,
    #[default]
    Admins,
    Nobody,
}

/// The `[web]` section.
#[derive(Debug, Clone, PartialEq)]
pub struct WebSettings {
    /// The address to listen on; `None` for `"off"`.
    pub listen: Option<SocketAddr>,
    pub public_url: Option<Url>,
    /// The WebSub hub that is notified of new entries in feeds.
    pub hub: Option<Url>,
    /// The name of this channel on the pages, in feeds and on cards; `None` for words in the reader's language.
    pub title: Option<String>,
    pub admin_token: Option<Secret>,
    pub metrics_token: Option<Secret>,
    /// Further host names that are answered; loopback, `listen` and `public_url` always are.
    pub hosts: Vec<Host>,
    /// The proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.
    pub trusted_proxies: Vec<AddressRange>,
}

impl WebSettings {
    /// Returns the bulletin whose page has this address, if it is one of our pages. Without a `public_url` our pages
    /// are those with our port (any, if that is 0): people may know the machine by any name.
    #[must_use]
    pub fn bulletin_at(&self, address: &str) -> Option<u64> {
        let url = Url::parse(address).ok()?;
        let is_our_port = |at: SocketAddr| {
            let port = url.port_or_known_default();
            at.port() == 0 || Some(at.port()) == port
        };
        let root = match &self.public_url {
            Some(public) if public.origin() == url.origin() => public.path().trim_end_matches('/'),
            None if self.listen.is_some_and(is_our_port) => "",
            _ => return None,
        };
        let page = url.path().strip_prefix(root)?.strip_prefix("/b/")?;
        page.trim_end_matches('/').parse().ok()
    }

    /// Returns the address of a bulletin's page, if people can reach it.
    #[must_use]
    pub fn page_of(&self, bulletin: u64) -> Option<String> {
        let root = self.public_url.as_ref()?;
        let root = root.as_str().trim_end_matches('/');
        Some(format!("{root}/b/{bulletin}"))
    }
}

impl Default for WebSettings {
    fn default() -> Self {
        Self {
            listen: Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 8787))),
            public_url: None,
            hub: None,
            title: None,
            admin_token: None,
            metrics_token: None,
            hosts: Vec::new(),
            trusted_proxies: Vec::new(),
        }
    }
}

/// The `[store]` section.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StoreSettings {
    /// A PostgreSQL database; `None` for sled below the state folder.
    pub url: Option<Secret>,
    /// The name of this process among workers and connections of the database; `None` for that of its host, with a
    /// random suffix.
    pub worker: Option<String>,
}

/// The `[fetch]` section.
#[derive(Debug, Clone, PartialEq)]
pub struct FetchSettings {
    pub concurrency: usize,
    pub per_host: usize,
    pub timeout: Duration,
    /// The number of bytes of a body after decompression.
    pub max_body: u64,
    pub user_agent: String,
    pub proxy: Option<Url>,
    pub allow_private: AllowPrivate,
    /// A program, or `ws://…` of a running one; empty for the first that is found.
    pub browser: String,
}

impl Default for FetchSettings {
    fn default() -> Self {
        Self {
            concurrency: 64,
            per_host: 1,
            timeout: Duration::from_secs(30),
            max_body: 8 << 20,
            user_agent: concat!("noticast/", env!("CARGO_PKG_VERSION")).to_owned(),
            proxy: None,
            allow_private: AllowPrivate::No,
            browser: String::new(),
        }
    }
}

/// The private addresses that may be reached.
#[derive(Debug, Clone, PartialEq)]
pub enum AllowPrivate {
    No,
    Yes,
    Ranges(Vec<AddressRange>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_ours_is_known_by_its_address() {
        let mut web = WebSettings::default();
        let pages = |web: &WebSettings, address: &str| web.bulletin_at(address);
        for address in [
            "http://127.0.0.1:8787/b/12",
            "http://news.lan:8787/b/12?x#y",
        ] {
            assert_eq!(pages(&web, address), Some(12), "{address}");
        }
        for address in ["http://news.lan/b/12", "http://127.0.0.1:8787/b/x", "b/12"] {
            assert_eq!(pages(&web, address), None, "{address}");
        }
        web.public_url = Url::parse("https://news.example/notices/").ok();
        assert_eq!(pages(&web, "https://news.example/notices/b/12/"), Some(12));
        for address in [
            "https://news.example/b/12",
            "https://a.example/notices/b/12",
        ] {
            assert_eq!(pages(&web, address), None, "{address}");
        }
        web.public_url = None;
        web.listen = None;
        assert_eq!(pages(&web, "http://127.0.0.1:8787/b/12"), None);
    }
}
