//! Reads lists page by page in one snapshot.

mod lists;

use std::collections::HashSet;

use super::{
    export,
    rows::{
        self, BULLETIN, DELIVERY, ENTRY, all_signed, archived, channel_id, delivery, get, json,
        json_or_none, signed, unsigned,
    },
    session::Session,
};
use crate::{
    bulletin::{Bulletin, BulletinId, ChannelId, Delivery, DeliveryId, SeenKey, SourceId},
    policy::{
        audit::AuditRow,
        facts::{History, Report, Run},
    },
    store::{
        error::Result,
        query::{AuditQuery, BulletinQuery, DeliveryQuery, Page, PublishedCounts, Reader},
        record::Record,
    },
};

pub(super) struct PostgresReader<'a>(pub(super) Session<'a>);

impl Reader for PostgresReader<'_> {
    fn bulletin(&self, id: BulletinId) -> Result<Option<Bulletin>> {
        let asked = format!("SELECT {BULLETIN} FROM bulletins b WHERE b.id = $1");
        let row = self.0.row(&asked, &[&signed(id.0)])?;
        row.map(|row| Ok(archived(&row, 0)?.bulletin(id.0)))
            .transpose()
    }

    fn text(&self, id: BulletinId) -> Result<Option<String>> {
        let asked = "SELECT text FROM texts WHERE bulletin = $1";
        let row = self.0.row(asked, &[&signed(id.0)])?;
        row.map_or(Ok(None), |row| get(&row, 0))
    }

    fn with_texts(&self, ids: &[u64]) -> Result<Vec<(Bulletin, Option<String>)>> {
        let asked = format!(
            "SELECT {BULLETIN}, b.id, t.text FROM bulletins b LEFT JOIN texts t ON t.bulletin = b.id \
             WHERE b.id = ANY($1) ORDER BY b.id"
        );
        let rows = self.0.rows(&asked, &[&all_signed(ids)])?;
        let found = |row| {
            let id = unsigned(get(row, 2)?);
            Ok((archived(row, 0)?.bulletin(id), get(row, 3)?))
        };
        rows.iter().map(found).collect()
    }

    fn text_as_published(&self, id: BulletinId) -> Result<Option<String>> {
        let asked = "SELECT as_published FROM texts WHERE bulletin = $1";
        let row = self.0.row(asked, &[&signed(id.0)])?;
        row.map_or(Ok(None), |row| get(&row, 0))
    }

    fn history(&self, id: BulletinId) -> Result<History> {
        let asked = "SELECT history FROM revisions WHERE bulletin = $1";
        let row = self.0.row(asked, &[&signed(id.0)])?;
        let history = row.map_or(Ok(None), |row| json_or_none(&row, 0))?;
        Ok(history.unwrap_or_default())
    }

    fn bulletins(
        &self,
        query: &BulletinQuery,
        shown: Option<&HashSet<SourceId>>,
    ) -> Result<Page<Bulletin>> {
        lists::bulletins(&self.0, query, shown)
    }

    fn published_since(&self, sources: &[SourceId], since_ms: i64) -> Result<PublishedCounts> {
        lists::published_since(&self.0, sources, since_ms)
    }

    fn seen_anywhere(&self, address: SeenKey) -> Result<Option<BulletinId>> {
        let asked = "SELECT bulletin FROM seen JOIN sources ON sources.id = source \
                     WHERE key = $1 ORDER BY age LIMIT 1";
        let row = self.0.row(asked, &[&&address.0[..]])?;
        row.map(|row| get(&row, 0).map(|id| BulletinId(unsigned(id))))
            .transpose()
    }

    fn newest_held(&self) -> Result<Option<BulletinId>> {
        let asked = "SELECT id FROM bulletins WHERE state = 'held' ORDER BY id DESC LIMIT 1";
        let row = self.0.row(asked, &[])?;
        row.map(|row| get(&row, 0).map(|id| BulletinId(unsigned(id))))
            .transpose()
    }

    fn delivery(&self, id: DeliveryId) -> Result<Option<Delivery>> {
        let asked = format!("SELECT {ENTRY}, e.why, n.text FROM {DELIVERY} WHERE d.id = $1");
        let row = self.0.row(&asked, &[&signed(id.0)])?;
        row.map(|row| delivery(&row)).transpose()
    }

    fn deliveries(
        &self,
        query: &DeliveryQuery,
        _unfinished: Option<Vec<u64>>,
    ) -> Result<Page<Delivery>> {
        lists::deliveries(&self.0, query)
    }

    fn count_deliveries(&self, bulletin: BulletinId) -> Result<u64> {
        let asked = "SELECT count(*) FROM deliveries WHERE bulletin = $1";
        let row = self.0.row(asked, &[&signed(bulletin.0)])?;
        row.map_or(Ok(0), |row| get(&row, 0).map(unsigned))
    }

    fn who_has(&self, bulletin: BulletinId, channels: &[ChannelId]) -> Result<HashSet<ChannelId>> {
        let asked =
            "SELECT DISTINCT channel FROM deliveries WHERE bulletin = $1 AND channel = ANY($2)";
        let wanted: Vec<&str> = channels.iter().map(ChannelId::as_str).collect();
        let rows = self.0.rows(asked, &[&signed(bulletin.0), &wanted])?;
        rows.iter().map(|row| channel_id(row, 0)).collect()
    }

    fn run(&self, run: Run) -> Result<Vec<Delivery>> {
        let asked = format!(
            "SELECT {ENTRY}, e.why, n.text FROM {DELIVERY} \
             WHERE d.id >= $1 AND d.id < $2 ORDER BY d.id"
        );
        let (first, end) = (signed(run.first.0), signed(run.first.0 + run.count));
        let rows = self.0.rows(&asked, &[&first, &end])?;
        rows.iter().map(delivery).collect()
    }

    fn reports(&self) -> Result<Vec<Report>> {
        let rows = self
            .0
            .rows("SELECT report FROM reports ORDER BY first", &[])?;
        rows.iter().map(|row| json(row, 0)).collect()
    }

    fn audit(&self, query: &AuditQuery) -> Result<Page<AuditRow>> {
        lists::audit(&self.0, query)
    }

    fn export(&self, end: u64, take: &mut dyn FnMut(Record) -> Result<()>) -> Result<u64> {
        export::export(&self.0, rows::signed(end), take)
    }
}
