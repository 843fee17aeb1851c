//! Parses commands as they are typed. Pure.

use super::words::{BotWords, fill};
use crate::bulletin::{BulletinId, fold};

/// The number of bulletins that `/latest` shows by default, and the most.
pub(super) const LATEST: usize = 5;
const MOST_LATEST: usize = 20;
/// The maximum number of characters behind a command that are read.
const LONGEST: usize = 4096;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ChatCommand {
    /// The start of the bot, with the payload of a deep link.
    Start(String),
    Help,
    Sources,
    /// A subscription, with an empty text, a source, words to search for, or an address; perhaps followed by a
    /// channel's name.
    Subscribe(String),
    Unsubscribe(String),
    Latest(usize),
    Search(String),
    Why(String),
    /// A bulletin, shown as its card.
    Show(BulletinId),
    Filter(String),
    /// Words to add to the filter.
    MoreWords(String),
    Digest(String),
    Quiet(String),
    TimeZone(String),
    Language(String),
    /// A reminder of a bulletin's deadline, or `off`.
    Remind(String),
    /// The settings of the chat, or of a source that is named first.
    Settings(String),
    /// A greeting, or words that are not a command.
    Hello,
    Admin(AdminCommand),
    /// A command of ours with an invalid argument.
    Misused(Usage),
    Unknown,
}

/// A command whose usage is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Usage {
    Latest,
    Why,
    Remind,
    Filter,
    Digest,
    Quiet,
    Language,
    Own,
}

impl Usage {
    /// Returns an answer that explains the usage.
    pub(super) fn say(self, words: &BotWords) -> String {
        let usage = match self {
            Self::Latest => words.usage_latest,
            Self::Why => words.usage_why,
            Self::Remind => words.usage_remind,
            Self::Filter => words.usage_filter,
            Self::Digest => words.usage_digest,
            Self::Quiet => words.usage_quiet,
            Self::Language => words.usage_language,
            Self::Own => words.usage_own,
        };
        fill(words.misused, &[("usage", usage)])
    }
}

/// A command only for the config's admins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AdminCommand {
    Rebroadcast(Again),
    Broadcast(String),
    Held,
    Poll(String),
    Pause(String),
    Resume(String),
    Channels,
    Health,
    /// Managing a source, which is chosen by buttons.
    Manage,
    /// An announcement, whose text the bot asks for.
    AskBroadcast,
}

/// A request to send something again: `/rebroadcast 1042 staff`, and perhaps a note in the lines below.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Again {
    /// The bulletin; `None` for the one in the answered message, otherwise one of the latest.
    pub(super) which: Option<Which>,
    /// The id or name of a channel, or the title of a chat.
    pub(super) channel: Option<String>,
    pub(super) note: Option<String>,
}

impl AdminCommand {
    /// Returns whether it shows more than concerns the chat in which it is typed.
    pub(super) fn is_for_admins_eyes(&self) -> bool {
        !matches!(self, Self::Rebroadcast(_) | Self::AskBroadcast)
    }
}

/// A bulletin as people name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Which {
    Id(BulletinId),
    Link(String),
}

impl Which {
    pub(super) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let is_link = |part: &&str| part.starts_with("http://") || part.starts_with("https://");
        // A shared page is sent with its title.
        let mut links = text.split_whitespace().filter(is_link);
        match (links.next(), links.next()) {
            (Some(link), None) => return Some(Self::Link(link.to_owned())),
            (Some(_), Some(_)) => return None,
            (None, _) => {}
        }
        let number = fold(text).trim_start_matches('#').parse();
        number.ok().map(|id| Self::Id(BulletinId(id)))
    }
}

/// Returns the command in `text`, if it is for the bot called `own_name`.
pub(super) fn parse(text: &str, own_name: &str) -> Option<ChatCommand> {
    let text = text.trim_start().strip_prefix('/')?;
    let (name, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let goes_on_below = text[name.len()..].starts_with('\n');
    let (name, to) = match name.split_once('@') {
        Some((name, to)) => (name, Some(to)),
        None => (name, None),
    };
    if name.is_empty() || to.is_some_and(|to| !to.eq_ignore_ascii_case(own_name)) {
        return None;
    }
    let end = rest
        .char_indices()
        .nth(LONGEST)
        .map_or(rest.len(), |(at, _)| at);
    let rest = rest[..end].trim().to_owned();
    Some(match name.to_ascii_lowercase().as_str() {
        "start" => ChatCommand::Start(rest),
        "help" => ChatCommand::Help,
        "sources" => ChatCommand::Sources,
        "subscribe" => ChatCommand::Subscribe(rest),
        "unsubscribe" => ChatCommand::Unsubscribe(rest),
        "latest" => latest(&rest),
        "search" => ChatCommand::Search(rest),
        "stop" => ChatCommand::Unsubscribe("all".to_owned()),
        "why" => or_latest(rest, ChatCommand::Why),
        "filter" => ChatCommand::Filter(rest),
        "digest" => ChatCommand::Digest(rest),
        "quiet" => ChatCommand::Quiet(rest),
        "timezone" => ChatCommand::TimeZone(rest),
        "language" => ChatCommand::Language(rest),
        "remind" => or_latest(rest, ChatCommand::Remind),
        "settings" => ChatCommand::Settings(rest),
        "rebroadcast" => rebroadcast(&rest, goes_on_below),
        "broadcast" => for_admins(rest, AdminCommand::AskBroadcast, AdminCommand::Broadcast),
        "held" => ChatCommand::Admin(AdminCommand::Held),
        "poll" => for_admins(rest, AdminCommand::Manage, AdminCommand::Poll),
        "pause" => for_admins(rest, AdminCommand::Manage, AdminCommand::Pause),
        "resume" => for_admins(rest, AdminCommand::Manage, AdminCommand::Resume),
        "channels" => ChatCommand::Admin(AdminCommand::Channels),
        "health" => ChatCommand::Admin(AdminCommand::Health),
        _ => ChatCommand::Unknown,
    })
}

/// Returns the latest bulletins, each with a button, if no bulletin is named.
fn or_latest(rest: String, command: fn(String) -> ChatCommand) -> ChatCommand {
    match rest.is_empty() {
        true => ChatCommand::Latest(LATEST),
        false => command(rest),
    }
}

fn for_admins(
    rest: String,
    without: AdminCommand,
    act: impl FnOnce(String) -> AdminCommand,
) -> ChatCommand {
    ChatCommand::Admin(match rest.is_empty() {
        true => without,
        false => act(rest),
    })
}

fn latest(rest: &str) -> ChatCommand {
    match fold(rest).parse::<usize>() {
        _ if rest.is_empty() => ChatCommand::Latest(LATEST),
        Ok(n) if n > 0 => ChatCommand::Latest(n.min(MOST_LATEST)),
        _ => ChatCommand::Misused(Usage::Latest),
    }
}

fn rebroadcast(rest: &str, is_note: bool) -> ChatCommand {
    let (line, note) = match is_note {
        true => ("", rest),
        false => rest.split_once('\n').unwrap_or((rest, "")),
    };
    let line = line.trim();
    let (first, after) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let which = Which::read(first);
    let channel = if which.is_some() { after } else { line };
    let some = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
    ChatCommand::Admin(AdminCommand::Rebroadcast(Again {
        which,
        channel: some(channel),
        note: some(note),
    }))
}

/// Returns the numbers in a pushed message: that of a single bulletin is in its last line, those of several in their
/// lines.
pub(super) fn numbers_of(card: &str) -> Vec<BulletinId> {
    let number = |text: &str| text.strip_prefix('#')?.parse().ok().map(BulletinId);
    let of_entry = |line: &str| {
        let (mark, rest) = line.split_once(' ')?;
        let is_entry = mark == "•" || mark.strip_suffix('.')?.parse::<u8>().is_ok();
        number(rest.rsplit(' ').next()?).filter(|_| is_entry)
    };
    let head = card.lines().rev().find_map(|line| number(line.trim()));
    let entries = card.lines().filter_map(of_entry);
    head.into_iter().chain(entries).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ours(text: &str) -> Option<ChatCommand> {
        parse(text, "notice_bot")
    }

    #[test]
    fn commands_are_understood_however_they_are_written() {
        let start = |payload: &str| Some(ChatCommand::Start(payload.to_owned()));
        assert_eq!(ours("/start"), start(""));
        assert_eq!(ours("/start group-news"), start("group-news"));
        assert_eq!(ours("/HELP@Notice_Bot now"), Some(ChatCommand::Help));
        assert_eq!(ours("/latest"), Some(ChatCommand::Latest(5)));
        assert_eq!(ours("/latest 3"), Some(ChatCommand::Latest(3)));
        assert_eq!(ours("/latest ３"), Some(ChatCommand::Latest(3)));
        assert_eq!(ours("/latest 9999"), Some(ChatCommand::Latest(20)));
        let words = |words: &str| Some(ChatCommand::Search(words.to_owned()));
        assert_eq!(ours("/search\n 放假  通知 "), words("放假  通知"));
        assert_eq!(ours("/nosuch x"), Some(ChatCommand::Unknown));
        let id = || Some(Which::Id(BulletinId(1042)));
        let link = Some(Which::Link("https://a.example/1".to_owned()));
        for (text, which, channel, note) in [
            ("/rebroadcast 1042", id(), None, None),
            ("/rebroadcast #1042 staff", id(), Some("staff"), None),
            (
                "/rebroadcast 1042 值班 群\n请传达\n到人",
                id(),
                Some("值班 群"),
                Some("请传达\n到人"),
            ),
            ("/rebroadcast https://a.example/1", link, None, None),
            ("/rebroadcast", None, None, None),
            ("/rebroadcast staff", None, Some("staff"), None),
            ("/rebroadcast\n请传达", None, None, Some("请传达")),
        ] {
            let again = Again {
                which,
                channel: channel.map(str::to_owned),
                note: note.map(str::to_owned),
            };
            let command = ChatCommand::Admin(AdminCommand::Rebroadcast(again));
            assert_eq!(ours(text), Some(command), "{text}");
        }
    }

    #[test]
    fn a_link_may_come_with_its_title_and_not_with_another_link() {
        let link = Some(Which::Link("https://a.example/1".to_owned()));
        assert_eq!(Which::read("放假通知 https://a.example/1"), link);
        assert_eq!(
            Which::read("https://a.example/1\nhttps://a.example/2"),
            None
        );
        assert_eq!(Which::read("1 2"), None);
    }

    #[test]
    fn what_is_for_others_or_no_command_is_left_alone() {
        for text in ["hello", "", "/", "/ start", "/start@other_bot", "see /help"] {
            assert_eq!(ours(text), None, "{text}");
        }
    }

    #[test]
    fn misuse_is_distinguished_from_the_unknown() {
        for text in ["/latest x", "/latest 0", "/latest 1 2"] {
            assert_eq!(
                ours(text),
                Some(ChatCommand::Misused(Usage::Latest)),
                "{text}"
            );
        }
    }

    #[test]
    fn a_command_without_its_argument_offers_a_choice() {
        let admin = |command| Some(ChatCommand::Admin(command));
        assert_eq!(ours("/why "), Some(ChatCommand::Latest(LATEST)));
        assert_eq!(ours("/remind"), Some(ChatCommand::Latest(LATEST)));
        for text in ["/poll", "/pause ", "/resume"] {
            assert_eq!(ours(text), admin(AdminCommand::Manage), "{text}");
        }
        assert_eq!(ours("/broadcast "), admin(AdminCommand::AskBroadcast));
        let all = || Some(ChatCommand::Unsubscribe("all".to_owned()));
        assert_eq!(ours("/stop"), all());
    }

    #[test]
    fn a_card_ends_with_its_number() {
        let ids = |ids: &[u64]| ids.iter().copied().map(BulletinId).collect::<Vec<_>>();
        for (card, numbers) in [
            ("【源】标题\n\n#7 看点\n\n#1042", &[1042][..]),
            ("#1042\nhttps://a.example/", &[1042]),
            ("no number\nnor #5\n1 #6", &[]),
            (
                "【源】标题\n#4\n\n2. 另一条 #3\n3. 再一条 · 截止：2026-01-01 #2",
                &[4, 3, 2],
            ),
            ("汇总 · 2 条\n\n【源】\n• 标题 #8\n• 标题 #9", &[8, 9]),
        ] {
            assert_eq!(numbers_of(card), ids(numbers), "{card}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_much(text in "/?(subscribe|filter|latest|rebroadcast|why)?\\PC{0,300}") {
            let _ = ours(&text);
        }
    }
}
