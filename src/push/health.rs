//! The state of a sender as a whole: reported once when it cannot send, and once when it can again.

use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Utc};
use futures::FutureExt;

use super::sender::Sent;
use crate::{
    bulletin::{Form, Key, RobotKind},
    supervise::{Supervisor, reason},
};

/// The reason for which a whole sender is paused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Which sender, such as `telegram`.
    pub place: &'static str,
    pub what: String,
    pub since: DateTime<Utc>,
    /// The remedy, for people.
    pub remedy: String,
}

/// Clones share it.
#[derive(Debug, Clone)]
pub(super) struct SenderHealth {
    place: &'static str,
    supervisor: Supervisor,
    fault: Arc<Mutex<Option<Fault>>>,
}

/// The part of a sender's settings that is perhaps wrong.
#[derive(Debug, Clone, Copy)]
enum About {
    Addresses,
    Secrets,
}

impl About {
    fn is(self, key: &Key) -> bool {
        match (self, key.form) {
            (Self::Addresses, Form::Site | Form::Smtp | Form::Api(_)) => true,
            (Self::Secrets, Form::Secret | Form::OptionalSecret) => true,
            // They are both.
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

    /// Returns what runs here as a part of the program, by its name.
    pub(super) fn part(&self) -> String {
        format!("{} channels", self.place)
    }

    /// Returns what `work` gives; where it panics, that is reported, and `broken` says what is to be made of it.
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

    pub(super) fn fault(&self) -> Option<Fault> {
        self.lock().clone()
    }

    /// The sender cannot send: told, unless the same was told already.
    pub(super) fn is_ill(&self, sent: &Sent) {
        let remedy = match sent {
            Sent::Denied(_) => format!(
                "set {} right in the config, and reload it",
                self.keys(About::Secrets)
            ),
            Sent::Unreachable(_) | Sent::Perhaps(_) | Sent::Ailing(_) | Sent::Again(_) => format!(
                "check the network and {}; it is tried again by itself",
                self.keys(About::Addresses)
            ),
            _ => return,
        };
        let mut fault = self.lock();
        if fault.as_ref().is_some_and(|old| old.remedy == remedy) {
            return;
        }
        let what = sent.to_string();
        tracing::error!("{} rests: {what}; {remedy}", self.place);
        *fault = Some(Fault {
            place: self.place,
            what,
            since: Utc::now(),
            remedy,
        });
    }

    /// The keys of the config by which this sender is mended.
    fn keys(&self, about: About) -> String {
        let names: Vec<&str> = match (RobotKind::named(self.place), about) {
            (Some(kind), about) => {
                let keys = kind.keys.iter().filter(|key| about.is(key));
                keys.map(|key| key.name).collect()
            }
            (None, About::Secrets) => vec!["token"],
            (None, About::Addresses) => vec!["proxy", "api_url"],
        };
        let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
        match names.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
            _ => names.concat(),
        }
    }

    pub(super) fn is_well(&self) {
        if self.lock().take().is_some() {
            tracing::info!("{} goes on", self.place);
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
    fn each_kind_is_told_the_keys_that_it_has() {
        for (place, addresses, secrets) in [
            ("telegram", "`proxy` and `api_url`", "`token`"),
            ("email", "`smtp` and `encryption`", "`password`"),
            ("matrix", "`homeserver`", "`access_token`"),
            ("slack", "`url`", "`url`"),
            ("dingtalk-robot", "`api_url`", "`access_token` and `secret`"),
        ] {
            let health = SenderHealth::new(place, Supervisor::default());
            assert_eq!(health.keys(About::Addresses), addresses);
            assert_eq!(health.keys(About::Secrets), secrets);
        }
    }
}
