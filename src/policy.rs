//! Defines the rules of noticast: facts, input and a time go in, a decision comes out.
//!
//! These rules read no store, clock or page. [`judge`] decides what is new, old or held; [`correction`] how a notice
//! differs from its bulletin; [`notified`] what was announced of it; [`rereading`] when its article is read again;
//! [`timing`] when a delivery may be sent; [`places`] which channels lead to one place; [`routes`] which channels
//! want a bulletin; [`attempts`] what follows a request without an answer; [`audit`] records actors and actions;
//! [`change_feed`] has the events that followers get of a change; [`leases`] distributes work over the workers.
//! [`facts`] are the entities that the rules read and the store contains.

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
