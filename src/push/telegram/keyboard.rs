//! Builds the buttons below a card. Pure.

use teloxide::types::{InlineKeyboardButton, InlineKeyboardMarkup};

use super::signed::signed;
use crate::{
    bulletin::Secret,
    push::card::{Card, CardAct},
    words,
};

/// Returns the buttons; `None` if there are none. `is_broadcast`: readers of the chat have no say in it.
pub(super) fn keyboard(
    card: &Card,
    token: &Secret,
    (chat, is_broadcast): (i64, bool),
) -> Option<InlineKeyboardMarkup> {
    let words = &words::of(card.language).cards;
    let button = |act: &CardAct| {
        let label = match act {
            CardAct::Text(_) => words.full_text,
            CardAct::Remind(_) => words.remind_me,
            CardAct::Mute(_) if is_broadcast => return None,
            CardAct::Mute(_) => words.mute_source,
        };
        let data = signed(&act.written(), token, chat);
        Some(InlineKeyboardButton::callback(label, data))
    };
    let row: Vec<_> = card.acts.iter().filter_map(button).collect();
    (!row.is_empty()).then(|| InlineKeyboardMarkup::new([row]))
}
