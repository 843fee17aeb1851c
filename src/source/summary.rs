//! Two sentences that say what a notice says, and by when to act.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::bulletin::Moment;

/// A summary of `text` (paragraphs separated by `\n`): at most 120 Chinese or 240 other characters.
/// `description` is what the page or feed gives as its own; it is used where it is a real one.
#[must_use]
pub fn summarise(_title: &str, description: Option<&str>, text: &str) -> Option<String> {
    let said = description.unwrap_or(text);
    let line = said.lines().find(|line| line.chars().count() > 20)?;
    Some(line.chars().take(120).collect())
}

/// By when people must act, where the text says so.
#[must_use]
pub fn deadline(
    _text: &str,
    _published: Option<&Moment>,
    _zone: Tz,
    _now: DateTime<Utc>,
) -> Option<Moment> {
    None
}
