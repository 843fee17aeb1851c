//! Channels of other platforms than Telegram: which kinds there are, and the keys of each.
//!
//! A kind is one line of [`KINDS`] here, which the config is read by, and one file in `push/`.

mod place;

use std::{collections::BTreeMap, fmt};

use super::Secret;

/// A kind of channel as its keys describe it.
pub struct RobotKind {
    /// As the config names it.
    pub name: &'static str,
    pub keys: &'static [Key],
    /// The key by which the platform knows the sender and counts its messages: a robot's key, an account.
    account: fn(&Robot) -> Vec<&str>,
    /// The keys that say where messages go, whoever sends them.
    place: &'static [&'static str],
    /// True where a message that was sent can be edited.
    edits: bool,
}

/// A key of the config.
#[derive(Debug)]
pub struct Key {
    pub name: &'static str,
    pub form: Form,
    /// Its purpose, as the error says where it is missing; empty where it may be.
    pub expected: &'static str,
}

/// The form that a key's value must have. Only those that say so may be left out.
#[derive(Debug, Clone, Copy)]
pub enum Form {
    Secret,
    /// May be left out.
    OptionalSecret,
    /// An `http` or `https` address that holds a secret.
    SecretAddress,
    /// The same, with a path.
    SecretPath,
    Text,
    /// A number above 0.
    Number,
    /// An `http` or `https` address to which paths are added.
    Site,
    /// A room of Matrix by its id.
    Room,
    /// The `smtp` or `smtps` address of a mail server, with a user and perhaps his password.
    Smtp,
    /// A mail address, perhaps with a name.
    Mailbox,
    /// A list of them, written as one text.
    Mailboxes,
    /// One of these words; the first where it is left out.
    Word(&'static [&'static str]),
    /// Where the platform is, if not here.
    Api(&'static str),
}

const fn key(name: &'static str, form: Form, expected: &'static str) -> Key {
    Key {
        name,
        form,
        expected,
    }
}

const fn api(url: &'static str) -> Key {
    key("api_url", Form::Api(url), "")
}

/// Every kind that is built.
pub static KINDS: &[RobotKind] = &[
    RobotKind {
        name: "wecom-robot",
        keys: &[
            key("key", Form::Secret, "the `key` of the robot's address"),
            key("format", Form::Word(&["news", "markdown", "text"]), ""),
            api("https://qyapi.weixin.qq.com"),
        ],
        account: |it| it.all(&["api_url", "key"]),
        place: &["api_url", "key"],
        edits: false,
    },
    RobotKind {
        name: "dingtalk-robot",
        keys: &[
            key(
                "access_token",
                Form::Secret,
                "the `access_token` of the robot's address",
            ),
            key("secret", Form::OptionalSecret, ""),
            api("https://oapi.dingtalk.com"),
        ],
        account: |it| it.all(&["api_url", "access_token", "secret"]),
        place: &["api_url", "access_token"],
        edits: false,
    },
    RobotKind {
        name: "feishu-robot",
        keys: &[
            key(
                "token",
                Form::Secret,
                "the last part of the robot's address",
            ),
            key("secret", Form::OptionalSecret, ""),
            api("https://open.feishu.cn"),
        ],
        account: |it| it.all(&["api_url", "token", "secret"]),
        place: &["api_url", "token"],
        edits: false,
    },
    RobotKind {
        name: "slack",
        keys: &[key("url", Form::SecretPath, "the webhook's address")],
        account: |it| it.all(&["url"]),
        place: &["url"],
        edits: false,
    },
    RobotKind {
        name: "discord",
        keys: &[key("url", Form::SecretPath, "the webhook's address")],
        account: |it| it.all(&["url"]),
        place: &["url"],
        edits: false,
    },
    RobotKind {
        name: "matrix",
        keys: &[
            key(
                "homeserver",
                Form::Site,
                "an address such as `https://matrix.example.org`",
            ),
            key("room", Form::Room, "a room's id such as `!abc:example.org`"),
            key("access_token", Form::Secret, "the account's access token"),
        ],
        account: |it| it.all(&["homeserver", "access_token"]),
        place: &["room"],
        edits: true,
    },
    RobotKind {
        name: "ntfy",
        keys: &[
            key(
                "url",
                Form::SecretPath,
                "server and topic, such as `https://ntfy.sh/topic`",
            ),
            key("token", Form::OptionalSecret, ""),
        ],
        // A visitor's requests are counted, whatever topic they are for.
        account: |it| {
            let url = it.get("url").trim_end_matches('/');
            vec![
                url.rsplit_once('/').map_or(url, |(server, _)| server),
                it.get("token"),
            ]
        },
        place: &["url"],
        edits: false,
    },
    RobotKind {
        name: "email",
        keys: &[
            key(
                "smtp",
                Form::Smtp,
                "an address such as `smtp://user@mail.example.org`",
            ),
            key("password", Form::OptionalSecret, ""),
            key("from", Form::Mailbox, "a mail address"),
            key("to", Form::Mailboxes, "a list of mail addresses"),
            key("encryption", Form::Word(&["tls", "starttls", "none"]), ""),
        ],
        account: |it| it.all(&["smtp", "password", "encryption"]),
        place: &["to"],
        edits: false,
    },
    RobotKind {
        name: "webhook",
        keys: &[
            key("url", Form::SecretAddress, "the receiver's address"),
            key("secret", Form::OptionalSecret, ""),
        ],
        account: |it| it.all(&["url", "secret"]),
        place: &["url"],
        edits: false,
    },
    RobotKind {
        name: "wecom-app",
        keys: &[
            key("corp_id", Form::Text, "the company's id"),
            key("agent_id", Form::Number, "the application's number"),
            key("secret", Form::Secret, "the application's secret"),
            key("to", Form::Text, "members such as `a|b`, or `@all`"),
            api("https://qyapi.weixin.qq.com"),
        ],
        account: |it| it.all(&["api_url", "corp_id", "agent_id", "secret"]),
        place: &["api_url", "corp_id", "agent_id", "to"],
        edits: false,
    },
];

impl RobotKind {
    #[must_use]
    pub fn edits(&self) -> bool {
        self.edits
    }

    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.name == name)
    }
}

impl fmt::Debug for RobotKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// A channel's settings by the keys of its kind; all are checked.
#[derive(Clone)]
pub struct Robot {
    kind: &'static RobotKind,
    values: BTreeMap<&'static str, Setting>,
}

impl Form {
    /// Returns whether nothing can be sent without it.
    #[must_use]
    pub fn is_needed(self) -> bool {
        !matches!(self, Self::OptionalSecret)
    }

    fn sample(self) -> &'static str {
        match self {
            Self::OptionalSecret => "",
            Self::Secret | Self::Text => "sample",
            Self::SecretAddress | Self::SecretPath => "https://www.example.com/sample",
            Self::Number => "1",
            Self::Site => "https://www.example.com",
            Self::Room => "!sample:example.com",
            Self::Smtp => "smtp://mail.example.com",
            Self::Mailbox | Self::Mailboxes => "sample@example.com",
            Self::Word(words) => words[0],
            Self::Api(url) => url,
        }
    }
}

/// All members who see an application of WeCom.
const EVERYBODY: &str = "@all";

/// The config's value under one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    Secret(Secret),
    Text(String),
}

/// The key that two channels have in common that lead to the same place, or are sent by the same sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 16]);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Robot {
    #[must_use]
    pub fn new(kind: &'static RobotKind, values: BTreeMap<&'static str, Setting>) -> Self {
        Self { kind, values }
    }

    /// Settings by which cards can be drawn and nothing can be sent.
    #[must_use]
    pub fn sample(kind: &'static RobotKind) -> Self {
        let sample = |key: &Key| (key.name, Setting::Text(key.form.sample().to_owned()));
        Self::new(kind, kind.keys.iter().map(sample).collect())
    }

    #[must_use]
    pub fn kind(&self) -> &'static RobotKind {
        self.kind
    }

    /// The value of a key, a secret too; empty where it was left out.
    #[must_use]
    pub fn get(&self, key: &str) -> &str {
        match self.values.get(key) {
            Some(Setting::Secret(secret)) => secret.reveal(),
            Some(Setting::Text(text)) => text,
            None => "",
        }
    }

    fn all(&self, keys: &[&str]) -> Vec<&str> {
        keys.iter().map(|key| self.get(key)).collect()
    }

    /// All that must be shown nowhere: secrets, and of secret addresses also what follows the host and each
    /// part of that, where it is a key. A word that any address may hold (`/json`) hides nothing by itself.
    #[must_use]
    pub fn secrets(&self) -> Vec<String> {
        let secrets = self.values.values().filter_map(|value| match value {
            Setting::Secret(secret) => Some(secret.reveal()),
            Setting::Text(_) => None,
        });
        let with_parts = secrets.flat_map(|secret| {
            let path = secret.splitn(4, '/').nth(3);
            let path = path.filter(|_| secret.contains("://")).unwrap_or_default();
            let parts = path.split(['/', '?', '&', '=', '#']);
            let keys: Vec<&str> = parts.filter(|part| is_key(part)).collect();
            let whole = (!keys.is_empty()).then_some(path);
            std::iter::once(secret).chain(whole).chain(keys)
        });
        with_parts.map(str::to_owned).collect()
    }

    /// The same for channels that one sender serves.
    #[must_use]
    pub fn account(&self) -> Fingerprint {
        let account = (self.kind.account)(self);
        self.fingerprint(account.into_iter().map(str::to_owned))
    }

    /// The same for channels whose messages meet.
    #[must_use]
    pub fn place(&self) -> Fingerprint {
        self.fingerprint(self.kind.place.iter().map(|key| place::meant(self, key)))
    }

    /// Of those who read this one, the readers who read the other one too: each by the name that both know.
    /// Somebody who reads all that an application of WeCom sends is among them wherever it goes.
    #[must_use]
    pub fn readers_shared_with(&self, other: &Self) -> Vec<String> {
        let without_readers = |robot: &Self| {
            let keys = robot.kind.place.iter().filter(|key| **key != "to");
            let keys = keys.map(|key| place::meant(robot, key));
            robot.fingerprint(keys)
        };
        if without_readers(self) != without_readers(other) {
            return Vec::new();
        }
        let (own, others) = (place::readers(self), place::readers(other));
        match (own.contains(EVERYBODY), others.contains(EVERYBODY)) {
            (true, _) => others.into_iter().collect(),
            (_, true) => own.into_iter().collect(),
            _ => own.intersection(&others).cloned().collect(),
        }
    }

    fn fingerprint(&self, parts: impl Iterator<Item = String>) -> Fingerprint {
        let mut hasher = blake3::Hasher::new();
        for part in std::iter::once(self.kind.name.to_owned()).chain(parts) {
            hasher.update(part.as_bytes());
            hasher.update(&[0]);
        }
        let mut fingerprint = [0; 16];
        hasher.finalize_xof().fill(&mut fingerprint);
        Fingerprint(fingerprint)
    }
}

/// Returns whether a part of an address is made to be unknown, and is no word.
fn is_key(part: &str) -> bool {
    let is_word = |part: &str| part.chars().all(|c| c.is_ascii_lowercase());
    part.len() >= 8 && !is_word(part)
}

impl PartialEq for Robot {
    fn eq(&self, other: &Self) -> bool {
        self.kind.name == other.kind.name && self.values == other.values
    }
}

impl fmt::Debug for Robot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {:?}", self.kind, self.values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(to: &str, password: &str) -> Robot {
        let values = [("to", to), ("password", password)];
        let values = values.map(|(key, value)| (key, Setting::Text(value.to_owned())));
        Robot::new(RobotKind::named("email").unwrap(), values.into())
    }

    #[test]
    fn a_place_is_where_messages_are_read_whoever_sends_them_in_whatever_order() {
        let one = mail("a@example.org, 王 <B@example.org>", "one");
        let other = mail("b@example.org, a@example.org", "other");
        assert_eq!(one.place(), other.place());
        assert_ne!(one.account(), other.account());
        assert_ne!(one.place(), mail("a@example.org", "one").place());
        for kind in KINDS {
            assert!(!kind.place.is_empty(), "{kind:?}");
            let keys = kind.keys.iter().map(|key| key.name);
            let known: Vec<_> = keys.collect();
            assert!(kind.place.iter().all(|key| known.contains(key)), "{kind:?}");
        }
    }

    fn secrets(url: &str) -> Vec<String> {
        let url = Setting::Secret(Secret::new(url.to_owned()));
        let kind = RobotKind::named("webhook").unwrap();
        Robot::new(kind, BTreeMap::from([("url", url)])).secrets()
    }

    #[test]
    fn an_address_hides_its_keys_and_no_word_that_any_address_may_hold() {
        for plain in [
            "https://hooks.example.com/json",
            "https://hooks.example.com/notifications/json",
        ] {
            assert_eq!(secrets(plain), [plain]);
        }
        let keyed = "https://hooks.example.com/services/T0123456/json?key=693a91f6-7xxx";
        assert_eq!(
            secrets(keyed),
            [
                keyed,
                "services/T0123456/json?key=693a91f6-7xxx",
                "T0123456",
                "693a91f6-7xxx"
            ]
        );
    }
}
