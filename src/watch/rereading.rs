//! Articles that are read again: a few at a time, beside the looks, each by its source's own rules.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use chrono::Utc;
use futures::{StreamExt, TryStreamExt, stream};
use url::Url;

use super::poller::Poller;
use crate::{
    bulletin::BulletinState,
    ops::{Answered, Failure, LeaseKey, ReadAgain, Reread, StoreError},
    round,
    source::fetch::Fetcher,
};

/// Articles of one turn, and of those that are under way; the fetcher still asks each host for one
/// page at a time.
const MOST: usize = 200;
const AT_ONCE: usize = 8;

/// Reads again what is due. A site that fails is left alone until the next turn.
pub(super) async fn read_again(poller: &Poller) -> Result<(), Failure> {
    let due = poller.store.rereads(Utc::now(), MOST).await;
    let due = due
        .or_report("asking what is to be read again")?
        .unwrap_or_default();
    if due.is_empty() {
        return Ok(());
    }
    let (fetcher, failing) = (poller.fetcher(), Mutex::new(HashSet::new()));
    stream::iter(due)
        .map(Ok)
        .try_for_each_concurrent(AT_ONCE, async |known| {
            let read = read_one(poller, &fetcher, &failing, known).await;
            read.or_report("reading an article again").map(drop)
        })
        .await?;
    // A program that is killed now must not ask its sites once more.
    poller.save_looks().await
}

async fn read_one(
    poller: &Poller,
    fetcher: &Fetcher,
    failing: &Mutex<HashSet<String>>,
    known: Reread,
) -> Result<(), StoreError> {
    let config = poller.config.borrow().clone();
    let id = &known.bulletin.source;
    let source = config.sources.iter().find(|source| source.id == *id);
    // Whoever polls the source reads its articles.
    let Ok(store) = poller.store.under(&LeaseKey::Source(id.clone())) else {
        return Ok(());
    };
    let is_ill = |state: &crate::ops::LookState| state.paused || state.failures > 0;
    let source = source.filter(|_| !poller.store.read_look_state(id, is_ill));
    let url = Url::parse(&known.bulletin.url).ok();
    let host = url.and_then(|url| url.host_str().map(str::to_owned));
    let hosts = || failing.lock().unwrap_or_else(PoisonError::into_inner);
    let is_failing = host.as_ref().is_none_or(|host| hosts().contains(host));
    let (bulletin, now) = (known.bulletin.id, Utc::now());
    let Some(source) = source.filter(|_| !is_failing) else {
        let failed = store.settle_reread(bulletin, ReadAgain::Failed, now);
        return failed.await.map(drop);
    };
    match round::reread(&store, fetcher, source, &known, now).await? {
        Some(true) => {
            let now = poller.store.bulletin(bulletin).await?.map(|now| now.state);
            let what = became(known.bulletin.state, now);
            tracing::info!(source = %source.id, "bulletin {bulletin} {what}");
        }
        Some(false) => {}
        None => hosts().extend(host),
    }
    Ok(())
}

/// Returns what happened to a bulletin that changed.
fn became(before: BulletinState, now: Option<BulletinState>) -> &'static str {
    match (before, now) {
        (_, Some(BulletinState::Withdrawn)) => "was withdrawn",
        (BulletinState::Withdrawn, _) => "is published again",
        (BulletinState::Baseline, _) => "was opened",
        _ => "was corrected",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_withdrawal_is_told_as_one() {
        use BulletinState::{Baseline, Published, Withdrawn};
        for (before, now, what) in [
            (Published, Some(Withdrawn), "was withdrawn"),
            (Withdrawn, Some(Published), "is published again"),
            (Published, Some(Published), "was corrected"),
            (Baseline, Some(Baseline), "was opened"),
        ] {
            assert_eq!(became(before, now), what);
        }
    }
}
