//! What people see in a browser, readers in a feed, machines at the API.

use chrono::Utc;
use noticast::bulletin::{Attachment, Channel, ChannelKind, Language, TelegramChat};
use serde_json::{Value, json};

use crate::support::desk::{
    ADMIN_TOKEN, Desk, INSTANCE_TOKEN, METRICS_TOKEN, config, found, json as answer, notice,
    with_text,
};

async fn with_baselines() -> Desk {
    let desk = Desk::open().await;
    for source in ["notices", "news", "inside"] {
        desk.baseline(source).await;
    }
    desk
}

#[tokio::test]
async fn the_channel_page_shows_public_bulletins_newest_first() {
    let desk = with_baselines().await;
    desk.publish("notices", "1", "关于元旦放假的通知").await;
    desk.publish("news", "2", "新生产线投产").await;
    desk.publish("inside", "3", "只给内部看的").await;
    let page = desk.page("/").await;
    let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("no {text}"));
    assert!(place("新生产线投产") < place("关于元旦放假的通知"));
    assert!(place("关于元旦放假的通知") < place("从前的通知"));
    assert!(!page.contains("只给内部看的") && !page.contains("内部通报"));
    let of_one = desk.page("/?source=news").await;
    assert!(of_one.contains("新生产线投产") && !of_one.contains("元旦"));
}

#[tokio::test]
async fn a_page_looks_as_it_should() {
    let desk = with_baselines().await;
    let mut new = with_text(
        notice("notices", "1", "关于元旦放假的通知"),
        "各部门：元旦放假三天。\n请安排好值班。",
    );
    if let Some(article) = &mut new.article {
        article.publisher = Some("办公室".to_owned());
        article.deadline = "2022-12-28".to_owned().try_into().ok();
        article.attachments = vec![Attachment {
            url: "https://www.example.com/files/1.csv".to_owned(),
            name: "值班表.csv".to_owned(),
        }];
    }
    desk.admit("notices", new, Utc::now()).await;
    let port = desk.url.rsplit(':').next().unwrap_or_default().to_owned();
    let filtered = |page: String| {
        let page = page.replace(&port, "PORT");
        let seen = regex::Regex::new(r"v=[0-9a-f]{8}").unwrap();
        seen.replace_all(&page, "v=STYLE").into_owned()
    };
    insta::assert_snapshot!(
        "channel_page",
        filtered(desk.page("/?source=notices").await)
    );
    insta::assert_snapshot!("bulletin_page", filtered(desk.page("/b/4").await));
}

#[tokio::test]
async fn long_lists_go_on_below() {
    let desk = with_baselines().await;
    for number in 1..=45 {
        desk.publish("news", &number.to_string(), &format!("要闻第{number}条"))
            .await;
    }
    let mut path = "/?source=news".to_owned();
    let mut seen = Vec::new();
    let link = regex::Regex::new(r#"href="b/(\d+)""#).unwrap();
    let more = regex::Regex::new(r#"class="more" href="\./([^"]+)""#).unwrap();
    loop {
        let page = desk.page(&path).await;
        let ids = link
            .captures_iter(&page)
            .map(|found| found[1].parse::<u64>());
        seen.extend(ids.map(Result::unwrap));
        let Some(next) = more.captures(&page) else {
            break;
        };
        path = format!("/{}", next[1].replace("&amp;", "&"));
    }
    assert_eq!(seen.len(), 46);
    assert!(seen.is_sorted_by(|a, b| a > b), "{seen:?}");
}

#[tokio::test]
async fn a_search_finds_all_its_words_and_says_when_it_finds_none() {
    let desk = with_baselines().await;
    let text = "会议定于周五召开。\n请带好工卡。";
    let new = with_text(notice("notices", "1", "关于召开年会的通知"), text);
    desk.admit("notices", new, Utc::now()).await;
    desk.publish("notices", "2", "关于停电的通知").await;
    let page = desk
        .page("/?q=%E9%80%9A%E7%9F%A5%20%E5%B7%A5%E5%8D%A1")
        .await;
    assert!(page.contains("年会") && !page.contains("停电"));
    let page = desk.page("/?q=%3Cscript%3E").await;
    assert!(page.contains("没有找到相关通知"));
    assert!(!page.contains("<script"));
}

#[tokio::test]
async fn hostile_text_stays_text() {
    let desk = with_baselines().await;
    let title = r#"<script>alert("1")</script>' onload=x"#;
    let mut new = with_text(
        notice("notices", "1", title),
        "</div><img src=x onerror=alert(1)>\n]]><b>&amp;",
    );
    new.notice.url = "javascript:alert(document.domain)".to_owned();
    if let Some(article) = &mut new.article {
        article.publisher = Some("\"><svg/onload=alert(1)>\u{0}\u{1b}".to_owned());
        article.attachments = vec![Attachment {
            url: "data:text/html,<script>1</script>".to_owned(),
            name: "<b>x".to_owned(),
        }];
    }
    let id = desk.admit("notices", new, Utc::now()).await;
    for path in ["/", &format!("/b/{id}")] {
        let page = desk.page(path).await;
        for forbidden in ["<script", "<img src=x", "<svg", "<b>x", "\u{0}", "\u{1b}"] {
            assert!(!page.contains(forbidden), "{forbidden} in {path}");
        }
        for scheme in ["href=\"javascript:", "href=\"data:"] {
            assert!(!page.contains(scheme), "{scheme} in {path}");
        }
    }
    let feed = feed_rs::parser::parse(desk.page("/feed.atom").await.as_bytes()).unwrap();
    assert_eq!(feed.entries[0].title.as_ref().unwrap().content, title);
}

#[tokio::test]
async fn every_answer_forbids_scripts_and_frames() {
    let desk = with_baselines().await;
    for path in [
        "/",
        "/b/1",
        "/feed.json",
        "/healthz",
        "/nowhere",
        "/style.css",
        "/api/v1/held",
    ] {
        let answer = desk.get(path).send().await.unwrap();
        let headers = answer.headers();
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
    }
}

#[tokio::test]
async fn held_and_private_bulletins_show_to_a_token_alone() {
    let desk = with_baselines().await;
    let private = desk.publish("inside", "3", "只给内部看的").await;
    let path = format!("/b/{private}");
    assert_eq!(desk.get(&path).send().await.unwrap().status(), 404);
    let with_token = desk.get(&path).bearer_auth(ADMIN_TOKEN);
    let with_token = with_token.send().await.unwrap();
    assert_eq!(with_token.status(), 200);
    assert_eq!(with_token.headers()["cache-control"], "no-store");
    for path in ["/?source=inside", "/s/inside/feed.atom"] {
        assert_eq!(desk.get(path).send().await.unwrap().status(), 404, "{path}");
    }
    assert!(!desk.page("/feed.atom").await.contains("只给内部看的"));
    let wrong = desk.get("/").bearer_auth("wrong").send().await.unwrap();
    assert_eq!(wrong.status(), 401);
}

/// A redesign: nothing on the page is known, and nothing is dated after what was.
async fn hold(desk: &Desk, source: &str, count: usize) -> Vec<u64> {
    let rows = (0..count).map(|row| {
        let mut notice = notice(
            source,
            &format!("moved-{row}"),
            &format!("改版后的第{row}条"),
        );
        notice.published = None;
        found(notice)
    });
    let admitted = desk.look(source, rows.collect(), Utc::now()).await;
    assert_eq!(admitted.held.len(), count, "{admitted:?}");
    admitted.held.iter().map(|id| id.0).collect()
}

#[tokio::test]
async fn an_admin_settles_what_is_held() {
    let desk = with_baselines().await;
    let held = hold(&desk, "notices", 6).await;
    assert_eq!(
        desk.get(&format!("/b/{}", held[0]))
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
    assert!(!desk.page("/").await.contains("改版后"));
    let (_, listed) = desk.asked("/api/v1/held").await;
    assert_eq!(listed["items"].as_array().unwrap().len(), 6);
    let (_, sources) = desk.asked("/api/v1/sources?state=held").await;
    assert_eq!(sources["items"][0]["id"], "notices");

    let body = json!({ "publish": [held[0]], "seen": [held[1]] }).to_string();
    let (status, settled) = desk.told("/api/v1/held", &body).await;
    assert_eq!(status, 200, "{settled}");
    assert_eq!(
        settled,
        json!({ "published": [held[0]], "seen": [held[1]] })
    );
    let (status, settled) = desk.told("/api/v1/held", r#"{"newest": 1}"#).await;
    assert_eq!(status, 200, "{settled}");
    assert_eq!(settled["published"].as_array().unwrap().len(), 1);
    assert_eq!(settled["seen"].as_array().unwrap().len(), 3);
    let (_, listed) = desk.asked("/api/v1/held").await;
    assert_eq!(listed["items"], json!([]));
    for body in [
        "{}",
        r#"{"publish":"some"}"#,
        r#"{"newest":1,"seen":"all"}"#,
        r#"{"x":1}"#,
        "[",
    ] {
        let (status, problem) = desk.told("/api/v1/held", body).await;
        assert_eq!((status, &problem["status"]), (400, &json!(400)), "{body}");
    }
}

#[tokio::test]
async fn feeds_are_valid_and_unchanged_ones_cost_nothing() {
    let desk = with_baselines().await;
    let text = "第一段 <b> & 其他。\n第二段。";
    let new = with_text(notice("notices", "1", "关于放假的通知"), text);
    desk.admit("notices", new, Utc::now()).await;
    desk.publish("news", "2", "新生产线投产").await;
    for (path, entries) in [
        ("/feed.atom", 2),
        ("/feed.json", 2),
        ("/s/news/feed.atom", 1),
    ] {
        let answer = desk.get(path).send().await.unwrap();
        let etag = answer.headers()["etag"].to_str().unwrap().to_owned();
        let modified = answer.headers()["last-modified"]
            .to_str()
            .unwrap()
            .to_owned();
        let feed = feed_rs::parser::parse(answer.bytes().await.unwrap().as_ref()).unwrap();
        assert_eq!(feed.entries.len(), entries, "{path}");
        assert!(
            feed.entries.iter().all(|entry| entry.published.is_some()),
            "{path}"
        );
        for (name, value) in [("if-none-match", &etag), ("if-modified-since", &modified)] {
            let again = desk.get(path).header(name, value).send().await.unwrap();
            assert_eq!(again.status(), 304, "{path} {name}");
            assert_eq!(again.bytes().await.unwrap().len(), 0);
        }
        let other = desk.get(path).header("if-none-match", "\"other\"");
        assert_eq!(other.send().await.unwrap().status(), 200, "{path}");
    }
    let feed: Value = serde_json::from_str(&desk.page("/feed.json").await).unwrap();
    assert_eq!(feed["version"], "https://jsonfeed.org/version/1.1");
    assert_eq!(
        feed["items"][1]["date_published"],
        "2022-11-20T00:00:00+08:00"
    );
    let content = feed["items"][1]["content_html"].as_str().unwrap();
    assert!(
        content.contains("<p>第一段 &lt;b&gt; &amp; 其他。</p>"),
        "{content}"
    );
}

#[tokio::test]
async fn the_api_needs_a_token_whatever_is_asked() {
    let desk = with_baselines().await;
    for path in ["/api/v1/sources", "/api/v1/nowhere", "/api/v1/export"] {
        let request = desk.get(path);
        let refused = request.send().await.unwrap();
        assert_eq!(
            refused.headers()["www-authenticate"],
            "Bearer realm=\"noticast\""
        );
        assert_eq!(
            refused.headers()["content-type"],
            "application/problem+json"
        );
        assert_eq!(refused.status(), 401, "{path}");
        for token in ["wrong", METRICS_TOKEN, ""] {
            let refused = desk.get(path).bearer_auth(token).send().await.unwrap();
            assert_eq!(refused.status(), 401, "{path} {token}");
        }
    }
    let command = desk.get("/api/v1/sources").bearer_auth(INSTANCE_TOKEN);
    assert_eq!(command.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn the_api_lists_what_the_contract_says() {
    let desk = with_baselines().await;
    let id = desk.publish("notices", "1", "关于元旦放假的通知").await;
    let keys =
        |value: &Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };
    let (_, sources) = desk.asked("/api/v1/sources").await;
    assert_eq!(sources["next"], Value::Null);
    assert_eq!(
        keys(&sources["items"][0]).join(" "),
        "id name url kind schedule state last_polled last_changed next_poll error bulletins"
    );
    let (_, channels) = desk.asked("/api/v1/channels").await;
    let first = &channels["items"][0];
    assert_eq!(
        keys(first).join(" "),
        "id kind name sources mode state queued sent failed error"
    );
    assert_eq!(
        (&first["sources"], &first["queued"]),
        (&json!(["*"]), &json!(1))
    );
    let (_, bulletins) = desk.asked("/api/v1/bulletins?state=published").await;
    assert_eq!(bulletins["items"][0]["id"], id.0);
    let (_, one) = desk.asked(&format!("/api/v1/bulletins/{id}")).await;
    assert_eq!(one, bulletins["items"][0]);
    let (_, deliveries) = desk.asked("/api/v1/deliveries?channel=terminal").await;
    let first = &deliveries["items"][0];
    assert_eq!(first["bulletin"], id.0);
    assert_eq!(
        (&first["kind"], &first["state"]),
        (&json!("new"), &json!("queued"))
    );
    assert_eq!(
        keys(first).join(" "),
        "id bulletin channel kind state attempts message error queued_at due_at sent_at"
    );
}

#[tokio::test]
async fn lists_of_the_api_go_on_by_their_cursor() {
    let desk = with_baselines().await;
    for number in 1..=7 {
        desk.publish("news", &number.to_string(), &format!("要闻第{number}条"))
            .await;
    }
    for (list, total) in [("bulletins", 10), ("deliveries", 7), ("sources", 3)] {
        let mut cursor = String::new();
        let mut seen = 0;
        loop {
            let (status, page) = desk.asked(&format!("/api/v1/{list}?limit=3{cursor}")).await;
            assert_eq!(status, 200, "{page}");
            seen += page["items"].as_array().unwrap().len();
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(seen, total, "{list}");
    }
    let (_, all) = desk.asked("/api/v1/bulletins?limit=0").await;
    assert_eq!(all["items"].as_array().unwrap().len(), 10);
}

#[tokio::test]
async fn wrong_requests_are_told_what_is_wrong() {
    let desk = with_baselines().await;
    for (path, status, part) in [
        ("/api/v1/bulletins?colour=red", 400, "colour"),
        ("/api/v1/bulletins?limit=many", 400, "limit"),
        ("/api/v1/bulletins?state=sent", 400, "sent"),
        ("/api/v1/bulletins?since=yesterday", 400, "since"),
        ("/api/v1/bulletins?cursor=x", 400, "cursor"),
        ("/api/v1/channels?since=2022-11-20T00:00:00Z", 400, "since"),
        ("/api/v1/sources?channel=nobody", 404, "nobody"),
        ("/api/v1/held?state=published", 400, "state"),
        ("/api/v1/bulletins/99", 404, "99"),
        ("/api/v1/nowhere", 404, "nothing"),
        ("/api/v1/reload", 405, "Allow"),
        ("/b/99", 404, "99"),
        ("/b/x", 404, "x"),
        ("/?source=nobody", 404, "nobody"),
        ("/?before=x", 400, "before"),
        ("/admin", 404, "nothing"),
    ] {
        let (got, problem) = desk.asked(path).await;
        assert_eq!(
            (got, &problem["status"]),
            (status, &json!(status)),
            "{path}: {problem}"
        );
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(part), "{path}: {detail}");
    }
    let large = "x".repeat(70_000);
    let (status, _) = desk.told("/api/v1/held", &large).await;
    assert_eq!(status, 413);
    let missing = desk.get("/nowhere").header("accept", "text/html,*/*;q=0.8");
    let missing = missing.send().await.unwrap();
    assert_eq!(missing.status(), 404);
    assert!(
        missing
            .text()
            .await
            .unwrap()
            .contains("<h1>没有这个页面</h1>")
    );
}

#[tokio::test]
async fn a_rebroadcast_happens_once_for_each_request_id() {
    let desk = with_baselines().await;
    let id = desk.publish("notices", "1", "关于元旦放假的通知").await;
    let path = format!("/api/v1/bulletins/{id}/rebroadcast");
    let body = r#"{"note":"请留意","request_id":"r1"}"#;
    let (status, first) = desk.told(&path, body).await;
    assert_eq!(status, 200, "{first}");
    assert_eq!(first["deliveries"][0]["kind"], "rebroadcast");
    let (_, again) = desk.told(&path, body).await;
    assert_eq!(first["deliveries"][0]["id"], again["deliveries"][0]["id"]);
    let (_, other) = desk.told(&path, "").await;
    assert_ne!(first["deliveries"][0]["id"], other["deliveries"][0]["id"]);
    for (path, body, status) in [
        ("/api/v1/bulletins/99/rebroadcast", "{}", 404),
        (path.as_str(), r#"{"channels":["nobody"]}"#, 404),
        (path.as_str(), r#"{"channels":[]}"#, 400),
        (path.as_str(), r#"{"to":"x"}"#, 400),
    ] {
        assert_eq!(desk.told(path, body).await.0, status, "{path} {body}");
    }
    let held = hold(&desk, "news", 6).await[0];
    let path = format!("/api/v1/bulletins/{held}/rebroadcast");
    assert_eq!(desk.told(&path, "{}").await.0, 409);
}

#[tokio::test]
async fn a_poll_answers_when_the_look_is_done() {
    let desk = with_baselines().await;
    let (status, looked) = desk.told("/api/v1/sources/notices/poll", "").await;
    assert_eq!(
        (status, &looked["new"], &looked["held"]),
        (200, &json!([]), &json!(0))
    );
    assert!(
        looked["error"].is_string(),
        "nobody listens on port 9: {looked}"
    );
    assert_eq!(desk.told("/api/v1/sources/nobody/poll", "").await.0, 404);
}

#[tokio::test]
async fn a_reload_tells_whether_the_config_was_taken() {
    let mut desk = with_baselines().await;
    let mut reloads = std::mem::replace(&mut desk.reloads, tokio::sync::mpsc::channel(1).1);
    let app = tokio::spawn(async move {
        for answer in [Ok(()), Err("noticast.toml:1:1: unknown key".to_owned())] {
            let reload = reloads.recv().await.unwrap();
            reload.send(answer).unwrap();
        }
    });
    assert_eq!(
        desk.told("/api/v1/reload", "").await,
        (200, json!({ "status": "ok" }))
    );
    let (status, problem) = desk.told("/api/v1/reload", "").await;
    assert_eq!(status, 422);
    assert_eq!(problem["detail"], "noticast.toml:1:1: unknown key");
    app.await.unwrap();
}

async fn readiness(desk: &Desk) -> (u16, Vec<String>) {
    let (status, report) = answer(desk.get("/readyz").send().await.unwrap()).await;
    let places = report["problems"].as_array().unwrap().iter();
    (
        status,
        places
            .map(|p| p["where"].as_str().unwrap().to_owned())
            .collect(),
    )
}

#[tokio::test]
async fn it_is_ready_when_the_schedule_runs_and_nothing_but_us_is_late() {
    let desk = with_baselines().await;
    let (status, report) = answer(desk.get("/healthz").send().await.unwrap()).await;
    assert_eq!(
        (status, report),
        (200, json!({ "status": "ok", "problems": [] }))
    );
    assert_eq!(readiness(&desk).await, (503, vec!["schedule".to_owned()]));

    let (watch, stop) = (desk.watch.clone(), desk.stop.child_token());
    let running = tokio::spawn(async move { watch.run(stop).await });
    while !desk.watch.is_running() {
        tokio::task::yield_now().await;
    }
    // A failing source is listed, and is no reason not to be ready.
    desk.told("/api/v1/sources/notices/poll", "").await;
    let (status, places) = readiness(&desk).await;
    assert_eq!(status, 200);
    assert!(
        places.contains(&"source `notices`".to_owned()),
        "{places:?}"
    );
    // Neither are private sources, which are not even named.
    desk.told("/api/v1/sources/inside/poll", "").await;
    assert!(
        !readiness(&desk)
            .await
            .1
            .contains(&"source `inside`".to_owned())
    );

    let long_ago = Utc::now() - chrono::TimeDelta::minutes(11);
    let late = found(notice("news", "late", "迟到的要闻"));
    desk.admit("news", late, long_ago).await;
    let (status, places) = readiness(&desk).await;
    assert_eq!(
        (status, places.last().unwrap().as_str()),
        (503, "channel `terminal`")
    );
    let terminal = "terminal".parse().unwrap();
    desk.store
        .block_channel(&terminal, "gone", Utc::now())
        .await
        .unwrap();
    assert_eq!(readiness(&desk).await.0, 200);
    desk.stop.cancel();
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn metrics_are_prometheus_text_for_those_with_a_token() {
    let desk = with_baselines().await;
    desk.publish("notices", "1", "关于元旦放假的通知").await;
    assert_eq!(desk.get("/metrics").send().await.unwrap().status(), 401);
    let sample = r#"^[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [-+.e0-9]+$"#;
    let sample = regex::Regex::new(sample).unwrap();
    for token in [ADMIN_TOKEN, METRICS_TOKEN] {
        let answer = desk
            .get("/metrics")
            .bearer_auth(token)
            .send()
            .await
            .unwrap();
        let media = answer.headers()["content-type"].to_str().unwrap();
        assert!(media.starts_with("text/plain; version=0.0.4"), "{media}");
        let text = answer.text().await.unwrap();
        for line in text.lines().filter(|line| !line.starts_with("# ")) {
            assert!(sample.is_match(line), "{line}");
        }
        for series in [
            "noticast_bulletins 4",
            "noticast_deliveries_queued 1",
            "noticast_source_up{source=\"notices\"} 1",
            "noticast_channel_queued{channel=\"terminal\"} 1",
            "noticast_deliveries_total{channel=\"terminal\",state=\"sent\"} 0",
        ] {
            assert!(
                text.lines().any(|line| line == series),
                "{series} in {text}"
            );
        }
    }
}

#[tokio::test]
async fn without_pages_the_api_still_answers() {
    let desk = Desk::open_with(config(), false).await;
    for path in ["/", "/feed.atom", "/style.css"] {
        assert_eq!(desk.get(path).send().await.unwrap().status(), 404, "{path}");
    }
    assert_eq!(desk.asked("/api/v1/sources").await.0, 200);
    assert_eq!(desk.get("/healthz").send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn pages_say_where_to_subscribe_in_the_language_of_the_config() {
    let mut english = config();
    english.language = Language::En;
    english.web.public_url = "https://notices.example.com/board".parse().ok();
    english.channels.push(Channel::new(
        "chat".parse().unwrap(),
        ChannelKind::Telegram {
            chat: TelegramChat::Name("@example_notices".to_owned()),
            topic: None,
            silent: false,
        },
        english.time_zone,
    ));
    let desk = Desk::open_with(english, true).await;
    let page = desk.page("/").await;
    for part in [
        "<html lang=\"en\">",
        "https://t.me/example_notices",
        "https://notices.example.com/board/",
        "No bulletins yet",
        "src=\"qr.svg\"",
    ] {
        assert!(page.contains(part), "{part}");
    }
    assert!(desk.page("/qr.svg").await.contains("<svg"));
    let feed = feed_rs::parser::parse(desk.page("/feed.atom").await.as_bytes()).unwrap();
    assert_eq!(feed.id, "https://notices.example.com/board/feed.atom");
}

#[tokio::test]
async fn it_stops_within_a_second_whoever_is_connected() {
    let desk = with_baselines().await;
    // One idle connection, one that never ends its request.
    desk.page("/").await;
    let address = desk.url.trim_start_matches("http://");
    let mut slow = tokio::net::TcpStream::connect(address).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut slow, b"GET / HT")
        .await
        .unwrap();
    let begun = std::time::Instant::now();
    desk.stop.cancel();
    desk.served.await.unwrap().unwrap();
    assert!(begun.elapsed() < std::time::Duration::from_millis(1500));
}
