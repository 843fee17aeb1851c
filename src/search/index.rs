//! Combines segments into the index: their part in memory, and their growth.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use super::{
    build,
    catalog::{Catalog, Progress},
    document::Document,
    grams, postings,
    segment::{Line, Segment},
    table::Table,
};
use crate::bulletin::{BulletinState, SourceId};

/// The number of segments of about one size that are merged into one.
const FAN: usize = 8;
/// The number of bulletins of the smallest size.
const SMALLEST: usize = 64;

/// A search: its words, and the bulletins that may answer it.
#[expect(missing_debug_implementations, reason = "it holds a closure")]
pub struct Question<'a> {
    /// The folded words; a bulletin must hold all of them.
    pub words: &'a [String],
    /// The states to find; empty for any.
    pub states: &'a [BulletinState],
    /// Selects bulletins by all their sources.
    pub is_wanted: &'a dyn Fn(&[SourceId]) -> bool,
}

/// The bulletins that may hold all words, including all that do.
#[derive(Debug, Default)]
pub struct Candidates {
    /// The time when each was new (ms), and its number, in no order.
    pub places: Vec<(i64, u64)>,
    /// True if each of them holds all words.
    pub is_exact: bool,
}

/// An open index. One writer at a time adds to it; many searches may run meanwhile.
#[derive(Debug)]
pub struct Index {
    folder: PathBuf,
    inner: RwLock<Inner>,
}

#[derive(Debug)]
struct Inner {
    progress: Progress,
    segments: Vec<Arc<Segment>>,
    table: Table,
    next: u32,
}

impl Index {
    /// Opens the index in a folder, which must be as it was written.
    ///
    /// # Errors
    /// Fails if there is no index, if it is of another version or damaged, or if the folder cannot be read.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let catalog = Catalog::load(folder)?;
        let index = Self::empty(folder, catalog.progress);
        for number in catalog.segments {
            index.take(number, &[])?;
        }
        index.tidy();
        Ok(index)
    }

    /// Creates a new index, in place of an existing one.
    ///
    /// # Errors
    /// Fails if the folder cannot be created or emptied.
    pub fn create(folder: &Path, change: u64) -> io::Result<Self> {
        if let Err(error) = fs::remove_dir_all(folder)
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(error);
        }
        fs::create_dir_all(folder)?;
        let progress = Progress {
            change,
            built_to: Some(0),
            anchor: None,
        };
        Ok(Self::empty(folder, progress))
    }

    fn empty(folder: &Path, progress: Progress) -> Self {
        Self {
            folder: folder.to_owned(),
            inner: RwLock::new(Inner {
                progress,
                segments: Vec::new(),
                table: Table::default(),
                next: 1,
            }),
        }
    }

    #[must_use]
    pub fn progress(&self) -> Progress {
        self.read().progress.clone()
    }

    /// Returns the number of bulletins in the index.
    #[must_use]
    pub fn documents(&self) -> usize {
        self.read().table.len()
    }

    /// Adds documents, each with a different number, in place of their earlier versions, and records `progress`.
    /// Durable when this returns; after a crash before that, the index is as it was.
    ///
    /// # Errors
    /// Fails if a file cannot be written or read.
    pub fn add(&self, documents: &[Document], progress: Progress) -> io::Result<()> {
        if !documents.is_empty() {
            let number = self.claim();
            build::of_documents(&self.path(number), documents)?;
            self.take(number, &[])?;
        }
        let mut old = Vec::new();
        while let Some(some) = self.crowded() {
            let number = self.claim();
            build::of_segments(&self.path(number), &some, &self.read().table)?;
            self.take(number, &some)?;
            old.extend(some);
        }
        let segments = self.read().segments.iter().map(|it| it.number).collect();
        Catalog::new(progress.clone(), segments).save(&self.folder)?;
        self.write().progress = progress;
        for segment in old {
            // A remaining file is removed when the index is opened again.
            let _ = fs::remove_file(self.path(segment.number));
        }
        Ok(())
    }

    /// # Errors
    /// Fails if a file cannot be read.
    pub fn find(&self, question: &Question<'_>) -> io::Result<Candidates> {
        let words = question.words.iter().map(|word| grams::of_word(word));
        let (of_words, whole): (Vec<_>, Vec<_>) = words.unzip();
        let mut grams = of_words.concat();
        grams.sort_unstable();
        grams.dedup();
        let inner = self.read();
        let sets = inner.table.wanted_sets(question.is_wanted);
        let mut places = Vec::new();
        for segment in &inner.segments {
            let mut from = 0;
            for id in holders(segment, &grams, &inner.table)? {
                let Some(entry) = inner.table.seek(&mut from, id) else {
                    continue;
                };
                let is_wanted = entry.segment == segment.number
                    && (question.states.is_empty() || question.states.contains(&entry.state))
                    && sets.get(entry.set as usize).copied().unwrap_or_default();
                if is_wanted {
                    places.push((entry.newest_ms, id));
                }
            }
        }
        Ok(Candidates {
            places,
            is_exact: whole.iter().all(|is_whole| *is_whole),
        })
    }

    fn read(&self) -> RwLockReadGuard<'_, Inner> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Inner> {
        self.inner.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn path(&self, number: u32) -> PathBuf {
        self.folder.join(format!("{number:08}.segment"))
    }

    fn claim(&self) -> u32 {
        let mut inner = self.write();
        inner.next += 1;
        inner.next - 1
    }

    /// Opens a segment, which is newer than all others or replaces some.
    fn take(&self, number: u32, in_place_of: &[Arc<Segment>]) -> io::Result<()> {
        let (segment, rows) = Segment::open(&self.path(number), number)?;
        let mut inner = self.write();
        inner
            .segments
            .retain(|kept| in_place_of.iter().all(|it| it.number != kept.number));
        inner.table.take(number, rows);
        inner.segments.push(Arc::new(segment));
        inner.next = inner.next.max(number.saturating_add(1));
        Ok(())
    }

    /// Returns the segments of about one size, if there are too many of them.
    fn crowded(&self) -> Option<Vec<Arc<Segment>>> {
        let inner = self.read();
        let size = |segment: &Segment| (segment.documents / SMALLEST).max(1).ilog(FAN);
        let of = |wanted: u32| {
            let all = inner.segments.iter().filter(|it| size(it) == wanted);
            all.cloned().collect::<Vec<_>>()
        };
        let sizes = inner.segments.iter().map(|it| size(it));
        sizes.map(of).find(|some| some.len() >= FAN)
    }

    /// Removes files that a crash left behind.
    fn tidy(&self) {
        let Ok(files) = fs::read_dir(&self.folder) else {
            return;
        };
        let inner = self.read();
        let kept = inner.segments.iter().map(|it| self.path(it.number));
        let kept: Vec<PathBuf> = kept.collect();
        for file in files.flatten() {
            let path = file.path();
            let is_ours = path
                .extension()
                .is_some_and(|it| it == "segment" || it == "new" || it == "directory");
            if is_ours && !kept.contains(&path) {
                let _ = fs::remove_file(path);
            }
        }
    }
}

/// Returns the bulletins of a segment that hold all grams, sorted.
fn holders(segment: &Segment, grams: &[u64], table: &Table) -> io::Result<Vec<u64>> {
    let mut lines: Vec<Line> = Vec::new();
    for gram in grams {
        match segment.find(*gram)? {
            Some(line) => lines.push(line),
            None => return Ok(Vec::new()),
        }
    }
    lines.sort_unstable_by_key(|line| line.length);
    let Some((first, rest)) = lines.split_first() else {
        // The search has only gaps: all bulletins may have them.
        let of_it = |id: &u64| {
            table
                .get(*id)
                .is_some_and(|it| it.segment == segment.number)
        };
        return Ok(table.ids().filter(of_it).collect());
    };
    let first = segment.list(*first)?;
    let mut ids = postings::Decoder::new(&first).collect::<io::Result<Vec<u64>>>()?;
    for line in rest {
        postings::retain_common(&mut ids, &segment.list(*line)?)?;
    }
    Ok(ids)
}
