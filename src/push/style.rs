//! Renders a card as one text in a platform's markup, cut to the platform's limit in the platform's unit.
//!
//! Words are cut before they are escaped, between user-perceived characters, and the summary first; the address is
//! complete or absent. Read [`Style::text`] first.

mod list;
#[cfg(test)]
pub(super) mod tests;
mod text;

pub(super) use self::text::{Style, Unit};

/// Returns the style of text without markup, within `limit`.
pub(super) const fn plain(limit: usize, unit: Unit) -> Style {
    Style {
        limit,
        unit,
        newline: "\n",
        gap: "\n\n",
        escape: str::to_owned,
        bold: str::to_owned,
        link: None,
    }
}

/// Returns the style of the Markdown of WeCom and DingTalk, which has no escapes: signs that would be markup are
/// written with full width, which makes them plain text.
pub(super) const fn markdown(limit: usize, newline: &'static str) -> Style {
    Style {
        limit,
        unit: Unit::Bytes,
        newline,
        gap: "\n\n",
        escape: tame,
        bold: |text| {
            if text.is_empty() {
                String::new()
            } else {
                format!("**{text}**")
            }
        },
        link: Some(|text, url| format!("[{text}]({})", encoded(url))),
    }
}

/// Returns a line of text that no Markdown reads as markup.
fn tame(line: &str) -> String {
    let wide = |(i, c): (usize, char)| match c {
        '<' => '＜',
        '>' => '＞',
        '[' => '［',
        ']' => '］',
        '*' => '＊',
        '`' => '｀',
        '~' => '～',
        '_' => '＿',
        '\\' => '＼',
        '#' if i == 0 => '＃',
        '-' | '+' if i == 0 && line[1..].starts_with(' ') => '·',
        c => c,
    };
    line.char_indices().map(wide).collect()
}

/// Encodes an address for the brackets of a link.
pub(super) fn encoded(url: &str) -> String {
    let mut encoded = String::with_capacity(url.len());
    for c in url.chars() {
        match c {
            '(' => encoded += "%28",
            ')' => encoded += "%29",
            '<' => encoded += "%3C",
            '>' => encoded += "%3E",
            '"' => encoded += "%22",
            '|' => encoded += "%7C",
            '\\' => encoded += "%5C",
            '`' => encoded += "%60",
            '*' => encoded += "%2A",
            c => encoded.push(c),
        }
    }
    encoded
}
