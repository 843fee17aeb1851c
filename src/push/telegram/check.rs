//! Asks Telegram about a bot and about what it may do in a chat, without a message.

use serde_json::Value;
use teloxide::{
    payloads::{GetChat, GetChatMember, GetMe},
    types::UserId,
};

use super::{
    api::{Api, CallError, id_of, recipient},
    verdict,
};
use crate::{
    bulletin::{
        Channel, ChannelId, ChannelKind, Reason, SendFault, TelegramChat, TelegramSettings,
    },
    push::{error::PushError, sender::Checked},
};

/// Returns the name of the bot with a token.
///
/// # Errors
/// Fails if the token or the way to Telegram is wrong; the text states what to do.
pub(in crate::push) async fn check_bot(settings: &TelegramSettings) -> Result<String, PushError> {
    let api = Api::new(settings)?;
    let me = api.call(&GetMe::new()).await;
    let me = me.map_err(|error| verdict::of(error, 0))?;
    Ok(me["username"].as_str().unwrap_or("?").to_owned())
}

/// Returns the id under which a chat subscribes, and its title, if the bot with a token may post there.
///
/// # Errors
/// Fails if it may not, if there is no such chat, or if Telegram cannot be reached.
pub(in crate::push) async fn find_chat(
    settings: &TelegramSettings,
    chat: &TelegramChat,
) -> Result<(ChannelId, String), PushError> {
    let found = find(&Api::new(settings)?, chat).await?;
    Ok((ChannelId::of_chat(found.id, None), found.title))
}

/// Returns the chat in which the bot may post.
///
/// # Errors
/// Fails if the bot may not post, or if Telegram cannot be reached.
pub(super) async fn channel(api: &Api, channel: &Channel) -> Result<Checked, PushError> {
    let ChannelKind::Telegram { chat, .. } = &channel.kind else {
        return Ok(Checked::NotTried);
    };
    let found = find(api, chat).await?;
    let FoundChat {
        bot, kind, title, ..
    } = &found;
    let said = format!("@{bot} may post to {kind} {title}");
    Ok(Checked::Good(said.trim_end().to_owned()))
}

/// A chat that the bot may post to.
struct FoundChat {
    id: i64,
    /// The title; empty if the chat has none.
    title: String,
    /// Telegram's name of the kind, such as `supergroup`.
    kind: String,
    /// The bot's own name.
    bot: String,
}

async fn find(api: &Api, chat: &TelegramChat) -> Result<FoundChat, PushError> {
    let failed = |error: CallError| PushError::from(verdict::of(error, id_of(chat)));
    let me = api.call(&GetMe::new()).await.map_err(failed)?;
    let name = me["username"].as_str().unwrap_or("?");
    let full = api
        .call(&GetChat::new(recipient(chat)))
        .await
        .map_err(failed)?;
    let kind = full["type"].as_str().unwrap_or("chat");
    let title = full["title"]
        .as_str()
        .or(full["first_name"].as_str())
        .unwrap_or("");
    if kind != "private" {
        let own = UserId(me["id"].as_u64().unwrap_or_default());
        let member = api.call(&GetChatMember::new(recipient(chat), own)).await;
        check_rights(name, kind, &member.map_err(failed)?)?;
    }
    Ok(FoundChat {
        id: full["id"].as_i64().unwrap_or_default(),
        title: title.to_owned(),
        kind: kind.to_owned(),
        bot: name.to_owned(),
    })
}

fn check_rights(name: &str, kind: &str, member: &Value) -> Result<(), PushError> {
    let status = member["status"].as_str().unwrap_or("left");
    let may = match (kind, status) {
        (_, "creator") => true,
        ("channel", "administrator") => member["can_post_messages"] == true,
        (_, "administrator" | "member") => true,
        (_, "restricted") => member["can_send_messages"] == true,
        _ => false,
    };
    if may {
        return Ok(());
    }
    let said = format!(
        "@{name} may not post there (it is `{status}`); make it an administrator of the {kind} who may post messages"
    );
    Err(PushError(Reason::new(SendFault::NoRights, said)))
}
