//! Sources that were added from chats. They are watched as those of the config are: whoever makes a
//! config joins them to it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::sync::watch;

use super::{
    Actor, Store, books::Books, change::Change, engine::Engine, error::Result, keys, people,
    subscriptions,
};
use crate::bulletin::{AddedSource, SourceId};

pub(super) type Added = Arc<Vec<AddedSource>>;

/// Oldest first.
pub(super) fn load(engine: &Engine) -> Result<Added> {
    let rows = engine.scan(b"g");
    let rows = rows.map(|row| row.and_then(|row| engine.decode(&row.key, &row.value)));
    let mut added: Vec<AddedSource> = rows.collect::<Result<_>>()?;
    added.sort_by_key(|source| source.at);
    Ok(Arc::new(added))
}

impl Store {
    /// Sources that were added from chats, oldest first; changes when one is, or is removed.
    #[must_use]
    pub fn added_sources(&self) -> watch::Receiver<Arc<Vec<AddedSource>>> {
        self.shared.added.clone()
    }

    /// ATOMIC: the source + audit. One that is there already stays as it is.
    ///
    /// # Errors
    /// A write failed.
    pub async fn add_source(
        &self,
        source: AddedSource,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let by = by.clone();
        self.write(move |books, change| add(books, change, source, &by, now))
            .await
    }

    /// ATOMIC: it is watched no more, no chat wants it any more + audit. What was found there stays in the
    /// archive; added again, it begins with a new baseline. Whether it was there.
    ///
    /// # Errors
    /// A write failed.
    pub async fn remove_source(
        &self,
        source: &SourceId,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        let (source, by) = (source.clone(), by.clone());
        self.write(move |books, change| remove(books, change, &source, &by, now))
            .await
    }
}

fn add(
    books: &Books,
    change: &mut Change,
    source: AddedSource,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<()> {
    let mut added = books.added().to_vec();
    if added.iter().any(|known| known.id == source.id) {
        return Ok(());
    }
    change.writes.put(keys::added(source.id.as_str()), &source);
    let what = format!(
        "{}: source `{}` added: {}",
        source.chat, source.id, source.url
    );
    people::log(change, by, &what, now);
    added.push(source);
    added.sort_by_key(|source| source.at);
    change.then(|books| books.set_added(Arc::new(added)));
    Ok(())
}

fn remove(
    books: &Books,
    change: &mut Change,
    id: &SourceId,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<bool> {
    let mut added = books.added().to_vec();
    let Some(place) = added.iter().position(|known| known.id == *id) else {
        return Ok(false);
    };
    let source = added.remove(place);
    change.writes.remove(keys::added(id.as_str()));
    let wanting = books.chats.all().filter_map(|(number, known)| {
        let mut chat = known.chat.clone();
        let wanted = chat.sources.as_mut()?;
        let before = wanted.len();
        wanted.retain(|wanted| wanted != id);
        (wanted.len() < before).then_some((number, chat))
    });
    for (number, chat) in wanting {
        subscriptions::set(change, number, chat);
    }
    if let Some(number) = books.names().source_number(id) {
        change.source(books, number).fingerprint = [0; 16];
    }
    let what = format!("source `{id}` removed: {}", source.url);
    people::log(change, by, &what, now);
    change.then(|books| books.set_added(Arc::new(added)));
    Ok(true)
}
