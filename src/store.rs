//! What is durable. Operations see it as transactions on entities ([`Tx`]) and as lists that are read beside
//! them ([`Reader`]); an [`Engine`] keeps it.
//!
//! Read [`tx`] first. `sled` is the engine of one machine; nothing outside of it names sled.

mod error;
pub mod private;
mod query;
pub mod record;
mod sled;
mod space;
pub mod tx;

pub use self::{
    error::{Answered, Failure, Refusal, Result, StoreError, refused},
    query::{BulletinQuery, DeliveryQuery, Page, Reader},
    sled::{Sled as Engine, backups, damaged, is_there},
    space::Space,
    tx::{Archive, Channels, Journal, LookChange, Notices, Outbox, Sources, Tx},
};
