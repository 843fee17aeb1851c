//! Tests that searches over real texts find the same as a scan, and continue to do so whenever the program is killed.

use std::time::{Duration, Instant};

use chrono::Utc;
use noticast::{
    bulletin::{BulletinId, Source, fold},
    ops::{BulletinQuery, Found, HitCount, PollFindings, PollState, Store},
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::{
    desk::{Desk, config, notice, with_text},
    rig::{Noticast, wait},
    world::World,
};

const ROWS: usize = 900;

/// Returns paragraphs of the articles in the corpus that `CORPUS` names.
fn paragraphs() -> Vec<String> {
    let folder = std::env::var("CORPUS").expect("CORPUS names the corpus; see .ci/run");
    let of = |file: &str, key: &str| -> Vec<String> {
        let labels = std::fs::read(format!("{folder}/articles/{file}")).unwrap();
        let labels: Value = serde_json::from_slice(&labels).unwrap();
        let texts = labels.as_object().unwrap().values();
        let texts = texts.filter_map(|label| label[key].as_str());
        let lines = texts.flat_map(|text| text.lines().map(str::trim));
        lines
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let mut all = of("zh/labels.json", "body");
    all.extend(of("en/gold.json", "articleBody"));
    assert!(all.len() > 1500, "{}", all.len());
    all
}

fn rows(source: &str, texts: &[String]) -> Vec<Found> {
    let row = |(place, text): (usize, &String)| {
        with_text(
            notice(source, &format!("p{place}"), &format!("第{place}段")),
            text,
        )
    };
    texts.iter().enumerate().map(row).collect()
}

/// Returns one to three pieces of the texts, some of them in other letters.
fn words(texts: &[String], random: &mut fastrand::Rng) -> Vec<String> {
    let from = &texts[random.usize(..texts.len())];
    let chars: Vec<char> = from.chars().collect();
    let mut words = Vec::new();
    for _ in 0..random.usize(1..=3) {
        let (at, length) = (random.usize(..chars.len()), random.usize(1..=8));
        let word: String = chars[at..].iter().take(length).collect();
        let word = match random.u32(..4) {
            0 => word.to_uppercase(),
            _ => word,
        };
        words.extend(word.split_whitespace().next().map(str::to_owned));
    }
    words
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the corpus, named by CORPUS; .ci/run names it"]
async fn ten_thousand_random_searches_find_what_a_scan_finds() {
    let paragraphs = paragraphs();
    let desk = Desk::open_with(config(), true).await;
    let mut texts: Vec<(BulletinId, String)> = Vec::new();
    for (source, part) in ["notices", "news", "inside"]
        .iter()
        .zip(paragraphs.chunks(ROWS))
    {
        desk.poll(source, rows(source, part), Utc::now()).await;
    }
    let all = desk
        .store
        .bulletins(&BulletinQuery::default())
        .await
        .unwrap();
    for bulletin in all.items {
        let text = desk
            .store
            .text(bulletin.id)
            .await
            .unwrap()
            .unwrap_or_default();
        texts.push((bulletin.id, fold(&format!("{}\n{text}", bulletin.title))));
    }
    let folder = tempfile::tempdir().unwrap();
    let (store, stop) = (desk.store.clone(), CancellationToken::new());
    let (kept, until) = (folder.path().join("search"), stop.clone());
    let index = tokio::spawn(async move { store.keep_index(kept, until).await });
    let mut random = fastrand::Rng::with_seed(16);
    let mut found = 0;
    for _ in 0..10_000 {
        let words = words(&paragraphs, &mut random);
        if words.is_empty() {
            continue;
        }
        let query = BulletinQuery {
            words: words.clone(),
            ..BulletinQuery::default()
        };
        let hits = desk.store.search(&query).await.unwrap();
        let ids: Vec<BulletinId> = hits.page.items.iter().map(|it| it.id).collect();
        let folded: Vec<String> = words.iter().map(|word| fold(word)).collect();
        let holds = |(_, text): &&(BulletinId, String)| folded.iter().all(|it| text.contains(it));
        let scanned: Vec<BulletinId> = texts.iter().filter(holds).map(|(id, _)| *id).collect();
        assert_eq!(ids, scanned, "{words:?}");
        assert_eq!(hits.count, Some(HitCount::Exactly(ids.len())), "{words:?}");
        found += ids.len();
    }
    assert!(found > 10_000, "{found} hits");
    stop.cancel();
    index.await.unwrap().unwrap();
}

const KILLS: usize = 100;
const WITHIN: Duration = Duration::from_secs(5);
const SOURCES: [&str; 3] = ["notices", "news", "inside"];

/// Fills a stopped world with many texts; returns how many contain the word of the search.
async fn filled(world: &World) -> usize {
    let source = |id: &&str| {
        let url = format!("http://127.0.0.1:9/{id}/").parse().unwrap();
        Source::new(id.parse().unwrap(), url)
    };
    let sources: Vec<Source> = SOURCES.iter().map(source).collect();
    let store = Store::open(&world.path("state")).await.unwrap();
    store.sync_config(&sources, &[]).await.unwrap();
    let mut holding = 0;
    for id in SOURCES {
        let text = |n: usize| match n.is_multiple_of(9) {
            true => format!(
                "第{n}个在建工程的简单说明。{}",
                "请各单位遵照执行。".repeat(20)
            ),
            false => format!("第{n}号通知的内容。{}", "请各部门认真阅读。".repeat(20)),
        };
        let texts: Vec<String> = (0..ROWS).map(text).collect();
        holding += texts.iter().filter(|text| text.contains("建工程")).count();
        let findings = PollFindings {
            source: id.parse().unwrap(),
            found: rows(id, &texts),
            state: PollState::default(),
        };
        store.admit(findings, Utc::now()).await.unwrap();
    }
    store.close().await.unwrap();
    holding
}

/// Returns how many bulletins the running program finds.
async fn found(world: &World) -> Option<usize> {
    let instance = world.instance();
    let url = format!(
        "{}/api/v1/bulletins?limit=500&q=%E5%BB%BA%E5%B7%A5%E7%A8%8B",
        world.url()
    );
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let asked = client.get(url).bearer_auth(instance["token"].as_str()?);
    let answer: Value = asked.send().await.ok()?.json().await.ok()?;
    Some(answer["items"].as_array()?.len())
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn a_hundred_kills_while_texts_are_indexed_leave_no_search_wrong() {
    let world = World::new();
    let sources: String = SOURCES
        .iter()
        .map(|id| format!("[[source]]\nid = \"{id}\"\nurl = \"http://127.0.0.1:9/{id}/\"\nschedule = \"@yearly\"\n"))
        .collect();
    world.configure(&format!("[web]\nlisten = \"127.0.0.1:0\"\n{sources}"));
    let holding = filled(&world).await;
    let mut random = fastrand::Rng::with_seed(7);
    for kill in 0..KILLS {
        // The index is rebuilt now and then; in between it continues with the rest.
        if kill % 4 == 0 {
            let _ = std::fs::remove_dir_all(world.path("state").join("search"));
        }
        let running = world.start_and_wait().await;
        let begun = Instant::now();
        while found(&world).await != Some(holding) {
            assert!(
                begun.elapsed() < WITHIN,
                "start {kill}: {:?} of {holding}",
                found(&world).await
            );
        }
        tokio::time::sleep(Duration::from_millis(random.u64(..700))).await;
        running.kill();
    }
    let running = world.start_and_wait().await;
    assert_eq!(found(&world).await, Some(holding));
    running.stop();
}

/// Returns the number of texts, which `NOTICAST_TEXTS=1000000` raises.
fn many() -> usize {
    let asked_for = std::env::var("NOTICAST_TEXTS").ok();
    asked_for.map_or(100_000, |count| count.parse().unwrap())
}

/// The number of searches whose times are printed.
const TIMED: usize = 1000;

/// Returns an export with many bulletins, each of some paragraphs.
fn export_of(many: usize, paragraphs: &[String], random: &mut fastrand::Rng) -> String {
    let mut lines = json!({ "noticast": "export", "version": 2, "at": Utc::now() }).to_string();
    for id in 1..=many {
        let text: Vec<&str> = (0..6)
            .map(|_| &*paragraphs[random.usize(..paragraphs.len())])
            .collect();
        let title: String = text[0].chars().take(30).collect();
        let seen = Utc::now() - chrono::TimeDelta::minutes((many - id) as i64);
        let bulletin = json!({
            "type": "bulletin", "id": id, "source": "notices", "also": [], "title": title,
            "url": format!("https://www.example.com/{id}.html"), "summary": null, "publisher": null,
            "published": null, "deadline": null, "attachments": [], "first_seen": seen,
            "state": "published", "cause": "new", "revision": 0, "titles": [], "text": text.join("\n"),
        });
        lines += &format!("\n{bulletin}");
    }
    lines
}

/// Returns how long a search by the API takes.
async fn timed(client: &reqwest::Client, (url, token): (&str, &str), words: &[String]) -> Duration {
    let asked = client.get(format!("{url}/api/v1/bulletins"));
    let asked = asked.query(&[("q", words.join(" "))]).bearer_auth(token);
    let begun = Instant::now();
    let answer = asked.send().await.unwrap();
    assert_eq!(answer.status(), 200, "{words:?}");
    answer.bytes().await.unwrap();
    begun.elapsed()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes, and needs the corpus: .ci/run runs it with a release build, named by NOTICAST"]
async fn a_hundred_thousand_texts_are_searched_at_once_and_take_little_memory() {
    let many = many();
    let (paragraphs, mut random) = (paragraphs(), fastrand::Rng::with_seed(100));
    let mut noticast = Noticast::with(
        "[web]\nlisten = \"127.0.0.1:0\"\n\n[[source]]\nid = \"notices\"\n\
         url = \"http://127.0.0.1:9/\"\nschedule = \"@yearly\"\n",
    );
    noticast.import(&export_of(many, &paragraphs, &mut random));
    noticast.start();
    let is_whole = || crate::searching::is_whole(&noticast.state().join("search"));
    let begun = Instant::now();
    wait(
        "the index",
        Duration::from_millis(3 * many as u64),
        is_whole,
    )
    .await;
    let (built, url, token) = (begun.elapsed(), noticast.url(), noticast.token());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    // The cost of listing is not that of a search.
    for _ in 0..100 {
        timed(&client, (&url, &token), &[]).await;
    }
    let (before, (begun, _)) = (noticast.anonymous(), noticast.usage());
    let mut took = Vec::new();
    for _ in 0..TIMED {
        took.push(timed(&client, (&url, &token), &words(&paragraphs, &mut random)).await);
    }
    let added = noticast.anonymous() - before;
    // Next to other work a search takes longer, and no more of a processor.
    let busy = 1000.0 * (noticast.usage().0 - begun) / TIMED as f64;
    took.sort_unstable();
    let [p50, p99] = [50, 99].map(|percent| took[(TIMED * percent).div_ceil(100) - 1]);
    println!(
        "{many} bulletins: indexed in {built:?}; {TIMED} searches p50 {p50:?}, p99 {p99:?}, slowest {:?}, {busy:.1} ms \
         of a processor each; {added:.1} MiB more anonymous memory than {before:.1}",
        took[TIMED - 1]
    );
    assert!(many > 100_000 || added <= 25.0);
    if std::env::var_os("NOTICAST").is_some() {
        assert!(many > 100_000 || busy <= 20.0);
    }
}
