//! Chooses the language of the pages for one reader: the one that the browser asks for, otherwise the config's.

use axum::http::{HeaderMap, header};

use crate::bulletin::Language;

/// The language of the pages for one reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PageLanguage(pub(super) Language);

/// Returns the language of ours that `Accept-Language` (RFC 9110, section 12.5.4) prefers; the first of equals.
pub(super) fn asked(headers: &HeaderMap, otherwise: Language) -> Language {
    let asked = headers.get_all(header::ACCEPT_LANGUAGE).iter();
    let ranges = asked.filter_map(|value| value.to_str().ok());
    let ranges = ranges.flat_map(|value| value.split(',')).filter_map(range);
    let mut best = None;
    for (language, weight) in ranges {
        if weight > 0.0 && best.is_none_or(|(_, heaviest)| weight > heaviest) {
            best = Some((language.unwrap_or(otherwise), weight));
        }
    }
    best.map_or(otherwise, |(language, _)| language)
}

/// Parses a range such as `zh-CN;q=0.9`; `*` gives no language, and a language that we do not have gives `None`.
fn range(text: &str) -> Option<(Option<Language>, f32)> {
    let (tag, weight) = text.split_once(';').unwrap_or((text, "q=1"));
    let weight = weight.trim().strip_prefix("q=")?.parse().ok()?;
    match tag.trim() {
        "*" => Some((None, weight)),
        tag => Some((Some(Language::of_tag(tag)?), weight)),
    }
}

/// Returns the language of a text by its script, as HTML's `lang`; `None` if it may be any.
pub(super) fn of_text(text: &str) -> Option<&'static str> {
    let (mut han, mut latin) = (false, false);
    for c in text.chars() {
        match c {
            '\u{3040}'..='\u{30ff}' => return Some("ja"),
            '\u{ac00}'..='\u{d7a3}' => return Some("ko"),
            '\u{3400}'..='\u{9fff}' => han = true,
            'a'..='z' | 'A'..='Z' => latin = true,
            other if other.is_alphabetic() => return han.then_some("zh"),
            _ => {}
        }
    }
    match (han, latin) {
        (true, _) => Some("zh"),
        (false, true) => Some("en"),
        (false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(value: &'static str) -> Language {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, value.parse().unwrap());
        asked(&headers, Language::Zh)
    }

    #[test]
    fn a_browser_gets_the_language_that_it_likes_best() {
        for (value, expected) in [
            ("en", Language::En),
            ("en-GB,zh;q=0.8", Language::En),
            ("zh-CN,en;q=0.8", Language::Zh),
            ("zh;q=0.2, en;q=0.9", Language::En),
            ("fr, en;q=0.3", Language::En),
            ("fr", Language::Zh),
            ("*", Language::Zh),
            ("en;q=0", Language::Zh),
            ("", Language::Zh),
            ("nonsense;;q=x", Language::Zh),
        ] {
            assert_eq!(ask(value), expected, "{value}");
        }
    }

    #[test]
    fn a_text_is_of_the_language_of_its_script() {
        assert_eq!(of_text("关于ABC系统停机的通知"), Some("zh"));
        assert_eq!(of_text("Maintenance on 3 May"), Some("en"));
        assert_eq!(of_text("年末年始のお知らせ"), Some("ja"));
        assert_eq!(of_text("Уведомление"), None);
        assert_eq!(of_text("2024"), None);
    }
}
