//! Tests that what was seen stays seen, through the public methods and across restarts.

use super::*;
use crate::bulletin::{Article, BulletinState, Cause, Filter, Select};

#[tokio::test]
async fn items_that_return_after_a_thousand_others_are_no_news() {
    let world = World::new(&[chat("a", 1)]).await;
    world.poll(list([1, 2, 3])).await;
    for start in (4..1004).step_by(50) {
        world.poll(list(start..start + 50)).await;
    }
    let admitted = world.poll(list([2, 1, 3])).await;
    assert_eq!(admitted, Admitted::default());
}

#[tokio::test]
async fn a_character_that_no_database_takes_as_text_hinders_no_later_poll() {
    let world = World::new(&[]).await;
    let mut page = list(1..10);
    page[0].summary = Some("甲\0乙".to_owned());
    world.poll(page).await;
    // This number at once is compared with the archived titles.
    let admitted = world.poll(list(100..160)).await;
    assert_eq!(
        admitted.held.len() + admitted.published.len(),
        60,
        "{admitted:?}"
    );
}

#[tokio::test]
async fn tracking_parameters_that_change_at_each_poll_write_nothing() {
    let world = World::new(&[]).await;
    let page = |poll: u32| {
        let rows = [2, 1].map(|n| {
            row(
                &format!("{n}.htm?utm_id={poll}&_={}", 1_668_900_000 + poll),
                &format!("{n}"),
                "",
            )
        });
        rows.to_vec()
    };
    world.poll(page(0)).await;
    let before = world.store.health().await.disk_bytes;
    for poll in 1..50 {
        assert_eq!(world.poll(page(poll)).await, Admitted::default());
    }
    assert_eq!(world.store.health().await.disk_bytes, before);
}

#[tokio::test]
async fn addresses_that_change_in_unknown_ways_are_known_by_title_and_day_for_good() {
    let world = World::new(&[]).await;
    let page = |poll: u32| {
        vec![
            row(&format!("v{poll}/1.htm"), "甲", "2022-11-01"),
            row(&format!("v{poll}/0.htm"), "乙", ""),
        ]
    };
    world.poll(page(0)).await;
    for poll in 1..40 {
        assert_eq!(world.poll(page(poll)).await, Admitted::default());
    }
    let bulletin = world.store.bulletin(BulletinId(2)).await.unwrap().unwrap();
    assert!(
        bulletin.url.contains("/v7/"),
        "the address is followed for a while: {}",
        bulletin.url
    );
    assert_eq!(bulletin.revision, 0);
}

#[tokio::test]
async fn an_edited_title_is_a_revision_and_flipping_back_is_none() {
    let world = World::new(&[chat("a", 1)]).await;
    let page = |title: &str| vec![row("1.htm", title, "2022-11-01")];
    world.poll(page("关于放假的通知")).await;
    assert_eq!(
        world.poll(page("关于放假的通知（更正）")).await.revised,
        [BulletinId(1)]
    );
    for _ in 0..3 {
        assert_eq!(
            world.poll(page("关于放假的通知")).await,
            Admitted::default()
        );
        assert_eq!(
            world.poll(page("关于放假的通知（更正）")).await,
            Admitted::default()
        );
    }
    let bulletin = world.store.bulletin(BulletinId(1)).await.unwrap().unwrap();
    assert_eq!(
        (bulletin.title.as_str(), bulletin.revision),
        ("关于放假的通知（更正）", 1)
    );
    assert!(world.drain().await.is_empty());
    // A counter in the title is not a correction forever.
    let mut revised = 0;
    for reader in 0..30 {
        revised += world
            .poll(page(&format!("关于放假的通知（{reader} 人已读）")))
            .await
            .revised
            .len();
    }
    assert!(revised < 10, "{revised}");
}

#[tokio::test]
async fn an_article_fills_the_archive_and_its_correction_is_a_revision() {
    let world = World::new(&[chat("a", 1)]).await;
    world.poll(list([1])).await;
    let poll = |text: &str| PollFindings {
        source: "news".parse().unwrap(),
        found: vec![
            Found {
                notice: row("2.htm", "关于做好2022年冬季…", "2022-11-20"),
                article: Some(Article {
                    title: Some("关于做好2022年冬季供暖工作的通知".to_owned()),
                    published: Some("2022-11-20T08:30:00+08:00".to_owned().try_into().unwrap()),
                    author: Some("张三".to_owned()),
                    summary: Some("供暖提前。".to_owned()),
                    text: text.to_owned(),
                    text_as_published: Some(format!("{text}（繁）")),
                    ..Article::default()
                }),
            },
            Found {
                notice: list([1]).remove(0),
                article: None,
            },
        ],
        state: PollState::default(),
    };
    let long = "供暖提前，请各单位做好准备。\n".repeat(20_000);
    let admitted = world.store.admit(poll(&long), world.now).await.unwrap();
    let id = admitted.published[0];
    let bulletin = world.store.bulletin(id).await.unwrap().unwrap();
    assert_eq!(bulletin.title, "关于做好2022年冬季供暖工作的通知");
    assert_eq!(
        bulletin.published.unwrap().to_string(),
        "2022-11-20T08:30:00+08:00"
    );
    assert_eq!(bulletin.publisher.as_deref(), Some("张三"));
    assert_eq!(bulletin.summary.as_deref(), Some("供暖提前。"));
    assert_eq!(world.store.text(id).await.unwrap().unwrap(), long);
    assert_eq!(
        world.store.text_as_published(id).await.unwrap().unwrap(),
        format!("{long}（繁）")
    );
    assert_eq!(
        world.store.admit(poll(&long), world.now).await.unwrap(),
        Admitted::default()
    );
    assert_eq!(
        world
            .store
            .admit(poll("短"), world.now)
            .await
            .unwrap()
            .revised,
        [id]
    );
    assert_eq!(world.store.text(id).await.unwrap().unwrap(), "短");
    let found = BulletinQuery {
        words: vec![
            "工作的通知".to_owned(),
            "２０２２年".to_owned(),
            "短".to_owned(),
        ],
        ..BulletinQuery::default()
    };
    assert_eq!(world.store.bulletins(&found).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn announce_first_pushes_the_newest_of_the_first_poll() {
    let source = Source {
        announce_first: 2,
        ..source("news")
    };
    let world = World::with(&[source], &[chat("a", 1)]).await;
    let admitted = world.poll(list([5, 4, 3, 2])).await;
    assert_eq!(
        world.titles(&admitted.published).await,
        ["第4号通知", "第5号通知"]
    );
    let first = world
        .store
        .bulletin(admitted.published[0])
        .await
        .unwrap()
        .unwrap();
    assert_eq!(first.cause, Cause::Announced);
    assert_eq!(world.drain().await.len(), 2);
}

#[tokio::test]
async fn what_the_source_refuses_is_archived_and_not_pushed() {
    let filter = Filter::new(&["通知".to_owned()], &["招聘".to_owned()]).unwrap();
    let source = Source {
        filter,
        ..source("news")
    };
    let world = World::with(&[source], &[chat("a", 1)]).await;
    world.poll(list([1])).await;
    let admitted = world
        .poll(vec![
            row("4.htm", "招聘通知", ""),
            row("3.htm", "停水通知", ""),
            row("2.htm", "要闻", ""),
            list([1]).remove(0),
        ])
        .await;
    assert_eq!(world.titles(&admitted.published).await, ["停水通知"]);
    let quiet = &admitted.quiet;
    assert_eq!(
        world_cause(&world.store, quiet[0]).await,
        Cause::Filtered("include".to_owned())
    );
    assert_eq!(
        world_cause(&world.store, quiet[1]).await,
        Cause::Filtered("招聘".to_owned())
    );
}

async fn world_cause(store: &Store, id: BulletinId) -> Cause {
    store.bulletin(id).await.unwrap().unwrap().cause
}

#[tokio::test]
async fn an_edited_address_or_selector_starts_a_new_baseline_and_nothing_else_does() {
    let world = World::new(&[chat("a", 1)]).await;
    world.poll(list([1])).await;
    let named = Source {
        name: "另一个名字".to_owned(),
        announce_first: 3,
        ..source("news")
    };
    world
        .store
        .sync_config(&[named], &[chat("a", 1)])
        .await
        .unwrap();
    assert_eq!(world.poll(list([2, 1])).await.published.len(), 1);
    let select = Select {
        item: Some("li".to_owned()),
        ..Select::default()
    };
    let selected = Source {
        select,
        ..source("news")
    };
    let news = "news".parse().unwrap();
    let paused = world
        .store
        .set_paused(&news, true, &Actor::Config, world.now);
    paused.await.unwrap();
    let failing = PollState {
        failures: 3,
        ..PollState::default()
    };
    let kept = world.store.keep_poll(&news, failing, world.now);
    kept.await.unwrap();
    world
        .store
        .sync_config(std::slice::from_ref(&selected), &[chat("a", 1)])
        .await
        .unwrap();
    let state = world.store.poll_state(&"news".parse().unwrap());
    assert_eq!((state.failures, state.paused), (0, true));
    let judged = world
        .store
        .judge(&"news".parse().unwrap(), &list([4, 3, 2]))
        .await
        .unwrap();
    assert!(judged.first_poll);
    assert_eq!(world.poll(list([4, 3, 2])).await.quiet.len(), 2);
    assert_eq!(world.poll(list([5, 4, 3])).await.published.len(), 1);
    let world = world.reopen(&[selected], &[chat("a", 1)]).await;
    assert_eq!(world.poll(list([5, 4, 3])).await, Admitted::default());
}

#[tokio::test]
async fn a_page_that_nothing_connects_is_reported() {
    let world = World::new(&[]).await;
    let id = "news".parse().unwrap();
    let judge = async |rows: Vec<Notice>| {
        let judged = world.store.judge(&id, &rows).await;
        judged.unwrap().unconnected
    };
    assert!(
        !judge(list([9, 8])).await,
        "the first poll has nothing to connect to"
    );
    world.poll(list([2, 1])).await;
    assert!(judge(list([9, 8])).await);
    assert!(!judge(list([9, 2])).await);
    assert!(!judge(Vec::new()).await);
    assert!(
        world
            .store
            .judge(&"other".parse().unwrap(), &[])
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_poll_state_is_kept_with_its_admission_or_when_all_are_saved() {
    let world = World::new(&[]).await;
    let id: SourceId = "news".parse().unwrap();
    let mut failed_polls = FailedPolls::default();
    failed_polls.count("2026-11-29".parse().unwrap());
    let state = PollState {
        failures: 2,
        error: Some("503".to_owned()),
        failed_polls,
        ..PollState::default()
    };
    let kept = world.store.keep_poll(&id, state.clone(), world.now);
    kept.await.unwrap();
    assert_eq!(world.store.poll_state(&id), state);
    let world = world.reopen(&[source("news")], &[]).await;
    assert_eq!(world.store.poll_state(&id), state);
    let next = PollState {
        failures: 0,
        rows: Some([7; 16]),
        ..PollState::default()
    };
    let poll = PollFindings {
        source: id.clone(),
        found: Vec::new(),
        state: next.clone(),
    };
    world.store.admit(poll, world.now).await.unwrap();
    let world = world.reopen(&[source("news")], &[]).await;
    assert_eq!(world.store.poll_state(&id), next);
    // The record of all is newer than the row of that admission.
    let last = PollState {
        failures: 9,
        ..next
    };
    let kept = world.store.keep_poll(&id, last.clone(), world.now);
    kept.await.unwrap();
    let world = world.reopen(&[source("news")], &[]).await;
    assert_eq!(world.store.poll_state(&id), last);
}

#[tokio::test]
async fn lists_come_in_pages_newest_first() {
    let world = World::with(
        &[
            source("news"),
            Source {
                public: false,
                ..source("inner")
            },
        ],
        &[chat("a", 1)],
    )
    .await;
    world.poll(list(1..=10)).await;
    world.poll_source("inner", list(1..=3)).await;
    world.poll(list((1..=12).rev())).await;
    let ids = async |query: BulletinQuery| {
        let page = world.store.bulletins(&query).await.unwrap();
        (
            page.items.iter().map(|b| b.id.0).collect::<Vec<_>>(),
            page.more,
        )
    };
    let base = BulletinQuery {
        limit: Some(2),
        ..BulletinQuery::default()
    };
    assert_eq!(ids(base.clone()).await, (vec![15, 14], true));
    assert_eq!(
        ids(BulletinQuery {
            before: Some(BulletinId(14)),
            ..base.clone()
        })
        .await,
        (vec![10, 9], true)
    );
    let public = BulletinQuery {
        public_only: true,
        before: Some(BulletinId(14)),
        ..base.clone()
    };
    assert_eq!(ids(public).await, (vec![10, 9], true));
    let inner = BulletinQuery {
        source: Some("inner".parse().unwrap()),
        limit: None,
        ..base.clone()
    };
    assert_eq!(ids(inner).await, (vec![13, 12, 11], false));
    let sent = BulletinQuery {
        channel: Some("a".parse().unwrap()),
        ..base.clone()
    };
    assert_eq!(ids(sent).await, (vec![15, 14], false));
    let states = vec![BulletinState::Published];
    assert_eq!(
        ids(BulletinQuery {
            states,
            limit: None,
            ..base.clone()
        })
        .await,
        (vec![15, 14], false)
    );
    let since = Some(world.now + chrono::Duration::seconds(1));
    assert_eq!(
        ids(BulletinQuery {
            since,
            ..base.clone()
        })
        .await,
        (vec![], false)
    );
    let unknown = BulletinQuery {
        source: Some("gone".parse().unwrap()),
        ..base
    };
    assert_eq!(ids(unknown).await, (vec![], false));
    let sources = world.store.sources().await.unwrap();
    assert_eq!(
        sources.iter().map(|s| s.bulletins).collect::<Vec<_>>(),
        [12, 3]
    );
    assert_eq!(world.store.health().await.bulletins, 15);
}

#[tokio::test]
async fn what_a_source_brings_that_is_added_later_stands_where_its_dates_say() {
    let world = World::with(&[source("news"), source("later")], &[chat("a", 1)]).await;
    world
        .poll(vec![row("1.htm", "昨日通知", "2022-11-30")])
        .await;
    let rows = || {
        vec![
            row("2.htm", "今日通知", "2022-12-01"),
            row("1.htm", "昨日通知", "2022-11-30"),
        ]
    };
    world.poll(rows()).await;
    world.poll_source("later", list([5, 4])).await;
    let titles = async |world: &World, before| {
        let query = BulletinQuery {
            before,
            limit: Some(3),
            ..BulletinQuery::default()
        };
        let page = world.store.bulletins(&query).await.unwrap();
        page.items
            .into_iter()
            .map(|it| it.title)
            .collect::<Vec<_>>()
    };
    let newest = ["今日通知", "昨日通知", "第5号通知"];
    assert_eq!(titles(&world, None).await, newest);
    // A list continues below any number.
    let ids = async |title: &str| {
        let all = world
            .store
            .bulletins(&BulletinQuery::default())
            .await
            .unwrap();
        let mut all = all.items.into_iter();
        all.find(|it| it.title == title).map(|it| it.id)
    };
    assert_eq!(
        titles(&world, ids("昨日通知").await).await,
        ["第5号通知", "第4号通知"]
    );
    let since = BulletinQuery {
        since: Some(world.now),
        ..BulletinQuery::default()
    };
    let since = world.store.bulletins(&since).await.unwrap();
    assert_eq!(since.items[0].title, "今日通知");
    assert_eq!(since.items.len(), 4);
}

#[tokio::test]
async fn counters_and_marks_in_any_form_are_no_corrections_and_no_news() {
    let forms: [fn(&str, u32) -> String; 7] = [
        |title, count| format!("{title}[{count}/3]"),
        |title, count| format!("{title} /{count}"),
        |title, count| format!("({count}){title}"),
        |title, count| format!("{title} 剩余{count}天"),
        |title, count| format!("{count}小时前 {title}"),
        |title, count| format!("{title}热度 {count}"),
        |title, count| format!("办公室{count}丨{title}"),
    ];
    let titles = ["关于放假的通知", "停水公告", "食堂开放安排", "图书馆讲座"];
    for (form, date) in forms
        .iter()
        .flat_map(|form| [(form, "2022-11-01"), (form, "")])
    {
        let world = World::new(&[chat("a", 1)]).await;
        let page = |poll: u32| -> Vec<_> {
            let rows = (1..).zip(titles).map(|(n, title)| {
                let count = 7 * n + poll * (n % 3 + 1);
                row(&format!("{n}.htm"), &form(title, count), date)
            });
            rows.collect()
        };
        world.poll(page(0)).await;
        for poll in 1..9 {
            let admitted = world.poll(page(poll)).await;
            assert_eq!(admitted, Admitted::default(), "{:?}", page(poll));
        }
        // One row moves, the others stay.
        let mut one = page(8);
        one[0].title = form(titles[0], 300);
        if !one[0].title.contains("丨") {
            assert_eq!(world.poll(one).await, Admitted::default(), "{date}");
        }
        // A real correction among counters counts at most once.
        let mut corrected = page(9);
        corrected[1].title = form("停电公告", 99);
        assert!(world.poll(corrected).await.revised.len() <= 1);
    }
}

#[tokio::test]
async fn fifty_polls_of_titles_that_pages_dress_anew_bring_neither_news_nor_corrections() {
    let dresses: [fn(&str, u32) -> String; 14] = [
        |title, _| title.to_owned(),
        |title, count| format!("{title} 阅读：{count}"),
        |title, count| format!("{title}（点击数：{count}次）"),
        |title, count| format!("{title}（已有 {count} 人浏览）"),
        |title, count| format!("{title}[浏览:{count}]"),
        |title, count| format!("{title} {count} views"),
        |title, count| format!("（{}）{title}", count % 30 + 1),
        |title, count| format!("{}. {title}", count % 30 + 1),
        |title, _| format!("【置顶】{title}"),
        |title, _| format!("[TOP]{title} NEW"),
        |title, _| format!("🔥{title}.docx"),
        |title, _| format!("{title}{title}"),
        |title, _| format!("📌 {title} 热"),
        |title, count| format!("①{title} 评论({count})"),
    ];
    let titles = [
        "关于放假安排的通知",
        "自来水管网停水公告",
        "学生食堂开放时间安排",
        "图书馆系列讲座预告",
        "关于表彰先进集体的决定",
    ];
    let world = World::new(&[chat("a", 1)]).await;
    let page = |poll: usize| -> Vec<_> {
        let rows = (1..).zip(titles).map(|(n, title)| {
            let dress = dresses[(poll * 5 + n * 3) % dresses.len()];
            let count = u32::try_from(poll * 7 + n * 11).unwrap();
            let title = crate::bulletin::clean_title(&dress(title, count));
            row(&format!("{n}.htm"), &title, "2022-11-01")
        });
        rows.collect()
    };
    world.poll(page(0)).await;
    for poll in 1..=50 {
        let admitted = world.poll(page(poll)).await;
        assert_eq!(admitted, Admitted::default(), "{:?}", page(poll));
    }
}

#[tokio::test]
async fn days_and_numbers_that_are_corrected_are_corrections_also_in_two_rows_at_once() {
    let world = World::new(&[chat("a", 1)]).await;
    let page = |day: u32, count: u32| {
        vec![
            row("1.htm", &format!("关于12月{day}日停水的通知"), "2022-11-01"),
            row("2.htm", &format!("关于12月{day}日停电的通知"), "2022-11-01"),
            row("3.htm", &format!("后勤处拟招聘{count}人公告"), "2022-11-01"),
            row("4.htm", "食堂开放安排", "2022-11-01"),
        ]
    };
    world.poll(page(11, 12)).await;
    assert_eq!(world.poll(page(14, 12)).await.revised.len(), 2);
    assert_eq!(world.poll(page(14, 15)).await.revised.len(), 1);
}

#[tokio::test]
async fn counters_that_no_word_names_make_no_news_of_rows_at_one_address() {
    let forms: [fn(usize) -> String; 5] = [
        |count| format!("/{count}"),
        |count| format!("{count}跟帖"),
        |count| format!("#{count}"),
        |count| format!("{count}赞"),
        |count| format!("剩余{count}天"),
    ];
    for form in forms {
        for date in ["", "2022-11-20"] {
            let world = World::new(&[]).await;
            let page = |poll: usize| {
                let title = |(place, title): (usize, &str)| {
                    format!("{title} {}", form(30 + 7 * place + poll * (place + 1)))
                };
                let titles = [(0, "停水通知"), (1, "食堂安排"), (2, "道路封闭公告")].map(title);
                titles.map(|title| row("t", &title, date)).to_vec()
            };
            world.poll(page(0)).await;
            for poll in [1, 2, 2, 3] {
                assert_eq!(world.poll(page(poll)).await, Admitted::default());
            }
            // A row next to them is news, and only that row.
            let mut rows = page(4);
            rows.insert(0, row("t", &format!("体检安排 {}", form(2)), date));
            let admitted = world.poll(rows).await;
            assert_eq!(admitted.published.len(), 1, "{admitted:?}");
            assert!(admitted.quiet.is_empty() && admitted.revised.is_empty());
        }
    }
}

#[tokio::test]
async fn a_series_at_one_address_is_news() {
    let world = World::new(&[]).await;
    world
        .poll(vec![row("t", "简报22", ""), row("t", "简报21", "")])
        .await;
    for top in [23, 24] {
        let page = [top, top - 1].map(|n| row("t", &format!("简报{n}"), ""));
        let admitted = world.poll(page.to_vec()).await;
        assert_eq!(admitted.published.len(), 1, "{top}");
    }
}

#[tokio::test]
async fn news_at_addresses_that_are_places_is_pushed_and_nothing_is_retitled() {
    let world = World::new(&[]).await;
    let page = |top: usize| -> Vec<Notice> {
        let titles = [
            "停水通知",
            "食堂安排",
            "道路封闭公告",
            "体检安排",
            "班车调整",
        ];
        let rows = titles[top..].iter().enumerate();
        rows.map(|(place, title)| row(&format!("news{}.html", place + 1), title, ""))
            .collect()
    };
    world.poll(page(3)).await;
    for (top, title) in [(2, "道路封闭公告"), (1, "食堂安排"), (0, "停水通知")] {
        let admitted = world.poll(page(top)).await;
        assert_eq!(world.titles(&admitted.published).await, [title]);
        assert!(admitted.revised.is_empty(), "{admitted:?}");
        assert_eq!(world.poll(page(top)).await, Admitted::default());
    }
}

#[tokio::test]
async fn an_undated_number_is_corrected_and_a_counter_is_none() {
    let world = World::new(&[]).await;
    let page = |jobs: u32, answers: u32| {
        vec![
            row("a/200.html", &format!("拟招聘{jobs}人的公告"), ""),
            row("a/98.html", &format!("停水通知 {answers}跟帖"), ""),
            row("a/97.html", "食堂安排", ""),
            row("a/96.html", "道路封闭公告", ""),
        ]
    };
    world.poll(page(12, 3)).await;
    assert_eq!(world.poll(page(12, 4)).await, Admitted::default());
    let admitted = world.poll(page(15, 5)).await;
    assert_eq!(admitted.revised, [BulletinId(4)]);
    assert!(admitted.published.is_empty());
}
