//! One delivery, from its slot to its recorded outcome: begun durably, sent on time, completed.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;

use super::{
    card::Card,
    files::{Document, Files},
    lead::Lead,
    pace::{Pace, SendSlot},
    sender::{ReadersSoFar, Sender, Sent},
};
use crate::{
    bulletin::{Channel, ChannelId, DeliveryKind, MessageRef, Mode},
    config::Live,
    ops::{Begun, Outcome, Store, StoreError, Waiting},
};

/// The longest wait between two attempts, but for what the platform itself asks for.
const LONGEST_BACKOFF: Duration = Duration::from_secs(60);
/// The longest wait between attempts at a message that some readers have already.
const LONGEST_PATIENCE: Duration = Duration::from_secs(1800);
/// Attempts at a message that some readers have and others do not take: five days.
const MOST_PARTS: u32 = 11 + 5 * 48;

/// Requests that are unanswered, or answered and not yet recorded, at most: each is one possible
/// repetition after a crash.
pub(super) const MOST_UNANSWERED: usize = 16;
const LOOKS_AGAIN: Duration = Duration::from_millis(3);

/// Everything that the deliveries of one sender share.
#[derive(Debug)]
pub(super) struct SharedSender {
    pub(super) store: Store,
    pub(super) config: Live,
    pub(super) sender: Arc<dyn Sender>,
    files: Files,
    /// One file is in memory at a time.
    file_turn: Semaphore,
    /// No request goes out any more.
    stop: CancellationToken,
    /// Nor while the sender is paused, though its turn had come.
    paused: AtomicBool,
    pace: Mutex<Pace>,
    lead: Mutex<Lead>,
    unanswered: Semaphore,
}

/// The content of a delivery.
enum Show<'a> {
    Card(Card),
    /// An edit of a message that was sent.
    Edit(Card, MessageRef),
    File(Document, Option<SemaphorePermit<'a>>),
}

/// It, or why there is nothing to send.
type Prepared<'a> = Result<Show<'a>, String>;

/// A delivery that has had its turn.
#[derive(Debug)]
pub(super) struct Delivered {
    pub(super) slot: SendSlot,
    pub(super) channel: ChannelId,
    /// When the request went out, and when it was answered.
    pub(super) times: Option<(Instant, Instant)>,
    /// None: it was dropped or done meanwhile.
    pub(super) sent: Option<Sent>,
    /// The pace knows of the answer.
    pub(super) is_paced: bool,
    /// The delivery that the channel waits with now.
    pub(super) next: Option<Waiting>,
}

impl SharedSender {
    pub(super) fn new(
        store: Store,
        config: Live,
        (sender, files): (Arc<dyn Sender>, Files),
        stop: CancellationToken,
    ) -> Self {
        Self {
            stop,
            files,
            file_turn: Semaphore::new(1),
            store,
            config,
            pace: Mutex::new(Pace::new(sender.rate(), Instant::now())),
            lead: Mutex::default(),
            sender,
            unanswered: Semaphore::new(MOST_UNANSWERED),
            paused: AtomicBool::new(false),
        }
    }

    /// Its delivery panicked: what was sent of it is not known, and it is repeated as such.
    pub(super) async fn broke(
        &self,
        slot: SendSlot,
        waiting: &Waiting,
        why: &str,
    ) -> Result<Delivered, StoreError> {
        let (delivery, channel) = (waiting.id.0, &waiting.channel);
        tracing::error!(delivery.id = delivery, channel.id = %channel, "the program failed while it sent this, and tries again: {why}");
        let now = Utc::now();
        // It may have failed before it was begun.
        self.store.begin_send(waiting.id, now).await?;
        let outcome = Outcome::Uncertain {
            not_before: now + backoff(waiting.attempts, fastrand::f64()),
            why: format!("possibly repeated: the program failed while it sent this: {why}"),
        };
        let next = self.store.complete(waiting.id, outcome, now).await?;
        Ok(Delivered {
            slot,
            channel: channel.clone(),
            times: None,
            sent: None,
            is_paced: false,
            next,
        })
    }

    /// The story of one delivery. `sending` is durable before the request goes out, and its outcome
    /// before anything else of the channel does.
    pub(super) async fn deliver(
        self: Arc<Self>,
        slot: SendSlot,
        waiting: Waiting,
        channel: Channel,
    ) -> Result<Delivered, StoreError> {
        let asked = Instant::now();
        let (begun, show) = self.begin(slot, &waiting, &channel).await?;
        // A file takes as long as its host does.
        if waiting.kind != DeliveryKind::Document {
            self.lead().took(asked.elapsed());
        }
        let mut delivered = Delivered {
            slot,
            channel: channel.id.clone(),
            times: None,
            sent: None,
            is_paced: false,
            next: None,
        };
        if begun == Begun::No {
            delivered.next = self.head(&channel.id).await?;
            return Ok(delivered);
        }
        let on_time = tokio::select! {
            biased;
            () = self.stop.cancelled() => None,
            on_time = self.on_time(slot) => Some(on_time).filter(|_| self.may_send()),
        };
        let Some((went_out, _permit)) = on_time else {
            let put_back = Outcome::PutBack;
            let put_back = self.store.complete(waiting.id, put_back, Utc::now());
            delivered.next = put_back.await?;
            return Ok(delivered);
        };
        let readers = ReadersSoFar::of(&self.store, waiting.id);
        let send = |card| self.sender.send_to_readers(card, &channel, &readers);
        let sent = match &show {
            Ok(Show::Card(card)) => send(card).await,
            Ok(Show::Edit(card, message)) => {
                let edit = self.sender.edit(card, &channel, message);
                edit.unwrap_or_else(|| send(card)).await
            }
            Ok(Show::File(file, _turn)) => self.sender.document(file, &channel).await,
            Err(why) => Sent::Refused(why.clone()),
        };
        if !matches!(sent, Sent::Unreachable(_)) {
            delivered.times = Some((went_out, Instant::now()));
        }
        let sent = match sent {
            Sent::Perhaps(why) | Sent::Ailing(why) if self.sender.knows_repetitions() => {
                Sent::Again(why)
            }
            sent => sent,
        };
        // Said at once: others may have begun, and wait for their turn.
        if sent.is_about_all() {
            self.set_paused(true);
        }
        // The next message does not wait until this one is recorded.
        if matches!(sent, Sent::Done(_)) {
            self.pace_answer(slot, delivered.times);
            delivered.is_paced = true;
        }
        log(&sent, &waiting);
        delivered.next = self.record(&waiting, &sent).await?;
        delivered.sent = Some(sent);
        Ok(delivered)
    }

    /// Returns whether nothing speaks against it since the delivery was begun: where this process stood still meanwhile,
    /// another one has perhaps sent it.
    fn may_send(&self) -> bool {
        !self.is_paused() && !self.store.may_be_replaced()
    }

    fn is_paused(&self) -> bool {
        self.paused.load(Ordering::Relaxed)
    }

    pub(super) fn set_paused(&self, paused: bool) {
        self.paused.store(paused, Ordering::Relaxed);
    }

    pub(super) fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lead(&self) -> MutexGuard<'_, Lead> {
        self.lead.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a message was taken, and holds what comes after it as long as the answer asks for.
    pub(super) fn pace_answer(&self, slot: SendSlot, times: Option<(Instant, Instant)>) {
        let pause = self.sender.pause();
        let mut pace = self.pace();
        if !pause.is_zero() {
            pace.hold(slot.lane, Instant::now() + pause);
        }
        pace.answered(slot, times);
    }

    /// How long before its slot a delivery is begun.
    pub(super) fn begins_ahead(&self) -> Duration {
        self.lead().span()
    }

    /// Returns when a request may go out: the time at which it does, and the right to be unanswered.
    pub(super) async fn on_time(&self, slot: SendSlot) -> (Instant, Option<SemaphorePermit<'_>>) {
        // It is never closed.
        let permit = self.unanswered.acquire().await.ok();
        let mut at = slot.at;
        loop {
            sleep_until(at).await;
            let now = Instant::now();
            match self.pace().go(slot, now) {
                Ok(()) => return (now, permit),
                // An answer that comes meanwhile may set it free earlier.
                Err(later) => at = later.min(now + LOOKS_AGAIN),
            }
        }
    }

    async fn record(&self, waiting: &Waiting, sent: &Sent) -> Result<Option<Waiting>, StoreError> {
        let now = Utc::now();
        if let Sent::Gone(why) = sent {
            self.store.block_channel(&waiting.channel, why, now).await?;
        }
        let outcome = outcome(sent, waiting.attempts, now, fastrand::f64());
        let next = self.store.complete(waiting.id, outcome, now).await?;
        Ok(next.filter(|_| !matches!(sent, Sent::Gone(_))))
    }

    /// Begins a delivery, and with it what stands in the same message. What it shows is read once it
    /// has begun: whatever changes after that is followed by a message of its own.
    async fn begin(
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
        // Something grew meanwhile: they are taken anew, with fewer of them in one message.
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

    /// The file that a delivery names, in hand before it counts as begun.
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
            return Ok(Err("its bulletin has this file no more".to_owned()));
        };
        let turn = self.file_turn.acquire().await.ok();
        let got = self.files.get(&bulletin.source, file, bulletin.id).await;
        let stays = |why| format!("the file stays a link, {}: {why}", file.url);
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

    /// None where a bulletin is not in the store.
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

    async fn head(&self, channel: &ChannelId) -> Result<Option<Waiting>, StoreError> {
        let heads = self.store.heads(Some(vec![channel.clone()])).await?;
        Ok(heads.into_iter().next())
    }
}

fn missing() -> String {
    "its bulletin is not in the store".to_owned()
}

/// Returns what the store keeps of how a request ended. `jitter` is between 0 and 1.
fn outcome(sent: &Sent, attempts: u32, now: DateTime<Utc>, jitter: f64) -> Outcome {
    let retry = |after: Duration, why: String| Outcome::Retry {
        not_before: now + after,
        why,
    };
    match sent {
        Sent::Done(message) => Outcome::Sent {
            message: message.clone(),
        },
        Sent::Again(why) => retry(backoff(attempts, jitter), why.clone()),
        Sent::TooFast(wait) => retry(*wait, sent.to_string()),
        Sent::Partly(why) if attempts >= MOST_PARTS => Outcome::Failed {
            why: format!("some readers never got it, and the others have it: {why}"),
        },
        Sent::Partly(why) => retry(patient(attempts), why.clone()),
        Sent::Refused(why) => Outcome::Failed { why: why.clone() },
        // Where the channel or the whole sender is paused, the delivery itself is ready.
        Sent::Moved { .. } | Sent::Gone(_) | Sent::Denied(_) | Sent::Unreachable(_) => {
            retry(Duration::ZERO, sent.to_string())
        }
        Sent::Perhaps(why) => Outcome::Uncertain {
            not_before: now + repetition(attempts, jitter),
            why: why.clone(),
        },
        Sent::Ailing(why) => Outcome::Ailing {
            not_before: now + repetition(attempts, jitter),
            why: why.clone(),
        },
    }
}

/// Before what is perhaps sent is repeated. The first time is as good at once: a connection that was kept
/// open too long is the usual cause.
fn repetition(attempts: u32, jitter: f64) -> Duration {
    let again = attempts.checked_sub(1);
    again.map_or(Duration::ZERO, |again| backoff(again, jitter))
}

/// 1 s, 2 s, 4 s, … a minute, and up to a fifth more.
pub(crate) fn backoff(attempts: u32, jitter: f64) -> Duration {
    let doubled = Duration::from_secs(1 << attempts.min(10));
    doubled.min(LONGEST_BACKOFF).mul_f64(1.0 + jitter / 5.0)
}

/// As mail servers wait for a mailbox that is full: 1 s, 2 s, 4 s, … half an hour.
fn patient(attempts: u32) -> Duration {
    Duration::from_secs(1 << attempts.min(11)).min(LONGEST_PATIENCE)
}

fn log(sent: &Sent, waiting: &Waiting) {
    let (delivery, channel) = (waiting.id.0, &waiting.channel);
    match sent {
        Sent::Done(_) => {
            tracing::debug!(delivery.id = delivery, channel.id = %channel, "pushed");
        }
        Sent::Refused(why) => {
            tracing::error!(delivery.id = delivery, channel.id = %channel, "a message was refused for good: {why}");
        }
        Sent::Gone(why) => {
            tracing::error!(channel.id = %channel, "channel `{channel}` is set aside: {why}");
        }
        Sent::TooFast(wait) => {
            tracing::warn!(channel.id = %channel, wait_s = wait.as_secs(), "the platform says that `{channel}` is too fast");
        }
        Sent::Perhaps(why) | Sent::Ailing(why) => {
            tracing::warn!(delivery.id = delivery, channel.id = %channel, "possibly repeated: {why}");
        }
        Sent::Again(why) | Sent::Partly(why) => {
            tracing::warn!(delivery.id = delivery, channel.id = %channel, "not sent, again later: {why}");
        }
        // Told once for the whole sender, or not worth telling.
        Sent::Moved { .. } | Sent::Denied(_) | Sent::Unreachable(_) => {}
    }
}

/// The time of day at `instant`.
fn wall_clock(instant: Instant) -> DateTime<Utc> {
    Utc::now() + instant.saturating_duration_since(Instant::now())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_doubles_to_a_minute() {
        let seconds: Vec<_> = (0..12).map(|n| backoff(n, 0.0).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60]);
        assert_eq!(backoff(0, 1.0), Duration::from_millis(1200));
    }

    #[test]
    fn only_an_unanswered_request_is_uncertain() {
        let now = Utc::now();
        let why = || "why".to_owned();
        for sent in [
            Sent::Again(why()),
            Sent::TooFast(Duration::from_secs(3)),
            Sent::Moved { from: -1, to: -2 },
            Sent::Gone(why()),
            Sent::Denied(why()),
            Sent::Unreachable(why()),
        ] {
            let outcome = outcome(&sent, 0, now, 0.0);
            assert!(matches!(outcome, Outcome::Retry { .. }), "{sent:?}");
        }
        assert!(matches!(
            outcome(&Sent::Perhaps(why()), 0, now, 0.0),
            Outcome::Uncertain { .. }
        ));
        assert!(matches!(
            outcome(&Sent::Ailing(why()), 0, now, 0.0),
            Outcome::Ailing { .. }
        ));
        assert!(matches!(
            outcome(&Sent::Refused(why()), 0, now, 0.0),
            Outcome::Failed { .. }
        ));
    }
}
