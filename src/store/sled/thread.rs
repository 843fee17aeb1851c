//! Runs the one thread that writes: it takes all waiting calls, runs each, syncs once, then answers all.
//!
//! Every call of sled blocks, and a sync costs a tenth of a millisecond at best: calls that arrive together share
//! one. Reads of the books' memory are answered at once.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, OnceLock, mpsc},
    thread::JoinHandle,
};

use tokio::sync::oneshot;

use super::{books::Books, engine::Engine, open};
use crate::store::error::{Failure, Result, StoreError};

/// The most calls that share a sync, so that none waits for an endless row of others.
const GROUP: usize = 256;

type Answer = Box<dyn FnOnce(Result<()>) + Send>;
/// A call to the writer. It returns the answer that must not be sent before the sync.
type Job = Box<dyn FnOnce(&mut Books) -> Option<Answer> + Send>;

/// A handle on the writer; the thread ends when it is dropped.
#[derive(Debug)]
pub(super) struct Writer {
    jobs: mpsc::Sender<Option<Job>>,
    /// The reason why writes fail, once one has.
    failed: Arc<OnceLock<String>>,
}

impl Writer {
    pub(super) fn start(books: Books) -> std::io::Result<(Self, JoinHandle<()>)> {
        let (jobs, waiting) = mpsc::channel();
        let failed = books.engine.shared_failure();
        let thread = std::thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || run(books, &waiting))?;
        Ok((Self { jobs, failed }, thread))
    }

    /// Makes what `call` writes durable before it returns.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        call: impl FnOnce(&mut Books) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        self.send(move |books| {
            let done = books.engine.check().and_then(|()| call(books));
            Some(Box::new(move |synced: Result<()>| {
                // The caller may be gone; the write stays done.
                let _ = answer.send(done.and_then(|done| synced.map(|()| done)));
            }))
        })?;
        answered.await.map_err(|_| self.ended())?
    }

    /// Reads the books' memory.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Books) -> T + Send + 'static,
    ) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        self.send(move |books| {
            let _ = answer.send(question(books));
            None
        })?;
        answered.await.map_err(|_| self.ended())
    }

    /// Returns why writes fail, once one has.
    pub(super) fn failure(&self) -> Option<String> {
        self.failed.get().cloned()
    }

    /// Ends the thread once all earlier calls are done.
    pub(super) fn stop(&self) {
        let _ = self.jobs.send(None);
    }

    fn send(&self, job: impl FnOnce(&mut Books) -> Option<Answer> + Send + 'static) -> Result<()> {
        self.jobs
            .send(Some(Box::new(job)))
            .map_err(|_| self.ended())
    }

    fn ended(&self) -> StoreError {
        let failed = self.failed.get().cloned();
        failed.map_or(Failure::Closed, Failure::Write).into()
    }
}

/// Runs a job. sled panics if it cannot read: the caller gets the error that the store failed, as do all later ones.
fn call(job: Job, books: &mut Books) -> Option<Answer> {
    catch_unwind(AssertUnwindSafe(|| job(books))).unwrap_or_else(|panic| {
        books.engine.fail(&open::panic_text(panic.as_ref()));
        None
    })
}

fn run(mut books: Books, waiting: &mpsc::Receiver<Option<Job>>) {
    let engine: Arc<Engine> = Arc::clone(&books.engine);
    while let Ok(Some(first)) = waiting.recv() {
        let mut answers: Vec<Answer> = Vec::new();
        let mut is_last = false;
        answers.extend(call(first, &mut books));
        for next in waiting.try_iter().take(GROUP - 1) {
            let Some(job) = next else {
                is_last = true;
                break;
            };
            answers.extend(call(job, &mut books));
        }
        if !answers.is_empty() {
            let synced = engine.sync();
            if synced.is_ok() {
                books.feed.is_durable();
            }
            for answer in answers {
                answer(synced.clone());
            }
        }
        if is_last {
            return;
        }
    }
}
