//! Tests rows that are held because they only look like news: sites that moved, floods.

use super::*;

fn guarded(new: usize, archived: &[(&str, usize)], most_news: usize) -> Vec<&'static str> {
    let rows: Vec<Notice> = (0..new).map(|n| notice(&format!("{n}|第{n}号|"))).collect();
    let mut rulings = vec![Ruling::Unknown(BulletinState::Published, Cause::New); new];
    let mut archive = KnownTitles::default();
    for (title, count) in archived {
        (0..*count).for_each(|_| archive.add(title));
    }
    guard(&mut rulings, &rows, &archive, most_news);
    rulings.iter().map(word).collect()
}

#[test]
fn a_site_that_moved_is_held_whatever_its_dates() {
    let known = [("第0号", 1), ("第1号", 1), ("第2号", 1)];
    assert_eq!(guarded(3, &known, 0), ["moved"; 3]);
    assert_eq!(
        guarded(5, &known, 0),
        ["moved", "moved", "moved", "new", "new"]
    );
    assert_eq!(guarded(6, &known, 0), ["new"; 6], "half is not most");
    assert_eq!(guarded(2, &known, 0), ["new"; 2], "two may well be alike");
    let weekly = [("第0号", 5), ("第1号", 2), ("第2号", 1)];
    assert_eq!(
        guarded(3, &weekly, 0),
        ["new"; 3],
        "these come again and again"
    );
}

#[test]
fn a_site_that_moved_may_dress_its_titles_anew() {
    let titles = [
        "关于召开年会的通知",
        "关于开展消防演练的通知",
        "后勤设备采购中标公告",
        "后勤设备采购中标公告",
    ];
    let mut archive = KnownTitles::default();
    titles.iter().for_each(|title| archive.add(title));
    let dressed: [fn(&str) -> String; 4] = [
        |title| format!("【教务处】{title}"),
        |title| format!("{title}（设备处）"),
        |title| format!("【通知】“{title}”"),
        |title| title.chars().take(8).chain(['…']).collect(),
    ];
    for dress in dressed {
        let row = |(n, title)| notice(&format!("{n}|{}|", dress(title)));
        let rows: Vec<Notice> = (0..).zip(titles).map(row).collect();
        let mut rulings = vec![Ruling::Unknown(BulletinState::Published, Cause::New); 4];
        guard(&mut rulings, &rows, &archive, 0);
        let words: Vec<_> = rulings.iter().map(word).collect();
        assert_eq!(words, ["moved"; 4], "{}", rows[0].title);
    }
}

#[test]
fn far_more_than_a_source_ever_had_is_held() {
    assert_eq!(guarded(80, &[], 0), ["new"; 80]);
    assert_eq!(guarded(81, &[], 0), ["flood"; 81]);
    assert_eq!(guarded(200, &[], 50), ["new"; 200]);
    assert_eq!(guarded(201, &[], 50), ["flood"; 201]);
}
