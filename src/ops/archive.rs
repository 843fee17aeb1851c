//! Reads of bulletins and their deliveries.

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
    /// The store cannot be read.
    pub async fn bulletin(&self, id: BulletinId) -> Result<Option<Bulletin>> {
        self.read(move |reader| reader.bulletin(id)).await
    }

    /// The archived text, paragraphs separated by `\n`.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn text(&self, id: BulletinId) -> Result<Option<String>> {
        self.read(move |reader| reader.text(id)).await
    }

    /// Returns what changed in a bulletin since it was published, oldest first.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn revisions(&self, id: BulletinId) -> Result<Vec<Revision>> {
        self.read(move |reader| Ok(reader.history(id)?.revisions()))
            .await
    }

    /// Returns when each of these was last corrected; without those that never were.
    ///
    /// # Errors
    /// The store cannot be read.
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

    /// Returns what an update is to make of the message that it is for; None: nothing was sent.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn edition(&self, update: DeliveryId) -> Result<Option<Edition>> {
        self.ask(move |op| corrections::edition(op, update)).await?
    }

    /// The text before characters were simplified or repaired, where it differs.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn text_as_published(&self, id: BulletinId) -> Result<Option<String>> {
        self.read(move |reader| reader.text_as_published(id)).await
    }

    /// # Errors
    /// The store cannot be read.
    pub async fn bulletins(&self, query: &BulletinQuery) -> Result<Page<Bulletin>> {
        Ok(self.search(query).await?.page)
    }

    /// How many bulletins of each of these sources, first or also, were published and first seen since a time.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn published_since(
        &self,
        sources: Vec<SourceId>,
        since: DateTime<Utc>,
    ) -> Result<PublishedCounts> {
        let since_ms = since.timestamp_millis();
        self.read(move |reader| reader.published_since(&sources, since_ms))
            .await
    }

    /// Returns the sources that a bulletin must be of, first or also; None: any.
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
    /// The store cannot be read.
    pub async fn delivery(&self, id: DeliveryId) -> Result<Option<Delivery>> {
        self.read(move |reader| reader.delivery(id)).await
    }

    /// # Errors
    /// The store cannot be read.
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

    /// Returns how many deliveries a bulletin has, of all kinds and in all states.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn count_deliveries(&self, id: BulletinId) -> Result<u64> {
        self.read(move |reader| reader.count_deliveries(id)).await
    }

    /// Those of `channels` that a bulletin was ever queued for.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn who_has(
        &self,
        id: BulletinId,
        channels: Vec<ChannelId>,
    ) -> Result<HashSet<ChannelId>> {
        self.read(move |reader| reader.who_has(id, &channels)).await
    }
}
