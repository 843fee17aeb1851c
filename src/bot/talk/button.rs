//! Defines buttons, and encodes each in few bytes: platforms have room for 64. Pure.

use super::{
    ask::Ask,
    asker::{address, at_address},
};
use crate::{
    bulletin::{BulletinId, ChannelId, DeliveryId, SourceId},
    push::card::CardAct,
};

/// The maximum length, in bytes, of an encoded button: the rest is for the platform's addition.
#[cfg(test)]
pub(in crate::bot) const LONGEST: usize = 53;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::bot) enum Button {
    Cancel,
    // ---- for people who change a chat's preferences ----
    /// Shows a page of the sources; for a channel that is set up from another chat, with its id.
    Sources {
        page: usize,
        of: Option<ChannelId>,
    },
    /// Turns a source on or off; `None` for all of them. Two presses have the same effect as one.
    Want {
        wants: bool,
        source: Option<SourceId>,
        page: usize,
        of: Option<ChannelId>,
    },
    Set(Preference, String),
    /// Shows the settings, or the values of one of them.
    Menu(Option<Preference>),
    /// Removes the word with that name from the filter.
    DropWord(String),
    /// Adds the address in the message; for a channel that is set up from another chat, with its id.
    Add {
        of: Option<ChannelId>,
    },
    /// Asks for admission of the chat.
    Join,
    /// Asks whether an added source is to be removed, and removes it.
    Remove(SourceId),
    RemoveNow(SourceId),
    Remind(BulletinId),
    /// Shows a chat's preferences for one source.
    Own(SourceId),
    SetOwn(OwnWish, SourceId, String),
    // ---- for anyone ----
    /// Performs an action below a card.
    OnCard(CardAct),
    Help,
    /// Shows the id of this private chat, and its name in the config.
    ChatId,
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
    /// Asks whether to send a bulletin again, to the named channel or to all that have its source.
    Offer(BulletinId, Option<ChannelId>),
    /// Sends a bulletin again, to the named channel or to all that have its source.
    Rebroadcast(BulletinId, Option<ChannelId>),
    /// Broadcasts the text in the message.
    Broadcast,
    Undo {
        first: DeliveryId,
        count: u64,
    },
    /// Admits a chat, with the person who asked for it.
    LetIn(ChannelId, Option<ChannelId>),
    TurnDown(ChannelId, Option<ChannelId>),
    /// Releases held bulletins up to this one, of a source or of all.
    Held(Release, BulletinId, Option<SourceId>),
    Channels {
        page: usize,
    },
    Health,
    HeldList,
    /// Shows a page of the sources, to manage them.
    Manage {
        page: usize,
    },
    Source(SourceId),
    Poll(SourceId),
    Pause(SourceId, bool),
}

/// A setting that a chat may choose in addition to sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::bot) enum Preference {
    Language,
    Quiet,
    Digest,
    TimeZone,
    Silent,
    Filter,
    CardButtons,
}

/// A setting that a chat may choose for one source only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::bot) enum OwnWish {
    Filter,
    Digest,
    Silent,
}

/// The decision on held bulletins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::bot) enum Release {
    All,
    NewestThree,
    Seen,
    Show,
}

const PREFERENCES: [(&str, Preference); 7] = [
    ("l", Preference::Language),
    ("q", Preference::Quiet),
    ("g", Preference::Digest),
    ("z", Preference::TimeZone),
    ("m", Preference::Silent),
    ("f", Preference::Filter),
    ("b", Preference::CardButtons),
];
const OWN_WISHES: [(&str, OwnWish); 3] = [
    ("f", OwnWish::Filter),
    ("g", OwnWish::Digest),
    ("m", OwnWish::Silent),
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
    pub(in crate::bot) fn written(&self) -> String {
        let own = |of: &Option<ChannelId>| of.as_ref().map_or(".", address).to_owned();
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
            Self::Set(wish, value) => format!("c {} {value}", letter(&PREFERENCES, wish)),
            Self::Menu(None) => "m".to_owned(),
            Self::Menu(Some(wish)) => format!("m {}", letter(&PREFERENCES, wish)),
            Self::Add { of } => format!("n {}", own(of)),
            Self::Join => "J".to_owned(),
            Self::Latest { n, page } => format!("l {n} {page}"),
            Self::Found { page } => format!("f {page}"),
            Self::Rebroadcast(id, Some(channel)) => format!("r {id} {channel}"),
            Self::Rebroadcast(id, None) => format!("r {id}"),
            Self::Broadcast => "b".to_owned(),
            Self::Undo { first, count } => format!("u {first} {count}"),
            Self::LetIn(chat, None) => format!("a {chat}"),
            Self::LetIn(chat, Some(by)) => format!("a {chat} {}", address(by)),
            Self::TurnDown(chat, None) => format!("d {chat}"),
            Self::TurnDown(chat, Some(by)) => format!("d {chat} {}", address(by)),
            Self::Held(release, id, source) => {
                format!("h {} {id} {}", letter(&RELEASES, release), all(source))
            }
            Self::Channels { page } => format!("k {page}"),
            Self::DropWord(hash) => format!("w {hash}"),
            Self::Remove(source) => format!("g {source}"),
            Self::RemoveNow(source) => format!("G {source}"),
            Self::Remind(id) => format!("e {id}"),
            Self::Own(source) => format!("O {source}"),
            Self::SetOwn(wish, source, value) => {
                format!("P {} {source} {value}", letter(&OWN_WISHES, wish))
            }
            Self::OnCard(act) => act.written(),
            Self::Help => "?".to_owned(),
            Self::ChatId => "I".to_owned(),
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

    /// Parses a button that was [`written`](Self::written); `beside` is the conversation of the press.
    pub(in crate::bot) fn read(what: &str, beside: &ChannelId) -> Option<Self> {
        let words: Vec<_> = what.split(' ').collect();
        let wish = Self::read_wish(&words, beside);
        wish.or_else(|| Self::read_question(&words))
            .or_else(|| Self::read_for_admins(&words, beside))
    }

    /// Parses buttons for people who change a chat's preferences.
    fn read_wish(words: &[&str], beside: &ChannelId) -> Option<Self> {
        Some(match words {
            ["x"] => Self::Cancel,
            ["s", page, of] => Self::Sources {
                page: page.parse().ok()?,
                of: elsewhere(of, beside)?,
            },
            [what @ ("t" | "T"), page, of, source] => Self::Want {
                wants: *what == "t",
                source: one_source(source)?,
                page: page.parse().ok()?,
                of: elsewhere(of, beside)?,
            },
            ["c", wish, value] => Self::Set(meant(&PREFERENCES, wish)?, (*value).to_owned()),
            ["m"] => Self::Menu(None),
            ["m", wish] => Self::Menu(Some(meant(&PREFERENCES, wish)?)),
            ["w", hash] => Self::DropWord((*hash).to_owned()),
            ["n", of] => Self::Add {
                of: elsewhere(of, beside)?,
            },
            ["J"] => Self::Join,
            ["g", source] => Self::Remove(source.parse().ok()?),
            ["G", source] => Self::RemoveNow(source.parse().ok()?),
            ["e", id] => Self::Remind(bulletin(id)?),
            ["O", source] => Self::Own(source.parse().ok()?),
            ["P", wish, source, value] => Self::SetOwn(
                meant(&OWN_WISHES, wish)?,
                source.parse().ok()?,
                (*value).to_owned(),
            ),
            _ => return None,
        })
    }

    /// Parses buttons for anyone.
    fn read_question(words: &[&str]) -> Option<Self> {
        Some(match words {
            ["?"] => Self::Help,
            ["I"] => Self::ChatId,
            ["q", ask] => Self::Ask(meant(&ASKS, ask)?),
            ["i", id] => Self::Story(bulletin(id)?),
            ["B", id] => Self::Bulletin(bulletin(id)?),
            ["l", n, page] => Self::Latest {
                n: n.parse().ok()?,
                page: page.parse().ok()?,
            },
            ["f", page] => Self::Found {
                page: page.parse().ok()?,
            },
            ["C", ..] => Self::OnCard(CardAct::read(words)?),
            _ => return None,
        })
    }

    fn read_for_admins(words: &[&str], beside: &ChannelId) -> Option<Self> {
        let by = |by: &str| at_address(by, beside);
        Some(match words {
            ["o", id] => Self::Offer(bulletin(id)?, None),
            ["o", id, channel] => Self::Offer(bulletin(id)?, Some(channel.parse().ok()?)),
            ["r", id] => Self::Rebroadcast(bulletin(id)?, None),
            ["r", id, channel] => Self::Rebroadcast(bulletin(id)?, Some(channel.parse().ok()?)),
            ["b"] => Self::Broadcast,
            ["u", first, count] => Self::Undo {
                first: DeliveryId(first.parse().ok()?),
                count: count.parse().ok()?,
            },
            ["a", chat] => Self::LetIn(chat.parse().ok()?, None),
            ["a", chat, person] => Self::LetIn(chat.parse().ok()?, Some(by(person)?)),
            ["d", chat] => Self::TurnDown(chat.parse().ok()?, None),
            ["d", chat, person] => Self::TurnDown(chat.parse().ok()?, Some(by(person)?)),
            ["h", release, id, source] => Self::Held(
                meant(&RELEASES, release)?,
                bulletin(id)?,
                one_source(source)?,
            ),
            ["k", page] => Self::Channels {
                page: page.parse().ok()?,
            },
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

    /// Returns the same as [`Admin::is_for_admins_eyes`](super::command::AdminCommand::is_for_admins_eyes) for a
    /// button.
    pub(super) fn is_for_admins_eyes(&self) -> bool {
        let is_of_rebroadcast = matches!(
            self,
            Self::Offer(..) | Self::Rebroadcast(..) | Self::Broadcast | Self::Undo { .. }
        );
        self.is_for_admins() && !is_of_rebroadcast
    }
}

fn bulletin(id: &str) -> Option<BulletinId> {
    id.parse().ok().map(BulletinId)
}

fn elsewhere(of: &str, beside: &ChannelId) -> Option<Option<ChannelId>> {
    match of {
        "." => Some(None),
        chat => at_address(chat, beside).map(Some),
    }
}

fn one_source(source: &str) -> Option<Option<SourceId>> {
    match source {
        "*" => Some(None),
        id => id.parse().ok().map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_button_is_read_back_and_is_short() {
        let here = ChannelId::of_chat(7, None);
        let far = ChannelId::of_chat(-1_001_234_567_890, None);
        let person = ChannelId::of_chat(99_999_999_999, None);
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
            Button::LetIn(topic.clone(), Some(person.clone())),
            Button::TurnDown(topic.clone(), None),
            Button::TurnDown(topic, Some(person)),
            Button::Held(Release::NewestThree, id, Some(longest.clone())),
            Button::Held(Release::All, id, None),
            Button::Channels { page: 1000 },
            Button::Sources {
                page: 100,
                of: Some(far.clone()),
            },
            Button::Want {
                wants: false,
                source: Some(longest.clone()),
                page: 999,
                of: Some(far.clone()),
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
            Button::Own(longest.clone()),
            Button::SetOwn(OwnWish::Digest, longest.clone(), "18:00".to_owned()),
            Button::OnCard(CardAct::Mute(longest.clone())),
            Button::Help,
            Button::ChatId,
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
                Preference::TimeZone,
                "America/Argentina/ComodRivadavia".to_owned(),
            ),
            Button::Menu(None),
            Button::Menu(Some(Preference::Quiet)),
            Button::Add { of: Some(far) },
            Button::Join,
            Button::Latest { n: 20, page: 1000 },
            Button::Found { page: 1000 },
        ] {
            let written = button.written();
            assert!(written.len() <= LONGEST, "{written}");
            assert_eq!(Button::read(&written, &here), Some(button));
        }
    }

    #[test]
    fn what_no_button_says_is_none() {
        let here = ChannelId::of_chat(7, None);
        for written in ["", "r", "r x", "s 1", "s 1 telegram:", "h p 1", "??", "x y"] {
            assert_eq!(Button::read(written, &here), None, "{written}");
        }
    }
}
