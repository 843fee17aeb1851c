//! Folds text to the form that searches and filters compare.

use std::sync::LazyLock;

use ferrous_opencc::{OpenCC, config::BuiltinConfig};
use pinyin::ToPinyin as _;
use unicode_normalization::UnicodeNormalization as _;

/// Unified ideographs and extension A; the rest of Unicode has no everyday characters.
const HAN: std::ops::RangeInclusive<char> = '\u{3400}'..='\u{9fff}';

/// The simplified form of each of [`HAN`]; most are their own.
///
/// They are converted one by one, not by phrase: a word then folds to the same text in every context.
static SIMPLIFIED: LazyLock<Vec<char>> = LazyLock::new(|| {
    let lines: String = HAN.flat_map(|c| [c, '\n']).collect();
    let converter = OpenCC::from_config(BuiltinConfig::T2s).expect("its dictionaries are built in");
    let simplified = converter.convert(&lines);
    let first = |line: &str| line.chars().next();
    let simplified = simplified.lines().map(first);
    HAN.zip(simplified)
        .map(|(from, to)| to.unwrap_or(from))
        .collect()
});

/// Returns the first letter of the reading of a Chinese character, as sites write it in addresses: `t` for 通. `None`
/// for others.
#[must_use]
pub fn initial(c: char) -> Option<&'static str> {
    c.to_pinyin().map(|reading| reading.first_letter())
}

/// Folds a text: full and half width, upper and lower case, traditional and simplified characters become alike.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        rest = fold_plain(rest, &mut folded);
        // The first may be a plain one that combines with the next into one character.
        let mut behind = rest.char_indices().skip(1);
        let end = behind.find(|(_, c)| plain(*c).is_some());
        let (odd, behind) = rest.split_at(end.map_or(rest.len(), |(at, _)| at));
        folded.extend(odd.nfkc().flat_map(char::to_lowercase).map(simplified));
        rest = behind;
    }
    folded
}

/// Folds the plain characters at the beginning of a text; returns the rest, with the last plain character if others
/// follow.
fn fold_plain<'a>(text: &'a str, folded: &mut String) -> &'a str {
    let mut last = None;
    for (at, c) in text.char_indices() {
        let Some(plain) = plain(c) else {
            return match last {
                Some((at, _)) => &text[at..],
                None => text,
            };
        };
        folded.extend(last.map(|(_, plain)| plain));
        last = Some((at, plain));
    }
    folded.extend(last.map(|(_, plain)| plain));
    ""
}

/// Folds a character that normalizes to at most one other, and that never combines with the one before it.
fn plain(c: char) -> Option<char> {
    match c {
        '\0'..='\x7f' => Some(c.to_ascii_lowercase()),
        // Their ASCII forms are in the same order.
        '\u{ff01}'..='\u{ff5e}' => {
            let half = u32::from(c) - u32::from('\u{ff01}') + u32::from('!');
            char::from_u32(half).map(|half| half.to_ascii_lowercase())
        }
        '“' | '”' | '‘' | '’' | '—' | '、' | '。' | '《' | '》' | '【' | '】' => {
            Some(c)
        }
        c if HAN.contains(&c) => Some(simplified(c)),
        _ => None,
    }
}

/// Returns the characters that others are simplified to.
pub(super) fn simplified_forms() -> impl Iterator<Item = char> {
    let pairs = HAN.zip(SIMPLIFIED.iter().copied());
    pairs.filter(|(from, to)| from != to).map(|(_, to)| to)
}

fn simplified(c: char) -> char {
    let place = u32::from(c).checked_sub(u32::from(*HAN.start()));
    let form = place.and_then(|place| SIMPLIFIED.get(place as usize));
    form.copied().unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Folds by the definition, without the quick way for plain characters.
    fn folded_slowly(text: &str) -> String {
        let lower = text.nfkc().flat_map(char::to_lowercase);
        lower.map(simplified).collect()
    }

    proptest! {
        #[test]
        fn the_quick_way_says_the_same(
            text in "[aÅA1= 。，！Ａ＝關门\u{301}\u{338}\u{327}ｶﾞが\u{3099}각ᄀ\u{1161}ﬁ…Σ“～\u{fe00}\u{f900}]{0,12}",
            any in any::<String>(),
        ) {
            prop_assert_eq!(fold(&text), folded_slowly(&text));
            prop_assert_eq!(fold(&any), folded_slowly(&any));
        }
    }

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
