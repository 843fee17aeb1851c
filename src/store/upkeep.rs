//! Room on the disk, and the backups that a damaged store is restored from.

use std::path::{Path, PathBuf};

use super::books::Books;

/// Free bytes below which nothing is admitted: a store on a full disk cannot even be opened.
const FLOOR: u64 = 256 << 20;

/// What a file system has, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Space {
    pub(super) free: u64,
    pub(super) total: u64,
}

impl Space {
    pub(super) fn at(path: &Path) -> std::io::Result<Self> {
        let stat = rustix::fs::statvfs(path)?;
        Ok(Self {
            free: stat.f_bavail * stat.f_frsize,
            total: stat.f_blocks * stat.f_frsize,
        })
    }

    /// 256 MiB, or a tenth of a file system smaller than 2.5 GiB.
    fn floor(self) -> u64 {
        FLOOR.min(self.total / 10)
    }

    pub(super) fn is_low(self) -> Option<String> {
        (self.free < self.floor()).then(|| {
            format!(
                "the disk is nearly full: {} MiB are free, {} MiB are needed; make room, \
                 looking goes on by itself",
                self.free >> 20,
                self.floor() >> 20
            )
        })
    }
}

impl Books {
    /// Why nothing is admitted, if the disk is nearly full.
    pub(super) fn disk_low(&self) -> Option<String> {
        Space::at(self.engine.path()).ok()?.is_low()
    }
}

/// The backups of a state folder, oldest first.
pub(super) fn backups(state: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(state.join("backup"))
        .into_iter()
        .flatten()
        .flatten();
    let mut found: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().ends_with(".jsonl.gz"))
        .collect();
    // Their names are times.
    found.sort_unstable();
    found
}
