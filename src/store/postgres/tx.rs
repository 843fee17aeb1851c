//! Runs transactions on PostgreSQL: each call is a statement or two, and memory changes only after the commit.

mod access;
mod ahead;
mod archive;
mod base;
mod channels;
mod feed;
mod journal;
mod leases;
mod notices;
mod outbox;
mod sources;

pub(super) use self::base::PostgresTx;
