//! An export's lines become rows again: checked whole first, then written in parts.
//!
//! What is here already is left as it is, so that an import may be repeated, also after one that
//! broke off.

use std::{
    collections::HashMap,
    fs::{self, File},
    io::{self, BufRead, BufReader, BufWriter, Write},
    path::Path,
};

use super::{
    Imported, Refusal, StoreError, archive,
    block::Slot,
    books::Books,
    change::Change,
    error::{Result, refused},
    keys, manner, private,
    record::{
        BulletinRecord, ChannelRecord, DeliveryRecord, Header, Record, SourceRecord, VERSION, unhex,
    },
    rows::{Baseline, BulletinRow, ChannelRow, RequestRow, SeenValue},
};
use crate::bulletin::{
    BulletinState, ChannelId, DeliveryKind, DeliveryState, MessageRef, SeenKey, SourceId,
    canonical_url,
};

/// Lines that are committed together.
const PART: usize = 500;

pub(super) type Lines = Box<dyn Iterator<Item = io::Result<String>> + Send>;

pub(super) fn import(books: &mut Books, lines: Lines, with_queue: bool) -> Result<Imported> {
    if let Some(why) = books.disk_low() {
        return Err(Refusal::DiskLow(why).into());
    }
    // The lines come once, and must be checked before the first one is written.
    let state = books.engine.path().parent().unwrap_or(Path::new("."));
    let copy = state.join("import.part");
    let imported = check(books, lines, &copy).and_then(|()| write(books, &copy, with_queue));
    let _ = fs::remove_file(&copy);
    imported
}

fn check(books: &Books, lines: Lines, copy: &Path) -> Result<()> {
    let unwritable =
        |error: &io::Error| refused(format!("cannot write {}: {error}", copy.display()));
    let mut kept = BufWriter::new(private::file(copy).map_err(|error| unwritable(&error))?);
    let mut is_first = true;
    for (number, line) in (1..).zip(lines) {
        let line = line.map_err(|error| unreadable(number, &error))?;
        if line.trim().is_empty() {
            continue;
        }
        if is_first {
            check_header(&line)?;
            is_first = false;
            continue;
        }
        let record = serde_json::from_str(&line).map_err(|error| unreadable(number, &error))?;
        check_record(books, &record)?;
        writeln!(kept, "{line}").map_err(|error| unwritable(&error))?;
    }
    if is_first {
        return Err(refused(
            "the export is empty; nothing was imported".to_owned(),
        ));
    }
    kept.flush().map_err(|error| unwritable(&error))
}

fn unreadable(line: u64, why: &dyn std::fmt::Display) -> StoreError {
    refused(format!(
        "line {line} of the export cannot be read: {why}; nothing was imported"
    ))
}

fn check_header(line: &str) -> Result<()> {
    let header: Header = serde_json::from_str(line).map_err(|error| unreadable(1, &error))?;
    if header.version > VERSION {
        return Err(refused(format!(
            "the export was written by a newer noticast (version {}; this one knows {VERSION}); \
             import it with that one",
            header.version
        )));
    }
    Ok(())
}

/// A number that another bulletin or delivery holds is refused.
fn check_record(books: &Books, record: &Record) -> Result<()> {
    match record {
        Record::Bulletin(record) => {
            let theirs = &record.bulletin;
            let ours: Option<BulletinRow> = books.engine.get(&keys::bulletin(theirs.id.0))?;
            let Some(ours) = ours else { return Ok(()) };
            let is_same = books.names().source(ours.source).as_ref() == Some(&theirs.source)
                && (canonical_url(&ours.url) == canonical_url(&theirs.url)
                    || ours
                        .titles
                        .iter()
                        .any(|title| record.titles.contains(title)));
            if is_same {
                return Ok(());
            }
            Err(refused(format!(
                "number {} is `{}` here and `{}` in the export; nothing was imported: import into \
                 a new state folder",
                theirs.id, ours.title, theirs.title
            )))
        }
        Record::Delivery(record) => {
            let theirs = &record.delivery;
            let ours = super::block::slot(&books.engine, theirs.id.0)?;
            let is_same = ours.is_none_or(|ours| {
                books.names().channel(ours.channel).as_ref() == Some(&theirs.channel)
                    && ours.bulletin == theirs.bulletin.map(|id| id.0)
                    && ours.kind == theirs.kind
            });
            if is_same {
                return Ok(());
            }
            Err(refused(format!(
                "delivery {} is another one here than in the export; nothing was imported: import \
                 into a new state folder",
                theirs.id
            )))
        }
        _ => Ok(()),
    }
}

fn write(books: &mut Books, copy: &Path, with_queue: bool) -> Result<Imported> {
    let file = File::open(copy).map_err(|error| unreadable(0, &error))?;
    let mut part = Part {
        change: books.change(),
        books,
        with_queue,
        run: None,
        messages: HashMap::new(),
        imported: Imported::default(),
    };
    for (number, line) in BufReader::new(file).lines().enumerate() {
        let line = line.map_err(|error| unreadable(0, &error))?;
        let record = serde_json::from_str(&line).map_err(|error| unreadable(0, &error))?;
        part.add(record)?;
        if number % PART == PART - 1 {
            part.commit()?;
        }
    }
    part.commit()?;
    part.add_messages()?;
    part.commit()?;
    let imported = part.imported;
    books.reload()?;
    Ok(imported)
}

struct Part<'a> {
    books: &'a mut Books,
    change: Change,
    with_queue: bool,
    /// Deliveries of one bulletin with consecutive numbers: bulletin, first, count.
    run: Option<(u64, u64, u32)>,
    /// Deliveries that were one message.
    messages: HashMap<(u32, MessageRef), Vec<u64>>,
    imported: Imported,
}

impl Part<'_> {
    fn commit(&mut self) -> Result<()> {
        let next = self.books.change();
        self.books
            .commit(std::mem::replace(&mut self.change, next))?;
        self.change = self.books.change();
        Ok(())
    }

    fn source(&mut self, id: &SourceId) -> u32 {
        self.change.intern_source(self.books, id)
    }

    fn channel(&mut self, id: &ChannelId) -> u32 {
        self.change.intern_channel(self.books, id)
    }

    fn is_new(&self, key: &[u8]) -> Result<bool> {
        Ok(self.books.engine.raw(key)?.is_none())
    }

    fn add(&mut self, record: Record) -> Result<()> {
        match record {
            Record::Count {
                next_bulletin,
                next_delivery,
                update_offset,
            } => {
                let counts = &mut self.change.counts;
                counts.next_bulletin = counts.next_bulletin.max(next_bulletin);
                counts.next_delivery = counts.next_delivery.max(next_delivery);
                if self.is_new(keys::OFFSET)? {
                    self.change
                        .writes
                        .put(keys::OFFSET.to_vec(), &update_offset);
                }
                Ok(())
            }
            Record::Moved { from, to } => {
                if self.is_new(&keys::moved(from))? {
                    self.change
                        .writes
                        .set(keys::moved(from), to.to_be_bytes().to_vec());
                }
                Ok(())
            }
            Record::Source(record) => self.add_source(&record),
            Record::Channel(record) => self.add_channel(record),
            Record::AddedSource(source) => {
                let key = keys::added(source.id.as_str());
                if self.is_new(&key)? {
                    self.change.writes.put(key, &source);
                }
                Ok(())
            }
            Record::Chat { id, chat } => {
                let key = keys::chat(self.channel(&id));
                if self.is_new(&key)? {
                    self.change.writes.put(key, &chat);
                }
                Ok(())
            }
            Record::Bulletin(record) => self.add_bulletin(*record),
            Record::Recent { bulletin, row } => {
                if self.is_new(&keys::recent(bulletin))? {
                    let due = row.next_ms(self.books.recents.done_ms());
                    self.change.plan_reading(bulletin, Some(due));
                    self.change.writes.put(keys::recent(bulletin), &row);
                }
                Ok(())
            }
            Record::Seen {
                source,
                key,
                bulletin,
                had_guid,
                is_shared,
            } => {
                let Some(key) = unhex(&key) else {
                    return Ok(());
                };
                let key = keys::seen(self.source(&source), SeenKey(key));
                if self.is_new(&key)? {
                    let seen = SeenValue {
                        bulletin,
                        had_guid,
                        is_shared,
                    };
                    self.change.writes.set(key, seen.encode());
                }
                Ok(())
            }
            Record::Titled {
                source,
                key,
                bulletin,
                addresses,
            } => {
                let Some(key) = unhex(&key) else {
                    return Ok(());
                };
                let key = keys::titled_as(self.source(&source), SeenKey(key), bulletin);
                if self.is_new(&key)? {
                    self.change.writes.set(key, vec![addresses]);
                }
                Ok(())
            }
            Record::Note { first, text } => {
                if self.is_new(&keys::note(first))? {
                    self.change.writes.put(keys::note(first), &text);
                }
                Ok(())
            }
            Record::Delivery(record) => self.add_delivery(*record),
            Record::Request {
                key,
                first,
                count,
                at,
            } => {
                let Some(key) = unhex(&key) else {
                    return Ok(());
                };
                let row = RequestRow {
                    first,
                    count,
                    at_ms: at.timestamp_millis(),
                };
                self.change.writes.put(keys::request_hash(&key), &row);
                Ok(())
            }
            Record::Audit { at, counter, entry } => {
                self.change
                    .writes
                    .put(keys::audit(at.timestamp_millis(), counter), &entry);
                Ok(())
            }
        }
    }

    fn add_source(&mut self, record: &SourceRecord) -> Result<()> {
        let number = self.source(&record.id);
        let row = self.change.source(self.books, number);
        if row.baseline.is_some() || !record.has_baseline {
            return Ok(());
        }
        row.fingerprint = unhex(&record.fingerprint).unwrap_or_default();
        row.baseline = Some(Baseline {
            oldest: record.oldest,
        });
        row.newest = record.newest;
        row.fragments_tell = record.fragments_tell;
        self.change
            .writes
            .put(keys::last_page(number), &record.page);
        self.change.writes.put(keys::look(number), &record.look);
        Ok(())
    }

    fn add_channel(&mut self, record: ChannelRecord) -> Result<()> {
        let number = self.channel(&record.id);
        let row = self.change.channel(self.books, number);
        if *row == ChannelRow::default() {
            row.blocked = record
                .blocked
                .map(|(why, since)| (why, since.timestamp_millis()));
            row.error = record.error;
        }
        row.sent = row.sent.max(record.sent);
        row.failed = row.failed.max(record.failed);
        Ok(())
    }

    fn add_bulletin(&mut self, record: BulletinRecord) -> Result<()> {
        let bulletin = record.bulletin;
        let id = bulletin.id.0;
        if !self.is_new(&keys::bulletin(id))? {
            self.imported.already_there += 1;
            return Ok(());
        }
        let source = self.source(&bulletin.source);
        let row = BulletinRow {
            source,
            also: bulletin.also.iter().map(|also| self.source(also)).collect(),
            url: bulletin.url,
            title: bulletin.title,
            summary: bulletin.summary,
            publisher: bulletin.publisher,
            published: bulletin.published,
            deadline: bulletin.deadline,
            attachments: bulletin.attachments,
            first_seen_ms: bulletin.first_seen.timestamp_millis(),
            state: bulletin.state,
            cause: bulletin.cause,
            revision: bulletin.revision,
            titles: record.titles,
        };
        archive::write_new(&mut self.change.writes, id, &row, None);
        let text = record.text.as_deref().unwrap_or_default();
        let as_published = record.text_as_published.as_deref();
        archive::write_text(&mut self.change.writes, id, text, as_published);
        if let Some(history) = &record.history {
            self.change.writes.put(keys::history(id), history);
        }
        if !record.said.is_empty() {
            self.change.writes.put(keys::said(id), &record.said);
        }
        let kept = self.change.source(self.books, source);
        kept.bulletins += 1;
        if row.state == BulletinState::Held {
            kept.held += 1;
            self.change.writes.set(keys::held(id), Vec::new());
        }
        let counts = &mut self.change.counts;
        counts.bulletins += 1;
        counts.next_bulletin = counts.next_bulletin.max(id + 1);
        self.imported.bulletins += 1;
        Ok(())
    }

    fn add_delivery(&mut self, record: DeliveryRecord) -> Result<()> {
        let delivery = record.delivery;
        let id = delivery.id.0;
        let channel = self.channel(&delivery.channel);
        let queued_ms = delivery.queued_at.timestamp_millis();
        let bulletin = delivery.bulletin.map(|id| id.0);
        let mut slot = Slot::new(channel, bulletin, delivery.kind, queued_ms);
        slot.state = delivery.state;
        slot.attempts = delivery.attempts;
        slot.message = delivery.message;
        slot.doubts = record.doubts;
        slot.note = record.note_of;
        slot.set_due_ms(delivery.due_at.timestamp_millis());
        slot.set_begun_ms(record.begun_at.map(|at| at.timestamp_millis()));
        slot.set_ended_ms(record.ended_at.map(|at| at.timestamp_millis()));
        let is_told = (slot.kind, slot.state) == (DeliveryKind::New, DeliveryState::Sent);
        if let Some(message) = slot.message.clone().filter(|_| is_told) {
            self.messages
                .entry((channel, message))
                .or_default()
                .push(id);
        }
        let is_here = self.change.slot(&self.books.engine, id)?.is_some();
        if is_here || (slot.is_unfinished() && !self.with_queue) {
            return Ok(());
        }
        if let Some(error) = delivery.error {
            slot.has_error = true;
            self.change.writes.put(keys::error(id), &error);
        }
        self.change.set_slot(&self.books.engine, id, slot)?;
        self.change.counts.next_delivery = self.change.counts.next_delivery.max(id + 1);
        self.imported.deliveries += 1;
        if let Some(bulletin) = bulletin {
            self.extend_run(bulletin, id);
        }
        Ok(())
    }

    /// What stands in one message is edited as one.
    fn add_messages(&mut self) -> Result<()> {
        for ((channel, message), ids) in std::mem::take(&mut self.messages) {
            if ids.len() > 1 {
                let members = manner::by_source(self.books, &mut self.change, ids)?.concat();
                let key = keys::members(channel, &message);
                self.change.writes.put(key, &members);
            }
        }
        Ok(())
    }

    fn extend_run(&mut self, bulletin: u64, id: u64) {
        let run = match self.run {
            Some((same, first, count)) if same == bulletin && first + u64::from(count) == id => {
                (bulletin, first, count + 1)
            }
            _ => (bulletin, id, 1),
        };
        self.run = Some(run);
        let (_, first, count) = run;
        self.change
            .writes
            .set(keys::run(bulletin, first), count.to_be_bytes().to_vec());
    }
}
