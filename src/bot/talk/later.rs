//! What takes longer is done while others are answered: a few searches and looks at a time.

use std::sync::Arc;

use tokio::sync::Semaphore;
use url::Url;

use super::{
    add, archive,
    asker::Asker,
    base::Base,
    bounds::{Seat, Seats},
    manage,
    reply::{Output, Reply},
    slow::Slow,
    story,
};
use crate::{
    bulletin::{ChannelId, MessageRef},
    ops::StoreError,
    watch::Watch,
};

/// Searches of one chat that are under way or wait for it.
const MOST_SEARCHES: usize = 5;
/// Pages of one chat that are looked at or wait for it: slow ones must not keep the others waiting.
const MOST_PAGES: usize = 3;

/// How much is done at a time.
struct Limits {
    searches: Semaphore,
    polls: Semaphore,
    looks: Semaphore,
    /// What each chat has under way, or waits for.
    searching: Seats,
    pages: Seats,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            searches: Semaphore::new(2),
            polls: Semaphore::new(2),
            looks: Semaphore::new(8),
            searching: Seats::default(),
            pages: Seats::default(),
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

    /// A look at an address to subscribe to; None: too many pages of this chat are looked at already.
    pub(super) fn look(&self, asker: &Asker, url: Url, of: Option<ChannelId>) -> Option<Output> {
        let seat = self.limits.pages.take(&asker.chat, MOST_PAGES)?;
        Some(self.begin(asker, Slow::Page(url, of, seat)))
    }

    /// Does it beside the other answers, or says that too much of it is under way for this chat.
    pub(super) fn begin(&self, asker: &Asker, what: Slow) -> Output {
        let mut seat = None;
        if matches!(what, Slow::Search(_) | Slow::Why(_) | Slow::Leaf(..)) {
            seat = self.limits.searching.take(&asker.chat, MOST_SEARCHES);
            if seat.is_none() {
                return Output::answer(asker, asker.words().still_looking.into());
            }
        }
        let (tasks, asker) = (self.clone(), asker.clone());
        Output::Later {
            place: asker.place.clone(),
            work: Box::pin(async move { tasks.done(&asker, what, seat).await }),
        }
    }

    async fn done(
        &self,
        asker: &Asker,
        what: Slow,
        seat: Option<Seat>,
    ) -> Result<Option<Output>, StoreError> {
        let shown_in = match &what {
            Slow::Leaf(.., message) => Some(message.clone()),
            _ => None,
        };
        let reply = self.reply(asker, what).await?;
        drop(seat);
        let output = output(asker, reply, shown_in);
        Ok(Some(output).filter(|it| !it.refuses() || self.base.is_to_be_told(asker)))
    }

    async fn reply(&self, asker: &Asker, what: Slow) -> Result<Reply, StoreError> {
        let turns = match what {
            Slow::Search(_) | Slow::Why(_) | Slow::Leaf(..) => &self.limits.searches,
            Slow::Poll(_) => &self.limits.polls,
            Slow::Page(..) => &self.limits.looks,
        };
        let _turn = turns.acquire().await;
        let (base, watch) = (&self.base, &self.watch);
        match what {
            Slow::Search(words) => archive::found(base, asker, &words, 0).await,
            Slow::Leaf(words, page, _) => archive::found(base, asker, &words, page).await,
            Slow::Why(what) => story::why(base, asker, &what).await,
            Slow::Poll(source) => manage::poll(base, watch, asker, &source).await,
            Slow::Page(url, of, _seat) => add::try_page(base, watch, asker, (url, of)).await,
        }
    }
}

fn output(asker: &Asker, reply: Reply, shown_in: Option<MessageRef>) -> Output {
    match shown_in {
        Some(message) => Output::Edit {
            chat: asker.chat.clone(),
            message,
            reply,
        },
        None => Output::answer(asker, reply),
    }
}
