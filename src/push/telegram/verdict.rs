//! Interprets Telegram's answers for a message, its chat and the bot.
//!
//! The texts are the server's own, in lower case here: `error_code` alone is too vague.

use std::time::Duration;

use super::super::sender::Sent;
use super::api::CallError;
use crate::bulletin::{Reason, SendFault};

/// Texts with code 400 that are about the chat, not about the message.
const CHAT_IS_SHUT: &[&str] = &[
    "chat not found",
    "not enough rights",
    "have no rights",
    "need administrator rights",
    "chat_write_forbidden",
    "chat_admin_required",
    "chat_restricted",
    "chat_send_plain_forbidden",
    "group chat was deactivated",
    "message thread not found",
    "topic_closed",
    "topic_deleted",
    "peer_id_invalid",
    "user_is_blocked",
];

/// Interprets an error. `chat` is the requested id, or 0 if it was a name.
pub(crate) fn of(error: CallError, chat: i64) -> Sent {
    let (code, description) = match error {
        CallError::Unreachable(_) => return Sent::Unreachable(error.to_string().into()),
        CallError::Unanswered(_) => return Sent::Perhaps(error.to_string().into()),
        CallError::Ailing(_) => return Sent::Ailing(error.to_string().into()),
        CallError::Refused {
            migrate_to: Some(to),
            ..
        } if chat != 0 && to != chat => {
            return Sent::Moved { from: chat, to };
        }
        CallError::Refused {
            retry_after,
            code: 429,
            ..
        } => {
            return Sent::TooFast(Duration::from_secs(retry_after.unwrap_or(1).max(1)));
        }
        CallError::Refused {
            code, description, ..
        } => (code, description),
    };
    let text = description.to_lowercase();
    let is_shut = CHAT_IS_SHUT.iter().any(|known| text.contains(known));
    match code {
        401 => Sent::Denied(denied(description)),
        404 if text == "not found" => Sent::Denied(denied(description)),
        403 => Sent::Gone(shut(description)),
        400 if is_shut => Sent::Gone(shut(description)),
        // 409 belongs only to getUpdates, but it means "not done" wherever it appears.
        409 | 500.. => Sent::Again(Reason::quoting(description)),
        _ => Sent::Refused(Reason::quoting(description)),
    }
}

/// Returns whether a rejection is about markup: the same words without it will be accepted.
pub(super) fn is_markup(why: &Reason) -> bool {
    why.said.contains("can't parse entities")
}

fn denied(description: String) -> Reason {
    let said =
        format!("Telegram rejects the bot's token ({description}); @BotFather shows the right one");
    Reason::from(said).about(description)
}

fn shut(description: String) -> Reason {
    let text = description.to_lowercase();
    let (fault, remedy) = if text.contains("chat not found") || text.contains("peer_id_invalid") {
        let remedy = "check `chat`, then add the bot to that chat or send /start there";
        (SendFault::NoChat, remedy)
    } else if text.contains("blocked by the user")
        || text.contains("initiate")
        || text.contains("user_is_blocked")
    {
        let remedy = "that person must send /start to the bot";
        (SendFault::Blocked, remedy)
    } else if text.contains("deactivated") || text.contains("deleted") && !text.contains("topic") {
        let remedy = "the account or group no longer exists; remove the channel from the config";
        (SendFault::Deleted, remedy)
    } else if text.contains("thread") || text.contains("topic") {
        let remedy = "reopen the topic, or set `topic` to another one";
        (SendFault::NoTopic, remedy)
    } else if text.contains("kicked") || text.contains("not a member") {
        let remedy = "add the bot again and send /start there";
        (SendFault::Kicked, remedy)
    } else {
        let remedy = "make the bot an administrator who may post messages, then send /start there";
        (SendFault::NoRights, remedy)
    };
    Reason::quoting(description).with_remedy(remedy).or(fault)
}

#[cfg(test)]
mod tests;
