//! Reads lists, newest first, without the writer: scans on a blocking thread, page by page.

mod counting;
mod merge;
pub(in crate::store::sled) mod newest;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{
    super::record::Record,
    audit,
    block::{self, Block, Slot},
    deliveries,
    engine::Engine,
    export, keys,
    names::Names,
    rows::{BulletinRow, decode_seen},
    texts,
};
use crate::{
    bulletin::{Bulletin, BulletinId, ChannelId, Delivery, DeliveryId, SeenKey, SourceId},
    policy::{
        audit::AuditRow,
        facts::{History, Report, Run, time},
    },
    store::{
        error::Result,
        query::{
            AuditQuery, BulletinQuery, Collected, DeliveryQuery, Page, PublishedCounts, Reader,
            SearchedWords,
        },
    },
};

/// The number of rows older than `since` after which a list ends: numbers follow time unless clocks were set back.
const OLD_ENOUGH: usize = 1000;

/// A view of the committed rows, without the writer.
pub(super) struct SledReader<'a> {
    pub(super) engine: &'a Engine,
    pub(super) names: Arc<Names>,
}

impl Reader for SledReader<'_> {
    fn bulletin(&self, id: BulletinId) -> Result<Option<Bulletin>> {
        let row: Option<BulletinRow> = self.engine.get(&keys::bulletin(id.0))?;
        Ok(row.and_then(|row| bulletin(row, id.0, &self.names)))
    }

    fn text(&self, id: BulletinId) -> Result<Option<String>> {
        let key = keys::text(id.0);
        let text = texts::text(self.engine, &key)?;
        self.engine.evict_soon(&key)?;
        Ok(text)
    }

    fn text_as_published(&self, id: BulletinId) -> Result<Option<String>> {
        texts::text(self.engine, &keys::text_as_published(id.0))
    }

    fn history(&self, id: BulletinId) -> Result<History> {
        Ok(self.engine.get(&keys::history(id.0))?.unwrap_or_default())
    }

    fn bulletins(
        &self,
        query: &BulletinQuery,
        shown: Option<&HashSet<SourceId>>,
    ) -> Result<Page<Bulletin>> {
        let number = |source| self.names.source_number(source);
        let shown = shown.map(|shown| shown.iter().filter_map(number).collect());
        bulletins(self.engine, &self.names, query, shown.as_ref())
    }

    fn published_since(&self, sources: &[SourceId], since_ms: i64) -> Result<PublishedCounts> {
        counting::published_since(self.engine, &self.names, sources, since_ms)
    }

    fn seen_anywhere(&self, address: SeenKey) -> Result<Option<BulletinId>> {
        for source in self.names.source_numbers() {
            if let Some(value) = self.engine.raw(&keys::seen(source, address))? {
                return Ok(decode_seen(&value).map(|seen| BulletinId(seen.bulletin)));
            }
        }
        Ok(None)
    }

    fn newest_held(&self) -> Result<Option<BulletinId>> {
        let newest = self.engine.scan(b"h").next_back().transpose()?;
        Ok(newest.map(|row| BulletinId(keys::last_number(&row.key))))
    }

    fn delivery(&self, id: DeliveryId) -> Result<Option<Delivery>> {
        let slot = block::slot(self.engine, id.0)?;
        slot.map_or(Ok(None), |slot| {
            deliveries::delivery(self.engine, &self.names, id.0, &slot)
        })
    }

    fn deliveries(
        &self,
        query: &DeliveryQuery,
        unfinished: Option<Vec<u64>>,
    ) -> Result<Page<Delivery>> {
        deliveries(self.engine, &self.names, query, unfinished)
    }

    fn count_deliveries(&self, bulletin: BulletinId) -> Result<u64> {
        let runs = deliveries::runs(self.engine, bulletin.0)?;
        Ok(runs.iter().map(|(first, last)| last - first + 1).sum())
    }

    fn who_has(&self, bulletin: BulletinId, channels: &[ChannelId]) -> Result<HashSet<ChannelId>> {
        who_has(self.engine, &self.names, bulletin.0, channels)
    }

    fn run(&self, run: Run) -> Result<Vec<Delivery>> {
        let (first, end) = (run.first.0, run.first.0 + run.count);
        let mut found = Vec::new();
        for number in Block::number(first)..=Block::number(end.max(first + 1) - 1) {
            let block = Block::load(self.engine, number)?;
            for (id, slot) in block.slots(number) {
                if (first..end).contains(&id) {
                    found.extend(deliveries::delivery(self.engine, &self.names, id, slot)?);
                }
            }
        }
        Ok(found)
    }

    fn reports(&self) -> Result<Vec<Report>> {
        let rows = self.engine.scan(b"w");
        let reports = rows.map(|row| row.and_then(|row| self.engine.found(&row.key, &row.value)));
        reports.filter_map(Result::transpose).collect()
    }

    fn audit(&self, query: &AuditQuery) -> Result<Page<AuditRow>> {
        audit::page(self.engine, query)
    }

    fn export(&self, end: u64, take: &mut dyn FnMut(Record) -> Result<()>) -> Result<u64> {
        export::export(self.engine, &self.names, end, take)
    }
}

fn bulletin(row: BulletinRow, id: u64, names: &Names) -> Option<Bulletin> {
    let archived = row.archived(|source| names.source(source))?;
    Some(archived.bulletin(id))
}

/// Returns a page of bulletins. `shown` holds the sources that a bulletin must have, first or also; `None` for any.
fn bulletins(
    engine: &Engine,
    names: &Names,
    query: &BulletinQuery,
    shown: Option<&HashSet<u32>>,
) -> Result<Page<Bulletin>> {
    let (from_ms, to_ms) = query.days.map_or((i64::MIN, i64::MAX), |it| it.bounds_ms());
    let before = match query.before {
        Some(id) => newest::place(engine, id.0)?,
        None => newest::TOP,
    };
    let before = before.min((to_ms, u64::MAX));
    let candidates = match (&query.source, shown) {
        (Some(source), _) => merge::of(engine, names.source_number(source).into_iter(), before),
        (None, Some(shown)) => merge::mostly_of(engine, shown, before),
        (None, None) => merge::all(engine, before),
    };
    let candidates = match query.since {
        Some(since) => merge::since(engine, since, before)?,
        None => candidates,
    };
    let words = SearchedWords::new(&query.words);
    let mut page = Collected::new(query.limit);
    for row in candidates {
        if query.given_up.is_cancelled() {
            break;
        }
        let (id, row) = row?;
        if row.newest_ms() < from_ms {
            break;
        }
        let source = query.source.as_ref();
        let seen = time(row.first_seen_ms);
        let is_of = |source| {
            names
                .source_number(source)
                .is_some_and(|it| row.is_of(&HashSet::from([it])))
        };
        let is_asked = query.is_dated_and_in_state(row.state, row.published, row.deadline, seen)
            && source.is_none_or(is_of)
            && shown.is_none_or(|shown| row.is_of(shown))
            && words.are_in(row.searched(), || texts::text(engine, &keys::text(id)))?
            && goes_to(engine, names, id, query.channel.as_ref())?;
        if is_asked && page.is_full(bulletin(row, id, names)) {
            break;
        }
    }
    Ok(page.page())
}

fn goes_to(engine: &Engine, names: &Names, id: u64, channel: Option<&ChannelId>) -> Result<bool> {
    let Some(channel) = channel else {
        return Ok(true);
    };
    let Some(channel) = names.channel_number(channel) else {
        return Ok(false);
    };
    Ok(deliveries::of(engine, id)?
        .iter()
        .any(|(_, slot)| slot.channel == channel))
}

/// Returns those of `channels` that a bulletin was ever queued for.
fn who_has(
    engine: &Engine,
    names: &Names,
    bulletin: u64,
    channels: &[ChannelId],
) -> Result<HashSet<ChannelId>> {
    let number = |id: &ChannelId| Some((names.channel_number(id)?, id.clone()));
    let mut asked: HashMap<u32, ChannelId> = channels.iter().filter_map(number).collect();
    let mut found = HashSet::new();
    deliveries::newest_first(engine, bulletin, |_, slot| {
        found.extend(asked.remove(&slot.channel));
        Ok(asked.is_empty())
    })?;
    Ok(found)
}

/// Returns a page of deliveries. `unfinished` holds the numbers in the requested state, newest first, if the writer
/// knows them.
fn deliveries(
    engine: &Engine,
    names: &Names,
    query: &DeliveryQuery,
    unfinished: Option<Vec<u64>>,
) -> Result<Page<Delivery>> {
    let mut page = Collected::new(query.limit);
    let before = query.before.map_or(u64::MAX, |id| id.0);
    let mut add = |id: u64, slot: &Slot| -> Result<bool> {
        if id >= before || !is_asked(engine, names, query, slot)? {
            return Ok(false);
        }
        Ok(page.is_full(deliveries::delivery(engine, names, id, slot)?))
    };
    if let Some(bulletin) = query.bulletin {
        deliveries::newest_first(engine, bulletin.0, add)?;
        return Ok(page.page());
    }
    if let Some(ids) = unfinished {
        for id in ids {
            let slot = block::slot(engine, id)?;
            if slot.map_or(Ok(false), |slot| add(id, &slot))? {
                break;
            }
        }
        return Ok(page.page());
    }
    let end = keys::block(Block::number(before).saturating_add(1));
    let mut old = 0;
    'blocks: for row in engine.scan_below(b"d", &end).rev() {
        let row = row?;
        let number = keys::last_number(&row.key);
        let block = Block::load(engine, number)?;
        for (id, slot) in block.slots(number).rev() {
            if add(id, slot)? {
                break 'blocks;
            }
            old += usize::from(
                query
                    .since
                    .is_some_and(|since| time(slot.queued_ms) < since),
            );
            if old > OLD_ENOUGH {
                break 'blocks;
            }
        }
    }
    Ok(page.page())
}

fn is_asked(engine: &Engine, names: &Names, query: &DeliveryQuery, slot: &Slot) -> Result<bool> {
    let is_channel = |id: &ChannelId| names.channel_number(id) == Some(slot.channel);
    if !query.channel.as_ref().is_none_or(is_channel)
        || query.state.is_some_and(|state| state != slot.state)
        || query
            .since
            .is_some_and(|since| time(slot.queued_ms) < since)
        || query.bulletin.is_some_and(|id| slot.bulletin != Some(id.0))
    {
        return Ok(false);
    }
    let Some(source) = &query.source else {
        return Ok(true);
    };
    let Some(bulletin) = slot.bulletin else {
        return Ok(false);
    };
    let row: Option<BulletinRow> = engine.get(&keys::bulletin(bulletin))?;
    Ok(row.is_some_and(|row| names.source_number(source) == Some(row.source)))
}
