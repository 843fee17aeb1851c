//! Runs the loop: one timer for all sources, a task for each poll.

use std::{collections::HashMap, sync::Arc, time::Duration};

use chrono::Utc;
use futures::FutureExt;
use tokio::{
    task::{JoinError, JoinSet},
    time::{Instant, Interval, MissedTickBehavior, interval, sleep_until},
};
use tokio_util::sync::CancellationToken;

use super::{
    elsewhere,
    poller::Poller,
    rereading,
    timetable::{Now, Timetable},
};
use crate::{
    bulletin::{Source, SourceId},
    ops::{Answered, Failure, Refusal},
    round::Asked,
    supervise,
};

const MINUTE: Duration = Duration::from_secs(60);
/// The time within which due polls begin together: a thousand a second, each waking the program individually, cost
/// half as much again.
const TOGETHER: Duration = Duration::from_millis(100);
/// The interval at which a database that was away is tried.
const DATABASE_IS_TRIED: Duration = Duration::from_secs(1);

/// Polls sources when they are due, until stopped.
///
/// # Errors
/// Fails if the store failed a write.
pub(super) async fn keep_polling(
    poller: &Arc<Poller>,
    stop: CancellationToken,
) -> Result<(), Failure> {
    let mut config = poller.config.clone();
    let mut polled = poller.polled_by_loop.lock().await;
    let mut minute = each_minute();
    let mut held = poller.store.held();
    let mut questions = poller.store.poll_questions();
    let mut polls = Polls::new(Arc::clone(poller));
    polls.held = held.sources();
    polls.follow(&config.borrow_and_update().sources);
    loop {
        polls.begin_turn().await?;
        let next = polls.next();
        tokio::select! {
            biased;
            () = stop.cancelled() => return Ok(()),
            Some(ended) = polls.running.join_next() => polls.take_in(ended).await?,
            Some(ended) = polls.rereading.join_next() => polls.reread(ended)?,
            Some(ended) = polls.answering.join_next() => polls.reread(ended)?,
            () = elsewhere::asked(&mut questions) => polls.answer(),
            Some(source) = polled.recv() => polls.plan(&source),
            Ok(()) = config.changed() => {
                let sources = config.borrow_and_update().sources.clone();
                polls.follow(&sources);
            }
            () = held.changed() => polls.take_over(held.sources()),
            _ = minute.tick() => polls.rest().await?,
            () = sleep_until(next.unwrap_or_else(Instant::now)), if next.is_some() => polls.begin_due(),
        }
    }
}

fn each_minute() -> Interval {
    let mut minute = interval(MINUTE);
    minute.set_missed_tick_behavior(MissedTickBehavior::Delay);
    minute
}

/// The polls that are due, and the running ones.
struct Polls {
    poller: Arc<Poller>,
    timetable: Timetable,
    running: JoinSet<Result<Turn, Failure>>,
    rereading: JoinSet<Result<(), Failure>>,
    /// The polls that other processes request.
    answering: JoinSet<Result<(), Failure>>,
    /// The sources that this process polls, by the epochs of their leases.
    held: Option<HashMap<SourceId, u64>>,
    /// True if the disk is nearly full: nothing is begun.
    disk_low: bool,
    next_turn: Instant,
}

/// The end of one turn of the loop.
enum Turn {
    PollOutcome(SourceId),
    /// The disk is nearly full: the next poll finds the same again.
    NoRoom(SourceId),
}

impl Polls {
    fn new(poller: Arc<Poller>) -> Self {
        Self {
            held: None,
            poller,
            timetable: Timetable::default(),
            running: JoinSet::new(),
            rereading: JoinSet::new(),
            answering: JoinSet::new(),
            disk_low: false,
            next_turn: Instant::now(),
        }
    }

    fn follow(&mut self, sources: &[Source]) {
        let state_of = |id: &SourceId| self.poller.store.poll_state(id);
        self.timetable.follow(sources, state_of, Now::read());
    }

    fn answer(&mut self) {
        let poller = Arc::clone(&self.poller);
        self.answering
            .spawn(async move { elsewhere::answer(&poller).await });
    }

    /// Plans again the sources that other processes polled until now.
    fn take_over(&mut self, held: Option<HashMap<SourceId, u64>>) {
        let before = std::mem::replace(&mut self.held, held).unwrap_or_default();
        for (source, epoch) in self.held.iter().flatten() {
            if before.get(source) != Some(epoch) {
                let state = self.poller.store.poll_state(source);
                self.timetable.take_over(source, &state, Now::read());
            }
        }
    }

    async fn begin_turn(&mut self) -> Result<(), Failure> {
        self.poller.begin_turn();
        if self.timetable.take_setting() {
            let followed = self.poller.store.follow_the_clock(Utc::now()).await;
            followed.or_report("following the clock")?;
        }
        Ok(())
    }

    /// Returns when the next poll is to begin; `None` if none is to begin without a request.
    fn next(&mut self) -> Option<Instant> {
        let next = self.timetable.first().map(|due| due.max(self.next_turn));
        next.filter(|_| !self.disk_low)
    }

    async fn take_in(
        &mut self,
        ended: Result<Result<Turn, Failure>, JoinError>,
    ) -> Result<(), Failure> {
        match ended {
            Ok(turn) => match turn? {
                Turn::PollOutcome(source) => self.plan(&source),
                // The poll is made up once there is room.
                Turn::NoRoom(source) => {
                    self.timetable.put_back(&source, Now::read());
                    self.disk_low = self.poller.rest(self.disk_low).await?;
                }
            },
            Err(error) => tracing::error!("a poll was interrupted: {error}"),
        }
        Ok(())
    }

    /// Logs a rereading that broke; it is restarted within a minute.
    fn reread(&self, ended: Result<Result<(), Failure>, JoinError>) -> Result<(), Failure> {
        let broke = |error| {
            let supervisor = &self.poller.supervisor;
            supervisor.broke("rereading", &supervise::why(error));
        };
        ended.unwrap_or_else(|error| {
            broke(error);
            Ok(())
        })
    }

    /// Does the work that is due once a minute.
    async fn rest(&mut self) -> Result<(), Failure> {
        self.timetable.heed_the_clock(Now::read());
        self.disk_low = self.poller.rest(self.disk_low).await?;
        if self.rereading.is_empty() && !self.disk_low {
            let poller = Arc::clone(&self.poller);
            self.rereading
                .spawn(async move { rereading::read_again(&poller).await }.boxed());
        }
        Ok(())
    }

    fn begin_due(&mut self) {
        if self.poller.store.away().is_some() {
            // Sites are not requested for results that could not be stored.
            self.next_turn = Instant::now() + DATABASE_IS_TRIED;
            return;
        }
        self.next_turn = Instant::now() + TOGETHER;
        for source in self.timetable.take_due(Now::read()) {
            if self.poller.is_paused(&source.id) {
                self.plan(&source.id);
            } else {
                let poller = Arc::clone(&self.poller);
                self.running.spawn(poll_in_turn(poller, source).boxed());
            }
        }
    }

    fn plan(&mut self, source: &SourceId) {
        let store = &self.poller.store;
        let again = store.read_poll_state(source, |state| state.not_before);
        let now = Now::read();
        self.timetable.polled(source, again, now);
        self.timetable.heed_the_clock(now);
        store.set_next_poll(source, self.timetable.due(source));
    }
}

async fn poll_in_turn(poller: Arc<Poller>, source: Arc<Source>) -> Result<Turn, Failure> {
    let outcome = poller.poll(&source, Asked::BySchedule).await;
    let id = source.id.clone();
    match outcome.settled()? {
        Ok(_) => {}
        Err(Refusal::DiskLow(_) | Refusal::Away(_)) => return Ok(Turn::NoRoom(id)),
        Err(refusal @ Refusal::LeaseLost(_)) => tracing::debug!(source = %id, "{refusal}"),
        Err(refusal) => tracing::error!(source = %id, "the poll was abandoned: {refusal}"),
    }
    Ok(Turn::PollOutcome(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bulletin::FetchSettings, config::Config, ops::Store, source::fetch::Fetcher};

    #[tokio::test]
    async fn a_poll_that_panics_is_a_failed_poll_and_its_source_is_planned_again() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let url = "https://www.example.com/news/".parse().unwrap();
        let source = Source::new("news".parse().unwrap(), url);
        store
            .sync_config(std::slice::from_ref(&source), &[])
            .await
            .unwrap();
        let (_sender, live) = tokio::sync::watch::channel(Arc::new(Config::default()));
        let fetcher = Fetcher::new(&FetchSettings::default(), &[]).unwrap();
        let mut polls = Polls::new(Arc::new(Poller::new(store.clone(), live, fetcher)));
        polls.follow(std::slice::from_ref(&source));
        assert_eq!(polls.timetable.take_due(Now::read()).len(), 1);

        let poll = async { panic!("index out of bounds") };
        let outcome = polls.poller.unbroken(&source, poll).await.unwrap();
        polls.plan(&source.id);

        assert!(outcome.error.is_some());
        let state = store.poll_state(&source.id);
        let broken = polls.poller.supervisor.breakages();
        assert_eq!((state.failures, broken[0].times), (1, 1));
        assert!(state.error.unwrap().contains("please report"));
        assert!(
            polls
                .timetable
                .first()
                .is_some_and(|due| due > Instant::now())
        );
    }
}
