//! Parses dates in the orders in which pages write their numbers.

use chrono::NaiveDate;

/// The order of the parts of a date.
#[derive(Debug, Clone, Copy)]
pub(in crate::source::list) enum DateOrder {
    Year,
    Day,
    Month,
}

impl DateOrder {
    pub(in crate::source::list) const ALL: [Self; 3] = [Self::Year, Self::Day, Self::Month];

    pub(in crate::source::list) fn day(self, [a, b, c]: [u32; 3]) -> Option<NaiveDate> {
        let (year, month, day) = match self {
            Self::Year => (a, b, c),
            Self::Day => (c, b, a),
            Self::Month => (c, a, b),
        };
        NaiveDate::from_ymd_opt(i32::try_from(year).ok()? + 2000, month, day)
    }
}

/// Returns the number of days between the first and the last.
pub(in crate::source::list) fn spread(days: &[NaiveDate]) -> Option<i64> {
    Some((*days.iter().max()? - *days.iter().min()?).num_days())
}

/// Returns the numbers of a text that is a date with its year last: `10/06/2024`.
pub(in crate::source::list) fn numbers_with_year(text: &str) -> Option<[u32; 3]> {
    let text = text.trim_matches(|c: char| !c.is_ascii_digit());
    let spaced = text.contains(' ').then(|| text.replace(' ', ""));
    let text = spaced.as_deref().unwrap_or(text);
    let separator = text.chars().find(|c| !c.is_ascii_digit())?;
    if text.len() > 10 || !matches!(separator, '/' | '.' | '-') {
        return None;
    }
    let mut parts = text.split(separator).map(|part| part.parse::<u32>().ok());
    let numbers = [parts.next()??, parts.next()??, parts.next()??];
    (parts.next().is_none() && (1990..2100).contains(&numbers[2])).then_some(numbers)
}

/// Returns the numbers of a text that is a date of three short numbers: `5/12/15`.
pub(in crate::source::list) fn short_numbers(text: &str) -> Option<[u32; 3]> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || "[]()".contains(c));
    let separator = text.chars().find(|c| !c.is_ascii_digit())?;
    if !(5..=8).contains(&text.len()) || !matches!(separator, '/' | '.' | '-') {
        return None;
    }
    let part = |part: &str| (part.len() <= 2).then(|| part.parse::<u32>().ok())?;
    let mut parts = text.split(separator).map(part);
    let numbers = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(numbers)
}
