//! Tests strangers at the web: those who guess tokens, those who use a foreign name, and those who only hold
//! connections.

use std::time::{Duration, Instant};

use reqwest::{RequestBuilder, Response, header};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::desk::{ADMIN_TOKEN, Desk, INSTANCE_TOKEN, METRICS_TOKEN, config, json};

async fn sent(request: RequestBuilder) -> Response {
    request.send().await.unwrap()
}

fn from(request: RequestBuilder, address: &str) -> RequestBuilder {
    request.header("X-Forwarded-For", address)
}

/// Returns a desk behind a proxy on this machine.
async fn behind_a_proxy() -> Desk {
    let mut config = config();
    config.web.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    Desk::open_with(config, true).await
}

#[tokio::test]
async fn whoever_guesses_tokens_must_wait_and_others_need_not() {
    let desk = behind_a_proxy().await;
    let ask = |path: &str, token: &str, address: &str| {
        sent(from(desk.get(path), address).bearer_auth(token))
    };
    for path in ["/", "/metrics", "/readyz", "/feed.atom", "/api/v1/held"] {
        assert_eq!(
            ask(path, "wrong", "192.0.2.1").await.status(),
            401,
            "{path}"
        );
    }
    for path in ["/", "/metrics", "/readyz", "/feed.atom", "/api/v1/held"] {
        for token in ["wrong", ADMIN_TOKEN] {
            let answer = ask(path, token, "192.0.2.1").await;
            assert_eq!(answer.status(), 429, "{path}");
            let wait = answer.headers()[header::RETRY_AFTER].to_str().unwrap();
            assert!((1..=4).contains(&wait.parse::<u64>().unwrap()), "{wait}");
            let (_, problem) = json(answer).await;
            assert_eq!(problem["title"], "Too Many Requests");
        }
    }
    assert_eq!(ask("/", ADMIN_TOKEN, "192.0.2.2").await.status(), 200);
    // A client that shows no token is not guessing, and commands on this machine are admitted.
    assert_eq!(sent(from(desk.get("/"), "192.0.2.1")).await.status(), 200);
    let command = ask("/api/v1/held", INSTANCE_TOKEN, "192.0.2.1").await;
    assert_eq!(command.status(), 200);
    let metrics = ask("/metrics", METRICS_TOKEN, "192.0.2.2").await;
    let metrics = metrics.text().await.unwrap();
    for line in [
        "noticast_wrong_tokens_total{answer=\"refused\"} 5",
        "noticast_wrong_tokens_total{answer=\"delayed\"} 10",
    ] {
        assert!(metrics.lines().any(|seen| seen == line), "{line}");
    }
}

#[tokio::test]
async fn a_right_token_in_between_begins_the_count_anew() {
    let desk = Desk::with_baselines().await;
    for _ in 0..3 {
        for _ in 0..4 {
            let wrong = sent(desk.get("/api/v1/held").bearer_auth("wrong")).await;
            assert_eq!(wrong.status(), 401);
        }
        assert_eq!(desk.asked("/api/v1/held").await.0, 200);
    }
}

#[tokio::test]
async fn nobody_says_by_a_header_who_it_is_but_a_trusted_proxy() {
    let desk = Desk::with_baselines().await;
    let guess = |number: usize| {
        let request = from(desk.get("/api/v1/held"), &format!("192.0.2.{number}"));
        sent(request.bearer_auth("wrong"))
    };
    for number in 0..5 {
        assert_eq!(guess(number).await.status(), 401);
    }
    assert_eq!(guess(5).await.status(), 429);
}

#[tokio::test]
async fn only_names_that_lead_here_on_purpose_are_answered() {
    let mut config = config();
    config.web.public_url = "https://news.example.org/board/".parse().ok();
    config.web.hosts = vec![url::Host::parse("intranet").unwrap()];
    let desk = Desk::open_with(config, true).await;
    let ask = async |path: &str, host: &str| {
        let request = desk.get(path).header(header::HOST, host);
        sent(request.bearer_auth(ADMIN_TOKEN)).await
    };
    let paths = [
        "/",
        "/feed.json",
        "/healthz",
        "/metrics",
        "/api/v1/held",
        "/nowhere",
    ];
    for path in paths {
        for host in ["evil.example", "evil.example:80", "127.0.0.1.evil.example"] {
            let answer = ask(path, host).await;
            assert_eq!(answer.status(), 421, "{host}{path}");
            assert!(!answer.headers().contains_key("www-authenticate"));
            let (_, problem) = json(answer).await;
            let detail = problem["detail"].as_str().unwrap();
            assert!(detail.contains("`hosts` of `[web]`"), "{detail}");
        }
    }
    for host in ["localhost:1", "[::1]", "news.example.org", "INTRANET:8080"] {
        assert_eq!(ask("/", host).await.status(), 200, "{host}");
    }
}

async fn raw(desk: &Desk, request: &str) -> String {
    let mut stream = connect(desk).await;
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.lines().next().unwrap_or_default().to_owned()
}

async fn connect(desk: &Desk) -> TcpStream {
    let address = desk.url.trim_start_matches("http://");
    TcpStream::connect(address).await.unwrap()
}

#[tokio::test]
async fn a_name_that_is_missing_doubled_or_in_the_address_is_no_way_around() {
    let desk = Desk::with_baselines().await;
    for (request, status) in [
        ("GET /healthz HTTP/1.0\r\n\r\n", "HTTP/1.0 200 OK"),
        (
            "GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n",
            "HTTP/1.1 400 Bad Request",
        ),
        (
            "GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
            "HTTP/1.1 421 Misdirected Request",
        ),
        (
            "GET http://evil.example/healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            "HTTP/1.1 421 Misdirected Request",
        ),
    ] {
        assert_eq!(raw(&desk, request).await, status, "{request}");
    }
}

#[tokio::test]
async fn links_lead_where_the_proxy_was_asked() {
    let mut config = config();
    config.web.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    config.web.hosts = vec![url::Host::parse("news.example.org").unwrap()];
    let desk = Desk::open_with(config, true).await;
    let request = from(desk.get("/feed.json"), "192.0.2.1");
    let request = request.header(header::HOST, "news.example.org");
    let request = request.header("X-Forwarded-Proto", "https");
    let (_, feed) = json(sent(request).await).await;
    assert_eq!(feed["home_page_url"], "https://news.example.org/");
}

/// Checks that it answers at once regardless of other connections.
async fn is_there_for_others(desk: &Desk) {
    let begun = Instant::now();
    assert_eq!(
        desk.page("/healthz").await,
        r#"{"status":"ok","problems":[]}"#
    );
    let command = desk.get("/api/v1/sources").bearer_auth(INSTANCE_TOKEN);
    assert_eq!(sent(command).await.status(), 200);
    assert!(desk.page("/").await.contains("</html>"));
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_who_never_read_shut_nobody_out() {
    let desk = Desk::with_baselines().await;
    let request = "GET /style.css HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(40);
    let mut held = Vec::new();
    for _ in 0..1100 {
        let mut stream = connect(&desk).await;
        // It may be closed already, to make room for the next.
        let _ = stream.write_all(request.as_bytes()).await;
        held.push(stream);
    }
    is_there_for_others(&desk).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_connect_and_ask_nothing_or_slowly_shut_nobody_out() {
    let desk = Desk::with_baselines().await;
    let mut held = Vec::new();
    for number in 0..1500 {
        let mut stream = connect(&desk).await;
        if number % 2 == 0 {
            let _ = stream.write_all(b"GET /").await;
        }
        held.push(stream);
    }
    is_there_for_others(&desk).await;
}

#[tokio::test]
async fn a_head_of_a_hundred_kilobytes_is_refused() {
    let desk = Desk::with_baselines().await;
    let long = format!("/?q={}", "a".repeat(100_000));
    let answer = desk.get(&long).send().await;
    let status = answer.map(|answer| answer.status().as_u16());
    // A rejected client may still be sending, and then sees the connection end.
    assert!(matches!(status, Err(_) | Ok(414 | 431)), "{status:?}");
    is_there_for_others(&desk).await;
}

#[tokio::test]
async fn ten_thousand_sources_make_no_page_of_megabytes_and_all_are_found() {
    let mut many = config();
    let url = many.sources[0].url.clone();
    many.sources = (0..1000)
        .map(|number| {
            let id = format!("source-{number}").parse().unwrap();
            noticast::bulletin::Source::new(id, url.clone())
        })
        .collect();
    many.sources[7].public = false;
    let desk = Desk::open_with(many, true).await;
    let page = desk.page("/?source=source-999").await;
    assert!(page.len() < 20_000, "{}", page.len());
    // Each page lists the first ones, the chosen one, and the way to the rest.
    assert!(page.contains("source-3<") && page.contains("source-999<"));
    assert!(page.contains(r#"href="sources">全部来源 · 999"#));
    let (mut path, mut seen) = ("/sources".to_owned(), Vec::new());
    let link = regex::Regex::new(r#"\?source=source-(\d+)""#).unwrap();
    let more = regex::Regex::new(r#"href="(sources\?after=[^"]+)""#).unwrap();
    loop {
        let page = desk.page(&path).await;
        assert!(page.len() < 60_000, "{}", page.len());
        let ids = link.captures_iter(&page).map(|found| found[1].to_owned());
        seen.extend(ids.map(|id| id.parse::<usize>().unwrap()));
        let Some(next) = more.captures(&page) else {
            break;
        };
        path = format!("/{}", &next[1]);
    }
    assert_eq!(seen, (0..1000).filter(|id| *id != 7).collect::<Vec<_>>());
    let hidden = sent(desk.get("/sources?after=source-7")).await;
    assert_eq!(hidden.status(), 404);
}

#[tokio::test]
async fn a_thousand_chats_take_no_more_room_in_the_metrics_than_one() {
    let desk = Desk::with_baselines().await;
    let by = noticast::ops::Actor::of_user("somebody");
    let subscribe = async |chat: usize| {
        let approved = |_| {
            let mut chat = noticast::bulletin::Chat::new(chrono_tz::Asia::Shanghai);
            chat.standing = noticast::bulletin::Standing::Approved;
            chat.sources = Some(vec!["news".parse().unwrap()]);
            chat
        };
        let id = format!("telegram:{chat}").parse().unwrap();
        let asked = desk
            .store
            .change_chat(&id, approved, "subscribe", &by, chrono::Utc::now());
        asked.await.unwrap();
    };
    let metrics = async || {
        let request = desk.get("/metrics").bearer_auth(METRICS_TOKEN);
        sent(request).await.text().await.unwrap()
    };
    subscribe(1).await;
    let before = metrics().await;
    for chat in 2..=1000 {
        subscribe(chat).await;
    }
    desk.publish("news", "1", "给大家的要闻").await;
    let after = metrics().await;
    let line = |name: &str| after.lines().any(|line| line == name);
    assert!(line(r#"noticast_chats{state="ok"} 1000"#), "{after}");
    assert!(line("noticast_chats_queued 1000"), "{after}");
    assert_eq!(before.lines().count(), after.lines().count());
}

#[tokio::test]
async fn an_answer_of_the_api_is_bounded_and_its_next_goes_on() {
    let desk = Desk::with_baselines().await;
    let rows = (1..=600).map(|number| {
        let title = format!("从前的第{number}条");
        crate::support::desk::found(crate::support::desk::notice(
            "more",
            &number.to_string(),
            &title,
        ))
    });
    let mut config = config();
    let url = config.sources[0].url.clone();
    let more = noticast::bulletin::Source::new("more".parse().unwrap(), url);
    config.sources.push(more);
    let synced = desk.store.sync_config(&config.sources, &config.channels);
    synced.await.unwrap();
    desk.poll("more", rows.collect(), chrono::Utc::now()).await;
    for limit in ["0", "501", "100000"] {
        let (_, page) = desk
            .asked(&format!("/api/v1/bulletins?limit={limit}"))
            .await;
        assert_eq!(page["items"].as_array().unwrap().len(), 500, "{limit}");
        let next = page["next"].as_str().unwrap();
        let rest = format!("/api/v1/bulletins?limit={limit}&cursor={next}");
        let (_, page) = desk.asked(&rest).await;
        assert_eq!(page["items"].as_array().unwrap().len(), 103);
        assert_eq!(page["next"], serde_json::Value::Null);
    }
}

#[tokio::test]
async fn a_request_that_is_made_again_for_another_bulletin_is_a_conflict() {
    let desk = Desk::with_baselines().await;
    let first = desk.publish("news", "1", "要闻一").await;
    let second = desk.publish("news", "2", "要闻二").await;
    let ask = |id: noticast::bulletin::BulletinId| {
        let path = format!("/api/v1/bulletins/{id}/rebroadcast");
        let desk = &desk;
        async move { desk.posted(&path, r#"{"request_id":"once"}"#).await }
    };
    let (status, made) = ask(first).await;
    assert_eq!(status, 200);
    assert_eq!(ask(first).await, (200, made));
    let (status, problem) = ask(second).await;
    assert_eq!(status, 409);
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("`request_id`"), "{detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn searches_that_nobody_waits_for_hold_nobody_up() {
    let desk = Desk::with_baselines().await;
    for _ in 0..30 {
        let mut stream = connect(&desk).await;
        let search = b"GET /?q=nothing HTTP/1.1\r\nHost: localhost\r\n\r\n";
        stream.write_all(search).await.unwrap();
    }
    is_there_for_others(&desk).await;
    assert!(
        desk.page("/?q=%E4%BB%8E%E5%89%8D")
            .await
            .contains("从前的通知")
    );
}

#[tokio::test]
async fn a_feed_holds_the_beginning_of_a_text_of_megabytes_and_its_page_all_of_it() {
    let desk = Desk::with_baselines().await;
    let text = format!("{}全文完", "附表各行。\n".repeat(100_000));
    let new = crate::support::desk::notice("news", "1", "关于公布名单的通知");
    let new = crate::support::desk::with_text(new, &text);
    let id = desk.admit("news", new, chrono::Utc::now()).await;
    for feed in ["/feed.atom", "/feed.json", "/s/news/feed.atom"] {
        let feed = desk.page(feed).await;
        assert!(feed.len() < 300_000, "{}", feed.len());
        assert!(feed.contains("附表各行。") && feed.contains('…'));
    }
    assert!(desk.page(&format!("/b/{id}")).await.contains("全文完"));
}
