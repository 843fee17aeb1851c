//! Channels of other platforms than Telegram: their secrets, their senders, and their destinations.
//!
//! A kind is one line of [`KINDS`], by which the config is parsed, and one file in `push/`.

mod kinds;
mod place;

use std::fmt;

pub use kinds::{Form, KINDS, Key, Robot, RobotKind, Setting};

/// The recipient for all members who see an application of WeCom.
const EVERYBODY: &str = "@all";

/// A key that is equal for two channels that lead to the same place, or have the same sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 16]);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Robot {
    /// Returns everything that must never be shown: secrets, and of secret addresses also the text after the host and
    /// each part of that, if it is a key. A word that any address may hold (`/json`) hides nothing alone.
    #[must_use]
    pub fn secrets(&self) -> Vec<String> {
        let secrets = self.values.values().filter_map(|value| match value {
            Setting::Secret(secret) => Some(secret.reveal()),
            Setting::Text(_) => None,
        });
        let with_parts = secrets.flat_map(|secret| {
            let path = secret.splitn(4, '/').nth(3);
            let path = path.filter(|_| secret.contains("://")).unwrap_or_default();
            let parts = path.split(['/', '?', '&', '=', '#']);
            let keys: Vec<&str> = parts.filter(|part| is_key(part)).collect();
            let whole = (!keys.is_empty()).then_some(path);
            std::iter::once(secret).chain(whole).chain(keys)
        });
        with_parts.map(str::to_owned).collect()
    }

    /// Returns a key that is equal for channels that one sender serves.
    #[must_use]
    pub fn account(&self) -> Fingerprint {
        let account = (self.kind.account)(self);
        self.fingerprint(account.into_iter().map(str::to_owned))
    }

    /// Returns a key that is equal for channels whose messages meet.
    #[must_use]
    pub fn place(&self) -> Fingerprint {
        self.fingerprint(self.kind.place.iter().map(|key| place::meant(self, key)))
    }

    /// Returns the readers of this one who also read the other one, each by the name that both know. A member who reads
    /// everything that an application of WeCom sends is always among them.
    #[must_use]
    pub fn readers_shared_with(&self, other: &Self) -> Vec<String> {
        let without_readers = |robot: &Self| {
            let keys = robot.kind.place.iter().filter(|key| **key != "to");
            let keys = keys.map(|key| place::meant(robot, key));
            robot.fingerprint(keys)
        };
        if without_readers(self) != without_readers(other) {
            return Vec::new();
        }
        let (own, others) = (place::readers(self), place::readers(other));
        match (own.contains(EVERYBODY), others.contains(EVERYBODY)) {
            (true, _) => others.into_iter().collect(),
            (_, true) => own.into_iter().collect(),
            _ => own.intersection(&others).cloned().collect(),
        }
    }

    fn fingerprint(&self, parts: impl Iterator<Item = String>) -> Fingerprint {
        let mut hasher = blake3::Hasher::new();
        let own = self.unfinished.iter().map(|(channel, _)| channel.clone());
        let kind = std::iter::once(self.kind.name.to_owned());
        for part in kind.chain(own).chain(parts) {
            hasher.update(part.as_bytes());
            hasher.update(&[0]);
        }
        let mut fingerprint = [0; 16];
        hasher.finalize_xof().fill(&mut fingerprint);
        Fingerprint(fingerprint)
    }
}

/// Returns whether a part of an address is meant to be secret, and is not a word.
fn is_key(part: &str) -> bool {
    let is_word = |part: &str| part.chars().all(|c| c.is_ascii_lowercase());
    part.len() >= 8 && !is_word(part)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::bulletin::secret::Secret;

    fn mail(to: &str, password: &str) -> Robot {
        let values = [("to", to), ("password", password)];
        let values = values.map(|(key, value)| (key, Setting::Text(value.to_owned())));
        Robot::new(RobotKind::named("email").unwrap(), values.into())
    }

    #[test]
    fn a_place_is_where_messages_are_read_whoever_sends_them_in_whatever_order() {
        let one = mail("a@example.org, 王 <B@example.org>", "one");
        let other = mail("b@example.org, a@example.org", "other");
        assert_eq!(one.place(), other.place());
        assert_ne!(one.account(), other.account());
        assert_ne!(one.place(), mail("a@example.org", "one").place());
        for kind in KINDS {
            assert!(!kind.place.is_empty(), "{kind:?}");
            let keys = kind.keys.iter().map(|key| key.name);
            let known: Vec<_> = keys.collect();
            assert!(kind.place.iter().all(|key| known.contains(key)), "{kind:?}");
        }
    }

    fn secrets(url: &str) -> Vec<String> {
        let url = Setting::Secret(Secret::new(url.to_owned()));
        let kind = RobotKind::named("webhook").unwrap();
        Robot::new(kind, BTreeMap::from([("url", url)])).secrets()
    }

    #[test]
    fn an_address_hides_its_keys_and_no_word_that_any_address_may_hold() {
        for plain in [
            "https://hooks.example.com/json",
            "https://hooks.example.com/notifications/json",
        ] {
            assert_eq!(secrets(plain), [plain]);
        }
        let keyed = "https://hooks.example.com/services/T0123456/json?key=693a91f6-7xxx";
        assert_eq!(
            secrets(keyed),
            [
                keyed,
                "services/T0123456/json?key=693a91f6-7xxx",
                "T0123456",
                "693a91f6-7xxx"
            ]
        );
    }
}
