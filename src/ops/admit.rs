//! Admits the findings of a poll: one poll becomes one transaction.

mod admission;
mod counting;
mod memory;
mod page;

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use self::{admission::Admission, page::page};
use super::{
    ask::{Admitted, Judged, PollFindings},
    op::Op,
    poll_states,
};
use crate::{
    bulletin::{Notice, SourceId},
    policy::{
        correction,
        judge::{self, Connected, RowLink},
    },
    store::Result,
};

/// Returns the rulings on a page, without writing.
pub(super) fn judge(op: &mut Op<'_>, source: &SourceId, notices: &[Notice]) -> Result<Judged> {
    let page = page(op, source, notices, notices.len())?;
    let summaries: Vec<Option<&str>> = notices
        .iter()
        .map(|notice| notice.summary.as_deref())
        .collect();
    let facts = page.facts(op, notices, page.reads_texts())?;
    let rulings = page.rule(op, notices, &summaries, &facts)?;
    let first_poll = page.facts.baseline.is_none();
    let Connected {
        links, familiar, ..
    } = &page.connected;
    let is_any_known = familiar.contains(&true) || links.iter().any(|it| it.bulletin().is_some());
    let shares = page.connected.shares.iter();
    Ok(Judged {
        retitled: page.retitled(op, notices)?,
        rulings,
        shares_address: shares.map(|shares| shares.address).collect(),
        first_poll,
        unconnected: !first_poll
            && page.facts.bulletins > 0
            && !notices.is_empty()
            && !is_any_known,
    })
}

/// Judges, archives and queues a poll, as a whole or not at all.
pub(super) fn admit(op: &mut Op<'_>, poll: PollFindings, now: DateTime<Utc>) -> Result<Admitted> {
    let (found, mut state) = (poll.found, poll.state);
    let notices: Vec<Notice> = found.iter().map(|found| found.notice.clone()).collect();
    let first_page = state.first_page.unwrap_or(notices.len());
    let page = page(op, &poll.source, &notices, first_page)?;
    let summaries: Vec<Option<&str>> = found.iter().map(correction::summary).collect();
    let facts = page.facts(op, &notices, false)?;
    let rulings = page.rule(op, &notices, &summaries, &facts)?;
    let order = judge::oldest_first(&notices, &page.connected, &facts);
    let held = match page.facts.held {
        0 => HashSet::new(),
        _ => op.tx.held()?.into_iter().collect(),
    };
    let mut admission = Admission {
        bulletins: page.connected.links.iter().map(RowLink::bulletin).collect(),
        admitted: Admitted::default(),
        unopened: Vec::new(),
        op,
        page: &page,
        held,
        now,
    };
    for place in order {
        admission.row(place, &found[place], rulings[place].clone())?;
    }
    admission.follow_repeats(&rulings);
    admission.remember_shared();
    admission.source_facts(&notices)?;
    state.pinned = admission.pinned(&notices);
    let admitted = admission.admitted;
    poll_states::change_poll_state(op, &poll.source, state, now);
    Ok(admitted)
}
