//! Serves `/metrics`: Prometheus text from the store's state at the time of the request.

use axum::{
    body::Bytes,
    extract::{Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use prometheus::{Encoder, GaugeVec, IntCounterVec, Opts, Registry, TextEncoder};

use super::{
    auth,
    problem::Problem,
    site::{Shared, Site},
};
use crate::{
    ops::{ChannelStatus, Health, SourceStatus},
    supervise::Breakage,
};

pub(super) async fn metrics(
    State(site): State<Shared>,
    request: Request,
) -> Result<Response, Problem> {
    let (asked, _) = request.into_parts();
    auth::may_read_metrics(&site, &asked.headers, &asked.extensions).await?;
    let made = site.metrics.get(made(&site)).await?;
    Ok(([(header::CONTENT_TYPE, prometheus::TEXT_FORMAT)], made).into_response())
}

async fn made(site: &Site) -> Result<Bytes, Problem> {
    let store = &site.desk.store;
    let seen = Seen {
        health: store.health().await,
        sources: store.sources().await?,
        channels: store.configured_channels().await?,
        now: Utc::now(),
    };
    let text = gather(site, &seen)
        .and_then(|registry| encode(&registry))
        .map_err(|error| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
    Ok(text.into())
}

struct Seen {
    health: Health,
    sources: Vec<SourceStatus>,
    channels: Vec<ChannelStatus>,
    now: DateTime<Utc>,
}

type Made<T> = prometheus::Result<T>;

fn encode(registry: &Registry) -> Made<Vec<u8>> {
    let mut text = Vec::new();
    TextEncoder::new().encode(&registry.gather(), &mut text)?;
    Ok(text)
}

fn gather(site: &Site, seen: &Seen) -> Made<Registry> {
    let registry = Registry::new();
    of_the_whole(&registry, site, seen)?;
    of_tokens(&registry, site)?;
    of_parts(&registry, site)?;
    of_leases(&registry, site)?;
    of_sources(&registry, seen)?;
    of_channels(&registry, seen)?;
    of_chats(&registry, &seen.health)?;
    Ok(registry)
}

fn of_the_whole(registry: &Registry, site: &Site, seen: &Seen) -> Made<()> {
    let health = &seen.health;
    let oldest = health.oldest_due.map_or(0.0, |due| age(due, seen.now));
    let is_up = |yes: bool| if yes { 1.0 } else { 0.0 };
    for (name, help, value) in [
        (
            "noticast_bulletins",
            "Bulletins in the archive",
            to_f64(health.bulletins),
        ),
        (
            "noticast_deliveries_queued",
            "Queued deliveries",
            to_f64(health.queued),
        ),
        (
            "noticast_oldest_due_seconds",
            "For how long the oldest queued delivery has been due",
            oldest,
        ),
        (
            "noticast_store_bytes",
            "Size of the store on disk",
            to_f64(health.disk_bytes),
        ),
        (
            "noticast_store_writable",
            "1 while the store accepts writes",
            is_up(health.failed.is_none()),
        ),
        (
            "noticast_disk_low",
            "1 while the disk is nearly full",
            is_up(health.disk_low.is_some()),
        ),
        (
            "noticast_schedule_running",
            "1 while the schedule runs",
            is_up(site.desk.watch.is_running()),
        ),
        (
            "noticast_uptime_seconds",
            "Seconds since startup",
            site.started.elapsed().as_secs_f64(),
        ),
        (
            "process_resident_memory_bytes",
            "Resident memory size in bytes.",
            resident_bytes(),
        ),
    ] {
        let gauge = prometheus::Gauge::new(name, help)?;
        gauge.set(value);
        registry.register(Box::new(gauge))?;
    }
    Ok(())
}

fn of_tokens(registry: &Registry, site: &Site) -> Made<()> {
    let help = "Wrong tokens, and tokens that were not checked after too many wrong ones";
    let opts = Opts::new("noticast_wrong_tokens_total", help);
    let tokens = IntCounterVec::new(opts, &["answer"])?;
    registry.register(Box::new(tokens.clone()))?;
    for (answer, count) in site.door.counts() {
        tokens.with_label_values(&[answer]).inc_by(count);
    }
    Ok(())
}

fn of_leases(registry: &Registry, site: &Site) -> Made<()> {
    let (held, wanted) = site.desk.store.lease_counts();
    for (name, help, counts) in [
        (
            "noticast_leases_held",
            "Leases that this process holds: sources that it polls, senders that it sends with",
            held,
        ),
        (
            "noticast_leases_wanted",
            "Leases that should be held by all processes together",
            wanted,
        ),
    ] {
        let leases = gauges(registry, name, help, "kind")?;
        for (kind, count) in [("source", counts.sources), ("sender", counts.senders)] {
            let count = u64::try_from(count).unwrap_or(u64::MAX);
            leases.with_label_values(&[kind]).set(to_f64(count));
        }
    }
    Ok(())
}

/// Registers every part that ever broke; usually there is none.
fn of_parts(registry: &Registry, site: &Site) -> Made<()> {
    let opts = Opts::new(
        "noticast_part_broke_total",
        "How often a part of the program failed and was restarted",
    );
    let broke = IntCounterVec::new(opts, &["part"])?;
    registry.register(Box::new(broke.clone()))?;
    for Breakage { part, times, .. } in site.desk.watch.supervisor().breakages() {
        broke.with_label_values(&[part.as_str()]).inc_by(times);
    }
    Ok(())
}

fn of_sources(registry: &Registry, seen: &Seen) -> Made<()> {
    let family = |name, help| gauges(registry, name, help, "source");
    let up = family("noticast_source_up", "1 while polls of the source succeed")?;
    let failures = family(
        "noticast_source_failures",
        "Failed polls since the last successful one",
    )?;
    let polled = family(
        "noticast_source_last_polled_timestamp_seconds",
        "When the last poll ended",
    )?;
    let changed = family(
        "noticast_source_last_changed_timestamp_seconds",
        "When a poll last found something new",
    )?;
    let bulletins = family("noticast_source_bulletins", "Bulletins of the source")?;
    let held = family("noticast_source_held", "Bulletins that are held for review")?;
    for SourceStatus {
        id,
        poll,
        bulletins: total,
        held: waiting,
    } in &seen.sources
    {
        let labels = &[id.as_str()];
        let is_up = if poll.error.is_none() { 1.0 } else { 0.0 };
        up.with_label_values(labels).set(is_up);
        failures
            .with_label_values(labels)
            .set(f64::from(poll.failures));
        bulletins.with_label_values(labels).set(to_f64(*total));
        held.with_label_values(labels).set(to_f64(*waiting));
        for (gauge, time) in [(&polled, poll.last_polled), (&changed, poll.last_changed)] {
            if let Some(time) = time {
                gauge.with_label_values(labels).set(seconds(time));
            }
        }
    }
    Ok(())
}

fn of_channels(registry: &Registry, seen: &Seen) -> Made<()> {
    let queued = gauges(
        registry,
        "noticast_channel_queued",
        "Queued deliveries",
        "channel",
    )?;
    let state = gauges(
        registry,
        "noticast_channel_up",
        "1 while sends succeed; 0: failing or blocked",
        "channel",
    )?;
    let opts = Opts::new("noticast_deliveries_total", "Deliveries that ended");
    let ended = IntCounterVec::new(opts, &["channel", "state"])?;
    registry.register(Box::new(ended.clone()))?;
    for status in &seen.channels {
        let id = status.id.as_str();
        queued.with_label_values(&[id]).set(to_f64(status.queued));
        let is_up = status.blocked.is_none() && status.error.is_none();
        state
            .with_label_values(&[id])
            .set(if is_up { 1.0 } else { 0.0 });
        for (state, count) in [("sent", status.sent), ("failed", status.failed)] {
            ended.with_label_values(&[id, state]).inc_by(count);
        }
    }
    Ok(())
}

/// Registers chats that subscribed on their own, counted together: there may be a hundred thousand.
fn of_chats(registry: &Registry, health: &Health) -> Made<()> {
    let chats = health.chats;
    let help = "Subscribed chats";
    let count = gauges(registry, "noticast_chats", help, "state")?;
    let is_well = chats.chats - chats.blocked - chats.failing;
    for (state, chats) in [
        ("ok", is_well),
        ("failing", chats.failing),
        ("blocked", chats.blocked),
    ] {
        count.with_label_values(&[state]).set(to_f64(chats));
    }
    let help = "Queued deliveries to subscribed chats";
    let queued = prometheus::Gauge::new("noticast_chats_queued", help)?;
    queued.set(to_f64(chats.queued));
    registry.register(Box::new(queued))?;
    let help = "Deliveries to subscribed chats that ended";
    let ended = IntCounterVec::new(
        Opts::new("noticast_chats_deliveries_total", help),
        &["state"],
    )?;
    registry.register(Box::new(ended.clone()))?;
    for (state, count) in [("sent", chats.sent), ("failed", chats.failed)] {
        ended.with_label_values(&[state]).inc_by(count);
    }
    Ok(())
}

fn gauges(registry: &Registry, name: &str, help: &str, label: &str) -> Made<GaugeVec> {
    let family = GaugeVec::new(Opts::new(name, help), &[label])?;
    registry.register(Box::new(family.clone()))?;
    Ok(family)
}

fn age(time: DateTime<Utc>, now: DateTime<Utc>) -> f64 {
    (seconds(now) - seconds(time)).max(0.0)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "Prometheus knows only floats; counts stay far below 2^53"
)]
fn to_f64(count: u64) -> f64 {
    count as f64
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds stay below 2^53")]
fn seconds(time: DateTime<Utc>) -> f64 {
    time.timestamp_millis() as f64 / 1000.0
}

/// Returns the resident bytes; 0 if the system does not report them.
fn resident_bytes() -> f64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm.split_whitespace().nth(1).and_then(|n| n.parse().ok());
    let page = u64::try_from(rustix::param::page_size()).unwrap_or(0);
    to_f64(pages.unwrap_or(0u64) * page)
}
