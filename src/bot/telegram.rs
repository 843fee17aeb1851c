//! Connects the conversation to Telegram, its first platform.
//!
//! An update is received in `poll`, reduced in `known` to the parts that are read, and turned into a message in
//! `heard`. The conversation's answers become errands in `perform`, which follow the pusher's pace. `platform` answers
//! the conversation's requests to Telegram.

mod data;
mod errands;
mod heard;
mod inline;
mod known;
mod menus;
mod perform;
mod platform;
mod poll;
mod requests;

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use chrono::Utc;
use futures::FutureExt;
use teloxide::{
    payloads::GetMe,
    types::{CallbackQuery, Update, UpdateKind},
};
use tokio::{sync::mpsc, time::sleep};

use self::{
    errands::{Errand, MOST_ERRANDS},
    platform::{Me, TelegramPlatform},
    poll::Trouble,
};
use super::talk::{self, Base, ChatMemory, Conversation, Permissions};
use crate::{
    bulletin::ChannelId,
    config::{Config, Live},
    ops::{Answered, Failure, Store, StoreError},
    push::{Pusher, telegram::Voice},
    supervise::reason,
    watch::Watch,
};

/// The time after which an operation that the store rejected is tried again.
const AGAIN: Duration = Duration::from_secs(60);

/// The bot of one token, for as long as the pusher has that token.
struct BotSession {
    store: Store,
    config: Live,
    watch: Watch,
    telegram: Arc<TelegramPlatform>,
    conversation: Conversation,
}

/// Answers by long poll until the pusher uses another token.
pub(super) async fn serve(
    (store, config): (&Store, &Live),
    (pusher, watch): (&Pusher, &Watch),
) -> Result<(), Failure> {
    let voice = pusher.voice().await;
    let mut trouble = Trouble::default();
    let me = introduce(&voice, &mut trouble).await;
    let named = store.set_bot_name(&me.name).await;
    named.or_report("keeping the bot's name")?;
    let (sender, errands) = mpsc::channel(MOST_ERRANDS);
    let session = session(store, config, (pusher, watch), (me, voice, sender));
    let base = session.conversation.base();
    let dropped = talk::drop_oversized_filters(base).await;
    dropped.or_report("removing the filters that are too large")?;
    let voice = &session.telegram.voice;
    tokio::select! {
        ended = session.listen(trouble) => ended,
        () = menus::keep(voice, config.clone()) => Ok(()),
        ended = session.keep_reporting() => ended,
        () = errands::run(errands, watch.supervisor()) => Ok(()),
        () = voice.ended() => Ok(()),
    }
}

fn session(
    store: &Store,
    live: &Live,
    (pusher, watch): (&Pusher, &Watch),
    (me, voice, errands): (Me, Voice, mpsc::Sender<Errand>),
) -> BotSession {
    let config = live.borrow().clone();
    let token = config.telegram.as_ref().map(|it| it.token.clone());
    let telegram = Arc::new(TelegramPlatform {
        me,
        token,
        voice,
        errands,
    });
    let base = Base {
        store: store.clone(),
        permissions: Arc::new(permissions(&config)),
        config,
        platform: telegram.clone(),
        memory: Arc::new(ChatMemory::default()),
    };
    BotSession {
        store: store.clone(),
        config: live.clone(),
        watch: watch.clone(),
        telegram,
        conversation: Conversation::new(base, watch.clone(), pusher.clone()),
    }
}

fn permissions(config: &Config) -> Permissions {
    let Some(telegram) = &config.telegram else {
        return Permissions::nobody();
    };
    let admins = telegram.admins.iter();
    Permissions {
        admins: admins.map(|id| ChannelId::of_chat(*id, None)).collect(),
        subscribe: telegram.subscribe,
        add_sources: telegram.add_sources,
    }
}

impl BotSession {
    /// Returns the conversation with the present config, which may have new sources.
    fn conversation_now(&self) -> Conversation {
        let config = self.config.borrow().clone();
        self.conversation.with_base(Base {
            permissions: Arc::new(permissions(&config)),
            config,
            ..self.conversation.base().clone()
        })
    }

    async fn listen(&self, mut trouble: Trouble) -> Result<(), Failure> {
        let voice = &self.telegram.voice;
        loop {
            // Messages that people send in the meantime stay with Telegram.
            self.store.until_present().await;
            let offset = self.store.update_offset().await;
            let offset = offset.or_report("reading the offset")?.unwrap_or_default();
            let polled = poll::updates(voice, offset).await;
            let (updates, wait) = match polled {
                poll::Polled::Updates(updates) => {
                    trouble.over(voice);
                    (updates, None)
                }
                poll::Polled::Wait(sent, conflict) => {
                    (Vec::new(), Some(trouble.met(voice, &sent, conflict)))
                }
            };
            let base = self.conversation.base();
            let reported = talk::report_rival(base, &self.watch, trouble.has_rival()).await;
            reported.or_report("notifying admins of another poller")?;
            for update in updates {
                self.handle(update).await?;
            }
            if let Some(wait) = wait {
                sleep(wait).await;
            }
        }
    }

    /// Handles an update and confirms it once its effect is durable: after a crash it arrives again, and changes
    /// nothing then. Its answers are sent after that, so that none is sent twice.
    async fn handle(&self, polled: poll::PolledUpdate) -> Result<(), Failure> {
        let next = polled.id.saturating_add(1);
        let mut errands = Vec::new();
        if let Some(update) = polled.update {
            // An update whose handler panics must not arrive again for ever.
            match AssertUnwindSafe(self.answer(update)).catch_unwind().await {
                Ok(done) => {
                    let done = done.or_report("answering an update")?;
                    errands = done.unwrap_or_default();
                }
                Err(panic) => {
                    let why = format!("update {}: {}", polled.id, reason(panic.as_ref()));
                    self.watch.supervisor().broke("answers", &why);
                }
            }
        }
        let confirmed = self.store.set_update_offset(next).await;
        confirmed.or_report("confirming an update")?;
        for errand in errands {
            // If too many requests arrive at once, Telegram keeps further ones until there is room.
            if self.telegram.errands.send(errand).await.is_err() {
                break;
            }
        }
        Ok(())
    }

    async fn answer(&self, update: Update) -> Result<Vec<Errand>, StoreError> {
        let (asker, heard) = match update.kind {
            UpdateKind::Message(message) | UpdateKind::ChannelPost(message) => {
                if let Some(to) = message.migrate_to_chat_id() {
                    let (from, to, now) = (message.chat.id.0, to.0, Utc::now());
                    self.store.move_chat(from, to, now).await?;
                    self.telegram.voice.follow(from, to);
                    return Ok(Vec::new());
                }
                heard::message(&message, self.telegram.me.id)
            }
            UpdateKind::MyChatMember(change) => heard::membership(&change),
            UpdateKind::CallbackQuery(query) => return self.pressed(query).await,
            UpdateKind::InlineQuery(query) => {
                let conversation = self.conversation_now();
                let errand = inline::errand(&self.telegram, conversation, query);
                return Ok(errand.into_iter().collect());
            }
            _ => return Ok(Vec::new()),
        };
        let effects = self
            .conversation_now()
            .hear(asker, heard)
            .await?
            .into_iter();
        Ok(effects
            .filter_map(|effect| perform::errand(&self.telegram, effect, None))
            .collect())
    }

    async fn pressed(&self, query: CallbackQuery) -> Result<Vec<Errand>, StoreError> {
        let Some(chat) = query.message.as_ref().map(|message| message.chat().clone()) else {
            let words = talk::words_of(self.config.borrow().language);
            let press = (&query.id, 0);
            return Ok(vec![perform::acknowledge(
                &self.telegram,
                press,
                words.stale_button,
            )]);
        };
        let (asker, heard) = heard::press(&query, &chat, self.telegram.token.as_ref());
        let effects = self
            .conversation_now()
            .hear(asker, heard)
            .await?
            .into_iter();
        let press = Some((&query.id, chat.id.0));
        Ok(effects
            .filter_map(|effect| perform::errand(&self.telegram, effect, press))
            .collect())
    }

    /// Reports to admins on messages to many chats, and on held bulletins.
    async fn keep_reporting(&self) -> Result<(), Failure> {
        loop {
            let conversation = self.conversation_now();
            let base = conversation.base();
            let wait = talk::report(base).await.or_report("reporting to admins")?;
            let reported = talk::report_held(base).await;
            reported.or_report("notifying admins of what is held")?;
            sleep(wait.unwrap_or(AGAIN)).await;
        }
    }
}

/// Requests the bot's own name.
async fn introduce(voice: &Voice, trouble: &mut Trouble) -> Me {
    let api = voice.telegram.api();
    let me = loop {
        match api.call(&GetMe::new()).await {
            Ok(me) => {
                break Me {
                    id: me["id"].as_i64().unwrap_or_default(),
                    name: me["username"].as_str().unwrap_or_default().to_owned(),
                };
            }
            Err(error) => {
                let (sent, conflict) = poll::understood(error);
                sleep(trouble.met(voice, &sent, conflict)).await;
            }
        }
    };
    trouble.over(voice);
    me
}
