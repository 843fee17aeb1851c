//! Tests that a worker that panics loses nothing.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use chrono::{TimeDelta, Utc};
use futures::future::{BoxFuture, FutureExt};
use serde_json::Value;
use tokio::{
    sync::{mpsc, watch},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use super::Aside;
use crate::{
    bulletin::{Channel, ChannelKind, DeliveryState, Mode, Notice, Source, StdoutFormat},
    config::Config,
    ops::{DeliveryQuery, Found, PollFindings, PollState, Store, StoreError},
    push::{
        Pusher,
        card::Card,
        health::SenderHealth,
        sender::{Sender, Sent},
    },
};

/// A sender that panics at the first message for `bad`, and in the worker itself once the chat of `good` has moved.
#[derive(Debug, Default)]
struct Brittle {
    sends: AtomicU32,
    moves: AtomicU32,
    sent: std::sync::Mutex<Vec<String>>,
}

impl Sender for Brittle {
    fn draft(&self, _card: &Card, _channel: &Channel) -> Value {
        Value::Null
    }

    fn send<'a>(&'a self, _card: &'a Card, channel: &'a Channel) -> BoxFuture<'a, Sent> {
        async {
            let is_bad = channel.id.to_string() == "bad";
            assert!(
                !is_bad || self.sends.fetch_add(1, Ordering::Relaxed) > 0,
                "the card broke it"
            );
            if !is_bad && self.moves.fetch_add(1, Ordering::Relaxed) == 0 {
                return Sent::Moved { from: -1, to: -2 };
            }
            self.sent.lock().unwrap().push(channel.id.to_string());
            Sent::Done(None)
        }
        .boxed()
    }

    fn moved(&self, _from: i64, _to: i64) {
        panic!("the worker broke");
    }
}

fn channel(id: &str) -> Channel {
    let format = StdoutFormat::Text;
    Channel::new(
        id.parse().unwrap(),
        ChannelKind::Stdout { format },
        chrono_tz::UTC,
    )
}

fn notice(number: u32) -> Found {
    let notice = Notice {
        url: format!("http://news.example/{number}.html"),
        guid: None,
        title: format!("第{number}号通知"),
        published: None,
        updated: None,
        summary: None,
        publisher: None,
        pinned: false,
    };
    Found {
        notice,
        article: None,
    }
}

/// A store with a source `news`, and the sender that serves its channels until it is stopped.
struct AtWork {
    _folder: tempfile::TempDir,
    store: Store,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<Result<(), StoreError>>,
    supervisor: crate::supervise::Supervisor,
    _config: watch::Sender<Arc<Config>>,
    _wiring: watch::Sender<Vec<Channel>>,
    _asides: mpsc::Sender<Aside>,
}

impl AtWork {
    async fn new(channels: Vec<Channel>, sender: Arc<dyn Sender>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let url = "http://news.example/list.html".parse().unwrap();
        let source = Source::new("news".parse().unwrap(), url);
        store.sync_config(&[source], &channels).await.unwrap();
        let (config, live) = watch::channel(Arc::new(Config::default()));
        let supervisor = crate::supervise::Supervisor::default();
        let output = Arc::new(std::sync::Mutex::new(Vec::new()));
        let pusher = Pusher::new(store.clone(), live, output).supervised_by(supervisor.clone());
        let (asides, received) = mpsc::channel(1);
        let (wiring, channels) = watch::channel(channels);
        let line = crate::push::line::RunningSender {
            key: ("stdout", None),
            sender,
            telegram: None,
            channels,
            asides: asides.clone(),
            health: SenderHealth::new("stdout", supervisor.clone()),
        };
        let stop = CancellationToken::new();
        let task = tokio::spawn(pusher.keep_at_work(line, received, stop.clone()));
        Self {
            _folder: folder,
            store,
            stop,
            task,
            supervisor,
            _config: config,
            _wiring: wiring,
            _asides: asides,
        }
    }

    async fn admit(&self, found: Vec<Found>) {
        let poll = PollFindings {
            source: "news".parse().unwrap(),
            found,
            state: PollState::default(),
        };
        let now = Utc::now() - TimeDelta::seconds(5);
        self.store.admit(poll, now).await.unwrap();
    }

    async fn stop(self) -> crate::supervise::Supervisor {
        self.stop.cancel();
        self.task.await.unwrap().unwrap();
        self.supervisor
    }
}

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let held = timeout(Duration::from_secs(20), async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    held.await.unwrap_or_else(|_| panic!("waited for: {what}"));
}

#[tokio::test]
async fn a_send_that_panics_and_a_worker_that_does_lose_nothing_and_are_counted() {
    let brittle = Arc::new(Brittle::default());
    let channels = vec![channel("good"), channel("bad")];
    let at_work = AtWork::new(channels, brittle.clone()).await;
    at_work.admit(vec![notice(1)]).await;
    at_work.admit([3, 2, 1].map(notice).to_vec()).await;
    let sent = async || {
        let every = DeliveryQuery::default();
        let all = at_work.store.deliveries(&every).await.unwrap();
        let all = all.items.into_iter();
        all.filter(|one| one.state == DeliveryState::Sent)
            .collect::<Vec<_>>()
    };
    until("all to be sent", async || sent().await.len() == 4).await;
    let all = sent().await;
    let supervisor = at_work.stop().await;
    let doubtful = all.iter().filter(|one| one.error.is_some());
    let doubtful: Vec<_> = doubtful.map(|one| one.channel.to_string()).collect();
    assert_eq!(
        doubtful,
        ["bad"],
        "the one whose sending broke is possibly repeated"
    );
    assert_eq!(brittle.sent.lock().unwrap().len(), 4);
    let breakages = supervisor.breakages();
    assert_eq!(
        (breakages[0].part.as_str(), breakages[0].times),
        ("stdout channels", 2)
    );
}

/// The last title that its reader saw of each notice.
#[derive(Debug, Default)]
struct Reader(std::sync::Mutex<HashMap<String, String>>);

impl Sender for Reader {
    fn draft(&self, _card: &Card, _channel: &Channel) -> Value {
        Value::Null
    }

    fn send<'a>(&'a self, card: &'a Card, _channel: &'a Channel) -> BoxFuture<'a, Sent> {
        let further = card.further.iter().map(|entry| &entry.bulletin);
        let all = card.bulletin.iter().chain(further);
        let titles = all.map(|it| (it.url.clone(), it.title.clone()));
        self.0.lock().unwrap().extend(titles);
        futures::future::ready(Sent::Done(None)).boxed()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_that_comes_while_its_message_is_begun_reaches_the_reader() {
    for mode in [Mode::Each, Mode::Bundle] {
        let reader = Arc::new(Reader::default());
        let mut channel = channel("reader");
        (channel.corrections, channel.mode) = (true, mode);
        let at_work = AtWork::new(vec![channel], reader.clone()).await;
        at_work.admit(vec![notice(0)]).await;
        for number in 1..60 {
            at_work.admit(vec![notice(number), notice(0)]).await;
            tokio::time::sleep(Duration::from_micros(fastrand::u64(..4_000))).await;
            let mut corrected = notice(number);
            corrected.notice.title = format!("第{number}号通知（更正后）");
            let url = corrected.notice.url.clone();
            let title = corrected.notice.title.clone();
            at_work.admit(vec![corrected, notice(0)]).await;
            until("the corrected title", async || {
                reader.0.lock().unwrap().get(&url) == Some(&title)
            })
            .await;
        }
        at_work.stop().await;
    }
}
