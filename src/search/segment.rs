//! Reads a file of an index, which is never changed once it is there.
//!
//! | part | |
//! |---|---|
//! | lists | for each gram the numbers of the bulletins that hold it ([`super::postings`]) |
//! | directory | for each gram, in order: gram (8 bytes), place of its list (8), bytes of it (4) |
//! | rows | the [`super::table`] row of each bulletin |
//! | foot | places and lengths of directory and rows (4 × 8), BLAKE3 of all before it (32) |

use std::{
    fs::File,
    io::{self, Read as _},
    os::unix::fs::FileExt as _,
    path::Path,
};

use serde::{Deserialize, Serialize};

use super::postings::damaged;
use crate::bulletin::{BulletinState, SourceId};

/// The length of a gram in the directory, in bytes.
pub(super) const LINE: usize = 20;
/// The length of the foot, in bytes.
const FOOT: u64 = 4 * 8 + 32;
/// The number of bytes in which a whole file is read at a time.
const PART: usize = 64 << 10;

/// The facts of a bulletin that a segment holds in addition to its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Row {
    pub(super) id: u64,
    pub(super) newest_ms: i64,
    pub(super) state: BulletinState,
    pub(super) sources: Vec<SourceId>,
}

/// An open segment.
#[derive(Debug)]
pub(super) struct Segment {
    pub(super) number: u32,
    /// The number of bulletins in it, outdated or not.
    pub(super) documents: usize,
    file: File,
    foot: Foot,
}

/// The places of a segment's parts, in bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Foot {
    pub(super) directory_at: u64,
    /// The number of grams in the directory.
    pub(super) grams: u64,
    pub(super) rows_at: u64,
    pub(super) rows_length: u64,
}

/// A gram in the directory, and the place of its list.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    pub(super) gram: u64,
    at: u64,
    pub(super) length: u32,
}

impl Segment {
    /// Opens a segment after all of it was read and found undamaged.
    pub(super) fn open(path: &Path, number: u32) -> io::Result<(Self, Vec<Row>)> {
        let file = File::open(path)?;
        let foot = check(&file)?;
        let mut rows = vec![0; usize::try_from(foot.rows_length).map_err(io::Error::other)?];
        file.read_exact_at(&mut rows, foot.rows_at)?;
        let rows: Vec<Row> = postcard::from_bytes(&rows)
            .map_err(|error| damaged(&format!("rows of an index cannot be read: {error}")))?;
        let segment = Self {
            number,
            documents: rows.len(),
            file,
            foot,
        };
        Ok((segment, rows))
    }

    pub(super) fn grams(&self) -> u64 {
        self.foot.grams
    }

    /// Returns the lines of the directory, from a place on, as many as there are up to `most`.
    pub(super) fn lines(&self, from: u64, most: u64) -> io::Result<Vec<Line>> {
        let count = self.foot.grams.saturating_sub(from).min(most);
        let mut bytes = vec![0; usize::try_from(count).map_err(io::Error::other)? * LINE];
        let at = self.foot.directory_at + from * LINE as u64;
        self.file.read_exact_at(&mut bytes, at)?;
        Ok(bytes.chunks_exact(LINE).map(line).collect())
    }

    /// Returns the line of a gram; `None` if no bulletin holds it.
    pub(super) fn find(&self, gram: u64) -> io::Result<Option<Line>> {
        let (mut low, mut high) = (0, self.foot.grams);
        while low < high {
            let middle = low + (high - low) / 2;
            let mut bytes = [0; LINE];
            let at = self.foot.directory_at + middle * LINE as u64;
            self.file.read_exact_at(&mut bytes, at)?;
            let line = line(&bytes);
            match line.gram.cmp(&gram) {
                std::cmp::Ordering::Equal => return Ok(Some(line)),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        Ok(None)
    }

    /// Returns the bytes of a list.
    pub(super) fn list(&self, line: Line) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; line.length as usize];
        self.file.read_exact_at(&mut bytes, line.at)?;
        Ok(bytes)
    }
}

impl Line {
    pub(super) fn new(gram: u64, at: u64, length: u32) -> Self {
        Self { gram, at, length }
    }

    pub(super) fn bytes(self) -> [u8; LINE] {
        let mut bytes = [0; LINE];
        bytes[..8].copy_from_slice(&self.gram.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.at.to_le_bytes());
        bytes[16..].copy_from_slice(&self.length.to_le_bytes());
        bytes
    }
}

impl Foot {
    pub(super) fn bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        let parts = [
            self.directory_at,
            self.grams,
            self.rows_at,
            self.rows_length,
        ];
        for (place, part) in bytes.chunks_exact_mut(8).zip(parts) {
            place.copy_from_slice(&part.to_le_bytes());
        }
        bytes
    }
}

fn line(bytes: &[u8]) -> Line {
    let mut length = [0; 4];
    length.copy_from_slice(&bytes[16..LINE]);
    Line {
        gram: number(&bytes[..8]),
        at: number(&bytes[8..16]),
        length: u32::from_le_bytes(length),
    }
}

fn number(bytes: &[u8]) -> u64 {
    let mut number = [0; 8];
    number.copy_from_slice(bytes);
    u64::from_le_bytes(number)
}

/// Reads all of a file; returns the places of its parts.
fn check(file: &File) -> io::Result<Foot> {
    let length = file.metadata()?.len();
    let content = length
        .checked_sub(32)
        .filter(|_| length >= FOOT)
        .ok_or_else(|| damaged("a file of an index is cut off"))?;
    let (mut hasher, mut part) = (blake3::Hasher::new(), vec![0; PART]);
    let mut rest = file.take(content);
    loop {
        let read = rest.read(&mut part)?;
        if read == 0 {
            break;
        }
        hasher.update(&part[..read]);
    }
    let mut foot = [0; FOOT as usize];
    file.read_exact_at(&mut foot, length - FOOT)?;
    if *hasher.finalize().as_bytes() != foot[32..] {
        return Err(damaged("a file of an index is not as it was written"));
    }
    Ok(Foot {
        directory_at: number(&foot[..8]),
        grams: number(&foot[8..16]),
        rows_at: number(&foot[16..24]),
        rows_length: number(&foot[24..32]),
    })
}
