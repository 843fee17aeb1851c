//! Simulates several processes on one store: they start, end, are killed, are suspended past their leases and return.
//!
//! The promises of leases are checked during the run, against a plain record: no process takes a lease that another one
//! still holds, a write under a lease with a new holder is rejected, and one by its holder is not.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use noticast::{
    bulletin::ChannelId,
    ops::{LeaseKey, Outcome, RENEWAL, Refusal, Store, StoreError, TERM, Wanted},
    store::Engine,
};

use crate::{
    service::Flight,
    world::{SITES, World, at_once},
};

const MOST: usize = 3;

/// One process.
pub(crate) struct Process {
    /// Its number, which distinguishes it from a later process of the same name.
    number: u32,
    name: String,
    store: Store,
    renewed: DateTime<Utc>,
    /// The time until which the machine under it is suspended.
    stands_still: Option<DateTime<Utc>>,
}

/// A lease in the record: its holder, `None` once that released it, and the number of times that it was taken again.
type Hold = (Option<u32>, u32);

/// The record of all leases.
pub(crate) type Holders = BTreeMap<LeaseKey, Hold>;

/// The lease that a process believes to hold, with its store.
#[derive(Clone)]
pub(crate) struct Under {
    pub(crate) process: u32,
    pub(crate) store: Store,
    key: LeaseKey,
    /// The turn of the lease; `None` if another process holds it by now.
    turn: Option<u32>,
}

/// Returns the sender of a channel.
pub(crate) fn sender_of(channel: &ChannelId) -> LeaseKey {
    let kind = match channel.as_str() {
        "board" => "stdout",
        _ => "telegram",
    };
    LeaseKey::Sender(kind.to_owned())
}

impl Process {
    pub(crate) fn store(&self) -> &Store {
        &self.store
    }
}

impl World {
    fn wanted(&self) -> Vec<Wanted> {
        let sources = (0..SITES).map(|place| LeaseKey::Source(self.sites[place].source().id));
        let senders = ["stdout", "telegram"].map(|kind| LeaseKey::Sender(kind.to_owned()));
        let wanted = |key: LeaseKey| Wanted {
            group: key.to_string(),
            key,
        };
        sources.chain(senders).map(wanted).collect()
    }

    /// Starts a process, perhaps one with the name of an ended one.
    pub(crate) fn join(&mut self, name: String) {
        self.begun += 1;
        let number = self.begun;
        self.note(format_args!("process {number} begins to work as {name}"));
        let store = Store::on(Engine::Memory(self.memory.clone()));
        at_once(store.begin_work((&name, "host"), self.wanted(), self.now)).unwrap();
        self.processes.push(Process {
            number,
            name,
            store,
            renewed: self.now,
            stands_still: None,
        });
        self.sync();
        self.record(self.processes.len() - 1);
    }

    /// Lets time pass, in which the processes that are awake renew their leases.
    pub(crate) fn pass(&mut self, mut seconds: i64) {
        while seconds > 0 {
            let part = seconds.min(RENEWAL.as_secs().cast_signed());
            seconds -= part;
            self.now += TimeDelta::seconds(part);
            self.renew();
            for process in &mut self.processes {
                if process.stands_still.is_some_and(|until| until <= self.now) {
                    // It continues its work, and renews its leases the next time.
                    process.stands_still = None;
                }
            }
        }
    }

    pub(crate) fn renew(&mut self) {
        for place in 0..self.processes.len() {
            let wanted = self.wanted();
            let process = &mut self.processes[place];
            if process.stands_still.is_some() {
                continue;
            }
            at_once(process.store.renew_leases(wanted, self.now)).unwrap();
            process.renewed = self.now;
            self.record(place);
        }
    }

    /// Records the leases of a process that has just renewed them.
    fn record(&mut self, place: usize) {
        for wanted in self.wanted() {
            let (process, key) = (&self.processes[place], wanted.key);
            let (number, store) = (process.number, process.store.clone());
            if store.under(&key).is_err() {
                let held = self.holders.get_mut(&key);
                if let Some(hold) = held.filter(|(holder, _)| *holder == Some(number)) {
                    hold.0 = None;
                }
                continue;
            }
            let term = TimeDelta::from_std(TERM).unwrap();
            let holds = |it: &&Process| it.number != number && it.store.under(&key).is_ok();
            let mut others = self.processes.iter().filter(holds);
            if let Some(other) = others.find(|it| self.now < it.renewed + term) {
                let other = other.number;
                self.breaks(format_args!("{key}: {number} took it from {other}"));
            }
            let before = self.holders.get(&key).copied();
            if before.is_some_and(|(holder, _)| holder == Some(number)) {
                continue;
            }
            let turn = before.map_or(0, |(_, turn)| turn + 1);
            self.holders.insert(key.clone(), (Some(number), turn));
            self.settle_doubts(&key, &store);
        }
    }

    /// Settles the doubts of a sender: its new holder repeats the requests that the last one had under way, since they
    /// were perhaps sent.
    fn settle_doubts(&mut self, key: &LeaseKey, store: &Store) {
        let store = store.under(key).unwrap();
        for doubtful in at_once(store.uncertain()).unwrap() {
            if sender_of(&doubtful.channel) == *key {
                let why = "another one took over".into();
                let done = store.complete(doubtful.id, Outcome::Interrupted { why }, self.now);
                at_once(done).unwrap();
            }
        }
        for flight in &mut self.flights {
            if flight.under.key == *key && !std::mem::replace(&mut flight.is_lost, true) {
                self.platform.lose(&flight.sending);
            }
        }
    }

    /// Starts, ends, kills or suspends a process.
    pub(crate) fn processes_change(&mut self) {
        let awake = self.processes.iter().filter(|it| it.stands_still.is_none());
        let awake: Vec<u32> = awake.map(|it| it.number).collect();
        if awake.is_empty() {
            return;
        }
        let number = awake[self.rng.usize(..awake.len())];
        let is_busy = self.flights.iter().any(|it| it.under.process == number);
        match self.rng.u32(..6) {
            0 | 1 if self.processes.len() < MOST => {
                let name = self.free_name();
                self.join(name);
            }
            2 if awake.len() > 1 && !is_busy => self.end(number),
            3 if awake.len() > 1 => self.kill(number),
            4 | 5 if awake.len() > 1 => self.stand_still(number),
            _ => {}
        }
    }

    fn free_name(&mut self) -> String {
        let first = self.rng.usize(..=MOST);
        let names = (first..).map(|number| format!("worker-{number}"));
        let is_free = |name: &String| self.processes.iter().all(|it| it.name != *name);
        names.into_iter().find(is_free).unwrap()
    }

    pub(crate) fn stand_still(&mut self, number: u32) {
        let until = self.now + TimeDelta::seconds(self.rng.i64(20..240));
        self.note(format_args!("process {number} stands still until {until}"));
        let process = self.processes.iter_mut().find(|it| it.number == number);
        process.unwrap().stands_still = Some(until);
    }

    fn end(&mut self, number: u32) {
        self.note(format_args!("process {number} ends in order"));
        let place = self.processes.iter().position(|it| it.number == number);
        let process = self.processes.remove(place.unwrap());
        self.late_polls.retain(|poll| poll.under.process != number);
        at_once(process.store.end_work()).unwrap();
        self.renew();
    }

    /// Kills a process; others take over when its term is over. The last one restarts.
    pub(crate) fn kill(&mut self, number: u32) {
        let is_awake = |it: &Process| it.number != number && it.stands_still.is_none();
        if !self.processes.iter().any(is_awake) || self.rng.u32(..3) == 0 {
            return self.restart();
        }
        self.restarts += 1;
        self.note(format_args!("process {number} is killed"));
        self.processes.retain(|it| it.number != number);
        self.late_polls.retain(|poll| poll.under.process != number);
        let flights = std::mem::take(&mut self.flights);
        let (own, others): (Vec<Flight>, Vec<Flight>) = flights
            .into_iter()
            .partition(|it| it.under.process == number);
        self.flights = others;
        own.into_iter().for_each(|flight| self.lose(&flight));
    }

    /// Kills all processes and restarts them under their names.
    pub(crate) fn restart(&mut self) {
        self.restarts += 1;
        self.note("all processes begin again");
        let flights = std::mem::take(&mut self.flights);
        flights.iter().for_each(|flight| self.lose(flight));
        self.late_polls.clear();
        self.memory.restart();
        self.store = Store::on(Engine::Memory(self.memory.clone()));
        self.sync();
        let ended = std::mem::take(&mut self.processes);
        ended.into_iter().for_each(|it| self.join(it.name));
    }

    fn lose(&mut self, flight: &Flight) {
        if !flight.is_lost {
            self.platform.lose(&flight.sending);
        }
    }

    /// Wakes all suspended processes.
    pub(crate) fn wake(&mut self) {
        for process in &mut self.processes {
            process.stands_still = None;
        }
        self.renew();
    }

    /// Ends all processes except one.
    pub(crate) fn leave_one(&mut self) {
        while let [_, .., last] = &self.processes[..] {
            self.end(last.number);
        }
    }

    /// Returns an awake process that believes that it holds a lease.
    pub(crate) fn holder(&mut self, key: &LeaseKey) -> Option<Under> {
        let awake = self.processes.iter().filter(|it| it.stands_still.is_none());
        let held = awake.filter_map(|it| Some((it.number, it.store.under(key).ok()?)));
        let mut held: Vec<(u32, Store)> = held.collect();
        if held.is_empty() {
            return None;
        }
        let (process, store) = held.swap_remove(self.rng.usize(..held.len()));
        let hold = self.holders.get(key);
        Some(Under {
            process,
            store,
            key: key.clone(),
            turn: hold
                .filter(|(holder, _)| *holder == Some(process))
                .map(|(_, turn)| *turn),
        })
    }

    pub(crate) fn stands_still(&self, number: u32) -> bool {
        let mut processes = self.processes.iter();
        processes.any(|it| it.number == number && it.stands_still.is_some())
    }

    /// Returns whether no other process has taken the lease since.
    pub(crate) fn is_held(&self, under: &Under) -> bool {
        let turn = self.holders.get(&under.key).map(|(_, turn)| *turn);
        under.turn.is_some() && under.turn == turn
    }

    /// Returns the result of a write under a lease; `None` if another process holds it by now, in which case the write
    /// must have been rejected.
    pub(crate) fn written<T>(&mut self, under: &Under, answer: Result<T, StoreError>) -> Option<T> {
        let (is_held, key) = (self.is_held(under), &under.key);
        match answer {
            Ok(answer) if is_held => Some(answer),
            Ok(_) => {
                self.breaks(format_args!("{key}: an old lease was written under"));
                None
            }
            Err(StoreError::Refused(Refusal::LeaseLost(_))) if !is_held => None,
            Err(error) => {
                self.breaks(format_args!("{key}: its holder could not write: {error}"));
                None
            }
        }
    }
}
