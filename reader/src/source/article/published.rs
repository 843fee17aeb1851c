//! Finds when the article was published, as exactly as the page states it.

use std::sync::LazyLock;

use chrono::DateTime;
use regex::Regex;

use super::event::states_event;
use super::{
    block::{block_line, label_before},
    dated_line::{DateCandidate, shown},
    parts::{Parts, near},
};
use crate::source::{
    date::{self, Called},
    page::Id,
    text,
};
use crate::{bulletin::Moment, source::reading::Context};

/// The date, and the block that shows it.
#[derive(Debug, Default)]
pub(super) struct Published {
    pub moment: Option<Moment>,
    pub block: Option<usize>,
    /// The reason why a date was not taken.
    pub warning: Option<String>,
}

/// The least score; a date below it belongs to something else.
const LEAST: f32 = 2.0;

/// Returns the dates of a page that may be the day of publication, the surest first.
pub(super) fn ranked(parts: &Parts<'_>, context: &Context<'_>) -> Vec<DateCandidate> {
    let mut candidates = stated(parts, context);
    candidates.extend(shown(parts, context));
    candidates.extend(in_address(context));
    candidates.extend(in_scripts(parts, context));
    candidates.extend(dateline(parts, context));
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
    candidates
}

pub(super) fn find(parts: &Parts<'_>, context: &Context<'_>) -> Published {
    let mut candidates = ranked(parts, context);
    candidates.retain(|candidate| candidate.score >= LEAST);
    let mut published = Published::default();
    for candidate in &candidates {
        match date::plausible(&candidate.moment, context.now) {
            Ok(()) => {
                published.moment = Some(finer(candidate.moment, &candidates));
                published.block = candidate.block;
                published.warning = None;
                break;
            }
            Err(warning) => published.warning = published.warning.or(Some(warning)),
        }
    }
    published
}

/// Returns the time on that day, if another sure statement has one.
fn finer(moment: Moment, candidates: &[DateCandidate]) -> Moment {
    let Moment::Day(day) = moment else {
        return moment;
    };
    candidates
        .iter()
        .filter(|other| other.score >= 5.0)
        .map(|other| other.moment)
        .find(|other| matches!(other, Moment::Time(_)) && other.day() == day)
        .unwrap_or(moment)
}

/// Returns the dates in the head and in `<time>`.
fn stated(parts: &Parts<'_>, context: &Context<'_>) -> Vec<DateCandidate> {
    let read = |text: &str| date::parse(text, context.time_zone, context.now);
    let candidate = |moment, score, by| DateCandidate {
        moment,
        score,
        block: None,
        by,
    };
    let page = parts.layout.page;
    let mut found: Vec<DateCandidate> = parts
        .head
        .published
        .iter()
        .filter_map(|text| read(text))
        .map(|moment| candidate(moment, 8.0, "the page's head"))
        .collect();
    let near = near(parts);
    for id in 0..page.elements.len() as u32 {
        if page.name(id) != "time" {
            continue;
        }
        let at = parts.layout.blocks_of(id).start;
        let Some(moment) = page.attribute(id, "datetime").and_then(read) else {
            continue;
        };
        if is_of_other_day(parts, id, at, context) {
            continue;
        }
        let named = page.attribute(id, "itemprop") == Some("datePublished")
            || page.attribute(id, "pubdate").is_some();
        if named {
            found.push(candidate(moment, 7.5, "<time> of the publication"));
        } else if near.contains(&at) {
            found.push(candidate(moment, 6.0, "<time> near the title"));
        }
    }
    found
}

/// Returns whether the words before a `<time>` call it the day of something else.
fn is_of_other_day(parts: &Parts<'_>, time: Id, at: usize, context: &Context<'_>) -> bool {
    let layout = parts.layout;
    let Some(block) = layout.blocks.get(at) else {
        return false;
    };
    let before = layout
        .page
        .text(block.runs.start..layout.page.runs_of(time).start.max(block.runs.start));
    let label = label_before(layout, at).unwrap_or_default();
    states_event(layout, at, context) || date::called(&format!("{label}{before} ")) == Called::Other
}

/// Parses `SITE.RU — 03.09.17: …` at the head of a text that has no Chinese: dots separate day, month and year.
fn dateline(parts: &Parts<'_>, context: &Context<'_>) -> Option<DateCandidate> {
    static HEAD: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^[^\d]{0,40}(\d{1,2})\.(\d{1,2})\.(\d{2})(?:[:,]|\s[—–-])\s")
            .expect("a fixed pattern")
    });
    let line = block_line(parts.layout, *parts.body_blocks().first()?);
    let found = HEAD
        .captures(line)
        .filter(|_| !line.contains(text::is_han))?;
    let written = format!("20{}-{}-{}", &found[3], &found[2], &found[1]);
    Some(DateCandidate {
        moment: date::parse(&written, context.time_zone, context.now)?,
        score: 3.0,
        block: None,
        by: "the dateline",
    })
}

/// Finds a date in the address: `/2022-11/20/`, `/20221120/`, `t20221120_1.html`.
fn in_address(context: &Context<'_>) -> Option<DateCandidate> {
    static DATE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?:^|[/_t-])((?:19|20)\d\d)(?:[-/_]?(0[1-9]|1[0-2])[-/_]?(0[1-9]|[12]\d|3[01])|/([1-9]|1[0-2])/([1-9]|[12]\d|3[01]))(?:[/_.-]|$)",
        )
        .expect("a fixed pattern")
    });
    let found = DATE.captures(context.base.path())?;
    let parts: Vec<&str> = found
        .iter()
        .skip(1)
        .flatten()
        .map(|part| part.as_str())
        .collect();
    let moment = date::parse(&parts.join("-"), context.time_zone, context.now)?;
    Some(DateCandidate {
        moment,
        score: 3.0,
        block: None,
        by: "the address",
    })
}

/// Finds a time that a script has for the page: `publish_time = "2022-11-20"`, `"pubtime": 1668902400`.
fn in_scripts(parts: &Parts<'_>, context: &Context<'_>) -> Option<DateCandidate> {
    static TIME: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r#"(?i)(?-u:\b)(?:publish(?:ed)?_?(?:time|date|at|on)|pub_?(?:time|date)|datePublished|release_?(?:time|date)|create_?time|ori_?create_?time|ct)["']?\s*[:=]\s*["']?((?:19|20)\d\d[-/.年][^"',;]{4,20}|1\d{9})(?-u:\b)"#,
        )
        .expect("a fixed pattern")
    });
    let scripts = parts.layout.page.scripts.iter();
    // Big scripts are programs, not statements.
    let found = scripts
        .filter(|(_, script)| script.len() < 100_000)
        .find_map(|(_, script)| TIME.captures(script))?;
    let moment = match found[1].parse::<i64>() {
        Ok(seconds) => {
            let time = DateTime::from_timestamp(seconds, 0)?;
            Moment::Time(time.with_timezone(&context.time_zone).fixed_offset())
        }
        Err(_) => date::parse(&found[1], context.time_zone, context.now)?,
    };
    Some(DateCandidate {
        moment,
        score: 3.2,
        block: None,
        by: "a script",
    })
}
