//! Determines the purpose of boxes and headings, by the names that page makers everywhere give them.

use super::words::bare;

/// The purpose of a box, by its tag, class and id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Region {
    Main,
    Neutral,
    Side,
    Frame,
}

/// Returns the purpose of a box by its own tag, class and id; most have none.
pub(super) fn region(name: &str, class: &str, id: &str) -> Region {
    match name {
        "nav" | "footer" | "header" => return Region::Frame,
        "aside" => return Region::Side,
        "main" => return Region::Main,
        _ => {}
    }
    let mut found = Region::Neutral;
    for word in class.split_whitespace().chain(id.split_whitespace()) {
        match region_of_word(word) {
            Region::Frame => return Region::Frame,
            Region::Side => found = Region::Side,
            Region::Main if found == Region::Neutral => found = Region::Main,
            _ => {}
        }
    }
    found
}

/// Parts of names of boxes that are laid over a page.
const BOXES: &[&str] = &[
    "cookie",
    "cookies",
    "cookiebar",
    "cookiebanner",
    "cookieconsent",
    "consent",
    "gdpr",
    "ccpa",
    "onetrust",
    "cmp",
    "privacy",
    "modal",
    "popup",
    "pop",
    "popover",
    "dialog",
    "overlay",
    "lightbox",
    "layer",
    "mask",
    "tooltip",
    "toast",
    "hidden",
    "hide",
    "invisible",
    "disclaimer",
    "imprint",
    "legal",
    "declaration",
    "newsletter",
    "subscribe",
    "paywall",
    "noscript",
    "browsehappy",
    "chromeframe",
    "tanchuang",
    "banquan",
    "mianze",
];
/// Whole names of such boxes, or of hidden ones.
const HIDDEN: &[&str] = &[
    "d-none",
    "dn",
    "sr-only",
    "visually-hidden",
    "screen-reader-text",
    "cc-window",
    "cc-banner",
];

/// Returns whether a class or id is that of a box laid over a page: consent, advice, a window.
pub(super) fn is_notice_box(label: &str) -> bool {
    label.split_whitespace().any(|word| {
        HIDDEN.contains(&word)
            || parts(word)
                .iter()
                .any(|part| BOXES.contains(&part.as_str()))
    })
}

/// The names of menus, breadcrumbs, pagers, headers and footers.
const FRAME: &[&str] = &[
    "nav",
    "navbar",
    "navi",
    "navigation",
    "menu",
    "submenu",
    "dropdown",
    "breadcrumb",
    "breadcrumbs",
    "crumb",
    "crumbs",
    "bread",
    "position",
    "weizhi",
    "location",
    "pager",
    "pagination",
    "pages",
    "paging",
    "footer",
    "foot",
    "copyright",
    "header",
    "friend",
    "friends",
    "friendlink",
    "friendlinks",
    "flink",
    "flinks",
    "yqlj",
    "sitemap",
    "share",
    "tagcloud",
    "toolbar",
    "topbar",
    "language",
    "subnav",
    "sidenav",
    "mainmenu",
    "topnav",
    "leftnav",
];
/// The names of side bars and of their content.
const SIDE: &[&str] = &[
    "side",
    "sidebar",
    "aside",
    "hot",
    "rank",
    "ranking",
    "recommend",
    "recommended",
    "related",
    "relate",
    "popular",
    "hotnews",
    "widget",
    "widgets",
    "recent",
    "trending",
    "promo",
    "ad",
    "ads",
    "slider",
    "swiper",
    "carousel",
    "banner",
    "slide",
    "focus",
    "tags",
];
/// The names of the box of the content.
const MAIN: &[&str] = &[
    "main", "content", "primary", "results", "archive", "newslist", "listbox",
];
/// Words before such a name that make it describe another box: `has-sidebar`, `content-sidebar-wrap`, `slider-off`.
const HAS: &[&str] = &[
    "has",
    "with",
    "without",
    "no",
    "not",
    "background",
    "bg",
    "color",
];
/// Words that begin the name of a side bar next to such a box.
const BESIDE: &[&str] = &["content", "main", "body", "page", "columns"];

fn region_of_word(word: &str) -> Region {
    let mut region = Region::Neutral;
    let parts = parts(word);
    let side = parts.iter().position(|part| SIDE.contains(&part.as_str()));
    let is_about = side.is_some_and(|at| {
        let is_bar = matches!(parts[at].as_str(), "side" | "sidebar" | "aside");
        let holds = |words: &[&str]| {
            parts[..at]
                .iter()
                .any(|part| words.contains(&part.as_str()))
        };
        let after = parts.get(at + 1).map(String::as_str);
        holds(HAS) || is_bar && holds(BESIDE) || matches!(after, Some("off" | "none" | "disabled"))
    });
    if is_about {
        return Region::Neutral;
    }
    for part in parts {
        if FRAME.contains(&part.as_str()) {
            return Region::Frame;
        }
        if SIDE.contains(&part.as_str()) {
            region = Region::Side;
        } else if region == Region::Neutral && MAIN.contains(&part.as_str()) {
            region = Region::Main;
        }
    }
    region
}

/// Words in headings of other things than the page's own list.
const ASIDE: &[&str] = &[
    "热门",
    "热点推荐",
    "推荐",
    "相关",
    "排行",
    "点击排名",
    "猜你喜欢",
    "精彩",
    "友情链接",
    "常用链接",
    "快速链接",
    "快速通道",
    "热帖",
    "热评",
    "為你",
    "为您",
    "为你",
    "標籤",
    "标签",
];
/// The beginnings of such headings.
const ASIDE_BEGINS: &[&str] = &[
    "popular",
    "mostpopular",
    "mostread",
    "mostviewed",
    "mostshared",
    "related",
    "recommended",
    "trending",
    "youmayalso",
    "morestories",
    "moreon",
    "morefrom",
    "morein",
    "hot",
    "recentcomments",
    "tags",
    "categories",
    "archives",
    "quicklinks",
    "usefullinks",
    "beliebt",
    "meistgelesen",
    "ähnliche",
    "topposts",
    "editorspicks",
    "readnext",
];

/// Returns whether a heading announces other things than the page's own list.
pub(super) fn is_side_heading(text: &str) -> bool {
    let bare = bare(text);
    ASIDE.iter().any(|word| bare.contains(word))
        || ASIDE_BEGINS.iter().any(|word| bare.starts_with(word))
}

/// Splits a name into its words: `mainNav_box2` is main, nav, box.
fn parts(word: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut lower = false;
    for c in word.chars().take(60) {
        if !c.is_alphabetic() || c.is_uppercase() && lower {
            parts.push(String::new());
        }
        lower = c.is_lowercase();
        if let (true, Some(part)) = (c.is_alphabetic(), parts.last_mut()) {
            part.extend(c.to_lowercase());
        }
    }
    parts.push(word.to_lowercase());
    parts.retain(|part| !part.is_empty());
    parts
}
