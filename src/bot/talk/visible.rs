//! Finds the sources that a chat may see, and their names there.

use url::Url;

use super::{
    asker::Asker,
    base::Base,
    target::Target,
    words::{BotWords, in_a_row, shown_name},
};
use crate::{
    bulletin::{ChannelId, Chat, Source, SourceId, canonical_url, fold},
    config::added_source,
    push::card::escape,
};

/// Returns the sources that may be shown there: to a chat that was not admitted only public ones, regardless of the
/// asker.
pub(super) fn visible<'a>(
    base: &'a Base,
    asker: &Asker,
    target: &Target,
) -> impl Iterator<Item = &'a Source> + use<'a> {
    let known = base.store.chat(&target.id);
    let is_let_in = known.is_some_and(|chat| chat.may_have(false));
    let sees_all = is_let_in || base.is_admin_alone(asker);
    let sources = base.config.sources.iter();
    sources.filter(move |source| source.public || sees_all)
}

/// Returns the sources whose name, id or address contains each of the words.
pub(super) fn matching<'a>(
    base: &'a Base,
    asker: &Asker,
    target: &Target,
    search_words: &str,
) -> impl Iterator<Item = &'a Source> + use<'a> {
    let words: Vec<String> = search_words.split_whitespace().map(fold).collect();
    visible(base, asker, target).filter(move |source| {
        let text = fold(&format!("{} {} {}", source.name, source.id, source.url));
        words.iter().all(|word| text.contains(word))
    })
}

/// Returns the source with that name or id; an admin may name any.
pub(super) fn source_called<'a>(
    base: &'a Base,
    asker: &Asker,
    target: &Target,
    name: &str,
) -> Option<&'a Source> {
    let called = fold(name.trim());
    let is_called = |source: &&Source| source.id.as_str() == called || fold(&source.name) == called;
    match base.is_admin(asker) {
        true => base.config.sources.iter().find(is_called),
        false => visible(base, asker, target).find(is_called),
    }
}

pub(super) fn has(base: &Base, target: &Target, source: &SourceId) -> bool {
    base.store
        .chat(&target.id)
        .is_some_and(|chat| chat.wants(source))
}

/// Returns the source with that address that the chat may see; one that was just added is not in the config yet.
pub(super) fn known_at(base: &Base, asker: &Asker, target: &Target, url: &Url) -> Option<Source> {
    let asked = canonical_url(url.as_str());
    let is_there = |url: &str| canonical_url(url) == asked;
    let mut configured = visible(base, asker, target);
    let configured = configured.find(|source| is_there(source.url.as_str()));
    configured.cloned().or_else(|| {
        let added = base.store.added_sources();
        let added = added.borrow();
        let added = added.iter().find(|added| is_there(added.url()))?;
        Some(added_source(added, base.config.time_zone))
    })
}

/// Returns whether sources that are not public are shown there as well.
pub(super) fn sees_all(base: &Base, asker: &Asker) -> bool {
    let is_let_in = |id: &ChannelId| base.store.chat(id).is_some_and(|it| it.may_have(false));
    base.is_admin_alone(asker) || is_let_in(&asker.place) || is_let_in(&asker.chat)
}

/// Returns the sources that a chat wants, as they may be shown to it: a link may have led it to a source that it does
/// not see yet.
pub(super) fn names_for(base: &Base, chat: &Chat, words: &BotWords) -> String {
    names_of(base, chat, chat.may_have(false), words)
}

/// Returns the sources that a chat wants by name, escaped; those that are not public only if all may be shown.
pub(super) fn names_of(base: &Base, chat: &Chat, all: bool, words: &BotWords) -> String {
    let Some(wanted) = &chat.sources else {
        return words.all_sources.to_owned();
    };
    let is_public = |id: &&SourceId| base.source(id).is_none_or(|source| source.public);
    let wanted = wanted.iter().filter(|id| all || is_public(id));
    named(base, wanted, 20, words)
}

/// Returns sources by name, escaped; only the first ones if there are many.
pub(super) fn named<'a>(
    base: &Base,
    sources: impl Iterator<Item = &'a SourceId>,
    most: usize,
    words: &BotWords,
) -> String {
    let name = |id: &SourceId| {
        let name = base.source(id).map_or(id.as_str(), |source| &source.name);
        escape(&shown_name(name))
    };
    let mut names: Vec<String> = sources.map(name).collect();
    let count = names.len();
    names.truncate(most);
    match names.is_empty() {
        true => words.none.to_owned(),
        false => in_a_row(words, &names, count),
    }
}
