//! Tracks the versions of a bulletin that people were sent, so that a note states what its reader does not know: a
//! title that flips and is back has no news for any reader.

use serde::{Deserialize, Serialize};

use super::facts::{Archived, OutboxEntry, first_number, time};
use crate::bulletin::{
    BulletinState, Cause, Changed, DeliveryKind, DeliveryState, Revision, substance,
};

/// The number of versions that are remembered, the latest; a bulletin is announced once a day at most.
const MOST: usize = 16;
/// The longest time (ms) by which a poll may have begun before a message that is recorded before it.
const AHEAD: i64 = 600_000;
/// The length of a title, in characters.
const TITLE: usize = 300;

/// The content of a bulletin, as far as people are notified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wording {
    title: String,
    /// A hash of text and files; at a desk also of summary, publisher, deadline and address.
    rest: u64,
    is_withdrawn: bool,
}

impl Wording {
    #[must_use]
    pub fn new(row: &Archived, text: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(substance(text).as_bytes());
        for file in &row.attachments {
            let place = file.url.split(['?', '#']).next().unwrap_or_default();
            hasher.update(format!("\n{} {place}", file.name).as_bytes());
        }
        // These follow from the text of a watched page.
        if matches!(row.cause, Cause::Desk(_)) {
            let details = (&row.summary, &row.publisher, row.deadline, &row.url);
            hasher.update(format!("\n{details:?}").as_bytes());
        }
        Self {
            title: row.title.chars().take(TITLE).collect(),
            rest: first_number(hasher.finalize()),
            is_withdrawn: row.state == BulletinState::Withdrawn,
        }
    }
}

/// The versions, each with the time (ms) from which it was current, the earliest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions(Vec<(i64, Wording)>);

impl Versions {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Records a new version; returns whether it is back to an earlier one.
    pub fn turn(&mut self, before: Wording, now: Wording, now_ms: i64, announced_ms: i64) -> bool {
        let is_retitled = before.title != now.title;
        if self.0.is_empty() {
            self.0.push((i64::MIN, before));
        }
        let mut earlier = self.0.iter().map(|(_, said)| said);
        let is_back = earlier.any(|said| *said == now || is_retitled && said.title == now.title);
        // A version that was sent to no reader does not count.
        self.0.pop_if(|(since, _)| *since > announced_ms);
        if self.0.last().is_none_or(|(_, said)| *said != now) {
            // The poll may have begun before the message that still had the earlier words.
            self.0
                .push((now_ms.max(announced_ms.saturating_add(1)), now));
        }
        self.0.drain(..self.0.len().saturating_sub(MOST));
        is_back
    }

    /// Returns the version at that time, and the current one.
    fn then_and_now(&self, then_ms: i64) -> Option<(&Wording, &(i64, Wording))> {
        let then = self.0.iter().rev().find(|(since, _)| *since <= then_ms);
        Some((&then.or(self.0.first())?.1, self.0.last()?))
    }

    /// Returns whether the version is the same as at that time.
    pub fn is_as(&self, then_ms: i64) -> bool {
        self.then_and_now(then_ms)
            .is_some_and(|(then, (_, now))| then == now)
    }

    /// Returns the news for those who were notified at that time; `changes` are all changes since.
    pub fn news(&self, then_ms: i64, changes: Vec<Revision>) -> Vec<Revision> {
        let Some((then, (since, now))) = self.then_and_now(then_ms) else {
            return changes;
        };
        let revision = |title, what| Revision {
            at: time((*since).max(then_ms)),
            title,
            what,
        };
        let mut news = Vec::new();
        if then.rest != now.rest {
            let texts = changes
                .into_iter()
                .filter(|it| it.what != Changed::Nothing)
                .map(|it| Revision { title: None, ..it });
            news.extend(texts);
            if news.is_empty() {
                news.push(revision(None, Changed::Text));
            }
        }
        if then.is_withdrawn && !now.is_withdrawn {
            news.push(revision(None, Changed::Restored));
        }
        if then.title != now.title {
            news.push(revision(Some(then.title.clone()), Changed::Nothing));
        }
        news
    }
}

/// Returns when people were last notified of a bulletin by `deliveries`, for one that changes at `now_ms`;
/// `i64::MIN` for never.
#[must_use]
pub fn last_announced_ms(deliveries: &[(u64, OutboxEntry)], now_ms: i64) -> i64 {
    let notified = deliveries.iter().filter_map(|(_, entry)| entry.begun_ms);
    // A time that far ahead is that of a clock that was set back since.
    let notified = notified.max().map(|notified| {
        if notified > now_ms + AHEAD {
            now_ms
        } else {
            notified
        }
    });
    notified.unwrap_or(i64::MIN)
}

/// Returns when the readers of `update` were last notified of a bulletin, if they were; `deliveries` are those of it
/// in the channel of the update, oldest first.
#[must_use]
pub fn announced_ms(
    deliveries: &[(u64, OutboxEntry)],
    update: &OutboxEntry,
    now_ms: i64,
) -> Option<i64> {
    let mut notices = deliveries.iter().rev().filter(|(_, entry)| {
        let notifies = matches!(
            entry.kind,
            DeliveryKind::New | DeliveryKind::Rebroadcast | DeliveryKind::Update
        );
        notifies && entry.state == DeliveryState::Sent
    });
    let notified = notices.find_map(|(_, entry)| entry.begun_ms);
    notified.map(|notified| by_the_clock(notified, update, now_ms))
}

/// Converts the time of a message before `update` to the clock that the update was queued by.
#[must_use]
pub fn by_the_clock(sent_ms: i64, update: &OutboxEntry, now_ms: i64) -> i64 {
    match sent_ms > now_ms {
        true => update.queued_ms.saturating_sub(1),
        false => sent_ms,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(title: &str, rest: u64, is_withdrawn: bool) -> Wording {
        Wording {
            title: title.to_owned(),
            rest,
            is_withdrawn,
        }
    }

    /// Returns versions announced at 0, then each of `turns` an hour later; nothing more is announced.
    fn said(turns: &[Wording]) -> Versions {
        let mut said = Versions::default();
        let mut before = words("甲", 1, false);
        for (hour, now) in (1..).zip(turns) {
            said.turn(before, now.clone(), hour, 0);
            before = now.clone();
        }
        said
    }

    #[test]
    fn what_is_back_is_no_news() {
        let (first, other) = (words("甲", 1, false), words("乙", 2, true));
        assert!(said(&[other.clone(), first.clone()]).is_as(0));
        assert!(!said(&[other.clone(), first, other]).is_as(0));
        assert!(!Versions::default().is_as(0), "nothing is known of it");
    }

    #[test]
    fn a_message_sent_during_the_poll_had_the_earlier_words() {
        for begun in [10, 11] {
            let mut said = Versions::default();
            said.turn(words("甲", 1, false), words("乙", 1, false), 10, begun);
            assert!(!said.is_as(begun));
            assert!(said.is_as(begun + 1));
        }
    }

    #[test]
    fn the_title_before_is_the_one_that_was_announced() {
        let turns = [words("乙", 1, false), words("丙", 1, false)];
        let news = said(&turns).news(0, Vec::new());
        assert_eq!(news.len(), 1);
        assert_eq!(news[0].title.as_deref(), Some("甲"));
    }

    #[test]
    fn a_notice_that_is_there_again_is_announced_to_those_who_know_it_as_withdrawn() {
        let mut said = said(&[words("甲", 1, true)]);
        said.turn(words("甲", 1, true), words("甲", 1, false), 30, 20);
        let what = |then| -> Vec<Changed> {
            let news = said.news(then, Vec::new()).into_iter();
            news.map(|it| it.what).collect()
        };
        assert_eq!(what(20), [Changed::Restored]);
        assert_eq!(what(0), []);
    }

    #[test]
    fn a_title_that_flips_for_years_is_remembered_as_it_was_announced() {
        let mut said = Versions::default();
        for day in 0..10_000 {
            let (a, b) = (words("甲", day, false), words("乙", day, false));
            let day = i64::try_from(day).unwrap() * 100;
            said.turn(a.clone(), b.clone(), day, day - 1);
            said.turn(b, a, day + 1, day - 1);
        }
        assert_eq!(said.0.len(), MOST);
    }
}
