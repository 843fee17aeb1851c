//! Finds the target of a command: the asker's own conversation, or a channel that they administrate.

use chrono::Utc;

use super::{asker::Asker, base::Base};
use crate::{
    bulletin::{ChannelId, Chat, Standing, Subscribe},
    ops::StoreError,
    push::card::{clean_line, cut},
};

#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) id: ChannelId,
    /// The channel that is set up from another chat, if any.
    pub(super) of: Option<ChannelId>,
    /// The new title; `None` if it keeps its present one.
    pub(super) title: Option<String>,
}

pub(super) fn own(asker: &Asker) -> Target {
    Target {
        id: asker.place.clone(),
        of: None,
        title: Some(asker.title.clone()),
    }
}

/// Returns the channel `of` that is set up from another chat, otherwise the asker's own conversation.
pub(super) fn target_of(asker: &Asker, of: Option<&ChannelId>, title: Option<String>) -> Target {
    match of {
        Some(chat) => Target {
            id: chat.clone(),
            of: Some(chat.clone()),
            title,
        },
        None => own(asker),
    }
}

impl Target {
    /// Returns the whole conversation that the target is, or is a part of.
    pub(super) fn chat<'a>(&'a self, asker: &'a Asker) -> &'a ChannelId {
        self.of.as_ref().unwrap_or(&asker.chat)
    }
}

/// Returns the argument of a command, and its target: `news @channel` is about that channel. An error states why the
/// asker may not.
pub(super) async fn named(
    base: &Base,
    asker: &Asker,
    what: &str,
) -> Result<(String, Target), &'static str> {
    let words = asker.words();
    let mut rest: Vec<&str> = what.split_whitespace().collect();
    let name = rest.pop_if(|last| last.len() > 1 && last.starts_with('@'));
    let target = match name {
        None => own(asker),
        Some(name) => {
            let found = base.platform.find(name).await;
            let (id, title) = found.ok_or(words.no_such_channel)?;
            target_of(asker, Some(&id), Some(title))
        }
    };
    if base.administrates(asker, target.chat(asker)).await {
        return Ok((rest.join(" "), target));
    }
    Err(match target.of {
        Some(_) => words.channel_not_yours,
        None => words.group_admins_only,
    })
}

/// Returns the channels of the config that lead to the same place.
pub(super) fn configured(base: &Base, asker: &Asker, target: &Target) -> Vec<ChannelId> {
    let chat = base.platform.whole(&target.id);
    let name = asker.username.as_deref().filter(|_| target.of.is_none());
    let leading = base.channels_of(&chat, name);
    let same = leading.filter(|(_, place)| *place == target.id);
    same.map(|(channel, _)| channel.id.clone()).collect()
}

/// Changes a chat's preferences, logged under the asker's name.
pub(super) async fn change(
    base: &Base,
    asker: &Asker,
    target: &Target,
    what: &str,
    change: impl FnOnce(&mut Chat) + Send + 'static,
) -> Result<Chat, StoreError> {
    let (zone, title) = (base.config.time_zone, target.title.clone());
    let changed = move |known: Option<Chat>| {
        let mut chat = known.unwrap_or_else(|| Chat::new(zone));
        if let Some(title) = title {
            chat.title = cut(&clean_line(&title), 100);
        }
        change(&mut chat);
        chat
    };
    let now = Utc::now();
    base.store
        .change_chat(&target.id, changed, what, &asker.actor(), now)
        .await
}

/// Returns a chat's standing once the asker wants something there.
pub(super) fn standing_if_asked(base: &Base, asker: &Asker, target: &Target) -> Standing {
    let before = base.store.chat(&target.id);
    let before = before.map_or(Standing::New, |chat| chat.standing);
    let_in(before, base.permissions.subscribe, base.is_admin(asker))
}

fn let_in(before: Standing, mode: Subscribe, is_admin: bool) -> Standing {
    match (before, mode) {
        _ if is_admin => Standing::Approved,
        (Standing::Approved | Standing::Open, _) => before,
        (_, Subscribe::Anyone) => Standing::Open,
        (Standing::Refused, _) => Standing::Refused,
        (_, Subscribe::Approved) => Standing::Pending,
        (_, Subscribe::Nobody) => Standing::New,
    }
}
