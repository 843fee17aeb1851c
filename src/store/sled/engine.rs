//! Puts sled behind the few calls that the rest of the engine needs.
//!
//! sled 0.34.7 has its own rules, each learned the hard way: its `flush` does not sync the file ([`Engine::sync`]
//! does, on its own handle); no value may be above 4 KiB ([`Writes::put`] cuts longer ones); opening may panic;
//! after a failed write it must not be written again.

use std::{
    collections::BTreeMap,
    fs::File,
    ops::Bound,
    path::{Path, PathBuf},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use serde::{Serialize, de::DeserializeOwned};

use super::{
    damage::damaged,
    keys::{self, Key},
    received::Received,
    reserve,
};
use crate::store::error::{Failure, Result, StoreError};

/// The page cache; sled uses a multiple of it. Pages that first polls wrote would stay in a larger one, scattered.
pub(super) const CACHE_BYTES: u64 = 1 << 20;
/// The longest value: a larger one becomes a file that sled never syncs, and whose loss makes opening fail.
const LONGEST_VALUE: usize = 4096;
/// The length of the header: the version of the encoding, and the number of further chunks of the value.
const HEADER: usize = 3;
const ENCODING: u8 = 1;

pub(super) struct Engine {
    db: sled::Db,
    /// A handle on the same file as sled's own.
    file: File,
    /// The store's directory.
    path: PathBuf,
    failed: Arc<OnceLock<String>>,
    /// True if anything was written since the last sync.
    dirty: AtomicBool,
    /// The number of times that rows began or ended to be written: odd while they are.
    turns: AtomicU64,
    pub(super) received: Received,
    #[cfg(test)]
    blocks: AtomicU64,
}

/// Rows to be written together. The last write to a key counts.
#[derive(Default)]
pub(super) struct Writes(BTreeMap<Key, Option<Vec<u8>>>);

impl Engine {
    pub(super) fn new(db: sled::Db, file: File, path: PathBuf) -> Self {
        Self {
            db,
            file,
            path,
            failed: Arc::default(),
            dirty: AtomicBool::new(false),
            turns: AtomicU64::new(0),
            received: Received::default(),
            #[cfg(test)]
            blocks: AtomicU64::new(0),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns why writes fail, once one has; for callers that must not hold the engine.
    pub(super) fn shared_failure(&self) -> Arc<OnceLock<String>> {
        Arc::clone(&self.failed)
    }

    /// Returns why writes fail, once one has.
    pub(super) fn failure(&self) -> Option<String> {
        self.failed.get().cloned()
    }

    /// # Errors
    /// Fails if a write failed before.
    pub(super) fn check(&self) -> Result<()> {
        self.failure()
            .map_or(Ok(()), |why| Err(Failure::Write(why).into()))
    }

    /// Commits all of `writes` or, after a crash, none. They are durable after the next [`Engine::sync`].
    ///
    /// # Errors
    /// Fails if the disk has no room for them, or if a write fails.
    pub(super) fn commit(&self, writes: Writes) -> Result<()> {
        if writes.0.is_empty() {
            return Ok(());
        }
        self.check()?;
        if !reserve::holds(&self.file, writes.bytes()) {
            return Err(reserve::full());
        }
        let mut batch = sled::Batch::default();
        for (key, value) in writes.0 {
            match value {
                Some(value) => batch.insert(key, value),
                None => batch.remove(key),
            }
        }
        self.dirty.store(true, Ordering::Relaxed);
        self.turns.fetch_add(1, Ordering::SeqCst);
        let written = self.db.apply_batch(batch);
        self.turns.fetch_add(1, Ordering::SeqCst);
        written.map_err(|error| self.fail(&plain(&error)))
    }

    /// Returns whether a small row can be written.
    pub(super) fn has_room(&self) -> bool {
        reserve::holds(&self.file, 0)
    }

    /// Returns what `read` finds while nothing is written, so that all of it is of one version. It is read again if
    /// something was written meanwhile.
    pub(super) fn at_one_moment<T>(&self, read: impl Fn() -> Result<T>) -> Result<T> {
        loop {
            let before = self.turns.load(Ordering::SeqCst);
            let found = read();
            if before.is_multiple_of(2) && self.turns.load(Ordering::SeqCst) == before {
                return found;
            }
            std::thread::yield_now();
        }
    }

    /// Makes everything that was committed durable.
    pub(super) fn sync(&self) -> Result<()> {
        self.check()?;
        if !self.dirty.swap(false, Ordering::Relaxed) {
            return Ok(());
        }
        self.db.flush().map_err(|error| self.fail(&plain(&error)))?;
        // sled's flush calls sync_file_range, which covers neither the file's size nor the disk's cache.
        self.file.sync_data().map_err(|error| self.fail(&error))
    }

    /// Makes every write fail from now on.
    pub(super) fn fail(&self, error: &dyn std::fmt::Display) -> StoreError {
        let why = format!("{}: {error}", self.path.display());
        Failure::Write(self.failed.get_or_init(|| why).clone()).into()
    }

    /// Returns a stored value as it is; for those that were written with [`Writes::set`].
    pub(super) fn raw(&self, key: &[u8]) -> Result<Option<sled::IVec>> {
        self.db
            .get(key)
            .map_err(|error| self.unreadable(key, &error))
    }

    /// Returns what [`Writes::put`] wrote.
    pub(super) fn get<T: DeserializeOwned>(&self, key: &[u8]) -> Result<Option<T>> {
        match self.raw(key)? {
            Some(first) => self.found(key, &first),
            None => Ok(None),
        }
    }

    /// Reads a value's rows a few more times, so that their pages leave the cache soon. sled evicts pages of a
    /// shard, one of 256, only once 64 reads of that shard have accumulated (`lru.rs`): pages of texts, which are
    /// large and seldom read twice, would take 30 MiB until then. A scan reads each page often enough anyway.
    pub(super) fn evict_soon(&self, key: &[u8]) -> Result<()> {
        const TIMES: usize = 8;
        let Some(first) = self.raw(key)? else {
            return Ok(());
        };
        // The chunks between are on the pages of these two, or on their own pages, which are read chunk by chunk.
        let last = match self.head(key, &first)? {
            (0, _) => None,
            (chunks, _) => Some(keys::rest(key, chunks)),
        };
        for _ in 0..TIMES {
            self.raw(key)?;
            if let Some(last) = &last {
                self.raw(last)?;
            }
        }
        Ok(())
    }

    /// Decodes a value whose first chunk was read, from a scan that runs while nothing is written.
    pub(super) fn decode<T: DeserializeOwned>(&self, key: &[u8], first: &[u8]) -> Result<T> {
        let found = self.found(key, first)?;
        found.ok_or_else(|| self.unreadable(key, &"it was removed while it was read"))
    }

    /// Decodes the current value whose first chunk was read; `None` if it was removed meanwhile.
    pub(super) fn found<T: DeserializeOwned>(&self, key: &[u8], first: &[u8]) -> Result<Option<T>> {
        let (chunks, body) = self.head(key, first)?;
        let whole = match chunks {
            0 => body.to_vec(),
            // The chunks may belong to another version than the first one.
            _ => match self.at_one_moment(|| self.whole(key))? {
                Some(whole) => whole,
                None => return Ok(None),
            },
        };
        let value = postcard::from_bytes(&whole).map_err(|error| self.unreadable(key, &error))?;
        Ok(Some(value))
    }

    /// Returns the number of further chunks of a value, and its first one.
    fn head<'a>(&self, key: &[u8], first: &'a [u8]) -> Result<(u16, &'a [u8])> {
        let Some((&[encoding, high, low], body)) = first.split_first_chunk::<HEADER>() else {
            return Err(self.unreadable(key, &"the row is too short"));
        };
        if encoding != ENCODING {
            return Err(self.unreadable(key, &"a newer noticast wrote this row"));
        }
        Ok((u16::from_be_bytes([high, low]), body))
    }

    fn whole(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let Some(first) = self.raw(key)? else {
            return Ok(None);
        };
        let (chunks, body) = self.head(key, &first)?;
        let mut whole = body.to_vec();
        for chunk in 1..=chunks {
            let rest = self.raw(&keys::rest(key, chunk))?;
            let rest = rest.ok_or_else(|| self.unreadable(key, &"a chunk is missing"))?;
            whole.extend_from_slice(&rest);
        }
        Ok(Some(whole))
    }

    pub(super) fn unreadable(&self, key: &[u8], why: &dyn std::fmt::Display) -> StoreError {
        let kind = char::from(key.first().copied().unwrap_or(b'?'));
        damaged(&self.path, format!("a row `{kind}` cannot be read: {why}"))
    }

    /// Returns all rows whose key begins with `prefix`, in order, from either end.
    pub(super) fn scan<'a>(
        &'a self,
        prefix: &[u8],
    ) -> impl DoubleEndedIterator<Item = Result<Row>> + use<'a> {
        self.rows(self.db.scan_prefix(prefix), prefix)
    }

    /// Scans like [`Engine::scan`], but only keys below `end`, which begins with `prefix` too.
    pub(super) fn scan_below<'a>(
        &'a self,
        prefix: &[u8],
        end: &[u8],
    ) -> impl DoubleEndedIterator<Item = Result<Row>> + use<'a> {
        self.scan_between(prefix, end)
    }

    /// Returns the rows with keys from `start` up to but not including `end`.
    pub(super) fn scan_between<'a>(
        &'a self,
        start: &[u8],
        end: &[u8],
    ) -> impl DoubleEndedIterator<Item = Result<Row>> + use<'a> {
        let range = (Bound::Included(start), Bound::Excluded(end));
        self.rows(self.db.range::<&[u8], _>(range), start)
    }

    fn rows<'a>(
        &'a self,
        rows: sled::Iter,
        prefix: &[u8],
    ) -> impl DoubleEndedIterator<Item = Result<Row>> + use<'a> {
        let prefix = prefix.to_vec();
        rows.map(move |row| {
            let (key, value) = row.map_err(|error| self.unreadable(&prefix, &error))?;
            Ok(Row { key, value })
        })
    }

    #[cfg(test)]
    pub(super) fn count_block(&self) {
        self.blocks.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns the number of blocks of deliveries that were read so far.
    #[cfg(test)]
    pub(super) fn blocks_read(&self) -> u64 {
        self.blocks.load(Ordering::Relaxed)
    }

    pub(super) fn disk_bytes(&self) -> u64 {
        self.db.size_on_disk().unwrap_or_default()
    }
}

/// One row of a scan.
pub(super) struct Row {
    pub(super) key: sled::IVec,
    pub(super) value: sled::IVec,
}

impl Writes {
    /// Encodes `value`; a value that is too long for sled is cut into chunks. Chunks that a shorter value leaves
    /// behind are never read.
    pub(super) fn put<T: Serialize>(&mut self, key: Key, value: &T) {
        let bytes = postcard::to_stdvec(value).expect("rows have no maps of unknown length");
        let (first, rest) = bytes.split_at(bytes.len().min(LONGEST_VALUE - HEADER));
        let chunks = rest.chunks(LONGEST_VALUE);
        let count = u16::try_from(chunks.len()).expect("values are bounded far below 256 MiB");
        for (number, chunk) in (1..).zip(chunks) {
            self.set(keys::rest(&key, number), chunk.to_vec());
        }
        let mut head = vec![ENCODING];
        head.extend_from_slice(&count.to_be_bytes());
        head.extend_from_slice(first);
        self.set(key, head);
    }

    /// Returns what [`Writes::put`] was given for a key, whole; `Some(None)` if it is removed.
    pub(super) fn get(&self, key: &[u8]) -> Option<Option<Vec<u8>>> {
        let Some(first) = self.0.get(key)? else {
            return Some(None);
        };
        let (&[_, high, low], body) = first.split_first_chunk::<HEADER>()?;
        let mut whole = body.to_vec();
        for chunk in 1..=u16::from_be_bytes([high, low]) {
            whole.extend_from_slice(self.0.get(&keys::rest(key, chunk))?.as_deref()?);
        }
        Some(Some(whole))
    }

    /// Returns what [`Writes::set`] was given for a key; `Some(None)` if it is removed.
    pub(super) fn short(&self, key: &[u8]) -> Option<Option<&[u8]>> {
        self.0.get(key).map(Option::as_deref)
    }

    /// Returns all writes whose key begins with `prefix`, in order.
    pub(super) fn under<'a>(
        &'a self,
        prefix: &'a [u8],
    ) -> impl Iterator<Item = (&'a Key, &'a Option<Vec<u8>>)> {
        let from = self.0.range(prefix.to_vec()..);
        from.take_while(move |(key, _)| key.starts_with(prefix))
    }

    /// Writes a short value as it is, for indexes.
    pub(super) fn set(&mut self, key: Key, value: Vec<u8>) {
        debug_assert!(value.len() <= LONGEST_VALUE);
        self.0.insert(key, Some(value));
    }

    pub(super) fn remove(&mut self, key: Key) {
        self.0.insert(key, None);
    }

    /// Removes what [`Writes::put`] wrote, with all its chunks.
    pub(super) fn remove_long(&mut self, engine: &Engine, key: Key) -> Result<()> {
        let Some(first) = engine.raw(&key)? else {
            return Ok(());
        };
        let count = first
            .get(1..HEADER)
            .map_or(0, |count| u16::from_be_bytes([count[0], count[1]]));
        for chunk in 1..=count {
            self.remove(keys::rest(&key, chunk));
        }
        self.remove(key);
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn bytes(&self) -> u64 {
        let rows = self.0.iter();
        let bytes = rows.map(|(key, value)| key.len() + value.as_ref().map_or(0, Vec::len));
        bytes.sum::<usize>() as u64
    }
}

/// Returns the plain system error: sled wraps it into a text for programmers.
fn plain(error: &sled::Error) -> String {
    match error {
        sled::Error::Io(error) => error.kind().to_string(),
        error => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_value_is_read_whole_while_it_is_written_anew() {
        const KEY: &[u8] = b"zlong";
        let state = tempfile::tempdir().unwrap();
        let engine = crate::store::sled::open::open(state.path()).unwrap();
        // The values differ only behind the first chunk.
        let value = |number: usize| {
            let rest = ["a", "b"][number % 2];
            format!(
                "{}{}",
                "same".repeat(2000),
                rest.repeat([60_000, 20_000][number % 2])
            )
        };
        let is_whole = |text: &String| *text == value(0) || *text == value(1);
        std::thread::scope(|scope| {
            let writing = scope.spawn(|| {
                for number in 0..300 {
                    let mut writes = Writes::default();
                    match number % 7 {
                        6 => writes.remove_long(&engine, KEY.to_vec()).unwrap(),
                        _ => writes.put(KEY.to_vec(), &value(number)),
                    }
                    engine.commit(writes).unwrap();
                }
            });
            while !writing.is_finished() {
                let one: Option<String> = engine.get(KEY).unwrap();
                assert!(one.is_none_or(|text| is_whole(&text)));
                for row in engine.scan(KEY) {
                    let row = row.unwrap();
                    let one: Option<String> = engine.found(&row.key, &row.value).unwrap();
                    assert!(one.is_none_or(|text| is_whole(&text)));
                }
            }
        });
    }
}
