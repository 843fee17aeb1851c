//! Plans which source is due when. Pure: the clock is given, as [`Now`].
//!
//! Times are planned by the wall clock, since cron lines refer to it, and waited for by the monotonic one, so that
//! setting the clock neither stops the polls nor repeats them in a burst.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use crate::{
    bulletin::{Source, SourceId},
    ops::PollState,
};

/// The longest wait: Retry-After is respected for a day at most; a later time is a clock that was set.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);
/// The drift between both clocks before due times are planned again.
const DRIFT: chrono::TimeDelta = chrono::TimeDelta::seconds(2);
const MOST_JITTER: Duration = Duration::from_secs(60);
/// A time that is further than any process lives, and well within what an [`Instant`] can hold.
const FAR: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// One moment by both clocks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Now {
    pub(super) wall: DateTime<Utc>,
    pub(super) instant: Instant,
}

impl Now {
    pub(super) fn read() -> Self {
        Self {
            wall: Utc::now(),
            instant: Instant::now(),
        }
    }

    fn instant_of(self, wall: DateTime<Utc>) -> Instant {
        self.instant + (wall - self.wall).to_std().unwrap_or_default().min(FAR)
    }
}

#[derive(Debug, Default)]
pub(super) struct Timetable {
    rows: HashMap<SourceId, Row>,
    /// The entries by time, the earliest on top. An entry counts only if it is its row's latest.
    heap: BinaryHeap<Reverse<(Instant, u64, SourceId)>>,
    entries: u64,
    heeded: Option<Now>,
    /// True if the clock was set since the last [`Timetable::take_setting`].
    was_set: bool,
}

#[derive(Debug)]
struct Row {
    source: Arc<Source>,
    jitter: Duration,
    /// The time by the schedule only, without jitter and backoff.
    base: DateTime<Utc>,
    due: DateTime<Utc>,
    entry: u64,
    busy: bool,
}

impl Timetable {
    /// Returns when the next source is due.
    pub(super) fn first(&mut self) -> Option<Instant> {
        while let Some(Reverse((at, entry, id))) = self.heap.peek() {
            let is_latest = self
                .rows
                .get(id)
                .is_some_and(|row| row.entry == *entry && !row.busy);
            if is_latest {
                return Some(*at);
            }
            self.heap.pop();
        }
        None
    }

    /// Replaces the sources. A known source keeps its due time unless its schedule changed; for a new one, missed
    /// polls are made up once.
    pub(super) fn follow(
        &mut self,
        sources: &[Source],
        state_of: impl Fn(&SourceId) -> PollState,
        now: Now,
    ) {
        self.heeded.get_or_insert(now);
        let lines = Lines::of(sources);
        let mut before = std::mem::take(&mut self.rows);
        let polled = sources.iter().filter(|source| source.address().is_some());
        for source in polled {
            let jitter = lines.jitter(source, now.wall);
            let kept = before.remove(&source.id).filter(|row| {
                row.source.schedule == source.schedule
                    && row.source.time_zone == source.time_zone
                    && row.source.url == source.url
            });
            let row = match kept {
                Some(row) => Row {
                    source: Arc::new(source.clone()),
                    ..row
                },
                None => first_row(source, jitter, &state_of(&source.id), now.wall),
            };
            self.rows.insert(source.id.clone(), Row { jitter, ..row });
            self.enter(&source.id, now);
        }
    }

    /// Plans a source that another process polled until now: missed polls are made up once.
    pub(super) fn take_over(&mut self, id: &SourceId, state: &PollState, now: Now) {
        let Some(row) = self.rows.get_mut(id).filter(|row| !row.busy) else {
            return;
        };
        let jitter = row.jitter;
        *row = Row {
            jitter,
            ..first_row(&row.source, jitter, state, now.wall)
        };
        self.enter(id, now);
    }

    /// Takes the sources that are due; each is busy until it was polled.
    pub(super) fn take_due(&mut self, now: Now) -> Vec<Arc<Source>> {
        let mut due = Vec::new();
        while self.first().is_some_and(|at| at <= now.instant) {
            let Some(Reverse((_, _, id))) = self.heap.pop() else {
                break;
            };
            if let Some(row) = self.rows.get_mut(&id) {
                row.busy = true;
                due.push(Arc::clone(&row.source));
            }
        }
        due
    }

    /// Plans the next poll of a source; `again` is when a failed one is tried again, before its next scheduled time
    /// or after it. A poll out of turn does not replace a scheduled one.
    pub(super) fn polled(&mut self, id: &SourceId, again: Option<DateTime<Utc>>, now: Now) {
        let Some(row) = self.rows.get_mut(id) else {
            return;
        };
        let was_in_turn = row.busy && row.due >= row.base;
        if was_in_turn || row.base + row.jitter <= now.wall {
            row.base = next(&row.source, row.jitter, row.base, now.wall);
        }
        let again = again.filter(|again| *again > now.wall);
        (row.due, row.busy) = (row.due_at(again, now.wall), false);
        self.enter(id, now);
    }

    /// Makes a poll without a result due again, as soon as polls are made.
    pub(super) fn put_back(&mut self, id: &SourceId, now: Now) {
        if let Some(row) = self.rows.get_mut(id) {
            (row.due, row.busy) = (now.wall, false);
            self.enter(id, now);
        }
    }

    /// Returns when a source is due next, for those who want to know.
    pub(super) fn due(&self, id: &SourceId) -> Option<DateTime<Utc>> {
        self.rows.get(id).map(|row| row.due)
    }

    /// Detects that the wall clock was set, and plans by the new time: times that it jumped over are due now, and no
    /// source waits for a time that moved far away.
    pub(super) fn heed_the_clock(&mut self, now: Now) {
        let Some(before) = self.heeded.replace(now) else {
            return;
        };
        let passed = chrono::TimeDelta::from_std(now.instant - before.instant).unwrap_or_default();
        let set_by = (now.wall - before.wall) - passed;
        if set_by.abs() <= DRIFT {
            return;
        }
        self.was_set = true;
        tracing::warn!("the clock was changed by {set_by}; polls are rescheduled");
        let ids: Vec<SourceId> = self.rows.keys().cloned().collect();
        for id in ids {
            if let Some(row) = self.rows.get_mut(&id) {
                // A retry comes after its wait, regardless of the clock.
                if row.due != row.base + row.jitter {
                    row.due = row.due.checked_add_signed(set_by).unwrap_or(row.due);
                }
                let base = next(&row.source, row.jitter, now.wall, now.wall);
                if base + row.jitter < row.due {
                    (row.base, row.due) = (base, base + row.jitter);
                }
            }
            self.enter(&id, now);
        }
    }

    /// Returns whether the clock was set since the last call.
    pub(super) fn take_setting(&mut self) -> bool {
        std::mem::take(&mut self.was_set)
    }

    fn enter(&mut self, id: &SourceId, now: Now) {
        let Some(row) = self.rows.get_mut(id) else {
            return;
        };
        self.entries += 1;
        row.entry = self.entries;
        if row.busy {
            return;
        }
        let at = now.instant_of(row.due);
        self.heap.push(Reverse((at, row.entry, id.clone())));
    }
}

impl Row {
    /// Returns when it is polled next. A clock that is set must not put a retry off for long.
    fn due_at(&self, again: Option<DateTime<Utc>>, now: DateTime<Utc>) -> DateTime<Utc> {
        let scheduled = self.base + self.jitter;
        match again.map(|again| again.min(now + LONGEST_WAIT)) {
            Some(again) if again < self.base => again,
            Some(again) => again.max(scheduled),
            None => scheduled,
        }
    }
}

/// Returns the first row of a source: due now if it was never polled or something was missed.
fn first_row(source: &Source, jitter: Duration, state: &PollState, now: DateTime<Utc>) -> Row {
    let last = state.last_polled.map(|last| last.min(now));
    let scheduled = last.and_then(|last| source.schedule.next_after(last, source.time_zone));
    let ahead = scheduled.filter(|base| *base + jitter > now);
    // A clock that was ahead is no evidence of when to try again.
    let was_ahead = state.last_polled.is_some_and(|last| last > now);
    let again = state.not_before.map(|again| match was_ahead {
        true => now,
        false => again.max(now),
    });
    let row = Row {
        source: Arc::new(source.clone()),
        jitter: ahead.map_or(Duration::ZERO, |_| jitter),
        base: ahead.unwrap_or(now),
        due: now,
        entry: 0,
        busy: false,
    };
    Row {
        due: row.due_at(again, now),
        ..row
    }
}

/// Returns the scheduled time after `base`, or, if that is missed already, the one after `now`.
fn next(
    source: &Source,
    jitter: Duration,
    base: DateTime<Utc>,
    now: DateTime<Utc>,
) -> DateTime<Utc> {
    let never = DateTime::<Utc>::MAX_UTC - Duration::from_secs(1) - MOST_JITTER;
    let after = |time| {
        source
            .schedule
            .next_after(time, source.time_zone)
            .unwrap_or(never)
    };
    let next = after(base);
    if next + jitter > now {
        return next;
    }
    match source.schedule.every() {
        Some(interval) => in_step(base, interval, now - jitter),
        None => after(now),
    }
}

/// Returns the first of `base` and its multiples of `interval` after `now`: a late source stays in step with those
/// of the same interval, and many polls at one moment are cheaper than as many apart.
fn in_step(base: DateTime<Utc>, interval: Duration, now: DateTime<Utc>) -> DateTime<Utc> {
    let late = (now - base).to_std().unwrap_or_default();
    let left = interval.as_nanos() - late.as_nanos() % interval.as_nanos();
    now + Duration::from_nanos(u64::try_from(left).unwrap_or(u64::MAX))
}

/// The number of addresses of each schedule line: only lines with several are spread.
#[derive(Debug, Default)]
struct Lines<'a>(HashMap<(String, chrono_tz::Tz), HashSet<&'a str>>);

impl<'a> Lines<'a> {
    fn of(sources: &'a [Source]) -> Self {
        let mut lines = Self::default();
        for source in sources {
            let line = lines
                .0
                .entry((source.schedule.to_string(), source.time_zone));
            line.or_default().insert(source.url.as_str());
        }
        lines
    }

    /// Returns the jitter, which is the same for all sources of one address, so that they share a fetch; at most a
    /// tenth of the interval and a minute.
    fn jitter(&self, source: &Source, now: DateTime<Utc>) -> Duration {
        let line = (source.schedule.to_string(), source.time_zone);
        if self
            .0
            .get(&line)
            .is_none_or(|addresses| addresses.len() < 2)
        {
            return Duration::ZERO;
        }
        let most = (source.schedule.interval(now, source.time_zone) / 10).min(MOST_JITTER);
        let hash = blake3::hash(source.url.as_str().as_bytes());
        most.mul_f64(
            f64::from(u16::from_le_bytes([hash.as_bytes()[0], hash.as_bytes()[1]])) / 65536.0,
        )
    }
}

#[cfg(test)]
mod tests;
