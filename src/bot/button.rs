//! The data behind a button: what it does, signed for its chat, in at most 64 bytes. Pure.
//!
//! A client may send any data with a press. The signature makes it worthless unless the bot itself
//! wrote it for that chat; who pressed is checked apart.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

use super::ask::Ask;
use crate::bulletin::{BulletinId, ChannelId, DeliveryId, Secret, SourceId};

/// Characters of the signature, of six bits each: nobody tries 2^60 presses.
const SIGNATURE: usize = 10;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Button {
    Cancel,
    // ---- for those who change a chat's wishes ----
    /// A page of the sources; for a channel that is set up from elsewhere, its id.
    Sources {
        page: usize,
        of: Option<i64>,
    },
    /// Wants or no longer wants a source; None: all of them. Pressed twice, it is as after once.
    Want {
        wants: bool,
        source: Option<SourceId>,
        page: usize,
        of: Option<i64>,
    },
    Set(Wish, String),
    /// The settings, or what one of them may be.
    Menu(Option<Wish>),
    /// Takes the word of that name out of the filter.
    DropWord(String),
    /// Adds the address in the message; for a channel that is set up from elsewhere, its id.
    Add {
        of: Option<i64>,
    },
    /// The chat asks to be let in.
    Join,
    /// Asks whether an added source is to be removed, and removes it.
    Remove(SourceId),
    RemoveNow(SourceId),
    Remind(BulletinId),
    // ---- for anyone ----
    Help,
    Ask(Ask),
    Story(BulletinId),
    Bulletin(BulletinId),
    Latest {
        n: usize,
        page: usize,
    },
    Found {
        page: usize,
    },
    // ---- for admins ----
    /// Asks whether it is to be sent again, to the named channel or to all that have its source.
    Offer(BulletinId, Option<ChannelId>),
    /// To the named channel, or to all that have its source.
    Rebroadcast(BulletinId, Option<ChannelId>),
    /// The text in the message.
    Broadcast,
    Undo {
        first: DeliveryId,
        count: u64,
    },
    /// A chat, and who asked for it.
    LetIn(ChannelId, Option<i64>),
    TurnDown(ChannelId, Option<i64>),
    /// Held bulletins up to this one, of a source or of all.
    Held(Release, BulletinId, Option<SourceId>),
    Channels {
        page: usize,
    },
    Health,
    HeldList,
    /// A page of the sources, to look after them.
    Manage {
        page: usize,
    },
    Source(SourceId),
    Poll(SourceId),
    Pause(SourceId, bool),
}

/// What a chat may wish for beside sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    Language,
    Quiet,
    Digest,
    TimeZone,
    Silent,
    Filter,
}

/// What becomes of what is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Release {
    All,
    NewestThree,
    Seen,
    Show,
}

const WISHES: [(&str, Wish); 6] = [
    ("l", Wish::Language),
    ("q", Wish::Quiet),
    ("g", Wish::Digest),
    ("z", Wish::TimeZone),
    ("m", Wish::Silent),
    ("f", Wish::Filter),
];
const ASKS: [(&str, Ask); 7] = [
    ("s", Ask::Search),
    ("o", Ask::Source),
    ("f", Ask::Filter),
    ("g", Ask::Digest),
    ("q", Ask::Quiet),
    ("z", Ask::TimeZone),
    ("b", Ask::Broadcast),
];
const RELEASES: [(&str, Release); 4] = [
    ("p", Release::All),
    ("n", Release::NewestThree),
    ("s", Release::Seen),
    ("v", Release::Show),
];

fn letter<T: PartialEq>(of: &[(&'static str, T)], what: &T) -> &'static str {
    let found = of.iter().find(|(_, known)| known == what);
    found.map_or("", |(letter, _)| letter)
}

fn meant<T: Copy>(of: &[(&str, T)], letter: &str) -> Option<T> {
    let found = of.iter().find(|(known, _)| *known == letter);
    found.map(|(_, what)| *what)
}

impl Button {
    pub(super) fn data(&self, token: &Secret, chat: i64) -> String {
        let what = self.what();
        format!("{} {what}", signature(token, chat, &what))
    }

    fn what(&self) -> String {
        let own = |of: &Option<i64>| of.map_or_else(|| ".".to_owned(), |chat| chat.to_string());
        let all = |source: &Option<SourceId>| {
            source
                .as_ref()
                .map_or_else(|| "*".to_owned(), ToString::to_string)
        };
        match self {
            Self::Cancel => "x".to_owned(),
            Self::Sources { page, of } => format!("s {page} {}", own(of)),
            Self::Want {
                wants,
                source,
                page,
                of,
            } => {
                let what = if *wants { "t" } else { "T" };
                format!("{what} {page} {} {}", own(of), all(source))
            }
            Self::Set(wish, value) => format!("c {} {value}", letter(&WISHES, wish)),
            Self::Menu(None) => "m".to_owned(),
            Self::Menu(Some(wish)) => format!("m {}", letter(&WISHES, wish)),
            Self::Add { of } => format!("n {}", own(of)),
            Self::Join => "J".to_owned(),
            Self::Latest { n, page } => format!("l {n} {page}"),
            Self::Found { page } => format!("f {page}"),
            Self::Rebroadcast(id, Some(channel)) => format!("r {id} {channel}"),
            Self::Rebroadcast(id, None) => format!("r {id}"),
            Self::Broadcast => "b".to_owned(),
            Self::Undo { first, count } => format!("u {first} {count}"),
            Self::LetIn(chat, None) => format!("a {chat}"),
            Self::LetIn(chat, Some(by)) => format!("a {chat} {by}"),
            Self::TurnDown(chat, None) => format!("d {chat}"),
            Self::TurnDown(chat, Some(by)) => format!("d {chat} {by}"),
            Self::Held(release, id, source) => {
                format!("h {} {id} {}", letter(&RELEASES, release), all(source))
            }
            Self::Channels { page } => format!("k {page}"),
            Self::DropWord(hash) => format!("w {hash}"),
            Self::Remove(source) => format!("g {source}"),
            Self::RemoveNow(source) => format!("G {source}"),
            Self::Remind(id) => format!("e {id}"),
            Self::Help => "?".to_owned(),
            Self::Ask(ask) => format!("q {}", letter(&ASKS, ask)),
            Self::Story(id) => format!("i {id}"),
            Self::Bulletin(id) => format!("B {id}"),
            Self::Offer(id, Some(channel)) => format!("o {id} {channel}"),
            Self::Offer(id, None) => format!("o {id}"),
            Self::Health => "y".to_owned(),
            Self::HeldList => "v".to_owned(),
            Self::Manage { page } => format!("p {page}"),
            Self::Source(source) => format!("j {source}"),
            Self::Poll(source) => format!("z {source}"),
            Self::Pause(source, true) => format!("H {source}"),
            Self::Pause(source, false) => format!("R {source}"),
        }
    }

    /// None: nothing that this bot wrote for that chat.
    pub(super) fn read(data: &str, token: &Secret, chat: i64) -> Option<Self> {
        let (signed, what) = data.split_once(' ')?;
        if signed != signature(token, chat, what) {
            return None;
        }
        let words: Vec<_> = what.split(' ').collect();
        Some(match words.as_slice() {
            ["x"] => Self::Cancel,
            ["s", page, of] => Self::Sources {
                page: page.parse().ok()?,
                of: elsewhere(of)?,
            },
            [what @ ("t" | "T"), page, of, source] => Self::Want {
                wants: *what == "t",
                source: one_source(source)?,
                page: page.parse().ok()?,
                of: elsewhere(of)?,
            },
            ["c", wish, value] => Self::Set(meant(&WISHES, wish)?, (*value).to_owned()),
            ["m"] => Self::Menu(None),
            ["m", wish] => Self::Menu(Some(meant(&WISHES, wish)?)),
            ["n", of] => Self::Add { of: elsewhere(of)? },
            ["J"] => Self::Join,
            ["l", n, page] => Self::Latest {
                n: n.parse().ok()?,
                page: page.parse().ok()?,
            },
            ["f", page] => Self::Found {
                page: page.parse().ok()?,
            },
            ["r", id] => Self::Rebroadcast(BulletinId(id.parse().ok()?), None),
            ["r", id, channel] => {
                let channel = channel.parse().ok()?;
                Self::Rebroadcast(BulletinId(id.parse().ok()?), Some(channel))
            }
            ["b"] => Self::Broadcast,
            ["u", first, count] => Self::Undo {
                first: DeliveryId(first.parse().ok()?),
                count: count.parse().ok()?,
            },
            ["a", chat] => Self::LetIn(chat.parse().ok()?, None),
            ["a", chat, by] => Self::LetIn(chat.parse().ok()?, Some(by.parse().ok()?)),
            ["d", chat] => Self::TurnDown(chat.parse().ok()?, None),
            ["d", chat, by] => Self::TurnDown(chat.parse().ok()?, Some(by.parse().ok()?)),
            ["h", release, id, source] => Self::Held(
                meant(&RELEASES, release)?,
                BulletinId(id.parse().ok()?),
                one_source(source)?,
            ),
            ["k", page] => Self::Channels {
                page: page.parse().ok()?,
            },
            ["w", hash] => Self::DropWord((*hash).to_owned()),
            ["g", source] => Self::Remove(source.parse().ok()?),
            ["G", source] => Self::RemoveNow(source.parse().ok()?),
            ["e", id] => Self::Remind(BulletinId(id.parse().ok()?)),
            ["?"] => Self::Help,
            ["q", ask] => Self::Ask(meant(&ASKS, ask)?),
            ["i", id] => Self::Story(BulletinId(id.parse().ok()?)),
            ["B", id] => Self::Bulletin(BulletinId(id.parse().ok()?)),
            ["o", id] => Self::Offer(BulletinId(id.parse().ok()?), None),
            ["o", id, channel] => {
                let channel = channel.parse().ok()?;
                Self::Offer(BulletinId(id.parse().ok()?), Some(channel))
            }
            ["y"] => Self::Health,
            ["v"] => Self::HeldList,
            ["p", page] => Self::Manage {
                page: page.parse().ok()?,
            },
            ["j", source] => Self::Source(source.parse().ok()?),
            ["z", source] => Self::Poll(source.parse().ok()?),
            ["H", source] => Self::Pause(source.parse().ok()?, true),
            ["R", source] => Self::Pause(source.parse().ok()?, false),
            _ => return None,
        })
    }

    pub(super) fn is_for_admins(&self) -> bool {
        matches!(
            self,
            Self::Rebroadcast(..)
                | Self::Broadcast
                | Self::Undo { .. }
                | Self::LetIn(..)
                | Self::TurnDown(..)
                | Self::Held(..)
                | Self::Channels { .. }
                | Self::Ask(Ask::Broadcast)
                | Self::Offer(..)
                | Self::Health
                | Self::HeldList
                | Self::Manage { .. }
                | Self::Source(_)
                | Self::Poll(_)
                | Self::Pause(..)
        )
    }

    /// As [`Admin::is_for_admins_eyes`](super::command::Admin::is_for_admins_eyes).
    pub(super) fn is_for_admins_eyes(&self) -> bool {
        let is_of_rebroadcast = matches!(
            self,
            Self::Offer(..) | Self::Rebroadcast(..) | Self::Broadcast | Self::Undo { .. }
        );
        self.is_for_admins() && !is_of_rebroadcast
    }
}

fn elsewhere(of: &str) -> Option<Option<i64>> {
    match of {
        "." => Some(None),
        chat => chat.parse().ok().map(Some),
    }
}

fn one_source(source: &str) -> Option<Option<SourceId>> {
    match source {
        "*" => Some(None),
        id => id.parse().ok().map(Some),
    }
}

fn signature(token: &Secret, chat: i64, what: &str) -> String {
    let key = blake3::derive_key("noticast 2026 telegram button", token.reveal().as_bytes());
    let hash = blake3::keyed_hash(&key, format!("{chat} {what}").as_bytes());
    let mut text = BASE64_URL_SAFE_NO_PAD.encode(hash.as_bytes());
    text.truncate(SIGNATURE);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_button_is_read_back_in_its_own_chat_alone() {
        let token = Secret::new("1:a".to_owned());
        let longest: SourceId = "a".repeat(32).parse().unwrap();
        let channel: ChannelId = "a".repeat(32).parse().unwrap();
        let topic = ChannelId::of_chat(-1_001_234_567_890, Some(1_234_567));
        let id = BulletinId(9_999_999_999);
        for button in [
            Button::Cancel,
            Button::Rebroadcast(BulletinId(1042), None),
            Button::Rebroadcast(id, Some(channel.clone())),
            Button::Rebroadcast(id, Some(topic.clone())),
            Button::Broadcast,
            Button::Undo {
                first: DeliveryId(99_999_999_999),
                count: 1_000_000,
            },
            Button::LetIn(topic.clone(), None),
            Button::LetIn(topic.clone(), Some(99_999_999_999)),
            Button::TurnDown(topic.clone(), None),
            Button::TurnDown(topic, Some(99_999_999_999)),
            Button::Held(Release::NewestThree, id, Some(longest.clone())),
            Button::Held(Release::All, id, None),
            Button::Channels { page: 1000 },
            Button::Sources {
                page: 100,
                of: Some(-1_001_234_567_890),
            },
            Button::Want {
                wants: false,
                source: Some(longest.clone()),
                page: 999,
                of: Some(-1_001_234_567_890),
            },
            Button::Want {
                wants: true,
                source: None,
                page: 0,
                of: None,
            },
            Button::DropWord("0123456789ab".to_owned()),
            Button::Remove(longest.clone()),
            Button::RemoveNow(longest.clone()),
            Button::Remind(id),
            Button::Help,
            Button::Ask(Ask::Broadcast),
            Button::Story(id),
            Button::Bulletin(id),
            Button::Offer(id, None),
            Button::Offer(id, Some(channel)),
            Button::Health,
            Button::HeldList,
            Button::Manage { page: 1000 },
            Button::Source(longest.clone()),
            Button::Poll(longest.clone()),
            Button::Pause(longest.clone(), true),
            Button::Pause(longest, false),
            Button::Set(
                Wish::TimeZone,
                "America/Argentina/ComodRivadavia".to_owned(),
            ),
            Button::Menu(None),
            Button::Menu(Some(Wish::Quiet)),
            Button::Add {
                of: Some(-1_001_234_567_890),
            },
            Button::Join,
            Button::Latest { n: 20, page: 1000 },
            Button::Found { page: 1000 },
        ] {
            let data = button.data(&token, 7);
            assert!(data.len() <= 64, "{data}");
            assert_eq!(Button::read(&data, &token, 7), Some(button));
            assert_eq!(Button::read(&data, &token, 8), None);
            assert_eq!(Button::read(&data, &Secret::new("1:b".to_owned()), 7), None);
        }
    }

    #[test]
    fn forged_data_is_nothing() {
        let token = Secret::new("1:a".to_owned());
        let good = Button::Rebroadcast(BulletinId(1), None).data(&token, 7);
        let other = good.replace("r 1", "r 2");
        for data in ["", "r 1", "x", "0000000000 r 1", &other] {
            assert_eq!(Button::read(data, &token, 7), None, "{data}");
        }
    }
}
