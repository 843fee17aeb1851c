//! The texts that people read in chats, in messages and on pages, one file a language.
//!
//! Each text is a field, so that a language without one of them does not compile. `{name}` in a text
//! stands for what [`fill`] puts in. The command line and the log speak English, and have theirs in their own rooms.

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
            /// Every text with its name; of a counted one all forms.
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
mod desk;
mod en;
mod faults;
mod fill;
mod heard;
mod pages;
mod problems;
mod send_faults;
mod zh;

pub use self::{
    alerts::AlertWords, bot::BotWords, cards::CardWords, catalogue::Words, counted::Counted,
    dates::DateWords, desk::DeskWords, faults::PageFaultWords, fill::fill, heard::HeardWords,
    pages::PageWords, problems::ProblemWords, send_faults::SendFaultWords,
};
use crate::bulletin::{Language, Reason};

/// Returns what an error says to those who read the log's language, in which its details are, and `otherwise`
/// to all others.
#[must_use]
pub fn details(language: Language, error: &str, otherwise: impl Into<String>) -> String {
    match language == Language::OF_LOG {
        true => error.to_owned(),
        false => otherwise.into(),
    }
}

/// Returns why something was not sent: the sentence to those who read the log's language, and to all others what
/// kind of reason it is. None: an earlier program stored it, which kept no kinds.
#[must_use]
pub fn reason_or_none(language: Language, reason: &Reason) -> Option<String> {
    match language == Language::OF_LOG {
        true => Some(reason.said.clone()),
        false => of(language).send_faults.say(reason),
    }
}

/// Returns why something was not sent, as [`reason_or_none`], and else the sentence as it is.
#[must_use]
pub fn reason(language: Language, reason: &Reason) -> String {
    reason_or_none(language, reason).unwrap_or_else(|| reason.said.clone())
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
