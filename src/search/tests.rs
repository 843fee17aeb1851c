//! Tests the index against a plain scan.

use std::{fs, path::Path};

use super::*;
use crate::bulletin::{BulletinState, fold};

fn document(id: u64, text: &str) -> Document {
    Document {
        id,
        newest_ms: i64::try_from(id).unwrap() * 10,
        state: BulletinState::Published,
        sources: vec!["news".parse().unwrap()],
        grams: grams::of_text(&fold(text)),
    }
}

fn to(change: u64) -> Progress {
    Progress {
        change,
        built_to: None,
        anchor: None,
    }
}

fn found(index: &Index, words: &[&str]) -> Vec<u64> {
    let words: Vec<String> = words.iter().map(|word| fold(word)).collect();
    let question = Question {
        words: &words,
        states: &[],
        is_wanted: &|_| true,
    };
    let places = index.find(&question).unwrap().places;
    let mut ids: Vec<u64> = places.into_iter().map(|(_, id)| id).collect();
    ids.sort_unstable();
    ids
}

fn fresh(folder: &Path) -> Index {
    Index::create(&folder.join("search"), 0).unwrap()
}

/// Returns a text of few words, so that many texts share them.
fn text(of: u64) -> String {
    let words = [
        "在建工程",
        "简单的",
        "放假",
        "通知",
        "noticast",
        "2024",
        "ABC",
        "會議",
    ];
    let mut random = fastrand::Rng::with_seed(of);
    let some = (0..4).map(|_| words[random.usize(..words.len())]);
    some.collect::<Vec<_>>()
        .join(if of.is_multiple_of(2) { "" } else { "，" })
}

#[test]
fn what_a_scan_would_find_is_found_through_merges_corrections_and_restarts() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = fresh(folder.path());
    let mut texts = std::collections::BTreeMap::new();
    for round in 0..40_u64 {
        let ids = (round * 20..round * 20 + 25).map(|id| id + 1);
        let documents: Vec<Document> = ids
            .map(|id| {
                texts.insert(id, text(id * 1000 + round));
                document(id, &texts[&id])
            })
            .collect();
        index.add(&documents, to(round)).unwrap();
        if round % 13 == 0 {
            drop(index);
            index = Index::open(&folder.path().join("search")).unwrap();
            assert_eq!(index.progress(), to(round));
        }
    }
    assert_eq!(index.documents(), texts.len());
    for words in [
        vec!["工程"],
        vec!["简单"],
        vec!["会议", "ａｂｃ"],
        vec!["cast", "02"],
        vec!["假通"],
        vec!["无此词"],
        vec!["工", "t"],
        vec!["2024abc"],
    ] {
        let holds = |text: &String| {
            let text = fold(text);
            words.iter().all(|word| text.contains(&fold(word)))
        };
        let scanned = texts.iter().filter(|(_, text)| holds(text));
        let found = found(&index, &words);
        for (id, text) in scanned {
            assert!(found.contains(id), "{words:?} in {text}");
        }
        if words == ["工程"] {
            assert!(
                found.iter().all(|id| holds(&texts[id])),
                "a word of one gram is exact"
            );
        }
    }
    let files = fs::read_dir(folder.path().join("search")).unwrap().count();
    assert!(files < 20, "{files} files");
}

#[test]
fn states_and_sources_are_filtered_and_the_latest_version_counts() {
    let folder = tempfile::tempdir().unwrap();
    let index = fresh(folder.path());
    let mut held = document(1, "放假通知");
    held.state = BulletinState::Held;
    index.add(&[held, document(2, "放假通知")], to(1)).unwrap();
    let words = ["放假".to_owned()];
    let ask = |states: &[BulletinState], source: &str| {
        let source = source.parse().unwrap();
        let question = Question {
            words: &words,
            states,
            is_wanted: &|sources| sources.contains(&source),
        };
        let found = index.find(&question).unwrap();
        assert!(found.is_exact);
        found.places
    };
    assert_eq!(ask(&[BulletinState::Held], "news"), [(10, 1)]);
    assert_eq!(ask(&[BulletinState::Published], "news"), [(20, 2)]);
    assert_eq!(ask(&[], "other"), []);
    index.add(&[document(2, "上班通知")], to(2)).unwrap();
    assert_eq!(ask(&[BulletinState::Published], "news"), []);
    assert_eq!(found(&index, &["上班"]), [2]);
}

#[test]
fn an_index_that_was_damaged_is_refused_and_what_a_crash_left_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let index = fresh(folder.path());
    index.add(&[document(1, "放假通知")], to(1)).unwrap();
    let search = folder.path().join("search");
    fs::write(search.join("00000009.segment"), "half").unwrap();
    fs::write(search.join("00000009.new"), "half").unwrap();
    let again = Index::open(&search).unwrap();
    assert_eq!(found(&again, &["放假"]), [1]);
    assert_eq!(fs::read_dir(&search).unwrap().count(), 2);
    let file = search.join("00000001.segment");
    let whole = fs::read(&file).unwrap();
    for (what, bytes) in [
        ("cut off", whole[..whole.len() - 1].to_vec()),
        ("empty", Vec::new()),
        ("another byte", {
            let mut bytes = whole.clone();
            bytes[3] ^= 1;
            bytes
        }),
    ] {
        fs::write(&file, bytes).unwrap();
        assert!(Index::open(&search).is_err(), "{what}");
    }
    fs::write(search.join("catalog.json"), "{}").unwrap();
    assert!(Index::open(&search).is_err());
    assert_eq!(Index::create(&search, 7).unwrap().documents(), 0);
}
