//! Tests that keys which several rows share, or which are only the place of a row, do not distinguish rows.

use super::*;

#[test]
fn an_address_that_several_notices_share_distinguishes_none_of_them() {
    let mut memory = Memory::default();
    let three = [
        "s|第22批|2026-11-22",
        "s|第21批|2026-11-21",
        "s|第20批|2026-11-20",
    ];
    assert_eq!(memory.poll(&three), ["first"; 3]);
    let four = [&["s|第23批|2026-11-23"][..], &three].concat();
    assert_eq!(memory.poll(&four), ["new", "known", "known", "known"]);
    assert_eq!(memory.poll(&four[..2]), ["known", "known"]);
    assert_eq!(
        memory.poll(&["s|第24批|2026-11-24"]),
        ["new"],
        "once shared, always shared"
    );
    assert_eq!(
        memory.poll(&["s|第25批|2026-11-24"]),
        ["new"],
        "of the same day too"
    );
    assert_eq!(
        memory.poll(&three),
        ["known"; 3],
        "what comes back is known"
    );
    // The titles are the same, the days are not.
    let mut memory = Memory::default();
    memory.poll(&["s|停水|2026-11-22", "s|停水|2026-11-20"]);
    assert_eq!(
        memory.poll(&[
            "s|停水|2026-11-24",
            "s|停水|2026-11-22",
            "s|停水|2026-11-20"
        ]),
        ["new", "known", "known"]
    );
    // The rows have no dates.
    let mut memory = Memory::default();
    memory.poll(&["s|供暖安排|", "s|停水安排|"]);
    assert_eq!(
        memory.poll(&["s|放假安排|", "s|供暖安排|", "s|停水安排|"]),
        ["new", "known", "known"]
    );
}

#[test]
fn an_address_may_turn_out_to_be_shared() {
    // The page has one row at first, then two.
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
    // One row is shown at a time.
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
    // The guids distinguish, regardless of the address.
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

/// Returns rows of a list, the latest on top, whose address or guid is their place.
fn placed(titles: &[&str], row: impl Fn(usize, &str) -> String) -> Vec<Notice> {
    let rows = titles.iter().enumerate();
    rows.map(|(place, title)| notice(&row(place, title)))
        .collect()
}

#[test]
fn addresses_and_guids_that_are_places_in_a_list_distinguish_nothing() {
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
        memory.poll_rows(&placed(&titles[3..], form));
        // The list drops its last row, grows, and does both.
        for (top, end) in [(2, 6), (1, 6), (0, 5)] {
            let page = placed(&titles[top..end], form);
            let words = memory.poll_rows(&page);
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
    // If no row has its former title, these are others.
    check(
        &["a/1|通知22|", "a/2|通知21|"],
        &["a/1|通知24|", "a/2|通知23|"],
        &["new", "new"],
    );
}

#[test]
fn a_guid_that_several_notices_share_distinguishes_none_of_them() {
    let mut memory = Memory::default();
    let two = [
        "22|第22批|2026-11-22|guid=blog",
        "21|第21批|2026-11-21|guid=blog",
    ];
    assert_eq!(memory.poll(&two), ["first", "first"]);
    assert_eq!(
        memory.poll(&["23|第23批|2026-11-23|guid=blog", two[0], two[1]]),
        ["new", "known", "known"]
    );
    assert_eq!(memory.poll(&["24|第24批|2026-11-24|guid=blog"]), ["new"]);
    assert_eq!(memory.poll(&two), ["known", "known"]);
    // One row is shown at a time: address, title and day are others.
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
    // One entry is shown at a time, under an address and guid that never change.
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
    // The guids count the entries of a page.
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
    memory.poll(&three);
    assert_eq!(memory.poll(&three), ["known"; 3]);
    // Both address and guid are shared.
    let mut memory = Memory::default();
    memory.poll(&["s|第22批|2026-11-22|guid=s", "s|第21批|2026-11-21|guid=s"]);
    assert_eq!(
        memory.poll(&["s|第23批|2026-11-23|guid=s", "s|第22批|2026-11-22|guid=s"]),
        ["new", "known"]
    );
}

#[test]
fn rows_at_one_address_are_distinguished_whichever_of_them_is_known() {
    let mut memory = Memory::default();
    memory.poll(&["0|题5|2022-11-01|guid=4", "9|题5||guid=4", "4|题0||"]);
    memory.poll(&["4|题0||", "0|题1||"]);
    let page = ["9|题5||", "9|题5|2022-11-02|", "0|题0||"];
    memory.poll(&page);
    assert_eq!(memory.poll(&page), ["known"; 3]);
    // A row that left a shared address for another one comes back.
    let mut memory = Memory::default();
    let page = ["5|题2|", "5|题1|"];
    memory.poll(&page);
    memory.poll(&["0|题1|"]);
    memory.poll(&[]);
    assert_eq!(memory.poll(&page), ["known"; 2]);
}

#[test]
fn rows_that_an_older_version_took_for_one_bulletin_are_distinguished() {
    let mut memory = Memory::default();
    memory.poll(&["22|第22批|2026-11-22|guid=blog"]);
    // It had stored these as keys of the first one.
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
    assert_eq!(memory.poll(&page), ["new", "known", "below", "below"]);
    assert_eq!(memory.poll(&page), ["known"; 4]);
}
