//! Changes settings of a chat: digest, quiet hours, time zone, sound, language.

use chrono_tz::{TZ_VARIANTS, Tz};

use super::{
    asker::Asker,
    base::Base,
    button::Preference,
    command::Usage,
    filter,
    reply::{Pressed, Reply},
    typed::is_off,
    wishes,
    words::fill,
};
use crate::{
    bulletin::{Language, Quiet, clock, daily, fold, hours},
    ops::StoreError,
    push::card::{clean_line, cut, escape},
};

// ---- commands: with an argument they set it, without one they show it ----

pub(super) async fn set_digest(
    base: &Base,
    asker: &Asker,
    what: &str,
) -> Result<Reply, StoreError> {
    if what.is_empty() {
        return Ok(wishes::menu(base, asker, Some(Preference::Digest)));
    }
    let digest = match clock(what) {
        _ if is_off(what) => None,
        Some(time) => Some(daily(time)),
        None => return Ok(Usage::Digest.say(asker.words()).into()),
    };
    wishes::wish(base, asker, &format!("digest {what}"), |chat| {
        chat.digest = digest;
    })
    .await
}

pub(super) async fn set_quiet(base: &Base, asker: &Asker, what: &str) -> Result<Reply, StoreError> {
    if what.is_empty() {
        return Ok(wishes::menu(base, asker, Some(Preference::Quiet)));
    }
    let quiet = match hours(what).parse::<Quiet>() {
        _ if is_off(what) => None,
        Ok(quiet) => Some(quiet.to_string()),
        Err(_) => return Ok(Usage::Quiet.say(asker.words()).into()),
    };
    wishes::wish(base, asker, &format!("quiet {what}"), |chat| {
        chat.quiet = quiet;
    })
    .await
}

pub(super) async fn set_time_zone(
    base: &Base,
    asker: &Asker,
    what: &str,
) -> Result<Reply, StoreError> {
    if what.is_empty() {
        return Ok(wishes::menu(base, asker, Some(Preference::TimeZone)));
    }
    let Some(zone) = zone_called(what) else {
        let words = asker.words();
        let what = escape(&cut(&clean_line(what), 50));
        return Ok(fill(words.no_such_zone, &[("zone", &what)]).into());
    };
    wishes::wish(base, asker, &format!("time zone {zone}"), move |chat| {
        chat.time_zone = zone;
    })
    .await
}

fn language_called(name: &str) -> Option<Language> {
    let name = name.to_lowercase();
    let is_it = |language: &Language| {
        let words = crate::words::of(*language);
        let names = words.also_called.iter().copied();
        let mut names = names.chain([language.code(), words.name]);
        names.any(|known| known.to_lowercase() == name)
    };
    Language::ALL.into_iter().find(is_it)
}

pub(super) async fn set_language(
    base: &Base,
    asker: &Asker,
    what: &str,
) -> Result<Reply, StoreError> {
    if what.is_empty() {
        return Ok(wishes::menu(base, asker, Some(Preference::Language)));
    }
    let Some(language) = language_called(what) else {
        return Ok(Usage::Language.say(asker.words()).into());
    };
    // Answered in the new language.
    let asker = Asker {
        language,
        ..asker.clone()
    };
    wishes::wish(base, &asker, &format!("language {what}"), move |chat| {
        chat.language = Some(language);
    })
    .await
}

// ---- buttons ----

pub(super) async fn set(
    base: &Base,
    asker: &Asker,
    wish: Preference,
    value: &str,
) -> Result<Pressed, StoreError> {
    if !base.administrates_here(asker).await {
        return Ok(Pressed::note(asker.words().group_admins_only));
    }
    let reply = match wish {
        Preference::Filter => filter::set_filter(base, asker, value).await?,
        Preference::Digest => set_digest(base, asker, value).await?,
        Preference::Quiet => set_quiet(base, asker, value).await?,
        Preference::TimeZone => set_time_zone(base, asker, value).await?,
        Preference::Language => set_language(base, asker, value).await?,
        Preference::Silent => {
            let silent = value == "on";
            wishes::wish(base, asker, &format!("silent {value}"), move |chat| {
                chat.silent = silent;
            })
            .await?
        }
        Preference::CardButtons => {
            let without = value != "on";
            wishes::wish(base, asker, &format!("buttons {value}"), move |chat| {
                chat.without_buttons = without;
            })
            .await?
        }
    };
    Ok(reply.into())
}

/// Cities by their names in this region.
const CITIES: [(&str, Tz); 6] = [
    ("beijing", Tz::Asia__Shanghai),
    ("北京", Tz::Asia__Shanghai),
    ("上海", Tz::Asia__Shanghai),
    ("乌鲁木齐", Tz::Asia__Urumqi),
    ("香港", Tz::Asia__Hong_Kong),
    ("台北", Tz::Asia__Taipei),
];

/// Returns a zone by its name, or by its city's. `GMT+8` is not one: the `Etc/GMT+8` of the tables is west of
/// Greenwich.
fn zone_called(what: &str) -> Option<Tz> {
    let what = what.trim().replace(' ', "_");
    let folded = fold(&what);
    if let Some((_, zone)) = CITIES.iter().find(|(city, _)| *city == folded) {
        return Some(*zone);
    }
    let is_city = |zone: &Tz| {
        let (area, city) = zone.name().rsplit_once('/').unwrap_or_default();
        area != "Etc" && city.eq_ignore_ascii_case(&what)
    };
    let mut zones = TZ_VARIANTS.iter().copied();
    let named = zones.find(|zone| zone.name().eq_ignore_ascii_case(&what));
    named.or_else(|| TZ_VARIANTS.iter().copied().find(is_city))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_found_by_name_and_city_and_none_is_turned_round() {
        for (what, zone) in [
            ("Asia/Shanghai", Some(Tz::Asia__Shanghai)),
            ("asia/tokyo", Some(Tz::Asia__Tokyo)),
            ("new york", Some(Tz::America__New_York)),
            ("北京", Some(Tz::Asia__Shanghai)),
            ("Etc/GMT+8", Some(Tz::Etc__GMTPlus8)),
            ("UTC", Some(Tz::UTC)),
            ("GMT+8", None),
            ("UTC+8", None),
        ] {
            assert_eq!(zone_called(what), zone, "{what}");
        }
    }
}
