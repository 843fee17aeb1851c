//! Converts replies to Telegram's requests: messages and edits with their keyboards. Pure.

use teloxide::{
    payloads::{EditMessageText, EditMessageTextSetters, SendMessage, SendMessageSetters},
    types::{
        ChatId, ForceReply, InlineKeyboardButton, InlineKeyboardMarkup, MessageId, ParseMode,
        ThreadId,
    },
};

use super::{super::talk::Reply, data};
use crate::{
    bulletin::{ChannelId, MessageRef, Secret},
    push::telegram::preview,
};

/// The maximum length, in characters, of a message after parsing; whole lines beyond it are left out.
const LONGEST: usize = 4096;
/// The maximum length, in bytes, of a button's data.
const LONGEST_DATA: usize = 64;

/// Returns the message; `None` if there is nothing to send.
pub(super) fn message(token: Option<&Secret>, to: &ChannelId, reply: Reply) -> Option<SendMessage> {
    let (chat, topic) = to.chat()?;
    if reply.text.is_empty() {
        return None;
    }
    let keyboard = keyboard(token, chat, &reply);
    let mut message = SendMessage::new(ChatId(chat), fitting(reply.text))
        .parse_mode(ParseMode::Html)
        .link_preview_options(preview(None));
    message.message_thread_id = topic.map(|topic| ThreadId(MessageId(topic)));
    // In a group, the keyboard of every member would open.
    if reply.asks && chat > 0 {
        message = message.reply_markup(ForceReply::new());
    } else if !keyboard.inline_keyboard.is_empty() {
        message = message.reply_markup(keyboard);
    }
    Some(message)
}

/// Returns the edit; `None` if it is not a message of Telegram.
pub(super) fn edit(
    token: Option<&Secret>,
    (chat, message): (&ChannelId, &MessageRef),
    reply: Reply,
) -> Option<EditMessageText> {
    let ((chat, _), message) = (chat.chat()?, message.0.parse().ok()?);
    let keyboard = keyboard(token, chat, &reply);
    let mut edit = EditMessageText::new(ChatId(chat), MessageId(message), fitting(reply.text))
        .parse_mode(ParseMode::Html)
        .link_preview_options(preview(None));
    if !keyboard.inline_keyboard.is_empty() {
        edit = edit.reply_markup(keyboard);
    }
    Some(edit)
}

fn keyboard(token: Option<&Secret>, chat: i64, reply: &Reply) -> InlineKeyboardMarkup {
    let rows = reply.buttons.iter().map(|row| {
        let buttons = row.iter().filter_map(|(text, button)| {
            let data = data::data(button, token?, chat);
            // A button that Telegram rejects would make the whole message fail.
            let fits = data.len() <= LONGEST_DATA;
            fits.then(|| InlineKeyboardButton::callback(text.clone(), data))
        });
        buttons.collect::<Vec<_>>()
    });
    let links = reply.links.iter().filter_map(|(text, address)| {
        let address = address.parse().ok()?;
        Some(InlineKeyboardButton::url(text.clone(), address))
    });
    let rows = rows.chain([links.collect()]);
    InlineKeyboardMarkup::new(rows.filter(|row| !row.is_empty()))
}

/// Returns HTML of at most [`LONGEST`] characters as a reader sees it; no markup spans several of the lines that are
/// left out.
fn fitting(html: String) -> String {
    if seen(&html) <= LONGEST {
        return html;
    }
    let mut lines: Vec<&str> = html.lines().collect();
    let mut length = seen(&html);
    while length + 2 > LONGEST
        && let Some(line) = lines.pop()
    {
        length = length.saturating_sub(seen(line) + 1);
    }
    lines.push("…");
    lines.join("\n")
}

fn seen(html: &str) -> usize {
    let (mut count, mut in_tag, mut in_entity) = (0, false, false);
    for c in html.chars() {
        match c {
            '<' => in_tag = true,
            '>' => in_tag = false,
            _ if in_tag => {}
            ';' if in_entity => in_entity = false,
            _ if in_entity => {}
            c => {
                in_entity = c == '&';
                count += 1;
            }
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_ends_at_a_line() {
        let line = format!(
            "<a href=\"https://a.example/?a=1&amp;b=2\">{}</a>",
            "告".repeat(99)
        );
        let short = [line.as_str(); 40].join("\n");
        assert_eq!((seen(&line), seen("&lt;&amp;a")), (99, 3));
        assert_eq!(fitting(short.clone()), short);
        let cut = fitting([line.as_str(); 80].join("\n"));
        assert_eq!(cut.lines().count(), 41);
        assert!(cut.ends_with("</a>\n…") && seen(&cut) <= LONGEST);
    }
}
