//! Keys by which notices are recognized.

use super::base::SledTx;
use crate::{
    bulletin::{Face, SeenKey, SourceId},
    policy::facts::Seen,
    store::{
        error::Result,
        sled::{
            keys,
            rows::{decode_seen, encode_seen},
        },
        tx::Notices,
    },
};

impl Notices for SledTx<'_> {
    fn seen(&mut self, source: &SourceId, keys: &[SeenKey]) -> Result<Vec<Option<Seen>>> {
        let Some(number) = self.source_number(source) else {
            return Ok(vec![None; keys.len()]);
        };
        let seen = |key: &SeenKey| {
            let value = self
                .change
                .raw(&self.books.engine, &keys::seen(number, *key))?;
            Ok(value.and_then(|value| decode_seen(&value)))
        };
        keys.iter().map(seen).collect()
    }

    fn set_seen(&mut self, source: &SourceId, key: SeenKey, seen: Seen) {
        let number = self.intern_source(source);
        let value = encode_seen(seen);
        self.change.writes.set(keys::seen(number, key), value);
    }

    fn titled(&mut self, source: &SourceId, key: SeenKey) -> Result<Vec<u64>> {
        let Some(number) = self.source_number(source) else {
            return Ok(Vec::new());
        };
        let prefix = keys::titled(number, key);
        let rows = self.change.rows(&self.books.engine, &prefix)?;
        Ok(rows.keys().map(|key| keys::last_number(key)).collect())
    }

    fn addresses(&mut self, source: &SourceId, key: SeenKey, bulletin: u64) -> Result<Option<u8>> {
        let Some(number) = self.source_number(source) else {
            return Ok(None);
        };
        let key = keys::titled_as(number, key, bulletin);
        let value = self.change.raw(&self.books.engine, &key)?;
        Ok(value.map(|value| value.first().copied().unwrap_or(1)))
    }

    fn set_addresses(&mut self, source: &SourceId, key: SeenKey, bulletin: u64, count: u8) {
        let number = self.intern_source(source);
        let key = keys::titled_as(number, key, bulletin);
        self.change.writes.set(key, vec![count]);
    }

    fn lookalikes(&mut self, face: &Face) -> Vec<u64> {
        self.books.twins.candidates(face)
    }

    fn set_face(&mut self, bulletin: u64, face: Face) {
        self.change.faces.push((bulletin, face));
    }
}
