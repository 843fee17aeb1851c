//! Manages sources by hand: the state of each one, an immediate poll, a pause and its end.

use chrono::{DateTime, Utc};

use super::{
    asker::Asker,
    base::Base,
    button::Button,
    pages, removal,
    reply::Reply,
    words::{BotWords, fill, shown_name},
};
use crate::{
    bulletin::{Source, SourceId, fold},
    ops::{Answered, PollState, StoreError},
    push::card::{cut, escape},
    watch::Watch,
};

/// The number of sources on a page.
const PAGE: usize = 8;

/// Returns a page of all sources, each with a button to manage it.
pub(super) fn manage(base: &Base, asker: &Asker, page: usize) -> Reply {
    let words = asker.words();
    let (shown, page, last) = pages::part(&base.config.sources, PAGE, page);
    let heading = format!("<b>{}</b>", words.manage);
    let mut reply = Reply::from(pages::numbered(words, &heading, page, last));
    for source in shown {
        let mark = mark(&base.store.poll_state(&source.id));
        let name = shown_name(&source.name);
        reply.text += &format!("\n{mark} {}", escape(&name));
        reply = reply.with([(format!("{mark} {name}"), Button::Source(source.id.clone()))]);
    }
    reply.with(pages::row(
        page,
        page < last,
        (words.newer, words.older),
        |page| Button::Manage { page },
    ))
}

pub(super) fn source_by_hand(base: &Base, asker: &Asker, id: &SourceId) -> Reply {
    let words = asker.words();
    let Some(source) = source(base, id.as_str()) else {
        return no_source(words, id.as_str());
    };
    let state = base.store.poll_state(&source.id);
    let clock =
        |at: Option<DateTime<Utc>>| at.map_or(words.no_time.to_owned(), |at| base.clock(asker, at));
    let condition = match (&state.error, state.paused) {
        (_, true) => words.is_paused.to_owned(),
        (Some(_), _) => crate::words::of(asker.language)
            .page_faults
            .say(state.fault),
        (None, _) => words.is_well.to_owned(),
    };
    let parts = [
        ("name", escape(&shown_name(&source.name))),
        ("id", source.id.to_string()),
        (
            "url",
            escape(&cut(source.address().map_or("", |url| url.as_str()), 500)),
        ),
        ("mark", mark(&state).to_owned()),
        ("state", condition),
        ("polled", clock(state.last_polled)),
        ("next", clock(state.next_poll.filter(|_| !state.paused))),
    ];
    let pause = match state.paused {
        true => words.resume,
        false => words.pause,
    };
    let id = || source.id.clone();
    let remove = (words.remove.to_owned(), Button::Remove(id()));
    let remove = removal::is_to_remove(base, asker, &source.id).then_some(remove);
    Reply::from(fill(words.source_card, &parts))
        .with([
            (words.poll_now.to_owned(), Button::Poll(id())),
            (pause.to_owned(), Button::Pause(id(), !state.paused)),
        ])
        .with(remove)
        .with([(format!("‹ {}", words.manage), Button::Manage { page: 0 })])
}

pub(super) async fn poll(
    base: &Base,
    watch: &Watch,
    asker: &Asker,
    id: &str,
) -> Result<Reply, StoreError> {
    let words = asker.words();
    let Some(source) = source(base, id) else {
        return Ok(no_source(words, id));
    };
    let (by, id) = (asker.actor(), source.id.as_str());
    base.store.log(&by, ("poll", id), Utc::now()).await?;
    let name = escape(&shown_name(&source.name));
    let failed = |why: String| {
        let parts = [("source", name.as_str()), ("why", why.as_str())];
        Ok(fill(words.poll_failed, &parts).into())
    };
    let all = crate::words::of(asker.language);
    let polled = match watch.poll(&source.id).await.settled()? {
        Ok(Some(polled)) => polled,
        Ok(None) => return Ok(no_source(words, id)),
        Err(refusal) => return failed(escape(&all.refusal(&refusal))),
    };
    if polled.error.is_some() {
        return failed(all.page_faults.say(polled.fault));
    }
    let new: Vec<String> = polled.new.iter().map(|id| format!("#{id}")).collect();
    let parts = [
        ("source", name.clone()),
        ("new", polled.new.len().to_string()),
        ("held", polled.held.len().to_string()),
        ("ids", cut(&new.join(" "), 1000)),
    ];
    Ok(fill(words.polled, &parts).into())
}

pub(super) async fn pause(
    base: &Base,
    asker: &Asker,
    id: &str,
    paused: bool,
) -> Result<Reply, StoreError> {
    let words = asker.words();
    let Some(source) = source(base, id) else {
        return Ok(no_source(words, id));
    };
    let (by, now) = (asker.actor(), Utc::now());
    base.store.set_paused(&source.id, paused, &by, now).await?;
    let (text, label) = match paused {
        true => (words.paused, words.resume),
        false => (words.resumed, words.pause),
    };
    let name = escape(&shown_name(&source.name));
    let back = Button::Pause(source.id.clone(), !paused);
    Ok(Reply::from(fill(text, &[("source", name)])).with([(label.to_owned(), back)]))
}

/// Returns the source with this id, otherwise with this name.
fn source<'a>(base: &'a Base, called: &str) -> Option<&'a Source> {
    let of_id = called.trim().parse().ok().and_then(|id| base.source(&id));
    let name = fold(called.trim());
    let mut sources = base.config.sources.iter();
    of_id.or_else(|| sources.find(|source| fold(&source.name) == name))
}

fn mark(state: &PollState) -> &'static str {
    match (state.paused, &state.error) {
        (true, _) => "⏸",
        (false, Some(_)) => "⚠",
        (false, None) => "✓",
    }
}

fn no_source(words: &BotWords, id: &str) -> Reply {
    fill(words.no_source, &[("source", &escape(&cut(id, 100)))]).into()
}
