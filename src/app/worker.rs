//! Names this process as a worker, among those that share a store.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use anyhow::{Context, bail};

use crate::bulletin::StoreSettings;

/// The name of a worker, which belongs to this process as long as the value exists.
#[derive(Debug)]
pub(super) struct WorkerName {
    pub(super) id: String,
    pub(super) host: String,
    /// The locked file: a second process on the same state folder is rejected.
    _file: Option<File>,
}

impl WorkerName {
    /// Returns the name of the config, else that of the host and a suffix. If several processes share the store, a
    /// restart on the same state folder has the same name: leases of a process that was killed are taken over at
    /// once.
    ///
    /// # Errors
    /// Fails if another process works on this state folder, or if its file cannot be used.
    pub(super) fn of(state: &Path, settings: &StoreSettings) -> anyhow::Result<Self> {
        let host = rustix::system::uname();
        let host = host.nodename().to_string_lossy().into_owned();
        let made = format!("{host}-{:06x}", fastrand::u32(..1 << 24));
        let (file, kept) = match settings.url {
            Some(_) => {
                let (file, kept) = locked(state)?;
                (Some(file), kept)
            }
            None => (None, String::new()),
        };
        let is_of_host = kept
            .strip_prefix(&host)
            .is_some_and(|rest| rest.starts_with('-'));
        let id = match &settings.worker {
            Some(named) => named.clone(),
            None if is_of_host => kept,
            None => made,
        };
        if let Some(mut file) = file.as_ref() {
            file.set_len(0)?;
            writeln!(file, "{id}")?;
        }
        Ok(Self {
            id,
            host,
            _file: file,
        })
    }
}

/// Returns the file of the name, locked, and its content.
fn locked(state: &Path) -> anyhow::Result<(File, String)> {
    let path = state.join("worker");
    let mut options = OpenOptions::new();
    // The name is appended once the file was emptied.
    options.create(true).append(true).mode(0o600);
    let unusable = || format!("cannot use {}; let this user write there", path.display());
    let file = options.open(&path).with_context(unusable)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => bail!(
            "another process uses the state directory {}; stop that one first, or give this process a directory of its \
             own with --state",
            state.display()
        ),
        Err(TryLockError::Error(error)) => return Err(error).with_context(unusable),
    }
    let kept = fs::read_to_string(&path).with_context(unusable)?;
    Ok((file, kept.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bulletin::Secret;

    fn on_a_database() -> StoreSettings {
        StoreSettings {
            url: Some(Secret::new("postgres://db/news".to_owned())),
            ..StoreSettings::default()
        }
    }

    #[test]
    fn a_start_on_the_same_folder_has_the_same_name_and_a_second_process_is_refused() {
        let state = tempfile::tempdir().unwrap();
        let first = WorkerName::of(state.path(), &on_a_database()).unwrap();
        let second = WorkerName::of(state.path(), &on_a_database()).unwrap_err();
        assert!(second.to_string().contains("with --state"), "{second}");
        let id = first.id.clone();
        drop(first);
        let again = WorkerName::of(state.path(), &on_a_database()).unwrap();
        assert_eq!(again.id, id);
        let other = tempfile::tempdir().unwrap();
        let other = WorkerName::of(other.path(), &on_a_database()).unwrap();
        assert_ne!(other.id, id);
    }
}
