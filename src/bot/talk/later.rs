//! Runs searches and readings of pages, which take longer; a few of them at a time, next to other answers.

use std::sync::Arc;

use tokio::sync::{Semaphore, SemaphorePermit};
use url::Url;

use super::{
    add, archive,
    asker::Asker,
    base::Base,
    bounds::{Ticket, Tickets},
    manage, outlines,
    reply::{Effect, Reply},
    slow::Slow,
    story,
};
use crate::{
    bulletin::{ChannelId, MessageRef},
    ops::StoreError,
    watch::Watch,
};

/// The maximum number of searches of one chat that are under way or waiting.
const MOST_SEARCHES: usize = 5;
/// The maximum number of pages of one chat that are being read or waiting: slow ones must not keep the others waiting.
const MOST_PAGES: usize = 3;

/// The limits of tasks at a time.
struct Limits {
    searches: Semaphore,
    polls: Semaphore,
    previews: Semaphore,
    /// The tasks that each chat has under way, or waits for.
    searching: Tickets,
    pages: Tickets,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            searches: Semaphore::new(2),
            polls: Semaphore::new(2),
            previews: Semaphore::new(8),
            searching: Tickets::default(),
            pages: Tickets::default(),
        }
    }
}

#[derive(Clone)]
pub(super) struct Tasks {
    base: Base,
    watch: Watch,
    limits: Arc<Limits>,
}

impl Tasks {
    pub(super) fn new(base: Base, watch: Watch) -> Self {
        let limits = Arc::default();
        Self {
            base,
            watch,
            limits,
        }
    }

    pub(super) fn with_base(&self, base: Base) -> Self {
        Self {
            base,
            ..self.clone()
        }
    }

    /// Reads an address to subscribe to; `None` if too many pages of this chat are being read already.
    pub(super) fn read_page(
        &self,
        asker: &Asker,
        url: Url,
        of: Option<ChannelId>,
    ) -> Option<Effect> {
        let ticket = self.limits.pages.take(&asker.chat, MOST_PAGES)?;
        Some(self.begin(asker, Slow::Page(url, of, ticket)))
    }

    /// Takes a turn of the searches, in turn with those of other chats.
    pub(super) async fn search_turn(&self) -> Option<SemaphorePermit<'_>> {
        self.limits.searches.acquire().await.ok()
    }

    /// Runs a task next to the other answers, or answers that too many are under way for this chat.
    pub(super) fn begin(&self, asker: &Asker, what: Slow) -> Effect {
        let mut ticket = None;
        if matches!(what, Slow::Search(_) | Slow::Why(_) | Slow::Leaf(..)) {
            ticket = self.limits.searching.take(&asker.chat, MOST_SEARCHES);
            if ticket.is_none() {
                return Effect::answer(asker, asker.words().still_working.into());
            }
        }
        let (tasks, asker) = (self.clone(), asker.clone());
        Effect::Later {
            place: asker.place.clone(),
            work: Box::pin(async move { tasks.done(&asker, what, ticket).await }),
        }
    }

    async fn done(
        &self,
        asker: &Asker,
        what: Slow,
        ticket: Option<Ticket>,
    ) -> Result<Option<Effect>, StoreError> {
        let shown_in = match &what {
            Slow::Leaf(.., message) => Some(message.clone()),
            _ => None,
        };
        let reply = self.reply(asker, what).await?;
        drop(ticket);
        let effect = effect(asker, reply, shown_in);
        Ok(Some(effect).filter(|it| !it.refuses() || self.base.is_to_be_answered(asker)))
    }

    async fn reply(&self, asker: &Asker, what: Slow) -> Result<Reply, StoreError> {
        let turns = match what {
            Slow::Search(_) | Slow::Why(_) | Slow::Leaf(..) => &self.limits.searches,
            Slow::Poll(_) => &self.limits.polls,
            Slow::Page(..) | Slow::Outlines(_) => &self.limits.previews,
        };
        let _turn = turns.acquire().await;
        let (base, watch) = (&self.base, &self.watch);
        match what {
            Slow::Search(words) => archive::found(base, asker, &words, 0).await,
            Slow::Leaf(words, page, _) => archive::found(base, asker, &words, page).await,
            Slow::Why(what) => story::why(base, asker, &what).await,
            Slow::Poll(source) => manage::poll(base, watch, asker, &source).await,
            Slow::Outlines(file) => outlines::import(base, asker, &file).await,
            Slow::Page(url, of, _seat) => add::try_page(base, watch, asker, (url, of)).await,
        }
    }
}

fn effect(asker: &Asker, reply: Reply, shown_in: Option<MessageRef>) -> Effect {
    match shown_in {
        Some(message) => Effect::Edit {
            chat: asker.chat.clone(),
            message,
            reply,
        },
        None => Effect::answer(asker, reply),
    }
}
