//! Makes equal requests at the same time once; all callers share the answer.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

use futures::{
    FutureExt,
    future::{BoxFuture, Shared, WeakShared},
};

type Flight<V> = Shared<BoxFuture<'static, V>>;
type Flights<K, V> = Arc<Mutex<HashMap<Arc<K>, WeakShared<BoxFuture<'static, V>>>>>;

/// The work in flight, by request. When no caller waits any longer, the work is dropped.
#[derive(Debug)]
pub(super) struct InFlight<K, V: Clone>(Flights<K, V>);

impl<K, V> InFlight<K, V>
where
    K: Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    pub(super) fn new() -> Self {
        Self(Arc::default())
    }

    /// Returns the flight for `key`: the one under way, or the one that `work` begins.
    pub(super) fn join(
        &self,
        key: K,
        work: impl FnOnce(Arc<K>) -> BoxFuture<'static, V>,
    ) -> Flight<V> {
        let key = Arc::new(key);
        let mut flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flight) = flights.get(&key).and_then(WeakShared::upgrade) {
            return flight;
        }
        let landing = Landing {
            flights: self.0.clone(),
            key: Arc::clone(&key),
        };
        let work = work(Arc::clone(&key));
        let flight = async move {
            let _landing = landing;
            work.await
        }
        .boxed()
        .shared();
        if let Some(weak) = flight.downgrade() {
            flights.insert(key, weak);
        }
        flight
    }
}

/// A guard that takes a flight off the list when it lands or is dropped.
struct Landing<K: Eq + Hash, V: Clone> {
    flights: Flights<K, V>,
    key: Arc<K>,
}

impl<K: Eq + Hash, V: Clone> Drop for Landing<K, V> {
    fn drop(&mut self) {
        self.flights
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.key);
    }
}
