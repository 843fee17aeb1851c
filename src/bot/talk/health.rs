//! `/health`: how it all is, for admins.

use chrono::Utc;

use super::{
    asker::Asker,
    base::Base,
    button::Button,
    reply::Reply,
    words::{self, fill, page_words, shown_name},
};
use crate::{
    ops::{ChannelStatus, SourceStatus, StoreError},
    push::{Pusher, card::escape},
    watch::Watch,
};

/// Faults that a report of health names.
const NAMED: usize = 12;

pub(super) async fn health(
    base: &Base,
    pusher: &Pusher,
    asker: &Asker,
) -> Result<Reply, StoreError> {
    let words = asker.words();
    let (health, sources) = (base.store.health().await, base.store.sources().await?);
    let channels = base.store.channels().await?;
    let faults: Vec<String> = [health.failed.clone(), health.disk_low.clone()]
        .into_iter()
        .flatten()
        .chain(pusher.faults().into_iter().map(|fault| fault.what))
        .chain(base.memory.has_rival().then(|| words.rival.to_owned()))
        .chain(
            sources
                .iter()
                .filter_map(|status| fault_of_source(base, status)),
        )
        .chain(
            channels
                .iter()
                .filter_map(|status| fault_of_channel(base, status)),
        )
        .collect();
    let oldest = health.oldest_due.filter(|due| *due < Utc::now());
    let oldest = oldest.map_or_else(|| words.none.to_owned(), |due| base.clock(asker, due));
    let paused = sources.iter().filter(|status| status.look.paused).count();
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

fn fault_of_source(base: &Base, status: &SourceStatus) -> Option<String> {
    let error = status.look.error.as_ref().filter(|_| !status.look.paused)?;
    let source = base.source(&status.id);
    let name = source.map_or(status.id.as_str(), |source| &source.name);
    Some(fault(&shown_name(name), error))
}

fn fault_of_channel(base: &Base, status: &ChannelStatus) -> Option<String> {
    let blocked = status.blocked.as_ref().map(|(why, _)| why);
    let why = blocked.or(status.error.as_ref())?;
    Some(fault(&base.called(&status.id), why))
}

fn fault(of: &str, why: &str) -> String {
    format!("{of}: {}", page_words(why, 200))
}

/// Reports once, with the other faults, that another program receives what is said to the bot, and that it
/// no longer does.
pub(in crate::bot) async fn report_rival(
    base: &Base,
    watch: &Watch,
    has_rival: bool,
) -> Result<(), StoreError> {
    let had_one = base.memory.set_rival(has_rival);
    let words = words::of(base.config.language);
    match (had_one, has_rival) {
        (false, true) => watch.tell(words.rival).await,
        (true, false) => watch.tell(words.rival_gone).await,
        _ => Ok(()),
    }
}
