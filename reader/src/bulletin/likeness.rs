//! Compares two texts by the words they share, apart from counters and times that change at each poll.

use std::{collections::HashSet, sync::LazyLock};

use regex::Regex;

use super::fold::fold;

/// The number of characters of a text that are compared.
const LONGEST: usize = 20_000;

/// Returns how much two texts have in common, from 0 to 1, regardless of their numbers.
#[must_use]
pub fn likeness(a: &str, b: &str) -> f64 {
    let runs = |text: &str| -> HashSet<(char, char)> {
        let text = steady(text);
        text.chars().zip(text.chars().skip(1)).collect()
    };
    let (a, b) = (runs(a), runs(b));
    let common = a.intersection(&b).count();
    let least = a.len().min(b.len()).max(1);
    #[allow(clippy::cast_precision_loss, reason = "texts are bounded")]
    let share = common as f64 / least as f64;
    share
}

/// Returns a text without the parts that change at each poll: counters, and spaces and punctuation.
#[must_use]
pub fn steady(text: &str) -> String {
    let end = text
        .char_indices()
        .nth(LONGEST)
        .map_or(text.len(), |(at, _)| at);
    let steady = without_counters(&text[..end]);
    steady.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Returns a text without counters and spaces: a change of the rest is a correction.
#[must_use]
pub fn substance(text: &str) -> String {
    let said = without_counters(text);
    said.chars().filter(|c| !c.is_whitespace()).collect()
}

fn without_counters(text: &str) -> String {
    static VOLATILE: LazyLock<Regex> = LazyLock::new(|| {
        let counted = "浏览|阅读|点击|访问|点赞|收藏|分享|评论|下载";
        let pattern = format!(
            r"(({counted})(次数|人数|总?数|量|率)?[:为]?\s*\[?\s*\d+\]?\s*(次|人次|人)?|\d+\s*(次|人次|人)?({counted})(次数|量)?|(views?|reads?|hits?|clicks?|visits?)\s*:?\s*\d+|\d+\s*(views?|reads?|hits?|clicks?|visits?))"
        );
        Regex::new(&pattern).expect("a pattern, a test reads it")
    });
    VOLATILE.replace_all(&fold(text), "").into_owned()
}
