//! Why the store cannot do what it was asked.

use std::path::PathBuf;

use crate::bulletin::{BulletinId, ChannelId};

/// `Display` says what to do.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    #[error("the store at {0} is in use by {holder}; stop that one first, or use another state folder", path.display())]
    Locked { path: PathBuf, holder: String },
    #[error("the store at {0} is damaged: {why}; {remedy}", path.display())]
    Damaged {
        path: PathBuf,
        why: String,
        remedy: String,
    },
    #[error(
        "the store at {0} was written by a newer noticast (schema {found}; this one knows {known}); \
         use that version, or import its newest backup into a new state folder",
        path.display()
    )]
    Newer {
        path: PathBuf,
        found: u32,
        known: u32,
    },
    #[error("cannot use {0} for the store: {why}", path.display())]
    Unusable { path: PathBuf, why: String },
    /// A write failed: the program must end (promise 8).
    #[error(
        "the store failed a write: {0}; make room there or mend the disk, then start again: \
         nothing that it had acknowledged is lost"
    )]
    Failed(String),
    #[error("no bulletin {0}")]
    NoBulletin(BulletinId),
    #[error("no channel `{0}`")]
    NoChannel(ChannelId),
    #[error("bulletin {0} is held; publish it first (`noticast held --publish {0}`)")]
    Held(BulletinId),
    #[error("{0}")]
    Refused(String),
}

pub(super) type Result<T> = std::result::Result<T, StoreError>;
