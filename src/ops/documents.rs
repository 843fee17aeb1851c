//! Sends files that follow a card: a delivery for each is queued in the transaction that records that the card was
//! sent, so that none is lost and none is queued twice.

use chrono::{DateTime, Utc};

use super::op::Op;
use crate::{
    bulletin::{ChannelKind, DeliveryKind, LARGEST_DOCUMENT},
    policy::facts::OutboxEntry,
    store::Result,
};

/// The most files of one bulletin that are sent along; the card links to all that it names.
const MOST: usize = 10;

/// Queues the files of a bulletin whose card was sent, if the channel requests them. A file that is known to be too
/// large stays a link.
pub(super) fn follow(op: &mut Op<'_>, card: &OutboxEntry, now: DateTime<Utc>) -> Result<()> {
    let channel = op.settings(&card.channel);
    let is_wanted = channel.is_some_and(|channel| {
        let kind = &channel.kind;
        matches!(
            kind,
            ChannelKind::Telegram {
                documents: true,
                ..
            }
        )
    });
    let (DeliveryKind::New, Some(bulletin), true) = (card.kind, card.bulletin, is_wanted) else {
        return Ok(());
    };
    let row = op.tx.bulletin(bulletin)?;
    let files = row.map(|row| row.attachments).unwrap_or_default();
    let fits = |size: u64| size <= LARGEST_DOCUMENT;
    let files = files.iter().filter(|file| file.size.is_none_or(fits));
    for file in files.take(MOST) {
        let kind = DeliveryKind::Document;
        let channels = [(card.channel.clone(), now.timestamp_millis())];
        op.queue(&channels, Some(bulletin), kind, Some(&file.url), now)?;
    }
    Ok(())
}
