use proptest::prelude::*;

use super::*;
use crate::{
    bulletin::DeliveryKind,
    push::card::tests::{bulletin, card},
};

/// Chinese, emoji that are several characters, letters with marks, markup, links.
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

/// Any card: news or an announcement, with all that a page may say.
pub(crate) fn any_wording() -> impl Strategy<Value = Wording> {
    let address = prop_oneof![
        "https://a\\.example/[a-z()|?&=*]{0,40}",
        "https://a\\.example/[a-z]{1500,1900}",
        Just("javascript:alert(1)".to_owned()),
    ];
    let words = (any_text(120), any_text(900), any_text(40), address);
    let note = proptest::option::of(any_text(400));
    (words, note, 0..3u8).prop_map(|((title, summary, publisher, url), note, kind)| {
        let mut bulletin = bulletin();
        (bulletin.title, bulletin.url) = (title, url);
        (bulletin.summary, bulletin.publisher) = (Some(summary), Some(publisher));
        let card = match kind {
            0 => card(DeliveryKind::New, Some(bulletin), note.as_deref()),
            1 => card(DeliveryKind::Rebroadcast, Some(bulletin), note.as_deref()),
            _ => card(
                DeliveryKind::Announcement,
                None,
                note.as_deref().or(Some("x")),
            ),
        };
        card.wording()
    })
}

/// Whether `part` is `whole`, or a beginning of it that ends between two characters and with dots.
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
    #![proptest_config(ProptestConfig::with_cases(128))]

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
                // What leaves room for its summary is whole but for that.
                if limit == 4096 && wording.note.is_none() && entry.title.len() < 1000 {
                    prop_assert!(text.contains(&entry.title), "{text}");
                    let url = entry.url.as_deref().unwrap_or_default();
                    prop_assert!(text.ends_with(url), "{text}");
                }
            }
        }
    }

    #[test]
    fn markdown_of_a_page_is_no_markup(wording in any_wording()) {
        let text = markdown(4096, "\n").text(&wording);
        prop_assert!(text.len() <= 4096);
        prop_assert!(!text.contains(['<', '>', '`', '~', '\\']) , "{text}");
        // Bold is ours, in pairs; links are ours, each whole.
        prop_assert_eq!(text.matches("**").count() % 2, 0);
        prop_assert_eq!(text.matches('*').count(), text.matches("**").count() * 2);
        let opened = text.matches("](").count();
        prop_assert_eq!(text.matches('[').count(), opened);
        prop_assert_eq!(text.matches(']').count(), opened);
        if let Some(at) = text.find("](") {
            let url = wording.entries[0].url.as_deref().map(encoded).unwrap();
            prop_assert!(text[at + 2..].starts_with(&format!("{url})")), "{text}");
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
