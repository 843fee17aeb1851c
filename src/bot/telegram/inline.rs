//! Answers `@bot words` in any chat with bulletins to post there.

use futures::FutureExt;
use teloxide::{
    payloads::{AnswerInlineQuery, AnswerInlineQuerySetters},
    types::{
        InlineQuery, InlineQueryId, InlineQueryResult, InlineQueryResultArticle,
        InputMessageContent, InputMessageContentText, ParseMode,
    },
};

use super::{
    super::talk::{Conversation, InlineAsk, Offered},
    errands::Errand,
    heard::language,
    platform::TelegramPlatform,
};
use crate::{bulletin::ChannelId, push::telegram::preview};

/// The seconds for which Telegram may give the same answer to the same person again.
const KEPT: u32 = 30;

/// Returns the errand that answers; `None` if the person's id is out of range.
pub(super) fn errand(
    telegram: &TelegramPlatform,
    conversation: Conversation,
    query: InlineQuery,
) -> Option<Errand> {
    let person = i64::try_from(query.from.id.0).ok()?;
    let ask = InlineAsk {
        person: ChannelId::of_chat(person, None),
        spoken: language(&query.from),
        page: query.offset.parse().unwrap_or_default(),
        text: query.query,
    };
    let voice = telegram.voice.clone();
    let work = async move {
        let (offered, next) = match conversation.offer(ask).await {
            Ok(offer) => offer,
            Err(error) => {
                tracing::error!("an inline query was not answered: {error}");
                return;
            }
        };
        let answer = answer(query.id, offered, next);
        if let Err(error) = voice.telegram.api().call(&answer).await {
            tracing::debug!("answerInlineQuery: {error}");
        }
    }
    .boxed();
    Some(Errand { chat: person, work })
}

fn answer(to: InlineQueryId, offered: Vec<Offered>, next: Option<usize>) -> AnswerInlineQuery {
    let next = next.map(|page| page.to_string()).unwrap_or_default();
    AnswerInlineQuery::new(to, offered.into_iter().map(result))
        .cache_time(KEPT)
        .is_personal(true)
        .next_offset(next)
}

fn result(offered: Offered) -> InlineQueryResult {
    let mut text = InputMessageContentText::new(offered.card).parse_mode(ParseMode::Html);
    text.link_preview_options = Some(preview(None));
    let content = InputMessageContent::Text(text);
    let id = offered.id.to_string();
    InlineQueryResultArticle::new(id, offered.title, content)
        .description(offered.below)
        .into()
}
