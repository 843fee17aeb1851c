//! Which sources a chat wants: by link, by name, by address, and no longer.

use url::Url;

use super::{
    answer::{Room, Slow},
    asker::Asker,
    button::Button,
    say::{Answer, Pressed, Reply},
    target::Target,
    words::{Words, fill, shown_name},
};
use crate::{
    bulletin::{ChannelId, Chat, Source, SourceId, Standing, Subscribe},
    ops::StoreError,
    push::card::{clean_line, cut, escape},
};

/// Pages of one chat that are looked at or wait for it: slow ones must not keep the others waiting.
const MOST_PAGES: usize = 3;
/// Sources and addresses that one command names at most.
const MOST_AT_ONCE: usize = 10;

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
    pub(super) async fn start(
        &self,
        asker: &Asker,
        payload: &str,
    ) -> Result<Vec<Answer>, StoreError> {
        let reply = self.begin(asker, payload).await?;
        let mut answers: Vec<Answer> = self.say(asker, reply).into_iter().collect();
        if payload.is_empty() && !asker.is_private() {
            answers.extend(self.introduce(asker));
        }
        Ok(answers)
    }

    async fn begin(&self, asker: &Asker, payload: &str) -> Result<Reply, StoreError> {
        self.take_up_id(asker.chat, asker.username.as_deref())
            .await?;
        let target = self.own(asker);
        let source = self.source_called(asker, &target, payload).cloned();
        if payload.is_empty() {
            return Ok(self.welcome(asker));
        }
        if !self.administrates(asker, asker.chat).await {
            return Ok(self.refused(asker, asker.words().group_admins_only));
        }
        match source {
            Some(source) => self.subscribe_to(asker, &target, Some(&source)).await,
            None => self.start_blindly(asker, &target, payload).await,
        }
    }

    /// A link to what the chat does not see: perhaps only those see it who were let in.
    async fn start_blindly(
        &self,
        asker: &Asker,
        target: &Target,
        payload: &str,
    ) -> Result<Reply, StoreError> {
        let words = asker.words();
        let first = match self.standing_if_asked(asker, target) {
            Standing::Pending if self.configured(asker, target).next().is_none() => {
                let mut sources = self.config.sources.iter();
                let wished = sources.find(|source| source.id.as_str() == payload);
                self.join(asker, target, wished.map(|source| source.id.clone()))
                    .await?;
                words.pending_chat.to_owned()
            }
            Standing::Refused => words.turned_down.to_owned(),
            _ => fill(
                words.no_source,
                &[("source", &escape(&cut(&clean_line(payload), 100)))],
            ),
        };
        let welcome = self.welcome(asker);
        Ok(Reply {
            text: format!("{first}\n\n{}", welcome.text).trim_end().to_owned(),
            ..welcome
        })
    }

    /// The chat asks to be let in, perhaps for a source that it does not see yet.
    async fn join(
        &self,
        asker: &Asker,
        target: &Target,
        source: Option<SourceId>,
    ) -> Result<(), StoreError> {
        let change = move |chat: &mut Chat| {
            chat.standing = Standing::Pending;
            if source.is_some() {
                chat.sources = wish(chat.sources.take(), source, true, Vec::new());
            }
        };
        let chat = self
            .change(asker, target, "ask to be let in", change)
            .await?;
        self.ask_admins(asker, target, &chat);
        Ok(())
    }

    pub(super) async fn join_pressed(&self, asker: &Asker) -> Result<Pressed, StoreError> {
        let (words, target) = (asker.words(), self.own(asker));
        if !self.administrates(asker, asker.chat).await {
            return Ok(Pressed::note(words.group_admins_only));
        }
        Ok(match self.standing_if_asked(asker, &target) {
            Standing::Pending => {
                self.join(asker, &target, None).await?;
                Reply::from(words.pending_chat).into()
            }
            Standing::Refused => Pressed::note(words.turned_down),
            Standing::New => Pressed::note(words.nobody_subscribes),
            Standing::Open | Standing::Approved => self.offer_sources(asker, None, 0, "").into(),
        })
    }

    /// What a chat is once the asker wishes for something there.
    pub(super) fn standing_if_asked(&self, asker: &Asker, target: &Target) -> Standing {
        let telegram = self.config.telegram.as_ref();
        let mode = telegram.map_or(Subscribe::Nobody, |it| it.subscribe);
        let before = self.store.chat(&target.id);
        let before = before.map_or(Standing::New, |chat| chat.standing);
        let_in(before, mode, self.is_admin(asker))
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
        } else if !addresses(&what).is_empty() {
            return self.subscribe_each(asker, &what, &target).await;
        } else if let Some(source) = self.source_called(asker, &target, &what) {
            self.subscribe_to(asker, &target, Some(source)).await?
        } else if self.matching(asker, &target, &what).next().is_some() {
            self.offer_sources(asker, target.of, 0, &what)
        } else if parts(&what).any(|part| bare_address(part).is_some()) {
            return self.subscribe_each(asker, &what, &target).await;
        } else {
            fill(words.no_source, &[("source", &escape(&cut(&what, 100)))]).into()
        };
        Ok(self.say(asker, reply).into_iter().collect())
    }

    /// Tries every address in what was typed or pasted, and takes the sources that are named between them;
    /// other words, such as the page's title, are not about anything.
    async fn subscribe_each(
        &self,
        asker: &Asker,
        what: &str,
        target: &Target,
    ) -> Result<Vec<Answer>, StoreError> {
        let mut answers = Vec::new();
        let mut has_room = true;
        for (place, part) in parts(what).take(MOST_AT_ONCE).enumerate() {
            // Of several answers to one question the last one is given.
            let asker = &Asker {
                question: format!("{} {place}", asker.question),
                ..asker.clone()
            };
            if let Some(url) = address(part).or_else(|| bare_address(part)) {
                let answer = self.look(asker, &url, target);
                has_room &= answer.is_some();
                answers.extend(answer);
            } else if let Some(source) = self.source_called(asker, target, part) {
                let reply = self.subscribe_to(asker, target, Some(source)).await?;
                answers.extend(self.say(asker, reply));
            }
        }
        if !has_room || parts(what).nth(MOST_AT_ONCE).is_some() {
            answers.extend(self.say(asker, asker.words().still_looking.into()));
        }
        Ok(answers)
    }

    /// None: too many pages of this chat are looked at already.
    fn look(&self, asker: &Asker, url: &Url, target: &Target) -> Option<Answer> {
        let turn = self.shared.pages.take(asker.chat, MOST_PAGES)?;
        Some(self.later(asker, Slow::Page(url.clone(), target.of, turn)))
    }

    pub(super) async fn unsubscribe(&self, asker: &Asker, what: &str) -> Result<Reply, StoreError> {
        let (what, target) = match self.target(asker, what).await? {
            Ok(found) => found,
            Err(why) => return Ok(self.refused(asker, why)),
        };
        match addresses(&what).len() > 1 {
            true => self.unsubscribe_each(asker, &what, &target).await,
            false => self.unsubscribe_from(asker, &what, &target).await,
        }
    }

    /// Leaves everything that is named, and says of each what came of it.
    async fn unsubscribe_each(
        &self,
        asker: &Asker,
        what: &str,
        target: &Target,
    ) -> Result<Reply, StoreError> {
        let mut all = Reply::default();
        for part in parts(what).take(MOST_AT_ONCE) {
            let reply = self.unsubscribe_from(asker, part, target).await?;
            all.text = format!("{}\n{}", all.text, reply.text).trim().to_owned();
            all.buttons.extend(reply.buttons);
        }
        if parts(what).nth(MOST_AT_ONCE).is_some() {
            all.text = format!("{}\n…", all.text);
        }
        Ok(all)
    }

    async fn unsubscribe_from(
        &self,
        asker: &Asker,
        what: &str,
        target: &Target,
    ) -> Result<Reply, StoreError> {
        let words = asker.words();
        let mut removable = None;
        let wanted = match what {
            "" => {
                let known = self.store.chat(&target.id);
                let has_any = known.is_some_and(|chat| chat.wants_any());
                let reply = self.offer_sources(asker, target.of, 0, "");
                return Ok(match self.configured(asker, target).next() {
                    Some(channel) if !has_any => in_config(words, channel),
                    None if !has_any => words.nothing_subscribed.into(),
                    _ => reply,
                });
            }
            "*" | "all" => self.want(asker, target, None, false).await?,
            name => {
                let at = address(name).and_then(|url| self.known_at(asker, target, &url));
                let called = || self.source_called(asker, target, name).cloned();
                let id = match at.or_else(called) {
                    Some(source) => Some(source.id),
                    // Of a source that the config has no more.
                    None => name.parse().ok().filter(|id| self.has(target, id)),
                };
                let Some(id) = id else {
                    return Ok(
                        fill(words.no_source, &[("source", &escape(&cut(name, 100)))]).into(),
                    );
                };
                removable = Some(id.clone()).filter(|id| self.is_to_remove(asker, id));
                self.want(asker, target, Some(&id), false).await?
            }
        };
        let remove = removable.map(|id| (words.remove.to_owned(), Button::Remove(id)));
        let reply: Reply = match wanted {
            Wanted::InConfig(channel) => in_config(words, &channel),
            Wanted::Now(chat) if chat.wants_any() => {
                let left = self.names_for(&chat, words);
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
        let name = escape(&shown_name(name));
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
        let standing = if wants {
            self.standing_if_asked(asker, target)
        } else {
            let known = self.store.chat(&target.id);
            known.map_or(Standing::New, |chat| chat.standing)
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
        if wants {
            self.ask_admins(asker, target, &chat);
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

/// What stands between spaces, line ends and the commas of a Chinese keyboard, which no address holds.
fn parts(what: &str) -> impl Iterator<Item = &str> {
    let parts = what.split(|c: char| c.is_whitespace() || "，、；。".contains(c));
    let parts = parts.map(|part| part.trim_end_matches([',', ';']));
    parts.filter(|part| !part.is_empty())
}

/// The whole addresses among the parts.
fn addresses(what: &str) -> Vec<Url> {
    parts(what).filter_map(address).collect()
}

fn address(what: &str) -> Option<Url> {
    let url = Url::parse(what).ok()?;
    matches!(url.scheme(), "http" | "https").then_some(url)
}

/// An address as people type it; most sites that are reached by it send on to `https` themselves.
fn bare_address(what: &str) -> Option<Url> {
    let looks_so = what.starts_with("www.") || what.contains('/');
    let looks_so = looks_so && !what.contains("://") && !what.contains(char::is_whitespace);
    let url = Url::parse(&format!("http://{what}"))
        .ok()
        .filter(|_| looks_so)?;
    url.host_str()
        .is_some_and(|host| host.contains('.'))
        .then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_one_by_one_however_they_are_put_together() {
        let (one, two) = ("http://a.example/1.xml", "https://b.example/2?x=1,2");
        for between in [" ", "\n", "\r\n\t", "，", "、 ", ", ", "；"] {
            let found = addresses(&format!("{one}{between}{two}"));
            let found: Vec<&str> = found.iter().map(Url::as_str).collect();
            assert_eq!(found, [one, two], "{between:?}");
        }
        let pasted = addresses("通知公告 - 某大学 https://b.example/list");
        assert_eq!(pasted.len(), 1);
        assert!(addresses("通知 公告 a.example/list").is_empty());
    }

    #[test]
    fn an_address_may_come_without_its_scheme_and_words_are_none() {
        for (what, url) in [
            ("www.example.com", Some("http://www.example.com/")),
            ("news.example.com/a?b", Some("http://news.example.com/a?b")),
            ("news", None),
            ("3.15", None),
            ("放假/停电", None),
            ("file:///etc/passwd", None),
            ("a b.example/c", None),
        ] {
            let read = bare_address(what);
            assert_eq!(read.as_ref().map(Url::as_str), url, "{what}");
        }
    }
}
