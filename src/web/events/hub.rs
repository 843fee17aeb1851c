//! Reads the change feed once for all who read along.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use axum::response::sse::Event;
use tokio::{sync::broadcast, time::sleep};
use tokio_util::sync::CancellationToken;

use crate::{
    bulletin::{Bulletin, BulletinId, BulletinState},
    ops::{FeedEvent, Store, StoreError},
};

/// Happenings that a slow stream may be behind before it reads the feed itself.
const BEHIND: usize = 64;
/// Changes that are read at once.
const PART: usize = 500;
/// The pause between two parts, so that thousands of deliveries in a second are read in a few parts.
const REST: Duration = Duration::from_millis(200);
/// Changes that a stream catches up with: readers that were away for longer load the page.
const MOST: u64 = 20_000;

/// Something that is sent to readers.
#[derive(Debug)]
pub(in crate::web) struct Happening {
    /// The number of the change.
    pub(super) number: u64,
    /// The name of the event.
    pub(super) kind: &'static str,
    pub(in crate::web) bulletin: Bulletin,
    /// The event for those who read without a token, once one of them got it; None: nothing.
    pub(super) for_public: OnceLock<Option<Event>>,
}

/// Happenings of a stretch of the feed.
#[derive(Debug, Default)]
pub(in crate::web) struct Happenings {
    /// Oldest first.
    pub(in crate::web) all: Vec<Happening>,
    /// The last change that was read.
    pub(in crate::web) read_to: u64,
}

/// Where streams get what happens.
#[derive(Debug)]
pub(crate) struct Hub(broadcast::Sender<Arc<Happening>>);

impl Default for Hub {
    fn default() -> Self {
        Self(broadcast::Sender::new(BEHIND))
    }
}

impl Hub {
    pub(super) fn follow(&self) -> broadcast::Receiver<Arc<Happening>> {
        self.0.subscribe()
    }

    /// Sends to all streams what happens, until `stop`.
    pub(in crate::web) async fn run(&self, store: &Store, stop: &CancellationToken) {
        let mut newest = store.newest_change();
        let mut last = *newest.borrow_and_update();
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                changed = newest.changed() => if changed.is_err() {
                    return;
                }
            }
            match Happenings::after(store, last).await {
                Ok(happenings) => {
                    last = happenings.read_to;
                    for happening in happenings.all {
                        // Nobody may read along.
                        let _ = self.0.send(Arc::new(happening));
                    }
                }
                Err(error) => tracing::warn!("events could not be read: {error}"),
            }
            sleep(REST).await;
        }
    }
}

impl Happenings {
    /// Happenings after a change.
    pub(in crate::web) async fn after(store: &Store, after: u64) -> Result<Self, StoreError> {
        let newest = *store.newest_change().borrow();
        let mut happenings = Self {
            all: Vec::new(),
            read_to: match after > newest {
                // Of another store.
                true => newest,
                false => after.max(newest.saturating_sub(MOST)),
            },
        };
        loop {
            let page = store.changes_after(happenings.read_to, PART).await?;
            let Some(last) = page.entries.last().map(|last| last.number) else {
                return Ok(happenings);
            };
            for entry in page.entries {
                let (kind, id) = match entry.event {
                    FeedEvent::Bulletin(id) => ("bulletin", id),
                    FeedEvent::Revision(id) => ("revision", id),
                    FeedEvent::Withdrawal(id) => ("withdrawal", id),
                    FeedEvent::Detail(_) | FeedEvent::Delivery(_) | FeedEvent::Source(_) => {
                        continue;
                    }
                };
                let bulletin = store.bulletin(BulletinId(id)).await?;
                // Bulletins that the first poll of a source finds are no news.
                let bulletin =
                    bulletin.filter(|it| kind != "bulletin" || it.state != BulletinState::Baseline);
                let number = entry.number;
                happenings.all.extend(bulletin.map(|bulletin| Happening {
                    number,
                    kind,
                    bulletin,
                    for_public: OnceLock::new(),
                }));
            }
            happenings.read_to = last;
            if last >= page.newest {
                return Ok(happenings);
            }
        }
    }
}
