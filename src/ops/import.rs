//! Imports the lines of an export: they are checked as a whole first, then written in parts.
//!
//! Existing entities are left as they are, so that an import may be repeated, even after one that broke off.

mod records;

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, BufWriter, Write},
    path::Path,
};

use chrono::{DateTime, Utc};

use self::records::{Messages, Part};
use super::{
    ask::Imported,
    handle::{Store, blocking},
    op::Op,
    sends,
};
use crate::{
    bulletin::canonical_url,
    policy::audit::Actor,
    store::{
        Refusal, Result, StoreError, private,
        record::{Header, Record, VERSION},
        refused,
    },
};

/// The number of lines that are committed together.
const PART: usize = 500;

pub(super) type Lines = Box<dyn Iterator<Item = io::Result<String>> + Send>;

type Numbered = Box<dyn Iterator<Item = (u64, io::Result<String>)> + Send>;

impl Store {
    /// Imports an export. It is idempotent, preserves numbers, and rejects a number that another bulletin has before
    /// anything is written. Queued deliveries are imported only `with_queue`.
    ///
    /// # Errors
    /// Fails if the lines are not an export or are one of a newer program, if a number is taken, or if a write
    /// fails.
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
        // The lines can be read once, and must be checked before the first one is written.
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

/// Reads some lines of an export, after its header if `has_header` requires it: as records, and as they are.
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

/// Rejects a number that another bulletin or delivery has.
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
                 a new state directory",
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
                "delivery {} differs between this store and the export; nothing was imported: import \
                 into a new state directory",
                theirs.id
            )))
        }
        _ => Ok(()),
    }
}
