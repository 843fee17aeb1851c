//! Processes the words of titles: the parts of a `<title>`, and the differences between two titles.

/// Returns the parts of a `<title>`: the article's own, then section and site.
pub(super) fn parts(title: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = title;
    while let Some((at, length)) = separator(rest) {
        parts.push(rest[..at].trim());
        rest = &rest[at + length..];
    }
    parts.push(rest.trim());
    parts.retain(|part| !part.is_empty());
    parts
}

fn separator(text: &str) -> Option<(usize, usize)> {
    let spaced = [
        " - ", " – ", " — ", " | ", " · ", " :: ", " » ", " « ", " / ", "--", "——",
    ];
    let bare = ["_", "|", "｜", "-"];
    let found = spaced
        .iter()
        .filter_map(|mark| text.find(mark).map(|at| (at, mark.len())));
    let plain = bare.iter().filter_map(|mark| {
        let at = text.find(mark)?;
        // A hyphen within a word or number is not a separator.
        let between = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        let inner = between(text[..at].chars().next_back())
            && between(text[at + mark.len()..].chars().next());
        (!(inner && *mark == "-")).then_some((at, mark.len()))
    });
    found.chain(plain).min()
}

/// Returns only letters and digits, in lower case.
pub(super) fn key(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}
