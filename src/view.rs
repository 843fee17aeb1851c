//! Defines the JSON shapes, the same for `--json` and the API, and the lists of them.
//!
//! It knows the store and the config, and nothing of HTTP or terminals. Read [`bulletins`] first: the other lists are
//! like it.

mod listing;
mod running;
mod shape;
mod stamp;
mod timeline;

use std::collections::{HashMap, HashSet};

use chrono::Utc;

pub use listing::{DEFAULT_LIMIT, Filters, Listing, MOST_ITEMS, ViewError};
pub use running::{Audit, Token, Worker};
pub use shape::{Bulletin, Channel, ChannelState, Delivery, Source, SourceState};
pub use stamp::Stamp;
pub use timeline::{Happening, HappeningKind, timeline};

use self::listing::{bad_cursor, listing, page_of};
use crate::{
    bulletin::{
        self, BulletinId, BulletinState, ChannelId, DeliveryId, DeliveryState, Reason, SourceId,
        Subscribe, fold,
    },
    config::Config,
    ops::{
        AuditPlace, AuditQuery, BulletinQuery, ChannelStatus, DeliveryQuery, Refusal, SourceStatus,
        Store,
    },
};

/// Returns sources in config order. `channel` keeps those that it has; `since` those that changed.
///
/// # Errors
/// Fails if a filter cannot be used, or if the store fails.
pub async fn sources(
    store: &Store,
    config: &Config,
    filters: &Filters,
) -> Result<Listing<Source>, ViewError> {
    let state: Option<SourceState> = filters.parsed_state()?;
    let words = filters.folded_words();
    let channel = match &filters.channel {
        Some(id) => Some(known_channel(store, config, id)?),
        None => None,
    };
    let statuses = store.sources().await?;
    let statuses: HashMap<&SourceId, &SourceStatus> =
        statuses.iter().map(|status| (&status.id, status)).collect();
    let bot = bot_link(config, &store.bot_name().await?);
    let named = config.sources.iter().filter(|it| is_called(it, &words));
    let sources = named.map(|source| {
        let status = statuses.get(&source.id).copied();
        let mut shown = Source::new(source, status, config.time_zone);
        let bot = bot.as_ref().filter(|_| source.public);
        shown.link = bot.map(|bot| format!("{bot}?start={}", source.id));
        shown
    });
    let chosen = sources.filter(|source| {
        filters.source.as_ref().is_none_or(|id| *id == source.id)
            && channel
                .as_ref()
                .is_none_or(|channel| channel.wants(&source.id))
            && state.is_none_or(|state| state == source.state)
            && filters.since.is_none_or(|since| {
                source
                    .last_changed
                    .is_some_and(|changed| changed.0 >= since)
            })
    });
    page_of(chosen, |source| source.id.as_str(), filters)
}

/// Returns whether all words are in the names of a source.
fn is_called(source: &bulletin::Source, words: &[String]) -> bool {
    let (id, url) = (source.id.as_str(), source.url.as_str());
    let group = source.group.as_deref().unwrap_or_default();
    let known_by = fold(&[source.name.as_str(), id, url, group].join("\n"));
    words.iter().all(|word| known_by.contains(word))
}

/// Returns the bot's address, if people may subscribe with it; its `?start=SOURCE` subscribes.
#[must_use]
pub fn bot_link(config: &Config, name: &str) -> Option<String> {
    let telegram = config.telegram.as_ref()?;
    let is_open = telegram.subscribe != Subscribe::Nobody && !name.is_empty();
    is_open.then(|| format!("https://t.me/{name}"))
}

/// Returns channels in config order, then chats that subscribed on their own.
///
/// # Errors
/// Fails if a filter cannot be used, or if the store fails.
pub async fn channels(
    store: &Store,
    config: &Config,
    filters: &Filters,
) -> Result<Listing<Channel>, ViewError> {
    channels_beside(store, config, filters, |_| None).await
}

/// Returns the same, where `sender_fault` returns why the sender of a channel cannot send anything.
///
/// # Errors
/// Fails if a filter cannot be used, or if the store fails.
pub async fn channels_beside(
    store: &Store,
    config: &Config,
    filters: &Filters,
    sender_fault: impl Fn(&ChannelId) -> Option<Reason>,
) -> Result<Listing<Channel>, ViewError> {
    filters.refuse(
        "since",
        filters.since.is_some(),
        "channels cannot be filtered by time",
    )?;
    filters.refuse_words("channels")?;
    let state: Option<ChannelState> = filters.parsed_state()?;
    let statuses = store.channels().await?;
    let known: HashMap<&ChannelId, &ChannelStatus> =
        statuses.iter().map(|status| (&status.id, status)).collect();
    let of_config: HashSet<&ChannelId> = config.channels.iter().map(|it| &it.id).collect();
    let configured = config.channels.iter();
    let configured =
        configured.map(|channel| Channel::new(channel, known.get(&channel.id).copied()));
    let subscribed = statuses
        .iter()
        .filter(|status| !of_config.contains(&status.id))
        .map(Channel::subscribed);
    let all = configured.chain(subscribed).map(|channel| {
        let fault = sender_fault(&channel.id);
        channel.beside(fault)
    });
    let chosen = all.filter(|channel| {
        filters.channel.as_ref().is_none_or(|id| *id == channel.id)
            && filters.source.as_ref().is_none_or(|id| channel.has(id))
            && state.is_none_or(|state| state == channel.state)
    });
    page_of(chosen, |channel| channel.id.as_str(), filters)
}

/// Returns bulletins, newest first.
///
/// # Errors
/// Fails if a filter cannot be used, or if the store fails.
pub async fn bulletins(
    store: &Store,
    config: &Config,
    filters: &Filters,
) -> Result<Listing<Bulletin>, ViewError> {
    let state: Option<BulletinState> = filters.parsed_state()?;
    let page = store
        .bulletins(&BulletinQuery {
            source: filters.source.clone(),
            states: state.into_iter().collect(),
            channel: filters.channel.clone(),
            since: filters.since_utc(),
            words: search_words(filters.q.as_deref().unwrap_or_default()),
            before: filters.cursor_number()?.map(BulletinId),
            limit: filters.limit_of_query(),
            ..BulletinQuery::default()
        })
        .await?;
    Ok(listing(
        page,
        |bulletin| bulletin.id.0,
        |bulletin| Bulletin::new(bulletin, config.time_zone),
    ))
}

/// Returns the words of a search as typed. A search is a few words; more would only cost time.
#[must_use]
pub fn search_words(asked: &str) -> Vec<String> {
    const MOST_CHARS: usize = 100;
    const MOST_WORDS: usize = 8;
    let asked: String = asked.chars().take(MOST_CHARS).collect();
    let words = asked.split_whitespace().take(MOST_WORDS);
    words.map(str::to_owned).collect()
}

/// Returns the bulletins that wait for an admin, newest first.
///
/// # Errors
/// Fails if a filter cannot be used, or if the store fails.
pub async fn held(
    store: &Store,
    config: &Config,
    filters: &Filters,
) -> Result<Listing<Bulletin>, ViewError> {
    let is_other = filters
        .state
        .as_deref()
        .is_some_and(|state| state != "held");
    filters.refuse("state", is_other, "this list contains only held bulletins")?;
    let held = Filters {
        state: Some("held".to_owned()),
        ..filters.clone()
    };
    bulletins(store, config, &held).await
}

/// Returns deliveries, newest first.
///
/// # Errors
/// Fails if a filter cannot be used, or if the store fails.
pub async fn deliveries(
    store: &Store,
    config: &Config,
    filters: &Filters,
) -> Result<Listing<Delivery>, ViewError> {
    let state: Option<DeliveryState> = filters.parsed_state()?;
    filters.refuse_words("deliveries")?;
    let page = store
        .deliveries(&DeliveryQuery {
            source: filters.source.clone(),
            channel: filters.channel.clone(),
            bulletin: None,
            state,
            since: filters.since_utc(),
            before: filters.cursor_number()?.map(DeliveryId),
            limit: filters.limit_of_query(),
        })
        .await?;
    Ok(listing(
        page,
        |delivery| delivery.id.0,
        |delivery| Delivery::new(delivery, config.time_zone),
    ))
}

/// Returns tokens of programs, oldest first.
///
/// # Errors
/// Fails if a filter cannot be used, or if the store fails.
pub async fn tokens(
    store: &Store,
    config: &Config,
    filters: &Filters,
) -> Result<Listing<Token>, ViewError> {
    filters.refuse_all_but_paging("tokens")?;
    let all = store.tokens().await?;
    let of_programs = all.iter().filter(|token| !token.is_session());
    let shown = of_programs.map(|token| Token::new(token, config.time_zone));
    page_of(shown, |token| token.id.as_str(), filters)
}

/// Returns the audit log, newest first.
///
/// # Errors
/// Fails if a filter cannot be used, or if the store fails.
pub async fn audit(
    store: &Store,
    config: &Config,
    filters: &Filters,
) -> Result<Listing<Audit>, ViewError> {
    let why = "the audit log can only be filtered by `since`";
    filters.refuse("source", filters.source.is_some(), why)?;
    filters.refuse("channel", filters.channel.is_some(), why)?;
    filters.refuse("state", filters.state.is_some(), why)?;
    let cursor = filters.cursor.as_ref();
    let place = |text: &String| place_of(text).ok_or_else(|| bad_cursor(text));
    let page = store
        .audit(&AuditQuery {
            since: filters.since_utc(),
            before: cursor.map(place).transpose()?,
            limit: filters.limit_of_query(),
        })
        .await?;
    let last = page.items.last().filter(|_| page.more);
    let next = last.map(|row| format!("{}.{}", row.place.at_ms, row.place.counter));
    let items = page.items.into_iter();
    let items = items.map(|row| Audit::new(row, config.time_zone)).collect();
    Ok(Listing { items, next })
}

/// Returns workers that are alive, by id.
///
/// # Errors
/// Fails if a filter cannot be used, or if the store fails.
pub async fn workers(
    store: &Store,
    config: &Config,
    filters: &Filters,
) -> Result<Listing<Worker>, ViewError> {
    filters.refuse_all_but_paging("workers")?;
    let workers = store.workers(Utc::now()).await?;
    let shown = workers.into_iter();
    let shown = shown.map(|worker| Worker::new(worker, config.time_zone));
    page_of(shown, |worker| worker.id.as_str(), filters)
}

/// Parses a place in the audit log from a cursor: the time in ms, a dot, a number.
fn place_of(cursor: &str) -> Option<AuditPlace> {
    let (at_ms, counter) = cursor.split_once('.')?;
    Some(AuditPlace {
        at_ms: at_ms.parse().ok()?,
        counter: counter.parse().ok()?,
    })
}

/// Returns a page of the events of a bulletin, oldest first.
///
/// # Errors
/// Fails if a filter cannot be used, if there is no such bulletin, or if the store fails.
pub async fn timeline_page(
    store: &Store,
    config: &Config,
    id: BulletinId,
    filters: &Filters,
) -> Result<Listing<Happening>, ViewError> {
    filters.refuse_all_but_paging("timelines")?;
    let all = timeline(store, config, id).await?;
    let from = match &filters.cursor {
        Some(cursor) => cursor.parse().map_err(|_| bad_cursor(cursor))?,
        None => 0_usize,
    };
    let limit = filters.limit_of_query().unwrap_or(usize::MAX);
    let end = from.saturating_add(limit);
    let next = (end < all.len()).then(|| end.to_string());
    let items = all.into_iter().skip(from).take(limit).collect();
    Ok(Listing { items, next })
}

fn known_channel(
    store: &Store,
    config: &Config,
    id: &ChannelId,
) -> Result<crate::bulletin::Channel, ViewError> {
    let configured = config.channels.iter().find(|channel| channel.id == *id);
    let found = configured.cloned().or_else(|| store.chat(id)?.channel(id));
    found.ok_or_else(|| ViewError::Store(Refusal::NoChannel(id.clone()).into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(limit: usize, cursor: Option<&str>) -> Listing<&'static str> {
        let filters = Filters {
            limit,
            cursor: cursor.map(str::to_owned),
            ..Filters::default()
        };
        page_of(["a", "b", "c"].into_iter(), |name| name, &filters).unwrap()
    }

    #[test]
    fn a_list_goes_on_after_its_cursor_and_ends_without_one() {
        let first = names(2, None);
        assert_eq!(first.items, ["a", "b"]);
        assert_eq!(first.next.as_deref(), Some("b"));
        let second = names(2, first.next.as_deref());
        assert_eq!(second.items, ["c"]);
        assert_eq!(second.next, None);
    }

    #[test]
    fn a_limit_of_0_is_all() {
        assert_eq!(names(0, None).items.len(), 3);
    }

    #[test]
    fn a_state_that_the_list_does_not_have_is_refused_with_those_it_has() {
        let filters = Filters {
            state: Some("sent".to_owned()),
            ..Filters::default()
        };
        let error = filters.parsed_state::<SourceState>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "`state`: unknown variant `sent`, expected one of `ok`, `failing`, `paused`, `held`"
        );
    }
}
