//! Tests the main job at full size, judged by an auditor that is independent of the program.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{
    loads::{chats, fifty_sources, quiet, requests},
    rig::{Noticast, Rig},
};

fn assert_exactly_once(report: &Value) {
    for fault in ["lost", "duplicated", "uncalled", "too_many_requests"] {
        assert_eq!(report[fault], json!(0), "{fault}: {report:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the rig"]
async fn fifty_sources_reach_forty_chats_exactly_once() {
    let report = fifty_sources(20).await;
    assert_exactly_once(&report);
    assert_eq!(report["expected_deliveries"], report["delivered_once"]);
    assert!(
        report["expected_deliveries"].as_u64().unwrap() >= 40 * 35,
        "{report:#}"
    );
}

/// Limits the written bytes: sled's collector once wrote 1 MB a second without any other work.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the rig"]
async fn a_thousand_sources_without_news_write_but_one_record() {
    let (rig, noticast, _) = quiet().await;
    let (polled, written) = (requests(&rig).await, noticast.written());
    while requests(&rig).await < polled + 15_000.0 {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let written = noticast.written() - written;
    assert!(written < 2_000_000, "{written} bytes");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the rig"]
async fn a_bulletin_for_one_chat_is_there_within_a_tenth_of_a_second() {
    let rig = Rig::start(&["--sites", "20", "--hosts"], &[]);
    let mut noticast = Noticast::with(&rig.config("every=1s&chats=42&full_text=true").await);
    noticast.start();
    noticast.first_polls(20).await;
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
    noticast.first_polls(4).await;
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
    noticast.first_polls(10).await;
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
