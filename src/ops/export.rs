//! Exports everything that matters, as lines of JSON, while the program runs.
//!
//! The export is consistent without stopping the writer: data that changes is taken at one moment ([`Moment`]), and
//! of data that only grows, later numbers are left out. A poll state must never be newer than the bulletins of its
//! page, or a restored store would consider their page known.

use std::io;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::op::Op;
use crate::{
    bulletin::{Reason, SourceId},
    policy::facts::time,
    store::{
        Reader, Result,
        record::{ChannelRecord, Header, Record, SourceRecord, VERSION, WITHOUT_CHANNELS, hex},
        refused,
    },
};

/// The small data that changes, at one moment.
pub(super) struct Moment {
    records: Vec<Record>,
    /// The first bulletin that is not in this export.
    end: u64,
}

impl Moment {
    pub(super) fn end(&self) -> u64 {
        self.end
    }

    /// Returns the version of this export. An older program does not know channels in the store, and must not import
    /// an export without them.
    fn version(&self) -> u32 {
        let mut records = self.records.iter();
        match records.any(|record| matches!(record, Record::AddedChannel(_))) {
            true => VERSION,
            false => WITHOUT_CHANNELS,
        }
    }
}

/// The place of the secrets of channels that are in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelSecrets {
    StayHere,
    GoAlong,
}

pub(super) fn moment(op: &mut Op<'_>, secrets: ChannelSecrets) -> Result<Moment> {
    let counts = op.tx.counts();
    let mut records = vec![Record::Count {
        next_bulletin: counts.next_bulletin,
        next_delivery: counts.next_delivery,
        update_offset: op.tx.update_offset()?,
    }];
    let moved = op.tx.moved_chats();
    let moved = moved.iter();
    records.extend(moved.map(|(&from, &to)| Record::Moved { from, to }));
    for id in op.tx.sources() {
        records.push(source(op, id)?);
    }
    for id in op.tx.channels() {
        let facts = op.tx.channel(&id);
        records.push(Record::Channel(ChannelRecord {
            id,
            blocked_kind: facts.blocked.as_ref().and_then(|(why, _)| why.kind()),
            error_kind: facts.error.as_ref().and_then(Reason::kind),
            blocked: facts.blocked.map(|(why, since)| (why, time(since))),
            error: facts.error,
            sent: facts.sent,
            failed: facts.failed,
        }));
    }
    let added = op.tx.added();
    records.extend(added.iter().cloned().map(Record::AddedSource));
    let added = op.tx.added_channels();
    records.extend(added.iter().map(|channel| match secrets {
        ChannelSecrets::StayHere => Record::AddedChannel(channel.without_secrets()),
        ChannelSecrets::GoAlong => Record::AddedChannel(channel.clone()),
    }));
    for (id, known) in op.tx.chats().all() {
        let (id, chat) = (id.clone(), known.chat.clone());
        records.push(Record::Chat { id, chat });
    }
    records.extend(op.tx.tokens()?.into_iter().map(Record::Token));
    Ok(Moment {
        records,
        end: counts.next_bulletin,
    })
}

fn source(op: &mut Op<'_>, id: SourceId) -> Result<Record> {
    let facts = op.tx.source(&id);
    Ok(Record::Source(Box::new(SourceRecord {
        fingerprint: hex(&facts.fingerprint),
        has_baseline: facts.baseline.is_some(),
        oldest: facts.baseline.and_then(|baseline| baseline.oldest),
        newest: facts.newest,
        fragments_distinguish: facts.fragments_distinguish,
        page: op.tx.last_page(&id)?,
        poll: op.tx.poll_state(&id),
        id,
    })))
}

/// Writes all lines, each with its line feed; returns the number of bulletins.
pub(super) fn export(
    reader: &dyn Reader,
    moment: &Moment,
    now: DateTime<Utc>,
    write: &mut dyn FnMut(&str) -> io::Result<()>,
) -> Result<u64> {
    let header = Header {
        noticast: "export".to_owned(),
        version: moment.version(),
        at: now,
    };
    line(write, &header)?;
    for record in &moment.records {
        line(write, record)?;
    }
    reader.export(moment.end, &mut |record| line(write, &record))
}

fn line<T: Serialize>(write: &mut dyn FnMut(&str) -> io::Result<()>, record: &T) -> Result<()> {
    let unwritten = |why: String| refused(format!("cannot write the export: {why}"));
    let mut line = serde_json::to_string(record).map_err(|error| unwritten(error.to_string()))?;
    line.push('\n');
    write(&line).map_err(|error| unwritten(error.to_string()))
}
