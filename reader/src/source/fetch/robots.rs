//! Parses robots.txt (RFC 9309): the paths of a site that a program may request. Pure.

/// The length up to which a robots.txt is read; the rest is ignored (RFC 9309, section 2.5).
pub(super) const MAX_ROBOTS: u64 = 500 << 10;

/// The rules for one program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Rules {
    /// (allowed, path pattern)
    rules: Vec<(bool, String)>,
}

impl Rules {
    /// Parses the rules of `text` for the program whose product token is `agent`: those of all groups that name it,
    /// else those for everyone.
    pub(super) fn parse(text: &str, agent: &str) -> Self {
        let (mut own, mut common) = (None::<Self>, Self::default());
        let (mut names_own, mut names_all, mut in_names) = (false, false, false);
        for (key, value) in text.lines().filter_map(directive) {
            if key.eq_ignore_ascii_case("user-agent") {
                if !in_names {
                    (names_own, names_all) = (false, false);
                }
                in_names = true;
                names_own |= value.eq_ignore_ascii_case(agent);
                names_all |= value == "*";
                if names_own {
                    own.get_or_insert_default();
                }
                continue;
            }
            let allowed = key.eq_ignore_ascii_case("allow");
            if !allowed && !key.eq_ignore_ascii_case("disallow") {
                continue;
            }
            in_names = false;
            if value.is_empty() {
                continue;
            }
            let rule = (allowed, value.to_owned());
            if names_all {
                common.rules.push(rule.clone());
            }
            if let (true, Some(own)) = (names_own, &mut own) {
                own.rules.push(rule);
            }
        }
        own.unwrap_or(common)
    }

    /// Returns whether `path` (with its query) may be requested: the longest matching rule decides, and of two equally
    /// long ones the one that allows.
    pub(super) fn allow(&self, path: &str) -> bool {
        self.rules
            .iter()
            .filter(|(_, pattern)| fits(pattern, path))
            .max_by_key(|(allowed, pattern)| (pattern.len(), *allowed))
            .is_none_or(|(allowed, _)| *allowed)
    }
}

/// Parses `key: value` without its comment.
fn directive(line: &str) -> Option<(&str, &str)> {
    let line = line.split('#').next()?.trim_start_matches('\u{FEFF}');
    let (key, value) = line.split_once(':')?;
    Some((key.trim(), value.trim()))
}

/// Returns whether a pattern with `*` (anything) and a final `$` (the end) matches the path from its start.
fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, to_end) = match pattern.strip_suffix('$') {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    let (first, rest) = pattern.split_once('*').unwrap_or((pattern, ""));
    let Some(mut left) = path.strip_prefix(first) else {
        return false;
    };
    if !pattern.contains('*') {
        return !to_end || left.is_empty();
    }
    // Each piece is matched as early as possible; the last one at the end, where the pattern requires it.
    let mut pieces: Vec<&str> = rest.split('*').collect();
    let last = if to_end {
        pieces.pop().unwrap_or("")
    } else {
        ""
    };
    for piece in pieces {
        let Some(at) = left.find(piece) else {
            return false;
        };
        left = &left[at + piece.len()..];
    }
    left.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(text: &str, path: &str) -> bool {
        Rules::parse(text, "noticast").allow(path)
    }

    #[test]
    fn the_group_that_names_the_program_counts_alone() {
        let text = "User-agent: *\nDisallow: /\n\nUser-Agent: other\nuser-agent: NotiCast # us\nDisallow: /private\n";
        assert!(allows(text, "/news"));
        assert!(!allows(text, "/private/1"));
        assert!(!Rules::parse(text, "someone").allow("/news"));
    }

    #[test]
    fn the_longest_rule_decides_and_allow_wins_a_tie() {
        let text = "User-agent: *\nDisallow: /a\nAllow: /a/b\nDisallow: /x\nAllow: /x";
        assert!(!allows(text, "/a/c"));
        assert!(allows(text, "/a/b/c"));
        assert!(allows(text, "/x"));
    }

    #[test]
    fn stars_and_the_end_mark_are_known() {
        let text = "User-agent: *\nDisallow: /*.php$\nDisallow: /*/admin/*x";
        assert!(!allows(text, "/a/index.php"));
        assert!(allows(text, "/a/index.php?id=1"));
        assert!(!allows(text, "/a/admin/1x2"));
        assert!(allows(text, "/admin/1x2"));
    }

    #[test]
    fn an_empty_or_meaningless_file_allows_all() {
        assert!(allows("", "/"));
        assert!(allows("<html>404</html>", "/"));
        assert!(allows(
            "User-agent: noticast\n\nUser-agent: *\nDisallow:",
            "/"
        ));
    }
}
