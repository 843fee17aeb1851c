//! Tests that every robot's posts are within the platform's limits, regardless of the page's content.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::Value;

use super::{
    card::{
        Card,
        tests::{bulletin, card},
    },
    kinds::robot,
    sender::Sender,
    style::tests::{any_card, any_list, split},
    *,
};
use crate::{
    bulletin::{Bulletin, Channel, ChannelKind, DeliveryKind, Robot},
    config::Config,
};

/// Returns the sender of a kind, and a channel of it.
fn made(kind: &str, keys: &str) -> (Arc<dyn Sender>, Channel) {
    let settings = robot_of(kind, keys);
    let kind = ChannelKind::Robot(settings.clone());
    let channel = Channel::new("it".parse().unwrap(), kind, chrono_tz::Asia::Shanghai);
    (robot(&settings, &Way::default()).unwrap(), channel)
}

#[test]
fn every_kind_of_the_table_has_a_sender() {
    for kind in crate::bulletin::KINDS {
        let settings = Robot::sample(kind);
        let sender = robot(&settings, &Way::default()).unwrap();
        let kind = ChannelKind::Robot(settings);
        let channel = Channel::new("it".parse().unwrap(), kind, chrono_tz::Asia::Shanghai);
        let card = card(DeliveryKind::New, Some(bulletin()), None);
        let drafted = sender.draft(&card, &channel).to_string();
        assert!(drafted.contains("安全生产"), "{drafted}");
    }
}

/// Returns all text of a draft, as its readers and their programs see it.
fn words(draft: &Value) -> String {
    match draft {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().map(words).collect(),
        Value::Object(parts) => parts.values().map(words).collect(),
        other => other.to_string(),
    }
}

/// Returns the draft if its size exceeds the limits of its platform.
fn oversize(kind: &str, draft: &Value) -> Option<String> {
    let bytes = |value: &Value| value.as_str().map_or(0, str::len);
    let units = |value: &Value| value.as_str().map_or(0, |text| text.encode_utf16().count());
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let body = draft.to_string().len();
    let is_within = match kind {
        "wecom-robot" => {
            let articles = list(&draft["news"]["articles"]);
            let is_article =
                |it: &Value| bytes(&it["title"]) <= 128 && bytes(&it["description"]) <= 512;
            articles.len() <= 8
                && articles.iter().all(is_article)
                && bytes(&draft["text"]["content"]) <= 2048
                && bytes(&draft["markdown"]["content"]) <= 4096
        }
        "wecom-app" => {
            bytes(&draft["textcard"]["title"]) <= 128
                && bytes(&draft["textcard"]["description"]) <= 512
                && bytes(&draft["text"]["content"]) <= 2048
        }
        "dingtalk-robot" => body <= 20_000,
        // Leaves room for the signature.
        "feishu-robot" => body <= 20_000 - 200,
        "slack" => {
            let blocks = list(&draft["blocks"]);
            let texts = |block: &Value| {
                let elements = list(&block["elements"]);
                let parts = elements
                    .iter()
                    .chain([&block["text"]])
                    .filter(|it| it.is_object());
                parts.map(|it| units(&it["text"])).collect::<Vec<_>>()
            };
            blocks.len() <= 50
                && units(&draft["text"]) <= 4000
                && blocks
                    .iter()
                    .flat_map(texts)
                    .all(|length| (1..=3000).contains(&length))
        }
        "discord" => {
            let embeds = list(&draft["embeds"]);
            let lengths = |it: &Value| {
                [
                    units(&it["title"]),
                    units(&it["description"]),
                    units(&it["footer"]["text"]),
                ]
            };
            let total: usize = embeds.iter().flat_map(lengths).sum();
            let is_embed = |it: &Value| {
                let [title, description, footer] = lengths(it);
                (1..=256).contains(&title) && description <= 4096 && footer <= 2048
            };
            embeds.len() <= 10
                && total <= 6000
                && embeds.iter().all(is_embed)
                && units(&draft["content"]) <= 2000
        }
        // An event has 65,536 bytes with the fields that the server adds.
        "matrix" => body <= 60_000,
        "ntfy" => bytes(&draft["message"]) <= 4096,
        _ => true,
    };
    (!is_within).then(|| format!("{kind}: {draft:#}"))
}

/// Returns every kind, and the formats of a kind that has several.
fn every_kind() -> Vec<(&'static str, Arc<dyn Sender>, Channel)> {
    let samples = crate::bulletin::KINDS.iter().map(|kind| {
        let settings = Robot::sample(kind);
        let sender = robot(&settings, &Way::default()).unwrap();
        let channel = Channel::new(
            "it".parse().unwrap(),
            ChannelKind::Robot(settings),
            chrono_tz::Asia::Shanghai,
        );
        (kind.name, sender, channel)
    });
    let formats = ["markdown", "text"].map(|format| {
        let kind = "wecom-robot";
        let (sender, channel) = made(kind, &format!("key = \"k\"\nformat = \"{format}\""));
        (kind, sender, channel)
    });
    samples.chain(formats).collect()
}

#[test]
fn every_kind_names_all_sources_and_the_whole_headline() {
    let mut long = bulletin();
    long.title =
        "关于组织开展二〇二六年度安全生产标准化建设达标评审及隐患排查治理专项督导检查工作的通知"
            .to_owned();
    long.also = vec!["law".parse().unwrap(), "union".parse().unwrap()];
    let mut card = card(DeliveryKind::New, Some(long), None);
    card.source = "集团公司安全生产委员会办公室 · 法律事务与合规管理部 · 工会委员会".to_owned();
    for (kind, sender, channel) in every_kind() {
        let draft = words(&sender.draft(&card, &channel));
        let names: Vec<&str> = match kind {
            "webhook" => vec!["law", "union"],
            _ => card.source.split(" · ").collect(),
        };
        for part in names
            .into_iter()
            .chain([card.wording().entries[0].title.as_str()])
        {
            assert!(draft.contains(part), "{kind} has no {part}: {draft}");
        }
    }
}

/// Returns the strings that mention people in the text of a kind, by its platform's documentation.
fn calls(kind: &str) -> &'static [&'static str] {
    match kind {
        "wecom-robot" => &["<@"],
        "wecom-app" => &["<a"],
        // Mattermost reads mere names.
        "slack" => &["<!", "<@", "@channel", "@all", "@zhang"],
        "discord" => &[" <@", " <#"],
        _ => &[],
    }
}

#[test]
fn no_words_of_a_page_call_anybody() {
    let mut calling = bulletin();
    let words_of_a_page = "@channel <!here> <@u1> <#c1> <at user_id=\"all\">所有人</at> @all @zhang /stop \
                           <a href=\"x\">y</a> [z](dtmd://dingtalkclient)";
    calling.title = format!("甲 {words_of_a_page}");
    calling.summary = Some(format!("乙 {words_of_a_page}"));
    let card = card(DeliveryKind::New, Some(calling), None);
    for (kind, sender, channel) in every_kind() {
        let draft = sender.draft(&card, &channel);
        // Blocks of plain text are not markup.
        let text = match kind {
            "slack" => words(&draft["text"]) + &words(&draft["blocks"][0]),
            _ => words(&draft),
        };
        for call in calls(kind) {
            assert!(!text.contains(call), "{kind}: {call} in {draft:#}");
        }
        match kind {
            "dingtalk-robot" => {
                assert_ne!(draft["at"]["isAtAll"], true);
                let text = draft["actionCard"]["text"].to_string();
                assert!(!text.contains("](dtmd"), "{text}");
            }
            "discord" => assert_eq!(draft["allowed_mentions"]["parse"], serde_json::json!([])),
            "matrix" => assert_eq!(draft["m.mentions"], serde_json::json!({})),
            "feishu-robot" => assert!(!draft.to_string().contains("lark_md")),
            _ => {}
        }
    }
}

#[test]
fn no_words_of_a_page_call_anybody_in_telegram() {
    let chat = crate::bulletin::TelegramChat::Id(1);
    let (topic, silent, documents) = (None, false, false);
    let kind = ChannelKind::Telegram {
        chat,
        topic,
        silent,
        documents,
        buttons: true,
    };
    let mut channel = Channel::new("it".parse().unwrap(), kind, chrono_tz::Asia::Shanghai);
    let mut calling = bulletin();
    calling.title = "请联系@zhang_san".to_owned();
    calling.summary = Some("发送 /stop 或写信至 a@example.org".to_owned());
    calling.publisher = Some("@office".to_owned());
    for template in [
        None,
        Some("@ops {{ source }} {{ title }} {{ summary }} {{ publisher }}"),
    ] {
        channel.template = template.map(|text| crate::bulletin::Template::new(text).unwrap());
        let card = Card::of_bulletin(calling.clone(), "@boss 要闻", &channel, &Config::default());
        let card = card.in_own_words(&channel, |card| card.html().into());
        for shown in [card.html(), card.plain()] {
            for call in ["@zhang", "/stop", "@office", "@boss"] {
                assert!(!shown.contains(call), "{call} in {shown}");
            }
            assert!(shown.contains("a@example.org"), "{shown}");
        }
        let is_own = card.html().contains("@ops");
        assert_eq!(is_own, template.is_some(), "what an operator writes stays");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Covers news, a rebroadcast, a correction's note and an announcement.
    #[test]
    fn one_bulletin_is_within_every_limit_with_its_number(card in any_card()) {
        for (kind, sender, channel) in every_kind() {
            let draft = sender.draft(&card, &channel);
            prop_assert_eq!(oversize(kind, &draft), None);
            let text = words(&draft);
            let Some(bulletin) = &card.bulletin else {
                continue;
            };
            let number = match kind {
                "webhook" => bulletin.id.to_string(),
                _ => format!("#{}", bulletin.id),
            };
            prop_assert!(text.contains(&number), "{}: {}", kind, draft);
            prop_assert!(!text.contains('\u{fffd}'), "{}: {}", kind, draft);
        }
    }

    /// Covers bundles and digests: each bulletin is in one message, with its number and its address.
    #[test]
    fn many_bulletins_are_all_in_messages_within_every_limit(card in any_list()) {
        for (kind, sender, channel) in every_kind() {
            let parts = split(&card, |card| sender.fits(card, &channel));
            let mut shown = 0;
            for part in &parts {
                let draft = sender.draft(part, &channel);
                prop_assert_eq!(oversize(kind, &draft), None);
                let text = words(&draft);
                for entry in &part.wording().entries {
                    let number = entry.number.to_string();
                    prop_assert!(text.contains(&number), "{} {}: {}", kind, number, draft);
                    let url = entry.url.as_deref().unwrap();
                    let ways = [url.to_owned(), style::encoded(url), card::escape(url), slack::escape(&style::encoded(url))];
                    prop_assert!(ways.iter().any(|url| text.contains(url)), "{} {}: {}", kind, url, draft);
                    shown += 1;
                }
            }
            prop_assert_eq!(shown, card.count(), "{}", kind);
        }
    }
}

#[test]
fn of_a_bundle_in_words_of_the_channels_own_no_bulletin_is_left_out() {
    let entry = |number: u64| card::CardEntry {
        bulletin: Arc::new(Bulletin {
            id: crate::bulletin::BulletinId(number),
            summary: Some("各部门须于六月底前完成自查整改。".repeat(12)),
            ..bulletin()
        }),
        source: "集团要闻".to_owned(),
    };
    let bundle = card(DeliveryKind::New, None, None)
        .of_entries(card::Grouping::Bundle, (5001..=5008).map(entry).collect());
    let template = "{{ title }}\n{{ summary }}\n{{ url }}\nNo. {{ id }}.";
    for (kind, sender, channel) in every_kind() {
        let channel = Channel {
            template: Some(crate::bulletin::Template::new(template).unwrap()),
            ..channel
        };
        let draft = |card: &Card| sender.draft(card, &channel);
        let parts = split(&bundle, |card| {
            card.fitting_own_words(sender.fits(card, &channel), &channel, draft)
        });
        let mut shown = Vec::new();
        for part in parts {
            let draft = draft(&part.in_own_words(&channel, draft));
            assert_eq!(oversize(kind, &draft), None);
            let text = words(&draft);
            shown.extend((5001..=5008).filter(|number| text.contains(&number.to_string())));
        }
        assert_eq!(shown, (5001..=5008).collect::<Vec<u64>>(), "{kind}");
    }
}
