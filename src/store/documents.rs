//! Files that follow a card: a delivery for each, queued in the transaction that says that the card
//! was sent, so that none is lost and none is queued twice.

use chrono::{DateTime, Utc};

use super::{block::Slot, books::Books, change::Change, error::Result, keys, rows::BulletinRow};
use crate::bulletin::{ChannelKind, DeliveryKind, LARGEST_DOCUMENT};

/// Files of one bulletin that go along; the card links to all that it names.
const MOST: usize = 10;

/// Queues the files of a bulletin whose card was sent, where the channel asks for them. What is known to
/// be too large stays a link.
pub(super) fn follow(
    books: &Books,
    change: &mut Change,
    card: &Slot,
    now: DateTime<Utc>,
) -> Result<()> {
    let channel = books.channel(card.channel);
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
    let row: Option<BulletinRow> = books.engine.get(&keys::bulletin(bulletin))?;
    let files = row.map(|row| row.attachments).unwrap_or_default();
    let fits = |size: u64| size <= LARGEST_DOCUMENT;
    let files = files.iter().filter(|file| file.size.is_none_or(fits));
    let first = change.counts.next_delivery;
    let mut count: u32 = 0;
    for file in files.take(MOST) {
        let number = change.counts.next_delivery;
        let kind = DeliveryKind::Document;
        let mut slot = Slot::new(card.channel, Some(bulletin), kind, now.timestamp_millis());
        slot.note = Some(number);
        change.writes.put(keys::note(number), &file.url);
        change.queue(&books.engine, slot)?;
        count += 1;
    }
    if count > 0 {
        let run = keys::run(bulletin, first);
        change.writes.set(run, count.to_be_bytes().to_vec());
    }
    Ok(())
}
