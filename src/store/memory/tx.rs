//! A transaction on plain maps: it changes them at once, and is taken back where it fails.

mod access;
mod archive;
mod base;
mod channels;
mod feed;
mod journal;
mod leases;
mod notices;
mod outbox;
mod sources;

pub(super) use self::base::MemoryTx;
