//! Finds the target of pages that only lead on to another one, by a refresh, in a header or in the page, or by a script
//! that sets the location. Pure.

use std::sync::LazyLock;

use regex::Regex;
use url::Url;

use super::{feed, page::PageTree, shown::Shown};

/// The longest page that may only lead on; longer ones have content themselves.
const LONGEST: usize = 64 << 10;
/// The longest page that consists only of a script.
const LONGEST_SCRIPT: usize = 8 << 10;
/// The longest wait; a page with a longer one reloads itself.
const LONGEST_WAIT: f32 = 10.0;

/// Returns the advice for a page that leads to another host, which is not followed.
pub fn advice(to: &Url) -> String {
    let to = Shown(to);
    format!(
        "the page redirects to {to} on another host; if that is correct, set `url` to that address"
    )
}

/// Returns the address to which a page without content leads; `header` is its `Refresh`.
pub(crate) fn target(body: &[u8], header: Option<&str>, url: &Url) -> Option<Url> {
    static LEADS: LazyLock<regex::bytes::Regex> = LazyLock::new(|| {
        regex::bytes::Regex::new(r#"(?i)http-equiv\s*=\s*["']?\s*refresh"#)
            .expect("a fixed pattern")
    });
    let may_lead = header.is_some()
        || body.len() <= LONGEST_SCRIPT
        || LEADS.is_match(&body[..body.len().min(LONGEST)]);
    if body.len() > LONGEST || !may_lead {
        return None;
    }
    let text = String::from_utf8_lossy(body);
    if feed::is_feed(&text) || text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let page = PageTree::parse(&text);
    let mut to = match announced(header, &page) {
        // A header is not relative to the page's base.
        Some(to) => url.join(&to).ok()?,
        None => base(&page, url).join(leads_itself(&page)?.trim()).ok()?,
    };
    to.set_fragment(None);
    let is_other = to.as_str() != url.as_str();
    (is_other && matches!(to.scheme(), "http" | "https")).then_some(to)
}

fn base(page: &PageTree, url: &Url) -> Url {
    let bases = named(page, "base");
    let href = bases.into_iter().find_map(|id| page.attribute(id, "href"));
    href.and_then(|href| url.join(href.trim()).ok())
        .unwrap_or_else(|| url.clone())
}

fn named(page: &PageTree, name: &str) -> Vec<u32> {
    let ids = 0..u32::try_from(page.elements.len()).unwrap_or(u32::MAX);
    ids.filter(|id| page.name(*id) == name).collect()
}

/// Returns whether a page has no more than this number of characters and links.
fn says_at_most(page: &PageTree, characters: usize, links: usize) -> bool {
    let texts = (0..page.runs.len()).map(|run| page.run_text(run).trim().chars().count());
    texts.sum::<usize>() <= characters && named(page, "a").len() <= links
}

/// Returns the target of a `Refresh` header, under the same rules as a meta refresh.
fn announced(header: Option<&str>, page: &PageTree) -> Option<String> {
    let (wait, to) = wait_and_target(header?)?;
    is_for_all(wait, page).then_some(to)
}

fn leads_itself(page: &PageTree) -> Option<String> {
    refreshed(page)
        .or_else(|| without_scripts(page))
        .or_else(|| located(page))
}

/// Returns the target of a meta refresh: immediate, or after the words that announce it.
fn refreshed(page: &PageTree) -> Option<String> {
    let (wait, to) = refresh(page)?;
    is_for_all(wait, page).then_some(to)
}

/// Returns the target of a meta refresh for visitors without scripts, if the page shows little else: what it shows to
/// all others counts for more.
fn without_scripts(page: &PageTree) -> Option<String> {
    if page.noscript.is_empty() || !says_at_most(page, 200, 3) {
        return None;
    }
    let (wait, to) = refresh(&PageTree::parse(&page.noscript))?;
    (wait <= LONGEST_WAIT).then_some(to)
}

/// Returns whether a wait in seconds is too short for anyone to stay on the page.
fn is_for_all(wait: f32, page: &PageTree) -> bool {
    wait <= 1.0 || (wait <= LONGEST_WAIT && says_at_most(page, 200, 3))
}

fn refresh(page: &PageTree) -> Option<(f32, String)> {
    let is_refresh = |id: &u32| {
        let kind = page.attribute(*id, "http-equiv").unwrap_or_default();
        kind.trim().eq_ignore_ascii_case("refresh")
    };
    let metas = named(page, "meta").into_iter().filter(is_refresh);
    let mut contents = metas.filter_map(|id| page.attribute(id, "content"));
    contents.find_map(wait_and_target)
}

/// Parses `0; url=/news/`, in the spellings that browsers accept.
fn wait_and_target(content: &str) -> Option<(f32, String)> {
    let (wait, rest) = content.split_once([';', ','])?;
    let rest = rest.trim();
    let is_named = rest
        .get(..3)
        .is_some_and(|word| word.eq_ignore_ascii_case("url"));
    let to = match is_named {
        true => rest[3..].trim_start().strip_prefix('=')?,
        false => rest,
    };
    let to = to.trim().trim_matches(['"', '\'']).trim();
    let wait = wait.trim().parse().ok()?;
    (!to.is_empty()).then(|| (wait, to.to_owned()))
}

/// Returns the target of a script that sets the location to one fixed address, on a page without anything else.
fn located(page: &PageTree) -> Option<String> {
    static LOCATION: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r#"\blocation(?:\.href)?\s*=\s*(?:"([^"\s]+)"|'([^'\s]+)')\s*([+?]?)|\blocation\.(?:replace|assign)\(\s*(?:"([^"\s]+)"|'([^'\s]+)')\s*([+?]?)"#,
        )
        .expect("a fixed pattern")
    });
    let size: usize = page.scripts.iter().map(|(_, script)| script.len()).sum();
    if size > LONGEST_SCRIPT || !says_at_most(page, 60, 2) {
        return None;
    }
    let handlers = named(page, "body").into_iter();
    let handlers = handlers.filter_map(|id| page.attribute(id, "onload"));
    let scripts = page.scripts.iter().map(|(_, script)| script.as_str());
    let mut found: Option<String> = None;
    for set in scripts
        .chain(handlers)
        .flat_map(|text| LOCATION.captures_iter(text))
    {
        let is_made_up = [3, 6]
            .iter()
            .any(|at| set.get(*at).is_some_and(|it| !it.is_empty()));
        let to = [1, 2, 4, 5].iter().find_map(|at| set.get(*at))?.as_str();
        // An address that is composed, or one of several, is left to the script.
        if is_made_up || found.as_ref().is_some_and(|found| found != to) {
            return None;
        }
        found = Some(to.to_owned());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(html: &str) -> Option<String> {
        to_with(None, html)
    }

    fn to_with(header: Option<&str>, html: &str) -> Option<String> {
        let url = Url::parse("https://www.example.com/a/index.html").unwrap();
        target(html.as_bytes(), header, &url).map(Into::into)
    }

    #[test]
    fn a_refresh_in_a_header_or_without_scripts_leads_on_too() {
        let news = Some("https://www.example.com/news/");
        let full = format!("<p>{}</p>", "通知公告".repeat(200));
        assert_eq!(to_with(Some("0; url=/news/"), "").as_deref(), news);
        assert_eq!(to_with(Some("1;URL=../news/"), &full).as_deref(), news);
        assert_eq!(to_with(Some("5; /news/"), "<p>请稍候</p>").as_deref(), news);
        assert_eq!(to_with(Some("5; /news/"), &full), None);
        assert_eq!(to_with(Some("300"), "<p>请稍候</p>"), None);
        assert_eq!(to_with(Some("0; url=/news/"), "<rss></rss>"), None);
        let without_scripts =
            "<noscript><meta http-equiv=refresh content='0;url=/news/'></noscript>";
        let page =
            format!("<head><script src=app.js></script>{without_scripts}</head><div id=app></div>");
        assert_eq!(to(&page).as_deref(), news);
        // The content that the page shows to visitors with scripts is there.
        assert_eq!(to(&format!("<head>{without_scripts}</head>{full}")), None);
    }

    #[test]
    fn a_refresh_leads_on_in_every_spelling() {
        for content in [
            "0; url=/news/",
            "0;URL='/news/'",
            "0,/news/",
            " 1 ; Url = \"/news/\"",
        ] {
            let content = content.replace('"', "&quot;");
            let html = format!("<html><META HTTP-EQUIV=Refresh content=\"{content}\"></html>");
            let found = to(&html);
            assert_eq!(
                found.as_deref(),
                Some("https://www.example.com/news/"),
                "{content}"
            );
        }
        let words = "<meta http-equiv=\"refresh\" content=\"5;url=b.html\"><p>页面已迁移，5秒后自动跳转。</p>";
        assert_eq!(
            to(words).as_deref(),
            Some("https://www.example.com/a/b.html")
        );
    }

    #[test]
    fn a_page_that_loads_itself_again_stays() {
        let list = "通知公告".repeat(200);
        for html in [
            "<meta http-equiv=refresh content=300>".to_owned(),
            "<meta http-equiv=refresh content='0;url=index.html'>".to_owned(),
            format!("<meta http-equiv=refresh content='600;url=/other'><p>{list}</p>"),
            format!("<meta http-equiv=refresh content='5;url=/other'><p>{list}</p>"),
            "<!-- <meta http-equiv=refresh content='0;url=/old'> --><p>通知</p>".to_owned(),
            "<meta http-equiv=refresh content='0;url=javascript:x()'>".to_owned(),
        ] {
            assert_eq!(to(&html), None, "{html}");
        }
    }

    #[test]
    fn a_script_that_only_sets_the_location_leads_there() {
        let news = Some("https://www.example.com/news/");
        for script in [
            "window.location.href = '/news/';",
            "self.location=\"/news/\"",
            "top.location.replace( '/news/' )",
            "document.location.href='https://www.example.com/news/'",
        ] {
            let html = format!("<html><body><script>{script}</script>正在跳转</body></html>");
            assert_eq!(to(&html).as_deref(), news, "{script}");
        }
        assert_eq!(
            to("<body onload=\"location='/news/'\"></body>").as_deref(),
            news
        );
        for script in [
            "location.href = '/verify?t=' + token",
            "if (mobile) location = '/m/'; else location = '/pc/';",
            "var allocation = '/x'",
        ] {
            let html = format!("<body><script>{script}</script></body>");
            assert_eq!(to(&html), None, "{script}");
        }
    }
}
