//! Tests that feeds name a WebSub hub, which is notified of their new entries.

use std::collections::BTreeSet;

use noticast::config::Config;
use url::form_urlencoded;

use crate::support::{
    desk::{ADMIN_TOKEN, Desk, config},
    platform::{Fault, Platform, Reply, Request},
};

const HOME: &str = "https://news.example.org/board";

/// Starts a hub that accepts all news.
async fn hub() -> Platform {
    Platform::start(|_, _| Reply::taken(202, "")).await
}

fn followed_at(hub: &Platform) -> Config {
    let mut config = config();
    config.web.public_url = HOME.parse().ok();
    config.web.hub = hub.url.parse().ok();
    config.sources[0].group = Some("集团".to_owned());
    config
}

/// Returns a desk whose sources were all polled.
async fn desk(hub: &Platform) -> Desk {
    let desk = Desk::open_with(followed_at(hub), true).await;
    for source in ["notices", "news", "inside"] {
        desk.baseline(source).await;
    }
    desk
}

/// Returns the feed of which a hub was notified.
fn feed_of(request: &Request) -> String {
    assert_eq!(request.method, "POST");
    let fields: Vec<_> = form_urlencoded::parse(&request.body).into_owned().collect();
    let [mode, url, topic] = fields.as_slice() else {
        panic!("{fields:?}");
    };
    assert_eq!(mode, &("hub.mode".to_owned(), "publish".to_owned()));
    assert_eq!((url.0.as_str(), topic.0.as_str()), ("hub.url", "hub.topic"));
    assert_eq!(url.1, topic.1);
    url.1.clone()
}

/// Returns the feeds at these places, in each format.
fn feeds(places: &[&str]) -> BTreeSet<String> {
    let formats = ["atom", "rss", "json"];
    let of = |place: &&str| formats.map(|format| format!("{HOME}/{place}feed.{format}"));
    places.iter().flat_map(of).collect()
}

#[tokio::test]
async fn feeds_name_their_hub_and_searches_and_private_ones_name_none() {
    let hub = hub().await;
    let desk = desk(&hub).await;
    for path in ["/feed.", "/s/news/feed.", "/g/%E9%9B%86%E5%9B%A2/feed."] {
        for (format, named) in [
            ("atom", format!(r#"<link rel="hub" href="{}/"/>"#, hub.url)),
            (
                "rss",
                format!(r#"<atom:link rel="hub" href="{}/"/>"#, hub.url),
            ),
            (
                "json",
                format!(r#"[{{"type":"WebSub","url":"{}/"}}]"#, hub.url),
            ),
        ] {
            let answer = desk.get(&format!("{path}{format}")).send().await.unwrap();
            let own = format!("{HOME}{path}{format}");
            let links = format!(r#"<{}/>; rel="hub", <{own}>; rel="self""#, hub.url);
            assert_eq!(answer.headers()["link"], links);
            let feed = answer.text().await.unwrap();
            assert!(feed.contains(&named), "{named}: {feed}");
            assert!(feed.contains(&own), "{own}: {feed}");
        }
    }
    for path in ["/feed.atom?q=x", "/feed.rss?from=2022-11-20"] {
        let answer = desk.get(path).send().await.unwrap();
        assert!(!answer.headers().contains_key("link"), "{path}");
        assert!(!answer.text().await.unwrap().contains("rel=\"hub\""));
    }
    let private = desk.get("/feed.atom").bearer_auth(ADMIN_TOKEN);
    let private = private.send().await.unwrap();
    assert!(!private.headers().contains_key("link"));
}

#[tokio::test]
async fn the_hub_hears_of_each_feed_that_has_something_new_and_of_nothing_private() {
    let hub = hub().await;
    let desk = desk(&hub).await;
    desk.publish("inside", "1", "关于内部调整的通报").await;
    desk.publish("notices", "1", "关于放假的通知").await;
    let expected = feeds(&["", "s/notices/", "g/%E9%9B%86%E5%9B%A2/"]);
    let first = hub.until_taken(expected.len()).await;
    assert_eq!(first.iter().map(feed_of).collect::<BTreeSet<_>>(), expected);
    desk.publish("news", "1", "关于停电的通知").await;
    let all = hub.until_taken(first.len() + 6).await;
    let rest = all[first.len()..].iter().map(feed_of);
    assert_eq!(rest.collect::<BTreeSet<_>>(), feeds(&["", "s/news/"]));
}

#[tokio::test]
async fn a_hub_that_takes_nothing_is_notified_again_and_the_status_says_so() {
    let hub = hub().await;
    hub.fault(Fault::Answer(
        Reply::refused(503, "").with("retry-after", "1"),
    ));
    hub.fault(Fault::Dropped);
    let desk = desk(&hub).await;
    let problems = async || {
        let ready = desk.get("/readyz").send().await.unwrap();
        let text = ready.text().await.unwrap();
        text.contains("\"where\":\"WebSub hub\"")
    };
    assert!(!problems().await);
    desk.publish("news", "1", "关于停电的通知").await;
    while !problems().await {
        tokio::task::yield_now().await;
    }
    let taken = hub.until_taken(6).await;
    let taken: BTreeSet<_> = taken.iter().map(feed_of).collect();
    assert_eq!(taken, feeds(&["", "s/news/"]));
    while problems().await {
        tokio::task::yield_now().await;
    }
}

#[test]
fn a_hub_needs_the_public_address_of_the_pages() {
    let file = std::path::Path::new("noticast.toml");
    let check = |text: &str| Config::check(text, file);
    let alone = check("[web]\nhub = \"https://hub.example.org/\"\n").unwrap_err();
    assert_eq!(
        alone.problems,
        [
            "noticast.toml:2:7: a hub needs the public addresses of the feeds; expected `public_url` beside it"
        ]
    );
    let whole =
        "[web]\npublic_url = \"https://news.example.org\"\nhub = \"https://hub.example.org/\"\n";
    let config = check(whole).unwrap();
    assert_eq!(config.web.hub.unwrap().as_str(), "https://hub.example.org/");
}
