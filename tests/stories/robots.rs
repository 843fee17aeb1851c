//! Tests bulletins to the robots of other platforms: in their form, signed, within limits, through faults.

use std::time::Duration;

use noticast::{
    bulletin::{ChannelId, Delivery, DeliveryState},
    ops::DeliveryQuery,
    push::Checked,
};

use crate::support::{
    platform::{Fault, Platform, Reply, Request},
    pushing::{Logged, Pushing},
    robots,
};

/// Returns a channel of each kind, at a platform; the secrets are those of the rules.
fn channel(kind: &str, url: &str) -> String {
    let keys = match kind {
        "wecom-robot" => format!("key = \"KEY-1\"\napi_url = \"{url}\""),
        "dingtalk-robot" => {
            format!("access_token = \"TOKEN-1\"\nsecret = \"SEC-1\"\napi_url = \"{url}\"")
        }
        "feishu-robot" => format!("token = \"TOKEN-1\"\nsecret = \"SEC-1\"\napi_url = \"{url}\""),
        "slack" => format!("url = \"{url}/services/T/B/X-1\""),
        "discord" => format!("url = \"{url}/api/webhooks/1/X-1\""),
        "ntfy" => format!("url = \"{url}/news\"\ntoken = \"TOKEN-1\""),
        "matrix" => format!(
            "homeserver = \"{url}\"\nroom = \"!news:hs.example\"\naccess_token = \"TOKEN-1\""
        ),
        // The Base64 of `SEC-1`.
        "webhook" => format!("url = \"{url}/hooks/X-1\"\nsecret = \"whsec_U0VDLTE=\""),
        "wecom-app" => format!(
            "corp_id = \"ww1\"\nagent_id = 7\nsecret = \"SEC-1\"\nto = \"a|b\"\napi_url = \"{url}\""
        ),
        other => panic!("{other}"),
    };
    format!("[[channel]]\nid = \"it\"\nkind = \"{kind}\"\n{keys}\n")
}

/// The secrets of the rules.
const SECRETS: [&str; 4] = ["KEY-1", "TOKEN-1", "SEC-1", "X-1"];

async fn platform(kind: &str) -> Platform {
    match kind {
        "wecom-robot" => Platform::start(robots::wecom_robot).await,
        "dingtalk-robot" => Platform::start(robots::dingtalk).await,
        "feishu-robot" => Platform::start(robots::feishu).await,
        "slack" => Platform::start(robots::slack).await,
        "discord" => Platform::start(robots::discord).await,
        "ntfy" => Platform::start(robots::ntfy).await,
        "matrix" => Platform::start(robots::matrix).await,
        "webhook" => Platform::start(robots::webhook).await,
        "wecom-app" => Platform::start(robots::wecom_app(2)).await,
        other => panic!("{other}"),
    }
}

/// The kinds that cannot recognise a repetition.
const ROBOTS: [&str; 6] = [
    "wecom-robot",
    "dingtalk-robot",
    "feishu-robot",
    "slack",
    "discord",
    "ntfy",
];
/// The kinds that can.
const KNOWING: [&str; 3] = ["matrix", "webhook", "wecom-app"];

fn it() -> ChannelId {
    "it".parse().unwrap()
}

fn shows(request: &Request, number: usize) -> bool {
    let text = request.json().to_string();
    text.contains(&format!("第{number}号通知"))
        && text.contains(&format!("http://news.example/{number}.html"))
}

#[tokio::test]
async fn each_robot_gets_each_bulletin_once_in_order_and_in_its_form() {
    for kind in ROBOTS.into_iter().chain(KNOWING) {
        let platform = platform(kind).await;
        let mut pushing = Pushing::new(&channel(kind, &platform.url)).await;
        pushing.publish(3).await;
        pushing.start();
        let taken = platform.until_taken(3).await;
        for (i, request) in taken.iter().enumerate() {
            assert!(shows(request, i + 1), "{kind}: {}", request.json());
        }
        let mut pushing = pushing.restart().await;
        pushing.publish(1).await;
        pushing.start();
        assert!(shows(&platform.until_taken(4).await[3], 4));
        pushing.stop().await;
        assert_eq!(platform.taken().len(), 4, "{kind}");
        // Except for an application's token that was used up.
        let refused: Vec<_> = platform
            .refused()
            .into_iter()
            .map(|(_, reply)| reply)
            .collect();
        assert!(
            refused.len() <= usize::from(kind == "wecom-app"),
            "{kind}: {refused:?}"
        );
        let sent = pushing.deliveries().await;
        assert!(
            sent.iter()
                .all(|delivery| delivery.state == DeliveryState::Sent)
        );
    }
}

/// Returns the number of the bulletin in each message, of the first two.
fn numbers(taken: &[Request]) -> Vec<usize> {
    let number = |request| if shows(request, 1) { 1 } else { 2 };
    taken.iter().map(number).collect()
}

#[tokio::test]
async fn a_lost_answer_repeats_one_message_and_a_lost_message_none() {
    for kind in ROBOTS {
        for (fault, expected) in [
            (Fault::AnswerLost, &[1, 1, 2][..]),
            (Fault::Garbage, &[1, 1, 2]),
            (Fault::Dropped, &[1, 2]),
            (Fault::Page(502), &[1, 2]),
        ] {
            let platform = platform(kind).await;
            let case = format!("{kind} {fault:?}");
            platform.fault(fault);
            let mut pushing = Pushing::new(&channel(kind, &platform.url)).await;
            pushing.publish(2).await;
            pushing.start();
            platform.until_taken(expected.len()).await;
            pushing.stop().await;
            assert_eq!(numbers(&platform.taken()), expected, "{case}");
            let first = pushing.deliveries().await.pop().unwrap();
            assert_eq!(first.state, DeliveryState::Sent, "{case}");
            assert!(
                first.error.unwrap().said.starts_with("possibly repeated"),
                "{case}"
            );
        }
    }
}

#[tokio::test]
async fn a_wrong_key_sets_the_channel_aside_and_shows_nowhere() {
    let log = Logged::start();
    for kind in ROBOTS {
        let platform = platform(kind).await;
        let wrong = channel(kind, &platform.url)
            .replace("KEY-1", "KEY-2hunter")
            .replace("TOKEN-1", "TOKEN-2hunter")
            .replace("X-1", "X-2hunter");
        let mut pushing = Pushing::new(&wrong).await;
        pushing.publish(2).await;
        pushing.start();
        let blocked = blocked(&pushing).await;
        assert!(
            blocked.contains("noticast channels --test it"),
            "{kind}: {blocked}"
        );
        let error = pushing.pusher.test(&it()).await.unwrap_err().to_string();
        for text in [&blocked, &error, &format!("{:?}", pushing.config)] {
            assert!(!text.contains("hunter"), "{kind}: {text}");
        }
        // Once for the first bulletin, once for the test.
        assert_eq!(platform.refused().len(), 2, "{kind}");
        assert!(pushing.pusher.faults().is_empty());
        pushing.stop().await;
        for delivery in pushing.deliveries().await {
            assert_eq!(delivery.state, DeliveryState::Queued, "{kind}");
            assert!(
                !delivery
                    .error
                    .map_or(String::new(), String::from)
                    .contains("hunter"),
                "{kind}"
            );
        }
    }
    assert!(!log.text().contains("hunter"), "{}", log.text());
    assert!(SECRETS.iter().all(|secret| !log.text().contains(secret)));
}

/// Returns why the channel is set aside, once it is.
async fn blocked(pushing: &Pushing) -> String {
    let began = std::time::Instant::now();
    loop {
        let channels = pushing.store.channels().await.unwrap();
        let it = channels.into_iter().find(|channel| channel.id == it());
        if let Some((why, _)) = it.and_then(|channel| channel.blocked) {
            return why.said;
        }
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "nothing is set aside"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_channel_that_was_set_aside_goes_on_with_its_right_key() {
    for kind in ROBOTS {
        let platform = platform(kind).await;
        let right = channel(kind, &platform.url);
        let wrong = right
            .replace("KEY-1", "KEY-2")
            .replace("TOKEN-1", "TOKEN-2")
            .replace("X-1", "X-2");
        let mut pushing = Pushing::new(&wrong).await;
        pushing.publish(2).await;
        pushing.start();
        blocked(&pushing).await;
        let folder = tempfile::tempdir().unwrap();
        let config = crate::support::pushing::config(&folder, &right);
        pushing
            .store
            .sync_config(&config.sources, &config.channels)
            .await
            .unwrap();
        pushing.config.send_replace(std::sync::Arc::new(config));
        let taken = platform.until_taken(2).await;
        assert!(shows(&taken[0], 1) && shows(&taken[1], 2), "{kind}");
        pushing.stop().await;
    }
}

#[tokio::test]
async fn what_a_robot_refuses_for_good_holds_up_nothing_else() {
    for (kind, answer) in [
        (
            "wecom-robot",
            "{\"errcode\":40058,\"errmsg\":\"exceed max length\"}",
        ),
        (
            "dingtalk-robot",
            "{\"errcode\":40035,\"errmsg\":\"不合法的参数\"}",
        ),
        ("feishu-robot", "{\"code\":9499,\"msg\":\"Bad Request\"}"),
    ] {
        let platform = platform(kind).await;
        platform.fault(Fault::Answer(Reply::refused(200, answer)));
        let mut pushing = Pushing::new(&channel(kind, &platform.url)).await;
        pushing.publish(2).await;
        pushing.start();
        assert!(shows(&platform.until_taken(1).await[0], 2));
        pushing.stop().await;
        let deliveries = pushing.deliveries().await;
        let states: Vec<_> = deliveries.iter().map(|delivery| delivery.state).collect();
        assert_eq!(
            states,
            [DeliveryState::Sent, DeliveryState::Failed],
            "{kind}"
        );
    }
}

#[tokio::test]
async fn a_pause_that_a_robot_asked_for_lasts_over_a_restart_for_all_its_channels() {
    let platform = platform("dingtalk-robot").await;
    let first = channel("dingtalk-robot", &platform.url);
    let of = |words: &str| format!("include = [\"{words}\"]\n");
    let second = first.replace("\"it\"", "\"again\"") + &of("第2号");
    let mut pushing = Pushing::new(&(first + &of("第1号") + &second)).await;
    let too_fast = "{\"errcode\":130101,\"errmsg\":\"send too fast\"}";
    platform.fault(Fault::Answer(Reply::refused(200, too_fast)));
    pushing.publish(1).await;
    pushing.start();
    let store = pushing.store.clone();
    until(|| async {
        let head = store.heads(None).await.unwrap();
        head.first().is_some_and(|head| head.attempts == 1)
    })
    .await;
    let mut pushing = pushing.restart().await;
    pushing.publish(1).await;
    pushing.start();
    tokio::time::sleep(Duration::from_secs(2)).await;
    pushing.stop().await;
    assert!(platform.taken().is_empty(), "ten minutes are not over");
    let heads = pushing.store.heads(None).await.unwrap();
    assert_eq!(heads.len(), 2, "both wait");
}

#[tokio::test]
async fn two_channels_of_one_robot_are_one_place() {
    let platform = platform("wecom-robot").await;
    let first = channel("wecom-robot", &platform.url);
    let second = first.replace("\"it\"", "\"again\"") + "format = \"text\"\n";
    let mut pushing = Pushing::new(&(first + &second)).await;
    pushing.publish(2).await;
    pushing.start();
    platform.until_taken(2).await;
    pushing.stop().await;
    assert_eq!(platform.taken().len(), 2);
    assert_eq!(pushing.deliveries().await.len(), 2);
}

#[tokio::test]
async fn where_a_repetition_is_known_each_bulletin_is_there_exactly_once() {
    for kind in KNOWING {
        let platform = platform(kind).await;
        for fault in [Fault::AnswerLost, Fault::Page(502), Fault::Garbage] {
            platform.fault(fault);
        }
        let mut pushing = Pushing::new(&channel(kind, &platform.url)).await;
        pushing.publish(2).await;
        pushing.start();
        let store = pushing.store.clone();
        until(|| async {
            let sent = store
                .deliveries(&DeliveryQuery::default())
                .await
                .unwrap()
                .items;
            sent.iter()
                .all(|delivery| delivery.state == DeliveryState::Sent)
        })
        .await;
        pushing.stop().await;
        let taken = platform.taken();
        if kind == "webhook" {
            // A receiver drops duplicates by their id.
            let ids: Vec<&str> = taken
                .iter()
                .map(|request| request.header("webhook-id"))
                .collect();
            let mut distinct = ids.clone();
            distinct.dedup();
            assert!(ids.len() > 2 && distinct.len() == 2, "{ids:?}");
        } else {
            assert_eq!(numbers(&taken), [1, 2], "{kind}");
        }
        let sent = pushing.deliveries().await;
        assert!(
            sent.iter().all(|delivery| delivery.error.is_none()),
            "{kind}: {sent:?}"
        );
    }
}

/// Awaits a condition.
async fn until<F: Future<Output = bool>>(holds: impl Fn() -> F) {
    let began = std::time::Instant::now();
    while !holds().await {
        assert!(began.elapsed() < Duration::from_secs(30), "waited too long");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn an_account_with_a_wrong_key_rests_whole_and_goes_on_with_the_right_one() {
    for kind in ["matrix", "wecom-app"] {
        let platform = platform(kind).await;
        let right = channel(kind, &platform.url);
        let wrong = right
            .replace("TOKEN-1", "hunter2")
            .replace("SEC-1", "hunter2");
        let mut pushing = Pushing::new(&wrong).await;
        pushing.publish(1).await;
        pushing.start();
        let pusher = pushing.pusher.clone();
        until(|| async { !pusher.faults().is_empty() }).await;
        let fault = pusher.faults().remove(0);
        assert_eq!(fault.place, kind);
        assert!(!fault.what.said.contains("hunter2"), "{}", fault.what);
        let folder = tempfile::tempdir().unwrap();
        let config = crate::support::pushing::config(&folder, &right);
        pushing.config.send_replace(std::sync::Arc::new(config));
        platform.until_taken(1).await;
        pushing.stop().await;
    }
}

#[tokio::test]
async fn only_what_has_a_call_for_it_is_checked() {
    for kind in ROBOTS.into_iter().chain(KNOWING) {
        let platform = platform(kind).await;
        let pushing = Pushing::new(&channel(kind, &platform.url)).await;
        let checked = pushing.pusher.check(&it()).await.unwrap();
        match kind {
            "wecom-app" => assert_eq!(
                checked,
                Checked::Good("application 7 of ww1 has a token".to_owned())
            ),
            "matrix" => assert_eq!(
                checked,
                Checked::Good(
                    "@bot:hs.example in !news:hs.example, which is not encrypted".to_owned()
                )
            ),
            _ => assert_eq!(checked, Checked::NotTried),
        }
        assert!(platform.taken().is_empty());
    }
}

#[tokio::test]
async fn a_test_card_arrives_without_a_running_instance() {
    for kind in ROBOTS
        .into_iter()
        .chain(KNOWING)
        .filter(|kind| *kind != "webhook")
    {
        let platform = platform(kind).await;
        let pushing = Pushing::new(&channel(kind, &platform.url)).await;
        pushing.pusher.test(&it()).await.unwrap();
        assert!(
            platform.taken()[0]
                .json()
                .to_string()
                .contains("noticast 测试"),
            "{kind}"
        );
    }
}

#[tokio::test]
async fn a_bundle_of_eight_is_one_message_where_the_platform_has_a_form_for_it() {
    for kind in ROBOTS.into_iter().chain(["matrix", "wecom-app"]) {
        let platform = platform(kind).await;
        let settings = channel(kind, &platform.url) + "mode = \"bundle\"\n";
        let mut pushing = Pushing::with_shown(&settings, 50).await;
        pushing.publish(8).await;
        pushing.start();
        let store = pushing.store.clone();
        until(|| async {
            let sent = store
                .deliveries(&DeliveryQuery::default())
                .await
                .unwrap()
                .items;
            let is_sent = |delivery: &Delivery| delivery.state == DeliveryState::Sent;
            sent.len() == 8 && sent.iter().all(is_sent)
        })
        .await;
        pushing.stop().await;
        let taken = platform.taken();
        assert_eq!(taken.len(), 1, "{kind}");
        for number in 50..58 {
            assert!(
                shows(&taken[0], number),
                "{kind} {number}: {}",
                taken[0].json()
            );
        }
    }
}
