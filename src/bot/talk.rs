//! Holds the conversation: receives a command, a pressed button or a membership, and returns texts with buttons. It
//! knows no platform; the requirements of one are in [`Platform`].
//!
//! [`Conversation::hear`] is the entry point. `obey` and `press` choose the part that answers: `subscribe`, `sources`,
//! `wishes`, `settings`, `filter`, `archive`, `story`, `add`, and for admins `admission`, `health`, `channels`, `held`,
//! `manage`, `rebroadcast`, `report`. Each takes its data from [`Base`]; the words are in `words/`, one file a
//! language.

mod add;
mod admission;
mod archive;
mod ask;
mod asker;
mod base;
mod bounds;
mod bulletins;
mod button;
mod channels;
mod command;
mod conversation;
mod filter;
mod filter_words;
mod health;
mod heard;
mod held;
mod inline;
mod later;
mod manage;
mod membership;
mod memory;
mod obey;
mod on_card;
mod outlines;
mod own;
mod own_words;
mod pages;
mod pasted;
mod plain;
mod platform;
mod press;
mod rebroadcast;
mod removal;
mod reply;
mod report;
mod sent_file;
mod settings;
mod slow;
mod sources;
mod story;
mod subscribe;
mod target;
mod typed;
mod visible;
mod want;
mod welcome;
mod wishes;
mod words;

#[cfg(test)]
pub(super) use self::button::LONGEST as LONGEST_BUTTON;
pub(super) use self::{
    asker::{Asker, ChatKind},
    base::Base,
    button::Button,
    conversation::Conversation,
    filter::drop_oversized_filters,
    health::report_rival,
    heard::{Heard, Message, Original, Press},
    held::report_held,
    inline::{InlineAsk, Offered},
    memory::ChatMemory,
    platform::{Permissions, Platform},
    reply::{Alone, Carrier, Effect, Reply, Saying},
    report::report,
    sent_file::SentFile,
    words::of as words_of,
};

#[cfg(test)]
mod tests;
