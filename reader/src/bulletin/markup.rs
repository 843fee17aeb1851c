//! Telegram's HTML, as its server reads it: few tags, each of them closed.

const TAGS: [&str; 17] = [
    "a",
    "b",
    "blockquote",
    "code",
    "del",
    "em",
    "i",
    "ins",
    "pre",
    "s",
    "span",
    "strike",
    "strong",
    "tg-emoji",
    "tg-spoiler",
    "tg-time",
    "u",
];

/// # Errors
/// Returns the part that the server would reject.
pub(super) fn check(html: &str) -> Result<(), String> {
    let mut open: Vec<String> = Vec::new();
    let mut rest = html;
    while let Some((_, from_tag)) = rest.split_once('<') {
        let Some(end) = end_of(from_tag) else {
            return Err("a `<` begins no tag; write `&lt;`".to_owned());
        };
        let tag = &from_tag[..end];
        rest = &from_tag[end + 1..];
        let (is_end, tag) = match tag.strip_prefix('/') {
            Some(tag) => (true, tag),
            None => (false, tag),
        };
        let name = tag.split_whitespace().next().unwrap_or_default();
        let name = name.to_ascii_lowercase();
        if !TAGS.contains(&name.as_str()) {
            return Err(format!("Telegram supports no tag `<{name}>`"));
        }
        if !is_end {
            open.push(name);
        } else if open.pop().is_none_or(|last| last != name) {
            return Err(format!("`</{name}>` closes no tag that is open there"));
        }
    }
    let unclosed = open.pop().map(|name| format!("`<{name}>` is not closed"));
    unclosed.map_or(Ok(()), Err)
}

/// Returns the end of a tag; a `>` between quotes does not end it.
fn end_of(tag: &str) -> Option<usize> {
    let mut quote = None;
    tag.char_indices().find_map(|(at, c)| {
        match quote {
            Some(mark) if c == mark => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == '>' => return Some(at),
            _ => {}
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_telegram_reads_is_right() {
        for html in [
            "",
            "a > b &lt; c",
            "<b>甲</b> <A HREF=\"http://a.example/?x>1\">乙<i>丙</i></a>",
            "<blockquote expandable>丁</blockquote><span class='tg-spoiler'>戊</span >",
        ] {
            assert_eq!(check(html), Ok(()), "{html}");
        }
    }

    #[test]
    fn what_it_refuses_is_reported() {
        for (html, why) in [
            ("<b>甲", "`<b>` is not closed"),
            ("甲</i>", "`</i>` closes no tag that is open there"),
            (
                "<b><i>甲</b></i>",
                "`</b>` closes no tag that is open there",
            ),
            ("<p>甲</p>", "Telegram supports no tag `<p>`"),
            ("甲<br/>乙", "Telegram supports no tag `<br/>`"),
            ("1 < 2", "a `<` begins no tag; write `&lt;`"),
        ] {
            assert_eq!(check(html).unwrap_err(), why, "{html}");
        }
    }
}
