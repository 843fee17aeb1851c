//! From an address to notices and article text, and the words of the field that everything else is written in.
//!
//! This is a package of its own since it knows nothing of stores, chats or pages of ours: whoever changes a rule of
//! reading waits for its tests alone, and whoever changes an operation does not wait for the readers.
//! `source` is the way in; ARCHITECTURE.md says what each room may use.

pub mod authorities;
pub mod bulletin;
pub mod schedule;
pub mod source;
