//! Decides when to poll: due times, spreading, catch-up, backoff.
//!
//! One timer serves all sources, and each poll has a task. [`timetable`], which is pure, decides what is due and
//! when; [`alerts`] makes the reports; [`polling`] is the loop, and [`poller`] one poll. This file has the handle on
//! them for other parts.

mod alerts;
mod elsewhere;
mod poller;
mod polling;
mod rereading;
mod timetable;

use std::{
    net::SocketAddr,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use bytes::Bytes;
use chrono::Utc;
use tokio_util::sync::CancellationToken;
use url::Url;

use self::poller::Poller;
use crate::{
    bulletin::{Notice, PageFault, Source, SourceId, Validators},
    config::Live,
    ops::{Failure, Refusal, Store, StoreError, refused},
    round::{self, Asked, OtherChoice, PageCopy, PollOutcome, Preview, SelectKeys},
    source::fetch::{FetchErrorKind, FetchRequest, Fetcher, Via, Wants},
    source::guard::AddressRefusal,
    supervise::Supervisor,
};

pub use crate::round::Unread;

/// The longest time to fetch a page for a waiting user.
const LONGEST_SHOW: Duration = Duration::from_secs(15);

/// A handle on the loop; clones share it.
#[derive(Debug, Clone)]
pub struct Watch {
    poller: Arc<Poller>,
}

impl Watch {
    /// Returns a handle for tests that need only the handle.
    #[cfg(test)]
    pub(crate) fn of_config(store: Store, config: Live) -> Self {
        let fetcher = Fetcher::new(&config.borrow().fetch, &[]).expect("a fetcher");
        Self::new(store, config, fetcher)
    }

    #[must_use]
    pub fn new(store: Store, config: Live, fetcher: Fetcher) -> Self {
        Self {
            poller: Arc::new(Poller::new(store, config, fetcher)),
        }
    }

    /// Returns the supervisor, which counts failures here and in all parts that are started with this one.
    #[must_use]
    pub fn supervisor(&self) -> &Supervisor {
        &self.poller.supervisor
    }

    /// Replaces the fetcher, because its settings changed.
    pub fn use_fetcher(&self, fetcher: Fetcher) {
        self.poller.use_fetcher(fetcher);
    }

    /// Polls sources when they are due until stopped. Follows config changes.
    ///
    /// # Errors
    /// Fails if the store failed a write.
    pub async fn run(&self, stop: CancellationToken) -> Result<(), Failure> {
        self.poller.runs.store(true, Ordering::Relaxed);
        let ended = polling::keep_polling(&self.poller, stop).await;
        self.poller.runs.store(false, Ordering::Relaxed);
        let saved = self.poller.save_poll_states().await;
        ended.and(saved)
    }

    /// Polls now, regardless of schedule, backoff or Retry-After; `None` if there is no such source.
    ///
    /// # Errors
    /// Fails if the source is a desk, the disk is nearly full, or the store failed a write.
    pub async fn poll(&self, source: &SourceId) -> Result<Option<PollOutcome>, StoreError> {
        let config = self.poller.config.borrow().clone();
        let Some(source) = config.sources.iter().find(|known| known.id == *source) else {
            return Ok(None);
        };
        if source.address().is_none() {
            return Err(refused(format!(
                "source `{}` is of kind `desk`: it has no page to poll, and its bulletins are published by you",
                source.id
            )));
        }
        let outcome = match self.poller.poll(source, Asked::ByHand).await {
            Err(StoreError::Refused(Refusal::LeaseLost(_))) => {
                return elsewhere::ask(&self.poller, source).await.map(Some);
            }
            outcome => outcome?,
        };
        // The receiver is not served without a loop: `poll` works alone too.
        let _ = self.poller.polled.send(source.id.clone());
        Ok(Some(outcome))
    }

    /// Returns the title and the notices that a poll of a page would find; nothing is stored.
    ///
    /// # Errors
    /// Fails with the reason why nothing is found there.
    pub async fn preview(&self, source: &Source) -> Result<(Option<String>, Vec<Notice>), Unread> {
        if source.login.is_some() {
            // The login would be stored, exported, and seen by all members of the chat.
            let why = "an address with a user name or password belongs in the config file, not into a chat";
            return Err(Unread {
                fault: PageFault::HasLogin,
                why: why.to_owned(),
                others: Vec::new(),
            });
        }
        let fetcher = self.poller.fetcher();
        round::notices(&fetcher, source, Utc::now()).await
    }

    /// Returns a page as `source` would read it, with selectors for its list and its other lists; nothing is stored.
    ///
    /// # Errors
    /// Fails with the reason why there is nothing to show, or because it takes too long.
    pub async fn show(
        &self,
        source: &Source,
    ) -> Result<(Preview, Option<SelectKeys>, Vec<OtherChoice>), Unread> {
        let fetcher = self.poller.fetcher();
        in_time(source, round::preview(&fetcher, source, Utc::now())).await
    }

    /// Returns a copy of a page, to point at the rows that `source` is to have; nothing is stored.
    ///
    /// # Errors
    /// Fails with the reason why there is nothing to show, or because it takes too long.
    pub async fn copy(&self, source: &Source) -> Result<PageCopy, Unread> {
        let fetcher = self.poller.fetcher();
        in_time(source, round::copy(&fetcher, source, Utc::now())).await
    }

    /// Checks that the guard on private addresses lets a source's address be polled.
    ///
    /// # Errors
    /// Fails with the reason for the rejection, and the setting that would allow it.
    pub async fn admit(&self, source: &Source) -> Result<(), Unread> {
        let fetcher = self.poller.fetcher();
        let admitted = fetcher.admit(&source.url).await;
        admitted.map_err(|error| Unread {
            fault: error.fault(),
            why: error.to_string(),
            others: Vec::new(),
        })
    }

    /// Returns the addresses of a host that the guard on private addresses allows.
    ///
    /// # Errors
    /// Fails if none is allowed; the error states whether the guard rejected them.
    pub async fn resolve(
        &self,
        host: &str,
        by_proxy: bool,
    ) -> Result<Vec<SocketAddr>, (bool, String)> {
        let found = self.poller.fetcher().resolve(host, by_proxy).await;
        found.map_err(|error| (error.is::<AddressRefusal>(), error.to_string()))
    }

    /// Notifies the recipients of faults: `[alerts]`, else the admins, else the log.
    ///
    /// # Errors
    /// Fails if the store failed a write.
    pub async fn notify(&self, text: &str) -> Result<(), StoreError> {
        let config = self.poller.config.borrow().clone();
        alerts::notify(&self.poller.store, &config, text, Utc::now()).await
    }

    /// Fetches a file of at most `most` bytes that a source's article links to, in the same way as its pages.
    ///
    /// # Errors
    /// Fails with the reason why it cannot be fetched.
    pub async fn file(&self, source: &SourceId, url: &str, most: u64) -> Result<Bytes, String> {
        let config = self.poller.config.borrow().clone();
        let known = config.sources.iter().find(|known| known.id == *source);
        let known = known.ok_or_else(|| format!("source `{source}` is no longer in the config"))?;
        let request = FetchRequest {
            url: Url::parse(url).map_err(|error| error.to_string())?,
            validators: Validators::default(),
            via: Via::from(known),
            wants: Wants::Page,
            keep_alive: true,
        };
        match self.poller.fetcher().file(&request, most).await {
            Ok(page) => Ok(page.body),
            Err(error) if error.kind == FetchErrorKind::TooLarge => {
                Err(format!("it is larger than {} MB", most >> 20))
            }
            Err(error) => Err(error.to_string()),
        }
    }

    /// Returns whether the loop runs and is not stuck, for `/readyz`.
    #[must_use]
    pub fn is_running(&self) -> bool {
        let since = Utc::now().timestamp() - self.poller.last_turn.load(Ordering::Relaxed);
        self.poller.runs.load(Ordering::Relaxed) && since < 3 * 60
    }
}

async fn in_time<T>(
    source: &Source,
    shown: impl Future<Output = Result<T, Unread>>,
) -> Result<T, Unread> {
    let shown = tokio::time::timeout(LONGEST_SHOW, shown).await;
    shown.unwrap_or_else(|_| {
        let seconds = LONGEST_SHOW.as_secs();
        Err(Unread {
            fault: PageFault::TimedOut,
            why: format!("{}: no answer within {seconds} s", source.url),
            others: Vec::new(),
        })
    })
}
