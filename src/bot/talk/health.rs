//! Answers `/health`: the status of everything, for admins.

use chrono::Utc;

use super::{
    asker::Asker,
    base::Base,
    button::Button,
    reply::Reply,
    words::{self, BotWords, fill, page_words, shown_name},
};
use crate::{
    ops::{ChannelStatus, SourceStatus, StoreError},
    push::{self, Pusher, card::escape},
    watch::Watch,
};

/// The maximum number of faults that a report of health names.
const NAMED: usize = 12;

pub(super) async fn health(
    base: &Base,
    pusher: &Pusher,
    asker: &Asker,
) -> Result<Reply, StoreError> {
    let words = asker.words();
    let (health, sources) = (base.store.health().await, base.store.sources().await?);
    let channels = base.store.channels().await?;
    let problems = &crate::words::of(asker.language).problems;
    let of_store = [
        (&health.failed, problems.store_failed),
        (&health.disk_low, problems.disk_low),
    ];
    let of_store = of_store.into_iter().filter(|(why, _)| why.is_some());
    let of_store = of_store.map(|(_, said)| said.to_owned());
    let senders = pusher.faults();
    let of_sender = |it: &push::Fault| fault(words, it.place, it.said(asker.language));
    // A channel that only waits for its sender has no fault itself.
    let is_apart = |status: &&ChannelStatus| !senders.iter().any(|it| it.explains(status));
    let faults: Vec<String> = of_store
        .chain(senders.iter().map(of_sender))
        .chain(base.memory.has_rival().then(|| words.rival.to_owned()))
        .chain(
            sources
                .iter()
                .filter_map(|status| fault_of_source(base, asker, status)),
        )
        .chain(
            channels
                .iter()
                .filter(is_apart)
                .filter_map(|status| fault_of_channel(base, asker, status)),
        )
        .collect();
    let oldest = health.oldest_due.filter(|due| *due < Utc::now());
    let oldest = oldest.map_or_else(|| words.no_time.to_owned(), |due| base.clock(asker, due));
    let paused = sources.iter().filter(|status| status.poll.paused).count();
    let held: u64 = sources.iter().map(|status| status.held).sum();
    let parts = [
        ("sources", sources.len().to_string()),
        ("paused", paused.to_string()),
        ("held", held.to_string()),
        ("channels", channels.len().to_string()),
        ("bulletins", health.bulletins.to_string()),
        ("queued", health.queued.to_string()),
        ("oldest", oldest),
        ("disk", (health.disk_bytes >> 20).to_string()),
    ];
    let first = match faults.len() {
        0 => words.all_well.to_owned(),
        count => words.faults.say(count),
    };
    let mut lines = vec![first, fill(words.health, &parts)];
    let named = faults.iter().take(NAMED);
    lines.extend(named.map(|fault| format!("· {}", escape(fault))));
    lines.extend((faults.len() > NAMED).then(|| "…".to_owned()));
    Ok(Reply::from(lines.join("\n")).with([
        (words.manage.to_owned(), Button::Manage { page: 0 }),
        (words.held_label.to_owned(), Button::HeldList),
    ]))
}

fn fault_of_source(base: &Base, asker: &Asker, status: &SourceStatus) -> Option<String> {
    status.poll.error.as_ref().filter(|_| !status.poll.paused)?;
    let source = base.source(&status.id);
    let name = source.map_or(status.id.as_str(), |source| &source.name);
    let why = crate::words::of(asker.language)
        .page_faults
        .say(status.poll.fault);
    Some(fault(asker.words(), &shown_name(name), &why))
}

fn fault_of_channel(base: &Base, asker: &Asker, status: &ChannelStatus) -> Option<String> {
    let problems = &crate::words::of(asker.language).problems;
    let (why, otherwise) = match (&status.blocked, &status.error) {
        (Some((why, _)), _) => (why, problems.channel_blocked),
        (None, Some(why)) => (why, problems.channel_failing),
        (None, None) => return None,
    };
    let why = crate::words::of(asker.language).send_faults.say(why);
    let why = why.unwrap_or_else(|| otherwise.to_owned());
    Some(fault(asker.words(), &base.called(&status.id), &why))
}

fn fault(words: &BotWords, of: &str, why: &str) -> String {
    let why = page_words(why, 200);
    fill(words.fault, &[("name", of), ("why", why.as_str())])
}

/// Reports once, with the other faults, that another program receives the bot's messages, and later that it no longer
/// does.
pub(in crate::bot) async fn report_rival(
    base: &Base,
    watch: &Watch,
    has_rival: bool,
) -> Result<(), StoreError> {
    let had_one = base.memory.set_rival(has_rival);
    let words = words::of(base.config.language);
    match (had_one, has_rival) {
        (false, true) => watch.notify(words.rival).await,
        (true, false) => watch.notify(words.rival_gone).await,
        _ => Ok(()),
    }
}
