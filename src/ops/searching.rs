//! Searches bulletins. An index on disk follows the change feed; its candidates are verified on the texts, and later
//! changes are scanned, so that a search finds what a scan would. If there is no index yet, a search is a scan.

use std::collections::{BTreeSet, BinaryHeap, HashSet};

use super::{
    handle::Store,
    text_index::{Current, place},
};
use crate::{
    bulletin::{Bulletin, BulletinId, SourceId, fold},
    search::{Candidates, Question},
    store::{BulletinQuery, Collected, Page, Reader, Result, SearchedWords},
};

/// The number of changes that are read at once.
const PART: usize = 500;
/// The number of bulletins that a search verifies in addition to those that it shows, to count its hits; the same at
/// each search.
const MOST_COUNTED: usize = 100;
/// The same number if there is no index.
const MOST_SCANNED: usize = 500;

/// The number of bulletins that a search finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HitCount {
    Exactly(usize),
    /// An estimate from those that were checked.
    About(usize),
    Over(usize),
}

/// The result of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hits {
    pub page: Page<Bulletin>,
    /// The number of hits; `None` below the first page.
    pub count: Option<HitCount>,
}

impl Store {
    /// Returns bulletins that hold all words of a query, newest first, and their number. Without words it is the
    /// list of [`Store::bulletins`], uncounted.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub async fn search(&self, query: &BulletinQuery) -> Result<Hits> {
        let is_indexed = query.channel.is_none() && query.since.is_none();
        let current = match query.words.is_empty() {
            true => None,
            false if is_indexed => self.current_index().await?,
            false => None,
        };
        match current {
            Some(current) => match self.indexed(query, current).await? {
                Some(hits) => Ok(hits),
                None => self.scanned(query).await,
            },
            None => self.scanned(query).await,
        }
    }

    /// Returns the index with all changes up to now; `None` if there is none, or it fell behind.
    async fn current_index(&self) -> Result<Option<Current>> {
        let Some(mut current) = self.search.get() else {
            return Ok(None);
        };
        loop {
            let page = self.changes_after(current.read_to, PART).await?;
            if page.has_lost {
                return Ok(None);
            }
            current.note(&page.entries);
            if page.is_last() {
                return Ok(Some(current));
            }
        }
    }

    /// Searches by the index; `None` if the index cannot be read, or does not know the place.
    async fn indexed(&self, query: &BulletinQuery, current: Current) -> Result<Option<Hits>> {
        let (query, shown) = (query.clone(), self.shown(query));
        self.read(move |reader| {
            let before = match query.before {
                None => None,
                Some(id) => match reader.bulletin(id)? {
                    Some(bulletin) => Some(place(&bulletin)),
                    None => return Ok(None),
                },
            };
            let Some(candidates) = candidates(&query, shown.as_deref(), &current) else {
                return Ok(None);
            };
            let search = IndexedSearch {
                reader,
                words: SearchedWords::new(&query.words),
                query: &query,
                shown: shown.as_deref(),
                before,
            };
            search.hits(candidates, &current.changed).map(Some)
        })
        .await
    }

    async fn scanned(&self, query: &BulletinQuery) -> Result<Hits> {
        let is_counted = !query.words.is_empty() && query.before.is_none();
        let mut wider = query.clone();
        if is_counted {
            wider.limit = query.limit.map(|limit| limit.max(MOST_SCANNED));
        }
        let shown = self.shown(query);
        let mut page = self
            .read(move |reader| reader.bulletins(&wider, shown.as_deref()))
            .await?;
        let found = page.items.len();
        let count = match page.more {
            true => HitCount::Over(found),
            false => HitCount::Exactly(found),
        };
        let limit = query.limit.unwrap_or(usize::MAX);
        page.more |= found > limit;
        page.items.truncate(limit);
        let count = is_counted.then_some(count);
        Ok(Hits { page, count })
    }
}

/// Returns the candidates of the index, without later changes; `None` if it cannot be read.
fn candidates(
    query: &BulletinQuery,
    shown: Option<&HashSet<SourceId>>,
    current: &Current,
) -> Option<Candidates> {
    let words: Vec<String> = query.words.iter().map(|word| fold(word)).collect();
    let question = Question {
        words: &words,
        states: &query.states,
        is_wanted: &|sources| {
            query.source.as_ref().is_none_or(|it| sources.contains(it))
                && shown.is_none_or(|shown| sources.iter().any(|it| shown.contains(it)))
        },
    };
    let found = current.index.find(&question);
    let mut found = found
        .inspect_err(|error| tracing::warn!("the search index cannot be read: {error}"))
        .ok()?;
    found.places.retain(|(_, id)| !current.changed.contains(id));
    found.is_exact &= query.days.is_none() && query.due_from.is_none();
    Some(found)
}

struct IndexedSearch<'a> {
    reader: &'a dyn Reader,
    query: &'a BulletinQuery,
    words: SearchedWords,
    shown: Option<&'a HashSet<SourceId>>,
    before: Option<(i64, u64)>,
}

impl IndexedSearch<'_> {
    /// Verifies the candidates; `changed` are bulletins of which the index has an older version.
    fn hits(&self, candidates: Candidates, changed: &BTreeSet<u64>) -> Result<Hits> {
        let mut heap = BinaryHeap::from(candidates.places);
        for id in changed {
            heap.extend(self.verified(*id)?.map(|bulletin| place(&bulletin)));
        }
        let all = heap.len();
        let mut page = Collected::new(self.query.limit);
        let (mut checked, mut hits, mut is_full) = (0, 0, false);
        let most = MOST_COUNTED + self.query.limit.unwrap_or_default();
        while let Some(next) = heap.pop() {
            if self.query.given_up.is_cancelled() {
                break;
            }
            if self.before.is_some_and(|before| next >= before) {
                continue;
            }
            checked += 1;
            if let Some(bulletin) = self.verified(next.1)? {
                hits += 1;
                is_full = is_full || page.is_full(Some(bulletin));
            }
            let is_counted = candidates.is_exact || self.before.is_some() || checked >= most;
            if is_full && is_counted {
                break;
            }
        }
        let count = match heap.is_empty() {
            _ if candidates.is_exact => HitCount::Exactly(all),
            true => HitCount::Exactly(hits),
            false => HitCount::About(all * hits / checked.max(1)),
        };
        Ok(Hits {
            page: page.page(),
            count: self.before.is_none().then_some(count),
        })
    }

    /// Returns the bulletin, if it matches the search.
    fn verified(&self, id: u64) -> Result<Option<Bulletin>> {
        let id = BulletinId(id);
        let Some(bulletin) = self.reader.bulletin(id)? else {
            return Ok(None);
        };
        let is_asked = self.query.takes(&bulletin, self.shown)
            && self
                .words
                .are_in(bulletin.searched(), || self.reader.text(id))?;
        Ok(is_asked.then_some(bulletin))
    }
}
