//! Counts wrong tokens in the store, so that the count holds for all processes and across restarts.

use chrono::{DateTime, Utc};

use super::{handle::Store, op::Op};
use crate::{
    policy::wrong_tokens::{Knocked, Opens, WrongTokens},
    store::Result,
};

impl Store {
    /// Checks a token of a client that opens `opens`; returns whether it is accepted now. Nothing is written if it
    /// is and none was wrong before.
    ///
    /// # Errors
    /// Fails if the store cannot be read or a write fails.
    pub async fn knock(&self, client: &str, opens: Opens, now: DateTime<Utc>) -> Result<Knocked> {
        let name = client.to_owned();
        let (knocked, news) = self.ask(move |op| knock(op, &name, opens, now)).await??;
        if news.is_none() {
            return Ok(knocked);
        }
        let name = client.to_owned();
        self.write(move |op| {
            let (knocked, news) = knock(op, &name, opens, now)?;
            if let Some(clients) = news {
                op.tx
                    .set_wrong_tokens(WrongTokens::place_of(&name), &clients);
            }
            Ok(knocked)
        })
        .await
    }
}

/// Checks a token, and returns what is to be remembered of the clients of its place, if that changes.
fn knock(
    op: &mut Op<'_>,
    client: &str,
    opens: Opens,
    now: DateTime<Utc>,
) -> Result<(Knocked, Option<WrongTokens>)> {
    let now_ms = op.shared_time(now).timestamp_millis();
    let before = op.tx.wrong_tokens(WrongTokens::place_of(client))?;
    let mut after = before.clone();
    let knocked = after.knock(client, opens, now_ms);
    Ok((knocked, (before != after).then_some(after)))
}
