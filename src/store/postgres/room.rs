//! Checks the free room on the database's disk: on a full disk, small writes still find a place in the room of its
//! tables.

use deadpool_postgres::Object;

use super::{connect::connection, handle::Postgres, trouble};
use crate::store::error::Result;

/// The statements that take a quarter of a MiB, and give it back.
const TAKES_ROOM: &str = "BEGIN; \
    INSERT INTO notes SELECT -1, string_agg(md5(random()::text), '') FROM generate_series(1, 8192); \
    ROLLBACK";

impl Postgres {
    /// # Errors
    /// Fails if the database has no room or takes no writes.
    pub(super) async fn has_room(&self) -> Result<()> {
        // A failure leaves a transaction behind, so this connection is not returned to the pool.
        let client = Object::take(connection(&self.shared.pool).await?);
        let tried = client.batch_execute(TAKES_ROOM).await;
        tried.map_err(|error| trouble::of(&error))
    }
}
