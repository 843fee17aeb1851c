//! Finds the attachments, the first real picture, and the next page.

use std::{collections::HashSet, sync::LazyLock};

use percent_encoding::percent_decode_str;
use regex::Regex;
use url::Url;

use super::offered::{is_handed_out, is_offered};
use super::{
    head::absolute,
    parts::{Parts, region},
};
use crate::bulletin::Attachment;
use crate::source::download::{has_ending, is_download, is_picture};
use crate::source::page::Id;
use crate::source::text::one_line;

/// The largest number of files that one article is assumed to have.
const MOST: usize = 100;

pub(super) fn attachments(parts: &Parts<'_>, base: &Url) -> Vec<Attachment> {
    let page = parts.layout.page;
    let mut files: Vec<Attachment> = Vec::new();
    let mut seen: HashSet<String> = HashSet::new();
    let mut viewed: HashSet<String> = HashSet::new();
    for id in region(parts) {
        let name = page.name(id);
        let file = match name {
            "a" => linked(parts, id, base),
            "iframe" | "embed" | "object" => embedded(parts, id, base),
            "script" if parts.body.is_none() => shown_by_script(parts, id, base),
            _ => None,
        };
        let Some(file) = file else { continue };
        if seen.insert(file.url.clone()) {
            if name != "a" {
                viewed.insert(file.url.clone());
            }
            files.push(file);
        } else if name == "a"
            && viewed.contains(&file.url)
            && let Some(known) = files.iter_mut().find(|known| known.url == file.url)
        {
            // The viewer came first; the link next to it has the name.
            known.name = file.name;
        }
        if files.len() == MOST {
            break;
        }
    }
    files
}

fn linked(parts: &Parts<'_>, id: Id, base: &Url) -> Option<Attachment> {
    let page = parts.layout.page;
    let fact = parts.layout.facts[id as usize];
    let by_script = || {
        let code = page.attribute(id, "onclick")?;
        address(&format!("javascript:{code}"), base)
    };
    let href = page
        .attribute(id, "href")
        .map(str::trim)
        .unwrap_or_default();
    let leads = !href.is_empty() && !href.starts_with('#');
    let url = leads
        .then(|| address(href, base))
        .flatten()
        .or_else(by_script)?;
    let text = one_line(&page.text(page.runs_of(id)));
    let title = page
        .attribute(id, "title")
        .map(one_line)
        .unwrap_or_default();
    let download = page
        .attribute(id, "download")
        .map(one_line)
        .unwrap_or_default();
    let by_address = file_name(&url);
    let names = [&text, &download, &title];
    let named = names
        .into_iter()
        .find(|name| has_ending(name) || is_picture(name));
    let is_file = by_address.is_some() || named.is_some_and(|name| has_ending(name));
    let is_shown = is_picture(url.path()) || named.is_some();
    let is_given = page.attribute(id, "download").is_some();
    let handed_out = is_given || is_shown && is_handed_out(parts, id, named.is_some(), base);
    let is_asked_for = is_download(&url) && !text.is_empty() && is_offered(parts, id);
    let outside = fact.aside != 0 && !page.contains(parts.container(), id);
    if is_aside_in_prose(parts, id, &url, base)
        || outside
        || !(is_file || handed_out || is_asked_for)
    {
        return None;
    }
    if text.is_empty() && title.is_empty() && !holds_picture(parts, id) {
        // The link is invisible and cannot be clicked.
        return None;
    }
    let name = named.cloned().or_else(|| {
        [text, title, download]
            .into_iter()
            .find(|name| !name.is_empty() && !is_command(name))
    });
    let name = name.or(by_address).unwrap_or_else(|| "附件".to_owned());
    let size = size(&name).or_else(|| size_behind(parts, id));
    Some(Attachment {
        url: url.into(),
        name: bare(&name),
        size,
    })
}

/// Returns whether a sentence links to another site's file in passing: `An institute released its report today`.
fn is_aside_in_prose(parts: &Parts<'_>, id: Id, url: &Url, base: &Url) -> bool {
    static NAMED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)附件|下载|下載|download|attach|anlage|pièce|adjunto|allegat|anexo|bijlage|załącznik|příloha|прилож|вложен|додат|첨부|添付|\.[a-z]{3,4}$")
            .expect("a fixed pattern")
    });
    let page = parts.layout.page;
    let site = |url: &Url| {
        let host = url.host_str().unwrap_or_default();
        let labels: Vec<&str> = host.rsplit('.').take(3).collect();
        let short = labels.get(1).is_some_and(|label| label.len() <= 3);
        labels[..labels.len().min(if short { 3 } else { 2 })].join(".")
    };
    let runs = page.runs_of(id);
    let text = one_line(&page.text(runs));
    let at = parts.layout.blocks_of(id).start;
    let Some(block) = parts.layout.blocks.get(at) else {
        return false;
    };
    let around = block.units - block.linked;
    site(url) != site(base)
        && around >= 12.0
        && block.marks > 0
        && block.link_share() < 0.5
        && !NAMED.is_match(&text)
}

fn holds_picture(parts: &Parts<'_>, id: Id) -> bool {
    let page = parts.layout.page;
    (id..page.elements[id as usize].end).any(|id| page.name(id) == "img")
}

/// Returns the address of a link; one that a script opens has its address within.
fn address(href: &str, base: &Url) -> Option<Url> {
    static QUOTED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?:location(?:\.href)?\s*=\s*|open\(\s*|download\(\s*|['"(])(?:%27|%22|['"])?((?:https?:)?/[^'"\s%]*(?:%[0-9A-Fa-f]{2}[^'"\s%]*)*)"#)
            .expect("a fixed pattern")
    });
    let href = href.trim();
    if !href.to_ascii_lowercase().starts_with("javascript:") {
        let url = absolute(base, href)?;
        return Url::parse(&url).ok();
    }
    let plain = href.replace("%27", "'").replace("%22", "\"");
    let found = QUOTED.captures(&plain)?;
    base.join(&found[1]).ok()
}

/// Returns the file of an embedded viewer: the file itself, or the one that is passed to a viewer's page.
fn embedded(parts: &Parts<'_>, id: Id, base: &Url) -> Option<Attachment> {
    static GIVEN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)[?&#](?:file|url|src|pdf|path|furl)=([^&#]+)").expect("a fixed pattern")
    });
    let page = parts.layout.page;
    let source = ["src", "data", "data-src", "file"]
        .iter()
        .find_map(|key| page.attribute(id, key))?;
    let given = GIVEN.captures(source).and_then(|found| {
        let given = percent_decode_str(&found[1])
            .decode_utf8_lossy()
            .into_owned();
        base.join(&given).ok()
    });
    let url = given
        .filter(|url| file_name(url).is_some())
        .or_else(|| base.join(source).ok())?;
    let name = file_name(&url)?;
    matches!(url.scheme(), "http" | "https" | "file").then(|| Attachment {
        url: url.into(),
        name,
        size: None,
    })
}

/// Returns the file that a script between the texts displays: `showPdf("/files/1.pdf", "100%")`.
fn shown_by_script(parts: &Parts<'_>, id: Id, base: &Url) -> Option<Attachment> {
    const MOST_CODE: usize = 4_000;
    static QUOTED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r#"(?i)["']([^"'<>\s]{1,500}\.(?:pdf|ofd|docx?|xlsx?|pptx?)(?:\?[^"'\s]{0,200})?)["']"#,
        )
        .expect("a fixed pattern")
    });
    let scripts = &parts.layout.page.scripts;
    let at = scripts.binary_search_by_key(&id, |(id, _)| *id).ok()?;
    let code = Some(&scripts[at].1).filter(|code| code.len() < MOST_CODE)?;
    let url = Url::parse(&absolute(base, &QUOTED.captures(code)?[1])?).ok()?;
    let name = file_name(&url)?;
    Some(Attachment {
        url: url.into(),
        name,
        size: None,
    })
}

/// Returns the file that an address names, if it names one.
fn file_name(url: &Url) -> Option<String> {
    let named = url
        .path_segments()
        .and_then(|mut segments| segments.next_back())
        .map(str::to_owned);
    let given = url
        .query_pairs()
        .filter(|(key, _)| {
            matches!(
                &*key.to_lowercase(),
                "file" | "filename" | "name" | "path" | "f"
            )
        })
        .map(|(_, value)| value.rsplit('/').next().unwrap_or_default().to_owned());
    named
        .into_iter()
        .map(|name| percent_decode_str(&name).decode_utf8_lossy().into_owned())
        .chain(given)
        .chain(url.query().map(str::to_owned))
        .find(|name| has_ending(name))
}

/// Returns whether a name consists of words that ask people to click, and names nothing.
fn is_command(name: &str) -> bool {
    matches!(
        name,
        "下载"
            | "点击下载"
            | "附件下载"
            | "附件"
            | "查看"
            | "点击查看"
            | "打开"
            | "下载附件"
            | "Download"
            | "download"
            | "这里"
            | "here"
    )
}

/// Returns a name without the marks that lists put around it: `附件1：名单.xlsx` stays, `【名单.xlsx】` and `名单.pdf (2MB)` do
/// not.
fn bare(name: &str) -> String {
    static SIZE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\s*[（(\[]\s*\d+(?:\.\d+)?\s*[KMG]?B?\s*[）)\]]$")
            .expect("a fixed pattern")
    });
    let name = name.trim_matches(|c: char| c.is_whitespace() || "【】[]·•".contains(c));
    SIZE.replace(name, "").into_owned()
}

/// Returns the size in brackets at the end of a name, or at the start of the text after it.
fn size(text: &str) -> Option<u64> {
    static SIZE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)[（(\[【]\s*(?:大小|size)?\s*[:：]?\s*(\d{1,6}(?:\.\d{1,3})?)\s*(k|m|g|)(?:i?b|字节|bytes?)\s*[）)\]】]")
            .expect("a fixed pattern")
    });
    let found = SIZE.captures(text)?;
    let number: f64 = found[1].parse().ok()?;
    let unit = match found[2].to_ascii_lowercase().as_str() {
        "k" => 1024.0,
        "m" => 1024.0 * 1024.0,
        "g" => 1024.0 * 1024.0 * 1024.0,
        _ => 1.0,
    };
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "seven digits at most, times 2^30, and none below zero"
    )]
    Some((number * unit) as u64)
}

/// Returns the size right after a link: `<a>名单.xlsx</a>（25KB）`.
fn size_behind(parts: &Parts<'_>, id: Id) -> Option<u64> {
    const NEAR: usize = 24;
    let at = parts.layout.blocks_of(id).next()?;
    let page = parts.layout.page;
    let link = one_line(&page.text(page.runs_of(id)));
    let line = parts.layout.text(at);
    let (_, rest) = line
        .split_once(link.as_str())
        .filter(|_| !link.is_empty())?;
    let rest: String = rest.trim_start().chars().take(NEAR).collect();
    size(&rest).filter(|_| rest.starts_with(['(', '（', '[', '【']))
}
