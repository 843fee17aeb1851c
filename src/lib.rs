//! Noticast watches pages where organisations publish notices, remembers every bulletin that it
//! has ever seen, and pushes each new one to the chats of the people who asked for it.
//!
//! A bulletin travels in one direction:
//!
//! ```text
//! schedule ─▶ watch ─▶ round ─▶ source ─▶ store ─▶ push ─▶ channel
//! ```
//!
//! `bot`, `web` and `cli` are three faces over the same operations on the store; `app` puts the
//! parts together. ARCHITECTURE.md says what each room may use.

pub mod app;
pub mod bot;
pub mod cli;
pub mod config;
pub mod newsroom;
pub mod ops;
pub mod policy;
pub mod push;
pub mod round;
pub mod search;
pub mod store;
pub mod supervise;
pub mod view;
pub mod watch;
pub mod web;
pub mod words;

pub use noticast_reader::{authorities, bulletin, schedule, source};
