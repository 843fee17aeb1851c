//! Subscribes chats to sources by link, by name and by address, and unsubscribes them.

use super::{
    admission,
    asker::Asker,
    base::Base,
    button::Button,
    later::Tasks,
    membership, on_card,
    pasted::{address, addresses, bare_address, parts},
    removal,
    reply::{Effect, Pressed, Reply},
    sources,
    target::{self, Target},
    visible,
    want::{self, WishOutcome, in_config},
    welcome,
    words::{BotWords, fill},
};
use crate::{
    bulletin::{SourceId, Standing},
    ops::StoreError,
    push::card::{clean_line, cut, escape},
};

/// The maximum number of sources and addresses that one command names.
const MOST_AT_ONCE: usize = 10;

pub(super) async fn start(
    base: &Base,
    asker: &Asker,
    payload: &str,
) -> Result<Vec<Effect>, StoreError> {
    let reply = begin(base, asker, payload).await?;
    let mut effects = vec![Effect::answer(asker, reply)];
    if payload.is_empty() && !asker.is_private() {
        effects.extend(welcome::introduce(base, asker));
    }
    Ok(effects)
}

async fn begin(base: &Base, asker: &Asker, payload: &str) -> Result<Reply, StoreError> {
    membership::take_up(base, asker).await?;
    if let Some(reply) = on_card::linked(base, asker, payload).await? {
        return Ok(reply);
    }
    let target = target::own(asker);
    let source = visible::source_called(base, asker, &target, payload).cloned();
    if payload.is_empty() {
        return Ok(welcome::welcome(base, asker));
    }
    if !base.administrates_here(asker).await {
        return Ok(Reply::refusing(asker.words().group_admins_only));
    }
    match source {
        Some(source) => want::subscribe_to(base, asker, &target, Some(&source)).await,
        None => start_blindly(base, asker, &target, payload).await,
    }
}

/// Answers a link to a source that the chat does not see: perhaps only admitted chats see it.
async fn start_blindly(
    base: &Base,
    asker: &Asker,
    target: &Target,
    payload: &str,
) -> Result<Reply, StoreError> {
    let words = asker.words();
    let first = match target::standing_if_asked(base, asker, target) {
        Standing::Pending if target::configured(base, asker, target).is_empty() => {
            let wished = payload.parse().ok().filter(|id| base.source(id).is_some());
            admission::join(base, asker, target, wished).await?;
            words.pending_chat.to_owned()
        }
        Standing::Refused => words.turned_down.to_owned(),
        _ => no_source(words, &clean_line(payload)).text,
    };
    let welcome = welcome::welcome(base, asker);
    Ok(Reply {
        text: format!("{first}\n\n{}", welcome.text).trim_end().to_owned(),
        ..welcome
    })
}

pub(super) async fn join_pressed(base: &Base, asker: &Asker) -> Result<Pressed, StoreError> {
    let (words, target) = (asker.words(), target::own(asker));
    if !base.administrates_here(asker).await {
        return Ok(Pressed::note(words.group_admins_only));
    }
    Ok(match target::standing_if_asked(base, asker, &target) {
        Standing::Pending => {
            admission::join(base, asker, &target, None).await?;
            Reply::from(words.pending_chat).into()
        }
        Standing::Refused => Pressed::note(words.turned_down),
        Standing::New => Pressed::note(words.nobody_subscribes),
        Standing::Open | Standing::Approved => {
            sources::offer_sources(base, asker, None, 0, "").into()
        }
    })
}

pub(super) async fn subscribe(
    base: &Base,
    tasks: &Tasks,
    asker: &Asker,
    what: &str,
) -> Result<Vec<Effect>, StoreError> {
    let words = asker.words();
    let (what, target) = match target::named(base, asker, what).await {
        Ok(found) => found,
        Err(why) => return Ok(vec![Effect::answer(asker, Reply::refusing(why))]),
    };
    let offer =
        |search_words| sources::offer_sources(base, asker, target.of.as_ref(), 0, search_words);
    let reply = if what.is_empty() {
        offer("")
    } else if what == "*" {
        want::subscribe_to(base, asker, &target, None).await?
    } else if !addresses(&what).is_empty() {
        return subscribe_each(base, tasks, asker, (&what, &target)).await;
    } else if let Some(source) = visible::source_called(base, asker, &target, &what) {
        want::subscribe_to(base, asker, &target, Some(source)).await?
    } else if visible::matching(base, asker, &target, &what)
        .next()
        .is_some()
    {
        offer(&what)
    } else if parts(&what).any(|part| bare_address(part).is_some()) {
        return subscribe_each(base, tasks, asker, (&what, &target)).await;
    } else {
        no_source(words, &what)
    };
    Ok(vec![Effect::answer(asker, reply)])
}

fn no_source(words: &BotWords, what: &str) -> Reply {
    fill(words.no_source, &[("source", escape(&cut(what, 100)))]).into()
}

/// Tries every address in a typed or pasted text, and subscribes to the sources that are named between them; other
/// words, such as the page's title, are ignored.
async fn subscribe_each(
    base: &Base,
    tasks: &Tasks,
    asker: &Asker,
    (what, target): (&str, &Target),
) -> Result<Vec<Effect>, StoreError> {
    let mut effects = Vec::new();
    let mut has_room = true;
    for (place, part) in parts(what).take(MOST_AT_ONCE).enumerate() {
        // Only the last of several answers to one question is sent.
        let asker = &Asker {
            question: format!("{} {place}", asker.question),
            ..asker.clone()
        };
        if let Some(url) = address(part).or_else(|| bare_address(part)) {
            let reading = tasks.read_page(asker, url, target.of.clone());
            has_room &= reading.is_some();
            effects.extend(reading);
        } else if let Some(source) = visible::source_called(base, asker, target, part) {
            let reply = want::subscribe_to(base, asker, target, Some(source)).await?;
            effects.push(Effect::answer(asker, reply));
        }
    }
    if !has_room || parts(what).nth(MOST_AT_ONCE).is_some() {
        effects.push(Effect::answer(asker, asker.words().still_working.into()));
    }
    Ok(effects)
}

pub(super) async fn unsubscribe(
    base: &Base,
    asker: &Asker,
    what: &str,
) -> Result<Reply, StoreError> {
    let (what, target) = match target::named(base, asker, what).await {
        Ok(found) => found,
        Err(why) => return Ok(Reply::refusing(why)),
    };
    match addresses(&what).len() > 1 {
        true => unsubscribe_each(base, asker, &what, &target).await,
        false => unsubscribe_from(base, asker, &what, &target).await,
    }
}

/// Unsubscribes from everything that is named, and reports the result of each.
async fn unsubscribe_each(
    base: &Base,
    asker: &Asker,
    what: &str,
    target: &Target,
) -> Result<Reply, StoreError> {
    let mut all = Reply::default();
    for part in parts(what).take(MOST_AT_ONCE) {
        let reply = unsubscribe_from(base, asker, part, target).await?;
        all.text = format!("{}\n{}", all.text, reply.text).trim().to_owned();
        all.buttons.extend(reply.buttons);
    }
    if parts(what).nth(MOST_AT_ONCE).is_some() {
        all.text = format!("{}\n…", all.text);
    }
    Ok(all)
}

async fn unsubscribe_from(
    base: &Base,
    asker: &Asker,
    what: &str,
    target: &Target,
) -> Result<Reply, StoreError> {
    let words = asker.words();
    let (wanted, remove) = match what {
        "" => return Ok(offer_those_it_has(base, asker, target)),
        "*" | "all" => (want::want(base, asker, target, None, false).await?, None),
        name => {
            let Some(id) = wanted_called(base, asker, target, name) else {
                return Ok(no_source(words, name));
            };
            let may_remove = removal::is_to_remove(base, asker, &id);
            let wanted = want::want(base, asker, target, Some(&id), false).await?;
            let remove = || (words.remove.to_owned(), Button::Remove(id));
            (wanted, may_remove.then(remove))
        }
    };
    let reply: Reply = match wanted {
        WishOutcome::InConfig(channel) => in_config(base, words, &channel),
        WishOutcome::Now(chat) if chat.wants_any() => {
            let left = visible::names_for(base, &chat, words);
            fill(words.unsubscribed, &[("left", left)]).into()
        }
        _ => match &target.of {
            Some(there) => {
                fill(words.unsubscribed_there, &[("title", base.title_of(there))]).into()
            }
            None => words.unsubscribed_all.into(),
        },
    };
    Ok(reply.with(remove))
}

/// Returns the source with that address, name or id; it may have been removed from the config.
fn wanted_called(base: &Base, asker: &Asker, target: &Target, name: &str) -> Option<SourceId> {
    let at = address(name).and_then(|url| visible::known_at(base, asker, target, &url));
    let called = || visible::source_called(base, asker, target, name).cloned();
    match at.or_else(called) {
        Some(source) => Some(source.id),
        None => name
            .parse()
            .ok()
            .filter(|id| visible::has(base, target, id)),
    }
}

fn offer_those_it_has(base: &Base, asker: &Asker, target: &Target) -> Reply {
    let words = asker.words();
    let known = base.store.chat(&target.id);
    if known.is_some_and(|chat| chat.wants_any()) {
        return sources::offer_sources(base, asker, target.of.as_ref(), 0, "");
    }
    match target::configured(base, asker, target).first() {
        Some(channel) => in_config(base, words, channel),
        None => words.nothing_subscribed.into(),
    }
}
