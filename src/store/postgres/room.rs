//! The room that a database has on its disk: where it has none, small writes still find a place in what its tables take.

use deadpool_postgres::Object;

use super::{connect::connection, handle::Postgres, trouble};
use crate::store::error::Result;

/// Takes a quarter of a MiB, and gives it back.
const TAKES_ROOM: &str = "BEGIN; \
    INSERT INTO notes SELECT -1, string_agg(md5(random()::text), '') FROM generate_series(1, 8192); \
    ROLLBACK";

impl Postgres {
    /// # Errors
    /// The database has no room, or takes no writes.
    pub(super) async fn has_room(&self) -> Result<()> {
        // What fails leaves a transaction behind: the connection is not for others.
        let client = Object::take(connection(&self.shared.pool).await?);
        let tried = client.batch_execute(TAKES_ROOM).await;
        tried.map_err(|error| trouble::of(&error))
    }
}
