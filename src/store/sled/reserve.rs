//! Reserves room on the disk for the store before it is needed: sled writes nothing more after a write that failed,
//! so no write may begin that might fail for want of room.

use std::{fs::File, io, os::unix::fs::MetadataExt};

use rustix::fs::{FallocateFlags, fallocate};

use crate::store::{
    error::{Refusal, StoreError},
    space::Space,
};

/// The room that is reserved beyond the end of the file while the disk has it.
const AHEAD: u64 = 4 << 20;
/// The room beyond the end without which nothing is written any longer: sled's own buffer and what it moves while it
/// collects take some segments of 512 KiB.
const LEAST: u64 = 2 << 20;
/// The unit in which blocks are counted.
const BLOCK: u64 = 512;

/// Returns whether `bytes` more can be written to `file`. Reserves the room for them, and some more.
pub(super) fn holds(file: &File, bytes: u64) -> bool {
    let Ok(found) = file.metadata() else {
        return true;
    };
    let needed = found.len() + bytes + LEAST;
    // sled truncates its file at times, and the room beyond the end is lost then.
    found.blocks() * BLOCK >= needed || take(file, needed + AHEAD - LEAST) || take(file, needed)
}

/// Reserves room; the file's length stays as it is.
fn take(file: &File, bytes: u64) -> bool {
    match fallocate(file, FallocateFlags::KEEP_SIZE, 0, bytes).map_err(io::Error::from) {
        Ok(()) => true,
        Err(error) => match error.kind() {
            io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge => false,
            // This file system cannot reserve room.
            _ => Space::of(file).map_or(true, |space| space.free >= LEAST),
        },
    }
}

/// Returns the refusal for a file that holds no more.
pub(super) fn full() -> StoreError {
    Refusal::DiskLow(FULL.to_owned()).into()
}

pub(super) const FULL: &str = "the disk is full: nothing can be written, so nothing is sent; free some space, and everything continues automatically";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_taken_beyond_the_end_of_a_file_that_stays_as_long_as_it_is() {
        let file = tempfile::tempfile().unwrap();
        assert!(holds(&file, 1000));
        let found = file.metadata().unwrap();
        assert_eq!(found.len(), 0);
        let takes_room = found.blocks() > 0;
        assert!(!takes_room || found.blocks() * BLOCK >= AHEAD);
    }
}
