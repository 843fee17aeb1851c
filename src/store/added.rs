//! Sources that were added from chats. They are watched as those of the config are: whoever makes a
//! config joins them to it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::sync::watch;

use super::{Actor, Store, books::Books, engine::Engine, error::Result, keys, people};
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
        self.write(move |books| add(books, &source, &by, now)).await
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
        self.write(move |books| remove(books, &source, &by, now))
            .await
    }
}

fn add(books: &mut Books, source: &AddedSource, by: &Actor, now: DateTime<Utc>) -> Result<()> {
    if books
        .added
        .borrow()
        .iter()
        .any(|known| known.id == source.id)
    {
        return Ok(());
    }
    let mut change = books.change();
    change.writes.put(keys::added(source.id.as_str()), source);
    let what = format!(
        "{}: source `{}` added: {}",
        source.chat, source.id, source.url
    );
    people::log(&mut change, by, &what, now);
    books.commit(change)?;
    books.added.send_replace(load(&books.engine)?);
    Ok(())
}

fn remove(books: &mut Books, id: &SourceId, by: &Actor, now: DateTime<Utc>) -> Result<bool> {
    let added = books.added.borrow().clone();
    let Some(source) = added.iter().find(|known| known.id == *id) else {
        return Ok(false);
    };
    let mut change = books.change();
    change.writes.remove(keys::added(id.as_str()));
    let wanting = books.chats.all().filter_map(|(number, known)| {
        let mut chat = known.chat.clone();
        let wanted = chat.sources.as_mut()?;
        let before = wanted.len();
        wanted.retain(|wanted| wanted != id);
        (wanted.len() < before).then_some((number, chat))
    });
    let wanting: Vec<_> = wanting.collect();
    for (number, chat) in &wanting {
        change.writes.put(keys::chat(*number), chat);
    }
    if let Some(number) = books.names().source_number(id) {
        change.source(books, number).fingerprint = [0; 16];
    }
    let what = format!("source `{id}` removed: {}", source.url);
    people::log(&mut change, by, &what, now);
    books.commit(change)?;
    for (number, chat) in wanting {
        books.chats.set(&books.names(), number, chat);
    }
    books.added.send_replace(load(&books.engine)?);
    Ok(true)
}
