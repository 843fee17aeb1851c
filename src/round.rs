//! Runs one round: one poll of one source, from due to admitted.
//!
//! [`poll`] is the best index of the program: each step calls the module that knows it. This module has no rules
//! about what is new (the store has them) nor about pages (`source` has them); it decides the order of the calls,
//! and the state after a failure.

mod articles;
mod documents;
mod fault;
mod front;
mod pages;
mod preview;
mod proposal;
mod reader;
mod reread;
mod rows;
mod summary;

use chrono::{DateTime, Utc};

use self::{fault::Fault, front::Front, reader::Reader, rows::Rows};
pub use self::{
    preview::{
        FileLink, OtherChoice, Preview, PreviewKind, PreviewRow, SelectKeys, Unread, copy, notices,
        preview, shown, summary_of,
    },
    reader::Asked,
    reread::read_again,
    summary::{resummarised, summarised},
};
pub use crate::source::list::PageCopy;
use crate::{
    bulletin::{BulletinId, PageFault, Source},
    ops::{PollFindings, PollState, Store, StoreError},
    source::fetch::Fetcher,
};

/// The findings of a poll.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PollOutcome {
    /// The published bulletins, oldest first.
    pub new: Vec<BulletinId>,
    /// The held bulletins, oldest first.
    pub held: Vec<BulletinId>,
    /// The number of bulletins that were archived and not pushed, such as those of a first poll.
    pub archived: usize,
    /// The reason why the poll failed; it is also in the source's state.
    pub error: Option<String>,
    /// The kind of the failure.
    pub fault: Option<PageFault>,
    /// True if the failure will not pass without help: it is reported at once.
    pub is_grave: bool,
    /// True if no row could be connected to a known one, so something may have been missed.
    pub has_gap: bool,
    /// The number of rows of the page past the most that are read.
    pub left_out: usize,
}

/// Polls a source once: fetch, read, judge, open, admit.
///
/// `now` is when the poll began. A page that cannot be fetched or read is not an error here: it is in
/// [`PollOutcome::error`] and in the source's state, and nothing that was known is forgotten.
///
/// # Errors
/// Fails if the store failed a write.
pub async fn poll(
    store: &Store,
    fetcher: &Fetcher,
    source: &Source,
    asked: Asked,
    now: DateTime<Utc>,
) -> Result<PollOutcome, StoreError> {
    let reader = Reader {
        fetcher,
        source,
        asked,
        now,
    };
    let before = store.poll_state(&source.id);
    let front = match front::read(&reader, before).await {
        Ok(front) => front,
        Err(fault) => {
            let fault = Box::pin(proposal::added(store, &reader, fault)).await?;
            return fail(store, source, fault).await;
        }
    };
    match front {
        Front::Unchanged(state) => pass(store, source, state).await,
        // The future is boxed, so that the many polls that find nothing new are small.
        Front::Rows(rows, state) => Box::pin(take_in(store, &reader, rows, state)).await,
    }
}

/// Judges the rows, opens the articles of new ones, and admits them.
async fn take_in(
    store: &Store,
    reader: &Reader<'_>,
    rows: Rows,
    mut state: PollState,
) -> Result<PollOutcome, StoreError> {
    let source = reader.source;
    let left_out = rows.left_out;
    let list = pages::connect(store, reader, rows).await?;
    if list.has_news() {
        remember_change(&mut state, reader.now);
    }
    let has_gap = list.has_gap;
    state.first_page = Some(list.first_page);
    let poll = PollFindings {
        source: source.id.clone(),
        found: articles::open(store, reader, list).await,
        state: after_good_poll(state),
    };
    let admitted = store.admit(poll, reader.now).await?;
    Ok(PollOutcome {
        new: admitted.published,
        held: admitted.held,
        archived: admitted.quiet.len(),
        has_gap,
        left_out,
        ..PollOutcome::default()
    })
}

/// Records a good poll that found nothing to judge.
async fn pass(store: &Store, source: &Source, state: PollState) -> Result<PollOutcome, StoreError> {
    let state = after_good_poll(state);
    store.keep_poll(&source.id, state, Utc::now()).await?;
    Ok(PollOutcome::default())
}

/// Records a failed poll: the known state stays, and the next poll is later.
async fn fail(store: &Store, source: &Source, fault: Fault) -> Result<PollOutcome, StoreError> {
    let (state, now) = (store.poll_state(&source.id), Utc::now());
    let state = fault.recorded_in(state, source, now, fastrand::f64());
    store.keep_poll(&source.id, state, now).await?;
    Ok(PollOutcome {
        error: Some(fault.what),
        fault: Some(fault.kind),
        is_grave: fault.is_grave,
        ..PollOutcome::default()
    })
}

/// Records a poll that panicked: it failed, and the next one is later.
///
/// # Errors
/// Fails if the store failed a write.
pub async fn broken(store: &Store, source: &Source) -> Result<PollOutcome, StoreError> {
    let what =
        "polling it failed because of an error in noticast; see the log, and please report it";
    fail(store, source, Fault::broken(what.to_owned())).await
}

/// Records the source's own history: when something new appeared, and after how long.
fn remember_change(state: &mut PollState, now: DateTime<Utc>) {
    const MOST_GAPS: usize = 16;
    if let Some(last) = state.last_changed.replace(now) {
        let minutes = (now - last).num_minutes().max(0);
        state
            .gaps_minutes
            .push(u32::try_from(minutes).unwrap_or(u32::MAX));
        let surplus = state.gaps_minutes.len().saturating_sub(MOST_GAPS);
        state.gaps_minutes.drain(..surplus);
    }
}

fn after_good_poll(mut state: PollState) -> PollState {
    state.last_polled = Some(Utc::now());
    state.failures = 0;
    state.error = None;
    state.fault = None;
    state.error_since = None;
    state.not_before = None;
    state
}
