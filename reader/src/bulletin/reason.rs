//! The reasons why something was not sent, or perhaps twice: by kind, so that each language has words for it, in the
//! log's language, and in the words of the platform.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

/// The separator between the sentence of a stored reason and the rest of it; no platform's words contain it.
const REST: char = '\u{1f}';

/// A fault of a delivery, a channel or a sender. It is stored by its name: a program that does not know one shows the
/// sentence next to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SendFault {
    /// The platform cannot be reached.
    Unreachable,
    /// The platform did not answer: perhaps it was sent.
    Unanswered,
    /// An error page was received instead of the platform's answer.
    Ailing,
    /// The platform rejects its secret.
    Denied,
    /// Its secret is missing, as an import does not include it.
    NoSecret,
    /// The platform did not accept it this time.
    NotNow,
    /// It may continue after this number of seconds.
    TooFast(u64),
    /// The group now has this id.
    Moved(i64),
    /// This message is rejected, and always will be.
    Refused,
    /// Some readers do not have it yet.
    Partly,
    /// Some readers never got it.
    NeverAll,
    /// The channel accepts nothing until a person intervenes, for a reason that the platform states.
    Shut,
    /// There is no such chat, or the bot is not in it.
    NoChat,
    /// The bot was removed from the chat.
    Kicked,
    /// A person blocked the bot, or never began a conversation with it.
    Blocked,
    /// The bot may not post there.
    NoRights,
    /// The topic is closed or deleted.
    NoTopic,
    /// The account or group no longer exists.
    Deleted,
    /// The bulletin is not in the store.
    NoBulletin,
    /// The file was not sent, and its card links to it.
    StaysLink,
    /// A sent message is possibly repeated.
    Repeated,
    /// The program ended before the platform answered.
    Ended,
    /// Like [`SendFault::Ended`], on a platform that recognizes repetitions.
    EndedSafely,
    /// The program failed while it sent this message.
    Broken,
    /// It was not answered this number of times: perhaps delivered, and not sent again.
    Perhaps(u8),
    /// It was undone before an answer arrived: perhaps delivered.
    Undone,
}

impl SendFault {
    /// Returns whether only its sender keeps a message from being sent: its secret, or the connection to the platform.
    #[must_use]
    pub fn is_of_sender(self) -> bool {
        matches!(
            self,
            Self::Unreachable
                | Self::Unanswered
                | Self::Ailing
                | Self::Denied
                | Self::NoSecret
                | Self::NotNow
        )
    }
}

/// A reason, as it is stored and shown.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub struct Reason {
    /// The kind of the fault; `None` if an older program without kinds stored it.
    pub fault: Option<SendFault>,
    /// The whole reason, in the log's language.
    pub said: String,
    /// The words of another party about it, or the address that it is about.
    pub quoted: Option<String>,
}

/// The part of a reason that JSON has next to its sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonKind {
    pub fault: SendFault,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quoted: Option<String>,
}

impl Reason {
    /// Returns the part that JSON has next to the sentence; [`Reason::of_kind`] puts it back.
    #[must_use]
    pub fn kind(&self) -> Option<ReasonKind> {
        self.fault.map(|fault| ReasonKind {
            fault,
            quoted: self.quoted.clone(),
        })
    }

    #[must_use]
    pub fn of_kind(self, kind: Option<ReasonKind>) -> Self {
        match kind {
            Some(ReasonKind { fault, quoted }) => Self {
                fault: Some(fault),
                quoted,
                ..self
            },
            None => self,
        }
    }

    #[must_use]
    pub fn new(fault: SendFault, said: impl Into<String>) -> Self {
        Self {
            fault: Some(fault),
            said: said.into(),
            quoted: None,
        }
    }

    /// Quotes the answer of `who`, before its meaning is known.
    #[must_use]
    pub fn answered(who: &str, quoted: String) -> Self {
        Self {
            fault: None,
            said: format!("{who} answered {quoted}"),
            quoted: Some(quoted),
        }
    }

    /// Quotes the whole text of another party.
    #[must_use]
    pub fn quoting(quoted: String) -> Self {
        Self {
            fault: None,
            said: quoted.clone(),
            quoted: Some(quoted),
        }
    }

    #[must_use]
    pub fn about(self, quoted: impl Into<String>) -> Self {
        let quoted = Some(quoted.into());
        Self { quoted, ..self }
    }

    /// Adds the remedy for people.
    #[must_use]
    pub fn with_remedy(self, remedy: &str) -> Self {
        let said = format!("{}; {remedy}", self.said);
        Self { said, ..self }
    }

    /// Puts the reason after its consequence.
    #[must_use]
    pub fn behind(self, fault: SendFault, beginning: &str) -> Self {
        Self {
            fault: Some(fault),
            said: format!("{beginning}: {}", self.said),
            ..self
        }
    }

    /// Returns the reason of one of several readers.
    #[must_use]
    pub fn of(self, reader: &str) -> Self {
        let named = |text: String| format!("{reader}: {text}");
        Self {
            fault: None,
            said: named(self.said),
            quoted: self.quoted.map(named),
        }
    }

    /// Joins the reasons of several readers.
    #[must_use]
    pub fn all<'a>(reasons: impl IntoIterator<Item = &'a Self>) -> Self {
        let reasons: Vec<&Self> = reasons.into_iter().collect();
        let said: Vec<&str> = reasons.iter().map(|it| it.said.as_str()).collect();
        let quoted = reasons.iter().filter_map(|it| it.quoted.as_deref());
        let quoted: Vec<&str> = quoted.collect();
        Self {
            fault: None,
            said: said.join("; "),
            quoted: (!quoted.is_empty()).then(|| quoted.join("; ")),
        }
    }

    /// Sets the kind to `fault` unless it is known more exactly.
    #[must_use]
    pub fn or(self, fault: SendFault) -> Self {
        let fault = self.fault.or(Some(fault));
        Self { fault, ..self }
    }

    /// Returns whether it waits because it was sent too fast, including reasons that an earlier program stored.
    #[must_use]
    pub fn is_too_fast(&self) -> bool {
        match self.fault {
            Some(fault) => matches!(fault, SendFault::TooFast(_)),
            None => self.said.starts_with("too fast"),
        }
    }

    /// Applies `cut` to each text.
    #[must_use]
    pub fn cut(self, cut: impl Fn(String) -> String) -> Self {
        Self {
            fault: self.fault,
            said: cut(self.said),
            quoted: self.quoted.map(cut),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said)
    }
}

/// Parses the stored form. Earlier programs stored only a sentence, and they show the sentence of a new reason first.
impl From<String> for Reason {
    fn from(stored: String) -> Self {
        let rest = stored.rsplit_once(REST);
        let known = rest.and_then(|(said, rest)| Some((said, serde_json::from_str(rest).ok()?)));
        if let Some((said, (fault, quoted))) = known {
            return Self {
                fault: Some(fault),
                said: said.to_owned(),
                quoted,
            };
        }
        let said = rest.map_or(stored.as_str(), |(said, _)| said);
        Self {
            fault: None,
            said: said.to_owned(),
            quoted: None,
        }
    }
}

impl From<Reason> for String {
    fn from(reason: Reason) -> Self {
        let Some(fault) = reason.fault else {
            return reason.said;
        };
        match serde_json::to_string(&(fault, reason.quoted)) {
            Ok(rest) => format!("{}{REST}{rest}", reason.said),
            Err(_) => reason.said,
        }
    }
}

/// Serializes only the sentence to JSON, which people and other programs read.
impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match serializer.is_human_readable() {
            true => serializer.serialize_str(&self.said),
            false => serializer.serialize_str(&String::from(self.clone())),
        }
    }
}

impl From<&str> for Reason {
    fn from(said: &str) -> Self {
        said.to_owned().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_read_as_it_was_stored() {
        let plain = Reason::new(SendFault::TooFast(3), "too fast; again in 3 s");
        let quoting = Reason::quoting("Forbidden: bot was kicked".to_owned());
        let long = Reason::new(SendFault::Perhaps(8), "x".repeat(4000)).about("a\u{1f}b");
        for reason in [plain, quoting.clone().or(SendFault::Kicked), long] {
            assert_eq!(Reason::from(String::from(reason.clone())), reason);
        }
        // Without a kind, only the sentence is stored.
        assert_eq!(String::from(quoting), "Forbidden: bot was kicked");
    }

    #[test]
    fn json_has_the_sentence_alone_and_a_row_all_of_it() {
        let reason = Reason::new(SendFault::Kicked, "out").about("Forbidden");
        assert_eq!(serde_json::to_string(&reason).unwrap(), "\"out\"");
        let row = postcard::to_stdvec(&reason).unwrap();
        assert_eq!(postcard::from_bytes::<Reason>(&row).unwrap(), reason);
        let said = Reason::from(reason.to_string());
        assert_eq!(said.of_kind(reason.kind()), reason);
    }

    #[test]
    fn a_sentence_of_an_earlier_program_stays_one() {
        let reason = Reason::from("chat not found; check `chat`");
        assert_eq!(reason.fault, None);
        assert_eq!(reason.to_string(), "chat not found; check `chat`");
    }

    #[test]
    fn a_kind_of_a_later_program_leaves_the_sentence() {
        let reason = Reason::from("it rained\u{1f}[\"rain\",null]");
        assert_eq!((reason.fault, reason.said.as_str()), (None, "it rained"));
    }
}
