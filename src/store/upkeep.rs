//! Room on the disk, and the backups that a damaged store is restored from.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use chrono::{DateTime, Duration, NaiveDateTime, Utc};
use flate2::{Compression, write::GzEncoder};

use super::{
    Report,
    block::Block,
    books::Books,
    change::Change,
    engine::Engine,
    error::{Result, refused},
    export::{self, Moment},
    keys,
    names::Names,
    open, private, reserve,
    rows::{RequestRow, time},
};

/// How long a finished delivery is kept.
const DELIVERIES: Duration = Duration::days(90);
/// How long a request id is known.
const REQUESTS: Duration = Duration::days(30);
/// Blocks that one call looks at, so that nobody waits long for the writer.
const BLOCKS: usize = 500;
const BACKUPS: usize = 7;
/// Of a backup's name, which is the time it was made.
const NAME: &str = "noticast-%Y%m%dT%H%M%SZ.jsonl.gz";

/// Free bytes below which nothing is admitted: a store on a full disk cannot even be opened.
const FLOOR: u64 = 256 << 20;

/// sled takes its file in pieces of 512 KiB: with less than a few of them nothing is written that can wait.
const ROOM_FOR_A_WRITE: u64 = 2 << 20;

/// What a file system has, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Space {
    pub(super) free: u64,
    pub(super) total: u64,
}

impl Space {
    pub(super) fn at(path: &Path) -> io::Result<Self> {
        Ok(Self::from(rustix::fs::statvfs(path)?))
    }

    /// Of the file system that a file lies in.
    pub(super) fn of(file: &File) -> io::Result<Self> {
        Ok(Self::from(rustix::fs::fstatvfs(file)?))
    }

    fn from(stat: rustix::fs::StatVfs) -> Self {
        Self {
            free: stat.f_bavail * stat.f_frsize,
            total: stat.f_blocks * stat.f_frsize,
        }
    }

    /// 256 MiB, or a tenth of a file system smaller than 2.5 GiB.
    fn floor(self) -> u64 {
        FLOOR.min(self.total / 10)
    }

    /// Whether a further write might be one too many.
    fn is_full(self) -> bool {
        self.free < ROOM_FOR_A_WRITE
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
    /// Why nothing is written that can wait, if the disk is all but full.
    pub(super) fn disk_full(&self) -> Option<String> {
        let space = Space::at(self.engine.path()).ok()?;
        space.is_low().filter(|_| space.is_full())
    }

    /// Why nothing is admitted, if the disk is nearly full.
    pub(super) fn disk_low(&self) -> Option<String> {
        if !self.engine.has_room() {
            return Some(reserve::FULL.to_owned());
        }
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

/// Whether the last backup is a day old.
pub(super) fn is_backup_due(state: &Path, now: DateTime<Utc>) -> bool {
    let backups = backups(state).into_iter().rev();
    // One that was made by a clock that was ahead must not stop those to come.
    let newest = backups
        .filter_map(|path| made_at(&path))
        .find(|made| *made <= now);
    newest.is_none_or(|made| now - made >= Duration::days(1))
}

/// When a backup was made, by its name.
fn made_at(path: &Path) -> Option<DateTime<Utc>> {
    let name = path.file_name()?.to_str()?;
    Some(NaiveDateTime::parse_from_str(name, NAME).ok()?.and_utc())
}

/// Removes all backups but the newest. Those that a clock made that was ahead are the oldest.
fn prune(state: &Path, now: DateTime<Utc>) {
    let mut all = backups(state);
    all.sort_by_key(|path| made_at(path).is_none_or(|made| made <= now));
    for old in all.iter().take(all.len().saturating_sub(BACKUPS)) {
        let _ = fs::remove_file(old);
    }
}

/// Writes a backup, then removes all but the newest.
pub(super) fn back_up(
    engine: &Engine,
    names: &Names,
    moment: &Moment,
    state: &Path,
    now: DateTime<Utc>,
) -> Result<PathBuf> {
    let folder = state.join("backup");
    let path = folder.join(now.format(NAME).to_string());
    let unfinished = folder.join("unfinished.part");
    let unwritable = |error: &io::Error| {
        refused(format!(
            "cannot write the backup {}: {error}",
            path.display()
        ))
    };
    private::folder(&folder).map_err(|error| unwritable(&error))?;
    let file = private::file(&unfinished).map_err(|error| unwritable(&error))?;
    let mut packed = GzEncoder::new(BufWriter::new(file), Compression::default());
    let mut write = |line: &str| packed.write_all(line.as_bytes());
    export::export(engine, names, moment, now, &mut write)?;
    let finish = || -> io::Result<()> {
        let file = packed
            .finish()?
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        fs::rename(&unfinished, &path)?;
        File::open(&folder)?.sync_all()
    };
    finish().map_err(|error| unwritable(&error))?;
    // What the backup holds is durable, marked or not.
    if let Err(error) = open::mark(engine.path(), moment.end()) {
        tracing::warn!("{} cannot be marked: {error}", engine.path().display());
    }
    prune(state, now);
    Ok(path)
}

/// Drops old finished deliveries of some blocks from `from` on; gives the block to go on from.
pub(super) fn forget_old(
    books: &Books,
    change: &mut Change,
    from: u64,
    now: DateTime<Utc>,
) -> Result<Option<u64>> {
    let engine = books.engine.clone();
    let until_ms = (now - DELIVERIES).timestamp_millis();
    let mut next = None;
    let (start, end) = (keys::block(from), keys::block(u64::MAX));
    for (count, row) in engine.scan_between(&start, &end).enumerate() {
        let row = row?;
        let number = keys::last_number(&row.key);
        if count == BLOCKS {
            next = Some(number);
            break;
        }
        let mut block = Block::load(&engine, number)?;
        let is_old = |ended: Option<i64>| ended.is_some_and(|at| at < until_ms);
        let slots = block.slots(number);
        if slots.clone().all(|(_, slot)| slot.queued_ms >= until_ms) {
            break;
        }
        let old: Vec<u64> = slots
            .filter(|(_, slot)| !slot.is_unfinished() && is_old(slot.ended_ms()))
            .map(|(id, _)| id)
            .collect();
        for id in &old {
            if let Some((channel, message)) = block
                .get(*id)
                .and_then(|slot| Some((slot.channel, slot.message.as_ref()?)))
            {
                change
                    .writes
                    .remove_long(&engine, keys::members(channel, message))?;
            }
            block.set(*id, None);
            change.writes.remove_long(&engine, keys::error(*id))?;
        }
        if !old.is_empty() {
            block.write(number, &mut change.writes);
        }
    }
    if next.is_none() {
        forget_requests(books, &mut change.writes, now)?;
    }
    Ok(next)
}

fn forget_requests(
    books: &Books,
    writes: &mut super::engine::Writes,
    now: DateTime<Utc>,
) -> Result<()> {
    for row in books.engine.scan(b"r") {
        let row = row?;
        let request: RequestRow = books.engine.decode(&row.key, &row.value)?;
        if time(request.at_ms) < now - REQUESTS {
            writes.remove(row.key.to_vec());
        }
    }
    for row in books.engine.scan(b"w") {
        let row = row?;
        let report: Report = books.engine.decode(&row.key, &row.value)?;
        if report.done
            && report
                .reported_ms
                .is_none_or(|at| time(at) < now - REQUESTS)
        {
            writes.remove(row.key.to_vec());
        }
    }
    // A note goes once all deliveries up to its own are gone.
    let first = books.engine.scan(b"d").next().transpose()?;
    let first = first.map_or(u64::MAX, |row| Block::first(keys::last_number(&row.key)));
    let notes = books
        .engine
        .scan_between(&keys::note(0), &keys::note(first));
    for note in notes.collect::<Result<Vec<_>>>()? {
        writes.remove_long(&books.engine, note.key.to_vec())?;
    }
    Ok(())
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
        assert_eq!(low(100, 1000), None);
        assert!(low(99, 1000).is_some());
        assert!(Space::at(Path::new("/")).unwrap().total > 0);
    }
}
