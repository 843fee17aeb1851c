//! Reports faults once, and once when they are over. The texts are pure; [`notify`] queues them.

use chrono::{DateTime, Utc};

use crate::{
    bulletin::{ChannelId, Language, PageFault, Source, quiet},
    config::Config,
    ops::{PollState, Reported, Store, StoreError},
    round::PollOutcome,
    words::{self, AlertWords, fill},
};

/// The number of failed polls in a row after which a fault that may pass is reported.
const REPORTED_AFTER: u32 = 3;
/// The shortest history that is evidence of a silence.
const LEAST_GAPS: usize = 4;
/// The multiple of its longest gap after which a source counts as silent …
const SILENT_TIMES: i64 = 4;
/// … but never before three days, so that a weekend is not reported.
const LEAST_SILENCE_MINUTES: i64 = 3 * 24 * 60;

/// The messages that follow from one poll of a source.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Alerts {
    pub(super) texts: Vec<String>,
    /// The record of what was reported about the source, these messages included.
    pub(super) reported: Reported,
}

/// The readers of an alert, as far as they shape its text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Audience {
    pub(super) language: Language,
    /// True if the bot notifies them of held bulletins, with buttons.
    pub(super) has_buttons: bool,
}

/// Returns the alerts after a poll. `state` is the source's after the poll, `held` are a few titles of what it held.
pub(super) fn of(
    source: &Source,
    outcome: &PollOutcome,
    held: &[String],
    state: &PollState,
    audience: Audience,
    now: DateTime<Utc>,
) -> Alerts {
    let texts = Texts {
        source,
        language: audience.language,
        words: &words::of(audience.language).alerts,
    };
    let mut alerts = Alerts {
        texts: Vec::new(),
        reported: state.reported,
    };
    if !outcome.held.is_empty() {
        let text = (!audience.has_buttons).then(|| texts.held(outcome.held.len(), held));
        alerts.texts.extend(text);
    } else if outcome.has_gap {
        alerts.texts.push(texts.say(texts.words.gap));
    }
    if outcome.left_out > 0 {
        alerts.texts.push(texts.left_out(outcome.left_out));
    }
    match (&outcome.error, state.reported) {
        (Some(_), Reported::Fault) => {}
        (Some(error), _) if outcome.is_grave || state.failures >= REPORTED_AFTER => {
            alerts.texts.push(texts.fault(error, outcome.fault));
            alerts.reported = Reported::Fault;
        }
        (Some(_), _) => {}
        (None, Reported::Fault) => {
            alerts.texts.push(texts.say(texts.words.recovered));
            alerts.reported = Reported::No;
        }
        (None, Reported::Silence) if !outcome.new.is_empty() => {
            alerts.texts.push(texts.say(texts.words.speaks_again));
            alerts.reported = Reported::No;
        }
        (None, Reported::Silence) => {}
        (None, Reported::No) => {
            if let Some(days) = silent_days(state, now) {
                alerts.texts.push(texts.silence(days));
                alerts.reported = Reported::Silence;
            }
        }
    }
    alerts
}

/// Returns for how many days a source has been silent, if that is far longer than its own history.
fn silent_days(state: &PollState, now: DateTime<Utc>) -> Option<i64> {
    let longest = i64::from(*state.gaps_minutes.iter().max()?);
    let silent = (now - state.last_changed?).num_minutes();
    let is_long = silent >= LEAST_SILENCE_MINUTES && silent > longest.saturating_mul(SILENT_TIMES);
    (is_long && state.gaps_minutes.len() >= LEAST_GAPS).then_some(silent / (24 * 60))
}

/// Returns the reports about the disk: that it is low, or no longer low.
pub(super) fn of_disk(low: Option<&str>, language: Language) -> String {
    let words = &words::of(language).alerts;
    match low {
        Some(why) => {
            let why = words::details(language, why, words.disk_low_do);
            fill(words.disk_low, &[("why", why)])
        }
        None => words.disk_recovered.to_owned(),
    }
}

/// Notifies the recipients of faults: `[alerts]`, else the admins, else the log.
pub(super) async fn notify(
    store: &Store,
    config: &Config,
    text: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let to = recipients(config);
    if to.is_empty() {
        tracing::warn!("{text}");
        return Ok(());
    }
    store.announce(&to, text, now).await.map(drop)
}

/// Returns the audience of alerts. The log is in English.
pub(super) fn audience(config: &Config) -> Audience {
    let is_anybody_notified = is_anybody_notified(config);
    Audience {
        language: match is_anybody_notified {
            true => config.language,
            false => Language::OF_LOG,
        },
        has_buttons: is_anybody_notified && config.alerts.is_empty(),
    }
}

pub(super) fn is_anybody_notified(config: &Config) -> bool {
    !recipients(config).is_empty()
}

fn recipients(config: &Config) -> Vec<ChannelId> {
    if !config.alerts.is_empty() {
        return config.alerts.clone();
    }
    let admins = config.telegram.iter().flat_map(|telegram| &telegram.admins);
    admins
        .filter_map(|admin| format!("telegram:{admin}").parse().ok())
        .collect()
}

/// The texts about one source.
struct Texts<'a> {
    source: &'a Source,
    language: Language,
    words: &'static AlertWords,
}

impl Texts<'_> {
    fn say(&self, text: &str) -> String {
        self.say_with(text, [])
    }

    fn say_with<const N: usize>(&self, text: &str, more: [(&str, &str); N]) -> String {
        let name = quiet(&self.source.name);
        let parts = [("name", name.as_str()), ("id", self.source.id.as_str())];
        let parts: Vec<_> = parts.into_iter().chain(more).collect();
        fill(text, &parts)
    }

    /// Returns the text of a fault. The details, which are in the log's language and may quote the page, are only
    /// for readers of the log.
    fn fault(&self, error: &str, fault: Option<PageFault>) -> String {
        let why = match self.language == Language::OF_LOG {
            true => quiet(error),
            false => words::of(self.language).page_faults.say(fault),
        };
        self.say_with(self.words.fault, [("why", &why)])
    }

    fn silence(&self, days: i64) -> String {
        self.say(&self.words.silence.say(days))
    }

    fn held(&self, count: usize, titles: &[String]) -> String {
        let titles = titles.iter().map(|title| {
            let title = quiet(title);
            fill(self.words.title, &[("title", title)])
        });
        let titles = titles.collect::<Vec<_>>().join(self.words.between_titles);
        self.say_with(&self.words.held.say(count), [("titles", &titles)])
    }

    fn left_out(&self, count: usize) -> String {
        self.say(&self.words.left_out.say(count))
    }
}

#[cfg(test)]
mod tests;
