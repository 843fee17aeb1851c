//! The config's sources and channels become those that admissions are routed by.

use super::{
    LookState,
    books::{Books, Wiring},
    error::Result,
    manner,
};
use crate::bulletin::{Channel, ReadAs, Source};

/// A source whose address, kind or selectors changed gets a new baseline.
pub(super) fn sync_config(
    books: &mut Books,
    sources: Vec<Source>,
    channels: Vec<Channel>,
) -> Result<()> {
    let mut change = books.change();
    let wiring = books.rename(|names| {
        let writes = &mut change.writes;
        let numbered = |source: Source| (names.intern_source(&source.id, writes), source);
        let sources: Vec<(u32, Source)> = sources.into_iter().map(numbered).collect();
        let numbered = |channel: Channel| (names.intern_channel(&channel.id, writes), channel);
        let channels: Vec<(u32, Channel)> = channels.into_iter().map(numbered).collect();
        Wiring::new(sources, channels)
    });
    for (number, source) in &wiring.sources {
        let mut row = books.sources.get(number).cloned().unwrap_or_default();
        let fingerprint = fingerprint(source);
        if row.fingerprint != fingerprint && row.baseline.is_some() {
            row.baseline = None;
            row.newest = None;
            // What was read of the old page says nothing of the new one.
            let paused = books.looks.get(&source.id).paused;
            books.looks.set(
                &source.id,
                LookState {
                    paused,
                    ..LookState::default()
                },
            );
            books
                .looks
                .write_one(&source.id, *number, &mut change.writes);
        }
        row.fingerprint = fingerprint;
        change.set_source(books, *number, row);
    }
    books.wiring = Some(wiring);
    let numbers: Vec<u32> = books.outbox.channels();
    for number in numbers {
        manner::rearrange(books, &mut change, number)?;
    }
    books.commit(change)?;
    // A channel that came back may have a queue.
    books.tick();
    Ok(())
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
