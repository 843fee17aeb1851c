//! Answers `/channels`: channels and chats, and those that wait for admission.

use super::{
    asker::Asker,
    base::Base,
    button::Button,
    pages,
    reply::Reply,
    visible,
    words::{BotWords, fill, shown_name},
};
use crate::{
    bulletin::Standing,
    ops::{ChannelStatus, StoreError},
    push::card::{cut, escape},
};

/// The channels on a page, and the most waiting chats.
const PAGE: usize = 10;
const MOST_WAITING: usize = 12;
/// The maximum number of sources that the line of a channel names; more are counted.
const MOST_SOURCES: usize = 3;

pub(super) async fn channels(base: &Base, asker: &Asker, page: usize) -> Result<Reply, StoreError> {
    let words = asker.words();
    let statuses = base.store.channels().await?;
    let (shown, page, last) = pages::part(&statuses, PAGE, page);
    let heading = format!("<b>{}</b>", words.channels);
    let mut lines = vec![pages::numbered(words, &heading, page, last)];
    if statuses.is_empty() {
        lines.push(words.none.to_owned());
    }
    lines.extend(shown.iter().map(|status| channel_line(base, words, status)));
    let mut reply = Reply::default();
    let waiting = base.store.chats().await?;
    let waiting = waiting
        .into_iter()
        .filter(|(_, chat)| chat.standing == Standing::Pending);
    for (id, chat) in waiting.take(MOST_WAITING) {
        let name = escape(&cut(&chat.title, 40));
        lines.push(format!(
            "? {name} · <code>{id}</code> · {}",
            words.state_pending
        ));
        reply = reply.with([
            (
                format!("{} {}", words.let_in, shown_name(&chat.title)),
                Button::LetIn(id.clone(), None),
            ),
            (words.turn_down.to_owned(), Button::TurnDown(id, None)),
        ]);
    }
    reply.text = lines.join("\n");
    Ok(reply.with(pages::row(
        page,
        page < last,
        (words.newer, words.older),
        |page| Button::Channels { page },
    )))
}

fn channel_line(base: &Base, words: &BotWords, status: &ChannelStatus) -> String {
    let channel = base.channel(&status.id).or(status.chat.as_deref());
    let sources = match channel.and_then(|channel| channel.sources.as_ref()) {
        Some(sources) => visible::named(base, sources.iter(), MOST_SOURCES, words),
        None => words.all.to_owned(),
    };
    let state = match (&status.blocked, &status.error) {
        (Some(_), _) => "⛔",
        (None, Some(_)) => "⚠",
        (None, None) => "✓",
    };
    let parts = [
        ("id", status.id.to_string()),
        ("name", base.title_of(&status.id)),
        ("sources", sources),
        ("queued", status.queued.to_string()),
        ("sent", status.sent.to_string()),
        ("failed", status.failed.to_string()),
    ];
    format!("{state} {}", fill(words.channel_line, &parts))
}
