//! Renders pages that scripts build in the user's own Chromium.
//!
//! The browser is started when a page needs it and ended after a while without pages; it shows one page at a time, each
//! in a context without history or cookies. Everything that it loads passes through our proxy, which judges addresses
//! as the fetcher does: the browser itself has no other way out. Read [`Browser::render`] first, then `page`.

mod activity;
mod error;
pub mod keeper;
mod launch;
mod page;
mod ticket;
mod wire;

use std::{
    future::Future,
    io,
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{sync::Mutex, time::timeout};

pub(crate) use self::ticket::{PageTicket, Rendered};
pub use self::{error::BrowserError, launch::find};
use self::{launch::KeptBrowser, wire::BrowserWire};

/// The time after which a browser that shows no page is ended.
const IDLE: Duration = Duration::from_secs(60);
/// The time limit for a page, including the start of the browser.
const WHOLE: Duration = Duration::from_secs(45);

/// Processes a message of a browser. For the fuzz target: any message must be handled.
pub fn hear(message: &str) {
    if let Some(wire::BrowserMessage::Event(event)) = wire::understood(message) {
        let mut activity = activity::Activity::default();
        let _ = activity.take(&event);
        let _ = activity.take(&event);
    }
}

/// The browser of `[fetch] browser`, running or not.
#[derive(Clone)]
pub(crate) struct Browser {
    /// The name in the config; empty for the first browser that is found.
    named: String,
    running: Arc<Mutex<Option<Running>>>,
}

impl std::fmt::Debug for Browser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Browser")
            .field("named", &self.named)
            .finish_non_exhaustive()
    }
}

struct Running {
    wire: BrowserWire,
    /// The keeper; `None` for a browser that another party runs.
    _kept: Option<KeptBrowser>,
    used: Instant,
}

impl Browser {
    pub(crate) fn new(named: &str) -> Self {
        Self {
            named: named.to_owned(),
            running: Arc::default(),
        }
    }

    /// Renders a page. `way` opens the proxy through which the browser reaches the network, given our own address as
    /// the browser sees it and the browser's; it is dropped when the page is closed.
    ///
    /// A browser that failed is ended, and the next page gets a new one.
    pub(crate) async fn render<W, P>(
        &self,
        ticket: &PageTicket<'_>,
        way: impl FnOnce(IpAddr, IpAddr) -> W,
    ) -> Result<Rendered, BrowserError>
    where
        W: Future<Output = io::Result<P>>,
        P: AsRef<str>,
    {
        // The lock is held while the page is open: one page at a time.
        let mut place = self.running.lock().await;
        // The browser is taken out, so that a page that is given up ends its browser.
        let running = place.take();
        let rendering = async {
            let mut running = match running {
                Some(running) => running,
                None => self.start().await?,
            };
            let (ours, theirs) = running.wire.ends()?;
            let proxy = way(ours, theirs).await?;
            let rendered = page::render(&mut running.wire, proxy.as_ref(), ticket).await?;
            Ok::<_, BrowserError>((running, rendered))
        };
        let rendered = timeout(WHOLE, rendering).await;
        let (mut running, rendered) = rendered.map_err(|_| BrowserError::Silent)??;
        running.used = Instant::now();
        *place = Some(running);
        drop(place);
        self.end_when_idle();
        Ok(rendered)
    }

    async fn start(&self) -> Result<Running, BrowserError> {
        let (address, kept) = match self.named.starts_with("ws://") {
            true => (launch::whole_address(&self.named).await?, None),
            false => {
                let program = find(&self.named).ok_or(BrowserError::Missing)?;
                let (address, kept) = launch::start(&program).await?;
                (address, Some(kept))
            }
        };
        Ok(Running {
            wire: BrowserWire::open(&address).await?,
            _kept: kept,
            used: Instant::now(),
        })
    }

    fn end_when_idle(&self) {
        let running = Arc::downgrade(&self.running);
        tokio::spawn(async move {
            tokio::time::sleep(IDLE).await;
            if let Some(running) = running.upgrade() {
                let mut place = running.lock().await;
                place.take_if(|running| running.used.elapsed() >= IDLE);
            }
        });
    }
}
