//! Frees room on the disk, and makes the backups that a damaged store is restored from.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use chrono::{DateTime, Duration, NaiveDateTime, Utc};
use flate2::{Compression, write::GzEncoder};

use super::export::{self, Moment};
use crate::store::{Reader, Result, backups, private, refused};

/// The time for which a finished delivery is kept.
pub(super) const DELIVERIES: Duration = Duration::days(90);
/// The time for which a request id is known.
pub(super) const REQUESTS: Duration = Duration::days(30);
const BACKUPS: usize = 7;
/// The format of a backup's name, which is the time when it was made.
const NAME: &str = "noticast-%Y%m%dT%H%M%SZ.jsonl.gz";

/// Returns whether the last backup is a day old.
pub(super) fn is_backup_due(state: &Path, now: DateTime<Utc>) -> bool {
    let backups = backups(state).into_iter().rev();
    // A backup that was made by a clock that was ahead must not stop those to come.
    let newest = backups
        .filter_map(|path| made_at(&path))
        .find(|made| *made <= now);
    newest.is_none_or(|made| now - made >= Duration::days(1))
}

/// Returns when a backup was made, by its name.
fn made_at(path: &Path) -> Option<DateTime<Utc>> {
    let name = path.file_name()?.to_str()?;
    Some(NaiveDateTime::parse_from_str(name, NAME).ok()?.and_utc())
}

/// Removes all backups except for the newest. Those that were made by a clock that was ahead are the oldest.
fn prune(state: &Path, now: DateTime<Utc>) {
    let mut all = backups(state);
    all.sort_by_key(|path| made_at(path).is_none_or(|made| made <= now));
    for old in all.iter().take(all.len().saturating_sub(BACKUPS)) {
        let _ = fs::remove_file(old);
    }
}

/// Writes a backup, then removes all except for the newest.
pub(super) fn back_up(
    reader: &dyn Reader,
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
    export::export(reader, moment, now, &mut write)?;
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
    prune(state, now);
    Ok(path)
}
