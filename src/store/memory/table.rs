//! A map whose changes can be taken back until they are kept.

use std::{
    collections::{BTreeMap, btree_map},
    ops::RangeBounds,
};

#[derive(Debug, Clone)]
pub(super) struct Table<K, V> {
    rows: BTreeMap<K, V>,
    /// The value under each key before it was changed, the latest change last.
    before: Vec<(K, Option<V>)>,
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self {
            rows: BTreeMap::new(),
            before: Vec::new(),
        }
    }
}

impl<K: Ord + Clone, V: Clone> Table<K, V> {
    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.rows.get(key)
    }

    pub(super) fn contains(&self, key: &K) -> bool {
        self.rows.contains_key(key)
    }

    pub(super) fn set(&mut self, key: K, value: V) {
        let before = self.rows.insert(key.clone(), value);
        self.before.push((key, before));
    }

    pub(super) fn remove(&mut self, key: &K) -> Option<V> {
        let before = self.rows.remove(key)?;
        self.before.push((key.clone(), Some(before.clone())));
        Some(before)
    }

    /// Sets a row, or removes it if `value` is `None`.
    pub(super) fn put(&mut self, key: K, value: Option<V>) {
        match value {
            Some(value) => self.set(key, value),
            None => _ = self.remove(&key),
        }
    }

    pub(super) fn iter(&self) -> btree_map::Iter<'_, K, V> {
        self.rows.iter()
    }

    pub(super) fn range(&self, keys: impl RangeBounds<K>) -> btree_map::Range<'_, K, V> {
        self.rows.range(keys)
    }

    /// Returns whether anything was changed since the last [`Table::keep`] or [`Table::take_back`].
    pub(super) fn is_changed(&self) -> bool {
        !self.before.is_empty()
    }

    /// Keeps the changes since the last time: they can no longer be taken back.
    pub(super) fn keep(&mut self) {
        self.before.clear();
    }

    pub(super) fn take_back(&mut self) {
        while let Some((key, value)) = self.before.pop() {
            match value {
                Some(value) => _ = self.rows.insert(key, value),
                None => _ = self.rows.remove(&key),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_taken_back_to_what_was_kept() {
        let mut table = Table::default();
        table.set(1, "a");
        table.set(2, "b");
        table.keep();
        table.set(1, "c");
        table.set(1, "d");
        table.remove(&2);
        table.set(3, "e");
        table.take_back();
        let rows: Vec<_> = table.iter().map(|(key, value)| (*key, *value)).collect();
        assert_eq!(rows, [(1, "a"), (2, "b")]);
    }
}
