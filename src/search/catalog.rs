//! Lists the segments of an index, and its progress, in a small file that is replaced whole.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::Path,
};

use serde::{Deserialize, Serialize};

use super::postings::damaged;

const NAME: &str = "catalog.json";
/// The version; an index of another one is built again: grams, folding or files have changed.
const VERSION: u32 = 1;
/// The length of a catalog in bytes; some dozens of segments take a few hundred.
const LONGEST: u64 = 1 << 20;

/// The progress of an index through its store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The last change of the store that is included, with all before it.
    pub change: u64,
    /// The bulletin up to which it is built; `None` once all are included.
    pub built_to: Option<u64>,
    /// A bulletin by which its store is recognized.
    pub anchor: Option<Anchor>,
}

/// A bulletin and the time when it was first seen (ms), which no other store is likely to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    pub bulletin: u64,
    pub first_seen_ms: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Catalog {
    version: u32,
    pub(super) progress: Progress,
    /// The numbers of the segments' files, oldest first.
    pub(super) segments: Vec<u32>,
}

impl Catalog {
    pub(super) fn new(progress: Progress, segments: Vec<u32>) -> Self {
        Self {
            version: VERSION,
            progress,
            segments,
        }
    }

    /// # Errors
    /// Fails if there is no catalog, or if it is of another version or damaged.
    pub(super) fn load(folder: &Path) -> io::Result<Self> {
        let path = folder.join(NAME);
        if fs::metadata(&path)?.len() > LONGEST {
            return Err(damaged("the catalog of an index is too long"));
        }
        let catalog: Self = serde_json::from_slice(&fs::read(&path)?)?;
        match catalog.version {
            VERSION => Ok(catalog),
            other => Err(damaged(&format!("an index of version {other}"))),
        }
    }

    /// Replaces the existing catalog; durable when this returns.
    pub(super) fn save(&self, folder: &Path) -> io::Result<()> {
        let (path, new) = (folder.join(NAME), folder.join("catalog.new"));
        let mut file = File::create(&new)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        file.sync_all()?;
        fs::rename(new, path)?;
        File::open(folder)?.sync_all()
    }
}
