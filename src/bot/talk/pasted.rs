//! Finds addresses of pages as people type and paste them. Pure.

use url::Url;

/// Signs that end a sentence or a bracket behind an address, but hardly ever an address.
const ENDS: [char; 9] = [',', ';', '.', '!', '？', '！', '）', '》', '】'];

/// Splits at spaces, line ends and the commas of a Chinese keyboard, which no address contains.
pub(super) fn parts(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split(|c: char| c.is_whitespace() || "，、；。".contains(c));
    let parts = parts.map(|part| part[beginning(part)..].trim_end_matches(ENDS));
    parts.filter(|part| !part.is_empty())
}

/// Returns the position of an address that follows Chinese words without a space.
fn beginning(part: &str) -> usize {
    let lower = part.to_ascii_lowercase();
    let places = ["http://", "https://"].map(|scheme| lower.find(scheme));
    let place = places.into_iter().flatten().min().unwrap_or_default();
    let before = part[..place].chars().next_back();
    before.filter(|c| !c.is_ascii()).map_or(0, |_| place)
}

/// Returns the complete addresses among the parts.
pub(super) fn addresses(text: &str) -> Vec<Url> {
    parts(text).filter_map(address).collect()
}

pub(super) fn address(part: &str) -> Option<Url> {
    let url = Url::parse(part).ok()?;
    matches!(url.scheme(), "http" | "https").then_some(url)
}

/// Parses an address as people type it; most sites redirect to `https` themselves.
pub(super) fn bare_address(part: &str) -> Option<Url> {
    let is_likely = part.starts_with("www.") || part.contains('/');
    let is_likely = is_likely && !part.contains("://") && !part.contains(char::is_whitespace);
    let url = Url::parse(&format!("http://{part}"))
        .ok()
        .filter(|_| is_likely)?;
    url.host_str()
        .is_some_and(|host| host.contains('.'))
        .then_some(url)
}

/// Returns the addresses in a text, separated by a space: bare ones only if none has a scheme. `None` if there are
/// none.
pub(super) fn in_passing(text: &str) -> Option<String> {
    let all = |is_one: fn(&str) -> Option<Url>| {
        let found: Vec<&str> = parts(text).filter(|part| is_one(part).is_some()).collect();
        (!found.is_empty()).then(|| found.join(" "))
    };
    all(address).or_else(|| all(named_by_a_domain))
}

/// Parses a bare address in words that may be about anything: `and/or`, `2026.11/30` and `公告.doc` are not addresses.
fn named_by_a_domain(part: &str) -> Option<Url> {
    let host = part.split(['/', ':', '?']).next().unwrap_or_default();
    let is_named = host.is_ascii()
        && host
            .rsplit('.')
            .next()
            .is_some_and(|last| last.len() > 1 && last.chars().all(|c| c.is_ascii_alphabetic()));
    bare_address(part).filter(|_| is_named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_one_by_one_however_they_are_put_together() {
        let (one, two) = ("http://a.example/1.xml", "https://b.example/2?x=1,2");
        for between in [" ", "\n", "\r\n\t", "，", "、 ", ", ", "；", "。\n", " 和"] {
            let found = addresses(&format!("{one}{between}{two}"));
            let found: Vec<&str> = found.iter().map(Url::as_str).collect();
            assert_eq!(found, [one, two], "{between:?}");
        }
        let pasted = addresses("通知公告 - 某大学 https://b.example/list");
        assert_eq!(pasted.len(), 1);
        assert!(addresses("通知 公告 a.example/list").is_empty());
    }

    #[test]
    fn an_address_may_come_without_its_scheme_and_words_are_none() {
        for (what, url) in [
            ("www.example.com", Some("http://www.example.com/")),
            ("news.example.com/a?b", Some("http://news.example.com/a?b")),
            ("news", None),
            ("3.15", None),
            ("放假/停电", None),
            ("file:///etc/passwd", None),
            ("a b.example/c", None),
        ] {
            let read = bare_address(what);
            assert_eq!(read.as_ref().map(Url::as_str), url, "{what}");
        }
    }

    #[test]
    fn an_address_is_found_in_what_people_write_around_it() {
        for (text, found) in [
            (
                "看看https://a.example/tzgg/。谢谢",
                Some("https://a.example/tzgg/"),
            ),
            ("Https://a.example/tzgg", Some("Https://a.example/tzgg")),
            ("（https://a.example/1）", Some("https://a.example/1")),
            (
                "https://a.example/go?to=https://b.example/",
                Some("https://a.example/go?to=https://b.example/"),
            ),
            (
                "http://a.example/\nhttps://b.example/",
                Some("http://a.example/ https://b.example/"),
            ),
            ("www.example.com", Some("www.example.com")),
            (
                "某大学 jwc.example.edu.cn/tzgg",
                Some("jwc.example.edu.cn/tzgg"),
            ),
            ("and/or", None),
            ("2026.11/30", None),
            ("公告.doc", None),
            ("放假/停电", None),
            ("你好", None),
        ] {
            assert_eq!(in_passing(text).as_deref(), found, "{text}");
        }
    }
}
