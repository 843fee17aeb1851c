//! Records what people did, and which answers and reports are owed to them.

use tokio_postgres::types::Json;

use super::base::PostgresTx;
use crate::{
    policy::{
        audit::{AuditEntry, AuditPlace},
        facts::{Report, Request, RequestKey},
    },
    store::{
        error::Result,
        postgres::{
            rows::{get, json, signed, text, unsigned},
            session::params,
        },
        tx::Journal,
    },
};

impl Journal for PostgresTx<'_> {
    fn request(&mut self, key: RequestKey) -> Result<Option<Request>> {
        let asked = "SELECT first, count, at_ms FROM requests WHERE key = $1";
        let row = self.session.row(asked, &[&&key.0[..]])?;
        let request = |row: tokio_postgres::Row| {
            Ok(Request {
                first: unsigned(get(&row, 0)?),
                count: unsigned(get(&row, 1)?),
                at_ms: get(&row, 2)?,
            })
        };
        row.map(request).transpose()
    }

    fn set_request(&mut self, key: RequestKey, request: &Request) {
        self.write(
            "INSERT INTO requests VALUES ($1, $2, $3, $4) ON CONFLICT (key) DO UPDATE SET \
             first = excluded.first, count = excluded.count, at_ms = excluded.at_ms",
            params![
                key.0.to_vec(),
                signed(request.first),
                signed(request.count),
                request.at_ms
            ],
        );
    }

    fn report(&mut self, first: u64) -> Result<Option<Report>> {
        let asked = "SELECT report FROM reports WHERE first = $1";
        let row = self.session.row(asked, &[&signed(first)])?;
        row.map(|row| json(&row, 0)).transpose()
    }

    fn set_report(&mut self, report: &Report) {
        self.write(
            "INSERT INTO reports VALUES ($1, $2, $3, $4) ON CONFLICT (first) DO UPDATE SET \
             done = excluded.done, reported_ms = excluded.reported_ms, report = excluded.report",
            params![
                signed(report.run.first.0),
                report.done,
                report.reported_ms,
                Json(report.clone())
            ],
        );
    }

    fn audit(&mut self, entry: &AuditEntry, now_ms: i64) {
        let (at_ms, counter) = (now_ms, self.numbers().next_audit);
        self.restore_audit(AuditPlace { at_ms, counter }, entry);
    }

    fn restore_audit(&mut self, place: AuditPlace, entry: &AuditEntry) {
        let next = &mut self.numbers().next_audit;
        *next = (*next).max(place.counter.wrapping_add(1));
        self.write(
            "INSERT INTO audit VALUES ($1, $2, $3) \
             ON CONFLICT (at_ms, counter) DO UPDATE SET entry = excluded.entry",
            params![place.at_ms, i64::from(place.counter), Json(entry.clone())],
        );
    }

    fn forget_audit(&mut self, until_ms: i64) -> Result<bool> {
        self.write("DELETE FROM audit WHERE at_ms < $1", params![until_ms]);
        Ok(false)
    }

    fn update_offset(&mut self) -> Result<i32> {
        let row = self
            .session
            .row("SELECT update_offset FROM counters", &[])?;
        row.map_or(Ok(0), |row| get(&row, 0))
    }

    fn set_update_offset(&mut self, offset: i32) {
        self.write("UPDATE counters SET update_offset = $1", params![offset]);
    }

    fn bot_name(&mut self) -> Result<String> {
        let row = self.session.row("SELECT bot_name FROM counters", &[])?;
        row.map_or(Ok(String::new()), |row| get(&row, 0))
    }

    fn set_bot_name(&mut self, name: &str) {
        self.write("UPDATE counters SET bot_name = $1", params![text(name)]);
    }

    fn forget_requests(&mut self, until_ms: i64) -> Result<()> {
        self.write("DELETE FROM requests WHERE at_ms < $1", params![until_ms]);
        self.write(
            "DELETE FROM reports WHERE done AND (reported_ms IS NULL OR reported_ms < $1)",
            params![until_ms],
        );
        Ok(())
    }

    fn wake_senders(&mut self) {
        self.effects.changed.outbox = true;
    }

    fn after_commit(&mut self, then: Box<dyn FnOnce() + Send>) {
        self.effects.then.push(then);
    }
}
