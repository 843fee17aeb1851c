//! Sources that were added from chats. They are watched as those of the config are: whoever makes a
//! config joins them to it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::sync::watch;

use super::{handle::Store, op::Op};
use crate::{
    bulletin::{AddedSource, SourceId},
    policy::audit::Actor,
    store::Result,
};

impl Store {
    /// Sources that were added from chats, oldest first; changes when one is, or is removed.
    #[must_use]
    pub fn added_sources(&self) -> watch::Receiver<Arc<Vec<AddedSource>>> {
        self.engine.added_sources()
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
        self.write(move |op| add(op, source, &by, now)).await
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
        self.write(move |op| remove(op, &source, &by, now)).await
    }
}

fn add(op: &mut Op<'_>, source: AddedSource, by: &Actor, now: DateTime<Utc>) -> Result<()> {
    if op.tx.added().iter().any(|known| known.id == source.id) {
        return Ok(());
    }
    let what = format!("{}, from {}", source.url, source.chat);
    op.log(by, ("add-source", &source.id), &what, now);
    op.tx.set_added(source);
    Ok(())
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
    op.log(by, ("remove-source", id), source.url.as_str(), now);
    Ok(true)
}
