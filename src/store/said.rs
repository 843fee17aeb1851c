//! What a bulletin said whenever somebody was told of it, so that a note says what its reader does not
//! know: a title that flips and is back tells nobody anything.

use serde::{Deserialize, Serialize};

use super::{
    archive,
    block::Slot,
    books::Books,
    change::Change,
    engine::Engine,
    error::Result,
    keys, read,
    rows::{BulletinRow, time},
};
use crate::bulletin::{
    Article, BulletinState, Changed, DeliveryKind, DeliveryState, Revision, substance,
};

/// Turns that are remembered, the latest; a bulletin is told once a day at most.
const MOST: usize = 16;
/// A look may have begun so long (ms) before a message did that is recorded before it.
const AHEAD: i64 = 600_000;
/// Characters of a title.
const TITLE: usize = 300;

/// What it says, as far as people are told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Words {
    title: String,
    /// Of text and files.
    rest: u64,
    is_withdrawn: bool,
}

impl Words {
    fn new(row: &BulletinRow, text: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(substance(text).as_bytes());
        for file in &row.attachments {
            let place = file.url.split(['?', '#']).next().unwrap_or_default();
            hasher.update(format!("\n{} {place}", file.name).as_bytes());
        }
        let hash = hasher.finalize();
        Self {
            title: row.title.chars().take(TITLE).collect(),
            rest: hash
                .as_bytes()
                .first_chunk()
                .map_or(0, |hash| u64::from_be_bytes(*hash)),
            is_withdrawn: row.state == BulletinState::Withdrawn,
        }
    }
}

/// Each with the time (ms) from which it said that, the earliest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Said(Vec<(i64, Words)>);

impl Said {
    pub(super) fn of(engine: &Engine, id: u64) -> Result<Self> {
        Ok(engine.get(&keys::said(id))?.unwrap_or_default())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it says again what it said before.
    fn turn(&mut self, before: Words, now: Words, now_ms: i64, told_ms: i64) -> bool {
        let is_retitled = before.title != now.title;
        if self.0.is_empty() {
            self.0.push((i64::MIN, before));
        }
        let mut earlier = self.0.iter().map(|(_, said)| said);
        let is_back = earlier.any(|said| *said == now || is_retitled && said.title == now.title);
        // What nobody was told is as good as never said.
        self.0.pop_if(|(since, _)| *since > told_ms);
        if self.0.last().is_none_or(|(_, said)| *said != now) {
            // The look may have begun before the message did that still said the other words.
            self.0.push((now_ms.max(told_ms.saturating_add(1)), now));
        }
        self.0.drain(..self.0.len().saturating_sub(MOST));
        is_back
    }

    /// What it said then, and what it says.
    fn then_and_now(&self, then_ms: i64) -> Option<(&Words, &(i64, Words))> {
        let then = self.0.iter().rev().find(|(since, _)| *since <= then_ms);
        Some((&then.or(self.0.first())?.1, self.0.last()?))
    }

    /// Whether it says what it said then.
    pub(super) fn is_as(&self, then_ms: i64) -> bool {
        self.then_and_now(then_ms)
            .is_some_and(|(then, (_, now))| then == now)
    }

    /// What is new to those who were told then; `changes`: all that changed since.
    pub(super) fn news(&self, then_ms: i64, changes: Vec<Revision>) -> Vec<Revision> {
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

/// After a row turned from `before`; `article`: where its text is another one too. Whether it says again
/// what it said before.
pub(super) fn turn(
    books: &Books,
    change: &mut Change,
    id: u64,
    (before, row): (&BulletinRow, &BulletinRow),
    article: Option<&Article>,
    now_ms: i64,
) -> Result<bool> {
    let engine = &books.engine;
    let text = archive::text(engine, &keys::text(id))?.unwrap_or_default();
    let read = article.map(|article| article.text.as_str());
    let text_now = read.filter(|read| !read.is_empty()).unwrap_or(&text);
    let mut said = Said::of(engine, id)?;
    let told = read::deliveries_of(engine, id)?;
    let told = told.iter().filter_map(|(_, slot)| slot.begun_ms()).max();
    // So far ahead it was told by a clock that was set back since.
    let told = told.map(|told| if told > now_ms + AHEAD { now_ms } else { told });
    let is_back = said.turn(
        Words::new(before, &text),
        Words::new(row, text_now),
        now_ms,
        told.unwrap_or(i64::MIN),
    );
    change.writes.remove_long(engine, keys::said(id))?;
    change.writes.put(keys::said(id), &said);
    Ok(is_back)
}

/// When those whom `update` is for were last told of the bulletin `id`, if they were. What was told by
/// a clock that was set back before `now_ms` came before the update was queued.
pub(super) fn told_ms(engine: &Engine, id: u64, update: &Slot, now_ms: i64) -> Result<Option<i64>> {
    let all = engine.received.deliveries(engine, id, update.channel)?;
    let mut tells = all.iter().rev().filter(|(_, slot)| {
        let tells = matches!(
            slot.kind,
            DeliveryKind::New | DeliveryKind::Rebroadcast | DeliveryKind::Update
        );
        tells && slot.state == DeliveryState::Sent
    });
    let told = tells.find_map(|(_, slot)| slot.begun_ms());
    Ok(told.map(|told| by_the_clock(told, update, now_ms)))
}

/// A time of what was sent before `update`, by the clock that the update was queued by.
pub(super) fn by_the_clock(sent_ms: i64, update: &Slot, now_ms: i64) -> i64 {
    match sent_ms > now_ms {
        true => update.queued_ms.saturating_sub(1),
        false => sent_ms,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(title: &str, rest: u64, is_withdrawn: bool) -> Words {
        Words {
            title: title.to_owned(),
            rest,
            is_withdrawn,
        }
    }

    /// Told at 0, then each of `turns` an hour later; told of nothing more.
    fn said(turns: &[Words]) -> Said {
        let mut said = Said::default();
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
        assert!(!Said::default().is_as(0), "nothing is known of it");
    }

    #[test]
    fn what_was_told_while_the_look_went_on_said_the_other_words() {
        for begun in [10, 11] {
            let mut said = Said::default();
            said.turn(words("甲", 1, false), words("乙", 1, false), 10, begun);
            assert!(!said.is_as(begun));
            assert!(said.is_as(begun + 1));
        }
    }

    #[test]
    fn the_title_before_is_the_one_that_was_told() {
        let turns = [words("乙", 1, false), words("丙", 1, false)];
        let news = said(&turns).news(0, Vec::new());
        assert_eq!(news.len(), 1);
        assert_eq!(news[0].title.as_deref(), Some("甲"));
    }

    #[test]
    fn what_is_there_again_is_told_to_those_who_know_it_as_withdrawn() {
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
    fn a_title_that_flips_for_years_is_remembered_as_it_was_told() {
        let mut said = Said::default();
        for day in 0..10_000 {
            let (a, b) = (words("甲", day, false), words("乙", day, false));
            let day = i64::try_from(day).unwrap() * 100;
            said.turn(a.clone(), b.clone(), day, day - 1);
            said.turn(b, a, day + 1, day - 1);
        }
        assert_eq!(said.0.len(), MOST);
    }
}
