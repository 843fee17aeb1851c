//! Serves `/healthz` and `/readyz`: whether the instance works, and for each fault its place, its time and the advice.

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

use self::answer::{About, Answer, Fault};
use super::{
    card::Scene,
    language::PageLanguage,
    site::{Shared, Site},
    viewer::Viewer,
};
use crate::{
    bulletin::{Channel, ChannelId, Language, Source, SourceId},
    config::Config,
    ops::{ChannelStatus, PollState, Refusal, Store, StoreError, Waiting},
    push,
    supervise::Breakage,
    view::Stamp,
    words::{self, ProblemWords, fill},
};

/// The age from which a due delivery is a fault, if only we hold it up.
const STUCK_AFTER: TimeDelta = TimeDelta::minutes(10);
/// The time since its last begun send within which a sender counts as working: then its pace holds up the rest.
const AT_WORK_WITHIN: TimeDelta = TimeDelta::minutes(1);
/// The timeout of the store's answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Answers from the store's memory only, regardless of the store's activity.
pub(super) async fn healthz(State(site): State<Shared>) -> Response {
    let failed = site.desk.store.failure();
    let failed = failed.map(|why| store_failed(&why, Language::OF_LOG));
    Answer::new(failed.into_iter().collect()).into_response()
}

/// Answers the readiness check; callers at the same time share one answer.
pub(super) async fn readyz(State(site): State<Shared>, viewer: Viewer) -> Response {
    let answer = async { Answer::new(faults_in_time(&site, viewer, Language::OF_LOG).await) };
    let made = match viewer {
        Viewer::Public => &site.readiness,
        Viewer::Admin => &site.readiness_of_all,
    };
    made.get(answer).await.into_response()
}

/// Returns all faults, for the first page of the desk.
pub(super) async fn faults_for_admins(site: &Site, language: Language) -> Vec<Fault> {
    faults_in_time(site, Viewer::Admin, language).await
}

async fn faults_in_time(site: &Site, viewer: Viewer, language: Language) -> Vec<Fault> {
    let faults = tokio::time::timeout(PATIENCE, faults(site, viewer, language)).await;
    faults.unwrap_or_else(|_| vec![busy(language)])
}

async fn faults(site: &Site, viewer: Viewer, language: Language) -> Vec<Fault> {
    let config = site.config();
    let scene = Scene::new(&config, viewer, PageLanguage(language));
    let mut faults = own_faults(site, language).await;
    let store_is_away = site.desk.store.away().is_some();
    match outside_faults(site, scene).await {
        Ok(outside) => faults.extend(outside),
        // This fault is already among the store's own then.
        Err(StoreError::Refused(Refusal::Away(_))) if store_is_away => {}
        Err(StoreError::Refused(Refusal::Away(why))) => {
            faults.push(database_away(&why, language));
        }
        Err(error) => faults.push(store_failed(&error.to_string(), language)),
    }
    faults
}

fn problem_words(language: Language) -> &'static ProblemWords {
    &words::of(language).problems
}

/// Returns the fault of a store that keeps the readiness check waiting for too long.
fn busy(language: Language) -> Fault {
    let words = problem_words(language);
    let seconds = PATIENCE.as_secs().to_string();
    let what = fill(words.store_silent, &[("seconds", seconds)]);
    Fault::grave(what, words.place_store, words.store_silent_do)
}

fn store_failed(why: &str, language: Language) -> Fault {
    let words = problem_words(language);
    let what = words::details(language, why, words.store_failed);
    Fault::grave(what, words.place_store, words.store_failed_do)
}

pub(super) fn database_away(why: &str, language: Language) -> Fault {
    let words = problem_words(language);
    let what = words::details(language, why, words.database_away);
    Fault::grave(what, words.place_database, words.database_away_do)
}

/// The deviation of a clock in milliseconds up to which it is not reported.
const CLOCK_IS_OFF: u64 = 10_000;

/// Returns the fault of a machine whose clock differs from that of the database.
fn wrong_clock(ahead_ms: i64, words: &ProblemWords) -> Option<Fault> {
    let off = ahead_ms.unsigned_abs();
    let text = match ahead_ms > 0 {
        true => words.clock_ahead,
        false => words.clock_behind,
    };
    (off > CLOCK_IS_OFF).then(|| Fault {
        what: fill(text, &[("seconds", (off / 1000).to_string())]),
        r#where: words.place_clock.to_owned(),
        r#do: words.clock_do.into(),
        ..Fault::default()
    })
}

async fn own_faults(site: &Site, language: Language) -> Vec<Fault> {
    let (store, words) = (&site.desk.store, problem_words(language));
    let mut faults = Vec::new();
    faults.extend(store.failure().map(|why| store_failed(&why, language)));
    faults.extend(store.away().map(|why| database_away(&why, language)));
    faults.extend(wrong_clock(store.clock_ahead_ms(), words));
    let disk_low = store.disk_low().await.ok().flatten();
    faults.extend(disk_low.map(|why| {
        let what = words::details(language, &why, words.disk_low);
        Fault::grave(what, words.place_disk, words.disk_low_do)
    }));
    if site.ending.is_cancelled() {
        faults.push(Fault::grave(
            words.ending,
            words.place_service,
            words.ending_do,
        ));
    } else if !site.desk.watch.is_running() {
        faults.push(Fault::grave(
            words.no_schedule,
            words.place_schedule,
            words.no_schedule_do,
        ));
    }
    faults.extend(hub_fault(site, language));
    let breakages = site.desk.watch.supervisor().breakages();
    let config = site.config();
    let broken = breakages.iter();
    faults.extend(broken.filter_map(|it| part_fault(it, &config, words)));
    faults
}

/// Returns the fault of a hub of the feeds that accepts nothing.
fn hub_fault(site: &Site, language: Language) -> Option<Fault> {
    let ((why, since), words) = (site.hub_trouble.current()?, problem_words(language));
    Some(Fault {
        what: words::details(language, &why, words.hub_silent),
        r#where: words.place_hub.to_owned(),
        since: Some(Stamp::new(since, site.config().time_zone)),
        r#do: words.hub_silent_do.into(),
        ..Fault::default()
    })
}

/// Returns the fault of a part that broke not long ago. Its own message may quote text that strangers may not read:
/// only the log has it.
fn part_fault(breakage: &Breakage, config: &Config, words: &ProblemWords) -> Option<Fault> {
    let Breakage { part, times, since } = breakage;
    Some(Fault {
        what: words.broke.say(*times),
        r#where: part.clone(),
        since: Some(Stamp::new((*since)?, config.time_zone)),
        r#do: words.broke_do.into(),
        ..Fault::default()
    })
}

/// Returns the faults of sources, channels, and deliveries that only we hold up.
async fn outside_faults(site: &Site, scene: Scene<'_>) -> Result<Vec<Fault>, StoreError> {
    let store = &site.desk.store;
    let of_source = |source: &Source| {
        store.read_poll_state(&source.id, |poll| {
            [
                source_fault(&source.id, poll, scene),
                moved(&source.id, poll, problem_words(scene.language)),
            ]
        })
    };
    let sources = scene.sources().flat_map(|(_, source)| of_source(source));
    let mut faults: Vec<Fault> = sources.flatten().collect();
    let senders = site.desk.pusher.faults();
    // A sender needs only one fix, however many of its channels wait for it.
    let is_apart = |status: &&ChannelStatus| !senders.iter().any(|it| it.explains(status));
    let channels = store.configured_channels().await?;
    let channels = channels.iter().filter(is_apart);
    faults.extend(channels.filter_map(|status| channel_fault(status, scene)));
    faults.extend(senders.iter().map(|fault| sender_fault(fault, scene)));
    let mut at_work = kinds_at_work(store, scene).await?;
    at_work.extend(senders.iter().map(|fault| fault.place));
    faults.extend(stuck(store, scene, at_work).await?);
    Ok(faults)
}

/// Returns the delivery that has been due for the longest time, if only we hold it up.
async fn stuck(
    store: &Store,
    scene: Scene<'_>,
    excused: HashSet<&'static str>,
) -> Result<Option<Fault>, StoreError> {
    let channels = scene.config.channels.iter();
    let kinds: HashMap<ChannelId, &'static str> = channels
        .map(|channel| (channel.id.clone(), channel.kind_name()))
        .collect();
    // Chats that subscribed on their own are Telegram's.
    let is_meant = move |id: &ChannelId| {
        let kind = kinds.get(id).copied().unwrap_or("telegram");
        !excused.contains(kind)
    };
    let late = store.latest(scene.now - STUCK_AFTER, is_meant).await?;
    Ok(late.map(|late| stuck_fault(&late, scene)))
}

fn source_fault(id: &SourceId, poll: &PollState, scene: Scene<'_>) -> Option<Fault> {
    let error = poll.error.as_ref().filter(|_| !poll.paused)?;
    let all = words::of(scene.language);
    let why = all.page_faults.say(poll.fault);
    let zone = scene.config.time_zone;
    Some(Fault {
        what: words::details(scene.language, error, why),
        r#where: of_source(id, &all.problems),
        since: poll.error_since.map(|since| Stamp::new(since, zone)),
        r#do: all.problems.source_do.into(),
        about: About::Source(id.clone()),
        ..Fault::default()
    })
}

fn of_source(id: &SourceId, words: &ProblemWords) -> String {
    fill(words.place_source, &[("id", id.as_str())])
}

fn of_channel(id: &ChannelId, words: &ProblemWords) -> String {
    fill(words.place_channel, &[("id", id.as_str())])
}

/// Returns the fault of a permanent redirect. The config's address is still polled: a captive portal sends such
/// redirects too.
fn moved(id: &SourceId, poll: &PollState, words: &ProblemWords) -> Option<Fault> {
    let to = [("url", poll.moved_to.as_ref()?)];
    Some(Fault {
        what: fill(words.moved, &to),
        r#where: of_source(id, words),
        r#do: fill(words.moved_do, &to).into(),
        about: About::Source(id.clone()),
        ..Fault::default()
    })
}

/// Returns the fault of a wrong token, or of a platform that cannot be reached.
fn sender_fault(fault: &push::Fault, scene: Scene<'_>) -> Fault {
    Fault {
        what: words::details(scene.language, &fault.what.said, fault.said(scene.language)),
        r#where: fault.place.to_owned(),
        since: Some(Stamp::new(fault.since, scene.config.time_zone)),
        r#do: fault.remedy(scene.language).into(),
        about: match fault.channels.as_slice() {
            [channel] => About::Channel(channel.clone()),
            _ => About::Channels,
        },
        ..Fault::default()
    }
}

fn channel_fault(status: &ChannelStatus, scene: Scene<'_>) -> Option<Fault> {
    let words = problem_words(scene.language);
    let faults = &words::of(scene.language).send_faults;
    let (why, since, otherwise) = match (&status.blocked, &status.error) {
        (Some((why, since)), _) => (why, Some(*since), words.channel_blocked),
        (None, Some(error)) => (error, None, words.channel_failing),
        (None, None) => return None,
    };
    Some(Fault {
        what: words::details(
            scene.language,
            &why.said,
            faults.say(why).unwrap_or_else(|| otherwise.to_owned()),
        ),
        r#where: of_channel(&status.id, words),
        since: since.map(|since| Stamp::new(since, scene.config.time_zone)),
        r#do: words.channel_do.into(),
        about: About::Channel(status.id.clone()),
        ..Fault::default()
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

/// Returns the kind of sender of a channel; chats that subscribed on their own are Telegram's.
fn kind(config: &Config, id: &ChannelId) -> &'static str {
    let channel = config.channels.iter().find(|channel| channel.id == *id);
    channel.map_or("telegram", Channel::kind_name)
}

fn stuck_fault(stuck: &Waiting, scene: Scene<'_>) -> Fault {
    let words = problem_words(scene.language);
    Fault {
        what: fill(words.stuck, &[("id", stuck.id.to_string())]),
        r#where: of_channel(&stuck.channel, words),
        since: Some(Stamp::new(stuck.due_at, scene.config.time_zone)),
        r#do: words.stuck_do.into(),
        is_grave: true,
        about: About::Channel(stuck.channel.clone()),
    }
}
