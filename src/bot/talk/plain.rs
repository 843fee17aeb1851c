//! Messages of people who know no commands: a greeting, an address, a number, a word. Pure.

use super::command::{ChatCommand, LATEST, Which};
use crate::{
    bulletin::{Language, fold},
    words,
};

/// Makes a command of what it is about.
type Command = fn(String) -> ChatCommand;

/// The words of a language that stand for a command, alone or before what it is about.
fn meanings(language: Language) -> [(&'static [&'static str], Command); 7] {
    let heard = &words::of(language).heard;
    [
        (heard.unsubscribe, leaving),
        (heard.subscribe, ChatCommand::Subscribe),
        (heard.search, ChatCommand::Search),
        (heard.help, |_| ChatCommand::Help),
        (heard.settings, ChatCommand::Settings),
        (heard.sources, |_| ChatCommand::Sources),
        (heard.latest, |_| ChatCommand::Latest(LATEST)),
    ]
}

/// Returns what a message in a private chat asks for; None: it holds no text.
pub(super) fn command(text: &str) -> Option<ChatCommand> {
    let text = text.trim();
    match Which::read(text) {
        _ if text.is_empty() || text.starts_with('/') => return None,
        Some(Which::Link(address)) => return Some(ChatCommand::Subscribe(address)),
        Some(Which::Id(id)) => return Some(ChatCommand::Show(id)),
        None => {}
    }
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let first = fold(first.trim_end_matches(['。', '！', '!', '.', '？', '?']));
    // Whatever language people read, they may write another one.
    let mut all = Language::ALL.into_iter().flat_map(meanings);
    let known = all.find(|(words, _)| words.contains(&&*first));
    Some(known.map_or(ChatCommand::Hello, |(_, command)| {
        command(rest.trim().to_owned())
    }))
}

/// Without a name, the bot offers the sources to unsubscribe from.
fn leaving(rest: String) -> ChatCommand {
    ChatCommand::Unsubscribe(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bulletin::BulletinId;

    #[test]
    fn people_need_no_command_to_be_understood() {
        let subscribe = |what: &str| Some(ChatCommand::Subscribe(what.to_owned()));
        let leave = |what: &str| Some(ChatCommand::Unsubscribe(what.to_owned()));
        for (text, meant) in [
            ("你好", Some(ChatCommand::Hello)),
            ("thanks a lot", Some(ChatCommand::Hello)),
            (
                "看看 https://a.example/tzgg/",
                subscribe("https://a.example/tzgg/"),
            ),
            ("1042", Some(ChatCommand::Show(BulletinId(1042)))),
            ("#１０４２", Some(ChatCommand::Show(BulletinId(1042)))),
            ("退订", leave("")),
            ("STOP!", leave("")),
            ("退订 通知公告", leave("通知公告")),
            ("订阅 通知公告", subscribe("通知公告")),
            (
                "搜索 放假 通知",
                Some(ChatCommand::Search("放假 通知".to_owned())),
            ),
            ("帮助？", Some(ChatCommand::Help)),
            ("", None),
            ("/nosuch", None),
        ] {
            assert_eq!(command(text), meant, "{text}");
        }
    }
}
