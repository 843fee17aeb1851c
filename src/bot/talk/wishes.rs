//! Shows a chat's preferences, and the possible values of each.

use super::{
    ask::Ask,
    asker::{Asker, address},
    base::Base,
    button::{Button, Preference},
    filter_words, own_words,
    reply::Reply,
    target, visible, want,
    words::{BotWords, fill},
};
use crate::{
    bulletin::{Chat, Language, Standing, shown_daily},
    ops::StoreError,
    push::card::{clean_line, cut},
};

/// The number of filter words in a row of buttons.
const IN_A_ROW: usize = 3;
/// The choices of the buttons.
pub(super) const DIGESTS: [&str; 4] = ["08:00", "12:00", "18:00", "21:00"];
const QUIETS: [&str; 2] = ["22:00-07:00", "23:00-08:00"];
const ZONES: [&str; 6] = [
    "Asia/Shanghai",
    "Asia/Urumqi",
    "Asia/Hong_Kong",
    "Asia/Taipei",
    "Europe/London",
    "America/New_York",
];

/// Changes one preference of the asker's own chat, and shows them all.
pub(super) async fn wish(
    base: &Base,
    asker: &Asker,
    what: &str,
    change: impl FnOnce(&mut Chat) + Send + 'static,
) -> Result<Reply, StoreError> {
    let words = asker.words();
    if !base.administrates_here(asker).await {
        return Ok(Reply::refusing(words.group_admins_only));
    }
    let target = target::own(asker);
    let known = base.store.chat(&target.id);
    let has_own = known.is_some_and(|chat| chat.wants_any());
    // A channel of the config follows the config, not the chat's preferences.
    let is_words = what.starts_with("language");
    if let Some(channel) = target::configured(base, asker, &target).first()
        && !has_own
        && !is_words
    {
        return Ok(want::in_config(base, words, channel));
    }
    let what = cut(&clean_line(what), 200);
    target::change(base, asker, &target, &what, change).await?;
    let settings = settings(base, asker);
    Ok(Reply {
        text: format!("{}\n\n{}", words.changed, settings.text),
        ..settings
    })
}

pub(super) fn settings(base: &Base, asker: &Asker) -> Reply {
    let words = asker.words();
    let chat = base.own_wishes(asker);
    let mut lines = vec![format!("<b>{}</b>", words.settings)];
    let line = |label: &str, now: &str| fill(words.setting_line, &[("label", label), ("now", now)]);
    lines.push(line(
        words.label_subscriptions,
        &subscriptions(base, &chat, words),
    ));
    lines.extend(also_in_config(base, asker));
    let labels = labels(words);
    let wish = |(label, wish): &(&str, Preference)| line(label, &shown_wish(words, &chat, *wish));
    lines.extend(labels.iter().map(wish));
    lines.extend(own_words::lines(base, words, &chat));
    if asker.is_private() {
        let id = format!("<code>{}</code>", address(&asker.chat));
        lines.push(line(words.label_chat_id, &id));
    }
    let sources = Button::Sources { page: 0, of: None };
    let reply = Reply::from(lines.join("\n")).with([(words.sources.to_owned(), sources)]);
    let button =
        |(label, wish): &(&str, Preference)| ((*label).to_owned(), Button::Menu(Some(*wish)));
    let pairs = labels.chunks(2);
    pairs.fold(reply, |reply, pair| reply.with(pair.iter().map(button)))
}

/// Returns the sources that a chat is subscribed to, or has asked for.
fn subscriptions(base: &Base, chat: &Chat, words: &BotWords) -> String {
    let named = visible::names_for(base, chat, words);
    let asked = |state| fill(words.rule, &[("state", named.as_str()), ("cause", state)]);
    match chat.standing {
        Standing::Pending => asked(words.state_pending),
        Standing::Refused => asked(words.state_refused),
        _ if !chat.wants_any() => words.none.to_owned(),
        _ => named,
    }
}

/// Returns the channels of the config that lead to the same place.
fn also_in_config(base: &Base, asker: &Asker) -> Option<String> {
    let configured = target::configured(base, asker, &target::own(asker));
    let named: Vec<_> = configured.iter().map(|id| base.title_of(id)).collect();
    let words = asker.words();
    let channels = named.join(words.between_names);
    let line = fill(words.also_config, &[("channels", channels)]);
    (!named.is_empty()).then_some(line)
}

/// Shows the possible values of one preference; `None` shows all preferences.
pub(super) fn menu(base: &Base, asker: &Asker, wish: Option<Preference>) -> Reply {
    let words = asker.words();
    let Some(wish) = wish else {
        return settings(base, asker);
    };
    let own = base.own_wishes(asker);
    let (text, choices) = choices(words, wish);
    let now = shown_wish(words, &own, wish);
    let mut reply = Reply::from(fill(text, &[("now", now)]));
    for pair in choices.chunks(2) {
        let button = |choice: &&str| {
            let label = label_of(words, choice).to_owned();
            (label, Button::Set(wish, (*choice).to_owned()))
        };
        reply = reply.with(pair.iter().map(button));
    }
    if wish == Preference::Filter {
        let buttons = filter_words::drop_buttons(&own);
        let rows = buttons.chunks(IN_A_ROW);
        reply = rows.fold(reply, |reply, row| reply.with(row.to_vec()));
    }
    let asks = match wish {
        Preference::Digest => Some((words.other_time, Ask::Digest)),
        Preference::Quiet => Some((words.other_hours, Ask::Quiet)),
        Preference::TimeZone => Some((words.other_zone, Ask::TimeZone)),
        Preference::Filter => Some((words.more_words, Ask::Filter)),
        Preference::Silent | Preference::Language | Preference::CardButtons => None,
    };
    reply = reply.with(asks.map(|(label, ask)| (label.to_owned(), Button::Ask(ask))));
    if !matches!(wish, Preference::TimeZone | Preference::Language) {
        reply = reply.with([(words.off.to_owned(), Button::Set(wish, "off".to_owned()))]);
    }
    reply.with([(format!("‹ {}", words.settings), Button::Menu(None))])
}

fn choices(words: &BotWords, wish: Preference) -> (&'static str, Vec<&'static str>) {
    match wish {
        Preference::Filter => (words.menu_filter, Vec::new()),
        Preference::Digest => (words.menu_digest, DIGESTS.to_vec()),
        Preference::Quiet => (words.menu_quiet, QUIETS.to_vec()),
        Preference::TimeZone => (words.menu_zone, ZONES.to_vec()),
        Preference::Language => (
            words.menu_language,
            Language::ALL.map(Language::code).into(),
        ),
        Preference::Silent => (words.menu_silent, vec!["on"]),
        Preference::CardButtons => (words.menu_buttons, vec!["on"]),
    }
}

fn label_of<'a>(words: &BotWords, choice: &'a str) -> &'a str {
    match (choice, Language::of_tag(choice)) {
        (_, Some(language)) => name_of(language),
        ("on", None) => words.on,
        (other, None) => other,
    }
}

/// Returns the name of a language in that language.
fn name_of(language: Language) -> &'static str {
    crate::words::of(language).name
}

/// Returns a preference in words, escaped.
fn shown_wish(words: &BotWords, chat: &Chat, wish: Preference) -> String {
    let or_off = |wish: Option<String>| wish.unwrap_or_else(|| words.off.to_owned());
    match wish {
        Preference::Language => match chat.language {
            Some(language) => name_of(language).to_owned(),
            None => words.automatic.to_owned(),
        },
        Preference::Quiet => or_off(chat.quiet.clone()),
        Preference::Digest => or_off(chat.digest.as_deref().map(shown_daily)),
        Preference::TimeZone => chat.time_zone.name().to_owned(),
        Preference::Silent => on_or_off(words, chat.silent).to_owned(),
        Preference::CardButtons => on_or_off(words, !chat.without_buttons).to_owned(),
        Preference::Filter => or_off(filter_words::shown(chat)),
    }
}

fn on_or_off(words: &BotWords, is_on: bool) -> &'static str {
    match is_on {
        true => words.on,
        false => words.off,
    }
}

/// Returns the preferences in the order in which they are shown.
fn labels(words: &BotWords) -> [(&'static str, Preference); 7] {
    [
        (words.label_filter, Preference::Filter),
        (words.label_digest, Preference::Digest),
        (words.label_quiet, Preference::Quiet),
        (words.label_zone, Preference::TimeZone),
        (words.label_silent, Preference::Silent),
        (words.label_buttons, Preference::CardButtons),
        (words.label_language, Preference::Language),
    ]
}
