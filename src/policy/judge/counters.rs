//! Detects counters in the titles of a page, in any form: numbers that move in several rows at one poll, or that are
//! at the same place of most rows, and pieces that appear or disappear around most titles.
//!
//! A title that differs only in these is not another title. Days, hours and amounts (12人, 320万元) are more often
//! corrected than counted: those count only if most rows have others at once. A piece that states that a notice was
//! cancelled or put off never counts. Start with [`counting`].

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use regex::Regex;

use super::amount::{is_amount, is_news};
use crate::bulletin::{plain_title, spaced_title};

/// The number of rows with the same kind of change at one poll, from which it may be a counter.
const LEAST: usize = 2;
/// The least number of rows that are most of a page.
const LEAST_MOST: usize = 3;
/// The longest distance from a number to the end of its title, if most titles have one there.
const EDGE: usize = 4;

/// The title of a known row.
#[derive(Debug, Clone)]
pub(crate) struct Borne {
    /// The title in the archive.
    pub(crate) before: String,
    /// The title on the page.
    pub(crate) now: String,
    /// True if the row still has the day of its bulletin. Otherwise another day in its title may make it another
    /// notice.
    pub(crate) is_of_day: bool,
}

/// The places where the title of a known row differs from the archived one.
type CounterChange = HashSet<CounterPlace>;

/// A place in a title that is recognized by the text around it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum CounterPlace {
    Number(Around),
    /// A number that a notice is about: people, money, rooms.
    Amount(Around),
    Hour(Around),
    /// A day or a year.
    Moment(Around),
    /// A number of an issue: `第3期` counts issues, not readers.
    Issue,
    /// The text that appeared or disappeared there, without its numbers.
    Head(String),
    Tail(String),
    /// A statement that the notice was cancelled, put off or corrected.
    News,
}

/// The characters before and after; `None` at an end.
type Around = (Option<char>, Option<char>);

/// A number in a title.
struct Number<'a> {
    text: &'a str,
    around: Around,
    is_at_edge: bool,
    is_issue: bool,
    is_moment: bool,
    is_amount: bool,
}

/// Returns which of the known rows have another title only because of counters. A row is `None` if it is not known.
pub(crate) fn counting(rows: &[Option<Borne>]) -> Vec<bool> {
    let plain: Vec<Option<Borne>> = rows.iter().map(plain).collect();
    let known = plain.iter().flatten().count();
    let changes: Vec<Option<CounterChange>> =
        plain.iter().map(|row| change(row.as_ref()?)).collect();
    let differing = plain.iter().flatten().filter(|row| row.before != row.now);
    let differing = differing.count();
    let mut moved: HashMap<&CounterPlace, usize> = HashMap::new();
    for place in changes.iter().flatten().flatten() {
        *moved.entry(place).or_default() += 1;
    }
    let fixed = furniture(&plain, known);
    let is_most = |count: usize| count >= LEAST_MOST && count * 2 >= known;
    let counts = |place: &CounterPlace, row: &Borne| {
        let rows = moved.get(place).copied().unwrap_or_default();
        match place {
            CounterPlace::Number(around) => {
                rows >= LEAST && rows * 2 >= differing || fixed.contains(around)
            }
            CounterPlace::Moment(_) => row.is_of_day && is_most(rows),
            CounterPlace::Amount(_)
            | CounterPlace::Hour(_)
            | CounterPlace::Head(_)
            | CounterPlace::Tail(_) => is_most(rows),
            CounterPlace::Issue | CounterPlace::News => false,
        }
    };
    let is_counting = |(change, row): (&Option<CounterChange>, &Option<Borne>)| {
        let both = change.as_ref().zip(row.as_ref());
        both.is_some_and(|(change, row)| change.iter().all(|place| counts(place, row)))
    };
    changes.iter().zip(&plain).map(is_counting).collect()
}

fn plain(row: &Option<Borne>) -> Option<Borne> {
    let row = row.as_ref()?;
    Some(Borne {
        before: spaced_title(&row.before),
        now: spaced_title(&row.now),
        is_of_day: row.is_of_day,
    })
}

/// Returns the places of change; `None` if the titles are the same, or differ in words.
fn change(Borne { before, now, .. }: &Borne) -> Option<CounterChange> {
    if before == now {
        return None;
    }
    let words = NUMBERS.replace_all(before, "0");
    if words != NUMBERS.replace_all(now, "0") {
        let piece = piece(before, now).or_else(|| piece(now, before));
        return piece.map(|piece| CounterChange::from([piece]));
    }
    let pairs = numbers(before).into_iter().zip(numbers(now));
    let moved = pairs.filter(|(before, now)| before.text != now.text);
    Some(
        moved
            .map(|(before, now)| moved_place(&before, &now))
            .collect(),
    )
}

fn moved_place(before: &Number<'_>, now: &Number<'_>) -> CounterPlace {
    if now.is_issue {
        CounterPlace::Issue
    } else if is_hour(before.text) && is_hour(now.text) {
        CounterPlace::Hour(now.around)
    } else if before.is_moment || now.is_moment {
        CounterPlace::Moment(now.around)
    } else if before.is_amount || now.is_amount {
        CounterPlace::Amount(now.around)
    } else {
        CounterPlace::Number(now.around)
    }
}

/// Returns the text of `long` around `short`.
fn piece(short: &str, long: &str) -> Option<CounterPlace> {
    if short.is_empty() {
        return None;
    }
    let place = |piece: &str, place: fn(String) -> CounterPlace| match is_news(piece) {
        true => CounterPlace::News,
        false => place(NUMBERS.replace_all(piece, "0").into_owned()),
    };
    let head = long.strip_suffix(short);
    let tail = long.strip_prefix(short);
    let head = head.map(|piece| place(piece, CounterPlace::Head));
    head.or_else(|| tail.map(|piece| place(piece, CounterPlace::Tail)))
}

/// Returns the words of a title, with the same digit for each number.
pub(crate) fn wording(title: &str) -> String {
    let title = plain_title(title);
    NUMBERS.replace_all(&title, "0").into_owned()
}

/// Matches digits, and the signs that join them in counts, days and hours.
static NUMBERS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\d+(?:[.,:/-]\d+)*").expect("a pattern, a test reads it"));

fn numbers(title: &str) -> Vec<Number<'_>> {
    let number = |found: regex::Match<'_>| {
        let (before, after) = (&title[..found.start()], &title[found.end()..]);
        let around = (before.chars().next_back(), after.chars().next());
        let length = |side: &str| side.chars().filter(|c| !c.is_whitespace()).count();
        Number {
            text: &title[found.range()],
            around,
            is_at_edge: length(before) < EDGE || length(after) < EDGE,
            is_issue: before.trim_end().ends_with('第'),
            is_moment: is_moment(found.as_str(), after.trim_start()),
            is_amount: is_amount(before, found.as_str(), after),
        }
    };
    NUMBERS.find_iter(title).map(number).collect()
}

fn is_hour(text: &str) -> bool {
    static HOUR: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^\d{1,2}:\d{2}(?::\d{2})?$").expect("a pattern, a test reads it")
    });
    HOUR.is_match(text)
}

fn is_moment(number: &str, after: &str) -> bool {
    static YEAR: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^(?:19|20)\d\d$").expect("a pattern, a test reads it"));
    let is_named = after.starts_with(|unit| "年月日号號时時點点".contains(unit));
    is_named || YEAR.is_match(number) || number.contains([':', '-'])
}

/// Finds the numbers at an end of most titles, with the same text around them; if there are two titles, only if a
/// sign separates them from the words.
fn furniture(rows: &[Option<Borne>], known: usize) -> HashSet<Around> {
    let mut rows_with: HashMap<Around, usize> = HashMap::new();
    for row in rows.iter().flatten() {
        let numbers = numbers(&row.now).into_iter();
        let at_edge: HashSet<Around> = numbers
            .filter(|number| number.is_at_edge && !number.is_moment && !number.is_amount)
            .map(|number| number.around)
            .collect();
        for around in at_edge {
            *rows_with.entry(around).or_default() += 1;
        }
    }
    let most = rows_with.into_iter();
    let is_apart = |around: &Around| matches!(around, (Some('/' | '#' | '|' | '·' | '•'), None));
    let most = most.filter(|(around, rows)| {
        let least = if is_apart(around) { LEAST } else { LEAST_MOST };
        *rows >= least && rows * 4 >= known * 3
    });
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

    /// Returns three notices as a page dresses them, each time with another count.
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
    fn an_amount_that_is_corrected_in_one_of_many_titles_is_a_correction() {
        let forms: [fn(&str, u32) -> String; 15] = [
            |title, amount| format!("{title}招聘公告（{amount}人）"),
            |title, amount| format!("{title}招聘公告（{amount}名）"),
            |title, amount| format!("{title}最高限价{amount}万元"),
            |title, amount| format!("{title}最高限价：{amount}"),
            |title, amount| format!("{title}会议地点：{amount}室"),
            |title, amount| format!("{title}会议地点 {amount}"),
            |title, amount| format!("{title}停水（{amount}号楼）"),
            |title, amount| format!("{title}采购{amount}台"),
            |title, amount| format!("{title}采购（{amount}套）"),
            |title, amount| format!("{title}热线 85{amount}"),
            |title, amount| format!("{title} 电话{amount}{amount}"),
            |title, amount| format!("{title}预算￥{amount}"),
            |title, amount| format!("{title} {amount}平方米"),
            |title, amount| format!("{title} ZB-{amount}"),
            |title, amount| format!("{title} ({amount} places)"),
        ];
        for form in forms {
            let titles = ["放假", "停水", "食堂", "会议", "采购"];
            let rows: Vec<(String, String)> = (101..)
                .zip(titles)
                .map(|(amount, title)| {
                    let now = if title == "食堂" { 320 } else { amount };
                    (form(title, amount), form(title, now))
                })
                .collect();
            let rows: Vec<(&str, &str)> = rows.iter().map(|(a, b)| (&**a, &**b)).collect();
            assert_eq!(counting_of(&rows), [false; 5], "{rows:?}");
        }
    }

    #[test]
    fn what_one_title_counts_in_a_place_where_all_do_is_a_counter() {
        let forms: [fn(&str, u32) -> String; 9] = [
            |title, count| format!("{title} /{count}"),
            |title, count| format!("{title} {count}人看过"),
            |title, count| format!("{title}｜已报名{count}人"),
            |title, count| format!("{title} 剩余名额{count}个"),
            |title, count| format!("{title} {count} people like this"),
            |title, count| format!("{title} {count}条评论"),
            |title, count| format!("{title} Re: {count}"),
            |title, count| format!("{title} posts {count}"),
            |title, count| format!("{title} {count} Antworten"),
        ];
        for form in forms {
            let rows: Vec<(String, String)> = [("放假", 9), ("停水", 7), ("食堂", 8)]
                .map(|(title, n)| (form(title, n), form(title, n + u32::from(n == 9))))
                .to_vec();
            let rows: Vec<(&str, &str)> = rows.iter().map(|(a, b)| (&**a, &**b)).collect();
            assert_eq!(counting_of(&rows), [true, false, false], "{rows:?}");
        }
        let two = |mark: &str| {
            let row = |title: &str, n: u32| format!("{title}{mark}{n}");
            let rows = [
                (row("放假", 9), row("放假", 10)),
                (row("停水", 7), row("停水", 7)),
            ];
            counting_of(&rows.each_ref().map(|(a, b)| (&**a, &**b)))
        };
        assert_eq!(two(" /"), [true, false]);
        assert_eq!(two(" #"), [true, false]);
        assert_eq!(two("｜"), [true, false]);
        assert_eq!(two("系列报道"), [false, false]);
    }

    #[test]
    fn what_says_that_notices_changed_is_a_correction_in_however_many_titles() {
        let forms: [fn(&str) -> String; 7] = [
            |title| format!("【取消】{title}"),
            |title| format!("{title}（延期）"),
            |title| format!("已推迟：{title}"),
            |title| format!("{title}（更正）"),
            |title| format!("CANCELLED: {title}"),
            |title| format!("{title} (postponed)"),
            |title| format!("{title}（因台风延期）"),
        ];
        for form in forms {
            let titles = ["放假通知", "停水公告", "食堂安排"];
            let rows = titles.map(|title| (title, form(title)));
            let rows = rows.each_ref().map(|(a, b)| (*a, &**b));
            assert_eq!(counting_of(&rows), [false; 3], "{rows:?}");
        }
    }

    #[test]
    fn a_clock_in_front_of_most_titles_needs_no_day() {
        let rows = ["放假通知", "停水公告", "食堂安排"].map(|title| {
            let row = |clock: &str| format!("{clock} {title}");
            Some(Borne {
                before: row("08:10"),
                now: row("08:19"),
                is_of_day: false,
            })
        });
        assert_eq!(counting(&rows), [true; 3]);
        assert_eq!(counting(&[rows[0].clone(), None, None]), [false; 3]);
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
