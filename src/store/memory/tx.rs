//! Runs transactions on the plain maps: they change the maps at once, and are taken back if they fail.

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
