//! The handle on all operations, and the way each gets its transaction.

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

/// The interval at which a full disk, or a database that is away, is tried again.
const ROOM_IS_TRIED: Duration = Duration::from_millis(500);

/// A handle on all operations; clones share it.
#[derive(Debug, Clone)]
pub struct Store {
    pub(super) engine: Engine,
    pub(super) routes: SharedRoutes,
    pub(super) search: SharedIndex,
    pub(super) holding: Arc<watch::Sender<Holding>>,
    /// The lease under which this handle writes; `None` to write regardless of leases.
    pub(super) lease: Option<HeldLease>,
    /// The steps that senders request under that lease.
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
    /// Fails if the store is in use, damaged or newer than this program, or if the folder cannot be used.
    pub async fn open(state: &Path) -> Result<Self> {
        Ok(Self::on(Engine::open(state).await?))
    }

    /// Opens the database that `[store]` names, else the store in `state`/store; takes its lock.
    ///
    /// # Errors
    /// Fails like [`Store::open`], or if the database is away, unfit or newer than this program.
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

    /// Returns whether there is a store where [`Store::open_by`] would open it; nothing is created or changed.
    ///
    /// # Errors
    /// Fails if the folder or the database cannot be opened.
    pub async fn is_there_by(settings: &StoreSettings, state: &Path) -> Result<bool> {
        match &settings.url {
            Some(url) => Postgres::is_there(url.reveal()).await,
            None => Self::is_there(state),
        }
    }

    /// Tests the database that `[store]` names without changing it; returns the findings, a line each.
    ///
    /// # Errors
    /// Fails if the database cannot be used as it is.
    pub async fn check_database(settings: &StoreSettings) -> Result<Vec<String>> {
        match &settings.url {
            Some(url) => Postgres::check(url.reveal()).await,
            None => Ok(Vec::new()),
        }
    }

    /// Returns a handle on an open engine.
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

    /// Returns whether `state` holds a store; nothing is created or changed.
    ///
    /// # Errors
    /// Fails if the folder cannot be opened.
    pub fn is_there(state: &Path) -> Result<bool> {
        store::is_there(state)
    }

    /// Flushes and closes; the lock is free when this returns.
    ///
    /// # Errors
    /// Fails if a write fails.
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

    /// Reads outside of the transactions, on a blocking thread.
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

/// Returns a slot for one answer: a function that puts it there, and one that takes it out.
fn slot<T: Send + 'static>() -> (
    impl FnOnce(T) + Send + 'static,
    impl FnOnce() -> Result<T> + Send + 'static,
) {
    let (sender, mut receiver) = oneshot::channel();
    let put = move |answer| drop(sender.send(answer));
    let unanswered = |_| Failure::Write("a transaction ended without an answer".to_owned()).into();
    (put, move || receiver.try_recv().map_err(unanswered))
}

/// Waits for room, or for the database: a platform's answer must be written down, nothing may be sent that cannot be
/// recorded, and a worker that gave up would leave its messages in doubt. While the disk is full, or the database
/// away, `attempt` is repeated. It is given the time that it has waited.
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
    // The task was cancelled with the runtime.
    done.unwrap_or_else(|error| Err(Failure::Write(error.to_string()).into()))
}
