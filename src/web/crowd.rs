//! Tracks open connections, and decides which of them gives way if there are too many.
//!
//! A newcomer is never kept waiting: the connection that has waited longest (for its next request, or for its reader to
//! accept an answer) is closed instead. So connections that stay open without a request shut no one out.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use tokio_util::sync::CancellationToken;

use super::clients::Client;

/// The maximum number of connections of one client, if it is known by its address.
const MOST_OF_ONE: usize = 64;

#[derive(Debug)]
pub(super) struct Crowd {
    most: usize,
    turns: Arc<AtomicU64>,
    seats: Mutex<Seats>,
}

#[derive(Debug, Default)]
struct Seats {
    next: u64,
    open: HashMap<u64, Arc<Seat>>,
}

/// The state of one connection.
#[derive(Debug)]
pub(super) struct Seat {
    client: Option<Client>,
    /// The time since which it waits: a turn of the crowd's.
    since: AtomicU64,
    turns: Arc<AtomicU64>,
    is_answered: AtomicBool,
    is_trusted: AtomicBool,
    leave: CancellationToken,
}

/// A seat that is free again once this is dropped.
#[derive(Debug)]
pub(super) struct Guest {
    number: u64,
    pub(super) seat: Arc<Seat>,
    crowd: Arc<Crowd>,
}

impl Crowd {
    pub(super) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self {
            most,
            turns: Arc::default(),
            seats: Mutex::default(),
        })
    }

    /// Admits a connection; `client` is `None` if many people may share one address. Returns `None` if all others are
    /// trusted, or are from the same client and being answered, so that this one must go.
    pub(super) fn enter(self: &Arc<Self>, client: Option<Client>) -> Option<Guest> {
        let mut seats = self.lock();
        let is_own = |seat: &Seat| client.is_some() && seat.client == client;
        let own = match client {
            Some(_) => seats.open.values().filter(|seat| is_own(seat)).count(),
            None => 0,
        };
        if own >= MOST_OF_ONE && !seats.dismiss(|seat| is_own(seat) && !seat.is_answered()) {
            return None;
        }
        if seats.open.len() >= self.most && !seats.dismiss(|_| true) {
            return None;
        }
        let seat = Arc::new(Seat {
            client,
            since: AtomicU64::new(0),
            turns: Arc::clone(&self.turns),
            is_answered: AtomicBool::new(false),
            is_trusted: AtomicBool::new(false),
            leave: CancellationToken::new(),
        });
        seat.wait();
        let number = seats.next;
        seats.next += 1;
        seats.open.insert(number, Arc::clone(&seat));
        drop(seats);
        Some(Guest {
            number,
            seat,
            crowd: Arc::clone(self),
        })
    }

    /// Closes one waiting connection if the process has no file descriptor left.
    pub(super) fn make_room(&self) {
        self.lock().dismiss(|_| true);
    }

    fn lock(&self) -> MutexGuard<'_, Seats> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seats {
    /// Closes the one that has waited for the longest time; one that is being answered only if no other waits, and one
    /// that showed a valid token never. Returns whether there was one.
    fn dismiss(&mut self, may_go: impl Fn(&Seat) -> bool) -> bool {
        let strangers = self
            .open
            .iter()
            .filter(|(_, seat)| !seat.is_trusted() && may_go(seat));
        let longest = strangers
            .min_by_key(|(_, seat)| (seat.is_answered(), seat.since.load(Ordering::Relaxed)));
        let Some(number) = longest.map(|(number, _)| *number) else {
            return false;
        };
        if let Some(seat) = self.open.remove(&number) {
            seat.leave.cancel();
        }
        true
    }
}

impl Seat {
    /// Records that one of its requests has arrived and is being answered.
    pub(super) fn answer(&self) {
        self.is_answered.store(true, Ordering::Relaxed);
    }

    /// Records that it is its client's turn from now on: to read, or to send a request.
    pub(super) fn wait(&self) {
        self.renew();
        self.is_answered.store(false, Ordering::Relaxed);
    }

    /// Records that it accepted a large part of an answer: its wait starts again.
    pub(super) fn renew(&self) {
        let now = self.turns.fetch_add(1, Ordering::Relaxed);
        self.since.store(now, Ordering::Relaxed);
    }

    /// Records that it showed a valid token: it never gives way.
    pub(super) fn trust(&self) {
        self.is_trusted.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_trusted(&self) -> bool {
        self.is_trusted.load(Ordering::Relaxed)
    }

    /// Waits until it must give way.
    pub(super) async fn dismissed(&self) {
        self.leave.cancelled().await;
    }

    fn is_answered(&self) -> bool {
        self.is_answered.load(Ordering::Relaxed)
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.crowd.lock().open.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    fn is_gone(guest: &Guest) -> bool {
        guest.seat.leave.is_cancelled()
    }

    fn client(text: &str) -> Option<Client> {
        Some(Client::of(text.parse::<IpAddr>().unwrap()))
    }

    #[test]
    fn whoever_has_waited_longest_makes_room_for_a_newcomer() {
        let crowd = Crowd::new(3);
        let mut guests: Vec<Guest> = (0..3).map(|_| crowd.enter(None).unwrap()).collect();
        // The first has a request, the second had one and reads, the third sends nothing.
        guests[0].seat.answer();
        guests[1].seat.answer();
        guests[1].seat.wait();
        guests.push(crowd.enter(None).unwrap());
        let gone: Vec<bool> = guests.iter().map(is_gone).collect();
        assert_eq!(gone, [false, false, true, false]);
    }

    #[test]
    fn ten_thousand_that_stay_keep_nobody_out() {
        let crowd = Crowd::new(100);
        let guests: Vec<Guest> = (0..10_000).map(|_| crowd.enter(None).unwrap()).collect();
        assert_eq!(guests.iter().filter(|guest| !is_gone(guest)).count(), 100);
        assert!(!is_gone(&guests[9_999]));
    }

    #[test]
    fn one_client_makes_room_for_itself_alone() {
        let crowd = Crowd::new(1000);
        let other = crowd.enter(client("192.0.2.1")).unwrap();
        let own: Vec<Guest> = (0..=MOST_OF_ONE)
            .map(|_| crowd.enter(client("192.0.2.2")).unwrap())
            .collect();
        assert!(is_gone(&own[0]) && !is_gone(&own[1]) && !is_gone(&other));
        for guest in &own {
            guest.seat.answer();
        }
        assert!(crowd.enter(client("192.0.2.2")).is_none());
        assert!(crowd.enter(client("192.0.2.3")).is_some());
    }

    #[test]
    fn who_showed_a_right_token_stays() {
        let crowd = Crowd::new(2);
        let command = crowd.enter(None).unwrap();
        command.seat.trust();
        let others: Vec<Guest> = (0..3).map(|_| crowd.enter(None).unwrap()).collect();
        assert!(!is_gone(&command) && is_gone(&others[0]) && is_gone(&others[1]));
    }

    #[test]
    fn a_seat_is_free_again_when_its_guest_has_left() {
        let crowd = Crowd::new(1);
        drop(crowd.enter(None).unwrap());
        let first = crowd.enter(None).unwrap();
        assert!(!is_gone(&first));
    }
}
