//! sled behind the few calls that the rest of the room needs.
//!
//! sled 0.34.7 has rules of its own, each paid for by somebody: its `flush` does not sync the
//! file ([`Engine::sync`] does, on a handle of its own); no value may be above 4 KiB ([`Writes::put`]
//! cuts longer ones); opening may panic; after a failed write it must not be written again.

use std::{
    collections::HashMap,
    fs::File,
    ops::Bound,
    path::{Path, PathBuf},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use serde::{Serialize, de::DeserializeOwned};

use super::{
    Failure, StoreError,
    error::Result,
    keys::{self, Key},
    open,
};

/// Page cache; sled uses a multiple of it. What first looks wrote would stay in a larger one, scattered.
pub(super) const CACHE_BYTES: u64 = 1 << 20;
/// A larger value becomes a file that sled never syncs, and whose loss makes it refuse to open.
const LONGEST_VALUE: usize = 4096;
/// Version of the encoding, and how many further chunks the value has.
const HEADER: usize = 3;
const ENCODING: u8 = 1;

pub(super) struct Engine {
    db: sled::Db,
    /// On the same file as sled's own.
    file: File,
    /// The store's directory.
    path: PathBuf,
    failed: Arc<OnceLock<String>>,
    /// Something was written since the last sync.
    dirty: AtomicBool,
}

/// Rows to be written together. The last word on a key counts.
#[derive(Default)]
pub(super) struct Writes(HashMap<Key, Option<Vec<u8>>>);

impl Engine {
    pub(super) fn new(db: sled::Db, file: File, path: PathBuf) -> Self {
        Self {
            db,
            file,
            path,
            failed: Arc::default(),
            dirty: AtomicBool::new(false),
        }
    }

    /// Opens or creates the store in `state`/store.
    pub(super) fn open(state: &Path) -> Result<Self> {
        open::open(state)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Why writes fail, once one has; for those who must not hold the engine.
    pub(super) fn shared_failure(&self) -> Arc<OnceLock<String>> {
        Arc::clone(&self.failed)
    }

    /// Why writes fail, once one has.
    pub(super) fn failure(&self) -> Option<String> {
        self.failed.get().cloned()
    }

    /// # Errors
    /// A write failed before.
    pub(super) fn check(&self) -> Result<()> {
        self.failure()
            .map_or(Ok(()), |why| Err(Failure::Write(why).into()))
    }

    /// All of `writes` or, after a crash, none. Durable after the next [`Engine::sync`].
    pub(super) fn commit(&self, writes: Writes) -> Result<()> {
        if writes.0.is_empty() {
            return Ok(());
        }
        self.check()?;
        let mut batch = sled::Batch::default();
        for (key, value) in writes.0 {
            match value {
                Some(value) => batch.insert(key, value),
                None => batch.remove(key),
            }
        }
        self.dirty.store(true, Ordering::Relaxed);
        self.db
            .apply_batch(batch)
            .map_err(|error| self.fail(&plain(&error)))
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

    /// Nothing is written from now on.
    pub(super) fn fail(&self, error: &dyn std::fmt::Display) -> StoreError {
        let why = format!("{}: {error}", self.path.display());
        Failure::Write(self.failed.get_or_init(|| why).clone()).into()
    }

    /// A value as it lies there; for those that were written with [`Writes::set`].
    pub(super) fn raw(&self, key: &[u8]) -> Result<Option<sled::IVec>> {
        self.db
            .get(key)
            .map_err(|error| self.unreadable(key, &error))
    }

    /// What [`Writes::put`] wrote.
    pub(super) fn get<T: DeserializeOwned>(&self, key: &[u8]) -> Result<Option<T>> {
        match self.raw(key)? {
            Some(first) => self.decode(key, &first).map(Some),
            None => Ok(None),
        }
    }

    /// A value whose first chunk is at hand, from a scan.
    pub(super) fn decode<T: DeserializeOwned>(&self, key: &[u8], first: &[u8]) -> Result<T> {
        let Some((&[encoding, high, low], body)) = first.split_first_chunk::<HEADER>() else {
            return Err(self.unreadable(key, &"the row is too short"));
        };
        if encoding != ENCODING {
            return Err(self.unreadable(key, &"a newer noticast wrote this row"));
        }
        let chunks = u16::from_be_bytes([high, low]);
        if chunks == 0 {
            return postcard::from_bytes(body).map_err(|error| self.unreadable(key, &error));
        }
        let mut whole = body.to_vec();
        for chunk in 1..=chunks {
            let rest = self.raw(&keys::rest(key, chunk))?;
            whole.extend_from_slice(
                &rest.ok_or_else(|| self.unreadable(key, &"a chunk is missing"))?,
            );
        }
        postcard::from_bytes(&whole).map_err(|error| self.unreadable(key, &error))
    }

    pub(super) fn unreadable(&self, key: &[u8], why: &dyn std::fmt::Display) -> StoreError {
        let kind = char::from(key.first().copied().unwrap_or(b'?'));
        open::damaged(&self.path, format!("a row `{kind}` cannot be read: {why}"))
    }

    /// All rows whose key begins with `prefix`, in order, from either end.
    pub(super) fn scan<'a>(
        &'a self,
        prefix: &[u8],
    ) -> impl DoubleEndedIterator<Item = Result<Row>> + use<'a> {
        self.rows(self.db.scan_prefix(prefix), prefix)
    }

    /// As [`Engine::scan`], but only keys below `end`, which begins with `prefix` too.
    pub(super) fn scan_below<'a>(
        &'a self,
        prefix: &[u8],
        end: &[u8],
    ) -> impl DoubleEndedIterator<Item = Result<Row>> + use<'a> {
        self.scan_between(prefix, end)
    }

    /// Keys from `start` up to but not including `end`.
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
    /// Encodes `value`; what is longer than sled bears is cut into chunks. Chunks that a shorter
    /// value leaves behind are never read.
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

    /// A short value as it is, for indexes.
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
}
/// sled wraps what the system said into a text for programmers.
fn plain(error: &sled::Error) -> String {
    match error {
        sled::Error::Io(error) => error.kind().to_string(),
        error => error.to_string(),
    }
}
