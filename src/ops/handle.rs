//! The handle on all operations, and how each gets its transaction.

use std::{
    path::Path,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use futures::{FutureExt, future::BoxFuture};
use tokio::sync::{oneshot, watch};

use super::{
    holding::{HeldLease, Holding},
    op::Op,
    send_steps::SendSteps,
    text_index::SharedIndex,
};
use crate::{
    bulletin::StoreSettings,
    policy::routes::Routes,
    store::{self, Engine, Failure, Reader, Refusal, Result, StoreError, Tx, postgres::Postgres},
};

/// How often a full disk, or a database that is away, is tried again.
const ROOM_IS_TRIED: Duration = Duration::from_millis(500);

/// A handle on all operations; clones share it.
#[derive(Debug, Clone)]
pub struct Store {
    pub(super) engine: Engine,
    pub(super) routes: SharedRoutes,
    pub(super) search: SharedIndex,
    pub(super) holding: Arc<watch::Sender<Holding>>,
    /// Under which this handle writes; None: whatever others hold.
    pub(super) lease: Option<HeldLease>,
    /// What senders ask for under that lease.
    pub(super) steps: Arc<SendSteps>,
}

/// The config as it was synced last, if it was.
#[derive(Debug, Clone, Default)]
pub(super) struct SharedRoutes(Arc<RwLock<Option<Arc<Routes>>>>);

impl SharedRoutes {
    pub(super) fn current(&self) -> Option<Arc<Routes>> {
        let routes = self.0.read().unwrap_or_else(PoisonError::into_inner);
        routes.clone()
    }

    pub(super) fn set(&self, routes: Arc<Routes>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(routes);
    }
}

impl Store {
    /// Opens or creates the store in `state`/store, and takes its lock.
    ///
    /// # Errors
    /// It is in use, damaged, newer than this program, or the folder cannot be used.
    pub async fn open(state: &Path) -> Result<Self> {
        Ok(Self::on(Engine::open(state).await?))
    }

    /// Opens the database that `[store]` names, else the store in `state`/store; takes its lock.
    ///
    /// # Errors
    /// As for [`Store::open`]; the database is away, unfit or newer.
    pub async fn open_by(settings: &StoreSettings, state: &Path) -> Result<Self> {
        match &settings.url {
            Some(url) => {
                let worker = settings.worker.as_deref();
                let database = Postgres::open(url.reveal(), worker).await?;
                Ok(Self::on(Engine::Postgres(database)))
            }
            None => Self::open(state).await,
        }
    }

    /// Returns whether there is a store where [`Store::open_by`] would open it; nothing is made or changed.
    ///
    /// # Errors
    /// The folder, or the database, cannot be opened.
    pub async fn is_there_by(settings: &StoreSettings, state: &Path) -> Result<bool> {
        match &settings.url {
            Some(url) => Postgres::is_there(url.reveal()).await,
            None => Self::is_there(state),
        }
    }

    /// Tries the database that `[store]` names without changing it; gives what is to be known of it, a line each.
    ///
    /// # Errors
    /// It cannot be used as it is.
    pub async fn check_database(settings: &StoreSettings) -> Result<Vec<String>> {
        match &settings.url {
            Some(url) => Postgres::check(url.reveal()).await,
            None => Ok(Vec::new()),
        }
    }

    /// On an engine that is open already.
    #[must_use]
    pub fn on(engine: Engine) -> Self {
        Self {
            engine,
            routes: SharedRoutes::default(),
            search: SharedIndex::default(),
            holding: Arc::default(),
            lease: None,
            steps: Arc::default(),
        }
    }

    /// Returns whether `state` holds a store; nothing is made or changed.
    ///
    /// # Errors
    /// The folder cannot be opened.
    pub fn is_there(state: &Path) -> Result<bool> {
        store::is_there(state)
    }

    /// Flushes and closes; the lock is free when this returns.
    ///
    /// # Errors
    /// A write failed.
    pub async fn close(self) -> Result<()> {
        self.engine.close().await
    }

    /// Waits while the database takes no writes.
    pub async fn until_present(&self) {
        while self.engine.away().is_some() {
            tokio::time::sleep(ROOM_IS_TRIED).await;
        }
    }

    pub(super) fn write<T: Send + 'static>(
        &self,
        call: impl FnOnce(&mut Op<'_>) -> Result<T> + Send + 'static,
    ) -> impl Future<Output = Result<T>> + Send {
        let (answer, given) = slot();
        let done = self.transact(Box::new(move |op| {
            answer(call(op)?);
            Ok(())
        }));
        async move { done.await.map(|()| given())? }
    }

    pub(super) fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Op<'_>) -> T + Send + 'static,
    ) -> impl Future<Output = Result<T>> + Send {
        let (answer, given) = slot();
        let done = self.inspect(Box::new(move |op| answer(question(op))));
        async move { done.await.map(|()| given())? }
    }

    /// Reads beside the transactions, on a blocking thread.
    pub(super) fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn Reader) -> Result<T> + Send + 'static,
    ) -> impl Future<Output = Result<T>> + Send {
        let (answer, given) = slot();
        let done = self.read_beside(Box::new(move |reader| {
            answer(question(reader)?);
            Ok(())
        }));
        async move { done.await.map(|()| given())? }
    }

    // The work of all operations has one type, so that each engine is compiled once and not once for each operation.

    fn transact(&self, work: Work) -> BoxFuture<'static, Result<()>> {
        let (engine, routes, lease) =
            (self.engine.clone(), self.routes.clone(), self.lease.clone());
        let work = move |tx: &mut dyn Tx| {
            lease.map_or(Ok(()), |lease| lease.check(tx))?;
            work(&mut Op::new(tx, routes.current()))
        };
        async move { engine.transact(work).await }.boxed()
    }

    fn inspect(&self, question: Question) -> BoxFuture<'static, Result<()>> {
        let (engine, routes) = (self.engine.clone(), self.routes.clone());
        let question = move |tx: &mut dyn Tx| question(&mut Op::new(tx, routes.current()));
        async move { engine.inspect(question).await }.boxed()
    }

    fn read_beside(&self, question: Reading) -> BoxFuture<'static, Result<()>> {
        let engine = self.engine.clone();
        async move { engine.read(question).await }.boxed()
    }
}

type Work = Box<dyn FnOnce(&mut Op<'_>) -> Result<()> + Send>;
type Question = Box<dyn FnOnce(&mut Op<'_>) + Send>;
type Reading = Box<dyn FnOnce(&dyn Reader) -> Result<()> + Send>;

/// A place for one answer: how it is put there, and how it is taken out.
fn slot<T: Send + 'static>() -> (
    impl FnOnce(T) + Send + 'static,
    impl FnOnce() -> Result<T> + Send + 'static,
) {
    let (sender, mut receiver) = oneshot::channel();
    let put = move |answer| drop(sender.send(answer));
    let unanswered = |_| Failure::Write("a transaction ended without an answer".to_owned()).into();
    (put, move || receiver.try_recv().map_err(unanswered))
}

/// Waits for room, or for the database: what a platform said must be written down, nothing may be sent that cannot be, and
/// a worker that gave up would leave what is on its way in doubt. Where the disk is full, or the database away, `attempt`
/// is made until it is not. It is given how long it has waited.
pub(super) async fn once_there_is_room<T, F>(attempt: impl Fn(Duration) -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let asked = Instant::now();
    let mut waited = Duration::ZERO;
    loop {
        match attempt(waited).await {
            Err(StoreError::Refused(Refusal::DiskLow(_) | Refusal::Away(_))) => {
                tokio::time::sleep(ROOM_IS_TRIED).await;
                waited = asked.elapsed();
            }
            answer => return answer,
        }
    }
}

pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    // A task that is cancelled with the runtime.
    done.unwrap_or_else(|error| Err(Failure::Write(error.to_string()).into()))
}
