//! Tests rooms of Matrix: no one is mentioned, encrypted rooms receive nothing, and a correction replaces the message.

use std::time::{Duration, Instant};

use noticast::{bulletin::DeliveryState, push::Checked};
use serde_json::json;

use crate::support::{
    platform::{Platform, Reply, Request},
    pushing::Pushing,
    robots,
};

fn channel(url: &str) -> String {
    format!(
        "[[channel]]\nid = \"it\"\nkind = \"matrix\"\nhomeserver = \"{url}\"\n\
         room = \"!news:hs.example\"\naccess_token = \"TOKEN-1\"\n"
    )
}

fn encrypted(request: &Request, taken: &[Request]) -> Reply {
    if request.method == "GET" && request.path.ends_with("/state/m.room.encryption") {
        return Reply::aside(200, json!({"algorithm": "m.megolm.v1.aes-sha2"}));
    }
    robots::matrix(request, taken)
}

fn of_others(request: &Request, taken: &[Request]) -> Reply {
    match request.path.contains("/rooms/") {
        true => Reply::refused(
            403,
            json!({"errcode": "M_FORBIDDEN", "error": "not in room"}),
        ),
        false => robots::matrix(request, taken),
    }
}

#[tokio::test]
async fn nothing_is_written_into_a_room_that_is_encrypted() {
    let platform = Platform::start(encrypted).await;
    let mut pushing = Pushing::new(&channel(&platform.url)).await;
    let it = "it".parse().unwrap();
    for error in [
        pushing.pusher.check(&it).await.unwrap_err().to_string(),
        pushing.pusher.test(&it).await.unwrap_err().to_string(),
    ] {
        assert!(error.contains("!news:hs.example is encrypted"), "{error}");
    }
    pushing.publish(1).await;
    pushing.start();
    let began = Instant::now();
    while pushing.store.channels().await.unwrap()[0].blocked.is_none() {
        assert!(began.elapsed() < Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    pushing.stop().await;
    assert!(platform.taken().is_empty());
    let deliveries = pushing.deliveries().await;
    assert_eq!(deliveries[0].state, DeliveryState::Queued, "it is kept");
}

#[tokio::test]
async fn a_check_asks_who_one_is_and_about_the_room() {
    let platform = Platform::start(robots::matrix).await;
    let wrong = channel(&platform.url).replace("TOKEN-1", "hunter2");
    let it = "it".parse().unwrap();
    let check = async |config: &str| Pushing::new(config).await.pusher.check(&it).await;
    assert!(matches!(
        check(&channel(&platform.url)).await,
        Ok(Checked::Good(_))
    ));
    let error = check(&wrong).await.unwrap_err().to_string();
    assert!(
        error.contains("`access_token`") && !error.contains("hunter2"),
        "{error}"
    );
    let platform = Platform::start(of_others).await;
    let error = check(&channel(&platform.url))
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("join the room"), "{error}");
}

#[tokio::test]
async fn a_correction_replaces_the_message_and_calls_nobody() {
    let platform = Platform::start(robots::matrix).await;
    let mut pushing = Pushing::new(&channel(&platform.url)).await;
    pushing.publish_as("关于@room停水的通知", "").await;
    pushing.start();
    platform.until_taken(1).await;
    let began = Instant::now();
    while pushing.deliveries().await[0].state != DeliveryState::Sent {
        assert!(began.elapsed() < Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    pushing.retitle("关于@room停电的通知").await;
    let taken = platform.until_taken(2).await;
    pushing.stop().await;
    let body = taken[1].json();
    assert_eq!(
        body["m.relates_to"],
        json!({"rel_type": "m.replace", "event_id": "$e0"})
    );
    let text = body["m.new_content"]["body"].as_str().unwrap();
    assert!(
        text.contains("关于@room停电的通知") && text.contains("更正"),
        "{text}"
    );
    assert!(text.contains("原标题：关于@room停水的通知"), "{text}");
    assert!(platform.refused().is_empty(), "{:?}", platform.refused());
}
