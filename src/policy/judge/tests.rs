//! Tests promises 2 to 4, row by row: a page with one line of text for each row, and the rulings.

mod any_page;
mod growing;
mod held;
mod shared;

use std::collections::BTreeMap;

use super::*;
use crate::{
    bulletin::{Cause, Filter, SeenKey, canonical_url, compare},
    policy::facts::Seen,
};

/// A small store: the rows that were seen, by key.
#[derive(Default)]
struct Memory {
    seen: BTreeMap<SeenKey, Seen>,
    titled: BTreeMap<SeenKey, Vec<u64>>,
    rows: BTreeMap<u64, Notice>,
    next: u64,
    baseline: Option<Option<Moment>>,
    newest: Option<Moment>,
    fragments_distinguish: bool,
    last_page: HashSet<u64>,
    news: HashSet<u64>,
    announce_first: usize,
    first_page: Option<usize>,
    /// The order in which the last page was pushed.
    order: Vec<usize>,
}

/// Parses `address | title | date | flags`; `^` pins, `guid=…` names.
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
    /// Judges a page and remembers it, as admission does; returns each row's ruling in one word.
    fn poll(&mut self, lines: &[&str]) -> Vec<&'static str> {
        let notices: Vec<Notice> = lines.iter().map(|line| notice(line)).collect();
        self.poll_rows(&notices)
    }

    fn poll_rows(&mut self, notices: &[Notice]) -> Vec<&'static str> {
        let (identities, distinguish) = identities(notices, self.fragments_distinguish);
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
        self.fragments_distinguish = distinguish;
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
        Ruling::Unknown(BulletinState::Baseline, Cause::FirstPoll) => "first",
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
    memory.poll(baseline);
    assert_eq!(memory.poll(page), expected);
}

#[test]
fn the_first_poll_is_quiet_and_the_second_is_known() {
    let page = ["2|乙|2022-11-02", "1|甲|2022-11-01"];
    let mut memory = Memory::default();
    assert_eq!(memory.poll(&page), ["first", "first"]);
    assert_eq!(memory.poll(&page), ["known", "known"]);
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
        memory.poll(&page),
        ["first", "first", "announced", "announced"]
    );
    let mut memory = Memory {
        announce_first: 1,
        ..Memory::default()
    };
    assert_eq!(
        memory.poll(&["9|置顶||^", "2|乙|", "1|甲|"]),
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
    // The date is between the others: late to the page, but news.
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
    // The day is that of the last known one.
    check(
        &["3|丙|2022-11-03", "2|乙|2022-11-02"],
        &["2|乙|2022-11-02", "1|甲|2022-11-02"],
        &["known", "below"],
    );
    // The hour decides, if there is one.
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
    // This list grows at its end.
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
    // The only known row left is pinned: it proves nothing about the rows below it.
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
    memory.poll(&["1|每周菜单|", "0|通知|"]);
    memory.poll(&["2|会议|", "0|通知|"]);
    assert_eq!(
        memory.poll(&["3|每周菜单|", "2|会议|", "0|通知|"]),
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
    // The known address has left the page; it is that of one row, not of two.
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
fn a_fragment_counts_where_it_alone_distinguishes_two_rows() {
    check(
        &["log#top|甲|", "0|通知|"],
        &["log#end|甲|", "0|通知|"],
        &["known", "known"],
    );
    let mut memory = Memory::default();
    memory.poll(&["log#v2|第二版|", "log#v1|第一版|"]);
    assert_eq!(
        memory.poll(&["log#v3|第三版|", "log#v2|第二版|", "log#v1|第一版|"]),
        ["new", "known", "known"]
    );
    assert_eq!(
        memory.poll(&["log#v4|第四版|", "log#v3|第三版|"]),
        ["new", "known"],
        "they distinguish for good"
    );
    // The first page shows one, the second also the other.
    let mut memory = Memory::default();
    memory.poll(&["log#v1|第一版|", "0|通知|"]);
    assert_eq!(
        memory.poll(&["log#v2|第二版|", "log#v1|第一版|", "0|通知|"]),
        ["new", "known", "known"]
    );
}

#[test]
fn a_guid_counts_for_more_than_an_address() {
    // Every entry links to the same page.
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
    // A feed changed its guids, and another one begins to have them.
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
        memory.poll_rows(&notices);
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
