//! Tests that the demo's site behaves like any other site.

use std::{path::PathBuf, time::Duration};

use noticast::newsroom::{self, NewsroomLanguage};
use reqwest::{Client, Response};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

struct Newsroom {
    url: String,
    client: Client,
    stop: CancellationToken,
    served: JoinHandle<std::io::Result<()>>,
}

impl Newsroom {
    async fn open(ledger: PathBuf, every: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let stop = CancellationToken::new();
        Self {
            url,
            client: Client::builder().no_proxy().build().unwrap(),
            served: tokio::spawn(newsroom::serve(
                listener,
                every,
                ledger,
                NewsroomLanguage::Chinese,
                stop.clone(),
            )),
            stop,
        }
    }

    async fn get(&self, path: &str) -> Response {
        let answer = self.client.get(format!("{}{path}", self.url)).send().await;
        answer.unwrap().error_for_status().unwrap()
    }

    async fn text(&self, path: &str) -> String {
        self.get(path).await.text().await.unwrap()
    }

    async fn close(self) {
        self.stop.cancel();
        self.served.await.unwrap().unwrap();
    }
}

const SELDOM: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn it_has_a_list_in_utf8_one_in_gbk_and_a_feed() {
    let state = tempfile::tempdir().unwrap();
    let site = Newsroom::open(state.path().join("ledger"), SELDOM).await;
    let paths: Vec<_> = newsroom::desks(NewsroomLanguage::Chinese)
        .iter()
        .map(|desk| desk.path)
        .collect();
    let utf8 = site.text(paths[0]).await;
    assert_eq!(utf8.matches("<span class=\"date\">").count(), 20);
    let gbk = site.get(paths[1]).await;
    assert_eq!(gbk.headers()["content-type"], "text/html");
    let gbk = gbk.bytes().await.unwrap();
    let (text, _, is_broken) = encoding_rs::GBK.decode(&gbk);
    assert!(!is_broken && std::str::from_utf8(&gbk).is_err());
    assert!(text.contains("charset=gb2312") && text.contains("集团要闻"));
    let feed = site.get(paths[2]).await.bytes().await.unwrap();
    let feed = feed_rs::parser::parse(feed.as_ref()).unwrap();
    assert_eq!(feed.entries.len(), 20);
    assert!(feed.entries.iter().all(|entry| entry.published.is_some()));
    site.close().await;
}

#[tokio::test]
async fn articles_and_their_files_are_really_there() {
    let state = tempfile::tempdir().unwrap();
    let site = Newsroom::open(state.path().join("ledger"), SELDOM).await;
    let link = regex::Regex::new(r#"<a href="(\d+\.html)" title="([^"]+)""#).unwrap();
    let file = regex::Regex::new(r#"href="(/files/[^"]+)""#).unwrap();
    let list = site.text("/tzgg/index.html").await;
    let mut files = 0;
    for row in link.captures_iter(&list) {
        let article = site.text(&format!("/tzgg/{}", &row[1])).await;
        assert!(article.contains(&format!("<h1>{}</h1>", &row[2])));
        for found in file.captures_iter(&article) {
            let bytes = site.get(&found[1]).await.bytes().await.unwrap();
            assert!(bytes.starts_with(b"%PDF-") || bytes.starts_with("\u{feff}".as_bytes()));
            files += 1;
        }
    }
    assert!(files > 10);
    assert!(site.text("/tzgg/index.html").await.contains("共1页"));
    site.close().await;
}

#[tokio::test]
async fn an_unchanged_page_is_not_sent_again() {
    let state = tempfile::tempdir().unwrap();
    let site = Newsroom::open(state.path().join("ledger"), SELDOM).await;
    let first = site.get("/jtyw/index.html").await;
    for (name, from) in [
        ("if-none-match", "etag"),
        ("if-modified-since", "last-modified"),
    ] {
        let again = site.client.get(format!("{}/jtyw/index.html", site.url));
        let again = again.header(name, first.headers()[from].clone());
        assert_eq!(again.send().await.unwrap().status(), 304, "{name}");
    }
    site.close().await;
}

#[tokio::test]
async fn it_publishes_on_and_on_and_a_restart_goes_on_where_it_was() {
    let state = tempfile::tempdir().unwrap();
    let ledger = state.path().join("ledger");
    let often = Duration::from_millis(20);
    let site = Newsroom::open(ledger.clone(), often).await;
    let article = |number: u64| format!("/tzgg/{number}.html");
    // The first sixty exist at the start; every third is this desk's.
    while site
        .client
        .get(format!("{}{}", site.url, article(66)))
        .send()
        .await
        .unwrap()
        .status()
        != 200
    {
        tokio::time::sleep(often).await;
    }
    let before = site.text(&article(63)).await;
    site.close().await;

    let site = Newsroom::open(ledger, SELDOM).await;
    assert_eq!(site.text(&article(63)).await, before);
    assert!(site.text("/tzgg/index.html").await.contains("66.html"));
    site.close().await;
}
