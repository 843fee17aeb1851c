//! Writes the rows of a poll, each according to its ruling.

use std::collections::HashSet;

use chrono::{DateTime, Duration, Utc};

use super::{
    super::{ask::Admitted, corrections, op::Op, rereads, twins},
    page::Page,
};
use crate::{
    bulletin::{BulletinId, BulletinState, Cause, Moment, Notice},
    policy::{
        correction::{self, Correction, Found},
        facts::{Archived, Baseline, PollState, Seen, SourceFacts},
        judge::{RowLink, Ruling},
    },
    store::Result,
};

/// The most addresses that one bulletin is remembered by. A page whose addresses change at each poll has more; its
/// titles and days identify the rows then.
const MOST_ADDRESSES: u8 = 8;
/// The most bulletins of a page that are remembered as shown last.
const LONGEST_PAGE: usize = 1000;
/// A poll whose rows are admitted, one after the other.
pub(super) struct Admission<'a, 'tx> {
    pub(super) op: &'a mut Op<'tx>,
    pub(super) page: &'a Page,
    /// The bulletin of each row, once it is known.
    pub(super) bulletins: Vec<Option<u64>>,
    pub(super) admitted: Admitted,
    /// Bulletins that are archived quietly and whose articles were never opened, oldest first.
    pub(super) unopened: Vec<u64>,
    /// Bulletins that were held before.
    pub(super) held: HashSet<u64>,
    pub(super) now: DateTime<Utc>,
}

impl Admission<'_, '_> {
    pub(super) fn row(&mut self, place: usize, found: &Found, ruling: Ruling) -> Result<()> {
        match ruling {
            Ruling::Again(_) => Ok(()),
            Ruling::Known(bulletin) => self.known(place, bulletin.0, found),
            Ruling::Unknown(state, cause) => {
                let source = self.page.source.clone();
                let now_ms = self.now.timestamp_millis();
                let row = correction::new_row(found, source, state, cause, now_ms);
                self.unknown(place, found, &row)
            }
        }
    }

    fn unknown(&mut self, place: usize, found: &Found, row: &Archived) -> Result<()> {
        let shares = self.page.connected.shares[place];
        let is_published = row.state == BulletinState::Published;
        let face = is_published.then(|| twins::new_face(row, found, shares.address));
        if let Some(face) = &face {
            let twin = twins::find(self.op, face, row, &self.bulletins, self.now)?;
            if let Some(twin) = twin {
                self.op.tx.set_face(twin.0, face.clone());
                return self.join(place, twin);
            }
        }
        let id = self.op.tx.next_bulletin();
        if let Some(face) = face {
            self.op.tx.set_face(id, face);
        }
        self.enter(place, id);
        let state = row.state;
        self.count(|facts| {
            facts.bulletins += 1;
            facts.held += u64::from(state == BulletinState::Held);
        });
        self.op.set_bulletin(id, row, self.now)?;
        if is_published {
            self.op.publish(id, row, self.now)?;
        }
        let article = found.article.as_ref();
        if let Some(article) = article {
            let as_published = article.text_as_published.as_deref();
            self.op.tx.set_text(id, &article.text, as_published)?;
        }
        // A page that several notices share says nothing about one of them.
        let has_page = article.is_some() || !shares.address;
        if has_page && matches!(state, BulletinState::Published | BulletinState::Held) {
            rereads::begin(self.op, id, article, self.now.timestamp_millis())?;
        }
        if article.is_none() && has_page && state == BulletinState::Baseline {
            self.unopened.push(id);
        }
        let list = match state {
            BulletinState::Published => &mut self.admitted.published,
            BulletinState::Held => &mut self.admitted.held,
            BulletinState::Baseline | BulletinState::Withdrawn => &mut self.admitted.quiet,
        };
        list.push(BulletinId(id));
        Ok(())
    }

    /// Records that the row is this bulletin, which is recognized by the row's keys from now on.
    fn enter(&mut self, place: usize, id: u64) {
        self.bulletins[place] = Some(id);
        self.remember_keys(place, id);
        self.remember_title(place, id);
    }

    fn remember_title(&mut self, place: usize, id: u64) {
        let titled = self.page.identities[place].titled;
        self.op.tx.set_addresses(&self.page.source, titled, id, 1);
    }

    /// Changes the facts of the source.
    fn count(&mut self, change: impl FnOnce(&mut SourceFacts)) {
        let mut facts = self.op.tx.source(&self.page.source);
        change(&mut facts);
        self.op.set_source(&self.page.source, facts, self.now);
    }

    /// Joins the row to a bulletin of another source.
    fn join(&mut self, place: usize, twin: (u64, Archived)) -> Result<()> {
        self.enter(place, twin.0);
        self.count(|facts| facts.bulletins += 1);
        twins::join(self.op, twin, &self.page.source, self.now)
    }

    /// Takes over from a known row what the store did not know yet: another address, a corrected title or text.
    fn known(&mut self, place: usize, id: u64, found: &Found) -> Result<()> {
        let is_moved = matches!(self.page.link(place), RowLink::Moved(_));
        let counts = self.page.counting.contains(&id);
        // Each count at a shared address would be a separate key.
        let is_counted_there = counts && self.page.connected.shares[place].address;
        let may_learn = is_counted_there || self.learn_keys(place, id)?;
        let Some(mut row) = self.op.tx.bulletin(id)? else {
            return Ok(());
        };
        // A bulletin that another source published first stays as that source states it.
        if row.source != self.page.source {
            return Ok(());
        }
        let before = row.clone();
        let text = match found.article {
            Some(_) => self.op.tx.text(id)?,
            None => None,
        };
        let correction = correction::correct(&mut row, text.as_deref(), found, counts);
        let is_released = self.release(id, &mut row, found)?;
        let has_moved = is_moved && may_learn;
        if has_moved {
            row.url.clone_from(&found.notice.url);
        }
        if correction.is_of_title() {
            self.remember_title(place, id);
        }
        corrections::restore(self.op, id, &mut row, self.now)?;
        let article = found.article.as_ref();
        let corrected = (&correction, article);
        corrections::follow(self.op, id, (&before, &row), corrected, self.now)?;
        if correction.is_announced() {
            self.admitted.revised.push(BulletinId(id));
        }
        if correction.is_of_title() && article.is_none() {
            self.read_soon(place, id)?;
        }
        if correction != Correction::None || is_released || has_moved {
            self.op.set_bulletin(id, &row, self.now)?;
            if let Some(article) = article {
                let as_published = article.text_as_published.as_deref();
                rereads::keep_text(self.op, id, &article.text, as_published)?;
            }
        }
        Ok(())
    }

    /// Publishes a row that was held for a supposed redesign: most of the page is what it showed before. A truncated
    /// body had looked like one.
    fn release(&mut self, id: u64, row: &mut Archived, found: &Found) -> Result<bool> {
        if row.state != BulletinState::Held || row.cause != Cause::Redesign {
            return Ok(false);
        }
        let links = self.page.connected.links.iter();
        let known = links.filter_map(RowLink::bulletin);
        let before = known
            .filter(|other| *other < id && !self.held.contains(other))
            .count();
        let is_redesign = before * 2 <= self.page.connected.links.len();
        row.published = row.published.or(found.notice.published);
        let oldest = self.page.facts.baseline.as_ref().and_then(|it| it.oldest);
        let is_old =
            oldest.is_some_and(|oldest| row.published.is_none_or(|it| it.is_before(&oldest)));
        if is_redesign || is_old {
            return Ok(false);
        }
        (row.state, row.cause) = (BulletinState::Published, Cause::New);
        self.count(|facts| facts.held = facts.held.saturating_sub(1));
        self.op.publish(id, row, self.now)?;
        self.admitted.published.push(BulletinId(id));
        Ok(true)
    }

    /// Plans an article that could not be read along with its new title for reading soon, regardless of its age: its
    /// deadline may differ, too.
    fn read_soon(&mut self, place: usize, id: u64) -> Result<()> {
        if self.page.reads_texts() && !self.page.connected.shares[place].address {
            let now_ms = self.now.timestamp_millis();
            rereads::begin(self.op, id, None, now_ms)?;
            self.op.tx.plan_reading(id, Some(now_ms));
        }
        Ok(())
    }

    /// Plans the newest articles of a new source for reading, so that page and search have their texts.
    fn open_newest(&mut self) -> Result<()> {
        match self.page.reads_texts() {
            true => {
                let now_ms = self.now.timestamp_millis();
                rereads::begin_first_poll(self.op, &self.unopened, now_ms)
            }
            false => Ok(()),
        }
    }

    /// Remembers new keys of a known row; returns false if it was found under too many addresses.
    fn learn_keys(&mut self, place: usize, id: u64) -> Result<bool> {
        if self.page.is_met[place] {
            return Ok(true);
        }
        let (source, titled) = (&self.page.source, self.page.identities[place].titled);
        let met = self.op.tx.addresses(source, titled, id)?.unwrap_or(1);
        if met >= MOST_ADDRESSES {
            return Ok(false);
        }
        self.op.tx.set_addresses(source, titled, id, met + 1);
        self.remember_keys(place, id);
        Ok(true)
    }

    fn remember_keys(&mut self, place: usize, bulletin: u64) {
        let identity = &self.page.identities[place];
        let shares = self.page.connected.shares[place];
        let keys = [
            (Some(identity.address), shares.address),
            (identity.bare, shares.address),
            (identity.guid, shares.guid),
            (shares.address.then(|| identity.here()), true),
        ];
        for (key, is_shared) in keys {
            let Some(key) = key else { continue };
            let seen = Seen {
                bulletin,
                had_guid: identity.guid.is_some(),
                is_shared,
            };
            self.op.tx.set_seen(&self.page.source, key, seen);
        }
    }

    /// Records addresses and guids that turned out to be shared: they no longer identify a row.
    pub(super) fn remember_shared(&mut self) {
        for place in 0..self.bulletins.len() {
            if let Some(bulletin) = self.bulletins[place].filter(|_| self.page.newly_shared[place])
            {
                self.remember_keys(place, bulletin);
            }
        }
    }

    /// Remembers the further keys that a repeated row may have at its second place.
    pub(super) fn follow_repeats(&mut self, rulings: &[Ruling]) {
        for (place, ruling) in rulings.iter().enumerate() {
            let Ruling::Again(first) = ruling else {
                continue;
            };
            self.bulletins[place] = self.bulletins[*first];
            if let Some(bulletin) = self.bulletins[place] {
                self.remember_keys(place, bulletin);
            }
        }
    }

    /// Returns the bulletins that the page pins on top.
    pub(super) fn pinned(&self, notices: &[Notice]) -> Vec<u64> {
        let rows = notices.iter().zip(&self.bulletins);
        let pinned = rows.filter_map(|(notice, id)| id.filter(|_| notice.pinned));
        let mut pinned: Vec<u64> = pinned.take(PollState::MOST_PINNED + 1).collect();
        if pinned.len() > PollState::MOST_PINNED {
            pinned.clear();
        }
        pinned
    }

    pub(super) fn source_facts(&mut self, notices: &[Notice]) -> Result<()> {
        let page = self.page;
        let tomorrow = (self.now + Duration::days(1)).date_naive();
        let dates = |pinned: bool| {
            let rows = notices.iter().filter(move |row| pinned || !row.pinned);
            rows.filter_map(|row| row.published)
        };
        let newest = dates(true)
            .filter(|date| date.day() <= tomorrow)
            .chain(page.facts.newest)
            .reduce(|a, b| if a.is_before(&b) { b } else { a });
        let mut facts = self.op.tx.source(&page.source);
        facts.newest = newest;
        let news = u32::try_from(self.admitted.published.len()).unwrap_or(u32::MAX);
        facts.most_news = facts.most_news.max(news);
        facts.fragments_distinguish = page.fragments_distinguish;
        if facts.baseline.is_none() {
            let earlier = |a: Moment, b: Moment| if b.is_before(&a) { b } else { a };
            let oldest = dates(false)
                .reduce(earlier)
                .or_else(|| dates(true).reduce(earlier));
            facts.baseline = Some(Baseline { oldest });
            self.open_newest()?;
        }
        self.op.tx.set_source(&page.source, facts);
        let mut shown: Vec<u64> = self.bulletins.iter().flatten().copied().collect();
        shown.sort_unstable();
        shown.dedup();
        let from = shown.len().saturating_sub(LONGEST_PAGE);
        let shown = shown.split_off(from);
        if shown != page.last_page {
            let now_ms = self.now.timestamp_millis();
            rereads::follow_page(self.op, (&page.last_page, &shown), now_ms)?;
            self.op.tx.set_last_page(&page.source, shown);
        }
        Ok(())
    }
}
