//! Faults, told once, and once when they are over. The texts are pure; [`tell`] queues them.

use chrono::{DateTime, Utc};

use crate::{
    bulletin::{ChannelId, Language, Source, quiet},
    config::Config,
    ops::{LookState, Store, StoreError, Told},
    round::Looked,
};

/// Failed looks in a row after which a fault that may pass is told.
const TOLD_AFTER: u32 = 3;
/// A history shorter than this says nothing about a silence.
const LEAST_GAPS: usize = 4;
/// Silent is who was quiet for this many times its longest gap …
const SILENT_TIMES: i64 = 4;
/// … and at least for three days, so that no weekend is told.
const LEAST_SILENCE_MINUTES: i64 = 3 * 24 * 60;

/// The messages that follow from one poll of a source.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Alerts {
    pub(super) texts: Vec<String>,
    /// The record of what was reported about the source, these messages included.
    pub(super) told: Told,
}

/// The readers of an alert, as far as they shape its text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Audience {
    pub(super) language: Language,
    /// The bot tells them of what is held, with buttons.
    pub(super) has_buttons: bool,
}

/// `state` is the source's after the look, `held` are a few titles of what it held.
pub(super) fn of(
    source: &Source,
    looked: &Looked,
    held: &[String],
    state: &LookState,
    audience: Audience,
    now: DateTime<Utc>,
) -> Alerts {
    let words = Words {
        source,
        language: audience.language,
    };
    let mut alerts = Alerts {
        texts: Vec::new(),
        told: state.told,
    };
    if !looked.held.is_empty() {
        let text = (!audience.has_buttons).then(|| words.held(looked.held.len(), held));
        alerts.texts.extend(text);
    } else if looked.has_gap {
        alerts.texts.push(words.gap());
    }
    if looked.left_out > 0 {
        alerts.texts.push(words.left_out(looked.left_out));
    }
    match (&looked.error, state.told) {
        (Some(_), Told::Fault) => {}
        (Some(error), _) if looked.is_grave || state.failures >= TOLD_AFTER => {
            alerts.texts.push(words.fault(error));
            alerts.told = Told::Fault;
        }
        (Some(_), _) => {}
        (None, Told::Fault) => {
            alerts.texts.push(words.well_again());
            alerts.told = Told::No;
        }
        (None, Told::Silence) if !looked.new.is_empty() => {
            alerts.texts.push(words.speaks_again());
            alerts.told = Told::No;
        }
        (None, Told::Silence) => {}
        (None, Told::No) => {
            if let Some(days) = silent_days(state, now) {
                alerts.texts.push(words.silence(days));
                alerts.told = Told::Silence;
            }
        }
    }
    alerts
}

/// For how many days a source has been silent, if that is far longer than its own history.
fn silent_days(state: &LookState, now: DateTime<Utc>) -> Option<i64> {
    let longest = i64::from(*state.gaps_minutes.iter().max()?);
    let silent = (now - state.last_changed?).num_minutes();
    let is_long = silent >= LEAST_SILENCE_MINUTES && silent > longest.saturating_mul(SILENT_TIMES);
    (is_long && state.gaps_minutes.len() >= LEAST_GAPS).then_some(silent / (24 * 60))
}

/// Returns what is told of the disk: that it is low, and that it is no more.
pub(super) fn of_disk(low: Option<&str>, language: Language) -> String {
    match (low, language) {
        (Some(why), Language::Zh) => format!("磁盘空间不足，已暂停查看来源：{why}"),
        (Some(why), Language::En) => format!("the disk is low, so no source is looked at: {why}"),
        (None, Language::Zh) => "磁盘空间已恢复，继续查看来源".to_owned(),
        (None, Language::En) => "the disk has room again, sources are looked at".to_owned(),
    }
}

/// Tells those who are told of faults: `[alerts]`, else the admins, else the log.
pub(super) async fn tell(
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

/// The log speaks English.
pub(super) fn audience(config: &Config) -> Audience {
    let is_anybody_told = is_anybody_told(config);
    Audience {
        language: match is_anybody_told {
            true => config.language,
            false => Language::En,
        },
        has_buttons: is_anybody_told && config.alerts.is_empty(),
    }
}

pub(super) fn is_anybody_told(config: &Config) -> bool {
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

struct Words<'a> {
    source: &'a Source,
    language: Language,
}

impl Words<'_> {
    fn say(&self, zh: &str, en: &str) -> String {
        let (id, name) = (&self.source.id, quiet(&self.source.name));
        match self.language {
            Language::Zh => format!("来源“{name}”（{id}）{zh}"),
            Language::En => format!("source `{name}` ({id}) {en}"),
        }
    }

    /// An error may quote the page.
    fn fault(&self, error: &str) -> String {
        let error = quiet(error);
        self.say(
            &format!("出现故障：{error}。已记录的公告不受影响，稍后会自动重试"),
            &format!("is failing: {error}. nothing is forgotten, and it is tried again"),
        )
    }

    fn well_again(&self) -> String {
        self.say("已恢复正常", "works again")
    }

    fn silence(&self, days: i64) -> String {
        self.say(
            &format!("已有 {days} 天没有新公告，远长于以往的间隔，请检查页面是否改版或迁移"),
            &format!("has had nothing new for {days} days, far longer than ever before; see whether its page moved"),
        )
    }

    fn speaks_again(&self) -> String {
        self.say("又有新公告了", "has something new again")
    }

    fn held(&self, count: usize, titles: &[String]) -> String {
        let id = &self.source.id;
        let quoted = |open: char, close: char, between: &str| {
            let titles = titles
                .iter()
                .map(|title| format!("{open}{}{close}", quiet(title)));
            titles.collect::<Vec<_>>().join(between)
        };
        let (zh, en) = (quoted('“', '”', "、"), quoted('`', '`', ", "));
        self.say(
            &format!("的页面似乎改版、搬迁或一次新增过多：{count} 条新通知待审核，最新的有{zh}。查看：noticast held --source {id}；发布：noticast held --publish ID；忽略（仅存档）：noticast held --seen ID"),
            &format!("looks redesigned or moved, or has far more than ever: {count} unknown bulletins are held, newest {en}. List them: noticast held --source {id}; publish: noticast held --publish ID; mark as seen (archive only): noticast held --seen ID"),
        )
    }

    fn left_out(&self, count: usize) -> String {
        self.say(
            &format!("的页面过长：其余 {count} 条未读取，请设置分页或更短的列表地址"),
            &format!("is too long a page: {count} more notices on it are not read; choose an address with fewer"),
        )
    }

    fn gap(&self) -> String {
        self.say(
            "的列表与上次所见没有衔接，其间的公告可能有遗漏，请查看原页面",
            "shows no row that was known, on any page of its list: something in between may have been missed; see the page",
        )
    }
}

#[cfg(test)]
mod tests;
