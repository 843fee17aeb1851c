//! Handles chats that the bot joins and leaves: their channels are paused and resumed.

use chrono::Utc;

use super::{asker::Asker, base::Base, reply::Effect, welcome};
use crate::{
    bulletin::{ChannelId, Reason, SendFault},
    ops::StoreError,
};

/// Records that the bot joined a conversation, or was admitted again: paused channels are resumed, and the answer
/// explains to the person who added it how to push there.
pub(super) async fn joined(
    base: &Base,
    asker: &Asker,
    was_there: bool,
) -> Result<Vec<Effect>, StoreError> {
    take_up(base, asker).await?;
    Ok(match asker.is_private() || was_there {
        true => Vec::new(),
        false => welcome::introduce(base, asker),
    })
}

/// Resumes channels that were paused because the conversation was shut.
pub(super) async fn take_up(base: &Base, asker: &Asker) -> Result<(), StoreError> {
    let configured = base.channels_of(&asker.chat, asker.username.as_deref());
    let mut all: Vec<ChannelId> = configured.map(|(channel, _)| channel.id.clone()).collect();
    all.extend(base.store.known_in(&asker.chat).await?);
    for id in all {
        match base.store.unblock_channel(&id).await {
            Ok(()) | Err(StoreError::Refused(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Records that the bot was removed or blocked: channels that lead there are paused.
pub(super) async fn left(base: &Base, asker: &Asker) -> Result<(), StoreError> {
    let (fault, why) = match asker.is_private() {
        true => (
            SendFault::Blocked,
            "the bot was blocked by the user; that person must send /start to the bot",
        ),
        false => (
            SendFault::Kicked,
            "the bot is not in the chat; add it again",
        ),
    };
    let why = Reason::new(fault, why);
    for id in base.store.known_in(&asker.chat).await? {
        let why = why.clone();
        base.store.block_channel(&id, why, Utc::now()).await?;
    }
    Ok(())
}
