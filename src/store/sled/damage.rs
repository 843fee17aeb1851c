//! Reports a store that can no longer be used, and the backups to go back to.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::store::error::{Failure, StoreError};

/// Returns the error of a damaged store, with its newest backup and the command that restores it. Nothing is deleted
/// or created again.
pub(super) fn damaged(path: &Path, why: String) -> StoreError {
    let state = path.parent().unwrap_or(path);
    let newest: Option<PathBuf> = backups(state).pop();
    let remedy = match newest {
        Some(backup) => format!(
            "restore the newest backup into a new state directory: \
             `noticast --state NEW import {}`, then run with `--state NEW`",
            backup.display()
        ),
        None => "there is no backup; keep this directory, and start with another one (--state)"
            .to_owned(),
    };
    Failure::Damaged {
        path: path.to_owned(),
        why,
        remedy,
    }
    .into()
}

/// Returns the backups of a state folder, oldest first.
#[must_use]
pub fn backups(state: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(state.join("backup"))
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
