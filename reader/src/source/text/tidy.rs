//! Cleans white space, invisible characters, width, and entities that were escaped twice.

use std::{borrow::Cow, sync::LazyLock};

use regex::{Captures, Regex};

/// Returns trimmed lines without empty ones; in each, white space is one space, invisible and private characters are
/// gone, full-width letters and digits are plain.
pub(crate) fn tidy(text: &str) -> String {
    let text = unescape(text);
    let mut tidied = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    // The gap between the last visible character and the next one: the widest wins.
    let mut gap = None;
    let mut last = ' ';
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        let plain = match sort(c) {
            CharacterKind::Line => {
                gap = Some('\n');
                continue;
            }
            CharacterKind::Space => {
                gap = gap.or(Some(' '));
                continue;
            }
            CharacterKind::Junk if c != '\u{200d}' || !next.is_some_and(is_emoji) => continue,
            CharacterKind::Junk => c,
            CharacterKind::Wide => narrow(c, last, next),
            CharacterKind::Plain => c,
        };
        if let Some(gap) = gap.take()
            && !tidied.is_empty()
        {
            tidied.push(gap);
        }
        tidied.push(plain);
        last = plain;
    }
    tidied
}

enum CharacterKind {
    Line,
    Space,
    /// Invisible, or without a meaning outside the page's own fonts.
    Junk,
    Wide,
    Plain,
}

fn sort(c: char) -> CharacterKind {
    match c {
        // This is most of all text.
        '!'..='~' | '\u{4e00}'..='\u{9fff}' => CharacterKind::Plain,
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => CharacterKind::Line,
        // GB 18030 decodes the GBK bytes for an ideographic space as U+E5E5.
        '\u{e5e5}' | '\u{180e}' => CharacterKind::Space,
        c if c.is_whitespace() => CharacterKind::Space,
        c if c.is_control() => CharacterKind::Junk,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' => {
            CharacterKind::Junk
        }
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => {
            CharacterKind::Junk
        }
        '\u{feff}' | '\u{fff9}'..='\u{fffc}' | '\u{fffe}'..='\u{ffff}' => CharacterKind::Junk,
        '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}' => CharacterKind::Junk,
        '\u{ff01}'..='\u{ff5e}' => CharacterKind::Wide,
        _ => CharacterKind::Plain,
    }
}

fn is_emoji(c: char) -> bool {
    matches!(c, '\u{1f000}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}')
}

/// Returns the plain form of a full-width character if the width is noise: always for letters and digits, for marks of
/// numbers and addresses between such.
fn narrow(c: char, last: char, next: Option<char>) -> char {
    let plain = char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c);
    let latin = |c: char| {
        c.is_ascii_alphanumeric()
            || matches!(c, '\u{ff10}'..='\u{ff19}' | '\u{ff21}'..='\u{ff3a}' | '\u{ff41}'..='\u{ff5a}')
    };
    let between = latin(last) && next.is_some_and(latin);
    match plain {
        '0'..='9' | 'A'..='Z' | 'a'..='z' | '%' | '@' | '#' | '&' | '_' | '=' | '+' => plain,
        '.' | '-' | '/' | ':' | ',' if between && last.is_ascii_digit() => plain,
        '.' | '-' | '/' if between => plain,
        _ => c,
    }
}

/// Resolves entities that are left after parsing because they were escaped twice: `&amp;nbsp;`.
fn unescape(text: &str) -> Cow<'_, str> {
    static ENTITY: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"&(?:(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6})|([a-zA-Z]{2,8}));")
            .expect("a fixed pattern")
    });
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    ENTITY.replace_all(text, |found: &Captures<'_>| {
        let whole = &found[0];
        let meant = match (found.get(1), found.get(2)) {
            (Some(number), _) => numbered(number.as_str()),
            (_, Some(name)) => named(name.as_str()),
            _ => None,
        };
        meant.map_or_else(|| whole.to_owned(), String::from)
    })
}

fn numbered(entity: &str) -> Option<char> {
    let number = entity.trim_start_matches('#');
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    char::from_u32(code)
}

fn named(name: &str) -> Option<char> {
    Some(match name {
        "nbsp" | "ensp" | "emsp" | "thinsp" => ' ',
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "ldquo" => '“',
        "rdquo" => '”',
        "lsquo" => '‘',
        "rsquo" => '’',
        "laquo" => '«',
        "raquo" => '»',
        "mdash" => '—',
        "ndash" => '–',
        "hellip" => '…',
        "middot" => '·',
        "bull" => '•',
        "times" => '×',
        "deg" => '°',
        "yen" => '¥',
        "copy" => '©',
        "reg" => '®',
        "zwnj" | "zwj" | "shy" => '\u{200b}',
        _ => return None,
    })
}
