//! Decides when the next message may be sent, and whose turn it is. Pure: the time is passed in.
//!
//! A sender (one bot, one robot key) has one [`Pace`]: an even rate for all of its chats together, and a [`LaneLimit`]
//! for each chat. Times are recorded as the platform sees them: a request that was answered later than others was
//! accepted later too, as far as can be known from here. Read [`Pace::take`] first.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    time::Duration,
};

use tokio::time::Instant;

/// The share of the gap between two messages by which one may be late without moving those after it. A strict token
/// bucket without bursts tolerates half a gap of jitter.
const SLACK_SHARE: f64 = 0.3;
/// The resolution of timers: at high rates small bursts make up for it.
const LEAST_SLACK: Duration = Duration::from_millis(5);
/// The number of answers that are considered for the usual delay.
const USUAL_OF: usize = 8;
/// The fewest answers for a usual delay: of fewer, each may have been stalled on its way.
const USUAL_FROM: usize = 4;
/// The number of gaps for which an overdue answer holds up the next request.
const PATIENCE: u32 = 5;
/// The number of chats above which those that were silent for long are forgotten.
const MANY_LANES: usize = 20_000;

/// A chat or robot: the unit by which the platform counts messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Lane(pub(crate) i64);

/// The limit of one lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LaneLimit {
    /// The gap from one message to the next.
    pub(crate) gap: Duration,
    /// The maximum number of messages in any span of this length.
    pub(crate) window: Option<(usize, Duration)>,
}

impl LaneLimit {
    /// No limit: as much as the sender accepts.
    pub(crate) const NONE: Self = Self {
        gap: Duration::ZERO,
        window: None,
    };
}

/// A minute as counted by platforms that punish early requests: a request that was on its way for longer than those
/// after it is counted later than it was sent.
pub(crate) const MINUTE: Duration = Duration::from_millis(60_500);

/// The queue of a lane in which a message waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// An answer to a person who waits for it: ahead of all plain messages.
    Urgent = 0,
    Plain = 1,
}

/// The right to send one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SendSlot {
    pub(crate) lane: Lane,
    pub(crate) turn: Turn,
    /// The earliest time at which the message may be sent.
    pub(crate) at: Instant,
}

#[derive(Debug)]
struct LaneState {
    limit: LaneLimit,
    /// The times at which the last messages were accepted; as many as the window counts, at least one.
    taken: VecDeque<Instant>,
    held: Option<Instant>,
    /// True if a request is unanswered.
    busy: bool,
    /// The times since which messages wait, by [`Turn`].
    waits: [Option<Instant>; 2],
    /// The keys under which the lane is listed in [`Pace::order`].
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

    /// Returns when the lane may accept another message; `None` if it may at once.
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

/// The last request that was sent.
#[derive(Debug, Clone, Copy)]
struct Last {
    slot: SendSlot,
    at: Instant,
    answered: bool,
}

/// The pace of one sender.
#[derive(Debug)]
pub(crate) struct Pace {
    /// The gap from one message to the next, all lanes together.
    gap: Duration,
    slack: Duration,
    /// The next slot.
    next: Instant,
    /// The time at which the platform has accepted all requests, if it accepts one per gap.
    full: Instant,
    lanes: HashMap<Lane, LaneState>,
    /// The number of lanes at which silent ones are searched for.
    many: usize,
    /// Lanes that wait, by the time from which they may send.
    order: [BTreeSet<(Instant, Lane)>; 2],
    delays: VecDeque<Duration>,
    last: Option<Last>,
    /// Slots whose requests are not sent yet.
    ahead: Vec<SendSlot>,
    flood: Option<(Lane, Instant)>,
}

impl Pace {
    /// Returns a pace of `rate` messages a second for all lanes together, evenly.
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

    /// Adds a lane, or changes its limit.
    pub(crate) fn set_limit(&mut self, lane: Lane, limit: LaneLimit, now: Instant) {
        self.forget_silent(now);
        let state = self
            .lanes
            .entry(lane)
            .or_insert_with(|| LaneState::new(limit));
        state.limit = limit;
        self.place(lane);
    }

    /// Records that an earlier run sent a message at this time.
    pub(crate) fn sent_before(&mut self, at: Instant) {
        self.next = self.next.max(at + self.gap);
        self.full = self.full.max(at + self.gap);
    }

    /// Records a message that an earlier run sent to `lane`.
    pub(crate) fn remember(&mut self, lane: Lane, limit: LaneLimit, at: Instant) {
        let state = self
            .lanes
            .entry(lane)
            .or_insert_with(|| LaneState::new(limit));
        state.take(at);
        // Several channels may lead to one chat, and each reports its own messages.
        state.taken.make_contiguous().sort_unstable();
        self.place(lane);
    }

    /// Records that a message waits in `lane`, and may be sent from `since`.
    pub(crate) fn wait(&mut self, lane: Lane, turn: Turn, since: Instant) {
        if let Some(state) = self.lanes.get_mut(&lane) {
            state.waits[turn as usize] = Some(since);
            self.place(lane);
        }
    }

    /// Records that no message waits in `lane` any longer.
    pub(crate) fn unwait(&mut self, lane: Lane, turn: Turn) {
        if let Some(state) = self.lanes.get_mut(&lane) {
            state.waits[turn as usize] = None;
            self.place(lane);
        }
    }

    /// Returns when [`Pace::take`] may return a slot; `None` if nothing waits.
    pub(crate) fn next_at(&self) -> Option<Instant> {
        let first = |turn: &BTreeSet<(Instant, Lane)>| turn.first().map(|(at, _)| *at);
        let ready = self.order.iter().filter_map(first).min()?;
        Some(ready.max(self.next))
    }

    /// Returns the next message's slot, if there is one until `by`: for the lane that has been free longest, so that
    /// lanes take turns and a lane that may not send holds up no other. The lane is busy from then on.
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
        // If this slot is only a little late, those after it keep their times; otherwise they move too.
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

    /// Records that the request of `slot` is about to be sent. An error is the time to try again.
    ///
    /// Slots are evenly spread, but a request that is sent late, or is late on its way, must not meet the next.
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
        // Slots that are already assigned go first: late requests must not pile up, or an answer to a person waits
        // behind them.
        let ahead = u32::try_from(self.ahead.len()).unwrap_or(u32::MAX);
        self.next = self.next.max(self.full + self.gap * ahead - self.slack);
        Ok(())
    }

    /// Records that the request of `slot` was sent and answered at these times; `None` if it was never sent, or if its
    /// answer does not tell when it was accepted.
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

    /// Sends nothing to `lane` before `until`.
    pub(crate) fn hold(&mut self, lane: Lane, until: Instant) {
        if let Some(state) = self.lanes.get_mut(&lane) {
            state.held = state.held.max(Some(until));
            self.place(lane);
        }
    }

    /// Records that the platform called `lane` too fast: the lane pauses, and if a second one is too fast within that
    /// span, so does the whole sender.
    pub(crate) fn flooded(&mut self, lane: Lane, until: Instant, now: Instant) {
        self.hold(lane, until);
        match self.flood {
            Some((other, rests)) if other != lane && rests > now => self.hold_all(until),
            _ => self.flood = Some((lane, until)),
        }
    }

    /// Sends nothing to any lane before `until`.
    pub(crate) fn hold_all(&mut self, until: Instant) {
        self.next = self.next.max(until);
        self.full = self.full.max(until + self.slack);
    }

    /// Returns the shortest of the last delays: any excess is time that a request spent on the way there or back. Zero
    /// if too few are known.
    fn usual_delay(&self) -> Duration {
        let known = self
            .delays
            .iter()
            .min()
            .filter(|_| self.delays.len() >= USUAL_FROM);
        known.copied().unwrap_or_default()
    }

    /// Returns when the platform accepts another message, regardless of its lane. An overdue answer means that its
    /// request has perhaps not arrived yet, and the next must not run into it.
    fn free_at(&self, now: Instant) -> Instant {
        let free = self.full - self.slack;
        let Some(last) = self.last.filter(|last| !last.answered) else {
            return free;
        };
        let perhaps = now.checked_sub(self.usual_delay()).unwrap_or(now);
        let patient = perhaps.min(last.at + self.gap * PATIENCE);
        free.max(patient + self.gap - self.slack)
    }

    /// Moves a lane to its place in the order.
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

    /// Forgets silent lanes each time there are twice as many as were left, so that a lane costs little, however many
    /// there are.
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
