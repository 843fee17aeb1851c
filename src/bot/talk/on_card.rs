//! Handles buttons below a card. In a private chat they are answered there; in a group or channel each reader is led to
//! their private conversation, so that others are not disturbed.

use super::{
    asker::Asker,
    base::Base,
    bulletins,
    command::Which,
    reply::{Pressed, Reply},
    story, target, visible, wishes,
    words::{fill, shown_name},
};
use crate::{
    bulletin::{Bulletin, BulletinId, BulletinState, SourceId},
    ops::StoreError,
    push::card::{CardAct, clean_line, cut, escape, link},
};

/// The maximum length, in characters, of a text in one message, in addition to its title and its address.
const LONGEST: usize = 3000;

pub(super) async fn pressed(
    base: &Base,
    asker: &Asker,
    act: &CardAct,
) -> Result<Pressed, StoreError> {
    if !asker.is_private()
        && let (Some(what), Some(person)) = (act.linked(), &asker.person)
    {
        let address = base.platform.link_for(person, &what);
        return Ok(address.map_or_else(
            || Pressed::note(asker.words().write_first),
            Pressed::opening,
        ));
    }
    match act {
        CardAct::Text(id) => {
            let which = Which::Id(*id);
            let reply = match bulletins::bulletin(base, asker, &which).await? {
                Some(bulletin) => full_text(base, asker, &bulletin).await?,
                None => bulletins::unknown(base, asker, &which).into(),
            };
            Ok(Pressed::beside(asker, reply))
        }
        CardAct::Remind(id) => story::remind_pressed(base, asker, *id).await,
        CardAct::Mute(source) => mute(base, asker, source).await,
    }
}

/// Returns the answer to a button in a group or channel, which shows the bulletin; `None` if the bot made no such link
/// for the asker.
pub(super) async fn linked(
    base: &Base,
    asker: &Asker,
    payload: &str,
) -> Result<Option<Reply>, StoreError> {
    let what = base.platform.linked(&asker.chat, payload);
    let act = what
        .filter(|_| asker.is_private())
        .and_then(CardAct::of_link);
    let Some(act) = act else { return Ok(None) };
    let (CardAct::Text(id) | CardAct::Remind(id)) = act else {
        return Ok(None);
    };
    let bulletin = base.store.bulletin(id).await?;
    let Some(bulletin) = bulletin.filter(|it| it.state != BulletinState::Held) else {
        return Ok(Some(bulletins::unknown(base, asker, &Which::Id(id)).into()));
    };
    Ok(Some(match act {
        CardAct::Text(_) => full_text(base, asker, &bulletin).await?,
        _ => story::reminder(base, asker, Some(id)).await?,
    }))
}

/// Returns a bulletin's archived text, as far as one message has room for it.
async fn full_text(base: &Base, asker: &Asker, bulletin: &Bulletin) -> Result<Reply, StoreError> {
    let words = asker.words();
    let text = base.store.text(bulletin.id).await?.unwrap_or_default();
    let title = headline(bulletin.id, &bulletin.title);
    let shown = match text.trim() {
        "" => words.no_full_text.to_owned(),
        text => escape(&cut(&text.replace('\n', "\n\n"), LONGEST)),
    };
    let page = base.config.web.page_of(bulletin.id.0);
    let address = page.or_else(|| link(&bulletin.url).map(str::to_owned));
    let whole = address.map(|address| {
        let parts = [("url", escape(&address))];
        format!("\n\n{}", fill(words.whole_text_there, &parts))
    });
    let text = format!("{title}\n\n{shown}{}", whole.unwrap_or_default());
    let share = bulletins::share_link(base, bulletin);
    Ok(Reply::from(text).linking(words.share, share))
}

fn headline(id: BulletinId, title: &str) -> String {
    format!("<b>{}</b> #{id}", escape(&clean_line(title)))
}

/// Turns off the sound for bulletins of that source.
async fn mute(base: &Base, asker: &Asker, source: &SourceId) -> Result<Pressed, StoreError> {
    let words = asker.words();
    if !base.administrates_here(asker).await {
        return Ok(Pressed::note(words.group_admins_only));
    }
    if !visible::has(base, &target::own(asker), source) {
        return Ok(Pressed::note(words.own_not_subscribed));
    }
    let (muted, what) = (source.clone(), format!("mute {source}"));
    wishes::wish(base, asker, &what, move |chat| {
        chat.wish_for(&muted, |wish| wish.silent = Some(true));
    })
    .await?;
    let name = base.source(source).map_or(source.as_str(), |it| &it.name);
    let parts = [("source", shown_name(name))];
    Ok(Pressed::note(fill(words.note_muted, &parts)))
}
