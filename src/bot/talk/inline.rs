//! Answers `@bot words` in any chat: public bulletins that contain the words, to be posted there.

use std::time::Instant;

use super::{bounds::Allowance, conversation::Conversation, words::shown_name};
use crate::{
    bulletin::{Bulletin, BulletinId, BulletinState, ChannelId, Chat, Language, quiet},
    ops::{BulletinQuery, StoreError},
    push::card::{Card, clean_line, cut},
};

/// The number of bulletins that are offered at a time.
const OFFERED: usize = 20;
/// The maximum number of pages of offers.
const MOST_PAGES: usize = 20;
const MOST_WORDS: usize = 8;
/// The maximum length, in characters, of a headline, and of the line below it.
const TITLE: usize = 100;
const BELOW: usize = 100;

/// The text that a person types behind the bot's name.
pub(in crate::bot) struct InlineAsk {
    pub(in crate::bot) person: ChannelId,
    pub(in crate::bot) spoken: Option<Language>,
    pub(in crate::bot) text: String,
    pub(in crate::bot) page: usize,
}

/// A bulletin that may be posted anywhere.
pub(in crate::bot) struct Offered {
    pub(in crate::bot) id: BulletinId,
    pub(in crate::bot) title: String,
    pub(in crate::bot) below: String,
    /// Its card, in the markup of replies.
    pub(in crate::bot) card: String,
}

impl Conversation {
    /// Returns the bulletins that are offered, and the next page if there is one. A person who asks too often is
    /// offered none.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub(in crate::bot) async fn offer(
        &self,
        ask: InlineAsk,
    ) -> Result<(Vec<Offered>, Option<usize>), StoreError> {
        let asked = self.bounds.ask(ask.person.clone(), Instant::now());
        if asked != Allowance::Granted || ask.page >= MOST_PAGES {
            return Ok((Vec::new(), None));
        }
        let _turn = self.tasks.search_turn().await;
        let base = self.base();
        let words = ask.text.split_whitespace().take(MOST_WORDS);
        let query = BulletinQuery {
            states: vec![BulletinState::Published, BulletinState::Baseline],
            public_only: true,
            words: words.map(str::to_owned).collect(),
            limit: Some((ask.page + 1) * OFFERED),
            ..BulletinQuery::default()
        };
        let found = base.store.bulletins(&query).await?;
        let shown = found.items.into_iter().skip(ask.page * OFFERED);
        let offered = shown.filter_map(|bulletin| self.offered(&ask, bulletin));
        let next = found.more.then_some(ask.page + 1);
        Ok((offered.collect(), next))
    }

    fn offered(&self, ask: &InlineAsk, bulletin: Bulletin) -> Option<Offered> {
        let base = self.base();
        let known = base.store.chat(&ask.person);
        let language = known.as_ref().and_then(|chat| chat.language).or(ask.spoken);
        let chat = known.unwrap_or_else(|| Chat::new(base.config.time_zone));
        let mut channel = chat.channel(&ask.person)?;
        channel.language = Some(language.unwrap_or(base.config.language));
        let source = base.source_name(&bulletin).to_owned();
        let title = cut(&quiet(&clean_line(&bulletin.title)), TITLE);
        let below = bulletin.summary.as_deref().unwrap_or_default();
        let below = format!("{} · {}", shown_name(&source), clean_line(below));
        let id = bulletin.id;
        let card = Card::of_bulletin(bulletin, &source, &channel, &base.config);
        Some(Offered {
            id,
            title,
            below: cut(&below, BELOW),
            card: card.html(),
        })
    }
}
