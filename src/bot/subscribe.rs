//! Which sources a chat gets: by link, by name, by button; who lets it in.

use teloxide::{
    payloads::GetChat,
    types::{ChatId, MessageOrigin, Recipient},
};
use url::Url;

use super::{
    answer::{Answer, Carrier, Pressed, Reply, Room, Slow},
    asker::Asker,
    button::Button,
    pages,
    words::{self, Words, fill},
};
use crate::{
    bulletin::{ChannelId, Chat, Language, Source, SourceId, Standing, Subscribe, fold},
    push::card::{clean_line, cut, escape},
    store::StoreError,
};

/// Sources on a page.
const PAGE: usize = 8;
const NAME: usize = 40;

/// Whose wishes are changed: the asker's own chat and topic, or a channel that they administrate.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) id: ChannelId,
    pub(super) of: Option<i64>,
    /// None: as it is called already.
    title: Option<String>,
}

/// What became of a wish.
pub(super) enum Wanted {
    /// It is as it was wished; what the chat has now.
    Now(Chat),
    /// It comes once an admin has let the chat in.
    Pending,
    /// An admin turned the chat down.
    TurnedDown,
    /// Nobody may subscribe.
    Nobody,
    /// It comes through a channel of the config, which changes there alone.
    InConfig(ChannelId),
}

impl Room {
    // ---- commands ----

    pub(super) async fn start(&self, asker: &Asker, payload: &str) -> Result<Reply, StoreError> {
        self.take_up_id(asker.chat, asker.username.as_deref())
            .await?;
        let target = self.own(asker);
        let source = self.source_called(asker, &target, payload).cloned();
        let Some(source) = source.filter(|_| !payload.is_empty()) else {
            return Ok(self.welcome(asker));
        };
        if !self.administrates(asker, asker.chat).await {
            return Ok(self.refused(asker));
        }
        self.subscribe_to(asker, &target, Some(&source)).await
    }

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
        Reply::from(text).with([
            (
                words.sources.to_owned(),
                Button::Sources { page: 0, of: None },
            ),
            (words.settings.to_owned(), Button::Menu(None)),
        ])
    }

    pub(super) async fn list_sources(&self, asker: &Asker) -> Result<Reply, StoreError> {
        Ok(self.offer_sources(asker, None, 0, ""))
    }

    pub(super) async fn subscribe(
        &self,
        asker: &Asker,
        what: String,
    ) -> Result<Vec<Answer>, StoreError> {
        let words = asker.words();
        let (what, target) = match self.target(asker, &what).await? {
            Ok(found) => found,
            Err(why) => return Ok(self.refuse(asker, why).into_iter().collect()),
        };
        let reply = if what.is_empty() {
            self.offer_sources(asker, target.of, 0, "")
        } else if what == "*" {
            self.subscribe_to(asker, &target, None).await?
        } else if let Some(url) = address(&what) {
            return Ok(vec![self.later(asker, Slow::Page(url, target.of))]);
        } else if let Some(source) = self.source_called(asker, &target, &what) {
            self.subscribe_to(asker, &target, Some(source)).await?
        } else if self.matching(asker, &target, &what).next().is_some() {
            self.offer_sources(asker, target.of, 0, &what)
        } else {
            fill(words.no_source, &[("source", &escape(&cut(&what, 100)))]).into()
        };
        Ok(self.say(asker, reply).into_iter().collect())
    }

    pub(super) async fn unsubscribe(&self, asker: &Asker, what: &str) -> Result<Reply, StoreError> {
        let words = asker.words();
        let (what, target) = match self.target(asker, what).await? {
            Ok(found) => found,
            Err(why) if self.tell_once(asker) => return Ok(why.into()),
            Err(_) => return Ok(Reply::default()),
        };
        let wanted = match what.as_str() {
            "" => {
                let known = self.store.chat(&target.id);
                let has_any = known.is_some_and(|chat| chat.wants_any());
                let reply = self.offer_sources(asker, target.of, 0, "");
                return Ok(match self.configured(asker, &target).next() {
                    Some(channel) if !has_any => in_config(words, channel),
                    None if !has_any => words.nothing_subscribed.into(),
                    _ => reply,
                });
            }
            "*" | "all" => self.want(asker, &target, None, false).await?,
            name => {
                let id = match self.source_called(asker, &target, name) {
                    Some(source) => Some(source.id.clone()),
                    // Of a source that the config has no more.
                    None => name.parse().ok().filter(|id| self.has(&target, id)),
                };
                let Some(id) = id else {
                    return Ok(
                        fill(words.no_source, &[("source", &escape(&cut(name, 100)))]).into(),
                    );
                };
                self.want(asker, &target, Some(&id), false).await?
            }
        };
        Ok(match wanted {
            Wanted::InConfig(channel) => in_config(words, &channel),
            Wanted::Now(chat) if chat.wants_any() => {
                let left = self.names_of(&chat, words);
                Reply::from(fill(words.unsubscribed, &[("left", &left)]))
            }
            _ => words.unsubscribed_all.into(),
        })
    }

    // ---- buttons ----

    pub(super) async fn toggle(
        &self,
        asker: &Asker,
        source: Option<SourceId>,
        page: usize,
        of: Option<i64>,
        carrier: &Carrier,
    ) -> Result<Pressed, StoreError> {
        let words = asker.words();
        let chat = of.unwrap_or(asker.chat);
        if !self.administrates(asker, chat).await {
            return Ok(Pressed::note(words.group_admins_only));
        }
        let target = self.target_of(asker, of, None);
        let known = self.store.chat(&target.id);
        let has = match &source {
            Some(source) => self.has(&target, source),
            None => known.is_some_and(|chat| chat.sources.is_none()),
        };
        if let Some(source) = &source
            && !has
            && !self
                .visible(asker, &target)
                .any(|known| known.id == *source)
        {
            return Ok(Pressed::note(words.stale_button));
        }
        let wanted = self.want(asker, &target, source.as_ref(), !has).await?;
        let note = match wanted {
            Wanted::Now(_) if has => words.note_off,
            Wanted::Now(_) => words.note_on,
            Wanted::Pending => words.note_pending,
            Wanted::TurnedDown => words.turned_down,
            Wanted::Nobody => words.nobody_subscribes,
            Wanted::InConfig(_) => words.note_in_config,
        };
        let looked_for = pages::asked(&carrier.text);
        Ok(Pressed {
            note: note.to_owned(),
            shown: Some(self.offer_sources(asker, of, page, &looked_for)),
            ..Pressed::default()
        })
    }

    /// A page of the sources, each with a button that turns it on and off.
    pub(super) fn offer_sources(
        &self,
        asker: &Asker,
        of: Option<i64>,
        page: usize,
        looked_for: &str,
    ) -> Reply {
        let words = asker.words();
        let target = self.target_of(asker, of, None);
        let looked_for = pages::kept(looked_for);
        let all: Vec<&Source> = self.matching(asker, &target, &looked_for).collect();
        let (shown, page, last) = pages::part(&all, PAGE, page);
        let known = self.store.chat(&target.id);
        let title = known.as_ref().map_or("", |chat| &chat.title);
        let mut text = match (looked_for.is_empty(), of) {
            (false, _) => escape(&pages::head(&looked_for)),
            (true, Some(_)) => fill(words.sources_of, &[("title", &escape(title))]),
            (true, None) => format!("<b>{}</b>", words.sources),
        };
        text += &match (all.is_empty(), last) {
            (true, _) => format!("\n\n{}", words.no_sources),
            (false, 0) => String::new(),
            (false, last) => format!(" ({}/{})", page + 1, last + 1),
        };
        let mut reply = Reply::default();
        for source in shown {
            let mark = if self.has(&target, &source.id) {
                "✓ "
            } else {
                ""
            };
            let name = cut(&clean_line(&source.name), NAME);
            text += &format!("\n{mark}{} · <code>{}</code>", escape(&name), source.id);
            let toggle = Button::Toggle {
                source: Some(source.id.clone()),
                page,
                of,
            };
            reply = reply.with([(format!("{mark}{name}"), toggle)]);
        }
        if looked_for.is_empty() && !all.is_empty() {
            let has_all = known.is_some_and(|chat| chat.sources.is_none());
            let label = if has_all {
                words.none_of_them
            } else {
                words.all_of_them
            };
            let source = None;
            reply = reply.with([(label.to_owned(), Button::Toggle { source, page, of })]);
        }
        reply.text = format!("{text}\n\n{}", words.sources_hint);
        reply.with(pages::row(
            page,
            page < last,
            (words.newer, words.older),
            |page| Button::Sources { page, of },
        ))
    }

    // ---- wishes ----

    /// Subscribes to a source, or to all, and says what came of it.
    pub(super) async fn subscribe_to(
        &self,
        asker: &Asker,
        target: &Target,
        source: Option<&Source>,
    ) -> Result<Reply, StoreError> {
        let words = asker.words();
        let name = source.map_or(words.all_sources, |source| &source.name);
        let name = escape(&cut(&clean_line(name), NAME));
        let wanted = self
            .want(asker, target, source.map(|source| &source.id), true)
            .await?;
        let buttons = [
            (
                words.sources.to_owned(),
                Button::Sources {
                    page: 0,
                    of: target.of,
                },
            ),
            (words.settings.to_owned(), Button::Menu(None)),
        ];
        Ok(match wanted {
            Wanted::Now(_) => {
                Reply::from(fill(words.subscribed, &[("source", &name)])).with(buttons)
            }
            Wanted::Pending => fill(words.pending, &[("source", &name)]).into(),
            Wanted::TurnedDown => words.turned_down.into(),
            Wanted::Nobody => words.nobody_subscribes.into(),
            Wanted::InConfig(channel) => in_config(words, &channel),
        })
    }

    /// Makes a chat want a source or not; None: all of them.
    pub(super) async fn want(
        &self,
        asker: &Asker,
        target: &Target,
        source: Option<&SourceId>,
        wants: bool,
    ) -> Result<Wanted, StoreError> {
        let has_own = source.map_or_else(
            || self.store.chat(&target.id).is_some_and(|it| it.wants_any()),
            |source| {
                self.store
                    .chat(&target.id)
                    .is_some_and(|it| it.wants(source))
            },
        );
        let through_config = self.configured(asker, target).find(|id| {
            let channel = self.config.channels.iter().find(|known| known.id == **id);
            channel
                .is_some_and(|it| source.map_or(it.sources.is_none() || !wants, |id| it.wants(id)))
        });
        if let Some(channel) = through_config.filter(|_| wants || !has_own) {
            return Ok(Wanted::InConfig(channel.clone()));
        }
        let mode = self
            .config
            .telegram
            .as_ref()
            .map_or(Subscribe::Nobody, |it| it.subscribe);
        let is_admin = self.is_admin(asker);
        let before = self.store.chat(&target.id);
        let before = before.map_or(Standing::New, |chat| chat.standing);
        let standing = if wants {
            let_in(before, mode, is_admin)
        } else {
            before
        };
        match standing {
            Standing::New if wants => return Ok(Wanted::Nobody),
            Standing::Refused if wants => return Ok(Wanted::TurnedDown),
            _ => {}
        }
        let what = match (wants, source) {
            (true, Some(source)) => format!("subscribe {source}"),
            (true, None) => "subscribe *".to_owned(),
            (false, Some(source)) => format!("unsubscribe {source}"),
            (false, None) => "unsubscribe *".to_owned(),
        };
        let (config, wished) = (self.config.clone(), source.cloned());
        let chat = self
            .change(asker, target, &what, move |chat| {
                chat.standing = standing;
                // Of all but one, a chat that was not let in is not to learn the names of the others.
                let all = config.sources.iter();
                let all = all.filter(|it| it.public || chat.may_have(false));
                let all = all.map(|it| it.id.clone()).collect();
                chat.sources = wish(chat.sources.take(), wished, wants, all);
            })
            .await?;
        if chat.standing != Standing::Pending {
            return Ok(Wanted::Now(chat));
        }
        if before != Standing::Pending {
            self.ask_admins(target, &chat);
        }
        Ok(Wanted::Pending)
    }

    /// Changes what a chat wishes for, in the log under the asker's name.
    pub(super) async fn change(
        &self,
        asker: &Asker,
        target: &Target,
        what: &str,
        change: impl FnOnce(&mut Chat) + Send + 'static,
    ) -> Result<Chat, StoreError> {
        let (zone, title) = (self.config.time_zone, target.title.clone());
        let changed = move |known: Option<Chat>| {
            let mut chat = known.unwrap_or_else(|| Chat::new(zone));
            if let Some(title) = title {
                chat.title = cut(&clean_line(&title), 100);
            }
            change(&mut chat);
            chat
        };
        let now = chrono::Utc::now();
        self.store
            .change_chat(&target.id, changed, what, &asker.actor(), now)
            .await
    }

    // ---- letting in ----

    /// Each admin gets a button for a chat that asked.
    fn ask_admins(&self, target: &Target, chat: &Chat) {
        let admins = self.config.telegram.iter().flat_map(|it| &it.admins);
        let mut is_asked = false;
        for admin in admins {
            is_asked = true;
            let id = ChannelId::of_chat(*admin, None);
            let words = words::of(self.language_at(&id));
            let names = self.names_of(chat, words);
            let text = fill(
                words.newcomer,
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
            self.send_soon(&id, reply);
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
            let theirs = words::of(self.language_at(id));
            let names = self.names_of(&chat, theirs);
            let told = match lets_in {
                true => fill(theirs.you_are_in, &[("sources", &names)]),
                false => theirs.turned_down.to_owned(),
            };
            pressed.more.push((id.clone(), told.into()));
        }
        Ok(pressed)
    }

    // ---- targets ----

    pub(super) fn own(&self, asker: &Asker) -> Target {
        self.target_of(asker, None, Some(asker.title.clone()))
    }

    pub(super) fn target_of(
        &self,
        asker: &Asker,
        of: Option<i64>,
        title: Option<String>,
    ) -> Target {
        match of {
            Some(chat) => Target {
                id: ChannelId::of_chat(chat, None),
                of,
                title,
            },
            None => Target {
                id: asker.place(),
                of,
                title: Some(asker.title.clone()),
            },
        }
    }

    /// What a command names, and whose wishes it is about: `news @channel` is about that channel. The
    /// inner error says why the asker may not.
    async fn target(
        &self,
        asker: &Asker,
        what: &str,
    ) -> Result<Result<(String, Target), &'static str>, StoreError> {
        let words = asker.words();
        let mut rest: Vec<&str> = what.split_whitespace().collect();
        let name = rest.pop_if(|last| last.len() > 1 && last.starts_with('@'));
        let target = match name {
            None => self.own(asker),
            Some(name) => {
                let chat = GetChat::new(Recipient::ChannelUsername(name.to_owned()));
                let Ok(chat) = self.voice.telegram.api().call(&chat).await else {
                    return Ok(Err(words.no_such_channel));
                };
                let id = chat["id"].as_i64().unwrap_or_default();
                let title = chat["title"].as_str().unwrap_or(name).to_owned();
                self.target_of(asker, Some(id), Some(title))
            }
        };
        if !self
            .administrates(asker, target.of.unwrap_or(asker.chat))
            .await
        {
            let why = match target.of {
                Some(_) => words.channel_not_yours,
                None => words.group_admins_only,
            };
            return Ok(Err(why));
        }
        Ok(Ok((rest.join(" "), target)))
    }

    /// Somebody passed a channel's post on to the bot: that channel may be set up from here.
    pub(super) async fn offer_channel(
        &self,
        asker: &Asker,
        origin: &MessageOrigin,
    ) -> Result<Vec<Answer>, StoreError> {
        let MessageOrigin::Channel { chat, .. } = origin else {
            return Ok(Vec::new());
        };
        let words = asker.words();
        let ChatId(id) = chat.id;
        let reply = if self.administrates(asker, id).await {
            let title = chat.title().unwrap_or_default().to_owned();
            let target = self.target_of(asker, Some(id), Some(title));
            self.change(asker, &target, "set up", |_| {}).await?;
            self.offer_sources(asker, Some(id), 0, "")
        } else {
            words.channel_not_yours.into()
        };
        Ok(self.say(asker, reply).into_iter().collect())
    }

    // ---- sources ----

    /// Sources that may be shown there: to a chat that was not let in only public ones, whoever asks.
    fn visible<'a>(
        &'a self,
        asker: &Asker,
        target: &Target,
    ) -> impl Iterator<Item = &'a Source> + use<'a> {
        let known = self.store.chat(&target.id);
        let is_let_in = known.is_some_and(|chat| chat.may_have(false));
        let sees_all = is_let_in || self.is_admin_alone(asker);
        let sources = self.config.sources.iter();
        sources.filter(move |source| source.public || sees_all)
    }

    /// Those in whose name, id or address each of some words is.
    fn matching<'a>(
        &'a self,
        asker: &Asker,
        target: &Target,
        looked_for: &str,
    ) -> impl Iterator<Item = &'a Source> + use<'a> {
        let words: Vec<String> = looked_for.split_whitespace().map(fold).collect();
        self.visible(asker, target).filter(move |source| {
            let text = fold(&format!("{} {} {}", source.name, source.id, source.url));
            words.iter().all(|word| text.contains(word))
        })
    }

    /// An admin may name any.
    fn source_called(&self, asker: &Asker, target: &Target, name: &str) -> Option<&Source> {
        let called = fold(name.trim());
        let is_called =
            |source: &&Source| source.id.as_str() == called || fold(&source.name) == called;
        match self.is_admin(asker) {
            true => self.config.sources.iter().find(is_called),
            false => self.visible(asker, target).find(is_called),
        }
    }

    fn has(&self, target: &Target, source: &SourceId) -> bool {
        self.store
            .chat(&target.id)
            .is_some_and(|chat| chat.wants(source))
    }

    /// Channels of the config that lead to the same chat and topic.
    pub(super) fn configured<'a>(
        &'a self,
        asker: &Asker,
        target: &Target,
    ) -> impl Iterator<Item = &'a ChannelId> + use<'a> {
        let (chat, topic) = target.id.chat().unwrap_or_default();
        let name = asker.username.clone().filter(|_| target.of.is_none());
        let leading: Vec<_> = self.channels_of(chat, name.as_deref()).collect();
        let same = leading
            .into_iter()
            .filter(move |(_, other)| *other == topic);
        same.map(|(id, _)| id)
    }

    /// What a chat wants, by name, escaped.
    pub(super) fn names_of(&self, chat: &Chat, words: &Words) -> String {
        const MOST: usize = 20;
        let Some(wanted) = &chat.sources else {
            return words.all_sources.to_owned();
        };
        let name = |id: &SourceId| {
            let source = self.config.sources.iter().find(|source| source.id == *id);
            let name = source.map_or(id.as_str(), |source| &source.name);
            escape(&cut(&clean_line(name), NAME))
        };
        let mut names: Vec<String> = wanted.iter().take(MOST).map(name).collect();
        if wanted.len() > MOST {
            names.push(format!("… ({})", wanted.len()));
        }
        match names.is_empty() {
            true => words.none.to_owned(),
            false => names.join(" · "),
        }
    }

    pub(super) fn language_at(&self, id: &ChannelId) -> Language {
        let wished = self.store.chat(id).and_then(|chat| chat.language);
        wished.unwrap_or(self.config.language)
    }
}

fn in_config(words: &Words, channel: &ChannelId) -> Reply {
    fill(words.in_config, &[("channel", channel.as_str())]).into()
}

fn let_in(before: Standing, mode: Subscribe, is_admin: bool) -> Standing {
    match (before, mode) {
        _ if is_admin => Standing::Approved,
        (Standing::Approved | Standing::Open, _) => before,
        (_, Subscribe::Anyone) => Standing::Open,
        (Standing::Refused, _) => Standing::Refused,
        (_, Subscribe::Approved) => Standing::Pending,
        (_, Subscribe::Nobody) => Standing::New,
    }
}

/// The sources that are wanted once `source` (None: all) is or is not; `all` are those there are.
fn wish(
    sources: Option<Vec<SourceId>>,
    source: Option<SourceId>,
    wants: bool,
    all: Vec<SourceId>,
) -> Option<Vec<SourceId>> {
    let Some(source) = source else {
        return if wants { None } else { Some(Vec::new()) };
    };
    let mut sources = match (sources, wants) {
        (None, true) => return None,
        (None, false) => all,
        (Some(sources), _) => sources,
    };
    sources.retain(|known| *known != source);
    if wants {
        sources.push(source);
    }
    Some(sources)
}

fn address(what: &str) -> Option<Url> {
    let url = Url::parse(what).ok()?;
    matches!(url.scheme(), "http" | "https").then_some(url)
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
