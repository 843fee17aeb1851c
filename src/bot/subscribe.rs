//! Which sources a chat wants: by link, by name, by address, and no longer.

use url::Url;

use super::{
    answer::{Room, Slow},
    asker::Asker,
    button::Button,
    say::{Answer, Reply},
    sources::NAME,
    target::Target,
    words::{Words, fill},
};
use crate::{
    bulletin::{ChannelId, Chat, Source, SourceId, Standing, Subscribe},
    push::card::{clean_line, cut, escape},
    store::StoreError,
};

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
    pub(super) async fn start(&self, asker: &Asker, payload: &str) -> Result<Reply, StoreError> {
        self.take_up_id(asker.chat, asker.username.as_deref())
            .await?;
        let target = self.own(asker);
        let source = self.source_called(asker, &target, payload).cloned();
        let Some(source) = source.filter(|_| !payload.is_empty()) else {
            return Ok(self.welcome(asker));
        };
        if !self.administrates(asker, asker.chat).await {
            return Ok(self.refused(asker, asker.words().group_admins_only));
        }
        self.subscribe_to(asker, &target, Some(&source)).await
    }

    pub(super) async fn subscribe(
        &self,
        asker: &Asker,
        what: String,
    ) -> Result<Vec<Answer>, StoreError> {
        let words = asker.words();
        let (what, target) = match self.target(asker, &what).await? {
            Ok(found) => found,
            Err(why) => {
                let refused = self.refused(asker, why);
                return Ok(self.say(asker, refused).into_iter().collect());
            }
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
            Err(why) => return Ok(self.refused(asker, why)),
        };
        let mut removable = None;
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
                let at = address(name).and_then(|url| self.known_at(asker, &target, &url));
                let called = || self.source_called(asker, &target, name).cloned();
                let id = match at.or_else(called) {
                    Some(source) => Some(source.id),
                    // Of a source that the config has no more.
                    None => name.parse().ok().filter(|id| self.has(&target, id)),
                };
                let Some(id) = id else {
                    return Ok(
                        fill(words.no_source, &[("source", &escape(&cut(name, 100)))]).into(),
                    );
                };
                removable = Some(id.clone()).filter(|id| self.is_to_remove(asker, id));
                self.want(asker, &target, Some(&id), false).await?
            }
        };
        let remove = removable.map(|id| (words.remove.to_owned(), Button::Remove(id)));
        let reply: Reply = match wanted {
            Wanted::InConfig(channel) => in_config(words, &channel),
            Wanted::Now(chat) if chat.wants_any() => {
                let left = self.names_of(&chat, words);
                Reply::from(fill(words.unsubscribed, &[("left", &left)]))
            }
            _ => words.unsubscribed_all.into(),
        };
        Ok(reply.with(remove))
    }

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
