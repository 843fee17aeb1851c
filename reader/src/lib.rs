//! Reads notices and article texts from addresses, and defines the words of the field that everything else uses.
//!
//! This is a package of its own because it depends on no store, chat or page of noticast: after a change to a rule of
//! reading, only its own tests need to be built, and a change to an operation does not rebuild the readers. Start with
//! [`source`]; ARCHITECTURE.md says which module may use which.

pub mod authorities;
pub mod bulletin;
pub mod schedule;
pub mod source;
