//! Tests searches through all texts, with the index on disk that follows the store, and the readers of events.

use std::{collections::BTreeMap, path::Path, time::Duration};

use chrono::Utc;
use noticast::{
    bulletin::{BulletinId, fold},
    ops::{BulletinQuery, HitCount},
};
use reqwest::Response;
use serde_json::Value;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::support::desk::{Desk, found, notice, with_text};

/// An index that is maintained for a desk's store.
struct Kept {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Kept {
    /// Maintains the index in a folder; returns once all texts are in it.
    async fn in_folder(desk: &Desk, folder: &Path) -> Self {
        let stop = CancellationToken::new();
        let (store, kept, until) = (desk.store.clone(), folder.to_owned(), stop.clone());
        let task = tokio::spawn(async move { store.keep_index(kept, until).await.unwrap() });
        while !is_whole(folder) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Self { stop, task }
    }

    async fn end(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }
}

/// Returns whether all texts are in the index of that folder.
pub(crate) fn is_whole(folder: &Path) -> bool {
    let catalog = std::fs::read(folder.join("catalog.json")).unwrap_or_default();
    let catalog: Value = serde_json::from_slice(&catalog).unwrap_or_default();
    catalog["progress"].is_object() && catalog["progress"]["built_to"].is_null()
}

/// Returns a text of few words, so that many bulletins share them.
fn text(random: &mut fastrand::Rng) -> String {
    const WORDS: [&str; 10] = [
        "在建工程",
        "简单的",
        "放假",
        "通知",
        "noticast",
        "2024年",
        "ABC",
        "會議",
        "，",
        " ",
    ];
    let count = random.usize(3..12);
    let words = (0..count).map(|_| WORDS[random.usize(..WORDS.len())]);
    words.collect()
}

/// Returns a piece of some text.
fn word(texts: &BTreeMap<BulletinId, String>, random: &mut fastrand::Rng) -> String {
    let all: Vec<&String> = texts.values().collect();
    let chars: Vec<char> = all[random.usize(..all.len())].chars().collect();
    let from = random.usize(..chars.len());
    let length = random.usize(1..6);
    let word: String = chars[from..].iter().take(length).collect();
    word.split_whitespace().next().unwrap_or("通知").to_owned()
}

async fn admit(desk: &Desk, number: usize, random: &mut fastrand::Rng) -> (BulletinId, String) {
    let text = text(random);
    let title = format!("第{number}份文件");
    let new = with_text(notice("notices", &format!("n{number}"), &title), &text);
    let id = desk.admit("notices", new, Utc::now()).await;
    (id, format!("{title}\n{text}"))
}

/// Checks that random searches find the same as a scan of the texts, newest first.
async fn compare(desk: &Desk, texts: &BTreeMap<BulletinId, String>, random: &mut fastrand::Rng) {
    for _ in 0..40 {
        let words: Vec<String> = (0..random.usize(1..3))
            .map(|_| word(texts, random))
            .collect();
        let query = BulletinQuery {
            source: "notices".parse().ok(),
            words: words.clone(),
            public_only: true,
            ..BulletinQuery::default()
        };
        let hits = desk.store.search(&query).await.unwrap();
        let ids: Vec<BulletinId> = hits.page.items.iter().map(|it| it.id).collect();
        let holds = |text: &str| words.iter().all(|word| fold(text).contains(&fold(word)));
        let scanned = texts.iter().filter(|(_, text)| holds(text));
        let mut scanned: Vec<BulletinId> = scanned.map(|(id, _)| *id).collect();
        scanned.sort_unstable_by(|a, b| b.cmp(a));
        assert_eq!(ids, scanned, "{words:?}");
        assert_eq!(hits.count, Some(HitCount::Exactly(ids.len())), "{words:?}");
    }
}

#[tokio::test]
async fn a_search_finds_what_a_scan_would_before_and_after_each_text_is_in_the_index() {
    let desk = Desk::with_baselines().await;
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("search");
    let mut random = fastrand::Rng::with_seed(16);
    let mut texts = BTreeMap::from([(BulletinId(1), "从前的通知".to_owned())]);
    for number in 0..70 {
        texts.extend([admit(&desk, number, &mut random).await]);
    }
    compare(&desk, &texts, &mut random).await;
    let kept = Kept::in_folder(&desk, &folder).await;
    compare(&desk, &texts, &mut random).await;
    // Some texts stay outside of the index for a while, until enough have arrived.
    for number in 70..170 {
        texts.extend([admit(&desk, number, &mut random).await]);
        if number % 25 == 0 {
            compare(&desk, &texts, &mut random).await;
        }
    }
    kept.end().await;
    texts.extend([admit(&desk, 200, &mut random).await]);
    let kept = Kept::in_folder(&desk, &folder).await;
    compare(&desk, &texts, &mut random).await;
    kept.end().await;
    // A damaged file is noticed, and the index is rebuilt.
    for file in std::fs::read_dir(&folder).unwrap().flatten() {
        if file.path().extension().is_some_and(|it| it == "segment") {
            std::fs::write(file.path(), "damaged").unwrap();
        }
    }
    std::fs::remove_file(folder.join("catalog.json")).unwrap();
    let kept = Kept::in_folder(&desk, &folder).await;
    compare(&desk, &texts, &mut random).await;
    kept.end().await;
}

#[tokio::test]
async fn a_correction_is_found_by_its_new_words_and_by_the_old_ones_no_more() {
    let desk = Desk::with_baselines().await;
    let folder = tempfile::tempdir().unwrap();
    desk.admit(
        "notices",
        with_text(notice("notices", "1", "关于放假的通知"), "放假三天。"),
        Utc::now(),
    )
    .await;
    let kept = Kept::in_folder(&desk, &folder.path().join("search")).await;
    let corrected = with_text(notice("notices", "1", "关于调休的通知"), "调休两天。");
    let known = found(notice("notices", "0", "从前的通知"));
    desk.poll("notices", vec![corrected, known], Utc::now())
        .await;
    let page = desk.page("/?q=%E8%B0%83%E4%BC%91").await;
    assert!(
        page.contains("关于<mark>调休</mark>的通知") && page.contains("共 1 条"),
        "{page}"
    );
    let page = desk.page("/?q=%E6%94%BE%E5%81%87").await;
    assert!(page.contains("没有找到相关通知"), "{page}");
    kept.end().await;
}

#[tokio::test]
async fn names_of_files_are_searched_and_private_sources_are_not() {
    let desk = Desk::with_baselines().await;
    let folder = tempfile::tempdir().unwrap();
    let kept = Kept::in_folder(&desk, &folder.path().join("search")).await;
    for source in ["notices", "inside"] {
        let mut new = with_text(notice(source, "1", &format!("{source}的通知")), "见附件。");
        new.article.as_mut().unwrap().attachments = vec![noticast::bulletin::Attachment {
            url: "https://www.example.com/1.xlsx".to_owned(),
            name: "值班安排表.xlsx".to_owned(),
            size: None,
        }];
        desk.admit(source, new, Utc::now()).await;
    }
    let page = desk.page("/?q=%E7%8F%AD%E5%AE%89%E6%8E%92").await;
    assert!(
        page.contains("notices的通知") && !page.contains("inside的通知"),
        "{page}"
    );
    assert!(page.contains("值<mark>班安排</mark>表.xlsx"), "{page}");
    let (status, found) = desk
        .asked("/api/v1/bulletins?q=%E7%8F%AD%E5%AE%89%E6%8E%92")
        .await;
    assert_eq!((status, found["items"].as_array().unwrap().len()), (200, 2));
    assert_eq!(desk.asked("/api/v1/deliveries?q=x").await.0, 400);
    kept.end().await;
}

/// Reads a stream of events until one with data is complete; returns its lines.
async fn event(stream: &mut Response, rest: &mut String) -> String {
    loop {
        if let Some((event, behind)) = rest.clone().split_once("\n\n") {
            *rest = behind.to_owned();
            if event.contains("data:") {
                return event.to_owned();
            }
            continue;
        }
        let chunk = stream.chunk().await.unwrap().expect("the stream goes on");
        rest.push_str(std::str::from_utf8(&chunk).unwrap());
    }
}

#[tokio::test]
async fn readers_hear_of_what_is_published_and_corrected_and_go_on_where_they_left_off() {
    let desk = Desk::with_baselines().await;
    let mut stream = desk.get("/events").send().await.unwrap();
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    let mut rest = String::new();
    desk.publish("inside", "1", "只给内部看的").await;
    let id = desk.publish("notices", "1", "关于放假的通知").await;
    let first = event(&mut stream, &mut rest).await;
    assert!(
        first.contains("event: bulletin") && first.contains("关于放假的通知"),
        "{first}"
    );
    let data = first
        .lines()
        .find_map(|line| line.strip_prefix("data: "))
        .unwrap();
    let data: Value = serde_json::from_str(data).unwrap();
    assert_eq!(
        (&data["id"], &data["source"]),
        (&id.0.into(), &"notices".into())
    );
    let corrected = found(notice("notices", "1", "关于放假安排的通知"));
    let known = found(notice("notices", "0", "从前的通知"));
    desk.poll("notices", vec![corrected, known], Utc::now())
        .await;
    let second = event(&mut stream, &mut rest).await;
    assert!(
        second.contains("event: revision") && second.contains("放假安排"),
        "{second}"
    );
    let number = first
        .lines()
        .find_map(|line| line.strip_prefix("id: "))
        .unwrap();
    let again = desk.get("/events").header("last-event-id", number);
    let mut again = again.send().await.unwrap();
    assert_eq!(event(&mut again, &mut String::new()).await, second);
    let from_start = desk.get("/events").header("last-event-id", "0");
    let mut from_start = from_start.send().await.unwrap();
    let replayed = event(&mut from_start, &mut String::new()).await;
    assert!(
        replayed.contains(&format!("id: {number}\n")),
        "what a first poll found is no news: {replayed}"
    );
    let wrong = desk.get("/events").header("last-event-id", "x");
    assert_eq!(wrong.send().await.unwrap().status(), 400);
}

#[tokio::test]
async fn streams_end_when_the_program_does() {
    let desk = Desk::with_baselines().await;
    let mut stream = desk.get("/events").send().await.unwrap();
    desk.stop.cancel();
    while stream.chunk().await.unwrap().is_some() {}
    desk.served.await.unwrap().unwrap();
}

#[tokio::test]
async fn the_board_shows_what_was_published_and_the_script_is_our_own() {
    let desk = Desk::with_baselines().await;
    assert!(
        desk.page("/board").await.contains("从前的通知"),
        "a new board shows what is there"
    );
    let new = with_text(
        notice("notices", "1", "关于放假的通知"),
        "放假三天，请安排好值班。",
    );
    desk.admit("notices", new, Utc::now()).await;
    let board = desk.page("/board").await;
    for part in [
        "关于放假的通知",
        "请安排好值班",
        "id=\"slides\"",
        "data-zone=\"Asia/Shanghai\"",
    ] {
        assert!(board.contains(part), "{part}");
    }
    assert!(!board.contains("从前的通知") && !board.contains("qr.svg"));
    let script = desk.get("/noticast.js").send().await.unwrap();
    let policy = script.headers()["content-security-policy"]
        .to_str()
        .unwrap();
    assert!(
        policy.contains("script-src 'self'") && !policy.contains("unsafe"),
        "{policy}"
    );
    assert!(
        script.headers()["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/javascript")
    );
}
