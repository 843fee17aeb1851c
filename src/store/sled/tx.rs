//! Runs transactions on sled: they read the disk, the books and their own writes.

mod access;
mod archive;
pub(super) mod base;
mod channels;
mod feed;
mod journal;
mod leases;
mod notices;
mod outbox;
mod sources;

pub(super) use self::base::SledTx;
