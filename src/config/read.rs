//! Provides readers: from one value of the file to one value that the program uses.

use std::{
    fmt::Display,
    net::{Ipv6Addr, SocketAddr},
    ops::RangeInclusive,
    str::FromStr,
    time::Duration,
};

use chrono_tz::{TZ_VARIANTS, Tz};
use toml::de::DeValue;
use url::{Host, ParseError, Url};

use super::{
    table::{Read, Value, fault, kind_of, nearest},
    user_info,
};
use crate::{
    bulletin::{AddressRange, AllowPrivate, Filter},
    schedule::parse_duration,
};

pub(super) fn mistyped<T>(value: &Value<'_>, expected: &str) -> Read<T> {
    let found = kind_of(value.get_ref());
    fault(value, format!("this is {found}; expected {expected}"))
}

pub(super) fn string<'v>(value: &'v Value<'_>) -> Read<&'v str> {
    match value.get_ref() {
        DeValue::String(text) => Ok(text),
        _ => mistyped(value, "a string"),
    }
}

/// Reads a text that is not empty.
pub(super) fn text(value: &Value<'_>) -> Read<String> {
    let text = string(value)?.trim();
    if text.is_empty() {
        return fault(value, "this is empty; expected some text");
    }
    Ok(text.to_owned())
}

pub(super) fn boolean(value: &Value<'_>) -> Read<bool> {
    match value.get_ref() {
        DeValue::Boolean(value) => Ok(*value),
        _ => mistyped(value, "true or false"),
    }
}

pub(super) fn integer<T: TryFrom<i64>>(
    range: RangeInclusive<i64>,
) -> impl Fn(&Value<'_>) -> Read<T> {
    move |value| {
        let expected = match (range.start(), range.end()) {
            (&i64::MIN, _) => "a whole number".to_owned(),
            (low, &i64::MAX) => format!("a whole number from {low}"),
            (low, high) => format!("a whole number from {low} to {high}"),
        };
        let DeValue::Integer(number) = value.get_ref() else {
            return mistyped(value, &expected);
        };
        i64::from_str_radix(number.as_str(), number.radix())
            .ok()
            .filter(|number| range.contains(number))
            .and_then(|number| T::try_from(number).ok())
            .map_or_else(
                || {
                    fault(
                        value,
                        format!("`{}` is out of range; expected {expected}", number.as_str()),
                    )
                },
                Ok,
            )
    }
}

/// Reads a string that `read` understands; its error is `what; what is expected`.
pub(super) fn parsed<T, E: Display>(
    read: impl Fn(&str) -> Result<T, E>,
) -> impl Fn(&Value<'_>) -> Read<T> {
    move |value| read(string(value)?).or_else(|error| fault(value, error.to_string()))
}

pub(super) fn from_str<T: FromStr<Err: Display>>(value: &Value<'_>) -> Read<T> {
    parsed(T::from_str)(value)
}

/// Reads a value; `None` for `""`, which means that there is none.
pub(super) fn unless_empty<T>(
    read: impl Fn(&Value<'_>) -> Read<T>,
) -> impl Fn(&Value<'_>) -> Read<Option<T>> {
    move |value| match string(value)? {
        "" => Ok(None),
        _ => read(value).map(Some),
    }
}

/// Reads a list, with the problems of all its items.
pub(super) fn list<T>(read: impl Fn(&Value<'_>) -> Read<T>) -> impl Fn(&Value<'_>) -> Read<Vec<T>> {
    move |value| {
        let DeValue::Array(items) = value.get_ref() else {
            return mistyped(value, "a list");
        };
        let mut values = Vec::new();
        let mut faults = Vec::new();
        for item in items.iter() {
            match read(item) {
                Ok(value) => values.push(value),
                Err(found) => faults.extend(found),
            }
        }
        if faults.is_empty() {
            Ok(values)
        } else {
            Err(faults)
        }
    }
}

/// Reads one of a few words, each of which represents itself.
pub(super) fn word(words: &'static [&'static str]) -> impl Fn(&Value<'_>) -> Read<&'static str> {
    let pairs: Vec<_> = words.iter().map(|word| (*word, *word)).collect();
    move |value| one_of(&pairs)(value)
}

/// Returns choices as part of a sentence: `a, b or c`.
fn listed(choices: &[String]) -> String {
    match choices.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => choices.concat(),
    }
}

/// Reads one of a few words, each with the value that it represents.
pub(super) fn one_of<T: Clone>(words: &[(&str, T)]) -> impl Fn(&Value<'_>) -> Read<T> {
    move |value| {
        let word = string(value)?;
        if let Some((_, meant)) = words.iter().find(|(known, _)| *known == word) {
            return Ok(meant.clone());
        }
        let known: Vec<String> = words
            .iter()
            .map(|(known, _)| format!("`{known}`"))
            .collect();
        fault(
            value,
            format!("`{word}` is unknown; expected {}", listed(&known)),
        )
    }
}

pub(super) fn time_zone(value: &Value<'_>) -> Read<Tz> {
    parsed(zone_named)(value)
}

/// Reads the IANA name of a time zone.
///
/// # Errors
/// Fails with the text as it was typed, and the zone that was probably intended.
pub fn zone_named(name: &str) -> Result<Tz, String> {
    name.parse::<Tz>().map_err(|_| {
        let expected = match probable_zone(name) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "expected an IANA name such as `Asia/Shanghai`".to_owned(),
        };
        format!("unknown time zone `{name}`; {expected}")
    })
}

/// Returns the zone of a city that is typed without its area (`Shanghai`, `new york`), otherwise the zone with the most
/// similar name.
fn probable_zone(name: &str) -> Option<&'static str> {
    // An abbreviation of several zones, of which Beijing's is the one that readers of Chinese pages mean.
    if name.trim().eq_ignore_ascii_case("CST") {
        return Some("Asia/Shanghai");
    }
    let place = name.trim().replace(' ', "_");
    let is_city = |zone: &&str| {
        let (_, city) = zone.rsplit_once('/').unwrap_or_default();
        city.eq_ignore_ascii_case(&place)
    };
    let mut names = TZ_VARIANTS.iter().map(|zone| zone.name());
    let city = names.clone().find(is_city);
    city.or_else(|| nearest(name, names.by_ref()))
}

/// Reads a span of time, such as `30s`, of at most a day.
pub(super) fn duration(value: &Value<'_>) -> Read<Duration> {
    let span = parsed(parse_duration)(value)?;
    if span.is_zero() || span > Duration::from_secs(86_400) {
        return fault(
            value,
            "this duration is out of range; expected `1s` to `1d`",
        );
    }
    Ok(span)
}

/// Reads a number of bytes, such as `8MiB`.
pub(super) fn size(value: &Value<'_>) -> Read<u64> {
    const UNITS: [(&str, u64); 7] = [
        ("KiB", 1 << 10),
        ("MiB", 1 << 20),
        ("GiB", 1 << 30),
        ("KB", 1_000),
        ("MB", 1_000_000),
        ("GB", 1_000_000_000),
        ("B", 1),
    ];
    let text = string(value)?;
    UNITS
        .iter()
        .find_map(|(unit, bytes)| Some((text.strip_suffix(unit)?.trim_end(), bytes)))
        .filter(|(digits, _)| digits.bytes().all(|b| b.is_ascii_digit()))
        .and_then(|(digits, bytes)| digits.parse::<u64>().ok()?.checked_mul(*bytes))
        .filter(|size| *size > 0)
        .map_or_else(
            || {
                fault(
                    value,
                    format!(
                        "`{text}` is not a valid size; expected a size such as `8MiB` or `500KB`"
                    ),
                )
            },
            Ok,
        )
}

/// Reads an absolute address of one of `schemes`. The message does not repeat it: it may contain a password.
pub(super) fn address(schemes: &'static [&'static str]) -> impl Fn(&Value<'_>) -> Read<Url> {
    move |value| address_of(string(value)?, schemes).or_else(|what| fault(value, what))
}

/// Parses a text from elsewhere like [`address`].
pub(super) fn address_of(text: &str, schemes: &[&str]) -> Result<Url, String> {
    let schemes_of: Vec<String> = schemes.iter().map(|it| format!("{it}://")).collect();
    let expected = format!(
        "expected an address that begins with {}",
        listed(&schemes_of)
    );
    let text = text.trim();
    user_info::check(text, false)?;
    match Url::parse(text) {
        Err(ParseError::RelativeUrlWithoutBase) => {
            Err(format!("this address has no scheme; {expected}"))
        }
        Err(error) => Err(format!("this is not a valid address ({error}); {expected}")),
        // The part before a mere colon may be a user.
        Ok(url) if !schemes.contains(&url.scheme()) && !text.contains("://") => {
            Err(format!("this is not a valid address; {expected}"))
        }
        Ok(url) if !schemes.contains(&url.scheme()) => Err(format!(
            "the scheme `{}` is not supported here; {expected}",
            url.scheme()
        )),
        Ok(url) if url.host_str().is_none_or(str::is_empty) => {
            Err(format!("this address has no host; {expected}"))
        }
        Ok(url) => Ok(url),
    }
}

pub(super) fn web_address(value: &Value<'_>) -> Read<Url> {
    address(&["http", "https"])(value)
}

pub(super) fn proxy(value: &Value<'_>) -> Read<Option<Url>> {
    unless_empty(|value| {
        let text = string(value)?;
        user_info::check(text.trim(), true)
            .and_then(|()| address_of(text, &["http", "https", "socks5", "socks5h"]))
            .or_else(|what| fault(value, what))
    })(value)
}

pub(super) fn listen(value: &Value<'_>) -> Read<Option<SocketAddr>> {
    parsed(|text| {
        match text {
        "off" => Ok(None),
        _ => text.parse().map(Some).map_err(|_| {
            format!(
                "`{text}` is not a valid address to listen on; expected an address such as `127.0.0.1:8787`, or `off`"
            )
        }),
    }
    })(value)
}

pub(super) fn allow_private(value: &Value<'_>) -> Read<AllowPrivate> {
    match value.get_ref() {
        DeValue::Boolean(true) => Ok(AllowPrivate::Yes),
        DeValue::Boolean(false) => Ok(AllowPrivate::No),
        DeValue::Array(_) => list(range)(value).map(AllowPrivate::Ranges),
        _ => mistyped(
            value,
            "true, false or a list of ranges such as `10.0.0.0/8`",
        ),
    }
}

/// Reads the name or address of a machine, as it is written in addresses.
pub(super) fn host(value: &Value<'_>) -> Read<Host> {
    let expected = "expected a name or an address without a port, such as `news.example.org`";
    parsed(|text| {
        let text = text.trim().trim_end_matches('.');
        let bare: Result<Ipv6Addr, _> = text.parse();
        let host = bare.map_or_else(|_| Host::parse(text), |address| Ok(Host::Ipv6(address)));
        host.map_err(|_| format!("`{text}` is not a valid host name; {expected}"))
    })(value)
}

/// Reads one address, or a range of them.
pub(super) fn range(value: &Value<'_>) -> Read<AddressRange> {
    parsed(|text| {
        text.parse().map_err(|_| {
            format!(
                "`{text}` is not a valid range of addresses; expected a range such as `10.0.0.0/8` or `fd00::/8`"
            )
        })
    })(value)
}

/// Reads words and `/regex/`es of a filter: each individually, and all together.
pub(super) fn patterns(value: &Value<'_>) -> Read<Vec<String>> {
    let tried = |texts: &[String], value: &Value<'_>| match Filter::new(texts, &[]) {
        Ok(_) => Ok(()),
        Err(error) => fault(value, error.to_string()),
    };
    let pattern = |value: &Value<'_>| {
        let text = text(value)?;
        tried(std::slice::from_ref(&text), value)?;
        Ok(text)
    };
    let all = list(pattern)(value)?;
    tried(&all, value)?;
    Ok(all)
}
