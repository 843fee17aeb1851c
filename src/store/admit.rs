//! Admission: one look becomes one transaction.

use std::collections::HashSet;

use chrono::{DateTime, Duration, Utc};

use super::{
    Admitted, Found, Judged, Look, Ruling, StoreError,
    archive::{self, Correction},
    books::Books,
    change::Change,
    engine::Engine,
    error::Result,
    judge::{self, Facts, Identity, Link, Remembered},
    keys, recent, revise, route,
    rows::{Baseline, BulletinRow, SeenValue, SourceRow, title_hash},
    twins,
};
use crate::bulletin::{
    BulletinId, BulletinState, DeliveryKind, Face, Filter, Moment, Notice, Source, SourceId,
};

/// Addresses that one bulletin is remembered by. More come from a page whose addresses change at each
/// look; its titles and days serve then.
const MOST_ADDRESSES: u8 = 8;
/// Bulletins of a page that are remembered as shown last.
const LONGEST_PAGE: usize = 1000;

/// A page with what the store remembers of it.
struct Page<'a> {
    source: u32,
    row: SourceRow,
    settings: Option<&'a Source>,
    identities: Vec<Identity>,
    fragments_tell: bool,
    links: Vec<Link>,
    last_page: Vec<u64>,
}

/// What the rules say of a page, without writing.
pub(super) fn judge(books: &Books, source: &SourceId, notices: &[Notice]) -> Result<Judged> {
    let page = page(books, source, notices)?;
    let summaries: Vec<Option<&str>> = notices
        .iter()
        .map(|notice| notice.summary.as_deref())
        .collect();
    let articles_to_come = page.settings.is_some_and(|source| source.full_text);
    let rulings = page.rule(notices, &summaries, articles_to_come);
    let first_look = page.row.baseline.is_none();
    let is_any_known = page.links.iter().any(|link| link.bulletin().is_some());
    Ok(Judged {
        rulings,
        first_look,
        unconnected: !first_look && page.row.bulletins > 0 && !notices.is_empty() && !is_any_known,
    })
}

fn page<'a>(books: &'a Books, source: &SourceId, notices: &[Notice]) -> Result<Page<'a>> {
    let number = books.names().source_number(source);
    let number =
        number.ok_or_else(|| StoreError::Refused(format!("no source `{source}` in the config")))?;
    let row = books.sources.get(&number).cloned().unwrap_or_default();
    let last_page: Vec<u64> = books
        .engine
        .get(&keys::last_page(number))?
        .unwrap_or_default();
    let (identities, fragments_tell) = judge::identities(notices, row.fragments_tell);
    let remembered = notices
        .iter()
        .zip(&identities)
        .map(|(notice, identity)| remember(&books.engine, number, notice, identity))
        .collect::<Result<Vec<Remembered>>>()?;
    let shown: HashSet<u64> = last_page.iter().copied().collect();
    Ok(Page {
        source: number,
        row,
        settings: books
            .wiring
            .as_ref()
            .and_then(|wiring| wiring.source(number)),
        links: judge::connect(notices, &identities, &remembered, &shown),
        identities,
        fragments_tell,
        last_page,
    })
}

fn remember(
    engine: &Engine,
    source: u32,
    notice: &Notice,
    identity: &Identity,
) -> Result<Remembered> {
    let seen = |key| -> Result<Option<SeenValue>> {
        let value = engine.raw(&keys::seen(source, key))?;
        Ok(value.and_then(|value| SeenValue::decode(&value)))
    };
    let mut memory = Remembered::default();
    if let Some(guid) = identity.guid {
        memory.guid = seen(guid)?.map(|seen| seen.bulletin);
    }
    memory.address = seen(identity.address)?;
    if let (None, Some(bare)) = (memory.address, identity.bare) {
        memory.address = seen(bare)?;
    }
    // What is known by these needs no second look.
    if memory.guid.is_some() || (memory.address.is_some() && identity.guid.is_none()) {
        return Ok(memory);
    }
    if let Some(address) = memory.address.filter(|seen| seen.had_guid) {
        let row: Option<BulletinRow> = engine.get(&keys::bulletin(address.bulletin))?;
        memory.resembles = row.is_some_and(|row| resembles(&row, notice));
    }
    for row in engine.scan(&keys::titled(source, identity.titled)) {
        memory.titled.push(keys::last_number(&row?.key));
    }
    Ok(memory)
}

fn resembles(row: &BulletinRow, notice: &Notice) -> bool {
    let day = |moment: &Option<Moment>| moment.map(|moment| moment.day());
    let is_same_day = notice.published.is_some() && day(&row.published) == day(&notice.published);
    is_same_day || row.titles.last() == Some(&title_hash(&notice.title))
}

impl Page<'_> {
    fn rule(
        &self,
        notices: &[Notice],
        summaries: &[Option<&str>],
        articles_to_come: bool,
    ) -> Vec<Ruling> {
        let all = Filter::default();
        let facts = Facts {
            baseline: self.row.baseline.as_ref().map(|baseline| baseline.oldest),
            newest: self.row.newest,
            has_bulletins: self.row.bulletins > 0,
            announce_first: self.settings.map_or(0, |source| source.announce_first),
            filter: self.settings.map_or(&all, |source| &source.filter),
            articles_to_come,
        };
        judge::rule(notices, summaries, &self.links, &facts)
    }
}

/// Judges, archives and queues; all of it or nothing.
pub(super) fn admit(books: &mut Books, look: Look, now: DateTime<Utc>) -> Result<Admitted> {
    if let Some(why) = books.disk_low() {
        return Err(StoreError::Refused(why));
    }
    let (notices, articles): (Vec<Notice>, Vec<_>) = look
        .found
        .into_iter()
        .map(|found| (found.notice, found.article))
        .unzip();
    let page = page(books, &look.source, &notices)?;
    let found: Vec<Found> = notices
        .iter()
        .cloned()
        .zip(articles)
        .map(|(notice, article)| Found { notice, article })
        .collect();
    let summaries: Vec<Option<&str>> = found.iter().map(archive::summary).collect();
    let rulings = page.rule(&notices, &summaries, false);
    let mut admission = Admission {
        books,
        page: &page,
        change: books.change(),
        bulletins: page.links.iter().map(Link::bulletin).collect(),
        admitted: Admitted::default(),
        faces: Vec::new(),
        now,
    };
    for place in judge::oldest_first(&notices) {
        admission.row(place, &found[place], rulings[place].clone())?;
    }
    admission.follow_repeats(&rulings);
    admission.source_facts(&notices)?;
    let (mut change, admitted, number) = (admission.change, admission.admitted, page.source);
    let faces = admission.faces;
    books.looks.set(&look.source, look.state);
    if change.is_empty() {
        return Ok(admitted);
    }
    books
        .looks
        .write_one(&look.source, number, &mut change.writes);
    books.commit(change)?;
    for (id, face) in &faces {
        books.twins.add(*id, face);
    }
    Ok(admitted)
}

struct Admission<'a> {
    books: &'a Books,
    page: &'a Page<'a>,
    change: Change,
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
        if row.state == BulletinState::Published {
            let face = twins::new_face(row, found);
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
            publish(self.books, &mut self.change, id, row, self.now)?;
        }
        let article = found.article.as_ref();
        archive::write_new(&mut self.change.writes, id, row, article);
        if matches!(state, BulletinState::Published | BulletinState::Held) {
            recent::begin(&mut self.change, id, article, self.now.timestamp_millis());
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
        twins::join(self.books, &mut self.change, twin, source, self.now)
    }

    /// What a known row says that the store did not know yet: another address, a corrected title or text.
    fn known(&mut self, place: usize, id: u64, found: &Found) -> Result<()> {
        let is_moved = matches!(self.page.links[place], Link::Moved(_));
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
        let correction = archive::correct(engine, &mut row, id, found)?;
        if is_moved && may_learn {
            row.url.clone_from(&found.notice.url);
        }
        if correction == Correction::Title {
            let titled = keys::titled_as(self.page.source, self.page.identities[place].titled, id);
            self.change.writes.set(titled, vec![1]);
        }
        let (books, now) = (self.books, self.now);
        let change = &mut self.change;
        revise::restore(books, change, id, &mut row, now)?;
        let article = found.article.as_ref();
        let corrected = (&correction, article);
        revise::follow(books, change, id, (&before, &row), corrected, now)?;
        if correction.is_told() {
            self.admitted.revised.push(BulletinId(id));
        }
        if correction != Correction::None || (is_moved && may_learn) {
            archive::rewrite(&mut self.change.writes, engine, id, &row, article)?;
        }
        Ok(())
    }

    /// Remembers keys of a known row that are new; false: it was met under too many addresses.
    fn learn_keys(&mut self, place: usize, id: u64) -> Result<bool> {
        let identity = &self.page.identities[place];
        let engine = &self.books.engine;
        let source = self.page.source;
        let is_met = |key| Ok(engine.raw(&keys::seen(source, key))?.is_some());
        let has_guid = identity.guid.map_or(Ok(true), is_met)?;
        if has_guid && is_met(identity.address)? {
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
        let value = SeenValue {
            bulletin,
            had_guid: identity.guid.is_some(),
        };
        let keys = [Some(identity.address), identity.bare, identity.guid];
        for key in keys.into_iter().flatten() {
            self.change
                .writes
                .set(keys::seen(self.page.source, key), value.encode());
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
            recent::taken_off(engine, &mut self.change, pages, self.now.timestamp_millis())?;
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
    let channels = books.channels_for(
        &source,
        &row.title,
        row.summary.as_deref().unwrap_or_default(),
    );
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
