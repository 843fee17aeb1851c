//! Turns parsed parts into a [`Moment`]: missing years, times of day, zones.

use std::sync::LazyLock;

use chrono::{
    DateTime, Datelike, Days, FixedOffset, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime,
    TimeDelta, TimeZone, Utc,
};
use chrono_tz::Tz;
use regex::Regex;

use super::{words::number, zones};
use crate::bulletin::Moment;

/// The way in which the year of a date without one is chosen.
#[derive(Debug, Clone, Copy)]
pub(super) enum Lean {
    /// The nearest past date; a day ahead is accepted, as clocks and zones differ.
    Past,
    /// The first date after this day, or one in the past months before it.
    From(NaiveDate),
}

#[derive(Debug)]
pub(super) struct Clock {
    pub(super) zone: Tz,
    pub(super) now: DateTime<Utc>,
    pub(super) today: NaiveDate,
    lean: Lean,
}

impl Clock {
    pub(super) fn new(zone: Tz, now: DateTime<Utc>, lean: Lean) -> Self {
        let today = now.with_timezone(&zone).date_naive();
        Self {
            zone,
            now,
            today,
            lean,
        }
    }

    /// Returns whether pages in this zone write year, month, day.
    pub(super) fn year_first(&self) -> bool {
        self.zone.name().starts_with("Asia/")
    }

    pub(super) fn month_first(&self) -> bool {
        self.zone.name().starts_with("America/") || self.zone.name().starts_with("US/")
    }

    pub(super) fn day_first(&self) -> bool {
        ["Europe/", "Africa/", "Australia/"]
            .iter()
            .any(|area| self.zone.name().starts_with(area))
    }

    /// Returns the full year of a two-digit one: at most next year, at least 1970.
    pub(super) fn century(&self, year: u32) -> Option<u32> {
        let next = self.today.year().unsigned_abs() % 100 + 1;
        match year {
            100.. => None,
            year if year <= next => Some(2000 + year),
            70.. => Some(1900 + year),
            _ => None,
        }
    }

    /// Returns the day that `month` and `day` mean without a year.
    pub(super) fn nearest(&self, month: u32, day: u32) -> Option<NaiveDate> {
        // Eight years bridge 1900 and 2100, which have no 29 February.
        match self.lean {
            Lean::Past => {
                let latest = self.today.checked_add_days(Days::new(1))?;
                (0..=8)
                    .filter_map(|back| NaiveDate::from_ymd_opt(latest.year() - back, month, day))
                    .find(|date| *date <= latest)
            }
            Lean::From(from) => {
                // "截至11月18日" in a text of 20 November is two days ago, not in a year.
                let earliest = from.checked_sub_days(Days::new(120))?;
                (0..=8)
                    .filter_map(|on| NaiveDate::from_ymd_opt(earliest.year() + on, month, day))
                    .find(|date| *date >= earliest)
            }
        }
    }

    /// Returns the time of day after a date, with its zone, and its length in bytes.
    pub(super) fn moment(&self, day: NaiveDate, rest: &str) -> (usize, Moment) {
        let plain = (0, Moment::Day(day));
        let Some(found) = TIME.captures(rest) else {
            return plain;
        };
        let Some(time) = time_of_day(&found) else {
            return plain;
        };
        let local = day.and_time(time);
        let mut zone = found.name("zone").map_or("", |zone| zone.as_str());
        let mut end = found.get(0).map_or(0, |all| all.end());
        let exact = found.name("s").is_some() || rest.starts_with(['T', 't']);
        if zone.starts_with(['+', '-']) && !exact {
            // "9:00-17:00" are hours, not a zone.
            end -= zone.len();
            zone = "";
        }
        match self.at(local, zone) {
            Some(time) => (end, Moment::Time(time)),
            None => plain,
        }
    }

    /// Returns a local time in the zone that is written, else in the source's.
    fn at(&self, local: NaiveDateTime, zone: &str) -> Option<DateTime<FixedOffset>> {
        if let Some(offset) = self.offset(zone, local) {
            return offset.from_local_datetime(&local).single();
        }
        match self.zone.from_local_datetime(&local) {
            MappedLocalTime::Single(time) | MappedLocalTime::Ambiguous(time, _) => {
                Some(time.fixed_offset())
            }
            // The time was skipped by a clock change: the clock showed an hour later.
            MappedLocalTime::None => self
                .zone
                .from_local_datetime(&local.checked_add_signed(TimeDelta::hours(1))?)
                .earliest()
                .map(|time| time.fixed_offset()),
        }
    }

    fn offset(&self, zone: &str, local: NaiveDateTime) -> Option<FixedOffset> {
        let zone = zone.trim().trim_matches(['(', ')']).to_uppercase();
        let name = zone.trim_end_matches(|c: char| c.is_ascii_digit() || "+-: ".contains(c));
        let signed = zone[name.len()..].trim();
        if let Some(sign) = signed.chars().next() {
            let digits: String = signed.chars().filter(char::is_ascii_digit).collect();
            let (hours, minutes) = digits.split_at(digits.len().min(2));
            let minutes = minutes.parse().unwrap_or(0);
            let seconds = hours.parse::<i32>().ok()? * 3600 + minutes * 60;
            let sign = if sign == '-' { -1 } else { 1 };
            return FixedOffset::east_opt(sign * seconds);
        }
        zones::offset(name, self.zone, local)
    }
}

/// A time of day right after a date, maybe with a weekday in between.
static TIME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)^
        (?:[\s,(\[]{0,3} (?:星期|周|週|礼拜)[一二三四五六日天] [\s,)\]]{0,3}
          |[\s,(]{0,3} (?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6} [\s,)]{0,3})?
        (?:t|\s{0,4}(?:at|um|à|a\ las|-|,|·|\|)?\s{0,4}(?:北京时间)?)
        (?P<half>凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚|am|pm)?\s{0,2}
        (?:(?P<h>[0-9]{1,2})\s?(?::|时|時|点|點|h)\s?(?:(?P<m>[0-9]{2})|(?P<m30>半))?
             (?:\s?(?::|分)\s?(?P<s>[0-9]{2})(?:[.,][0-9]{1,9})?)?(?:\s?(?:分|秒|整|uhr))?
          |(?P<hc>[0-9]{2})(?P<mc>[0-9]{2})(?P<sc>[0-9]{2})
          |(?P<h12>[0-9]{1,2}))
        (?:\s{0,2}(?P<half2>a\.m\.|p\.m\.|am(?-u:\b)|pm(?-u:\b)))?
        (?P<zone>\s?\(?(?:(?:gmt|utc)?\s?[+-][0-9]{2}:?[0-9]{2}(?-u:\b)|(?:gmt|utc)[+-][0-9]{1,2}(?-u:\b)|[+-][0-9]{2}(?-u:\b)
          |(?:utc|gmt|ut|z|wet|west|cst|cdt|est|edt|mst|mdt|pst|pdt|akst|akdt|hst|cet|cest|bst|eet|eest|msk|msd|hkt|sgt|jst|kst
            |mez|mesz|mest|awst|acst|acdt|aest|aedt|nzst|nzdt|sast)(?-u:\b)
          |北京时间|北京時間)\)?)?",
    )
    .expect("a fixed pattern")
});

fn time_of_day(found: &regex::Captures<'_>) -> Option<NaiveTime> {
    let value = |name: &str| found.name(name).and_then(|part| number(part.as_str()));
    let half = found.name("half").or_else(|| found.name("half2"));
    let half = half.map(|half| half.as_str().to_lowercase());
    // A bare number is an hour only next to am or pm ("8 pm"), and "8h" never alone.
    let hour = match (value("h"), value("hc"), value("h12")) {
        (Some(hour), ..) | (_, Some(hour), _) => hour,
        (.., Some(hour)) if found.name("half2").is_some() => hour,
        _ => return None,
    };
    let colon = found.name("h").is_some_and(|_| {
        found.get(0).is_some_and(|all| {
            all.as_str()
                .contains([':', '时', '時', '点', '點', 'h', 'H'])
        })
    });
    if found.name("h").is_some() && !colon {
        return None;
    }
    let minute = match (value("m"), value("mc"), found.name("m30")) {
        (Some(minute), ..) | (_, Some(minute), _) => minute,
        (.., Some(_)) => 30,
        _ => 0,
    };
    let second = value("s").or_else(|| value("sc")).unwrap_or(0);
    if hour == 24 && minute == 0 {
        // This is the end of that day; its midnight already belongs to the next one.
        return NaiveTime::from_hms_opt(23, 59, 59);
    }
    NaiveTime::from_hms_opt(full_hour(hour, half.as_deref()), minute, second)
}

/// Converts an hour of 12, with its half of the day, to one of 24.
fn full_hour(hour: u32, half: Option<&str>) -> u32 {
    match half {
        Some("下午" | "傍晚" | "晚上" | "晚" | "pm" | "p.m.") if hour < 12 => hour + 12,
        Some("中午") if hour < 4 => hour + 12,
        Some("凌晨" | "am" | "a.m." | "上午") if hour == 12 => 0,
        _ => hour,
    }
}

pub(super) fn day(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    let year = i32::try_from(year).ok()?;
    (1900..2100).contains(&year).then_some(())?;
    NaiveDate::from_ymd_opt(year, month, day)
}
