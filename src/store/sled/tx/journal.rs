//! Records what people did, and which answers and reports are owed to them.

use super::base::SledTx;
use crate::{
    policy::{
        audit::{AuditEntry, AuditPlace},
        facts::{Report, Request, RequestKey},
    },
    store::{
        error::Result,
        sled::{forget, keys},
        tx::Journal,
    },
};

impl Journal for SledTx<'_> {
    fn request(&mut self, key: RequestKey) -> Result<Option<Request>> {
        self.get(&keys::request(key))
    }

    fn set_request(&mut self, key: RequestKey, request: &Request) {
        self.change.writes.put(keys::request(key), request);
    }

    fn report(&mut self, first: u64) -> Result<Option<Report>> {
        self.get(&keys::report(first))
    }

    fn set_report(&mut self, report: &Report) {
        let key = keys::report(report.run.first.0);
        self.change.writes.put(key, report);
    }

    fn audit(&mut self, entry: &AuditEntry, now_ms: i64) {
        let (at_ms, counter) = (now_ms, self.change.counts.next_audit);
        self.restore_audit(AuditPlace { at_ms, counter }, entry);
    }

    fn restore_audit(&mut self, place: AuditPlace, entry: &AuditEntry) {
        let next = &mut self.change.counts.next_audit;
        *next = (*next).max(place.counter.wrapping_add(1));
        self.change.writes.put(keys::audit(place), entry);
    }

    fn forget_audit(&mut self, until_ms: i64) -> Result<bool> {
        forget::audit(self, until_ms)
    }

    fn update_offset(&mut self) -> Result<i32> {
        Ok(self.get(keys::OFFSET)?.unwrap_or_default())
    }

    fn set_update_offset(&mut self, offset: i32) {
        self.change.writes.put(keys::OFFSET.to_vec(), &offset);
    }

    fn bot_name(&mut self) -> Result<String> {
        Ok(self.get(keys::BOT)?.unwrap_or_default())
    }

    fn set_bot_name(&mut self, name: &str) {
        self.change.writes.put(keys::BOT.to_vec(), &name);
    }

    fn forget_requests(&mut self, until_ms: i64) -> Result<()> {
        forget::requests(self, until_ms)
    }

    fn wake_senders(&mut self) {
        self.change.wakes_senders = true;
    }

    fn after_commit(&mut self, then: Box<dyn FnOnce() + Send>) {
        self.change.then.push(then);
    }
}
