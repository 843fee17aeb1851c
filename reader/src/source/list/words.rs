//! The few words that state what a link or a box is for, in the languages that notice pages use. They are words of the
//! trade (next page, read more, sidebar), not of any page's content.

/// The kind of text of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LinkText {
    /// A text that can be a title.
    Title,
    /// No text: a picture.
    Picture,
    /// "Read more", "详情": another way to the item next to it.
    More,
    /// A page number or "next page".
    Pager,
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
    // The text is longer than any of the words below, in any language.
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

/// Returns whether a text is "Read more about …", with the title in it.
fn says_read_on(text: &str) -> bool {
    text.trim_start().starts_with(['r', 'R', 'c', 'C']) && {
        let head: String = text.chars().take(20).collect();
        let head = bare(&head);
        ["readmore", "continuereading", "readfull"]
            .iter()
            .any(|more| head.starts_with(more))
    }
}

/// Returns whether the text of a link announces the next page of the list.
pub(super) fn is_next(text: &str) -> bool {
    let trimmed = text.trim();
    text.len() <= 60
        && (NEXT.contains(&bare(text).as_str())
            || matches!(trimmed, ">" | "›" | "»" | "→" | "＞" | ">>"))
}

/// Returns only letters, digits and Han characters, in lower case.
pub(super) fn bare(text: &str) -> String {
    let mut bare = String::with_capacity(text.len());
    for c in text.chars() {
        // Most characters of most pages need no search of the tables.
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

/// Returns the length of a text: a Han character, kana or hangul counts 1, other letters and digits 0.4.
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
