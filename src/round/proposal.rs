//! Proposes to an admin which rows might be the list, for a page that is no longer a list.

use std::collections::HashSet;

use super::{fault::Fault, reader::Reader};
use crate::{
    bulletin::{ReadAs, canonical_url},
    ops::{BulletinQuery, Store, StoreError},
};

/// The number of the newest bulletins that are searched for on the page.
const MOST_KNOWN: usize = 300;

/// Adds to a fault the rule that might read the page, if the source was a list before and its own selectors gave no
/// better advice.
pub(super) async fn added(
    store: &Store,
    reader: &Reader<'_>,
    mut fault: Fault,
) -> Result<Fault, StoreError> {
    let source = reader.source;
    let is_list = matches!(source.kind, ReadAs::Auto | ReadAs::List);
    let was_read = store.poll_state(&source.id).rows.is_some();
    let advised = fault.what.contains("[source.select]");
    let Some(page) = fault
        .seen
        .take()
        .filter(|_| is_list && was_read && !advised)
    else {
        return Ok(fault);
    };
    let query = BulletinQuery {
        source: Some(source.id.clone()),
        limit: Some(MOST_KNOWN),
        ..BulletinQuery::default()
    };
    let known = store.bulletins(&query).await?.items;
    let known: HashSet<String> = known
        .into_iter()
        .flat_map(|bulletin| [canonical_url(&bulletin.url), bulletin.title])
        .collect();
    if let Ok(Some(proposal)) = reader.proposal(*page, known).await {
        fault.what = format!("{}; {proposal}", fault.what);
    }
    Ok(fault)
}
