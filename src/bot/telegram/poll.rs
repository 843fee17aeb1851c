//! Performs the long poll: updates from the offset that the store has, and the waits if there are none.

use std::time::{Duration, Instant};

use serde_json::Value;
use teloxide::{
    payloads::{GetUpdates, GetUpdatesSetters},
    types::{AllowedUpdate, Update, UpdateKind},
};

use super::known::known;
use crate::push::{
    Sent, backoff,
    telegram::{Voice, api::CallError, verdict},
};

/// The time for which Telegram may keep a poll open, and the further time that its answer may take.
const POLL: Duration = Duration::from_secs(25);
const GRACE: Duration = Duration::from_secs(15);
/// The wait if another program polls with the same token, which will not end within a second.
const CONFLICT_WAITS: Duration = Duration::from_secs(15);
/// The time without another poller after which it is gone.
const RIVAL_GONE: Duration = Duration::from_secs(180);
const DENIED_WAITS: Duration = Duration::from_secs(60);
/// The longest wait, so that people are answered soon once Telegram is back.
const LONGEST_WAIT: Duration = Duration::from_secs(15);

pub(super) enum Polled {
    Updates(Vec<PolledUpdate>),
    /// No updates, with the error and whether another poller is its cause.
    Wait(Sent, bool),
}

/// An update as received; `None` if its form is unknown here.
pub(super) struct PolledUpdate {
    pub(super) id: i32,
    pub(super) update: Option<Update>,
}

/// Performs one long poll.
pub(super) async fn updates(voice: &Voice, offset: i32) -> Polled {
    let kinds = [
        AllowedUpdate::Message,
        AllowedUpdate::ChannelPost,
        AllowedUpdate::CallbackQuery,
        AllowedUpdate::MyChatMember,
        AllowedUpdate::InlineQuery,
    ];
    let seconds = u32::try_from(POLL.as_secs()).unwrap_or(25);
    let poll = GetUpdates::new()
        .offset(offset)
        .timeout(seconds)
        .allowed_updates(kinds);
    match voice.telegram.api().call_within(&poll, POLL + GRACE).await {
        Ok(Value::Array(updates)) => Polled::Updates(updates.iter().filter_map(received).collect()),
        Ok(_) => Polled::Wait(Sent::Perhaps("getUpdates gave no list".into()), false),
        Err(error) => {
            let (sent, conflict) = understood(error);
            Polled::Wait(sent, conflict)
        }
    }
}

/// Returns the meaning of an error, and whether another program polls.
pub(super) fn understood(error: CallError) -> (Sent, bool) {
    let conflict = matches!(&error, CallError::Refused { code: 409, .. });
    (verdict::of(error, 0), conflict)
}

fn received(update: &Value) -> Option<PolledUpdate> {
    let id = i32::try_from(update["update_id"].as_i64()?).ok()?;
    // teloxide's reader accepts only text; an update that it does not know is returned as an error of that kind.
    let read = serde_json::from_str::<Update>(&known(update).to_string()).ok();
    let update = read.filter(|update| !matches!(update.kind, UpdateKind::Error(_)));
    if update.is_none() {
        tracing::debug!(update.id = id, "an update has an unknown form");
    }
    Some(PolledUpdate { id, update })
}

/// The obstacle, remembered so that it is reported once.
#[derive(Default)]
pub(super) struct Trouble {
    times: u32,
    /// The time at which another poller was last met.
    rival: Option<Instant>,
}

impl Trouble {
    /// Records that a poll failed: reports it the first time, and returns how long to wait.
    pub(super) fn met(&mut self, voice: &Voice, sent: &Sent, conflict: bool) -> Duration {
        if conflict {
            if self.rival.replace(Instant::now()).is_none() {
                tracing::error!(
                    "the bot cannot receive commands: {sent}; stop the other program that uses this token (pushing continues)"
                );
            }
            return CONFLICT_WAITS;
        }
        self.times += 1;
        // A single failed poll is not worth reporting.
        if self.times > 1 || matches!(sent, Sent::Denied(_)) {
            voice.is_ill(sent);
        }
        match sent {
            Sent::TooFast(wait) => *wait,
            Sent::Denied(_) => DENIED_WAITS,
            _ => backoff(self.times - 1, fastrand::f64()).min(LONGEST_WAIT),
        }
    }

    pub(super) fn has_rival(&self) -> bool {
        self.rival.is_some()
    }

    pub(super) fn over(&mut self, voice: &Voice) {
        // Two pollers take turns for as long as both run.
        if self
            .rival
            .take_if(|met| met.elapsed() > RIVAL_GONE)
            .is_some()
        {
            tracing::info!("the bot receives commands again");
        }
        if std::mem::take(&mut self.times) > 0 {
            voice.is_well();
        }
    }
}
