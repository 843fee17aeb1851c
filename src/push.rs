//! Delivers the durable outbox to the platforms: paces, renders, sends and completes deliveries.
//!
//! Each sender (one bot, one robot key) is one task with its own pace; nothing waits only in memory. A kind of channel
//! is one file, which implements `sender::Sender`, and one line in `kinds.rs`. Read `worker.rs` for the loop and
//! `deliver.rs` for one delivery.

pub(crate) mod card;
mod deliver;
mod dingtalk;
mod discord;
mod email;
mod error;
mod feishu;
mod files;
mod health;
mod http;
mod kinds;
mod lead;
mod line;
mod matrix;
mod ntfy;
mod pace;
mod pusher;
mod reload;
mod sender;
mod sign;
mod slack;
mod stdout;
mod style;
pub(crate) mod telegram;
pub mod terminal;
mod trust;
mod unfinished;
mod way;
mod webhook;
mod websub;
mod wecom_app;
mod wecom_robot;
mod worker;

pub(crate) use self::{
    deliver::backoff,
    sender::Sent,
    websub::{HubAnswer, WebSubHub},
};
pub use self::{
    error::PushError,
    files::Files,
    health::Fault,
    kinds::{draft, draft_again},
    pusher::Pusher,
    sender::Checked,
    terminal::{Output, Screen},
    way::{NoWay, Way},
};

/// Returns the settings of a channel as the config reads them.
#[cfg(test)]
fn robot_of(kind: &str, keys: &str) -> crate::bulletin::Robot {
    let text = format!("[[channel]]\nid = \"it\"\nkind = \"{kind}\"\n{keys}\n");
    let config = crate::config::Config::check(&text, std::path::Path::new("noticast.toml"));
    match config.unwrap().channels.remove(0).kind {
        crate::bulletin::ChannelKind::Robot(robot) => robot,
        other => panic!("{other:?}"),
    }
}

#[cfg(test)]
mod tests;
