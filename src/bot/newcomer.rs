//! Who comes to the bot first: the chat's own id, what there is, and the admins who let it in.

use teloxide::payloads::SendMessage;

use super::{
    answer::Room,
    ask::Ask,
    asker::{Asker, Kind},
    button::Button,
    command,
    say::{Answer, Pressed, Reply},
    target::Target,
    words::fill,
};
use crate::{
    bulletin::{ChannelId, Chat, SourceId, Standing},
    ops::StoreError,
    push::card::{clean_line, cut, escape},
};

impl Room {
    /// What a chat reads where it asks how to begin: in private all of it, in a group what concerns its
    /// members, in a channel nothing.
    pub(super) fn welcome(&self, asker: &Asker) -> Reply {
        let words = asker.words();
        let reply = match asker.kind {
            Kind::Private => self.doors(asker, self.set_up(asker, asker)),
            Kind::Group => self.doors(asker, words.hello.into()),
            Kind::Channel => return Reply::default(),
        };
        reply.with([(words.help_label.to_owned(), Button::Help)])
    }

    /// The chat's id and the config block to paste, as they are told to `reader`.
    fn set_up(&self, asker: &Asker, reader: &Asker) -> Reply {
        let words = reader.words();
        let id = asker.chat.to_string();
        let known: Vec<_> = self
            .channels_of(asker.chat, asker.username.as_deref())
            .map(|(id, _)| format!("<code>{id}</code>"))
            .collect();
        let block = escape(&config_block(asker));
        let channels = known.join(", ");
        let title = escape(&cut(&clean_line(&asker.title), 100));
        let text = match (asker.is_private(), known.is_empty()) {
            (true, true) => words.start,
            (true, false) => words.start_known,
            (false, true) => words.set_up,
            (false, false) => words.set_up_known,
        };
        let parts = [
            ("id", id.as_str()),
            ("block", &block),
            ("channels", &channels),
            ("title", &title),
        ];
        let reply = Reply::from(fill(text, &parts));
        if asker.is_private() || asker.topic.is_some() {
            return reply;
        }
        let (page, of) = (0, Some(asker.chat));
        reply.with([(words.sources.to_owned(), Button::Sources { page, of })])
    }

    /// Tells whoever asks, alone, how to push to a group or channel: its readers have no use for it. Who
    /// cannot be written to is told in the group where to ask; of a channel the admins of the config are told.
    pub(super) fn introduce(&self, asker: &Asker) -> Vec<Answer> {
        let line = (asker.kind == Kind::Group)
            .then(|| self.message(&asker.place(), asker.words().hello_privately.into()))
            .flatten();
        let Some(alone) = self.alone(asker) else {
            let line = line.map(|line| self.send(asker.chat, line));
            return line.into_iter().chain(self.tell_admins(asker)).collect();
        };
        let shut = match line {
            Some(line) => vec![line],
            None => self.for_admins(asker),
        };
        let reply = self.set_up(asker, &alone);
        let answer = self.say_privately(asker, &alone, reply, (None, shut));
        answer.into_iter().collect()
    }

    /// How to push to a chat where nobody is named who could be told; once, as far as is remembered.
    fn tell_admins(&self, asker: &Asker) -> Vec<Answer> {
        let messages = self.for_admins(asker).into_iter();
        messages
            .map(|message| self.send(asker.chat, message))
            .collect()
    }

    fn for_admins(&self, asker: &Asker) -> Vec<SendMessage> {
        if !self.shared.is_first_introduction(asker.chat) {
            return Vec::new();
        }
        let admins = self.config.telegram.iter().flat_map(|it| &it.admins);
        let message = |admin: &i64| {
            let reader = self.alone(&Asker {
                user: Some(*admin),
                ..asker.clone()
            })?;
            self.message(&reader.place(), self.set_up(asker, &reader))
        };
        admins.filter_map(message).collect()
    }

    pub(super) fn help(&self, asker: &Asker) -> Reply {
        let words = asker.words();
        let is_admin = self.is_admin_alone(asker);
        let more = if is_admin { words.help_admin } else { "" };
        let reply = self.doors(asker, Reply::from(format!("{}{more}", words.help)));
        if !is_admin {
            return reply;
        }
        reply
            .with([
                (words.health_label.to_owned(), Button::Health),
                (words.held_label.to_owned(), Button::HeldList),
            ])
            .with([
                (words.channels.to_owned(), Button::Channels { page: 0 }),
                (words.manage.to_owned(), Button::Manage { page: 0 }),
                (words.announcement.to_owned(), Button::Ask(Ask::Broadcast)),
            ])
    }

    /// Buttons to all that anyone may ask for.
    pub(super) fn doors(&self, asker: &Asker, reply: Reply) -> Reply {
        let words = asker.words();
        let (page, of, n) = (0, None, command::LATEST);
        reply
            .with([
                (words.sources.to_owned(), Button::Sources { page, of }),
                (words.settings.to_owned(), Button::Menu(None)),
            ])
            .with([
                (words.latest.to_owned(), Button::Latest { n, page }),
                (words.search.to_owned(), Button::Ask(Ask::Search)),
            ])
    }

    /// Each admin gets a button for a chat that asked: once, as far as is remembered. What a crash kept
    /// from them comes when the chat asks again.
    pub(super) fn ask_admins(&self, asker: &Asker, target: &Target, chat: &Chat) {
        if !self.shared.is_first_request(&target.id) {
            return;
        }
        if !self.shared.may_ask_admins() {
            tracing::warn!(channel.id = %target.id, "too many chats ask to be let in at once; this one is listed by /channels alone");
            return;
        }
        let admins = self.config.telegram.iter().flat_map(|it| &it.admins);
        let mut is_asked = false;
        for admin in admins {
            is_asked = true;
            let id = ChannelId::of_chat(*admin, None);
            let words = self.words_at(&id);
            let names = self.names_of(chat, true, words);
            let text = match chat.wants_any() {
                true => words.newcomer,
                false => words.newcomer_only,
            };
            let text = fill(
                text,
                &[
                    ("title", &escape(&chat.title)),
                    ("id", target.id.as_str()),
                    ("sources", &names),
                ],
            );
            let reply = Reply::from(text).with([
                (
                    words.let_in.to_owned(),
                    Button::LetIn(target.id.clone(), asker.user),
                ),
                (
                    words.turn_down.to_owned(),
                    Button::TurnDown(target.id.clone(), asker.user),
                ),
            ]);
            let answer = self.tell(&id, reply);
            if answer.is_some_and(|answer| self.outgoing.try_send(answer).is_err()) {
                tracing::warn!(channel.id = %target.id, "too much waits to be said; an admin was not asked");
            }
        }
        if !is_asked {
            tracing::warn!(channel.id = %target.id, "a chat asks to be let in, and [telegram] has no `admins`");
        }
    }

    /// `by` is who asked for it, and is told alone: a group or channel has other readers.
    pub(super) async fn decide(
        &self,
        asker: &Asker,
        (id, by): (&ChannelId, Option<i64>),
        lets_in: bool,
    ) -> Result<Pressed, StoreError> {
        let words = asker.words();
        let Some(before) = self.store.chat(id) else {
            return Ok(Pressed::note(words.stale_button));
        };
        let (standing, what) = match lets_in {
            true => (Standing::Approved, "let in"),
            false => (Standing::Refused, "turned down"),
        };
        let target = Target {
            id: id.clone(),
            of: None,
            title: None,
        };
        let chat = self
            .change(asker, &target, what, move |chat| chat.standing = standing)
            .await?;
        let text = if lets_in {
            words.was_let_in
        } else {
            words.was_turned_down
        };
        let parts = [("title", escape(&chat.title)), ("id", id.to_string())];
        let parts: Vec<(&str, &str)> = parts.iter().map(|(k, v)| (*k, v.as_str())).collect();
        let mut pressed = Pressed::from(Reply::from(fill(text, &parts)));
        let own = id.chat().map(|(chat, _)| chat);
        let teller = own.filter(|chat| *chat > 0).or(by);
        if let Some(teller) = teller.filter(|_| before.standing != standing) {
            let told = self.decision(&chat, id, teller, lets_in);
            pressed.more.push((ChannelId::of_chat(teller, None), told));
        }
        Ok(pressed)
    }

    /// What an admin decided of a chat, as `reader` is told.
    fn decision(&self, chat: &Chat, id: &ChannelId, reader: i64, lets_in: bool) -> Reply {
        let words = self.words_at(&ChannelId::of_chat(reader, None));
        let names = self.names_for(chat, words);
        let mut reply = match lets_in {
            true => Reply::from(fill(words.you_are_in, &[("sources", &names)])),
            false => words.turned_down.into(),
        };
        let (of, topic) = id.chat().unwrap_or_default();
        let of = (of != reader).then_some(of);
        if of.is_some() {
            let title = escape(&chat.title);
            let parts = [("title", title.as_str()), ("text", reply.text.as_str())];
            reply.text = fill(words.of_a_chat, &parts);
        }
        if !lets_in || (of.is_some() && topic.is_some()) {
            return reply;
        }
        let page = 0;
        reply.with([(words.sources.to_owned(), Button::Sources { page, of })])
    }
}

fn config_block(asker: &Asker) -> String {
    let address = match &asker.username {
        Some(name) if !asker.is_private() => format!("\"@{name}\""),
        _ => asker.chat.to_string(),
    };
    let name = asker.username.as_deref().unwrap_or_default();
    let name = name.to_ascii_lowercase();
    let id = match asker.topic {
        Some(topic) => format!("chat{}-{topic}", asker.chat.unsigned_abs()),
        None if name.parse::<SourceId>().is_ok() => name,
        None => format!("chat{}", asker.chat.unsigned_abs()),
    };
    let topic = asker
        .topic
        .map(|topic| format!("\ntopic = {topic}"))
        .unwrap_or_default();
    format!("[[channel]]\nid = \"{id}\"\nkind = \"telegram\"\nchat = {address}{topic}")
}
