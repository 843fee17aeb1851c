//! How a chat wants what it gets: digest, quiet hours, time zone, sound, language; and all of it at a glance.

use chrono_tz::{TZ_VARIANTS, Tz};

use super::{
    answer::Room,
    ask::Ask,
    asker::Asker,
    button::{Button, Wish},
    filter,
    say::{Pressed, Reply},
    typed::{clock, hours, is_off, shown_digest},
    words::{Words, fill},
};
use crate::{
    bulletin::{Chat, Language, Quiet, Standing, fold},
    ops::StoreError,
    push::card::{clean_line, cut, escape},
};

/// What the buttons offer.
const DIGESTS: [&str; 4] = ["08:00", "12:00", "18:00", "21:00"];
const QUIETS: [&str; 2] = ["22:00-07:00", "23:00-08:00"];
const ZONES: [&str; 6] = [
    "Asia/Shanghai",
    "Asia/Urumqi",
    "Asia/Hong_Kong",
    "Asia/Taipei",
    "Europe/London",
    "America/New_York",
];

impl Room {
    // ---- commands: what stands behind one sets it, nothing shows it ----

    pub(super) async fn set_digest(&self, asker: &Asker, what: &str) -> Result<Reply, StoreError> {
        if what.is_empty() {
            return Ok(self.menu(asker, Some(Wish::Digest)));
        }
        let digest = match clock(what) {
            _ if is_off(what) => None,
            Some((hour, minute)) => Some(format!("{minute} {hour} * * *")),
            None => return Ok(usage(asker, "/digest 18:00|off")),
        };
        self.wish(asker, &format!("digest {what}"), |chat| {
            chat.digest = digest;
        })
        .await
    }

    pub(super) async fn set_quiet(&self, asker: &Asker, what: &str) -> Result<Reply, StoreError> {
        if what.is_empty() {
            return Ok(self.menu(asker, Some(Wish::Quiet)));
        }
        let quiet = match hours(what).parse::<Quiet>() {
            _ if is_off(what) => None,
            Ok(quiet) => Some(quiet.to_string()),
            Err(_) => return Ok(usage(asker, "/quiet 22:00-07:00|off")),
        };
        self.wish(asker, &format!("quiet {what}"), |chat| chat.quiet = quiet)
            .await
    }

    pub(super) async fn set_time_zone(
        &self,
        asker: &Asker,
        what: &str,
    ) -> Result<Reply, StoreError> {
        if what.is_empty() {
            return Ok(self.menu(asker, Some(Wish::TimeZone)));
        }
        let Some(zone) = zone_called(what) else {
            let words = asker.words();
            let what = escape(&cut(&clean_line(what), 50));
            return Ok(fill(words.no_such_zone, &[("zone", &what)]).into());
        };
        self.wish(asker, &format!("time zone {zone}"), move |chat| {
            chat.time_zone = zone;
        })
        .await
    }

    pub(super) async fn set_language(
        &self,
        asker: &Asker,
        what: &str,
    ) -> Result<Reply, StoreError> {
        let language = match what.to_lowercase().as_str() {
            "" => return Ok(self.menu(asker, Some(Wish::Language))),
            "zh" | "中文" => Language::Zh,
            "en" | "english" => Language::En,
            _ => return Ok(usage(asker, "/language zh|en")),
        };
        // Said in the new language.
        let asker = Asker {
            language,
            ..asker.clone()
        };
        self.wish(&asker, &format!("language {what}"), move |chat| {
            chat.language = Some(language);
        })
        .await
    }

    /// Changes one wish of the asker's own chat, and shows them all.
    pub(super) async fn wish(
        &self,
        asker: &Asker,
        what: &str,
        change: impl FnOnce(&mut Chat) + Send + 'static,
    ) -> Result<Reply, StoreError> {
        let words = asker.words();
        if !self.administrates(asker, asker.chat).await {
            return Ok(self.refused(asker, words.group_admins_only));
        }
        let target = self.own(asker);
        let known = self.store.chat(&target.id);
        let has_own = known.is_some_and(|chat| chat.wants_any());
        // A channel of the config is as the config says, whatever the chat wishes.
        let is_words = what.starts_with("language");
        if let Some(channel) = self.configured(asker, &target).next()
            && !has_own
            && !is_words
        {
            return Ok(fill(words.in_config, &[("channel", channel.as_str())]).into());
        }
        let what = cut(&clean_line(what), 200);
        self.change(asker, &target, &what, change).await?;
        let settings = self.settings(asker);
        Ok(Reply {
            text: format!("{}\n\n{}", words.changed, settings.text),
            ..settings
        })
    }

    // ---- buttons ----

    pub(super) async fn set(
        &self,
        asker: &Asker,
        wish: Wish,
        value: &str,
    ) -> Result<Pressed, StoreError> {
        if !self.administrates(asker, asker.chat).await {
            return Ok(Pressed::note(asker.words().group_admins_only));
        }
        let reply = match wish {
            Wish::Filter => self.set_filter(asker, value).await?,
            Wish::Digest => self.set_digest(asker, value).await?,
            Wish::Quiet => self.set_quiet(asker, value).await?,
            Wish::TimeZone => self.set_time_zone(asker, value).await?,
            Wish::Language => self.set_language(asker, value).await?,
            Wish::Silent => {
                let silent = value == "on";
                self.wish(asker, &format!("silent {value}"), move |chat| {
                    chat.silent = silent;
                })
                .await?
            }
        };
        Ok(reply.into())
    }

    /// What one of the wishes may be; None: all of them.
    pub(super) fn menu(&self, asker: &Asker, wish: Option<Wish>) -> Reply {
        let words = asker.words();
        let Some(wish) = wish else {
            return self.settings(asker);
        };
        let (text, choices): (&str, Vec<&str>) = match wish {
            Wish::Filter => (words.menu_filter, vec![]),
            Wish::Digest => (words.menu_digest, DIGESTS.to_vec()),
            Wish::Quiet => (words.menu_quiet, QUIETS.to_vec()),
            Wish::TimeZone => (words.menu_zone, ZONES.to_vec()),
            Wish::Language => (words.menu_language, vec!["zh", "en"]),
            Wish::Silent => (words.menu_silent, vec!["on"]),
        };
        let own = self.own_wishes(asker);
        let now = self.shown_wish(words, &own, wish);
        let mut reply = Reply::from(fill(text, &[("now", &now)]));
        for pair in choices.chunks(2) {
            reply = reply.with(pair.iter().map(|choice| {
                let label = match *choice {
                    "zh" => "中文".to_owned(),
                    "en" => "English".to_owned(),
                    "on" => words.silent_on.to_owned(),
                    other => other.to_owned(),
                };
                (label, Button::Set(wish, (*choice).to_owned()))
            }));
        }
        let asks = match wish {
            Wish::Digest => Some((words.other_time, Ask::Digest)),
            Wish::Quiet => Some((words.other_hours, Ask::Quiet)),
            Wish::TimeZone => Some((words.other_zone, Ask::TimeZone)),
            Wish::Filter | Wish::Silent | Wish::Language => None,
        };
        if wish == Wish::Filter {
            reply = self.filter_menu(asker, reply);
        }
        reply = reply.with(asks.map(|(label, ask)| (label.to_owned(), Button::Ask(ask))));
        if !matches!(wish, Wish::TimeZone | Wish::Language) {
            reply = reply.with([(words.off.to_owned(), Button::Set(wish, "off".to_owned()))]);
        }
        reply.with([(format!("‹ {}", words.settings), Button::Menu(None))])
    }

    pub(super) fn settings(&self, asker: &Asker) -> Reply {
        let words = asker.words();
        let chat = self.own_wishes(asker);
        let target = self.own(asker);
        let state = match chat.standing {
            Standing::Pending => words.state_pending,
            Standing::Refused => words.state_refused,
            _ if !chat.wants_any() => words.state_none,
            _ => words.state_on,
        };
        let mut lines = vec![format!("<b>{}</b>", words.settings), state.to_owned()];
        let line =
            |label: &str, now: &str| fill(words.setting_line, &[("label", label), ("now", now)]);
        lines.push(line(words.sources, &self.names_for(&chat, words)));
        let configured: Vec<_> = self
            .configured(asker, &target)
            .map(|id| format!("<code>{id}</code>"))
            .collect();
        if !configured.is_empty() {
            let channels = configured.join(", ");
            lines.push(fill(words.also_config, &[("channels", &channels)]));
        }
        for (label, wish) in labels(words) {
            lines.push(line(label, &self.shown_wish(words, &chat, wish)));
        }
        let mut reply = Reply::from(lines.join("\n")).with([(
            words.sources.to_owned(),
            Button::Sources { page: 0, of: None },
        )]);
        for pair in labels(words).chunks(2) {
            let button =
                |(label, wish): &(&str, Wish)| ((*label).to_owned(), Button::Menu(Some(*wish)));
            reply = reply.with(pair.iter().map(button));
        }
        reply
    }

    pub(super) fn own_wishes(&self, asker: &Asker) -> Chat {
        let known = self.store.chat(&asker.place());
        known.unwrap_or_else(|| Chat::new(self.config.time_zone))
    }

    /// Escaped.
    fn shown_wish(&self, words: &Words, chat: &Chat, wish: Wish) -> String {
        let or_off = |wish: Option<String>| wish.unwrap_or_else(|| words.off.to_owned());
        match wish {
            Wish::Language => match chat.language {
                Some(Language::Zh) => "中文".to_owned(),
                Some(Language::En) => "English".to_owned(),
                None => words.automatic.to_owned(),
            },
            Wish::Quiet => or_off(chat.quiet.clone()),
            Wish::Digest => or_off(chat.digest.as_deref().map(shown_digest)),
            Wish::TimeZone => chat.time_zone.name().to_owned(),
            Wish::Silent => match chat.silent {
                true => words.silent_on.to_owned(),
                false => words.off.to_owned(),
            },
            Wish::Filter => or_off(filter::shown(chat)),
        }
    }
}

/// Cities as people of these parts call them.
const CITIES: [(&str, Tz); 6] = [
    ("beijing", Tz::Asia__Shanghai),
    ("北京", Tz::Asia__Shanghai),
    ("上海", Tz::Asia__Shanghai),
    ("乌鲁木齐", Tz::Asia__Urumqi),
    ("香港", Tz::Asia__Hong_Kong),
    ("台北", Tz::Asia__Taipei),
];

/// By its name, or by its city's. `GMT+8` is none: the `Etc/GMT+8` of the tables lies west of Greenwich.
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

/// Wishes in the order in which they are shown.
fn labels(words: &Words) -> [(&'static str, Wish); 6] {
    [
        (words.label_filter, Wish::Filter),
        (words.label_digest, Wish::Digest),
        (words.label_quiet, Wish::Quiet),
        (words.label_zone, Wish::TimeZone),
        (words.label_silent, Wish::Silent),
        (words.label_language, Wish::Language),
    ]
}

fn usage(asker: &Asker, usage: &str) -> Reply {
    fill(asker.words().misused, &[("usage", usage)]).into()
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
