//! The state of each host: few requests at a time, and the pause that it requested.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::Semaphore;
use url::{Position, Url};

use super::{error::FetchError, robots::Rules};

/// The number of hosts above which idle ones without a pause are forgotten.
const MANY: usize = 4096;

/// The number of hosts with an open connection. It costs some 40 KB of memory, a new one 0.2 ms: further hosts get a
/// new connection for each request.
const KEPT: usize = 896;

/// The number of requests on one connection: hyper's queue takes a second block of 9 KB for the 33rd.
const REQUESTS_KEPT: u32 = 32;

/// The time below which a failed request does not count as hanging: one that fails at once delays no other.
const LONG: Duration = Duration::from_secs(1);

/// The time for which a robots.txt is cached.
const ROBOTS_FOR: Duration = Duration::from_secs(60 * 60);

/// The hosts that were requested so far.
#[derive(Debug)]
pub(super) struct Hosts {
    per_host: usize,
    hosts: Mutex<HashMap<String, Arc<Host>>>,
}

/// One host, by name, and by port where an address names one: another port is another server.
#[derive(Debug)]
pub(super) struct Host {
    /// A fair semaphore: the longest waiting request is first.
    pub(super) gate: Semaphore,
    /// True if the host is one of the [`KEPT`].
    is_kept: bool,
    asked: AtomicU32,
    /// True if its last request was not answered.
    hangs: AtomicBool,
    /// The duration of its last answer in milliseconds.
    usual: AtomicU32,
    owed: Mutex<Owed>,
}

#[derive(Debug, Default)]
struct Owed {
    pause: Option<Pause>,
    /// The rules of robots.txt, by scheme and port.
    robots: HashMap<String, (Instant, Arc<Rules>)>,
}

/// A Retry-After that has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pause {
    pub(super) until: Instant,
    /// The status that the host answered with.
    pub(super) status: u16,
}

impl Hosts {
    pub(super) fn new(per_host: usize) -> Self {
        Self {
            per_host: per_host.max(1),
            hosts: Mutex::default(),
        }
    }

    pub(super) fn get(&self, url: &Url) -> Arc<Host> {
        let name = &url[Position::BeforeHost..Position::AfterPort];
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(host) = hosts.get(name) {
            return host.clone();
        }
        if hosts.len() >= MANY {
            let now = Instant::now();
            hosts.retain(|_, host| Arc::strong_count(host) > 1 || host.pause(now).is_some());
        }
        let host = Arc::new(Host {
            gate: Semaphore::new(self.per_host),
            is_kept: hosts.len() < KEPT,
            asked: AtomicU32::new(0),
            hangs: AtomicBool::new(false),
            usual: AtomicU32::new(0),
            owed: Mutex::default(),
        });
        hosts.insert(name.to_owned(), host.clone());
        host
    }
}

impl Host {
    /// Returns whether a connection is worth keeping after the next request.
    pub(super) fn keeps_connection(&self) -> bool {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        self.is_kept && !(asked + 1).is_multiple_of(REQUESTS_KEPT)
    }

    /// Returns whether the host's last request was not answered.
    pub(super) fn hangs(&self) -> bool {
        self.hangs.load(Ordering::Relaxed)
    }

    /// Returns how long the host's last answer took.
    pub(super) fn usual(&self) -> Duration {
        Duration::from_millis(self.usual.load(Ordering::Relaxed).into())
    }

    /// Records how long a request took, and its error.
    pub(super) fn note(&self, took: Duration, error: Option<&FetchError>) {
        let is_failed = error.is_some_and(FetchError::is_unanswered);
        self.hangs
            .store(is_failed && took >= LONG, Ordering::Relaxed);
        if error.is_none() {
            let took = u32::try_from(took.as_millis()).unwrap_or(u32::MAX);
            self.usual.store(took, Ordering::Relaxed);
        }
    }

    pub(super) fn pause(&self, now: Instant) -> Option<Pause> {
        self.owed().pause.filter(|pause| pause.until > now)
    }

    pub(super) fn ask_pause(&self, pause: Pause) {
        self.owed().pause = Some(pause);
    }

    pub(super) fn robots(&self, origin: &str, now: Instant) -> Option<Arc<Rules>> {
        let owed = self.owed();
        let (read_at, rules) = owed.robots.get(origin)?;
        (now.duration_since(*read_at) < ROBOTS_FOR).then(|| rules.clone())
    }

    pub(super) fn keep_robots(&self, origin: String, rules: Arc<Rules>, now: Instant) {
        self.owed().robots.insert(origin, (now, rules));
    }

    fn owed(&self) -> std::sync::MutexGuard<'_, Owed> {
        self.owed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
