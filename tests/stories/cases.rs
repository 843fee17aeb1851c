//! Tests the cases outside the project: inputs that once failed, with the correct results.
//!
//! `CASES` names their folder (`.ci/run` sets it). The project's own tests cover the same kinds with their own inputs.

use std::{
    fs,
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Output},
    time::{Duration, Instant},
};

use serde_json::Value;

use super::support::{
    site::{Answer, Site},
    telegram::Telegram,
    world::{World, json_lines, text},
};

fn case(name: &str) -> PathBuf {
    let folder = std::env::var_os("CASES").expect("CASES names the folder of cases; see .ci/run");
    Path::new(&folder).join(name)
}

/// Returns the files of a case that is polled several times, in order.
fn polls_of(name: &str) -> Vec<String> {
    let mut polls = Vec::new();
    while let Some(path) = ["xml", "html"]
        .iter()
        .map(|kind| case(&format!("{name}.look{}.{kind}", polls.len() + 1)))
        .find(|path| path.exists())
    {
        polls.push(fs::read_to_string(path).unwrap());
    }
    assert!(!polls.is_empty(), "no case `{name}`");
    polls
}

fn watch_once(world: &World, url: &str) -> Output {
    world
        .command(&["--state", "state", "watch", "--once", url])
        .output()
        .unwrap()
}

/// Returns every bulletin that `watch` stored.
fn kept(world: &World) -> Vec<Value> {
    let list = [
        "--state",
        "state/watch",
        "bulletins",
        "--limit",
        "0",
        "--json",
    ];
    let output = world.command(&list).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    json_lines(&text(&output.stdout))
}

/// Returns the batch numbers in the titles of the bulletins in that state, ascending.
fn batches(kept: &[Value], state: &str) -> Vec<u32> {
    let of_state = kept.iter().filter(|it| it["state"] == state);
    let digits = |title: &str| {
        title
            .chars()
            .filter(char::is_ascii_digit)
            .collect::<String>()
    };
    let mut batches: Vec<u32> = of_state
        .map(|it| digits(it["title"].as_str().unwrap()).parse().unwrap())
        .collect();
    batches.sort_unstable();
    batches
}

/// Polls each file of a case in turn; returns what was announced in the end. Nothing may be rewritten or held.
async fn announced_by(name: &str) -> Vec<u32> {
    let (world, site) = (World::new(), Site::start().await);
    let origin = site.url.as_str().trim_end_matches('/').to_owned();
    for page in polls_of(name) {
        let kind = if page.starts_with("<?xml") {
            "application/xml"
        } else {
            "text/html"
        };
        let header = format!("Content-Type: {kind}; charset=utf-8");
        site.serve(
            "/case",
            Answer::with("200 OK", &[&header], page.replace("@@", &origin)),
        );
        let output = watch_once(&world, site.at("case").as_str());
        // A body without one complete entry contains nothing to store.
        let is_cut = text(&output.stderr).contains("breaks off within its first notice");
        assert!(output.status.success() || is_cut, "{name}: {output:?}");
        let rewritten: Vec<Value> = kept(&world)
            .into_iter()
            .filter(|it| it["revision"] != 0 || it["state"] == "held")
            .collect();
        assert!(rewritten.is_empty(), "{name}: {rewritten:?}");
    }
    batches(&kept(&world), "published")
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the cases beside the project; .ci/run runs it"]
async fn what_each_later_poll_adds_is_announced_once() {
    for (name, expected) in [
        ("same-link-noguid", vec![23]),
        ("same-guid", vec![23]),
        ("some-same-link", vec![27]),
        ("polls", vec![25]),
        ("bottom-undated", vec![23]),
        ("bottom-sameday", vec![5]),
        ("feed-cut-date", vec![26]),
    ] {
        assert_eq!(announced_by(name).await, expected, "{name}");
    }
}

/// A server of the cases, which ends with its test.
struct HttpCase {
    server: Child,
    port: u16,
    log: tempfile::NamedTempFile,
}

impl Drop for HttpCase {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl HttpCase {
    fn start(name: &str) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|free| free.local_addr())
            .unwrap()
            .port();
        let log = tempfile::NamedTempFile::new().unwrap();
        let server = Command::new("python3")
            .arg(case("http_cases.py"))
            .args([name, &port.to_string()])
            .stdout(log.reopen().unwrap())
            .spawn()
            .unwrap();
        let begin = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(
                begin.elapsed() < Duration::from_secs(20),
                "the server starts"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        Self { server, port, log }
    }

    /// Returns the address of its feed, with `user_info` (`name:password@`) before the host.
    fn feed(&self, user_info: &str) -> String {
        format!("http://{user_info}127.0.0.1:{}/feed.xml", self.port)
    }

    fn requests(&self) -> Vec<String> {
        let log = fs::read_to_string(self.log.path()).unwrap();
        log.lines().map(str::to_owned).collect()
    }
}

#[test]
#[ignore = "needs the cases beside the project; .ci/run runs it"]
fn a_last_modified_that_never_changes_hides_nothing() {
    for name in ["lm-future", "lm-frozen"] {
        let (world, server) = (World::new(), HttpCase::start(name));
        for _ in 0..2 {
            assert!(watch_once(&world, &server.feed("")).status.success());
        }
        // A day later at the latest every source is requested without conditions.
        let mut later = World::command(
            &world,
            &["--state", "state", "watch", "--once", &server.feed("")],
        );
        later.env("LD_PRELOAD", super::support::world::FAKETIME);
        later
            .env("FAKETIME", "+25h")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        let output = later.output().unwrap();
        assert!(output.status.success(), "{name}: {output:?}");
        let found = batches(&kept(&world), "published");
        assert_eq!(found, [23], "{name}: {:?}", server.requests());
        if name == "lm-future" {
            let conditional = |line: &&String| line.contains("2041");
            assert_eq!(server.requests().iter().find(conditional), None);
        }
    }
}

#[test]
#[ignore = "needs the cases beside the project; .ci/run runs it"]
fn the_validators_of_a_304_are_used_from_then_on() {
    let (world, server) = (World::new(), HttpCase::start("etag-304"));
    for _ in 0..3 {
        assert!(watch_once(&world, &server.feed("")).status.success());
    }
    let requests = server.requests();
    for (request, tag) in requests.iter().zip(["None", "\"v1\"", "\"v2\""]) {
        assert!(request.contains(&format!("INM {tag}")), "{requests:?}");
    }
}

#[test]
#[ignore = "needs the cases beside the project; .ci/run runs it"]
fn feeds_are_read_through_redirects_cookies_and_odd_compression() {
    for (name, user_info) in [
        ("auth", "user:pw@"),
        ("cookie", ""),
        ("deflate", ""),
        ("gzip", ""),
    ] {
        let (world, server) = (World::new(), HttpCase::start(name));
        let output = watch_once(&world, &server.feed(user_info));
        assert!(output.status.success(), "{name}: {output:?}");
        assert!(kept(&world).len() >= 2, "{name}: {:?}", server.requests());
    }
}

fn preview(name: &str) -> Value {
    let file = case(name);
    let base = [
        "--base-url",
        "https://news.example.org/list/",
        "--now",
        "2026-11-28T12:00:00+08:00",
    ];
    let arguments = [&["preview", "--json"][..], &base, &[file.to_str().unwrap()]].concat();
    let output = World::new().command(&arguments).output().unwrap();
    json_lines(&text(&output.stdout)).remove(0)
}

#[test]
#[ignore = "needs the cases beside the project; .ci/run runs it"]
fn dates_and_links_of_odd_inputs_are_read() {
    let first = |name: &str| preview(name)["bulletins"][0].clone();
    let time = first("list-time-empty.html");
    assert_eq!(time["published"], "2026-11-24T08:00:00+08:00", "{time}");
    let fragments = preview("list-fragments.html");
    assert_eq!(
        fragments["bulletins"].as_array().unwrap().len(),
        10,
        "{fragments}"
    );
    assert_eq!(
        fragments["bulletins"][0]["url"],
        "https://news.example.org/list/#u27"
    );
    let utc = first("json-wp-gmt-only.json");
    let utc: chrono::DateTime<chrono::Utc> = utc["published"].as_str().unwrap().parse().unwrap();
    assert_eq!(utc.to_rfc3339(), "2026-11-27T11:55:00+00:00");
    assert_eq!(
        first("atom-rel-iri.xml")["url"],
        "http://news.example.org/1"
    );
    let relative = first("atom-all-relative.xml");
    assert_eq!(
        relative["url"],
        "https://news.example.org/list/opam-2-6/opam-2-6/"
    );
    let zone = first("zone-mest.xml");
    let zone: chrono::DateTime<chrono::Utc> = zone["published"].as_str().unwrap().parse().unwrap();
    assert_eq!(zone.to_rfc3339(), "2026-04-30T06:57:00+00:00");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the cases beside the project; .ci/run runs it"]
async fn a_page_that_only_redirects_is_followed() {
    let (world, site) = (World::new(), Site::start().await);
    let page = |name: &str| Answer::page(fs::read(case(name)).unwrap());
    site.serve("/case", page("meta-refresh.html"));
    site.serve("/news/list.html", page("some-same-link.look1.html"));
    let output = watch_once(&world, site.at("case").as_str());
    assert!(output.status.success(), "{output:?}");
    assert_eq!(kept(&world).len(), 8);
}

/// Returns the output of `check` for a config of the cases, with its servers' addresses replaced.
fn check(name: &str, replaced: &[(&str, &str)], options: &[&str]) -> (Option<i32>, String) {
    let mut config = fs::read_to_string(case(name)).unwrap();
    for (from, to) in replaced {
        assert!(config.contains(from), "{name} holds {from}");
        config = config.replace(from, to);
    }
    let world = World::new();
    world.configure(&config);
    let output = world.noticast(&[&["check"], options].concat());
    let printed = text(&output.stdout) + &text(&output.stderr);
    (output.status.code(), printed)
}

#[test]
#[ignore = "needs the cases beside the project; .ci/run runs it"]
fn configs_that_would_fail_silently_are_refused_at_their_keys() {
    let (code, printed) = check("proxy-hash.toml", &[], &[]);
    assert_eq!(code, Some(2), "{printed}");
    assert!(printed.contains("noticast.toml:2:9:"), "{printed}");
    for part in ["p@ss", "ss#1", "#1@"] {
        assert!(!printed.contains(part), "{printed}");
    }
    let (code, printed) = check("filter-caps.toml", &[], &[]);
    assert_eq!(code, Some(2), "{printed}");
    let (code, printed) = check("filter-flags.toml", &[], &[]);
    assert_eq!(code, Some(0), "{printed}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the cases beside the project; .ci/run runs it"]
async fn a_wrong_token_is_found_by_an_online_check() {
    let telegram = Telegram::start("1:right").await;
    let site = Site::start().await;
    let feed = fs::read(case("same-guid.look1.xml")).unwrap();
    site.serve("/feed.xml", Answer::page(feed));
    let api = format!("[telegram]\napi_url = \"{}\"", telegram.url);
    let replaced = [
        ("[telegram]", api.as_str()),
        ("http://127.0.0.1:18999/", site.url.as_str()),
    ];
    let (code, printed) = check("token-unchecked.toml", &replaced, &["--online"]);
    assert_eq!(code, Some(1), "{printed}");
    assert!(!printed.contains("wrong-wrong"), "{printed}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the cases beside the project; .ci/run runs it"]
async fn the_general_topic_is_addressed_without_a_thread() {
    let telegram = Telegram::start("1:abcdefghijklmnopqrstuvwxyz").await;
    telegram.chat(-100_123, "supergroup", None);
    let site = Site::start().await;
    let origin = site.url.as_str().trim_end_matches('/');
    let feed = fs::read_to_string(case("same-guid.look1.xml")).unwrap();
    site.serve("/feed.xml", Answer::page(feed.replace("@@", origin)));
    let config = fs::read_to_string(case("topic1.toml")).unwrap();
    let config = config.replace("http://127.0.0.1:18200", &telegram.url);
    let config = config.replace("http://127.0.0.1:18999/", site.url.as_str());
    let config = config.replace("listen = \"off\"", "listen = \"127.0.0.1:0\"");
    let world = World::new();
    world.configure(&config);
    let _running = world.start_and_wait().await;
    telegram.until_sent(-100_123, 1).await;
    for message in telegram.messages() {
        assert_eq!(message.params.get("message_thread_id"), None, "{message:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the cases beside the project; .ci/run runs it"]
async fn a_source_s_password_reaches_no_card_and_no_list() {
    let telegram = Telegram::start("1:abcdefghijklmnopqrstuvwxyz").await;
    telegram.chat(-1005, "supergroup", None);
    let site = Site::start().await;
    site.serve(
        "/list.html",
        Answer::page(fs::read(case("credentials-in-links.html")).unwrap()),
    );
    let config = fs::read_to_string(case("credentials-in-links.toml")).unwrap();
    let config = config.replace("http://127.0.0.1:18200", &telegram.url);
    let config = config.replace("127.0.0.1:18999", site.url.authority());
    let world = World::new();
    world.configure(&config);
    let running = world.start_and_wait().await;
    telegram.until_sent(-1005, 1).await;
    let page = reqwest::get(world.url())
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let feed = reqwest::get(format!("{}/feed.atom", world.url()))
        .await
        .unwrap();
    let mut shown = vec![
        page,
        feed.text().await.unwrap(),
        format!("{:?}", telegram.messages()),
    ];
    for list in [
        &["sources", "--json"][..],
        &["bulletins", "--json"],
        &["export"],
    ] {
        let output = world.noticast(list);
        shown.push(text(&output.stdout) + &text(&output.stderr));
    }
    running.stop();
    shown.push(world.log());
    for text in shown {
        assert!(
            !text.contains("geheim77") && !text.contains("bob"),
            "{text}"
        );
    }
}

#[test]
#[ignore = "needs the cases beside the project; .ci/run runs it"]
fn outlines_of_any_spelling_become_sources() {
    let world = World::new();
    let file = case("opml-attribute-case.opml");
    let output = world.noticast(&["import", file.to_str().unwrap(), "--yes"]);
    assert!(output.status.success(), "{output:?}");
    let written =
        fs::read_to_string(world.path("noticast.toml")).unwrap_or_default() + &text(&output.stdout);
    for number in 1..=3 {
        assert!(
            written.contains(&format!("http://a.example.org/{number}.xml")),
            "{written}"
        );
    }
}
