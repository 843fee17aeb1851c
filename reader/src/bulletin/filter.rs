//! Words and patterns that decide which bulletins a source admits or a channel wants.

mod compiled;
mod possible;

use std::sync::Arc;

pub use self::compiled::Cost;
use self::compiled::{Compiled, Unusable};
use super::fold;

/// The number of words and patterns in one list.
const MOST_WORDS: usize = 1000;

/// `include` and `exclude` of a source or channel: words or `/regex/`, in title or summary.
///
/// A filter is cheap to clone. Two filters are equal if they are written identically.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter(Arc<Patterns>);

#[derive(Debug, Default, PartialEq)]
struct Patterns {
    include: Vec<Pattern>,
    exclude: Vec<Pattern>,
    cost: Cost,
}

/// A title and a summary in the form that filters compare: folded once, for any number of filters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Folded([String; 2]);

impl Folded {
    #[must_use]
    pub fn new(title: &str, summary: &str) -> Self {
        Self([fold(title), fold(summary)])
    }
}

/// A filter's verdict about a bulletin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Wanted,
    /// There are words to include, and it has none of them.
    NoneIncluded,
    /// The word or pattern that rejects it, as written.
    Excluded(String),
}

/// The error of a pattern that cannot be used; `Display` states what is wrong and what is expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{pattern}` is not a valid pattern: {why}; expected a word or `/regular expression/`")]
pub struct FilterError {
    pub pattern: String,
    pub why: String,
    /// True if it could be used if it were smaller, or if there were fewer of them.
    pub is_too_large: bool,
}

impl Filter {
    /// Compiles a filter of the config.
    ///
    /// # Errors
    /// Fails for a `/regex/` that does not compile, is too large or can never match, and for an empty word.
    pub fn new(include: &[String], exclude: &[String]) -> Result<Self, FilterError> {
        let patterns = |texts: &[String]| {
            let mut room = Cost::OF_A_LIST;
            within(&mut room, texts)
        };
        Ok(Self::of(patterns(include)?, patterns(exclude)?))
    }

    /// Returns whether these are more words, or longer ones, than a chat that subscribed itself may have.
    #[must_use]
    pub fn exceeds_a_chat(include: &[String], exclude: &[String]) -> bool {
        const MOST_WORDS: usize = 30;
        const LONGEST_WORD: usize = 100;
        let is_long = |word: &String| word.chars().count() > LONGEST_WORD;
        include.len() + exclude.len() > MOST_WORDS || include.iter().chain(exclude).any(is_long)
    }

    /// Compiles a filter of a chat that subscribed itself, which may cost far less.
    ///
    /// # Errors
    /// Fails like [`Filter::new`].
    pub fn of_chat(include: &[String], exclude: &[String]) -> Result<Self, FilterError> {
        let mut room = Cost::OF_A_CHAT;
        let include = within(&mut room, include)?;
        Ok(Self::of(include, within(&mut room, exclude)?))
    }

    /// Compiles words that were accepted in the past, like [`Filter::of_chat`]: a word that is no longer valid matches
    /// nothing, and does not affect the others. `None` if it is larger than now allowed.
    #[must_use]
    pub fn accepted(include: &[String], exclude: &[String]) -> Option<Self> {
        let mut room = Cost::OF_A_CHAT;
        let mut patterns = |texts: &[String]| -> Option<Vec<Pattern>> {
            let pattern = |text: &String| match Pattern::new(text, &mut room) {
                Err(error) if error.is_too_large => None,
                Err(error) => Some(Pattern {
                    written: error.pattern,
                    rule: Rule::Nothing,
                }),
                Ok(pattern) => Some(pattern),
            };
            texts.iter().map(pattern).collect()
        };
        Some(Self::of(patterns(include)?, patterns(exclude)?))
    }

    fn of(include: Vec<Pattern>, exclude: Vec<Pattern>) -> Self {
        let all = include.iter().chain(&exclude);
        let cost = all.map(Pattern::cost).fold(Cost::default(), Cost::plus);
        Self(Arc::new(Patterns {
            include,
            exclude,
            cost,
        }))
    }

    /// Returns the verdict; full and half width, upper and lower case, traditional and simplified characters are alike.
    #[must_use]
    pub fn verdict(&self, title: &str, summary: &str) -> Verdict {
        match self.is_empty() {
            true => Verdict::Wanted,
            false => self.verdict_of(&Folded::new(title, summary)),
        }
    }

    #[must_use]
    pub fn verdict_of(&self, Folded(texts): &Folded) -> Verdict {
        let Patterns {
            include, exclude, ..
        } = &*self.0;
        let found = |pattern: &&Pattern| texts.iter().any(|text| pattern.is_in(text));
        if let Some(pattern) = exclude.iter().find(found) {
            return Verdict::Excluded(pattern.written.clone());
        }
        if include.is_empty() || include.iter().any(|pattern| found(&pattern)) {
            return Verdict::Wanted;
        }
        Verdict::NoneIncluded
    }

    /// Returns the cost of its regular expressions; words cost next to nothing.
    #[must_use]
    pub fn cost(&self) -> Cost {
        self.0.cost
    }

    /// Returns an address that only its clones share, as long as one of them exists.
    #[must_use]
    pub fn address(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }

    /// Returns whether it has no words at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.include.is_empty() && self.0.exclude.is_empty()
    }

    /// Returns whether one of the words to include is in a bulletin; without such words, false.
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
    /// A folded word.
    Word(String),
    Regex(Box<Compiled>),
    /// A word that was accepted in the past, and is no longer valid.
    Nothing,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

/// Compiles patterns that cost no more than `room` in total, and subtracts their cost from it.
fn within(room: &mut Cost, texts: &[String]) -> Result<Vec<Pattern>, FilterError> {
    if let Some(text) = texts.get(MOST_WORDS) {
        return Err(FilterError {
            pattern: text.clone(),
            why: format!("it is one too many: {MOST_WORDS} are allowed"),
            is_too_large: true,
        });
    }
    texts.iter().map(|text| Pattern::new(text, room)).collect()
}

/// Returns a text with one space between words, like titles.
fn one_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Pattern {
    fn new(written: &str, room: &mut Cost) -> Result<Self, FilterError> {
        let written = written.trim();
        let wrong = |why: &str| Err(Unusable::Wrong(why.to_owned()));
        let rule = match regex_and_flags(written) {
            _ if written.is_empty() => wrong("it is empty"),
            Some(("", _)) => wrong("it is empty"),
            None => Ok(Rule::Word(fold(&one_spaced(written)))),
            Some((regex, flags)) => with_flags(regex, flags)
                .map_err(Unusable::Wrong)
                .and_then(|regex| Compiled::new(&regex, *room))
                .map(|compiled| Rule::Regex(Box::new(compiled))),
        };
        let written = written.to_owned();
        match rule {
            Ok(rule) => {
                let pattern = Self { written, rule };
                *room = room.minus(pattern.cost());
                Ok(pattern)
            }
            Err(unusable) => Err(FilterError {
                pattern: written,
                is_too_large: matches!(unusable, Unusable::TooLarge(_)),
                why: match unusable {
                    Unusable::TooLarge(why) => why.to_owned(),
                    Unusable::Wrong(why) => why,
                },
            }),
        }
    }

    fn cost(&self) -> Cost {
        match &self.rule {
            Rule::Regex(compiled) => compiled.cost,
            Rule::Word(_) | Rule::Nothing => Cost::default(),
        }
    }

    fn is_in(&self, folded: &str) -> bool {
        match &self.rule {
            Rule::Word(word) => folded.contains(word),
            Rule::Regex(compiled) => compiled.is_in(folded),
            Rule::Nothing => false,
        }
    }
}

/// Returns the two parts of `/regex/flags`; `None` for a word.
fn regex_and_flags(written: &str) -> Option<(&str, &str)> {
    let (regex, flags) = written.strip_prefix('/')?.rsplit_once('/')?;
    let is_flags = flags.bytes().all(|b| b.is_ascii_alphabetic());
    is_flags.then_some((regex, flags))
}

/// Returns the flags in the engine's syntax. Case is never distinguished, a text is one line, and one match is enough:
/// `i`, `u` and `g` request this and change nothing.
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

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

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
        let old = Filter::accepted(&words(&["/(?-i)NBA/", "篮球"]), &words(&["/(/"])).unwrap();
        assert_eq!(old.verdict("篮球赛", ""), Verdict::Wanted);
        assert_eq!(old.verdict("放假通知", ""), Verdict::NoneIncluded);
        let dead = Filter::accepted(&words(&["/(?-i)NBA/"]), &[]).unwrap();
        assert_eq!(dead.verdict("放假通知", ""), Verdict::NoneIncluded);
    }

    #[test]
    fn patterns_that_cannot_be_used_say_why() {
        insta::assert_snapshot!(
            ["", "//", "//i", "/(/", "/a{9999}{9999}/", "/(?=x)/", "/(?-i)NBA/", "/a/q"].map(why).join("\n"),
            @r"
        `` is not a valid pattern: it is empty; expected a word or `/regular expression/`
        `//` is not a valid pattern: it is empty; expected a word or `/regular expression/`
        `//i` is not a valid pattern: it is empty; expected a word or `/regular expression/`
        `/(/` is not a valid pattern: unclosed group; expected a word or `/regular expression/`
        `/a{9999}{9999}/` is not a valid pattern: it is too large; fewer letters or repetitions are expected; expected a word or `/regular expression/`
        `/(?=x)/` is not a valid pattern: look-around, including look-ahead and look-behind, is not supported; expected a word or `/regular expression/`
        `/(?-i)NBA/` is not a valid pattern: it can never match: titles are compared in lower case, half width and simplified characters; expected a word or `/regular expression/`
        `/a/q` is not a valid pattern: it has the unknown flag `q` behind its last slash (for a word with slashes, write `\/`); expected a word or `/regular expression/`
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

    /// Returns how long this thread has been computing: other work of the machine does not count, where the system
    /// reports it.
    fn worked() -> Duration {
        let schedule = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
        let busy = schedule.split(' ').next().and_then(|ns| ns.parse().ok());
        let by_the_clock = || UNIX_EPOCH.elapsed().unwrap_or_default();
        busy.map_or_else(by_the_clock, Duration::from_nanos)
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
            let begun = worked();
            assert_eq!(filter.verdict(&text, &text), Verdict::NoneIncluded);
            // It takes 10 ms in a release build; this one may be slower.
            assert!(worked() - begun < Duration::from_millis(250), "{pattern}");
        }
    }

    #[test]
    fn the_patterns_of_a_chat_share_one_small_budget() {
        let many = |pattern: &str, n: usize| -> Vec<String> {
            (0..n).map(|n| format!("/{n}{pattern}/")).collect()
        };
        let bytes = many("\\w{9}", 30);
        let places = many("[ab]{99}", 30);
        for patterns in [&bytes, &places] {
            let too_large = Filter::of_chat(patterns, &[]).unwrap_err();
            assert!(too_large.is_too_large, "{too_large}");
            assert_eq!(Filter::accepted(&[], patterns), None);
            let one = Filter::of_chat(&patterns[..1], &[]).unwrap();
            assert!(one.cost().fits(Cost::OF_A_CHAT), "{:?}", one.cost());
        }
        let words: Vec<String> = (0..30).map(|n| format!("第{n}号楼停水停电通知")).collect();
        assert_eq!(
            Filter::of_chat(&words, &words).unwrap().cost(),
            Cost::default()
        );
    }

    #[test]
    fn a_list_of_the_config_is_bounded_as_a_whole() {
        let one = "/\\w{9}[ab]{90}/".to_owned();
        assert!(Filter::new(&vec![one.clone(); 4], std::slice::from_ref(&one)).is_ok());
        let too_large = Filter::new(&vec![one; 30], &[]).unwrap_err();
        assert!(too_large.is_too_large, "{too_large}");
        let too_many = Filter::new(&vec!["字".to_owned(); MOST_WORDS + 1], &[]);
        assert!(too_many.is_err());
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
