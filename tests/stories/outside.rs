//! What an admin sees from outside who tries each sentence of the manual, and what is odd beside it.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::support::{
    board,
    site::{Answer, Site},
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
        .until("both were looked at", || {
            let sources = world.list(&["sources"]);
            sources.iter().all(|source| source["bulletins"] != 0)
        })
        .await;
    let opml = || {
        assert!(world.noticast(&["export", "feeds.opml"]).status.success());
        std::fs::read_to_string(world.path("feeds.opml")).unwrap()
    };
    let asked = opml();
    let shown = site.at("/rss").to_string().replace("//", "//reader@");
    assert!(
        asked.contains(&format!(r#"type="rss" text="feed" xmlUrl="{shown}""#)),
        "{asked}"
    );
    assert!(asked.contains(&format!(
        r#"type="link" text="news" url="{}""#,
        board.list_url()
    )));
    running.stop();
    assert_eq!(opml(), asked);
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
