//! Tests the first minute with the program.

use std::net::TcpListener;

use crate::support::world::World;

/// Returns the first of two neighbouring ports that were free a moment ago.
fn ports() -> String {
    loop {
        let first = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = first.local_addr().unwrap().port();
        if port < u16::MAX && TcpListener::bind(("127.0.0.1", port + 1)).is_ok() {
            return port.to_string();
        }
    }
}

/// Runs the demo until it has shown a bulletin, and returns its output.
async fn demo(world: &World, port: &str, options: &[&str]) -> String {
    let before = world.printed().len();
    let line = [&["demo", "--port", port, "--every", "1s"], options].concat();
    let running = world.start_with(&line);
    // A card begins with the bulletin's number.
    let is_shown = || world.printed()[before..].contains("\n#");
    world.until("a bulletin", is_shown).await;
    running.stop();
    world.printed()[before..].to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_shows_bulletins_within_seconds_and_typed_again_repeats_nothing() {
    let (world, port) = (World::new(), ports());
    let first = demo(&world, &port, &[]).await;
    assert!(
        first.contains(&format!("http://127.0.0.1:{port}/")),
        "{first}"
    );
    let numbers = |printed: &str| -> Vec<u64> {
        let number = regex::Regex::new(r"#(\d+)").unwrap();
        number
            .captures_iter(printed)
            .map(|found| found[1].parse().unwrap())
            .collect()
    };
    let shown = numbers(&first);
    assert!(!shown.is_empty(), "{first}");
    let again = numbers(&demo(&world, &port, &[]).await);
    assert!(
        again.iter().all(|number| !shown.contains(number)),
        "{shown:?} {again:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn it_speaks_the_language_that_is_asked_for_and_says_what_to_try_next() {
    let (world, port) = (World::new(), ports());
    let shown = demo(&world, &port, &["--language", "en"]).await;
    assert!(shown.contains("noticast rebroadcast 61 --state"), "{shown}");
    let cards = shown.split("#61").nth(1).unwrap_or_default();
    let is_chinese = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    assert!(
        cards.contains("127.0.0.1") && !cards.contains(is_chinese),
        "{shown}"
    );
    assert!(!shown.contains("\n\n\n"), "{shown}");
    let shown = demo(&world, &port, &["--language", "zh", "--fresh"]).await;
    for said in ["每 1 秒发布一条通知", "按 Ctrl-C 停止", "已推送"] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    assert!(!shown.contains("Press"), "{shown}");
}

/// Phrases with which a text of the newsroom asks for something by a day.
const ASKING: [&str; 18] = [
    "must be submitted by",
    "Objections must reach",
    "Submissions close on",
    "Applications close on",
    "are due at",
    "are due by",
    "Offers must reach",
    "bids close at",
    "is extended to",
    "send comments by",
    "send the registration form",
    "report the names",
    "前将",
    "前报送",
    "前报办公室",
    "前反馈",
    "投稿截止时间",
    "报名截止",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_text_that_asks_for_something_shows_by_when() {
    for language in ["en", "zh"] {
        let (world, port) = (World::new(), ports());
        let line = [
            "demo",
            "--port",
            &port,
            "--every",
            "1s",
            "--language",
            language,
        ];
        let running = world.start_with(&line);
        let has_many = || world.printed().matches("\n#").count() >= 15;
        world.until("many bulletins", has_many).await;
        running.stop();
        let exported = world
            .command(&["export", "--state", "state/demo"])
            .output()
            .unwrap();
        let exported = String::from_utf8(exported.stdout).unwrap();
        let mut asking = 0;
        for line in exported.lines() {
            let row: serde_json::Value = serde_json::from_str(line).unwrap();
            let text = row["text"].as_str().unwrap_or_default();
            if ASKING.iter().any(|words| text.contains(words)) {
                asking += 1;
                assert!(row["deadline"].is_string(), "{text}");
            }
        }
        assert!(asking > 0, "{language}: no text asks for anything");
    }
}
