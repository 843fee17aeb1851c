//! Keys by which notices are recognized.

use std::collections::HashMap;

use super::base::PostgresTx;
use crate::{
    bulletin::{Face, SeenKey, SourceId},
    policy::{facts::Seen, twins},
    store::{
        error::Result,
        postgres::{
            rows::{all_unsigned, firsts, get, signed, unsigned},
            session::params,
        },
        tx::{Notices, Sources},
    },
};

impl Notices for PostgresTx<'_> {
    fn seen(&mut self, source: &SourceId, keys: &[SeenKey]) -> Result<Vec<Option<Seen>>> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let asked = "SELECT key, bulletin, had_guid, is_shared FROM seen \
                     WHERE source = $1 AND key = ANY($2)";
        let wanted: Vec<&[u8]> = keys.iter().map(|key| &key.0[..]).collect();
        let mut found: HashMap<Vec<u8>, Seen> = HashMap::new();
        for row in self.session.rows(asked, &[&source.as_str(), &wanted])? {
            let seen = Seen {
                bulletin: unsigned(get(&row, 1)?),
                had_guid: get(&row, 2)?,
                is_shared: get(&row, 3)?,
            };
            found.insert(get(&row, 0)?, seen);
        }
        Ok(keys
            .iter()
            .map(|key| found.get(&key.0[..]).copied())
            .collect())
    }

    fn set_seen(&mut self, source: &SourceId, key: SeenKey, seen: Seen) {
        self.enter_source(source);
        self.write(
            "INSERT INTO seen VALUES ($1, $2, $3, $4, $5) ON CONFLICT (source, key) DO UPDATE SET \
             bulletin = excluded.bulletin, had_guid = excluded.had_guid, \
             is_shared = excluded.is_shared",
            params![
                source.as_str().to_owned(),
                key.0.to_vec(),
                signed(seen.bulletin),
                seen.had_guid,
                seen.is_shared
            ],
        );
    }

    fn titled(&mut self, source: &SourceId, key: SeenKey) -> Result<Vec<u64>> {
        let asked = "SELECT bulletin FROM titled WHERE source = $1 AND key = $2 ORDER BY bulletin";
        let rows = self.session.rows(asked, &[&source.as_str(), &&key.0[..]])?;
        Ok(all_unsigned(firsts(&rows)?))
    }

    fn addresses(&mut self, source: &SourceId, key: SeenKey, bulletin: u64) -> Result<Option<u8>> {
        let asked = "SELECT addresses FROM titled WHERE source = $1 AND key = $2 AND bulletin = $3";
        let key = &key.0[..];
        let row = self
            .session
            .row(asked, &[&source.as_str(), &key, &signed(bulletin)])?;
        let count: Option<i16> = row.map(|row| get(&row, 0)).transpose()?;
        Ok(count.map(|count| u8::try_from(count).unwrap_or(u8::MAX)))
    }

    fn set_addresses(&mut self, source: &SourceId, key: SeenKey, bulletin: u64, count: u8) {
        self.enter_source(source);
        self.write(
            "INSERT INTO titled VALUES ($1, $2, $3, $4) ON CONFLICT (source, key, bulletin) \
             DO UPDATE SET addresses = excluded.addresses",
            params![
                source.as_str().to_owned(),
                key.0.to_vec(),
                signed(bulletin),
                i16::from(count)
            ],
        );
    }

    fn lookalikes(&mut self, face: &Face) -> Vec<u64> {
        let keys: Vec<i64> = twins::hashes(face).map(signed).collect();
        let asked = "SELECT DISTINCT found.bulletin FROM unnest($1::bigint[]) AS wanted, \
                     LATERAL (SELECT bulletin FROM faces WHERE key = wanted \
                              ORDER BY bulletin DESC LIMIT 8) AS found \
                     ORDER BY 1 DESC";
        let rows = self.session.rows_or_none(asked, &[&keys]);
        all_unsigned(firsts(&rows).unwrap_or_default())
    }

    fn set_face(&mut self, bulletin: u64, face: Face) {
        self.effects.faces.push((bulletin, face));
    }
}
