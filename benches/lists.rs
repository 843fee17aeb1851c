//! Measures the time for a list page, compared with parsing only: `cargo bench --bench lists`.
//!
//! The page has 100 KB: menus, a side bar, 120 dated rows with teasers, a pager. The floors are only html5ever's
//! tokens, and dom_query's tree, in the same run.
#![allow(clippy::print_stdout, reason = "a command line tool")]
#![allow(unreachable_pub, reason = "a binary's own module")]

use noticast::{
    bulletin::Select,
    source::{Context, list},
};
use url::Url;

#[path = "support/floor.rs"]
mod floor;

fn main() {
    let page = page();
    floor::beside_floors(&page, "a dense list page", || read(&page));
}

fn read(page: &str) -> usize {
    let base = Url::parse("https://www.example.org/tzgg/").expect("an address");
    let select = Select::default();
    let context = Context {
        base: &base,
        time_zone: chrono_tz::Asia::Shanghai,
        now: "2024-06-15T04:00:00Z".parse().expect("a time"),
        select: &select,
        simplify: false,
    };
    let list = list::read(page, &context).expect("a list");
    assert_eq!(list.notices.len(), 120);
    list.notices.len()
}

fn page() -> String {
    let link = |kind: &str, n: usize| {
        format!(
            "<li class=\"{kind} {kind}-{n}\"><a href=\"/{kind}/{n}/index.html\" target=\"_blank\">栏目{n}</a></li>\n"
        )
    };
    let menu: String = (0..120).map(|n| link("menu", n)).collect();
    let side: String = (0..40)
        .map(|n| {
            format!(
                "<li><i>{n}</i><a href=\"/hot/{}.html\">第{n}条热门内容的标题写在这里</a></li>\n",
                9000 - n
            )
        })
        .collect();
    let rows: String = (0..120)
        .map(|n| {
            let (id, month, day) = (80_000 - n, 6 - n / 24, 28 - n % 24);
            format!(
                "<li class=\"item clearfix\" id=\"line_{n}\"><div class=\"pic\"><a href=\"/info/1012/{id}.htm\"><img src=\"/img/{id}.jpg\" alt=\"\"></a></div>\
                 <h4><a href=\"/info/1012/{id}.htm\" target=\"_blank\" title=\"关于开展第{n}批安全生产专项检查工作的通知\">关于开展第{n}批安全生产专项检查…</a></h4>\
                 <p class=\"sum\">为进一步压实责任，根据年度工作安排，现就第{n}批专项检查有关事项通知如下，请各单位遵照执行并按时报送材料，逾期不再受理。联系人见附件，电话在工作时间接听。</p>\
                 <span class=\"date\">2024-{month:02}-{day:02}</span></li>\n"
            )
        })
        .collect();
    format!(
        "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>通知公告-某单位</title><style>body{{margin:0}}</style></head><body>\
         <div class=\"nav\"><ul>{menu}</ul></div><div class=\"main\"><h2>通知公告</h2><ul class=\"list\">{rows}</ul>\
         <div class=\"pages\"><a href=\"/tzgg/2.htm\">2</a><a href=\"/tzgg/3.htm\">3</a><a href=\"/tzgg/2.htm\">下一页</a></div></div>\
         <div class=\"side\"><h3>热门文章</h3><ul>{side}</ul></div><div class=\"footer\">版权所有</div></body></html>"
    )
}
