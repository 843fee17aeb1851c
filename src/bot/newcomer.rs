//! Who comes to the bot first: the chat's own id, what there is, and the admins who let it in.

use super::{
    answer::Room,
    ask::Ask,
    asker::Asker,
    button::Button,
    command,
    say::{Pressed, Reply},
    target::Target,
    words::fill,
};
use crate::{
    bulletin::{ChannelId, Chat, SourceId, Standing},
    push::card::escape,
    store::StoreError,
};

impl Room {
    /// The chat's id and the config block to paste.
    pub(super) fn welcome(&self, asker: &Asker) -> Reply {
        let words = asker.words();
        let id = asker.chat.to_string();
        let known: Vec<_> = self
            .channels_of(asker.chat, asker.username.as_deref())
            .map(|(id, _)| format!("<code>{id}</code>"))
            .collect();
        let text = if known.is_empty() {
            let block = escape(&config_block(asker));
            fill(words.start, &[("id", &id), ("block", &block)])
        } else {
            let channels = known.join(", ");
            fill(words.start_known, &[("id", &id), ("channels", &channels)])
        };
        self.doors(asker, text.into())
            .with([(words.help_label.to_owned(), Button::Help)])
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
    pub(super) fn ask_admins(&self, target: &Target, chat: &Chat) {
        if !self.shared.is_first_request(&target.id) {
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
                (words.let_in.to_owned(), Button::LetIn(target.id.clone())),
                (
                    words.turn_down.to_owned(),
                    Button::TurnDown(target.id.clone()),
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

    pub(super) async fn decide(
        &self,
        asker: &Asker,
        id: &ChannelId,
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
        if before.standing != standing {
            let theirs = self.words_at(id);
            let names = self.names_for(&chat, theirs);
            let (page, of) = (0, None);
            let sources = (theirs.sources.to_owned(), Button::Sources { page, of });
            let told = match lets_in {
                true => {
                    Reply::from(fill(theirs.you_are_in, &[("sources", &names)])).with([sources])
                }
                false => theirs.turned_down.into(),
            };
            pressed.more.push((id.clone(), told));
        }
        Ok(pressed)
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
