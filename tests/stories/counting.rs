//! Tests lists that count their readers, and mark and pin their rows, at every poll: none of it is news, or a
//! correction.

use crate::support::{
    site::{Answer, Site},
    world::{World, json_lines, text},
};

const POLLS: usize = 50;
const ROWS: usize = 8;
const CHINESE: [&str; ROWS] = [
    "关于开展2026年春季植树活动的通知",
    "图书馆清明节开放时间安排",
    "第三届职工技能竞赛获奖名单公示",
    "实验楼B座停水公告",
    "关于报送2025年度工作总结的通知",
    "食堂承包项目中标结果公告（第二批）",
    "校医院2026年第1期健康讲座",
    "教职工羽毛球比赛报名启事",
];
const ENGLISH: [&str; ROWS] = [
    "Water main replacement on Mill Street",
    "Library opening hours over Easter",
    "Call for proposals for the 2026 summer school",
    "Minutes of the annual general meeting",
    "Road closure between 5 and 9 March",
    "Results of the photo competition",
    "New member of the board elected",
    "Public consultation on the cycle path",
];

const TOWNS: [&str; 20] = [
    "东川",
    "西宁",
    "南浦",
    "北海",
    "长治",
    "安康",
    "永济",
    "平湖",
    "兴化",
    "宁德",
    "福鼎",
    "清远",
    "临沂",
    "仙居",
    "高邮",
    "吴江",
    "Milltown: ",
    "Eastbury: ",
    "Northam: ",
    "Westerly: ",
];

/// A row at a poll: how often it was read so far, and whether it has a mark at present.
struct Row {
    place: usize,
    title: String,
    count: usize,
    marked: bool,
    day: String,
}

/// A function that writes a row of a list.
type Write = fn(&Row) -> String;

/// The ways in which sites write such rows.
const KINDS: [(&str, &[&str; ROWS], Write); 20] = [
    ("a counter in the link", &CHINESE, |row| {
        item(row, &format!("{}（阅读：{}）", row.title, row.count))
    }),
    ("a counter in brackets without a name", &CHINESE, |row| {
        item(row, &format!("{} [{}]", row.title, row.count + 100))
    }),
    ("a counter in an element of the link", &CHINESE, |row| {
        item(
            row,
            &format!("{}<i class=\"hits\">{}</i>", row.title, row.count),
        )
    }),
    ("a counter before the title", &CHINESE, |row| {
        item(row, &format!("[{}] {}", row.count + 100, row.title))
    }),
    ("a counter in title=", &CHINESE, |row| {
        let cut: String = row.title.chars().take(9).collect();
        format!(
            "<li><a href=\"{}.htm\" title=\"{}（点击数：{}次）\">{cut}...</a><span>{}</span></li>",
            row.place, row.title, row.count, row.day
        )
    }),
    ("a counter in the cell of the date", &CHINESE, |row| {
        format!(
            "<tr><td><a href=\"{}.htm\">{}</a></td><td>{} 阅读 {}</td></tr>",
            row.place, row.title, row.day, row.count
        )
    }),
    ("a counter in a cell of its own", &CHINESE, |row| {
        format!(
            "<tr><td>{}</td><td><a href=\"{}.htm\">{}</a></td><td>{}</td><td>{}</td></tr>",
            row.place + 1,
            row.place,
            row.title,
            row.count,
            row.day
        )
    }),
    ("a counter before the date", &CHINESE, |row| {
        format!(
            "<li><a href=\"{}.htm\">{}</a><span>浏览{}次 | {}</span></li>",
            row.place, row.title, row.count, row.day
        )
    }),
    ("a counter that is recognized", &CHINESE, |row| {
        item(row, &format!("{}（已有{}人浏览）", row.title, row.count))
    }),
    ("lines apart by breaks", &CHINESE, |row| {
        format!(
            "<a href=\"{}.htm\">{}</a> {} 点击：{}<br>",
            row.place, row.title, row.day, row.count
        )
    }),
    ("a pin in the title", &CHINESE, |row| {
        let pin = if row.marked { "【置顶】" } else { "" };
        item(row, &format!("{pin}{}", row.title))
    }),
    ("a pin in an element", &CHINESE, |row| {
        let pin = if row.marked { "<em>置顶</em>" } else { "" };
        item(row, &format!("{pin}{}", row.title))
    }),
    ("a picture that says new", &CHINESE, |row| {
        let mark = if row.marked {
            "<img src=\"/new.gif\" alt=\"new\">"
        } else {
            ""
        };
        item(row, &format!("{}{mark}", row.title))
    }),
    ("a word that says hot", &CHINESE, |row| {
        let mark = if row.marked { "<b>热</b>" } else { "" };
        item(row, &format!("{mark}{}", row.title))
    }),
    ("a sign of fire", &CHINESE, |row| {
        let mark = if row.marked { "🔥" } else { "" };
        item(row, &format!("{mark}{}", row.title))
    }),
    ("two spans of which one is hidden", &CHINESE, |row| {
        let title = &row.title;
        item(
            row,
            &format!(
                "<span class=\"pc\">{title}</span><span style=\"display:none\">{title}</span><i class=\"views\">{}</i>",
                row.count
            ),
        )
    }),
    ("views in brackets", &ENGLISH, |row| {
        item(row, &format!("{} ({} views)", row.title, row.count))
    }),
    ("comments below a heading", &ENGLISH, |row| {
        format!(
            "<article><h3><a href=\"{}.htm\">{}</a></h3><p>{} · <a href=\"{}.htm#comments\">{} comments</a></p></article>",
            row.place, row.title, row.day, row.place, row.count
        )
    }),
    ("a badge that says new", &ENGLISH, |row| {
        let mark = if row.marked {
            "<span class=\"badge\">New!</span>"
        } else {
            ""
        };
        item(row, &format!("{mark}{}", row.title))
    }),
    ("terms with their reads", &ENGLISH, |row| {
        let mark = if row.marked { "Pinned: " } else { "" };
        format!(
            "<dt><a href=\"{}.htm\">{mark}{}</a></dt><dd>{}, {} reads</dd>",
            row.place, row.title, row.day, row.count
        )
    }),
];

fn item(row: &Row, link: &str) -> String {
    format!(
        "<li><a href=\"{}.htm\">{link}</a><span>{}</span></li>",
        row.place, row.day
    )
}

/// Returns the list of a kind at a poll. A pinned row is first.
fn page(kind: usize, poll: usize) -> String {
    let (name, titles, write) = KINDS[kind];
    let mut rows: Vec<Row> = (0..ROWS)
        .map(|place| Row {
            place,
            // Each list is of another town, so that none has the notices of another.
            title: format!("{}{}", TOWNS[kind], titles[place]),
            // Some are read more often than others, and one not at all.
            count: 95 + place * 31 + poll * place,
            marked: (poll + place).is_multiple_of(ROWS),
            day: format!("2026-03-{:02}", 20 - place),
        })
        .collect();
    if name.contains("pin") || name.contains("terms") {
        rows.sort_by_key(|row| !row.marked);
    }
    let rows: String = rows.iter().map(write).collect();
    let rows = match &rows[..3] {
        "<li" => format!("<ul>{rows}</ul>"),
        "<tr" => format!("<table>{rows}</table>"),
        "<dt" => format!("<dl>{rows}</dl>"),
        _ => format!("<div>{rows}</div>"),
    };
    format!(
        "<title>News</title><nav><a href=\"/\">Home</a> <a href=\"/about\">About us</a></nav><h1>News</h1>{rows}"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn counters_marks_and_pins_that_change_at_each_poll_are_no_news_and_no_correction() {
    let (world, site) = (World::new(), Site::start().await);
    let addresses: Vec<String> = (0..KINDS.len())
        .map(|kind| site.at(&format!("list{kind}/")).to_string())
        .collect();
    let mut arguments = vec!["--state", "state", "watch", "--once"];
    arguments.extend(addresses.iter().map(String::as_str));
    for poll in 0..POLLS {
        for kind in 0..KINDS.len() {
            site.serve(&format!("/list{kind}/"), Answer::page(page(kind, poll)));
        }
        let output = world.command(&arguments).output().unwrap();
        assert!(output.status.success(), "poll {poll}: {output:?}");
    }
    let list = [
        "--state",
        "state/watch",
        "bulletins",
        "--limit",
        "0",
        "--json",
    ];
    let output = world.command(&list).output().unwrap();
    let kept = json_lines(&text(&output.stdout));
    let faults: Vec<String> = kept
        .iter()
        .filter(|it| it["revision"] != 0 || it["state"] != "baseline")
        .map(|it| {
            format!(
                "{} {}: {} {}",
                it["source"], it["state"], it["revision"], it["title"]
            )
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert_eq!(kept.len(), KINDS.len() * ROWS);
}
