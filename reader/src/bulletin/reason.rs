//! Why something was not sent, or perhaps twice: by kind, so that each language has words for it, in the
//! log's language, and in the words of the platform.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

/// Stands between the sentence of a stored reason and the rest of it; no platform's words contain it.
const REST: char = '\u{1f}';

/// A fault of a delivery, a channel or a sender. It is stored by its name: a program that does not know
/// one shows the sentence beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SendFault {
    /// The platform cannot be reached.
    Unreachable,
    /// The platform did not answer: perhaps it was sent.
    Unanswered,
    /// An error page came instead of the platform's answer.
    Ailing,
    /// The platform rejects its secret.
    Denied,
    /// Its secret is missing, as it did not come along with an import.
    NoSecret,
    /// The platform did not take it this time.
    NotNow,
    /// It may go on after so many seconds.
    TooFast(u64),
    /// The group has this id now.
    Moved(i64),
    /// This message is refused, and always will be.
    Refused,
    /// Some readers do not have it yet.
    Partly,
    /// Some readers never got it.
    NeverAll,
    /// The channel takes nothing until somebody does something about it, for a reason that the platform says.
    Shut,
    /// There is no such chat, or the bot is not in it.
    NoChat,
    /// The bot was put out of the chat.
    Kicked,
    /// A person blocked the bot, or never began a conversation with it.
    Blocked,
    /// The bot may not post there.
    NoRights,
    /// The topic is closed or deleted.
    NoTopic,
    /// The account or group exists no longer.
    Deleted,
    /// The bulletin is not in the store.
    NoBulletin,
    /// The file was not sent, and its card links to it.
    StaysLink,
    /// A message that was sent is possibly repeated.
    Repeated,
    /// The program ended before the platform answered.
    Ended,
    /// As [`SendFault::Ended`], on a platform that knows repetitions.
    EndedSafely,
    /// The program failed while it sent this.
    Broken,
    /// Not answered so many times: perhaps delivered, and not sent again.
    Perhaps(u8),
    /// Undone before an answer came: perhaps delivered.
    Undone,
}

impl SendFault {
    /// Returns whether nothing but its sender keeps a message from going out: its secret, or the way to the platform.
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
    /// None: a program stored it that kept no kinds.
    pub fault: Option<SendFault>,
    /// The whole of it, in the log's language.
    pub said: String,
    /// Somebody else's words about it, or the address that it is about.
    pub quoted: Option<String>,
}

/// The part of a reason that JSON keeps beside its sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonKind {
    pub fault: SendFault,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quoted: Option<String>,
}

impl Reason {
    /// Returns what JSON has beside the sentence; [`Reason::of_kind`] puts it back.
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

    /// Quotes what `who` answered, before its meaning is known.
    #[must_use]
    pub fn answered(who: &str, quoted: String) -> Self {
        Self {
            fault: None,
            said: format!("{who} answered {quoted}"),
            quoted: Some(quoted),
        }
    }

    /// Quotes the whole text of somebody else.
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

    /// The same with what people do about it.
    #[must_use]
    pub fn with_remedy(self, remedy: &str) -> Self {
        let said = format!("{}; {remedy}", self.said);
        Self { said, ..self }
    }

    /// The same behind what it led to.
    #[must_use]
    pub fn behind(self, fault: SendFault, beginning: &str) -> Self {
        Self {
            fault: Some(fault),
            said: format!("{beginning}: {}", self.said),
            ..self
        }
    }

    /// The same of one of several readers.
    #[must_use]
    pub fn of(self, reader: &str) -> Self {
        let named = |text: String| format!("{reader}: {text}");
        Self {
            fault: None,
            said: named(self.said),
            quoted: self.quoted.map(named),
        }
    }

    /// Those of several readers in one.
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

    /// The same, which is `fault` unless it is known more exactly.
    #[must_use]
    pub fn or(self, fault: SendFault) -> Self {
        let fault = self.fault.or(Some(fault));
        Self { fault, ..self }
    }

    /// Returns whether it waits because it was sent too fast, also where an earlier program stored it.
    #[must_use]
    pub fn is_too_fast(&self) -> bool {
        match self.fault {
            Some(fault) => matches!(fault, SendFault::TooFast(_)),
            None => self.said.starts_with("too fast"),
        }
    }

    /// The same with each text as `cut` leaves it.
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

/// As it is stored. What earlier programs stored is a sentence alone, and they show the sentence of a new one
/// first.
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

/// In JSON, which people and other programs read, the sentence alone.
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
        // Without a kind, only the sentence is kept.
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
