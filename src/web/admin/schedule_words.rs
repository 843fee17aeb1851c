//! Describes a schedule in words, for people who do not read crontab lines. Pure.

use crate::{bulletin::Language, schedule::Schedule};

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
/// A part of a field: a value, a range or all, with a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct FieldPart {
    /// The range; `None` for all values.
    range: Option<(usize, usize)>,
    step: usize,
}

/// The unit of a field, by which its values are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FieldUnit {
    Minute,
    Hour,
    Day,
    Month,
    Weekday,
}

impl FieldUnit {
    /// The first and the last value.
    fn bounds(self) -> (usize, usize) {
        match self {
            Self::Minute => (0, 59),
            Self::Hour => (0, 23),
            Self::Day => (1, 31),
            Self::Month => (1, 12),
            Self::Weekday => (0, 6),
        }
    }
}

/// Returns a schedule in words; `None` for lines with seconds, which are no clearer in words.
pub(super) fn in_words(schedule: &Schedule, language: Language) -> Option<String> {
    let text = schedule.to_string().to_lowercase();
    if let Some(interval) = text.strip_prefix("every") {
        return every(interval.trim(), language);
    }
    let line = match text.as_str() {
        "@hourly" => "0 * * * *",
        "@daily" => "0 0 * * *",
        "@weekly" => "0 0 * * 0",
        "@monthly" => "0 0 1 * *",
        "@yearly" => "0 0 1 1 *",
        line => line,
    };
    let fields: Vec<&str> = line.split_whitespace().collect();
    let [minute, hour, day, month, weekday] = fields[..] else {
        return None;
    };
    let minutes = parts(minute, FieldUnit::Minute)?;
    let hours = parts(hour, FieldUnit::Hour)?;
    let days = [
        (month, FieldUnit::Month),
        (day, FieldUnit::Day),
        (weekday, FieldUnit::Weekday),
    ];
    let mut said = Vec::new();
    for (field, unit) in days {
        said.push(named(&parts(field, unit)?, unit, language));
    }
    let time = at(&minutes, &hours, language);
    let is_of_month = weekday == "*" && day == "*";
    Some(match (on_days(&said, (day, weekday), language), language) {
        (Some(days), Language::Zh) if is_of_month && !time.starts_with('每') => {
            format!("{days}每天 {time}")
        }
        (Some(days), Language::Zh) => format!("{days}，{time}"),
        (Some(days), Language::En) => format!("{time}, {days}"),
        (None, Language::Zh) if !time.starts_with('每') => format!("每天 {time}"),
        (None, Language::En) if time.starts_with("at") && !time.ends_with("hour") => {
            format!("every day {time}")
        }
        (None, _) => time,
    })
}

fn every(interval: &str, language: Language) -> Option<String> {
    let count = interval.trim_end_matches(char::is_alphabetic);
    let (zh, en) = match interval.chars().next_back()? {
        's' => ("秒", "second"),
        'm' => ("分钟", "minute"),
        'h' => ("小时", "hour"),
        'd' => ("天", "day"),
        _ => return None,
    };
    Some(repeated(count.parse().ok()?, (zh, en), language))
}

fn repeated(count: usize, (zh, en): (&str, &str), language: Language) -> String {
    match (language, count) {
        (Language::Zh, 1) if zh == "分钟" || zh == "天" || zh == "小时" => {
            format!("每{zh}")
        }
        (Language::Zh, _) => format!("每 {count} {zh}"),
        (Language::En, 1) => format!("every {en}"),
        (Language::En, _) => format!("every {count} {en}s"),
    }
}

fn parts(field: &str, unit: FieldUnit) -> Option<Vec<FieldPart>> {
    field.split(',').map(|part| one_part(part, unit)).collect()
}

fn one_part(part: &str, unit: FieldUnit) -> Option<FieldPart> {
    let (base, step) = part.split_once('/').unwrap_or((part, "1"));
    let step = step.parse().ok()?;
    let range = match base.split_once('-') {
        _ if base == "*" => None,
        Some((from, to)) => Some((value(from, unit)?, value(to, unit)?)),
        None => Some((value(base, unit)?, value(base, unit)?)),
    };
    Some(FieldPart { range, step })
}

fn value(text: &str, unit: FieldUnit) -> Option<usize> {
    let name = |names: &[&str], first: usize| {
        let found = names.iter().position(|name| text.starts_with(name));
        found.map(|place| place + first)
    };
    let named = match unit {
        FieldUnit::Month => name(&MONTHS, 1),
        FieldUnit::Weekday => name(&DAYS, 0),
        FieldUnit::Minute | FieldUnit::Hour | FieldUnit::Day => None,
    };
    named.or_else(|| text.parse().ok())
}

fn value_in_words(value: usize, unit: FieldUnit, language: Language) -> String {
    let dates = &crate::words::of(language).dates;
    match unit {
        // A crontab counts from Sunday.
        FieldUnit::Weekday => dates.weekdays[(value + 6) % 7].to_owned(),
        FieldUnit::Month => dates.months[(value + 11) % 12].to_owned(),
        FieldUnit::Minute | FieldUnit::Hour | FieldUnit::Day => value.to_string(),
    }
}

/// Returns the values of a field; `None` for all of them.
fn named(parts: &[FieldPart], unit: FieldUnit, language: Language) -> Option<String> {
    let (sep, to) = match (language, unit) {
        (Language::Zh, FieldUnit::Weekday) => ("、", "至"),
        (Language::Zh, _) => ("、", "至"),
        (Language::En, _) => (", ", " to "),
    };
    let word = |value| value_in_words(value, unit, language);
    let one = |part: &FieldPart| match part.range.unwrap_or_else(|| unit.bounds()) {
        (from, until) if from == until => word(from),
        (from, until) if part.step > 1 => {
            let values = (from..=until).step_by(part.step).map(word);
            values.collect::<Vec<_>>().join(sep)
        }
        (from, until) => format!("{}{to}{}", word(from), word(until)),
    };
    if let [FieldPart { range: None, step }] = parts {
        let names = match unit {
            FieldUnit::Minute => ("分钟", "minute"),
            FieldUnit::Hour => ("小时", "hour"),
            FieldUnit::Day | FieldUnit::Weekday => ("天", "day"),
            FieldUnit::Month => ("个月", "month"),
        };
        return (*step > 1).then(|| repeated(*step, names, language));
    }
    let said: Vec<String> = parts.iter().map(one).collect();
    let said = said.join(sep);
    Some(match (unit, language) {
        (FieldUnit::Hour, Language::Zh) => format!("{said} 时"),
        (FieldUnit::Day, Language::Zh) => format!("每月{said}日"),
        (FieldUnit::Month, Language::Zh) => format!("{said}月"),
        (FieldUnit::Minute, Language::Zh) => format!("第 {said} 分"),
        (FieldUnit::Day, Language::En) => format!("on day {said} of the month"),
        (FieldUnit::Hour, Language::En) => format!("in the hours {said}"),
        (FieldUnit::Minute, Language::En) => format!("at minute {said}"),
        (FieldUnit::Weekday, Language::En) if said.contains(to) => said,
        (FieldUnit::Weekday, Language::En) => format!("on {said}"),
        (FieldUnit::Month, Language::En) => format!("in {said}"),
        (FieldUnit::Weekday, Language::Zh) => said,
    })
}

/// Joins the day fields like Debian's cron: if neither of them begins with `*`, a match of either is enough.
fn on_days(
    said: &[Option<String>],
    (day, weekday): (&str, &str),
    language: Language,
) -> Option<String> {
    let (or, and) = match language {
        Language::Zh => ("或", "，"),
        Language::En => (" or ", ", "),
    };
    let joint = match day.starts_with('*') || weekday.starts_with('*') {
        true => and,
        false => or,
    };
    let days: Vec<&str> = said[1..].iter().flatten().map(String::as_str).collect();
    let days = (!days.is_empty()).then(|| days.join(joint));
    let all: Vec<String> = said[0].clone().into_iter().chain(days).collect();
    (!all.is_empty()).then(|| all.join(and))
}

fn at(minutes: &[FieldPart], hours: &[FieldPart], language: Language) -> String {
    let single = |parts: &[FieldPart]| -> Option<Vec<usize>> {
        let value = |part: &FieldPart| part.range.filter(|(from, to)| from == to).map(|it| it.0);
        parts.iter().map(value).collect()
    };
    if let (Some(minutes), Some(hours)) = (single(minutes), single(hours)) {
        let times = hours
            .iter()
            .flat_map(|hour| minutes.iter().map(move |minute| (hour, minute)));
        let times: Vec<String> = times
            .map(|(hour, minute)| format!("{hour:02}:{minute:02}"))
            .collect();
        return match language {
            Language::Zh => times.join("、"),
            Language::En => format!("at {}", times.join(", ")),
        };
    }
    if let Some(times) = hourly(minutes, hours, language) {
        return times;
    }
    let each = named(minutes, FieldUnit::Minute, language)
        .unwrap_or_else(|| repeated(1, ("分钟", "minute"), language));
    let hours = match hours {
        [
            FieldPart {
                range: Some((from, until)),
                step: 1,
            },
        ] => Some(match language {
            Language::Zh => format!("{from}:00 至 {until}:59"),
            Language::En => format!("from {from}:00 to {until}:59"),
        }),
        hours => named(hours, FieldUnit::Hour, language),
    };
    match language {
        Language::Zh => {
            let each = match each.starts_with('每') {
                true => each,
                false => format!("每小时{each}"),
            };
            match hours {
                Some(hours) => format!("{hours}，{each}"),
                None => each,
            }
        }
        Language::En => match hours {
            Some(hours) => format!("{each} {hours}"),
            None if each.starts_with("every") => each,
            None => format!("{each} of every hour"),
        },
    }
}

/// Describes one minute of each hour of a range.
fn hourly(minutes: &[FieldPart], hours: &[FieldPart], language: Language) -> Option<String> {
    let (
        [
            FieldPart {
                range: Some((minute, end)),
                ..
            },
        ],
        [hour],
    ) = (minutes, hours)
    else {
        return None;
    };
    let (from, until) = hour.range.filter(|_| minute == end)?;
    let last = until - until.checked_sub(from)?.checked_rem(hour.step)?;
    let each = repeated(hour.step, ("小时", "hour"), language);
    Some(match language {
        Language::Zh => format!("{from:02}:{minute:02} 至 {last:02}:{minute:02}，{each}"),
        Language::En => format!("{each} from {from:02}:{minute:02} to {last:02}:{minute:02}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_are_said_in_both_languages() {
        for (line, zh, en) in [
            ("every 10m", "每 10 分钟", "every 10 minutes"),
            ("every 1h", "每小时", "every hour"),
            ("@daily", "每天 00:00", "every day at 00:00"),
            ("* * * * *", "每分钟", "every minute"),
            ("5 * * * *", "每小时第 5 分", "at minute 5 of every hour"),
            (
                "*/10 8-20 * * Mon-Fri",
                "周一至周五，8:00 至 20:59，每 10 分钟",
                "every 10 minutes from 8:00 to 20:59, Monday to Friday",
            ),
            (
                "0 8-20 * * *",
                "每天 08:00 至 20:00，每小时",
                "every hour from 08:00 to 20:00",
            ),
            (
                "30 8-20/5 * * 1,5",
                "周一、周五，08:30 至 18:30，每 5 小时",
                "every 5 hours from 08:30 to 18:30, on Monday, Friday",
            ),
            (
                "30 9,17 1 * *",
                "每月1日，09:30、17:30",
                "at 09:30, 17:30, on day 1 of the month",
            ),
            (
                "0 9 1 * 1",
                "每月1日或周一，09:00",
                "at 09:00, on day 1 of the month or on Monday",
            ),
            ("0 9 * 1 *", "1月每天 09:00", "at 09:00, in January"),
            (
                "*/10 8-20/4 * * *",
                "每天 8、12、16、20 时，每 10 分钟",
                "every 10 minutes in the hours 8, 12, 16, 20",
            ),
            (
                "5,35 8-20 * * *",
                "每天 8:00 至 20:59，每小时第 5、35 分",
                "every day at minute 5, 35 from 8:00 to 20:59",
            ),
        ] {
            let schedule: Schedule = line.parse().unwrap();
            assert_eq!(in_words(&schedule, Language::Zh).as_deref(), Some(zh));
            assert_eq!(in_words(&schedule, Language::En).as_deref(), Some(en));
        }
        let seconds: Schedule = "*/5 * * * * *".parse().unwrap();
        assert_eq!(in_words(&seconds, Language::Zh), None);
    }
}
