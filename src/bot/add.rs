//! `/subscribe URL`: tries the page, shows what was found there, and adds it as a source; and the way back.

use std::{borrow::Cow, time::Duration};

use chrono::Utc;
use url::Url;

use super::{
    answer::Room,
    asker::Asker,
    button::Button,
    say::{Carrier, Pressed, Reply},
    target::Target,
    words::{fill, shown_name},
};
use crate::{
    bulletin::{AddSources, AddedSource, Chat, Login, Source, SourceId, Standing, canonical_url},
    config::SourceBlock,
    ops::StoreError,
    push::card::{clean_line, cut, escape},
};

/// Sources that one chat may add, and all chats together.
const MOST_OF_ONE: usize = 10;
const MOST_OF_ALL: usize = 500;
/// Headlines of a page that are shown.
const SHOWN: usize = 5;
/// How long a page may take while somebody waits for an answer about it.
const LONGEST_TRY: Duration = Duration::from_secs(15);
const LONGEST_URL: usize = 1000;

impl Room {
    /// Whether the asker is to see that a source can be removed: it was added from their chat, or they
    /// are an admin where nobody else reads along.
    pub(super) fn is_to_remove(&self, asker: &Asker, id: &SourceId) -> bool {
        let added = self.store.added_sources().borrow().clone();
        let added = added.iter().find(|source| source.id == *id);
        added.is_some_and(|source| is_of(source, asker) || self.is_admin_alone(asker))
    }

    pub(super) async fn offer_removal(
        &self,
        asker: &Asker,
        id: &SourceId,
    ) -> Result<Pressed, StoreError> {
        let words = asker.words();
        let source = match self.removable(asker, id).await {
            Ok(source) => source,
            Err(why) => return Ok(Pressed::note(why)),
        };
        let chats = self.store.chats().await?;
        let wanting = |chat: &Chat| chat.sources.is_some() && chat.wants(id);
        let count = chats.iter().filter(|(_, chat)| wanting(chat)).count();
        let name = escape(&shown_name(&source.name));
        let parts = [
            ("source", name.as_str()),
            ("url", &escape(&cut(source.url.as_str(), 300))),
            ("count", &count.to_string()),
        ];
        let question = Reply::from(fill(words.remove_question, &parts));
        Ok(question
            .with([
                (words.remove.to_owned(), Button::RemoveNow(id.clone())),
                (words.no.to_owned(), Button::Cancel),
            ])
            .into())
    }

    pub(super) async fn remove(&self, asker: &Asker, id: &SourceId) -> Result<Pressed, StoreError> {
        let words = asker.words();
        let source = match self.removable(asker, id).await {
            Ok(source) => source,
            Err(why) => return Ok(Pressed::note(why)),
        };
        let (by, now) = (asker.actor(), Utc::now());
        self.store.remove_source(id, &by, now).await?;
        let name = escape(&shown_name(&source.name));
        Ok(Reply::from(fill(words.removed, &[("source", &name)])).into())
    }

    /// The added source, or why the asker may not remove it.
    async fn removable(&self, asker: &Asker, id: &SourceId) -> Result<AddedSource, &'static str> {
        let words = asker.words();
        let added = self.store.added_sources().borrow().clone();
        let source = added.iter().find(|source| source.id == *id).cloned();
        let source = source.ok_or(words.stale_button)?;
        let is_own = is_of(&source, asker) && self.administrates(asker, asker.chat).await;
        match is_own || self.is_admin(asker) {
            true => Ok(source),
            false => Err(words.group_admins_only),
        }
    }

    pub(super) async fn try_page(
        &self,
        asker: &Asker,
        url: Url,
        of: Option<i64>,
    ) -> Result<Reply, StoreError> {
        let words = asker.words();
        let target = self.target_of(asker, of, None);
        if let Some(known) = self.known_at(asker, &target, &url) {
            return self.subscribe_to(asker, &target, Some(&known)).await;
        }
        if let Some(why) = self.may_not_add(asker, &target, &url) {
            let may_join = why == words.let_in_first && target.of.is_none();
            let join = may_join.then(|| (words.join.to_owned(), Button::Join));
            return Ok(self.refused(asker, &why).with(join));
        }
        let id: SourceId = "tried".parse().expect("a source's id");
        let mut source = Source::new(id, url.clone());
        source.time_zone = self.config.time_zone;
        let tried = tokio::time::timeout(LONGEST_TRY, self.watch.preview(&source));
        let Ok(tried) = tried.await else {
            return Ok(fill(words.page_failed, &[("why", words.too_slow)]).into());
        };
        let (title, notices) = match tried {
            Ok(found) => found,
            // Where an inner name leads is nobody else's business.
            Err(unread) if unread.is_guarded && !self.is_admin(asker) => {
                return Ok(words.inner_address.into());
            }
            Err(unread) => {
                let why = escape(&cut(&clean_line(&unread.why), 500));
                return Ok(fill(words.page_failed, &[("why", &why)]).into());
            }
        };
        let title = cut(&clean_line(title.as_deref().unwrap_or_default()), 60);
        let count = notices.len().to_string();
        let mut lines = vec![
            fill(words.page_found, &[("count", &count)]),
            escape(url.as_str()),
            format!("<b>{}</b>", escape(&title)),
        ];
        lines.extend(notices.iter().take(SHOWN).map(|notice| {
            let title = cut(&clean_line(&notice.title), super::archive::TITLE);
            format!("· {}", escape(&title))
        }));
        if let Some((of_one, _)) = self.counted(asker).filter(|_| !self.is_admin(asker)) {
            let parts = [
                ("have", of_one.to_string()),
                ("most", MOST_OF_ONE.to_string()),
            ];
            let parts = parts.each_ref().map(|(key, value)| (*key, value.as_str()));
            lines.extend([String::new(), fill(words.added_so_far, &parts)]);
        }
        let question = Reply::from(lines.join("\n"));
        Ok(question.with([
            (words.yes_add.to_owned(), Button::Add { of }),
            (words.no.to_owned(), Button::Cancel),
        ]))
    }

    /// Adds the address in the message as a source, and subscribes to it.
    pub(super) async fn add(
        &self,
        asker: &Asker,
        of: Option<i64>,
        carrier: &Carrier,
    ) -> Result<Pressed, StoreError> {
        let words = asker.words();
        if !self.administrates(asker, of.unwrap_or(asker.chat)).await {
            return Ok(Pressed::note(words.group_admins_only));
        }
        let mut lines = carrier.text.lines().skip(1);
        let url = lines.next().and_then(|line| Url::parse(line.trim()).ok());
        let Some(url) = url else {
            return Ok(Pressed::note(words.stale_button));
        };
        let target = self.target_of(asker, of, None);
        if let Some(known) = self.known_at(asker, &target, &url) {
            return Ok(self
                .subscribe_to(asker, &target, Some(&known))
                .await?
                .into());
        }
        if let Some(why) = self.may_not_add(asker, &target, &url) {
            return Ok(Pressed::note(why));
        }
        let name = lines.next().unwrap_or_default();
        let added = self.store.added_sources().borrow().clone();
        let taken = self.config.sources.iter().map(|source| &source.id);
        let taken = taken.chain(added.iter().map(|source| &source.id));
        let block = SourceBlock::new(url.clone(), name, taken);
        let source = AddedSource {
            id: block.id,
            name: block.name,
            url,
            // It is removed where it was added from.
            chat: asker.place(),
            at: Utc::now(),
        };
        let watched = source.source(self.config.time_zone);
        self.store
            .add_source(source, &asker.actor(), Utc::now())
            .await?;
        let reply = self.subscribe_to(asker, &target, Some(&watched)).await?;
        Ok(reply.into())
    }

    /// The source of that address that the chat may see; one that was added just now is not in the config
    /// yet.
    pub(super) fn known_at(&self, asker: &Asker, target: &Target, url: &Url) -> Option<Source> {
        let asked = canonical_url(url.as_str());
        let is_there = |url: &Url| canonical_url(url.as_str()) == asked;
        let mut configured = self.visible(asker, target);
        let configured = configured.find(|source| is_there(&source.url));
        configured.cloned().or_else(|| {
            let added = self.store.added_sources();
            let added = added.borrow();
            let added = added.iter().find(|added| is_there(&added.url))?;
            Some(added.source(self.config.time_zone))
        })
    }

    /// How many sources were added from the asker's chat, and from all; None: nobody adds any.
    fn counted(&self, asker: &Asker) -> Option<(usize, usize)> {
        let telegram = self.config.telegram.as_ref()?;
        let added = self.store.added_sources().borrow().clone();
        let of_one = added.iter().filter(|source| is_of(source, asker)).count();
        (telegram.add_sources != AddSources::Nobody).then_some((of_one, added.len()))
    }

    fn may_not_add(&self, asker: &Asker, target: &Target, url: &Url) -> Option<String> {
        let words = asker.words();
        // Who may not subscribe adds nothing either.
        let shut = match self.standing_if_asked(asker, target) {
            Standing::New => Some(words.nobody_subscribes),
            Standing::Pending => Some(words.let_in_first),
            Standing::Refused => Some(words.turned_down),
            Standing::Open | Standing::Approved => None,
        };
        // Added once more, a source that is kept from others would show to all.
        let asked = canonical_url(url.as_str());
        let mut hidden = self.config.sources.iter().filter(|source| !source.public);
        let is_hidden = hidden.any(|source| canonical_url(source.url.as_str()) == asked);
        let who = self
            .config
            .telegram
            .as_ref()
            .map_or(AddSources::Nobody, |it| it.add_sources);
        let (of_one, of_all) = self.counted(asker).unwrap_or_default();
        let full = |text: &str, most: usize| fill(text, &[("most", &most.to_string())]);
        match who {
            AddSources::Nobody => Some(words.nobody_adds.to_owned()),
            AddSources::Admins if !self.is_admin(asker) => Some(words.admins_add.to_owned()),
            _ if shut.is_some() => shut.map(str::to_owned),
            _ if matches!(Login::taken_off(url), Cow::Owned(_)) => {
                Some(words.no_login_here.to_owned())
            }
            _ if of_one >= MOST_OF_ONE && !self.is_admin(asker) => {
                Some(full(words.too_many_added, MOST_OF_ONE))
            }
            _ if of_all >= MOST_OF_ALL => Some(full(words.too_many_in_all, MOST_OF_ALL)),
            _ if is_hidden || url.as_str().len() > LONGEST_URL => {
                Some(words.no_such_address.to_owned())
            }
            _ => None,
        }
    }
}

fn is_of(source: &AddedSource, asker: &Asker) -> bool {
    let chat = source.chat.chat();
    chat.is_some_and(|(chat, _)| chat == asker.chat)
}
