//! Defines the permissions for the API and the desk: tokens and sessions, which of them are valid, and until when.
//! Pure.
//!
//! The store contains the hash of a token; the token itself is shown once. It names its row, so that one search
//! finds it.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::facts::time;
use crate::schedule::parse_duration;

/// The beginning of every token.
const MARK: &str = "nc_";
/// The length of an id, in characters.
const ID_CHARS: usize = 8;
/// The time without use after which a session has ended.
const IDLE: Duration = Duration::hours(12);
/// The precision of the last use: each update is a write.
const USE_IS_KNOWN_TO: Duration = Duration::minutes(1);

/// The rights of a token; each scope includes the previous ones.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// See everything.
    Read,
    /// Publish at desks, and correct and withdraw what it published itself.
    Publish,
    /// Everything.
    Admin,
}

impl Scope {
    /// Returns the name that commands, forms and the API use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Publish => "publish",
            Self::Admin => "admin",
        }
    }
}

/// A token, or a session that one opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    pub id: String,
    pub name: String,
    pub scope: Scope,
    /// The BLAKE3 hash of the whole token.
    pub hash: [u8; 32],
    pub created_ms: i64,
    pub last_used_ms: Option<i64>,
    /// The expiry; with `None`, a token lasts until it is revoked, and a session until it is idle.
    pub expires_ms: Option<i64>,
    /// The opener of a session, which is in a browser's cookie: the id of a token, or empty for the admin token.
    pub opened_by: Option<String>,
}

impl Token {
    #[must_use]
    pub fn is_session(&self) -> bool {
        self.opened_by.is_some()
    }

    #[must_use]
    pub fn created_at(&self) -> DateTime<Utc> {
        time(self.created_ms)
    }

    #[must_use]
    pub fn last_used_at(&self) -> Option<DateTime<Utc>> {
        self.last_used_ms.map(time)
    }

    /// Returns the part of it that may be shown.
    #[must_use]
    pub fn prefix(&self) -> String {
        format!("{MARK}{}", self.id)
    }

    /// Returns until when it is valid, unless it is used or revoked before.
    #[must_use]
    pub fn ends_at(&self) -> Option<DateTime<Utc>> {
        let used = time(self.last_used_ms.unwrap_or(self.created_ms));
        let idle = self.is_session().then(|| used + IDLE);
        self.expires_ms.map(time).into_iter().chain(idle).min()
    }

    #[must_use]
    pub fn is_valid(&self, now: DateTime<Utc>) -> bool {
        self.ends_at().is_none_or(|end| now < end)
    }

    /// Returns whether `text` is this token, in a time that reveals nothing about it.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        blake3::Hash::from_bytes(self.hash) == blake3::hash(text.as_bytes())
    }

    /// Returns whether its last use is worth a write.
    #[must_use]
    pub fn is_use_news(&self, now: DateTime<Utc>) -> bool {
        let known = self.last_used_ms.map(time);
        known.is_none_or(|known| (now - known).abs() >= USE_IS_KNOWN_TO)
    }
}

/// Returns the time that is `span`, such as `90d` or `12h`, after `now`.
///
/// # Errors
/// Returns what is expected instead.
pub fn end_after(now: DateTime<Utc>, span: &str) -> Result<DateTime<Utc>, String> {
    let span = Duration::from_std(parse_duration(span)?).ok();
    let end = span.and_then(|span| now.checked_add_signed(span));
    end.ok_or_else(|| "a span such as `90d` is expected".to_owned())
}

/// Returns a token from an id of eight characters and a secret, both of lower-case letters and digits.
#[must_use]
pub fn text(id: &str, secret: &str) -> String {
    format!("{MARK}{id}_{secret}")
}

/// Returns the id that a token names.
#[must_use]
pub fn id_of(text: &str) -> Option<&str> {
    let (id, secret) = text.strip_prefix(MARK)?.split_once('_')?;
    let is_plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric());
    let is_whole = id.len() == ID_CHARS && !secret.is_empty() && secret.len() <= 128;
    (is_whole && is_plain(id) && is_plain(secret)).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(opened_by: Option<&str>) -> Token {
        let text = text("abcd1234", "secret");
        Token {
            id: id_of(&text).unwrap().to_owned(),
            name: "a program".to_owned(),
            scope: Scope::Read,
            hash: *blake3::hash(text.as_bytes()).as_bytes(),
            created_ms: 0,
            last_used_ms: None,
            expires_ms: None,
            opened_by: opened_by.map(str::to_owned),
        }
    }

    #[test]
    fn a_token_names_its_row_and_is_known_by_all_of_it() {
        assert_eq!(token(None).prefix(), "nc_abcd1234");
        assert!(token(None).is("nc_abcd1234_secret"));
        for wrong in [
            "nc_abcd1234_secre",
            "nc_abcd1234_secret ",
            "",
            "nc_abcd1234",
        ] {
            assert!(!token(None).is(wrong), "{wrong}");
        }
        for wrong in [
            "nc_abcd123_secret",
            "nc_abcd1234_",
            "abcd1234_secret",
            "nc_abcd123/_secret",
        ] {
            assert_eq!(id_of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_token_ends_when_it_says_and_a_session_once_it_is_idle() {
        assert!(token(None).is_valid(time(i64::MAX / 2)));
        let short = Token {
            expires_ms: Some(1_000),
            ..token(None)
        };
        assert!(short.is_valid(time(999)) && !short.is_valid(time(1_000)));
        let session = token(Some(""));
        let end = time(0) + IDLE;
        assert!(session.is_valid(end - Duration::seconds(1)) && !session.is_valid(end));
        let used = Token {
            last_used_ms: Some(60_000),
            ..session
        };
        assert!(used.is_valid(end));
    }

    #[test]
    fn a_scope_holds_those_before_it() {
        assert!(Scope::Read < Scope::Publish && Scope::Publish < Scope::Admin);
    }
}
