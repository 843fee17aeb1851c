//! Tests `kill -9` at random moments: everything acknowledged is there, and nothing is half done.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
    sync::mpsc,
    time::Duration,
};

use super::*;
use crate::bulletin::DeliveryState;

const CHANNELS: i64 = 30;
const STATE: &str = "NOTICAST_TEST_STATE";
const SELF: &str = "ops::tests::kill::nothing_acknowledged_is_lost_and_nothing_is_half_done";

fn channels() -> Vec<Channel> {
    (0..CHANNELS).map(|n| chat(&format!("c{n}"), n)).collect()
}

/// Writes until it is killed, printing what was acknowledged.
async fn write(state: &Path) {
    let store = Store::open(state).await.unwrap();
    let now: DateTime<Utc> = "2022-12-01T08:00:00Z".parse().unwrap();
    store
        .sync_config(&[source("news")], &channels())
        .await
        .unwrap();
    let sender = store.clone();
    tokio::spawn(async move {
        loop {
            for head in sender.heads(None).await.unwrap() {
                sender.begin_send(head.id, now).await.unwrap();
                say(&format!("begun {}", head.id));
                let sent = Outcome::Sent { message: None };
                sender.complete(head.id, sent, now).await.unwrap();
                say(&format!("sent {}", head.id));
            }
            tokio::task::yield_now().await;
        }
    });
    loop {
        let known = u32::try_from(store.health().await.bulletins).unwrap();
        let found = list((known.saturating_sub(5).max(1)..=known + 1).rev());
        let found = found.into_iter().map(|notice| Found {
            notice,
            article: None,
        });
        let poll = PollFindings {
            source: "news".parse().unwrap(),
            found: found.collect(),
            state: PollState::default(),
        };
        store.admit(poll, now).await.unwrap();
        say(&format!("admitted {}", known + 1));
    }
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n{line}").unwrap();
    out.flush().unwrap();
}

/// Runs the writer for a moment; returns its output. The moment begins with the process, or with its first output.
fn killed_after(state: &Path, moment: Duration, is_at_work: bool) -> Vec<(String, u64)> {
    let mut writer = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", SELF, "--nocapture"])
        .env(STATE, state)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(writer.stdout.take().unwrap()).lines();
    let (send, written) = mpsc::channel();
    let reading = std::thread::spawn(move || {
        let numbered = lines.map_while(|line| line.ok()).filter_map(|line| {
            let (what, number) = line.split_once(' ')?;
            Some((what.to_owned(), number.parse().ok()?))
        });
        numbered.for_each(|line| send.send(line).unwrap());
    });
    let first = is_at_work.then(|| written.recv_timeout(Duration::from_secs(60)).unwrap());
    std::thread::sleep(moment);
    writer.kill().unwrap();
    writer.wait().unwrap();
    reading.join().unwrap();
    first.into_iter().chain(written.try_iter()).collect()
}

/// Kills the writer, which this same test is if [`STATE`] names a store.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_and_nothing_is_half_done() {
    if let Some(state) = std::env::var_os(STATE) {
        return write(Path::new(&state)).await;
    }
    let dir = tempfile::tempdir().unwrap();
    let mut acknowledged = 0;
    for round in 0..8 {
        let written = killed_after(
            dir.path(),
            Duration::from_millis(200 + round * 37),
            round % 2 == 1,
        );
        acknowledged += written.len();
        let store = Store::open(dir.path()).await.unwrap();
        let now: DateTime<Utc> = "2022-12-01T08:00:00Z".parse().unwrap();
        store
            .sync_config(&[source("news")], &channels())
            .await
            .unwrap();
        let bulletins = store.health().await.bulletins;
        let uncertain: Vec<u64> = store
            .uncertain()
            .await
            .unwrap()
            .iter()
            .map(|w| w.id.0)
            .collect();
        assert!(uncertain.len() <= 1, "one sender had one request open");
        for (what, number) in &written {
            let state = match what.as_str() {
                "admitted" => {
                    assert!(bulletins >= *number, "bulletin {number} of {bulletins}");
                    continue;
                }
                _ => {
                    store
                        .delivery(DeliveryId(*number))
                        .await
                        .unwrap()
                        .unwrap()
                        .state
                }
            };
            match what.as_str() {
                "sent" => assert_eq!(state, DeliveryState::Sent),
                _ => assert_ne!(state, DeliveryState::Queued),
            }
        }
        let all = store
            .deliveries(&DeliveryQuery::default())
            .await
            .unwrap()
            .items;
        assert_eq!(
            all.len() as u64,
            bulletins.saturating_sub(1) * CHANNELS.cast_unsigned()
        );
        for waiting in store.uncertain().await.unwrap() {
            let why = crate::bulletin::Reason::from("killed");
            store
                .complete(
                    waiting.id,
                    Outcome::Uncertain {
                        not_before: now,
                        why,
                    },
                    now,
                )
                .await
                .unwrap();
        }
        store.close().await.unwrap();
    }
    assert!(acknowledged > 100, "{acknowledged} calls were acknowledged");
}
