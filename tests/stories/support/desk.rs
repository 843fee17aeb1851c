//! Provides a running web desk over a temporary store, with bulletins admitted by hand.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use noticast::{
    app::guard_of,
    bulletin::{
        Article, BulletinId, Channel, ChannelKind, Moment, Notice, Secret, Source, TelegramSettings,
    },
    config::{Config, Live},
    ops::{Found, PollFindings, PollState, Store},
    push::{Output, Pusher},
    source::fetch::Fetcher,
    watch::Watch,
    web::{self, Reload},
};
use reqwest::{Client, RequestBuilder, Response};
use tokio::{
    net::TcpListener,
    sync::{mpsc, watch},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

pub(crate) const ADMIN_TOKEN: &str = "the-admin-token-of-a-test";
pub(crate) const INSTANCE_TOKEN: &str = "the-instance-token-of-a-test";
pub(crate) const METRICS_TOKEN: &str = "the-metrics-token-of-a-test";

pub(crate) struct Desk {
    pub(crate) url: String,
    pub(crate) store: Store,
    pub(crate) watch: Watch,
    pub(crate) reloads: mpsc::Receiver<Reload>,
    pub(crate) client: Client,
    pub(crate) stop: CancellationToken,
    pub(crate) served: JoinHandle<std::io::Result<()>>,
    _state: tempfile::TempDir,
}

/// Returns a config with two public sources and a private one; a chat and a terminal.
pub(crate) fn config() -> Config {
    let source = |id: &str, name: &str, public| Source {
        name: name.to_owned(),
        public,
        ..Source::new(
            id.parse().unwrap(),
            format!("http://127.0.0.1:9/{id}/").parse().unwrap(),
        )
    };
    let mut config = Config::default();
    config.web.metrics_token = Some(Secret::new(METRICS_TOKEN.to_owned()));
    config.sources = vec![
        source("notices", "通知公告", true),
        source("news", "集团要闻", true),
        source("inside", "内部通报", false),
    ];
    config.channels = vec![Channel::new(
        "terminal".parse().unwrap(),
        ChannelKind::Stdout {
            format: noticast::bulletin::StdoutFormat::Text,
        },
        config.time_zone,
    )];
    config
}

/// Returns the same config with a bot, whose Telegram is at `url`.
pub(crate) fn config_with_a_bot(url: &str) -> Config {
    let token = Secret::new("1:tok".to_owned());
    let settings = TelegramSettings {
        api_url: url.parse().unwrap(),
        ..TelegramSettings::new(token)
    };
    let mut config = config();
    config.telegram = Some(settings);
    config
}

impl Desk {
    pub(crate) async fn open_with(config: Config, pages: bool) -> Self {
        Self::open_at("127.0.0.1:0", config, pages).await
    }

    pub(crate) async fn open_at(address: &str, config: Config, pages: bool) -> Self {
        let state = tempfile::tempdir().unwrap();
        let store = Store::open(state.path()).await.unwrap();
        store
            .sync_config(&config.sources, &config.channels)
            .await
            .unwrap();
        let fetcher = Fetcher::new(&config.fetch, &[]).unwrap();
        let (sender, live): (_, Live) = watch::channel(Arc::new(config));
        tokio::spawn(join_added(store.clone(), sender));
        let watch = Watch::new(store.clone(), live.clone(), fetcher);
        let nowhere: Output = Arc::new(Mutex::new(std::io::sink())).into();
        let pusher = Pusher::new(store.clone(), live.clone(), nowhere);
        let pusher = pusher.guarded_by(guard_of(watch.clone()));
        let (reload, reloads) = mpsc::channel(1);
        let desk = web::Desk {
            store: store.clone(),
            config: live,
            watch: watch.clone(),
            pusher,
            reload,
            admin_token: Secret::new(ADMIN_TOKEN.to_owned()),
            instance_token: Secret::new(INSTANCE_TOKEN.to_owned()),
            is_demo: false,
            pages,
        };
        let listener = TcpListener::bind(address).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let url = format!("http://127.0.0.1:{port}");
        let stop = CancellationToken::new();
        let served = tokio::spawn(web::serve(listener, desk, stop.clone(), stop.clone()));
        Self {
            url,
            store,
            watch,
            reloads,
            client: Client::builder().no_proxy().build().unwrap(),
            stop,
            served,
            _state: state,
        }
    }

    /// Opens a desk on which each source was polled once.
    pub(crate) async fn with_baselines() -> Self {
        let desk = Self::open_with(config(), true).await;
        for source in ["notices", "news", "inside"] {
            desk.baseline(source).await;
        }
        desk
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.url))
    }

    pub(crate) fn post(&self, path: &str, body: &str) -> RequestBuilder {
        self.client
            .post(format!("{}{path}", self.url))
            .body(body.to_owned())
    }

    /// Returns the body of a public page that must exist.
    pub(crate) async fn page(&self, path: &str) -> String {
        let answer = self.get(path).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.text().await.unwrap()
    }

    /// Returns the API's answer to an admin.
    pub(crate) async fn asked(&self, path: &str) -> (u16, serde_json::Value) {
        json(
            self.get(path)
                .bearer_auth(ADMIN_TOKEN)
                .send()
                .await
                .unwrap(),
        )
        .await
    }

    pub(crate) async fn posted(&self, path: &str, body: &str) -> (u16, serde_json::Value) {
        let request = self.post(path, body).bearer_auth(ADMIN_TOKEN);
        json(request.send().await.unwrap()).await
    }

    /// Performs the first poll of a source, which is its baseline.
    pub(crate) async fn baseline(&self, source: &str) {
        let found = vec![found(notice(source, "0", "从前的通知"))];
        self.poll(source, found, Utc::now()).await;
    }

    /// Publishes a new bulletin on top of those that the source showed before.
    pub(crate) async fn publish(&self, source: &str, number: &str, title: &str) -> BulletinId {
        self.admit(source, found(notice(source, number, title)), Utc::now())
            .await
    }

    pub(crate) async fn admit(&self, source: &str, new: Found, now: DateTime<Utc>) -> BulletinId {
        let known = found(notice(source, "0", "从前的通知"));
        let admitted = self.poll(source, vec![new, known], now).await;
        assert_eq!(admitted.published.len(), 1, "{admitted:?}");
        admitted.published[0]
    }

    /// Redesigns the page: nothing on it is known, and nothing is dated later than before.
    pub(crate) async fn hold(&self, source: &str, count: usize) -> Vec<u64> {
        let rows = (0..count).map(|row| {
            let title = format!("改版后的第{row}条");
            let mut notice = notice(source, &format!("moved-{row}"), &title);
            notice.published = None;
            found(notice)
        });
        let admitted = self.poll(source, rows.collect(), Utc::now()).await;
        assert_eq!(admitted.held.len(), count, "{admitted:?}");
        admitted.held.iter().map(|id| id.0).collect()
    }

    pub(crate) async fn poll(
        &self,
        source: &str,
        found: Vec<Found>,
        now: DateTime<Utc>,
    ) -> noticast::ops::Admitted {
        let findings = PollFindings {
            source: source.parse().unwrap(),
            found,
            state: PollState::default(),
        };
        self.store.admit(findings, now).await.unwrap()
    }
}

/// Joins additions to the store with the config, like a running instance.
async fn join_added(store: Store, config: watch::Sender<Arc<Config>>) {
    let (mut sources, mut channels) = (store.added_sources(), store.added_channels());
    loop {
        let changed = tokio::select! {
            changed = sources.changed() => changed,
            changed = channels.changed() => changed,
        };
        if changed.is_err() {
            return;
        }
        let now = config.borrow().clone();
        let joined = Config::clone(&now)
            .joined_by(&sources.borrow_and_update(), &channels.borrow_and_update());
        let synced = store.sync_config(&joined.sources, &joined.channels).await;
        if synced.is_err() {
            return;
        }
        config.send_replace(Arc::new(joined));
    }
}

pub(crate) async fn json(answer: Response) -> (u16, serde_json::Value) {
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    let value = serde_json::from_str(&text);
    let value = value.unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_said_as_errors_are(&value);
    (status, value)
}

/// Checks that an error for programs has the form of the command line: in lower case except names, without a full stop.
pub(crate) fn assert_said_as_errors_are(answer: &serde_json::Value) {
    let Some(detail) = answer["status"].as_u64().and(answer["detail"].as_str()) else {
        return;
    };
    let is_name = detail.starts_with("Telegram");
    let is_lower = !detail.starts_with(|c: char| c.is_ascii_uppercase()) || is_name;
    assert!(is_lower && !detail.ends_with('.'), "{answer}");
}

pub(crate) fn notice(source: &str, number: &str, title: &str) -> Notice {
    let day = if number == "0" {
        "2022-11-01"
    } else {
        "2022-11-20"
    };
    Notice {
        url: format!("https://www.example.com/{source}/{number}.html"),
        guid: None,
        title: title.to_owned(),
        published: Moment::try_from(day.to_owned()).ok(),
        updated: None,
        summary: None,
        publisher: None,
        pinned: false,
    }
}

pub(crate) fn found(notice: Notice) -> Found {
    Found {
        notice,
        article: None,
    }
}

pub(crate) fn with_text(notice: Notice, text: &str) -> Found {
    let article = Article {
        text: text.to_owned(),
        summary: Some(text.lines().next().unwrap_or_default().to_owned()),
        ..Article::default()
    };
    Found {
        notice,
        article: Some(article),
    }
}
