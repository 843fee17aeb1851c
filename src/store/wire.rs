//! The config's sources and channels become those that admissions are routed by.

use chrono::{DateTime, Utc};

use super::{
    LookState, Store,
    books::{Books, Wiring},
    change::Change,
    error::Result,
    manner, recent,
};
use crate::bulletin::{Channel, ReadAs, Source};

impl Store {
    /// As [`Store::sync_config`] for whoever only reads: nothing is written, and what the store does not
    /// know yet stays unknown to it.
    ///
    /// # Errors
    /// The store has stopped.
    pub async fn show_config(&self, sources: &[Source], channels: &[Channel]) -> Result<()> {
        let (sources, channels) = (sources.to_vec(), channels.to_vec());
        self.write_in_steps(move |books| {
            show_config(books, sources, channels);
            Ok(())
        })
        .await
    }

    /// Whether it ever knew a source or a channel.
    ///
    /// # Errors
    /// The store has stopped.
    pub async fn was_used(&self) -> Result<bool> {
        self.ask(|books| {
            let names = books.names();
            let is_used = names.source_numbers().next().is_some();
            is_used || names.channel_numbers().next().is_some()
        })
        .await
    }
}

/// A source whose address, kind or selectors changed gets a new baseline.
pub(super) fn sync_config(
    books: &Books,
    change: &mut Change,
    sources: Vec<Source>,
    channels: Vec<Channel>,
    now: DateTime<Utc>,
) -> Result<()> {
    let numbered = |source: Source| (change.intern_source(books, &source.id), source);
    let sources: Vec<(u32, Source)> = sources.into_iter().map(numbered).collect();
    let numbered = |channel: Channel| (change.intern_channel(books, &channel.id), channel);
    let channels: Vec<(u32, Channel)> = channels.into_iter().map(numbered).collect();
    let wiring = Wiring::new(sources, channels);
    for (number, source) in &wiring.sources {
        let mut row = books.sources.get(number).cloned().unwrap_or_default();
        let fingerprint = fingerprint(source);
        if row.fingerprint != fingerprint && row.baseline.is_some() {
            row.baseline = None;
            row.newest = None;
            // What was read of the old page says nothing of the new one.
            change.look(&source.id, *number, |state| {
                *state = state.after(LookState::default());
            });
        }
        row.fingerprint = fingerprint;
        change.set_source(books, *number, row);
    }
    for number in books.outbox.channels() {
        let channel = wiring.channel(number);
        let channel = channel.or_else(|| books.chats.channel(number));
        manner::rearrange(books, change, number, channel, now)?;
    }
    recent::follow_the_clock(books, change, now.timestamp_millis())?;
    change.then(|books| {
        books.wiring = Some(wiring);
        // A channel that came back may have a queue.
        books.tick();
    });
    Ok(())
}

/// Wires what the store knows of these, and writes nothing.
fn show_config(books: &mut Books, sources: Vec<Source>, channels: Vec<Channel>) {
    let names = books.names();
    let numbered = |source: Source| Some((names.source_number(&source.id)?, source));
    let sources = sources.into_iter().filter_map(numbered).collect();
    let numbered = |channel: Channel| Some((names.channel_number(&channel.id)?, channel));
    let channels = channels.into_iter().filter_map(numbered).collect();
    books.wiring = Some(Wiring::new(sources, channels));
}

/// Spelled out, so that another version of the program does not take it for an edit.
fn fingerprint(source: &Source) -> [u8; 16] {
    let kind = match source.kind {
        ReadAs::Auto => "auto",
        ReadAs::List => "list",
        ReadAs::Feed => "feed",
        ReadAs::Json => "json",
        ReadAs::Article => "article",
    };
    let select = &source.select;
    let parts = [
        &select.item,
        &select.title,
        &select.link,
        &select.date,
        &select.body,
    ];
    let mut hasher = blake3::Hasher::new();
    let selectors = parts
        .into_iter()
        .map(|part| part.as_deref().unwrap_or_default());
    for part in [source.url.as_str(), kind].into_iter().chain(selectors) {
        hasher.update(part.as_bytes());
        hasher.update(b"\n");
    }
    let mut fingerprint = [0; 16];
    hasher.finalize_xof().fill(&mut fingerprint);
    fingerprint
}
