//! Defines the entries of the audit log: actors and their actions.

use std::fmt::Display;

use chrono::Duration;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::bulletin::ChannelId;

/// The time for which an entry is kept.
pub const KEPT: Duration = Duration::days(366);
/// The length of a subject or a detail in bytes: platforms answer with whole pages at times, and one row of text is
/// enough.
const LONGEST: usize = 1000;
/// The length, in characters, of a name that people gave themselves.
const LONGEST_NAME: usize = 100;

/// The actor of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "ActorRecord", into = "ActorRecord")]
pub enum Actor {
    /// The program itself as its config states, or the holder of the config's admin token.
    Config,
    /// The holder of a token that was created for a person or program.
    Token {
        id: String,
        name: String,
    },
    /// A person or a chat, by the platform's own id.
    Telegram {
        id: String,
        name: String,
    },
    Wecom {
        id: String,
        name: String,
    },
    Wechat {
        id: String,
        name: String,
    },
    /// A person who types commands on this machine.
    Cli {
        user: String,
    },
}

/// The author of an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Actor)]
pub struct ActorRecord {
    /// `config`, `token`, `telegram`, `wecom`, `wechat` or `cli`.
    pub kind: String,
    pub id: String,
    pub name: String,
}

impl Actor {
    /// Returns a person on a chat platform, identified by the conversation with only them; `None` on a platform
    /// without requests from people.
    #[must_use]
    pub fn of_chat(chat: &ChannelId, name: &str) -> Option<Self> {
        let (platform, id) = chat.as_str().split_once(':')?;
        let name = name.chars().take(LONGEST_NAME).collect();
        let kind = platform.to_owned();
        let id = id.to_owned();
        let actor = Self::try_from(ActorRecord { kind, id, name }).ok()?;
        let is_person = matches!(
            actor,
            Self::Telegram { .. } | Self::Wecom { .. } | Self::Wechat { .. }
        );
        is_person.then_some(actor)
    }

    /// Returns the name by which a bulletin of a desk records its publisher.
    #[must_use]
    pub fn author(&self) -> String {
        let ActorRecord { kind, id, .. } = self.clone().into();
        format!("{kind}:{id}")
    }

    /// Returns the user of this machine that a command runs for; a text that is not a plain name is not trusted.
    #[must_use]
    pub fn of_user(user: &str) -> Self {
        let is_plain = |sign: char| sign.is_alphanumeric() || "-_.@".contains(sign);
        let is_name = !user.is_empty() && user.len() <= LONGEST_NAME && user.chars().all(is_plain);
        let user = if is_name { user } else { "unknown" };
        Self::Cli {
            user: user.to_owned(),
        }
    }
}

impl From<Actor> for ActorRecord {
    fn from(actor: Actor) -> Self {
        let (kind, id, name) = match actor {
            Actor::Config => ("config", "config".to_owned(), "config".to_owned()),
            Actor::Token { id, name } => ("token", id, name),
            Actor::Telegram { id, name } => ("telegram", id, name),
            Actor::Wecom { id, name } => ("wecom", id, name),
            Actor::Wechat { id, name } => ("wechat", id, name),
            Actor::Cli { user } => ("cli", user.clone(), user),
        };
        let kind = kind.to_owned();
        Self { kind, id, name }
    }
}

impl TryFrom<ActorRecord> for Actor {
    type Error = String;

    fn try_from(record: ActorRecord) -> Result<Self, String> {
        let ActorRecord { kind, id, name } = record;
        Ok(match kind.as_str() {
            "config" => Self::Config,
            "token" => Self::Token { id, name },
            "telegram" => Self::Telegram { id, name },
            "wecom" => Self::Wecom { id, name },
            "wechat" => Self::Wechat { id, name },
            "cli" => Self::Cli { user: id },
            _ => return Err(format!("no actor is of the kind `{kind}`")),
        })
    }
}

/// One entry of the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    pub actor: Actor,
    /// A verb, such as `rebroadcast` or `pause`.
    pub action: String,
    /// The object of the action: the id of a bulletin, a source, a channel.
    pub subject: String,
    pub detail: String,
}

impl AuditEntry {
    #[must_use]
    pub fn new(by: &Actor, action: &str, subject: impl Display, detail: &str) -> Self {
        Self {
            actor: by.clone(),
            action: action.to_owned(),
            subject: bounded(subject.to_string()),
            detail: bounded(detail.to_owned()),
        }
    }
}

/// An entry as earlier programs wrote it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OldAuditEntry {
    pub who: String,
    /// The origin: `cli`, `api`, or the chat of the request.
    pub from: String,
    pub what: String,
}

impl From<OldAuditEntry> for AuditEntry {
    fn from(old: OldAuditEntry) -> Self {
        let actor = match old.from.as_str() {
            "cli" => Actor::of_user(&old.who),
            from if from.starts_with("telegram:") => Actor::Telegram {
                id: old.who,
                name: String::new(),
            },
            _ => Actor::Config,
        };
        // The action was in front, except where a chat acted.
        let (action, detail) = old.what.split_once(' ').unwrap_or((&old.what, ""));
        let is_verb = !action.is_empty() && action.chars().all(|sign| sign.is_ascii_lowercase());
        let (action, detail) = if is_verb {
            (action, detail)
        } else {
            ("other", old.what.as_str())
        };
        Self::new(&actor, action, "", detail)
    }
}

/// One entry with its place in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    pub place: AuditPlace,
    pub entry: AuditEntry,
}

/// The time (ms) of an entry, and a number that distinguishes entries of one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct AuditPlace {
    pub at_ms: i64,
    pub counter: u32,
}

/// Returns a text cut to a bounded length.
#[must_use]
pub fn bounded(mut text: String) -> String {
    let end = text.floor_char_boundary(LONGEST);
    text.truncate(end);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_actor_is_the_same_after_it_was_written() {
        let (id, name) = ("7".to_owned(), "李雷".to_owned());
        for actor in [
            Actor::Config,
            Actor::Token {
                id: id.clone(),
                name: name.clone(),
            },
            Actor::Telegram {
                id: id.clone(),
                name: name.clone(),
            },
            Actor::Wecom {
                id: id.clone(),
                name: name.clone(),
            },
            Actor::Wechat { id, name },
            Actor::of_user("operator"),
        ] {
            let row = postcard::to_stdvec(&actor).unwrap();
            assert_eq!(postcard::from_bytes::<Actor>(&row).unwrap(), actor);
            let line = serde_json::to_string(&actor).unwrap();
            assert_eq!(serde_json::from_str::<Actor>(&line).unwrap(), actor);
        }
        assert!(serde_json::from_str::<Actor>(r#"{"kind":"king","id":"","name":""}"#).is_err());
    }

    #[test]
    fn a_name_that_no_user_has_is_not_believed() {
        for user in ["", "a b", "x\ny", &"x".repeat(200)] {
            assert_eq!(Actor::of_user(user), Actor::of_user("unknown"), "{user:?}");
        }
    }

    #[test]
    fn only_chat_platforms_have_people() {
        let id = |text: &str| text.parse::<ChannelId>().unwrap();
        let person = Actor::of_chat(&id("telegram:7"), "Li");
        let (number, name) = ("7".to_owned(), "Li".to_owned());
        assert_eq!(person, Some(Actor::Telegram { id: number, name }));
        assert_eq!(Actor::of_chat(&id("staff"), "Li"), None);
    }

    #[test]
    fn entries_of_older_programs_say_who_and_what() {
        let old = |who: &str, from: &str, what: &str| OldAuditEntry {
            who: who.to_owned(),
            from: from.to_owned(),
            what: what.to_owned(),
        };
        let entry = AuditEntry::from(old("root", "cli", "rebroadcast 7 to 2 channels"));
        assert_eq!(entry.actor, Actor::of_user("root"));
        assert_eq!(
            (entry.action.as_str(), entry.detail.as_str()),
            ("rebroadcast", "7 to 2 channels")
        );
        let entry = AuditEntry::from(old("7", "telegram:-5", "telegram:-5: subscribe all"));
        assert_eq!(entry.action, "other");
        assert_eq!(entry.detail, "telegram:-5: subscribe all");
        assert_eq!(
            AuditEntry::from(old("admin", "api", "held: x")).actor,
            Actor::Config
        );
    }
}
