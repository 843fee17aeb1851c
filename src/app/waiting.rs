//! Starts while the database is away: the pages show that, and the start continues automatically once it is back.

use std::{io, net, os::fd::AsFd, sync::Arc, time::Duration};

use tokio::{net::TcpListener, sync::watch, task::JoinHandle, time::sleep};
use tokio_util::sync::CancellationToken;

use crate::{
    config::Config,
    ops::{Refusal, StoreError},
    web,
};

/// The interval at which the database is tried.
const TRIED: Duration = Duration::from_secs(1);

/// The steps of a start, each of which may have to wait for the database.
pub(super) struct Waiting<'a> {
    listener: &'a TcpListener,
    config: Arc<Config>,
    pages: Option<Pages>,
}

struct Pages {
    why: watch::Sender<String>,
    stop: CancellationToken,
    served: JoinHandle<()>,
}

impl<'a> Waiting<'a> {
    pub(super) fn new(listener: &'a TcpListener, config: &Config) -> Self {
        Self {
            listener,
            config: Arc::new(config.clone()),
            pages: None,
        }
    }

    /// Repeats a step until the database is there for it.
    ///
    /// # Errors
    /// Fails with any other error of the step.
    pub(super) async fn until_done<T>(
        &mut self,
        step: impl AsyncFn() -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        loop {
            match step().await {
                Err(StoreError::Refused(Refusal::Away(why))) => self.say(why),
                done => return done,
            }
            sleep(TRIED).await;
        }
    }

    fn say(&mut self, why: String) {
        let is_known = |pages: &Pages| *pages.why.borrow() == why;
        if self.pages.as_ref().is_some_and(is_known) {
            return;
        }
        tracing::error!("waiting for the database: {why}");
        match &self.pages {
            Some(pages) => drop(pages.why.send_replace(why)),
            None => self.pages = self.serve(why),
        }
    }

    /// Serves the pages; without pages the start waits as well.
    fn serve(&self, why: String) -> Option<Pages> {
        let listener = again(self.listener);
        let failed = |error| tracing::warn!("the pages cannot show this: {error}");
        let listener = listener.map_err(failed).ok()?;
        let (why, reasons) = watch::channel(why);
        let stop = CancellationToken::new();
        let pages = web::serve_waiting(listener, Arc::clone(&self.config), reasons, stop.clone());
        let served = tokio::spawn(pages);
        Some(Pages { why, stop, served })
    }

    /// Ends the pages, now that the database is there: those of the instance take their place.
    pub(super) async fn end(self) {
        let Some(pages) = self.pages else { return };
        tracing::info!("the database is available; starting");
        pages.stop.cancel();
        // The pages end within a second, and a panic in them was reported.
        let _ = pages.served.await;
    }
}

/// Returns another handle on the listener.
fn again(listener: &TcpListener) -> io::Result<TcpListener> {
    let same = listener.as_fd().try_clone_to_owned()?;
    TcpListener::from_std(net::TcpListener::from(same))
}
