//! Reports of what was sent to many: written into the message that asked, true also after a crash.
//!
//! The store knows which are owed; this loop looks at them, and so does its next run.

use std::time::Duration;

use chrono::Utc;
use teloxide::{
    payloads::DeleteMessage,
    types::{ChatId, MessageId},
};
use tokio::time::sleep;

use super::{
    answer::Room,
    rebroadcast::{UNDO, undo, what},
    say::{Reply, note},
    words::fill,
};
use crate::{
    bulletin::{ChannelId, ChannelKind, Delivery, DeliveryState, TelegramChat},
    ops::{PERHAPS, Report, StoreError, Tally},
    push::{Sent, telegram::api::CallError},
};

const LOOKS: Duration = Duration::from_secs(1);
/// Deliveries that are counted in the time of one look, so that large acts are looked at less often.
const PER_LOOK: u64 = 1000;
/// From one deleted message to the next.
const GAP: Duration = Duration::from_millis(40);
const TRIES: usize = 3;

impl Room {
    /// Looks at all reports that are owed; how long until the next time.
    pub(super) async fn report(&self) -> Result<Duration, StoreError> {
        let mut wait = LOOKS;
        let mut reports = self.store.reports().await?;
        reports.retain(|report| !report.done);
        for report in reports {
            wait += LOOKS * u32::try_from(report.run.count / PER_LOOK).unwrap_or(u32::MAX);
            self.look_at(report).await?;
        }
        Ok(wait.min(Duration::from_secs(60)))
    }

    async fn look_at(&self, report: Report) -> Result<(), StoreError> {
        let now = Utc::now();
        if let Some(at) = report.reported_ms {
            if report.undone {
                return self.take_back(&report).await;
            }
            if now.timestamp_millis() - at > UNDO.num_milliseconds() {
                let tally = self.store.tally(report.run).await?;
                let is_shown = self.show(&report, tally, false).await;
                let done = |report: &mut Report| report.done = !report.undone;
                if is_shown {
                    return self.store.change_report(report.run, done).await;
                }
            }
            return Ok(());
        }
        let tally = self.store.tally(report.run).await?;
        if tally.open > 0 {
            return Ok(());
        }
        if report.undone {
            return self.take_back(&report).await;
        }
        // It is owed until it is there; shown twice it is the same.
        if !self.show(&report, tally, true).await {
            return Ok(());
        }
        let reported_ms = Some(Utc::now().timestamp_millis());
        let reported = move |report: &mut Report| report.reported_ms = reported_ms;
        self.store.change_report(report.run, reported).await
    }

    /// Whether Telegram has it, or never will.
    async fn show(&self, report: &Report, tally: Tally, can_undo: bool) -> bool {
        let words = self.words_at(&ChannelId::of_chat(report.chat, None));
        let parts = [
            ("what", what(words, report)),
            ("sent", tally.sent.to_string()),
            ("failed", (tally.failed + tally.resting).to_string()),
        ];
        let parts: Vec<(&str, &str)> = parts.iter().map(|(k, v)| (*k, v.as_str())).collect();
        let mut text = fill(words.reported, &parts);
        if tally.resting > 0 {
            let count = tally.resting.to_string();
            text += &format!("\n{}", fill(words.resting, &[("count", &count)]));
        }
        if can_undo {
            text += &format!("\n{}", words.undo_hint);
        }
        let reply = Reply::from(text).with(can_undo.then(|| undo(words, report)));
        self.show_in(report, reply).await
    }

    /// Writes into the message that asked, or a new one where that is gone.
    async fn show_in(&self, report: &Report, reply: Reply) -> bool {
        let edit = self.edit_request(report.chat, MessageId(report.message), reply.clone());
        let mut sent = self.voice.edit(edit).await;
        let asked_in = ChannelId::of_chat(report.chat, None);
        if let (Sent::Refused(_), Some(message)) = (&sent, self.message(&asked_in, reply)) {
            sent = self.voice.say(message).await;
        }
        note(&sent);
        sent.is_settled()
    }

    /// Deletes what was sent. After a crash it begins again: what is gone already counts as deleted.
    async fn take_back(&self, report: &Report) -> Result<(), StoreError> {
        let deliveries = self.store.run(report.run).await?;
        let (mut deleted, mut left) = (0u64, 0u64);
        let sent = deliveries
            .iter()
            .filter(|it| it.state == DeliveryState::Sent);
        for delivery in sent {
            match self.delete(delivery).await {
                true => deleted += 1,
                false => left += 1,
            }
        }
        let mut dropped = 0u64;
        for delivery in &deliveries {
            if delivery.state == DeliveryState::Dropped {
                let error = delivery.error.as_deref();
                // Nobody knows the message that was perhaps sent.
                match error.is_some_and(|why| why.starts_with(PERHAPS)) {
                    true => left += 1,
                    false => dropped += 1,
                }
            }
        }
        let words = self.words_at(&ChannelId::of_chat(report.chat, None));
        let parts = [
            ("what", what(words, report)),
            ("dropped", dropped.to_string()),
            ("deleted", deleted.to_string()),
            ("left", left.to_string()),
        ];
        let parts: Vec<(&str, &str)> = parts.iter().map(|(k, v)| (*k, v.as_str())).collect();
        if !self
            .show_in(report, fill(words.undone, &parts).into())
            .await
        {
            // It is owed; what is gone already counts as deleted then.
            return Ok(());
        }
        let done = |report: &mut Report| {
            report.reported_ms = Some(Utc::now().timestamp_millis());
            report.done = true;
        };
        self.store.change_report(report.run, done).await
    }

    async fn delete(&self, delivery: &Delivery) -> bool {
        let message = delivery.message.as_ref().and_then(|it| it.0.parse().ok());
        let (Some(chat), Some(message)) = (self.chat_of(delivery).await, message) else {
            return false;
        };
        let request = DeleteMessage::new(ChatId(chat), MessageId(message));
        for _ in 0..TRIES {
            sleep(GAP).await;
            let wait = match self.voice.telegram.api().call(&request).await {
                Ok(_) => return true,
                Err(CallError::Refused {
                    retry_after: Some(wait),
                    ..
                }) => Duration::from_secs(wait),
                Err(CallError::Refused { description, .. }) => {
                    return description.contains("message to delete not found");
                }
                Err(_) => Duration::from_secs(1),
            };
            sleep(wait).await;
        }
        false
    }

    async fn chat_of(&self, delivery: &Delivery) -> Option<i64> {
        let mut configured = self.config.channels.iter();
        let configured = configured.find(|channel| channel.id == delivery.channel);
        let chat = match configured.map(|channel| &channel.kind) {
            Some(ChannelKind::Telegram { chat, .. }) => chat.clone(),
            Some(_) => return None,
            None => TelegramChat::Id(delivery.channel.chat()?.0),
        };
        let (lane, _) = self.voice.telegram.lane_of(&chat).await.ok()?;
        Some(lane.0)
    }
}
