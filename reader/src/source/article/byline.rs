//! Finds the author of the article and the body that issued it.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    parts::{Parts, near},
    sign_off::{issued, last_lines, signed},
    title_text::{key, parts as title_parts},
};
use crate::source::date::{self, Called};
use crate::source::text::{is_han, one_line};
use crate::{bulletin::is_counter, source::reading::Context};

#[derive(Debug, Default)]
pub(super) struct Byline {
    pub author: Option<String>,
    pub publisher: Option<String>,
}

pub(super) fn find(parts: &Parts<'_>, shown_date: Option<usize>, context: &Context<'_>) -> Byline {
    let mut byline = labelled(parts);
    let head = parts.head;
    let last = last_lines(parts);
    if byline.author.is_none() {
        byline.author = last.iter().find_map(|line| signed(line));
    }
    if byline.publisher.is_none() {
        byline.publisher = head.publisher.clone().filter(|name| is_name(name));
    }
    if byline.publisher.is_none() {
        byline.publisher = beside(parts, shown_date, context);
    }
    if byline.publisher.is_none() {
        byline.publisher = issued(&last, context);
    }
    if byline.author.is_none() {
        byline.author = head.author.as_deref().and_then(|name| {
            let name = name.strip_prefix("By ").unwrap_or(name);
            is_name(name).then(|| name.to_owned())
        });
    }
    if byline.publisher.is_none() {
        byline.publisher = site(parts);
    }
    if byline.publisher == parts.title.text {
        byline.publisher = None;
    }
    // A site that names itself as its articles' author tells nothing about the person.
    let by_site = byline.author == byline.publisher || byline.author == head.site;
    if by_site || byline.author.as_deref() == parts.head.title_end() {
        byline.author = None;
    }
    byline
}

/// Returns the byline from labels around the text.
fn labelled(parts: &Parts<'_>) -> Byline {
    static PUBLISHER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?i)(?:(?:^|[^\p{L}])(?:文章|稿件|新闻|信息|内容|本文|原文|图文|网站)?(?:来\s*源于?|來\s*源|稿源|出处|发布单位|发布机构|发布机关|发文机关|发文单位|发布部门|发布处室|责任部门|信息提供|供稿单位|供稿部门|供稿|信息发布|发\s*布\s*者|发\s*布\s*人|发布者|主办单位)|(?-u:\b)(?:source|issued\sby|publisher|department)|出典|提供元|出处|출처|담당\s?부서|작성\s?부서|(?:^|\s)(?:quelle|fuente|fonte|bron|źródło|zdroj|источник|джерело|kaynak|nguồn))\s*[:：]\s*",
        )
        .expect("a fixed pattern")
    });
    static AUTHOR: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?i)(?:(?:^|[^\p{L}])(?:文章|稿件|新闻|内容|本文|原文|原)?作\s*者|撰\s*稿\s*人?|撰\s*文|记者|通讯员|文/图|文／图|图/文|图文|(?:^|[\s（(【])文(?:字)?|작성자|글쓴이|등록자|기자명|執筆者?|著者|(?:^|[\s|])(?:autor(?:in|a)?|auteur|autore|yazar|автор|tác\sgiả)|(?-u:\b)by|(?-u:\b)author)\s*[:：/]\s*|^by(?:\s+|$)|(?-u:\b)(?:posted|published|written|filed|reported)(?-u:\b)[^.。:：]{0,40}(?-u:\b)by\s+",
        )
        .expect("a fixed pattern")
    });
    let mut byline = Byline::default();
    for at in near(parts) {
        let block = &parts.layout.blocks[at];
        if block.units > 120.0 {
            continue;
        }
        let mut pieces: Vec<String> = block
            .runs
            .clone()
            .map(|run| one_line(parts.layout.page.run_text(run)))
            .collect();
        if let (Some(label), Some(name)) = (pieces.last_mut(), beside_label(parts, at)) {
            if !label.ends_with([':', '：']) {
                label.push(':');
            }
            pieces.push(name);
        }
        if byline.publisher.is_none() {
            byline.publisher = value(&pieces, &PUBLISHER);
        }
        if byline.author.is_none() {
            byline.author = value(&pieces, &AUTHOR);
        }
    }
    byline
}

/// Returns the value next to a label that is its own cell or term, and so needs no colon.
fn beside_label(parts: &Parts<'_>, at: usize) -> Option<String> {
    let layout = parts.layout;
    let next = layout
        .blocks
        .get(at + 1)
        .filter(|next| next.units <= 30.0)?;
    let row = layout.fact(at).row;
    let same_row = row != 0 && layout.fact(at + 1).row == row;
    let is_term = layout.page.name(layout.blocks[at].element) == "dt"
        && layout.page.name(next.element) == "dd";
    let short = layout.blocks[at].units <= 10.0;
    (short && (same_row || is_term)).then(|| one_line(&layout.text(at + 1)))
}

/// Returns the value after a label: in the same piece of text, else the next piece.
fn value(pieces: &[String], label: &Regex) -> Option<String> {
    for (at, piece) in pieces.iter().enumerate() {
        let Some(found) = label.find(piece) else {
            continue;
        };
        let rest = piece[found.end()..].trim();
        let name = if rest.is_empty() {
            let next = pieces.get(at + 1)?;
            first_name(next)
        } else {
            first_name(rest)
        };
        if name.is_some() {
            return name;
        }
    }
    None
}

/// Returns the name at the beginning of `text`, up to the next label or a wide gap.
fn first_name(text: &str) -> Option<String> {
    let end = name_end(text);
    let text =
        text[..end].trim_matches(|c: char| c.is_whitespace() || ":：,，。）)】》*-—".contains(c));
    let name = if text.chars().any(is_han) {
        chinese_name(text)
    } else {
        text.split(['|', '•', '·'])
            .next()
            .unwrap_or(text)
            .trim()
            .to_owned()
    };
    is_name(&name).then_some(name)
}

/// Returns the end of a name: the next label, a date, or a mark between statements.
fn name_end(text: &str) -> usize {
    static END: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?i)\s*(?:[，,、]\s*\p{Han}{2,8}[:：]|[|｜【\[\]】丨;；\t]|[（(](?:浏览|阅读|点击)|(?:来源|來源|作者|编辑|編輯|责编|责任编辑|审核|校对|摄影|发布|發布|发表|时间|時間|日期|更新|点击|點擊|浏览|瀏覽|阅读|閱讀|访问|人气|评论|字号|字體|字体|分享|打印|收藏|关闭|举报|记者|供稿|撰稿|图片|文号|添加)\s*(?:时间|日期|次数|量|数|者|人)?\s*[:：\[【(（]|(?:19|20)\d\d\s?[-/.年]\d|(?:(?-u:\b)on\s)?(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6},?\s)?(?-u:\b)(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?\s\d|(?-u:\b)\d{1,2}\s(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|分享到|字号|举报|打印|收藏|关闭)",
        )
        .expect("a fixed pattern")
    });
    END.find(text).map_or(text.len(), |found| found.start())
}

/// Returns the first name. Names of bodies have no spaces; those of people may have them between single characters (张
/// 三).
fn chinese_name(text: &str) -> String {
    let mut words = text.split(' ').filter(|word| !word.is_empty());
    let Some(first) = words.next() else {
        return String::new();
    };
    let mut name = first.to_owned();
    if first.chars().count() == 1
        && let Some(second) = words.next()
    {
        name.push_str(second);
    }
    name
}

/// Returns whether a text may name a person or body, and is not a number, date or sentence.
fn is_name(name: &str) -> bool {
    let length = name.chars().count();
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    (2..=40).contains(&length)
        && letters * 2 >= length
        && !name.contains(['。', '？', '！', ':', '：', '>', '@'])
        && !name.starts_with("http")
        && !is_counter(name)
        && !names_day(name)
        && !matches!(
            name,
            "本站"
                | "未知"
                | "佚名"
                | "原创"
                | "本网"
                | "admin"
                | "管理员"
                | "系统管理员"
                | "Admin"
                | "次"
        )
}

/// Returns whether a name is in fact a label, such as 등록일; Chinese bodies may well be called 信息公开.
fn names_day(name: &str) -> bool {
    !name.contains(is_han) && date::called(&format!("{name}:")) != Called::Nothing
}

/// Finds a name next to the date, without a label: `2022-11-20 08:30 某某日报`.
fn beside(parts: &Parts<'_>, shown: Option<usize>, context: &Context<'_>) -> Option<String> {
    let page = parts.layout.page;
    let called = |id: u32| {
        let label = format!(
            "{} {}",
            page.class(id),
            page.attribute(id, "id").unwrap_or_default()
        );
        let label = label.to_ascii_lowercase();
        [
            "source",
            "author",
            "laiyuan",
            "origin",
            "media",
            "byline",
            "nickname",
            "js_name",
            "profile_name",
        ]
        .iter()
        .any(|word| label.contains(word))
    };
    for at in near(parts) {
        let block = &parts.layout.blocks[at];
        if block.units > 40.0 || parts.is_title(at) {
            continue;
        }
        for run in block.runs.clone() {
            let element = page.runs[run].element;
            let text = one_line(page.run_text(run));
            let named = called(element) || called(page.parent(element));
            if named && date::find(&text, context.time_zone, context.now).is_none() {
                let name = first_name(&text).filter(|name| name.chars().count() <= 24);
                if name.is_some() && !super::line::is_info(&text) {
                    return name;
                }
            }
        }
    }
    let at = shown?;
    around_date(parts, at, context).or_else(|| {
        let lines = [at.checked_sub(1), Some(at + 1)];
        let own = |at: &usize| *at < parts.layout.blocks.len() && is_between(parts, *at);
        lines
            .into_iter()
            .flatten()
            .filter(own)
            .find_map(|at| unlabelled(&one_line(&parts.layout.text(at)), context))
    })
}

/// Returns whether a block is between the title and the text.
fn is_between(parts: &Parts<'_>, at: usize) -> bool {
    let title = parts.title.blocks.as_ref().map(|title| title.end);
    let text = parts.text_range().map(|text| text.start);
    title.is_some_and(|title| title <= at) && text.is_some_and(|text| at < text)
}

/// Finds a name on the line of the date, after or before it, or in its own piece next to it.
fn around_date(parts: &Parts<'_>, at: usize, context: &Context<'_>) -> Option<String> {
    let block = &parts.layout.blocks[at];
    if block.units > 60.0 {
        return None;
    }
    let page = parts.layout.page;
    let pieces: Vec<String> = block
        .runs
        .clone()
        .map(|run| one_line(page.run_text(run)))
        .collect();
    let found = |piece: &String| date::find(piece, context.time_zone, context.now);
    let Some(place) = pieces.iter().position(|piece| found(piece).is_some()) else {
        let line = one_line(&parts.layout.text(at));
        let (range, _) = found(&line)?;
        return unlabelled(&line[range.end..], context)
            .or_else(|| unlabelled(&line[..range.start], context));
    };
    let (range, _) = found(&pieces[place])?;
    let beside = |at: Option<usize>| pieces.get(at?).and_then(|piece| unlabelled(piece, context));
    unlabelled(&pieces[place][range.end..], context)
        .or_else(|| unlabelled(&pieces[place][..range.start], context))
        .or_else(|| beside((!pieces[place].ends_with([':', '：'])).then_some(place + 1)))
        .or_else(|| beside(place.checked_sub(1)))
}

/// Returns a short text that is only a name, up to a label.
fn unlabelled(text: &str, context: &Context<'_>) -> Option<String> {
    let trim = |text: &str| {
        let text = text.trim_matches(|c: char| c.is_whitespace() || "·|-—/丨".contains(c));
        text.to_owned()
    };
    let whole = trim(text);
    let text = trim(&whole[..name_end(&whole)]);
    // A label names the text after it: `上线时间：` is a label as a whole.
    let goes_on = || {
        let words = whole.split([':', '：', ' ']).next().unwrap_or_default();
        ["时间", "時間", "日期"]
            .iter()
            .any(|end| words.ends_with(end))
    };
    if text.ends_with([':', '：']) || goes_on() {
        return None;
    }
    let text = ["原创", "转载", "首发"]
        .iter()
        .find_map(|word| text.strip_prefix(word))
        .unwrap_or(&text)
        .trim();
    let is_label = [
        "发表", "发布", "更新", "编辑", "责编", "字号", "分享", "收藏", "点击", "阅读",
    ]
    .iter()
    .any(|word| text.starts_with(word));
    let short = !is_label && (2..=16).contains(&text.chars().count()) && !text.contains(' ');
    if !short
        || super::line::is_info(text)
        || date::find(text, context.time_zone, context.now).is_some()
    {
        return None;
    }
    first_name(text).filter(|name| name.len() * 2 > text.len())
}

/// Returns the site's own name, for a page without a better source.
fn site(parts: &Parts<'_>) -> Option<String> {
    if let Some(site) = &parts.head.site {
        return Some(site.clone());
    }
    let title = parts.head.title.as_ref()?;
    let own = parts.title.text.as_ref().map(|title| key(title))?;
    let named = title_parts(title);
    let last = (*named.last()?).trim();
    let differs = named.len() > 1 && !own.contains(&key(last));
    (differs && is_name(last)).then(|| last.to_owned())
}
