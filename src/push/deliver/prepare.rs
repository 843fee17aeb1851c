//! Prepares the content of a delivery, and decides which deliveries count as begun with it.

use chrono::{DateTime, Utc};
use tokio::sync::SemaphorePermit;

use super::shared::{SharedSender, wall_clock};
use crate::{
    bulletin::{Channel, DeliveryKind, MessageRef, Mode, Reason, SendFault},
    ops::{Begun, Outcome, StoreError, Waiting},
    push::{card::Card, files::Document, pace::SendSlot},
};

/// The content of a delivery.
pub(super) enum Show<'a> {
    Card(Card),
    /// An edit of a message that was sent.
    Edit(Card, MessageRef),
    File(Document, Option<SemaphorePermit<'a>>),
}

/// The content, or the reason why there is nothing to send.
pub(super) type Prepared<'a> = Result<Show<'a>, Reason>;

impl SharedSender {
    /// Begins a delivery, together with those in the same message. Its content is read after it has begun: any later
    /// change is followed by its own message.
    pub(super) async fn begin(
        &self,
        slot: SendSlot,
        waiting: &Waiting,
        channel: &Channel,
    ) -> Result<(Begun, Prepared<'_>), StoreError> {
        let at = wall_clock(slot.at);
        if waiting.kind == DeliveryKind::Document {
            let file = self.file(waiting).await?;
            return Ok((self.store.begin_send(waiting.id, at).await?, file));
        }
        let is_each = channel.mode == Mode::Each && channel.apart.is_empty();
        let may_be_several = !is_each || channel.quiet.is_some() || waiting.attempts > 0;
        if waiting.kind == DeliveryKind::New && may_be_several {
            return self.begin_several(waiting, channel, at).await;
        }
        let begun = self.store.begin_send(waiting.id, at).await?;
        let show = match waiting.kind {
            _ if begun == Begun::No => None,
            DeliveryKind::Update => self.edition(waiting, channel).await?,
            _ => {
                let card = self.card(std::slice::from_ref(waiting), channel).await?;
                card.map(|card| Show::Card(self.in_own_words(card, channel)))
            }
        };
        Ok((begun, show.ok_or_else(missing)))
    }

    async fn begin_several(
        &self,
        waiting: &Waiting,
        channel: &Channel,
        at: DateTime<Utc>,
    ) -> Result<(Begun, Prepared<'_>), StoreError> {
        let mut together = self.store.together(waiting.id, at).await?;
        let card = self.card(&together, channel).await?;
        together.truncate(card.map_or(1, |card| self.fitting(&card, channel)));
        let ids = together.iter().map(|member| member.id).collect();
        let begun = self.store.begin_together(ids, at).await?;
        let card = match begun {
            Begun::Yes => self.card(&together, channel).await?,
            Begun::No => None,
        };
        // A bulletin grew in the meantime: they are taken again, with fewer of them in one message.
        let outgrown = card
            .as_ref()
            .is_some_and(|card| self.fitting(card, channel) < together.len());
        if outgrown {
            let put_back = Outcome::PutBack;
            self.store
                .complete(waiting.id, put_back, Utc::now())
                .await?;
            return Ok((Begun::No, Err(missing())));
        }
        let show = card.map(|card| Show::Card(self.in_own_words(card, channel)));
        Ok((begun, show.ok_or_else(missing)))
    }

    /// Returns how many of a card's bulletins one message has room for, at least 1.
    fn fitting(&self, card: &Card, channel: &Channel) -> usize {
        let most = self.sender.fits(card, channel);
        card.fitting_own_words(most, channel, |card| self.sender.draft(card, channel))
    }

    /// Returns the file that a delivery names, loaded before the delivery counts as begun.
    async fn file(&self, waiting: &Waiting) -> Result<Prepared<'_>, StoreError> {
        let bulletin = match waiting.bulletin {
            Some(id) => self.store.bulletin_to_send(id).await?,
            None => None,
        };
        let file = bulletin.as_ref().and_then(|bulletin| {
            let mut files = bulletin.attachments.iter();
            files.find(|file| Some(&file.url) == waiting.note.as_ref())
        });
        let (Some(bulletin), Some(file)) = (&bulletin, file) else {
            let why = "the bulletin no longer has this file";
            return Ok(Err(Reason::new(SendFault::StaysLink, why)));
        };
        let turn = self.file_turn.acquire().await.ok();
        let got = self.files.get(&bulletin.source, file, bulletin.id).await;
        let stays = |why| {
            let said = format!("the file stays a link, {}: {why}", file.url);
            Reason::new(SendFault::StaysLink, said).about(file.url.as_str())
        };
        Ok(got.map(|file| Show::File(file, turn)).map_err(stays))
    }

    async fn edition(
        &self,
        update: &Waiting,
        channel: &Channel,
    ) -> Result<Option<Show<'_>>, StoreError> {
        let Some(mut edition) = self.store.edition_to_send(update.id).await? else {
            return Ok(None);
        };
        edition.message.take_if(|_| !channel.kind.can_edit());
        let message = edition.message.clone();
        let card = Card::of_edition(update, edition, channel, &self.config.borrow());
        let card = self.in_own_words(card, channel);
        Ok(Some(match message {
            Some(message) => Show::Edit(card, message),
            None => Show::Card(card),
        }))
    }

    fn in_own_words(&self, card: Card, channel: &Channel) -> Card {
        card.in_own_words(channel, |card| self.sender.draft(card, channel))
    }

    /// Returns the card of these deliveries; `None` if a bulletin is not in the store.
    async fn card(
        &self,
        together: &[Waiting],
        channel: &Channel,
    ) -> Result<Option<Card>, StoreError> {
        let Some(head) = together.first() else {
            return Ok(None);
        };
        let mut bulletins = Vec::with_capacity(together.len());
        for id in together.iter().filter_map(|member| member.bulletin) {
            match self.store.bulletin_to_send(id).await? {
                Some(bulletin) => bulletins.push(bulletin),
                None => return Ok(None),
            }
        }
        Ok(Some(Card::new(
            head,
            bulletins,
            channel,
            &self.config.borrow(),
        )))
    }
}

fn missing() -> Reason {
    Reason::new(SendFault::NoBulletin, "its bulletin is not in the store")
}
