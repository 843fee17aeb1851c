//! Tests the binary between the rig's newsroom and its group robots, judged by the rig's auditor.
#![allow(clippy::print_stdout, reason = "figures are shown with --nocapture")]

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::rig::{Noticast, Rig, wait};

/// The keys of the robots, and the secret with which the rig checks signatures.
const KEYS: [&str; 4] = ["WKEY-7f9c", "DTOKEN-4bc4", "FTOKEN-97a0", "SEC-hunter2"];
/// The auditor's names of the recipients; the last is a receiver of webhooks.
const PLACES: [&str; 4] = [
    "wecom:WKEY-7f9c",
    "dingtalk:DTOKEN-4bc4",
    "feishu:FTOKEN-97a0",
    "webhook:hook",
];

/// Returns the rig's config with a channel at each of its robots in place of chats.
async fn config(rig: &Rig) -> String {
    let config = rig.config("every=1s").await;
    let sources = &config[..config.find("\n[[channel]]").expect("channels")];
    let url = rig.sink_url();
    let [wecom, dingtalk, feishu, secret] = KEYS;
    let robot = |id: &str, keys: String| format!("\n[[channel]]\nid = \"{id}\"\nkind = {keys}\n");
    sources.to_owned()
        + &robot(
            "wecom",
            format!("\"wecom-robot\"\nkey = \"{wecom}\"\napi_url = \"{url}\""),
        )
        + &robot(
            "dingtalk",
            format!(
                "\"dingtalk-robot\"\naccess_token = \"{dingtalk}\"\nsecret = \"{secret}\"\napi_url = \"{url}\""
            ),
        )
        + &robot(
            "feishu",
            format!(
                "\"feishu-robot\"\ntoken = \"{feishu}\"\nsecret = \"{secret}\"\napi_url = \"{url}\""
            ),
        )
        + &robot(
            "hook",
            format!("\"webhook\"\nurl = \"{url}/webhook/hook\"\nsecret = \"{secret}\""),
        )
}

async fn started() -> (Rig, Noticast) {
    let secret = KEYS[3];
    let rig = Rig::start(&["--sites", "4", "--hosts"], &["--secret", secret]);
    let mut noticast = Noticast::with(&config(&rig).await);
    noticast.start_logging_all();
    noticast.first_polls(4).await;
    (rig, noticast)
}

fn judge(rig: &Rig, noticast: &Noticast) -> Value {
    let chats: Vec<&str> = PLACES.iter().flat_map(|place| ["--chat", place]).collect();
    let report = rig.audit(5, &chats);
    println!("{report:#}");
    for fault in ["lost", "duplicated", "uncalled", "too_many_requests"] {
        assert_eq!(report[fault], json!(0), "{fault}: {report:#}");
    }
    let log = noticast.log();
    assert!(log.contains("TRACE"), "the log says all");
    for key in KEYS {
        assert!(!log.contains(key), "{key} is in the log");
    }
    report
}

/// Waits until nothing waits in any channel.
async fn all_sent(noticast: &Noticast, bulletins: usize) {
    wait("every delivery", Duration::from_secs(300), || {
        let sent = noticast.list(&["deliveries", "--state", "sent", "--limit", "0"]);
        sent.len() >= bulletins * PLACES.len()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the rig, and minutes of robots' limits"]
async fn robots_in_trouble_get_everything_and_no_key_shows() {
    let (rig, noticast) = started().await;
    let platforms = ["wecom", "dingtalk", "feishu", "webhook"];
    let mut published = 0;
    for fault in ["drop-after", "drop-before", "garbage", "503", "429", "slow"] {
        for platform in platforms {
            let times = if fault == "429" { 1 } else { 2 };
            rig.fault(json!({"method": platform, "mode": fault, "times": times, "ms": 2000}))
                .await;
        }
        rig.newsroom("publish?sites=0-1&n=1").await;
        published += 2;
        all_sent(&noticast, published).await;
    }
    let report = judge(&rig, &noticast);
    assert_eq!(
        report["expected_deliveries"],
        json!(published * PLACES.len())
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the rig"]
async fn a_robot_that_is_gone_keeps_what_waits_until_it_is_back() {
    let (rig, noticast) = started().await;
    let robots = ["wecom", "dingtalk", "feishu"];
    for robot in robots {
        rig.fault(json!({"method": robot, "mode": "gone", "times": 1}))
            .await;
    }
    rig.newsroom("publish?sites=0-3&n=2").await;
    wait("three robots set aside", Duration::from_secs(60), || {
        let channels = noticast.list(&["channels"]);
        let states = channels.iter().filter(|it| it["state"] == "blocked");
        states.count() == robots.len()
    })
    .await;
    for channel in noticast.list(&["channels"]) {
        let why = channel["error"].as_str().unwrap_or_default().to_owned();
        assert!(KEYS.iter().all(|key| !why.contains(key)), "{channel}");
    }
    for robot in robots {
        assert!(noticast.test(robot), "{robot}");
    }
    all_sent(&noticast, 8).await;
    judge(&rig, &noticast);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the rig, and two minutes of WeCom's limit"]
async fn a_backlog_uses_nearly_all_of_wecoms_twenty_a_minute() {
    const BACKLOG: usize = 60;
    let (rig, noticast) = started().await;
    rig.newsroom("publish?sites=0-3&n=15").await;
    all_sent(&noticast, BACKLOG).await;
    judge(&rig, &noticast);
    let times: Vec<f64> = rig
        .ledger()
        .await
        .iter()
        .filter(|line| line["platform"] == "wecom" && line["event"] == "accept")
        .map(|line| line["t"].as_f64().unwrap())
        .collect();
    assert_eq!(times.len(), BACKLOG);
    // Twenty at once, and as many again whenever those fall out of the minute.
    let (took, least) = ((times[BACKLOG - 1] - times[0]) / 1e3, 120.0);
    println!("{:.2} % of what is permitted", least / took * 100.0);
    assert!(least / took >= 0.98, "{took} s");
}
