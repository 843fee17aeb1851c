//! Holds the texts that people read in chats, in messages and on pages, one file a language.
//!
//! Each text is a field, so that a language without one of them does not compile. [`fill`] replaces `{name}` in a text.
//! The log and, except for the demo, the command line are in English, and have their texts in their own modules.

/// Declares the texts of one area: plain ones, and `counted` ones, which depend on a number.
macro_rules! texts {
    (
        $(#[$doc:meta])*
        $area:ident { $($text:ident)* }
        counted { $($counted:ident)* }
        also { $($(#[$also_doc:meta])* $also:ident: $kind:ty,)* }
    ) => {
        $(#[$doc])*
        #[derive(Debug, serde::Serialize)]
        pub struct $area {
            $(pub $text: &'static str,)*
            $(pub $counted: Counted,)*
            $($(#[$also_doc])* pub $also: $kind,)*
        }

        #[cfg(test)]
        impl $area {
            /// Returns every text with its name; all forms of a counted one.
            pub(super) fn each(&self) -> Vec<(&'static str, Vec<&'static str>)> {
                vec![
                    $((stringify!($text), vec![self.$text]),)*
                    $((stringify!($counted), self.$counted.forms()),)*
                ]
            }
        }
    };
}

mod alerts;
mod bot;
mod cards;
mod catalogue;
mod counted;
mod dates;
mod demo;
mod desk;
mod en;
mod faults;
mod fill;
mod heard;
mod inputs;
mod kinds;
mod pages;
mod problems;
mod refusals;
mod said;
mod send_faults;
mod zh;

pub use self::{
    alerts::AlertWords, bot::BotWords, cards::CardWords, catalogue::Words, counted::Counted,
    dates::DateWords, demo::DemoWords, desk::DeskWords, faults::PageFaultWords, fill::fill,
    heard::HeardWords, inputs::InputWords, kinds::KindWords, pages::PageWords,
    problems::ProblemWords, refusals::RefusalWords, send_faults::SendFaultWords,
};
use crate::bulletin::{Language, Reason};

/// Returns the text of an error for programs and for readers of the log's language, in which its details are, and
/// `otherwise` for all others.
#[must_use]
pub fn details(language: Language, error: &str, otherwise: impl Into<String>) -> String {
    match language == Language::OF_LOG {
        true => error.to_owned(),
        false => otherwise.into(),
    }
}

/// Returns why a message was not sent. An earlier program stored a sentence without its kind.
#[must_use]
pub fn reason(language: Language, reason: &Reason) -> String {
    let said = of(language).send_faults.say(reason);
    said.unwrap_or_else(|| reason.said.clone())
}

/// Returns the texts of a language.
#[must_use]
pub fn of(language: Language) -> &'static Words {
    match language {
        Language::Zh => &zh::WORDS,
        Language::En => &en::WORDS,
    }
}

#[cfg(test)]
mod tests;
