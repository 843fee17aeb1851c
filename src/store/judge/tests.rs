//! Promises 2 to 4, row by row: a page in a line of text each, and what becomes of it.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::bulletin::{Cause, Filter};

/// A little store: what was seen, by key.
#[derive(Default)]
struct Memory {
    seen: BTreeMap<SeenKey, SeenValue>,
    titled: BTreeMap<SeenKey, Vec<u64>>,
    titles: BTreeMap<u64, (String, Option<Moment>)>,
    next: u64,
    baseline: Option<Option<Moment>>,
    newest: Option<Moment>,
    fragments_tell: bool,
    last_page: HashSet<u64>,
    announce_first: usize,
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
        let remembered: Vec<Remembered> = notices
            .iter()
            .zip(&identities)
            .map(|(notice, identity)| self.remember(notice, identity))
            .collect();
        let links = connect(notices, &identities, &remembered, &self.last_page);
        let filter = Filter::default();
        let facts = Facts {
            baseline: self.baseline,
            newest: self.newest,
            has_bulletins: self.next > 0,
            announce_first: self.announce_first,
            filter: &filter,
            articles_to_come: false,
        };
        let rulings = rule(notices, &vec![None; notices.len()], &links, &facts);
        self.fragments_tell = tell;
        self.admit(notices, &identities, &links);
        rulings.iter().map(word).collect()
    }

    fn remember(&self, notice: &Notice, identity: &Identity) -> Remembered {
        let seen = |key: SeenKey| self.seen.get(&key).copied();
        let address = seen(identity.address).or_else(|| identity.bare.and_then(seen));
        let resembles = address.is_some_and(|seen| {
            let (title, date) = &self.titles[&seen.bulletin];
            *title == notice.title || (date.is_some() && *date == notice.published)
        });
        Remembered {
            guid: identity.guid.and_then(seen).map(|seen| seen.bulletin),
            address,
            resembles,
            titled: self
                .titled
                .get(&identity.titled)
                .cloned()
                .unwrap_or_default(),
        }
    }

    fn admit(&mut self, notices: &[Notice], identities: &[Identity], links: &[Link]) {
        self.last_page.clear();
        for ((notice, identity), link) in notices.iter().zip(identities).zip(links) {
            let bulletin = match link {
                Link::Known(bulletin) | Link::Moved(bulletin) => *bulletin,
                Link::Again(_) => continue,
                Link::Unknown => {
                    self.next += 1;
                    self.titled
                        .entry(identity.titled)
                        .or_default()
                        .push(self.next);
                    self.titles
                        .insert(self.next, (notice.title.clone(), notice.published));
                    self.next
                }
            };
            self.last_page.insert(bulletin);
            for key in [identity.guid, Some(identity.address), identity.bare]
                .into_iter()
                .flatten()
            {
                let had_guid = identity.guid.is_some();
                self.seen
                    .entry(key)
                    .or_insert(SeenValue { bulletin, had_guid });
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
        let places = oldest_first(&notices);
        places
            .into_iter()
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
            prop_assert!(again.iter().all(|word| *word == "known"), "{page:?}: {again:?}");
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
        let remembered: Vec<Remembered> =
            second.iter().zip(&identities).map(|(row, identity)| memory.remember(row, identity)).collect();
        let links = connect(&second, &identities, &remembered, &memory.last_page);
        let known: HashSet<u64> =
            links.iter().filter_map(|link| if let Link::Known(id) = link { Some(*id) } else { None }).collect();
        let mut moved = HashSet::new();
        let direct = |place: usize| memory.remember(&second[place], &identities[place]).address.is_none();
        for (place, link) in links.iter().enumerate() {
            if let Link::Moved(id) = link {
                prop_assert!(moved.insert(*id));
                prop_assert!(!known.contains(id) || direct(place));
            }
        }
    }

    /// The order of pushing holds every row once, whatever the dates are.
    #[test]
    fn the_order_is_a_permutation(page in any_page()) {
        let mut order = oldest_first(&page);
        order.sort_unstable();
        prop_assert_eq!(order, (0..page.len()).collect::<Vec<_>>());
    }
}
