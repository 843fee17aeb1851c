//! The main job at full size, judged by an auditor that was not written with the program.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::rig::{Noticast, Rig};

/// Private chats and broadcast channels, which may get a message each second.
fn chats(count: usize) -> String {
    let names = (0..count).map(|i| {
        if i % 2 == 0 {
            format!("@rig_{i}")
        } else {
            (1000 + i).to_string()
        }
    });
    names.collect::<Vec<_>>().join(",")
}

/// The `[[source]]` blocks of a config, to be put behind another one.
fn sources_of(config: &str) -> &str {
    let begin = config.find("\n[[source]]").expect("sources");
    let end = config.find("\n[[channel]]").expect("channels");
    &config[begin..end]
}

fn assert_exactly_once(report: &Value) {
    for fault in ["lost", "duplicated", "uncalled", "too_many_requests"] {
        assert_eq!(report[fault], json!(0), "{fault}: {report:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the rig, and three minutes of pacing by Telegram's limits"]
async fn fifty_sources_reach_forty_chats_exactly_once_and_no_second_is_idle() {
    let rig = Rig::start(&["--sites", "50", "--hosts"], &[]);
    let lists = rig
        .config(&format!("sites=0-34&every=2s&chats={}", chats(40)))
        .await;
    let feeds = rig.config("sites=35-49&every=2s&page=feed.xml").await;
    let mut noticast = Noticast::with(&(lists.clone() + sources_of(&feeds)));
    noticast.start();
    noticast.first_looks(50).await;
    rig.newsroom("schedule?rate=2&for=60").await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    let report = rig.audit(10, &[]);
    println!("{report:#}");
    assert_exactly_once(&report);
    assert_eq!(report["expected_deliveries"], report["delivered_once"]);
    assert!(
        report["expected_deliveries"].as_u64().unwrap() >= 40 * 110,
        "{report:#}"
    );
    assert!(
        report["percent_of_permitted"].as_f64().unwrap() >= 98.0,
        "{report:#}"
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the rig"]
async fn a_bulletin_for_one_chat_is_there_within_a_tenth_of_a_second() {
    let rig = Rig::start(&["--sites", "20", "--hosts"], &[]);
    let mut noticast = Noticast::with(&rig.config("every=1s&chats=42&full_text=true").await);
    noticast.start();
    noticast.first_looks(20).await;
    // Slower than the chat's own limit, so that nothing waits.
    rig.newsroom("schedule?rate=0.4&for=60").await;
    tokio::time::sleep(Duration::from_secs(61)).await;
    let report = rig.audit(4, &["--chat", "42"]);
    println!("{report:#}");
    assert_exactly_once(&report);
    assert!(
        report["first_served_to_sent_ms"]["p50"].as_f64().unwrap() < 100.0,
        "{report:#}"
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the rig"]
async fn forty_bulletins_reach_two_thousand_chats_where_nothing_limits() {
    let rig = Rig::start(
        &["--sites", "4", "--hosts"],
        &["--rate", "0", "--chat-rate", "0"],
    );
    let config = rig.config(&format!("every=1s&chats={}", chats(2000))).await;
    let config = config.replace("[telegram]", "[telegram]\nrate = 2000");
    let mut noticast = Noticast::with(&config);
    noticast.start();
    noticast.first_looks(4).await;
    rig.newsroom("schedule?rate=4&for=10").await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    let report = rig.audit(10, &["--deadline", "600"]);
    println!("{report:#}");
    assert_exactly_once(&report);
    assert_eq!(report["expected_deliveries"], json!(80_000), "{report:#}");
    assert_eq!(report["delivered_once"], json!(80_000), "{report:#}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the rig, and a hundred restarts"]
async fn a_hundred_kills_lose_nothing_and_repeat_only_what_was_in_flight() {
    const KILLS: u32 = 100;
    let rig = Rig::start(&["--sites", "10", "--hosts"], &[]);
    let mut noticast = Noticast::with(&rig.config(&format!("every=1s&chats={}", chats(20))).await);
    noticast.start();
    noticast.first_looks(10).await;
    rig.newsroom("schedule?rate=0.6&for=150").await;
    let mut random = fastrand::Rng::with_seed(7);
    for kill in 0..KILLS {
        tokio::time::sleep(Duration::from_millis(random.u64(50..2500))).await;
        assert!(
            noticast.is_alive(),
            "it ended by itself before kill {kill}: {}",
            noticast.log()
        );
        noticast.kill();
        noticast.start();
    }
    tokio::time::sleep(Duration::from_secs(20)).await;
    let report = rig.audit(15, &[]);
    println!("{report:#}");
    for fault in ["lost", "uncalled", "too_many_requests"] {
        assert_eq!(report[fault], json!(0), "{fault}: {report:#}");
    }
    // One send is unanswered at a kill, on loopback: the pace is slower than the answers.
    let repeated = report["duplicated"].as_u64().unwrap();
    assert!(repeated <= u64::from(KILLS), "{report:#}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the rig"]
async fn a_thousand_quiet_sources_cost_next_to_nothing() {
    const LOOKED: f64 = 30.0;
    let rig = Rig::start(&["--sites", "1000", "--hosts", "--threads", "1"], &[]);
    let mut noticast = Noticast::with(&rig.config("every=1s&chats=42&concurrency=64").await);
    noticast.start();
    noticast.first_looks(1000).await;
    // From the second start on nothing is new; the first one reads a thousand pages.
    noticast.kill();
    noticast.start();
    noticast.first_looks(1000).await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    let (before, requests_before) = (noticast.usage().0, requests(&rig.origin_stats().await));
    tokio::time::sleep(Duration::from_secs_f64(LOOKED)).await;
    let ((after, rss), requests_after) = (noticast.usage(), requests(&rig.origin_stats().await));
    let looks = requests_after - requests_before;
    let floor = rig.floor(&["--mode", "list", "--conditional", "--polls", "5"]);
    println!(
        "looks a second {:.0}, ms of CPU a look {:.4}, MiB {rss:.0}",
        looks / LOOKED,
        (after - before) * 1e3 / looks
    );
    println!("floor {floor}");
    assert!(looks / LOOKED >= 990.0, "{looks} looks in {LOOKED} s");
    assert!(
        (after - before) * 1e3 / looks <= 0.1,
        "{} ms of CPU a look",
        (after - before) * 1e3 / looks
    );
    assert!(rss < 80.0, "{rss} MiB");
}

/// Requests that the origin has answered.
fn requests(stats: &Value) -> f64 {
    stats["requests"]
        .as_f64()
        .unwrap_or_else(|| panic!("{stats:#}"))
}
