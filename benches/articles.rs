//! Measures the time for an article page, compared with parsing only: `cargo bench --bench articles`.
//!
//! The page has 100 KB: menus, a headline, 60 paragraphs and a table, a side bar, comments, a footer, scripts. The
//! floors are only html5ever's tokens, and dom_query's tree, in the same run.
#![allow(clippy::print_stdout, reason = "a command line tool")]
#![allow(unreachable_pub, reason = "a binary's own module")]

use noticast::{
    bulletin::Select,
    source::{Context, article},
};
use url::Url;

#[path = "support/floor.rs"]
mod floor;

fn main() {
    let page = page();
    floor::beside_floors(&page, "an article page", || read(&page));
}

fn read(page: &str) -> usize {
    let base = Url::parse("https://www.example.org/info/1021/5054.htm").expect("an address");
    let select = Select::default();
    let context = Context {
        base: &base,
        time_zone: chrono_tz::Asia::Shanghai,
        now: "2024-06-15T04:00:00Z".parse().expect("a time"),
        select: &select,
        simplify: false,
    };
    let article = article::read(page, &context).expect("an article");
    assert_eq!(article.title.as_deref(), Some("关于做好防汛值守的通知"));
    assert!(article.published.is_some());
    article.text.len()
}

fn page() -> String {
    let many =
        |count: usize, one: &dyn Fn(usize) -> String| (0..count).map(one).collect::<String>();
    let menu = many(120, &|n| {
        format!(
            "<li class=\"menu menu-{n}\"><a href=\"/menu/{n}/index.html\" target=\"_blank\">栏目{n}</a></li>\n"
        )
    });
    let paragraphs = many(90, &|n| {
        format!(
            "<p style=\"text-indent: 2em; line-height: 1.75em;\"><span style=\"font-size: 16px; font-family: 宋体;\">第{n}条　各单位要对照清单逐项检查，发现问题当天整改，\
             重要情况及时报告值班室，电话0000-555012；节假日安排专人值守，交接班要有记录，物资要清点到位，逾期未整改的通报批评。</span></p>\n"
        )
    });
    let rows = many(60, &|n| {
        format!(
            "<tr><td><p>{n}</p></td><td><p>第{n}小组</p></td><td><p>值班员{n}</p></td><td>0000-5550{n:02}</td></tr>\n"
        )
    });
    let side = many(60, &|n| {
        format!(
            "<li><i>{n}</i><a href=\"/info/1012/{}.html\">第{n}条热门内容的标题写在这里</a></li>\n",
            9000 - n
        )
    });
    let comments = many(60, &|n| {
        format!(
            "<div class=\"comment-item\"><b>网友{n}</b><span>2024-06-14 08:{n:02}</span><p>写得很清楚，已经按要求落实，谢谢。</p></div>\n"
        )
    });
    let script =
        "var menus = [1, 2, 3]; function toggle(id) { return document.getElementById(id); }\n"
            .repeat(200);
    format!(
        "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>关于做好防汛值守的通知-某单位</title><script>{script}</script></head><body>\
         <div class=\"nav\"><ul>{menu}</ul></div><div class=\"main\"><h1>关于做好防汛值守的通知</h1>\
         <div class=\"info\">发布时间：2024-06-14 09:30　来源：值班室　阅读量：<span>120</span></div>\
         <div class=\"content\">{paragraphs}<table>{rows}</table></div><ul><li><a href=\"/files/1.doc\">值班表.doc</a></li></ul></div>\
         <div class=\"side\"><h3>热门文章</h3><ul>{side}</ul></div><div class=\"comments\">{comments}</div><div class=\"footer\">版权所有</div></body></html>"
    )
}
