//! Tests the choices of readers on the channel page, and its feeds and calendar.

use chrono::{Datelike as _, Duration, Utc};
use noticast::{
    bulletin::{Attachment, Moment},
    config::Config,
};
use serde_json::Value;

use crate::support::desk::{Desk, config, notice, with_text};

/// Returns [`config`] with the public sources in groups.
fn grouped() -> Config {
    let mut config = config();
    config.sources[0].group = Some("总部".to_owned());
    config.sources[1].group = Some("总部 新闻".to_owned());
    config.sources[2].group = Some("内部".to_owned());
    config
}

async fn grouped_desk() -> Desk {
    let desk = Desk::open_with(grouped(), true).await;
    for source in ["notices", "news", "inside"] {
        desk.baseline(source).await;
    }
    desk
}

fn today() -> chrono::NaiveDate {
    let zone = config().time_zone;
    Utc::now().with_timezone(&zone).date_naive()
}

#[tokio::test]
async fn bulletins_stand_under_the_days_that_they_show() {
    let desk = Desk::with_baselines().await;
    let mut new = notice("notices", "1", "今天发布的通知");
    new.published = Some(Moment::Day(today()));
    desk.admit("notices", with_text(new, "正文"), Utc::now())
        .await;
    desk.publish("news", "2", "早些时候的新闻").await;
    let page = desk.page("/").await;
    let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("no {text}"));
    let date = today();
    let heading = format!("今天 · {}月{}日", date.month(), date.day());
    assert!(place(&heading) < place("今天发布的通知"));
    assert!(place("今天发布的通知") < place("2022年11月20日 周日"));
    assert!(place("2022年11月20日 周日") < place("早些时候的新闻"));
    assert!(place("早些时候的新闻") < place("2022年11月1日"));
}

#[tokio::test]
async fn groups_days_and_words_filter_together_and_so_does_the_feed() {
    let desk = grouped_desk().await;
    desk.publish("notices", "1", "关于放假的通知").await;
    desk.publish("notices", "2", "关于停电的通知").await;
    desk.publish("news", "3", "放假期间的新闻").await;
    desk.publish("inside", "4", "内部的放假").await;
    let query = "group=%E6%80%BB%E9%83%A8&q=%E6%94%BE%E5%81%87&from=2022-11-20&to=2022-11-20";
    let page = desk.page(&format!("/?{query}")).await;
    assert!(page.contains("关于<mark>放假</mark>的通知"), "{page}");
    for other in ["停电", "期间的新闻", "内部", "从前的通知"] {
        assert!(!page.contains(other), "{other}");
    }
    let feed =
        "g/%E6%80%BB%E9%83%A8/feed.rss?q=%E6%94%BE%E5%81%87&amp;from=2022-11-20&amp;to=2022-11-20";
    assert!(page.contains(feed), "{page}");
    let feed = desk.page(&format!("/{}", feed.replace("&amp;", "&"))).await;
    let feed = feed_rs::parser::parse(feed.as_bytes()).unwrap();
    let titles: Vec<_> = feed
        .entries
        .iter()
        .map(|it| &it.title.as_ref().unwrap().content)
        .collect();
    assert_eq!(titles, ["关于放假的通知"]);
    let earlier = desk.page("/?to=2022-11-19").await;
    assert!(earlier.contains("从前的通知") && !earlier.contains("放假"));
    let of_group = desk
        .page("/g/%E6%80%BB%E9%83%A8%20%E6%96%B0%E9%97%BB/feed.json")
        .await;
    let of_group: Value = serde_json::from_str(&of_group).unwrap();
    assert_eq!(of_group["title"], "总部 新闻");
    assert_eq!(of_group["items"].as_array().unwrap().len(), 1);
    for (path, status) in [
        ("/?group=%E5%86%85%E9%83%A8", 404),
        ("/g/nowhere/feed.atom", 404),
        ("/?from=yesterday", 400),
        ("/?to=2022-13-01", 400),
    ] {
        assert_eq!(
            desk.get(path).send().await.unwrap().status(),
            status,
            "{path}"
        );
    }
}

#[tokio::test]
async fn paging_keeps_the_filters_and_shows_each_bulletin_once() {
    let desk = grouped_desk().await;
    for number in 1..=25 {
        let title = format!("第{number}号停水通知");
        desk.publish("notices", &number.to_string(), &title).await;
        desk.publish("news", &number.to_string(), &format!("要闻{number}"))
            .await;
    }
    let first = desk
        .page("/?group=%E6%80%BB%E9%83%A8&from=2022-11-15")
        .await;
    let more = regex::Regex::new(r#"class="more" href="\./([^"]+)""#).unwrap();
    let next = more.captures(&first).unwrap()[1].replace("&amp;", "&");
    // A bulletin that arrives in the meantime shifts nothing.
    desk.publish("notices", "99", "刚刚来的停水通知").await;
    let second = desk.page(&format!("/{next}")).await;
    let link = regex::Regex::new(r#"href="b/(\d+)""#).unwrap();
    let ids = |page: &str| -> Vec<u64> {
        link.captures_iter(page)
            .map(|it| it[1].parse().unwrap())
            .collect()
    };
    let mut all = ids(&first);
    all.extend(ids(&second));
    assert_eq!(all.len(), 25);
    assert!(all.is_sorted_by(|a, b| a > b), "{all:?}");
    assert!(!second.contains("要闻") && !second.contains("从前的通知"));
}

#[tokio::test]
async fn a_browser_gets_its_language_and_what_it_has_already_is_not_sent_again() {
    let desk = Desk::with_baselines().await;
    let ask = |language: &'static str| desk.get("/").header("accept-language", language);
    let answer = ask("en-GB,en;q=0.9,zh;q=0.5").send().await.unwrap();
    let headers = answer.headers().clone();
    let vary = headers.get_all("vary").iter();
    let vary: Vec<_> = vary
        .map(|value| value.to_str().unwrap().to_owned())
        .collect();
    assert!(vary.join(",").contains("accept-language"), "{vary:?}");
    let page = answer.text().await.unwrap();
    assert!(page.contains("<html lang=\"en\">") && page.contains("lang=\"zh\""));
    assert!(
        ask("zh")
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
            .contains("<html lang=\"zh-CN\">")
    );
    let tag = headers["etag"].to_str().unwrap();
    let known = ask("en").header("if-none-match", tag).send().await.unwrap();
    assert_eq!(known.status(), 304);
    let other = ask("zh").header("if-none-match", tag).send().await.unwrap();
    assert_eq!(other.status(), 200);
}

#[tokio::test]
async fn pages_and_feeds_travel_packed_and_small() {
    let desk = Desk::with_baselines().await;
    for number in 1..=30 {
        let text = format!("第{number}项工作的安排：请各部门于月底前报送材料，逾期不候。");
        let new = with_text(
            notice("news", &number.to_string(), &format!("要闻第{number}条")),
            &text,
        );
        desk.admit("news", new, Utc::now()).await;
    }
    let client = reqwest::Client::builder().no_proxy().no_gzip().no_brotli();
    let client = client.build().unwrap();
    for (path, encoding) in [
        ("/", "br"),
        ("/", "gzip"),
        ("/feed.rss", "gzip"),
        ("/style.css", "br"),
    ] {
        let answer = client.get(format!("{}{path}", desk.url));
        let answer = answer.header("accept-encoding", encoding);
        let answer = answer.send().await.unwrap();
        assert_eq!(answer.headers()["content-encoding"], encoding, "{path}");
        assert!(answer.bytes().await.unwrap().len() < 20_000, "{path}");
    }
    let mut visit = 0;
    for path in ["/", "/style.css", "/noticast.js", "/icon.svg"] {
        let answer = client.get(format!("{}{path}", desk.url));
        let answer = answer.header("accept-encoding", "br").send().await.unwrap();
        let size = answer.bytes().await.unwrap().len();
        // Ten segments of TCP arrive in the first round trip.
        assert!(path != "/" || size < 10 * 1460, "{size}");
        visit += size;
    }
    assert!(visit < 20_000, "a first visit takes {visit} bytes");
}

#[tokio::test]
async fn a_page_that_only_this_machine_can_open_has_no_code_to_scan() {
    let desk = Desk::with_baselines().await;
    let page = desk.page("/").await;
    assert!(!page.contains("qr.svg") && !page.contains("扫码"));
    let mut public = config();
    public.web.public_url = "https://news.example.org/board".parse().ok();
    public.web.title = Some("示例集团通知".to_owned());
    let desk = Desk::open_with(public, true).await;
    desk.baseline("notices").await;
    let page = desk.page("/?source=notices").await;
    for part in [
        "src=\"qr.svg?source=notices\"",
        "<meta property=\"og:url\" content=\"https://news.example.org/board/?source=notices\">",
        "<meta property=\"og:site_name\" content=\"示例集团通知\">",
        "示例集团通知</title>",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    let sheet = desk.page("/b/1/print").await;
    for part in [
        "qr.svg?b=1",
        "https://news.example.org/board/b/1",
        "从前的通知",
        "print.css",
    ] {
        assert!(sheet.contains(part), "{part}");
    }
}

#[tokio::test]
async fn deadlines_are_marked_in_words_and_stand_in_a_calendar() {
    let desk = Desk::with_baselines().await;
    let with_deadline = |number: &str, title: &str, days: i64| {
        let mut new = with_text(notice("notices", number, title), "请按时报名。");
        if let Some(article) = &mut new.article {
            article.deadline = Some(Moment::Day(today() + Duration::days(days)));
        }
        new
    };
    desk.admit(
        "notices",
        with_deadline("1", "关于报名；第一，批次的通知", 3),
        Utc::now(),
    )
    .await;
    desk.admit(
        "notices",
        with_deadline("2", "已经截止的报名通知", -2),
        Utc::now(),
    )
    .await;
    let page = desk.page("/").await;
    assert!(
        page.contains("还剩 3 天") && page.contains("已截止"),
        "{page}"
    );
    let answer = desk
        .get("/deadlines.ics?source=notices")
        .send()
        .await
        .unwrap();
    assert!(
        answer.headers()["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/calendar")
    );
    let tag = answer.headers()["etag"].clone();
    let calendar = answer.text().await.unwrap();
    assert!(calendar.lines().all(|line| line.len() <= 75), "{calendar}");
    let unfolded = calendar.replace("\r\n ", "");
    let (due, end) = (today() + Duration::days(3), today() + Duration::days(4));
    for line in [
        format!("DTSTART;VALUE=DATE:{}", due.format("%Y%m%d")),
        format!("DTEND;VALUE=DATE:{}", end.format("%Y%m%d")),
        "SUMMARY:关于报名；第一，批次的通知".to_owned(),
        "BEGIN:VCALENDAR".to_owned(),
        "END:VCALENDAR".to_owned(),
    ] {
        assert!(
            unfolded.lines().any(|it| it == line),
            "{line} in {unfolded}"
        );
    }
    assert_eq!(unfolded.matches("BEGIN:VEVENT").count(), 1);
    let again = desk
        .get("/deadlines.ics?source=notices")
        .header("if-none-match", tag);
    assert_eq!(again.send().await.unwrap().status(), 304);
    let other = desk.page("/deadlines.ics?source=news").await;
    assert!(!other.contains("VEVENT"));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Python with feedparser and icalendar, which FOREIGN names"]
async fn feeds_and_calendar_are_read_by_programs_of_others() {
    let desk = Desk::with_baselines().await;
    let day = Moment::Day(today() + Duration::days(3));
    let time = Moment::Time((Utc::now() + Duration::days(2)).fixed_offset());
    for (number, title, deadline) in [
        ("1", "第一条", None),
        ("2", "第二条", Some(day)),
        ("3", "研发 & \"测试\" 的通知", Some(time)),
    ] {
        let mut new = with_text(notice("notices", number, title), "请看附件 <b>。");
        if let Some(article) = &mut new.article {
            article.deadline = deadline;
            article.attachments = vec![Attachment {
                url: format!("https://www.example.com/{number}.pdf?a=1&b=2"),
                name: "名单.pdf".to_owned(),
                size: Some(1024),
            }];
        }
        desk.admit("notices", new, Utc::now()).await;
    }
    let python = std::env::var_os("FOREIGN").expect("FOREIGN names a Python; see .ci/run");
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/stories/support/feeds.py"
    );
    let done = std::process::Command::new(python)
        .args([script, &desk.url])
        .output()
        .unwrap();
    let why = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{why}");
}
