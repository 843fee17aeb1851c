//! Changes a chat's preferences for one source, which override those for all: `/settings SOURCE` and the ⚙ next to a
//! source.

use super::{
    asker::Asker,
    base::Base,
    button::{Button, OwnWish},
    command::Usage,
    filter, own_words,
    reply::{Pressed, Reply},
    target,
    typed::{is_off, signed_words},
    visible, wishes,
    words::{fill, shown_name},
};
use crate::{
    bulletin::{DigestWish, FilterWords, Language, Source, SourceId, SourceWish, clock, daily},
    ops::StoreError,
    push::card::escape,
    words,
};

/// The maximum number of sources for which a chat may have separate preferences.
const MOST: usize = 30;

type Change = Box<dyn FnOnce(&mut SourceWish) + Send>;

/// Answers `/settings SOURCE`, perhaps followed by a setting and its value.
pub(super) async fn settings(base: &Base, asker: &Asker, what: &str) -> Result<Reply, StoreError> {
    let words = asker.words();
    let (name, setting) = parts(what);
    let target = target::own(asker);
    let Some(source) = visible::source_called(base, asker, &target, name).cloned() else {
        return Ok(fill(words.no_source, &[("source", escape(name))]).into());
    };
    let Some((wish, value)) = setting else {
        return Ok(menu(base, asker, &source));
    };
    if !base.administrates_here(asker).await {
        return Ok(Reply::refusing(words.group_admins_only));
    }
    let why = match change(base, asker, (wish, &source.id), value) {
        Ok(change) => apply(base, asker, &source.id, (change, what)).await?,
        Err(why) => Some(why),
    };
    Ok(why.map_or_else(|| menu(base, asker, &source), Reply::from))
}

pub(super) async fn menu_pressed(base: &Base, asker: &Asker, source: &SourceId) -> Pressed {
    let words = asker.words();
    match base.source(source) {
        _ if !base.administrates_here(asker).await => Pressed::note(words.group_admins_only),
        Some(source) => menu(base, asker, source).into(),
        None => Pressed::note(words.stale_button),
    }
}

pub(super) async fn set(
    base: &Base,
    asker: &Asker,
    (wish, source): (OwnWish, &SourceId),
    value: &str,
) -> Result<Pressed, StoreError> {
    let words = asker.words();
    if !base.administrates_here(asker).await {
        return Ok(Pressed::note(words.group_admins_only));
    }
    let Some(known) = base.source(source) else {
        return Ok(Pressed::note(words.stale_button));
    };
    let why = match change(base, asker, (wish, source), value) {
        Ok(change) => apply(base, asker, source, (change, value)).await?,
        Err(why) => Some(why),
    };
    Ok(why.map_or_else(|| menu(base, asker, known).into(), Pressed::note))
}

/// Applies a change; `None` on success, otherwise why it is impossible.
async fn apply(
    base: &Base,
    asker: &Asker,
    source: &SourceId,
    (change, what): (Change, &str),
) -> Result<Option<String>, StoreError> {
    let words = asker.words();
    if !visible::has(base, &target::own(asker), source) {
        return Ok(Some(words.own_not_subscribed.to_owned()));
    }
    let own = base.own_wishes(asker).own;
    if own.len() >= MOST && !own.contains_key(source) {
        return Ok(Some(words.own_too_many.to_owned()));
    }
    let (of, what) = (source.clone(), format!("own {source} {what}"));
    wishes::wish(base, asker, &what, move |chat| chat.wish_for(&of, change)).await?;
    Ok(None)
}

/// Returns the change that a value of a setting means, or the answer to the asker.
fn change(
    base: &Base,
    asker: &Asker,
    (wish, source): (OwnWish, &SourceId),
    value: &str,
) -> Result<Change, String> {
    let words = asker.words();
    let is_same = is_heard(value, |heard| heard.same);
    let usage = || Usage::Own.say(words);
    let change: Change = match wish {
        OwnWish::Filter => {
            let lists = match is_off(value) || is_same {
                true => Default::default(),
                false => signed_words(value),
            };
            if lists == filter::Lists::default() && !is_off(value) && !is_same {
                return Err(usage());
            }
            if let Some(why) = filter::refused_beside(base, asker, source, &lists) {
                return Err(why);
            }
            let (include, exclude) = lists;
            let filter = (!is_same).then_some(FilterWords { include, exclude });
            Box::new(|wish: &mut SourceWish| wish.filter = filter)
        }
        OwnWish::Digest => {
            let digest = match clock(value) {
                _ if is_same => None,
                _ if is_off(value) => Some(DigestWish::AtOnce),
                Some(time) => Some(DigestWish::At(daily(time))),
                None => return Err(usage()),
            };
            Box::new(|wish: &mut SourceWish| wish.digest = digest)
        }
        OwnWish::Silent => {
            let is_on = is_heard(value, |heard| heard.on);
            if !is_same && !is_on && !is_off(value) {
                return Err(usage());
            }
            let silent = (!is_same).then_some(is_on);
            Box::new(move |wish: &mut SourceWish| wish.silent = silent)
        }
    };
    Ok(change)
}

/// Returns the named source, and the setting with its value if there is one.
fn parts(what: &str) -> (&str, Option<(OwnWish, &str)>) {
    let mut at = 0;
    for word in what.split_whitespace() {
        let start = what[at..].find(word).map_or(at, |found| at + found);
        at = start + word.len();
        if let Some(wish) = wish_called(word).filter(|_| start > 0) {
            return (what[..start].trim(), Some((wish, what[at..].trim())));
        }
    }
    (what.trim(), None)
}

fn wish_called(word: &str) -> Option<OwnWish> {
    [
        (OwnWish::Filter, is_heard(word, |heard| heard.filter)),
        (OwnWish::Digest, is_heard(word, |heard| heard.digest)),
        (OwnWish::Silent, is_heard(word, |heard| heard.silent)),
    ]
    .into_iter()
    .find_map(|(wish, is_it)| is_it.then_some(wish))
}

/// Returns whether a word is one of those, in any language.
fn is_heard(word: &str, known: impl Fn(&words::HeardWords) -> &'static [&'static str]) -> bool {
    let word = word.to_lowercase();
    let mut all = Language::ALL.into_iter();
    all.any(|language| known(&words::of(language).heard).contains(&&*word))
}

/// Shows a source's preferences, and their possible values.
fn menu(base: &Base, asker: &Asker, source: &Source) -> Reply {
    let words = asker.words();
    let chat = base.own_wishes(asker);
    let own = chat.own.get(&source.id).cloned().unwrap_or_default();
    let name = escape(&shown_name(&source.name));
    let parts = [
        ("source", name),
        (
            "wishes",
            own_words::sentence(words, &own).unwrap_or_else(|| words.own_none.to_owned()),
        ),
        ("id", source.id.to_string()),
    ];
    let button = |label: &str, value: &str, (wish, written): (OwnWish, &str)| {
        let parts = [("label", label), ("now", value)];
        let set = Button::SetOwn(wish, source.id.clone(), written.to_owned());
        (fill(words.setting_line, &parts), set)
    };
    let silent = words.label_silent;
    let digest = words.label_digest;
    let back = Button::Sources { page: 0, of: None };
    Reply::from(fill(words.menu_own, &parts))
        .with([
            button(silent, words.on, (OwnWish::Silent, "on")),
            button(silent, words.off, (OwnWish::Silent, "off")),
        ])
        .with(wishes::DIGESTS.map(|time| {
            let set = Button::SetOwn(OwnWish::Digest, source.id.clone(), time.to_owned());
            (time.to_owned(), set)
        }))
        .with([
            button(digest, words.off, (OwnWish::Digest, "off")),
            button(words.label_filter, words.off, (OwnWish::Filter, "off")),
        ])
        .with([
            button(silent, words.as_chat, (OwnWish::Silent, "same")),
            button(digest, words.as_chat, (OwnWish::Digest, "same")),
            button(words.label_filter, words.as_chat, (OwnWish::Filter, "same")),
        ])
        .with([(format!("‹ {}", words.sources), back)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_s_name_may_hold_spaces_and_its_setting_follows() {
        for (what, read) in [
            ("通知公告", ("通知公告", None)),
            ("Campus news", ("Campus news", None)),
            (
                "Campus news digest 18:00",
                ("Campus news", Some((OwnWish::Digest, "18:00"))),
            ),
            (
                "通知公告 过滤 +放假 -招标",
                ("通知公告", Some((OwnWish::Filter, "+放假 -招标"))),
            ),
            ("a 静音 开", ("a", Some((OwnWish::Silent, "开")))),
            ("filter", ("filter", None)),
        ] {
            assert_eq!(parts(what), read, "{what}");
        }
    }
}
