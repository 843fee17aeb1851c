//! What is durable. Operations see it as transactions on entities ([`Tx`]) and as lists that are read beside
//! them ([`Reader`]); an [`Engine`] keeps it.
//!
//! Read [`tx`] first. `sled` is the engine of one machine; nothing outside of it names sled.

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
