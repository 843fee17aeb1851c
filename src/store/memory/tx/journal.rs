//! Records what people did, and which answers and reports are owed to them.

use super::base::MemoryTx;
use crate::{
    policy::{
        audit::{AuditEntry, AuditPlace},
        facts::{Report, Request, RequestKey},
    },
    store::{error::Result, tx::Journal},
};

impl Journal for MemoryTx<'_> {
    fn request(&mut self, key: RequestKey) -> Result<Option<Request>> {
        Ok(self.state.tables.requests.get(&key).cloned())
    }

    fn set_request(&mut self, key: RequestKey, request: &Request) {
        self.state.tables.requests.set(key, request.clone());
    }

    fn report(&mut self, first: u64) -> Result<Option<Report>> {
        Ok(self.state.tables.reports.get(&first).cloned())
    }

    fn set_report(&mut self, report: &Report) {
        let first = report.run.first.0;
        self.state.tables.reports.set(first, report.clone());
    }

    fn audit(&mut self, entry: &AuditEntry, now_ms: i64) {
        let (at_ms, counter) = (now_ms, self.state.small.counts.next_audit);
        self.restore_audit(AuditPlace { at_ms, counter }, entry);
    }

    fn restore_audit(&mut self, place: AuditPlace, entry: &AuditEntry) {
        let next = &mut self.state.small.counts.next_audit;
        *next = (*next).max(place.counter.wrapping_add(1));
        self.state.tables.audit.set(place, entry.clone());
    }

    fn forget_audit(&mut self, until_ms: i64) -> Result<bool> {
        let audit = &mut self.state.tables.audit;
        let old = audit.iter().map(|(place, _)| *place);
        let old: Vec<AuditPlace> = old.take_while(|it| it.at_ms < until_ms).collect();
        old.iter().for_each(|place| _ = audit.remove(place));
        Ok(false)
    }

    fn update_offset(&mut self) -> Result<i32> {
        Ok(self.state.small.update_offset)
    }

    fn set_update_offset(&mut self, offset: i32) {
        self.state.small.update_offset = offset;
    }

    fn bot_name(&mut self) -> Result<String> {
        Ok(self.state.small.bot_name.clone())
    }

    fn set_bot_name(&mut self, name: &str) {
        name.clone_into(&mut self.state.small.bot_name);
    }

    fn forget_requests(&mut self, until_ms: i64) -> Result<()> {
        let tables = &mut self.state.tables;
        let old = tables.requests.iter();
        let old = old.filter(|(_, request)| request.at_ms < until_ms);
        let old: Vec<RequestKey> = old.map(|(key, _)| *key).collect();
        old.iter().for_each(|key| _ = tables.requests.remove(key));
        let is_over = |report: &Report| {
            report.done && report.reported_ms.is_none_or(|at_ms| at_ms < until_ms)
        };
        let over = tables.reports.iter();
        let over = over.filter(|(_, report)| is_over(report));
        let over: Vec<u64> = over.map(|(first, _)| *first).collect();
        over.iter()
            .for_each(|first| _ = tables.reports.remove(first));
        Ok(())
    }

    fn wake_senders(&mut self) {
        self.effects.wakes_senders = true;
    }

    fn after_commit(&mut self, then: Box<dyn FnOnce() + Send>) {
        self.effects.then.push(then);
    }
}
