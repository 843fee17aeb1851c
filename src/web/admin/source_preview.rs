//! Shows a page as a source would read it: its rows as they would be pushed, and the effects of saving the source.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{
    context::Admin,
    page::{DeskCell, DeskRow, DeskTable, FormChoice},
    schedule_words::in_words,
    source_form::{AUTOMATIC, FEED, FormTarget},
    typed::Typed,
};
use crate::{
    bulletin::{Channel, Moment, Source, Verdict},
    round::{OtherChoice, PreviewKind},
    schedule::Schedule,
};

/// The maximum number of rows of a page that are shown.
const SHOWN: usize = 10;
/// The number of coming times of a schedule that are shown.
const TIMES: usize = 5;

/// A row of a page of any kind.
pub(super) struct FoundRow<'a> {
    title: &'a str,
    url: &'a str,
    published: Option<Moment>,
    is_wanted: bool,
}

/// Returns the rows of a page with the source's filter applied; an article has none.
pub(super) fn rows<'a>(what: &'a PreviewKind, source: &Source) -> Vec<FoundRow<'a>> {
    let row = |title: &'a str, url: &'a str, published, summary: &str| FoundRow {
        title,
        url,
        published,
        is_wanted: source.filter.verdict(title, summary) == Verdict::Wanted,
    };
    match what {
        PreviewKind::List { bulletins, .. } => bulletins
            .iter()
            .map(|it| row(&it.title, &it.url, it.published, ""))
            .collect(),
        PreviewKind::Feed { bulletins, .. } => bulletins
            .iter()
            .map(|it| {
                let summary = it.summary.as_deref().unwrap_or_default();
                row(&it.title, &it.url, it.published, summary)
            })
            .collect(),
        PreviewKind::Article { .. } => Vec::new(),
    }
}

pub(super) fn title(what: &PreviewKind) -> &str {
    match what {
        PreviewKind::List { title, .. }
        | PreviewKind::Feed { title, .. }
        | PreviewKind::Article { title, .. } => title.as_deref().unwrap_or_default(),
    }
}

pub(super) fn table(admin: &Admin, rows: &[FoundRow<'_>]) -> DeskTable {
    let words = admin.words;
    let shown = &rows[..rows.len().min(SHOWN)];
    let is_any_left_out = shown.iter().any(|row| !row.is_wanted);
    let remark = |row: &FoundRow<'_>| match row.is_wanted {
        true => DeskCell::from(""),
        false => DeskCell::state(words.filtered_out, "dropped"),
    };
    let row = |row: &FoundRow<'_>| {
        let day = row.published.map(|at| DeskCell {
            datetime: Some(at.to_string()),
            ..DeskCell::from(at.day().to_string())
        });
        let title = DeskCell::from(row.title).noted(Some(row.url.to_owned()));
        let remark = is_any_left_out.then(|| remark(row));
        let cells = [day.unwrap_or_default(), title].into_iter();
        DeskRow {
            cells: cells.chain(remark).collect(),
            actions: Vec::new(),
        }
    };
    let remark_column = is_any_left_out.then_some(words.note_column);
    let columns = [words.date, words.title].into_iter().chain(remark_column);
    DeskTable {
        heading: Some(words.found_rows),
        columns: columns.collect(),
        empty: words.no_list_there,
        rows: shown.iter().map(row).collect(),
        ..DeskTable::default()
    }
}

/// Returns the effects of saving the source: when it is polled, where its bulletins are sent, how many are pushed at
/// once.
pub(super) fn consequences(
    admin: &Admin,
    target: &FormTarget,
    source: &Source,
    typed: &Typed,
    rows: &[FoundRow<'_>],
) -> DeskTable {
    let words = admin.words;
    let fact = |name: &str, cell: DeskCell| DeskRow {
        cells: vec![name.into(), cell],
        actions: Vec::new(),
    };
    let schedule = schedule_cell(admin, &source.schedule);
    let times = coming(&source.schedule, Utc::now(), source.time_zone);
    let pushed = pushed_now(target, source, rows);
    let pushed = words.pushed_now.replace("{n}", &pushed.to_string());
    DeskTable {
        heading: Some(words.consequences),
        columns: vec![words.name, words.details],
        rows: vec![
            fact(words.count_found, rows.len().to_string().into()),
            fact(words.schedule, schedule),
            fact(words.next_times, times.join(" · ").into()),
            fact(words.to_channels, destinations(admin, target, typed).into()),
            fact(
                words.at_once,
                DeskCell::from(pushed).noted(Some(words.baseline_note.to_owned())),
            ),
        ],
        ..DeskTable::default()
    }
}

/// Returns a schedule in words, as far as possible, with its line.
pub(super) fn schedule_cell(admin: &Admin, schedule: &Schedule) -> DeskCell {
    let line = schedule.to_string();
    match in_words(schedule, admin.language) {
        Some(said) => DeskCell::from(said).noted(Some(line)),
        None => DeskCell::from(line),
    }
}

fn coming(schedule: &Schedule, now: DateTime<Utc>, zone: Tz) -> Vec<String> {
    let times = std::iter::successors(schedule.next_after(now, zone), |last| {
        schedule.next_after(*last, zone)
    });
    let shown = |time: DateTime<Utc>| time.with_timezone(&zone).format("%m-%d %H:%M").to_string();
    times.take(TIMES).map(shown).collect()
}

/// Returns the number of newest rows that a first poll pushes. A source that is read as before has no further first
/// poll.
fn pushed_now(target: &FormTarget, source: &Source, rows: &[FoundRow<'_>]) -> usize {
    if let FormTarget::Known(added) = target {
        let before = crate::config::added_source(added, source.time_zone);
        let is_same = before.url == source.url
            && before.kind == source.kind
            && before.select == source.select;
        if is_same {
            return 0;
        }
    }
    let newest = rows.iter().take(source.announce_first);
    newest.filter(|row| row.is_wanted).count()
}

/// Returns the names of the channels that receive the source.
fn destinations(admin: &Admin, target: &FormTarget, typed: &Typed) -> String {
    let is_named = |channel: &Channel| typed.all("to").any(|id| id == channel.id.as_str());
    let has_all = |channel: &Channel| match target {
        FormTarget::New => channel.sources.is_none(),
        FormTarget::Known(added) => channel.sources.is_none() || channel.wants(&added.id),
    };
    let is_any_named = typed.all("to").next().is_some();
    let channels = admin.config.channels.iter();
    let channels = channels.filter(|it| match is_any_named {
        true => is_named(it),
        false => has_all(it),
    });
    let names: Vec<&str> = channels.map(|channel| channel.name.as_str()).collect();
    match names.is_empty() {
        true => admin.words.to_nobody.to_owned(),
        false => names.join(admin.words.list_separator),
    }
}

/// Returns the present choice, the feed that the page announces, and its other lists, each with the reason why it was
/// not chosen.
pub(super) fn lists(
    admin: &Admin,
    item: &str,
    feed: Option<&str>,
    others: &[OtherChoice],
) -> Vec<FormChoice> {
    let words = admin.words;
    let now = match item.is_empty() {
        true => words.found_by_itself.to_owned(),
        false => words.as_selected.to_owned(),
    };
    let mut lists = vec![FormChoice {
        label: now,
        chosen: true,
        note: (!item.is_empty()).then(|| item.to_owned()),
        ..FormChoice::default()
    }];
    if !item.is_empty() {
        lists.push(FormChoice {
            value: AUTOMATIC.to_owned(),
            label: words.find_by_itself.to_owned(),
            ..FormChoice::default()
        });
    }
    lists.extend(feed.map(|feed| FormChoice {
        value: format!("{FEED}{feed}"),
        label: words.use_feed.to_owned(),
        note: Some(feed.to_owned()),
        ..FormChoice::default()
    }));
    lists.extend(others.iter().filter_map(|other| {
        let found = other.select.as_ref()?.item.clone()?;
        (found != item).then(|| FormChoice {
            value: found,
            label: words
                .other_list
                .replace("{n}", &other.links.to_string())
                .replace("{title}", other.title.as_deref().unwrap_or_default())
                .replace("{first}", &other.first),
            note: Some(other.why.clone()),
            ..FormChoice::default()
        })
    }));
    lists
}
