//! Alterations of any page.

use std::hash::{DefaultHasher, Hash, Hasher};

use dom_query::{Document, NodeRef};

use super::{Alteration, Page, alteration};
use crate::altered::column;

pub const ALL: &[Alteration] = &[
    alteration("as it is", |_, _| true, 0.96),
    alteration("classes without meaning", obfuscate, 0.88),
    alteration("no classes", no_classes, 0.90),
    alteration("boxes are all div", only_divs, 0.96),
    alteration(
        "boxes are div, classes without meaning",
        |document, page| only_divs(document, page) && obfuscate(document, page),
        0.86,
    ),
    alteration("a heading is no heading", no_headings, 0.88),
    alteration("wrapped in more boxes", wrapped, 0.96),
    alteration("laid out in a table", in_table, 0.86),
    alteration("no metadata", no_metadata, 0.90),
    alteration("title is the site's name", site_title, 0.90),
    alteration("breadcrumbs above", breadcrumbs, 0.90),
    alteration("pager below", pager, 0.90),
    alteration("another list beside", other_list, 0.92),
    alteration("text beside", texts_beside, 0.94),
];

pub fn nodes<'a>(document: &'a Document, selector: &str) -> Vec<NodeRef<'a>> {
    document.select(selector).nodes().to_vec()
}

fn obfuscate(document: &Document, _: &mut Page) -> bool {
    for node in nodes(document, "[class], [id]") {
        for key in ["class", "id"] {
            let Some(names) = node.attr(key) else {
                continue;
            };
            let names: Vec<String> = names.split_whitespace().map(obscure).collect();
            node.set_attr(key, &names.join(" "));
        }
    }
    true
}

fn obscure(name: &str) -> String {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    format!("x{:06x}", hasher.finish() & 0xff_ffff)
}

fn no_classes(document: &Document, _: &mut Page) -> bool {
    document
        .select("[class], [id]")
        .remove_attrs(&["class", "id"]);
    true
}

fn only_divs(document: &Document, _: &mut Page) -> bool {
    let boxes = document.select("main, article, section, header, footer, nav, aside");
    boxes.remove_attrs(&["role", "itemprop", "itemtype"]);
    boxes.rename("div");
    true
}

fn no_headings(document: &Document, _: &mut Page) -> bool {
    let headings = document.select("h1, h2, h3, h4, h5, h6");
    headings.rename("div");
    headings.exists()
}

fn wrapped(document: &Document, page: &mut Page) -> bool {
    for child in nodes(document, "body > div, body > main, body > table") {
        child.wrap_html("<div class=\"w1\"></div>");
        child.wrap_html("<div class=\"w2\"></div>");
    }
    let takes_a_box =
        |name: Option<&str>| !matches!(name, Some("tbody" | "tr" | "td" | "ul" | "ol" | "dl"));
    if let Some(column) = column::of(document, page)
        && takes_a_box(column.node_name().as_deref())
    {
        column.wrap_html("<div class=\"w3\"></div>");
    }
    true
}

fn in_table(document: &Document, _: &mut Page) -> bool {
    let body = document.select("body");
    let inner = body.inner_html();
    body.set_html(format!(
        "<table width=\"100%\"><tr><td width=\"180\"><a href=\"/a/\">Home</a><br><a href=\"/b/\">About us</a><br><a href=\"/c/\">Contact</a></td><td>{inner}</td></tr></table>"
    ));
    true
}

fn no_metadata(document: &Document, _: &mut Page) -> bool {
    document
        .select("meta[property], meta[name], script, link")
        .remove();
    document
        .select("[itemprop]")
        .remove_attrs(&["itemprop", "itemtype", "itemscope"]);
    true
}

fn site_title(document: &Document, _: &mut Page) -> bool {
    let title = document.select("head title");
    title.set_html("Example Portal");
    title.exists()
}

fn breadcrumbs(document: &Document, page: &mut Page) -> bool {
    let Some(column) = column::of(document, page) else {
        return false;
    };
    column.before_html("<div>您当前的位置：<a href=\"/\">首页</a> &gt; <a href=\"/xw/\">新闻中心</a> &gt; <a href=\"/xw/tz/\">通知公告</a></div>");
    true
}

fn pager(document: &Document, page: &mut Page) -> bool {
    let Some(column) = column::of(document, page) else {
        return false;
    };
    let links: String = (2..8)
        .map(|at| format!("<a href=\"?p={at}\">{at}</a> "))
        .collect();
    column.after_html(format!(
        "<div><b>1</b> {links}<a href=\"?p=2\">下一页</a> 共 120 条</div>"
    ));
    true
}

const OTHERS: [&str; 8] = [
    "Ten quick soups for cold evenings",
    "Which bicycle helmet protects best",
    "A guide to the quietest beaches",
    "How to grow tomatoes on a balcony",
    "春季踏青路线推荐",
    "家常红烧肉的做法",
    "Readers' photographs of the week",
    "Five museums that cost nothing",
];

fn other_list(document: &Document, page: &mut Page) -> bool {
    let Some(column) = column::of(document, page) else {
        return false;
    };
    let rows: String = OTHERS
        .iter()
        .enumerate()
        .map(|(at, title)| format!("<li><a href=\"/life/{}.html\">{title}</a></li>", 7300 + at))
        .collect();
    let piece = format!("<div><div>热门推荐</div><ul>{rows}</ul></div>");
    // An element between rows of a table would be moved out of it.
    let tabular = ["table", "tbody", "tr", "ul", "ol", "dl"];
    let outer = std::iter::once(column)
        .chain(column.ancestors(None))
        .find(|node| {
            !tabular
                .iter()
                .any(|name| node.parent().is_some_and(|above| above.has_name(name)))
        });
    let Some(outer) = outer else { return false };
    outer.after_html(piece);
    true
}

fn texts_beside(document: &Document, _: &mut Page) -> bool {
    document.select("body").append_html(
        "<div><div><h3>About us</h3><p>The institute was founded in 1952 and has about four hundred members of staff in three towns.</p><p>It advises ministries, trains teachers and looks after the archive.</p></div></div>",
    );
    true
}
