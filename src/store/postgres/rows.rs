//! Converts rows to entities, and numbers to those of the database.

use serde::{Serialize, de::DeserializeOwned};
use tokio_postgres::{
    Row,
    types::{FromSql, Json},
};

use crate::{
    bulletin::{
        Bulletin, ChannelId, Delivery, DeliveryKind, DeliveryState, MessageRef, Reason, SourceId,
    },
    policy::{
        facts::{Archived, ChannelFacts, OutboxEntry, Readers},
        leases::{Lease, LeaseKey},
    },
    store::error::{Result, refused},
};

/// Converts a number, or a hash of 64 bits, to the form in the database.
pub(super) fn signed(number: u64) -> i64 {
    number.cast_signed()
}

pub(super) fn unsigned(number: i64) -> u64 {
    number.cast_unsigned()
}

pub(super) fn all_signed(numbers: &[u64]) -> Vec<i64> {
    numbers.iter().copied().map(signed).collect()
}

pub(super) fn all_unsigned(numbers: Vec<i64>) -> Vec<u64> {
    numbers.into_iter().map(unsigned).collect()
}

/// Converts text for the database: the one character that it rejects is replaced.
pub(super) fn text(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

pub(super) fn reason(reason: &Reason) -> String {
    text(&String::from(reason.clone()))
}

/// Reads a column; one of another type is a sign of a schema which this program does not know.
pub(super) fn get<'a, T: FromSql<'a>>(row: &'a Row, at: usize) -> Result<T> {
    row.try_get(at).map_err(|error| unreadable(&error))
}

/// Returns the first column of each row.
pub(super) fn firsts<T: for<'a> FromSql<'a>>(rows: &[Row]) -> Result<Vec<T>> {
    rows.iter().map(|row| get(row, 0)).collect()
}

pub(super) fn json<T: DeserializeOwned>(row: &Row, at: usize) -> Result<T> {
    let Json(value) = get(row, at)?;
    Ok(value)
}

pub(super) fn json_or_none<T: DeserializeOwned>(row: &Row, at: usize) -> Result<Option<T>> {
    let value: Option<Json<T>> = get(row, at)?;
    Ok(value.map(|Json(value)| value))
}

pub(super) fn source_id(row: &Row, at: usize) -> Result<SourceId> {
    let id: String = get(row, at)?;
    id.parse().map_err(|error| unreadable(&error))
}

pub(super) fn channel_id(row: &Row, at: usize) -> Result<ChannelId> {
    let id: String = get(row, at)?;
    id.parse().map_err(|error| unreadable(&error))
}

fn unreadable(why: &dyn std::fmt::Display) -> crate::store::error::StoreError {
    refused(format!(
        "the database contains data that noticast never wrote: {why}"
    ))
}

/// Returns the word for a state or kind, which exports use too.
pub(super) fn word<T: Serialize>(value: &T) -> String {
    let word = serde_json::to_value(value).ok();
    let word = word.and_then(|word| word.as_str().map(str::to_owned));
    word.unwrap_or_default()
}

fn from_word<T: DeserializeOwned>(word: String) -> Result<T> {
    serde_json::from_value(word.into()).map_err(|error| unreadable(&error))
}

pub(super) const BULLETIN: &str = "b.bulletin, b.titles";

/// Reads the columns of [`BULLETIN`] from `at` on.
pub(super) fn archived(row: &Row, at: usize) -> Result<Archived> {
    let bulletin: Bulletin = json(row, at)?;
    Ok(Archived::of(bulletin, all_unsigned(get(row, at + 1)?)))
}

pub(super) const ENTRY: &str = "d.id, d.channel, d.bulletin, d.kind, d.state, d.attempts, d.doubts, \
    d.note, d.has_error, d.message, d.queued_ms, d.due_ms, d.begun_ms, d.ended_ms";
pub(super) const ENTRY_COLUMNS: usize = 14;

/// Reads the columns of [`ENTRY`], which are the first ones.
pub(super) fn entry(row: &Row) -> Result<(u64, OutboxEntry)> {
    let number = |at| get::<Option<i64>>(row, at).map(|number| number.map(unsigned));
    let kind: DeliveryKind = from_word(get(row, 3)?)?;
    let state: DeliveryState = from_word(get(row, 4)?)?;
    let entry = OutboxEntry {
        channel: channel_id(row, 1)?,
        bulletin: number(2)?,
        kind,
        state,
        attempts: get::<i32>(row, 5)?.cast_unsigned(),
        doubts: u8::try_from(get::<i16>(row, 6)?).unwrap_or(u8::MAX),
        note: number(7)?,
        has_error: get(row, 8)?,
        message: get::<Option<String>>(row, 9)?.map(MessageRef),
        queued_ms: get(row, 10)?,
        due_ms: get(row, 11)?,
        begun_ms: get(row, 12)?,
        ended_ms: get(row, 13)?,
    };
    Ok((unsigned(get(row, 0)?), entry))
}

/// The tables of a delivery with its error and its note.
pub(super) const DELIVERY: &str = "deliveries d \
    LEFT JOIN delivery_errors e ON e.delivery = d.id AND d.has_error \
    LEFT JOIN notes n ON n.first = d.note";

/// Reads the columns of [`ENTRY`], then error and note.
pub(super) fn delivery(row: &Row) -> Result<Delivery> {
    let (id, entry) = entry(row)?;
    let error = get::<Option<String>>(row, ENTRY_COLUMNS)?;
    let note = get(row, ENTRY_COLUMNS + 1)?;
    Ok(entry.delivery(id, error.map(Reason::from), note))
}

pub(super) fn entries(rows: &[Row]) -> Result<Vec<(u64, OutboxEntry)>> {
    rows.iter().map(entry).collect()
}

/// The columns of [`facts`], which are the first ones.
pub(super) const FACTS: &str = "blocked_why, blocked_ms, error, sent, failed";
pub(super) const FACT_COLUMNS: usize = 5;

pub(super) fn facts(row: &Row) -> Result<ChannelFacts> {
    let why: Option<String> = get(row, 0)?;
    Ok(ChannelFacts {
        blocked: why.map(Reason::from).zip(get(row, 1)?),
        error: get::<Option<String>>(row, 2)?.map(Reason::from),
        sent: unsigned(get(row, 3)?),
        failed: unsigned(get(row, 4)?),
    })
}

/// The columns of [`readers`], which are the first ones.
pub(super) const READERS: &str = "first, deliveries, readers";

pub(super) fn readers(row: &Row) -> Result<(u64, Readers)> {
    let readers = Readers {
        deliveries: all_unsigned(get(row, 1)?),
        readers: all_unsigned(get(row, 2)?),
    };
    Ok((unsigned(get(row, 0)?), readers))
}

/// The query for one lease, by its kind and name.
pub(super) const LEASE: &str =
    "SELECT name, kind, epoch, worker FROM leases WHERE kind = $1 AND name = $2";

pub(super) fn lease_parts(key: &LeaseKey) -> (&'static str, &str) {
    match key {
        LeaseKey::Source(id) => ("source", id.as_str()),
        LeaseKey::Sender(name) => ("sender", name),
    }
}

pub(super) fn lease(row: &Row) -> Result<Lease> {
    Ok(Lease {
        epoch: unsigned(get(row, 2)?),
        worker: get(row, 3)?,
    })
}
