//! The change feed.

use tokio_postgres::types::Json;

use super::base::PostgresTx;
use crate::{
    policy::change_feed::{FeedBounds, FeedEntry, FeedEvent},
    store::{
        error::Result,
        postgres::{
            rows::{get, json, signed, unsigned},
            session::params,
        },
        tx::Feed,
    },
};

impl Feed for PostgresTx<'_> {
    fn record_change(&mut self, event: FeedEvent, now_ms: i64) {
        self.effects.changes += 1;
        self.write(
            "INSERT INTO changes SELECT coalesce(max(number), 0) + 1, $1, $2 FROM changes",
            params![now_ms, Json(event)],
        );
    }

    fn feed_bounds(&mut self) -> Result<FeedBounds> {
        let asked = "SELECT coalesce(min(number), 1), coalesce(max(number), 0) FROM changes";
        let row = self.session.row(asked, &[])?;
        let bounds = row.map_or(Ok((1, 0)), |row| Ok((get(&row, 0)?, get(&row, 1)?)));
        bounds.map(|(oldest, newest)| FeedBounds {
            oldest: unsigned(oldest),
            newest: unsigned(newest),
        })
    }

    fn changes_after(&mut self, after: u64, most: usize) -> Result<Vec<FeedEntry>> {
        let asked = "SELECT number, at_ms, event FROM changes WHERE number > $1 \
                     ORDER BY number LIMIT $2";
        let after = i64::try_from(after).unwrap_or(i64::MAX);
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let rows = self.session.rows(asked, &[&after, &most])?;
        let entry = |row| {
            Ok(FeedEntry {
                number: unsigned(get(row, 0)?),
                at_ms: get(row, 1)?,
                event: json(row, 2)?,
            })
        };
        rows.iter().map(entry).collect()
    }

    fn forget_changes(&mut self, below: u64) -> Result<()> {
        self.write(
            "DELETE FROM changes WHERE number < $1 AND number < (SELECT max(number) FROM changes)",
            params![signed(below)],
        );
        Ok(())
    }
}
