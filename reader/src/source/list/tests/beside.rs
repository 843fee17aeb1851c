//! Checks prose next to rows: at the edges of a page, and below an index of the page itself.

use url::Url;

use super::read_at;
use crate::{
    bulletin::{ReadAs, Select},
    source::{Context, Reading},
};

const PARAGRAPHS: [&str; 4] = [
    "本网站使用必要的技术记录您的选择，统计页面的访问情况，以便改进我们提供的服务，继续浏览即表示您同意我们的做法。",
    "您可以随时在浏览器的设置中关闭相关功能，关闭后部分栏目可能无法正常显示，由此带来的不便，敬请谅解。",
    "本站所载内容仅供参考，任何单位和个人不得转载、摘编或者以其他方式使用，违者将依法追究责任，请各位读者周知。",
    "如对本站内容有疑问，请在工作日与我们联系，我们将在核实有关情况之后，尽快给予答复和处理，感谢您的支持。",
];

fn base() -> Url {
    Url::parse("https://www.example.org/notices/").expect("an address")
}

fn prose() -> String {
    PARAGRAPHS.map(|text| format!("<p>{text}</p>")).concat()
}

/// Returns the kind that a page without a declared kind is read as.
fn kind_of(html: &str) -> &'static str {
    let context = Context {
        base: &base(),
        time_zone: chrono_tz::Asia::Shanghai,
        now: super::now(),
        select: &Select::default(),
        simplify: false,
    };
    match crate::source::read(html, None, ReadAs::Auto, &context) {
        Ok(Reading::List(_)) => "a list",
        Ok(Reading::Article(_)) => "an article",
        _ => "nothing",
    }
}

/// Returns a page with an index and its texts below, with the day and headline of each, laid out by `row` and `text`.
fn index(row: fn(usize, &str, &str) -> String, text: fn(usize, &str, &str) -> String) -> String {
    let titles = [
        "关于停水检修的通知",
        "关于调整班车时间的通知",
        "关于召开年度会议的通知",
        "关于开展安全检查的通知",
    ];
    let all = |one: fn(usize, &str, &str) -> String| -> String {
        let rows = titles.iter().enumerate();
        rows.map(|(at, title)| one(at, title, &format!("2024-06-{:02}", 14 - at)))
            .collect()
    };
    format!(
        "<html><head><title>通知公告</title></head><body><h1>通知公告</h1><ul>{}</ul>{}</body></html>",
        all(row),
        all(text)
    )
}

fn row(at: usize, title: &str, day: &str) -> String {
    format!("<li><span>{day}</span> <a href=\"#n{at}\">{title}</a></li>")
}

fn whole_row(at: usize, title: &str, day: &str) -> String {
    format!("<li><a href=\"/notices/#n{at}\">{title}</a> <i>{day}</i></li>")
}

#[test]
fn a_dated_index_of_texts_on_the_same_page_is_a_list() {
    let texts: [fn(usize, &str, &str) -> String; 4] = [
        |at, title, day| {
            let prose = prose();
            format!(
                "<section id=\"n{at}\"><h2>{title}</h2><p>发布时间：{day} 来源：办公室</p>{prose}</section>"
            )
        },
        |at, title, _| format!("<h3 id=\"n{at}\">{title}</h3>{}", prose()),
        |at, title, day| {
            format!(
                "<p><a name=\"n{at}\"></a><b>{title}</b>（{day}）</p>{}",
                prose()
            )
        },
        |at, title, _| {
            let prose = prose();
            format!(
                "<div class=\"t\"><span id=\"n{at}\">{title}</span></div><div class=\"c\">{prose}</div>"
            )
        },
    ];
    for text in texts {
        for row in [row, whole_row] {
            let page = index(row, text);
            assert_eq!(kind_of(&page), "a list", "{page}");
            let list = read_at(&page, &base(), &Select::default()).expect("a list");
            let urls: Vec<_> = list.notices.iter().map(|it| it.url.as_str()).collect();
            let wanted = [0, 1, 2, 3].map(|at| format!("https://www.example.org/notices/#n{at}"));
            assert_eq!(urls, wanted);
        }
    }
}

#[test]
fn the_days_of_an_index_may_stand_in_its_links_or_at_the_head_of_each_text() {
    let in_link = index(
        |at, title, day| format!("<li><a href=\"#n{at}\">{title}（{day}）</a></li>"),
        |at, title, _| format!("<h3 id=\"n{at}\">{title}</h3>{}", prose()),
    );
    let at_text = index(
        |at, title, _| format!("<li><a href=\"#n{at}\">{title}</a></li>"),
        |at, title, day| {
            let prose = prose();
            format!("<h3 id=\"n{at}\">{title}</h3><p class=\"date\">{day}</p>{prose}")
        },
    );
    for page in [in_link, at_text] {
        assert_eq!(kind_of(&page), "a list", "{page}");
    }
}

#[test]
fn an_article_with_a_table_of_its_own_parts_stays_one() {
    let part =
        |at: usize, title: &str, _: &str| format!("<h2 id=\"n{at}\">{title}</h2>{}", prose());
    let undated =
        |at: usize, title: &str, _: &str| format!("<li><a href=\"#n{at}\">{title}</a></li>");
    assert_eq!(kind_of(&index(undated, part)), "an article");
}

fn list(rows: &str) -> String {
    let row = |at: usize| {
        format!(
            "<li><a href=\"/n/{at}.html\">关于第{at}期设备检修安排的通知</a><span>2024-06-{at:02}</span></li>"
        )
    };
    let all: String = (1..=8).rev().map(row).collect();
    format!("<div class=\"{rows}\"><ul>{all}</ul></div>")
}

#[test]
fn prose_at_an_edge_of_the_page_makes_no_article_of_a_list() {
    let undated = list("rows").replace("<span>2024-06-", "<span hidden>");
    for rows in [list("rows"), undated] {
        for (open, close) in [
            ("", ""),
            ("<div>", "</div>"),
            ("<div><div class=\"x\">", "</div></div>"),
        ] {
            // The words on its buttons belong to the box, too.
            let buttons = "<p><a href=\"#\">了解更多</a><a href=\"#\">知道了</a></p>";
            let prose = format!("{open}{}{}{buttons}{close}", prose(), prose());
            let nav = "<div><a href=\"/\">首页</a><a href=\"/a/\">概况</a></div>";
            for body in [
                format!("{prose}{nav}{rows}"),
                format!("{nav}{rows}{prose}"),
                format!("{prose}{rows}{prose}"),
            ] {
                let page =
                    format!("<html><head><title>通知公告</title></head><body>{body}</body></html>");
                assert_eq!(kind_of(&page), "a list", "{page}");
            }
        }
    }
}

#[test]
fn an_article_that_ends_its_page_below_other_rows_stays_one() {
    let title = "关于做好夏季防汛工作的通知";
    let side = list("side").replace("<span>", "<span hidden>");
    for head in [
        format!("<h1>{title}</h1>"),
        format!("<div class=\"t\">{title}</div>"),
        "<p>发布时间：2024-06-12 来源：办公室 浏览次数：12</p>".to_owned(),
    ] {
        for body in [
            format!("{side}<div>{head}{}{}</div>", prose(), prose()),
            format!("{head}{}{}{side}", prose(), prose()),
        ] {
            let page =
                format!("<html><head><title>{title}_某局</title></head><body>{body}</body></html>");
            assert_eq!(kind_of(&page), "an article", "{page}");
        }
    }
}

#[test]
fn prose_that_nothing_calls_an_article_stands_beside_dated_rows() {
    let rows: String = (1..=6)
        .map(|at| {
            format!("<li><a href=/notices/{at}.html>关于第{at}次停水检修的通知</a><span>2024-06-0{at}</span></li>")
        })
        .collect();
    let footer = "<div>联系我们</div>".repeat(6);
    let page = |prose: &str| {
        format!(
            "<html><head><title>通知公告</title></head><body><div><div><ul>{rows}</ul>{prose}</div></div>{footer}</body></html>"
        )
    };
    let prose = prose().repeat(3);
    assert_eq!(kind_of(&page("")), "a list");
    assert_eq!(kind_of(&page(&format!("<div>{prose}</div>"))), "a list");
    let headed = format!(
        "<h1>停水检修顺利完成的情况通报</h1><p>来源：办公室　发布时间：2024-06-08</p>{prose}"
    );
    let article = page(&headed).replace(
        "<title>通知公告",
        "<title>停水检修顺利完成的情况通报_通知公告",
    );
    assert_eq!(kind_of(&article), "an article");
}
