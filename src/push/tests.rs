//! What every robot posts, whatever a page holds, is within the platform's limits.

use proptest::prelude::*;
use serde_json::Value;

use super::{
    card::tests::{bulletin, card},
    sender::Sender,
    style::tests::{any_list, any_wording, split},
    *,
};
use crate::bulletin::DeliveryKind;

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// The sender of a kind, and a channel of it.
fn made(kind: &str, keys: &str) -> (Arc<dyn Sender>, Channel) {
    let settings = robot_of(kind, keys);
    let kind = ChannelKind::Robot(settings.clone());
    let channel = Channel::new("it".parse().unwrap(), kind, chrono_tz::Asia::Shanghai);
    (robot(&settings).unwrap(), channel)
}

#[test]
fn every_kind_of_the_table_has_a_sender() {
    for kind in crate::bulletin::KINDS {
        let settings = Robot::sample(kind);
        let sender = robot(&settings).unwrap();
        let kind = ChannelKind::Robot(settings);
        let channel = Channel::new("it".parse().unwrap(), kind, chrono_tz::Asia::Shanghai);
        let card = card(DeliveryKind::New, Some(bulletin()), None);
        let drafted = sender.draft(&card, &channel).to_string();
        assert!(drafted.contains("安全生产"), "{drafted}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn one_bulletin_is_within_every_limit(wording in any_wording()) {
        let news = wecom_robot::message(&wording, "news");
        for article in news["news"]["articles"].as_array().into_iter().flatten() {
            prop_assert!((1..=128).contains(&text(&article["title"]).len()), "{article}");
            prop_assert!(text(&article["description"]).len() <= 512, "{article}");
        }
        prop_assert!(dingtalk::message(&wording).to_string().len() <= 20_000);
        prop_assert!(feishu::message(&wording).to_string().len() <= 20_000);
        prop_assert!(matrix::message(&wording).to_string().len() <= 65_000);
        prop_assert!(text(&ntfy::message(&wording, "t")["message"]).len() <= 4096);
        for block in slack::message(&wording)["blocks"].as_array().unwrap() {
            let part = if block["text"].is_object() { &block["text"] } else { &block["elements"][0] };
            prop_assert!(text(&part["text"]).encode_utf16().count() <= 3000);
        }
    }

    #[test]
    fn many_bulletins_are_all_in_messages_within_every_limit(card in any_list()) {
        let news = "key = \"k\"";
        for (kind, keys, limit) in [
            ("wecom-robot", news, 20_000),
            ("dingtalk-robot", "access_token = \"t\"", 20_000),
            ("feishu-robot", "token = \"t\"", 20_000),
            ("slack", "url = \"https://a.example/b\"", 200_000),
            ("discord", "url = \"https://a.example/b\"", 60_000),
            ("ntfy", "url = \"https://a.example/b\"", 10_000),
        ] {
            let (sender, channel) = made(kind, keys);
            let parts = split(&card, |card| sender.fits(card, &channel));
            let mut shown = 0;
            for part in &parts {
                let wording = part.wording();
                let body = match kind {
                    "wecom-robot" => wecom_robot::message(&wording, "news"),
                    "dingtalk-robot" => dingtalk::message(&wording),
                    "feishu-robot" => feishu::message(&wording),
                    "slack" => slack::message(&wording),
                    "discord" => discord::message(&wording),
                    _ => ntfy::message(&wording, "b"),
                };
                prop_assert!(body.to_string().len() <= limit, "{}", kind);
                if kind == "wecom-robot" {
                    prop_assert!(body["news"]["articles"].as_array().unwrap().len() <= 8);
                }
                if kind == "slack" {
                    prop_assert!(body["blocks"].as_array().unwrap().len() <= 50);
                }
                shown += wording.entries.len();
            }
            prop_assert_eq!(shown, card.count());
        }
    }
}
