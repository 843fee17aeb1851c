//! Sources and channels as the checked config describes them.

use std::{
    collections::BTreeMap,
    fmt,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use chrono_tz::Tz;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use url::{Host, Url};

use super::{ChannelId, Filter, Login, Mode, Quiet, Robot, SourceId, Template};
use crate::schedule::Schedule;

/// A configured place to watch. All values are checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    pub id: SourceId,
    pub name: String,
    /// What it is grouped under on pages and in feeds; None: nothing.
    pub group: Option<String>,
    /// Without user and password, which are its `login`.
    pub url: Url,
    /// Goes to the origin of `url` alone, as `headers` do.
    pub login: Option<Login>,
    pub schedule: Schedule,
    pub time_zone: Tz,
    pub kind: ReadAs,
    pub filter: Filter,
    /// The number of newest bulletins that the first poll pushes.
    pub announce_first: usize,
    /// Open each new article for text and summary.
    pub full_text: bool,
    /// Traditional to simplified characters.
    pub simplify: bool,
    /// Pages of the list to read, at least 1.
    pub depth: usize,
    /// False: kept from pages, feeds, `/latest` and search without a token.
    pub public: bool,
    /// For this source alone; None: the global one, else the environment's.
    pub proxy: Option<Url>,
    pub headers: BTreeMap<String, String>,
    /// A charset label that overrides what the page says.
    pub charset: Option<String>,
    /// An authority of its own, PEM.
    pub ca: Option<PathBuf>,
    /// False: the server's certificate is not checked.
    pub verify: bool,
    /// True where robots.txt is obeyed.
    pub robots: bool,
    /// Its pages are rendered in the browser of `[fetch]` before they are read.
    pub browser: bool,
    pub select: Select,
}

impl Source {
    /// The interval of sources that have no schedule of their own.
    pub const SCHEDULE: &'static str = "every 10m";

    /// A source with everything else as the config has it where a key is absent.
    #[must_use]
    pub fn new(id: SourceId, mut url: Url) -> Self {
        Self {
            name: id.to_string(),
            group: None,
            id,
            login: Login::take_from(&mut url),
            url,
            schedule: Self::SCHEDULE
                .parse()
                .expect("the default is a schedule, a test reads it"),
            time_zone: Tz::Asia__Shanghai,
            kind: ReadAs::Auto,
            filter: Filter::default(),
            announce_first: 0,
            full_text: true,
            simplify: false,
            depth: 1,
            public: true,
            proxy: None,
            headers: BTreeMap::new(),
            charset: None,
            ca: None,
            verify: true,
            robots: false,
            browser: false,
            select: Select::default(),
        }
    }

    /// A source that has no page: what stands there is published by us.
    #[must_use]
    pub fn desk(id: SourceId) -> Self {
        let nowhere = Url::parse("about:blank").expect("an address");
        Self {
            kind: ReadAs::Desk,
            ..Self::new(id, nowhere)
        }
    }

    /// Where it is looked at; None: it is a desk.
    #[must_use]
    pub fn address(&self) -> Option<&Url> {
        (self.kind != ReadAs::Desk).then_some(&self.url)
    }
}

/// The kind of document at a source's address, where it has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ReadAs {
    #[default]
    Auto,
    List,
    Feed,
    Json,
    /// No address: bulletins are published here, by the command line, the API or the desk.
    Desk,
    /// Only for previews.
    Article,
}

/// CSS selectors, each for one part, where detection needs help.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Select {
    pub item: Option<String>,
    pub title: Option<String>,
    pub link: Option<String>,
    pub date: Option<String>,
    pub body: Option<String>,
}

/// Where bulletins go.
#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    pub id: ChannelId,
    pub name: String,
    pub kind: ChannelKind,
    /// None: all sources.
    pub sources: Option<Vec<SourceId>>,
    /// Sources that go to other channels alone.
    pub without: Vec<SourceId>,
    pub filter: Filter,
    /// The words of bulletins that pass quiet hours and digests; none: nothing does.
    pub urgent: Filter,
    pub mode: Mode,
    /// When a digest goes out, by the clock of `time_zone`.
    pub digest: Schedule,
    pub quiet: Option<Quiet>,
    /// A short note where a message that was sent cannot be edited.
    pub corrections: bool,
    /// In place of the built-in card.
    pub template: Option<Template>,
    pub time_zone: Tz,
    /// Of its cards; None: the config's.
    pub language: Option<Language>,
}

/// The kinds of channel that are built, each with its own settings.
#[derive(Debug, Clone, PartialEq)]
pub enum ChannelKind {
    Telegram {
        chat: TelegramChat,
        topic: Option<i32>,
        silent: bool,
        /// Attachments go along as documents.
        documents: bool,
    },
    Stdout {
        format: StdoutFormat,
    },
    /// Every other kind, with its keys.
    Robot(Robot),
}

/// Telegram's name of a chat.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TelegramChat {
    Id(i64),
    /// With its leading `@`.
    Name(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum StdoutFormat {
    #[default]
    Text,
    Json,
}

/// Bytes that a bot may upload to Telegram.
pub const LARGEST_DOCUMENT: u64 = 50 << 20;

impl ChannelKind {
    /// Returns whether a message that was sent can be changed.
    #[must_use]
    pub fn can_edit(&self) -> bool {
        match self {
            Self::Telegram { .. } => true,
            Self::Stdout { .. } => false,
            Self::Robot(robot) => robot.kind().edits(),
        }
    }

    /// Returns whether programs read what is sent there: fields, not a text.
    #[must_use]
    pub fn is_data(&self) -> bool {
        match self {
            Self::Stdout { format } => *format == StdoutFormat::Json,
            Self::Robot(robot) => robot.kind().name == "webhook",
            Self::Telegram { .. } => false,
        }
    }
}

impl Channel {
    /// When a digest goes out where nobody says.
    pub const DIGEST: &'static str = "0 18 * * *";

    /// A channel with every optional key at its default: all bulletins of all sources.
    #[must_use]
    pub fn new(id: ChannelId, kind: ChannelKind, time_zone: Tz) -> Self {
        Self {
            name: id.to_string(),
            id,
            kind,
            sources: None,
            without: Vec::new(),
            filter: Filter::default(),
            urgent: Filter::default(),
            mode: Mode::default(),
            digest: Self::DIGEST
                .parse()
                .expect("the default is a schedule, a test reads it"),
            quiet: None,
            corrections: false,
            template: None,
            time_zone,
            language: None,
        }
    }

    /// The value of a key of its kind, where that is one of the table's; empty where it was left out.
    #[must_use]
    pub fn setting(&self, key: &str) -> &str {
        match &self.kind {
            ChannelKind::Robot(robot) => robot.get(key),
            ChannelKind::Telegram { .. } | ChannelKind::Stdout { .. } => "",
        }
    }

    /// Returns whether this channel asked for bulletins of `source`.
    #[must_use]
    pub fn wants(&self, source: &SourceId) -> bool {
        let wanted = self.sources.as_ref();
        wanted.is_none_or(|wanted| wanted.contains(source)) && !self.without.contains(source)
    }

    /// The kind as the config names it.
    #[must_use]
    pub fn kind_name(&self) -> &'static str {
        match &self.kind {
            ChannelKind::Telegram { .. } => "telegram",
            ChannelKind::Stdout { .. } => "stdout",
            ChannelKind::Robot(robot) => robot.kind().name,
        }
    }
}

/// The language of the bot and the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    #[default]
    Zh,
    En,
}

/// `[telegram]`.
#[derive(Debug, Clone, PartialEq)]
pub struct TelegramSettings {
    pub token: Secret,
    /// User ids of those who run the bot.
    pub admins: Vec<i64>,
    pub api_url: Url,
    pub proxy: Option<Url>,
    /// Messages a second, all chats together.
    pub rate: u32,
    pub subscribe: Subscribe,
    pub add_sources: AddSources,
}

impl TelegramSettings {
    /// A bot with every optional key at its default.
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

/// `[web]`.
#[derive(Debug, Clone, PartialEq)]
pub struct WebSettings {
    /// None: `"off"`.
    pub listen: Option<SocketAddr>,
    pub public_url: Option<Url>,
    /// What the pages, feeds and cards call this channel; None: words of the reader's language.
    pub title: Option<String>,
    pub admin_token: Option<Secret>,
    pub metrics_token: Option<Secret>,
    /// Further names that are answered; loopback, `listen` and `public_url` always are.
    pub hosts: Vec<Host>,
    /// Whose X-Forwarded-For and X-Forwarded-Proto are believed.
    pub trusted_proxies: Vec<IpNet>,
}

impl WebSettings {
    /// The bulletin whose page has this address, if it is a page of ours. Without a `public_url` ours is
    /// whatever has our port (any, where that is 0): people may know the machine by any name.
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
}

impl Default for WebSettings {
    fn default() -> Self {
        Self {
            listen: Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 8787))),
            public_url: None,
            title: None,
            admin_token: None,
            metrics_token: None,
            hosts: Vec::new(),
            trusted_proxies: Vec::new(),
        }
    }
}

/// `[store]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StoreSettings {
    /// A PostgreSQL database; None: sled below the state folder.
    pub url: Option<Secret>,
    /// The name of this process among workers and connections of the database; None: that of its host, and a random suffix.
    pub worker: Option<String>,
}

/// `[fetch]`.
#[derive(Debug, Clone, PartialEq)]
pub struct FetchSettings {
    pub concurrency: usize,
    pub per_host: usize,
    pub timeout: Duration,
    /// Bytes of a body after decompression.
    pub max_body: u64,
    pub user_agent: String,
    pub proxy: Option<Url>,
    pub allow_private: AllowPrivate,
    /// A program, or `ws://…` of one that runs; empty: what is found.
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

/// Which private addresses may be reached.
#[derive(Debug, Clone, PartialEq)]
pub enum AllowPrivate {
    No,
    Yes,
    Ranges(Vec<IpNet>),
}

/// A token, key or password. It shows nowhere: `Debug` and `Display` print `***`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret(String);

impl Secret {
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The secret itself, for the request that needs it and for nothing else.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
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
