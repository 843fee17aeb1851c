//! Tests what operators see: health, readiness, metrics, an orderly end.

use chrono::Utc;
use serde_json::json;

use crate::support::desk::{ADMIN_TOKEN, Desk, METRICS_TOKEN, found, json as answer, notice};

async fn readiness(desk: &Desk) -> (u16, Vec<String>) {
    let (status, report) = answer(desk.get("/readyz").send().await.unwrap()).await;
    let places = report["problems"].as_array().unwrap().iter();
    (
        status,
        places
            .map(|p| p["where"].as_str().unwrap().to_owned())
            .collect(),
    )
}

#[tokio::test]
async fn it_is_ready_when_the_schedule_runs_and_nothing_but_us_is_late() {
    let desk = Desk::with_baselines().await;
    let (status, report) = answer(desk.get("/healthz").send().await.unwrap()).await;
    assert_eq!(
        (status, report),
        (200, json!({ "status": "ok", "problems": [] }))
    );
    assert_eq!(readiness(&desk).await, (503, vec!["schedule".to_owned()]));

    let (watch, stop) = (desk.watch.clone(), desk.stop.child_token());
    let running = tokio::spawn(async move { watch.run(stop).await });
    while !desk.watch.is_running() {
        tokio::task::yield_now().await;
    }
    // A failing source is listed, but does not affect readiness.
    desk.posted("/api/v1/sources/notices/poll", "").await;
    let (status, places) = readiness(&desk).await;
    assert_eq!(status, 200);
    assert!(
        places.contains(&"source `notices`".to_owned()),
        "{places:?}"
    );
    // Private sources do not either, and are not even named.
    desk.posted("/api/v1/sources/inside/poll", "").await;
    assert!(
        !readiness(&desk)
            .await
            .1
            .contains(&"source `inside`".to_owned())
    );

    let long_ago = Utc::now() - chrono::TimeDelta::minutes(11);
    let late = found(notice("news", "late", "迟到的要闻"));
    desk.admit("news", late, long_ago).await;
    let (status, places) = readiness(&desk).await;
    assert_eq!(
        (status, places.last().unwrap().as_str()),
        (503, "channel `terminal`")
    );
    let terminal = "terminal".parse().unwrap();
    desk.store
        .block_channel(&terminal, "gone".into(), Utc::now())
        .await
        .unwrap();
    assert_eq!(readiness(&desk).await.0, 200);
    desk.stop.cancel();
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_part_that_broke_is_listed_and_counted_without_its_reason() {
    let desk = Desk::with_baselines().await;
    let supervisor = desk.watch.supervisor().clone();
    supervisor.broke("rereading", "it panicked: https://u:secret@intranet/");
    let report = desk.get("/readyz").send().await.unwrap();
    let report = report.text().await.unwrap();
    assert!(report.contains(r#""where":"rereading""#), "{report}");
    assert!(!report.contains("secret"), "{report}");
    let metrics = desk.get("/metrics").bearer_auth(METRICS_TOKEN);
    let metrics = metrics.send().await.unwrap().text().await.unwrap();
    let counted = "noticast_part_broke_total{part=\"rereading\"} 1";
    assert!(metrics.lines().any(|line| line == counted), "{metrics}");
}

#[tokio::test]
async fn metrics_are_prometheus_text_for_those_with_a_token() {
    let desk = Desk::with_baselines().await;
    desk.publish("notices", "1", "关于元旦放假的通知").await;
    assert_eq!(desk.get("/metrics").send().await.unwrap().status(), 401);
    let sample = r#"^[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [-+.e0-9]+$"#;
    let sample = regex::Regex::new(sample).unwrap();
    for token in [ADMIN_TOKEN, METRICS_TOKEN] {
        let answer = desk
            .get("/metrics")
            .bearer_auth(token)
            .send()
            .await
            .unwrap();
        let media = answer.headers()["content-type"].to_str().unwrap();
        assert!(media.starts_with("text/plain; version=0.0.4"), "{media}");
        let text = answer.text().await.unwrap();
        for line in text.lines().filter(|line| !line.starts_with("# ")) {
            assert!(sample.is_match(line), "{line}");
        }
        for series in [
            "noticast_bulletins 4",
            "noticast_deliveries_queued 1",
            "noticast_source_up{source=\"notices\"} 1",
            "noticast_channel_queued{channel=\"terminal\"} 1",
            "noticast_deliveries_total{channel=\"terminal\",state=\"sent\"} 0",
        ] {
            assert!(
                text.lines().any(|line| line == series),
                "{series} in {text}"
            );
        }
    }
}

#[tokio::test]
async fn the_alert_rules_and_the_dashboard_ask_for_metrics_that_there_are() {
    let desk = Desk::with_baselines().await;
    desk.watch.supervisor().broke("rereading", "it panicked");
    let wrong = desk.get("/metrics").bearer_auth("wrong").send();
    assert_eq!(wrong.await.unwrap().status(), 401);
    let metrics = desk.get("/metrics").bearer_auth(METRICS_TOKEN);
    let metrics = metrics.send().await.unwrap().text().await.unwrap();
    let name = regex::Regex::new(r"\b(?:noticast|process)_[a-z_]+\b").unwrap();
    let files = ["alerts.yml", "grafana.json"].map(|file| {
        let path = format!("{}/config/monitoring/{file}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(path).unwrap()
    });
    serde_json::from_str::<serde_json::Value>(&files[1]).unwrap();
    for file in &files {
        let asked: Vec<&str> = name.find_iter(file).map(|it| it.as_str()).collect();
        assert!(asked.len() > 8, "{asked:?}");
        for asked in asked {
            let is_there = |line: &str| line.starts_with(&format!("# TYPE {asked} "));
            assert!(metrics.lines().any(is_there), "{asked} in {metrics}");
        }
    }
}

#[tokio::test]
async fn it_stops_within_a_second_whoever_is_connected() {
    let desk = Desk::with_baselines().await;
    // One idle connection, one that never ends its request.
    desk.page("/").await;
    let address = desk.url.trim_start_matches("http://");
    let mut slow = tokio::net::TcpStream::connect(address).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut slow, b"GET / HT")
        .await
        .unwrap();
    let begun = std::time::Instant::now();
    desk.stop.cancel();
    desk.served.await.unwrap().unwrap();
    assert!(begun.elapsed() < std::time::Duration::from_millis(1500));
}
