//! Manages sources that are in the store: added from chats, at the desk or by the API. They are watched like those
//! of the config: each new config includes them.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::sync::watch;

use super::{handle::Store, op::Op};
use crate::{
    bulletin::{AddedSource, SourceId, SourceKeys},
    policy::audit::Actor,
    store::{Refusal, Result},
};

/// The most added sources: each is held in memory, and the config is rebuilt when one changes.
const MOST_ADDED: usize = 5_000;

impl Store {
    /// Returns the sources that are in the store, oldest first; the value changes when one is added, edited or
    /// removed.
    #[must_use]
    pub fn added_sources(&self) -> watch::Receiver<Arc<Vec<AddedSource>>> {
        self.engine.added_sources()
    }

    /// Adds a source and an audit entry in one transaction. An existing source stays as it is. Returns whether it is
    /// new.
    ///
    /// # Errors
    /// Fails if there are too many sources or a write fails.
    pub async fn add_source(
        &self,
        source: AddedSource,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        let by = by.clone();
        self.write(move |op| add(op, source, &by, now)).await
    }

    /// Sets the keys of a source and adds an audit entry in one transaction. Another address, kind or selector
    /// begins with a new baseline once the config includes it.
    ///
    /// # Errors
    /// Fails if the source is not in the store or a write fails.
    pub async fn change_source(
        &self,
        id: &SourceId,
        keys: SourceKeys,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let (id, by) = (id.clone(), by.clone());
        self.write(move |op| change(op, &id, keys, &by, now)).await
    }

    /// Removes a source, also from the wishes of all chats, and adds an audit entry in one transaction. Its
    /// bulletins stay in the archive; added again, it begins with a new baseline. Returns whether it existed.
    ///
    /// # Errors
    /// Fails if a write fails.
    pub async fn remove_source(
        &self,
        source: &SourceId,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        let (source, by) = (source.clone(), by.clone());
        self.write(move |op| remove(op, &source, &by, now)).await
    }
}

fn add(op: &mut Op<'_>, source: AddedSource, by: &Actor, now: DateTime<Utc>) -> Result<bool> {
    let added = op.tx.added();
    if added.iter().any(|known| known.id == source.id) {
        return Ok(false);
    }
    if added.len() >= MOST_ADDED {
        return Err(Refusal::TooManySources(MOST_ADDED).into());
    }
    let from = source.chat.as_ref().map(|chat| format!(", from {chat}"));
    let what = format!("{}{}", source.url(), from.unwrap_or_default());
    op.log(by, ("add-source", &source.id), &what, now);
    op.tx.set_added(source);
    Ok(true)
}

fn change(
    op: &mut Op<'_>,
    id: &SourceId,
    keys: SourceKeys,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<()> {
    let added = op.tx.added();
    let known = added.iter().find(|known| known.id == *id);
    let known = known.ok_or_else(|| Refusal::NoSource(id.clone()))?;
    let changed = AddedSource {
        keys,
        ..known.clone()
    };
    if changed.keys != known.keys {
        let keys = changed_keys(&known.keys, &changed.keys);
        op.log(by, ("edit-source", id), &keys, now);
        op.tx.set_added(changed);
    }
    Ok(())
}

/// Returns the names of the keys that differ.
pub(super) fn changed_keys(old: &SourceKeys, new: &SourceKeys) -> String {
    let differs = |key: &&String| old.get(*key) != new.get(*key);
    let gone = old.keys().filter(|key| !new.contains_key(*key));
    let changed = new.keys().filter(differs).chain(gone);
    let changed: Vec<&str> = changed.map(String::as_str).collect();
    changed.join(", ")
}

fn remove(op: &mut Op<'_>, id: &SourceId, by: &Actor, now: DateTime<Utc>) -> Result<bool> {
    let added = op.tx.added();
    let Some(source) = added.iter().find(|known| known.id == *id) else {
        return Ok(false);
    };
    op.tx.remove_added(id);
    for (channel, known) in op.tx.chats().all() {
        let mut chat = known.chat.clone();
        let Some(wanted) = chat.sources.as_mut() else {
            continue;
        };
        let before = wanted.len();
        wanted.retain(|wanted| wanted != id);
        if wanted.len() < before {
            op.tx.set_chat(channel, chat);
        }
    }
    if op.tx.knows_source(id) {
        let mut facts = op.tx.source(id);
        facts.fingerprint = [0; 16];
        op.tx.set_source(id, facts);
    }
    op.log(by, ("remove-source", id), source.url(), now);
    Ok(true)
}
