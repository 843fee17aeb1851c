//! Rereads articles: several hosts at a time, one article of each host, and each by its source's own rules.
//!
//! A site that hangs holds up only its own articles, and neither these nor the turn for long.

use std::{sync::Arc, time::Duration};

use chrono::Utc;
use futures::{FutureExt, StreamExt, TryStreamExt, future::BoxFuture, stream};
use tokio::time::{Instant, timeout};
use url::Url;

use super::poller::Poller;
use crate::{
    bulletin::{BulletinState, Source},
    config::Config,
    ops::{Answered, Failure, LeaseKey, PollState, ReadAgain, Reread, StoreError},
    round,
    source::fetch::Fetcher,
};

/// The most articles of one turn.
const MOST: usize = 200;
/// The number of hosts that are requested at a time.
const AT_ONCE: usize = 8;
/// The longest time for one article: a body may arrive drop by drop, and an article may have many pages.
const LONGEST: Duration = Duration::from_secs(2 * 60);
const LONGEST_TURN: Duration = Duration::from_secs(5 * 60);

/// Reads the due articles again. A site that fails is left alone until the next turn.
pub(super) async fn read_again(poller: &Poller) -> Result<(), Failure> {
    let due = poller.store.rereads(Utc::now(), MOST).await;
    let due = due
        .or_report("listing the articles to re-read")?
        .unwrap_or_default();
    if due.is_empty() {
        return Ok(());
    }
    let (fetcher, config) = (poller.fetcher(), poller.config.borrow().clone());
    let bounds = Bounds {
        article: LONGEST,
        end: Instant::now() + LONGEST_TURN,
    };
    let read = |known| read_one(poller, &fetcher, &config, known).boxed();
    let settle = |known, again| settle(poller, known, again).boxed();
    stream::iter(by_host(due))
        .map(Ok)
        .try_for_each_concurrent(AT_ONCE, |due| one_by_one(due, bounds, &read, &settle))
        .await?;
    // A program that is killed now must not request its sites once more.
    poller.save_poll_states().await
}

/// The limits on the time of reading.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    /// The time for one article; one that is not read by then counts as failed.
    article: Duration,
    /// The time after which no article is begun. The rest is due in the next turn, before articles that become due
    /// meanwhile.
    end: Instant,
}

/// The result of reading a due article.
enum Attempt {
    /// Another process polls its source and reads it: this one does not.
    Elsewhere,
    /// The source is paused or fails.
    Postponed,
    Done(ReadAgain),
}

/// Groups articles by their hosts: the host that waited longest first, and so within each.
fn by_host(due: Vec<Reread>) -> Vec<Vec<Arc<Reread>>> {
    let mut hosts: Vec<(Option<String>, Vec<Arc<Reread>>)> = Vec::new();
    for known in due {
        let url = Url::parse(&known.bulletin.url).ok();
        let host = url.and_then(|url| url.host_str().map(str::to_owned));
        let known = Arc::new(known);
        match hosts.iter_mut().find(|(it, _)| *it == host) {
            Some((_, of_it)) => of_it.push(known),
            None => hosts.push((host, vec![known])),
        }
    }
    hosts.into_iter().map(|(_, of_it)| of_it).collect()
}

/// Reads the articles of one host. Once one could not be fetched, the others are not requested.
async fn one_by_one<'a, T: Clone>(
    due: Vec<T>,
    bounds: Bounds,
    read: &impl Fn(T) -> BoxFuture<'a, Result<Attempt, Failure>>,
    settle: &impl Fn(T, ReadAgain) -> BoxFuture<'a, Result<(), Failure>>,
) -> Result<(), Failure> {
    let mut is_failing = false;
    for known in due {
        let attempt = match is_failing {
            true => Attempt::Postponed,
            false if Instant::now() >= bounds.end => return Ok(()),
            false => match timeout(bounds.article, read(known.clone())).await {
                Ok(attempt) => attempt?,
                Err(_) => Attempt::Done(ReadAgain::Failed),
            },
        };
        let again = match attempt {
            Attempt::Elsewhere => continue,
            Attempt::Postponed => ReadAgain::Failed,
            Attempt::Done(again) => {
                is_failing = matches!(again, ReadAgain::Failed);
                again
            }
        };
        settle(known, again).await?;
    }
    Ok(())
}

async fn read_one(
    poller: &Poller,
    fetcher: &Fetcher,
    config: &Config,
    known: Arc<Reread>,
) -> Result<Attempt, Failure> {
    let id = &known.bulletin.source;
    let Ok(store) = poller.store.under(&LeaseKey::Source(id.clone())) else {
        return Ok(Attempt::Elsewhere);
    };
    let is_ill = |state: &PollState| state.paused || state.failures > 0;
    let source: Option<&Source> = config.sources.iter().find(|source| source.id == *id);
    let Some(source) = source.filter(|_| !poller.store.read_poll_state(id, is_ill)) else {
        return Ok(Attempt::Postponed);
    };
    let again = round::read_again(&store, fetcher, source, &known, Utc::now()).await;
    let again = again.or_report("re-reading an article")?;
    Ok(again.map_or(Attempt::Elsewhere, Attempt::Done))
}

async fn settle(poller: &Poller, known: Arc<Reread>, again: ReadAgain) -> Result<(), Failure> {
    let settled = take_in(poller, &known, again).await;
    settled.or_report("re-reading an article").map(drop)
}

/// Applies the result of reading an article again.
async fn take_in(poller: &Poller, known: &Reread, again: ReadAgain) -> Result<(), StoreError> {
    let (bulletin, source) = (known.bulletin.id, &known.bulletin.source);
    let Ok(store) = poller.store.under(&LeaseKey::Source(source.clone())) else {
        return Ok(());
    };
    if store.settle_reread(bulletin, again, Utc::now()).await? {
        let now = store.bulletin(bulletin).await?.map(|now| now.state);
        let what = became(known.bulletin.state, now);
        tracing::info!(%source, "bulletin {bulletin} {what}");
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
    use std::{future::pending, sync::Mutex};

    use futures::future::join_all;

    use super::*;

    /// An article as it was settled: its host, its number, and whether it was fetched.
    type Settled = (&'static str, u32, bool);

    /// Reads articles 1 to 3 of each host.
    async fn settled(
        hosts: &[&'static str],
        bounds: Bounds,
        answer: impl Fn(&'static str) -> BoxFuture<'static, ()>,
    ) -> Vec<Settled> {
        let settled = Mutex::new(Vec::new());
        let read = |(host, _)| {
            let answer = answer(host);
            answer.map(|()| Ok(Attempt::Done(ReadAgain::Same))).boxed()
        };
        let settle = |(host, number), again| {
            let is_had = matches!(again, ReadAgain::Same);
            settled.lock().unwrap().push((host, number, is_had));
            std::future::ready(Ok(())).boxed()
        };
        let of = |host| (1..=3).map(|number| (host, number)).collect();
        let reading = hosts
            .iter()
            .map(|host| one_by_one(of(*host), bounds, &read, &settle));
        for done in join_all(reading).await {
            done.unwrap();
        }
        settled.into_inner().unwrap()
    }

    #[tokio::test]
    async fn a_host_that_hangs_holds_up_its_own_articles_alone_and_those_for_one_of_them() {
        let bounds = Bounds {
            article: Duration::from_millis(50),
            end: Instant::now() + LONGEST_TURN,
        };
        let answer = |host| match host {
            "hung" => pending().boxed(),
            _ => std::future::ready(()).boxed(),
        };
        let settled = settled(&["hung", "well"], bounds, answer).await;
        let of = |host, is_had| (1..=3).map(move |number| (host, number, is_had));
        let expected: Vec<Settled> = of("well", true).chain(of("hung", false)).collect();
        assert_eq!(settled, expected);
    }

    #[tokio::test]
    async fn no_article_is_begun_after_the_end_of_a_turn() {
        let bounds = Bounds {
            article: LONGEST,
            end: Instant::now() + Duration::from_millis(50),
        };
        let answer = |_| tokio::time::sleep_until(bounds.end).boxed();
        assert_eq!(
            settled(&["slow"], bounds, answer).await,
            [("slow", 1, true)]
        );
    }

    #[test]
    fn a_withdrawal_is_announced_as_one() {
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
