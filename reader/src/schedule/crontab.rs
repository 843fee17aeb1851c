//! Crontab lines: the fields as Debian's cron reads them, and their times on a real clock.
//!
//! The `cron` crate searches the calendar; its differences from crontab (weekdays from 1 = Sunday, both day fields
//! joined by *and*, clock changes) are translated here.

use chrono::{DateTime, Duration, MappedLocalTime, NaiveDate, NaiveDateTime, TimeZone, Utc};
use chrono_tz::{GapInfo, Tz};

/// The forms that a schedule may have, for the error about any other text.
pub(super) const FORMS: &str = "expected five fields (minute, hour, day, month, day of week), six with \
                     seconds first, `@hourly` `@daily` `@weekly` `@monthly` `@yearly`, or `every 5m`";

/// A crontab line as calendars of wall-clock times.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    /// One, or two whose times are joined: crontab's *or* of the day fields.
    calendars: Vec<cron::Schedule>,
    /// True if the minute or hour begins with `*`: every real minute counts, at clock changes too.
    real_time: bool,
}

struct Field {
    name: &'static str,
    low: u32,
    high: u32,
    names: &'static [&'static str],
}

const FIELDS: [Field; 6] = [
    numbers("second", 0, 59),
    numbers("minute", 0, 59),
    numbers("hour", 0, 23),
    numbers("day of month", 1, 31),
    Field {
        name: "month",
        low: 1,
        high: 12,
        names: &[
            "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
        ],
    },
    Field {
        name: "day of week",
        low: 0,
        high: 7,
        names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
    },
];

const fn numbers(name: &'static str, low: u32, high: u32) -> Field {
    Field {
        name,
        low,
        high,
        names: &[],
    }
}

impl Line {
    /// Parses a line; the error states what is wrong and what is expected.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let text = match text.strip_prefix('@') {
            Some(name) => nickname(name)?,
            None => text,
        };
        let mut texts: Vec<&str> = text.split_whitespace().collect();
        match texts.len() {
            5 => texts.insert(0, "0"),
            6 => {}
            1 => return Err(format!("one field; {}", FORMS)),
            count => return Err(format!("{count} fields; {}", FORMS)),
        }
        let mut sets = Vec::with_capacity(6);
        for (field, text) in FIELDS.iter().zip(&texts) {
            sets.push(field.parse(text)?);
        }
        let stars: Vec<bool> = texts.iter().map(|text| text.starts_with('*')).collect();
        let line = Self {
            calendars: calendars(&sets, stars[3] || stars[5])?,
            real_time: stars[1] || stars[2],
        };
        // Weekdays and leap years repeat after 28 years: a line that never fires in that time after 2000 never fires.
        let start = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap_or_default();
        match line.next_wall(start.into()) {
            Some(_) => Ok(line),
            None => Err(
                "it never fires: no day matches its day, month and day of week; \
                 expected a date that exists"
                    .to_owned(),
            ),
        }
    }

    /// Returns the first wall-clock time strictly after `wall`.
    fn next_wall(&self, wall: NaiveDateTime) -> Option<NaiveDateTime> {
        self.calendars
            .iter()
            .filter_map(|calendar| calendar.after(&wall.and_utc()).next())
            .min()
            .map(|next| next.naive_utc())
    }

    pub(super) fn next_after(&self, after: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
        if !self.real_time {
            return self.next_once(after, zone);
        }
        let first = self.next_real(after, zone);
        let again = self.next_repeated(after, zone);
        first.into_iter().chain(again).min()
    }

    /// Returns each wall-clock time once: one that a clock change skips as soon as the clock continues, one that it
    /// repeats at the first time.
    fn next_once(&self, after: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
        let mut wall = after.with_timezone(&zone).naive_local();
        loop {
            wall = self.next_wall(wall)?;
            let time = match zone.from_local_datetime(&wall) {
                MappedLocalTime::Single(time) | MappedLocalTime::Ambiguous(time, _) => Some(time),
                MappedLocalTime::None => gap_end(wall, zone),
            };
            if let Some(time) = time.filter(|time| *time > after) {
                return Some(time.to_utc());
            }
        }
    }

    /// Returns the next wall-clock time that really exists, in either pass of a repeated hour.
    fn next_real(&self, after: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
        let mut wall = after.with_timezone(&zone).naive_local();
        loop {
            wall = self.next_wall(wall)?;
            match zone.from_local_datetime(&wall) {
                MappedLocalTime::Single(time) => return Some(time.to_utc()),
                MappedLocalTime::Ambiguous(first, _) if first > after => {
                    return Some(first.to_utc());
                }
                MappedLocalTime::Ambiguous(_, second) => return Some(second.to_utc()),
                MappedLocalTime::None => {
                    let end = gap_end(wall, zone)?;
                    wall = end.naive_local() - Duration::seconds(1);
                }
            }
        }
    }

    /// Returns a time that is before `after` by the wall clock, and that is repeated because the clock is about to be
    /// set back.
    fn next_repeated(&self, after: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
        let wall = after.with_timezone(&zone).naive_local();
        let second = match zone.from_local_datetime(&wall) {
            MappedLocalTime::Ambiguous(first, second) if first == after => second.to_utc(),
            _ => return None,
        };
        let change = set_back(after, second, zone)?;
        let restart = change.with_timezone(&zone).naive_local();
        let again = self.next_wall(restart - Duration::seconds(1))?;
        (again <= wall).then(|| change + (again - restart))
    }
}

/// Returns the moment at which the clock continues after the gap that `wall` is in.
fn gap_end(wall: NaiveDateTime, zone: Tz) -> Option<DateTime<Tz>> {
    GapInfo::new(&wall, &zone)?.end
}

/// Returns the first second after `before` that has the offset of `later`.
fn set_back(before: DateTime<Utc>, later: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
    let offset = |time: DateTime<Utc>| time.with_timezone(&zone).naive_local() - time.naive_utc();
    let (mut low, mut high) = (before.timestamp(), later.timestamp());
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if offset(DateTime::from_timestamp(middle, 0)?) == offset(later) {
            high = middle;
        } else {
            low = middle;
        }
    }
    DateTime::from_timestamp(high, 0)
}

fn nickname(name: &str) -> Result<&'static str, String> {
    Ok(match name {
        "hourly" => "0 * * * *",
        "daily" | "midnight" => "0 0 * * *",
        "weekly" => "0 0 * * 0",
        "monthly" => "0 0 1 * *",
        "yearly" | "annually" => "0 0 1 1 *",
        "reboot" => {
            return Err(format!(
                "`@reboot` is not supported, because missed polls are made up for at every start anyway; {}",
                FORMS
            ));
        }
        _ => return Err(format!("`@{name}` is unknown; {}", FORMS)),
    })
}

/// Returns one calendar if a day must match both day fields, else one for each of them.
fn calendars(sets: &[u64], both_days: bool) -> Result<Vec<cron::Schedule>, String> {
    const ANY_DAY: u64 = u64::MAX;
    let calendar = |day: u64, weekday: u64| {
        let text = [
            render(sets[0], 0..=59),
            render(sets[1], 0..=59),
            render(sets[2], 0..=23),
            render(day, 1..=31),
            render(sets[4], 1..=12),
            // The crate counts 1 = Sunday; 7 is a second Sunday of crontab's.
            render((weekday | weekday >> 7) << 1, 1..=7),
        ]
        .join(" ");
        text.parse()
            .map_err(|error| format!("the schedule cannot be computed ({error}); {}", FORMS))
    };
    if both_days {
        return Ok(vec![calendar(sets[3], sets[5])?]);
    }
    Ok(vec![
        calendar(sets[3], ANY_DAY)?,
        calendar(ANY_DAY, sets[5])?,
    ])
}

fn render(set: u64, range: std::ops::RangeInclusive<u32>) -> String {
    if range.clone().all(|number| set & 1 << number != 0) {
        return "*".to_owned();
    }
    let numbers: Vec<String> = range
        .filter(|number| set & 1 << number != 0)
        .map(|number| number.to_string())
        .collect();
    numbers.join(",")
}

impl Field {
    /// Parses the numbers of a list of ranges, as bits.
    fn parse(&self, text: &str) -> Result<u64, String> {
        let mut set = 0;
        for part in text.split(',') {
            set |= self.range(part)?;
        }
        Ok(set)
    }

    fn range(&self, part: &str) -> Result<u64, String> {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(self.step(part, step)?)),
            None => (part, None),
        };
        let (first, last) = if range == "*" {
            (self.low, self.high)
        } else if let Some((first, last)) = range.split_once('-') {
            (self.number(first)?, self.number(last)?)
        } else {
            let number = self.number(range)?;
            if let Some(step) = step {
                let Self { name, high, .. } = self;
                return Err(format!(
                    "{name} `{part}` has a step without a range; expected `{number}-{high}/{step}`"
                ));
            }
            (number, number)
        };
        if first > last {
            return Err(self.backwards(part, first, last));
        }
        let step = step.unwrap_or(1) as usize;
        Ok((first..=last)
            .step_by(step)
            .fold(0, |set, number| set | 1 << number))
    }

    fn step(&self, part: &str, step: &str) -> Result<u32, String> {
        let digits = !step.is_empty() && step.bytes().all(|b| b.is_ascii_digit());
        match step.parse::<u32>() {
            Ok(step) if digits && step > 0 => Ok(step),
            _ => Err(format!(
                "{} `{part}` has an invalid step; expected a whole number from 1",
                self.name
            )),
        }
    }

    fn number(&self, text: &str) -> Result<u32, String> {
        let name = |known: &&str| known.eq_ignore_ascii_case(text);
        if let Some(place) = self.names.iter().position(name) {
            return Ok(self.low + place as u32);
        }
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        match text.parse::<u32>() {
            Ok(number) if digits && (self.low..=self.high).contains(&number) => Ok(number),
            _ => Err(self.not_a_number(text)),
        }
    }

    fn not_a_number(&self, text: &str) -> String {
        let Self {
            name, low, high, ..
        } = self;
        let what = if text.is_empty() {
            "has an empty entry".to_owned()
        } else if text.bytes().all(|b| b.is_ascii_digit()) {
            format!("`{text}` is out of range")
        } else if text.contains(['L', 'W', '#', '?']) {
            format!("`{text}` is not crontab syntax (`L`, `W`, `#` and `?` are not part of it)")
        } else {
            format!("`{text}` is unknown")
        };
        let names = match self.names {
            [first, .., last] => format!(" or {first} to {last}"),
            _ => String::new(),
        };
        format!(
            "{name} {what}; expected `*` or {low} to {high}{names}, ranges, steps and lists of them"
        )
    }

    fn backwards(&self, part: &str, first: u32, last: u32) -> String {
        let top = if self.low == 0 && self.high == 7 {
            6
        } else {
            self.high
        };
        let span = |from: u32, to: u32| match from == to {
            true => from.to_string(),
            false => format!("{from}-{to}"),
        };
        format!(
            "{} `{part}` runs backwards; expected `{},{}`",
            self.name,
            span(first.min(top), top),
            span(self.low, last)
        )
    }
}
