//! When the next message may go, and whose turn it is. Pure: time is given.
//!
//! A sender (one bot, one robot key) has one [`Pace`]: an even rate for all of its chats together, and
//! a [`LaneLimit`] for each chat. Times are kept as the platform sees them: a request that was answered
//! later than others was taken later too, as far as can be known from here. Read [`Pace::take`] first.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    time::Duration,
};

use tokio::time::Instant;

/// The share of the gap between two messages by which one may be late without moving those after it.
/// Half a gap of jitter is what a strict token bucket without bursts forgives.
const SLACK_SHARE: f64 = 0.3;
/// Timers are no finer than this: at high rates small bursts make up for it.
const LEAST_SLACK: Duration = Duration::from_millis(5);
/// So many answers are considered for the usual delay of one.
const USUAL_OF: usize = 8;
/// Of fewer answers each may have been stalled on its way.
const USUAL_FROM: usize = 4;
/// Gaps for which an answer that is overdue holds up the next request.
const PATIENCE: u32 = 5;
/// Chats that were silent for long are forgotten once there are more than this.
const MANY_LANES: usize = 20_000;

/// One chat or robot: what the platform counts messages by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Lane(pub(crate) i64);

/// The limit of one lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LaneLimit {
    /// From one message to the next.
    pub(crate) gap: Duration,
    /// At most so many in any such span.
    pub(crate) window: Option<(usize, Duration)>,
}

impl LaneLimit {
    /// As much as the sender takes.
    pub(crate) const NONE: Self = Self {
        gap: Duration::ZERO,
        window: None,
    };
}

/// A minute, as those platforms count it that punish what comes too early: a request that was on its way
/// for longer than those after it is counted later than it was sent.
pub(crate) const MINUTE: Duration = Duration::from_millis(60_500);

/// Which of a lane's two queues a message waits in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// An answer to a person who waits for it: ahead of all that is plain.
    Urgent = 0,
    Plain = 1,
}

/// The right to send one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SendSlot {
    pub(crate) lane: Lane,
    pub(crate) turn: Turn,
    /// Not before this.
    pub(crate) at: Instant,
}

#[derive(Debug)]
struct LaneState {
    limit: LaneLimit,
    /// When the last messages were taken; as many as the window counts, at least one.
    taken: VecDeque<Instant>,
    held: Option<Instant>,
    /// A request is unanswered.
    busy: bool,
    /// Since when something waits, by [`Turn`].
    waits: [Option<Instant>; 2],
    /// The keys under which it stands in [`Pace::order`].
    keys: [Option<Instant>; 2],
}

impl LaneState {
    fn new(limit: LaneLimit) -> Self {
        Self {
            limit,
            taken: VecDeque::new(),
            held: None,
            busy: false,
            waits: [None; 2],
            keys: [None; 2],
        }
    }

    /// Returns when the lane may take another; None: at once.
    fn free_at(&self) -> Option<Instant> {
        let gap = self.taken.back().map(|last| *last + self.limit.gap);
        let window = self.limit.window.and_then(|(max, span)| {
            let nth = self.taken.len().checked_sub(max)?;
            Some(self.taken[nth] + span)
        });
        gap.max(window).max(self.held)
    }

    fn take(&mut self, at: Instant) {
        self.taken.push_back(at);
        let keep = self.limit.window.map_or(1, |(max, _)| max.max(1));
        while self.taken.len() > keep {
            self.taken.pop_front();
        }
    }
}

/// The last request that went out.
#[derive(Debug, Clone, Copy)]
struct Last {
    slot: SendSlot,
    at: Instant,
    answered: bool,
}

/// The pace of one sender.
#[derive(Debug)]
pub(crate) struct Pace {
    /// From one message to the next, all lanes together.
    gap: Duration,
    slack: Duration,
    /// The next slot.
    next: Instant,
    /// When the platform has taken all that went out, if it takes one a gap.
    full: Instant,
    lanes: HashMap<Lane, LaneState>,
    /// So many lanes are searched for silent ones.
    many: usize,
    /// Lanes that wait, by the moment from which they may go.
    order: [BTreeSet<(Instant, Lane)>; 2],
    delays: VecDeque<Duration>,
    last: Option<Last>,
    /// Slots whose requests are yet to go out.
    ahead: Vec<SendSlot>,
    flood: Option<(Lane, Instant)>,
}

impl Pace {
    /// `rate` messages a second for all lanes together, evenly.
    pub(crate) fn new(rate: u32, now: Instant) -> Self {
        let gap = Duration::from_secs(1) / rate.max(1);
        Self {
            gap,
            slack: gap.mul_f64(SLACK_SHARE).max(LEAST_SLACK),
            next: now,
            full: now,
            lanes: HashMap::new(),
            many: MANY_LANES,
            order: [BTreeSet::new(), BTreeSet::new()],
            delays: VecDeque::new(),
            last: None,
            ahead: Vec::new(),
            flood: None,
        }
    }

    /// Makes a lane known, or changes what it may take.
    pub(crate) fn set_limit(&mut self, lane: Lane, limit: LaneLimit, now: Instant) {
        self.forget_silent(now);
        let state = self
            .lanes
            .entry(lane)
            .or_insert_with(|| LaneState::new(limit));
        state.limit = limit;
        self.place(lane);
    }

    /// An earlier run sent something then.
    pub(crate) fn sent_before(&mut self, at: Instant) {
        self.next = self.next.max(at + self.gap);
        self.full = self.full.max(at + self.gap);
    }

    /// A message that an earlier run sent to `lane`.
    pub(crate) fn remember(&mut self, lane: Lane, limit: LaneLimit, at: Instant) {
        let state = self
            .lanes
            .entry(lane)
            .or_insert_with(|| LaneState::new(limit));
        state.take(at);
        // Several channels may lead to one chat, and each reports its own.
        state.taken.make_contiguous().sort_unstable();
        self.place(lane);
    }

    /// Something waits in `lane`, and may go from `since`.
    pub(crate) fn wait(&mut self, lane: Lane, turn: Turn, since: Instant) {
        if let Some(state) = self.lanes.get_mut(&lane) {
            state.waits[turn as usize] = Some(since);
            self.place(lane);
        }
    }

    /// Nothing waits there any more.
    pub(crate) fn unwait(&mut self, lane: Lane, turn: Turn) {
        if let Some(state) = self.lanes.get_mut(&lane) {
            state.waits[turn as usize] = None;
            self.place(lane);
        }
    }

    /// Returns when [`Pace::take`] may give something; None while nothing waits.
    pub(crate) fn next_at(&self) -> Option<Instant> {
        let first = |turn: &BTreeSet<(Instant, Lane)>| turn.first().map(|(at, _)| *at);
        let ready = self.order.iter().filter_map(first).min()?;
        Some(ready.max(self.next))
    }

    /// The next message's slot, if one is to be had until `by`: the lane that may go for longest, so
    /// that turns go round and a lane that may not go holds nobody up. The lane is busy from then on.
    pub(crate) fn take(&mut self, now: Instant, by: Instant) -> Option<SendSlot> {
        let start = self.next.max(now);
        if start > by {
            return None;
        }
        let (turn, ready, lane) = [Turn::Urgent, Turn::Plain].into_iter().find_map(|turn| {
            let (ready, lane) = *self.order[turn as usize].first()?;
            (ready <= by).then_some((turn, ready, lane))
        })?;
        let at = start.max(ready);
        // A little late: those after it keep their times. Later than that, they move too.
        self.next = if at <= self.next + self.slack {
            self.next + self.gap
        } else {
            at + self.gap
        };
        if let Some(state) = self.lanes.get_mut(&lane) {
            state.waits[turn as usize] = None;
            state.busy = true;
            state.take(at);
        }
        self.place(lane);
        let slot = SendSlot { lane, turn, at };
        self.ahead.push(slot);
        Some(slot)
    }

    /// The request of `slot` is about to go out; an error: not yet, perhaps then.
    ///
    /// Slots are evenly spread, but what goes out late, or is late on its way, must not meet the next.
    pub(crate) fn go(&mut self, slot: SendSlot, now: Instant) -> Result<(), Instant> {
        let free = self.free_at(now);
        if now < free {
            return Err(free);
        }
        self.full = self.full.max(now) + self.gap;
        self.last = Some(Last {
            slot,
            at: now,
            answered: false,
        });
        self.ahead.retain(|other| *other != slot);
        // Slots that were given out already go first: what is late must not pile up, or an answer to a
        // person waits behind it.
        let ahead = u32::try_from(self.ahead.len()).unwrap_or(u32::MAX);
        self.next = self.next.max(self.full + self.gap * ahead - self.slack);
        Ok(())
    }

    /// The request of `slot` went out at `sent` and was answered at `answered`; None: it never went
    /// out, or its answer says nothing of when it was taken.
    pub(crate) fn answered(&mut self, slot: SendSlot, times: Option<(Instant, Instant)>) {
        self.ahead.retain(|other| *other != slot);
        let taken = times.map(|(sent, answered)| {
            let delay = answered.saturating_duration_since(sent);
            self.delays.push_back(delay);
            if self.delays.len() > USUAL_OF {
                self.delays.pop_front();
            }
            answered - self.usual_delay().min(delay)
        });
        if let Some(state) = self.lanes.get_mut(&slot.lane) {
            state.busy = false;
            if let (Some(taken), Some(last)) = (taken, state.taken.back_mut()) {
                *last = taken.max(*last);
            }
        }
        if let Some(last) = self.last.as_mut().filter(|last| last.slot == slot) {
            last.answered = true;
            if let Some(taken) = taken {
                self.full = self.full.max(taken + self.gap);
                self.next = self.next.max(taken + self.gap - self.slack);
            }
        }
        self.place(slot.lane);
    }

    /// Nothing goes to `lane` before `until`.
    pub(crate) fn hold(&mut self, lane: Lane, until: Instant) {
        if let Some(state) = self.lanes.get_mut(&lane) {
            state.held = state.held.max(Some(until));
            self.place(lane);
        }
    }

    /// The platform said that `lane` was too fast: it pauses, and when a second one is too fast within
    /// that span, the whole sender does.
    pub(crate) fn flooded(&mut self, lane: Lane, until: Instant, now: Instant) {
        self.hold(lane, until);
        match self.flood {
            Some((other, rests)) if other != lane && rests > now => self.hold_all(until),
            _ => self.flood = Some((lane, until)),
        }
    }

    /// Nothing goes anywhere before `until`.
    pub(crate) fn hold_all(&mut self, until: Instant) {
        self.next = self.next.max(until);
        self.full = self.full.max(until + self.slack);
    }

    /// The shortest of the last delays: what is above it, a request spent on the way there or back.
    /// None: as little as can be.
    fn usual_delay(&self) -> Duration {
        let known = self
            .delays
            .iter()
            .min()
            .filter(|_| self.delays.len() >= USUAL_FROM);
        known.copied().unwrap_or_default()
    }

    /// Returns when the platform takes another message, whoever it is for. An answer that is overdue means
    /// that its request is perhaps not there yet, and the next must not run into it.
    fn free_at(&self, now: Instant) -> Instant {
        let free = self.full - self.slack;
        let Some(last) = self.last.filter(|last| !last.answered) else {
            return free;
        };
        let perhaps = now.checked_sub(self.usual_delay()).unwrap_or(now);
        let patient = perhaps.min(last.at + self.gap * PATIENCE);
        free.max(patient + self.gap - self.slack)
    }

    /// Puts a lane where it belongs in the order.
    fn place(&mut self, lane: Lane) {
        let Some(state) = self.lanes.get_mut(&lane) else {
            return;
        };
        let free = state.free_at();
        for (turn, order) in self.order.iter_mut().enumerate() {
            let key = state.waits[turn]
                .filter(|_| !state.busy)
                .map(|since| free.map_or(since, |free| free.max(since)));
            if key == state.keys[turn] {
                continue;
            }
            if let Some(old) = state.keys[turn].take() {
                order.remove(&(old, lane));
            }
            if let Some(new) = key {
                order.insert((new, lane));
            }
            state.keys[turn] = key;
        }
    }

    /// Each time there are twice as many as were left: so a lane costs little, however many there are.
    fn forget_silent(&mut self, now: Instant) {
        if self.lanes.len() < self.many {
            return;
        }
        let span = |state: &LaneState| state.limit.window.map_or(state.limit.gap, |(_, span)| span);
        self.lanes.retain(|_, state| {
            state.busy
                || state.waits.iter().any(Option::is_some)
                || state.held.is_some_and(|until| until > now)
                || state
                    .taken
                    .back()
                    .is_some_and(|last| *last + span(state) > now)
        });
        self.many = MANY_LANES.max(2 * self.lanes.len());
    }
}

#[cfg(test)]
mod tests;
