//! The rules that make noticast what it is: facts and input and a time go in, a decision comes out.
//!
//! Nothing here reads a store, a clock or a page. [`judge`] says what is new, old or held; [`correction`] how a
//! notice differs from its bulletin; [`notified`] what was announced of it; [`rereading`] when its article is
//! read again; [`timing`] when a delivery may go out; [`places`] which channels lead to one place;
//! [`routes`] which channels want a bulletin; [`attempts`]
//! what follows a request that nobody answered; [`audit`] who did
//! what, [`change_feed`] the events that followers get of a change; [`leases`] which
//! worker does what. [`facts`] are the entities that the rules read and the store keeps.

pub mod asked_polls;
pub mod attempts;
pub mod audit;
pub mod change_feed;
pub mod changes;
pub mod correction;
pub mod desk;
pub mod facts;
pub mod judge;
pub mod leases;
pub mod notified;
pub mod places;
pub mod rereading;
pub mod routes;
pub mod timing;
pub mod tokens;
pub mod twins;
pub mod wrong_tokens;
