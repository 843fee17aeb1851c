//! The loop that knows when to look: due times, spreading, catch-up, backoff.
//!
//! One timer for all sources, a task for each look. What is due and when is [`timetable`]'s, which is
//! pure; what is told of it is [`alerts`]'s; this file only waits, starts looks and takes them in.

mod alerts;
mod rereading;
mod timetable;

use std::{
    collections::HashMap,
    panic::AssertUnwindSafe,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use chrono::Utc;
use futures::FutureExt;
use tokio::{
    sync::{Mutex as Gate, mpsc},
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval, sleep_until},
};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;
use url::Url;

use self::timetable::{Now, Timetable};
use crate::{
    bulletin::{BulletinId, Language, Notice, Source, SourceId, Validators},
    config::Live,
    ops::{Answered, Failure, LeaseKey, Refusal, Store, StoreError, refused},
    round::{self, Asked, Looked, OtherChoice, Preview, SelectKeys},
    source::fetch::{FetchErrorKind, FetchRequest, Fetcher, Via, Wants},
    supervise::{self, Supervisor},
};

pub use crate::round::Unread;

/// The time that a page may take while somebody waits to see it.
const LONGEST_SHOW: Duration = Duration::from_secs(15);
const MINUTE: Duration = Duration::from_secs(60);
/// Looks that are due within this time begin together: a thousand a second, each waking the program by
/// itself, cost half as much again.
const TOGETHER: Duration = Duration::from_millis(100);
/// How often it is asked whether a database that was away is back.
const DATABASE_IS_TRIED: Duration = Duration::from_secs(1);

/// A handle on the loop; clones share it.
#[derive(Debug, Clone)]
pub struct Watch {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    store: Store,
    config: Live,
    fetcher: Mutex<Fetcher>,
    /// One look at a source at a time, whoever asks for it.
    gates: Mutex<HashMap<SourceId, Arc<Gate<()>>>>,
    /// Sources that were looked at out of turn, for the loop to plan again.
    polled: mpsc::UnboundedSender<SourceId>,
    polled_by_loop: Gate<mpsc::UnboundedReceiver<SourceId>>,
    runs: AtomicBool,
    /// Unix seconds of the loop's last turn.
    last_turn: AtomicI64,
    supervisor: Supervisor,
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
        let (polled, polled_by_loop) = mpsc::unbounded_channel();
        Self {
            shared: Arc::new(Shared {
                store,
                config,
                fetcher: Mutex::new(fetcher),
                gates: Mutex::default(),
                polled,
                polled_by_loop: Gate::new(polled_by_loop),
                runs: AtomicBool::new(false),
                last_turn: AtomicI64::new(0),
                supervisor: Supervisor::default(),
            }),
        }
    }

    /// Counts what breaks, here and in all parts that are begun beside this one.
    #[must_use]
    pub fn supervisor(&self) -> &Supervisor {
        &self.shared.supervisor
    }

    /// Fetches with another fetcher from now on: its settings changed.
    pub fn use_fetcher(&self, fetcher: Fetcher) {
        *self
            .shared
            .fetcher
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = fetcher;
    }

    /// Looks at sources when they are due until stopped. Follows config changes.
    ///
    /// # Errors
    /// A store that failed a write.
    pub async fn run(&self, stop: CancellationToken) -> Result<(), Failure> {
        self.shared.runs.store(true, Ordering::Relaxed);
        let ended = self.keep_looking(stop).await;
        self.shared.runs.store(false, Ordering::Relaxed);
        let saved = self.shared.save_looks().await;
        ended.and(saved)
    }

    /// Looks now, whatever schedule, backoff or Retry-After say; None: no such source.
    ///
    /// # Errors
    /// It is a desk; the disk is nearly full; the store failed a write.
    pub async fn poll(&self, source: &SourceId) -> Result<Option<Looked>, StoreError> {
        let config = self.shared.config.borrow().clone();
        let Some(source) = config.sources.iter().find(|known| known.id == *source) else {
            return Ok(None);
        };
        if source.address().is_none() {
            return Err(refused(format!(
                "source `{}` is a desk: it has no page to look at, and bulletins are published there",
                source.id
            )));
        }
        let looked = self.shared.look(source, Asked::ByHand).await?;
        // Without a loop nobody plans: `poll` alone serves too.
        let _ = self.shared.polled.send(source.id.clone());
        Ok(Some(looked))
    }

    /// Returns what a look at a page would find, by its title and notices; nothing is kept.
    ///
    /// # Errors
    /// Why nothing is found there.
    pub async fn preview(&self, source: &Source) -> Result<(Option<String>, Vec<Notice>), Unread> {
        if source.login.is_some() {
            // It would be kept, exported, and seen by all who read along.
            let why = "an address with a user name or password belongs into the config file, not into a chat";
            return Err(Unread {
                code: "refused",
                why: why.to_owned(),
                is_guarded: false,
                others: Vec::new(),
            });
        }
        let fetcher = self.shared.fetcher();
        round::notices(&fetcher, source, Utc::now()).await
    }

    /// A page as `source` would read it, with selectors for its list and its other lists; nothing is kept.
    ///
    /// # Errors
    /// Why there is nothing to show, also where it takes too long.
    pub async fn show(
        &self,
        source: &Source,
    ) -> Result<(Preview, Option<SelectKeys>, Vec<OtherChoice>), Unread> {
        let fetcher = self.shared.fetcher();
        let shown = round::preview(&fetcher, source, Utc::now());
        let shown = tokio::time::timeout(LONGEST_SHOW, shown).await;
        shown.unwrap_or_else(|_| {
            let seconds = LONGEST_SHOW.as_secs();
            Err(Unread {
                code: "fetch",
                why: format!("{}: no answer within {seconds} s", source.url),
                is_guarded: false,
                others: Vec::new(),
            })
        })
    }

    /// Returns whether the guard on private addresses lets a source's address be looked at.
    ///
    /// # Errors
    /// Why not, and which setting would allow it.
    pub async fn admit(&self, source: &Source) -> Result<(), String> {
        let fetcher = self.shared.fetcher();
        let admitted = fetcher.admit(&source.url).await;
        admitted.map_err(|error| error.to_string())
    }

    /// Tells those who are told of faults: `[alerts]`, else the admins, else the log.
    ///
    /// # Errors
    /// A store that failed a write.
    pub async fn tell(&self, text: &str) -> Result<(), StoreError> {
        let config = self.shared.config.borrow().clone();
        alerts::tell(&self.shared.store, &config, text, Utc::now()).await
    }

    /// A file of at most `most` bytes that a source's article links to, reached as its pages are.
    ///
    /// # Errors
    /// Why it cannot be had.
    pub async fn file(&self, source: &SourceId, url: &str, most: u64) -> Result<Bytes, String> {
        let config = self.shared.config.borrow().clone();
        let known = config.sources.iter().find(|known| known.id == *source);
        let known = known.ok_or_else(|| format!("source `{source}` is in the config no more"))?;
        let request = FetchRequest {
            url: Url::parse(url).map_err(|error| error.to_string())?,
            validators: Validators::default(),
            via: Via::from(known),
            wants: Wants::Page,
            keep_alive: true,
        };
        match self.shared.fetcher().file(&request, most).await {
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
        let since = Utc::now().timestamp() - self.shared.last_turn.load(Ordering::Relaxed);
        self.shared.runs.load(Ordering::Relaxed) && since < 3 * 60
    }

    async fn keep_looking(&self, stop: CancellationToken) -> Result<(), Failure> {
        let shared = &self.shared;
        let mut config = shared.config.clone();
        let mut polled = shared.polled_by_loop.lock().await;
        let mut timetable = Timetable::default();
        let state_of = |id: &SourceId| shared.store.look_state(id);
        timetable.follow(&config.borrow_and_update().sources, state_of, Now::read());
        let mut looks = JoinSet::new();
        let mut rereading = JoinSet::new();
        let mut minute = interval(MINUTE);
        minute.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut disk_low = false;
        let mut next_turn = Instant::now();
        loop {
            shared
                .last_turn
                .store(Utc::now().timestamp(), Ordering::Relaxed);
            if timetable.take_setting() {
                let followed = shared.store.follow_the_clock(Utc::now()).await;
                followed.or_report("following the clock")?;
            }
            let next = timetable.first().map(|due| due.max(next_turn));
            tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(()),
                Some(ended) = looks.join_next() => {
                    match taken_in(ended)? {
                        Some(Turn::Looked(source)) => shared.plan(&mut timetable, &source),
                        // It is made up once there is room.
                        Some(Turn::NoRoom(source)) => {
                            timetable.put_back(&source, Now::read());
                            disk_low = shared.rest(disk_low).await?;
                        }
                        None => {}
                    }
                }
                Some(ended) = rereading.join_next() => {
                    // It is begun again by the next minute.
                    let broke = |error| shared.supervisor.broke("rereading", &supervise::why(error));
                    ended.unwrap_or_else(|error| { broke(error); Ok(()) })?;
                }
                Some(source) = polled.recv() => {
                    shared.plan(&mut timetable, &source);
                }
                Ok(()) = config.changed() => {
                    let sources = config.borrow_and_update().sources.clone();
                    timetable.follow(&sources, state_of, Now::read());
                }
                _ = minute.tick() => {
                    timetable.heed_the_clock(Now::read());
                    disk_low = shared.rest(disk_low).await?;
                    if rereading.is_empty() && !disk_low {
                        let shared = Arc::clone(shared);
                        rereading.spawn(async move { shared.read_again().await });
                    }
                }
                () = sleep_until(next.unwrap_or_else(Instant::now)), if next.is_some() && !disk_low => {
                    if shared.store.away().is_some() {
                        // Nobody is asked for what could not be kept.
                        next_turn = Instant::now() + DATABASE_IS_TRIED;
                        continue;
                    }
                    next_turn = Instant::now() + TOGETHER;
                    for source in timetable.take_due(Now::read()) {
                        if shared.is_paused(&source.id) {
                            shared.plan(&mut timetable, &source.id);
                        } else {
                            looks.spawn(Arc::clone(shared).look_in_turn(source));
                        }
                    }
                }
            }
        }
    }
}

/// How a look of the loop ended.
enum Turn {
    Looked(SourceId),
    /// The disk is nearly full: what it found is found again by the next one.
    NoRoom(SourceId),
}

/// None: the look was cancelled.
fn taken_in(
    ended: Result<Result<Turn, Failure>, tokio::task::JoinError>,
) -> Result<Option<Turn>, Failure> {
    match ended {
        Ok(turn) => turn.map(Some),
        Err(error) => {
            tracing::error!("a look ended early: {error}");
            Ok(None)
        }
    }
}

impl Shared {
    async fn look_in_turn(self: Arc<Self>, source: Arc<Source>) -> Result<Turn, Failure> {
        let (looked, id) = (
            self.look(&source, Asked::BySchedule).await,
            source.id.clone(),
        );
        match looked.settled()? {
            Ok(_) => {}
            Err(Refusal::DiskLow(_) | Refusal::Away(_)) => return Ok(Turn::NoRoom(id)),
            Err(refusal @ Refusal::LeaseLost(_)) => tracing::debug!(source = %id, "{refusal}"),
            Err(refusal) => tracing::error!(source = %id, "the look came to nothing: {refusal}"),
        }
        Ok(Turn::Looked(id))
    }

    fn plan(&self, timetable: &mut Timetable, source: &SourceId) {
        let again = self.store.read_look_state(source, |state| state.not_before);
        let now = Now::read();
        timetable.looked_at(source, again, now);
        timetable.heed_the_clock(now);
        self.store.set_next_poll(source, timetable.due(source));
    }

    fn is_paused(&self, source: &SourceId) -> bool {
        self.store.read_look_state(source, |state| state.paused)
    }

    /// One look, and what is told of it. A look that panics is a failed one: its source is looked at again.
    async fn look(&self, source: &Source, asked: Asked) -> Result<Looked, StoreError> {
        self.unbroken(source, self.look_and_tell(source, asked))
            .await
    }

    async fn unbroken(
        &self,
        source: &Source,
        look: impl Future<Output = Result<Looked, StoreError>>,
    ) -> Result<Looked, StoreError> {
        let panic = match AssertUnwindSafe(look).catch_unwind().await {
            Ok(looked) => return looked,
            Err(panic) => panic,
        };
        let why = supervise::reason(panic.as_ref());
        self.supervisor
            .broke("look", &format!("at `{}`, {why}", source.id));
        let looked = round::broken(&self.under_lease(source)?, source).await?;
        log(source, &looked);
        let told = AssertUnwindSafe(self.tell(source, &looked)).catch_unwind();
        // Whatever broke may have been the telling: it must not end the loop.
        told.await.unwrap_or(Ok(()))?;
        Ok(looked)
    }

    async fn look_and_tell(&self, source: &Source, asked: Asked) -> Result<Looked, StoreError> {
        let gate = self.gate(&source.id);
        let _turn = gate.lock().await;
        let fetcher = self.fetcher();
        let poll = tracing::info_span!("poll", source = %source.id);
        let store = self.under_lease(source)?;
        let looked = round::look(&store, &fetcher, source, asked, Utc::now());
        let looked = looked.instrument(poll).await?;
        log(source, &looked);
        self.tell(source, &looked).await?;
        Ok(looked)
    }

    /// The store for a look at a source, as long as this process holds it.
    fn under_lease(&self, source: &Source) -> Result<Store, StoreError> {
        self.store.under(&LeaseKey::Source(source.id.clone()))
    }

    fn fetcher(&self) -> Fetcher {
        let fetcher = self.fetcher.lock();
        fetcher.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn gate(&self, source: &SourceId) -> Arc<Gate<()>> {
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        match gates.get(source) {
            Some(gate) => Arc::clone(gate),
            None => Arc::clone(gates.entry(source.clone()).or_default()),
        }
    }

    async fn tell(&self, source: &Source, looked: &Looked) -> Result<(), StoreError> {
        let (now, config) = (Utc::now(), self.config.borrow().clone());
        let held = self.newest_titles(&looked.held).await?;
        let (alerts, told) = self.store.read_look_state(&source.id, |state| {
            (
                alerts::of(source, looked, &held, state, alerts::audience(&config), now),
                state.told,
            )
        });
        if alerts.told != told {
            self.store.set_told(&source.id, alerts.told);
        }
        for text in &alerts.texts {
            // An alert that nobody can be told must not undo the look.
            let told = alerts::tell(&self.store, &config, text, now).await;
            told.or_report("reporting on a source")?;
        }
        Ok(())
    }

    /// The first few as a list shows them; `ids` are oldest first.
    async fn newest_titles(&self, ids: &[BulletinId]) -> Result<Vec<String>, StoreError> {
        const MOST_NAMED: usize = 3;
        let mut titles = Vec::new();
        for id in ids.iter().rev().take(MOST_NAMED) {
            titles.extend(self.store.bulletin(*id).await?.map(|found| found.title));
        }
        Ok(titles)
    }

    /// Does what is due once a minute: the states of looks are written, the disk is looked at.
    async fn rest(&self, was_low: bool) -> Result<bool, Failure> {
        let low = self.store.health().await.disk_low;
        let is_low = low.is_some();
        if is_low != was_low {
            let config = self.config.borrow().clone();
            let text = alerts::of_disk(low.as_deref(), alerts::audience(&config).language);
            // Where nobody is told, the log is.
            if alerts::is_anybody_told(&config) {
                tracing::warn!("{}", alerts::of_disk(low.as_deref(), Language::En));
            }
            let told = alerts::tell(&self.store, &config, &text, Utc::now()).await;
            told.or_report("reporting that the disk is low")?;
        }
        if !is_low {
            self.save_looks().await?;
        }
        Ok(is_low)
    }

    async fn save_looks(&self) -> Result<(), Failure> {
        let saved = self.store.save_looks().await;
        saved.or_report("keeping where looking stands").map(drop)
    }
}

fn log(source: &Source, looked: &Looked) {
    if let Some(error) = &looked.error {
        tracing::warn!(source = %source.id, "the look failed: {error}");
    } else if !looked.new.is_empty() || !looked.held.is_empty() {
        tracing::info!(
            source = %source.id,
            "{} new, {} held", looked.new.len(), looked.held.len()
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bulletin::FetchSettings, config::Config};

    #[tokio::test]
    async fn a_look_that_panics_is_a_failed_look_and_its_source_is_planned_again() {
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
        let watch = Watch::new(store.clone(), live, fetcher);
        let shared = &watch.shared;
        let mut timetable = Timetable::default();
        let state_of = |id: &SourceId| store.look_state(id);
        timetable.follow(std::slice::from_ref(&source), state_of, Now::read());
        assert_eq!(timetable.take_due(Now::read()).len(), 1);

        let look = async { panic!("index out of bounds") };
        let looked = shared.unbroken(&source, look).await.unwrap();
        shared.plan(&mut timetable, &source.id);

        assert!(looked.error.is_some());
        let state = store.look_state(&source.id);
        let broken = watch.supervisor().breakages();
        assert_eq!((state.failures, broken[0].times), (1, 1));
        assert!(state.error.unwrap().contains("please report"));
        assert!(timetable.first().is_some_and(|due| due > Instant::now()));
    }
}
