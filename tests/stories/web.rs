//! Tests the pages in a browser, and the feeds in a reader.

use chrono::{DateTime, Duration, Utc};
use noticast::bulletin::{Attachment, Channel, ChannelKind, Language, TelegramChat};
use serde_json::Value;

use crate::support::desk::{ADMIN_TOKEN, Desk, config, found, notice, with_text};

#[tokio::test]
async fn the_channel_page_shows_public_bulletins_newest_first() {
    let desk = Desk::with_baselines().await;
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
async fn a_page_is_shown_as_it_should_be() {
    let desk = Desk::with_baselines().await;
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
            size: Some(24_000),
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
    let desk = Desk::with_baselines().await;
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
    let desk = Desk::with_baselines().await;
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
    assert!(!page.contains("<script>"));
}

#[tokio::test]
async fn hostile_text_stays_text() {
    let desk = Desk::with_baselines().await;
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
            size: None,
        }];
    }
    let id = desk.admit("notices", new, Utc::now()).await;
    for path in ["/", &format!("/b/{id}")] {
        let page = desk.page(path).await;
        for forbidden in ["<script>", "<img src=x", "<svg", "<b>x", "\u{0}", "\u{1b}"] {
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
    let desk = Desk::with_baselines().await;
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
    let desk = Desk::with_baselines().await;
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

#[tokio::test]
async fn feeds_are_valid_and_unchanged_ones_cost_nothing() {
    let desk = Desk::with_baselines().await;
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
async fn a_correction_reaches_readers_of_feeds_and_files_come_along() {
    let desk = Desk::with_baselines().await;
    let (then, now) = (Utc::now() - Duration::hours(3), Utc::now());
    let mut new = with_text(notice("notices", "1", "关于放假的通知"), "放假三天。");
    new.article.as_mut().unwrap().attachments = vec![
        Attachment {
            url: "https://www.example.com/files/1.docx?a=1&b=2".to_owned(),
            name: "值班表.docx".to_owned(),
            size: Some(24_000),
        },
        Attachment {
            url: "https://www.example.com/get?id=7".to_owned(),
            name: "附件".to_owned(),
            size: None,
        },
    ];
    desk.admit("notices", new, then).await;
    let feed = || async {
        let answer = desk.get("/feed.atom").send().await.unwrap();
        let modified = answer.headers()["last-modified"]
            .to_str()
            .unwrap()
            .to_owned();
        let feed = feed_rs::parser::parse(answer.bytes().await.unwrap().as_ref()).unwrap();
        (modified, feed)
    };
    let (modified, before) = feed().await;
    let seconds = |time: DateTime<Utc>| time.timestamp();
    assert_eq!(seconds(before.entries[0].updated.unwrap()), seconds(then));
    let files = before.entries[0].links.iter();
    let files: Vec<_> = files
        .filter(|link| link.rel.as_deref() == Some("enclosure"))
        .map(|link| (link.href.as_str(), link.media_type.as_deref(), link.length))
        .collect();
    let word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    assert_eq!(
        files,
        [
            (
                "https://www.example.com/files/1.docx?a=1&b=2",
                Some(word),
                Some(24_000)
            ),
            (
                "https://www.example.com/get?id=7",
                Some("application/octet-stream"),
                None
            ),
        ]
    );

    let corrected = notice("notices", "1", "关于放假安排的通知");
    let known = notice("notices", "0", "从前的通知");
    desk.poll("notices", vec![found(corrected), found(known)], now)
        .await;
    let since = desk
        .get("/feed.atom")
        .header("if-modified-since", &modified);
    assert_eq!(since.send().await.unwrap().status(), 200);
    let (later, after) = feed().await;
    let entry = &after.entries[0];
    assert_eq!(entry.id, before.entries[0].id);
    assert_eq!(entry.title.as_ref().unwrap().content, "关于放假安排的通知");
    assert_eq!(seconds(entry.updated.unwrap()), seconds(now));
    assert_eq!(seconds(after.updated.unwrap()), seconds(now));
    assert_eq!(
        DateTime::parse_from_rfc2822(&later).unwrap().timestamp(),
        seconds(now)
    );
    let json: Value = serde_json::from_str(&desk.page("/feed.json").await).unwrap();
    let item = &json["items"][0];
    let time: DateTime<Utc> = item["date_modified"].as_str().unwrap().parse().unwrap();
    assert_eq!(seconds(time), seconds(now));
    assert_eq!(item["attachments"][0]["mime_type"], word);
    assert_eq!(item["attachments"][0]["size_in_bytes"], 24_000);
    assert_eq!(item["attachments"][1]["title"], "附件");
}

#[tokio::test]
async fn what_was_held_reaches_readers_who_ask_by_time_alone() {
    let desk = Desk::with_baselines().await;
    let held = desk.hold("news", 12).await;
    desk.publish("notices", "1", "关于放假的通知").await;
    let answer = desk.get("/feed.atom").send().await.unwrap();
    let modified = answer.headers()["last-modified"]
        .to_str()
        .unwrap()
        .to_owned();
    let released = format!("{{\"publish\":[{}]}}", held[0]);
    assert_eq!(desk.posted("/api/v1/held", &released).await.0, 200);
    let since = desk
        .get("/feed.atom")
        .header("if-modified-since", &modified);
    assert_eq!(since.send().await.unwrap().status(), 200);
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
            documents: false,
            buttons: true,
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
async fn on_every_address_of_a_machine_the_one_that_was_asked_is_shown() {
    let mut named = config();
    named.web.hosts = vec![url::Host::parse("board.example.com").unwrap()];
    let desk = Desk::open_at("0.0.0.0:0", named.clone(), true).await;
    let asked = |host: &'static str| desk.get("/feed.json").header("host", host).send();
    for (host, home) in [
        ("board.example.com:8787", "http://board.example.com:8787/"),
        ("192.0.2.1:8787", "http://192.0.2.1:8787/"),
    ] {
        let feed: Value = asked(host).await.unwrap().json().await.unwrap();
        assert_eq!(feed["home_page_url"], home, "{host}");
    }
    for host in ["reader@board.example.com", "board.example.com/x\"><y>"] {
        assert_eq!(asked(host).await.unwrap().status(), 421, "{host}");
    }
    let here = Desk::open_with(named, true).await;
    let feed = here.get("/feed.json").header("host", "board.example.com");
    let feed: Value = feed.send().await.unwrap().json().await.unwrap();
    assert_eq!(feed["home_page_url"], format!("{}/", here.url));
}
