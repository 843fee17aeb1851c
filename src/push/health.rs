//! Tracks the state of a sender as a whole: reported once when it cannot send, and once when it can again.

use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Utc};
use futures::FutureExt;

use super::sender::Sent;
use crate::{
    bulletin::{Channel, ChannelId, Form, Key, Language, Reason, RobotKind, SendFault},
    ops::ChannelStatus,
    supervise::{Supervisor, reason},
    words::{self, ProblemWords, fill},
};

/// The reason why a whole sender is paused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The name of the sender, such as `telegram`.
    pub place: &'static str,
    pub kind: FaultKind,
    /// The details.
    pub what: Reason,
    pub since: DateTime<Utc>,
    /// The keys of the config that may be wrong.
    pub keys: Vec<&'static str>,
    /// The channels of the config that it sends to.
    pub channels: Vec<ChannelId>,
}

/// The kinds of trouble of a sender as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// The platform rejects its secret.
    Denied,
    /// The platform cannot be reached, or does not answer.
    Unreachable,
}

impl Fault {
    /// Returns the trouble in a language.
    #[must_use]
    pub fn said(&self, language: Language) -> &'static str {
        let problems = &words::of(language).problems;
        match self.kind {
            FaultKind::Denied => problems.denied,
            FaultKind::Unreachable => problems.unreachable,
        }
    }

    /// Returns whether this sender sends to the channel.
    #[must_use]
    pub fn serves(&self, channel: &ChannelId) -> bool {
        // The bot also sends to chats that subscribed on their own.
        self.channels.contains(channel) || self.place == "telegram" && channel.chat().is_some()
    }

    /// Returns whether a channel fails only because of this: it continues as soon as its sender does.
    #[must_use]
    pub fn explains(&self, status: &ChannelStatus) -> bool {
        let fault = status.error.as_ref().and_then(|why| why.fault);
        self.serves(&status.id)
            && status.blocked.is_none()
            && fault.is_some_and(SendFault::is_of_sender)
    }

    /// Returns the advice on how to fix it, in a language.
    #[must_use]
    pub fn remedy(&self, language: Language) -> String {
        let words = &words::of(language).problems;
        let text = match self.kind {
            FaultKind::Denied => words.denied_do,
            FaultKind::Unreachable => words.unreachable_do,
        };
        fill(text, &[("keys", named(&self.keys, words))])
    }
}

/// Returns keys in one line.
fn named(keys: &[&str], words: &ProblemWords) -> String {
    let names: Vec<_> = keys.iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => {
            let rest = rest.join(words.between_keys);
            fill(
                words.last_key,
                &[("keys", rest.as_str()), ("key", last.as_str())],
            )
        }
        _ => names.concat(),
    }
}

/// The health of a sender; clones share it.
#[derive(Debug, Clone)]
pub(super) struct SenderHealth {
    place: &'static str,
    supervisor: Supervisor,
    fault: Arc<Mutex<Option<Fault>>>,
}

/// The part of a sender's settings that may be wrong.
#[derive(Debug, Clone, Copy)]
enum About {
    Addresses,
    Secrets,
}

impl About {
    fn is(self, key: &Key) -> bool {
        match (self, key.form) {
            (Self::Addresses, Form::Site | Form::Smtp | Form::Api(_)) => true,
            (Self::Secrets, Form::Secret | Form::OptionalSecret | Form::SigningKey) => true,
            // These are both an address and a secret.
            (_, Form::SecretAddress | Form::SecretPath) => true,
            (Self::Addresses, Form::Word(_)) => key.name == "encryption",
            _ => false,
        }
    }
}

impl SenderHealth {
    pub(super) fn new(place: &'static str, supervisor: Supervisor) -> Self {
        Self {
            place,
            supervisor,
            fault: Arc::default(),
        }
    }

    /// Returns the name under which the sender runs as a part of the program.
    pub(super) fn part(&self) -> String {
        format!("{} channels", self.place)
    }

    /// Returns the result of `work`; if it panics, the panic is reported and `broken` provides the result.
    pub(super) async fn survive<T>(
        &self,
        work: impl Future<Output = T>,
        broken: impl FnOnce(String) -> T,
    ) -> T {
        match AssertUnwindSafe(work).catch_unwind().await {
            Ok(done) => done,
            Err(panic) => {
                let why = reason(panic.as_ref());
                self.supervisor.broke(&self.part(), &why);
                broken(why)
            }
        }
    }

    /// Returns the trouble that keeps the sender from sending to these channels.
    pub(super) fn fault(&self, channels: &[Channel]) -> Option<Fault> {
        let fault = self.lock().clone()?;
        let channels = channels.iter().map(|channel| channel.id.clone());
        Some(Fault {
            channels: channels.collect(),
            ..fault
        })
    }

    /// Records that the sender cannot send, and reports it unless the same was reported already.
    pub(super) fn is_ill(&self, sent: &Sent) {
        let (kind, about) = match sent {
            Sent::Denied(_) => (FaultKind::Denied, About::Secrets),
            Sent::Unreachable(_) | Sent::Perhaps(_) | Sent::Ailing(_) | Sent::Again(_) => {
                (FaultKind::Unreachable, About::Addresses)
            }
            _ => return,
        };
        let mut fault = self.lock();
        if fault.as_ref().is_some_and(|old| old.kind == kind) {
            return;
        }
        let new = Fault {
            place: self.place,
            kind,
            what: sent.reason(),
            since: Utc::now(),
            keys: self.keys(about),
            channels: Vec::new(),
        };
        let remedy = new.remedy(Language::OF_LOG);
        tracing::error!("{} cannot send: {}; {remedy}", self.place, new.what);
        *fault = Some(new);
    }

    /// Returns the keys of the config that may be wrong.
    fn keys(&self, about: About) -> Vec<&'static str> {
        match (RobotKind::named(self.place), about) {
            (Some(kind), about) => {
                let keys = kind.keys.iter().filter(|key| about.is(key));
                keys.map(|key| key.name).collect()
            }
            (None, About::Secrets) => vec!["token"],
            (None, About::Addresses) => vec!["proxy", "api_url"],
        }
    }

    pub(super) fn is_well(&self) {
        if self.lock().take().is_some() {
            tracing::info!("{} sends again", self.place);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Fault>> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_shown_the_keys_that_it_has() {
        for (place, addresses, secrets) in [
            ("telegram", "`proxy` and `api_url`", "`token`"),
            ("email", "`smtp` and `encryption`", "`password`"),
            ("matrix", "`homeserver`", "`access_token`"),
            ("slack", "`url`", "`url`"),
            ("dingtalk-robot", "`api_url`", "`access_token` and `secret`"),
        ] {
            let health = SenderHealth::new(place, Supervisor::default());
            let words = &words::of(Language::En).problems;
            assert_eq!(named(&health.keys(About::Addresses), words), addresses);
            assert_eq!(named(&health.keys(About::Secrets), words), secrets);
        }
    }
}
