//! Tests what an admin sees from outside who tries each sentence of the manual, and oddities next to it.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::support::{
    board,
    site::{Answer, Site},
    telegram::Telegram,
    world::World,
};

const FEED: &str = r#"<rss version="2.0"><channel><title>要闻</title><item><title>关于放假的通知</title>
<link>http://news.example.com/1.html</link><guid>1</guid></item></channel></rss>"#;

fn next_poll(source: &Value) -> DateTime<Utc> {
    source["next_poll"].as_str().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn opml_lists_what_turned_out_to_be_a_feed_running_or_stopped() {
    let (site, board) = (Site::start().await, board::Site::with(5).await);
    site.serve("/rss", Answer::page(FEED));
    let world = World::new();
    let feed = site
        .at("/rss")
        .to_string()
        .replace("//", "//reader:hush-hush@");
    world.configure(&format!(
        "{}\n[[source]]\nid = \"feed\"\nurl = \"{feed}\"\n",
        World::config(&board.list_url())
    ));
    let running = world.start();
    world
        .until("both were polled", || {
            let sources = world.list(&["sources"]);
            sources.iter().all(|source| source["bulletins"] != 0)
        })
        .await;
    let opml = || {
        assert!(world.noticast(&["export", "feeds.opml"]).status.success());
        std::fs::read_to_string(world.path("feeds.opml")).unwrap()
    };
    let asked = opml();
    let (shown, page) = (site.at("/rss"), board.list_url());
    assert!(
        asked.contains(&format!(r#"type="rss" text="feed" xmlUrl="{shown}""#)),
        "{asked}"
    );
    let own = format!("{}/s/news/feed.atom", world.url());
    assert!(
        asked.contains(&format!(
            r#"type="rss" text="news" xmlUrl="{own}" htmlUrl="{page}""#
        )),
        "{asked}"
    );
    running.stop();
    // While it is stopped, the address where it will listen is unknown: port 0.
    let stopped = opml();
    assert!(
        stopped.contains(&format!(r#"type="link" text="news" url="{page}""#)),
        "{stopped}"
    );
    assert!(
        stopped.contains(&format!(r#"xmlUrl="{shown}""#)),
        "{stopped}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_of_once_a_year_that_fails_is_tried_again_within_minutes() {
    let site = board::Site::with(5).await;
    site.set_mood(board::Mood::Status(502));
    let world = World::new();
    let yearly = World::config(&site.list_url()).replace("every 1s", "@yearly");
    world.configure(&yearly);
    let running = world.start();
    let failing = || world.list(&["sources"])[0]["state"] == "failing";
    world.until("the fault to show", failing).await;
    let minutes = |source: &Value| (next_poll(source) - Utc::now()).num_seconds() / 60;
    world
        .until("the retry to be planned", || {
            let source = &world.list(&["sources"])[0];
            source["next_poll"].is_string() && (3..=6).contains(&minutes(source))
        })
        .await;
    running.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_304_to_a_page_that_was_never_read_is_a_fault() {
    let site = Site::start().await;
    let headers: [&str; 0] = [];
    site.serve("/list", Answer::with("304 Not Modified", &headers, ""));
    let world = World::new();
    world.configure(&World::config(site.at("/list").as_str()));
    let running = world.start();
    world
        .until("the fault to show", || {
            let error = world.list(&["sources"])[0]["error"].to_string();
            error.contains("answered 304 Not Modified although it was never read")
        })
        .await;
    running.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_that_a_server_asks_for_is_kept_by_those_of_its_port_alone() {
    let (busy, well) = (Site::start().await, board::Site::with(5).await);
    let asks = ["Retry-After: 3600"];
    busy.serve("/list", Answer::with("429 Too Many Requests", &asks, ""));
    let world = World::new();
    world.configure(&format!(
        "{}\n[[source]]\nid = \"busy\"\nurl = \"{}\"\nschedule = \"every 1s\"\n",
        World::config(&well.list_url()),
        busy.at("/list")
    ));
    let running = world.start();
    world
        .until("the pause", || {
            world.list(&["sources"])[1]["state"] == "failing"
        })
        .await;
    world.polls(&well, 2).await;
    assert_eq!(world.list(&["sources"])[0]["state"], "ok");
    running.stop();
}

#[test]
fn a_config_that_is_named_must_be_there_and_an_address_must_be_one() {
    let world = World::new();
    for command in ["demo", "watch", "preview", "next"] {
        let what = match command {
            "next" => vec!["@daily"],
            "demo" => vec!["--for", "1s"],
            _ => vec!["http://127.0.0.1:9/"],
        };
        let line = [&["--config", "nowhere.toml", command], what.as_slice()].concat();
        let output = world.command(&line).output().unwrap();
        let printed = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{command}: {printed}");
        assert!(
            printed.starts_with("nowhere.toml: cannot be read"),
            "{printed}"
        );
    }
    let output = world
        .command(&["watch", "127.0.0.1:80/news"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let printed = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        printed.contains("begins with http:// or https://"),
        "{printed}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn channels_of_a_bot_whose_token_is_refused_are_failing() {
    let (api, board) = (Telegram::start("1:right").await, board::Site::with(5).await);
    let world = World::new();
    world.configure(&format!(
        "[telegram]\ntoken = \"1:wrong\"\napi_url = \"{}\"\n\n{}\
         [[channel]]\nid = \"chat\"\nkind = \"telegram\"\nchat = 42\n",
        api.url,
        World::config(&board.list_url())
    ));
    let running = world.start();
    world
        .until("the channel to be failing", || {
            !world.list(&["channels", "--state", "failing"]).is_empty()
        })
        .await;
    let channels = world.list(&["channels"]);
    assert_eq!(channels[0]["state"], "ok");
    let error = channels[1]["error"].as_str().unwrap();
    assert!(error.contains("rejects the bot's token"), "{error}");
    running.stop();
}

/// Returns the first page of the desk, as an admin sees it after signing in.
async fn status_page(url: &str, token: &str) -> String {
    let client = reqwest::Client::builder().no_proxy();
    let client = client.redirect(reqwest::redirect::Policy::none());
    let client = client.build().unwrap();
    let sign_in = client
        .post(format!("{url}/admin/sign-in"))
        .header("origin", url)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("token={token}"));
    let signed = sign_in.send().await.unwrap();
    let cookie = signed.headers()["set-cookie"].to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let page = client.get(format!("{url}/admin")).header("cookie", cookie);
    page.send().await.unwrap().text().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_and_its_sender_in_trouble_are_one_thing_to_do() {
    let board = board::Site::with(5).await;
    let world = World::new();
    // Nothing listens on port 9.
    world.configure(&format!(
        "[web]\nlisten = \"127.0.0.1:0\"\nadmin_token = \"the-token\"\n\n[fetch]\nallow_private = true\n\n\
         [[source]]\nid = \"news\"\nurl = \"{}\"\nannounce_first = 1\n\n\
         [[channel]]\nid = \"hook\"\nname = \"内网接口\"\nkind = \"webhook\"\nurl = \"http://127.0.0.1:9/\"\n",
        board.list_url()
    ));
    let running = world.start_and_wait().await;
    world
        .until("both to be in trouble", || {
            let log = world.log();
            log.contains("webhook cannot send") && !world.list(&["channels"])[0]["error"].is_null()
        })
        .await;
    let ready = reqwest::get(format!("{}/readyz", world.url()));
    let ready: Value = ready.await.unwrap().json().await.unwrap();
    let problems = ready["problems"].as_array().unwrap();
    assert_eq!(problems.len(), 1, "{ready}");
    assert_eq!(problems[0]["where"], "webhook");
    let page = status_page(&world.url(), "the-token").await;
    assert!(page.contains("有 1 项需要处理"), "{page}");
    for shown in ["内网接口", "/hook/test"] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    running.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_moved_for_good_is_shown_with_the_edit_to_make() {
    let (old, board) = (Site::start().await, board::Site::with(5).await);
    let moved = Answer::redirect("301 Moved Permanently", &board.list_url());
    old.serve("/list", moved);
    let world = World::new();
    world.configure(&World::config(old.at("/list").as_str()));
    let running = world.start();
    let edit = format!("set `url = \"{}\"`", board.list_url());
    world
        .until("the edit in the log", || world.log().contains(&edit))
        .await;
    // The result of a poll is visible to others once it has ended.
    let has_ended = || !world.list(&["sources"])[0]["last_polled"].is_null();
    world.until("the end of the poll", has_ended).await;
    let ready = reqwest::get(format!("{}/readyz", world.url()))
        .await
        .unwrap();
    assert_eq!(ready.status(), 200);
    let ready: Value = ready.json().await.unwrap();
    let printed = ready["problems"][0]["do"].as_str().unwrap();
    assert!(printed.contains(&edit), "{ready}");
    assert_eq!(ready["status"], "ok");
    running.stop();
}
