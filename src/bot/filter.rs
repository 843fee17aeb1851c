//! A chat's filter: set whole by `/filter`, word by word with buttons.

use chrono::Utc;

use super::{
    answer::Room,
    ask::Ask,
    asker::Asker,
    button::{Button, Wish},
    say::{Pressed, Reply},
    typed::{is_off, signed_words},
    words::fill,
};
use crate::{
    bulletin::{Chat, Cost, Filter},
    ops::{Actor, StoreError},
    push::card::{clean_line, cut, escape},
};

/// Words of a filter, and characters of one.
const MOST_WORDS: usize = 30;
const LONGEST_WORD: usize = 100;
/// Characters of a word on its button, and buttons in a row.
const LABEL: usize = 20;
const IN_A_ROW: usize = 3;

type Lists = (Vec<String>, Vec<String>);

impl Room {
    /// These words and no others from now on; what stood there before is told.
    pub(super) async fn set_filter(&self, asker: &Asker, what: &str) -> Result<Reply, StoreError> {
        if what.is_empty() {
            return Ok(self.menu(asker, Some(Wish::Filter)));
        }
        let lists = match is_off(what) {
            true => Lists::default(),
            false => signed_words(what),
        };
        if !is_off(what) && lists == Lists::default() {
            return Ok(usage(asker));
        }
        let before = shown(&self.own_wishes(asker));
        let reply = self
            .filter_by(asker, lists, &format!("filter {what}"))
            .await?;
        let words = asker.words();
        let now = shown(&self.own_wishes(asker));
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

    /// These words too.
    pub(super) async fn add_to_filter(
        &self,
        asker: &Asker,
        what: &str,
    ) -> Result<Reply, StoreError> {
        let (more, less) = signed_words(what);
        if more.is_empty() && less.is_empty() {
            return Ok(usage(asker));
        }
        let known = self.own_wishes(asker);
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
        self.filter_by(asker, lists, &format!("filter, more: {what}"))
            .await
    }

    async fn filter_by(
        &self,
        asker: &Asker,
        (include, exclude): Lists,
        what: &str,
    ) -> Result<Reply, StoreError> {
        let words = asker.words();
        let is_long = |word: &String| word.chars().count() > LONGEST_WORD;
        if include.len() + exclude.len() > MOST_WORDS || include.iter().chain(&exclude).any(is_long)
        {
            return Ok(words.filter_too_long.into());
        }
        let filter = match Filter::of_chat(&include, &exclude) {
            Ok(filter) => filter,
            Err(error) => {
                let why = escape(&cut(&clean_line(&error.to_string()), 300));
                return Ok(fill(words.filter_wrong, &[("why", &why)]).into());
            }
        };
        let is_free = filter.cost() == Cost::default();
        if !is_free
            && !self
                .store
                .has_room_for_filter(&asker.place(), filter.cost())
        {
            return Ok(words.filter_no_room.into());
        }
        self.wish(asker, what, move |chat| {
            chat.include = include;
            chat.exclude = exclude;
        })
        .await
    }

    /// Filters that an older program accepted and that are too large by now: their chats are told, once,
    /// and get everything until they choose anew.
    pub(super) async fn drop_oversized_filters(&self) -> Result<(), StoreError> {
        let by = Actor {
            who: "noticast".to_owned(),
            from: "start".to_owned(),
        };
        for (id, chat) in self.store.oversized_filters() {
            tracing::warn!(channel.id = %id, "the filter of a chat is too large; it is removed, and the chat is told");
            let filter: Vec<String> = signed(&chat)
                .map(|(sign, word)| format!("{sign}{word}"))
                .collect();
            let filter = cut(&clean_line(&filter.join(" ")), 500);
            let text = fill(self.words_at(&id).filter_oversized, &[("filter", &filter)]);
            let now = Utc::now();
            self.store
                .announce(std::slice::from_ref(&id), &text, now)
                .await?;
            let without = |known: Option<Chat>| Chat {
                include: Vec::new(),
                exclude: Vec::new(),
                ..known.unwrap_or(chat)
            };
            let what = "filter removed: it is too large";
            self.store.change_chat(&id, without, what, &by, now).await?;
        }
        Ok(())
    }

    // ---- buttons ----

    /// The filter as it is, a button for each word that takes it out, and one that asks for more.
    pub(super) fn filter_menu(&self, asker: &Asker, mut reply: Reply) -> Reply {
        let words = asker.words();
        let known = self.own_wishes(asker);
        let buttons: Vec<_> = signed(&known)
            .map(|(sign, word)| drop_button(sign, word))
            .collect();
        for row in buttons.chunks(IN_A_ROW) {
            reply = reply.with(row.to_vec());
        }
        reply.with([(words.more_words.to_owned(), Button::Ask(Ask::Filter))])
    }

    pub(super) async fn drop_word(&self, asker: &Asker, hash: &str) -> Result<Pressed, StoreError> {
        let words = asker.words();
        if !self.administrates(asker, asker.chat).await {
            return Ok(Pressed::note(words.group_admins_only));
        }
        let known = self.own_wishes(asker);
        let gone = signed(&known).find(|(sign, word)| hash_of(*sign, word) == hash);
        let Some((sign, word)) = gone.map(|(sign, word)| (sign, word.to_owned())) else {
            return Ok(self.menu(asker, Some(Wish::Filter)).into());
        };
        let keep = |list: Vec<String>, of: char| -> Vec<String> {
            let kept = list.into_iter().filter(|it| of != sign || *it != word);
            kept.collect()
        };
        let lists = (keep(known.include, '+'), keep(known.exclude, '-'));
        let what = format!("filter, less: {sign}{word}");
        self.filter_by(asker, lists, &what).await?;
        Ok(self.menu(asker, Some(Wish::Filter)).into())
    }
}

/// A sign alone is no word, and takes none away.
fn usage(asker: &Asker) -> Reply {
    fill(asker.words().misused, &[("usage", "/filter +放假 -招标")]).into()
}

fn signed(chat: &Chat) -> impl Iterator<Item = (char, &str)> {
    let include = chat.include.iter().map(|word| ('+', word.as_str()));
    include.chain(chat.exclude.iter().map(|word| ('-', word.as_str())))
}

fn drop_button(sign: char, word: &str) -> (String, Button) {
    let label = format!("✕ {sign}{}", cut(&clean_line(word), LABEL));
    (label, Button::DropWord(hash_of(sign, word)))
}

/// A word's name in the data of a button, which has no room for the word.
fn hash_of(sign: char, word: &str) -> String {
    let hash = blake3::hash(format!("{sign}{word}").as_bytes());
    hash.to_hex()[..12].to_owned()
}

/// A chat's filter as one line, escaped; None: it has none.
pub(super) fn shown(chat: &Chat) -> Option<String> {
    let all: Vec<String> = signed(chat)
        .map(|(sign, word)| format!("{sign}{word}"))
        .collect();
    (!all.is_empty()).then(|| escape(&cut(&clean_line(&all.join(" ")), 500)))
}
