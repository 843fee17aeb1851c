//! Sends to Telegram channels: one bot, its chats and their limits.

pub(crate) mod api;
mod bot;
mod check;
mod keyboard;
mod signed;
pub(crate) mod verdict;
mod voice;

pub(super) use self::check::{check_bot, find_chat};
pub(crate) use self::{
    bot::{Telegram, preview},
    signed::{signature, signed, verified},
    voice::{Voice, about},
};
