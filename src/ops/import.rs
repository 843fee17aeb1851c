//! An export's lines become entities again: checked whole first, then written in parts.
//!
//! What is here already is left as it is, so that an import may be repeated, also after one that
//! broke off.

use std::{
    collections::HashMap,
    fs::{self, File},
    io::{self, BufRead, BufReader, BufWriter, Write},
    path::Path,
};

use chrono::{DateTime, Utc};

use super::{
    ask::Imported,
    handle::{Store, blocking},
    op::Op,
    sends,
};
use crate::{
    bulletin::{
        BulletinState, ChannelId, DeliveryKind, DeliveryState, MessageRef, SeenKey, canonical_url,
    },
    policy::{
        audit::{Actor, AuditPlace},
        facts::{
            Archived, Baseline, ChannelFacts, LookState, OutboxEntry, Request, RequestKey, Seen,
        },
        twins::face,
    },
    store::{
        Refusal, Result, StoreError, private,
        record::{
            BulletinRecord, ChannelRecord, DeliveryRecord, Header, Record, SourceRecord, VERSION,
            unhex,
        },
        refused,
    },
};

/// Lines that are committed together.
const PART: usize = 500;

pub(super) type Lines = Box<dyn Iterator<Item = io::Result<String>> + Send>;

type Numbered = Box<dyn Iterator<Item = (u64, io::Result<String>)> + Send>;

/// Deliveries that were one message, by their channel and its name.
type Messages = HashMap<(ChannelId, MessageRef), Vec<u64>>;

impl Store {
    /// Idempotent, keeps numbers, refuses a number that another bulletin holds before anything is
    /// written. Queued deliveries come along only `with_queue`.
    ///
    /// # Errors
    /// The lines are no export, or one of a newer program; a number is taken; a write failed.
    pub async fn import(
        &self,
        lines: Lines,
        with_queue: bool,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<Imported> {
        if let Some(why) = self.engine.disk_low() {
            return Err(Refusal::DiskLow(why).into());
        }
        // The lines come once, and must be checked before the first one is written.
        let copy = match self.engine.state_folder() {
            Some(state) => state.join("import.part"),
            None => std::env::temp_dir().join(format!("noticast-{}.part", fastrand::u64(..))),
        };
        let imported = match self.check_import(lines, &copy).await {
            Ok(()) => self.write_import(&copy, with_queue, by, now).await,
            Err(error) => Err(error),
        };
        let _ = fs::remove_file(&copy);
        imported
    }

    async fn check_import(&self, lines: Lines, copy: &Path) -> Result<()> {
        let mut lines: Numbered = Box::new((1..).zip(lines));
        let path = copy.to_owned();
        let unwritable =
            move |error: &io::Error| refused(format!("cannot write {}: {error}", path.display()));
        let kept = private::file(copy).map_err(|error| unwritable(&error))?;
        let mut kept = BufWriter::new(kept);
        let mut has_header = false;
        loop {
            let part = blocking(move || {
                let (records, texts) = read_part(&mut lines, has_header)?;
                Ok((lines, records, texts))
            });
            let (rest, records, texts) = part.await?;
            lines = rest;
            for text in &texts {
                writeln!(kept, "{text}").map_err(|error| unwritable(&error))?;
            }
            if records.is_empty() {
                break;
            }
            has_header = true;
            self.ask(move |op| {
                records
                    .iter()
                    .try_for_each(|record| check_record(op, record))
            })
            .await??;
        }
        kept.flush().map_err(|error| unwritable(&error))
    }

    async fn write_import(
        &self,
        copy: &Path,
        with_queue: bool,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<Imported> {
        let file = File::open(copy).map_err(|error| unreadable(0, &error))?;
        let mut lines = BufReader::new(file).lines();
        let mut messages = Messages::new();
        let mut imported = Imported::default();
        loop {
            let part = blocking(move || {
                let part = lines.by_ref().take(PART);
                let records = part.map(|line| {
                    let line = line.map_err(|error| unreadable(0, &error))?;
                    serde_json::from_str(&line).map_err(|error| unreadable(0, &error))
                });
                let records: Vec<Record> = records.collect::<Result<_>>()?;
                Ok((lines, records))
            });
            let (rest, records) = part.await?;
            lines = rest;
            if records.is_empty() {
                break;
            }
            let mut counted = imported;
            let mut known = messages;
            (imported, messages) = self
                .write(move |op| {
                    let mut part = Part {
                        op,
                        with_queue,
                        now,
                        messages: &mut known,
                        imported: &mut counted,
                    };
                    for record in records {
                        part.add(record)?;
                    }
                    Ok((counted, known))
                })
                .await?;
        }
        let by = by.clone();
        self.write(move |op| {
            let several = messages.into_iter().filter(|(_, ids)| ids.len() > 1);
            for ((channel, message), ids) in several {
                sends::remember_members(op, &channel, &message, ids)?;
            }
            op.tx.wake_senders();
            let (bulletins, deliveries) = (imported.bulletins, imported.deliveries);
            let what = format!("{bulletins} bulletins, {deliveries} deliveries");
            op.log(&by, ("import", "export"), &what, now);
            Ok(imported)
        })
        .await
    }
}

/// Some lines of an export, after its header where that is to come: as records, and as they are.
fn read_part(lines: &mut Numbered, mut has_header: bool) -> Result<(Vec<Record>, Vec<String>)> {
    let (mut records, mut texts) = (Vec::new(), Vec::new());
    for (number, line) in lines {
        let line = line.map_err(|error| unreadable(number, &error))?;
        if line.trim().is_empty() {
            continue;
        }
        if !has_header {
            check_header(&line)?;
            has_header = true;
            continue;
        }
        let record = serde_json::from_str(&line).map_err(|error| unreadable(number, &error))?;
        records.push(record);
        texts.push(line);
        if records.len() == PART {
            break;
        }
    }
    match has_header {
        true => Ok((records, texts)),
        false => Err(refused(
            "the export is empty; nothing was imported".to_owned(),
        )),
    }
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
fn check_record(op: &mut Op<'_>, record: &Record) -> Result<()> {
    match record {
        Record::Bulletin(record) => {
            let theirs = &record.bulletin;
            let Some(ours) = op.tx.bulletin(theirs.id.0)? else {
                return Ok(());
            };
            let mut titles = ours.titles.iter();
            let is_same = ours.source == theirs.source
                && (canonical_url(&ours.url) == canonical_url(&theirs.url)
                    || titles.any(|title| record.titles.contains(title)));
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
            let ours = op.tx.delivery(theirs.id.0)?;
            let is_same = ours.is_none_or(|ours| {
                ours.channel == theirs.channel
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

struct Part<'a, 'tx> {
    op: &'a mut Op<'tx>,
    with_queue: bool,
    now: DateTime<Utc>,
    messages: &'a mut Messages,
    imported: &'a mut Imported,
}

impl Part<'_, '_> {
    fn add(&mut self, record: Record) -> Result<()> {
        match record {
            Record::Count {
                next_bulletin,
                next_delivery,
                update_offset,
            } => {
                self.op.tx.reserve_numbers(next_bulletin, next_delivery);
                if self.op.tx.update_offset()? == 0 {
                    self.op.tx.set_update_offset(update_offset);
                }
            }
            Record::Moved { from, to } => {
                if !self.op.tx.moved_chats().contains_key(&from) {
                    self.op.tx.set_moved(from, Some(to));
                }
            }
            Record::Source(record) => self.add_source(*record),
            Record::Channel(record) => self.add_channel(record),
            Record::AddedSource(source) => {
                let added = self.op.tx.added();
                if !added.iter().any(|known| known.id == source.id) {
                    self.op.tx.set_added(source);
                }
            }
            Record::Token(token) => {
                if self.op.tx.token(&token.id)?.is_none() {
                    self.op.tx.set_token(&token);
                }
            }
            Record::Chat { id, chat } => {
                if self.op.tx.chat(&id).is_none() {
                    self.op.tx.set_chat(&id, chat);
                }
            }
            Record::Bulletin(record) => self.add_bulletin(*record)?,
            Record::Recent { bulletin, row } => {
                if self.op.tx.recent(bulletin)?.is_none() {
                    let due = row.next_ms(self.op.tx.read_until());
                    self.op.tx.plan_reading(bulletin, Some(due));
                    self.op.tx.set_recent(bulletin, Some(&row))?;
                }
            }
            Record::Note { first, text } => {
                if self.op.tx.note(first)?.is_none() {
                    self.op.tx.set_note(first, &text);
                }
            }
            Record::Delivery(record) => self.add_delivery(*record)?,
            Record::Audit { at, counter, entry } => {
                let at_ms = at.timestamp_millis();
                let place = AuditPlace { at_ms, counter };
                self.op.tx.restore_audit(place, &entry.into());
            }
            Record::Seen { .. } | Record::Titled { .. } | Record::Request { .. } => {
                self.add_keyed(record)?;
            }
        }
        Ok(())
    }

    /// Adds what is known by a hash; one that cannot be read is passed over.
    fn add_keyed(&mut self, record: Record) -> Result<()> {
        match record {
            Record::Seen {
                source,
                key,
                bulletin,
                had_guid,
                is_shared,
            } => {
                let Some(key) = unhex(&key).map(SeenKey) else {
                    return Ok(());
                };
                let is_new = self.op.tx.seen(&source, &[key])? == [None];
                if is_new {
                    let seen = Seen {
                        bulletin,
                        had_guid,
                        is_shared,
                    };
                    self.op.tx.set_seen(&source, key, seen);
                }
            }
            Record::Titled {
                source,
                key,
                bulletin,
                addresses,
            } => {
                let Some(key) = unhex(&key).map(SeenKey) else {
                    return Ok(());
                };
                if self.op.tx.addresses(&source, key, bulletin)?.is_none() {
                    self.op.tx.set_addresses(&source, key, bulletin, addresses);
                }
            }
            Record::Request {
                key,
                first,
                count,
                at,
            } => {
                let at_ms = at.timestamp_millis();
                let request = Request {
                    first,
                    count,
                    at_ms,
                };
                if let Some(key) = unhex(&key).map(RequestKey) {
                    self.op.tx.set_request(key, &request);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn add_source(&mut self, record: SourceRecord) {
        self.op.tx.enter_source(&record.id);
        let mut facts = self.op.tx.source(&record.id);
        if facts.baseline.is_some() || !record.has_baseline {
            return;
        }
        facts.fingerprint = unhex(&record.fingerprint).unwrap_or_default();
        facts.baseline = Some(Baseline {
            oldest: record.oldest,
        });
        facts.newest = record.newest;
        facts.fragments_tell = record.fragments_tell;
        self.op.tx.set_source(&record.id, facts);
        self.op.tx.set_last_page(&record.id, record.page);
        let look = record.look;
        let restore = move |state: &mut LookState| *state = look.clone();
        self.op.tx.change_look(&record.id, true, Box::new(restore));
    }

    fn add_channel(&mut self, record: ChannelRecord) {
        self.op.tx.enter_channel(&record.id);
        let mut facts = self.op.tx.channel(&record.id);
        if facts == ChannelFacts::default() {
            facts.blocked = record
                .blocked
                .map(|(why, since)| (why, since.timestamp_millis()));
            facts.error = record.error;
        }
        facts.sent = facts.sent.max(record.sent);
        facts.failed = facts.failed.max(record.failed);
        self.op.tx.set_channel(&record.id, facts);
    }

    fn add_bulletin(&mut self, record: BulletinRecord) -> Result<()> {
        let bulletin = record.bulletin;
        let id = bulletin.id.0;
        if self.op.tx.bulletin(id)?.is_some() {
            self.imported.already_there += 1;
            return Ok(());
        }
        let row = Archived::of(bulletin, record.titles);
        self.op.tx.reserve_numbers(id + 1, 0);
        self.op.set_bulletin(id, &row, self.now)?;
        let text = record.text.as_deref().unwrap_or_default();
        let as_published = record.text_as_published.as_deref();
        self.op.tx.set_text(id, text, as_published)?;
        if let Some(history) = &record.history {
            self.op.tx.set_history(id, history)?;
        }
        if !record.said.is_empty() {
            self.op.tx.set_versions(id, &record.said)?;
        }
        if row.state == BulletinState::Published {
            let text = Some(text).filter(|text| !text.is_empty());
            self.op.tx.set_face(id, face(&row, text));
        }
        let mut facts = self.op.tx.source(&row.source);
        facts.bulletins += 1;
        facts.held += u64::from(row.state == BulletinState::Held);
        self.op.tx.set_source(&row.source, facts);
        self.imported.bulletins += 1;
        Ok(())
    }

    fn add_delivery(&mut self, record: DeliveryRecord) -> Result<()> {
        let delivery = record.delivery;
        let id = delivery.id.0;
        let is_told = (delivery.kind, delivery.state) == (DeliveryKind::New, DeliveryState::Sent);
        if let Some(message) = delivery.message.clone().filter(|_| is_told) {
            let message = (delivery.channel.clone(), message);
            self.messages.entry(message).or_default().push(id);
        }
        let entry = OutboxEntry {
            channel: delivery.channel,
            bulletin: delivery.bulletin.map(|id| id.0),
            kind: delivery.kind,
            state: delivery.state,
            attempts: delivery.attempts,
            doubts: record.doubts,
            note: record.note_of,
            has_error: delivery.error.is_some(),
            message: delivery.message,
            queued_ms: delivery.queued_at.timestamp_millis(),
            due_ms: delivery.due_at.timestamp_millis(),
            begun_ms: record.begun_at.map(|at| at.timestamp_millis()),
            ended_ms: record.ended_at.map(|at| at.timestamp_millis()),
        };
        let is_here = self.op.tx.delivery(id)?.is_some();
        if is_here || (entry.is_unfinished() && !self.with_queue) {
            return Ok(());
        }
        if let Some(error) = &delivery.error {
            self.op.tx.set_error(id, Some(error));
        }
        self.op.tx.set_delivery(id, entry)?;
        self.imported.deliveries += 1;
        Ok(())
    }
}
