//! Fills values into texts.

/// Returns a text with its `{names}` replaced; the replacements are not scanned again.
#[must_use]
pub fn fill(text: &str, parts: &[(&str, impl AsRef<str>)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(begin) = rest.find('{') {
        filled += &rest[..begin];
        rest = &rest[begin..];
        let end = rest.find('}').map_or(rest.len(), |end| end + 1);
        let name = rest[..end].trim_matches(['{', '}']);
        let part = parts.iter().find(|(known, _)| *known == name);
        filled += part.map_or(&rest[..end], |(_, part)| part.as_ref());
        rest = &rest[end..];
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_in_is_not_read_as_a_gap() {
        let parts = [("a", "{b}"), ("b", "2")];
        assert_eq!(fill("{a} {b} {c} {", &parts), "{b} 2 {c} {");
    }
}
