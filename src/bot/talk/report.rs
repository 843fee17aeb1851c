//! Reports messages that were sent to many chats: written into the message of the request, and correct even after a
//! crash.
//!
//! The store knows which reports are due; this loop checks them, and so does its next run.

use std::time::Duration;

use chrono::Utc;

use super::{
    base::Base,
    rebroadcast::{UNDO, undo_button, what},
    reply::Reply,
    words::fill,
};
use crate::{
    bulletin::{Delivery, DeliveryState},
    ops::{PERHAPS, Report, StoreError, Tally},
    push::Sent,
};

const CHECKS: Duration = Duration::from_secs(1);
/// The deliveries that add the time of one check, so that large acts are checked less often.
const PER_CHECK: u64 = 1000;

/// Checks all reports that are due; returns how long to wait until the next time.
pub(in crate::bot) async fn report(base: &Base) -> Result<Duration, StoreError> {
    let mut wait = CHECKS;
    let mut reports = base.store.reports().await?;
    reports.retain(|report| !report.done);
    for report in reports {
        wait += CHECKS * u32::try_from(report.run.count / PER_CHECK).unwrap_or(u32::MAX);
        check(base, report).await?;
    }
    Ok(wait.min(Duration::from_secs(60)))
}

async fn check(base: &Base, report: Report) -> Result<(), StoreError> {
    if let Some(at) = report.reported_ms {
        return match report.undone {
            true => take_back(base, &report).await,
            false => end_undo(base, &report, at).await,
        };
    }
    let tally = base.store.tally(report.run).await?;
    if tally.open > 0 {
        return Ok(());
    }
    if report.undone {
        return take_back(base, &report).await;
    }
    // The report is due until it is shown; showing it twice is harmless.
    if !show(base, &report, tally, true).await {
        return Ok(());
    }
    let reported_ms = Some(Utc::now().timestamp_millis());
    let reported = move |report: &mut Report| report.reported_ms = reported_ms;
    base.store.change_report(report.run, reported).await
}

/// Shows the report without its button once it is too late to undo.
async fn end_undo(base: &Base, report: &Report, reported_ms: i64) -> Result<(), StoreError> {
    if Utc::now().timestamp_millis() - reported_ms <= UNDO.num_milliseconds() {
        return Ok(());
    }
    let tally = base.store.tally(report.run).await?;
    if !show(base, report, tally, false).await {
        return Ok(());
    }
    let done = |report: &mut Report| report.done = !report.undone;
    base.store.change_report(report.run, done).await
}

/// Shows a report; returns whether the platform has it, or never will.
async fn show(base: &Base, report: &Report, tally: Tally, can_undo: bool) -> bool {
    let words = base.words_at(&report.asked_in());
    let parts = [
        ("what", what(words, report)),
        ("sent", tally.sent.to_string()),
        ("failed", (tally.failed + tally.resting).to_string()),
    ];
    let mut text = fill(words.reported, &parts);
    if tally.resting > 0 {
        text += &format!("\n{}", words.resting.say(tally.resting));
    }
    if can_undo {
        text += &format!("\n{}", words.undo_hint);
    }
    let reply = Reply::from(text).with(can_undo.then(|| undo_button(words, report)));
    show_in(base, report, reply).await
}

/// Writes the report into the message of the request, or into a new one if that is gone.
async fn show_in(base: &Base, report: &Report, reply: Reply) -> bool {
    let (chat, message) = (report.asked_in(), report.message_ref());
    let sent = base.platform.edit(&chat, &message, reply.clone()).await;
    if matches!(sent, Sent::Refused(_))
        && let Some(sent) = base.platform.say(&chat, reply).await
    {
        return sent.is_settled();
    }
    sent.is_settled()
}

/// Deletes messages that were sent. After a crash it restarts: messages that are gone already count as deleted.
async fn take_back(base: &Base, report: &Report) -> Result<(), StoreError> {
    let deliveries = base.store.run(report.run).await?;
    let (mut deleted, mut left, mut dropped) = (0u64, 0u64, 0u64);
    for delivery in &deliveries {
        let count = match delivery.state {
            DeliveryState::Sent if delete(base, delivery).await => &mut deleted,
            DeliveryState::Sent => &mut left,
            // The id of a message that was perhaps sent is unknown.
            DeliveryState::Dropped if is_perhaps_sent(delivery) => &mut left,
            DeliveryState::Dropped => &mut dropped,
            _ => continue,
        };
        *count += 1;
    }
    let words = base.words_at(&report.asked_in());
    let parts = [
        ("what", what(words, report)),
        ("dropped", dropped.to_string()),
        ("deleted", deleted.to_string()),
        ("left", left.to_string()),
    ];
    let reply = Reply::from(fill(words.undone, &parts));
    if !show_in(base, report, reply).await {
        // The report is due again; messages that are gone count as deleted then.
        return Ok(());
    }
    let done = |report: &mut Report| {
        report.reported_ms = Some(Utc::now().timestamp_millis());
        report.done = true;
    };
    base.store.change_report(report.run, done).await
}

async fn delete(base: &Base, delivery: &Delivery) -> bool {
    let configured = base.channel(&delivery.channel);
    base.platform.delete(delivery, configured).await
}

fn is_perhaps_sent(delivery: &Delivery) -> bool {
    let error = delivery.error.as_ref();
    error.is_some_and(|why| why.said.starts_with(PERHAPS))
}
