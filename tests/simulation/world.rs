//! Runs one simulation: virtual time, and the events in it, drawn from a seed.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use futures::FutureExt;
use noticast::{
    bulletin::{Channel, ChannelId},
    ops::Store,
    store::{Engine, memory::Memory},
};

use crate::{
    people::{self, Wish},
    platform::Platform,
    promises::{self, Owed},
    service::{Flight, LatePoll},
    site::Site,
    workers::{Holders, Process},
};

pub(crate) const SITES: usize = 3;
/// The simulated hours of one run, after which everything calms down and everything owed must have arrived.
const HOURS: i64 = 6;

pub(crate) struct World {
    pub(crate) rng: fastrand::Rng,
    pub(crate) now: DateTime<Utc>,
    pub(crate) memory: Memory,
    pub(crate) store: Store,
    pub(crate) sites: Vec<Site>,
    pub(crate) channels: Vec<Channel>,
    pub(crate) platform: Platform,
    /// The time of the next poll of each site, and the number of its polls.
    pub(crate) polls: Vec<(DateTime<Utc>, usize)>,
    pub(crate) flights: Vec<Flight>,
    /// The wishes of chats, by the people's record.
    pub(crate) wishes: BTreeMap<ChannelId, Wish>,
    /// Groups that became supergroups, by their first ids.
    pub(crate) grown: BTreeSet<i64>,
    pub(crate) owed: Owed,
    /// The notice of a bulletin: its site and number.
    pub(crate) identities: BTreeMap<u64, (usize, usize)>,
    pub(crate) broken: Vec<String>,
    pub(crate) log: Vec<String>,
    pub(crate) restarts: usize,
    pub(crate) processes: Vec<Process>,
    pub(crate) holders: Holders,
    /// The number of processes that ever started.
    pub(crate) begun: u32,
    /// The polls whose process is suspended between the page and the store.
    pub(crate) late_polls: Vec<LatePoll>,
    pub(crate) requests: BTreeSet<String>,
}

/// Returns the store's answer, which plain maps give at once.
pub(crate) fn at_once<T>(answer: impl Future<Output = T>) -> T {
    answer.now_or_never().expect("plain maps answer at once")
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let now: DateTime<Utc> = "2022-12-01T01:00:00Z".parse().unwrap();
        let now = now + TimeDelta::minutes(rng.i64(0..1440));
        let memory = Memory::for_several();
        let store = Store::on(Engine::Memory(memory.clone()));
        let sites = (0..SITES).map(|place| Site::new(place, &mut rng, now));
        let sites: Vec<Site> = sites.collect();
        let channels = people::channels(&mut rng);
        let polls = vec![(now, 0); SITES];
        let mut world = Self {
            rng,
            now,
            memory,
            store,
            sites,
            channels,
            platform: Platform::default(),
            polls,
            flights: Vec::new(),
            wishes: BTreeMap::new(),
            grown: BTreeSet::new(),
            owed: Owed::default(),
            identities: BTreeMap::new(),
            broken: Vec::new(),
            log: vec![format!("seed {seed}")],
            restarts: 0,
            processes: Vec::new(),
            holders: Holders::new(),
            begun: 0,
            late_polls: Vec::new(),
            requests: BTreeSet::new(),
        };
        world.sync();
        world.join("worker-0".to_owned());
        world
    }

    /// Makes every process read the config.
    pub(crate) fn sync(&mut self) {
        let sources: Vec<_> = self.sites.iter().map(Site::source).collect();
        let processes = self.processes.iter().map(Process::store);
        for store in processes.chain([&self.store]) {
            at_once(store.sync_config(&sources, &self.channels)).unwrap();
        }
    }

    pub(crate) fn note(&mut self, what: impl std::fmt::Display) {
        let line = format!("{} {what}", self.now.format("%d %H:%M:%S"));
        self.log.push(line);
    }

    pub(crate) fn breaks(&mut self, what: impl std::fmt::Display) {
        let line = format!("{} {what}", self.now.format("%d %H:%M:%S"));
        self.broken.push(line);
    }

    /// Runs the simulation and returns the promises that were broken.
    pub(crate) fn live(mut self, prints: bool) -> Vec<String> {
        let end = self.now + TimeDelta::hours(HOURS);
        while self.now < end && self.broken.is_empty() {
            self.step();
        }
        if self.broken.is_empty() {
            self.calm_down();
        }
        if self.broken.is_empty() {
            promises::check(&mut self);
        }
        if prints {
            self.log.iter().for_each(|line| println!("{line}"));
        }
        self.broken
    }

    /// Lets a little time pass, with an event in it.
    fn step(&mut self) {
        let seconds = self.rng.i64(1..90);
        self.pass(seconds);
        match self.rng.u32(..100) {
            0..30 => {}
            30..42 => self.site_changes(),
            42..50 => self.people_ask(),
            50 => self.restart(),
            51 => self.reload(),
            52..57 => self.processes_change(),
            _ => {}
        }
        self.work();
    }

    /// Does everything that is due.
    fn work(&mut self) {
        self.land_polls();
        for place in 0..SITES {
            if self.polls[place].0 <= self.now {
                self.poll(place);
            }
        }
        self.reread();
        self.land();
        self.send();
    }

    /// Ends all trouble, and lets time pass until everything that waits is done.
    fn calm_down(&mut self) {
        self.platform.is_calm = true;
        // Answers that are on their way arrive first.
        self.now += TimeDelta::seconds(10);
        self.wake();
        self.land();
        self.leave_one();
        for place in 0..SITES {
            self.sites[place].is_down = false;
        }
        self.unblock_all();
        // Three days pass: digests and quiet hours end, and daily announcements are made.
        for _ in 0..(3 * 24 * 4) {
            self.now += TimeDelta::minutes(15);
            self.renew();
            for _ in 0..40 {
                self.work();
                self.now += TimeDelta::seconds(5);
                if self.flights.is_empty() && !self.has_due() {
                    break;
                }
            }
            if !self.broken.is_empty() {
                return;
            }
        }
    }
}
