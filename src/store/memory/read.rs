//! Reads lists from the plain maps.

use std::collections::HashSet;

use super::state::State;
use crate::{
    bulletin::{Bulletin, BulletinId, ChannelId, Delivery, DeliveryId, Reason, SeenKey, SourceId},
    policy::{
        audit::{AuditPlace, AuditRow},
        facts::{Archived, History, OutboxEntry, Report, Run, time},
    },
    store::{
        error::Result,
        query::{
            AuditQuery, BulletinQuery, Collected, DeliveryQuery, Page, PublishedCounts, Reader,
            SearchedWords,
        },
        record::{BulletinRecord, DeliveryRecord, Record, hex},
    },
};

pub(super) struct MemoryReader<'a>(pub(super) &'a State);

impl MemoryReader<'_> {
    /// Returns when a bulletin was new (ms), and its number; for an unused number, those of the next lower one.
    fn place(&self, id: u64) -> (i64, u64) {
        let lower = self.0.tables.bulletins.range(..=id).next_back();
        lower.map_or((i64::MIN, 0), |(found, row)| {
            (row.newest_ms(), found + u64::from(*found != id))
        })
    }

    fn is_asked(
        &self,
        query: &BulletinQuery,
        shown: Option<&HashSet<SourceId>>,
        id: u64,
        row: &Archived,
    ) -> bool {
        let goes_to = |channel: &ChannelId| {
            let mut entries = self.entries_of(id);
            entries.any(|(_, entry)| entry.channel == *channel)
        };
        let seen = time(row.first_seen_ms);
        query.is_dated_and_in_state(row.state, row.published, row.deadline, seen)
            && query.source.as_ref().is_none_or(|source| row.is_of(source))
            && shown.is_none_or(|shown| row.is_of_any(shown))
            && query.since.is_none_or(|since| seen >= since)
            && query.channel.as_ref().is_none_or(goes_to)
    }

    fn entries_of(&self, bulletin: u64) -> impl Iterator<Item = (u64, &OutboxEntry)> {
        let tables = &self.0.tables;
        let ids = tables
            .by_bulletin
            .range((bulletin, 0)..=(bulletin, u64::MAX));
        ids.filter_map(|((_, id), ())| Some((*id, tables.deliveries.get(id)?)))
    }

    fn shown(&self, id: u64, entry: &OutboxEntry) -> Delivery {
        let tables = &self.0.tables;
        let error = tables.errors.get(&id).filter(|_| entry.has_error).cloned();
        let note = entry.note.and_then(|note| tables.notes.get(&note)).cloned();
        entry.clone().delivery(id, error, note)
    }

    fn is_delivery_asked(&self, query: &DeliveryQuery, id: u64, entry: &OutboxEntry) -> bool {
        let is_of = |source: &SourceId| {
            let row = entry
                .bulletin
                .and_then(|id| self.0.tables.bulletins.get(&id));
            row.is_some_and(|row| row.source == *source)
        };
        query.before.is_none_or(|before| id < before.0)
            && query.channel.as_ref().is_none_or(|it| *it == entry.channel)
            && query.state.is_none_or(|state| state == entry.state)
            && query
                .since
                .is_none_or(|since| time(entry.queued_ms) >= since)
            && query.bulletin.is_none_or(|id| entry.bulletin == Some(id.0))
            && query.source.as_ref().is_none_or(is_of)
    }
}

impl Reader for MemoryReader<'_> {
    fn bulletin(&self, id: BulletinId) -> Result<Option<Bulletin>> {
        let row = self.0.tables.bulletins.get(&id.0);
        Ok(row.map(|row| row.clone().bulletin(id.0)))
    }

    fn text(&self, id: BulletinId) -> Result<Option<String>> {
        Ok(self.0.tables.texts.get(&id.0).cloned())
    }

    fn text_as_published(&self, id: BulletinId) -> Result<Option<String>> {
        Ok(self.0.tables.texts_as_published.get(&id.0).cloned())
    }

    fn history(&self, id: BulletinId) -> Result<History> {
        let history = self.0.tables.histories.get(&id.0);
        Ok(history.cloned().unwrap_or_default())
    }

    fn bulletins(
        &self,
        query: &BulletinQuery,
        shown: Option<&HashSet<SourceId>>,
    ) -> Result<Page<Bulletin>> {
        let before = query.before.map(|id| self.place(id.0));
        let rows = self.0.tables.bulletins.iter();
        let rows = rows.map(|(id, row)| ((row.newest_ms(), *id), row));
        let mut rows: Vec<_> = rows
            .filter(|(place, _)| before.is_none_or(|before| *place < before))
            .collect();
        rows.sort_unstable_by_key(|(place, _)| std::cmp::Reverse(*place));
        let words = SearchedWords::new(&query.words);
        let mut page = Collected::new(query.limit);
        for ((_, id), row) in rows {
            if query.given_up.is_cancelled() {
                break;
            }
            let is_asked = self.is_asked(query, shown, id, row)
                && words.are_in(row.searched(), || Ok(self.0.tables.texts.get(&id).cloned()))?;
            if is_asked && page.is_full(Some(row.clone().bulletin(id))) {
                break;
            }
        }
        Ok(page.page())
    }

    fn published_since(&self, sources: &[SourceId], since_ms: i64) -> Result<PublishedCounts> {
        let mut counts = PublishedCounts::new();
        for row in self.0.tables.bulletins.iter().map(|(_, row)| row) {
            if row.first_seen_ms < since_ms || !row.state.was_published() {
                continue;
            }
            for source in sources.iter().filter(|source| row.is_of(source)) {
                let of_source = counts.entry(source.clone()).or_default();
                of_source.count(row.first_seen_ms);
            }
        }
        Ok(counts)
    }

    fn seen_anywhere(&self, address: SeenKey) -> Result<Option<BulletinId>> {
        let seen = &self.0.tables.seen;
        let mut sources = self.0.sources().into_iter();
        let found = sources.find_map(|source| seen.get(&(source, address)));
        Ok(found.map(|seen| BulletinId(seen.bulletin)))
    }

    fn newest_held(&self) -> Result<Option<BulletinId>> {
        Ok(self.0.held().next_back().map(BulletinId))
    }

    fn delivery(&self, id: DeliveryId) -> Result<Option<Delivery>> {
        let entry = self.0.tables.deliveries.get(&id.0);
        Ok(entry.map(|entry| self.shown(id.0, entry)))
    }

    fn deliveries(
        &self,
        query: &DeliveryQuery,
        _unfinished: Option<Vec<u64>>,
    ) -> Result<Page<Delivery>> {
        let mut page = Collected::new(query.limit);
        for (id, entry) in self.0.tables.deliveries.iter().rev() {
            let is_asked = self.is_delivery_asked(query, *id, entry);
            if is_asked && page.is_full(Some(self.shown(*id, entry))) {
                break;
            }
        }
        Ok(page.page())
    }

    fn count_deliveries(&self, bulletin: BulletinId) -> Result<u64> {
        Ok(self.entries_of(bulletin.0).count() as u64)
    }

    fn who_has(&self, bulletin: BulletinId, channels: &[ChannelId]) -> Result<HashSet<ChannelId>> {
        let has = self.entries_of(bulletin.0);
        let has = has.filter(|(_, entry)| channels.contains(&entry.channel));
        Ok(has.map(|(_, entry)| entry.channel.clone()).collect())
    }

    fn run(&self, run: Run) -> Result<Vec<Delivery>> {
        let ids = run.first.0..run.first.0 + run.count;
        let entries = self.0.tables.deliveries.range(ids);
        Ok(entries.map(|(id, entry)| self.shown(*id, entry)).collect())
    }

    fn reports(&self) -> Result<Vec<Report>> {
        let reports = self.0.tables.reports.iter();
        Ok(reports.map(|(_, report)| report.clone()).collect())
    }

    fn audit(&self, query: &AuditQuery) -> Result<Page<AuditRow>> {
        let since_ms = query.since.map_or(i64::MIN, |at| at.timestamp_millis());
        let is_asked = |place: AuditPlace| {
            place.at_ms >= since_ms && query.before.is_none_or(|before| place < before)
        };
        let mut page = Collected::new(query.limit);
        for (place, entry) in self.0.tables.audit.iter().rev() {
            let (place, entry) = (*place, entry.clone());
            let row = is_asked(place).then_some(AuditRow { place, entry });
            if page.is_full(row) {
                break;
            }
        }
        Ok(page.page())
    }

    fn export(&self, end: u64, take: &mut dyn FnMut(Record) -> Result<()>) -> Result<u64> {
        let mut count = 0;
        for (id, row) in self.0.tables.bulletins.range(..end) {
            take(Record::Bulletin(Box::new(self.record(*id, row))))?;
            count += 1;
        }
        for (id, row) in self.0.tables.recent.range(..end) {
            let (bulletin, row) = (*id, row.clone());
            take(Record::Recent { bulletin, row })?;
        }
        self.export_seen(end, take)?;
        self.export_deliveries(end, take)?;
        for (key, request) in self.0.tables.requests.iter() {
            take(Record::Request {
                key: hex(&key.0),
                first: request.first,
                count: request.count,
                at: time(request.at_ms),
            })?;
        }
        for (place, entry) in self.0.tables.audit.iter() {
            take(Record::of_audit(*place, entry.clone()))?;
        }
        Ok(count)
    }
}

impl MemoryReader<'_> {
    fn record(&self, id: u64, row: &Archived) -> BulletinRecord {
        let tables = &self.0.tables;
        BulletinRecord {
            titles: row.titles.clone(),
            bulletin: row.clone().bulletin(id),
            text: tables.texts.get(&id).cloned(),
            text_as_published: tables.texts_as_published.get(&id).cloned(),
            history: tables.histories.get(&id).cloned(),
            said: tables.versions.get(&id).cloned().unwrap_or_default(),
        }
    }

    fn export_seen(&self, end: u64, take: &mut dyn FnMut(Record) -> Result<()>) -> Result<()> {
        for ((source, key), seen) in self.0.tables.seen.iter() {
            if seen.bulletin < end {
                take(Record::Seen {
                    source: source.clone(),
                    key: hex(&key.0),
                    bulletin: seen.bulletin,
                    had_guid: seen.had_guid,
                    is_shared: seen.is_shared,
                })?;
            }
        }
        for ((source, key, bulletin), addresses) in self.0.tables.titled.iter() {
            if *bulletin < end {
                take(Record::Titled {
                    source: source.clone(),
                    key: hex(&key.0),
                    bulletin: *bulletin,
                    addresses: *addresses,
                })?;
            }
        }
        Ok(())
    }

    fn export_deliveries(
        &self,
        end: u64,
        take: &mut dyn FnMut(Record) -> Result<()>,
    ) -> Result<()> {
        for (first, text) in self.0.tables.notes.iter() {
            let (first, text) = (*first, text.clone());
            take(Record::Note { first, text })?;
        }
        for (id, entry) in self.0.tables.deliveries.iter() {
            if entry.bulletin.is_some_and(|bulletin| bulletin >= end) {
                continue;
            }
            let mut delivery = self.shown(*id, entry);
            delivery.note = None;
            take(Record::Delivery(Box::new(DeliveryRecord {
                error_kind: delivery.error.as_ref().and_then(Reason::kind),
                delivery,
                note_of: entry.note,
                doubts: entry.doubts,
                begun_at: entry.begun_ms.map(time),
                ended_at: entry.ended_ms.map(time),
            })))?;
        }
        Ok(())
    }
}
