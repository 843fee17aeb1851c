use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::{
    bulletin::{Attachment, Bulletin, BulletinId, DeliveryKind},
    push::card::{
        Card, CardEntry, CardWording, Grouping,
        tests::{bulletin, card},
    },
};

/// Generates Chinese, emoji of several characters, letters with marks, markup and links.
pub(crate) fn any_text(most: usize) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[一-龥]{1,6}",
        Just("👨‍👩‍👧‍👦".to_owned()),
        Just("🇨🇳".to_owned()),
        Just("e\u{301}".to_owned()),
        Just("<font color=\"info\">".to_owned()),
        Just("[a](http://b.example/?c=(d)&e)".to_owned()),
        Just("<@all> **b** `c` # - * _d_ ~".to_owned()),
        Just("\n".to_owned()),
        "[ -~]{1,12}",
    ];
    proptest::collection::vec(piece, 0..most).prop_map(|pieces| pieces.concat())
}

pub(crate) fn any_wording() -> impl Strategy<Value = CardWording> {
    any_card().prop_map(|card| card.wording())
}

/// Generates news, a rebroadcast, a correction's note or an announcement, with anything that a page may contain.
pub(crate) fn any_card() -> impl Strategy<Value = Card> {
    let address = prop_oneof![
        "https://a\\.example/[a-z()|?&=*]{0,40}",
        "https://a\\.example/[a-z]{1500,1900}",
        Just("javascript:alert(1)".to_owned()),
    ];
    let words = (any_text(120), any_text(900), any_text(40), address);
    let note = proptest::option::of(any_text(400));
    let file = (
        any_text(12),
        "https://a\\.example/[a-z()|?&=*]{0,40}([a-z]{900})?",
    );
    let files = proptest::collection::vec(file, 0..7);
    (words, note, files, 0..4u8).prop_map(
        |((title, summary, publisher, url), note, files, kind)| {
            let mut bulletin = bulletin();
            let file = |(name, url)| Attachment {
                name,
                url,
                size: None,
            };
            bulletin.attachments = files.into_iter().map(file).collect();
            (bulletin.title, bulletin.url) = (title, url);
            (bulletin.summary, bulletin.publisher) = (Some(summary), Some(publisher));
            match kind {
                0 => card(DeliveryKind::New, Some(bulletin), note.as_deref()),
                1 => card(DeliveryKind::Rebroadcast, Some(bulletin), note.as_deref()),
                2 => card(DeliveryKind::Update, Some(bulletin), note.as_deref()),
                _ => card(
                    DeliveryKind::Announcement,
                    None,
                    note.as_deref().or(Some("x")),
                ),
            }
        },
    )
}

/// Generates many bulletins in one card.
pub(crate) fn any_list() -> impl Strategy<Value = Card> {
    let one = (
        any_text(60),
        any_text(200),
        "https://a\\.example/[a-z()|?&=*]{0,400}",
    );
    let entries = proptest::collection::vec(one, 2..40);
    (entries, any::<bool>(), any::<bool>()).prop_map(|(entries, is_digest, is_marked)| {
        let entry = |(n, (title, summary, url)): (usize, (String, String, String))| CardEntry {
            bulletin: Arc::new(Bulletin {
                id: BulletinId(1000 + n as u64),
                title,
                summary: Some(summary),
                url,
                ..bulletin()
            }),
            source: if n % 3 == 0 {
                "集团要闻"
            } else {
                "[规章]"
            }
            .to_owned(),
        };
        let form = if is_digest {
            Grouping::Digest
        } else {
            Grouping::Bundle
        };
        let kind = if is_marked {
            DeliveryKind::Rebroadcast
        } else {
            DeliveryKind::New
        };
        let entries = entries.into_iter().enumerate().map(entry).collect();
        card(kind, None, None).of_entries(form, entries)
    })
}

/// Returns the messages into which a card of many is split, each with as many as `most` returns.
pub(crate) fn split(card: &Card, most: impl Fn(&Card) -> usize) -> Vec<Card> {
    let mut all: Vec<CardEntry> = card
        .each()
        .map(|one| CardEntry {
            bulletin: one.bulletin.unwrap(),
            source: one.source,
        })
        .collect();
    let mut parts = Vec::new();
    while !all.is_empty() {
        let rest = card.clone().of_entries(card.form, all.clone());
        let count = most(&rest);
        assert!((1..=all.len()).contains(&count));
        parts.push(rest.first(count));
        all.drain(..count);
    }
    parts
}

/// Returns whether `part` is `whole`, or a beginning of it that ends between two characters and with an ellipsis.
pub(crate) fn is_cut_of(part: &str, whole: &str) -> bool {
    use unicode_segmentation::UnicodeSegmentation;
    part == whole
        || part.strip_suffix('…').is_some_and(|kept| {
            let ends = whole.grapheme_indices(true).map(|(at, _)| at);
            whole.starts_with(kept) && ends.chain([whole.len()]).any(|end| end == kept.len())
        })
}

fn lines(text: &str) -> String {
    text.lines()
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_text_is_within_its_limit_and_only_what_is_long_is_cut(wording in any_wording()) {
        for limit in [300, 2048, 4096] {
            for unit in [Unit::Bytes, Unit::Utf16] {
                let text = plain(limit, unit).text(&wording);
                prop_assert!(unit.length(&text) <= limit, "{} > {limit}", unit.length(&text));
                let Some(entry) = wording.entries.first() else {
                    let note = wording.note.as_deref().unwrap_or_default();
                    prop_assert!(is_cut_of(&text, &lines(note)) || unit.length(note) > limit);
                    continue;
                };
                let number = format!("#{}", entry.number);
                prop_assert!(text.contains(&number), "{}", text);
                // A text with room for a summary is complete except for that.
                if limit == 4096 && wording.note.is_none() && entry.title.len() < 1000 {
                    prop_assert!(text.contains(&entry.title), "{text}");
                    let url = entry.url.as_deref().unwrap_or_default();
                    prop_assert!(text.ends_with(url), "{text}");
                }
            }
        }
    }

    #[test]
    fn a_list_is_split_between_bulletins_and_none_is_missing(card in any_list()) {
        let styles = [plain(2048, Unit::Bytes), plain(4096, Unit::Bytes), markdown(4096, "\n"), markdown(7000, "  \n")];
        for style in styles {
            let parts = split(&card, |card| card.fitting(|card| style.fits(&card.wording())));
            let mut shown = Vec::new();
            for part in &parts {
                let text = style.text(&part.wording());
                prop_assert!(style.unit.length(&text) <= style.limit);
                for entry in &part.wording().entries {
                    let number = format!("#{}", entry.number);
                    prop_assert!(text.contains(&number), "{} in {}", number, text);
                    let url = entry.url.as_deref().unwrap();
                    let url = if style.link.is_some() { encoded(url) } else { url.to_owned() };
                    prop_assert!(text.contains(&url), "{} in {}", url, text);
                    shown.push(entry.number);
                }
            }
            let all: Vec<_> = card.wording().entries.iter().map(|entry| entry.number).collect();
            prop_assert_eq!(shown, all);
        }
    }

    #[test]
    fn markdown_of_a_page_is_no_markup(wording in any_wording()) {
        let text = markdown(4096, "\n").text(&wording);
        prop_assert!(text.len() <= 4096);
        prop_assert!(!text.contains(['<', '>', '`', '~', '\\']) , "{text}");
        // Bold is ours, in pairs; links are ours, each complete.
        prop_assert_eq!(text.matches("**").count() % 2, 0);
        prop_assert_eq!(text.matches('*').count(), text.matches("**").count() * 2);
        let opened = text.matches("](").count();
        prop_assert_eq!(text.matches('[').count(), opened);
        prop_assert_eq!(text.matches(']').count(), opened);
        let entry = wording.entries.first();
        let files = entry.iter().flat_map(|it| &it.files).filter_map(|(_, url)| url.as_ref());
        let urls = entry.iter().filter_map(|it| it.url.as_ref()).chain(files);
        let ends: Vec<String> = urls.map(|url| format!("{})", encoded(url))).collect();
        for link in text.split("](").skip(1) {
            prop_assert!(ends.iter().any(|end| link.starts_with(end)), "{text}");
        }
    }

    #[test]
    fn a_cut_falls_between_characters(text in any_text(60), limit in 0..200usize) {
        for unit in [Unit::Bytes, Unit::Utf16] {
            let cut = unit.cut(&text, limit);
            prop_assert!(unit.length(&cut) <= limit);
            prop_assert!(cut.is_empty() || is_cut_of(&cut, &text) , "{cut:?} of {text:?}");
        }
    }
}
