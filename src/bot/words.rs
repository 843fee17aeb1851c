//! What the bot says, one file a language. `{…}` stands for what is put in; all of it is HTML.

mod en;
mod zh;

use crate::bulletin::Language;

pub(super) struct Words {
    /// Command and description, as Telegram's menu shows them.
    pub(super) commands: &'static [(&'static str, &'static str)],
    pub(super) help: &'static str,
    /// Added to the help for admins.
    pub(super) help_admin: &'static str,
    /// `{id}`, `{block}`
    pub(super) start: &'static str,
    /// `{id}`, `{channels}`: the chat is in the config already.
    pub(super) start_known: &'static str,
    pub(super) latest: &'static str,
    pub(super) latest_none: &'static str,
    pub(super) unknown: &'static str,
    pub(super) not_built: &'static str,
    /// `{usage}`
    pub(super) misused: &'static str,
    pub(super) admins_only: &'static str,
    /// `{id}`
    pub(super) no_bulletin: &'static str,
    /// `{id}`
    pub(super) is_held: &'static str,
    /// `{channel}`
    pub(super) no_channel: &'static str,
    /// `{id}`: no channel has its source.
    pub(super) nowhere: &'static str,
    /// `{id}`, `{title}`, `{channels}`
    pub(super) confirm: &'static str,
    pub(super) yes: &'static str,
    pub(super) no: &'static str,
    /// `{id}`, `{count}`
    pub(super) queued: &'static str,
    pub(super) cancelled: &'static str,
    /// `{why}`
    pub(super) refused: &'static str,
    pub(super) stale_button: &'static str,
}

pub(super) fn of(language: Language) -> &'static Words {
    match language {
        Language::Zh => &zh::WORDS,
        Language::En => &en::WORDS,
    }
}
