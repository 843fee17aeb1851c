//! Makes text of pages safe to show: on one line or several, without control characters, cut between user-perceived
//! characters, escaped.

use chrono_tz::Tz;
use unicode_segmentation::UnicodeSegmentation;

use crate::bulletin::Moment;

/// The longest address in bytes that Telegram still accepts as a link.
const URL: usize = 2000;

/// Returns `url` if people can open it.
pub(crate) fn link(url: &str) -> Option<&str> {
    let opens = url.starts_with("http://") || url.starts_with("https://");
    let is_clean = !url.chars().any(|c| c.is_control() || c.is_whitespace());
    (opens && is_clean && url.len() <= URL).then_some(url)
}

/// Formats a day as it is, and a time by the clock of `zone`, to the minute.
pub(crate) fn show(moment: &Moment, zone: Tz) -> String {
    match moment {
        Moment::Day(day) => day.format("%Y-%m-%d").to_string(),
        Moment::Time(time) => time
            .with_timezone(&zone)
            .format("%Y-%m-%d %H:%M")
            .to_string(),
    }
}

/// Returns the text on one line without control characters: a page must not move a reader's cursor or reverse its text.
pub(crate) fn clean_line(text: &str) -> String {
    let seen = text.chars().filter(|c| c.is_whitespace() || shows(*c));
    let seen: String = seen.collect();
    seen.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns the text as clean lines, with at most one empty line between two.
pub(crate) fn clean_text(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for line in text.lines().map(clean_line) {
        if !line.is_empty() || !(clean.is_empty() || clean.ends_with("\n\n")) {
            clean += &line;
            clean.push('\n');
        }
    }
    clean.truncate(clean.trim_end().len());
    clean
}

fn shows(c: char) -> bool {
    let turns_text = matches!(c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let is_nothing = matches!(c, '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{feff}');
    !c.is_control() && !turns_text && !is_nothing
}

/// Returns at most `max` characters (code points) of the text, cut between user-perceived characters.
pub(crate) fn cut(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let (mut kept, mut count) = (String::new(), 0);
    for cluster in text.graphemes(true) {
        count += cluster.chars().count();
        if count >= max {
            break;
        }
        kept += cluster;
    }
    kept.truncate(kept.trim_end().len());
    kept.push('…');
    kept
}

/// Escapes text for Telegram's HTML, including quoted attributes.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            c => escaped.push(c),
        }
    }
    escaped
}
