//! What counts in the titles of a page, in whatever form: numbers that move in several rows at one look,
//! or that stand in the same place of most rows, and pieces that come or go around most titles.
//!
//! A title that differs in these alone is no other title. Days and hours are more often corrected than
//! counted: those count only where most rows have others at once. Read [`counting`].

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use regex::Regex;

use crate::bulletin::plain_title;

/// Rows in which something changed alike at one look, from which it may be a counter.
const LEAST: usize = 2;
/// Rows that are most of a page, at least.
const LEAST_MOST: usize = 3;
/// From a number to the end of its title at most, where most titles have one there.
const EDGE: usize = 4;

/// The title of a known row.
#[derive(Debug, Clone)]
pub(crate) struct Borne {
    /// As it is archived.
    pub(crate) before: String,
    /// As the page shows it.
    pub(crate) now: String,
    /// The row is of the day that it was of. Else another day in its title may make it another notice.
    pub(crate) is_of_day: bool,
}

/// Where the title of a known row differs from what is archived of it.
type Change = HashSet<Place>;

/// A place in a title that is told by what stands around it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Place {
    Number(Around),
    /// A day, an hour or a year.
    Moment(Around),
    /// `第3期` counts issues, not readers.
    Issue,
    /// What came or went there, without its numbers.
    Head(String),
    Tail(String),
}

/// The characters before and after; None at an end.
type Around = (Option<char>, Option<char>);

/// A number in a title.
struct Number<'a> {
    text: &'a str,
    around: Around,
    is_at_edge: bool,
}

/// Which of the known rows bear another title by counters alone. None: the row is not known.
pub(crate) fn counting(rows: &[Option<Borne>]) -> Vec<bool> {
    let plain: Vec<Option<Borne>> = rows.iter().map(plain).collect();
    let known = plain.iter().flatten().count();
    let changes: Vec<Option<Change>> = plain.iter().map(|row| change(row.as_ref()?)).collect();
    let differing = plain.iter().flatten().filter(|row| row.before != row.now);
    let differing = differing.count();
    let mut moved: HashMap<&Place, usize> = HashMap::new();
    for place in changes.iter().flatten().flatten() {
        *moved.entry(place).or_default() += 1;
    }
    let fixed = furniture(&plain, known);
    let is_most = |count: usize| count >= LEAST_MOST && count * 2 >= known;
    let counts = |place: &Place, row: &Borne| {
        let rows = moved.get(place).copied().unwrap_or_default();
        match place {
            Place::Number(around) => {
                rows >= LEAST && rows * 2 >= differing || fixed.contains(around)
            }
            Place::Moment(_) => row.is_of_day && is_most(rows),
            Place::Head(_) | Place::Tail(_) => is_most(rows),
            Place::Issue => false,
        }
    };
    let is_counting = |(change, row): (&Option<Change>, &Option<Borne>)| {
        let both = change.as_ref().zip(row.as_ref());
        both.is_some_and(|(change, row)| change.iter().all(|place| counts(place, row)))
    };
    changes.iter().zip(&plain).map(is_counting).collect()
}

fn plain(row: &Option<Borne>) -> Option<Borne> {
    let row = row.as_ref()?;
    Some(Borne {
        before: plain_title(&row.before),
        now: plain_title(&row.now),
        is_of_day: row.is_of_day,
    })
}

/// None: the titles are the same, or differ in words.
fn change(Borne { before, now, .. }: &Borne) -> Option<Change> {
    if before == now {
        return None;
    }
    let words = NUMBERS.replace_all(before, "0");
    if words != NUMBERS.replace_all(now, "0") {
        let piece = piece(before, now).or_else(|| piece(now, before));
        return piece.map(|piece| Change::from([piece]));
    }
    let pairs = numbers(before).into_iter().zip(numbers(now));
    let places =
        pairs
            .filter(|(before, now)| before.text != now.text)
            .map(|(before, now)| match now.around {
                (Some('第'), _) => Place::Issue,
                around if is_moment(&before) || is_moment(&now) => Place::Moment(around),
                around => Place::Number(around),
            });
    Some(places.collect())
}

/// What `long` has around `short`.
fn piece(short: &str, long: &str) -> Option<Place> {
    if short.is_empty() {
        return None;
    }
    let uncounted = |piece: &str| NUMBERS.replace_all(piece, "0").into_owned();
    let head = long.strip_suffix(short).map(uncounted).map(Place::Head);
    head.or_else(|| long.strip_prefix(short).map(uncounted).map(Place::Tail))
}

/// Digits, and what joins them in counts, days and hours.
static NUMBERS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\d+(?:[.,:/-]\d+)*").expect("a pattern, a test reads it"));

fn numbers(title: &str) -> Vec<Number<'_>> {
    let number = |found: regex::Match<'_>| {
        let (before, after) = (&title[..found.start()], &title[found.end()..]);
        Number {
            text: &title[found.range()],
            around: (before.chars().next_back(), after.chars().next()),
            is_at_edge: before.chars().count() < EDGE || after.chars().count() < EDGE,
        }
    };
    NUMBERS.find_iter(title).map(number).collect()
}

fn is_moment(number: &Number<'_>) -> bool {
    static YEAR: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^(?:19|20)\d\d$").expect("a pattern, a test reads it"));
    let is_year = YEAR.is_match(number.text);
    let is_joined = |joint: char| number.text.contains(joint);
    let is_named = number
        .around
        .1
        .is_some_and(|unit| "年月日号號时時点點".contains(unit));
    is_year || is_named || is_joined(':') || is_joined('-')
}

/// Numbers at an end of most titles, with the same around them.
fn furniture(rows: &[Option<Borne>], known: usize) -> HashSet<Around> {
    let mut rows_with: HashMap<Around, usize> = HashMap::new();
    for row in rows.iter().flatten() {
        let numbers = numbers(&row.now).into_iter();
        let at_edge: HashSet<Around> = numbers
            .filter(|number| number.is_at_edge && !is_moment(number))
            .map(|number| number.around)
            .collect();
        for around in at_edge {
            *rows_with.entry(around).or_default() += 1;
        }
    }
    let most = rows_with.into_iter();
    let most = most.filter(|(_, rows)| *rows >= LEAST_MOST && rows * 4 >= known * 3);
    most.map(|(around, _)| around).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counting_of(rows: &[(&str, &str)]) -> Vec<bool> {
        let row = |(before, now): &(&str, &str)| {
            Some(Borne {
                before: (*before).to_owned(),
                now: (*now).to_owned(),
                is_of_day: true,
            })
        };
        counting(&rows.iter().map(row).collect::<Vec<_>>())
    }

    /// Three notices as a page dresses them, each time with another count.
    fn dressed(dress: impl Fn(&str, u32) -> String) -> Vec<(String, String)> {
        let titles = ["关于放假的通知", "停水公告", "食堂开放安排"];
        let counts = [(131, 140), (2, 3), (57, 57)];
        let row =
            |(title, (before, now)): (&&str, (u32, u32))| (dress(title, before), dress(title, now));
        titles.iter().zip(counts).map(row).collect()
    }

    #[test]
    fn what_counts_in_several_rows_makes_no_other_titles() {
        let forms: [fn(&str, u32) -> String; 8] = [
            |title, count| format!("{title}[{count}/3]"),
            |title, count| format!("{title} /{count}"),
            |title, count| format!("({count}){title}"),
            |title, count| format!("{title} 剩余{count}天"),
            |title, count| format!("{count}小时前 {title}"),
            |title, count| format!("{title}热度 {count}"),
            |title, count| format!("{count} · {title}"),
            |title, count| format!("{title}｜{count} 人想去"),
        ];
        for form in forms {
            let rows = dressed(form);
            let rows: Vec<(&str, &str)> = rows.iter().map(|(a, b)| (&**a, &**b)).collect();
            let differs: Vec<bool> = rows
                .iter()
                .map(|(before, now)| plain_title(before) != plain_title(now))
                .collect();
            assert_eq!(counting_of(&rows), differs, "{rows:?}");
        }
    }

    #[test]
    fn a_number_that_moves_where_most_titles_have_one_counts() {
        assert_eq!(
            counting_of(&[
                ("放假通知/12", "放假通知/13"),
                ("停水公告/7", "停水公告/7"),
                ("食堂安排/1", "食堂安排/1"),
            ]),
            [true, false, false]
        );
    }

    #[test]
    fn what_is_corrected_in_a_row_or_two_is_a_correction() {
        for rows in [
            [
                ("拟招聘12人", "拟招聘15人"),
                ("停水公告", "停水公告"),
                ("食堂", "食堂"),
            ],
            [
                ("关于12月11日停水的通知", "关于12月14日停水的通知"),
                ("关于12月11日停电的通知", "关于12月14日停电的通知"),
                ("关于12月10日开会的通知", "关于12月10日开会的通知"),
            ],
            [
                ("放假通知", "放假通知（更正）"),
                ("停水公告", "停水公告（更正）"),
                ("食堂", "食堂"),
            ],
            [
                ("招标公告（2026）", "招标公告（2027）"),
                ("采购公告（2026）", "采购公告（2026）"),
                ("更正公告（2026）", "更正公告（2026）"),
            ],
            [
                ("简报第3期", "简报第4期"),
                ("通讯第3期", "通讯第3期"),
                ("月报第9期", "月报第9期"),
            ],
            [
                ("拟招聘12人", "拟招聘15人"),
                ("限价300元", "限价320元"),
                ("食堂", "食堂"),
            ],
            [
                ("放假通知", "放暑假通知"),
                ("停水公告1", "停电公告2"),
                ("食堂", "食堂"),
            ],
        ] {
            assert_eq!(counting_of(&rows), [false; 3], "{rows:?}");
        }
    }

    #[test]
    fn what_comes_or_goes_around_most_titles_is_no_part_of_them() {
        assert_eq!(
            counting_of(&[
                ("放假通知", "办公室丨放假通知"),
                ("停水公告", "办公室丨停水公告"),
                ("食堂安排", "办公室丨食堂安排"),
                ("更正", "更正"),
            ]),
            [true, true, true, false]
        );
    }
}
