//! From an update to answers. What is asked of the store happens here, in the order of the updates;
//! the answers themselves go out when their chat's turn comes.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError, atomic::AtomicBool},
    time::Instant,
};

use futures::FutureExt;
use teloxide::types::{
    CallbackQuery, InlineKeyboardButtonKind, Message, MessageId, Update, UpdateKind,
};
use tokio::sync::{Semaphore, mpsc};

use super::{
    ask::Ask,
    asker::Asker,
    bounds::{Asked, Bounds, Turn, Turns},
    button::Button,
    command::{self, Admin, Command, Which},
    pages,
    say::{Answer, Carrier, Pressed, Reply},
    words::fill,
};
use crate::{
    bulletin::{ChannelId, Language},
    config::Config,
    ops::{Store, StoreError},
    push::{Pusher, card::escape, telegram::Voice},
    watch::Watch,
};

/// Who was told that they may not is not told again, as far as is remembered.
const MOST_TOLD: usize = 1000;
/// Searches of one chat that are under way or wait for it.
const MOST_SEARCHES: usize = 5;
/// Chats whose language is remembered.
const MOST_SPOKEN: usize = 20_000;

/// The bot itself.
#[derive(Debug)]
pub(super) struct Me {
    pub(super) id: i64,
    pub(super) name: String,
}

/// What outlives a single answer.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) me: Me,
    /// Searches in the archive, and looks at pages: a few of each at a time.
    searches: Semaphore,
    polls: Semaphore,
    looks: Semaphore,
    /// Chats and people in them who were told that they may not.
    told: Mutex<HashSet<(i64, Option<i64>)>>,
    /// What Telegram said of the language of those who wrote, for what is said to them unasked.
    spoken: Mutex<HashMap<i64, Language>>,
    /// Chats for which admins were asked, and those that they were told of.
    requests: Mutex<HashSet<ChannelId>>,
    introduced: Mutex<HashSet<i64>>,
    /// Pages that are looked at, and searches.
    pub(super) pages: Turns,
    searching: Turns,
    /// What each chat asks for, and for how many chats admins are asked.
    pub(super) bounds: Bounds,
    admin_asks: Bounds,
    /// Another program polls with the same token.
    pub(super) has_rival: AtomicBool,
}

impl Shared {
    pub(super) fn new(me: Me) -> Self {
        Self {
            me,
            searches: Semaphore::new(2),
            polls: Semaphore::new(2),
            looks: Semaphore::new(8),
            told: Mutex::default(),
            spoken: Mutex::default(),
            requests: Mutex::default(),
            introduced: Mutex::default(),
            pages: Turns::default(),
            searching: Turns::default(),
            bounds: Bounds::default(),
            admin_asks: Bounds::default(),
            has_rival: AtomicBool::new(false),
        }
    }

    pub(super) fn is_first_request(&self, of: &ChannelId) -> bool {
        let requests = self.requests.lock();
        let mut requests = requests.unwrap_or_else(PoisonError::into_inner);
        if requests.len() >= MOST_SPOKEN {
            requests.clear();
        }
        requests.insert(of.clone())
    }

    pub(super) fn is_first_introduction(&self, of: i64) -> bool {
        let introduced = self.introduced.lock();
        let mut introduced = introduced.unwrap_or_else(PoisonError::into_inner);
        if introduced.len() >= MOST_SPOKEN {
            introduced.clear();
        }
        introduced.insert(of)
    }

    /// Whether admins may be asked about one more chat; strangers make as many groups as they like.
    pub(super) fn may_ask_admins(&self) -> bool {
        self.admin_asks.ask(0, Instant::now()) == Asked::May
    }

    pub(super) fn set_spoken(&self, chat: i64, language: Language) {
        let spoken = self.spoken.lock();
        let mut spoken = spoken.unwrap_or_else(PoisonError::into_inner);
        if spoken.len() >= MOST_SPOKEN {
            spoken.clear();
        }
        spoken.insert(chat, language);
    }

    pub(super) fn spoken(&self, chat: i64) -> Option<Language> {
        let spoken = self.spoken.lock();
        let spoken = spoken.unwrap_or_else(PoisonError::into_inner);
        spoken.get(&chat).copied()
    }
}

/// What an answer stands on; clones share it.
#[derive(Clone)]
pub(super) struct Room {
    pub(super) store: Store,
    pub(super) config: Arc<Config>,
    pub(super) shared: Arc<Shared>,
    pub(super) voice: Voice,
    pub(super) watch: Watch,
    pub(super) pusher: Pusher,
    pub(super) outgoing: mpsc::Sender<Answer>,
}

impl Room {
    /// Does what the update asks for; the answers to send.
    pub(super) async fn answer(&self, update: Update) -> Result<Vec<Answer>, StoreError> {
        if let Some(answers) = self.held_off(&update.kind) {
            return Ok(answers);
        }
        match update.kind {
            UpdateKind::Message(message) | UpdateKind::ChannelPost(message) => {
                self.hear(&message).await
            }
            UpdateKind::CallbackQuery(query) => self.pressed(query).await,
            UpdateKind::MyChatMember(change) => self.membership(&change).await,
            _ => Ok(Vec::new()),
        }
    }

    /// What a chat that asks too often is told: that, once. None: it may ask.
    fn held_off(&self, update: &UpdateKind) -> Option<Vec<Answer>> {
        let (chat, user) = match update {
            UpdateKind::Message(it) | UpdateKind::ChannelPost(it) => (&it.chat, it.from.as_ref()),
            UpdateKind::CallbackQuery(it) => (it.message.as_ref()?.chat(), Some(&it.from)),
            UpdateKind::MyChatMember(it) => (&it.chat, Some(&it.from)),
            _ => return None,
        };
        let asker = self.asker_in(chat, user, None);
        if self.is_admin(&asker) {
            return None;
        }
        match self.shared.bounds.ask(chat.id.0, Instant::now()) {
            Asked::May => None,
            Asked::StillTooOften => Some(Vec::new()),
            Asked::TooOften => {
                tracing::warn!(
                    chat = chat.id.0,
                    "a chat asks too often, and is not answered for a while"
                );
                let told = self.say(&asker, asker.words().too_often.into());
                Some(told.into_iter().collect())
            }
        }
    }

    async fn hear(&self, message: &Message) -> Result<Vec<Answer>, StoreError> {
        if let Some(to) = message.migrate_to_chat_id() {
            self.store.move_chat(message.chat.id.0, to.0).await?;
            self.voice.follow(message.chat.id.0, to.0);
            return Ok(Vec::new());
        }
        let asker = self.asker(message);
        // What others wrote is no command of whoever passes it on.
        if let Some(origin) = message.forward_origin() {
            return match asker.is_private() {
                true => self.offer_channel(&asker, origin).await,
                false => Ok(Vec::new()),
            };
        }
        let command = message.text().and_then(|text| {
            let command = command::parse(text, &self.shared.me.name);
            // An answer may begin with a slash, as a regular expression does.
            let known = command.filter(|command| *command != Command::Unknown);
            let answer = || Some(self.asked_in(message)?.command(text));
            let unknown = || command::parse(text, &self.shared.me.name);
            known.or_else(answer).or_else(unknown)
        });
        match command {
            Some(command) => self.obey(command, &asker, message).await,
            None => Ok(Vec::new()),
        }
    }

    /// What the message asked for that this one answers.
    fn asked_in(&self, message: &Message) -> Option<Ask> {
        let first = message.text()?.split_whitespace().next()?;
        let is_for_others = first.starts_with('/') && first.contains('@');
        let original = message.reply_to_message().filter(|_| !is_for_others)?;
        self.is_own(original)
            .then(|| Ask::of(original.text()?))
            .flatten()
    }

    /// Whether the bot itself wrote it.
    pub(super) fn is_own(&self, message: &Message) -> bool {
        let from = message.from.as_ref();
        from.is_some_and(|from| i64::try_from(from.id.0) == Ok(self.shared.me.id))
    }

    async fn obey(
        &self,
        command: Command,
        asker: &Asker,
        message: &Message,
    ) -> Result<Vec<Answer>, StoreError> {
        let words = asker.words();
        let reply = match command {
            Command::Start(payload) => return self.start(asker, &payload).await,
            Command::Help => self.help(asker),
            Command::Sources => self.offer_sources(asker, None, 0, ""),
            Command::Subscribe(what) => return self.subscribe(asker, what).await,
            Command::Unsubscribe(what) => self.unsubscribe(asker, &what).await?,
            Command::Latest(n) => self.latest(asker, n, 0).await?,
            Command::Search(what) => return Ok(vec![self.later(asker, Slow::Search(what))]),
            Command::Why(what) => return Ok(vec![self.later(asker, Slow::Why(what))]),
            Command::Filter(what) => self.set_filter(asker, &what).await?,
            Command::MoreWords(what) => self.add_to_filter(asker, &what).await?,
            Command::Digest(what) => self.set_digest(asker, &what).await?,
            Command::Quiet(what) => self.set_quiet(asker, &what).await?,
            Command::TimeZone(what) => self.set_time_zone(asker, &what).await?,
            Command::Language(what) => self.set_language(asker, &what).await?,
            Command::Remind(what) => self.remind(asker, &what).await?,
            Command::Settings => self.settings(asker),
            Command::Admin(act) if self.is_admin(asker) => {
                return self.act(act, asker, message).await;
            }
            Command::Admin(_) => self.refused(asker, words.admins_only),
            Command::Misused(usage) => misused(asker, usage),
            Command::Unknown if asker.is_private() => words.unknown.into(),
            // In a group, the command is perhaps another bot's.
            Command::Unknown => return Ok(Vec::new()),
        };
        Ok(self.say(asker, reply).into_iter().collect())
    }

    async fn act(
        &self,
        act: Admin,
        asker: &Asker,
        message: &Message,
    ) -> Result<Vec<Answer>, StoreError> {
        let alone = self
            .alone(asker)
            .filter(|_| act.is_for_admins_eyes() && !asker.is_private());
        let (group, asker) = (asker, alone.as_ref().unwrap_or(asker));
        let reply = match act {
            Admin::Rebroadcast(None, channel) => {
                self.offer_replied_to(asker, channel, message).await?
            }
            Admin::Rebroadcast(which, channel) => {
                self.offer_rebroadcast(asker, which, channel).await?
            }
            Admin::Broadcast(text) => self.offer_broadcast(asker, &text).await?,
            Admin::Held => self.held(asker, None).await?,
            Admin::Poll(source) => {
                let polled = self.later(asker, Slow::Poll(source));
                let line = alone.as_ref().map(|_| group.words().answered_alone);
                let line = line.and_then(|line| self.say(group, line.into()));
                return Ok(std::iter::once(polled).chain(line).collect());
            }
            Admin::Pause(source) => self.pause(asker, &source, true).await?,
            Admin::Resume(source) => self.pause(asker, &source, false).await?,
            Admin::Channels => self.channels(asker, 0).await?,
            Admin::Health => self.health(asker).await?,
            Admin::Misused(usage) => misused(asker, usage),
        };
        let answer = match &alone {
            Some(alone) => self.say_alone(group, alone, reply),
            None => self.say(asker, reply),
        };
        Ok(answer.into_iter().collect())
    }

    // ---- buttons ----

    /// A press does what its button says if the bot wrote it and who pressed may do so.
    async fn pressed(&self, query: CallbackQuery) -> Result<Vec<Answer>, StoreError> {
        let message = query.message.as_ref();
        let chat = message.map(|message| message.chat().clone());
        let Some(chat) = chat else {
            let words = super::words::of(self.config.language);
            return Ok(vec![self.acknowledge(&query, words.stale_button)]);
        };
        let asker = self.presser(&query, &chat);
        let words = asker.words();
        let button =
            self.config.telegram.as_ref().and_then(|telegram| {
                Button::read(query.data.as_deref()?, &telegram.token, chat.id.0)
            });
        let carrier = query.regular_message().and_then(|message| {
            Some(Carrier {
                id: message.id,
                text: message.text()?.to_owned(),
            })
        });
        let (Some(button), Some(carrier)) = (button, carrier) else {
            return Ok(vec![self.acknowledge(&query, words.stale_button)]);
        };
        // A client can press on any message what it saw on another one.
        let is_moved = !asker.is_private() && !is_shown(&query) && !self.may_cancel(&asker).await;
        if is_moved {
            return Ok(vec![self.acknowledge(&query, words.stale_button)]);
        }
        if button.is_for_admins() && !self.is_admin(&asker) {
            return Ok(vec![self.acknowledge(&query, words.admins_only)]);
        }
        if button.is_for_admins_eyes() && !asker.is_private() {
            return Ok(vec![self.acknowledge(&query, words.alone_only)]);
        }
        let pressed = self.press(button, &asker, &carrier).await?;
        let mut answers = vec![self.acknowledge(&query, &pressed.note)];
        if let Some(shown) = pressed.shown {
            answers.push(self.edit(asker.chat, carrier.id, shown));
        }
        answers.extend(pressed.later.map(|slow| self.later(&asker, slow)));
        for (to, reply) in pressed.more {
            answers.extend(if to == asker.place() {
                self.say(&asker, reply)
            } else {
                self.tell(&to, reply)
            });
        }
        Ok(answers)
    }

    async fn press(
        &self,
        button: Button,
        asker: &Asker,
        carrier: &Carrier,
    ) -> Result<Pressed, StoreError> {
        let words = asker.words();
        Ok(match button {
            Button::Cancel if self.may_cancel(asker).await => self.cancel(asker, carrier).await?,
            Button::Cancel => Pressed::note(words.group_admins_only),
            // Who set a channel up from here may be its administrator no more.
            Button::Sources { of: Some(chat), .. } if !self.administrates(asker, chat).await => {
                Pressed::note(words.channel_not_yours)
            }
            Button::Sources { page, of } => {
                let wanted = pages::asked(&carrier.text);
                self.offer_sources(asker, of, page, &wanted).into()
            }
            Button::Want {
                wants,
                source,
                page,
                of,
            } => {
                let place = (page, of);
                self.turn(asker, source, wants, place, carrier).await?
            }
            Button::Set(wish, value) => self.set(asker, wish, &value).await?,
            Button::Menu(wish) => self.menu(asker, wish).into(),
            Button::DropWord(hash) => self.drop_word(asker, &hash).await?,
            Button::Help => self.help(asker).into(),
            Button::Ask(ask) => Pressed::beside(asker, ask.question(words)),
            Button::Story(id) => Pressed::later(Slow::Why(id.to_string())),
            Button::Bulletin(id) => Pressed::beside(asker, self.shown(asker, id).await?),
            Button::Remind(id) => self.remind_pressed(asker, id).await?,
            Button::Remove(source) => self.offer_removal(asker, &source).await?,
            Button::RemoveNow(source) => self.remove(asker, &source).await?,
            Button::Add { of } => self.add(asker, of, carrier).await?,
            Button::Join => self.join_pressed(asker).await?,
            Button::Latest { n, page } => self.latest(asker, n.clamp(1, 20), page).await?.into(),
            Button::Found { page } => {
                let looked_for = pages::asked(&carrier.text);
                Pressed::later(Slow::Leaf(looked_for, page, carrier.id))
            }
            Button::Offer(id, channel) => {
                let which = Some(Which::Id(id));
                let question = self.offer_rebroadcast(asker, which, channel);
                Pressed::beside(asker, question.await?)
            }
            Button::Rebroadcast(id, channel) => {
                self.rebroadcast(asker, id, channel, carrier).await?
            }
            Button::Broadcast => self.broadcast(asker, carrier).await?,
            Button::Undo { first, count } => self.undo(asker, first, count).await?,
            Button::LetIn(chat, by) => self.decide(asker, (&chat, by), true).await?,
            Button::TurnDown(chat, by) => self.decide(asker, (&chat, by), false).await?,
            Button::Held(release, up_to, source) => {
                self.release(asker, release, up_to, source).await?
            }
            Button::Channels { page } => self.channels(asker, page).await?.into(),
            Button::Health => Pressed::beside(asker, self.health(asker).await?),
            Button::HeldList => Pressed::beside(asker, self.held(asker, None).await?),
            Button::Manage { page } => self.manage(asker, page).into(),
            Button::Source(source) => self.source_by_hand(asker, &source).into(),
            Button::Poll(source) => Pressed::later(Slow::Poll(source.to_string())),
            Button::Pause(source, paused) => {
                self.pause(asker, source.as_str(), paused).await?;
                self.source_by_hand(asker, &source).into()
            }
        })
    }

    /// In a group, a question is cancelled, and its message changed, by those who could have said yes to it.
    async fn may_cancel(&self, asker: &Asker) -> bool {
        self.is_admin(asker) || self.administrates(asker, asker.chat).await
    }

    /// Says that somebody may not; in a group once, after that it is silence.
    pub(super) fn refused(&self, asker: &Asker, why: &str) -> Reply {
        match self.is_to_be_told(asker) {
            true => why.into(),
            false => Reply::default(),
        }
    }

    fn is_to_be_told(&self, asker: &Asker) -> bool {
        if asker.is_private() {
            return true;
        }
        let told = self.shared.told.lock();
        let mut told = told.unwrap_or_else(PoisonError::into_inner);
        if told.len() >= MOST_TOLD {
            told.clear();
        }
        told.insert((asker.chat, asker.user))
    }

    /// Too much of what takes longer is under way for this chat.
    pub(super) fn busy(&self, asker: &Asker) -> Answer {
        let nothing = || Answer {
            chat: asker.chat,
            work: std::future::ready(()).boxed(),
        };
        let said = self.say(asker, asker.words().still_looking.into());
        said.unwrap_or_else(nothing)
    }

    /// Does what takes longer, and says what came of it, while others are answered.
    pub(super) fn later(&self, asker: &Asker, what: Slow) -> Answer {
        let chat = asker.chat;
        let turn = match what {
            Slow::Search(_) | Slow::Why(_) | Slow::Leaf(..) => {
                let Some(turn) = self.shared.searching.take(chat, MOST_SEARCHES) else {
                    return self.busy(asker);
                };
                Some(turn)
            }
            Slow::Poll(_) | Slow::Page(..) => None,
        };
        let (room, asker) = (self.clone(), asker.clone());
        let work = async move {
            let message = match &what {
                Slow::Leaf(.., message) => Some(*message),
                _ => None,
            };
            let turns = match what {
                Slow::Search(_) | Slow::Why(_) | Slow::Leaf(..) => &room.shared.searches,
                Slow::Poll(_) => &room.shared.polls,
                Slow::Page(..) => &room.shared.looks,
            };
            // Saying it may take long, and is nobody's turn.
            let done = async {
                let _turn = turns.acquire().await;
                match what {
                    Slow::Search(words) => room.found(&asker, words, 0).await,
                    Slow::Leaf(words, page, _) => room.found(&asker, words, page).await,
                    Slow::Why(what) => room.why(&asker, &what).await,
                    Slow::Poll(source) => room.poll(&asker, &source).await,
                    Slow::Page(url, of, _place) => room.try_page(&asker, url, of).await,
                }
            };
            let done = tokio::select! {
                biased;
                done = done => done,
                never = room.seem_at_work(&asker) => match never {},
            };
            drop(turn);
            match done {
                Ok(reply) => {
                    let answer = match message {
                        Some(message) => Some(room.edit(chat, message, reply)),
                        None => room.say(&asker, reply),
                    };
                    if let Some(answer) = answer {
                        answer.work.await;
                    }
                }
                Err(error) => tracing::error!("a command was not answered: {error}"),
            }
        }
        .boxed();
        Answer { chat, work }
    }
}

/// Commands that read much or ask others.
#[derive(Debug)]
pub(super) enum Slow {
    Search(String),
    Why(String),
    Poll(String),
    /// An address to subscribe to, perhaps for a channel elsewhere.
    Page(url::Url, Option<i64>, Turn),
    /// A page of what was searched for, in the message that shows the last one.
    Leaf(String, usize, MessageId),
}

fn misused(asker: &Asker, usage: &str) -> Reply {
    fill(asker.words().misused, &[("usage", &escape(usage))]).into()
}

/// Whether the message that was pressed has the button, as far as is known.
fn is_shown(query: &CallbackQuery) -> bool {
    let markup = query.regular_message().and_then(Message::reply_markup);
    let mut buttons = markup
        .iter()
        .flat_map(|it| it.inline_keyboard.iter().flatten());
    buttons.any(|button| match &button.kind {
        InlineKeyboardButtonKind::CallbackData(data) => Some(data) == query.data.as_ref(),
        _ => false,
    })
}
