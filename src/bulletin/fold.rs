//! Text as searches and filters compare it.

use std::{collections::HashMap, sync::LazyLock};

use ferrous_opencc::{OpenCC, config::BuiltinConfig};
use unicode_normalization::UnicodeNormalization as _;

/// Traditional characters and their simplified forms.
///
/// One by one, not by phrase: a word then folds the same wherever it stands in a text.
static SIMPLIFIED: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    // Unified ideographs and extension A; the rest of Unicode has no everyday characters.
    let all = || '\u{3400}'..='\u{9fff}';
    let lines: String = all().flat_map(|c| [c, '\n']).collect();
    let converter = OpenCC::from_config(BuiltinConfig::T2s).expect("its dictionaries are built in");
    let simplified = converter.convert(&lines);
    let pairs = all().zip(simplified.lines().filter_map(|line| line.chars().next()));
    pairs.filter(|(from, to)| from != to).collect()
});

/// Full and half width, upper and lower case, traditional and simplified characters made alike.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfkc()
        .flat_map(char::to_lowercase)
        .map(simplified)
        .collect()
}

/// Returns what characters are simplified to.
pub(super) fn simplified_forms() -> impl Iterator<Item = char> {
    SIMPLIFIED.values().copied()
}

fn simplified(c: char) -> char {
    SIMPLIFIED.get(&c).copied().unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_case_and_script_are_alike() {
        assert_eq!(
            fold("關於ＡＢＣ　放假的通知（２０２４）"),
            "关于abc 放假的通知(2024)"
        );
        assert_eq!(fold("Straße ÉCOLE"), "straße école");
        assert_eq!(fold("乾坤"), fold("乾") + &fold("坤"));
        assert_eq!(fold("臺灣"), fold("台湾"));
    }
}
