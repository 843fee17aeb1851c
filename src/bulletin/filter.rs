//! Words and patterns that decide which bulletins a source lets in or a channel wants.

mod possible;

use std::sync::Arc;

use regex::{Regex, RegexBuilder};
use regex_syntax::{
    ParserBuilder,
    hir::{Hir, HirKind},
};

use super::fold;

/// So many places in a pattern at most, such as letters and classes, each as often as it is repeated.
const MAX_PLACES: usize = 1000;
/// So many bytes of a title or summary are looked at (the longest summary has 120 Chinese characters).
const MAX_TEXT: usize = 1 << 10;
/// All places may be open at each byte, so the time of the worst pattern grows with the product: so
/// large, it takes some 5 ms. What a pattern compiles to does not tell it: `\w` is large, and one place.
const MAX_WORK: usize = 150_000;
/// What a pattern compiles to at most, in bytes, and what it may remember between texts.
const MAX_PATTERN: usize = 1 << 20;
const MAX_CACHE: usize = 256 << 10;

/// `include` and `exclude` of a source or channel: words or `/regex/`, in title or summary.
///
/// Cheap to clone. Two filters are the same when they were written the same.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter(Arc<Patterns>);

#[derive(Debug, Default, PartialEq)]
struct Patterns {
    include: Vec<Pattern>,
    exclude: Vec<Pattern>,
}

/// What a filter says of a bulletin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Wanted,
    /// There are words to include, and none is in it.
    NoneIncluded,
    /// The word or pattern that refuses it, as written.
    Excluded(String),
}

/// A pattern that cannot be used; `Display` says what is wrong and what is expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{pattern}` is no pattern: {why}")]
pub struct FilterError {
    pub pattern: String,
    pub why: String,
}

impl Filter {
    /// # Errors
    /// A `/regex/` that does not compile, is too large or can never match, or an empty word.
    pub fn new(include: &[String], exclude: &[String]) -> Result<Self, FilterError> {
        let patterns = |texts: &[String]| -> Result<Vec<_>, _> {
            texts.iter().map(|text| Pattern::new(text)).collect()
        };
        Ok(Self(Arc::new(Patterns {
            include: patterns(include)?,
            exclude: patterns(exclude)?,
        })))
    }

    /// As [`Filter::new`] for what was accepted in the past: a word that is refused by now matches nothing,
    /// and takes nothing of the rest with it.
    #[must_use]
    pub fn accepted(include: &[String], exclude: &[String]) -> Self {
        let patterns = |texts: &[String]| {
            let pattern = |text: &String| {
                Pattern::new(text).unwrap_or_else(|error| Pattern {
                    written: error.pattern,
                    rule: Rule::Nothing,
                })
            };
            texts.iter().map(pattern).collect()
        };
        Self(Arc::new(Patterns {
            include: patterns(include),
            exclude: patterns(exclude),
        }))
    }

    /// Full and half width, upper and lower case, traditional and simplified characters are alike.
    #[must_use]
    pub fn verdict(&self, title: &str, summary: &str) -> Verdict {
        let Patterns { include, exclude } = &*self.0;
        if self.is_empty() {
            return Verdict::Wanted;
        }
        let texts = [fold(title), fold(summary)];
        let found = |pattern: &&Pattern| texts.iter().any(|text| pattern.is_in(text));
        if let Some(pattern) = exclude.iter().find(found) {
            return Verdict::Excluded(pattern.written.clone());
        }
        if include.is_empty() || include.iter().any(|pattern| found(&pattern)) {
            return Verdict::Wanted;
        }
        Verdict::NoneIncluded
    }

    /// Whether it has no words at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.include.is_empty() && self.0.exclude.is_empty()
    }

    /// Whether one of the words to include is in it; without such words, no.
    #[must_use]
    pub fn names(&self, title: &str, summary: &str) -> bool {
        !self.0.include.is_empty() && self.verdict(title, summary) == Verdict::Wanted
    }
}

#[derive(Debug)]
struct Pattern {
    written: String,
    rule: Rule,
}

#[derive(Debug)]
enum Rule {
    /// Folded.
    Word(String),
    /// Looks at so many bytes.
    Regex(Regex, usize),
    /// Was accepted in the past, and is no pattern any more.
    Nothing,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

impl Pattern {
    fn new(written: &str) -> Result<Self, FilterError> {
        let written = written.trim();
        let rule = match regex_and_flags(written) {
            _ if written.is_empty() => Err("it is empty".to_owned()),
            Some(("", _)) => Err("it is empty".to_owned()),
            None => Ok(Rule::Word(fold(written))),
            Some((regex, flags)) => with_flags(regex, flags).and_then(|regex| compile(&regex)),
        };
        match rule {
            Ok(rule) => Ok(Self {
                written: written.to_owned(),
                rule,
            }),
            Err(why) => Err(FilterError {
                pattern: written.to_owned(),
                why: format!("{why}; expected a word or `/regex/`"),
            }),
        }
    }

    fn is_in(&self, folded: &str) -> bool {
        match &self.rule {
            Rule::Word(word) => folded.contains(word),
            Rule::Regex(regex, most) => {
                regex.is_match(&folded[..folded.floor_char_boundary(*most)])
            }
            Rule::Nothing => false,
        }
    }
}

/// The two parts of `/regex/flags`; None for a word.
fn regex_and_flags(written: &str) -> Option<(&str, &str)> {
    let (regex, flags) = written.strip_prefix('/')?.rsplit_once('/')?;
    let is_flags = flags.bytes().all(|b| b.is_ascii_alphabetic());
    is_flags.then_some((regex, flags))
}

/// The flags as the engine writes them. Case is never told apart, a text is one line, and one match is
/// enough: `i`, `u` and `g` say so and change nothing.
fn with_flags(regex: &str, flags: &str) -> Result<String, String> {
    let of_ours = |c: char| matches!(c, 'i' | 'u' | 'g');
    let of_the_engine = |c: char| matches!(c, 'm' | 's' | 'x');
    if let Some(other) = flags.chars().find(|c| !of_ours(*c) && !of_the_engine(*c)) {
        return Err(format!(
            "it has the unknown flag `{other}` behind its last slash (for a word with slashes, write `\\/`)"
        ));
    }
    let flags: String = flags.chars().filter(|c| of_the_engine(*c)).collect();
    Ok(match flags.as_str() {
        "" => regex.to_owned(),
        flags => format!("(?{flags}){regex}"),
    })
}

fn compile(regex: &str) -> Result<Rule, String> {
    let regex = fold_regex(regex);
    let mut parser = ParserBuilder::new().case_insensitive(true).build();
    let parsed = parser.parse(&regex);
    let parsed = parsed.map_err(|error| last_line(&error.to_string()))?;
    let places = places(&parsed);
    if places > MAX_PLACES {
        return Err("it is too large; fewer letters or repetitions are expected".to_owned());
    }
    if !possible::can_match(&parsed) {
        return Err(
            "it can never match: titles are compared in lower case, half width and simplified characters"
                .to_owned(),
        );
    }
    RegexBuilder::new(&regex)
        .case_insensitive(true)
        .size_limit(MAX_PATTERN)
        .dfa_size_limit(MAX_CACHE)
        .build()
        .map(|regex| Rule::Regex(regex, MAX_TEXT.min(MAX_WORK / places.max(1))))
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => {
                "it is too large (`[a-z]` is far smaller than `\\w`)".to_owned()
            }
            error => last_line(&error.to_string()),
        })
}

/// The message draws the pattern above its last line.
fn last_line(message: &str) -> String {
    let last = message.lines().last().unwrap_or_default();
    last.trim_start_matches("error: ").to_owned()
}

/// How many places of a pattern may be open at once. The parser bounds how deep it is.
fn places(pattern: &Hir) -> usize {
    match pattern.kind() {
        HirKind::Empty | HirKind::Look(_) | HirKind::Class(_) => 1,
        HirKind::Literal(text) => String::from_utf8_lossy(&text.0).chars().count(),
        HirKind::Capture(group) => places(&group.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().map(places).fold(0, usize::saturating_add)
        }
        HirKind::Repetition(times) => {
            let most = times.max.unwrap_or(times.min.saturating_add(1)).max(1);
            places(&times.sub).saturating_mul(most as usize)
        }
    }
}

/// Folds what is not ASCII: the rest may be syntax (`\S` is not `\s`), and case is the engine's.
fn fold_regex(regex: &str) -> String {
    regex
        .chars()
        .map(|c| match c.is_ascii() {
            true => c.to_string(),
            false => regex::escape(&fold(c.encode_utf8(&mut [0; 4]))),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use proptest::prelude::*;

    use super::*;

    fn filter(include: &[&str], exclude: &[&str]) -> Filter {
        let owned = |texts: &[&str]| {
            texts
                .iter()
                .map(|&text| text.to_owned())
                .collect::<Vec<_>>()
        };
        Filter::new(&owned(include), &owned(exclude)).unwrap()
    }

    fn why(pattern: &str) -> String {
        Filter::new(&[pattern.to_owned()], &[])
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn words_are_found_in_title_or_summary() {
        let filter = filter(&["放假", "停电"], &["招标"]);
        assert_eq!(filter.verdict("国庆放假安排", ""), Verdict::Wanted);
        assert_eq!(filter.verdict("通知", "周六停电检修"), Verdict::Wanted);
        assert_eq!(filter.verdict("运动会", "周五举行"), Verdict::NoneIncluded);
        assert_eq!(
            filter.verdict("放假期间招标公告", ""),
            Verdict::Excluded("招标".to_owned())
        );
    }

    #[test]
    fn no_words_want_all() {
        assert_eq!(Filter::default().verdict("任何", ""), Verdict::Wanted);
        assert_eq!(filter(&[], &["x"]).verdict("任何", ""), Verdict::Wanted);
    }

    #[test]
    fn urgent_words_name_what_they_are_in_and_without_words_nothing_is_named() {
        assert!(filter(&["台风"], &[]).names("颱風停课通知", ""));
        assert!(!filter(&["台风"], &[]).names("放假通知", ""));
        assert!(!Filter::default().names("台风", ""));
    }

    #[test]
    fn width_case_and_script_are_alike_in_words_and_patterns() {
        for pattern in [
            "關於",
            "关于",
            "ｉｐｖ６",
            "IPv6",
            "/關於.*升級/",
            "/ＩＰｖ\\d/",
            "/（試行）$/",
        ] {
            let verdict = filter(&[pattern], &[]).verdict("关于校园网IPV6升级的通知(试行)", "");
            assert_eq!(verdict, Verdict::Wanted, "{pattern}");
        }
        let traditional = filter(&["/[一-龥]{2}通知/"], &[]).verdict("關於放假通知", "");
        assert_eq!(traditional, Verdict::Wanted);
    }

    #[test]
    fn classes_keep_their_case() {
        assert_eq!(
            filter(&["/^\\S+$/"], &[]).verdict("a b", ""),
            Verdict::NoneIncluded
        );
    }

    #[test]
    fn a_pattern_may_have_flags_behind_it() {
        for pattern in [
            "/trailer|检修/i",
            "/TRAILER/gi",
            "/trailer :/x",
            "/(?i)now$/mu",
        ] {
            let verdict = filter(&[pattern], &[]).verdict("New Trailer: Out now", "周末检修");
            assert_eq!(verdict, Verdict::Wanted, "{pattern}");
        }
        assert!(why("/trailer/k").contains("the unknown flag `k`"));
    }

    #[test]
    fn a_word_may_hold_slashes() {
        let slashes = filter(&["和/或", "/var", r"/a\/b/"], &[]);
        for title in ["甲和/或乙", "see /VAR now", "a/b"] {
            assert_eq!(slashes.verdict(title, ""), Verdict::Wanted, "{title}");
        }
    }

    #[test]
    fn what_was_accepted_in_the_past_neither_vanishes_nor_lets_all_in() {
        let words = |texts: &[&str]| {
            texts
                .iter()
                .map(|&text| text.to_owned())
                .collect::<Vec<_>>()
        };
        let old = Filter::accepted(&words(&["/(?-i)NBA/", "篮球"]), &words(&["/(/"]));
        assert_eq!(old.verdict("篮球赛", ""), Verdict::Wanted);
        assert_eq!(old.verdict("放假通知", ""), Verdict::NoneIncluded);
        let dead = Filter::accepted(&words(&["/(?-i)NBA/"]), &[]);
        assert_eq!(dead.verdict("放假通知", ""), Verdict::NoneIncluded);
    }

    #[test]
    fn patterns_that_cannot_be_used_say_why() {
        insta::assert_snapshot!(
            ["", "//", "//i", "/(/", "/a{9999}{9999}/", "/(?=x)/", "/(?-i)NBA/", "/a/q"].map(why).join("\n"),
            @r"
        `` is no pattern: it is empty; expected a word or `/regex/`
        `//` is no pattern: it is empty; expected a word or `/regex/`
        `//i` is no pattern: it is empty; expected a word or `/regex/`
        `/(/` is no pattern: unclosed group; expected a word or `/regex/`
        `/a{9999}{9999}/` is no pattern: it is too large; fewer letters or repetitions are expected; expected a word or `/regex/`
        `/(?=x)/` is no pattern: look-around, including look-ahead and look-behind, is not supported; expected a word or `/regex/`
        `/(?-i)NBA/` is no pattern: it can never match: titles are compared in lower case, half width and simplified characters; expected a word or `/regex/`
        `/a/q` is no pattern: it has the unknown flag `q` behind its last slash (for a word with slashes, write `\/`); expected a word or `/regex/`
        "
        );
    }

    #[test]
    fn filters_are_the_same_when_written_the_same() {
        assert_eq!(filter(&["/a+/"], &["b"]), filter(&["/a+/"], &["b"]));
        assert_ne!(filter(&["a"], &[]), filter(&[], &["a"]));
    }

    #[test]
    fn classes_of_letters_digits_and_scripts_are_ordinary_patterns() {
        for (pattern, title) in [
            ("/\\w+@\\w+/", "联系 news@example.com"),
            ("/\\w+@\\w+\\.\\w{2,10}/", "联系 news@example.com"),
            ("/^\\p{Han}{2,8}通知$/", "放假安排通知"),
            ("/第\\d{1,4}号/", "国办发明电〔2026〕第12号"),
            ("/\\b\\w{2,6}\\b\\s\\S{1,20}/", "关于 校园网 升级"),
            ("/[^\\p{Han}\\w]{2}/", "通知!!"),
            ("/(?i)\\p{L}{1,12}\\P{L}/", "abc 1"),
        ] {
            let verdict = filter(&[pattern], &[]).verdict(title, "");
            assert_eq!(verdict, Verdict::Wanted, "{pattern}");
        }
    }

    #[test]
    fn hostile_patterns_are_bounded() {
        let text: String = (0..100_000u32)
            .map(|n| {
                if n.wrapping_mul(2_654_435_761) >> 31 == 0 {
                    'a'
                } else {
                    'b'
                }
            })
            .collect();
        for pattern in [
            "/(a*)*c$/",
            "/(.*.*)*x/",
            "/[ab]*a[ab]{100}c/",
            "/(a?){50}a{50}c/",
            "/(x+x+)+y/",
            "/a.{0,20}b.{0,20}c/",
            "/(\\S+\\s*){9}#/",
            "/([ab]?){490}[ab]{490}[^ab]/",
            "/(.?){900}[^\\S]{9}/",
            "/(((a?){10}b?){10}c?){9}[^ab]/",
            "/([^x]?){900}[^\\S]/",
            "/(\\b|.?){450}[^\\S]{9}/",
            "/\\w*a\\w{9}[^\\w]/",
        ] {
            let filter = filter(&[pattern], &[]);
            let begun = Instant::now();
            assert_eq!(filter.verdict(&text, &text), Verdict::NoneIncluded);
            // 10 ms in a release build; this one may be slower, and the machine busy.
            assert!(begun.elapsed() < Duration::from_millis(250), "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn any_pattern_and_text_are_answered(pattern in "/?.{0,30}/?", text in ".{0,200}") {
            if let Ok(filter) = Filter::new(&[pattern], &[]) {
                let _ = filter.verdict(&text, &text);
            }
        }

        #[test]
        fn a_word_is_found_in_a_text_that_has_it(word in "[一-龥A-Za-zＡ-Ｚ０-９]{1,8}", rest in "[一-龥a-z ]{0,8}") {
            let found = filter(&[&word], &[]).verdict(&format!("{rest}{word}{rest}"), "");
            prop_assert_eq!(found, Verdict::Wanted);
        }
    }
}
