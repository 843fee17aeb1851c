//! Provides fakes that stories share: a site, a chat server, a world with a state folder.

pub(crate) mod board;
pub(crate) mod bot;
pub(crate) mod cable;
pub(crate) mod desk;
pub(crate) mod errands;
pub(crate) mod loads;
pub(crate) mod notices;
pub(crate) mod platform;
pub(crate) mod postgres;
pub(crate) mod pushing;
#[allow(dead_code, reason = "`benches/service.rs` stands on it too")]
pub(crate) mod rig;
pub(crate) mod robots;
pub(crate) mod site;
pub(crate) mod smtp;
pub(crate) mod telegram;
pub(crate) mod transcript;
pub(crate) mod world;
