//! Opens the store, and reports why that failed.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Write},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use rustix::fs::FlockOperation;

use super::{
    super::private,
    damage::damaged,
    engine::{CACHE_BYTES, Engine},
};
use crate::store::error::{Failure, Result, StoreError};

/// The file that records, next to the store, that a store was created here: an empty one is then a lost one.
const MADE: &str = "made";
/// The interval at which sled collects unused space: one segment (512 KiB) a turn. Its collector does not always
/// end: where half of the file is free it moves the same segments round and round, 1 MB a second by its default of
/// half a second, in a store that receives no writes.
const COLLECT_SELDOM: Duration = Duration::from_secs(60);
/// The interval for many chats. With seldom turns a bulletin for ten thousand chats leaves 1.1 MB behind, with these
/// 0.3.
const COLLECT_OFTEN: Duration = Duration::from_millis(500);
/// The number of chats from which deliveries to chats are most of the writes.
const MANY_CHATS: usize = 1000;
/// The time to wait for the lock: sled's own threads hold it a little longer than its last handle.
const LET_GO_WITHIN: Duration = Duration::from_secs(5);
const WARNING: &str = "Here is a store of noticast. Do not change these files.";

/// Returns whether `state` holds a store; nothing is created or changed.
///
/// # Errors
/// Fails if the folder cannot be opened.
pub fn is_there(state: &Path) -> Result<bool> {
    let path = state.join("store");
    for file in ["db", MADE] {
        let file = path.join(file);
        if file.try_exists().map_err(|error| unusable(&file, &error))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Opens or creates the store in `state`/store.
pub(super) fn open(state: &Path) -> Result<Engine> {
    let path = state.join("store");
    private::folder(&path).map_err(|error| unusable(&path, &error))?;
    let made = path.join(MADE).exists();
    if made && !path.join("db").exists() {
        return Err(damaged(&path, "its file `db` is gone".to_owned()));
    }
    let mut db = open_sled(state, &path, COLLECT_SELDOM)?;
    if db.scan_prefix(b"u").take(MANY_CHATS).count() == MANY_CHATS {
        drop(db);
        wait_until_free(&path, LET_GO_WITHIN);
        db = open_sled(state, &path, COLLECT_OFTEN)?;
    }
    if made && db.is_empty() {
        return Err(damaged(&path, "it is unexpectedly empty".to_owned()));
    }
    for folder in [&path, &state.join("backup")] {
        let is_own = fs::symlink_metadata(folder).is_ok_and(|it| it.is_dir());
        if is_own {
            private::close(folder).map_err(|error| unusable(folder, &error))?;
        }
    }
    let file = path.join("db");
    let file = File::options().read(true).write(true).open(file);
    let file = file.map_err(|error| unusable(&path, &error))?;
    // A power cut must not lose the names of the files themselves.
    for place in [&path.join("conf"), &path, state] {
        File::open(place)
            .and_then(|place| place.sync_all())
            .map_err(|error| unusable(place, &error))?;
    }
    Ok(Engine::new(db, file, path))
}

/// Records which numbers are durable. It is called once the first rows are durable, after each minute in which
/// something was written, and after each backup. A store that has lost so much of its log that it holds less must
/// not continue. A mark never moves back.
pub(super) fn mark(path: &Path, next_bulletin: u64) -> io::Result<()> {
    /// A backup and a minute with writes may end at one moment.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    if marked(path).is_some_and(|reached| reached >= next_bulletin) {
        return Ok(());
    }
    let fresh = path.join("made.part");
    let mut part = private::file(&fresh)?;
    part.write_all(format!("{next_bulletin}\n{WARNING}\n").as_bytes())?;
    part.sync_all()?;
    fs::rename(&fresh, path.join(MADE))?;
    File::open(path)?.sync_all()
}

/// Returns the number in the mark; `None` if there is no readable mark.
fn marked(path: &Path) -> Option<u64> {
    let mark = fs::read_to_string(path.join(MADE)).ok()?;
    mark.lines().next()?.parse().ok()
}

/// Compares what was loaded with the mark, and returns the mark.
pub(super) fn check_mark(path: &Path, next_bulletin: u64) -> Result<u64> {
    if !path.join(MADE).exists() {
        mark(path, 1).map_err(|error| unusable(path, &error))?;
    }
    let reached = marked(path);
    match reached.filter(|reached| *reached > next_bulletin) {
        Some(reached) => Err(damaged(
            path,
            format!(
                "it ends at bulletin {}, and {} were kept here",
                next_bulletin.saturating_sub(1),
                reached - 1
            ),
        )),
        None => Ok(reached.unwrap_or(1)),
    }
}

/// Removes unfinished snapshots. While sled opens, it writes a snapshot under another name first, and at the next
/// open it takes one that a crash or a full disk left unfinished for a whole one. Only the holder of the lock may
/// remove it: another process may be writing it at this moment.
fn remove_unfinished_snapshots(path: &Path) -> io::Result<()> {
    let entries = fs::read_dir(path)?.flatten().map(|entry| entry.path());
    let is_unfinished = |path: &PathBuf| path.extension().is_some_and(|it| it == "generating");
    let unfinished: Vec<PathBuf> = entries.filter(is_unfinished).collect();
    if unfinished.is_empty() {
        return Ok(());
    }
    let db = File::open(path.join("db"))?;
    if rustix::fs::flock(&db, FlockOperation::NonBlockingLockExclusive).is_err() {
        return Ok(());
    }
    // The process that wrote it may have finished before the lock was taken.
    for snapshot in unfinished.iter().filter(|snapshot| snapshot.exists()) {
        tracing::warn!("{} was left unfinished; it is removed", snapshot.display());
        fs::remove_file(snapshot)?;
    }
    Ok(())
}

fn open_sled(state: &Path, path: &Path, collect_every: Duration) -> Result<sled::Db> {
    remove_unfinished_snapshots(path).map_err(|error| unusable(path, &error))?;
    let config = sled::Config::new()
        .path(path)
        .cache_capacity(CACHE_BYTES)
        // This is sled's name for it; only [`Engine::sync`] makes writes durable.
        .flush_every_ms(Some(collect_every.as_millis() as u64));
    // sled panics, rather than fails, if the middle of its log is damaged.
    match catch_unwind(AssertUnwindSafe(|| config.open())) {
        Ok(Ok(db)) => Ok(db),
        Ok(Err(sled::Error::Io(error))) => Err(io_error(state, path, &error)),
        Ok(Err(error)) => Err(damaged(path, error.to_string())),
        Err(panic) => Err(damaged(path, panic_text(panic.as_ref()))),
    }
}

/// Returns the message of a panic.
pub(super) fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("it cannot be read")
        .lines()
        .next()
        .unwrap_or_default()
        .to_owned()
}

fn io_error(state: &Path, path: &Path, error: &std::io::Error) -> StoreError {
    let text = error.to_string();
    if text.contains("could not acquire lock") {
        return Failure::Locked {
            path: path.to_owned(),
            holder: holder(state),
        }
        .into();
    }
    match error.kind() {
        ErrorKind::UnexpectedEof | ErrorKind::InvalidData => damaged(path, text),
        _ => unusable(path, error),
    }
}

fn unusable(path: &Path, error: &std::io::Error) -> StoreError {
    let what_to_do = match error.kind() {
        ErrorKind::StorageFull => "; free some space on the disk and start again",
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "; let this user write there, or name another directory with --state"
        }
        _ => "",
    };
    Failure::Unusable {
        path: path.to_owned(),
        why: format!("{error}{what_to_do}"),
    }
    .into()
}

/// Waits until the lock is free: sled releases it a little after its last handle is gone.
pub(super) fn wait_until_free(path: &Path, patience: Duration) {
    let Ok(db) = File::open(path.join("db")) else {
        return;
    };
    let end = Instant::now() + patience;
    while rustix::fs::flock(&db, FlockOperation::NonBlockingLockExclusive).is_err()
        && Instant::now() < end
    {
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Returns the process that holds the lock, according to the address file that a running instance leaves.
fn holder(state: &Path) -> String {
    let instance = fs::read(state.join("instance.json")).ok();
    let instance =
        instance.and_then(|text| serde_json::from_slice::<serde_json::Value>(&text).ok());
    let Some(instance) = instance else {
        return "another process".to_owned();
    };
    match (instance["pid"].as_u64(), instance["url"].as_str()) {
        (Some(pid), Some(url)) if !url.is_empty() => format!("process {pid} ({url})"),
        (Some(pid), _) => format!("process {pid}"),
        _ => "another process".to_owned(),
    }
}
