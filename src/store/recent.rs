//! Which articles are read again, and when: rarer with age, none after a week.
//!
//! When is memory, rebuilt at open from a small row for each recent bulletin and one time: until when
//! all that was due has been read. So a look that finds nothing new writes nothing.

use std::collections::{BTreeSet, HashMap};

use chrono::Duration;
use serde::{Deserialize, Serialize};

use super::{
    books::Books,
    change::Change,
    engine::{Engine, Writes},
    error::Result,
    keys,
};
use crate::bulletin::{Article, Opened};

/// How long after it was first seen an article is read again.
const AFTER: [Duration; 4] = [
    Duration::hours(1),
    Duration::hours(3),
    Duration::days(1),
    Duration::days(3),
];
const A_WEEK: Duration = Duration::days(7);
/// Between two looks by which an article is known to be gone.
pub(super) const TO_BE_SURE: Duration = Duration::hours(1);
/// Rows that were taken off a list are read at once, but each so often at most.
const TAKEN_OFF_AGAIN: Duration = Duration::days(1);

/// What is kept of a recent bulletin beside its record.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct RecentRow {
    pub(super) first_seen_ms: i64,
    /// None: its text came with the list, and says nothing of its page; nothing in it: it was not read yet.
    pub(super) opened: Option<Opened>,
    /// Since when its page is gone.
    pub(super) gone_ms: Option<i64>,
    /// A look beside those of its age: to be sure that it is gone, or since its row was taken off.
    pub(super) extra_ms: Option<i64>,
}

impl RecentRow {
    /// When it is read next, or forgotten, after `after_ms`.
    pub(super) fn next_ms(&self, after_ms: i64) -> i64 {
        let ages = AFTER.into_iter().filter(|_| self.opened.is_some());
        let ages = ages.map(|age| self.first_seen_ms + age.num_milliseconds());
        let all = ages.chain(self.extra_ms).filter(|due| *due > after_ms);
        let end = self.first_seen_ms + A_WEEK.num_milliseconds();
        all.min().map_or(end, |due| due.min(end))
    }

    pub(super) fn is_over(&self, now_ms: i64) -> bool {
        now_ms - self.first_seen_ms >= A_WEEK.num_milliseconds()
    }
}

/// By when each recent bulletin is read next (ms).
#[derive(Debug, Default)]
pub(super) struct Recents {
    by_due: BTreeSet<(i64, u64)>,
    due: HashMap<u64, i64>,
    /// All that was due until then was read, as the disk says.
    done_ms: i64,
}

impl Recents {
    pub(super) fn load(engine: &Engine) -> Result<Self> {
        let mut recents = Self {
            done_ms: engine.get(keys::READ_AGAIN)?.unwrap_or_default(),
            ..Self::default()
        };
        for row in engine.scan(b"R") {
            let row = row?;
            let recent: RecentRow = engine.decode(&row.key, &row.value)?;
            let due_ms = recent.next_ms(recents.done_ms);
            recents.plan(keys::last_number(&row.key), Some(due_ms));
        }
        Ok(recents)
    }

    pub(super) fn done_ms(&self) -> i64 {
        self.done_ms
    }

    /// None: never again.
    pub(super) fn plan(&mut self, id: u64, due_ms: Option<i64>) {
        let before = match due_ms {
            Some(due_ms) => self.due.insert(id, due_ms),
            None => self.due.remove(&id),
        };
        if let Some(before) = before {
            self.by_due.remove(&(before, id));
        }
        self.by_due.extend(due_ms.map(|due_ms| (due_ms, id)));
    }

    /// Those that are due, the longest first.
    pub(super) fn due(&self, now_ms: i64) -> impl Iterator<Item = u64> + '_ {
        self.by_due.range(..=(now_ms, u64::MAX)).map(|(_, id)| *id)
    }

    /// Writes until when all was read, where that moved; gives that time.
    pub(super) fn write_changed(&self, writes: &mut Writes) -> i64 {
        let first = self.by_due.first();
        let done_ms = first.map_or(self.done_ms, |(first, _)| self.done_ms.max(first - 1));
        if done_ms > self.done_ms {
            writes.put(keys::READ_AGAIN.to_vec(), &done_ms);
        }
        done_ms
    }

    pub(super) fn set_done_ms(&mut self, done_ms: i64) {
        self.done_ms = done_ms;
    }
}

/// What was found by a clock that was ahead is as good as found now, and nothing was read by then.
pub(super) fn follow_the_clock(books: &Books, change: &mut Change, now_ms: i64) -> Result<()> {
    let was_ahead = books.recents.done_ms > now_ms;
    if was_ahead {
        change.writes.put(keys::READ_AGAIN.to_vec(), &now_ms);
        change.then(move |books| books.recents.set_done_ms(now_ms));
    }
    for row in books.engine.scan(b"R") {
        let row = row?;
        let id = keys::last_number(&row.key);
        let mut recent: RecentRow = books.engine.decode(&row.key, &row.value)?;
        if recent.first_seen_ms > now_ms {
            recent.first_seen_ms = now_ms;
            recent.gone_ms = recent.gone_ms.map(|gone| gone.min(now_ms));
            let again_ms = now_ms + TO_BE_SURE.num_milliseconds();
            recent.extra_ms = recent.extra_ms.map(|extra| extra.min(again_ms));
            change.writes.put(keys::recent(id), &recent);
            change.plan_reading(id, Some(recent.next_ms(now_ms)));
        } else if was_ahead {
            change.plan_reading(id, Some(recent.next_ms(now_ms)));
        }
    }
    Ok(())
}

/// A new bulletin is recent.
pub(super) fn begin(change: &mut Change, id: u64, article: Option<&Article>, now_ms: i64) {
    let row = RecentRow {
        first_seen_ms: now_ms,
        // What could not be opened at first is opened later.
        opened: match article {
            Some(article) => article.opened.clone(),
            None => Some(Opened::default()),
        },
        ..RecentRow::default()
    };
    change.plan_reading(id, Some(row.next_ms(now_ms)));
    change.writes.put(keys::recent(id), &row);
}

/// Rows that are not on their list any more, though most of what stood below them is, were taken off:
/// they are read at once.
pub(super) fn taken_off(
    engine: &Engine,
    change: &mut Change,
    (before, shown): (&[u64], &[u64]),
    now_ms: i64,
) -> Result<()> {
    let is_shown = |id: &u64| shown.binary_search(id).is_ok();
    let mut shown_below = 0;
    for (below, id) in before.iter().enumerate() {
        if is_shown(id) {
            shown_below += 1;
            continue;
        }
        if shown_below * 2 <= below {
            continue;
        }
        let Some(mut row) = engine.get::<RecentRow>(&keys::recent(*id))? else {
            continue;
        };
        let again_ms = TAKEN_OFF_AGAIN.num_milliseconds();
        if row.extra_ms.is_none_or(|last| now_ms - last >= again_ms) && !row.is_over(now_ms) {
            row.extra_ms = Some(now_ms);
            change.plan_reading(*id, Some(now_ms));
            change.writes.put(keys::recent(*id), &row);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    #[test]
    fn articles_are_read_again_rarer_with_age_and_not_after_a_week() {
        let row = RecentRow {
            opened: Some(Opened::default()),
            ..RecentRow::default()
        };
        let mut looks = vec![0];
        while !row.is_over(looks[looks.len() - 1]) {
            looks.push(row.next_ms(looks[looks.len() - 1]));
        }
        assert_eq!(looks, [0, 1, 3, 24, 72, 168].map(|hour| hour * HOUR));
        let gone = RecentRow {
            extra_ms: Some(25 * HOUR),
            ..row
        };
        assert_eq!(gone.next_ms(24 * HOUR), 25 * HOUR);
        assert_eq!(gone.next_ms(25 * HOUR), 72 * HOUR);
        let listed = RecentRow::default();
        assert_eq!(listed.next_ms(0), 168 * HOUR);
    }

    #[test]
    fn a_row_at_the_end_of_a_list_is_not_taken_off_but_pushed_down() {
        let state = tempfile::tempdir().unwrap();
        let engine = Engine::open(state.path()).unwrap();
        let mut books = super::super::books::Books::load(engine.into()).unwrap();
        let mut change = books.change();
        (1..=5).for_each(|id| begin(&mut change, id, None, 0));
        books.commit(change).unwrap();
        let mut look = |before: &[u64], shown: &[u64]| {
            let mut change = books.change();
            taken_off(&books.engine, &mut change, (before, shown), HOUR / 2).unwrap();
            books.commit(change).unwrap();
            books.recents.due(HOUR / 2).collect::<Vec<u64>>()
        };
        assert_eq!(look(&[1, 2, 3, 4, 5], &[3, 4, 5, 6]), Vec::<u64>::new());
        assert_eq!(look(&[1, 2, 3, 4, 5], &[1, 2, 4, 5]), [3]);
    }
}
