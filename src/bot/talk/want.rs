//! Turns a source on or off for a chat, and reports the outcome.

use super::{
    admission,
    asker::Asker,
    base::Base,
    button::Button,
    reply::Reply,
    target::{self, Target},
    words::{BotWords, fill, shown_name},
};
use crate::{
    bulletin::{Channel, ChannelId, Chat, Source, SourceId, Standing},
    ops::StoreError,
    push::card::escape,
};

/// The outcome of a request for a source.
pub(super) enum WishOutcome {
    /// The request was applied; the chat as it is now.
    Now(Chat),
    /// The source is received once an admin has admitted the chat.
    Pending,
    /// An admin turned the chat down.
    TurnedDown,
    /// No one may subscribe.
    Nobody,
    /// The source arrives through a channel of the config, which only changes there.
    InConfig(ChannelId),
}

/// Turns a source on or off for a chat; `None` for all of them.
pub(super) async fn want(
    base: &Base,
    asker: &Asker,
    target: &Target,
    source: Option<&SourceId>,
    wants: bool,
) -> Result<WishOutcome, StoreError> {
    if let Some(channel) = through_config(base, asker, target, (source, wants)) {
        return Ok(WishOutcome::InConfig(channel));
    }
    let standing = match wants {
        true => target::standing_if_asked(base, asker, target),
        false => {
            let known = base.store.chat(&target.id);
            known.map_or(Standing::New, |chat| chat.standing)
        }
    };
    match standing {
        Standing::New if wants => return Ok(WishOutcome::Nobody),
        Standing::Refused if wants => return Ok(WishOutcome::TurnedDown),
        _ => {}
    }
    let verb = if wants { "subscribe" } else { "unsubscribe" };
    let what = format!("{verb} {}", source.map_or("*", SourceId::as_str));
    let (config, wished) = (base.config.clone(), source.cloned());
    let changed = move |chat: &mut Chat| {
        chat.standing = standing;
        if !wants {
            chat.own
                .retain(|id, _| wished.as_ref().is_some_and(|gone| gone != id));
        }
        // A chat that was not admitted and turns off one of all must not learn the names of the hidden ones.
        let all = config.sources.iter();
        let all = all.filter(|it| it.public || chat.may_have(false));
        let all = all.map(|it| it.id.clone()).collect();
        chat.sources = admission::wish(chat.sources.take(), wished, wants, all);
    };
    let chat = target::change(base, asker, target, &what, changed).await?;
    if chat.standing != Standing::Pending {
        return Ok(WishOutcome::Now(chat));
    }
    if wants {
        admission::ask_admins(base, asker, target, &chat);
    }
    Ok(WishOutcome::Pending)
}

/// Returns the channel of the config that delivers the source there, regardless of the chat's own choice.
fn through_config(
    base: &Base,
    asker: &Asker,
    target: &Target,
    (source, wants): (Option<&SourceId>, bool),
) -> Option<ChannelId> {
    let own = base.store.chat(&target.id);
    let has_own = own.is_some_and(|it| source.map_or(it.wants_any(), |id| it.wants(id)));
    if has_own && !wants {
        return None;
    }
    let brings = |channel: &Channel| {
        source.map_or(channel.sources.is_none() || !wants, |id| channel.wants(id))
    };
    let mut leading = target::configured(base, asker, target).into_iter();
    leading.find(|id| base.channel(id).is_some_and(brings))
}

/// Subscribes to a source, or to all, and reports the outcome.
pub(super) async fn subscribe_to(
    base: &Base,
    asker: &Asker,
    target: &Target,
    source: Option<&Source>,
) -> Result<Reply, StoreError> {
    let words = asker.words();
    let name = source.map_or(words.all_sources, |source| &source.name);
    let name = escape(&shown_name(name));
    let wanted = want(base, asker, target, source.map(|source| &source.id), true).await?;
    let buttons = [
        (
            words.sources.to_owned(),
            Button::Sources {
                page: 0,
                of: target.of.clone(),
            },
        ),
        (words.settings.to_owned(), Button::Menu(None)),
    ];
    Ok(match wanted {
        WishOutcome::Now(_) => {
            let title = target.of.as_ref().map(|there| base.title_of(there));
            let text = match title {
                Some(title) => fill(
                    words.subscribed_there,
                    &[("source", &name), ("title", &title)],
                ),
                None => fill(words.subscribed, &[("source", &name)]),
            };
            Reply::from(text).with(buttons)
        }
        WishOutcome::Pending => fill(words.pending, &[("source", &name)]).into(),
        WishOutcome::TurnedDown => words.turned_down.into(),
        WishOutcome::Nobody => words.nobody_subscribes.into(),
        WishOutcome::InConfig(channel) => in_config(base, words, &channel),
    })
}

pub(super) fn in_config(base: &Base, words: &BotWords, channel: &ChannelId) -> Reply {
    fill(words.in_config, &[("channel", base.title_of(channel))]).into()
}
