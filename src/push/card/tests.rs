use std::sync::Arc;

use chrono::{TimeZone, Utc};
use proptest::prelude::*;

use super::*;
use crate::bulletin::{
    Bulletin, BulletinId, BulletinState, Cause, DeliveryId, DeliveryKind, Language,
};

pub(crate) fn bulletin() -> Bulletin {
    Bulletin {
        id: BulletinId(1042),
        source: "group-news".parse().unwrap(),
        also: vec![],
        url: "https://www.example.com/news/1042.html?a=1&b=\"2\"".to_owned(),
        title: "关于 <安全生产> 月活动安排的通知".to_owned(),
        summary: Some("各部门须于 6 月底前完成自查 & 整改。\n\n逾期者通报。".to_owned()),
        publisher: Some("安全环保部".to_owned()),
        published: Some("2022-11-20".to_owned().try_into().unwrap()),
        deadline: None,
        attachments: vec![],
        first_seen: Utc.with_ymd_and_hms(2022, 11, 20, 1, 0, 0).unwrap(),
        state: BulletinState::Published,
        cause: Cause::New,
        revision: 0,
    }
}

pub(crate) fn card(kind: DeliveryKind, bulletin: Option<Bulletin>, note: Option<&str>) -> Card {
    Card {
        delivery: Some(DeliveryId(7)),
        kind,
        language: Language::Zh,
        time_zone: chrono_tz::Asia::Shanghai,
        note: note.map(str::to_owned),
        bulletin: bulletin.map(Arc::new),
        source: "集团要闻".to_owned(),
        further: Vec::new(),
        form: Grouping::default(),
        changes: Vec::new(),
        acts: Vec::new(),
        own: None,
    }
}

#[test]
fn a_card_has_source_headline_date_body_summary_and_number() {
    insta::assert_snapshot!(card(DeliveryKind::New, Some(bulletin()), None).html(), @r#"
    【集团要闻】<a href="https://www.example.com/news/1042.html?a=1&amp;b=&quot;2&quot;"><b>关于 &lt;安全生产&gt; 月活动安排的通知</b></a>
    2022-11-20 · 安全环保部

    各部门须于 6 月底前完成自查 &amp; 整改。

    逾期者通报。

    #1042
    "#);
}

#[test]
fn a_rebroadcast_is_marked_with_its_note_on_top() {
    let again = card(
        DeliveryKind::Rebroadcast,
        Some(bulletin()),
        Some("请 <务必> 转达"),
    );
    insta::assert_snapshot!(again.html(), @r#"
    <b>重发</b>
    请 &lt;务必&gt; 转达

    【集团要闻】<a href="https://www.example.com/news/1042.html?a=1&amp;b=&quot;2&quot;"><b>关于 &lt;安全生产&gt; 月活动安排的通知</b></a>
    2022-11-20 · 安全环保部

    各部门须于 6 月底前完成自查 &amp; 整改。

    逾期者通报。

    #1042
    "#);
    let silent = card(DeliveryKind::Rebroadcast, Some(bulletin()), None);
    assert!(silent.html().starts_with("<b>重发</b>\n\n【"));
}

#[test]
fn files_are_named_and_linked() {
    let mut with = bulletin();
    with.attachments.push(crate::bulletin::Attachment {
        url: "https://www.example.com/a.pdf?x&y".to_owned(),
        name: "名单 <一>.pdf".to_owned(),
        size: None,
    });
    let shown = card(DeliveryKind::New, Some(with), None);
    let line =
        "\n📎 <a href=\"https://www.example.com/a.pdf?x&amp;y\">名单 &lt;一&gt;.pdf</a>\n\n#1042";
    assert!(shown.html().contains(line), "{}", shown.html());
    assert!(shown.plain().contains("\n📎 名单 <一>.pdf\n\n#1042"));
}

#[test]
fn other_forms_say_what_they_are() {
    let update = card(DeliveryKind::Update, Some(bulletin()), None);
    assert!(update.html().starts_with("<b>更正</b>\n\n"));
    let announcement = card(DeliveryKind::Announcement, None, Some("来源 a & b\n读不到"));
    assert_eq!(announcement.html(), "来源 a &amp; b\n读不到");
    let mut english = card(DeliveryKind::Rebroadcast, Some(bulletin()), None);
    english.language = Language::En;
    english.source = "Group news".to_owned();
    assert!(
        english
            .html()
            .starts_with("<b>Sent again</b>\n\n[Group news] <a")
    );
}

#[test]
fn plain_text_has_no_markup_and_the_address() {
    insta::assert_snapshot!(card(DeliveryKind::New, Some(bulletin()), None).plain(), @r#"
    【集团要闻】关于 <安全生产> 月活动安排的通知
    2022-11-20 · 安全环保部

    各部门须于 6 月底前完成自查 & 整改。

    逾期者通报。

    #1042
    https://www.example.com/news/1042.html?a=1&b="2"
    "#);
}

#[test]
fn a_time_is_shown_in_the_readers_zone() {
    let mut late = bulletin();
    late.published = Some("2022-11-20T23:30:00+00:00".to_owned().try_into().unwrap());
    late.deadline = Some("2022-12-01".to_owned().try_into().unwrap());
    let html = card(DeliveryKind::New, Some(late), None).html();
    assert!(
        html.contains("\n2022-11-21 07:30 · 安全环保部\n截止：2022-12-01\n"),
        "{html}"
    );
}

#[test]
fn an_address_that_nobody_can_open_is_no_link() {
    for url in [
        "javascript:alert(1)",
        "https://a.example/\n<b>",
        "ftp://a.example/",
    ] {
        let mut odd = bulletin();
        odd.url = url.to_owned();
        let card = card(DeliveryKind::New, Some(odd), None);
        assert!(!card.html().contains("href"), "{url}");
        assert_eq!(card.url(), None);
    }
}

#[test]
fn text_is_cut_between_characters_as_readers_see_them() {
    assert_eq!(cut("通知公告", 4), "通知公告");
    assert_eq!(cut("通知公告栏", 4), "通知公…");
    let family = "👨\u{200d}👩\u{200d}👧";
    assert_eq!(cut(&format!("a{family}b"), 4), "a…");
    assert_eq!(cut(&"e\u{301}".repeat(3), 4), "e\u{301}…");
}

#[test]
fn a_page_cannot_move_the_cursor_or_turn_text_round() {
    assert_eq!(
        clean_line(" a\u{1b}[31m\0b\u{202e}\u{3000}c\r\n\td "),
        "a[31mb c d"
    );
    assert_eq!(clean_text("\n\na \n\n\n\nb\nc\0\n\n"), "a\n\nb\nc");
}

/// Parses text like Telegram as far as our tags go: returns the text, or the reason why it would be rejected.
fn parse(html: &str) -> Result<String, String> {
    let (mut text, mut open, mut rest) = (String::new(), Vec::new(), html);
    while let Some(at) = rest.find(['<', '&']) {
        text += &rest[..at];
        rest = &rest[at..];
        if rest.starts_with('<') {
            let end = rest.find('>').ok_or("a tag without end")?;
            let tag = &rest[1..end];
            match tag.strip_prefix('/') {
                Some(name) => (open.pop() == Some(name))
                    .then_some(())
                    .ok_or("mis-nested")?,
                None if tag == "b" => open.push("b"),
                None => {
                    let href = tag
                        .strip_prefix("a href=\"")
                        .and_then(|tag| tag.strip_suffix('"'));
                    let href = href.ok_or_else(|| format!("unsupported start tag {tag}"))?;
                    (!href.contains('"'))
                        .then_some(())
                        .ok_or("a quote in an attribute")?;
                    open.push("a");
                }
            }
            rest = &rest[end + 1..];
        } else {
            let end = rest.find(';').ok_or("an entity without end")?;
            text.push(match &rest[..=end] {
                "&amp;" => '&',
                "&lt;" => '<',
                "&gt;" => '>',
                "&quot;" => '"',
                other => return Err(format!("entity {other}")),
            });
            rest = &rest[end + 1..];
        }
    }
    text += rest;
    open.is_empty()
        .then_some(text)
        .ok_or_else(|| "unclosed".to_owned())
}

fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[一-龥]{0,40}",
        "\\PC{0,20}",
        any::<String>(),
        Just("<b>&lt;通知&gt;</b><a href=\"x\">".to_owned()),
        Just("👩\u{200d}💻🇨🇳e\u{301}\0\u{202e}".to_owned()),
        "[a-z&;<>\"' ]{0,30}",
    ];
    (prop::collection::vec(piece, 0..12), 1usize..80)
        .prop_map(|(pieces, times)| pieces.concat().repeat(times))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn whatever_a_page_holds_the_card_is_well_formed_and_fits(
        title in any_text(),
        summary in any_text(),
        publisher in any_text(),
        note in any_text(),
        source in any_text(),
        url in prop_oneof![any_text(), any_text().prop_map(|text| format!("https://a.example/{text}"))],
        kind in prop_oneof![Just(DeliveryKind::New), Just(DeliveryKind::Rebroadcast)],
    ) {
        let bulletin = Bulletin {
            title,
            summary: Some(summary),
            publisher: Some(publisher),
            url,
            ..bulletin()
        };
        let card = Card { source, ..card(kind, Some(bulletin), Some(&note)) };
        for text in [parse(&card.html()).map_err(TestCaseError::fail)?, card.plain()] {
            prop_assert!((1..=4096).contains(&text.chars().count()));
            let is_clean = !text.contains(['\0', '\u{202e}']);
            prop_assert!(is_clean);
            prop_assert!(text.contains("#1042"));
        }
    }

    #[test]
    fn what_is_cut_is_a_beginning(text in any_text(), max in 1usize..300) {
        let short = cut(&text, max);
        prop_assert!(short.chars().count() <= max.max(1));
        let kept = short.strip_suffix('…').unwrap_or(&short);
        prop_assert!(text.starts_with(kept));
    }

    #[test]
    fn announcements_fit_too(text in any_text()) {
        let card = card(DeliveryKind::Announcement, None, Some(&text));
        let shown = parse(&card.html()).map_err(TestCaseError::fail)?;
        prop_assert!(shown.chars().count() <= 4096);
    }
}
