//! Tests behaviour that depends on the time of day, seen through the program under a faked clock.
//!
//! Restarts are kills, so that nothing depends on a clean end. Times are UTC.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use serde_json::Value;

use crate::support::{
    notices::Notices,
    telegram::{Fault, Telegram},
    world::{Running, World},
};

/// The chats of a story.
const CHAT: i64 = 7;
const OTHER: i64 = 8;

struct Story {
    notices: Notices,
    telegram: Telegram,
    world: World,
    /// The time at which the program was last started.
    began: DateTime<Utc>,
}

impl Story {
    /// Begins with eight known notices; 7 and 8 are chats with these settings, and `more` adds further channels.
    async fn begin(chats: [&str; 2], more: &str) -> Self {
        let (notices, telegram) = (Notices::with(8).await, Telegram::start("1:token").await);
        let mut config = format!(
            "[web]\nlisten = \"127.0.0.1:0\"\n[fetch]\nallow_private = true\n\
             [telegram]\ntoken = \"1:token\"\napi_url = \"{}\"\nsubscribe = \"anyone\"\n\
             [[source]]\nid = \"news\"\nname = \"集团要闻\"\nurl = \"{}\"\nschedule = \"every 30d\"\n{more}\n",
            telegram.url, notices.site.url
        );
        for (chat, manner) in [CHAT, OTHER].into_iter().zip(chats) {
            config += &format!(
                "[[channel]]\nid = \"c{chat}\"\nkind = \"telegram\"\nchat = {chat}\n{manner}\n"
            );
        }
        let world = World::new();
        world.configure(&config);
        Self {
            notices,
            telegram,
            world,
            began: DateTime::default(),
        }
    }

    async fn start_at(&mut self, utc: &str) -> Running {
        let began = NaiveDateTime::parse_from_str(utc, "%Y-%m-%d %H:%M:%S");
        self.began = began.unwrap().and_utc();
        self.world.start_at(utc).await
    }

    /// Runs the first poll at that time; later notices are new.
    async fn first_poll(&mut self, utc: &str) -> Running {
        let running = self.start_at(utc).await;
        self.world.poll("news").await;
        running
    }

    /// Runs from `utc` on until nothing waits that is due then.
    async fn pass(&mut self, utc: &str) {
        let running = self.start_at(utc).await;
        // A platform that still counts the sends of the earlier run makes it wait for a moment.
        self.sent_by(self.began + TimeDelta::seconds(5)).await;
        running.kill();
    }

    /// Waits until everything since the last start was sent, except deliveries that wait for an hour.
    async fn settled(&self) {
        self.sent_by(self.began + TimeDelta::minutes(10)).await;
    }

    async fn sent_by(&self, due: DateTime<Utc>) {
        let waits = |one: &Value| {
            let at = || one["due_at"].as_str().unwrap().parse::<DateTime<Utc>>();
            one["state"] == "sending" || one["state"] == "queued" && at().unwrap() <= due
        };
        let is_sent = || !self.deliveries().iter().any(waits);
        self.world
            .until("all that is due to be sent", is_sent)
            .await;
    }

    fn deliveries(&self) -> Vec<Value> {
        self.world.list(&["deliveries", "--limit", "0"])
    }

    /// Returns the deliveries of one channel and kind, newest first: bulletin, state and due time.
    fn waiting(&self, channel: &str, kind: &str) -> Vec<(u64, String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut all = self.deliveries();
        all.retain(|one| one["channel"] == channel && one["kind"] == kind);
        all.iter()
            .map(|one| {
                let bulletin = one["bulletin"].as_u64().unwrap();
                (bulletin, text(&one["state"]), text(&one["due_at"]))
            })
            .collect()
    }

    async fn logged(&self, what: &str) {
        let is_logged = || self.world.log().contains(what);
        self.world.until(what, is_logged).await;
    }

    async fn until_edited(&self, what: &str) {
        let shows = |seen: &Telegram| seen.texts(CHAT)[0].contains(what);
        self.telegram.until(what, shows).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs libfaketime; see .ci/run"]
async fn a_digest_at_six_is_sent_once_whatever_restarts_lie_around_it() {
    let mut story = Story::begin(["mode = \"digest\"", ""], "").await;
    let running = story.first_poll("2026-03-20 09:40:00").await;
    (9..=11).for_each(|number| story.notices.add(number));
    story.world.poll("news").await;
    story.telegram.until_sent(OTHER, 3).await;
    story.settled().await;
    running.kill();
    story.pass("2026-03-20 09:59:50").await;
    assert_eq!(story.telegram.texts(CHAT).len(), 0);
    // The time comes while it runs.
    let running = story.start_at("2026-03-20 09:59:57").await;
    let texts = story.telegram.until_sent(CHAT, 1).await;
    story.settled().await;
    running.kill();
    for number in 9..=11 {
        assert!(texts[0].contains(&Notices::title(number)), "{}", texts[0]);
    }
    for around in ["09:59:59", "10:00:00", "10:00:01", "12:00:00"] {
        story.pass(&format!("2026-03-20 {around}")).await;
    }
    assert_eq!(story.telegram.texts(CHAT).len(), 1);
    // The program does not run at that time.
    let running = story.start_at("2026-03-20 13:00:00").await;
    story.notices.add(12);
    story.world.poll("news").await;
    running.kill();
    story.pass("2026-03-21 09:59:40").await;
    assert_eq!(story.telegram.texts(CHAT).len(), 1);
    story.pass("2026-03-21 10:05:00").await;
    story.pass("2026-03-22 10:00:01").await;
    assert_eq!(story.telegram.texts(CHAT).len(), 2);
    assert!(story.telegram.texts(CHAT)[1].contains(&Notices::title(12)));
}

/// Checks that bulletins found at `night` are held until `morning`, and are one card then; nothing is sent before and
/// after.
async fn holds(hours: &str, night: &str, before: &[&str], morning: &str) {
    let manner = format!("quiet = \"{hours}\"\ntime_zone = \"Europe/Berlin\"\nurgent = [\"台风\"]");
    let mut story = Story::begin([&manner, ""], "").await;
    let running = story.first_poll(night).await;
    (9..=11).for_each(|number| story.notices.add(number));
    story.world.poll("news").await;
    story.telegram.until_sent(OTHER, 3).await;
    let typhoon = "台风红色预警信号的紧急通知";
    story.notices.add_as(12, typhoon, &Notices::text(12), "");
    story.world.poll("news").await;
    let texts = story.telegram.until_sent(CHAT, 1).await;
    assert!(texts[0].contains(typhoon), "{}", texts[0]);
    story.settled().await;
    running.kill();
    for early in before {
        story.pass(early).await;
        assert_eq!(story.telegram.texts(CHAT).len(), 1, "{early}");
    }
    let running = story.start_at(morning).await;
    let texts = story.telegram.until_sent(CHAT, 2).await;
    running.kill();
    for number in 9..=11 {
        assert!(texts[1].contains(&Notices::title(number)), "{}", texts[1]);
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs libfaketime; see .ci/run"]
async fn quiet_hours_over_midnight_end_by_the_clock_though_it_is_set_forward() {
    let before = [
        "2026-03-28 23:00:02",
        "2026-03-29 00:59:59",
        "2026-03-29 04:59:30",
    ];
    holds(
        "22:00-07:00",
        "2026-03-28 21:30:00",
        &before,
        "2026-03-29 04:59:57",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs libfaketime; see .ci/run"]
async fn quiet_hours_over_midnight_end_by_the_clock_though_it_is_set_back() {
    let before = [
        "2026-10-25 00:59:59",
        "2026-10-25 05:00:01",
        "2026-10-25 05:59:30",
    ];
    holds(
        "22:00-07:00",
        "2026-10-24 20:30:00",
        &before,
        "2026-10-25 05:59:57",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs libfaketime; see .ci/run"]
async fn quiet_hours_that_end_in_an_hour_that_is_left_out_end_with_it() {
    let before = ["2026-03-29 00:59:30"];
    holds(
        "22:00-02:30",
        "2026-03-28 21:30:00",
        &before,
        "2026-03-29 00:59:57",
    )
    .await;
}

const UNTIL: &str = "前将申报材料报送科技处，逾期不予受理。";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs libfaketime; see .ci/run"]
async fn a_reminder_comes_once_a_day_before_by_the_clock_of_its_chat_and_follows_the_deadline() {
    let mut story = Story::begin(["", "time_zone = \"Europe/Berlin\""], "").await;
    let running = story.first_poll("2026-03-20 02:00:00").await;
    let due = |day: &str| format!("现组织申报年度项目，请各部门于2026年{day}{UNTIL}");
    for (number, day) in [
        (9, "3月30日"),
        (10, "3月30日"),
        (11, "3月31日"),
        (12, "3月31日"),
    ] {
        story
            .notices
            .add_as(number, &Notices::title(number), &due(day), "");
    }
    story.world.poll("news").await;
    story.telegram.until_sent(OTHER, 4).await;
    story.telegram.until_sent(CHAT, 4).await;
    for number in 9..=12 {
        for chat in [CHAT, OTHER] {
            story.telegram.say(chat, 5, &format!("/remind {number}"));
        }
    }
    // Two requests are one reminder.
    story.telegram.say(CHAT, 5, "/remind 9");
    story.telegram.until_sent(OTHER, 8).await;
    story.telegram.until_sent(CHAT, 9).await;
    running.kill();
    // Corrected away, which leaves the reminder; put off; brought forward to tomorrow.
    story.notices.rewrite(
        10,
        "现组织申报年度项目，请各部门将申报材料报送科技处，时间另行通知。",
    );
    story.notices.rewrite(11, &due("4月2日"));
    story.notices.rewrite(12, &due("3月21日"));
    let running = story.start_at("2026-03-20 03:00:02").await;
    let is_corrected = || {
        let reminders = story.waiting("c8", "reminder");
        let of = |id: u64| reminders.iter().find(|(known, ..)| *known == id).unwrap();
        of(10).1 == "queued"
            && of(11).2.starts_with("2026-04-01T15:00")
            && of(12).2.starts_with("2026-03-20T16:00")
    };
    story
        .world
        .until("the reminders to follow", is_corrected)
        .await;
    story.settled().await;
    running.kill();
    let reminded = |chat: i64| -> Vec<String> {
        let mut texts = story.telegram.texts(chat);
        texts.retain(|text| text.starts_with("提醒"));
        texts
            .iter()
            .map(|text| text.split('#').next_back().unwrap().to_owned())
            .collect()
    };
    // It is past nine in Shanghai, and not yet nine in Berlin.
    assert_eq!(reminded(CHAT), ["12"]);
    assert!(reminded(OTHER).is_empty());
    // Nine o'clock in Shanghai, then nine o'clock in Berlin, set forward that night; two days later.
    let times = [
        ("2026-03-20 08:00:00", 1, 1),
        ("2026-03-29 00:59:30", 1, 1),
        ("2026-03-29 01:00:00", 3, 1),
        ("2026-03-29 06:59:30", 3, 1),
        ("2026-03-29 07:00:00", 3, 3),
        ("2026-03-30 07:00:00", 3, 3),
        ("2026-04-01 01:00:00", 4, 3),
        // Too late, once the deadline has passed.
        ("2026-04-02 22:00:01", 4, 3),
    ];
    let mut story = story;
    for (utc, here, there) in times {
        story.pass(utc).await;
        let count = |chat: i64| {
            let texts = story.telegram.texts(chat);
            texts.iter().filter(|text| text.starts_with("提醒")).count()
        };
        let deliveries = story.deliveries();
        assert_eq!(
            (count(CHAT), count(OTHER)),
            (here, there),
            "{utc}: {deliveries:#?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs libfaketime; see .ci/run"]
async fn recent_articles_are_read_again_four_times_and_not_after_a_week() {
    let mut story = Story::begin(["", ""], "").await;
    let running = story.first_poll("2026-03-20 02:00:00").await;
    story.notices.add(9);
    story.world.poll("news").await;
    running.kill();
    let mut read = story.notices.read(9);
    assert_eq!(read, 1);
    let times = [
        ("2026-03-20 02:59:30", 0),
        ("2026-03-20 03:00:02", 1),
        ("2026-03-20 04:00:00", 0),
        ("2026-03-20 05:00:02", 1),
        ("2026-03-20 23:00:00", 0),
        ("2026-03-21 02:00:02", 1),
        ("2026-03-22 12:00:00", 0),
        ("2026-03-23 02:00:02", 1),
        ("2026-03-26 02:00:00", 0),
        ("2026-03-27 02:00:02", 0),
        ("2026-04-20 02:00:00", 0),
    ];
    for (utc, more) in times {
        let running = story.start_at(utc).await;
        let is_read = |seen: &Notices| seen.read(9) > read;
        if more > 0 {
            story
                .world
                .until("the article to be read", || is_read(&story.notices))
                .await;
        }
        // A poll of the list comes after everything that the start began.
        story.world.poll("news").await;
        running.stop();
        assert_eq!(story.notices.read(9), read + more, "{utc}");
        read += more;
    }
    // Notices from before the first poll are opened once, again if the program ended in the meantime, but no more
    // often.
    assert!(story.notices.read(8) <= 2);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs libfaketime; see .ci/run"]
async fn what_was_imported_is_read_again_too_and_corrected_where_it_stands() {
    let mut story = Story::begin(["", ""], "").await;
    let running = story.first_poll("2026-03-20 02:00:00").await;
    story.notices.add(9);
    story.world.poll("news").await;
    story.telegram.until_sent(CHAT, 1).await;
    story.settled().await;
    running.stop();
    let exported = story.world.noticast(&["export", "backup.jsonl"]);
    assert!(exported.status.success(), "{exported:?}");
    std::fs::remove_dir_all(story.world.path("state")).unwrap();
    let imported = story.world.noticast(&["import", "backup.jsonl"]);
    assert!(imported.status.success(), "{imported:?}");
    story
        .notices
        .rewrite(9, "经研究决定，消防演练改在第二周举行。");
    let running = story.start_at("2026-03-20 03:00:02").await;
    story.until_edited("改在第二周").await;
    story.settled().await;
    running.kill();
    assert_eq!(story.telegram.texts(CHAT).len(), 1);
    assert!(story.notices.read(8) <= 2);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs libfaketime; see .ci/run"]
async fn a_title_that_flips_edits_once_a_day_and_is_one_note_where_asked_for() {
    let more = "[[channel]]\nid = \"out\"\nkind = \"stdout\"\ncorrections = true\n";
    let mut story = Story::begin(["", ""], more).await;
    let running = story.first_poll("2026-03-20 02:00:00").await;
    let (one, two) = ("关于第九期消防培训的通知", "关于第九期消防演练的通知");
    story.notices.add_as(9, one, &Notices::text(9), "");
    story.world.poll("news").await;
    story.telegram.until_sent(CHAT, 1).await;
    story.settled().await;
    for title in [two, one, two, one] {
        story.notices.retitle(9, title);
        story.world.poll("news").await;
        story.settled().await;
    }
    story.until_edited("更正").await;
    running.kill();
    let corrections = |story: &Story| {
        let edits = story.telegram.calls("editMessageText");
        (edits, story.world.printed().matches("更正").count())
    };
    // One edit in each of two chats.
    assert_eq!(corrections(&story), (2, 1));
    story.pass("2026-03-21 01:59:30").await;
    assert_eq!(corrections(&story), (2, 1));
    // The present title, once the day is over.
    let running = story.start_at("2026-03-21 02:00:05").await;
    let is_back =
        |seen: &Telegram| seen.texts(CHAT)[0].contains(one) && seen.calls("editMessageText") >= 4;
    story.telegram.until("the second edit", is_back).await;
    story.settled().await;
    running.kill();
    assert!(!story.telegram.texts(CHAT)[0].contains(two));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs libfaketime; see .ci/run"]
async fn what_is_corrected_or_taken_down_before_it_was_sent_goes_out_once_corrected_or_not_at_all()
{
    let mut story = Story::begin(["mode = \"digest\"", "quiet = \"09:00-18:00\""], "").await;
    let running = story.first_poll("2026-03-20 02:00:00").await;
    (9..=11).for_each(|number| story.notices.add(number));
    story.world.poll("news").await;
    story.notices.retitle(9, "关于第九期消防演练的通知");
    story.world.poll("news").await;
    running.kill();
    story.notices.rewrite(11, "经研究决定，培训停办。");
    story.notices.rewrite(
        9,
        "经研究决定，消防演练改在第二周举行，请各部门安排人员按时参加。",
    );
    story.notices.take_down(10);
    let running = story.start_at("2026-03-20 03:00:02").await;
    story.world.poll("news").await;
    story.logged("bulletin 11 was corrected").await;
    running.kill();
    let running = story.start_at("2026-03-20 04:05:00").await;
    let is_dropped = || story.waiting("c7", "new")[1].1 == "dropped";
    story.world.until("it to be dropped", is_dropped).await;
    running.kill();
    let running = story.start_at("2026-03-20 09:59:57").await;
    let digest = story.telegram.until_sent(CHAT, 1).await;
    let held = story.telegram.until_sent(OTHER, 1).await;
    story.settled().await;
    running.kill();
    story.pass("2026-03-21 10:00:05").await;
    for text in digest.iter().chain(&held) {
        assert!(text.contains("关于第九期消防演练的通知"), "{text}");
        assert!(!text.contains("更正"), "{text}");
        assert!(!text.contains(&Notices::title(10)), "{text}");
    }
    assert!(held[0].contains("改在第二周"), "{}", held[0]);
    for chat in [CHAT, OTHER] {
        assert_eq!(story.telegram.texts(chat).len(), 1);
    }
    assert_eq!(story.telegram.calls("editMessageText"), 0);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs libfaketime; see .ci/run"]
async fn a_notice_that_is_gone_at_two_polls_an_hour_apart_is_marked() {
    let mut story = Story::begin(["", ""], "").await;
    let running = story.first_poll("2026-03-20 02:00:00").await;
    (9..=10).for_each(|number| story.notices.add(number));
    story.world.poll("news").await;
    story.settled().await;
    running.kill();
    story.notices.take_down(9);
    let state =
        |story: &Story| story.world.list(&["bulletins", "--limit", "2"])[1]["state"].clone();
    // Articles are read again in their order.
    story.notices.rewrite(10, "经研究决定，培训停办。");
    let running = story.start_at("2026-03-20 03:00:02").await;
    story.world.poll("news").await;
    story.logged("bulletin 10 was corrected").await;
    running.kill();
    story.pass("2026-03-20 03:50:00").await;
    assert_eq!(story.notices.read(9), 2);
    assert_eq!(state(&story), "published");
    let running = story.start_at("2026-03-20 04:05:00").await;
    story.until_edited("（已撤回）").await;
    assert_eq!(state(&story), "withdrawn");
    story.settled().await;
    running.kill();
    assert_eq!(story.telegram.texts(CHAT).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs libfaketime; see .ci/run"]
async fn what_waits_when_the_clock_is_set_back_goes_out_at_once() {
    let mut story = Story::begin(["", ""], "").await;
    let running = story.first_poll("2026-03-20 18:00:00").await;
    story
        .telegram
        .fail(&Fault::Refused(500, "Internal Server Error"));
    (9..=10).for_each(|number| story.notices.add(number));
    story.world.poll("news").await;
    let tried = |seen: &Telegram| seen.calls("sendMessage") > 0;
    story.telegram.until("a first try", tried).await;
    running.kill();
    story.telegram.recover();
    for (back, sent) in [("2026-03-20 10:00:00", 2), ("2025-03-20 10:00:00", 3)] {
        let running = story.start_at(back).await;
        for chat in [CHAT, OTHER] {
            story.telegram.until_sent(chat, sent).await;
        }
        story.notices.add(9 + u32::try_from(sent).unwrap());
        story.world.poll("news").await;
        story.telegram.until_sent(CHAT, sent + 1).await;
        running.kill();
    }
}
