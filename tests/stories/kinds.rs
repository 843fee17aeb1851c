//! Tests all kinds of channels at once, seen through the program: everything can be reached from the messages, nothing
//! breaks a platform's rules, and no key is visible in a log of everything.

use std::path::Path;

use serde_json::Value;

use crate::support::{
    notices::Notices,
    platform::{Platform, Request},
    robots,
    world::World,
};

/// The secrets of the rules, and one of our own.
const SECRETS: [&str; 4] = ["KEY-1", "TOKEN-1", "SEC-1", "X-1"];
const SHOWN: u32 = 40;
const NEW: std::ops::RangeInclusive<u32> = 41..=77;

/// Returns a platform of each kind, with the keys of a channel there.
async fn platforms() -> Vec<(&'static str, Platform, String)> {
    // The secret of `webhook` is the Base64 of `SEC-1`.
    let answers: [(&str, &str, Platform); 11] = [
        (
            "wecom-robot",
            "key = \"KEY-1\"\nformat = \"news\"\napi_url = \"URL\"",
            Platform::start(robots::wecom_robot).await,
        ),
        (
            "wecom-robot",
            "key = \"KEY-1\"\nformat = \"markdown\"\napi_url = \"URL\"",
            Platform::start(robots::wecom_robot).await,
        ),
        (
            "wecom-robot",
            "key = \"KEY-1\"\nformat = \"text\"\napi_url = \"URL\"",
            Platform::start(robots::wecom_robot).await,
        ),
        (
            "dingtalk-robot",
            "access_token = \"TOKEN-1\"\nsecret = \"SEC-1\"\napi_url = \"URL\"",
            Platform::start(robots::dingtalk).await,
        ),
        (
            "feishu-robot",
            "token = \"TOKEN-1\"\nsecret = \"SEC-1\"\napi_url = \"URL\"",
            Platform::start(robots::feishu).await,
        ),
        (
            "slack",
            "url = \"URL/services/T/B/X-1\"",
            Platform::start(robots::slack).await,
        ),
        (
            "discord",
            "url = \"URL/api/webhooks/1/X-1\"",
            Platform::start(robots::discord).await,
        ),
        (
            "ntfy",
            "token = \"TOKEN-1\"\nurl = \"URL/news\"",
            Platform::start(robots::ntfy).await,
        ),
        (
            "matrix",
            "access_token = \"TOKEN-1\"\nroom = \"!news:hs.example\"\nhomeserver = \"URL\"",
            Platform::start(robots::matrix).await,
        ),
        (
            "webhook",
            "secret = \"whsec_U0VDLTE=\"\nurl = \"URL/hooks/X-1\"",
            Platform::start(robots::webhook).await,
        ),
        (
            "wecom-app",
            "corp_id = \"ww1\"\nagent_id = 7\nsecret = \"SEC-1\"\nto = \"a|b\"\napi_url = \"URL\"",
            Platform::start(robots::wecom_app(3)).await,
        ),
    ];
    let own = |(kind, keys, platform): (&'static str, &str, Platform)| {
        let keys = keys.replace("URL", &platform.url);
        (kind, platform, keys)
    };
    answers.into_iter().map(own).collect()
}

/// Returns the sent messages as one text.
fn said(taken: &[Request]) -> String {
    let bodies = taken.iter().map(|request| request.json().to_string());
    bodies.collect::<Vec<_>>().join("\n")
}

async fn all_are_reachable(manner: &str) {
    let (notices, platforms) = (Notices::with(SHOWN).await, platforms().await);
    let mut config = format!(
        "[web]\nlisten = \"127.0.0.1:0\"\n[fetch]\nallow_private = true\n\
         [[source]]\nid = \"news\"\nurl = \"{}\"\nschedule = \"every 30d\"\n",
        notices.site.url
    );
    for (at, (kind, _, keys)) in platforms.iter().enumerate() {
        config += &format!("[[channel]]\nid = \"c{at}\"\nkind = \"{kind}\"\n{keys}\n{manner}\n");
    }
    let mut world = World::new();
    world.set_env("RUST_LOG", Path::new("trace"));
    world.configure(&config);
    let running = world.start_and_wait().await;
    world.poll("news").await;
    NEW.for_each(|number| notices.add(number));
    world.poll("news").await;
    let is_sent = || {
        let deliveries = world.list(&["deliveries", "--limit", "0"]);
        deliveries.iter().all(|one| one["state"] == "sent")
    };
    world.until("all to be sent", is_sent).await;
    let deliveries = world.list(&["deliveries", "--limit", "0"]);
    running.stop();
    assert_eq!(deliveries.len(), 37 * platforms.len());
    for (at, (kind, platform, keys)) in platforms.iter().enumerate() {
        let said = said(&platform.taken());
        for number in NEW {
            let (title, path) = (Notices::title(number), Notices::path(number));
            assert!(
                said.contains(&title) && said.contains(&path),
                "{kind} {keys} {number}: {said}"
            );
        }
        let refused: Vec<Value> = platform
            .refused()
            .iter()
            .map(|(_, reply)| reply.body.clone().into())
            .collect();
        // Except for tokens of an application that were used up.
        assert!(
            refused.is_empty() || *kind == "wecom-app",
            "{kind} {at}: {refused:?}"
        );
    }
    let log = world.log();
    assert!(log.contains("TRACE"));
    for secret in SECRETS {
        assert!(!log.contains(secret), "{secret} shows in the log");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_seven_at_once_are_all_reachable_from_the_bundles_of_every_kind() {
    all_are_reachable("mode = \"bundle\"").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_seven_at_once_are_all_reachable_from_the_digest_of_every_kind() {
    all_are_reachable("mode = \"digest\"\ndigest = \"*/5 * * * * *\"").await;
}
