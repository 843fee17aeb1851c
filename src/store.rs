//! Defines the durable store. Operations see it as transactions on entities ([`Tx`]) and as lists that are read
//! outside of transactions ([`Reader`]); an [`Engine`] stores it.
//!
//! Start with [`tx`]. `sled` is the engine for a single machine; no code outside of that module names sled.

mod engine;
mod error;
pub mod memory;
pub mod postgres;
pub mod private;
mod query;
mod recent_sends;
pub mod record;
mod sled;
mod space;
pub mod tx;

pub use self::{
    engine::Engine,
    error::{Answered, Failure, Refusal, Result, StoreError, refused},
    query::{
        AuditQuery, BulletinQuery, Collected, DeliveryQuery, Page, PublishedCounts, QuarterCounts,
        Reader, SearchedWords,
    },
    sled::{backups, is_there},
    space::Space,
    tx::{
        Access, Archive, Channels, Feed, Journal, Leases, Notices, Outbox, PollChange, ReadAhead,
        Sources, Tx,
    },
};
