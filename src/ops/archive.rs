//! Reads bulletins and their deliveries.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use chrono::{DateTime, Utc};

use super::{
    corrections::{self, Edition},
    handle::Store,
};
use crate::{
    bulletin::{
        Bulletin, BulletinId, ChannelId, Delivery, DeliveryId, DeliveryState, Revision, SourceId,
    },
    store::{BulletinQuery, DeliveryQuery, Page, PublishedCounts, Result},
};

impl Store {
    /// # Errors
    /// Fails if the store cannot be read.
    pub async fn bulletin(&self, id: BulletinId) -> Result<Option<Bulletin>> {
        self.read(move |reader| reader.bulletin(id)).await
    }

    /// Returns the archived text, paragraphs separated by `\n`.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub async fn text(&self, id: BulletinId) -> Result<Option<String>> {
        self.read(move |reader| reader.text(id)).await
    }

    /// Returns the changes of a bulletin since it was published, oldest first.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub async fn revisions(&self, id: BulletinId) -> Result<Vec<Revision>> {
        self.read(move |reader| Ok(reader.history(id)?.revisions()))
            .await
    }

    /// Returns when each of these bulletins was last corrected; those that never were are left out.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub async fn corrected_at(
        &self,
        ids: Vec<BulletinId>,
    ) -> Result<HashMap<BulletinId, DateTime<Utc>>> {
        self.read(move |reader| {
            let mut times = HashMap::new();
            for id in ids {
                let revisions = reader.history(id)?.revisions();
                times.extend(revisions.last().map(|last| (id, last.at)));
            }
            Ok(times)
        })
        .await
    }

    /// Returns the edition that an update makes of its message; `None` if nothing was sent.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub async fn edition(&self, update: DeliveryId) -> Result<Option<Edition>> {
        self.ask(move |op| corrections::edition(op, update)).await?
    }

    /// Returns the text before characters were simplified or repaired, if it differs.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub async fn text_as_published(&self, id: BulletinId) -> Result<Option<String>> {
        self.read(move |reader| reader.text_as_published(id)).await
    }

    /// # Errors
    /// Fails if the store cannot be read.
    pub async fn bulletins(&self, query: &BulletinQuery) -> Result<Page<Bulletin>> {
        Ok(self.search(query).await?.page)
    }

    /// Counts the bulletins of each of these sources, first or also, that were published and first seen since a
    /// time.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub async fn published_since(
        &self,
        sources: Vec<SourceId>,
        since: DateTime<Utc>,
    ) -> Result<PublishedCounts> {
        let since_ms = since.timestamp_millis();
        self.read(move |reader| reader.published_since(&sources, since_ms))
            .await
    }

    /// Returns the sources that a bulletin must have, first or also; `None` for any.
    pub(super) fn shown(&self, query: &BulletinQuery) -> Option<Arc<HashSet<SourceId>>> {
        let public = || {
            let routes = self.routes.current();
            routes.map(|routes| routes.public()).unwrap_or_default()
        };
        match (query.public_only.then(public), &query.among) {
            (public, None) => public,
            (None, Some(among)) => Some(Arc::new(among.clone())),
            (Some(public), Some(among)) => {
                Some(Arc::new(public.intersection(among).cloned().collect()))
            }
        }
    }

    /// # Errors
    /// Fails if the store cannot be read.
    pub async fn delivery(&self, id: DeliveryId) -> Result<Option<Delivery>> {
        self.read(move |reader| reader.delivery(id)).await
    }

    /// # Errors
    /// Fails if the store cannot be read.
    pub async fn deliveries(&self, query: &DeliveryQuery) -> Result<Page<Delivery>> {
        let query = query.clone();
        let unfinished = match query.state {
            Some(state @ (DeliveryState::Queued | DeliveryState::Sending)) => {
                Some(self.ask(move |op| op.tx.unfinished(state)).await?)
            }
            _ => None,
        };
        self.read(move |reader| reader.deliveries(&query, unfinished))
            .await
    }

    /// Returns the number of deliveries of a bulletin, of all kinds and in all states.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub async fn count_deliveries(&self, id: BulletinId) -> Result<u64> {
        self.read(move |reader| reader.count_deliveries(id)).await
    }

    /// Returns those of `channels` that a bulletin was ever queued for.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub async fn who_has(
        &self,
        id: BulletinId,
        channels: Vec<ChannelId>,
    ) -> Result<HashSet<ChannelId>> {
        self.read(move |reader| reader.who_has(id, &channels)).await
    }
}
