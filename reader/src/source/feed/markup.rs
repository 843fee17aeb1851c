//! Extracts the text of the HTML that feeds carry, in one pass over it; nothing here is a full HTML parser.

use quick_xml::escape::resolve_html5_entity;

/// Elements whose content is not text.
const UNREAD: [&str; 4] = ["script", "style", "template", "noscript"];

/// Elements that start their own line.
const BLOCKS: [&str; 29] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "br",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "tr",
    "ul",
];

/// Elements that occur in titles. Anything else between angle brackets is part of the words.
const INLINE: [&str; 28] = [
    "a", "abbr", "b", "big", "br", "cite", "code", "del", "div", "em", "font", "h1", "h2", "h3",
    "i", "img", "ins", "mark", "p", "s", "small", "span", "strike", "strong", "sub", "sup", "tt",
    "u",
];

/// Returns the text of HTML, a line for each block. Text without markup stays as it is.
pub(super) fn plain(html: &str) -> String {
    let mut out = String::with_capacity(html.len() / 2);
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(&unescape(before));
        let Some(tag) = MarkupTag::at(after) else {
            out.push('<');
            rest = after;
            continue;
        };
        rest = &after[tag.length..];
        if !tag.closes && UNREAD.contains(&tag.name.as_str()) {
            rest = after_close(rest, &tag.name);
        } else if BLOCKS.contains(&tag.name.as_str()) {
            out.push('\n');
        } else if matches!(tag.name.as_str(), "td" | "th") {
            out.push(' ');
        }
    }
    out.push_str(&unescape(rest));
    out
}

/// Returns the words of a title that may or may not be HTML: known inline tags are removed, other angle brackets stay.
pub(super) fn title(maybe_html: &str) -> String {
    let mut out = String::with_capacity(maybe_html.len());
    let mut rest = maybe_html;
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        match MarkupTag::at(after).filter(|tag| INLINE.contains(&tag.name.as_str())) {
            Some(tag) => {
                rest = &after[tag.length..];
                if BLOCKS.contains(&tag.name.as_str()) {
                    out.push(' ');
                }
            }
            None => {
                out.push('<');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    unescape(&out)
}

struct MarkupTag {
    /// The name, in lower case.
    name: String,
    closes: bool,
    /// The number of bytes after the `<`, including its `>`.
    length: usize,
}

impl MarkupTag {
    /// Parses the tag or comment that begins after a `<`, if there is one.
    fn at(after: &str) -> Option<Self> {
        if let Some(comment) = after.strip_prefix("!--") {
            let length = comment.find("-->").map_or(after.len(), |end| 3 + end + 3);
            return Some(Self {
                name: String::new(),
                closes: false,
                length,
            });
        }
        let closes = after.starts_with('/');
        let inside = after.strip_prefix(['/', '!', '?']).unwrap_or(after);
        if !inside.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        // With a `<` before the `>`, the first did not begin a tag. This also keeps a text of `<` linear.
        let end = after.find(['<', '>'])?;
        let length = after[end..].starts_with('>').then_some(end + 1)?;
        let name = inside
            .split(|c: char| !c.is_ascii_alphanumeric())
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        Some(Self {
            name,
            closes,
            length,
        })
    }
}

/// Returns the text after the end tag of `name`; empty if there is none.
fn after_close<'a>(text: &'a str, name: &str) -> &'a str {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("</") {
        let closes = after
            .get(..name.len())
            .is_some_and(|found| found.eq_ignore_ascii_case(name));
        if closes {
            return after.split_once('>').map_or("", |(_, rest)| rest);
        }
        rest = after;
    }
    ""
}

/// Resolves character references, those of HTML and by number; anything else stays.
pub(super) fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let name = after
            .get(..after.len().min(MAX_REFERENCE))
            .or_else(|| floor(after, MAX_REFERENCE))
            .and_then(|head| head.split_once(';'))
            .map(|(name, _)| name);
        match name.and_then(|name| Some((name, reference(name)?))) {
            Some((name, resolved)) => {
                out.push_str(&resolved);
                rest = &after[name.len() + 1..];
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// A length that no name of a character reference exceeds (`CounterClockwiseContourIntegral;` is the longest).
const MAX_REFERENCE: usize = 40;

fn floor(text: &str, most: usize) -> Option<&str> {
    (0..=most).rev().find_map(|end| text.get(..end))
}

/// Returns the text of `&name;`.
pub(super) fn reference(name: &str) -> Option<String> {
    let Some(number) = name.strip_prefix('#') else {
        return resolve_html5_entity(name).map(str::to_owned);
    };
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => number.parse(),
    };
    match code.ok()? {
        // These are numbers of Windows-1252, as browsers read them.
        code @ 0x80..=0x9F => {
            let byte = [u8::try_from(code).ok()?];
            Some(
                encoding_rs::WINDOWS_1252
                    .decode_without_bom_handling(&byte)
                    .0
                    .into_owned(),
            )
        }
        code => char::from_u32(code).map(String::from),
    }
}

/// Decodes a path segment for people to read.
pub(super) fn percent_decoded(segment: &str) -> String {
    let form = segment.replace('+', "%2B");
    url::form_urlencoded::parse(form.as_bytes())
        .next()
        .map(|(name, value)| {
            if value.is_empty() {
                name.into_owned()
            } else {
                format!("{name}={value}")
            }
        })
        .unwrap_or_default()
}
