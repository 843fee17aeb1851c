//! Admission: one look becomes one transaction.

mod counting;
mod memory;

use std::{
    collections::HashSet,
    sync::{Arc, LazyLock},
};

use chrono::{DateTime, Duration, Utc};

use self::counting::Rows;
use super::{
    ask::{Admitted, Judged, Look},
    corrections, looks,
    op::Op,
    rereads, twins,
};
use crate::{
    bulletin::{BulletinId, BulletinState, Cause, Filter, Moment, Notice, Source, SourceId},
    policy::{
        correction::{self, Correction, Found},
        facts::{Archived, Baseline, Seen, SourceFacts},
        judge::{self, Connected, Facts, Identity, KnownTitles, Remembered, RowLink, Ruling},
    },
    store::{Result, refused},
};

/// Addresses that one bulletin is remembered by. More come from a page whose addresses change at each
/// look; its titles and days serve then.
const MOST_ADDRESSES: u8 = 8;
/// Bulletins of a page that are remembered as shown last.
const LONGEST_PAGE: usize = 1000;
/// Bulletins of a source by whose titles a site that moved is known, the latest.
const MOST_ARCHIVED: usize = 5000;

/// A page with what the store remembers of it.
struct Page {
    source: SourceId,
    facts: SourceFacts,
    settings: Option<Arc<Source>>,
    identities: Vec<Identity>,
    fragments_tell: bool,
    connected: Connected,
    /// Bulletins whose titles differ from the page's by counters alone.
    counting: HashSet<u64>,
    /// Rows of which a key turned out to be shared at this look.
    newly_shared: Vec<bool>,
    last_page: Vec<u64>,
    shown: HashSet<u64>,
    first_page: usize,
    /// Whether each row has its address, and its guid if any, among those that were seen.
    is_met: Vec<bool>,
}

/// Returns what the rules say of a page, without writing.
pub(super) fn judge(op: &mut Op<'_>, source: &SourceId, notices: &[Notice]) -> Result<Judged> {
    let page = page(op, source, notices, notices.len())?;
    let summaries: Vec<Option<&str>> = notices
        .iter()
        .map(|notice| notice.summary.as_deref())
        .collect();
    let facts = page.facts(op, notices, page.reads_texts())?;
    let rulings = page.rule(op, notices, &summaries, &facts)?;
    let first_look = page.facts.baseline.is_none();
    let Connected {
        links, familiar, ..
    } = &page.connected;
    let is_any_known = familiar.contains(&true) || links.iter().any(|it| it.bulletin().is_some());
    let shares = page.connected.shares.iter();
    Ok(Judged {
        retitled: page.retitled(op, notices)?,
        rulings,
        shares_address: shares.map(|shares| shares.address).collect(),
        first_look,
        unconnected: !first_look
            && page.facts.bulletins > 0
            && !notices.is_empty()
            && !is_any_known,
    })
}

fn page(op: &mut Op<'_>, source: &SourceId, notices: &[Notice], first_page: usize) -> Result<Page> {
    if !op.tx.knows_source(source) {
        return Err(refused(format!("no source `{source}` in the config")));
    }
    let facts = op.tx.source(source);
    let last_page = op.tx.last_page(source)?;
    let shown: HashSet<u64> = last_page.iter().copied().collect();
    let (identities, fragments_tell) = judge::identities(notices, facts.fragments_tell);
    let mut remembered = Vec::with_capacity(notices.len());
    for (notice, identity) in notices.iter().zip(&identities) {
        remembered.push(memory::of(op, source, notice, identity)?);
    }
    judge::displace(&mut remembered, &shown);
    let rows = Rows {
        source,
        notices,
        identities: &identities,
        last_page: &last_page,
    };
    let counting = counting::counting(op, &rows, &mut remembered)?;
    let connected = judge::connect(notices, &identities, &remembered, &shown);
    let mut is_met = Vec::with_capacity(notices.len());
    for (identity, shares) in identities.iter().zip(&connected.shares) {
        is_met.push(memory::has_keys(op, source, identity, shares.address)?);
    }
    let shares = connected.shares.iter().zip(&remembered);
    Ok(Page {
        source: source.clone(),
        facts,
        settings: op.source_settings(source),
        newly_shared: shares
            .map(|(shares, memory): (_, &Remembered)| memory.is_unaware_of(*shares))
            .collect(),
        connected,
        counting,
        identities,
        fragments_tell,
        last_page,
        shown,
        first_page,
        is_met,
    })
}

impl Page {
    fn reads_texts(&self) -> bool {
        self.settings.as_ref().is_some_and(|it| it.full_text)
    }

    fn link(&self, place: usize) -> RowLink {
        self.connected.links[place]
    }

    fn rule(
        &self,
        op: &mut Op<'_>,
        notices: &[Notice],
        summaries: &[Option<&str>],
        facts: &Facts<'_>,
    ) -> Result<Vec<Ruling>> {
        let mut rulings = judge::rule(notices, summaries, &self.connected, facts);
        if judge::is_suspicious(&rulings) {
            let archived = self.archived(op)?;
            let most_news = self.facts.most_news as usize;
            judge::guard(&mut rulings, notices, &archived, most_news);
        }
        Ok(rulings)
    }

    fn facts(
        &self,
        op: &mut Op<'_>,
        notices: &[Notice],
        articles_to_come: bool,
    ) -> Result<Facts<'_>> {
        static ALL: LazyLock<Filter> = LazyLock::new(Filter::default);
        let last = match judge::last_known(notices, &self.connected.links) {
            Some(last) => op.tx.bulletin(last)?,
            None => None,
        };
        let is_news =
            |row: Archived| row.state == BulletinState::Published && row.cause == Cause::New;
        let settings = self.settings.as_ref();
        let baseline = self.facts.baseline.as_ref();
        Ok(Facts {
            baseline: baseline.map(|baseline| baseline.oldest),
            newest: self.facts.newest,
            has_bulletins: self.facts.bulletins > 0,
            // Where a key turned out to be shared, more rows were there than bulletins.
            last_page: (!self.newly_shared.contains(&true)).then_some(&self.shown),
            ends_with_news: last.is_some_and(is_news),
            first_page: self.first_page,
            announce_first: settings.map_or(0, |source| source.announce_first),
            filter: settings.map_or(&ALL, |source| &source.filter),
            articles_to_come,
        })
    }

    /// The places of known rows that bear another title than before.
    fn retitled(&self, op: &mut Op<'_>, notices: &[Notice]) -> Result<Vec<usize>> {
        let mut retitled = Vec::new();
        for (place, notice) in notices.iter().enumerate() {
            let bulletin = self.link(place).bulletin();
            let Some(id) = bulletin.filter(|id| !self.counting.contains(id)) else {
                continue;
            };
            let row = op.tx.bulletin(id)?.filter(|row| row.source == self.source);
            if row.is_some_and(|row| correction::is_retitled(&row, notice)) {
                retitled.push(place);
            }
        }
        Ok(retitled)
    }

    /// Titles of the latest bulletins that the page does not show.
    fn archived(&self, op: &mut Op<'_>) -> Result<KnownTitles> {
        let links = self.connected.links.iter();
        let here: HashSet<u64> = links.filter_map(RowLink::bulletin).collect();
        let mut titles = KnownTitles::default();
        for (id, title) in op.tx.latest_of(&self.source, MOST_ARCHIVED)? {
            if !here.contains(&id) {
                titles.add(&title);
            }
        }
        Ok(titles)
    }
}

/// Judges, archives and queues; all of it or nothing.
pub(super) fn admit(op: &mut Op<'_>, look: Look, now: DateTime<Utc>) -> Result<Admitted> {
    let (found, state) = (look.found, look.state);
    let notices: Vec<Notice> = found.iter().map(|found| found.notice.clone()).collect();
    let first_page = state.first_page.unwrap_or(notices.len());
    let page = page(op, &look.source, &notices, first_page)?;
    let summaries: Vec<Option<&str>> = found.iter().map(correction::summary).collect();
    let facts = page.facts(op, &notices, false)?;
    let rulings = page.rule(op, &notices, &summaries, &facts)?;
    let order = judge::oldest_first(&notices, &page.connected, &facts);
    let held = match page.facts.held {
        0 => HashSet::new(),
        _ => op.tx.held()?.into_iter().collect(),
    };
    let mut admission = Admission {
        bulletins: page.connected.links.iter().map(RowLink::bulletin).collect(),
        admitted: Admitted::default(),
        op,
        page: &page,
        held,
        now,
    };
    for place in order {
        admission.row(place, &found[place], rulings[place].clone())?;
    }
    admission.follow_repeats(&rulings);
    admission.remember_shared();
    admission.source_facts(&notices)?;
    let admitted = admission.admitted;
    looks::change_look(op, &look.source, state, now);
    Ok(admitted)
}

struct Admission<'a, 'tx> {
    op: &'a mut Op<'tx>,
    page: &'a Page,
    /// Which bulletin each row is, once that is known.
    bulletins: Vec<Option<u64>>,
    admitted: Admitted,
    /// Bulletins that were held before.
    held: HashSet<u64>,
    now: DateTime<Utc>,
}

impl Admission<'_, '_> {
    fn row(&mut self, place: usize, found: &Found, ruling: Ruling) -> Result<()> {
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
        // A page that several notices share says nothing of one of them.
        let has_page = article.is_some() || !shares.address;
        if has_page && matches!(state, BulletinState::Published | BulletinState::Held) {
            rereads::begin(self.op, id, article, self.now.timestamp_millis())?;
        }
        let list = match state {
            BulletinState::Published => &mut self.admitted.published,
            BulletinState::Held => &mut self.admitted.held,
            BulletinState::Baseline | BulletinState::Withdrawn => &mut self.admitted.quiet,
        };
        list.push(BulletinId(id));
        Ok(())
    }

    /// The row is this bulletin: it is known by its keys from now on.
    fn enter(&mut self, place: usize, id: u64) {
        self.bulletins[place] = Some(id);
        self.remember_keys(place, id);
        self.remember_title(place, id);
    }

    fn remember_title(&mut self, place: usize, id: u64) {
        let titled = self.page.identities[place].titled;
        self.op.tx.set_addresses(&self.page.source, titled, id, 1);
    }

    /// Changes what is known of the source.
    fn count(&mut self, change: impl FnOnce(&mut SourceFacts)) {
        let mut facts = self.op.tx.source(&self.page.source);
        change(&mut facts);
        self.op.set_source(&self.page.source, facts, self.now);
    }

    /// The row is a bulletin of another source.
    fn join(&mut self, place: usize, twin: (u64, Archived)) -> Result<()> {
        self.enter(place, twin.0);
        self.count(|facts| facts.bulletins += 1);
        twins::join(self.op, twin, &self.page.source, self.now)
    }

    /// Takes in what a known row says that the store did not know yet: another address, a corrected title or text.
    fn known(&mut self, place: usize, id: u64, found: &Found) -> Result<()> {
        let is_moved = matches!(self.page.link(place), RowLink::Moved(_));
        let counts = self.page.counting.contains(&id);
        // At an address that others share, each count would be a key of its own.
        let is_counted_there = counts && self.page.connected.shares[place].address;
        let may_learn = is_counted_there || self.learn_keys(place, id)?;
        let Some(mut row) = self.op.tx.bulletin(id)? else {
            return Ok(());
        };
        // What another source says first is what it says.
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
        if correction.is_told() {
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

    /// Publishes a row that was held for a redesign that was none: most of the page is what it showed before.
    /// A body that broke off looked like one.
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

    /// An article that could not be read along with its new title is read soon, whatever its age: its
    /// deadline may be another one, too.
    fn read_soon(&mut self, place: usize, id: u64) -> Result<()> {
        if self.page.reads_texts() && !self.page.connected.shares[place].address {
            let now_ms = self.now.timestamp_millis();
            rereads::begin(self.op, id, None, now_ms)?;
            self.op.tx.plan_reading(id, Some(now_ms));
        }
        Ok(())
    }

    /// Remembers keys of a known row that are new; false: it was met under too many addresses.
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

    /// What turned out to be shared tells no row any more.
    fn remember_shared(&mut self) {
        for place in 0..self.bulletins.len() {
            if let Some(bulletin) = self.bulletins[place].filter(|_| self.page.newly_shared[place])
            {
                self.remember_keys(place, bulletin);
            }
        }
    }

    /// A row that stands twice may have further keys at its second place.
    fn follow_repeats(&mut self, rulings: &[Ruling]) {
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

    fn source_facts(&mut self, notices: &[Notice]) -> Result<()> {
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
        facts.fragments_tell = page.fragments_tell;
        if facts.baseline.is_none() {
            let earlier = |a: Moment, b: Moment| if b.is_before(&a) { b } else { a };
            let oldest = dates(false)
                .reduce(earlier)
                .or_else(|| dates(true).reduce(earlier));
            facts.baseline = Some(Baseline { oldest });
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
