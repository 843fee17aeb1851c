//! Tests lists that grow at their end.

use super::*;

#[test]
fn on_a_list_that_grows_at_its_end_news_stands_there() {
    // Rows without dates were added, and none left.
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
    // An older row appears at the top.
    let mut memory = Memory::default();
    memory.poll(&["0|零|2026-11-20", "2|乙|2026-11-26", "3|丙|2026-11-27"]);
    assert_eq!(
        memory.poll(&["1|甲|2026-11-25", "2|乙|2026-11-26", "3|丙|2026-11-27"]),
        ["below", "known", "known"]
    );
}

#[test]
fn a_list_that_drops_its_first_rows_as_it_grows_loses_no_news() {
    let mut memory = Memory::default();
    memory.poll(&["1|甲|", "2|乙|", "3|丙|"]);
    memory.poll(&["1|甲|", "2|乙|", "3|丙|", "4|丁|"]);
    for poll in [
        ["2|乙|", "3|丙|", "4|丁|", "5|戊|"],
        ["3|丙|", "4|丁|", "5|戊|", "6|己|"],
        ["4|丁|", "5|戊|", "6|己|", "7|庚|"],
    ] {
        assert_eq!(memory.poll(&poll), ["known", "known", "known", "new"]);
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
        let mut poll = |numbers: &[u32]| {
            let notices: Vec<Notice> = numbers.iter().map(|n| notice(&line(*n))).collect();
            memory.poll_rows(&notices);
            memory
                .order
                .iter()
                .map(|place| numbers[*place])
                .collect::<Vec<_>>()
        };
        poll(&[1, 2]);
        assert_eq!(poll(&[1, 2, 3, 4, 5]), [1, 2, 3, 4, 5], "{date}");
        assert_eq!(poll(&[2, 3, 4, 5, 6, 7]), [2, 3, 4, 5, 6, 7], "{date}");
        assert_eq!(poll(&[9, 8, 2, 3, 4, 5, 6, 7])[6..], [8, 9], "{date}");
    }
}

#[test]
fn a_row_that_slides_in_at_the_bottom_is_not_news() {
    // The topmost was removed.
    check(
        &["3|丙|", "2|乙|"],
        &["2|乙|", "1|甲|"],
        &["known", "below"],
    );
    // The list is newest first by date, though none left.
    check(
        &["3|丙|2026-11-27", "2|乙|2026-11-25"],
        &["3|丙|2026-11-27", "2|乙|2026-11-25", "1|甲|2026-11-25"],
        &["known", "known", "below"],
    );
    // A pinned row above them is old, and proves nothing about the order.
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
    // The row is of a further page, which the last poll did not read.
    let mut memory = Memory {
        first_page: Some(2),
        ..Memory::default()
    };
    memory.poll(&["3|丙|", "2|乙|"]);
    assert_eq!(
        memory.poll(&["3|丙|", "2|乙|", "1|甲|"]),
        ["known", "known", "below"]
    );
}
