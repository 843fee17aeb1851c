//! Records a conversation with the bot as people read it: what they type and press, and what they are shown.

use std::collections::BTreeMap;

use regex::Regex;
use serde_json::Value;

use super::telegram::{Message, Telegram};

pub(crate) struct Transcript<'a> {
    telegram: &'a Telegram,
    /// The chats that it follows, in the order in which it shows them, with their names.
    chats: Vec<(i64, &'static str)>,
    people: Vec<(i64, &'static str)>,
    /// The messages of the chats at the last check, by chat and message.
    shown: BTreeMap<(usize, i64), String>,
    lines: Vec<String>,
}

impl<'a> Transcript<'a> {
    /// Begins a transcript. The first chat is its subject, and needs no name.
    pub(crate) fn of(
        telegram: &'a Telegram,
        chats: &[(i64, &'static str)],
        people: &[(i64, &'static str)],
    ) -> Self {
        Self {
            telegram,
            chats: chats.to_vec(),
            people: people.to_vec(),
            shown: BTreeMap::new(),
            lines: Vec::new(),
        }
    }

    /// Records an event outside the conversation, which `messages` messages of the bot follow.
    pub(crate) async fn event(&mut self, what: &str, messages: usize) {
        self.lines.push(format!("({what})\n"));
        self.hear(messages, "").await;
    }

    pub(crate) async fn says(&mut self, (person, chat): (i64, i64), text: &str, messages: usize) {
        self.line(person, chat, text);
        self.telegram.say(chat, person, text);
        self.hear(messages, "").await;
    }

    /// Answers the last message of the chat.
    pub(crate) async fn answers(
        &mut self,
        (person, chat): (i64, i64),
        text: &str,
        messages: usize,
    ) {
        self.line(person, chat, &format!("(as a reply) {text}"));
        self.telegram.answer(chat, person, text);
        self.hear(messages, "").await;
    }

    /// Presses a button on the newest message of the chat that has it.
    pub(crate) async fn presses(&mut self, at: (i64, i64), label: &str, messages: usize) {
        self.presses_until(at, label, messages, "").await;
    }

    /// Presses a button whose message is edited on the way: one shows `part` in the end.
    pub(crate) async fn presses_until(
        &mut self,
        (person, chat): (i64, i64),
        label: &str,
        messages: usize,
        part: &str,
    ) {
        self.line(person, chat, &format!("presses [{label}]"));
        let (message, data) = self.button(chat, label);
        let before = self.telegram.acknowledged().len();
        self.telegram.press(&message, person, &data);
        let is_answered = |seen: &Telegram| seen.acknowledged().len() > before;
        self.telegram
            .until("the press is answered", is_answered)
            .await;
        if let Some(note) = self.telegram.acknowledged()[before].as_str() {
            self.lines.push(format!("  Note: {note}\n"));
        }
        self.hear(messages, part).await;
    }

    fn button(&self, chat: i64, label: &str) -> (Message, String) {
        let mut messages = self.telegram.messages().into_iter().rev();
        let found = messages.find_map(|message| {
            let buttons = message.buttons().into_iter();
            let data = buttons.filter(|it| it.0 == label).map(|it| it.1).next()?;
            (message.chat == chat).then_some((message, data))
        });
        found.unwrap_or_else(|| panic!("no button `{label}`: {}", self.lines.join("\n")))
    }

    /// Returns the conversation, once nothing more can arrive; times and addresses of keys are masked.
    pub(crate) fn end(mut self) -> String {
        let more = self.news();
        assert!(more.is_empty(), "nobody waited for this: {more:?}");
        let text = std::mem::take(&mut self.lines).join("\n");
        let masks = [
            (r"\d{4}-\d{2}-\d{2}( \d{2}:\d{2})?", "DATE"),
            (r"\?start=\S+", "?start=…"),
        ];
        masks.into_iter().fold(text, |text, (pattern, mask)| {
            let pattern = Regex::new(pattern).unwrap();
            pattern.replace_all(&text, mask).into_owned()
        })
    }

    fn line(&mut self, person: i64, chat: i64, text: &str) {
        let (who, place) = (called(&self.people, person), self.place(chat));
        self.lines.push(format!("{who}{place}: {text}\n"));
    }

    /// Returns the name of the chat, unless it is the subject.
    fn place(&self, chat: i64) -> String {
        match chat == self.chats[0].0 {
            true => String::new(),
            false => format!(" ({})", called(&self.chats, chat)),
        }
    }

    async fn hear(&mut self, messages: usize, part: &str) {
        let known = &*self;
        let what = format!(
            "{messages} messages, {part}, after {:?}",
            known.lines.last()
        );
        let has_come = |_: &Telegram| {
            let news = known.news();
            let is_said = messages == 0 || news.iter().any(|it| it.2.contains(part));
            news.len() >= messages && is_said
        };
        self.telegram.until(&what, has_come).await;
        let news = self.news();
        assert_eq!(news.len(), messages, "{news:?}");
        for (message, text, said) in news {
            self.lines.push(said);
            match text {
                Some(text) => self.shown.insert(message, text),
                None => self.shown.remove(&message),
            };
        }
    }

    /// Returns the messages that changed since the last check: the message, its present text, and its description.
    fn news(&self) -> Vec<((usize, i64), Option<String>, String)> {
        let messages = self.telegram.messages();
        let mut news = Vec::new();
        for (order, (chat, _)) in self.chats.iter().enumerate() {
            for message in messages.iter().filter(|it| it.chat == *chat) {
                let (text, key) = (shown(message), (order, message.id));
                let before = self.shown.get(&key);
                if before != Some(&text) {
                    let how = if before.is_some() { ", edited" } else { "" };
                    let said = format!("  Bot{}{how}:\n{text}", self.place(*chat));
                    news.push((key, Some(text), said));
                }
            }
        }
        for (key, text) in &self.shown {
            if !messages.iter().any(|it| it.id == key.1) {
                let place = self.place(self.chats[key.0].0);
                news.push((*key, None, format!("  Bot{place} deletes:\n{text}")));
            }
        }
        news
    }
}

fn called(names: &[(i64, &'static str)], id: i64) -> &'static str {
    let found = names.iter().find(|(known, _)| *known == id);
    found.unwrap_or_else(|| panic!("{id} has no name")).1
}

/// Returns a message as it is shown: its text, and its buttons row by row.
fn shown(message: &Message) -> String {
    let mut lines: Vec<String> = message.text.lines().map(str::to_owned).collect();
    let markup = message.params.get("reply_markup");
    let rows = markup.and_then(|markup| markup["inline_keyboard"].as_array());
    for row in rows.into_iter().flatten() {
        let labels = row.as_array().into_iter().flatten();
        let label = |button: &Value| format!("[{}]", button["text"].as_str().unwrap_or_default());
        lines.push(labels.map(label).collect::<Vec<_>>().join(" "));
    }
    let indented = lines.iter().map(|line| format!("    {line}"));
    let indented: Vec<String> = indented.map(|line| line.trim_end().to_owned()).collect();
    indented.join("\n") + "\n"
}
