//! `/subscribe URL`: tries the page, shows what was found there, and adds it as a source.

use chrono::Utc;
use url::Url;

use super::{
    answer::Room,
    asker::Asker,
    button::Button,
    say::{Carrier, Pressed, Reply},
    words::fill,
};
use crate::{
    bulletin::{AddSources, AddedSource, ChannelId, Source, SourceId, canonical_url},
    config::SourceBlock,
    push::card::{clean_line, cut, escape},
    store::StoreError,
};

/// Sources that one chat may add, and all chats together.
const MOST_OF_ONE: usize = 10;
const MOST_OF_ALL: usize = 500;
/// Headlines of a page that are shown.
const SHOWN: usize = 5;
const LONGEST_URL: usize = 1000;

impl Room {
    pub(super) async fn try_page(
        &self,
        asker: &Asker,
        url: Url,
        of: Option<i64>,
    ) -> Result<Reply, StoreError> {
        let words = asker.words();
        let target = self.target_of(asker, of, None);
        if let Some(known) = self.known_at(&url) {
            return self.subscribe_to(asker, &target, Some(&known)).await;
        }
        if let Some(why) = self.may_not_add(asker, &url) {
            return Ok(why.into());
        }
        let id: SourceId = "tried".parse().expect("a source's id");
        let mut source = Source::new(id, url.clone());
        source.time_zone = self.config.time_zone;
        let (title, notices) = match self.watch.preview(&source).await {
            Ok(found) => found,
            Err(why) => {
                let why = escape(&cut(&clean_line(&why), 500));
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
        let question = Reply::from(lines.join("\n"));
        // A channel is set up in two steps: the address is added here, and turned on there.
        Ok(question.with([
            (words.yes_add.to_owned(), Button::Add),
            (words.no.to_owned(), Button::Cancel),
        ]))
    }

    /// Adds the address in the message as a source, and subscribes to it.
    pub(super) async fn add(
        &self,
        asker: &Asker,
        carrier: &Carrier,
    ) -> Result<Pressed, StoreError> {
        let words = asker.words();
        if !self.administrates(asker, asker.chat).await {
            return Ok(Pressed::note(words.group_admins_only));
        }
        let mut lines = carrier.text.lines().skip(1);
        let url = lines.next().and_then(|line| Url::parse(line.trim()).ok());
        let Some(url) = url else {
            return Ok(Pressed::note(words.stale_button));
        };
        let target = self.own(asker);
        if let Some(known) = self.known_at(&url) {
            return Ok(self
                .subscribe_to(asker, &target, Some(&known))
                .await?
                .into());
        }
        if let Some(why) = self.may_not_add(asker, &url) {
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
            chat: target.id.clone(),
            at: Utc::now(),
        };
        let watched = source.source(self.config.time_zone);
        self.store
            .add_source(source, &asker.actor(), Utc::now())
            .await?;
        let reply = self.subscribe_to(asker, &target, Some(&watched)).await?;
        Ok(reply.into())
    }

    /// The public source of that address; one that was added just now is not in the config yet.
    fn known_at(&self, url: &Url) -> Option<Source> {
        let asked = canonical_url(url.as_str());
        let is_there = |url: &Url| canonical_url(url.as_str()) == asked;
        let mut configured = self.config.sources.iter();
        let configured = configured.find(|source| source.public && is_there(&source.url));
        configured.cloned().or_else(|| {
            let added = self.store.added_sources();
            let added = added.borrow();
            let added = added.iter().find(|added| is_there(&added.url))?;
            Some(added.source(self.config.time_zone))
        })
    }

    fn may_not_add(&self, asker: &Asker, url: &Url) -> Option<&'static str> {
        let words = asker.words();
        let who = self
            .config
            .telegram
            .as_ref()
            .map_or(AddSources::Nobody, |it| it.add_sources);
        let added = self.store.added_sources().borrow().clone();
        let own = |id: &ChannelId| id.chat().is_some_and(|(chat, _)| chat == asker.chat);
        let of_one = added.iter().filter(|source| own(&source.chat)).count();
        match who {
            AddSources::Nobody => Some(words.nobody_adds),
            AddSources::Admins if !self.is_admin(asker) => Some(words.admins_add),
            _ if of_one >= MOST_OF_ONE && !self.is_admin(asker) => Some(words.too_many_added),
            _ if added.len() >= MOST_OF_ALL => Some(words.too_many_added),
            _ if url.as_str().len() > LONGEST_URL => Some(words.no_such_address),
            _ => None,
        }
    }
}
