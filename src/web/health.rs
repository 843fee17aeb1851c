//! `/healthz` and `/readyz`: whether it works, and what is wrong where, since when, and what to do.

pub(super) mod answer;

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use chrono::TimeDelta;

use self::answer::{Answer, Fault};
use super::{
    card::Scene,
    language::PageLanguage,
    site::{Shared, Site},
    viewer::Viewer,
};
use crate::{
    bulletin::{Channel, ChannelId, Source, SourceId},
    config::Config,
    ops::{ChannelStatus, LookState, Refusal, Store, StoreError, Waiting},
    push,
    supervise::Breakage,
    view::Stamp,
};

/// A due delivery older than this is a fault, if nothing but us holds it up.
const STUCK_AFTER: TimeDelta = TimeDelta::minutes(10);
/// A sender that began a send within this is at work: then its pace holds up the rest.
const AT_WORK_WITHIN: TimeDelta = TimeDelta::minutes(1);
/// For the store to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// It asks the store's memory alone, whatever the store is doing.
pub(super) async fn healthz(State(site): State<Shared>) -> Response {
    let failed = site.desk.store.failure();
    Answer::new(failed.map(store_failed).into_iter().collect()).into_response()
}

/// Whoever asks while others do gets the answer that is made for all of them.
pub(super) async fn readyz(State(site): State<Shared>, viewer: Viewer) -> Response {
    let answer = async {
        let faults = tokio::time::timeout(PATIENCE, faults(&site, viewer)).await;
        Answer::new(faults.unwrap_or_else(|_| vec![busy()]))
    };
    let made = match viewer {
        Viewer::Public => &site.readiness,
        Viewer::Admin => &site.readiness_of_all,
    };
    made.get(answer).await.into_response()
}

/// All that is wrong, for the first page of the desk.
pub(super) async fn faults_for_admins(site: &Site) -> Vec<Fault> {
    let faults = tokio::time::timeout(PATIENCE, faults(site, Viewer::Admin)).await;
    faults.unwrap_or_else(|_| vec![busy()])
}

async fn faults(site: &Site, viewer: Viewer) -> Vec<Fault> {
    let config = site.config();
    let scene = Scene::new(&config, viewer, PageLanguage(config.language));
    let mut faults = own_faults(site).await;
    let store_is_away = faults.iter().any(|fault| fault.r#where == "database");
    match outside_faults(site, scene).await {
        Ok(outside) => faults.extend(outside),
        // It is among the store's own by then.
        Err(StoreError::Refused(Refusal::Away(_))) if store_is_away => {}
        Err(StoreError::Refused(Refusal::Away(why))) => faults.push(database_away(why)),
        Err(error) => faults.push(store_failed(error.to_string())),
    }
    faults
}

/// Whoever asks whether we are ready does not wait for long either.
fn busy() -> Fault {
    Fault::grave(
        format!("the store has not answered for {} s", PATIENCE.as_secs()),
        "store",
        "if this stays, look at the log and at the disk below the state folder",
    )
}

fn store_failed(why: String) -> Fault {
    Fault::grave(
        why,
        "store",
        "look at the disk below the state folder, then start noticast again; nothing that was \
         acknowledged is lost",
    )
}

pub(super) fn database_away(why: String) -> Fault {
    let remedy = "mend the database, or the way to it; work goes on by itself";
    Fault::grave(why, "database", remedy)
}

/// So far (ms) a clock may be off before that is worth a word.
const CLOCK_IS_OFF: u64 = 10_000;

/// The clock of this machine is not that of the database.
fn wrong_clock(ahead_ms: i64) -> Option<Fault> {
    let off = ahead_ms.unsigned_abs();
    let which = if ahead_ms > 0 { "ahead of" } else { "behind" };
    (off > CLOCK_IS_OFF).then(|| Fault {
        what: format!(
            "the clock of this machine is {} s {which} that of the database",
            off / 1000
        ),
        r#where: "clock".to_owned(),
        since: None,
        r#do:
            "set both by a time server; what is due is polled and sent by the clock of this machine"
                .into(),
        is_grave: false,
    })
}

async fn own_faults(site: &Site) -> Vec<Fault> {
    let store = &site.desk.store;
    let mut faults = Vec::new();
    faults.extend(store.failure().map(store_failed));
    faults.extend(store.away().map(database_away));
    faults.extend(wrong_clock(store.clock_ahead_ms()));
    let disk_low = store.disk_low().await.ok().flatten();
    faults.extend(
        disk_low.map(|why| Fault::grave(why, "disk", "free some space below the state folder")),
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
    let of_source = |source: &Source| {
        store.read_look_state(&source.id, |look| {
            [
                source_fault(&source.id, look, scene.config),
                moved(&source.id, look),
            ]
        })
    };
    let sources = scene.sources().flat_map(|(_, source)| of_source(source));
    let mut faults: Vec<Fault> = sources.flatten().collect();
    let channels = store.configured_channels().await?;
    faults.extend(
        channels
            .iter()
            .filter_map(|status| channel_fault(status, scene.config)),
    );
    let senders = site.desk.pusher.faults();
    faults.extend(
        senders
            .iter()
            .map(|fault| sender_fault(fault, scene.config)),
    );
    let mut at_work = kinds_at_work(store, scene).await?;
    at_work.extend(senders.iter().map(|fault| fault.place));
    faults.extend(stuck(store, scene, at_work).await?);
    Ok(faults)
}

/// The delivery that is due for the longest time, where nobody but we hold it up.
async fn stuck(
    store: &Store,
    scene: Scene<'_>,
    excused: HashSet<&'static str>,
) -> Result<Option<Fault>, StoreError> {
    let channels = scene.config.channels.iter();
    let kinds: HashMap<ChannelId, &'static str> = channels
        .map(|channel| (channel.id.clone(), channel.kind_name()))
        .collect();
    // Chats that subscribed by themselves are Telegram's.
    let is_meant = move |id: &ChannelId| {
        let kind = kinds.get(id).copied().unwrap_or("telegram");
        !excused.contains(kind)
    };
    let late = store.latest(scene.now - STUCK_AFTER, is_meant).await?;
    Ok(late.map(|late| stuck_fault(&late, scene.config)))
}

fn source_fault(id: &SourceId, look: &LookState, config: &Config) -> Option<Fault> {
    let error = look.error.as_ref().filter(|_| !look.paused)?;
    Some(Fault {
        what: error.clone(),
        r#where: format!("source `{id}`"),
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
fn moved(id: &SourceId, look: &LookState) -> Option<Fault> {
    let to = look.moved_to.as_ref()?;
    Some(Fault {
        what: format!("its page has moved for good to {to}"),
        r#where: format!("source `{id}`"),
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

async fn kinds_at_work(
    store: &Store,
    scene: Scene<'_>,
) -> Result<HashSet<&'static str>, StoreError> {
    let sends = store.recent_sends(scene.now - AT_WORK_WITHIN).await?;
    let kinds = sends.iter().map(|(id, _)| kind(scene.config, id));
    Ok(kinds.collect())
}

/// Returns what sends to it; chats that subscribed by themselves are Telegram's.
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
