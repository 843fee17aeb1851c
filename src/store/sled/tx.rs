//! A transaction on sled: what it reads is what the disk and the books say, and what it wrote itself.

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
