//! The few words that tell what a link or a box is for, in the languages that notice pages use.
//! They are words of the trade (next page, read more, sidebar), not of any page's content.

/// What a link says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LinkText {
    /// Something that can be a title.
    Title,
    /// Nothing: a picture.
    Picture,
    /// "Read more", "详情": another way to what stands beside it.
    More,
    /// A page number or "next page".
    Pager,
}

/// What a box is for, by its tag, class and id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Region {
    Main,
    Neutral,
    Side,
    Frame,
}

const NEXT: &[&str] = &[
    "下一页",
    "下页",
    "后一页",
    "后页",
    "下一頁",
    "下頁",
    "next",
    "nextpage",
    "older",
    "olderposts",
    "weiter",
    "nächste",
    "nächsteseite",
    "suivant",
    "siguiente",
];
const OTHER_PAGES: &[&str] = &[
    "上一页",
    "上页",
    "前一页",
    "前页",
    "首页",
    "尾页",
    "末页",
    "第一页",
    "最后一页",
    "最后页",
    "上一頁",
    "上頁",
    "首頁",
    "末頁",
    "跳转",
    "转到",
    "确定",
    "go",
    "prev",
    "previous",
    "previouspage",
    "newer",
    "newerposts",
    "first",
    "last",
    "firstpage",
    "lastpage",
    "zurück",
    "vorherige",
    "erste",
    "letzte",
    "précédent",
    "anterior",
    "加载更多",
    "loadmore",
    "showmore",
];
const MORE: &[&str] = &[
    "更多",
    "详情",
    "详细",
    "查看",
    "查看详情",
    "查看更多",
    "查看全文",
    "阅读全文",
    "阅读更多",
    "阅读原文",
    "了解更多",
    "了解详情",
    "详细内容",
    "点击查看",
    "全文",
    "下载",
    "附件",
    "点击下载",
    "更多新闻",
    "查看全部",
    "more",
    "readmore",
    "details",
    "view",
    "viewmore",
    "viewdetails",
    "viewall",
    "seeall",
    "download",
    "learnmore",
    "continuereading",
    "fullstory",
    "pdf",
    "mehr",
    "weiterlesen",
    "mehrlesen",
    "mehrerfahren",
    "alle",
    "lirelasuite",
    "ensavoirplus",
    "leermás",
    "moreinfo",
    "readarticle",
    "readthefullarticle",
];

pub(super) fn link_text(text: &str) -> LinkText {
    if text.trim().is_empty() {
        return LinkText::Picture;
    }
    if says_read_on(text) {
        return LinkText::More;
    }
    // Longer than any of the words below, whatever the language.
    if text.len() > 60 {
        return LinkText::Title;
    }
    let bare = bare(text);
    if bare.is_empty() || bare.bytes().all(|b| b.is_ascii_digit()) && bare.len() <= 4 {
        return LinkText::Pager;
    }
    if NEXT.contains(&bare.as_str()) || OTHER_PAGES.contains(&bare.as_str()) {
        return LinkText::Pager;
    }
    if MORE.contains(&bare.as_str()) {
        return LinkText::More;
    }
    LinkText::Title
}

/// "Read more about …", with the title in it.
fn says_read_on(text: &str) -> bool {
    text.trim_start().starts_with(['r', 'R', 'c', 'C']) && {
        let head: String = text.chars().take(20).collect();
        let head = bare(&head);
        ["readmore", "continuereading", "readfull"]
            .iter()
            .any(|more| head.starts_with(more))
    }
}

/// Returns whether a link says that it leads to the next page of the list.
pub(super) fn is_next(text: &str) -> bool {
    let trimmed = text.trim();
    text.len() <= 60
        && (NEXT.contains(&bare(text).as_str())
            || matches!(trimmed, ">" | "›" | "»" | "→" | "＞" | ">>"))
}

/// Returns whether a heading announces other things than the page's own list.
pub(super) fn is_side_heading(text: &str) -> bool {
    let bare = bare(text);
    [
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
    ]
    .iter()
    .any(|word| bare.contains(word))
        || [
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
        ]
        .iter()
        .any(|word| bare.starts_with(word))
}

/// Letters, digits and Han characters alone, lower case.
pub(super) fn bare(text: &str) -> String {
    let mut bare = String::with_capacity(text.len());
    for c in text.chars() {
        // Most characters of most pages need no look into the tables.
        if c.is_ascii_alphanumeric() {
            bare.push(c.to_ascii_lowercase());
        } else if is_ideograph(c) {
            bare.push(c);
        } else if !c.is_ascii() && c.is_alphanumeric() {
            bare.extend(c.to_lowercase());
        }
    }
    bare
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

/// Returns how much a text says: a Han character, kana or hangul counts 1, other letters and digits 0.4.
pub(super) fn units(text: &str) -> f32 {
    let (mut full, mut part) = (0_u32, 0_u32);
    for c in text.chars() {
        if is_ideograph(c) {
            full += 1;
        } else if c.is_ascii_alphanumeric() || !c.is_ascii() && c.is_alphanumeric() {
            part += 1;
        }
    }
    full as f32 + 0.4 * part as f32
}

/// Returns what a box is for, as its own tag, class and id say; most say nothing.
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

/// Returns whether a class or id calls its box one that is laid over a page: consent, advice, a window.
pub(super) fn is_notice_box(label: &str) -> bool {
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
    const HIDDEN: &[&str] = &[
        "d-none",
        "dn",
        "sr-only",
        "visually-hidden",
        "screen-reader-text",
        "cc-window",
        "cc-banner",
    ];
    label.split_whitespace().any(|word| {
        HIDDEN.contains(&word)
            || parts(word)
                .iter()
                .any(|part| BOXES.contains(&part.as_str()))
    })
}

fn region_of_word(word: &str) -> Region {
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
    const MAIN: &[&str] = &[
        "main", "content", "primary", "results", "archive", "newslist", "listbox",
    ];
    // `has-sidebar`, `content-sidebar-wrap`, `slider-off`: a box that has one, or none, is none.
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
    const BESIDE: &[&str] = &["content", "main", "body", "page", "columns"];
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

/// `mainNav_box2` is main, nav, box.
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
