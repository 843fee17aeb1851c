//! The evidence in the values of a data list.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::Value;

use crate::{
    bulletin::Moment,
    source::{date, page::PageTree, reading::Context, text},
};

/// Returns a name or number as it is written.
pub(super) fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

pub(super) fn is_true(value: &Value) -> bool {
    match value {
        Value::Bool(is) => *is,
        Value::Number(number) => number.as_f64().is_some_and(|number| number > 0.0),
        Value::String(text) => matches!(text.as_str(), "1" | "true" | "Y" | "y" | "yes" | "是"),
        _ => false,
    }
}

/// Returns text without markup and entities.
pub(super) fn plain(text: &str) -> String {
    if !text.contains(['<', '&']) {
        return text::one_line(text);
    }
    let page = PageTree::parse(text);
    text::one_line(&page.text(0..page.runs.len()))
}

/// Parses a date as text, or as seconds or milliseconds since 1970.
pub(super) fn moment(name: &str, value: &Value, context: &Context<'_>) -> Option<Moment> {
    let epoch = match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => {
            // This is .NET's format: `/Date(1668902400000+0800)/`.
            let dotnet = text
                .strip_prefix("/Date(")
                .and_then(|rest| rest.strip_suffix(")/"));
            let digits = dotnet
                .and_then(|digits| digits.split('+').next())
                .unwrap_or(text);
            let is_epoch = matches!(digits.len(), 10 | 13);
            is_epoch.then(|| digits.parse().ok()).flatten()
        }
        _ => None,
    };
    if let Some(epoch) = epoch {
        let seconds = if epoch > 99_999_999_999 {
            epoch / 1_000
        } else {
            epoch
        };
        let time = DateTime::<Utc>::from_timestamp(seconds, 0)?;
        // Valid years are 2000 to next year: other numbers are ids and counts.
        let plausible = seconds > 946_684_800 && time < context.now + chrono::Duration::days(366);
        return plausible
            .then(|| Moment::Time(time.with_timezone(&context.time_zone).fixed_offset()));
    }
    let text = value.as_str().filter(|text| text.len() <= 60)?;
    let (range, _) = date::find(text, context.time_zone, context.now)?;
    (range.len() * 2 >= text.trim().len()).then_some(())?;
    let is_universal = name
        .split('.')
        .any(|part| universal(&part.to_lowercase()).is_some());
    let zone = if is_universal {
        Tz::UTC
    } else {
        context.time_zone
    };
    let moment = date::stamp(text, zone, context.now)?.moment;
    match moment {
        // The time is converted to the source's zone, like all values without their own zone.
        Moment::Time(time) if is_universal => Some(Moment::Time(
            time.with_timezone(&context.time_zone).fixed_offset(),
        )),
        moment => Some(moment),
    }
}

/// Returns the rest of a field's name which states that its times are UTC: `date_gmt` is a `date`.
pub(super) fn universal(part: &str) -> Option<&str> {
    let ends = ["gmt", "utc"];
    let name = ends.iter().find_map(|end| part.strip_suffix(end));
    let name = name.or_else(|| part.strip_prefix("utc"));
    name.map(|name| name.trim_matches(['_', '-', ' ']))
}
