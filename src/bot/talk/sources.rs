//! Shows the sources that a chat may see: searched, paged, turned on and off by buttons.

use super::{
    ask::Ask,
    asker::Asker,
    base::Base,
    button::Button,
    pages, removal,
    reply::{Carrier, Pressed, Reply},
    target::{self, Target},
    visible,
    want::{self, WishOutcome},
    words::{BotWords, fill, shown_name},
};
use crate::{
    bulletin::{ChannelId, Chat, Source, SourceId, Standing},
    ops::StoreError,
    push::card::escape,
};

/// The number of sources on a page.
const PAGE: usize = 8;

pub(super) async fn turn(
    base: &Base,
    asker: &Asker,
    (source, wants): (Option<SourceId>, bool),
    (page, of): (usize, Option<&ChannelId>),
    carrier: &Carrier,
) -> Result<Pressed, StoreError> {
    let words = asker.words();
    let target = target::target_of(asker, of, None);
    if !base.administrates(asker, target.chat(asker)).await {
        return Ok(Pressed::note(words.group_admins_only));
    }
    if let Some(source) = &source
        && wants
        && !visible::has(base, &target, source)
        && !visible::visible(base, asker, &target).any(|known| known.id == *source)
    {
        return Ok(Pressed::note(words.stale_button));
    }
    let wanted = want::want(base, asker, &target, source.as_ref(), wants).await?;
    let note = match wanted {
        WishOutcome::Now(_) if wants => words.note_on,
        WishOutcome::Now(_) => words.note_off,
        WishOutcome::Pending => words.note_pending,
        WishOutcome::TurnedDown => words.turned_down,
        WishOutcome::Nobody => words.nobody_subscribes,
        WishOutcome::InConfig(_) => words.note_in_config,
    };
    let search_words = pages::asked(&carrier.text);
    Ok(Pressed {
        note: note.to_owned(),
        shown: Some(offer_sources(base, asker, of, page, &search_words)),
        ..Pressed::default()
    })
}

/// Returns a page of the sources, each with a button that turns it on and off.
pub(super) fn offer_sources(
    base: &Base,
    asker: &Asker,
    of: Option<&ChannelId>,
    page: usize,
    search_words: &str,
) -> Reply {
    let words = asker.words();
    let target = target::target_of(asker, of, None);
    let search_words = pages::kept(search_words);
    let all: Vec<&Source> = visible::matching(base, asker, &target, &search_words).collect();
    let (shown, page, last) = pages::part(&all, PAGE, page);
    let known = base.store.chat(&target.id);
    let head = head(words, &search_words, of.is_some(), known.as_ref());
    let head = match (all.is_empty(), last, search_words.is_empty()) {
        (true, ..) => format!("{head}\n\n{}", words.no_sources),
        (false, 0, _) => head,
        (false, last, true) => pages::numbered(words, &head, page, last),
        // The search words are read from the first line again.
        (false, last, false) => {
            let heading = format!("<b>{}</b>", words.sources);
            format!("{head}\n{}", pages::numbered(words, &heading, page, last))
        }
    };
    let mut reply = Reply::from(head + &state(words, known.as_ref()));
    for source in shown {
        let mark = known.as_ref().map_or("", |chat| mark(chat, source));
        let name = escape(&shown_name(&source.name));
        reply.text += &format!("\n{mark}{name}");
        reply = reply.with(row(base, asker, &target, (source, mark, page)));
    }
    if search_words.is_empty() && !all.is_empty() {
        reply = reply.with([all_button(words, known.as_ref(), (page, of))]);
    }
    reply.text += &format!("\n\n{}", words.sources_hint);
    let pager = |page| Button::Sources {
        page,
        of: of.cloned(),
    };
    let around = (words.newer, words.older);
    let reply = reply.with(pages::row(page, page < last, around, pager));
    with_doors(base, asker, &target, reply)
}

fn head(words: &BotWords, search_words: &str, is_elsewhere: bool, chat: Option<&Chat>) -> String {
    match (search_words.is_empty(), is_elsewhere) {
        (false, _) => escape(&pages::head(search_words)),
        (true, true) => {
            let title = escape(chat.map_or("", |chat| &chat.title));
            fill(words.sources_of, &[("title", title)])
        }
        (true, false) => format!("<b>{}</b>", words.sources),
    }
}

/// Returns that a chat was not admitted, if it wants any source.
fn state(words: &BotWords, chat: Option<&Chat>) -> String {
    let state = match chat.map(|chat| (chat.standing, chat.wants_any())) {
        Some((Standing::Pending, true)) => words.state_pending,
        Some((Standing::Refused, _)) => words.state_refused,
        _ => return String::new(),
    };
    format!("\n{state}")
}

/// Returns buttons that turn a source on or off, and remove one that was added from here.
fn row(
    base: &Base,
    asker: &Asker,
    target: &Target,
    (source, mark, page): (&Source, &str, usize),
) -> impl Iterator<Item = (String, Button)> {
    let turn = Button::Want {
        wants: !visible::has(base, target, &source.id),
        source: Some(source.id.clone()),
        page,
        of: target.of.clone(),
    };
    let label = format!("{mark}{}", shown_name(&source.name));
    let may_set = target.of.is_none() && visible::has(base, target, &source.id);
    let own = may_set.then(|| ("⚙".to_owned(), Button::Own(source.id.clone())));
    let may_remove = target.of.is_none() && removal::is_to_remove(base, asker, &source.id);
    let remove = may_remove.then(|| ("🗑".to_owned(), Button::Remove(source.id.clone())));
    std::iter::once((label, turn)).chain(own).chain(remove)
}

fn all_button(
    words: &BotWords,
    chat: Option<&Chat>,
    (page, of): (usize, Option<&ChannelId>),
) -> (String, Button) {
    let has_all = chat.is_some_and(|chat| chat.sources.is_none());
    let label = match has_all {
        true => words.none_of_them,
        false => words.all_of_them,
    };
    let button = Button::Want {
        wants: !has_all,
        source: None,
        page,
        of: of.cloned(),
    };
    (label.to_owned(), button)
}

/// Adds buttons to ask for admission, and to search for a source. Typed words apply to the chat in which they are
/// typed.
fn with_doors(base: &Base, asker: &Asker, target: &Target, reply: Reply) -> Reply {
    if target.of.is_some() {
        return reply;
    }
    let words = asker.words();
    let known = base.store.chat(&target.id);
    let is_new = known.is_none_or(|chat| chat.standing == Standing::New);
    let is_outside = is_new
        && target::standing_if_asked(base, asker, target) == Standing::Pending
        && base.config.sources.iter().any(|source| !source.public);
    reply
        .with(is_outside.then(|| (words.join.to_owned(), Button::Join)))
        .with([(words.find_source.to_owned(), Button::Ask(Ask::Source))])
}

/// Returns a mark for a source that a chat receives, or will receive once an admin has agreed.
fn mark(chat: &Chat, source: &Source) -> &'static str {
    match chat.standing {
        _ if !chat.wants(&source.id) => "",
        _ if chat.may_have(source.public) => "✓ ",
        Standing::Pending => "⏳ ",
        _ => "",
    }
}

/// Offers to set up the channel whose post a person forwarded to the bot.
pub(super) async fn offer_channel(
    base: &Base,
    asker: &Asker,
    (id, title): (&ChannelId, String),
) -> Result<Reply, StoreError> {
    if !base.administrates(asker, id).await {
        return Ok(asker.words().channel_not_yours.into());
    }
    let target = target::target_of(asker, Some(id), Some(title));
    target::change(base, asker, &target, "set up", |_| {}).await?;
    Ok(offer_sources(base, asker, Some(id), 0, ""))
}
