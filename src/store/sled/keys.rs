//! Defines the layout of the rows: one sled tree, in which the first letter of a key names the kind of the row.
//!
//! Numbers are big-endian, so that the rows have their order. Sources and channels are interned (`u32`, from 0), so
//! that each name is stored once.
//!
//! | key | value |
//! |---|---|
//! | `m` name | a value of the whole store: `schema`, `count`, `looks`, `offset`, `held`, `bot`, `again` |
//! | `S` source · `C` channel | its name |
//! | `s` source · `c` channel | its facts ([`super::rows`]) |
//! | `l` source | its poll state, where it is newer than the record of all, `mlooks` |
//! | `p` source | bulletins on its page at the last poll that changed anything |
//! | `k` source hash | seen address or guid → bulletin (8), flags (1): its row had a guid, different notices share
//! it |
//! | `t` source hash bulletin | seen title and day → the number of addresses it was seen under (1) |
//! | `b` bulletin | archive record |
//! | `T` bulletin · `U` bulletin | compressed text · text as published |
//! | `y` source bulletin | index |
//! | `N` time bulletin · `Y` source time bulletin | index by publication ([`super::read::newest`]) |
//! | `j` channel hash | deliveries that were sent as one message, by its name |
//! | `h` bulletin | index of held bulletins |
//! | `R` bulletin | rereading state of a recent bulletin ([`crate::policy::rereading`]) |
//! | `i` bulletin | its changes ([`crate::policy::facts::History`]) |
//! | `I` bulletin | its content when it was announced, once it changed ([`crate::policy::notified`]) |
//! | `f` bulletin delivery | the first of a run of its deliveries → their number (4) |
//! | `d` block | 32 deliveries of consecutive numbers ([`super::block`]) |
//! | `q` delivery | a delivery that changed since its block was written |
//! | `o` block | index of blocks that hold an unfinished or a recent delivery |
//! | `H` channel delivery | the readers of a message that not all readers of its channel have
//! ([`crate::policy::facts::Readers`]) |
//! | `e` delivery | why its last attempt failed |
//! | `n` delivery | note or text of a run of deliveries that begins with it |
//! | `r` hash | rebroadcast that was requested under this request id |
//! | `A` ms counter | audit log ([`super::audit`]) |
//! | `a` ms counter | the same, as earlier programs wrote it; such entries are read until they are too old |
//! | `G` name | a source that is in the store, as JSON |
//! | `g` name | the same, as earlier programs wrote it, from chats only |
//! | `P` name | a channel that is in the store, as JSON with its secrets |
//! | `u` channel | what a chat that subscribed itself wants to receive |
//! | `w` delivery | the report that is owed for a run of deliveries |
//! | `v` chat | the chat that it became (8) |
//! | `W` worker · `L` kind name | a worker · the lease of a source or sender ([`crate::policy::leases`]) |
//! | `E` number | a change: when (ms), what ([`crate::policy::change_feed`]) |
//! | `K` id | a token or session ([`crate::policy::tokens`]) |
//! | `z` place | clients that sent wrong tokens ([`crate::policy::wrong_tokens`]) |
//! | `x` key chunk | the rest of a long value of `key` ([`super::engine`]) |

use crate::{
    bulletin::{MessageRef, SeenKey},
    policy::{audit::AuditPlace, facts::RequestKey, leases::LeaseKey},
};

pub(super) type Key = Vec<u8>;

pub(super) const SCHEMA: &[u8] = b"mschema";
pub(super) const COUNT: &[u8] = b"mcount";
pub(super) const POLL_STATES: &[u8] = b"mlooks";
pub(super) const OFFSET: &[u8] = b"moffset";
pub(super) const BOT: &[u8] = b"mbot";
pub(super) const HELD_REPORTED: &[u8] = b"mheld";
pub(super) const READ_AGAIN: &[u8] = b"magain";
pub(super) const AUDIT: u8 = b'A';
pub(super) const OLD_AUDIT: u8 = b'a';
pub(super) const NOTES: u8 = b'n';
pub(super) const READERS: &[u8] = b"H";
pub(super) const TOKENS: &[u8] = b"K";

fn key(kind: u8, parts: &[&[u8]]) -> Key {
    let mut key = vec![kind];
    parts.iter().for_each(|part| key.extend_from_slice(part));
    key
}

fn numbered(kind: u8, number: u64) -> Key {
    key(kind, &[&number.to_be_bytes()])
}

fn interned(kind: u8, number: u32) -> Key {
    key(kind, &[&number.to_be_bytes()])
}

pub(super) fn source_name(source: u32) -> Key {
    interned(b'S', source)
}
pub(super) fn channel_name(channel: u32) -> Key {
    interned(b'C', channel)
}
pub(super) fn source(source: u32) -> Key {
    interned(b's', source)
}
pub(super) fn channel(channel: u32) -> Key {
    interned(b'c', channel)
}
pub(super) fn chat(channel: u32) -> Key {
    interned(b'u', channel)
}
pub(super) fn added(source: &str) -> Key {
    key(b'G', &[source.as_bytes()])
}
pub(super) fn added_channel(channel: &str) -> Key {
    key(b'P', &[channel.as_bytes()])
}
pub(super) fn old_added(source: &str) -> Key {
    key(b'g', &[source.as_bytes()])
}
pub(super) fn report(first: u64) -> Key {
    numbered(b'w', first)
}
pub(super) fn poll(source: u32) -> Key {
    interned(b'l', source)
}
pub(super) fn last_page(source: u32) -> Key {
    interned(b'p', source)
}
pub(super) fn seen(source: u32, seen: SeenKey) -> Key {
    key(b'k', &[&source.to_be_bytes(), &seen.0])
}
/// Returns the prefix of all bulletins of `source` under one title and day.
pub(super) fn titled(source: u32, seen: SeenKey) -> Key {
    key(b't', &[&source.to_be_bytes(), &seen.0])
}
pub(super) fn titled_as(source: u32, seen: SeenKey, bulletin: u64) -> Key {
    key(
        b't',
        &[&source.to_be_bytes(), &seen.0, &bulletin.to_be_bytes()],
    )
}
pub(super) fn bulletin(id: u64) -> Key {
    numbered(b'b', id)
}
pub(super) fn text(id: u64) -> Key {
    numbered(b'T', id)
}
pub(super) fn text_as_published(id: u64) -> Key {
    numbered(b'U', id)
}
/// The length of the source's part of a [`by_source`] key, in bytes.
pub(super) const SOURCE_PREFIX: usize = 5;

pub(super) fn by_source(source: u32, bulletin: u64) -> Key {
    key(b'y', &[&source.to_be_bytes(), &bulletin.to_be_bytes()])
}
/// Encodes a time (ms) in the order of keys: the sign bit is turned, so that times before 1970 are in order too.
fn ordered(ms: i64) -> [u8; 8] {
    (ms.cast_unsigned() ^ (1 << 63)).to_be_bytes()
}
pub(super) fn newest_prefix() -> Key {
    key(b'N', &[])
}
pub(super) fn newest((ms, bulletin): (i64, u64)) -> Key {
    key(b'N', &[&ordered(ms), &bulletin.to_be_bytes()])
}
pub(super) fn newest_of_prefix(source: u32) -> Key {
    interned(b'Y', source)
}
pub(super) fn newest_of(source: u32, (ms, bulletin): (i64, u64)) -> Key {
    let (source, bulletin) = (source.to_be_bytes(), bulletin.to_be_bytes());
    key(b'Y', &[&source, &ordered(ms), &bulletin])
}
/// Returns the time (ms) and number at the end of a key of an index by publication.
pub(super) fn newest_parts(key: &[u8]) -> (i64, u64) {
    let at = key
        .len()
        .checked_sub(16)
        .map_or(0, |from| last_number(&key[..from + 8]));
    ((at ^ (1 << 63)).cast_signed(), last_number(key))
}
pub(super) fn held(bulletin: u64) -> Key {
    numbered(b'h', bulletin)
}
pub(super) fn history(bulletin: u64) -> Key {
    numbered(b'i', bulletin)
}
pub(super) fn versions(bulletin: u64) -> Key {
    numbered(b'I', bulletin)
}
pub(super) fn recent(bulletin: u64) -> Key {
    numbered(b'R', bulletin)
}
pub(super) fn members(channel: u32, message: &MessageRef) -> Key {
    let hash = blake3::hash(message.0.as_bytes());
    key(b'j', &[&channel.to_be_bytes(), &hash.as_bytes()[..12]])
}
pub(super) fn readers(channel: u32, first: u64) -> Key {
    key(b'H', &[&channel.to_be_bytes(), &first.to_be_bytes()])
}
/// Returns the prefix of all readers rows of a channel.
pub(super) fn readers_in(channel: u32) -> Key {
    interned(b'H', channel)
}
pub(super) fn run(bulletin: u64, first: u64) -> Key {
    key(b'f', &[&bulletin.to_be_bytes(), &first.to_be_bytes()])
}
pub(super) fn runs(bulletin: u64) -> Key {
    numbered(b'f', bulletin)
}
/// Returns the first and last delivery of a run, from its row.
pub(super) fn run_ends(key: &[u8], count: &[u8]) -> (u64, u64) {
    let first = last_number(key);
    let count = count
        .first_chunk()
        .map_or(0, |count| u32::from_be_bytes(*count));
    (first, first + u64::from(count).max(1) - 1)
}
pub(super) fn block(block: u64) -> Key {
    numbered(b'd', block)
}
pub(super) fn slot(delivery: u64) -> Key {
    numbered(b'q', delivery)
}
pub(super) fn open_block(block: u64) -> Key {
    numbered(b'o', block)
}
pub(super) fn error(delivery: u64) -> Key {
    numbered(b'e', delivery)
}
pub(super) fn note(first: u64) -> Key {
    numbered(NOTES, first)
}
pub(super) fn request(request: RequestKey) -> Key {
    key(b'r', &[&request.0])
}
pub(super) fn audit(place: AuditPlace) -> Key {
    audit_as(AUDIT, place)
}
/// Returns a key of the audit log, as this program or older ones write it.
pub(super) fn audit_as(kind: u8, place: AuditPlace) -> Key {
    let (at, counter) = (ordered(place.at_ms), place.counter.to_be_bytes());
    key(kind, &[&at, &counter])
}
/// Returns the place that a key of the audit log encodes.
pub(super) fn audit_place(key: &[u8]) -> AuditPlace {
    let at = key
        .get(1..9)
        .and_then(|at| at.try_into().ok())
        .map_or(0, u64::from_be_bytes);
    let counter = key
        .get(9..13)
        .and_then(|n| n.try_into().ok())
        .map_or(0, u32::from_be_bytes);
    let at_ms = (at ^ (1 << 63)).cast_signed();
    AuditPlace { at_ms, counter }
}
pub(super) fn change(number: u64) -> Key {
    numbered(b'E', number)
}
pub(super) fn token(id: &str) -> Key {
    key(b'K', &[id.as_bytes()])
}
pub(super) fn wrong_tokens(place: u16) -> Key {
    key(b'z', &[&place.to_be_bytes()])
}
pub(super) fn worker(id: &str) -> Key {
    key(b'W', &[id.as_bytes()])
}
pub(super) fn lease(of: &LeaseKey) -> Key {
    match of {
        LeaseKey::Source(id) => key(b'L', &[b"s", id.as_str().as_bytes()]),
        LeaseKey::Sender(name) => key(b'L', &[b"c", name.as_bytes()]),
    }
}
pub(super) fn moved(chat: i64) -> Key {
    key(b'v', &[&chat.to_be_bytes()])
}
pub(super) fn rest(of: &[u8], chunk: u16) -> Key {
    key(b'x', &[of, &chunk.to_be_bytes()])
}

/// Returns the number at the end of a key, or 0 if it is too short for one.
pub(super) fn last_number(key: &[u8]) -> u64 {
    key.last_chunk()
        .map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

/// Returns the interned number after the letter.
pub(super) fn interned_number(key: &[u8]) -> u32 {
    key.get(1..5)
        .and_then(|bytes| bytes.try_into().ok())
        .map_or(0, u32::from_be_bytes)
}
