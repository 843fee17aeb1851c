//! Changes a chat's filter: as a whole by `/filter`, word by word with buttons.

use chrono::Utc;

use super::{
    asker::Asker,
    base::Base,
    button::Preference,
    command::Usage,
    filter_words::{hash_of, shown, signed},
    reply::{Pressed, Reply},
    typed::{is_off, signed_words},
    wishes,
    words::fill,
};
use crate::{
    bulletin::{Chat, Cost, Filter, SourceId},
    ops::{Actor, StoreError},
    push::card::{clean_line, cut, escape},
};

pub(super) type Lists = (Vec<String>, Vec<String>);

/// Sets the filter to these words; the answer shows the earlier ones.
pub(super) async fn set_filter(
    base: &Base,
    asker: &Asker,
    what: &str,
) -> Result<Reply, StoreError> {
    if what.is_empty() {
        return Ok(wishes::menu(base, asker, Some(Preference::Filter)));
    }
    let lists = match is_off(what) {
        true => Lists::default(),
        false => signed_words(what),
    };
    if !is_off(what) && lists == Lists::default() {
        return Ok(Usage::Filter.say(asker.words()).into());
    }
    let before = shown(&base.own_wishes(asker));
    let reply = filter_by(base, asker, lists, &format!("filter {what}")).await?;
    let words = asker.words();
    let now = shown(&base.own_wishes(asker));
    Ok(match before {
        Some(before) if now.as_ref() != Some(&before) => Reply {
            text: format!(
                "{}\n{}",
                reply.text,
                fill(words.filter_before, &[("before", &before)])
            ),
            ..reply
        },
        _ => reply,
    })
}

/// Adds these words.
pub(super) async fn add_to_filter(
    base: &Base,
    asker: &Asker,
    what: &str,
) -> Result<Reply, StoreError> {
    let (more, less) = signed_words(what);
    if more.is_empty() && less.is_empty() {
        return Ok(Usage::Filter.say(asker.words()).into());
    }
    let known = base.own_wishes(asker);
    let join = |known: Vec<String>, new: &[String], other: &[String]| -> Vec<String> {
        let mut kept = known;
        kept.retain(|word| !new.contains(word) && !other.contains(word));
        kept.extend_from_slice(new);
        kept
    };
    let lists = (
        join(known.include, &more, &less),
        join(known.exclude, &less, &more),
    );
    filter_by(base, asker, lists, &format!("filter, more: {what}")).await
}

async fn filter_by(
    base: &Base,
    asker: &Asker,
    lists: Lists,
    what: &str,
) -> Result<Reply, StoreError> {
    if let Some(why) = refused(base, asker, &lists) {
        return Ok(why.into());
    }
    let (include, exclude) = lists;
    wishes::wish(base, asker, what, move |chat| {
        chat.include = include;
        chat.exclude = exclude;
    })
    .await
}

/// Returns why the asker's chat cannot have a filter of these words; `None` if it can.
pub(super) fn refused(base: &Base, asker: &Asker, (include, exclude): &Lists) -> Option<String> {
    let words = asker.words();
    if Filter::exceeds_a_chat(include, exclude) {
        return Some(words.filter_too_long.to_owned());
    }
    let filter = match Filter::of_chat(include, exclude) {
        Ok(filter) => filter,
        Err(error) => {
            let pattern = escape(&cut(&clean_line(&error.pattern), 100));
            let text = match error.is_too_large {
                true => words.filter_pattern_large,
                false => words.filter_wrong,
            };
            return Some(fill(text, &[("pattern", &pattern)]));
        }
    };
    let cost = filter.cost();
    let has_room = cost == Cost::default() || base.store.has_room_for_filter(&asker.place, cost);
    (!has_room).then(|| words.filter_no_room.to_owned())
}

/// Checks like [`refused`] a filter of one source together with the others of its chat: their total cost is limited to
/// that of a chat's filter.
pub(super) fn refused_beside(
    base: &Base,
    asker: &Asker,
    source: &SourceId,
    lists: &Lists,
) -> Option<String> {
    let mut others = base.own_wishes(asker);
    others.wish_for(source, |wish| wish.filter = None);
    let kept = others.channel(&asker.place)?.filter_cost();
    let own = Filter::of_chat(&lists.0, &lists.1).map(|filter| filter.cost());
    let fits = own.is_ok_and(|own| kept.plus(own).fits(Cost::OF_A_CHAT));
    let why = refused(base, asker, lists);
    why.or_else(|| (!fits).then(|| asker.words().filter_no_room.to_owned()))
}

/// Removes filters that an older program accepted and that are too large by now: their chats are notified, once, and
/// receive everything until they choose again.
pub(in crate::bot) async fn drop_oversized_filters(base: &Base) -> Result<(), StoreError> {
    let by = Actor::Config;
    for (id, chat) in base.store.oversized_filters() {
        tracing::warn!(channel.id = %id, "the filter of a chat is too large; it was removed, and the chat was notified");
        let filter: Vec<String> = signed(&chat)
            .map(|(sign, word)| format!("{sign}{word}"))
            .collect();
        let filter = cut(&clean_line(&filter.join(" ")), 500);
        let text = fill(base.words_at(&id).filter_oversized, &[("filter", &filter)]);
        let now = Utc::now();
        base.store
            .announce(std::slice::from_ref(&id), &text, now)
            .await?;
        let without = |known: Option<Chat>| known.unwrap_or(chat).without_filters();
        let what = "filter removed: it is too large";
        base.store.change_chat(&id, without, what, &by, now).await?;
    }
    Ok(())
}

pub(super) async fn drop_word(
    base: &Base,
    asker: &Asker,
    hash: &str,
) -> Result<Pressed, StoreError> {
    let words = asker.words();
    if !base.administrates_here(asker).await {
        return Ok(Pressed::note(words.group_admins_only));
    }
    let known = base.own_wishes(asker);
    let gone = signed(&known).find(|(sign, word)| hash_of(*sign, word) == hash);
    let Some((sign, word)) = gone.map(|(sign, word)| (sign, word.to_owned())) else {
        return Ok(wishes::menu(base, asker, Some(Preference::Filter)).into());
    };
    let keep = |list: Vec<String>, of: char| -> Vec<String> {
        let kept = list.into_iter().filter(|it| of != sign || *it != word);
        kept.collect()
    };
    let lists = (keep(known.include, '+'), keep(known.exclude, '-'));
    let what = format!("filter, less: {sign}{word}");
    filter_by(base, asker, lists, &what).await?;
    Ok(wishes::menu(base, asker, Some(Preference::Filter)).into())
}
