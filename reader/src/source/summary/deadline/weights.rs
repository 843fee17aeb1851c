//! The weight of each sign, as [`training`](super::training) learnt it from the labelled texts in
//! `tests/fixtures/deadlines`.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
    sync::LazyLock,
};

use super::signs::{Place, say_signs};

/// A line for each sign: its weight, a space and its name.
pub(super) const FILE: &str = include_str!("weights.txt");

/// The weights by the hashes of names, so that no name has to be assembled to be weighed.
static WEIGHTS: LazyLock<HashMap<u64, i32, BuildHasherDefault<AsItIs>>> = LazyLock::new(|| {
    let lines = FILE.lines().filter_map(|line| line.split_once(' '));
    lines
        .filter_map(|(weight, name)| Some((hash(&[name]), weight.parse().ok()?)))
        .collect()
});

/// A hasher that returns hashes unchanged.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes
            .iter()
            .fold(0, |hash, byte| hash << 8 | u64::from(*byte));
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// Returns the sum of the weights of a date's signs; each counts once.
pub(super) fn weigh(place: &Place<'_>) -> i32 {
    let mut signs = Vec::with_capacity(400);
    say_signs(place, &mut |parts| signs.push(hash(parts)));
    signs.sort_unstable();
    signs.dedup();
    signs.iter().filter_map(|sign| WEIGHTS.get(sign)).sum()
}

/// Returns the signs of a date with their weights, the heaviest first.
pub(super) fn reasons(place: &Place<'_>) -> Vec<(i32, String)> {
    let mut found = Vec::new();
    say_signs(place, &mut |parts| {
        if let Some(weight) = WEIGHTS.get(&hash(parts)) {
            found.push((*weight, parts.concat()));
        }
    });
    found.sort_by(|(a, one), (b, other)| b.abs().cmp(&a.abs()).then_with(|| one.cmp(other)));
    found.dedup();
    found
}

/// Returns the FNV-1a hash of a name in parts.
fn hash(parts: &[&str]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
