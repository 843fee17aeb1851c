//! Understands messages of people who know no commands: a greeting, an address, a number, a word. Pure.

use super::{
    command::{ChatCommand, LATEST, Which},
    pasted,
};
use crate::{
    bulletin::{Language, fold},
    words,
};

/// A function that makes a command from its subject.
type Command = fn(String) -> ChatCommand;

/// Returns a language's words for a command with a subject, which may follow the word.
fn about(language: Language) -> [(&'static [&'static str], Command); 3] {
    let heard = &words::of(language).heard;
    [
        (heard.unsubscribe, leaving),
        (heard.subscribe, ChatCommand::Subscribe),
        (heard.search, ChatCommand::Search),
    ]
}

/// Returns a language's words for another command.
fn alone(language: Language) -> [(&'static [&'static str], Command); 4] {
    let heard = &words::of(language).heard;
    [
        (heard.help, |_| ChatCommand::Help),
        (heard.settings, ChatCommand::Settings),
        (heard.sources, |_| ChatCommand::Sources),
        (heard.latest, |_| ChatCommand::Latest(LATEST)),
    ]
}

/// Returns the command that a message in a private chat means; `None` if it has no text.
pub(super) fn command(text: &str) -> Option<ChatCommand> {
    let text = text.trim();
    if text.is_empty() || text.starts_with('/') {
        return None;
    }
    if let Some(Which::Id(id)) = Which::read(text) {
        return Some(ChatCommand::Show(id));
    }
    let known = first_word(text).or_else(|| {
        let address = pasted::in_passing(text).map(ChatCommand::Subscribe);
        match run_on(text) {
            // A shared page is sent with its title, which may begin with any word.
            None | Some(ChatCommand::Search(_)) if address.is_some() => address,
            run_on => run_on,
        }
    });
    Some(known.unwrap_or(ChatCommand::Hello))
}

/// Returns the command of the first word. People may write in another language than they read.
fn first_word(text: &str) -> Option<ChatCommand> {
    let (first, rest) = text
        .split_once(|c: char| c.is_whitespace() || "：:".contains(c))
        .unwrap_or((text, ""));
    let first = fold(first.trim_end_matches(['。', '！', '!', '.', '？', '?']));
    let all = |language| about(language).into_iter().chain(alone(language));
    let mut all = Language::ALL.into_iter().flat_map(all);
    let (_, command) = all.find(|(words, _)| words.contains(&&*first))?;
    Some(command(rest.trim().to_owned()))
}

/// Returns the command of the word at the beginning of a text without spaces between words: 订阅通知公告. A single sign may
/// begin any other word.
fn run_on(text: &str) -> Option<ChatCommand> {
    let all = Language::ALL.into_iter().flat_map(about);
    let all = all.flat_map(|(words, command)| words.iter().map(move |word| (*word, command)));
    let all = all.filter(|(word, _)| !word.is_ascii() && word.chars().count() > 1);
    let behind = |word: &str| {
        let (end, _) = text.char_indices().nth(word.chars().count())?;
        let (first, rest) = text.split_at(end);
        (fold(first) == word).then_some(rest)
    };
    let found = all.filter_map(|(word, command)| Some((behind(word)?, command)));
    let (rest, command) = found.min_by_key(|(rest, _)| rest.len())?;
    Some(command(rest.trim().to_owned()))
}

/// Unsubscribes. Without a name, the bot offers the sources to unsubscribe from.
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
            ("退订通知公告", leave("通知公告")),
            ("取消订阅通知公告", leave("通知公告")),
            ("退订 https://a.example/1", leave("https://a.example/1")),
            ("订阅通知公告", subscribe("通知公告")),
            ("订阅：通知公告", subscribe("通知公告")),
            ("www.example.com", subscribe("www.example.com")),
            (
                "Https://a.example/tzgg",
                subscribe("Https://a.example/tzgg"),
            ),
            (
                "看看https://a.example/tzgg/，和http://b.example/1",
                subscribe("https://a.example/tzgg/ http://b.example/1"),
            ),
            ("退订https://a.example/1", leave("https://a.example/1")),
            ("訂閱通知公告", subscribe("通知公告")),
            (
                "搜索引擎大会 https://a.example/1",
                subscribe("https://a.example/1"),
            ),
            ("搜狗新闻", Some(ChatCommand::Hello)),
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
