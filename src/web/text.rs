//! Cleans texts and addresses from outside for pages.

use url::Url;

/// Returns the address if it leads to the web: page text also contains `javascript:` and `data:`.
pub(super) fn web_link(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.into())
}

/// Removes characters that XML 1.0 does not allow (section 2.2) or that no page shows, and those that reverse the text
/// behind them.
pub(super) fn printable(text: &str) -> String {
    let is_allowed = |c: &char| match *c {
        '\t' | '\n' => true,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => false,
        '\u{fffe}' | '\u{ffff}' => false,
        other => !other.is_control(),
    };
    text.chars().filter(is_allowed).collect()
}

/// Returns the archived text's paragraphs.
pub(super) fn paragraphs(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(printable).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_are_links() {
        assert!(web_link("https://www.example.com/a?b=1&c").is_some());
        for other in [
            "javascript:alert(1)",
            " JavaScript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "//example.com/",
            "",
        ] {
            assert_eq!(web_link(other), None, "{other}");
        }
    }

    #[test]
    fn control_characters_do_not_reach_a_page() {
        assert_eq!(
            printable("关于\u{0}放\u{1b}[31m假\u{ffff}\u{202e}\n的"),
            "关于放[31m假\n的"
        );
    }
}
