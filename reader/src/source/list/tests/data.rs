//! Checks lists as data, and the parts of a page around lists: the next page, feeds.

use url::Url;

use super::{as_expected, now, read_at};
use crate::{
    bulletin::Select,
    source::{Context, NoticeList, ReadError, list::read_json},
};

fn read_data(json: &str) -> Result<NoticeList, ReadError> {
    let base = Url::parse("https://www.example.org/api/list?page=1").expect("an address");
    read_json(
        json,
        &Context {
            base: &base,
            time_zone: chrono_tz::Asia::Shanghai,
            now: now(),
            select: &Select::default(),
            simplify: false,
        },
    )
}

fn rows_of(json: &str) -> Vec<String> {
    let list = read_data(json).unwrap_or_else(|error| panic!("{error}\n{json}"));
    list.notices.iter().map(as_expected).collect()
}

#[test]
fn a_field_that_says_so_is_universal_time() {
    let published = |fields: &str| {
        let row = |id: u32| {
            format!(
                r#"{{"id":{id},"link":"/n/{id}.html","title":{{"rendered":"关于第{id}次检修安排的通知"}},{fields}}}"#
            )
        };
        let list = read_data(&format!("[{},{}]", row(12), row(11))).unwrap();
        list.notices[0].published.unwrap().to_string()
    };
    for fields in [
        r#""date_gmt":"2024-05-19T17:30:00""#,
        r#""dateGMT":"2024-05-19 17:30:00""#,
        r#""published_utc":"2024-05-19 17:30""#,
        r#""createdAtUtc":"2024-05-19T17:30:00.000""#,
        r#""meta":{"utc_time":"2024-05-19T17:30:00"}"#,
        r#""date_gmt":"2024-05-19T17:30:00Z""#,
        // The site's own clock may differ from the source's: the exact time is taken.
        r#""date":"2024-05-19T13:30:00","date_gmt":"2024-05-19T17:30:00","modified_gmt":"2024-05-20T17:30:00""#,
    ] {
        assert_eq!(published(fields), "2024-05-20T01:30:00+08:00", "{fields}");
    }
    for (fields, right) in [
        (
            r#""date":"2024-05-19T17:30:00""#,
            "2024-05-19T17:30:00+08:00",
        ),
        (
            r#""gmtCreate":"2024-05-19 17:30:00""#,
            "2024-05-19T17:30:00+08:00",
        ),
        (r#""date_gmt":"2024-05-19""#, "2024-05-19"),
        (
            r#""date":"2024-05-19 17:30:00 JST""#,
            "2024-05-19T17:30:00+09:00",
        ),
    ] {
        assert_eq!(published(fields), right, "{fields}");
    }
}

const TWO_ROWS: [&str; 2] = [
    "https://www.example.org/n/12.html | 关于举办消防演练的通知 | 2024-05-20",
    "https://www.example.org/n/11.html | 道路封闭施工公告 | 2024-05-18",
];

#[test]
fn the_array_of_notices_is_found_whatever_its_fields_are_called() {
    for json in [
        // An envelope with other arrays in it.
        r#"{"code":0,"menu":[{"name":"首页","url":"/"},{"name":"通知","url":"/tz"}],"data":{"total":2,"rows":[
            {"id":12,"subtitle":"","title":"关于举办消防演练的通知","linkUrl":"/n/12.html","imgUrl":"/p/12.png","createTime":"2024-05-19 10:00:00","publishTime":"2024-05-20 09:30:00"},
            {"id":11,"subtitle":"","title":"道路封闭施工公告","linkUrl":"/n/11.html","imgUrl":"/p/11.png","createTime":"2024-05-17 10:00:00","publishTime":"2024-05-18 09:30:00"}]}}"#,
        // WordPress: rendered titles with entities, whole addresses.
        r#"[{"id":12,"date":"2024-05-20T09:30:00","modified":"2024-06-01T00:00:00","link":"https://www.example.org/n/12.html","title":{"rendered":"关于举办<b>消防演练</b>的通知"},"excerpt":{"rendered":"<p>近日</p>"}},
            {"id":11,"date":"2024-05-18T09:30:00","modified":"2024-06-01T00:00:00","link":"https://www.example.org/n/11.html","title":{"rendered":"道路封闭施工公告"},"excerpt":{"rendered":""}}]"#,
        // JSON:API: separate attributes, milliseconds.
        r#"{"data":[{"type":"n","id":"12","attributes":{"headline":"关于举办消防演练的通知","released":1716168600000},"links":{"self":"/n/12.html"}},
            {"type":"n","id":"11","attributes":{"headline":"道路封闭施工公告","released":1715995800000},"links":{"self":"/n/11.html"}}]}"#,
        // A call around it, seconds as text, escaped markup. Cells without names, a list within a string, ids as names,
        // groups by month, a value on each line.
        r#"{"rows":[["12","关于举办消防演练的通知","2024-05-20","/n/12.html"],["11","道路封闭施工公告","2024-05-18","/n/11.html"]]}"#,
        r#"{"data":"[{\"title\":\"关于举办消防演练的通知\",\"url\":\"/n/12.html\",\"d\":\"2024-05-20\"},{\"title\":\"道路封闭施工公告\",\"url\":\"/n/11.html\",\"d\":\"2024-05-18\"}]"}"#,
        r#"{"html":"<ul><li><a href='/n/12.html'>关于举办消防演练的通知</a> 2024-05-20</li><li><a href='/n/11.html'>道路封闭施工公告</a> 2024-05-18</li></ul>"}"#,
        r#"{"items":{"a1":{"title":"关于举办消防演练的通知","url":"/n/12.html","d":"2024-05-20"},"a2":{"title":"道路封闭施工公告","url":"/n/11.html","d":"2024-05-18"}}}"#,
        r#"[{"m":"2024-05","list":[{"title":"关于举办消防演练的通知","url":"/n/12.html","d":"2024-05-20"}]},{"m":"2024-05","list":[{"title":"道路封闭施工公告","url":"/n/11.html","d":"2024-05-18"}]}]"#,
        "{\"title\":\"关于举办消防演练的通知\",\"url\":\"/n/12.html\",\"d\":\"2024-05-20\"}\n{\"title\":\"道路封闭施工公告\",\"url\":\"/n/11.html\",\"d\":\"2024-05-18\"}\n",
        r#"show({"list":[{"bt":"关于举办消防演练的通知","url":"../n/12.html","sj":"1716168600"},{"bt":"道路封闭施工公告","url":"../n/11.html","sj":"1715995800"}]});"#,
    ] {
        assert_eq!(rows_of(json), TWO_ROWS, "{json}");
    }
}

#[test]
fn when_something_begins_or_ends_is_not_when_it_was_published() {
    let published = |fields: &str| {
        let row = |id: u32| {
            format!(
                r#"{{"id":{id},"link":"/n/{id}.html","title":"关于第{id}次检修安排的通知",{fields}}}"#
            )
        };
        let list = read_data(&format!("[{},{}]", row(12), row(11))).unwrap();
        list.notices[0].published.map(|it| it.day().to_string())
    };
    let (created, ends) = ("2024-05-19", "2024-06-30");
    for field in [
        "startTime",
        "applyEndTime",
        "deadline",
        "end_date",
        "expireDate",
        "validUntil",
    ] {
        let both = format!(r#""{field}":"{ends}","createTime":"{created}""#);
        assert_eq!(published(&both).as_deref(), Some(created), "{field}");
        assert_eq!(
            published(&format!(r#""{field}":"{ends}""#)),
            None,
            "{field}"
        );
    }
    assert_eq!(
        published(&format!(r#""sendTime":"{created}""#)).as_deref(),
        Some(created)
    );
}

#[test]
fn an_id_counts_for_more_than_a_guid_that_is_the_address() {
    let guid = |host: &str| {
        let row = |id: u32| {
            format!(
                r#"{{"id":{id},"link":"https://{host}/{id}","guid":{{"rendered":"https://{host}/?p={id}"}},"title":{{"rendered":"关于第{id}次检修安排的通知"}}}}"#
            )
        };
        let list = read_data(&format!("[{},{}]", row(12), row(11))).unwrap();
        list.notices[0].guid.clone()
    };
    assert_eq!(guid("a.example.org"), guid("b.example.org"));
    assert!(guid("a.example.org").is_some());
}

#[test]
fn data_without_notices_are_no_list() {
    for json in [
        "{}",
        "[]",
        "[1,2,3]",
        r#"{"code":401,"msg":"未登录"}"#,
        r#"[{"id":1,"n":2},{"id":2,"n":3}]"#,
    ] {
        assert!(
            matches!(read_data(json), Err(ReadError::NotAList(_))),
            "{json}"
        );
    }
    assert!(matches!(read_data("<html>"), Err(ReadError::Unreadable(_))));
    assert!(matches!(
        read_data("{\"a\":"),
        Err(ReadError::Unreadable(_))
    ));
    assert!(read_data(&"[".repeat(100_000)).is_err());
}

/// Returns a list page with `head` in its head and `foot` below its rows.
fn page(head: &str, foot: &str) -> NoticeList {
    let rows: String = (1..9)
        .map(|n| {
            format!("<li><a href='/n/{n}00.html'>一条长度足够的通知标题{n}</a>2024-05-0{n}</li>")
        })
        .collect();
    let html = format!("<html><head>{head}</head><body><ul>{rows}</ul>{foot}</body></html>");
    let base = Url::parse("https://www.example.org/tz/index.html").expect("an address");
    read_at(&html, &base, &Select::default()).expect("a list")
}

#[test]
fn the_next_page_is_the_one_that_the_pager_names() {
    let next = |head: &str, foot: &str| page(head, foot).next_page.map(String::from);
    let second = Some("https://www.example.org/tz/index_2.html".to_owned());
    assert_eq!(next("<link rel='next' href='index_2.html'>", ""), second);
    assert_eq!(
        next(
            "",
            "<p><a href='index.html'>上一页</a> <a href='index_2.html'>下一页</a> <a href='index_9.html'>尾页</a></p>"
        ),
        second
    );
    assert_eq!(
        next(
            "",
            "<p><b>1</b> <a href='index_2.html'>2</a> <a href='index_3.html'>3</a></p>"
        ),
        second
    );
    assert_eq!(
        next("", "<p><a href='index_2.html'>Next &rsaquo;</a></p>"),
        second
    );
    // The last page, a script, another site: there is no next page.
    for foot in [
        "",
        "<a href='index.html'>下一页</a>",
        "<a href='javascript:go(2)'>下一页</a>",
        "<a href='https://elsewhere.example/2'>下一页</a>",
    ] {
        assert_eq!(next("", foot), None, "{foot}");
    }
}

#[test]
fn announced_feeds_are_reported() {
    let list = page(
        "<link rel='alternate' type='application/rss+xml' href='/rss.xml'><link rel='alternate' hreflang='en' href='/en/'>\
         <link rel='ALTERNATE' type='application/feed+json' href='feed.json'>",
        "",
    );
    let feeds: Vec<&str> = list.feeds.iter().map(Url::as_str).collect();
    assert_eq!(
        feeds,
        [
            "https://www.example.org/rss.xml",
            "https://www.example.org/tz/feed.json"
        ]
    );
}

#[test]
fn other_groups_are_reported_with_the_reason() {
    let list = page(
        "",
        "<div class='sidebar'><h3>热门推荐</h3><ul><li><a href='/h/1.html'>另外一条不相干的标题一</a></li>\
         <li><a href='/h/2.html'>另外一条不相干的标题二</a></li><li><a href='/h/3.html'>另外一条不相干的标题三</a></li></ul></div>",
    );
    let other = &list.others[0];
    assert_eq!((other.links, other.title.as_deref()), (3, Some("热门推荐")));
    assert_eq!(other.why, "a side box");
    assert!(list.confidence > 0.7, "{}", list.confidence);
}
