//! Handles chats that ask for admission, and the admins who decide.

use super::{
    asker::Asker,
    base::Base,
    button::Button,
    reply::{Pressed, Reply},
    target::{self, Target},
    visible,
    words::fill,
};
use crate::{
    bulletin::{ChannelId, Chat, SourceId, Standing},
    ops::StoreError,
    push::card::escape,
};

/// Requests admission for the chat, perhaps for a source that it does not see yet.
pub(super) async fn join(
    base: &Base,
    asker: &Asker,
    target: &Target,
    source: Option<SourceId>,
) -> Result<(), StoreError> {
    let change = move |chat: &mut Chat| {
        chat.standing = Standing::Pending;
        if source.is_some() {
            chat.sources = wish(chat.sources.take(), source, true, Vec::new());
        }
    };
    let chat = target::change(base, asker, target, "ask to be let in", change).await?;
    ask_admins(base, asker, target, &chat);
    Ok(())
}

/// Returns the wanted sources after `source` (`None` for all) was turned on or off; `all` are the existing ones.
pub(super) fn wish(
    sources: Option<Vec<SourceId>>,
    source: Option<SourceId>,
    wants: bool,
    all: Vec<SourceId>,
) -> Option<Vec<SourceId>> {
    let Some(source) = source else {
        return if wants { None } else { Some(Vec::new()) };
    };
    let mut sources = match (sources, wants) {
        (None, true) => return None,
        (None, false) => all,
        (Some(sources), _) => sources,
    };
    sources.retain(|known| *known != source);
    if wants {
        sources.push(source);
    }
    Some(sources)
}

/// Sends each admin a button for a chat that asked: once, as far as is remembered. If a crash prevents that, the
/// message is sent when the chat asks again.
pub(super) fn ask_admins(base: &Base, asker: &Asker, target: &Target, chat: &Chat) {
    if !base.memory.is_first_request(&target.id) {
        return;
    }
    if !base.memory.may_ask_admins() {
        tracing::warn!(channel.id = %target.id, "too many chats are waiting for approval; this one is only listed by /channels");
        return;
    }
    if base.permissions.admins.is_empty() {
        tracing::warn!(channel.id = %target.id, "a chat asks for approval, but [telegram] has no `admins`");
    }
    for admin in &base.permissions.admins {
        let question = question(base, asker, target, (admin, chat));
        if !base.platform.notify(admin, question) {
            tracing::warn!(channel.id = %target.id, "too many messages of the bot are waiting; an admin was not asked");
        }
    }
}

fn question(
    base: &Base,
    asker: &Asker,
    target: &Target,
    (admin, chat): (&ChannelId, &Chat),
) -> Reply {
    let words = base.words_at(admin);
    let text = match chat.wants_any() {
        true => words.newcomer,
        false => words.newcomer_only,
    };
    let parts = [
        ("title", escape(&chat.title)),
        ("id", target.id.to_string()),
        ("sources", visible::names_of(base, chat, true, words)),
    ];
    let (id, by) = (&target.id, &asker.person);
    Reply::from(fill(text, &parts)).with([
        (
            words.let_in.to_owned(),
            Button::LetIn(id.clone(), by.clone()),
        ),
        (
            words.turn_down.to_owned(),
            Button::TurnDown(id.clone(), by.clone()),
        ),
    ])
}

/// Decides on a chat. `by` is the person who asked for it, and the only one who is notified: a group or channel has
/// other readers.
pub(super) async fn decide(
    base: &Base,
    asker: &Asker,
    (id, by): (&ChannelId, Option<ChannelId>),
    lets_in: bool,
) -> Result<Pressed, StoreError> {
    let words = asker.words();
    let Some(before) = base.store.chat(id) else {
        return Ok(Pressed::note(words.stale_button));
    };
    let (standing, what) = match lets_in {
        true => (Standing::Approved, "let in"),
        false => (Standing::Refused, "turned down"),
    };
    let target = Target {
        id: id.clone(),
        of: None,
        title: None,
    };
    let chat = target::change(base, asker, &target, what, move |chat| {
        chat.standing = standing;
    })
    .await?;
    let text = if lets_in {
        words.was_let_in
    } else {
        words.was_turned_down
    };
    let parts = [("title", escape(&chat.title)), ("id", id.to_string())];
    let mut pressed = Pressed::from(Reply::from(fill(text, &parts)));
    let own = base.platform.whole(id);
    let reader = Some(own).filter(|own| base.platform.is_private(own)).or(by);
    if let Some(reader) = reader.filter(|_| before.standing != standing) {
        let decided = decision(base, &chat, (id, &reader), lets_in);
        pressed.more.push((reader, decided));
    }
    Ok(pressed)
}

/// Returns an admin's decision on a chat, in the words for `reader`.
fn decision(
    base: &Base,
    chat: &Chat,
    (id, reader): (&ChannelId, &ChannelId),
    lets_in: bool,
) -> Reply {
    let words = base.words_at(reader);
    let names = visible::names_for(base, chat, words);
    let mut reply = match lets_in {
        true => Reply::from(fill(words.you_are_in, &[("sources", &names)])),
        false => words.turned_down.into(),
    };
    let whole = base.platform.whole(id);
    let of = Some(whole.clone()).filter(|whole| whole != reader);
    if of.is_some() {
        let parts = [("title", escape(&chat.title)), ("text", reply.text)];
        reply.text = fill(words.of_a_chat, &parts);
    }
    if !lets_in || (of.is_some() && whole != *id) {
        return reply;
    }
    let page = 0;
    reply.with([(words.sources.to_owned(), Button::Sources { page, of })])
}
