//! Tests poll after poll of a page: each new row is pushed once, and no sent message is rewritten with the text of
//! another one.

use chrono::Utc;
use noticast::bulletin::{BulletinState, DeliveryKind};

use crate::support::{
    pushing::Pushing,
    site::{Answer, Site},
};

/// The title, the address, and the day of November 2026, or 0 for none.
type Row = (String, String, u32);

fn feed(rows: &[Row]) -> String {
    let item = |(title, path, day): &Row| {
        let date = match day {
            0 => String::new(),
            day => format!("<pubDate>{day} Nov 2026 08:00:00 +0800</pubDate>"),
        };
        format!("<item><title>{title}</title><link>@@{path}</link>{date}</item>")
    };
    let items: String = rows.iter().map(item).collect();
    format!(
        "<rss version=\"2.0\"><channel><title>通知</title><link>@@/</link>{items}</channel></rss>"
    )
}

fn list(rows: &[Row]) -> String {
    let row = |(title, path, day): &Row| {
        let date = match day {
            0 => String::new(),
            day => format!("<span>2026-11-{day:02}</span>"),
        };
        format!("<li><a href=\"{path}\">{title}</a>{date}</li>")
    };
    let rows: String = rows.iter().map(row).collect();
    format!(
        "<!DOCTYPE html><html><head><title>通知公告</title></head><body><h2>通知公告</h2>\
         <ul class=\"list\">{rows}</ul></body></html>"
    )
}

fn title(number: u32) -> String {
    format!("关于第{number}批设备检修的通知")
}

/// A page that changes, and the program that watches it.
struct PageStory {
    site: Site,
    pushing: Pushing,
}

impl PageStory {
    async fn new() -> Self {
        let site = Site::start().await;
        let channel = "[[channel]]\nid = \"out\"\nkind = \"stdout\"\ncorrections = true\n";
        let mut pushing = Pushing::watching(site.url.as_str(), channel).await;
        pushing.start();
        Self { site, pushing }
    }

    /// Polls the page as it is now; returns the titles that are pushed.
    async fn poll(&self, body: &str) -> Vec<String> {
        let origin = self.site.url.as_str().trim_end_matches('/');
        self.site
            .serve("/", Answer::page(body.replace("@@", origin)));
        let outcome = self.pushing.poll_page(Utc::now()).await;
        self.titles(&outcome.new).await
    }

    async fn titles(&self, ids: &[noticast::bulletin::BulletinId]) -> Vec<String> {
        let mut titles = Vec::new();
        for id in ids {
            titles.push(
                self.pushing
                    .store
                    .bulletin(*id)
                    .await
                    .unwrap()
                    .unwrap()
                    .title,
            );
        }
        titles
    }

    /// Returns the number of corrections that are sent, and of held bulletins.
    async fn corrections_and_held(&self) -> (usize, usize) {
        let deliveries = self.pushing.deliveries().await;
        let updates = deliveries
            .iter()
            .filter(|it| it.kind == DeliveryKind::Update);
        let held = noticast::ops::BulletinQuery {
            states: vec![BulletinState::Held],
            ..Default::default()
        };
        let held = self.pushing.store.bulletins(&held).await.unwrap();
        (updates.count(), held.items.len())
    }
}

/// Returns notice `n` of that day with its own address.
fn own(n: u32) -> Row {
    (title(n), format!("/a/{n}.html"), n)
}

fn owned(numbers: impl IntoIterator<Item = u32>) -> Vec<Row> {
    numbers.into_iter().map(own).collect()
}

#[tokio::test]
async fn notices_at_one_address_are_pushed_each_and_none_is_rewritten() {
    let story = PageStory::new().await;
    let rows = |numbers: &[u32]| {
        let row = |n: &u32| (title(*n), "/status".to_owned(), *n);
        feed(&numbers.iter().map(row).collect::<Vec<Row>>())
    };
    assert!(story.poll(&rows(&[22, 21, 20])).await.is_empty());
    let next = story.poll(&rows(&[23, 22, 21, 20])).await;
    assert_eq!(next, [title(23)]);
    assert_eq!(story.poll(&rows(&[24, 23])).await, [title(24)]);
    assert_eq!(story.poll(&rows(&[25, 24, 20])).await, [title(25)]);
    assert!(story.poll(&rows(&[22, 21, 20])).await.is_empty());
    assert_eq!(story.corrections_and_held().await, (0, 0));
}

#[tokio::test]
async fn some_notices_may_share_an_address_among_others() {
    for page in [feed, list] {
        let story = PageStory::new().await;
        let row = |n: &u32| match n % 2 {
            1 => (title(*n), "/poll".to_owned(), *n),
            _ => own(*n),
        };
        let rows = |numbers: &[u32]| page(&numbers.iter().map(row).collect::<Vec<Row>>());
        for _ in 0..3 {
            assert!(story.poll(&rows(&[24, 23, 22, 21, 20])).await.is_empty());
        }
        let next = story.poll(&rows(&[25, 24, 23, 22, 21])).await;
        assert_eq!(next, [title(25)]);
        let next = story.poll(&rows(&[27, 26, 25, 24, 23])).await;
        assert_eq!(next, [title(26), title(27)]);
        assert_eq!(story.corrections_and_held().await, (0, 0));
    }
}

#[tokio::test]
async fn rows_of_one_page_need_no_dates_to_be_distinguished() {
    let at = |path: &str| {
        let path = path.to_owned();
        move |title: &str| (title.to_owned(), path.clone(), 0)
    };
    let rest: Vec<Row> = (1..=9)
        .map(|n| (title(n), format!("/a/{n}.html"), 0))
        .collect();
    let story = PageStory::new().await;
    let page = |titles: &[&str]| {
        let shared = titles.iter().copied().map(at("/today"));
        list(&shared.chain(rest.clone()).collect::<Vec<Row>>())
    };
    let shown = ["停电通知（东区）", "停水通知（西区）"];
    assert!(story.poll(&page(&shown)).await.is_empty());
    let added = "道路封闭通知（北门）";
    let all = [added, shown[0], shown[1]];
    assert_eq!(story.poll(&page(&all)).await, [added]);
    assert!(story.poll(&page(&all)).await.is_empty());
    assert_eq!(story.corrections_and_held().await, (0, 0));
}

#[tokio::test]
async fn a_list_may_lead_to_one_page_with_all_of_its_rows() {
    let story = PageStory::new().await;
    let rows = |numbers: &[u32]| {
        let row = |n: &u32| (title(*n), "/status".to_owned(), *n);
        list(&numbers.iter().map(row).collect::<Vec<Row>>())
    };
    assert!(story.poll(&rows(&[22, 21, 20])).await.is_empty());
    assert_eq!(story.poll(&rows(&[23, 22, 21, 20])).await, [title(23)]);
    assert_eq!(story.poll(&rows(&[24, 23, 22])).await, [title(24)]);
    assert_eq!(story.corrections_and_held().await, (0, 0));
}

#[tokio::test]
async fn what_takes_the_place_of_a_notice_on_the_same_day_is_another_one() {
    let story = PageStory::new().await;
    let page = |title: &str| {
        let row = (title.to_owned(), "/status".to_owned(), 26);
        list(&[vec![row], owned((20..=25).rev())].concat())
    };
    story.poll(&list(&owned((20..=25).rev()))).await;
    let shown = [
        "校园网运行正常",
        "东门临时封闭公告",
        "东门临时封闭公告（更正）",
    ];
    assert_eq!(story.poll(&page(shown[0])).await, [shown[0]]);
    assert_eq!(story.poll(&page(shown[1])).await, [shown[1]]);
    assert_eq!(story.corrections_and_held().await, (0, 0));
}

#[tokio::test]
async fn a_body_that_breaks_off_in_a_row_raises_no_alarm_and_loses_nothing() {
    let rows = owned((20..=26).rev());
    for (page, end) in [(feed as fn(&[Row]) -> String, "</item>"), (list, "</li>")] {
        let whole = page(&rows);
        let begin = whole.find(&rows[0].0).unwrap();
        let end = begin + whole[begin..].find(end).unwrap();
        // In its title, in its date, and in the second row.
        for cut in [begin + 9, end - 10, end + 90] {
            let story = PageStory::new().await;
            story.poll(&page(&rows[1..])).await;
            let body = &whole[..whole.floor_char_boundary(cut)];
            let mut pushed = story.poll(body).await;
            assert_eq!(story.corrections_and_held().await, (0, 0), "{body}");
            pushed.extend(story.poll(&whole).await);
            assert_eq!(pushed, [title(26)], "{body}");
        }
    }
}

#[tokio::test]
async fn counters_and_pins_are_no_corrections() {
    let story = PageStory::new().await;
    let page = |dress: &dyn Fn(String) -> String| {
        let row = |(title, path, day)| (dress(title), path, day);
        list(
            &owned((1..=4).rev())
                .into_iter()
                .map(row)
                .collect::<Vec<Row>>(),
        )
    };
    story.poll(&list(&owned((1..=3).rev()))).await;
    let dressed = page(&|title| format!("【置顶】{title} 阅读：127"));
    assert_eq!(story.poll(&dressed).await, [title(4)]);
    for views in 1..4 {
        story
            .poll(&page(&|title| format!("{title} 阅读：{views}")))
            .await;
        story
            .poll(&page(&|title| format!("[TOP] {title}（{views}人已读）")))
            .await;
        story
            .poll(&page(&|title| format!("{title}({views})")))
            .await;
        story
            .poll(&page(&|title| format!("{title} {views} views")))
            .await;
        story
            .poll(&page(&|title| {
                format!("{title}<i class=\"hits\">{views}</i>")
            }))
            .await;
        story
            .poll(&page(&|title| format!("{title}<span>{views}次</span>")))
            .await;
        story.poll(&page(&|title| title)).await;
    }
    assert_eq!(story.corrections_and_held().await, (0, 0));
}

#[tokio::test]
async fn a_site_that_moved_and_a_flood_are_held() {
    let story = PageStory::new().await;
    story.poll(&list(&owned((1..=20).rev()))).await;
    let row = |n: u32, folder: &str, day: u32| (title(n), format!("/{folder}/{n}.html"), day);
    let moved: Vec<Row> = (1..=20).map(|n| row(n, "new", 28)).rev().collect();
    assert!(story.poll(&list(&moved)).await.is_empty());
    assert_eq!(story.corrections_and_held().await, (0, 20));
    // A weekend's news are pushed, a flood is not.
    let many: Vec<Row> = (100..400).map(|n| row(n, "b", 29)).collect();
    let thirty = [&many[..30], &moved].concat();
    assert_eq!(story.poll(&list(&thirty)).await.len(), 30);
    let flood = [&many[30..], &thirty].concat();
    assert!(story.poll(&list(&flood)).await.is_empty());
    assert_eq!(story.corrections_and_held().await, (0, 290));
}

#[tokio::test]
async fn a_new_title_comes_with_what_its_article_says_now_and_the_next_one_waits_for_no_day() {
    let story = PageStory::new().await;
    let article = |title: &str, day: u32| {
        let text = format!(
            "各学院：现将奖学金申报工作通知如下，请于2026年12月{day}日前将申报材料报送至学生工作处，逾期不予受理。             申报材料包括申请表和成绩单，一式两份，由学院汇总后统一报送。"
        );
        Answer::page(format!(
            "<html><head><title>{title}</title></head><body><div class=\"article\"><h1>{title}</h1>             <div class=\"info\">发布时间：2026-11-26 来源：学生工作处</div><div class=\"content\"><p>{text}</p></div></div></body></html>"
        ))
    };
    let page = |title: &str| {
        let row = (title.to_owned(), "/a/26.html".to_owned(), 26);
        list(&[vec![row], owned((20..=25).rev())].concat())
    };
    story.poll(&list(&owned((20..=25).rev()))).await;
    let deadline = async || {
        let bulletin = story
            .pushing
            .store
            .bulletin(noticast::bulletin::BulletinId(7));
        bulletin
            .await
            .unwrap()
            .unwrap()
            .deadline
            .map(|it| it.to_string())
    };
    let first = "关于申报奖学金的通知（12月11日截止）";
    story.site.serve("/a/26.html", article(first, 11));
    assert_eq!(story.poll(&page(first)).await, [first]);
    assert_eq!(deadline().await.as_deref(), Some("2026-12-11"));
    for (count, day) in (1..).zip([14, 16, 18]) {
        story.pushing.until_all_sent().await;
        let title = format!("关于申报奖学金的通知（12月{day}日截止）");
        story.site.serve("/a/26.html", article(&title, day));
        story.poll(&page(&title)).await;
        assert_eq!(deadline().await, Some(format!("2026-12-{day}")));
        story.pushing.until_all_sent().await;
        assert_eq!(story.corrections_and_held().await, (count, 0));
    }
}
