//! Passes a pressed button to the part that answers it.

use super::{
    add, admission, archive,
    asker::Asker,
    base::Base,
    button::Button,
    channels,
    command::Which,
    filter, health,
    heard::Press,
    held,
    later::Tasks,
    manage, on_card, own, pages, rebroadcast, removal,
    reply::{Carrier, Effect, Pressed, Reply},
    settings,
    slow::Slow,
    sources, story, subscribe, welcome, wishes,
};
use crate::{ops::StoreError, push::Pusher};

/// Performs a press if the bot wrote the button and the asker may press it.
pub(super) async fn pressed(
    base: &Base,
    (tasks, pusher): (&Tasks, &Pusher),
    asker: &Asker,
    press: Press,
) -> Result<Vec<Effect>, StoreError> {
    let (button, carrier) = match allowed(base, asker, press).await {
        Ok(found) => found,
        Err(why) => return Ok(vec![Effect::Note(why.to_owned())]),
    };
    let pressed = match button.is_for_admins() {
        true => done_for_admins(base, pusher, asker, (button, &carrier)).await?,
        false => done(base, asker, (button, &carrier)).await?,
    };
    let note = Effect::Note(pressed.note);
    let mut effects = vec![pressed.opens.map_or(note, Effect::Open)];
    effects.extend(pressed.shown.map(|reply| Effect::Edit {
        chat: asker.chat.clone(),
        message: carrier.message,
        reply,
    }));
    effects.extend(pressed.later.map(|slow| tasks.begin(asker, slow)));
    let more = pressed.more.into_iter();
    effects.extend(more.map(|(to, reply)| match to == asker.place {
        true => Effect::answer(asker, reply),
        false => Effect::notify(&to.clone(), to, reply),
    }));
    Ok(effects)
}

/// Returns the button and its message, or why the asker may not press it.
async fn allowed(
    base: &Base,
    asker: &Asker,
    press: Press,
) -> Result<(Button, Carrier), &'static str> {
    let words = asker.words();
    let (Some(button), Some(carrier)) = (press.button, press.carrier) else {
        return Err(words.stale_button);
    };
    // A client can press on any message a button that it saw on another one.
    if !asker.is_private() && !press.is_shown && !may_cancel(base, asker).await {
        return Err(words.stale_button);
    }
    if button.is_for_admins() && !base.is_admin(asker) {
        return Err(words.admins_only);
    }
    if button.is_for_admins_eyes() && !asker.is_private() {
        return Err(words.alone_only);
    }
    Ok((button, carrier))
}

/// Returns whether the asker may cancel a question. In a group, only people who could have confirmed it may cancel it
/// and change its message.
async fn may_cancel(base: &Base, asker: &Asker) -> bool {
    base.is_admin(asker) || base.administrates_here(asker).await
}

async fn done(
    base: &Base,
    asker: &Asker,
    (button, carrier): (Button, &Carrier),
) -> Result<Pressed, StoreError> {
    let words = asker.words();
    Ok(match button {
        Button::Cancel if may_cancel(base, asker).await => {
            rebroadcast::cancel(base, asker, carrier).await?
        }
        Button::Cancel => Pressed::note(words.group_admins_only),
        Button::Sources { page, of } => {
            // The person who set a channel up from here may no longer be its administrator.
            if let Some(chat) = &of
                && !base.administrates(asker, chat).await
            {
                return Ok(Pressed::note(words.channel_not_yours));
            }
            let wanted = pages::asked(&carrier.text);
            sources::offer_sources(base, asker, of.as_ref(), page, &wanted).into()
        }
        Button::Want {
            wants,
            source,
            page,
            of,
        } => {
            let place = (page, of.as_ref());
            sources::turn(base, asker, (source, wants), place, carrier).await?
        }
        Button::Set(wish, value) => settings::set(base, asker, wish, &value).await?,
        Button::Menu(wish) => wishes::menu(base, asker, wish).into(),
        Button::DropWord(hash) => filter::drop_word(base, asker, &hash).await?,
        Button::Remind(id) => story::remind_pressed(base, asker, id).await?,
        Button::Remove(source) => removal::offer_removal(base, asker, &source).await?,
        Button::RemoveNow(source) => removal::remove(base, asker, &source).await?,
        Button::Add { of } => add::add(base, asker, of.as_ref(), carrier).await?,
        Button::Own(source) => own::menu_pressed(base, asker, &source).await,
        Button::SetOwn(wish, source, value) => {
            own::set(base, asker, (wish, &source), &value).await?
        }
        Button::OnCard(act) => on_card::pressed(base, asker, &act).await?,
        Button::Join => subscribe::join_pressed(base, asker).await?,
        button => read(base, asker, (button, carrier)).await?,
    })
}

/// Handles buttons that change nothing.
async fn read(
    base: &Base,
    asker: &Asker,
    (button, carrier): (Button, &Carrier),
) -> Result<Pressed, StoreError> {
    Ok(match button {
        Button::Help => welcome::help(base, asker).into(),
        Button::ChatId if asker.is_private() => welcome::set_up_here(base, asker).into(),
        Button::Ask(ask) => Pressed::beside(asker, Reply::asking(ask.text(asker.words()))),
        Button::Story(id) => Pressed::later(Slow::Why(id.to_string())),
        Button::Bulletin(id) => Pressed::beside(asker, archive::shown(base, asker, id).await?),
        Button::Latest { n, page } => {
            let n = n.clamp(1, 20);
            archive::latest(base, asker, n, page).await?.into()
        }
        Button::Found { page } => {
            let search_words = pages::asked(&carrier.text);
            Pressed::later(Slow::Leaf(search_words, page, carrier.message.clone()))
        }
        _ => Pressed::default(),
    })
}

async fn done_for_admins(
    base: &Base,
    pusher: &Pusher,
    asker: &Asker,
    (button, carrier): (Button, &Carrier),
) -> Result<Pressed, StoreError> {
    Ok(match button {
        Button::Ask(ask) => Pressed::beside(asker, Reply::asking(ask.text(asker.words()))),
        Button::Offer(id, channel) => {
            let note = rebroadcast::noted(&carrier.text);
            let which = Which::Id(id);
            let question = rebroadcast::offer(base, asker, (&which, channel), note);
            Pressed::beside(asker, question.await?)
        }
        Button::Rebroadcast(id, channel) => {
            rebroadcast::rebroadcast(base, asker, (id, channel), carrier).await?
        }
        Button::Broadcast => rebroadcast::broadcast(base, asker, carrier).await?,
        Button::Undo { first, count } => rebroadcast::undo(base, asker, first, count).await?,
        Button::LetIn(chat, by) => admission::decide(base, asker, (&chat, by), true).await?,
        Button::TurnDown(chat, by) => admission::decide(base, asker, (&chat, by), false).await?,
        Button::Held(release, up_to, source) => {
            held::release(base, asker, release, (up_to, source)).await?
        }
        Button::Channels { page } => channels::channels(base, asker, page).await?.into(),
        Button::Health => Pressed::beside(asker, health::health(base, pusher, asker).await?),
        Button::HeldList => Pressed::beside(asker, held::held(base, asker, None).await?),
        Button::Manage { page } => manage::manage(base, asker, page).into(),
        Button::Source(source) => manage::source_by_hand(base, asker, &source).into(),
        Button::Poll(source) => Pressed::later(Slow::Poll(source.to_string())),
        Button::Pause(source, paused) => {
            manage::pause(base, asker, source.as_str(), paused).await?;
            manage::source_by_hand(base, asker, &source).into()
        }
        _ => Pressed::default(),
    })
}
