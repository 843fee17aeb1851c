//! Measures the cost of the whole service and its use of Telegram's limits, against the rig next to the project:
//! `RIG=… cargo bench --bench service [NAME]`, on an otherwise idle machine.
//!
//! It prints each figure next to its requirement, and fails if one is not met. It takes some half an hour: Telegram's
//! limits, and a million messages.
#![allow(clippy::print_stdout, reason = "a command line tool")]
#![allow(clippy::unwrap_used, reason = "what cannot be measured fails")]
#![allow(dead_code, reason = "the stories' own modules, of which some is used")]

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use support::loads::{CHATS, crowded, fifty_sources, quiet, requests};

#[path = "../tests/stories/support"]
mod support {
    pub(crate) mod loads;
    pub(crate) mod rig;
}

/// A measured figure, with the most or the least that is required.
struct Figure {
    name: &'static str,
    is: f64,
    asked: Asked,
}

enum Asked {
    AtMost(f64),
    AtLeast(f64),
}

use Asked::{AtLeast, AtMost};

impl Figure {
    fn line(&self) -> (bool, String) {
        let (good, asked) = match self.asked {
            AtMost(most) => (self.is <= most, format!("at most {most}")),
            AtLeast(least) => (self.is >= least, format!("at least {least}")),
        };
        let word = if good { "" } else { "  MISSED" };
        let Self { name, is, .. } = self;
        (good, format!("{name:<52}{is:>10.3}  ({asked}){word}"))
    }
}

fn figure(name: &'static str, is: f64, asked: Asked) -> Figure {
    Figure { name, is, asked }
}

#[tokio::main]
async fn main() -> ExitCode {
    let wanted = std::env::args()
        .nth(1)
        .filter(|name| !name.starts_with('-'));
    let is_wanted = |name: &str| wanted.as_ref().is_none_or(|wanted| wanted == name);
    let mut figures = Vec::new();
    if is_wanted("quiet") {
        figures.extend(a_thousand_quiet_sources().await);
    }
    if is_wanted("fifty") {
        let report = fifty_sources(60).await;
        figures.push(used("50 sources, 40 chats: % of permitted", &report));
    }
    if is_wanted("crowd") {
        figures.extend(ten_thousand_chats().await);
    }
    if is_wanted("hundred") {
        figures.extend(a_hundred_bulletins().await);
    }
    let line: Vec<_> = figures.iter().map(Figure::line).collect();
    line.iter().for_each(|(_, line)| println!("{line}"));
    match line.iter().all(|(good, _)| *good) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

fn used(name: &'static str, report: &Value) -> Figure {
    assert_eq!(report["too_many_requests"], json!(0), "{report:#}");
    figure(
        name,
        report["percent_of_permitted"].as_f64().unwrap(),
        AtLeast(98.0),
    )
}

/// Measures a thousand sources, each polled every second, with nothing new.
async fn a_thousand_quiet_sources() -> Vec<Figure> {
    const POLLED: f64 = 30.0;
    let (rig, noticast, first_mib) = quiet().await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    let (before, polled, written) = (noticast.usage().0, requests(&rig).await, noticast.written());
    tokio::time::sleep(Duration::from_secs_f64(POLLED)).await;
    let ((after, mib), polls) = (noticast.usage(), requests(&rig).await - polled);
    let written = noticast.written() - written;
    let floor = rig.floor(&["--mode", "list", "--conditional", "--polls", "5"]);
    println!("floor {floor}");
    vec![
        figure(
            "1,000 quiet sources: polls a second",
            polls / POLLED,
            AtLeast(990.0),
        ),
        figure(
            "ms of CPU a poll",
            (after - before) * 1e3 / polls,
            AtMost(0.1),
        ),
        // 76 MiB are 80 MB.
        figure("MiB after the first polls", first_mib, AtMost(76.0)),
        figure("MiB after a restart", mib, AtMost(76.0)),
        figure("MB written", written as f64 / 1e6, AtMost(2.0)),
    ]
}

/// Sends one bulletin within Telegram's limits, with commands meanwhile.
async fn ten_thousand_chats() -> Vec<Figure> {
    let (rig, noticast) = crowded(&[], 30).await;
    rig.newsroom("publish?n=1").await;
    while rig.sink_stats().await["chats"].as_u64() < Some(10) {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let mut slowest = Duration::ZERO;
    for person in 7..27 {
        let begin = Instant::now();
        let said = json!({"chat": person.to_string(), "from": person, "text": "/help"});
        rig.say(said).await;
        rig.shown(person, "/subscribe").await;
        slowest = slowest.max(begin.elapsed());
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
    let report = rig.audit(10, &["--deadline", "900"]);
    vec![
        used("10,000 chats, one bulletin: % of permitted", &report),
        figure(
            "ms for the slowest command",
            slowest.as_secs_f64() * 1e3,
            AtMost(200.0),
        ),
        figure("MiB", noticast.usage().1, AtMost(120.0)),
    ]
}

/// Sends a million messages as fast as possible.
async fn a_hundred_bulletins() -> Vec<Figure> {
    const BULLETINS: usize = 100;
    let (rig, noticast) = crowded(&["--rate", "0", "--chat-rate", "0"], 10_000).await;
    let before = noticast.store_bytes();
    for number in 1..=BULLETINS {
        rig.newsroom("publish?n=1").await;
        while rig.messages(1000 + CHATS as i64 - 1).await.len() < number {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
    let each = (noticast.store_bytes() - before) as f64 / BULLETINS as f64;
    vec![
        figure(
            "100 bulletins for 10,000 chats: MiB",
            noticast.usage().1,
            AtMost(120.0),
        ),
        figure("MB of disk a bulletin", each / 1e6, AtMost(1.0)),
    ]
}
