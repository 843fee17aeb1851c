//! A worker that breaks takes nothing with it.

use std::sync::atomic::{AtomicU32, Ordering};

use chrono::TimeDelta;
use serde_json::Value;
use tokio::sync::watch;

use super::*;
use crate::{
    bulletin::{ChannelKind, DeliveryState, Notice, Source, StdoutFormat},
    config::Config,
    push::{Pusher, card::Card, sender::Sender},
    store::{DeliveryQuery, Found, Look, LookState, Store},
};

/// Panics at the first messages for `bad`, and once between two messages.
#[derive(Debug, Default)]
struct Brittle {
    sends: AtomicU32,
    pauses: AtomicU32,
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
            self.sent.lock().unwrap().push(channel.id.to_string());
            Sent::Done(None)
        }
        .boxed()
    }

    fn pause(&self) -> Duration {
        assert!(
            self.pauses.fetch_add(1, Ordering::Relaxed) != 1,
            "a header broke it"
        );
        Duration::ZERO
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

#[tokio::test]
async fn a_send_that_panics_and_a_worker_that_does_lose_nothing_and_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    let url = "http://news.example/list.html".parse().unwrap();
    let source = Source::new("news".parse().unwrap(), url);
    let channels = vec![channel("good"), channel("bad")];
    store.sync_config(&[source], &channels).await.unwrap();
    for rows in [vec![1], vec![3, 2, 1]] {
        let look = Look {
            source: "news".parse().unwrap(),
            found: rows.into_iter().map(notice).collect(),
            state: LookState::default(),
        };
        store
            .admit(look, Utc::now() - TimeDelta::seconds(5))
            .await
            .unwrap();
    }
    let (_config, live) = watch::channel(Arc::new(Config::default()));
    let supervisor = crate::supervise::Supervisor::default();
    let output = Arc::new(std::sync::Mutex::new(Vec::new()));
    let pusher = Pusher::new(store.clone(), live, output).supervised_by(supervisor.clone());
    let brittle = Arc::new(Brittle::default());
    let (asides, received) = mpsc::channel(1);
    let (_wiring, channels) = watch::channel(channels);
    let line = crate::push::Line {
        key: ("stdout", None),
        sender: brittle.clone(),
        telegram: None,
        channels,
        asides,
        health: Health::new("stdout", supervisor.clone()),
    };
    let stop = CancellationToken::new();
    let at_work = tokio::spawn(pusher.keep_at_work(line, received, stop.clone()));
    let sent = async || {
        let all = store
            .deliveries(&DeliveryQuery::default())
            .await
            .unwrap()
            .items;
        all.into_iter()
            .filter(|one| one.state == DeliveryState::Sent)
            .collect::<Vec<_>>()
    };
    let all = timeout(Duration::from_secs(20), async {
        loop {
            let sent = sent().await;
            if sent.len() == 4 {
                return sent;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let all = all.await.expect("all is sent");
    stop.cancel();
    at_work.await.unwrap().unwrap();
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
