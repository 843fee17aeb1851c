//! Everything that matters, as lines of JSON, while the program runs.
//!
//! Consistent without stopping the writer: what moves is taken at one moment ([`Moment`]), and of
//! what only grows, the numbers above it are left out. A look state must never be newer than the
//! bulletins of its page, or a restored store would take their page for known.

use std::io;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{
    LookState, archive,
    block::Block,
    books::Books,
    engine::Engine,
    error::{Result, refused},
    keys,
    names::Names,
    record::{
        BulletinRecord, ChannelRecord, DeliveryRecord, Header, Record, SourceRecord, VERSION, hex,
    },
    rows::{BulletinRow, RequestRow, SeenValue, time},
    said::Said,
};
use crate::bulletin::SourceId;

/// What the books say at one moment.
pub(super) struct Moment {
    records: Vec<Record>,
    /// The first bulletin that is not in this export.
    end: u64,
}

impl Moment {
    pub(super) fn end(&self) -> u64 {
        self.end
    }
}

pub(super) fn moment(books: &Books) -> Result<Moment> {
    let names = books.names();
    let mut records = vec![Record::Count {
        next_bulletin: books.counts.next_bulletin,
        next_delivery: books.counts.next_delivery,
        update_offset: books.engine.get(keys::OFFSET)?.unwrap_or_default(),
    }];
    records.extend(
        books
            .moved
            .iter()
            .map(|(&from, &to)| Record::Moved { from, to }),
    );
    for number in names.source_numbers() {
        if let Some(id) = names.source(number) {
            let look = books.looks.get(&id);
            records.push(source(books, number, id, look)?);
        }
    }
    for number in names.channel_numbers() {
        let Some(id) = names.channel(number) else {
            continue;
        };
        let row = books.channels.get(&number).cloned().unwrap_or_default();
        records.push(Record::Channel(ChannelRecord {
            id,
            blocked: row.blocked.map(|(why, since)| (why, time(since))),
            error: row.error,
            sent: row.sent,
            failed: row.failed,
        }));
    }
    let added = books.added();
    records.extend(added.iter().cloned().map(Record::AddedSource));
    for (number, known) in books.chats.all() {
        let chat = known.chat.clone();
        records.extend(names.channel(number).map(|id| Record::Chat { id, chat }));
    }
    Ok(Moment {
        records,
        end: books.counts.next_bulletin,
    })
}

fn source(books: &Books, number: u32, id: SourceId, look: LookState) -> Result<Record> {
    let row = books.sources.get(&number).cloned().unwrap_or_default();
    Ok(Record::Source(Box::new(SourceRecord {
        id,
        fingerprint: hex(&row.fingerprint),
        has_baseline: row.baseline.is_some(),
        oldest: row.baseline.and_then(|baseline| baseline.oldest),
        newest: row.newest,
        fragments_tell: row.fragments_tell,
        page: books
            .engine
            .get(&keys::last_page(number))?
            .unwrap_or_default(),
        look,
    })))
}

/// Writes all lines, each with its line feed; gives the number of bulletins.
pub(super) fn export(
    engine: &Engine,
    names: &Names,
    moment: &Moment,
    now: DateTime<Utc>,
    write: &mut dyn FnMut(&str) -> io::Result<()>,
) -> Result<u64> {
    let mut lines = Lines { write };
    lines.line(&Header {
        noticast: "export".to_owned(),
        version: VERSION,
        at: now,
    })?;
    for record in &moment.records {
        lines.line(record)?;
    }
    let bulletins = bulletins(engine, names, moment.end, &mut lines)?;
    recent(engine, moment.end, &mut lines)?;
    seen(engine, names, moment.end, &mut lines)?;
    deliveries(engine, names, moment.end, &mut lines)?;
    log(engine, &mut lines)?;
    Ok(bulletins)
}

struct Lines<'a> {
    write: &'a mut dyn FnMut(&str) -> io::Result<()>,
}

impl Lines<'_> {
    fn line<T: Serialize>(&mut self, record: &T) -> Result<()> {
        let unwritten = |why: String| refused(format!("cannot write the export: {why}"));
        let mut line =
            serde_json::to_string(record).map_err(|error| unwritten(error.to_string()))?;
        line.push('\n');
        (self.write)(&line).map_err(|error| unwritten(error.to_string()))
    }
}

fn bulletins(engine: &Engine, names: &Names, end: u64, lines: &mut Lines<'_>) -> Result<u64> {
    let mut count = 0;
    for row in engine.scan_below(b"b", &keys::bulletin(end)) {
        let row = row?;
        let id = keys::last_number(&row.key);
        // Record, text and history are those of one version.
        if let Some(record) = engine.at_one_moment(|| bulletin(engine, names, id))? {
            lines.line(&Record::Bulletin(Box::new(record)))?;
            count += 1;
        }
    }
    Ok(count)
}

fn bulletin(engine: &Engine, names: &Names, id: u64) -> Result<Option<BulletinRecord>> {
    let Some(row) = engine.get::<BulletinRow>(&keys::bulletin(id))? else {
        return Ok(None);
    };
    let titles = row.titles.clone();
    let Some(bulletin) = row.bulletin(id, names) else {
        return Ok(None);
    };
    Ok(Some(BulletinRecord {
        bulletin,
        titles,
        text: archive::text(engine, &keys::text(id))?,
        text_as_published: archive::text(engine, &keys::text_as_published(id))?,
        history: engine.get(&keys::history(id))?,
        said: Said::of(engine, id)?,
    }))
}

fn recent(engine: &Engine, end: u64, lines: &mut Lines<'_>) -> Result<()> {
    for row in engine.scan_below(b"R", &keys::recent(end)) {
        let row = row?;
        let bulletin = keys::last_number(&row.key);
        if let Some(row) = engine.found(&row.key, &row.value)? {
            lines.line(&Record::Recent { bulletin, row })?;
        }
    }
    Ok(())
}

fn seen(engine: &Engine, names: &Names, end: u64, lines: &mut Lines<'_>) -> Result<()> {
    for row in engine.scan(b"k") {
        let row = row?;
        let source = names.source(keys::interned_number(&row.key));
        let seen = SeenValue::decode(&row.value).filter(|seen| seen.bulletin < end);
        if let (Some(source), Some(seen)) = (source, seen) {
            let key = hex(&row.key[5..]);
            let SeenValue {
                bulletin,
                had_guid,
                is_shared,
            } = seen;
            lines.line(&Record::Seen {
                source,
                key,
                bulletin,
                had_guid,
                is_shared,
            })?;
        }
    }
    for row in engine.scan(b"t") {
        let row = row?;
        let bulletin = keys::last_number(&row.key);
        let source = names.source(keys::interned_number(&row.key));
        if let Some(source) = source.filter(|_| bulletin < end) {
            let key = hex(&row.key[5..21]);
            let addresses = row.value.first().copied().unwrap_or(1);
            lines.line(&Record::Titled {
                source,
                key,
                bulletin,
                addresses,
            })?;
        }
    }
    Ok(())
}

fn deliveries(engine: &Engine, names: &Names, end: u64, lines: &mut Lines<'_>) -> Result<()> {
    for row in engine.scan(&[keys::NOTES]) {
        let row = row?;
        if let Some(text) = engine.found(&row.key, &row.value)? {
            lines.line(&Record::Note {
                first: keys::last_number(&row.key),
                text,
            })?;
        }
    }
    for row in engine.scan(b"d") {
        let row = row?;
        let number = keys::last_number(&row.key);
        let block = Block::load(engine, number)?;
        let slots = block.slots(number);
        for (id, slot) in slots.filter(|(_, slot)| slot.bulletin.is_none_or(|id| id < end)) {
            let Some(mut delivery) = slot.delivery(id, engine, names)? else {
                continue;
            };
            delivery.note = None;
            lines.line(&Record::Delivery(Box::new(DeliveryRecord {
                delivery,
                note_of: slot.note,
                doubts: slot.doubts,
                begun_at: slot.begun_ms().map(time),
                ended_at: slot.ended_ms().map(time),
            })))?;
        }
    }
    Ok(())
}

fn log(engine: &Engine, lines: &mut Lines<'_>) -> Result<()> {
    for row in engine.scan(b"r") {
        let row = row?;
        let RequestRow {
            first,
            count,
            at_ms,
        } = engine.decode(&row.key, &row.value)?;
        let key = hex(&row.key[1..]);
        lines.line(&Record::Request {
            key,
            first,
            count,
            at: time(at_ms),
        })?;
    }
    for row in engine.scan(b"a") {
        let row = row?;
        let (at_ms, counter) = keys::audit_parts(&row.key);
        let entry = engine.decode(&row.key, &row.value)?;
        lines.line(&Record::Audit {
            at: time(at_ms),
            counter,
            entry,
        })?;
    }
    Ok(())
}
