//! Provides a store with bulletins to push, and a pusher and a bot that can be ended and started again.

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use chrono::{DateTime, Utc};
use futures::FutureExt;
use noticast::{
    bot,
    bulletin::{Article, BulletinId, Delivery, LARGEST_DOCUMENT, Notice, SourceId},
    config::Config,
    ops::{DeliveryQuery, Failure, Found, PollFindings, Store},
    push::{Files, Output, Pusher},
    round::{self, Asked, PollOutcome},
    source::fetch::Fetcher,
    watch::Watch,
};
use tempfile::TempDir;
use tokio::{sync::watch, task::JoinHandle};
use tokio_util::sync::CancellationToken;

pub(crate) struct Pushing {
    state: TempDir,
    pub(crate) store: Store,
    pub(crate) config: watch::Sender<Arc<Config>>,
    pub(crate) pusher: Pusher,
    pub(crate) output: Arc<Mutex<Vec<u8>>>,
    stop: CancellationToken,
    parts: Vec<JoinHandle<Result<(), Failure>>>,
    notices: Vec<Found>,
}

/// Returns the config of a story: one source, and `more`.
pub(crate) fn config(folder: &TempDir, more: &str) -> Config {
    config_of(folder, "http://news.example/list.html", more)
}

fn config_of(folder: &TempDir, url: &str, more: &str) -> Config {
    let path = folder.path().join("noticast.toml");
    let source = format!("[[source]]\nid = \"news\"\nname = \"集团要闻\"\nurl = \"{url}\"\n");
    std::fs::write(&path, format!("{more}\n{source}")).unwrap();
    Config::load(&path).unwrap_or_else(|error| panic!("{error}"))
}

impl Pushing {
    /// Creates a store on which nothing runs yet, and whose source has had its first poll.
    pub(crate) async fn new(more: &str) -> Self {
        Self::with_shown(more, 1).await
    }

    /// Creates the same with a page of `shown` notices, so that many new ones are not a redesign of it.
    pub(crate) async fn with_shown(more: &str, shown: usize) -> Self {
        let state = TempDir::new().unwrap();
        let config = config(&state, more);
        let mut pushing = Self::open(state, config, Vec::new()).await;
        pushing.publish(shown).await;
        pushing
    }

    /// Creates a store for a source that is a real page, and that was not polled yet.
    pub(crate) async fn watching(url: &str, more: &str) -> Self {
        let state = TempDir::new().unwrap();
        let more = format!("[fetch]\nallow_private = true\n{more}");
        let config = config_of(&state, url, &more);
        Self::open(state, config, Vec::new()).await
    }

    /// Polls the real page.
    pub(crate) async fn poll_page(&self, now: DateTime<Utc>) -> PollOutcome {
        let config = self.config.borrow().clone();
        let (fetcher, source) = (self.fetcher(), &config.sources[0]);
        round::poll(&self.store, &fetcher, source, Asked::BySchedule, now)
            .await
            .unwrap()
    }

    /// Reads articles again that are due then; returns how many changed.
    pub(crate) async fn read_again(&self, now: DateTime<Utc>) -> usize {
        let config = self.config.borrow().clone();
        let (fetcher, source) = (self.fetcher(), &config.sources[0]);
        let mut changed = 0;
        for known in self.store.rereads(now, 100).await.unwrap() {
            let again = round::read_again(&self.store, &fetcher, source, &known, now);
            let id = known.bulletin.id;
            let settled = self.store.settle_reread(id, again.await.unwrap(), now);
            changed += usize::from(settled.await.unwrap());
        }
        changed
    }

    fn fetcher(&self) -> Fetcher {
        Fetcher::new(&self.config.borrow().fetch, &[]).unwrap()
    }

    async fn open(state: TempDir, config: Config, notices: Vec<Found>) -> Self {
        let store = Store::open(&state.path().join("store")).await.unwrap();
        store
            .sync_config(&config.sources, &config.channels)
            .await
            .unwrap();
        let (config, live) = watch::channel(Arc::new(config));
        let output = Arc::new(Mutex::new(Vec::new()));
        let shared: Output = output.clone().into();
        let fetcher = Fetcher::new(&config.borrow().fetch, &[]).unwrap();
        let watch = Watch::new(store.clone(), config.subscribe(), fetcher);
        let files = Files::new(move |source, url| {
            let watch = watch.clone();
            async move { watch.file(&source, &url, LARGEST_DOCUMENT).await }.boxed()
        });
        Self {
            pusher: Pusher::new(store.clone(), live, shared).with_files(files),
            state,
            store,
            config,
            output,
            stop: CancellationToken::new(),
            parts: Vec::new(),
            notices,
        }
    }

    /// Adds `n` notices to the source.
    pub(crate) async fn publish(&mut self, n: usize) -> Vec<BulletinId> {
        for _ in 0..n {
            let number = self.notices.len();
            self.add(
                &format!("第{number}号通知 <{number}> & 更多"),
                "请各部门遵照执行。",
            );
        }
        self.poll().await
    }

    /// Adds one notice to the source, with this title and summary.
    pub(crate) async fn publish_as(&mut self, title: &str, summary: &str) -> Vec<BulletinId> {
        self.add(title, summary);
        self.poll().await
    }

    /// Adds one notice to the source, whose article was opened: this text, and perhaps a deadline.
    pub(crate) async fn publish_article(
        &mut self,
        title: &str,
        text: &str,
        deadline: Option<&str>,
    ) -> Vec<BulletinId> {
        self.publish_summary(title, "请看全文。", text, deadline)
            .await
    }

    /// Adds one notice like that with a summary.
    pub(crate) async fn publish_summary(
        &mut self,
        title: &str,
        summary: &str,
        text: &str,
        deadline: Option<&str>,
    ) -> Vec<BulletinId> {
        self.add(title, summary);
        let deadline = deadline.map(|day| day.to_owned().try_into().unwrap());
        self.notices[0].article = Some(Article {
            text: text.to_owned(),
            deadline,
            ..Article::default()
        });
        self.poll().await
    }

    fn add(&mut self, title: &str, summary: &str) {
        let notice = Notice {
            url: format!("http://news.example/{}.html", self.notices.len()),
            guid: None,
            title: title.to_owned(),
            published: None,
            updated: None,
            summary: Some(summary.to_owned()),
            publisher: None,
            pinned: false,
        };
        let found = Found {
            notice,
            article: None,
        };
        self.notices.insert(0, found);
    }

    /// Polls the source.
    async fn poll(&self) -> Vec<BulletinId> {
        let source: SourceId = "news".parse().unwrap();
        let findings = PollFindings {
            state: self.store.poll_state(&source),
            source,
            found: self.notices.clone(),
        };
        self.store
            .admit(findings, Utc::now())
            .await
            .unwrap()
            .published
    }

    /// Shows other rows than ever before, which the guard holds.
    pub(crate) async fn redesign(&mut self) {
        for found in &mut self.notices {
            let number = found.notice.url.len();
            found.notice.url = found
                .notice
                .url
                .replace("news.example/", "news.example/new/");
            found.notice.title = format!("改版后的{}（{number}）", found.notice.title);
        }
        self.publish(0).await;
    }

    /// Gives the newest notice another title.
    pub(crate) async fn retitle(&mut self, title: &str) {
        self.notices[0].notice.title = title.to_owned();
        self.poll().await;
    }

    /// Waits until nothing waits; fails if a delivery would wait for more than a minute.
    pub(crate) async fn until_all_sent(&self) {
        loop {
            let all = self.deliveries().await;
            let mut waiting = all.iter().filter(|it| it.sent_at.is_none());
            let Some(next) = waiting.next() else { return };
            let soon = Utc::now() + chrono::TimeDelta::minutes(1);
            assert!(next.due_at < soon, "{next:?}");
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }

    pub(crate) fn start(&mut self) {
        let (pusher, stop) = (self.pusher.clone(), self.stop.clone());
        self.parts
            .push(tokio::spawn(async move { pusher.run(stop).await }));
    }

    pub(crate) fn start_bot(&mut self) {
        let fetcher = self.fetcher();
        let desk = bot::Bot {
            store: self.store.clone(),
            config: self.config.subscribe(),
            pusher: self.pusher.clone(),
            watch: Watch::new(self.store.clone(), self.config.subscribe(), fetcher),
        };
        self.parts
            .push(tokio::spawn(bot::run(desk, self.stop.clone())));
    }

    pub(crate) async fn stop(&mut self) {
        self.stop.cancel();
        for part in self.parts.drain(..) {
            part.await.unwrap().unwrap();
        }
        self.stop = CancellationToken::new();
    }

    /// Ends everything in order and opens the store again.
    pub(crate) async fn restart(mut self) -> Self {
        self.stop().await;
        let Self {
            state,
            store,
            config,
            pusher,
            notices,
            ..
        } = self;
        drop(pusher);
        store.close().await.unwrap();
        let config = (**config.borrow()).clone();
        Self::open(state, config, notices).await
    }

    /// Returns the deliveries, newest first.
    pub(crate) async fn deliveries(&self) -> Vec<Delivery> {
        self.store
            .deliveries(&DeliveryQuery::default())
            .await
            .unwrap()
            .items
    }

    pub(crate) fn printed(&self) -> String {
        String::from_utf8(self.output.lock().unwrap().clone()).unwrap()
    }
}

/// The log of its lifetime, at every level, of this thread: for stories on one thread.
pub(crate) struct Logged {
    lines: Arc<Mutex<Vec<u8>>>,
    _guard: tracing::subscriber::DefaultGuard,
}

impl Logged {
    pub(crate) fn start() -> Self {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let sink = lines.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(move || Sink(sink.clone()))
            .finish();
        Self {
            lines,
            _guard: tracing::subscriber::set_default(subscriber),
        }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.lines.lock().unwrap()).into_owned()
    }
}

struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
