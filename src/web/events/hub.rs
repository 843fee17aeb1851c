//! Reads the change feed once for all streams.

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

/// The number of changes that a slow stream may be behind before it reads the feed itself.
const BEHIND: usize = 64;
/// The number of changes that are read at once.
const PART: usize = 500;
/// The pause between two parts, so that thousands of deliveries in a second are read in a few parts.
const REST: Duration = Duration::from_millis(200);
/// The maximum number of changes that a stream catches up with: readers that were away for longer load the page.
const MOST: u64 = 20_000;

/// A change that is sent to readers.
#[derive(Debug)]
pub(in crate::web) struct Happening {
    /// The number of the change.
    pub(super) number: u64,
    /// The name of the event.
    pub(super) kind: &'static str,
    pub(in crate::web) bulletin: Bulletin,
    /// The event for readers without a token, once it was built; `None` inside if they receive none.
    pub(super) for_public: OnceLock<Option<Event>>,
}

/// The changes of a part of the feed.
#[derive(Debug, Default)]
pub(in crate::web) struct Happenings {
    /// The changes, oldest first.
    pub(in crate::web) all: Vec<Happening>,
    /// The last change that was read.
    pub(in crate::web) read_to: u64,
}

/// The channel from which streams receive changes.
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

    /// Sends changes to all streams, until `stop`.
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
                        // There may be no stream.
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
    /// Returns the changes after a given one.
    pub(in crate::web) async fn after(store: &Store, after: u64) -> Result<Self, StoreError> {
        let newest = *store.newest_change().borrow();
        let mut happenings = Self {
            all: Vec::new(),
            read_to: match after > newest {
                // The number belongs to another store.
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
                // Bulletins that the first poll of a source finds are not news.
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
