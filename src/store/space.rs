//! Measures the free room on the disk.

use std::{fs::File, io, path::Path};

/// The number of free bytes below which nothing is admitted: a store on a full disk cannot even be opened.
const FLOOR: u64 = 256 << 20;

/// The number of free bytes below which writes that can wait are not made: sled takes its file in pieces of 512 KiB,
/// and a write needs a few.
const ROOM_FOR_A_WRITE: u64 = 2 << 20;

/// The room of a file system, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Space {
    pub free: u64,
    pub total: u64,
}

impl Space {
    /// Measures the file system that holds a path.
    ///
    /// # Errors
    /// Fails if the path cannot be read.
    pub fn at(path: &Path) -> io::Result<Self> {
        Ok(Self::from(&rustix::fs::statvfs(path)?))
    }

    /// Measures the file system that holds a file.
    ///
    /// # Errors
    /// Fails if the file cannot be read.
    pub fn of(file: &File) -> io::Result<Self> {
        Ok(Self::from(&rustix::fs::fstatvfs(file)?))
    }

    fn from(stat: &rustix::fs::StatVfs) -> Self {
        Self {
            free: stat.f_bavail * stat.f_frsize,
            total: stat.f_blocks * stat.f_frsize,
        }
    }

    /// Returns 256 MiB, or a tenth of a file system smaller than 2.5 GiB.
    fn floor(self) -> u64 {
        FLOOR.min(self.total / 10)
    }

    /// Returns whether the next write might not fit any longer.
    #[must_use]
    pub fn is_full(self) -> bool {
        self.free < ROOM_FOR_A_WRITE
    }

    /// Returns why nothing is admitted, if there is little room.
    #[must_use]
    pub fn is_low(self) -> Option<String> {
        (self.free < self.floor()).then(|| {
            format!(
                "the disk is nearly full: {} are free, {} are needed; free some space, and polling resumes automatically",
                size(self.free),
                size(self.floor())
            )
        })
    }
}

fn size(bytes: u64) -> String {
    match bytes >> 20 {
        0..10 => format!("{} KiB", bytes >> 10),
        mebibytes => format!("{mebibytes} MiB"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_floor_is_256_mib_or_a_tenth_of_a_small_disk() {
        let low = |free: u64, total: u64| {
            Space {
                free: free << 20,
                total: total << 20,
            }
            .is_low()
        };
        assert_eq!(low(256, 100_000), None);
        let why = low(255, 100_000).unwrap();
        assert!(
            why.contains("255 MiB are free, 256 MiB are needed"),
            "{why}"
        );
        let why = low(0, 3).unwrap();
        assert!(why.contains("0 KiB are free, 307 KiB are needed"), "{why}");
        assert_eq!(low(100, 1000), None);
        assert!(low(99, 1000).is_some());
        assert!(Space::at(Path::new("/")).unwrap().total > 0);
    }
}
