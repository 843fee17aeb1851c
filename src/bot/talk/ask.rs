//! Asks questions that are answered by a reply: values that no button can offer are typed. Pure.
//!
//! The bot remembers nothing for a question: the reply names the message that it answers, and that message's text
//! identifies the question.

use super::{
    command::{AdminCommand, ChatCommand},
    words::{self, BotWords},
};
use crate::bulletin::Language;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::bot) enum Ask {
    Search,
    Source,
    Filter,
    Digest,
    Quiet,
    TimeZone,
    Broadcast,
}

const ALL: [Ask; 7] = [
    Ask::Search,
    Ask::Source,
    Ask::Filter,
    Ask::Digest,
    Ask::Quiet,
    Ask::TimeZone,
    Ask::Broadcast,
];

impl Ask {
    pub(super) fn text(self, words: &BotWords) -> &'static str {
        match self {
            Self::Search => words.ask_search,
            Self::Source => words.ask_source,
            Self::Filter => words.ask_filter,
            Self::Digest => words.ask_digest,
            Self::Quiet => words.ask_quiet,
            Self::TimeZone => words.ask_zone,
            Self::Broadcast => words.ask_broadcast,
        }
    }

    /// Returns the question of a message of the bot, in any language.
    pub(super) fn of(message: &str) -> Option<Self> {
        let is_asked = |ask: &Ask| {
            let mut languages = Language::ALL.into_iter();
            languages.any(|language| ask.text(words::of(language)) == message)
        };
        ALL.into_iter().find(is_asked)
    }

    /// Returns the command that results from `answer`.
    pub(super) fn command(self, answer: &str) -> ChatCommand {
        let answer = answer.trim().to_owned();
        match self {
            Self::Search => ChatCommand::Search(answer),
            Self::Source => ChatCommand::Subscribe(answer),
            Self::Filter => ChatCommand::MoreWords(answer),
            Self::Digest => ChatCommand::Digest(answer),
            Self::Quiet => ChatCommand::Quiet(answer),
            Self::TimeZone => ChatCommand::TimeZone(answer),
            Self::Broadcast => ChatCommand::Admin(AdminCommand::Broadcast(answer)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_is_known_by_its_text_which_has_no_markup() {
        for language in Language::ALL {
            for ask in ALL {
                let text = ask.text(words::of(language));
                assert_eq!(Ask::of(text), Some(ask));
                assert!(!text.contains(['<', '>', '&', '{']), "{text}");
            }
        }
        assert_eq!(Ask::of("hello"), None);
    }
}
