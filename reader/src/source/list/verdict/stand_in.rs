//! Recognizes pages that stand in for others: a sign-in page, a captcha, an error, an empty list, …

use super::{
    outside::Outside,
    prose::{densest_prose, has_headline, headings},
};
use crate::source::list::{survey::links, words};
use crate::{
    bulletin::PageKind,
    source::page::{Id, PageTree},
};

/// The number of links from which a page does not stand in for another.
const MANY_LINKS: usize = 8;
/// The length of text outside its links, in [`words::units`], above which a page does not stand in for another.
const LITTLE_TEXT: f32 = 80.0;

/// The kinds of pages that stand in for others, and the words that name them.
const STAND_INS: &[(PageKind, &[&str])] = &[
    (
        PageKind::Error,
        &[
            "404",
            "403",
            "500",
            "502",
            "503",
            "notfound",
            "页面不存在",
            "页面没有找到",
            "找不到页面",
            "您访问的页面",
            "找不到",
            "无法访问",
            "出错了",
            "访问出错",
            "internalservererror",
            "badgateway",
            "forbidden",
            "accessdenied",
            "拒绝访问",
            "禁止访问",
            "serviceunavailable",
            "pagenotfound",
            "系统错误",
            "错误页",
            "seitenichtgefunden",
            "不存在或已删除",
            "已被删除",
            "被阻断",
            "已被拦截",
            "请求被拦截",
            "405",
        ],
    ),
    (
        PageKind::Captcha,
        &[
            "captcha",
            "验证码",
            "安全验证",
            "人机验证",
            "滑动验证",
            "访问验证",
            "justamoment",
            "attentionrequired",
            "areyouhuman",
            "areyouarobot",
            "securitycheck",
            "安全检查中",
            "正在进行安全检查",
            "verifyyouarehuman",
            "robotcheck",
        ],
    ),
    (
        PageKind::Maintenance,
        &[
            "维护中",
            "系统维护",
            "网站维护",
            "升级中",
            "维护公告",
            "undermaintenance",
            "maintenancemode",
            "downformaintenance",
            "scheduledmaintenance",
            "wartungsarbeiten",
            "网站建设中",
            "暂停访问",
            "网站关闭",
            "站点已关闭",
        ],
    ),
    (
        PageKind::SignIn,
        &[
            "登录",
            "登入",
            "用户登录",
            "统一身份认证",
            "signin",
            "login",
            "logon",
            "anmelden",
            "anmeldung",
        ],
    ),
];

/// Returns the kind of stand-in that the page's title names.
pub(in crate::source::list) fn stand_in_by_title(page: &PageTree) -> Option<PageKind> {
    page.title
        .split(['-', '_', '|', '–', '—', '·', '«', '»'])
        .find_map(stand_in)
}

/// Returns the kind of stand-in by the first heading or by the whole text of a page: weaker evidence, as a list may
/// have a sign-in box next to it, and a notice may be about such things. A page with many links is not a stand-in.
pub(in crate::source::list) fn stand_in_by_text(page: &PageTree) -> Option<PageKind> {
    let outside = Outside::of(page, None);
    let by_heading = headings(page, &outside)
        .next()
        .and_then(|text| stand_in(&text));
    let is_bare = || {
        let anchors = (0..page.elements.len() as Id).filter(|id| page.name(*id) == "a");
        anchors.take(MANY_LINKS).count() < MANY_LINKS
    };
    match by_heading {
        Some(kind) if kind != PageKind::Maintenance || is_bare() => Some(kind),
        _ => said(page, &outside).filter(|kind| *kind != PageKind::Maintenance || is_bare()),
    }
}

/// Returns the kind of stand-in by the text of a page that has hardly any outside its links.
fn said(page: &PageTree, outside: &Outside) -> Option<PageKind> {
    let is_linked = |id: Id| {
        std::iter::once(id)
            .chain(page.ancestors(id))
            .take(4)
            .any(|id| {
                page.name(id) == "a"
                    && page
                        .attribute(id, "href")
                        .is_some_and(links::leads_somewhere)
            })
    };
    let mut units = 0.0;
    let mut kind = None;
    for (at, run) in page.runs.iter().enumerate() {
        if is_linked(run.element) {
            continue;
        }
        let text = page.run_text(at);
        units += words::units(text);
        if !outside.holds(run.element) {
            kind = kind.or_else(|| stand_in(text));
        }
        if units > LITTLE_TEXT {
            return None;
        }
    }
    kind
}

/// Returns the kind of stand-in that a page is, such as a sign-in page, by its title or first heading.
pub(in crate::source::list) fn of_page(page: &PageTree) -> Option<PageKind> {
    stand_in_by_title(page).or_else(|| stand_in_by_text(page))
}

fn stand_in(text: &str) -> Option<PageKind> {
    let text = words::bare(text);
    if is_document(&text) {
        return None;
    }
    let count = text.chars().count();
    let says = |phrase: &&str| {
        let length = phrase.chars().count();
        match length {
            // Numbers and short words count only alone or at the start.
            ..=3 if phrase.is_ascii() || length < 3 => {
                let rest = text.strip_prefix(*phrase);
                rest.is_some_and(|rest| !rest.starts_with(counts)) && count <= length + 10
            }
            _ => text.contains(*phrase) && count <= length + 14,
        }
    };
    STAND_INS
        .iter()
        .find_map(|(kind, phrases)| phrases.iter().any(&says).then_some(*kind))
}

/// Returns whether the character after a number makes it a count or an identifier: 404号提案, 503路公交, 500强企业.
fn counts(next: char) -> bool {
    "号路强名个家件人项次元万亿年期台辆国省县道".contains(next)
}

/// Returns whether a title is that of a document, `关于…的通知`: about a system that is down, for example, and not a
/// stand-in for another page.
fn is_document(bare: &str) -> bool {
    const ENDS: [&str; 10] = [
        "通知", "公告", "通告", "公示", "通报", "说明", "答复", "复函", "批复", "决定",
    ];
    bare.contains("关于") && ENDS.iter().any(|end| bare.ends_with(end))
}

/// Words of pages that have no other content, and the most text that such a page has.
const PHRASES: &[(PageKind, f32, &[&str])] = &[
    (
        PageKind::Captcha,
        400.0,
        &[
            "验证码",
            "captcha",
            "人机验证",
            "verifyyouarehuman",
            "areyouhuman",
        ],
    ),
    (
        PageKind::Maintenance,
        150.0,
        &["维护", "maintenance", "wartung"],
    ),
    (
        PageKind::EmptyList,
        400.0,
        &[
            "暂无",
            "没有相关",
            "没有找到",
            "无数据",
            "无记录",
            "共0条",
            "0条记录",
            "暂时没有",
            "没有内容",
            "noresults",
            "noposts",
            "nonotices",
            "nothingfound",
            "nonews",
            "noitems",
            "keineeinträge",
        ],
    ),
    (
        PageKind::NeedsScripts,
        120.0,
        &[
            "enablejavascript",
            "javascriptisrequired",
            "启用javascript",
            "javascriptaktivieren",
            "开启javascript",
        ],
    ),
];
/// Returns the kind of a page on which no list was found.
pub(in crate::source::list) fn instead(page: &PageTree) -> PageKind {
    if let Some(kind) = of_page(page) {
        return kind;
    }
    let is_password =
        |id: &Id| page.name(*id) == "input" && page.attribute(*id, "type") == Some("password");
    if page.signs_in || (0..page.elements.len() as Id).any(|id| is_password(&id)) {
        return PageKind::SignIn;
    }
    let text = page.text(0..page.runs.len().min(400));
    let (units, bare) = (words::units(&text), words::bare(&text));
    let named = PHRASES.iter().find(|(_, most, phrases)| {
        units < *most && phrases.iter().any(|phrase| bare.contains(phrase))
    });
    if let Some((kind, ..)) = named {
        return *kind;
    }
    let outside = Outside::of(page, None);
    let prose = densest_prose(page, None, &outside);
    // These are page links below nothing.
    let is_pager = |id: &Id| page.name(*id) == "a" && words::is_next(&page.text(page.runs_of(*id)));
    if prose < 60.0 && (0..page.elements.len() as Id).any(|id| is_pager(&id)) {
        return PageKind::EmptyList;
    }
    if units < 120.0 && !(page.scripts.is_empty() && words::bare(&page.noscript).is_empty()) {
        return PageKind::NeedsScripts;
    }
    if prose >= 60.0 || has_headline(page, &outside) {
        return PageKind::Article;
    }
    PageKind::NoRows
}
