//! Provides the parts that all lists share: filters, pages, and the errors of either.

use chrono::{DateTime, FixedOffset, Utc};
use serde::{
    Deserialize, Serialize,
    de::{DeserializeOwned, IntoDeserializer, value},
};
use utoipa::ToSchema;

use crate::{
    bulletin::{ChannelId, SourceId, fold},
    ops::{Page, StoreError},
};

/// The default number of items in a list.
pub const DEFAULT_LIMIT: usize = 20;
/// The maximum number of items that one answer of the API has.
pub const MOST_ITEMS: usize = 500;

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Listing<T> {
    pub items: Vec<T>,
    /// The `cursor` of the next page; `null` on the last page.
    #[schema(required)]
    pub next: Option<String>,
}

/// The filter of a list: the options of the command line, the query of the API.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Filters {
    pub source: Option<SourceId>,
    pub channel: Option<ChannelId>,
    /// A state of the list's items.
    pub state: Option<String>,
    /// The time at or after which items were first seen, queued, or (sources) last changed.
    pub since: Option<DateTime<FixedOffset>>,
    /// The words that a bulletin must contain, or a source in its name, id, address or group; all of them.
    pub q: Option<String>,
    /// The maximum number of items; 0 for all.
    pub limit: usize,
    /// The `next` of an earlier page.
    pub cursor: Option<String>,
}

impl Default for Filters {
    fn default() -> Self {
        Self {
            source: None,
            channel: None,
            state: None,
            since: None,
            q: None,
            limit: DEFAULT_LIMIT,
            cursor: None,
        }
    }
}

/// The error of a list that cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    /// A filter that has no meaning for this list.
    #[error("`{name}`: {why}")]
    Filter { name: &'static str, why: String },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Filters {
    /// Returns the same filter for one answer of the API, which is bounded; `next` continues where it ends.
    #[must_use]
    pub fn bounded(self) -> Self {
        let limit = match self.limit {
            0 => MOST_ITEMS,
            limit => limit.min(MOST_ITEMS),
        };
        Self { limit, ..self }
    }

    pub(super) fn refuse(
        &self,
        name: &'static str,
        is_set: bool,
        why: &str,
    ) -> Result<(), ViewError> {
        if !is_set {
            return Ok(());
        }
        Err(ViewError::Filter {
            name,
            why: why.to_owned(),
        })
    }

    /// Rejects every filter, for lists that have none.
    pub(super) fn refuse_all_but_paging(&self, list: &str) -> Result<(), ViewError> {
        let why = format!("{list} cannot be filtered by this");
        self.refuse("source", self.source.is_some(), &why)?;
        self.refuse("channel", self.channel.is_some(), &why)?;
        self.refuse("state", self.state.is_some(), &why)?;
        self.refuse("since", self.since.is_some(), &why)?;
        self.refuse("q", self.q.is_some(), &why)
    }

    pub(super) fn refuse_words(&self, list: &str) -> Result<(), ViewError> {
        let why = format!("{list} cannot be searched");
        self.refuse("q", self.q.is_some(), &why)
    }

    /// Returns the words that must all be present, folded for comparison.
    pub(super) fn folded_words(&self) -> Vec<String> {
        let typed = self.q.as_deref().unwrap_or_default();
        typed.split_whitespace().map(fold).collect()
    }

    pub(super) fn parsed_state<S: DeserializeOwned>(&self) -> Result<Option<S>, ViewError> {
        let Some(text) = &self.state else {
            return Ok(None);
        };
        let text: value::StrDeserializer<'_, value::Error> = text.as_str().into_deserializer();
        S::deserialize(text)
            .map(Some)
            .map_err(|error| ViewError::Filter {
                name: "state",
                why: error.to_string(),
            })
    }

    pub(super) fn since_utc(&self) -> Option<DateTime<Utc>> {
        self.since.map(|since| since.to_utc())
    }

    pub(super) fn limit_of_query(&self) -> Option<usize> {
        (self.limit > 0).then_some(self.limit)
    }

    /// Returns the number that the cursor names.
    ///
    /// # Errors
    /// Fails if it is not a number.
    pub fn cursor_number(&self) -> Result<Option<u64>, ViewError> {
        let number = |text: &String| text.parse().map_err(|_| bad_cursor(text));
        self.cursor.as_ref().map(number).transpose()
    }
}

pub(super) fn bad_cursor(text: &str) -> ViewError {
    ViewError::Filter {
        name: "cursor",
        why: format!("`{text}` is not a place in this list; use the `next` of an earlier page"),
    }
}

/// Returns a page of a list that is short enough to be built as a whole; its cursor is the last id.
pub(super) fn page_of<T>(
    items: impl Iterator<Item = T>,
    id: impl Fn(&T) -> &str,
    filters: &Filters,
) -> Result<Listing<T>, ViewError> {
    let mut items: Vec<T> = items.collect();
    if let Some(cursor) = &filters.cursor {
        let last = items.iter().position(|item| id(item) == cursor);
        items.drain(..=last.ok_or_else(|| bad_cursor(cursor))?);
    }
    let limit = filters.limit_of_query().unwrap_or(usize::MAX);
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items
        .last()
        .filter(|_| more)
        .map(|last| id(last).to_owned());
    Ok(Listing { items, next })
}

pub(super) fn listing<R, T>(
    page: Page<R>,
    number: impl Fn(&R) -> u64,
    show: impl Fn(R) -> T,
) -> Listing<T> {
    let last = page.items.last().filter(|_| page.more);
    let next = last.map(|last| number(last).to_string());
    Listing {
        items: page.items.into_iter().map(show).collect(),
        next,
    }
}
