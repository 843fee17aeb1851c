//! Provides a platform on paper: it records the messages that it is to send, and shows each at once.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Arc, Mutex},
};

use chrono::Utc;
use futures::{FutureExt, future::BoxFuture};
use tempfile::TempDir;
use tokio::sync::watch;

use super::super::{
    Alone, Asker, Base, Button, Carrier, ChatKind, ChatMemory, Conversation, Effect, Heard,
    Message, Permissions, Platform, Press, Reply, Saying,
};
use crate::{
    bulletin::{
        AddSources, BulletinId, Channel, ChannelId, Delivery, Language, MessageRef, Notice,
        Subscribe,
    },
    config::{Config, Live},
    ops::{BulletinQuery, Found, PollFindings, PollState, Store},
    push::{Pusher, Sent},
    watch::Watch,
};

pub(super) const ADMIN: i64 = 1;

const CONFIG: &str = r#"
language = "en"
[telegram]
token = "1:a"
[[source]]
id = "news"
name = "Campus news"
url = "https://news.example.com/"
[[source]]
id = "staff"
name = "Staff"
url = "https://staff.example.com/"
public = false
"#;

/// Returns the titles on the list before the first poll.
fn past() -> Vec<String> {
    let months = [
        "January", "March", "April", "May", "June", "August", "October",
    ];
    months.map(|month| format!("Holiday in {month}")).into()
}

fn chat(number: i64) -> ChannelId {
    ChannelId::of_chat(number, None)
}

/// A message as it appears in a conversation.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    pub(super) to: ChannelId,
    pub(super) message: MessageRef,
    pub(super) reply: Reply,
}

impl Shown {
    /// Returns the text as people read it.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for part in self.reply.text.split('<') {
            text += part.split_once('>').map_or(part, |(_, rest)| rest);
        }
        text.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&")
    }

    pub(super) fn button(&self, label: &str) -> Button {
        let mut buttons = self.reply.buttons.iter().flatten();
        let found = buttons.find(|(known, _)| known == label);
        found
            .unwrap_or_else(|| panic!("no button {label}: {self:#?}"))
            .1
            .clone()
    }
}

#[derive(Default)]
pub(super) struct Paper {
    administrators: Mutex<HashSet<(ChannelId, ChannelId)>>,
    shut: Mutex<HashSet<ChannelId>>,
    notified: Mutex<Vec<(ChannelId, Reply)>>,
}

impl Paper {
    pub(super) fn appoint(&self, asker: &Asker) {
        let person = asker.person.clone().unwrap();
        self.administrators
            .lock()
            .unwrap()
            .insert((person, asker.chat.clone()));
    }

    /// Shuts a chat: messages to it fail from now on.
    pub(super) fn shut(&self, chat: &ChannelId) {
        self.shut.lock().unwrap().insert(chat.clone());
    }
}

impl Platform for Paper {
    fn name(&self) -> &str {
        "paper_bot"
    }

    fn administrates<'a>(
        &'a self,
        person: &'a ChannelId,
        chat: &'a ChannelId,
    ) -> BoxFuture<'a, bool> {
        let asked = (person.clone(), chat.clone());
        async move { self.administrators.lock().unwrap().contains(&asked) }.boxed()
    }

    fn find<'a>(&'a self, _name: &'a str) -> BoxFuture<'a, Option<(ChannelId, String)>> {
        async { None }.boxed()
    }

    fn whole(&self, place: &ChannelId) -> ChannelId {
        place.clone()
    }

    fn is_private(&self, chat: &ChannelId) -> bool {
        !chat.as_str().contains('-')
    }

    fn place_of(&self, _: &Channel, _: &ChannelId, _: Option<&str>) -> Option<ChannelId> {
        None
    }

    fn config_block(&self, asker: &Asker) -> String {
        format!("[[channel]]\nkind = \"paper\"\nchat = \"{}\"", asker.chat)
    }

    fn link_for(&self, person: &ChannelId, what: &str) -> Option<String> {
        Some(format!("paper:{person}/{what}"))
    }

    fn linked<'a>(&self, _: &ChannelId, payload: &'a str) -> Option<&'a str> {
        Some(payload)
    }

    fn share_link(&self, _: &str, _: &str) -> Option<String> {
        None
    }

    fn file<'a>(&'a self, _: &'a str, _: usize) -> BoxFuture<'a, Option<Vec<u8>>> {
        async { None }.boxed()
    }

    fn can_delete(&self, _: &ChannelId, _: Option<&Channel>) -> bool {
        true
    }

    fn notify(&self, to: &ChannelId, reply: Reply) -> bool {
        self.notified.lock().unwrap().push((to.clone(), reply));
        true
    }

    fn say<'a>(&'a self, to: &'a ChannelId, reply: Reply) -> BoxFuture<'a, Option<Sent>> {
        self.notify(to, reply);
        async { Some(Sent::Done(None)) }.boxed()
    }

    fn edit<'a>(
        &'a self,
        chat: &'a ChannelId,
        _message: &'a MessageRef,
        reply: Reply,
    ) -> BoxFuture<'a, Sent> {
        self.notify(chat, reply);
        async { Sent::Done(None) }.boxed()
    }

    fn delete<'a>(&'a self, _: &'a Delivery, _: Option<&'a Channel>) -> BoxFuture<'a, bool> {
        async { true }.boxed()
    }
}

/// The bot, and people who talk to it.
pub(super) struct Town {
    conversation: Conversation,
    pub(super) paper: Arc<Paper>,
    store: Store,
    note: Mutex<String>,
    messages: Mutex<u32>,
    _state: TempDir,
    _config: watch::Sender<Arc<Config>>,
}

impl Town {
    pub(super) async fn open(subscribe: &str) -> Self {
        let state = tempfile::tempdir().unwrap();
        let store = Store::open(state.path()).await.unwrap();
        let config = Config::check(CONFIG, std::path::Path::new("noticast.toml")).unwrap();
        let synced = store.sync_config(&config.sources, &config.channels);
        synced.await.unwrap();
        let config = Arc::new(config);
        let (sender, live): (_, Live) = watch::channel(config.clone());
        let paper = Arc::new(Paper::default());
        let permissions = Permissions {
            admins: vec![chat(ADMIN)],
            subscribe: match subscribe {
                "anyone" => Subscribe::Anyone,
                _ => Subscribe::Approved,
            },
            add_sources: AddSources::Anyone,
        };
        let base = Base {
            store: store.clone(),
            config,
            permissions: Arc::new(permissions),
            platform: paper.clone(),
            memory: Arc::new(ChatMemory::default()),
        };
        let watch = Watch::of_config(store.clone(), live.clone());
        let pusher = Pusher::new(store.clone(), live, Arc::new(Mutex::new(std::io::sink())));
        let town = Self {
            conversation: Conversation::new(base, watch, pusher),
            paper,
            store,
            note: Mutex::default(),
            messages: Mutex::default(),
            _state: state,
            _config: sender,
        };
        town.poll(past()).await;
        town
    }

    /// Returns a person in their private conversation with the bot.
    pub(super) fn person(&self, number: i64) -> Asker {
        Asker {
            kind: ChatKind::Private,
            spoken: Some(Language::En),
            ..self.member(number, number)
        }
    }

    /// Returns a person in a group.
    pub(super) fn member(&self, group: i64, number: i64) -> Asker {
        Asker {
            place: chat(group),
            chat: chat(group),
            kind: ChatKind::Group,
            title: format!("Chat {group}"),
            username: None,
            person: Some(chat(number)),
            name: format!("Person {number}"),
            speaks_for_chat: false,
            spoken: None,
            language: Language::En,
            question: String::new(),
        }
    }

    pub(super) async fn types(&self, asker: &Asker, text: &str) -> Vec<Shown> {
        let message = Message {
            text: text.to_owned(),
            answers: None,
        };
        self.says(asker, message).await
    }

    pub(super) async fn says(&self, asker: &Asker, message: Message) -> Vec<Shown> {
        self.hear(asker, Heard::Message(message)).await
    }

    /// Presses the button with that label below a message.
    pub(super) async fn presses(&self, asker: &Asker, on: &Shown, label: &str) -> Vec<Shown> {
        self.press(asker, on, on.button(label), true).await
    }

    /// Sends a press for which the message has no button.
    pub(super) async fn sends(&self, asker: &Asker, on: &Shown, button: Button) -> Vec<Shown> {
        self.press(asker, on, button, false).await
    }

    async fn press(&self, asker: &Asker, on: &Shown, button: Button, is_shown: bool) -> Vec<Shown> {
        let press = Press {
            button: Button::read(&button.written(), &on.to),
            carrier: Some(Carrier {
                message: on.message.clone(),
                text: on.text(),
            }),
            is_shown,
        };
        self.hear(asker, Heard::Press(press)).await
    }

    async fn hear(&self, asker: &Asker, heard: Heard) -> Vec<Shown> {
        let heard = self.conversation.hear(asker.clone(), heard).await.unwrap();
        let mut effects = VecDeque::from(heard);
        let mut shown = Vec::new();
        while let Some(effect) = effects.pop_front() {
            match effect {
                Effect::Say(saying) => shown.extend(self.shown(saying.to, saying.reply)),
                Effect::Alone(alone) => shown.extend(self.say_alone(alone)),
                Effect::Edit {
                    chat,
                    message,
                    reply,
                } => shown.push(Shown {
                    to: chat,
                    message,
                    reply,
                }),
                Effect::Note(text) | Effect::Open(text) => *self.note.lock().unwrap() = text,
                Effect::Later { work, .. } => effects.extend(work.await.unwrap()),
            }
        }
        shown
    }

    fn say_alone(&self, alone: Alone) -> Vec<Shown> {
        let Saying { to, reply, .. } = alone.saying;
        let is_shut = self.paper.shut.lock().unwrap().contains(&to);
        let said = (!is_shut).then_some((to, reply));
        let after = if is_shut { alone.otherwise } else { alone.then };
        let all = said.into_iter().chain(after);
        all.filter_map(|(to, reply)| self.shown(to, reply))
            .collect()
    }

    fn shown(&self, to: ChannelId, reply: Reply) -> Option<Shown> {
        let mut messages = self.messages.lock().unwrap();
        *messages += 1;
        let message = MessageRef(messages.to_string());
        let is_said = !reply.text.is_empty();
        is_said.then_some(Shown { to, message, reply })
    }

    /// Returns the note at the last pressed button.
    pub(super) fn last_note(&self) -> String {
        self.note.lock().unwrap().clone()
    }

    /// Returns the messages since the last time that were not answers.
    pub(super) fn notified(&self) -> Vec<Shown> {
        let notified = std::mem::take(&mut *self.paper.notified.lock().unwrap());
        let notified = notified.into_iter();
        notified
            .filter_map(|(to, reply)| self.shown(to, reply))
            .collect()
    }

    pub(super) async fn publish(&self, title: &str) {
        let new = std::iter::once(title.to_owned());
        self.poll(new.chain(past()).collect()).await;
    }

    /// Records a poll of the list, newest first.
    async fn poll(&self, titles: Vec<String>) {
        let row = |title: String| Found {
            notice: Notice {
                url: format!("https://news.example.com/{}", title.replace(' ', "-")),
                guid: None,
                title,
                published: None,
                updated: None,
                summary: None,
                publisher: None,
                pinned: false,
            },
            article: None,
        };
        let findings = PollFindings {
            source: "news".parse().unwrap(),
            found: titles.into_iter().map(row).collect(),
            state: PollState::default(),
        };
        self.store.admit(findings, Utc::now()).await.unwrap();
    }

    pub(super) async fn newest(&self) -> BulletinId {
        let found = self.store.bulletins(&BulletinQuery::default()).await;
        found.unwrap().items[0].id
    }
}
