//! Decides whether two notices of two sources are the same. Precision first: a wrong merge hides news.
//!
//! Near-equal titles (第一批 and 第二批, 2025 and 2026, two campuses) are two notices; they are merged for an equal address,
//! or an equal title with the day or the text next to it, or an equal text with a title that only gained its issuer. If
//! two texts differ in one place (the name of a quarter, of a person), they are two notices, however much else they
//! share. Read [`is_same`].

use std::sync::LazyLock;

use chrono::NaiveDate;
use regex::Regex;

use super::{
    fold::fold,
    likeness::{likeness, steady},
    retitled::{Retitled, compare},
};

/// The parts of a notice that are compared.
#[derive(Debug, Clone, Default)]
pub struct Face {
    /// The address from [`super::canonical_url`].
    pub url: String,
    /// The host of its address, also if that identifies nothing.
    host: String,
    pub day: Option<NaiveDate>,
    /// The names of its files.
    pub files: Vec<String>,
    title: String,
    /// The numbers in the whole title.
    numbers: Vec<String>,
    text: String,
}

/// The number of characters from which a title is enough with the day next to it, and from which a text can be
/// compared.
const TITLE: usize = 10;
const TEXT: usize = 40;
/// The share that two versions of one text have in common.
const ALIKE: f64 = 0.9;
/// The number of days between two postings of one notice: a weekly one is another notice each week.
const DAYS: i64 = 6;

impl Face {
    #[must_use]
    pub fn new(
        url: String,
        title: &str,
        day: Option<NaiveDate>,
        text: &str,
        files: Vec<String>,
    ) -> Self {
        let host = url.trim_start_matches('/').split('/').next();
        Self {
            host: host.unwrap_or_default().to_owned(),
            url,
            day,
            files,
            title: bare_title(title),
            numbers: numbers(&fold(title)),
            text: steady(text),
        }
    }

    /// Returns keys of which the same notice shares at least one: address, title, text.
    #[must_use]
    pub fn keys(&self) -> [Option<String>; 3] {
        let said = |text: &String, least: usize| text.chars().count() >= least;
        [
            (!self.url.is_empty()).then(|| format!("u{}", self.url)),
            said(&self.title, 1).then(|| format!("t{}", self.title)),
            said(&self.text, TEXT).then(|| format!("x{}", self.text)),
        ]
    }
}

/// Returns whether two notices of two sources are the same one.
#[must_use]
pub fn is_same(a: &Face, b: &Face) -> bool {
    if a.url == b.url && !a.url.is_empty() {
        // A status page shows one thing after another at one address.
        let is_of_other_day = matches!((a.day, b.day), (Some(a), Some(b)) if a != b);
        return !is_of_other_day || compare(&a.title, &b.title) != Retitled::Next;
    }
    let is_near = match (a.day, b.day) {
        (Some(a), Some(b)) => (a - b).num_days().abs() <= DAYS,
        _ => true,
    };
    let has_other_files = !a.files.is_empty() && !b.files.is_empty() && a.files != b.files;
    if !is_near || has_other_files || a.numbers != b.numbers {
        return false;
    }
    let has_texts = [a, b].iter().all(|face| face.text.chars().count() >= TEXT);
    if has_texts {
        return match a.title == b.title {
            true => are_alike(&a.text, &b.text),
            false => a.text == b.text && is_within(&a.title, &b.title),
        };
    }
    // Two columns of one site may well have the same words about two things.
    let is_same_day = a.day.is_some() && a.day == b.day;
    is_same_day && a.title == b.title && a.title.chars().count() >= TITLE && a.host != b.host
}

/// Returns whether one title is the other with its issuer in front: `学校办公室关于…`.
fn is_within(a: &str, b: &str) -> bool {
    static ISSUER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^\p{Han}{0,20}(室|部|处|局|委|院|校|公司|集团|中心|厅|会|政府|党委|工会|学校|大学|馆|所|站)$")
            .expect("a pattern, a test reads it")
    });
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    short.chars().count() >= TITLE
        && long
            .strip_suffix(short)
            .is_some_and(|it| ISSUER.is_match(it))
}

/// Returns whether texts with equal numbers are one, except for the text before or after it in one of them.
fn are_alike(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let Some(common) = within(a, b).or_else(|| within(b, a)) else {
        return false;
    };
    let length = |text: &str| text.chars().count();
    let (common, all) = (length(common), length(a) + length(b) - length(common));
    // Counts of characters are far below 2^52.
    #[allow(clippy::cast_precision_loss, reason = "texts are bounded")]
    let share = common as f64 / all as f64;
    share >= ALIKE && numbers(a) == numbers(b)
}

/// Returns the part of `a` in which `b` begins, and which continues like `b` to the end of either.
fn within<'a>(a: &'a str, b: &str) -> Option<&'a str> {
    let head = b.char_indices().nth(TEXT).map_or(b, |(end, _)| &b[..end]);
    let begins = a.match_indices(head).map(|(at, _)| &a[at..]);
    begins
        .filter_map(|rest| match rest.starts_with(b) {
            true => Some(&rest[..b.len()]),
            false => b.starts_with(rest).then_some(rest),
        })
        .next()
}

/// Returns a title without the additions of a site: 【通知】 in front, 转发, spaces and punctuation. Other words in brackets
/// may well distinguish it from another title: 【北京】, 【上海】.
#[must_use]
pub fn bare_title(title: &str) -> String {
    static AROUND: LazyLock<Regex> = LazyLock::new(|| {
        let label = "通知|公告|公示|通告|通知公告|公告通知|公示公告|新闻|要闻|动态|转发|转载|转|置顶|重要|重要通知|最新|新|热|hot|new|top|notice|图文|原创|推荐";
        let pattern = format!(
            r"^(\s*([\[【〔(]\s*({label})\s*[\]】〕)]|转发|转载|转|置顶|重要)\s*[:|]?\s*)+"
        );
        Regex::new(&pattern).expect("a pattern, a test reads it")
    });
    let title = fold(title);
    let bare = AROUND.replace(&title, "");
    let said: String = bare.chars().filter(|c| c.is_alphanumeric()).collect();
    match said.is_empty() {
        true => title.chars().filter(|c| c.is_alphanumeric()).collect(),
        false => said,
    }
}

/// Returns whether a page still has the same subject: its title, or most of its text. A sign-in page, or the home page,
/// sometimes replaces an article.
#[must_use]
pub fn is_same_page(title: &str, now: Option<&str>, text: &str, text_now: &str) -> bool {
    const MOSTLY: f64 = 0.5;
    let (title, now) = (bare_title(title), bare_title(now.unwrap_or_default()));
    let is_titled = now.chars().count() >= 4 && (title.contains(&now) || now.contains(&title));
    is_titled || likeness(text, text_now) >= MOSTLY
}

/// Returns the numbers in a text, including Chinese ones and heavenly stems, in their order.
fn numbers(text: &str) -> Vec<String> {
    const DIGITS: &str = "〇零一二三四五六七八九十百千两甲乙丙丁戊己庚辛壬癸上中下东西南北";
    let is_part = |c: char| c.is_ascii_digit() || DIGITS.contains(c);
    text.split(|c| !is_part(c))
        .filter(|number| !number.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests;
