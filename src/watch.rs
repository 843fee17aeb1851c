//! The loop that knows when to poll: due times, spreading, catch-up, backoff.
//!
//! One timer for all sources, a task for each poll. What is due and when is [`timetable`]'s, which is
//! pure; the reports about it are [`alerts`]'s; the loop itself is [`polling`], and one poll [`poller`]. This
//! file is the handle that others have on them.

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

/// The time that a page may take while somebody waits to see it.
const LONGEST_SHOW: Duration = Duration::from_secs(15);

/// A handle on the loop; clones share it.
#[derive(Debug, Clone)]
pub struct Watch {
    poller: Arc<Poller>,
}

impl Watch {
    /// For the tests of those who only hold one.
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

    /// Counts what breaks, here and in all parts that are begun beside this one.
    #[must_use]
    pub fn supervisor(&self) -> &Supervisor {
        &self.poller.supervisor
    }

    /// Fetches with another fetcher from now on: its settings changed.
    pub fn use_fetcher(&self, fetcher: Fetcher) {
        self.poller.use_fetcher(fetcher);
    }

    /// Polls sources when they are due until stopped. Follows config changes.
    ///
    /// # Errors
    /// A store that failed a write.
    pub async fn run(&self, stop: CancellationToken) -> Result<(), Failure> {
        self.poller.runs.store(true, Ordering::Relaxed);
        let ended = polling::keep_polling(&self.poller, stop).await;
        self.poller.runs.store(false, Ordering::Relaxed);
        let saved = self.poller.save_poll_states().await;
        ended.and(saved)
    }

    /// Polls now, whatever schedule, backoff or Retry-After say; None: no such source.
    ///
    /// # Errors
    /// It is a desk; the disk is nearly full; the store failed a write.
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
        // Without a loop nobody plans: `poll` alone serves too.
        let _ = self.poller.polled.send(source.id.clone());
        Ok(Some(outcome))
    }

    /// Returns what a poll of a page would find, by its title and notices; nothing is kept.
    ///
    /// # Errors
    /// Why nothing is found there.
    pub async fn preview(&self, source: &Source) -> Result<(Option<String>, Vec<Notice>), Unread> {
        if source.login.is_some() {
            // It would be kept, exported, and seen by all who read along.
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

    /// A page as `source` would read it, with selectors for its list and its other lists; nothing is kept.
    ///
    /// # Errors
    /// The reason why there is nothing to show, also where it takes too long.
    pub async fn show(
        &self,
        source: &Source,
    ) -> Result<(Preview, Option<SelectKeys>, Vec<OtherChoice>), Unread> {
        let fetcher = self.poller.fetcher();
        in_time(source, round::preview(&fetcher, source, Utc::now())).await
    }

    /// A copy of a page, to point at the rows that `source` is to have; nothing is kept.
    ///
    /// # Errors
    /// The reason why there is nothing to show, also where it takes too long.
    pub async fn copy(&self, source: &Source) -> Result<PageCopy, Unread> {
        let fetcher = self.poller.fetcher();
        in_time(source, round::copy(&fetcher, source, Utc::now())).await
    }

    /// Returns whether the guard on private addresses lets a source's address be polled.
    ///
    /// # Errors
    /// The reason for the refusal, and the setting that would allow it.
    pub async fn admit(&self, source: &Source) -> Result<(), Unread> {
        let fetcher = self.poller.fetcher();
        let admitted = fetcher.admit(&source.url).await;
        admitted.map_err(|error| Unread {
            fault: error.fault(),
            why: error.to_string(),
            others: Vec::new(),
        })
    }

    /// The addresses of a host that the guard on private addresses lets be reached.
    ///
    /// # Errors
    /// None of them may be, and whether that is the guard's doing.
    pub async fn resolve(
        &self,
        host: &str,
        by_proxy: bool,
    ) -> Result<Vec<SocketAddr>, (bool, String)> {
        let found = self.poller.fetcher().resolve(host, by_proxy).await;
        found.map_err(|error| (error.is::<AddressRefusal>(), error.to_string()))
    }

    /// Notifies those who are to know of faults: `[alerts]`, else the admins, else the log.
    ///
    /// # Errors
    /// A store that failed a write.
    pub async fn notify(&self, text: &str) -> Result<(), StoreError> {
        let config = self.poller.config.borrow().clone();
        alerts::notify(&self.poller.store, &config, text, Utc::now()).await
    }

    /// A file of at most `most` bytes that a source's article links to, reached as its pages are.
    ///
    /// # Errors
    /// Why it cannot be had.
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
