//! Draws charts: bulletins a day by source, delivery times, and failures; each with its figures in a table.

use std::collections::{BTreeMap, HashMap};

use axum::response::Response;
use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;

use super::{
    context::Admin,
    page::{DeskBlock, DeskCell, DeskRow},
    svg::{BarLayout, Chart, DayValues, SmallBars, SmallDay},
};
use crate::{
    bulletin::{Bulletin, BulletinState, Delivery, DeliveryKind, DeliveryState, SourceId},
    ops::{BulletinQuery, DeliveryQuery, FailedPolls, QuarterCounts},
    web::problem::Problem,
};

/// The number of days that are shown, including the present one.
const DAYS: u64 = 14;
/// The maximum number of rows that are counted, the newest: a chart must not read everything.
const MOST: usize = 20_000;
/// The maximum number of sources with their own colour; the others are counted together.
const SOURCES: usize = 5;

pub(super) async fn page(admin: Admin) -> Result<Response, Problem> {
    let words = admin.words;
    let days = days(admin.config.time_zone, DAYS);
    let mut blocks = of_bulletins(&admin, &days).await?;
    blocks.extend(of_deliveries(&admin, &days).await?);
    admin.show("/charts", words.charts, blocks)
}

/// One of the last days of a source.
pub(super) struct SourceDay {
    day: NaiveDate,
    published: u64,
    failed_polls: u32,
}

/// Returns the last days of sources, each by its own clock, the oldest first.
pub(super) async fn last_days(
    admin: &Admin,
    sources: Vec<SourceId>,
) -> Result<Vec<Vec<SourceDay>>, Problem> {
    // No clock is more than a day behind or ahead.
    let begin = Utc::now() - Days::new(FailedPolls::DAYS + 1);
    let counts = admin.store().published_since(sources.clone(), begin);
    let counts = counts.await?;
    let of_source = |source| last_days_of(admin, source, counts.get(source));
    Ok(sources.iter().map(of_source).collect())
}

fn last_days_of(
    admin: &Admin,
    source: &SourceId,
    published: Option<&QuarterCounts>,
) -> Vec<SourceDay> {
    let zone = zone_of(admin, source);
    let mut counts = DayCounts::new();
    for (begin, count) in published.into_iter().flat_map(QuarterCounts::iter) {
        *counts.entry(day_of(begin, zone)).or_default() += count;
    }
    let days = days(zone, FailedPolls::DAYS);
    admin.store().read_poll_state(source, |state| {
        let one = |day| SourceDay {
            day,
            published: on(&counts, day),
            failed_polls: state.failed_polls.on(day),
        };
        days.into_iter().map(one).collect()
    })
}

fn zone_of(admin: &Admin, source: &SourceId) -> Tz {
    let mut sources = admin.config.sources.iter();
    let source = sources.find(|it| it.id == *source);
    source.map_or(admin.config.time_zone, |source| source.time_zone)
}

/// Returns the days as small bars, with their sums.
pub(super) fn small_bars(admin: &Admin, days: &[SourceDay]) -> DeskCell {
    let words = admin.words;
    let failed = |count: u32| (count > 0).then(|| words.polls_failed.say(count));
    let shown: Vec<SmallDay> = days
        .iter()
        .map(|of| SmallDay {
            day: short(of.day),
            count: of.published,
            failed: failed(of.failed_polls),
        })
        .collect();
    let published: u64 = days.iter().map(|of| of.published).sum();
    let failed = failed(days.iter().map(|of| of.failed_polls).sum());
    let label = format!("{}: {published}", words.last_days);
    let label = [label]
        .into_iter()
        .chain(failed.clone())
        .collect::<Vec<_>>();
    DeskCell {
        bars: Some(SmallBars::new(label.join(words.list_separator), &shown)),
        ..DeskCell::from(published.to_string()).noted(failed)
    }
}

/// Returns the days as a chart, with its figures.
pub(super) fn of_source(admin: &Admin, days: &[SourceDay]) -> DeskBlock {
    let words = admin.words;
    let one = |of: &SourceDay| DayValues {
        day: short(of.day),
        values: vec![of.published as f64, f64::from(of.failed_polls)],
    };
    let values: Vec<DayValues> = days.iter().map(one).collect();
    let names = [words.bulletins, words.failed_polls].map(str::to_owned);
    let layout = BarLayout::SideBySide;
    chart(words.last_days, names.to_vec(), &values, layout, whole)
}

fn days(zone: Tz, count: u64) -> Vec<NaiveDate> {
    let today = day_of(Utc::now(), zone);
    let back = (0..count).rev();
    back.filter_map(|days| today.checked_sub_days(Days::new(days)))
        .collect()
}

fn day_of(time: DateTime<Utc>, zone: Tz) -> NaiveDate {
    time.with_timezone(&zone).date_naive()
}

/// Returns a time a day before the first one in any zone: earlier bulletins are left out of the count.
fn since(days: &[NaiveDate]) -> Option<DateTime<Utc>> {
    let first = days.first()?.pred_opt()?;
    Some(first.and_hms_opt(0, 0, 0)?.and_utc())
}

/// The counts of each day.
type DayCounts = BTreeMap<NaiveDate, u64>;

async fn of_bulletins(admin: &Admin, days: &[NaiveDate]) -> Result<Vec<DeskBlock>, Problem> {
    let query = BulletinQuery {
        states: vec![BulletinState::Published, BulletinState::Withdrawn],
        since: since(days),
        limit: Some(MOST),
        ..BulletinQuery::default()
    };
    let found = admin.store().bulletins(&query).await?;
    let mut counts = by_source(admin, &found.items);
    let others = counts.split_off(counts.len().min(SOURCES));
    let mut names: Vec<String> = counts.iter().map(|(id, _)| admin.source_name(id)).collect();
    if !others.is_empty() {
        names.push(admin.words.other_sources.to_owned());
    }
    let values: Vec<DayValues> = days
        .iter()
        .map(|day| {
            let named = counts.iter().map(|(_, of_source)| on(of_source, *day));
            let rest = others
                .iter()
                .map(|(_, of_source)| on(of_source, *day))
                .sum();
            let rest = (!others.is_empty()).then_some(rest);
            DayValues {
                day: short(*day),
                values: named.chain(rest).map(|count| count as f64).collect(),
            }
        })
        .collect();
    let heading = admin.words.chart_bulletins;
    let drawn = chart(heading, names, &values, BarLayout::Stacked, whole);
    Ok(with_bound(admin, vec![drawn], found.more))
}

/// Returns the counts of the sources, those with the most bulletins first.
fn by_source(admin: &Admin, bulletins: &[Bulletin]) -> Vec<(SourceId, DayCounts)> {
    let mut counts: HashMap<SourceId, DayCounts> = HashMap::new();
    for bulletin in bulletins {
        let day = day_of(bulletin.first_seen, admin.config.time_zone);
        let of_source = counts.entry(bulletin.source.clone()).or_default();
        *of_source.entry(day).or_default() += 1;
    }
    let total = |counts: &DayCounts| counts.values().sum::<u64>();
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by(|a, b| total(&b.1).cmp(&total(&a.1)).then(a.0.cmp(&b.0)));
    counts
}

fn on(counts: &DayCounts, day: NaiveDate) -> u64 {
    counts.get(&day).copied().unwrap_or_default()
}

async fn of_deliveries(admin: &Admin, days: &[NaiveDate]) -> Result<Vec<DeskBlock>, Problem> {
    let words = admin.words;
    let query = DeliveryQuery {
        since: since(days),
        limit: Some(MOST),
        ..DeliveryQuery::default()
    };
    let found = admin.store().deliveries(&query).await?;
    let (mut took, mut failed): (BTreeMap<NaiveDate, Vec<f64>>, DayCounts) = Default::default();
    for delivery in &found.items {
        let ended = delivery.sent_at.unwrap_or(delivery.queued_at);
        let day = day_of(ended, admin.config.time_zone);
        if let Some(seconds) = latency(delivery) {
            took.entry(day).or_default().push(seconds);
        }
        if delivery.state == DeliveryState::Failed {
            *failed.entry(day).or_default() += 1;
        }
    }
    took.values_mut()
        .for_each(|all| all.sort_by(f64::total_cmp));
    let latency = |day: NaiveDate| {
        let all = took.get(&day).map_or(&[][..], Vec::as_slice);
        vec![percentile(all, 50), percentile(all, 99)]
    };
    let latency = each(days, latency);
    let failures = each(days, |day| vec![on(&failed, day) as f64]);
    let percentiles = [words.median, words.slowest].map(str::to_owned).to_vec();
    let seconds = |value: f64| format!("{value:.1} s");
    let beside = BarLayout::SideBySide;
    let names = vec![words.failed.to_owned()];
    let charts = vec![
        chart(words.chart_latency, percentiles, &latency, beside, seconds),
        chart(
            words.chart_failures,
            names,
            &failures,
            BarLayout::Stacked,
            whole,
        ),
    ];
    Ok(with_bound(admin, charts, found.more))
}

fn each(days: &[NaiveDate], values: impl Fn(NaiveDate) -> Vec<f64>) -> Vec<DayValues> {
    let one = |day: &NaiveDate| DayValues {
        day: short(*day),
        values: values(*day),
    };
    days.iter().map(one).collect()
}

/// Returns the seconds from the time at which a new bulletin could be sent until it was delivered.
fn latency(delivery: &Delivery) -> Option<f64> {
    if delivery.kind != DeliveryKind::New {
        return None;
    }
    // Each failed attempt moves the due time, so it counts only up to the first one, as for a delivery that waited for
    // a digest or for the morning.
    let from = match delivery.attempts {
        0 | 1 => delivery.due_at.max(delivery.queued_at),
        _ => delivery.queued_at,
    };
    let took = delivery.sent_at? - from;
    Some(took.num_milliseconds().max(0) as f64 / 1000.0)
}

/// Returns a percentile of sorted values.
fn percentile(values: &[f64], percent: usize) -> f64 {
    let place = (values.len() * percent).div_ceil(100);
    let found = values.get(place.saturating_sub(1));
    found.copied().unwrap_or_default()
}

fn short(day: NaiveDate) -> String {
    day.format("%m-%d").to_string()
}

fn whole(value: f64) -> String {
    format!("{value:.0}")
}

fn chart(
    heading: &'static str,
    names: Vec<String>,
    days: &[DayValues],
    layout: BarLayout,
    shown: impl Fn(f64) -> String,
) -> DeskBlock {
    let row = |day: &DayValues| {
        let values = day.values.iter().map(|value| shown(*value).into());
        let cells = std::iter::once(day.day.clone().into()).chain(values);
        DeskRow {
            cells: cells.collect(),
            actions: Vec::new(),
        }
    };
    let rows = days.iter().rev().map(row).collect();
    DeskBlock::Chart {
        heading,
        chart: Chart::new(&names, days, layout, &shown),
        columns: names,
        rows,
    }
}

fn with_bound(admin: &Admin, mut blocks: Vec<DeskBlock>, is_more: bool) -> Vec<DeskBlock> {
    if is_more {
        let text = admin.words.only_newest.replace("{n}", &MOST.to_string());
        blocks.push(DeskBlock::Text { text });
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(
            (percentile(&values, 50), percentile(&values, 99)),
            (50.0, 99.0)
        );
        assert_eq!((percentile(&[7.0], 50), percentile(&[7.0], 99)), (7.0, 7.0));
        assert_eq!(percentile(&[], 99), 0.0);
    }
}
