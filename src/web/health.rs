//! `/healthz` and `/readyz`: whether it works, and what is wrong where, since when, and what to do.

use std::{borrow::Cow, collections::HashSet};

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::{Shared, Site, auth::Viewer, card::Scene, problem::KeepsShape};
use crate::{
    bulletin::{Channel, ChannelId},
    config::Config,
    push,
    store::{ChannelStatus, SourceStatus, Store, StoreError, Waiting},
    supervise::Breakage,
    view::Stamp,
};

/// A due delivery older than this is a fault, if nothing but us holds it up.
const STUCK_AFTER: TimeDelta = TimeDelta::minutes(10);
/// A sender that began a send within this is at work: then its pace holds up the rest.
const AT_WORK_WITHIN: TimeDelta = TimeDelta::minutes(1);

#[derive(Debug, Serialize)]
struct Report {
    status: &'static str,
    problems: Vec<Fault>,
}

#[derive(Debug, Serialize)]
struct Fault {
    what: String,
    r#where: String,
    since: Option<Stamp>,
    r#do: Cow<'static, str>,
    /// Whether it alone makes the answer a 503.
    #[serde(skip)]
    is_grave: bool,
}

impl Fault {
    fn grave(what: impl Into<String>, r#where: &str, r#do: &'static str) -> Self {
        Self {
            what: what.into(),
            r#where: r#where.to_owned(),
            since: None,
            r#do: r#do.into(),
            is_grave: true,
        }
    }
}

pub(super) async fn healthz(State(site): State<Shared>) -> Response {
    let failed = site.desk.store.health().await.failed;
    answer(failed.map(store_failed).into_iter().collect())
}

pub(super) async fn readyz(State(site): State<Shared>, viewer: Viewer) -> Response {
    let config = site.config();
    let scene = Scene {
        config: &config,
        viewer,
        now: Utc::now(),
    };
    let mut faults = own_faults(&site).await;
    match outside_faults(&site, scene).await {
        Ok(outside) => faults.extend(outside),
        Err(error) => faults.push(store_failed(error.to_string())),
    }
    answer(faults)
}

fn answer(problems: Vec<Fault>) -> Response {
    let is_grave = problems.iter().any(|fault| fault.is_grave);
    let (code, status) = if is_grave {
        (StatusCode::SERVICE_UNAVAILABLE, "failing")
    } else {
        (StatusCode::OK, "ok")
    };
    let mut response = (code, Json(Report { status, problems })).into_response();
    response.extensions_mut().insert(KeepsShape);
    response
}

fn store_failed(why: String) -> Fault {
    Fault::grave(
        why,
        "store",
        "look at the disk below the state folder, then start noticast again; nothing that was \
         acknowledged is lost",
    )
}

async fn own_faults(site: &Site) -> Vec<Fault> {
    let health = site.desk.store.health().await;
    let mut faults = Vec::new();
    faults.extend(health.failed.map(store_failed));
    faults.extend(
        health
            .disk_low
            .map(|why| Fault::grave(why, "disk", "free some space below the state folder")),
    );
    if site.ending.is_cancelled() {
        let what = "it is shutting down";
        faults.push(Fault::grave(what, "service", "wait for the next one"));
    } else if !site.desk.watch.is_running() {
        faults.push(Fault::grave(
            "the schedule does not run",
            "schedule",
            "if this stays, look at the log and start noticast again",
        ));
    }
    let breakages = site.desk.watch.supervisor().breakages();
    let config = site.config();
    faults.extend(breakages.iter().filter_map(|it| part_fault(it, &config)));
    faults
}

/// A part that broke not long ago. What it said of it may quote what strangers may not read: the log has it.
fn part_fault(breakage: &Breakage, config: &Config) -> Option<Fault> {
    let Breakage { part, times, since } = breakage;
    Some(Fault {
        what: format!("it broke, {times} times since the start, and was begun again"),
        r#where: part.clone(),
        since: Some(Stamp::new((*since)?, config.time_zone)),
        r#do: "the log says why; please report it".into(),
        is_grave: false,
    })
}

/// Sources, channels, and deliveries that only we hold up.
async fn outside_faults(site: &Site, scene: Scene<'_>) -> Result<Vec<Fault>, StoreError> {
    let store = &site.desk.store;
    let sources = store.sources().await?;
    let channels = store.channels().await?;
    let mut faults: Vec<Fault> = scene
        .sources()
        .filter_map(|(_, source)| sources.iter().find(|status| status.id == source.id))
        .flat_map(|status| [source_fault(status, scene.config), moved(status)])
        .flatten()
        .collect();
    let known = scene.config.channels.iter();
    let known = known.filter_map(|channel| channels.iter().find(|s| s.id == channel.id));
    faults.extend(known.filter_map(|status| channel_fault(status, scene.config)));
    let senders = site.desk.pusher.faults();
    let resting: HashSet<&str> = senders.iter().map(|fault| fault.place).collect();
    faults.extend(
        senders
            .iter()
            .map(|fault| sender_fault(fault, scene.config)),
    );
    let heads = store.heads(None).await?;
    let overdue = overdue(&heads, &channels, scene.now);
    if !overdue.is_empty() {
        let at_work = kinds_at_work(store, scene).await?;
        let stuck = overdue
            .into_iter()
            .filter(|waiting| {
                let kind = kind(scene.config, &waiting.channel);
                !at_work.contains(kind) && !resting.contains(kind)
            })
            .min_by_key(|waiting| waiting.due_at);
        faults.extend(stuck.map(|stuck| stuck_fault(stuck, scene.config)));
    }
    Ok(faults)
}

fn source_fault(status: &SourceStatus, config: &Config) -> Option<Fault> {
    let look = &status.look;
    let error = look.error.as_ref().filter(|_| !look.paused)?;
    Some(Fault {
        what: error.clone(),
        r#where: format!("source `{}`", status.id),
        since: look
            .error_since
            .map(|since| Stamp::new(since, config.time_zone)),
        r#do:
            "it is tried again by itself; `noticast preview` with its address shows what it answers"
                .into(),
        is_grave: false,
    })
}

/// A permanent redirect. The config's address is still asked: a captive portal sends such too.
fn moved(status: &SourceStatus) -> Option<Fault> {
    let to = status.look.moved_to.as_ref()?;
    Some(Fault {
        what: format!("its page has moved for good to {to}"),
        r#where: format!("source `{}`", status.id),
        since: None,
        r#do: format!("if that is right, set `url = \"{to}\"` in the config").into(),
        is_grave: false,
    })
}

/// A wrong token, or a platform that cannot be reached.
fn sender_fault(fault: &push::Fault, config: &Config) -> Fault {
    Fault {
        what: fault.what.clone(),
        r#where: fault.place.to_owned(),
        since: Some(Stamp::new(fault.since, config.time_zone)),
        r#do: fault.remedy.clone().into(),
        is_grave: false,
    }
}

fn channel_fault(status: &ChannelStatus, config: &Config) -> Option<Fault> {
    let (what, since) = match (&status.blocked, &status.error) {
        (Some((why, since)), _) => (why, Some(*since)),
        (None, Some(error)) => (error, None),
        (None, None) => return None,
    };
    Some(Fault {
        what: what.clone(),
        r#where: format!("channel `{}`", status.id),
        since: since.map(|since| Stamp::new(since, config.time_zone)),
        r#do: "`noticast check --online` says what the platform wants; what is queued waits".into(),
        is_grave: false,
    })
}

/// First deliveries that are long due in channels that nothing else is wrong with.
fn overdue<'a>(
    heads: &'a [Waiting],
    channels: &[ChannelStatus],
    now: DateTime<Utc>,
) -> Vec<&'a Waiting> {
    let troubled: HashSet<&ChannelId> = channels
        .iter()
        .filter(|status| status.blocked.is_some() || status.error.is_some())
        .map(|status| &status.id)
        .collect();
    let heads = heads.iter().filter(|head| {
        now.signed_duration_since(head.due_at) > STUCK_AFTER && !troubled.contains(&head.channel)
    });
    heads.collect()
}

async fn kinds_at_work(
    store: &Store,
    scene: Scene<'_>,
) -> Result<HashSet<&'static str>, StoreError> {
    let sends = store.recent_sends(scene.now - AT_WORK_WITHIN).await?;
    let kinds = sends.iter().map(|(id, _)| kind(scene.config, id));
    Ok(kinds.collect())
}

/// What sends to it; chats that subscribed by themselves are Telegram's.
fn kind(config: &Config, id: &ChannelId) -> &'static str {
    let channel = config.channels.iter().find(|channel| channel.id == *id);
    channel.map_or("telegram", Channel::kind_name)
}

fn stuck_fault(stuck: &Waiting, config: &Config) -> Fault {
    Fault {
        what: format!("delivery {} is due but is not sent", stuck.id),
        r#where: format!("channel `{}`", stuck.channel),
        since: Some(Stamp::new(stuck.due_at, config.time_zone)),
        r#do: "look at the log and start noticast again; nothing that was queued is lost".into(),
        is_grave: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bulletin::{DeliveryId, DeliveryKind};

    fn head(channel: &str, minutes: i64, now: DateTime<Utc>) -> Waiting {
        Waiting {
            id: DeliveryId(1),
            bulletin: None,
            channel: channel.parse().unwrap(),
            kind: DeliveryKind::New,
            attempts: 0,
            due_at: now - TimeDelta::minutes(minutes),
            note: None,
        }
    }

    fn status(id: &str, error: Option<&str>, blocked: bool) -> ChannelStatus {
        ChannelStatus {
            id: id.parse().unwrap(),
            chat: None,
            blocked: blocked.then(|| ("kicked".to_owned(), DateTime::UNIX_EPOCH)),
            error: error.map(str::to_owned),
            queued: 1,
            sent: 0,
            failed: 0,
        }
    }

    #[test]
    fn only_what_we_alone_hold_up_is_overdue() {
        let now = Utc::now();
        let heads = [
            head("stuck", 11, now),
            head("waits", 9, now),
            head("refused", 11, now),
            head("kicked", 11, now),
        ];
        let channels = [
            status("stuck", None, false),
            status("waits", None, false),
            status("refused", Some("401"), false),
            status("kicked", None, true),
        ];
        let overdue = overdue(&heads, &channels, now);
        let ids: Vec<_> = overdue.iter().map(|head| head.channel.as_str()).collect();
        assert_eq!(ids, ["stuck"]);
    }
}
