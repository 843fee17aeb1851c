//! Promises 2 to 4, row by row: a page in a line of text each, and what becomes of it.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::{
    bulletin::{Cause, Filter, SeenKey, canonical_url, compare},
    policy::facts::Seen,
};

/// A little store: what was seen, by key.
#[derive(Default)]
struct Memory {
    seen: BTreeMap<SeenKey, Seen>,
    titled: BTreeMap<SeenKey, Vec<u64>>,
    rows: BTreeMap<u64, Notice>,
    next: u64,
    baseline: Option<Option<Moment>>,
    newest: Option<Moment>,
    fragments_tell: bool,
    last_page: HashSet<u64>,
    news: HashSet<u64>,
    announce_first: usize,
    first_page: Option<usize>,
    /// In which the last page was pushed.
    order: Vec<usize>,
}

/// `address | title | date | flags`; `^` pins, `guid=…` names.
fn notice(line: &str) -> Notice {
    let parts: Vec<&str> = line.split('|').map(str::trim).collect();
    let part = |place: usize| parts.get(place).copied().unwrap_or_default();
    let flags = part(3);
    Notice {
        url: format!("https://example.com/{}", part(0)),
        guid: flags
            .split_whitespace()
            .find_map(|flag| flag.strip_prefix("guid="))
            .map(str::to_owned),
        title: part(1).to_owned(),
        published: Moment::try_from(part(2).to_owned()).ok(),
        updated: None,
        summary: None,
        publisher: None,
        pinned: flags.contains('^'),
    }
}

impl Memory {
    /// Judges a page and remembers it, as admission does; each row's ruling in a word.
    fn look(&mut self, lines: &[&str]) -> Vec<&'static str> {
        let notices: Vec<Notice> = lines.iter().map(|line| notice(line)).collect();
        self.look_at(&notices)
    }

    fn look_at(&mut self, notices: &[Notice]) -> Vec<&'static str> {
        let (identities, tell) = identities(notices, self.fragments_tell);
        let mut remembered = self.remember_all(notices, &identities);
        displace(&mut remembered, &self.last_page);
        let connected = connect(notices, &identities, &remembered, &self.last_page);
        let mut shares = connected.shares.iter().zip(&remembered);
        let is_newly_shared = shares.any(|(shares, memory)| memory.is_unaware_of(*shares));
        let filter = Filter::default();
        let last = last_known(notices, &connected.links);
        let facts = Facts {
            ends_with_news: last.is_some_and(|last| self.news.contains(&last)),
            baseline: self.baseline,
            newest: self.newest,
            has_bulletins: self.next > 0,
            last_page: (!is_newly_shared).then_some(&self.last_page),
            first_page: self.first_page.unwrap_or(notices.len()),
            announce_first: self.announce_first,
            filter: &filter,
            articles_to_come: false,
        };
        let summaries = vec![None; notices.len()];
        let rulings = rule(notices, &summaries, &connected, &facts);
        self.order = oldest_first(notices, &connected, &facts);
        self.fragments_tell = tell;
        self.admit(notices, &identities, &connected);
        let bulletins = notices.iter().map(|row| (&row.url, &row.title));
        for (ruling, (url, title)) in rulings.iter().zip(bulletins) {
            if word(ruling) == "new" {
                let is_it = |row: &Notice| row.url == *url && row.title == *title;
                let found = self.rows.iter().rev().find(|(_, row)| is_it(row));
                self.news.extend(found.map(|(id, _)| *id));
            }
        }
        rulings.iter().map(word).collect()
    }

    fn remember_all(&self, notices: &[Notice], identities: &[Identity]) -> Vec<Remembered> {
        let rows = notices.iter().zip(identities);
        rows.map(|(notice, identity)| self.remember(notice, identity))
            .collect()
    }

    fn remember(&self, notice: &Notice, identity: &Identity) -> Remembered {
        let hit = |key: SeenKey| {
            let seen = self.seen.get(&key).copied()?;
            let row = &self.rows[&seen.bulletin];
            Some(KeyHit {
                seen,
                title: compare(&row.title, &notice.title),
                when: DayRelation::new(row.published.as_ref(), notice.published.as_ref()),
                is_displaced: false,
            })
        };
        let here = self.seen.get(&identity.here());
        let titled = |&bulletin: &u64| {
            let row = &self.rows[&bulletin];
            let was_here = here.is_some_and(|seen| seen.bulletin == bulletin);
            Titled {
                bulletin,
                is_here: was_here || canonical_url(&row.url) == canonical_url(&notice.url),
                was_here,
                is_current: row.title == notice.title,
            }
        };
        let known = self.titled.get(&identity.titled).into_iter().flatten();
        Remembered {
            guid: identity.guid.and_then(hit),
            address: hit(identity.address).or_else(|| identity.bare.and_then(hit)),
            titled: known.map(titled).collect(),
        }
    }

    fn admit(&mut self, notices: &[Notice], identities: &[Identity], connected: &Connected) {
        self.last_page.clear();
        let links = connected.links.iter().zip(&connected.shares);
        let mut bulletins: Vec<u64> = Vec::new();
        for ((notice, identity), (link, shares)) in notices.iter().zip(identities).zip(links) {
            let bulletin = match link {
                RowLink::Known(bulletin) | RowLink::Moved(bulletin) => *bulletin,
                RowLink::Again(first) => bulletins[*first],
                RowLink::Unknown => {
                    self.next += 1;
                    self.rows.insert(self.next, notice.clone());
                    self.next
                }
            };
            bulletins.push(bulletin);
            let is_again = matches!(link, RowLink::Again(_));
            let titled = self.titled.entry(identity.titled).or_default();
            if !is_again && !titled.contains(&bulletin) {
                titled.push(bulletin);
            }
            if let Some(row) = self.rows.get_mut(&bulletin).filter(|_| !is_again) {
                row.title.clone_from(&notice.title);
                if matches!(link, RowLink::Moved(_)) {
                    row.url.clone_from(&notice.url);
                }
            }
            self.last_page.insert(bulletin);
            let keys = [
                (identity.guid, shares.guid),
                (Some(identity.address), shares.address),
                (identity.bare, shares.address),
                (shares.address.then(|| identity.here()), true),
            ];
            for (key, is_shared) in keys {
                let Some(key) = key else { continue };
                let value = Seen {
                    bulletin,
                    had_guid: identity.guid.is_some(),
                    is_shared,
                };
                let known = self.seen.entry(key).or_insert(value);
                if is_shared || is_again || *link == RowLink::Unknown {
                    *known = value;
                }
            }
        }
        let dates = || {
            notices
                .iter()
                .filter(|row| !row.pinned)
                .filter_map(|row| row.published)
        };
        let later = |a: Moment, b: Moment| if a.is_before(&b) { b } else { a };
        self.newest = dates().chain(self.newest).reduce(later);
        let oldest = || dates().reduce(|a, b| if b.is_before(&a) { b } else { a });
        self.baseline = self.baseline.or_else(|| Some(oldest()));
    }
}

fn word(ruling: &Ruling) -> &'static str {
    match ruling {
        Ruling::Known(_) => "known",
        Ruling::Again(_) => "again",
        Ruling::Unknown(BulletinState::Published, Cause::New) => "new",
        Ruling::Unknown(BulletinState::Published, Cause::Announced) => "announced",
        Ruling::Unknown(BulletinState::Baseline, Cause::FirstLook) => "first",
        Ruling::Unknown(BulletinState::Baseline, Cause::OlderThanBaseline) => "older",
        Ruling::Unknown(BulletinState::Baseline, Cause::BelowKnown) => "below",
        Ruling::Unknown(BulletinState::Held, Cause::Redesign) => "held",
        Ruling::Unknown(BulletinState::Held, Cause::Migrated) => "moved",
        Ruling::Unknown(BulletinState::Held, Cause::Flood) => "flood",
        Ruling::Unknown(..) => "other",
    }
}

#[track_caller]
fn check(baseline: &[&str], page: &[&str], expected: &[&str]) {
    let mut memory = Memory::default();
    memory.look(baseline);
    assert_eq!(memory.look(page), expected);
}

#[test]
fn the_first_look_is_quiet_and_the_second_is_known() {
    let page = ["2|乙|2022-11-02", "1|甲|2022-11-01"];
    let mut memory = Memory::default();
    assert_eq!(memory.look(&page), ["first", "first"]);
    assert_eq!(memory.look(&page), ["known", "known"]);
}

#[test]
fn the_newest_by_date_are_announced_and_not_the_pinned() {
    let mut memory = Memory {
        announce_first: 2,
        ..Memory::default()
    };
    let page = [
        "9|置顶|2020-01-01|^",
        "1|甲|2022-11-01",
        "3|丙|2022-11-03",
        "2|乙|2022-11-02",
    ];
    assert_eq!(
        memory.look(&page),
        ["first", "first", "announced", "announced"]
    );
    let mut memory = Memory {
        announce_first: 1,
        ..Memory::default()
    };
    assert_eq!(
        memory.look(&["9|置顶||^", "2|乙|", "1|甲|"]),
        ["first", "announced", "first"]
    );
}

#[test]
fn what_stands_above_a_known_row_is_new() {
    check(
        &["2|乙|2022-11-02", "1|甲|2022-11-01"],
        &["3|丙|2022-11-03", "2|乙|2022-11-02"],
        &["new", "known"],
    );
    check(
        &["2|乙|", "1|甲|"],
        &["3|丙|", "2|乙|", "1|甲|"],
        &["new", "known", "known"],
    );
    // Dated between the others: late to the page, but news.
    check(
        &["3|丙|2022-11-03", "1|甲|2022-11-01"],
        &["3|丙|2022-11-03", "2|乙|2022-11-02", "1|甲|2022-11-01"],
        &["known", "new", "known"],
    );
}

#[test]
fn an_older_one_that_slides_onto_the_page_is_not_new() {
    check(
        &["3|丙|2022-11-03", "2|乙|2022-11-02"],
        &["2|乙|2022-11-02", "1|甲|2022-11-01"],
        &["known", "older"],
    );
    check(
        &["3|丙|", "2|乙|"],
        &["2|乙|", "1|甲|"],
        &["known", "below"],
    );
    // Of the same day as the last known one.
    check(
        &["3|丙|2022-11-03", "2|乙|2022-11-02"],
        &["2|乙|2022-11-02", "1|甲|2022-11-02"],
        &["known", "below"],
    );
    // By the hour, where there is one.
    check(
        &["2|乙|2022-11-02T09:00:00+08:00"],
        &[
            "2|乙|2022-11-02T09:00:00+08:00",
            "1|甲|2022-11-02T08:00:00+08:00",
            "3|丙|2022-11-02T10:00:00+08:00",
        ],
        &["known", "older", "new"],
    );
}

#[test]
fn below_the_last_known_row_a_later_date_is_news() {
    // A list that grows at its end.
    check(
        &["1|甲|2022-11-01", "2|乙|2022-11-02"],
        &["1|甲|2022-11-01", "2|乙|2022-11-02", "3|丙|2022-11-03"],
        &["known", "known", "new"],
    );
}

#[test]
fn a_pinned_row_is_no_last_known_row_and_no_oldest_date() {
    check(
        &["9|置顶|2020-01-01|^", "2|乙|2022-11-02"],
        &["9|置顶|2020-01-01|^", "3|丙|2022-11-03", "2|乙|2022-11-02"],
        &["known", "new", "known"],
    );
    // Only the pinned one is left of what was known: that says nothing of the rows below it.
    check(
        &["9|置顶||^", "2|乙|", "1|甲|"],
        &["9|置顶||^", "3|丙|", "4|丁|", "5|戊|"],
        &["known", "new", "new", "new"],
    );
    check(
        &["9|置顶|2020-01-01|^", "2|乙|2022-11-02", "1|甲|2022-11-01"],
        &["8|旧闻|2021-05-05|^", "2|乙|2022-11-02", "1|甲|2022-11-01"],
        &["older", "known", "known"],
    );
}

#[test]
fn an_empty_baseline_makes_everything_after_it_news() {
    check(&[], &["2|乙|", "1|甲|2022-11-01"], &["new", "new"]);
}

#[test]
fn every_address_changed_is_no_news() {
    check(
        &["2|乙|2022-11-02", "1|甲|2022-11-01"],
        &["b/2|乙|2022-11-02", "b/1|甲|2022-11-01"],
        &["known", "known"],
    );
    check(
        &["2|乙|", "1|甲|"],
        &["b/2|乙|", "b/1|甲|"],
        &["known", "known"],
    );
}

#[test]
fn an_undated_title_is_the_same_bulletin_only_while_the_page_shows_it() {
    let mut memory = Memory::default();
    memory.look(&["1|每周菜单|", "0|通知|"]);
    memory.look(&["2|会议|", "0|通知|"]);
    assert_eq!(
        memory.look(&["3|每周菜单|", "2|会议|", "0|通知|"]),
        ["new", "known", "known"]
    );
}

#[test]
fn two_notices_of_one_day_may_share_a_title() {
    check(
        &["1|停水通知|2022-11-01", "0|通知|2022-11-01"],
        &[
            "2|停水通知|2022-11-01",
            "1|停水通知|2022-11-01",
            "0|通知|2022-11-01",
        ],
        &["new", "known", "known"],
    );
    // The known address has left the page; it stands for one row, not for two.
    check(
        &["1|停水通知|2022-11-01", "0|通知|2022-11-01"],
        &[
            "3|停水通知|2022-11-01",
            "2|停水通知|2022-11-01",
            "0|通知|2022-11-01",
        ],
        &["known", "new", "known"],
    );
}

#[test]
fn a_redesign_is_held_but_for_what_is_dated_from_then_on() {
    let known: Vec<String> = (1..=9).map(|n| format!("{n}|旧{n}|2022-11-0{n}")).collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    check(
        &known,
        &[
            "x/1|新一|",
            "x/2|新二|2022-11-05",
            "x/3|新三|2022-11-09",
            "x/4|新四|2022-11-10",
            "x/5|更旧|2022-10-01",
        ],
        &["held", "held", "new", "new", "older"],
    );
}

#[test]
fn a_fifth_of_the_page_known_is_no_redesign() {
    let known = ["1|甲|"];
    check(
        &known,
        &["5|戊|", "4|丁|", "3|丙|", "2|乙|", "1|甲|"],
        &["new", "new", "new", "new", "known"],
    );
    check(
        &known,
        &["6|己|", "5|戊|", "4|丁|", "3|丙|", "2|乙|", "1|甲|"],
        &["held", "held", "held", "held", "held", "known"],
    );
}

#[test]
fn a_page_may_list_a_notice_twice() {
    check(
        &["1|甲|2022-11-01"],
        &[
            "2|乙|2022-11-02|^",
            "2?utm_source=x|乙|2022-11-02",
            "1|甲|2022-11-01",
            "1|甲|2022-11-01",
        ],
        &["new", "again", "known", "known"],
    );
}

#[test]
fn a_fragment_counts_where_it_alone_tells_two_rows_apart() {
    check(
        &["log#top|甲|", "0|通知|"],
        &["log#end|甲|", "0|通知|"],
        &["known", "known"],
    );
    let mut memory = Memory::default();
    memory.look(&["log#v2|第二版|", "log#v1|第一版|"]);
    assert_eq!(
        memory.look(&["log#v3|第三版|", "log#v2|第二版|", "log#v1|第一版|"]),
        ["new", "known", "known"]
    );
    assert_eq!(
        memory.look(&["log#v4|第四版|", "log#v3|第三版|"]),
        ["new", "known"],
        "they tell for good"
    );
    // The first page shows one, the second the other beside it.
    let mut memory = Memory::default();
    memory.look(&["log#v1|第一版|", "0|通知|"]);
    assert_eq!(
        memory.look(&["log#v2|第二版|", "log#v1|第一版|", "0|通知|"]),
        ["new", "known", "known"]
    );
}

#[test]
fn a_guid_counts_for_more_than_an_address() {
    // All entries link to the same page.
    check(
        &["|甲|2022-11-01|guid=1"],
        &["|乙|2022-11-02|guid=2", "|甲|2022-11-01|guid=1"],
        &["new", "known"],
    );
    // The same, one at a time.
    check(
        &["|甲|2022-11-01|guid=1"],
        &["|乙|2022-11-02|guid=2"],
        &["new"],
    );
    // The guid stays, the address changes.
    check(
        &["1|甲|2022-11-01|guid=1"],
        &["x|甲乙|2022-11-03|guid=1"],
        &["known"],
    );
    // A feed that changed its guids, and one that begins to have them.
    check(
        &["1|甲|2022-11-01|guid=1"],
        &["1|甲|2022-11-01|guid=new"],
        &["known"],
    );
    check(
        &["1|甲|2022-11-01"],
        &["1|甲（更正）|2022-11-01|guid=1"],
        &["known"],
    );
}

#[test]
fn rows_go_out_oldest_first() {
    let order = |lines: &[&str]| {
        let notices: Vec<Notice> = lines.iter().map(|line| notice(line)).collect();
        let mut memory = Memory::default();
        memory.look_at(&notices);
        let places = memory.order.iter().copied();
        places
            .map(|place| notices[place].title.clone())
            .collect::<String>()
    };
    assert_eq!(order(&["3|丙|", "2|乙|", "1|甲|"]), "甲乙丙");
    assert_eq!(
        order(&["1|甲|2022-11-01", "3|丙|2022-11-03", "2|乙|2022-11-02"]),
        "甲乙丙"
    );
    assert_eq!(
        order(&["3|丙|", "2|乙|2022-11-02", "1|甲|2022-11-01"]),
        "甲乙丙"
    );
    assert_eq!(
        order(&[
            "0|顶||^",
            "2|乙|2022-11-02T09:00:00+08:00",
            "1|甲|2022-11-02T08:00:00+08:00"
        ]),
        "顶甲乙"
    );
}

#[test]
fn an_address_that_several_notices_share_tells_none_of_them() {
    let mut memory = Memory::default();
    let three = [
        "s|第22批|2026-11-22",
        "s|第21批|2026-11-21",
        "s|第20批|2026-11-20",
    ];
    assert_eq!(memory.look(&three), ["first"; 3]);
    let four = [&["s|第23批|2026-11-23"][..], &three].concat();
    assert_eq!(memory.look(&four), ["new", "known", "known", "known"]);
    assert_eq!(memory.look(&four[..2]), ["known", "known"]);
    assert_eq!(
        memory.look(&["s|第24批|2026-11-24"]),
        ["new"],
        "once shared, always shared"
    );
    assert_eq!(
        memory.look(&["s|第25批|2026-11-24"]),
        ["new"],
        "of the same day too"
    );
    assert_eq!(
        memory.look(&three),
        ["known"; 3],
        "what comes back is known"
    );
    // The titles are the same, the days are not.
    let mut memory = Memory::default();
    memory.look(&["s|停水|2026-11-22", "s|停水|2026-11-20"]);
    assert_eq!(
        memory.look(&[
            "s|停水|2026-11-24",
            "s|停水|2026-11-22",
            "s|停水|2026-11-20"
        ]),
        ["new", "known", "known"]
    );
    // Without any date.
    let mut memory = Memory::default();
    memory.look(&["s|供暖安排|", "s|停水安排|"]);
    assert_eq!(
        memory.look(&["s|放假安排|", "s|供暖安排|", "s|停水安排|"]),
        ["new", "known", "known"]
    );
}

#[test]
fn an_address_may_turn_out_to_be_shared() {
    // One row at first, then two.
    check(
        &["s|第22批|2026-11-22"],
        &["s|第23批|2026-11-23", "s|第22批|2026-11-22"],
        &["new", "known"],
    );
    check(
        &["s|供暖安排|2026-11-22", "a|通知|2026-11-20"],
        &[
            "s|放假安排|2026-11-22",
            "s|供暖安排|2026-11-22",
            "a|通知|2026-11-20",
        ],
        &["new", "known", "known"],
    );
    // One at a time.
    check(&["s|第22批|2026-11-22"], &["s|第23批|2026-11-23"], &["new"]);
    check(
        &["s|供暖安排|2026-11-22"],
        &["s|放假安排|2026-11-23"],
        &["new"],
    );
    check(&["s|第22批|"], &["s|第23批|"], &["new"]);
    check(
        &["s|第22批|2026-11-22T08:00:00+08:00"],
        &["s|第23批|2026-11-22T15:00:00+08:00"],
        &["new"],
    );
    // The guids tell, whatever the address does.
    check(
        &["s|停水|2026-11-22|guid=1"],
        &["s|停水|2026-11-22|guid=2", "s|停水|2026-11-22|guid=1"],
        &["new", "known"],
    );
}

#[test]
fn a_corrected_title_makes_no_other_notice() {
    check(
        &["1|关于放假的通知|2026-11-22"],
        &["1|关于放假的通知（更正）|2026-11-23"],
        &["known"],
    );
    check(
        &["1|关于放假的通知|2026-11-22"],
        &["1|调休安排|2026-11-22"],
        &["known"],
    );
    check(
        &["1|12月11日停水|", "0|通知|"],
        &["1|12月14日停水|", "0|通知|"],
        &["known", "known"],
    );
    check(
        &["1|放假通知|2026-11-22"],
        &["1|【置顶】放假通知 阅读：12|2026-11-25"],
        &["known"],
    );
    // A page may show one notice twice, cut or undated.
    check(
        &["1|关于做好…|2026-11-22", "1|关于做好供暖工作的通知|"],
        &["1|关于做好供暖工作的通知（更正）|2026-11-22"],
        &["known"],
    );
}

/// Rows of a list, the latest on top, whose address or guid is their place.
fn placed(titles: &[&str], row: impl Fn(usize, &str) -> String) -> Vec<Notice> {
    let rows = titles.iter().enumerate();
    rows.map(|(place, title)| notice(&row(place, title)))
        .collect()
}

#[test]
fn addresses_and_guids_that_are_places_in_a_list_tell_nothing() {
    let forms: [fn(usize, &str) -> String; 6] = [
        |place, title| format!("news{}.html|{title}|", place + 1),
        |place, title| format!("p?row={place}|{title}|"),
        |place, title| format!("p#r{place}|{title}|"),
        |place, title| format!("p/{place}|{title}|2026-11-20|guid=item-{place}"),
        |place, title| format!("feed2#{place}|{title}|2026-11-20|guid={place}"),
        |place, title| format!("p/{place}|{title}||guid={place}"),
    ];
    let titles = [
        "关于电梯维修的通知",
        "关于食堂开放的通知",
        "关于消防演练的通知",
        "关于班车调整的通知",
        "关于体检安排的通知",
        "关于图书借阅的通知",
        "关于停车管理的通知",
    ];
    for form in forms {
        let mut memory = Memory::default();
        memory.look_at(&placed(&titles[3..], form));
        // The list drops its last row, grows, and does both.
        for (top, end) in [(2, 6), (1, 6), (0, 5)] {
            let page = placed(&titles[top..end], form);
            let words = memory.look_at(&page);
            assert_eq!(words[0], "new", "{}: {words:?}", page[0].url);
            let known = words[1..].iter().all(|word| *word == "known");
            assert!(known, "{}: {words:?}", page[0].url);
        }
        let mut shown: Vec<&str> = memory.rows.values().map(|row| &*row.title).collect();
        shown.sort_unstable();
        shown.dedup();
        assert_eq!(shown.len(), titles.len(), "each bulletin keeps its title");
    }
}

#[test]
fn a_series_whose_addresses_are_places_is_pushed() {
    check(
        &["p/0|通知22|", "p/1|通知21|", "p/2|通知20|"],
        &["p/0|通知23|", "p/1|通知22|", "p/2|通知21|"],
        &["new", "known", "known"],
    );
}

#[test]
fn an_undated_row_at_an_address_of_its_own_may_be_corrected_in_a_number() {
    check(
        &["a/200|拟招聘12人的公告|", "a/100|停水通知|"],
        &["a/200|拟招聘15人的公告|", "a/100|停水通知|"],
        &["known", "known"],
    );
    // Where no row keeps its title, these are others.
    check(
        &["a/1|通知22|", "a/2|通知21|"],
        &["a/1|通知24|", "a/2|通知23|"],
        &["new", "new"],
    );
}

#[test]
fn a_guid_that_several_notices_share_tells_none_of_them() {
    let mut memory = Memory::default();
    let two = [
        "22|第22批|2026-11-22|guid=blog",
        "21|第21批|2026-11-21|guid=blog",
    ];
    assert_eq!(memory.look(&two), ["first", "first"]);
    assert_eq!(
        memory.look(&["23|第23批|2026-11-23|guid=blog", two[0], two[1]]),
        ["new", "known", "known"]
    );
    assert_eq!(memory.look(&["24|第24批|2026-11-24|guid=blog"]), ["new"]);
    assert_eq!(memory.look(&two), ["known", "known"]);
    // One at a time: address, title and day are others.
    check(
        &["1|第22批|2026-11-22|guid=g"],
        &["2|第23批|2026-11-23|guid=g"],
        &["new"],
    );
    check(&["1|第22批||guid=g"], &["2|第23批||guid=g"], &["new"]);
    // One of the three stays.
    check(
        &["1|甲事|2026-11-22|guid=g"],
        &["2|甲事|2026-11-23|guid=g"],
        &["known"],
    );
    check(
        &["1|召开年会的通知|2026-11-22|guid=g"],
        &["2|推迟年会的通知|2026-11-22|guid=g"],
        &["known"],
    );
    check(
        &["1|甲事|2026-11-22|guid=g"],
        &["1|甲事（更正）|2026-11-23|guid=g"],
        &["known"],
    );
    // One entry at a time, under an address and guid that never change.
    check(
        &["status|校园网运行正常公告|2026-11-20|guid=s"],
        &["status|图书馆闭馆通知|2026-11-22|guid=s"],
        &["new"],
    );
    check(
        &[
            "weekly|第30批|2026-11-20|guid=w",
            "9|第9批|2026-11-19|guid=9",
        ],
        &[
            "weekly|第31批|2026-11-27|guid=w",
            "9|第9批|2026-11-19|guid=9",
        ],
        &["new", "known"],
    );
    // Guids that count the entries of a page.
    check(
        &[
            "a|停水通知|2026-11-22|guid=0",
            "b|放假安排|2026-11-22|guid=1",
            "c|食堂菜单|2026-11-22|guid=2",
        ],
        &[
            "d|道路封闭|2026-11-22|guid=0",
            "a|停水通知|2026-11-22|guid=1",
            "b|放假安排|2026-11-22|guid=2",
            "c|食堂菜单|2026-11-22|guid=3",
        ],
        &["new", "known", "known", "known"],
    );
    check(
        &[
            "a|停水通知|2026-11-22|guid=1",
            "b|放假安排|2026-11-22|guid=2",
        ],
        &[
            "a|停水通知|2026-11-22|guid=2",
            "b|放假安排|2026-11-22|guid=1",
        ],
        &["known", "known"],
    );
    // One of three rows of a notice has no guid.
    let mut memory = Memory::default();
    let three = ["9|题|", "9|题||guid=4", "9|题||guid=3"];
    memory.look(&three);
    assert_eq!(memory.look(&three), ["known"; 3]);
    // Both address and guid are shared.
    let mut memory = Memory::default();
    memory.look(&["s|第22批|2026-11-22|guid=s", "s|第21批|2026-11-21|guid=s"]);
    assert_eq!(
        memory.look(&["s|第23批|2026-11-23|guid=s", "s|第22批|2026-11-22|guid=s"]),
        ["new", "known"]
    );
}

#[test]
fn rows_at_one_address_are_told_apart_whichever_of_them_is_known() {
    let mut memory = Memory::default();
    memory.look(&["0|题5|2022-11-01|guid=4", "9|题5||guid=4", "4|题0||"]);
    memory.look(&["4|题0||", "0|题1||"]);
    let page = ["9|题5||", "9|题5|2022-11-02|", "0|题0||"];
    memory.look(&page);
    assert_eq!(memory.look(&page), ["known"; 3]);
    // A row that left a shared address for another one comes back.
    let mut memory = Memory::default();
    let page = ["5|题2|", "5|题1|"];
    memory.look(&page);
    memory.look(&["0|题1|"]);
    memory.look(&[]);
    assert_eq!(memory.look(&page), ["known"; 2]);
}

#[test]
fn what_an_older_version_took_for_one_bulletin_is_told_apart() {
    let mut memory = Memory::default();
    memory.look(&["22|第22批|2026-11-22|guid=blog"]);
    // It knew these as the first one's.
    for address in ["21", "20"] {
        let (row, _) = identities(&[notice(&format!("{address}||"))], false);
        let value = Seen {
            bulletin: 1,
            had_guid: true,
            is_shared: false,
        };
        memory.seen.insert(row[0].address, value);
    }
    let page = [
        "23|第23批|2026-11-23|guid=blog",
        "22|第22批|2026-11-22|guid=blog",
        "21|第21批|2026-11-22|guid=blog",
        "20|第20批|2026-11-22|guid=blog",
    ];
    assert_eq!(memory.look(&page), ["new", "known", "below", "below"]);
    assert_eq!(memory.look(&page), ["known"; 4]);
}

#[test]
fn on_a_list_that_grows_at_its_end_news_stands_there() {
    // Undated: rows were added, and none left.
    check(
        &["1|甲|", "2|乙|"],
        &["1|甲|", "2|乙|", "3|丙|"],
        &["known", "known", "new"],
    );
    check(
        &["1|甲|", "2|乙|"],
        &["0|零|", "1|甲|", "2|乙|", "3|丙|"],
        &["new", "known", "known", "new"],
    );
    // Known rows ascend by date.
    let rising = ["1|甲|2026-11-25", "2|乙|2026-11-26", "3|丙|2026-11-27"];
    let longer = [&rising[1..], &["4|丁|2026-11-27"]].concat();
    check(&rising, &longer, &["known", "known", "new"]);
    check(
        &rising,
        &[&rising[1..], &["4|丁|"]].concat(),
        &["known", "known", "new"],
    );
    // There an older row slides in at the top.
    let mut memory = Memory::default();
    memory.look(&["0|零|2026-11-20", "2|乙|2026-11-26", "3|丙|2026-11-27"]);
    assert_eq!(
        memory.look(&["1|甲|2026-11-25", "2|乙|2026-11-26", "3|丙|2026-11-27"]),
        ["below", "known", "known"]
    );
}

#[test]
fn a_list_that_drops_its_first_rows_as_it_grows_loses_no_news() {
    let mut memory = Memory::default();
    memory.look(&["1|甲|", "2|乙|", "3|丙|"]);
    memory.look(&["1|甲|", "2|乙|", "3|丙|", "4|丁|"]);
    for look in [
        ["2|乙|", "3|丙|", "4|丁|", "5|戊|"],
        ["3|丙|", "4|丁|", "5|戊|", "6|己|"],
        ["4|丁|", "5|戊|", "6|己|", "7|庚|"],
    ] {
        assert_eq!(memory.look(&look), ["known", "known", "known", "new"]);
    }
    // It is longer, though one has left.
    check(
        &["1|甲|", "2|乙|", "3|丙|"],
        &["2|乙|", "3|丙|", "4|丁|", "5|戊|"],
        &["known", "known", "new", "new"],
    );
}

#[test]
fn what_is_appended_goes_out_from_the_top_down() {
    for date in ["", "2026-11-27"] {
        let line = |n: u32| format!("{n}|题{n}|{date}");
        let mut memory = Memory::default();
        let mut look = |numbers: &[u32]| {
            let notices: Vec<Notice> = numbers.iter().map(|n| notice(&line(*n))).collect();
            memory.look_at(&notices);
            memory
                .order
                .iter()
                .map(|place| numbers[*place])
                .collect::<Vec<_>>()
        };
        look(&[1, 2]);
        assert_eq!(look(&[1, 2, 3, 4, 5]), [1, 2, 3, 4, 5], "{date}");
        assert_eq!(look(&[2, 3, 4, 5, 6, 7]), [2, 3, 4, 5, 6, 7], "{date}");
        assert_eq!(look(&[9, 8, 2, 3, 4, 5, 6, 7])[6..], [8, 9], "{date}");
    }
}

#[test]
fn a_row_that_slides_in_at_the_bottom_is_not_news() {
    // The topmost was taken off.
    check(
        &["3|丙|", "2|乙|"],
        &["2|乙|", "1|甲|"],
        &["known", "below"],
    );
    // Newest first by date, though none left.
    check(
        &["3|丙|2026-11-27", "2|乙|2026-11-25"],
        &["3|丙|2026-11-27", "2|乙|2026-11-25", "1|甲|2026-11-25"],
        &["known", "known", "below"],
    );
    // A pinned row above them is old, and says nothing of the order.
    check(
        &[
            "9|旧|2026-01-01",
            "3|丙|2026-11-27",
            "2|乙|2026-11-26",
            "1|甲|2026-11-20",
        ],
        &[
            "9|旧|2026-01-01",
            "5|戊|2026-11-30",
            "4|丁|2026-11-29",
            "3|丙|2026-11-28",
            "1|子|2026-11-25",
        ],
        &["known", "new", "new", "known", "below"],
    );
    // Of a further page, which was not read at the last look.
    let mut memory = Memory {
        first_page: Some(2),
        ..Memory::default()
    };
    memory.look(&["3|丙|", "2|乙|"]);
    assert_eq!(
        memory.look(&["3|丙|", "2|乙|", "1|甲|"]),
        ["known", "known", "below"]
    );
}

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

fn any_row() -> impl Strategy<Value = Notice> {
    (0..12u32, 0..6u32, 0..5u32, any::<bool>(), 0..6u32).prop_map(
        |(url, title, day, pinned, guid)| {
            let date = if day == 0 {
                String::new()
            } else {
                format!("2022-11-0{day}")
            };
            let guid = if guid < 3 {
                String::new()
            } else {
                format!("guid={guid}")
            };
            let pin = if pinned { "^" } else { "" };
            notice(&format!("{url}|题{title}|{date}|{pin} {guid}"))
        },
    )
}

fn any_page() -> impl Strategy<Value = Vec<Notice>> {
    proptest::collection::vec(any_row(), 0..12)
}

proptest! {
    /// Promise 2: whatever pages came before, one that is looked at again holds no news.
    #[test]
    fn a_page_is_never_news_twice(pages in proptest::collection::vec(any_page(), 1..5)) {
        let mut memory = Memory::default();
        for page in &pages {
            memory.look_at(page);
            let again = memory.look_at(page);
            // A row that stands twice is what its first one is.
            let is_known = |word: &&str| ["known", "again"].contains(word);
            prop_assert!(again.iter().all(is_known), "{page:?}: {again:?}");
        }
    }

    /// Nor is any part of it, in whatever order, with tracking parameters, over https or with `www.`.
    #[test]
    fn rows_that_left_and_come_back_are_known(
        pages in proptest::collection::vec(any_page(), 2..5),
        seed in any::<u64>(),
    ) {
        let mut memory = Memory::default();
        pages.iter().for_each(|page| { memory.look_at(page); });
        let mut back = pages[0].clone();
        if !back.is_empty() {
            let turn = usize::try_from(seed % back.len() as u64).unwrap();
            back.rotate_left(turn);
        }
        for row in &mut back {
            row.url = row.url.replace("https://", "http://www.") + "?utm_source=x&spm=1.2";
        }
        // Without guids, so that addresses alone decide.
        let has_guids = pages.iter().flatten().any(|row| row.guid.is_some());
        let rulings = memory.look_at(&back);
        prop_assert!(has_guids || rulings.iter().all(|word| *word == "known"), "{rulings:?}");
    }

    /// A known bulletin stands for one address that is gone, never for two.
    #[test]
    fn a_bulletin_is_moved_to_once_on_a_page(first in any_page(), second in any_page()) {
        let mut memory = Memory::default();
        memory.look_at(&first);
        let (identities, _) = identities(&second, memory.fragments_tell);
        let remembered = memory.remember_all(&second, &identities);
        let links = connect(&second, &identities, &remembered, &memory.last_page).links;
        let known: HashSet<u64> =
            links.iter().filter_map(|link| if let RowLink::Known(id) = link { Some(*id) } else { None }).collect();
        let mut moved = HashSet::new();
        let direct = |place: usize| memory.remember(&second[place], &identities[place]).address.is_none();
        for (place, link) in links.iter().enumerate() {
            if let RowLink::Moved(id) = link {
                prop_assert!(moved.insert(*id));
                prop_assert!(!known.contains(id) || direct(place));
            }
        }
    }

    /// The order of pushing holds every row once, whatever the dates are.
    #[test]
    fn the_order_is_a_permutation(page in any_page()) {
        let mut memory = Memory::default();
        memory.look_at(&page);
        let mut order = memory.order;
        order.sort_unstable();
        prop_assert_eq!(order, (0..page.len()).collect::<Vec<_>>());
    }
}
