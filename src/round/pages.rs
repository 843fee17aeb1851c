//! Reads from the first page on down, until the rows connect to a known one.

use super::{
    reader::Reader,
    rows::{Rows, read_next},
};
use crate::{
    bulletin::{Article, BulletinState, Notice},
    ops::{Judged, Ruling, Store, StoreError},
};

/// The most further pages that are read until a row is known (promise 4).
const MOST_PAGES: usize = 10;

/// The rows of a poll, judged.
#[derive(Debug)]
pub(super) struct JudgedList {
    pub(super) notices: Vec<Notice>,
    pub(super) articles: Vec<Option<Article>>,
    pub(super) judged: Judged,
    /// The number of rows that are on the first page.
    pub(super) first_page: usize,
    /// True if no row is known on any page that could be read.
    pub(super) has_gap: bool,
}

impl JudgedList {
    /// Returns whether there is something that was not there before, or this is the first poll.
    pub(super) fn has_news(&self) -> bool {
        let is_news = |ruling: &Ruling| {
            matches!(
                ruling,
                Ruling::Unknown(BulletinState::Published | BulletinState::Held, _)
            )
        };
        self.judged.first_poll || self.judged.rulings.iter().any(is_news)
    }
}

/// Reads as many further pages as necessary, and judges the rows of all.
pub(super) async fn connect(
    store: &Store,
    reader: &Reader<'_>,
    mut rows: Rows,
) -> Result<JudgedList, StoreError> {
    let source = reader.source;
    let first_page = rows.notices.len();
    let mut pages = 1;
    loop {
        let next = rows.next_page.take();
        let is_last = next.is_none() || pages >= source.depth.max(MOST_PAGES);
        let judged = store.judge(&source.id, &rows.notices).await?;
        rows.turn = None;
        let wants_more = judged.unconnected || pages < source.depth;
        let Some(next) = next.filter(|_| wants_more && !is_last) else {
            return Ok(JudgedList {
                has_gap: judged.unconnected,
                notices: rows.notices,
                articles: rows.articles,
                judged,
                first_page,
            });
        };
        match read_next(reader, &next).await {
            Ok(further) => rows.append(further),
            Err(fault) => {
                tracing::warn!(source = %source.id, "page {} of the list, {next}: {}", pages + 1, fault.what);
            }
        }
        pages += 1;
    }
}
