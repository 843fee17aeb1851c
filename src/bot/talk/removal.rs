//! Removes sources that were added from a chat.

use chrono::Utc;

use super::{
    asker::Asker,
    base::Base,
    button::Button,
    reply::{Pressed, Reply},
    words::{fill, shown_name},
};
use crate::{
    bulletin::{AddedSource, Chat, SourceId},
    ops::StoreError,
    push::card::{cut, escape},
};

/// Returns whether to show the asker that a source can be removed: it was added from their chat, or they are an admin
/// in a private chat.
pub(super) fn is_to_remove(base: &Base, asker: &Asker, id: &SourceId) -> bool {
    let added = base.store.added_sources().borrow().clone();
    let added = added.iter().find(|source| source.id == *id);
    added.is_some_and(|source| is_of(base, source, asker) || base.is_admin_alone(asker))
}

pub(super) async fn offer_removal(
    base: &Base,
    asker: &Asker,
    id: &SourceId,
) -> Result<Pressed, StoreError> {
    let words = asker.words();
    let source = match removable(base, asker, id).await {
        Ok(source) => source,
        Err(why) => return Ok(Pressed::note(why)),
    };
    let chats = base.store.chats().await?;
    let wanting = |chat: &Chat| chat.sources.is_some() && chat.wants(id);
    let count = chats.iter().filter(|(_, chat)| wanting(chat)).count();
    let name = escape(&shown_name(source.name()));
    let parts = [
        ("source", name.as_str()),
        ("url", &escape(&cut(source.url(), 300))),
    ];
    let question = Reply::from(words.remove_question.say_with(count, &parts));
    Ok(question
        .with([
            (words.remove.to_owned(), Button::RemoveNow(id.clone())),
            (words.no.to_owned(), Button::Cancel),
        ])
        .into())
}

pub(super) async fn remove(
    base: &Base,
    asker: &Asker,
    id: &SourceId,
) -> Result<Pressed, StoreError> {
    let words = asker.words();
    let source = match removable(base, asker, id).await {
        Ok(source) => source,
        Err(why) => return Ok(Pressed::note(why)),
    };
    let (by, now) = (asker.actor(), Utc::now());
    base.store.remove_source(id, &by, now).await?;
    let name = escape(&shown_name(source.name()));
    Ok(Reply::from(fill(words.removed, &[("source", &name)])).into())
}

/// Returns the added source, or why the asker may not remove it.
async fn removable(base: &Base, asker: &Asker, id: &SourceId) -> Result<AddedSource, &'static str> {
    let words = asker.words();
    let added = base.store.added_sources().borrow().clone();
    let source = added.iter().find(|source| source.id == *id).cloned();
    let source = source.ok_or(words.stale_button)?;
    let is_own = is_of(base, &source, asker) && base.administrates_here(asker).await;
    match is_own || base.is_admin(asker) {
        true => Ok(source),
        false => Err(words.group_admins_only),
    }
}

pub(super) fn is_of(base: &Base, source: &AddedSource, asker: &Asker) -> bool {
    let chat = source.chat.as_ref();
    chat.is_some_and(|chat| base.platform.whole(chat) == asker.chat)
}
