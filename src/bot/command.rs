//! What a message asks for. Pure.

use crate::bulletin::{BulletinId, ChannelId};

/// How many bulletins `/latest` shows where nobody says, and at most.
pub(super) const LATEST: usize = 5;
const MOST_LATEST: usize = 20;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Command {
    Start,
    Help,
    Latest(usize),
    /// None: as a reply to a pushed message.
    Rebroadcast(Option<BulletinId>, Option<ChannelId>),
    /// A command of ours with something that it cannot take; how it is used.
    Misused(&'static str),
    /// A command that will come with a later release.
    NotBuilt,
    Unknown,
}

/// Commands that people may know of and that are not built yet.
const NOT_BUILT: &[&str] = &[
    "broadcast",
    "channels",
    "digest",
    "filter",
    "health",
    "held",
    "language",
    "pause",
    "poll",
    "quiet",
    "remind",
    "resume",
    "search",
    "settings",
    "sources",
    "subscribe",
    "timezone",
    "unsubscribe",
    "why",
];

/// The command in `text`, if it is one for the bot called `own_name`.
pub(super) fn parse(text: &str, own_name: &str) -> Option<Command> {
    let text = text.trim_start().strip_prefix('/')?;
    let (name, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let (name, to) = match name.split_once('@') {
        Some((name, to)) => (name, Some(to)),
        None => (name, None),
    };
    if name.is_empty() || to.is_some_and(|to| !to.eq_ignore_ascii_case(own_name)) {
        return None;
    }
    let rest: Vec<_> = rest.split_whitespace().collect();
    Some(
        match (name.to_ascii_lowercase().as_str(), rest.as_slice()) {
            // A deep link's payload belongs to subscriptions.
            ("start", _) => Command::Start,
            ("help", _) => Command::Help,
            ("latest", []) => Command::Latest(LATEST),
            ("latest", [n]) => match n.parse::<usize>() {
                Ok(n) if n > 0 => Command::Latest(n.min(MOST_LATEST)),
                _ => Command::Misused("/latest [n]"),
            },
            ("rebroadcast", rest) => rebroadcast(rest),
            ("latest", _) => Command::Misused("/latest [n]"),
            (name, _) if NOT_BUILT.contains(&name) => Command::NotBuilt,
            _ => Command::Unknown,
        },
    )
}

fn rebroadcast(rest: &[&str]) -> Command {
    let number = |text: &str| text.trim_start_matches('#').parse().ok().map(BulletinId);
    let (id, channel) = match rest {
        [] => (None, None),
        [one] => match number(one) {
            Some(id) => (Some(id), None),
            None => (None, Some(one)),
        },
        [id, channel] if number(id).is_some() => (number(id), Some(channel)),
        _ => return Command::Misused("/rebroadcast ID [channel]"),
    };
    match channel.map(|channel| channel.parse()) {
        None => Command::Rebroadcast(id, None),
        Some(Ok(channel)) => Command::Rebroadcast(id, Some(channel)),
        Some(Err(_)) => Command::Misused("/rebroadcast ID [channel]"),
    }
}

/// The number at the end of a card that was pushed.
pub(super) fn number_of(card: &str) -> Option<BulletinId> {
    let lines = card
        .lines()
        .rev()
        .filter_map(|line| line.trim().strip_prefix('#'));
    lines
        .filter_map(|number| number.parse().ok())
        .map(BulletinId)
        .next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(text: &str) -> Option<Command> {
        parse(text, "notice_bot")
    }

    #[test]
    fn commands_are_understood_however_they_are_written() {
        assert_eq!(ours("/start"), Some(Command::Start));
        assert_eq!(ours("/start group-news"), Some(Command::Start));
        assert_eq!(ours("/HELP@Notice_Bot now"), Some(Command::Help));
        assert_eq!(ours("/latest"), Some(Command::Latest(5)));
        assert_eq!(ours("/latest 3"), Some(Command::Latest(3)));
        assert_eq!(ours("/latest 9999"), Some(Command::Latest(20)));
        assert_eq!(ours("/subscribe x"), Some(Command::NotBuilt));
        assert_eq!(ours("/nosuch x"), Some(Command::Unknown));
        let staff = || Some("staff".parse().unwrap());
        let id = Some(BulletinId(1042));
        for (text, id, channel) in [
            ("/rebroadcast 1042", id, None),
            ("/rebroadcast #1042 staff", id, staff()),
            ("/rebroadcast", None, None),
            ("/rebroadcast staff", None, staff()),
        ] {
            assert_eq!(
                ours(text),
                Some(Command::Rebroadcast(id, channel)),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_for_others_or_no_command_is_left_alone() {
        for text in ["hello", "", "/", "/ start", "/start@other_bot", "see /help"] {
            assert_eq!(ours(text), None, "{text}");
        }
    }

    #[test]
    fn misuse_is_told_apart_from_the_unknown() {
        for text in ["/latest x", "/latest 0", "/latest 1 2"] {
            assert_eq!(ours(text), Some(Command::Misused("/latest [n]")), "{text}");
        }
        for text in ["/rebroadcast 1 UPPER", "/rebroadcast x y z"] {
            assert!(matches!(ours(text), Some(Command::Misused(_))), "{text}");
        }
    }

    #[test]
    fn a_card_ends_with_its_number() {
        assert_eq!(
            number_of("【源】标题\n\n#7 看点\n\n#1042"),
            Some(BulletinId(1042))
        );
        assert_eq!(
            number_of("#1042\nhttps://a.example/"),
            Some(BulletinId(1042))
        );
        assert_eq!(number_of("no number"), None);
    }
}
