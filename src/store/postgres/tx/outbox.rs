//! Deliveries and the order in which they are sent.

use super::{ahead::ReadAlready, base::PostgresTx};
use crate::{
    bulletin::{ChannelId, DeliveryState, MessageRef, Reason},
    policy::{
        facts::{OutboxEntry, Readers},
        leases::Lease,
    },
    store::{
        error::Result,
        postgres::{
            memory::sends,
            rows::{
                self, ENTRY, ENTRY_COLUMNS, FACTS, LEASE, READERS, all_signed, all_unsigned,
                channel_id, entries, entry, firsts, get, lease, lease_parts, readers, signed,
                unsigned,
            },
            session::params,
        },
        recent_sends::Attempt,
        tx::{Channels, Outbox, ReadAhead},
    },
};

/// The condition for deliveries outside of the order of the numbers: they wait for a digest, quiet hours or their
/// readers.
const HELD_BACK: &str = "(attempts = 0 AND due_ms > queued_ms OR EXISTS \
                         (SELECT 1 FROM readers r WHERE deliveries.id = ANY(r.deliveries)))";
/// The number of deliveries that are forgotten in one transaction.
const FORGOTTEN: i64 = 2000;

impl Outbox for PostgresTx<'_> {
    fn read_ahead(&mut self, what: &ReadAhead) -> Result<()> {
        let ids = all_signed(&what.deliveries);
        let of = "(SELECT channel FROM deliveries WHERE id = ANY($1))";
        let deliveries = format!("SELECT {ENTRY} FROM deliveries d WHERE d.id = ANY($1)");
        let sending = format!(
            "SELECT {ENTRY} FROM deliveries d WHERE d.state = 'sending' \
             AND d.state IN ('queued', 'sending') AND d.channel IN {of} ORDER BY d.id"
        );
        let channels = format!("SELECT {FACTS}, id FROM channels WHERE id IN {of}");
        let some_have =
            format!("SELECT {READERS}, channel FROM readers WHERE channel IN {of} ORDER BY first");
        let key = what.lease.as_ref().map(lease_parts).unwrap_or_default();
        let answers = self.session.all_rows(&[
            (LEASE, &[&key.0, &key.1]),
            (&deliveries, &[&ids]),
            (&sending, &[&ids]),
            (&channels, &[&ids]),
            (&some_have, &[&ids]),
        ])?;
        if let [leases, deliveries, sending, channels, some_have] = answers.as_slice() {
            let mut read = ReadAlready::default();
            if let Some(key) = &what.lease {
                let found = leases.first().map_or(Ok(Lease::default()), lease)?;
                read.lease = Some((key.clone(), found));
            }
            read.take_channels(channels, some_have)?;
            read.take_deliveries(deliveries, sending)?;
            self.ahead = read;
        }
        Ok(())
    }

    fn delivery(&mut self, id: u64) -> Result<Option<OutboxEntry>> {
        if let Some(known) = self.ahead.deliveries.get(&id) {
            return Ok(Some(known.clone()));
        }
        let asked = format!("SELECT {ENTRY} FROM deliveries d WHERE d.id = $1");
        let row = self.session.row(&asked, &[&signed(id)])?;
        row.map(|row| Ok(entry(&row)?.1)).transpose()
    }

    fn set_delivery(&mut self, id: u64, entry: OutboxEntry) -> Result<()> {
        let counts = self.numbers();
        counts.next_delivery = counts.next_delivery.max(id + 1);
        self.put_delivery(id, &entry);
        Ok(())
    }

    fn enqueue(&mut self, entries: Vec<OutboxEntry>, note: Option<&str>) -> Result<u64> {
        let counts = self.numbers();
        let first = counts.next_delivery;
        counts.next_delivery += entries.len() as u64;
        if let Some(note) = note.filter(|_| !entries.is_empty()) {
            self.set_note(first, note);
        }
        for (id, mut entry) in (first..).zip(entries) {
            entry.note = note.map(|_| first);
            self.put_delivery(id, &entry);
        }
        Ok(first)
    }

    fn move_delivery(&mut self, id: u64, to: &ChannelId) -> Result<()> {
        let Some(mut entry) = self.delivery(id)? else {
            return Ok(());
        };
        entry.channel = to.clone();
        self.set_delivery(id, entry)
    }

    fn note(&mut self, of: u64) -> Result<Option<String>> {
        let asked = "SELECT text FROM notes WHERE first = $1";
        let row = self.session.row(asked, &[&signed(of)])?;
        row.map(|row| get(&row, 0)).transpose()
    }

    fn set_note(&mut self, of: u64, text: &str) {
        self.write(
            "INSERT INTO notes VALUES ($1, $2) ON CONFLICT (first) DO UPDATE SET text = excluded.text",
            params![signed(of), rows::text(text)],
        );
    }

    fn set_error(&mut self, id: u64, why: Option<&Reason>) {
        match why {
            Some(why) => self.write(
                "INSERT INTO delivery_errors VALUES ($1, $2) \
                 ON CONFLICT (delivery) DO UPDATE SET why = excluded.why",
                params![signed(id), rows::reason(why)],
            ),
            None => self.write(
                "DELETE FROM delivery_errors WHERE delivery = $1",
                params![signed(id)],
            ),
        }
    }

    fn deliveries_of(&mut self, bulletin: u64) -> Result<Vec<(u64, OutboxEntry)>> {
        let asked = format!("SELECT {ENTRY} FROM deliveries d WHERE d.bulletin = $1 ORDER BY d.id");
        entries(&self.session.rows(&asked, &[&signed(bulletin)])?)
    }

    fn deliveries_in(
        &mut self,
        bulletin: u64,
        channel: &ChannelId,
    ) -> Result<Vec<(u64, OutboxEntry)>> {
        let asked = format!(
            "SELECT {ENTRY} FROM deliveries d WHERE d.bulletin = $1 AND d.channel = $2 ORDER BY d.id"
        );
        entries(
            &self
                .session
                .rows(&asked, &[&signed(bulletin), &channel.as_str()])?,
        )
    }

    fn members(&mut self, channel: &ChannelId, message: &MessageRef) -> Result<Option<Vec<u64>>> {
        let asked = "SELECT deliveries FROM members WHERE channel = $1 AND message = $2";
        let row = self
            .session
            .row(asked, &[&channel.as_str(), &rows::text(&message.0)])?;
        row.map(|row| Ok(all_unsigned(get(&row, 0)?))).transpose()
    }

    fn set_members(&mut self, channel: &ChannelId, message: &MessageRef, members: &[u64]) {
        self.enter_channel(channel);
        self.write(
            "INSERT INTO members VALUES ($1, $2, $3) \
             ON CONFLICT (channel, message) DO UPDATE SET deliveries = excluded.deliveries",
            params![
                channel.as_str().to_owned(),
                rows::text(&message.0),
                all_signed(members)
            ],
        );
    }

    fn readers(&mut self, channel: &ChannelId) -> Result<Vec<(u64, Readers)>> {
        let known = self.ahead.channels.get(channel);
        if let Some(known) = known.and_then(|it| it.readers.as_ref()) {
            return Ok(known.clone());
        }
        let asked = format!("SELECT {READERS} FROM readers WHERE channel = $1 ORDER BY first");
        let rows = self.session.rows(&asked, &[&channel.as_str()])?;
        rows.iter().map(readers).collect()
    }

    fn set_readers(
        &mut self,
        channel: &ChannelId,
        first: u64,
        readers: Option<Readers>,
    ) -> Result<()> {
        self.enter_channel(channel);
        if let Some(known) = self.ahead.channels.get_mut(channel) {
            known.readers = None;
        }
        let (channel, first) = (channel.as_str().to_owned(), signed(first));
        match readers {
            Some(it) => self.write(
                "INSERT INTO readers VALUES ($1, $2, $3, $4) ON CONFLICT (channel, first) \
                 DO UPDATE SET deliveries = excluded.deliveries, readers = excluded.readers",
                params![
                    channel,
                    first,
                    all_signed(&it.deliveries),
                    all_signed(&it.readers)
                ],
            ),
            None => self.write(
                "DELETE FROM readers WHERE channel = $1 AND first = $2",
                params![channel, first],
            ),
        }
        Ok(())
    }

    fn forget_finished(&mut self, from: u64, until_ms: i64) -> Result<Option<u64>> {
        self.ahead = ReadAlready::default();
        let asked = "WITH gone AS (DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries \
                       WHERE ended_ms < $1 AND state NOT IN ('queued', 'sending') LIMIT $2) \
                       RETURNING id, channel, message), \
                     errors AS (DELETE FROM delivery_errors USING gone WHERE delivery = gone.id), \
                     messages AS (DELETE FROM members USING gone \
                       WHERE members.channel = gone.channel AND members.message = gone.message) \
                     SELECT count(*) FROM gone";
        let row = self.session.row(asked, &[&until_ms, &FORGOTTEN])?;
        let forgotten: i64 = row.map_or(Ok(0), |row| get(&row, 0))?;
        self.has_rows |= forgotten > 0;
        Ok((forgotten == FORGOTTEN).then_some(from))
    }

    fn waiting_channels(&mut self) -> Vec<ChannelId> {
        let asked = "SELECT DISTINCT channel FROM deliveries WHERE state = 'queued' \
                     AND state IN ('queued', 'sending') ORDER BY channel";
        let rows = self.session.rows_or_none(asked, &[]);
        rows.iter()
            .filter_map(|row| channel_id(row, 0).ok())
            .collect()
    }

    fn head(&mut self, channel: &ChannelId) -> Option<(u64, i64)> {
        let rows = self
            .session
            .rows_or_none(&head_of("$1"), &[&channel.as_str()]);
        let row = rows.first()?;
        Some((unsigned(get(row, 0).ok()?), get(row, 1).ok()?))
    }

    fn heads(&mut self, channels: &[ChannelId]) -> Result<Vec<(u64, OutboxEntry, Option<String>)>> {
        let asked = format!(
            "SELECT {ENTRY}, n.text FROM unnest($1::text[]) AS asked(channel) \
             JOIN channels c ON c.id = asked.channel AND c.blocked_why IS NULL \
             CROSS JOIN LATERAL ({}) AS head \
             JOIN deliveries d ON d.id = head.id LEFT JOIN notes n ON n.first = d.note",
            head_of("c.id")
        );
        let ids: Vec<&str> = channels.iter().map(ChannelId::as_str).collect();
        let rows = self.session.rows(&asked, &[&ids])?;
        let head = |row| {
            let (id, entry) = entry(row)?;
            Ok((id, entry, get(row, ENTRY_COLUMNS)?))
        };
        rows.iter().map(head).collect()
    }

    fn waiting_in(&mut self, channel: &ChannelId) -> Vec<(u64, i64)> {
        let asked = "SELECT id, due_ms FROM deliveries \
                     WHERE channel = $1 AND state = 'queued' ORDER BY id";
        let rows = self.session.rows_or_none(asked, &[&channel.as_str()]);
        let waiting = |row| Ok((unsigned(get(row, 0)?), get(row, 1)?));
        rows.iter().map(waiting).filter_map(Result::ok).collect()
    }

    fn count_waiting_in(&mut self, channel: &ChannelId) -> u64 {
        let asked = "SELECT count(*) FROM deliveries WHERE channel = $1 AND state = 'queued'";
        let rows = self.session.rows_or_none(asked, &[&channel.as_str()]);
        firsts(&rows)
            .unwrap_or_default()
            .first()
            .copied()
            .map_or(0, unsigned)
    }

    fn count_waiting(&mut self) -> u64 {
        let asked = "SELECT count(*) FROM deliveries WHERE state = 'queued' \
                     AND state IN ('queued', 'sending')";
        let rows = self.session.rows_or_none(asked, &[]);
        firsts(&rows)
            .unwrap_or_default()
            .first()
            .copied()
            .map_or(0, unsigned)
    }

    fn is_held_back(&mut self, channel: &ChannelId, id: u64) -> bool {
        let asked = format!(
            "SELECT 1 FROM deliveries WHERE id = $2 AND channel = $1 AND state = 'queued' \
             AND {HELD_BACK}"
        );
        let rows = self
            .session
            .rows_or_none(&asked, &[&channel.as_str(), &signed(id)]);
        !rows.is_empty()
    }

    fn released(&mut self, channel: &ChannelId, now_ms: i64) -> Vec<u64> {
        self.waiting(
            &format!("due_ms <= $2 AND {HELD_BACK} ORDER BY due_ms, id"),
            channel,
            now_ms,
        )
    }

    fn ready_at(&mut self, channel: &ChannelId, due_ms: i64) -> Vec<u64> {
        let which = format!("due_ms = $2 AND NOT {HELD_BACK} ORDER BY id");
        self.waiting(&which, channel, due_ms)
    }

    fn sending_in(&mut self, channel: &ChannelId) -> Vec<u64> {
        let known = self.ahead.channels.get(channel);
        if let Some(known) = known.and_then(|it| it.sending.as_ref()) {
            return known.clone();
        }
        let asked =
            "SELECT id FROM deliveries WHERE channel = $1 AND state = 'sending' ORDER BY id";
        let rows = self.session.rows_or_none(asked, &[&channel.as_str()]);
        all_unsigned(firsts(&rows).unwrap_or_default())
    }

    fn unfinished(&mut self, state: DeliveryState) -> Vec<u64> {
        let asked = "SELECT id FROM deliveries WHERE state = $1 \
                     AND state IN ('queued', 'sending') ORDER BY id DESC";
        let rows = self.session.rows_or_none(asked, &[&rows::word(&state)]);
        all_unsigned(firsts(&rows).unwrap_or_default())
    }

    fn recent_sends(&mut self, since_ms: i64) -> Vec<(i64, ChannelId)> {
        let found = sends(&self.session).unwrap_or_default();
        self.memory.recent_sends(found, since_ms)
    }
}

/// Returns the query for the first waiting delivery of a channel.
fn head_of(channel: &str) -> String {
    format!(
        "SELECT id, due_ms FROM ( \
           (SELECT id, due_ms FROM deliveries WHERE channel = {channel} AND state = 'queued' \
              AND NOT {HELD_BACK} ORDER BY id LIMIT 1) \
           UNION ALL \
           (SELECT id, due_ms FROM deliveries WHERE channel = {channel} AND state = 'queued' \
              AND {HELD_BACK} ORDER BY due_ms, id LIMIT 1) \
         ) AS heads ORDER BY due_ms, id LIMIT 1"
    )
}

impl PostgresTx<'_> {
    fn put_delivery(&mut self, id: u64, entry: &OutboxEntry) {
        if !self.ahead.channels.contains_key(&entry.channel) {
            self.enter_channel(&entry.channel);
        }
        self.ahead.keep(id, entry);
        let wakes = matches!(entry.state, DeliveryState::Queued | DeliveryState::Dropped);
        self.effects.changed.outbox |= wakes;
        self.effects.attempts.push(Attempt {
            channel: entry.channel.clone(),
            state: entry.state,
            begun_ms: entry.begun_ms,
            taken_ms: entry.taken_ms(),
        });
        self.write(
            "INSERT INTO deliveries VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) \
             ON CONFLICT (id) DO UPDATE SET channel = excluded.channel, bulletin = excluded.bulletin, \
             kind = excluded.kind, state = excluded.state, attempts = excluded.attempts, \
             doubts = excluded.doubts, note = excluded.note, has_error = excluded.has_error, \
             message = excluded.message, queued_ms = excluded.queued_ms, due_ms = excluded.due_ms, \
             begun_ms = excluded.begun_ms, ended_ms = excluded.ended_ms",
            params![
                signed(id),
                entry.channel.as_str().to_owned(),
                entry.bulletin.map(signed),
                rows::word(&entry.kind),
                rows::word(&entry.state),
                i32::try_from(entry.attempts).unwrap_or(i32::MAX),
                i16::from(entry.doubts),
                entry.note.map(signed),
                entry.has_error,
                entry.message.as_ref().map(|message| rows::text(&message.0)),
                entry.queued_ms,
                entry.due_ms,
                entry.begun_ms,
                entry.ended_ms
            ],
        );
    }

    /// Returns waiting deliveries of a channel, chosen and ordered by `which` and a time (ms).
    fn waiting(&self, which: &str, channel: &ChannelId, ms: i64) -> Vec<u64> {
        let asked = format!(
            "SELECT id FROM deliveries WHERE channel = $1 AND state = 'queued' AND {which}"
        );
        let rows = self.session.rows_or_none(&asked, &[&channel.as_str(), &ms]);
        all_unsigned(firsts(&rows).unwrap_or_default())
    }
}
