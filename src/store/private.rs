//! Creates files and folders that only their owner can read, because chats, addresses and texts are private.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::Path,
};

const FILE: u32 = 0o600;
const FOLDER: u32 = 0o700;

/// Creates a folder, or closes an existing one to other users. A link is left alone: it may lead to a shared folder.
pub(crate) fn folder(path: &Path) -> io::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(FOLDER)
        .create(path)?;
    match fs::symlink_metadata(path)?.is_symlink() {
        true => Ok(()),
        false => fs::set_permissions(path, Permissions::from_mode(FOLDER)),
    }
}

/// Creates a file in the place of a left-over one, which may be a link to another place.
pub(crate) fn file(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options
        .read(true)
        .write(true)
        .create_new(true)
        .mode(FILE)
        .open(path)
}

/// Closes a folder and everything in it to other users. Links are left alone.
pub(crate) fn close(path: &Path) -> io::Result<()> {
    fs::set_permissions(path, Permissions::from_mode(FOLDER))?;
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            close(&entry.path())?;
        } else if kind.is_file() {
            match fs::set_permissions(entry.path(), Permissions::from_mode(FILE)) {
                // One of sled's temporary files, which was renamed meanwhile.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                closed => closed?,
            }
        }
    }
    Ok(())
}
