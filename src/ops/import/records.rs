//! Turns records back into entities, where the place of an entity is still free.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::super::{ask::Imported, op::Op};
use crate::{
    bulletin::{
        AddedChannel, BulletinState, ChannelId, DeliveryKind, DeliveryState, MessageRef, SeenKey,
    },
    policy::{
        audit::AuditPlace,
        facts::{
            Archived, Baseline, ChannelFacts, OutboxEntry, PollState, Request, RequestKey, Seen,
        },
        twins::face,
    },
    store::{
        Result,
        record::{BulletinRecord, ChannelRecord, DeliveryRecord, Record, SourceRecord, unhex},
    },
};

/// The deliveries that were one message, by their channel and its name.
pub(super) type Messages = HashMap<(ChannelId, MessageRef), Vec<u64>>;

/// The importer of the records of one transaction.
pub(super) struct Part<'a, 'tx> {
    pub(super) op: &'a mut Op<'tx>,
    pub(super) with_queue: bool,
    pub(super) now: DateTime<Utc>,
    pub(super) messages: &'a mut Messages,
    pub(super) imported: &'a mut Imported,
}

impl Part<'_, '_> {
    pub(super) fn add(&mut self, record: Record) -> Result<()> {
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
            Record::AddedChannel(channel) => self.add_channel_of_store(channel),
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

    /// Adds a record that is identified by a hash; one that cannot be read is skipped.
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
        facts.fragments_distinguish = record.fragments_distinguish;
        self.op.tx.set_source(&record.id, facts);
        self.op.tx.set_last_page(&record.id, record.page);
        let poll = record.poll;
        let restore = move |state: &mut PollState| *state = poll.clone();
        self.op
            .tx
            .change_poll_state(&record.id, true, Box::new(restore));
    }

    fn add_channel(&mut self, record: ChannelRecord) {
        self.op.tx.enter_channel(&record.id);
        let mut facts = self.op.tx.channel(&record.id);
        if facts == ChannelFacts::default() {
            facts.blocked = record.blocked.map(|(why, since)| {
                let why = why.of_kind(record.blocked_kind);
                (why, since.timestamp_millis())
            });
            let error = record.error;
            facts.error = error.map(|why| why.of_kind(record.error_kind));
        }
        facts.sent = facts.sent.max(record.sent);
        facts.failed = facts.failed.max(record.failed);
        self.op.tx.set_channel(&record.id, facts);
    }

    /// Adds a channel. An existing one stays as it is, unless it lacks secrets that this one has.
    fn add_channel_of_store(&mut self, channel: AddedChannel) {
        let added = self.op.tx.added_channels();
        let known = added.iter().find(|known| known.id == channel.id);
        let is_better = known.is_none_or(|known| {
            known.without_secrets() == channel.without_secrets()
                && known.lost().len() > channel.lost().len()
        });
        if is_better {
            self.op.tx.set_added_channel(channel);
        }
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
        let was_sent = (delivery.kind, delivery.state) == (DeliveryKind::New, DeliveryState::Sent);
        if let Some(message) = delivery.message.clone().filter(|_| was_sent) {
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
        if let Some(error) = delivery.error {
            let why = error.of_kind(record.error_kind);
            self.op.tx.set_error(id, Some(&why));
        }
        self.op.tx.set_delivery(id, entry)?;
        self.imported.deliveries += 1;
        Ok(())
    }
}
