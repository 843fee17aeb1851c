//! Sources that were added from chats. They are watched as those of the config are: whoever makes a
//! config joins them to it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::sync::watch;

use super::{Actor, Store, books::Books, engine::Engine, error::Result, keys, people};
use crate::bulletin::AddedSource;

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
    /// Sources that were added from chats, oldest first; changes when one is.
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
