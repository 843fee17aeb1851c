//! Keeps the index in step with the store: it is built once, in the background, and then takes in changes.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::{
    handle::{Store, blocking},
    text_index::{Current, place},
};
use crate::{
    bulletin::{Bulletin, BulletinId, fold},
    search::{Anchor, Document, Index, Progress, grams},
    store::{Refusal, Result, StoreError},
};

/// The number of changed bulletins that are written together; until then each search scans them.
const MANY: usize = 64;
/// The number of changes after which a place in the feed is written, so that it is not lost while only deliveries
/// change.
const FAR: u64 = 20_000;
/// The number of bulletins that are read at once; below, the number of grams.
const CHUNK: u64 = 256;
const MOST_GRAMS: usize = 400_000;
/// The number of texts of these that are in memory at once.
const READ_AT_ONCE: usize = 16;
/// The number of changes that are read at once.
const PART: usize = 500;
/// The pause between two parts.
const REST: Duration = Duration::from_secs(1);
/// The pause before an index that cannot be written is tried again.
const PAUSE: Duration = Duration::from_secs(60);

/// The reasons why following ended.
enum Ended {
    /// Following was stopped.
    Stopped,
    /// The index lacks changes that are no longer known.
    FellBehind,
}

/// An error while following.
enum Trouble {
    Store(StoreError),
    Index(io::Error),
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Index(error)
    }
}

impl Store {
    /// Maintains the index of all texts in `folder` until `stop`: a search scans if there is none. An error of the
    /// index is reported, and the index is built again.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub async fn keep_index(&self, folder: PathBuf, stop: CancellationToken) -> Result<()> {
        loop {
            let ended = self.keep_one_index(&folder, &stop).await;
            self.search.set(None);
            match ended {
                Ok(Ended::Stopped) => return Ok(()),
                Ok(Ended::FellBehind) => {
                    tracing::info!("the search index missed changes and is rebuilt");
                }
                Err(Trouble::Store(StoreError::Refused(Refusal::Away(_)))) => tokio::select! {
                    () = stop.cancelled() => return Ok(()),
                    () = self.until_present() => {}
                },
                Err(Trouble::Store(error)) => return Err(error),
                Err(Trouble::Index(error)) => {
                    let folder = folder.display();
                    tracing::warn!(
                        "the search index in {folder} cannot be kept: {error}; searches scan meanwhile"
                    );
                    tokio::select! {
                        () = stop.cancelled() => return Ok(()),
                        () = sleep(PAUSE) => {}
                    }
                }
            }
        }
    }

    async fn keep_one_index(
        &self,
        folder: &Path,
        stop: &CancellationToken,
    ) -> std::result::Result<Ended, Trouble> {
        let index = match self.opened(folder).await? {
            Some(index) => index,
            None => {
                let (folder, newest) = (folder.to_owned(), *self.newest_change().borrow());
                io_of(move || Index::create(&folder, newest)).await?
            }
        };
        let index = Arc::new(index);
        if !self.build(&index, stop).await? {
            return Ok(Ended::Stopped);
        }
        self.follow(index, stop).await
    }

    /// Opens an existing index, if it is of this store and whole.
    async fn opened(&self, folder: &Path) -> Result<Option<Index>> {
        let folder = folder.to_owned();
        let index = match io_of(move || Index::open(&folder)).await {
            Ok(index) => index,
            Err(error) => {
                if error.kind() != io::ErrorKind::NotFound {
                    tracing::warn!("the search index is rebuilt: {error}");
                }
                return Ok(None);
            }
        };
        let progress = index.progress();
        let has_lost = self.changes_after(progress.change, 1).await?.has_lost;
        let is_of_this_store = match progress.anchor {
            None => true,
            Some(anchor) => {
                let known = self.bulletin(BulletinId(anchor.bulletin)).await?;
                known.is_some_and(|known| anchor_of(&known) == anchor)
            }
        };
        Ok(Some(index).filter(|_| !has_lost && is_of_this_store))
    }

    /// Indexes all archived bulletins; returns false if it was stopped.
    async fn build(
        &self,
        index: &Arc<Index>,
        stop: &CancellationToken,
    ) -> std::result::Result<bool, Trouble> {
        let Some(mut built_to) = index.progress().built_to else {
            return Ok(true);
        };
        let end = self.ask(|op| op.tx.counts().next_bulletin).await?;
        while built_to + 1 < end {
            if stop.is_cancelled() {
                return Ok(false);
            }
            let (from, to) = (built_to + 1, end.min(built_to + 1 + CHUNK));
            let ids = (from..to).collect();
            let (documents, last) = self.documents(ids).await?;
            built_to = last;
            let built_to = Some(last);
            self.write_index(index, documents, |progress| Progress {
                built_to,
                ..progress
            })
            .await?;
        }
        let whole = |progress| Progress {
            built_to: None,
            ..progress
        };
        self.write_index(index, Documents::default(), whole).await?;
        tracing::info!(bulletins = index.documents(), "the search index is built");
        Ok(true)
    }

    async fn follow(
        &self,
        index: Arc<Index>,
        stop: &CancellationToken,
    ) -> std::result::Result<Ended, Trouble> {
        let mut newest = self.newest_change();
        let mut current = Current {
            read_to: index.progress().change,
            changed: std::collections::BTreeSet::new(),
            index,
        };
        loop {
            newest.mark_unchanged();
            let page = self.changes_after(current.read_to, PART).await?;
            if page.has_lost {
                return Ok(Ended::FellBehind);
            }
            current.note(&page.entries);
            let is_last = page.is_last();
            let is_far = current.read_to - current.index.progress().change >= FAR;
            if current.changed.len() >= MANY || is_far {
                self.flush(&mut current).await?;
            }
            if !is_last {
                continue;
            }
            self.search.set(Some(current.clone()));
            tokio::select! {
                () = stop.cancelled() => return Ok(Ended::Stopped),
                changed = newest.changed() => if changed.is_err() {
                    return Ok(Ended::Stopped);
                }
            }
            // Each search reads the latest changes anyway: thousands of deliveries a minute are read in a few parts.
            tokio::select! {
                () = stop.cancelled() => return Ok(Ended::Stopped),
                () = sleep(REST) => {}
            }
        }
    }

    /// Writes the changes. A disk that is nearly full is left alone: searches scan the changes.
    async fn flush(&self, current: &mut Current) -> std::result::Result<(), Trouble> {
        if self.engine.disk_low().is_some() {
            return Ok(());
        }
        let mut ids: Vec<u64> = current.changed.iter().copied().collect();
        let change = current.read_to;
        while !ids.is_empty() {
            let (documents, last) = self.documents(ids.clone()).await?;
            ids.retain(|id| *id > last);
            let same = |progress| progress;
            self.write_index(&current.index, documents, same).await?;
        }
        let reached = |progress| Progress { change, ..progress };
        self.write_index(&current.index, Documents::default(), reached)
            .await?;
        current.changed.clear();
        Ok(())
    }

    /// Returns the documents of the first of some bulletins, and the number up to which they are included.
    async fn documents(&self, ids: Vec<u64>) -> Result<(Documents, u64)> {
        self.read(move |reader| {
            let (mut documents, mut last, mut grams) = (Documents::default(), 0, 0);
            for part in ids.chunks(READ_AT_ONCE) {
                for (bulletin, text) in reader.with_texts(part)? {
                    documents.anchor.get_or_insert(anchor_of(&bulletin));
                    let document = document(&bulletin, &text.unwrap_or_default());
                    grams += document.grams.len();
                    documents.all.push(document);
                }
                last = part.last().copied().unwrap_or_default();
                if grams >= MOST_GRAMS {
                    break;
                }
            }
            Ok((documents, last))
        })
        .await
    }

    async fn write_index(
        &self,
        index: &Arc<Index>,
        documents: Documents,
        reached: impl FnOnce(Progress) -> Progress,
    ) -> std::result::Result<(), Trouble> {
        let before = index.progress();
        let anchor = before.anchor.or(documents.anchor);
        let progress = reached(Progress { anchor, ..before });
        let index = Arc::clone(index);
        Ok(io_of(move || index.add(&documents.all, progress)).await?)
    }
}

#[derive(Default)]
struct Documents {
    all: Vec<Document>,
    anchor: Option<Anchor>,
}

fn anchor_of(bulletin: &Bulletin) -> Anchor {
    Anchor {
        bulletin: bulletin.id.0,
        first_seen_ms: bulletin.first_seen.timestamp_millis(),
    }
}

fn document(bulletin: &Bulletin, text: &str) -> Document {
    let mut folded = bulletin.searched().folded();
    folded += &fold(text);
    let (newest_ms, id) = place(bulletin);
    Document {
        id,
        newest_ms,
        state: bulletin.state,
        sources: bulletin.sources().cloned().collect(),
        grams: grams::of_text(&folded),
    }
}

async fn io_of<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let done = blocking(move || Ok(work())).await;
    done.unwrap_or_else(|error| Err(io::Error::other(error.to_string())))
}
