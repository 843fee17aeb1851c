use chrono::TimeDelta;

use super::*;
use crate::bulletin::{BulletinId, PageKind};

fn source() -> Source {
    Source::new(
        "news".parse().unwrap(),
        "https://www.example.com/".parse().unwrap(),
    )
}

const BY_MESSAGE: Audience = Audience {
    language: Language::Zh,
    has_buttons: false,
};

fn reported_of(outcome: &PollOutcome, state: &PollState) -> (usize, Reported) {
    let alerts = of(&source(), outcome, &[], state, BY_MESSAGE, Utc::now());
    (alerts.texts.len(), alerts.reported)
}

fn failed(is_grave: bool) -> PollOutcome {
    PollOutcome {
        error: Some("answered 503".to_owned()),
        is_grave,
        ..PollOutcome::default()
    }
}

fn state(failures: u32, reported: Reported) -> PollState {
    PollState {
        failures,
        reported,
        ..PollState::default()
    }
}

#[test]
fn a_fault_is_reported_once_and_once_when_it_is_over() {
    assert_eq!(
        reported_of(&failed(false), &state(1, Reported::No)),
        (0, Reported::No)
    );
    assert_eq!(
        reported_of(&failed(false), &state(3, Reported::No)),
        (1, Reported::Fault)
    );
    assert_eq!(
        reported_of(&failed(false), &state(4, Reported::Fault)),
        (0, Reported::Fault)
    );
    let well = PollOutcome::default();
    assert_eq!(
        reported_of(&well, &state(0, Reported::Fault)),
        (1, Reported::No)
    );
    assert_eq!(
        reported_of(&well, &state(0, Reported::No)),
        (0, Reported::No)
    );
}

#[test]
fn a_list_that_went_empty_is_reported_at_once() {
    assert_eq!(
        reported_of(&failed(true), &state(1, Reported::No)),
        (1, Reported::Fault)
    );
}

#[test]
fn a_silence_is_recognized_by_the_source_s_own_history() {
    let mut state = state(0, Reported::No);
    state.gaps_minutes = vec![1440; 5];
    state.last_changed = Some(Utc::now() - TimeDelta::days(3));
    assert_eq!(
        reported_of(&PollOutcome::default(), &state),
        (0, Reported::No)
    );
    state.last_changed = Some(Utc::now() - TimeDelta::days(5));
    assert_eq!(
        reported_of(&PollOutcome::default(), &state),
        (1, Reported::Silence)
    );
    state.gaps_minutes.truncate(2);
    assert_eq!(
        reported_of(&PollOutcome::default(), &state),
        (0, Reported::No)
    );
}

#[test]
fn held_rows_are_reported_by_title_with_the_command_that_releases_them() {
    let outcome = PollOutcome {
        held: (1..=20).map(BulletinId).collect(),
        has_gap: true,
        ..PollOutcome::default()
    };
    let state = PollState::default();
    let titles = ["关于甲的通知".to_owned(), "关于乙的通知".to_owned()];
    let alerts = of(&source(), &outcome, &titles, &state, BY_MESSAGE, Utc::now());
    let [text] = alerts.texts.as_slice() else {
        panic!("one text: {:?}", alerts.texts);
    };
    for said in [
        "20 条",
        "“关于甲的通知”“关于乙的通知”",
        "noticast held --source",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    // The bot's message with buttons is enough.
    let audience = Audience {
        has_buttons: true,
        ..BY_MESSAGE
    };
    let alerts = of(&source(), &outcome, &titles, &state, audience, Utc::now());
    assert_eq!(alerts.texts, Vec::<String>::new());
}

#[test]
fn a_chinese_reader_is_notified_of_a_fault_without_english() {
    let outcome = PollOutcome {
        error: Some("not a list of notices: a sign-in page".to_owned()),
        fault: Some(PageFault::Instead(PageKind::SignIn)),
        is_grave: true,
        ..PollOutcome::default()
    };
    let state = state(1, Reported::No);
    let alerts = of(&source(), &outcome, &[], &state, BY_MESSAGE, Utc::now());
    let expected =
        "来源“news”（news）检查失败：需要登录才能查看。已收录的通知不受影响，稍后会自动重试。";
    assert_eq!(alerts.texts, [expected]);
}

#[test]
fn what_a_page_says_calls_nobody_in_an_alert() {
    let mut named = source();
    named.name = "@boss 站".to_owned();
    let outcome = PollOutcome {
        error: Some("the page shows “@all /stop”".to_owned()),
        is_grave: true,
        ..PollOutcome::default()
    };
    let state = state(1, Reported::No);
    let english = Audience {
        language: Language::En,
        ..BY_MESSAGE
    };
    let alerts = of(&named, &outcome, &[], &state, english, Utc::now());
    let text = &alerts.texts[0];
    assert!(!text.contains("@boss") && !text.contains("@all") && !text.contains("/stop"));
    assert!(
        text.contains("@\u{200c}boss") && text.contains("/\u{200c}stop"),
        "{text}"
    );
}
