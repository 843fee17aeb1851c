//! The kinds of channel, and the keys of each.

use std::{collections::BTreeMap, fmt};

use crate::bulletin::secret::Secret;

/// A kind of channel as its keys describe it.
pub struct RobotKind {
    /// The name in the config.
    pub name: &'static str,
    pub keys: &'static [Key],
    /// The key by which the platform knows the sender and counts its messages: a robot's key, an account.
    pub(super) account: fn(&Robot) -> Vec<&str>,
    /// The keys that determine the destination of messages, for any sender.
    pub(super) place: &'static [&'static str],
    /// True if a sent message can be edited.
    edits: bool,
}

/// A key of the config.
#[derive(Debug)]
pub struct Key {
    pub name: &'static str,
    pub form: Form,
    /// Its purpose, for the error if it is missing; empty if it may be.
    pub expected: &'static str,
}

/// The form that a key's value must have. Only those marked so may be left out.
#[derive(Debug, Clone, Copy)]
pub enum Form {
    Secret,
    /// A secret that may be left out.
    OptionalSecret,
    /// A secret that signs messages and is never sent itself; it may be left out.
    SigningKey,
    /// An `http` or `https` address that holds a secret.
    SecretAddress,
    /// A secret address with a path.
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
    /// A list of mail addresses, written as one text.
    Mailboxes,
    /// One of these words; the first if it is left out.
    Word(&'static [&'static str]),
    /// The address of the platform, if it is not this one.
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

/// The kinds that exist.
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
            key("secret", Form::SigningKey, ""),
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
            key("secret", Form::SigningKey, ""),
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
        // A visitor's requests are counted for all topics together.
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
            key("from", Form::Mailbox, "an email address"),
            key("to", Form::Mailboxes, "a list of email addresses"),
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
            key("secret", Form::SigningKey, ""),
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
    pub(super) kind: &'static RobotKind,
    pub(super) values: BTreeMap<&'static str, Setting>,
    /// The channel and a missing key without which nothing can be sent; such a channel meets no other one.
    pub(super) unfinished: Option<(String, &'static str)>,
}

impl Form {
    /// Returns whether nothing can be sent without it.
    #[must_use]
    pub fn is_needed(self) -> bool {
        !matches!(self, Self::OptionalSecret | Self::SigningKey)
    }

    /// Returns whether it must be hidden. A mail server's address may hold a password only in the config.
    #[must_use]
    pub fn is_secret(self) -> bool {
        matches!(
            self,
            Self::Secret
                | Self::OptionalSecret
                | Self::SigningKey
                | Self::SecretAddress
                | Self::SecretPath
        )
    }

    /// Returns whether it is a secret that is sent to the server with each message.
    #[must_use]
    pub fn is_sent_along(self) -> bool {
        matches!(self, Self::Secret | Self::OptionalSecret)
    }

    /// Returns whether its value is an address to which messages are sent.
    #[must_use]
    pub fn is_address(self) -> bool {
        matches!(
            self,
            Self::SecretAddress | Self::SecretPath | Self::Site | Self::Smtp | Self::Api(_)
        )
    }

    fn sample(self) -> &'static str {
        match self {
            Self::OptionalSecret | Self::SigningKey => "",
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

/// The config's value under one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    Secret(Secret),
    Text(String),
}

impl Robot {
    #[must_use]
    pub fn new(kind: &'static RobotKind, values: BTreeMap<&'static str, Setting>) -> Self {
        Self {
            kind,
            values,
            unfinished: None,
        }
    }

    /// Records the missing key, if any, in the settings of a channel in the store; its secret `lost` may have stayed
    /// behind in another store.
    #[must_use]
    pub fn perhaps_unfinished(self, channel: &str, lost: Option<&'static str>) -> Self {
        let is_missing = |key: &&Key| key.form.is_needed() && self.get(key.name).is_empty();
        let missing = self.kind.keys.iter().find(is_missing);
        let missing = lost.or(missing.map(|key| key.name));
        let unfinished = missing.map(|key| (channel.to_owned(), key));
        Self { unfinished, ..self }
    }

    /// Returns the missing key without which nothing can be sent.
    #[must_use]
    pub fn missing(&self) -> Option<&'static str> {
        self.unfinished.as_ref().map(|(_, key)| *key)
    }

    /// Returns settings with which cards can be drawn and nothing can be sent.
    #[must_use]
    pub fn sample(kind: &'static RobotKind) -> Self {
        let sample = |key: &Key| (key.name, Setting::Text(key.form.sample().to_owned()));
        Self::new(kind, kind.keys.iter().map(sample).collect())
    }

    #[must_use]
    pub fn kind(&self) -> &'static RobotKind {
        self.kind
    }

    /// Returns the value of a key, including secrets; empty if it was left out.
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
}

impl PartialEq for Robot {
    fn eq(&self, other: &Self) -> bool {
        self.kind.name == other.kind.name
            && self.values == other.values
            && self.unfinished == other.unfinished
    }
}

impl fmt::Debug for Robot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {:?}", self.kind, self.values)
    }
}
