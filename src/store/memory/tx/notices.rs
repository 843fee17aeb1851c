//! Keys by which notices are recognized.

use super::base::MemoryTx;
use crate::{
    bulletin::{Face, SeenKey, SourceId},
    policy::facts::Seen,
    store::{
        error::Result,
        tx::{Notices, Sources},
    },
};

impl Notices for MemoryTx<'_> {
    fn seen(&mut self, source: &SourceId, keys: &[SeenKey]) -> Result<Vec<Option<Seen>>> {
        let seen = &self.state.tables.seen;
        let find = |key: &SeenKey| seen.get(&(source.clone(), *key)).copied();
        Ok(keys.iter().map(find).collect())
    }

    fn set_seen(&mut self, source: &SourceId, key: SeenKey, seen: Seen) {
        self.enter_source(source);
        self.state.tables.seen.set((source.clone(), key), seen);
    }

    fn titled(&mut self, source: &SourceId, key: SeenKey) -> Result<Vec<u64>> {
        let (first, last) = ((source.clone(), key, 0), (source.clone(), key, u64::MAX));
        let titled = self.state.tables.titled.range(first..=last);
        Ok(titled.map(|((_, _, bulletin), _)| *bulletin).collect())
    }

    fn addresses(&mut self, source: &SourceId, key: SeenKey, bulletin: u64) -> Result<Option<u8>> {
        let key = (source.clone(), key, bulletin);
        Ok(self.state.tables.titled.get(&key).copied())
    }

    fn set_addresses(&mut self, source: &SourceId, key: SeenKey, bulletin: u64, count: u8) {
        self.enter_source(source);
        let key = (source.clone(), key, bulletin);
        self.state.tables.titled.set(key, count);
    }

    fn lookalikes(&mut self, face: &Face) -> Vec<u64> {
        self.state.twins.candidates(face)
    }

    fn set_face(&mut self, bulletin: u64, face: Face) {
        self.effects.faces.push((bulletin, face));
    }
}
