//! Admission: one look becomes one transaction.

mod memory;

use std::{collections::HashSet, sync::LazyLock};

use chrono::{DateTime, Duration, Utc};

use super::{
    Admitted, Found, Judged, Look, Refusal, Ruling,
    archive::{self, Correction},
    books::Books,
    change::Change,
    engine::Engine,
    error::{Result, refused},
    judge::{self, Archive, Connected, Facts, Identity, Link},
    keys, recent, revise, route,
    rows::{Baseline, BulletinRow, SeenValue, SourceRow},
    twins,
};
use crate::bulletin::{
    BulletinId, BulletinState, Cause, DeliveryKind, Face, Filter, Moment, Notice, Source, SourceId,
};

/// Addresses that one bulletin is remembered by. More come from a page whose addresses change at each
/// look; its titles and days serve then.
const MOST_ADDRESSES: u8 = 8;
/// Bulletins of a page that are remembered as shown last.
const LONGEST_PAGE: usize = 1000;
/// Bulletins of a source by whose titles a site that moved is known, the latest.
const MOST_ARCHIVED: usize = 5000;

/// A page with what the store remembers of it.
struct Page<'a> {
    source: u32,
    row: SourceRow,
    settings: Option<&'a Source>,
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
}

/// What the rules say of a page, without writing.
pub(super) fn judge(books: &Books, source: &SourceId, notices: &[Notice]) -> Result<Judged> {
    let page = page(books, source, notices, notices.len())?;
    let summaries: Vec<Option<&str>> = notices
        .iter()
        .map(|notice| notice.summary.as_deref())
        .collect();
    let articles_to_come = page.settings.is_some_and(|source| source.full_text);
    let rulings = page.rule(&books.engine, notices, &summaries, articles_to_come)?;
    let first_look = page.row.baseline.is_none();
    let Connected {
        links, familiar, ..
    } = &page.connected;
    let is_any_known = familiar.contains(&true) || links.iter().any(|it| it.bulletin().is_some());
    let shares = page.connected.shares.iter();
    Ok(Judged {
        retitled: page.retitled(&books.engine, notices)?,
        rulings,
        shares_address: shares.map(|shares| shares.address).collect(),
        first_look,
        unconnected: !first_look && page.row.bulletins > 0 && !notices.is_empty() && !is_any_known,
    })
}

fn page<'a>(
    books: &'a Books,
    source: &SourceId,
    notices: &[Notice],
    first_page: usize,
) -> Result<Page<'a>> {
    let number = books.names().source_number(source);
    let number = number.ok_or_else(|| refused(format!("no source `{source}` in the config")))?;
    let row = books.sources.get(&number).cloned().unwrap_or_default();
    let last_page: Vec<u64> = books
        .engine
        .get(&keys::last_page(number))?
        .unwrap_or_default();
    let shown: HashSet<u64> = last_page.iter().copied().collect();
    let (identities, fragments_tell) = judge::identities(notices, row.fragments_tell);
    let mut remembered = Vec::with_capacity(notices.len());
    for (notice, identity) in notices.iter().zip(&identities) {
        remembered.push(memory::of(&books.engine, number, notice, identity)?);
    }
    let counting = memory::counting(&books.engine, number, notices, &mut remembered)?;
    let connected = judge::connect(notices, &identities, &remembered, &shown);
    let shares = connected.shares.iter().zip(&remembered);
    Ok(Page {
        source: number,
        row,
        settings: books
            .wiring
            .as_ref()
            .and_then(|wiring| wiring.source(number)),
        newly_shared: shares
            .map(|(shares, memory)| memory.is_unaware_of(*shares))
            .collect(),
        connected,
        counting,
        identities,
        fragments_tell,
        last_page,
        shown,
        first_page,
    })
}

impl Page<'_> {
    fn link(&self, place: usize) -> Link {
        self.connected.links[place]
    }

    fn rule(
        &self,
        engine: &Engine,
        notices: &[Notice],
        summaries: &[Option<&str>],
        articles_to_come: bool,
    ) -> Result<Vec<Ruling>> {
        let facts = self.facts(engine, notices, articles_to_come)?;
        let mut rulings = judge::rule(notices, summaries, &self.connected, &facts);
        if judge::is_suspicious(&rulings) {
            let archived = self.archived(engine)?;
            let most_news = self.row.most_news as usize;
            judge::guard(&mut rulings, notices, &archived, most_news);
        }
        Ok(rulings)
    }

    fn facts(
        &self,
        engine: &Engine,
        notices: &[Notice],
        articles_to_come: bool,
    ) -> Result<Facts<'_>> {
        static ALL: LazyLock<Filter> = LazyLock::new(Filter::default);
        let last = match judge::last_known(notices, &self.connected.links) {
            Some(last) => engine.get::<BulletinRow>(&keys::bulletin(last))?,
            None => None,
        };
        let is_news =
            |row: BulletinRow| row.state == BulletinState::Published && row.cause == Cause::New;
        Ok(Facts {
            baseline: self.row.baseline.as_ref().map(|baseline| baseline.oldest),
            newest: self.row.newest,
            has_bulletins: self.row.bulletins > 0,
            // Where a key turned out to be shared, more rows were there than bulletins.
            last_page: (!self.newly_shared.contains(&true)).then_some(&self.shown),
            ends_with_news: last.is_some_and(is_news),
            first_page: self.first_page,
            announce_first: self.settings.map_or(0, |source| source.announce_first),
            filter: self.settings.map_or(&ALL, |source| &source.filter),
            articles_to_come,
        })
    }

    /// The places of known rows that bear another title than before.
    fn retitled(&self, engine: &Engine, notices: &[Notice]) -> Result<Vec<usize>> {
        let mut retitled = Vec::new();
        for (place, notice) in notices.iter().enumerate() {
            let bulletin = self.link(place).bulletin();
            let Some(id) = bulletin.filter(|id| !self.counting.contains(id)) else {
                continue;
            };
            let row: Option<BulletinRow> = engine.get(&keys::bulletin(id))?;
            let row = row.filter(|row| row.source == self.source);
            if row.is_some_and(|row| archive::is_retitled(&row, notice)) {
                retitled.push(place);
            }
        }
        Ok(retitled)
    }

    /// Titles of the latest bulletins that the page does not show.
    fn archived(&self, engine: &Engine) -> Result<Archive> {
        let links = self.connected.links.iter();
        let here: HashSet<u64> = links.filter_map(Link::bulletin).collect();
        let mut titles = Archive::default();
        let mut prefix = keys::by_source(self.source, 0);
        prefix.truncate(keys::SOURCE_PREFIX);
        for key in engine.scan(&prefix).rev().take(MOST_ARCHIVED) {
            let id = keys::last_number(&key?.key);
            let Some(row) = engine.get::<BulletinRow>(&keys::bulletin(id))? else {
                continue;
            };
            if !here.contains(&id) {
                titles.add(&row.title);
            }
        }
        Ok(titles)
    }
}

/// Judges, archives and queues; all of it or nothing.
pub(super) fn admit(
    books: &Books,
    change: &mut Change,
    look: Look,
    now: DateTime<Utc>,
) -> Result<Admitted> {
    if let Some(why) = books.disk_low() {
        return Err(Refusal::DiskLow(why).into());
    }
    let (notices, articles): (Vec<Notice>, Vec<_>) = look
        .found
        .into_iter()
        .map(|found| (found.notice, found.article))
        .unzip();
    let page = page(
        books,
        &look.source,
        &notices,
        look.state.first_page.unwrap_or(notices.len()),
    )?;
    let found: Vec<Found> = notices
        .iter()
        .cloned()
        .zip(articles)
        .map(|(notice, article)| Found { notice, article })
        .collect();
    let summaries: Vec<Option<&str>> = found.iter().map(archive::summary).collect();
    let rulings = page.rule(&books.engine, &notices, &summaries, false)?;
    let facts = page.facts(&books.engine, &notices, false)?;
    let order = judge::oldest_first(&notices, &page.connected, &facts);
    let mut admission = Admission {
        books,
        page: &page,
        change,
        bulletins: page.connected.links.iter().map(Link::bulletin).collect(),
        admitted: Admitted::default(),
        faces: Vec::new(),
        now,
    };
    for place in order {
        admission.row(place, &found[place], rulings[place].clone())?;
    }
    admission.follow_repeats(&rulings);
    admission.remember_shared();
    admission.source_facts(&notices)?;
    let (admitted, faces) = (admission.admitted, admission.faces);
    change.look(&look.source, page.source, move |state| {
        *state = state.after(look.state.clone());
    });
    change.then(move |books| {
        for (id, face) in &faces {
            books.twins.add(*id, face);
        }
    });
    Ok(admitted)
}

struct Admission<'a> {
    books: &'a Books,
    page: &'a Page<'a>,
    change: &'a mut Change,
    /// Which bulletin each row is, once that is known.
    bulletins: Vec<Option<u64>>,
    admitted: Admitted,
    /// By which the same notice on other sources is told.
    faces: Vec<(u64, Face)>,
    now: DateTime<Utc>,
}

impl Admission<'_> {
    fn row(&mut self, place: usize, found: &Found, ruling: Ruling) -> Result<()> {
        match ruling {
            Ruling::Again(_) => Ok(()),
            Ruling::Known(bulletin) => self.known(place, bulletin.0, found),
            Ruling::Unknown(state, cause) => {
                let row = archive::new_row(found, self.page.source, state, cause, self.now);
                self.unknown(place, found, &row)
            }
        }
    }

    fn unknown(&mut self, place: usize, found: &Found, row: &BulletinRow) -> Result<()> {
        let shares = self.page.connected.shares[place];
        if row.state == BulletinState::Published {
            let face = twins::new_face(row, found, shares.address);
            if let Some(twin) = twins::find(self.books, &face, row, &self.bulletins, self.now)? {
                self.faces.push((twin.0, face));
                return self.join(place, twin);
            }
            self.faces.push((self.change.counts.next_bulletin, face));
        }
        let id = self.change.next_bulletin();
        let state = row.state;
        self.bulletins[place] = Some(id);
        self.remember_keys(place, id);
        let titled = keys::titled_as(self.page.source, self.page.identities[place].titled, id);
        self.change.writes.set(titled, vec![1]);
        let source = self.change.source(self.books, self.page.source);
        source.bulletins += 1;
        if state == BulletinState::Held {
            source.held += 1;
            self.change.writes.set(keys::held(id), Vec::new());
        }
        if state == BulletinState::Published {
            publish(self.books, self.change, id, row, self.now)?;
        }
        let article = found.article.as_ref();
        archive::write_new(&mut self.change.writes, id, row, article);
        // A page that several notices share says nothing of one of them.
        let has_page = article.is_some() || !shares.address;
        if has_page && matches!(state, BulletinState::Published | BulletinState::Held) {
            recent::begin(self.change, id, article, self.now.timestamp_millis());
        }
        let list = match state {
            BulletinState::Published => &mut self.admitted.published,
            BulletinState::Held => &mut self.admitted.held,
            BulletinState::Baseline | BulletinState::Withdrawn => &mut self.admitted.quiet,
        };
        list.push(BulletinId(id));
        Ok(())
    }

    /// The row is a bulletin of another source.
    fn join(&mut self, place: usize, twin: (u64, BulletinRow)) -> Result<()> {
        let (id, source) = (twin.0, self.page.source);
        self.bulletins[place] = Some(id);
        self.remember_keys(place, id);
        let titled = keys::titled_as(source, self.page.identities[place].titled, id);
        self.change.writes.set(titled, vec![1]);
        self.change.source(self.books, source).bulletins += 1;
        twins::join(self.books, self.change, twin, source, self.now)
    }

    /// What a known row says that the store did not know yet: another address, a corrected title or text.
    fn known(&mut self, place: usize, id: u64, found: &Found) -> Result<()> {
        let is_moved = matches!(self.page.link(place), Link::Moved(_));
        let may_learn = self.learn_keys(place, id)?;
        let engine = &self.books.engine;
        let Some(mut row) = engine.get::<BulletinRow>(&keys::bulletin(id))? else {
            return Ok(());
        };
        // What another source says first is what it says.
        if row.source != self.page.source {
            return Ok(());
        }
        let before = row.clone();
        let counts = self.page.counting.contains(&id);
        let correction = archive::correct(engine, &mut row, (id, counts), found)?;
        let is_released = self.release(id, &mut row, found)?;
        if is_moved && may_learn {
            row.url.clone_from(&found.notice.url);
        }
        if correction.is_of_title() {
            let titled = keys::titled_as(self.page.source, self.page.identities[place].titled, id);
            self.change.writes.set(titled, vec![1]);
        }
        let (books, now) = (self.books, self.now);
        let change = &mut *self.change;
        revise::restore(books, change, id, &mut row, now)?;
        let article = found.article.as_ref();
        let corrected = (&correction, article);
        revise::follow(books, change, id, (&before, &row), corrected, now)?;
        if correction.is_told() {
            self.admitted.revised.push(BulletinId(id));
        }
        if correction.is_of_title() && article.is_none() {
            self.read_soon(place, id);
        }
        if correction != Correction::None || is_released || (is_moved && may_learn) {
            archive::rewrite(&mut self.change.writes, engine, id, &row, article)?;
        }
        Ok(())
    }

    /// Publishes a row that was held for a redesign that was none: most of the page is what it showed before.
    /// A body that broke off looked like one.
    fn release(&mut self, id: u64, row: &mut BulletinRow, found: &Found) -> Result<bool> {
        if row.state != BulletinState::Held || row.cause != Cause::Redesign {
            return Ok(false);
        }
        let engine = &self.books.engine;
        let mut before = 0;
        for other in self.page.connected.links.iter().filter_map(Link::bulletin) {
            let is_held = engine.raw(&keys::held(other))?.is_some();
            before += usize::from(other < id && !is_held);
        }
        let is_redesign = before * 2 <= self.page.connected.links.len();
        row.published = row.published.or(found.notice.published);
        let oldest = self.page.row.baseline.as_ref().and_then(|it| it.oldest);
        let is_old =
            oldest.is_some_and(|oldest| row.published.is_none_or(|it| it.is_before(&oldest)));
        if is_redesign || is_old {
            return Ok(false);
        }
        (row.state, row.cause) = (BulletinState::Published, Cause::New);
        let source = self.change.source(self.books, self.page.source);
        source.held = source.held.saturating_sub(1);
        self.change.writes.remove(keys::held(id));
        publish(self.books, self.change, id, row, self.now)?;
        self.admitted.published.push(BulletinId(id));
        Ok(true)
    }

    /// An article that could not be read along with its new title is read soon, whatever its age: its
    /// deadline may be another one, too.
    fn read_soon(&mut self, place: usize, id: u64) {
        let reads_texts = self.page.settings.is_some_and(|source| source.full_text);
        if reads_texts && !self.page.connected.shares[place].address {
            let now_ms = self.now.timestamp_millis();
            recent::begin(self.change, id, None, now_ms);
            self.change.plan_reading(id, Some(now_ms));
        }
    }

    /// Remembers keys of a known row that are new; false: it was met under too many addresses.
    fn learn_keys(&mut self, place: usize, id: u64) -> Result<bool> {
        let identity = &self.page.identities[place];
        let engine = &self.books.engine;
        let source = self.page.source;
        let is_met = |key| {
            engine
                .raw(&keys::seen(source, key))
                .map(|row| row.is_some())
        };
        let shares_address = self.page.connected.shares[place].address;
        let has_guid = identity.guid.map_or(Ok(true), is_met)?;
        let is_here = !shares_address || is_met(identity.here())?;
        if has_guid && is_here && is_met(identity.address)? {
            return Ok(true);
        }
        let titled = keys::titled_as(source, identity.titled, id);
        let met = engine
            .raw(&titled)?
            .and_then(|value| value.first().copied())
            .unwrap_or(1);
        if met >= MOST_ADDRESSES {
            return Ok(false);
        }
        self.change.writes.set(titled, vec![met + 1]);
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
            let value = SeenValue {
                bulletin,
                had_guid: identity.guid.is_some(),
                is_shared,
            };
            self.change
                .writes
                .set(keys::seen(self.page.source, key), value.encode());
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
            .chain(page.row.newest)
            .reduce(|a, b| if a.is_before(&b) { b } else { a });
        let mut row = self.change.source(self.books, page.source).clone();
        row.newest = newest;
        let news = u32::try_from(self.admitted.published.len()).unwrap_or(u32::MAX);
        row.most_news = row.most_news.max(news);
        row.fragments_tell = page.fragments_tell;
        if row.baseline.is_none() {
            let earlier = |a: Moment, b: Moment| if b.is_before(&a) { b } else { a };
            let oldest = dates(false)
                .reduce(earlier)
                .or_else(|| dates(true).reduce(earlier));
            row.baseline = Some(Baseline { oldest });
        }
        self.change.set_source(self.books, page.source, row);
        let mut shown: Vec<u64> = self.bulletins.iter().flatten().copied().collect();
        shown.sort_unstable();
        shown.dedup();
        let from = shown.len().saturating_sub(LONGEST_PAGE);
        let shown = shown.split_off(from);
        if shown != page.last_page {
            let (engine, pages) = (&self.books.engine, (&*page.last_page, &*shown));
            recent::taken_off(engine, self.change, pages, self.now.timestamp_millis())?;
            self.change.writes.put(keys::last_page(page.source), &shown);
        }
        Ok(())
    }
}

/// Queues a published bulletin for every channel that wants it.
pub(super) fn publish(
    books: &Books,
    change: &mut Change,
    id: u64,
    row: &BulletinRow,
    now: DateTime<Utc>,
) -> Result<()> {
    let Some(source) = books.names().source(row.source) else {
        return Ok(());
    };
    let summary = row.summary.as_deref().unwrap_or_default();
    let channels = books.channels_for(&change.ahead, &source, (&row.title, summary));
    queue_new(books, change, (id, row), &channels, now)
}

/// Queues a bulletin for `channels`, which have not had it.
pub(super) fn queue_new(
    books: &Books,
    change: &mut Change,
    (id, row): (u64, &BulletinRow),
    channels: &[u32],
    now: DateTime<Utc>,
) -> Result<()> {
    let kind = DeliveryKind::New;
    let channels = books.due_in(channels, kind, row, now);
    let now_ms = now.timestamp_millis();
    route::queue(
        change,
        &books.engine,
        &channels,
        Some(id),
        kind,
        None,
        now_ms,
    )?;
    Ok(())
}
