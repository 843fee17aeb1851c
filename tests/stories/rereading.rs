//! Tests that articles are read again: changes are corrected in place, and articles that are gone are marked.

use chrono::{DateTime, TimeDelta, Utc};
use noticast::bulletin::{Bulletin, BulletinId, BulletinState, DeliveryKind, DeliveryState};

use crate::support::{
    pushing::Pushing,
    site::{Answer, Site},
    telegram::Telegram,
};

const TOKEN: &str = "1:tok";
const HOUR: TimeDelta = TimeDelta::hours(1);
const ROWS: std::ops::RangeInclusive<u32> = 1..=8;

/// A site with a list of notices, and the program that watches it.
struct Story {
    site: Site,
    telegram: Telegram,
    pushing: Pushing,
    /// The time at which the newest notice was first seen.
    began: DateTime<Utc>,
}

fn title(number: u32) -> String {
    format!("关于组织开展第{number}期安全生产培训工作的通知")
}

fn text(number: u32) -> String {
    format!(
        "经研究决定，定于12月{number}日在总部大楼举办安全生产培训，请各部门安排人员按时参加，不得缺席。"
    )
}

fn article(number: u32, text: &str, more: &str) -> Vec<u8> {
    let title = title(number);
    format!(
        "<html><head><title>{title}</title></head><body><div class=\"nav\"><a href=\"/\">首页</a></div>\
         <div class=\"article\"><h1>{title}</h1><div class=\"info\">发布时间：2022-11-{:02} 来源：办公室</div>\
         <div class=\"content\"><p>{text}</p><p>联系人：王老师，电话：010-12345678，邮箱请见通讯录。</p>{more}</div></div>\
         </body></html>",
        number + 10
    )
    .into_bytes()
}

fn list(numbers: impl DoubleEndedIterator<Item = u32>) -> Answer {
    let row = |n: u32| {
        format!(
            "<li><a href=\"/n/{n}.html\">{}</a><span>2022-11-{:02}</span></li>",
            title(n),
            n + 10
        )
    };
    let rows: String = numbers.rev().map(row).collect();
    Answer::page(format!(
        "<html><head><title>通知公告</title></head><body><ul class=\"list\">{rows}</ul></body></html>"
    ))
}

fn path(number: u32) -> String {
    format!("/n/{number}.html")
}

fn gone() -> Answer {
    Answer::with("404 Not Found", &[], "gone")
}

impl Story {
    /// Begins with seven known notices; the eighth was seen this long ago, and just sent.
    async fn begin(ago: TimeDelta) -> Self {
        let (site, telegram) = (Site::start().await, Telegram::start(TOKEN).await);
        let settings = format!(
            "[telegram]\ntoken = \"{TOKEN}\"\napi_url = \"{}\"\n\
             [[channel]]\nid = \"chat7\"\nkind = \"telegram\"\nchat = 7\n\
             [[channel]]\nid = \"out\"\nkind = \"stdout\"\ncorrections = true\n",
            telegram.url
        );
        for number in ROWS {
            let tag = format!("\"{number}\"");
            site.serve(
                &path(number),
                Answer::Tagged(tag, article(number, &text(number), "")),
            );
        }
        site.serve("/", list(1..=7));
        let mut pushing = Pushing::watching(site.url.as_str(), &settings).await;
        let began = Utc::now() - ago;
        pushing.poll_page(began).await;
        let soon = began + TimeDelta::seconds(1);
        assert_eq!(pushing.read_again(soon).await, 7, "the first poll");
        site.serve("/", list(ROWS));
        assert_eq!(pushing.poll_page(began).await.new, [BulletinId(8)]);
        pushing.start();
        telegram.until_sent(7, 1).await;
        let story = Self {
            site,
            telegram,
            pushing,
            began,
        };
        story.until_printed(&title(8)).await;
        story
    }

    async fn restart(self) -> Self {
        let mut pushing = self.pushing.restart().await;
        pushing.start();
        Self { pushing, ..self }
    }

    async fn read_again(&self, after: TimeDelta) -> usize {
        let changed = self.pushing.read_again(self.began + after).await;
        self.pushing.store.save_poll_states().await.unwrap();
        changed
    }

    /// Reads articles again now: changes from now on are announced for a message that was sent.
    async fn read_again_now(&self) -> usize {
        self.read_again(Utc::now() - self.began).await
    }

    async fn poll(&self, after: TimeDelta) {
        let outcome = self.pushing.poll_page(self.began + after).await;
        assert_eq!((outcome.error, outcome.new), (None, Vec::new()));
    }

    async fn bulletin(&self) -> Bulletin {
        let found = self.pushing.store.bulletin(BulletinId(8)).await.unwrap();
        found.unwrap()
    }

    fn hits(&self) -> usize {
        self.site.hits(&path(8))
    }

    async fn until_printed(&self, what: &str) {
        let printed = || self.pushing.printed();
        let waits = async {
            while !printed().contains(what) {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        let patience = std::time::Duration::from_secs(30);
        if tokio::time::timeout(patience, waits).await.is_err() {
            panic!(
                "{what} was never printed: {}; {:?}",
                printed(),
                self.pushing.deliveries().await
            );
        }
    }

    async fn until(&self, what: &str) {
        let shows = |seen: &Telegram| seen.texts(7)[0].contains(what);
        self.telegram.until(what, shows).await;
    }
}

#[tokio::test]
async fn a_corrected_text_edits_the_message_and_says_what_it_was() {
    let story = Story::begin(HOUR).await;
    let corrected = text(8).replace("12月8日", "12月18日");
    story
        .site
        .serve(&path(8), Answer::page(article(8, &corrected, "")));
    assert_eq!(story.read_again(HOUR - TimeDelta::seconds(1)).await, 0);
    assert_eq!(story.read_again_now().await, 1);
    story.until("12月18日").await;
    let text = story.telegram.texts(7).remove(0);
    assert!(text.starts_with("更正\n\n【集团要闻】关于"), "{text}");
    assert!(
        text.contains("正文有改动，改动前：经研究决定，定于12月8日"),
        "{text}"
    );
    assert_eq!(story.bulletin().await.revision, 1);
    story.until_printed("正文有改动").await;
}

#[tokio::test]
async fn articles_are_asked_for_conditionally_and_rarer_with_age() {
    // Long ago, so that no hour of it is ahead of the clock, which would mean a clock that was set back.
    let mut story = Story::begin(HOUR * 24 * 9).await;
    let mut read_at = Vec::new();
    for hour in 0..=24 * 8 {
        let before = story.hits();
        assert_eq!(story.read_again(HOUR * hour).await, 0);
        if story.hits() > before {
            read_at.push(hour);
        }
        // Restarts in between make no difference.
        if [1, 2, 23, 25].contains(&hour) {
            story = story.restart().await;
        }
    }
    assert_eq!(read_at, [1, 3, 24, 72]);
    let seen = story.site.seen();
    let again = seen.iter().filter(|seen| seen.path == path(8)).skip(1);
    assert!(
        again
            .clone()
            .all(|seen| seen.head.contains("if-none-match: \"8\""))
    );
    assert_eq!(story.telegram.calls("editMessageText"), 0);
    // Notices from before the first poll are opened once.
    assert_eq!(story.site.hits(&path(7)), 1);
}

#[tokio::test]
async fn the_newest_of_a_new_source_are_opened_and_not_sent() {
    let site = Site::start().await;
    let rows = 1..=25;
    for number in rows.clone() {
        site.serve(
            &path(number),
            Answer::page(article(number, &text(number), "")),
        );
    }
    site.serve(&path(24), Answer::with("503 Service Unavailable", &[], ""));
    site.serve(&path(23), gone());
    site.serve("/", list(rows.clone()));
    let settings = "[[channel]]\nid = \"out\"\nkind = \"stdout\"\n";
    let mut pushing = Pushing::watching(site.url.as_str(), settings).await;
    let began = Utc::now() - HOUR * 3;
    let outcome = pushing.poll_page(began).await;
    assert_eq!((outcome.error, outcome.new), (None, Vec::new()));
    let hits = |numbers: std::ops::RangeInclusive<u32>| -> Vec<usize> {
        numbers.map(|number| site.hits(&path(number))).collect()
    };
    assert_eq!(hits(rows.clone()), [0; 25], "the baseline comes first");
    pushing = pushing.restart().await;
    let soon = began + TimeDelta::seconds(1);
    assert_eq!(pushing.read_again(soon).await, 18);
    assert_eq!((hits(1..=5), hits(6..=25)), (vec![0; 5], vec![1; 20]));
    site.serve(&path(24), Answer::page(article(24, &text(24), "")));
    assert_eq!(pushing.read_again(began + HOUR).await, 1);
    assert_eq!(pushing.read_again(began + HOUR * 2).await, 0);
    assert_eq!(hits(20..=25), [1, 1, 1, 1, 2, 1]);
    let newest = pushing
        .store
        .bulletin(BulletinId(25))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (newest.state, newest.revision),
        (BulletinState::Baseline, 0)
    );
    assert!(newest.summary.is_some_and(|it| it.contains("12月25日")));
    let found = pushing.store.text(BulletinId(24)).await.unwrap();
    assert!(found.is_some_and(|text| text.contains("12月24日")));
    assert!(pushing.deliveries().await.is_empty());
    pushing.start();
    pushing.stop().await;
    assert_eq!(pushing.printed(), "");
}

#[tokio::test]
async fn counters_other_pages_and_failures_correct_nothing() {
    let story = Story::begin(HOUR).await;
    let counted = article(8, &text(8), "<p>浏览次数：345</p>");
    story.site.serve(&path(8), Answer::page(counted));
    assert_eq!(story.read_again(HOUR).await, 0);
    let front = "<html><head><title>统一身份认证</title></head><body><h1>统一身份认证</h1><p>请使用工号和密码登录本系统，首次登录的用户请先激活账号并绑定手机，忘记密码请联系信息中心处理，谢谢配合。</p></body></html>";
    story.site.serve(&path(8), Answer::page(front));
    assert_eq!(story.read_again(HOUR * 3).await, 0);
    story
        .site
        .serve(&path(8), Answer::with("503 Service Unavailable", &[], ""));
    assert_eq!(story.read_again(HOUR * 24).await, 0);
    assert_eq!(story.hits(), 4);
    assert_eq!(story.bulletin().await.revision, 0);
}

#[tokio::test]
async fn files_and_deadlines_that_change_are_corrections() {
    let story = Story::begin(HOUR * 3).await;
    let file = "<p>附件：<a href=\"/f/1.xlsx\">报名表.xlsx</a></p>";
    story
        .site
        .serve(&path(8), Answer::page(article(8, &text(8), file)));
    assert_eq!(story.read_again(HOUR).await, 1);
    story.until("报名表.xlsx").await;
    let dated = format!("{}报名截止时间为2022年12月20日。", text(8));
    story
        .site
        .serve(&path(8), Answer::page(article(8, &dated, file)));
    assert_eq!(story.read_again(HOUR * 3).await, 1);
    let bulletin = story.bulletin().await;
    assert_eq!(bulletin.revision, 2);
    assert_eq!(bulletin.deadline.unwrap().day().to_string(), "2022-12-20");
}

#[tokio::test]
async fn a_text_that_flips_is_one_correction_a_day() {
    let mut story = Story::begin(HOUR * 2).await;
    let other = text(8).replace("12月8日", "12月18日");
    for (after, text) in [(HOUR * 2, &other), (HOUR * 3, &text(8))] {
        story
            .site
            .serve(&path(8), Answer::page(article(8, text, "")));
        // The first change is later than the sending of the message that it corrects.
        let after = after.max(Utc::now() - story.began);
        assert_eq!(story.read_again(after).await, 1);
        story.until_printed("更正").await;
        let is_edited = |seen: &Telegram| seen.calls("editMessageText") == 1;
        story.telegram.until("the edit", is_edited).await;
    }
    story.pushing.stop().await;
    assert_eq!(story.telegram.calls("editMessageText"), 1);
    let deliveries = story.pushing.deliveries().await;
    let waiting = deliveries
        .iter()
        .filter(|one| one.state == DeliveryState::Queued);
    let day_after = story.began + TimeDelta::hours(25) - TimeDelta::seconds(1);
    assert!(
        waiting.clone().all(|one| one.due_at >= day_after),
        "{deliveries:?}"
    );
    assert_eq!(waiting.count(), 2, "{deliveries:?}");
}

#[tokio::test]
async fn a_notice_that_was_taken_down_is_marked_and_marked_back_when_it_returns() {
    let mut story = Story::begin(HOUR * 3 / 2).await;
    story.site.serve(&path(8), gone());
    story.site.serve("/", list(1..=7));
    story.poll(HOUR / 2).await;
    assert_eq!(story.read_again(HOUR / 2).await, 0);
    story = story.restart().await;
    assert_eq!(story.read_again(HOUR).await, 0);
    assert_eq!(story.bulletin().await.state, BulletinState::Published);
    assert_eq!(story.read_again_now().await, 1);
    assert_eq!(story.bulletin().await.state, BulletinState::Withdrawn);
    story.until("（已撤回）关于组织").await;
    story.until_printed("（已撤回）").await;
    story = story.restart().await;
    story.site.serve("/", list(ROWS));
    story
        .site
        .serve(&path(8), Answer::page(article(8, &text(8), "")));
    story.poll(Utc::now() - story.began).await;
    assert_eq!(story.bulletin().await.state, BulletinState::Published);
    let is_back = |seen: &Telegram| !seen.texts(7)[0].contains("已撤回");
    story.telegram.until("the mark is gone", is_back).await;
    story.pushing.stop().await;
    assert_eq!(story.telegram.texts(7).len(), 1);
    let deliveries = story.pushing.deliveries().await;
    let new = deliveries
        .iter()
        .filter(|one| one.kind == DeliveryKind::New);
    assert_eq!(new.count(), 2);
}

#[tokio::test]
async fn a_page_that_is_gone_while_its_row_stands_or_its_neighbours_are_gone_is_not_withdrawn() {
    let story = Story::begin(HOUR).await;
    story.site.serve(&path(8), gone());
    for hour in [1, 2, 3, 9, 24] {
        assert_eq!(story.read_again(HOUR * hour).await, 0);
    }
    for number in 1..=7 {
        story.site.serve(&path(number), gone());
    }
    story.site.serve("/", list(1..=7));
    story.poll(HOUR * 25).await;
    for hour in [25, 27, 31, 72] {
        assert_eq!(story.read_again(HOUR * hour).await, 0);
    }
    assert_eq!(story.bulletin().await.state, BulletinState::Published);
    for number in 1..=4 {
        story.site.serve(
            &path(number),
            Answer::page(article(number, &text(number), "")),
        );
    }
    assert_eq!(story.read_again(HOUR * 80).await, 0);
    story
        .site
        .serve(&path(7), Answer::page(article(7, &text(7), "")));
    assert_eq!(story.read_again(HOUR * 90).await, 1);
    assert_eq!(story.bulletin().await.state, BulletinState::Withdrawn);
}

#[tokio::test]
async fn an_article_that_could_not_be_opened_is_opened_an_hour_later() {
    let story = Story::begin(HOUR).await;
    let busy = Answer::with("503 Service Unavailable", &[], "");
    story.site.serve(&path(9), busy);
    story.site.serve("/", list(1..=9));
    let outcome = story.pushing.poll_page(story.began).await;
    assert_eq!(outcome.new, [BulletinId(9)]);
    let text_of = async || story.pushing.store.text(BulletinId(9)).await.unwrap();
    assert_eq!(text_of().await, None);
    story
        .site
        .serve(&path(9), Answer::page(article(9, &text(9), "")));
    assert_eq!(story.read_again(HOUR).await, 1);
    assert!(text_of().await.is_some_and(|said| said.contains("12月9日")));
    let found = story.pushing.store.bulletin(BulletinId(9)).await.unwrap();
    assert_eq!(found.unwrap().revision, 0);
}

#[tokio::test]
async fn a_source_that_opens_no_articles_reads_none_again() {
    let (site, telegram) = (Site::start().await, Telegram::start(TOKEN).await);
    let settings = format!(
        "[telegram]\ntoken = \"{TOKEN}\"\napi_url = \"{}\"\n",
        telegram.url
    );
    site.serve("/", list(1..=7));
    let pushing = Pushing::watching(site.url.as_str(), &settings).await;
    let began = Utc::now();
    pushing.poll_page(began).await;
    let mut sources = pushing.config.borrow().sources.clone();
    sources[0].full_text = false;
    pushing.store.sync_config(&sources, &[]).await.unwrap();
    site.serve("/", list(ROWS));
    pushing.poll_page(began).await;
    let opened = site.hits(&path(8));
    for hour in [1, 3, 24, 72, 200] {
        assert_eq!(pushing.read_again(began + HOUR * hour).await, 0);
    }
    assert_eq!(site.hits(&path(8)), opened);
}
