//! The bounds of a template's size. The engine's parser calls itself for each `not`, `-` and `elif`, and
//! walks chains such as `a + a + …` the same way: without a bound, a long one ends the program.

/// The number of bytes of a template: a card of Telegram has 4096 characters.
const MAX_TEXT: usize = 16 << 10;
/// The number of tags of a template, and of words and signs in one of them.
const MAX_TAGS: usize = 300;
const MAX_PARTS: usize = 200;

/// # Errors
/// Fails if something is too large; the error states what is expected.
pub(super) fn check(text: &str) -> Result<(), String> {
    if text.len() > MAX_TEXT {
        return Err(format!(
            "the template has {} bytes; expected at most {MAX_TEXT}",
            text.len()
        ));
    }
    let (mut rest, mut tags) = (text, 0);
    while let Some(at) = rest.find('{') {
        rest = &rest[at + 1..];
        let end = match rest.as_bytes().first() {
            Some(b'{') => "}}",
            Some(b'%') => "%}",
            Some(b'#') => {
                rest = rest.split_once("#}").map_or("", |(_, after)| after);
                continue;
            }
            _ => continue,
        };
        tags += 1;
        let (parts, length) = parts(&rest[1..], end);
        if tags > MAX_TAGS || parts > MAX_PARTS {
            let line = text[..text.len() - rest.len()].matches('\n').count() + 1;
            return Err(format!(
                "line {line} of the template: it is too large; expected at most {MAX_TAGS} tags, \
                 and {MAX_PARTS} words and signs in one of them"
            ));
        }
        rest = &rest[1 + length..];
    }
    Ok(())
}

/// Returns the number of words and signs before `end`, with a text in quotes as one, and the number of bytes that they
/// take.
fn parts(tag: &str, end: &str) -> (usize, usize) {
    let (mut parts, mut in_word, mut quote) = (0, false, None);
    let mut chars = tag.char_indices();
    while let Some((at, c)) = chars.next() {
        if let Some(closes) = quote {
            match c {
                '\\' => drop(chars.next()),
                c if c == closes => quote = None,
                _ => {}
            }
            continue;
        }
        if tag[at..].starts_with(end) {
            return (parts, at);
        }
        let is_word = c.is_alphanumeric() || c == '_';
        let begins = !(c.is_whitespace() || is_word && in_word);
        parts += usize::from(begins);
        in_word = is_word;
        quote = matches!(c, '"' | '\'').then_some(c);
    }
    (parts, tag.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_take_too_deep_a_stack_is_refused_before_it_is_parsed() {
        let many = 100_000;
        for huge in [
            format!("{{{{ {} title }}}}", "not ".repeat(many)),
            format!("{{{{ {} title }}}}", "not ".repeat(3_000)),
            format!("{{{{ {}1 }}}}", "-".repeat(10_000)),
            format!("{{{{ 1{} }}}}", "+1".repeat(5_000)),
            format!("{{{{ title{} }}}}", "|upper".repeat(2_000)),
            format!("{{{{ title{} }}}}", ".a".repeat(5_000)),
            format!("{{% if 1 %}}{}{{% endif %}}", "{% elif 1 %}".repeat(1_000)),
            format!("{}\n{{{{ {} }}}}", "a".repeat(9), "not ".repeat(300)),
            format!("{{# {{{{ #}}{{{{ \"}}}}\" {} }}}}", "not ".repeat(300)),
            "{{ ".repeat(5_000),
        ] {
            assert!(check(&huge).is_err(), "{}", &huge[..40]);
        }
    }

    #[test]
    fn what_people_write_is_within_the_bounds() {
        for fine in [
            "",
            "【{{ mark }}】 {{ title }}\n{% for file in attachments %}{{ file.name }} {% endfor %}",
            &format!("{{{{ \"{}\" }}}} {{{{ title }}}}", "a word ".repeat(1_000)),
            &format!("{{# {} #}}", "not ".repeat(1_000)),
            &"公告 not { a } ".repeat(500),
        ] {
            assert_eq!(check(fine), Ok(()), "{fine}");
        }
    }
}
