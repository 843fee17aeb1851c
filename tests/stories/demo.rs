//! The first minute with the program.

use std::net::TcpListener;

use crate::support::world::World;

/// Two neighbouring ports that were free a moment ago.
fn ports() -> String {
    loop {
        let first = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = first.local_addr().unwrap().port();
        if port < u16::MAX && TcpListener::bind(("127.0.0.1", port + 1)).is_ok() {
            return port.to_string();
        }
    }
}

/// Runs the demo until it has shown a bulletin, and returns what it printed.
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
