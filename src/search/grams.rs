//! Cuts texts and words into grams: stretches of one, two or (of ASCII letters and digits) three characters.
//!
//! A text that holds a word holds all grams of the word, in any language: Chinese has no spaces to cut at, and a
//! dictionary would lose 简单 in 简单的.

/// The number of bits of a character in a gram; Unicode needs 21.
const BITS: u32 = 21;

/// Returns the grams of a folded text, sorted, each once.
#[must_use]
pub fn of_text(folded: &str) -> Vec<u64> {
    let mut grams = Vec::with_capacity(folded.len());
    let (mut before, mut last) = (None, None);
    for c in folded.chars() {
        if is_gap(c) {
            (before, last) = (None, None);
            continue;
        }
        grams.push(one(c));
        if let Some(last) = last {
            grams.push(two(last, c));
            grams.extend(before.and_then(|before| three(before, last, c)));
        }
        (before, last) = (last, Some(c));
    }
    grams.sort_unstable();
    grams.dedup();
    grams
}

/// Returns the fewest grams that find a folded word, and whether every text that holds them holds the word.
#[must_use]
pub fn of_word(folded: &str) -> (Vec<u64>, bool) {
    let chars: Vec<char> = folded.chars().collect();
    if let [c] = chars[..] {
        return (vec![one(c)], !is_gap(c));
    }
    let mut grams = Vec::new();
    for place in 0..chars.len().saturating_sub(1) {
        let (first, second) = (chars[place], chars[place + 1]);
        if is_gap(first) || is_gap(second) {
            continue;
        }
        let behind = chars.get(place + 2).and_then(|c| three(first, second, *c));
        let ahead = place.checked_sub(1).map(|at| chars[at]);
        let is_covered = ahead.is_some_and(|c| three(c, first, second).is_some());
        match behind {
            Some(gram) => grams.push(gram),
            None if is_covered => {}
            None => grams.push(two(first, second)),
        }
    }
    grams.sort_unstable();
    grams.dedup();
    let is_whole = grams.len() == 1 && chars.len() == width(grams[0]);
    (grams, is_whole)
}

/// Returns whether a character is a gap, which no word extends across.
fn is_gap(c: char) -> bool {
    c.is_whitespace() || c == '\0'
}

fn one(c: char) -> u64 {
    u64::from(u32::from(c))
}

fn two(first: char, second: char) -> u64 {
    one(first) | one(second) << BITS
}

fn three(first: char, second: char, third: char) -> Option<u64> {
    let are_ascii = [first, second, third]
        .iter()
        .all(char::is_ascii_alphanumeric);
    are_ascii.then(|| two(first, second) | one(third) << (2 * BITS))
}

/// Returns the number of characters of a gram.
fn width(gram: u64) -> usize {
    let bits = u64::BITS - gram.leading_zeros();
    bits.div_ceil(BITS) as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_word_of_one_gram_needs_no_second_check() {
        for (word, is_whole) in [
            ("放", true),
            ("放假", true),
            ("放假三", false),
            ("abc", true),
            ("ab", true),
            ("abcd", false),
            ("aaaa", false),
            ("a1放", false),
        ] {
            assert_eq!(of_word(word).1, is_whole, "{word}");
        }
    }

    proptest! {
        #[test]
        fn a_text_has_all_grams_of_every_word_in_it(
            text in "[a-c1 放假工程\n。é😀]{0,40}",
            from in 0_usize..40,
            length in 1_usize..8,
        ) {
            let chars: Vec<char> = text.chars().collect();
            let from = from.min(chars.len());
            let word: String = chars[from..].iter().take(length).collect();
            let of_text = of_text(&text);
            let (of_word, _) = of_word(word.trim());
            prop_assert!(word.trim().is_empty() || of_word.iter().all(|gram| of_text.contains(gram)));
        }
    }
}
