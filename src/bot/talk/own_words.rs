//! Describes a chat's preferences for single sources in words.

use super::{
    base::Base,
    filter_words::shown_words,
    words::{BotWords, fill, shown_name},
};
use crate::{
    bulletin::{Chat, DigestWish, SourceId, SourceWish, shown_daily},
    push::card::escape,
};

/// Returns a line for each source for which a chat has separate preferences.
pub(super) fn lines(base: &Base, words: &BotWords, chat: &Chat) -> Vec<String> {
    let own = chat.own.iter().filter(|(source, _)| chat.wants(source));
    let line = |(id, wish): (&SourceId, &SourceWish)| {
        let source = base.source(id)?;
        let name = escape(&shown_name(&source.name));
        let parts = [("source", name), ("wishes", sentence(words, wish)?)];
        Some(fill(words.own_line, &parts))
    };
    own.filter_map(line).collect()
}

/// Returns preferences in words, escaped; `None` if there are none.
pub(super) fn sentence(words: &BotWords, wish: &SourceWish) -> Option<String> {
    let silent = wish.silent.map(|silent| match silent {
        true => words.own_silent.to_owned(),
        false => words.own_sound.to_owned(),
    });
    let digest = wish.digest.as_ref().map(|digest| match digest {
        DigestWish::AtOnce => words.own_at_once.to_owned(),
        DigestWish::At(line) => fill(words.own_digest, &[("time", shown_daily(line))]),
    });
    let filter = wish.filter.as_ref();
    let filter = filter.map(
        |words_of| match shown_words(&words_of.include, &words_of.exclude) {
            Some(shown) => fill(words.own_filter, &[("filter", shown)]),
            None => words.own_unfiltered.to_owned(),
        },
    );
    let all: Vec<String> = [filter, digest, silent].into_iter().flatten().collect();
    (!all.is_empty()).then(|| all.join(words.between_wishes))
}
