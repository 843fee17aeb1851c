//! Alterations of articles.

use dom_query::{Document, NodeRef};
use serde_json::json;

use super::{Alteration, Page, alteration};
use crate::altered::column;

pub const ALL: &[Alteration] = &[
    alteration(
        "paragraphs are div",
        |document, page| renamed(document, page, "div"),
        0.92,
    ),
    alteration(
        "paragraphs are section",
        |document, page| renamed(document, page, "section"),
        0.92,
    ),
    alteration("lines with breaks", broken_lines, 0.92),
    alteration(
        "text in a table",
        |document, page| within(document, page, ["<table><tr><td>", "</td></tr></table>"]),
        0.96,
    ),
    alteration(
        "text in a quotation",
        |document, page| within(document, page, ["<blockquote>", "</blockquote>"]),
        0.96,
    ),
    alteration("text as list items", as_items, 0.90),
    alteration("headings between paragraphs", headings, 0.90),
    alteration(
        "two paragraphs alone",
        |document, page| shortened(document, page, 2),
        0.88,
    ),
    alteration(
        "one paragraph alone",
        |document, page| shortened(document, page, 1),
        0.76,
    ),
    alteration("links in the text", linked, 0.92),
    alteration("a share bar at both ends", share_bars, 0.92),
    alteration("related news at the end", related, 0.90),
    alteration("related news in the middle", related_within, 0.96),
    alteration("tags and author at the end", tags, 0.90),
    alteration("comments below", comments, 0.84),
    alteration("a form below", newsletter, 0.92),
];

/// Returns the box of the text, and its paragraphs.
fn paragraphs<'a>(document: &'a Document, page: &Page) -> Option<(NodeRef<'a>, Vec<NodeRef<'a>>)> {
    let column = column::text(document, &page.label)?;
    let wanted = bare(
        page.label["body"]
            .as_str()
            .or(page.label["articleBody"].as_str())?,
    );
    let own = |node: &NodeRef<'_>| {
        let text = bare(&node.text());
        node.has_name("p") && !text.is_empty() && wanted.contains(&text)
    };
    let paragraphs: Vec<NodeRef<'_>> = column.descendants().into_iter().filter(own).collect();
    (paragraphs.len() >= 3).then_some((column, paragraphs))
}

fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

fn renamed(document: &Document, page: &mut Page, name: &str) -> bool {
    let found = paragraphs(document, page);
    let paragraphs = found.iter().flat_map(|(_, paragraphs)| paragraphs);
    paragraphs.for_each(|paragraph| paragraph.rename(name));
    found.is_some()
}

/// Turns each paragraph into a line that two breaks end.
fn broken_lines(document: &Document, page: &mut Page) -> bool {
    let Some((_, paragraphs)) = paragraphs(document, page) else {
        return false;
    };
    for paragraph in paragraphs {
        paragraph.replace_with_html(format!("　　{}<br><br>", paragraph.inner_html()));
    }
    true
}

fn within(document: &Document, page: &mut Page, [open, close]: [&str; 2]) -> bool {
    let Some((column, _)) = paragraphs(document, page) else {
        return false;
    };
    column.set_html(format!("{open}{}{close}", column.inner_html()));
    true
}

fn as_items(document: &Document, page: &mut Page) -> bool {
    let Some((_, paragraphs)) = paragraphs(document, page) else {
        return false;
    };
    for paragraph in &paragraphs {
        paragraph.replace_with_html(format!("<ul><li>{}</li></ul>", paragraph.inner_html()));
    }
    true
}

fn headings(document: &Document, page: &mut Page) -> bool {
    let Some((_, paragraphs)) = paragraphs(document, page) else {
        return false;
    };
    // Headings belong to the text, and are so few that it is right with or without them.
    for paragraph in paragraphs.iter().skip(1).step_by(4) {
        paragraph.before_html("<h3>二、工作要求</h3>");
    }
    true
}

fn shortened(document: &Document, page: &mut Page, count: usize) -> bool {
    let Some((column, paragraphs)) = paragraphs(document, page) else {
        return false;
    };
    let says = |paragraph: &&NodeRef<'_>| paragraph.text().trim().chars().count() >= 20;
    let kept: Vec<String> = paragraphs
        .iter()
        .filter(says)
        .take(count)
        .map(|paragraph| paragraph.text().trim().to_owned())
        .collect();
    let html: Vec<String> = kept
        .iter()
        .map(|text| format!("<p>{}</p>", text.replace('<', "&lt;")))
        .collect();
    // A title or date in the same box would be lost.
    let title = page.label["title"].as_str().map(bare).unwrap_or_default();
    let text = bare(&column.text());
    if kept.len() < count
        || !title.is_empty() && text.contains(&title)
        || page.label["title"].is_null()
    {
        return false;
    }
    let day = page.label["published"]
        .as_str()
        .unwrap_or("-")
        .replace('-', "");
    if text.contains(&day) || !page.label["published"].is_null() {
        let numbers =
            |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
        if numbers(&column.text()).contains(&day) {
            return false;
        }
    }
    column.set_html(html.concat());
    page.label["body"] = json!(kept.join("\n"));
    page.label["body_alt"] = json!(null);
    true
}

fn linked(document: &Document, page: &mut Page) -> bool {
    let Some((_, paragraphs)) = paragraphs(document, page) else {
        return false;
    };
    for (at, paragraph) in paragraphs.iter().enumerate() {
        if !paragraph.element_children().is_empty() {
            continue;
        }
        let text = paragraph.text().replace('<', "&lt;");
        let count = text.chars().count();
        let part = |from: usize, to: usize| -> String {
            text.chars().skip(from).take(to - from).collect()
        };
        let (a, b) = (count / 4, count / 2);
        paragraph.set_html(format!(
            "{}<a href=\"/topic/{at}.html\">{}</a>{}",
            part(0, a),
            part(a, b),
            part(b, count)
        ));
    }
    true
}

fn share_bars(document: &Document, page: &mut Page) -> bool {
    const BAR: &str = "<div><a href=\"#\">Facebook</a> <a href=\"#\">Twitter</a> <a href=\"https://service.weibo.com/share?u=1\">微博</a> <a href=\"javascript:;\">微信</a> <span>分享到：</span></div>";
    let Some((column, _)) = paragraphs(document, page) else {
        return false;
    };
    column.prepend_html(BAR);
    column.append_html(BAR);
    true
}

const RELATED: &str = "<ul><li><a href=\"/n/81.html\">Bridge over the river to be closed for repairs</a></li><li><a href=\"/n/82.html\">New timetable for regional trains published</a></li><li><a href=\"/n/83.html\">市政府召开常务会议研究部署近期工作</a></li><li><a href=\"/n/84.html\">Library extends its opening hours</a></li></ul>";

fn related(document: &Document, page: &mut Page) -> bool {
    let Some((column, _)) = paragraphs(document, page) else {
        return false;
    };
    column.append_html(format!(
        "<div><div>相关新闻 / Related stories</div>{RELATED}</div>"
    ));
    true
}

fn related_within(document: &Document, page: &mut Page) -> bool {
    let Some((_, paragraphs)) = paragraphs(document, page) else {
        return false;
    };
    paragraphs[paragraphs.len() / 2]
        .before_html(format!("<div><div>Related stories</div>{RELATED}</div>"));
    true
}

fn tags(document: &Document, page: &mut Page) -> bool {
    let Some((column, _)) = paragraphs(document, page) else {
        return false;
    };
    column.append_html("<div>Tags: <a href=\"/t/a\">roads</a>, <a href=\"/t/b\">budget</a>, <a href=\"/t/c\">council</a></div><div>责任编辑：李四</div>");
    true
}

fn comments(document: &Document, page: &mut Page) -> bool {
    let Some((column, _)) = paragraphs(document, page) else {
        return false;
    };
    column.after_html("<div><h3>3 Comments</h3><ul><li><b>Ann</b> 2 days ago<p>I never thought that this would happen in our town, and I wonder who will pay for it in the end.</p><a href=\"#\">Reply</a></li><li><b>Bob</b> 3 days ago<p>Well done to everybody who took part.</p><a href=\"#\">Reply</a></li><li><b>Cid</b> 4 days ago<p>Has anybody read the report? It says the opposite.</p><a href=\"#\">Reply</a></li></ul></div>");
    true
}

fn newsletter(document: &Document, page: &mut Page) -> bool {
    let Some((column, _)) = paragraphs(document, page) else {
        return false;
    };
    column.after_html("<div><h3>Get our morning briefing</h3><p>Enter your address and we will send you the most important stories of the day, every morning at seven.</p><form><input type=\"email\"><button>Send</button></form></div>");
    true
}
