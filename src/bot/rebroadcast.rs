//! `/rebroadcast` and `/broadcast`: asked for by an admin, confirmed by a button, done once, reported,
//! and undone where it was a mistake.

use chrono::{TimeDelta, Utc};
use teloxide::types::Message;

use super::{
    answer::Room,
    archive,
    asker::Asker,
    button::Button,
    command::{self, Which},
    say::{Carrier, Pressed, Reply},
    words::{Words, fill},
};
use crate::{
    bulletin::{BulletinId, BulletinState, ChannelId, ChannelKind, DeliveryId},
    ops::{Answered, Report, Run, StoreError},
    push::card::{Card, clean_text, escape},
};

/// How long an act can be undone after it was reported.
pub(super) const UNDO: TimeDelta = TimeDelta::seconds(60);
/// Channels that a question names; more are counted.
const NAMED: usize = 10;
/// Characters of an announcement: it stands in the question too.
const LONGEST: usize = 3000;
/// Between what a question says and the text that it is about.
const RULE: &str = "\n\n—\n\n";

impl Room {
    /// As [`Room::offer_rebroadcast`], of what the answered message shows; of several, it asks which.
    pub(super) async fn offer_replied_to(
        &self,
        asker: &Asker,
        channel: Option<ChannelId>,
        message: &Message,
    ) -> Result<Reply, StoreError> {
        const IN_A_ROW: usize = 4;
        let ids = self.replied_to(message);
        let [_, _, ..] = &ids[..] else {
            let which = ids.first().copied().map(Which::Id);
            return self.offer_rebroadcast(asker, which, channel).await;
        };
        let button = |id: &BulletinId| (format!("#{id}"), Button::Offer(*id, channel.clone()));
        let reply = Reply::from(asker.words().which_one);
        let rows = ids.chunks(IN_A_ROW);
        Ok(rows.fold(reply, |reply, row| reply.with(row.iter().map(button))))
    }

    /// Asks an admin whether it is really meant.
    pub(super) async fn offer_rebroadcast(
        &self,
        asker: &Asker,
        which: Option<Which>,
        channel: Option<ChannelId>,
    ) -> Result<Reply, StoreError> {
        let words = asker.words();
        let Some(which) = which else {
            let usage = "/rebroadcast ID [channel]";
            return Ok(fill(words.misused, &[("usage", usage)]).into());
        };
        let found = self.bulletin(asker, &which).await?;
        let Some(bulletin) = found else {
            return Ok(self.unknown(asker, &which).into());
        };
        let (id, title) = archive::named(&bulletin);
        let number = id.to_string();
        if bulletin.state == BulletinState::Held {
            return Ok(fill(words.is_held, &[("id", &number)]).into());
        }
        let channel = match channel.map(|named| self.known_as(&named).ok_or(named)) {
            Some(Err(named)) => {
                return Ok(fill(words.no_channel, &[("channel", named.as_str())]).into());
            }
            Some(Ok(known)) => Some(known),
            None => None,
        };
        let to = match &channel {
            Some(channel) => vec![channel.clone()],
            None => self.store.recipients(Some(id)).await?,
        };
        if to.is_empty() {
            return Ok(fill(words.nowhere, &[("id", &number)]).into());
        }
        let channels = named(asker, &to);
        let parts = [
            ("id", number.as_str()),
            ("title", title.as_str()),
            ("channels", channels.as_str()),
            ("count", &to.len().to_string()),
        ];
        let card = Card::preview(bulletin, asker.language, &self.config).html();
        let question = fill(words.confirm, &parts) + &self.lasting(words, &to);
        Ok(Reply::from(format!("{question}{RULE}{card}")).with([
            (words.yes.to_owned(), Button::Rebroadcast(id, channel)),
            (words.no.to_owned(), Button::Cancel),
        ]))
    }

    pub(super) async fn offer_broadcast(
        &self,
        asker: &Asker,
        text: &str,
    ) -> Result<Reply, StoreError> {
        let words = asker.words();
        let text = clean_text(text);
        if text.is_empty() || text.chars().count() > LONGEST {
            return Ok(words.broadcast_too_long.into());
        }
        let to = self.store.recipients(None).await?;
        if to.is_empty() {
            return Ok(words.no_channels.into());
        }
        let (channels, count) = (named(asker, &to), to.len().to_string());
        let parts = [("channels", channels.as_str()), ("count", count.as_str())];
        let question = fill(words.confirm_broadcast, &parts) + &self.lasting(words, &to);
        Ok(
            Reply::from(format!("{question}{RULE}{}", escape(&text))).with([
                (words.yes_broadcast.to_owned(), Button::Broadcast),
                (words.no.to_owned(), Button::Cancel),
            ]),
        )
    }

    /// In how many of the channels a message cannot be taken back.
    fn lasting(&self, words: &Words, to: &[ChannelId]) -> String {
        let count = to.iter().filter(|id| !self.is_telegram(id)).count();
        match count {
            0 => String::new(),
            count => format!(
                "\n{}",
                fill(words.lasting, &[("count", &count.to_string())])
            ),
        }
    }

    pub(super) fn is_telegram(&self, id: &ChannelId) -> bool {
        let mut channels = self.config.channels.iter();
        let configured = channels.find(|channel| channel.id == *id);
        configured.map_or(id.chat().is_some(), |channel| {
            matches!(channel.kind, ChannelKind::Telegram { .. })
        })
    }

    /// The channel or chat of that id; a chat may be a channel of the config, under another one.
    fn known_as(&self, id: &ChannelId) -> Option<ChannelId> {
        let mut channels = self.config.channels.iter();
        if channels.any(|channel| channel.id == *id) || self.store.chat(id).is_some() {
            return Some(id.clone());
        }
        let (chat, topic) = id.chat()?;
        let mut leading = self.channels_of(chat, None);
        leading.find_map(|(known, other)| (other == topic).then(|| known.clone()))
    }

    /// Queues it. The message that carries the button is the request's id: pressed twice, it is one request.
    pub(super) async fn rebroadcast(
        &self,
        asker: &Asker,
        id: BulletinId,
        channel: Option<ChannelId>,
        carrier: &Carrier,
    ) -> Result<Pressed, StoreError> {
        let request = request(asker, carrier);
        let (to, by, now) = (channel.map(|id| vec![id]), asker.actor(), Utc::now());
        let queued = self
            .store
            .rebroadcast(id, to, None, &request, &by, now)
            .await;
        self.begun(asker, queued, Some(id), carrier).await
    }

    pub(super) async fn broadcast(
        &self,
        asker: &Asker,
        carrier: &Carrier,
    ) -> Result<Pressed, StoreError> {
        let Some((_, text)) = carrier.text.split_once(RULE) else {
            return Ok(Pressed::note(asker.words().stale_button));
        };
        let request = request(asker, carrier);
        let (by, now) = (asker.actor(), Utc::now());
        let queued = self.store.broadcast(text, &request, &by, now).await;
        self.begun(asker, queued, None, carrier).await
    }

    /// A question that was answered with no stays so, whatever is pressed on it later; one that was
    /// answered with yes is no longer one.
    pub(super) async fn cancel(
        &self,
        asker: &Asker,
        carrier: &Carrier,
    ) -> Result<Pressed, StoreError> {
        let words = asker.words();
        let request = request(asker, carrier);
        Ok(match self.store.decline(&request, Utc::now()).await? {
            true => Reply::from(words.cancelled).into(),
            false => Pressed::note(words.done_already),
        })
    }

    /// The question becomes the report, which is owed from now on.
    async fn begun(
        &self,
        asker: &Asker,
        queued: Result<Vec<DeliveryId>, StoreError>,
        bulletin: Option<BulletinId>,
        carrier: &Carrier,
    ) -> Result<Pressed, StoreError> {
        let words = asker.words();
        let deliveries = match queued.settled()? {
            Ok(deliveries) => deliveries,
            Err(refusal) => {
                let why = escape(&refusal.to_string());
                return Ok(Reply::from(fill(words.refused, &[("why", &why)])).into());
            }
        };
        let Some(first) = deliveries.first() else {
            return Ok(Reply::from(words.cancelled).into());
        };
        let run = Run {
            first: *first,
            count: deliveries.len() as u64,
        };
        let reports = self.store.reports().await?;
        if reports.iter().any(|report| report.run == run) {
            return Ok(Pressed::note(words.done_already));
        }
        let report = Report {
            run,
            bulletin,
            chat: asker.chat,
            message: carrier.id.0,
            reported_ms: None,
            undone: false,
            done: false,
        };
        self.store.set_report(&report).await?;
        Ok(self.progress(words, &report).into())
    }

    pub(super) fn progress(&self, words: &Words, report: &Report) -> Reply {
        let (what, count) = (what(words, report), report.run.count.to_string());
        let parts = [("what", what.as_str()), ("count", count.as_str())];
        Reply::from(fill(words.queued, &parts)).with([undo(words, report)])
    }

    /// Cancels what waits; what was sent is deleted once all of it is settled.
    pub(super) async fn undo(
        &self,
        asker: &Asker,
        first: DeliveryId,
        count: u64,
    ) -> Result<Pressed, StoreError> {
        let words = asker.words();
        let run = Run { first, count };
        let reports = self.store.reports().await?;
        let Some(report) = reports.into_iter().find(|report| report.run == run) else {
            return Ok(Pressed::note(words.too_late));
        };
        let is_late = report.done
            || report
                .reported_ms
                .is_some_and(|at| Utc::now().timestamp_millis() - at > UNDO.num_milliseconds());
        if is_late {
            return Ok(Pressed::note(words.too_late));
        }
        // The message says more by now, perhaps.
        if report.undone {
            return Ok(Pressed::note(words.undoing));
        }
        self.store.cancel(run, &asker.actor(), Utc::now()).await?;
        let undone = |report: &mut Report| report.undone = true;
        self.store.change_report(run, undone).await?;
        Ok(Reply::from(words.undoing).into())
    }

    /// The bulletins of the pushed message that `message` answers.
    pub(super) fn replied_to(&self, message: &Message) -> Vec<BulletinId> {
        let Some(original) = message.reply_to_message() else {
            return Vec::new();
        };
        // A card in a channel bears the channel's name; what anybody passed on is not the bot's word.
        let speaker = original.sender_chat.as_ref();
        let is_channels = original.is_automatic_forward()
            || speaker.is_some_and(|speaker| speaker.id == original.chat.id)
                && original.forward_origin().is_none();
        let is_ours = self.is_own(original) && original.forward_origin().is_none();
        let text = original.text().filter(|_| is_ours || is_channels);
        text.map(command::numbers_of).unwrap_or_default()
    }
}

/// The message that asks is the request's id.
fn request(asker: &Asker, carrier: &Carrier) -> String {
    format!("telegram {} {}", asker.chat, carrier.id)
}

/// What a report is about.
pub(super) fn what(words: &Words, report: &Report) -> String {
    match report.bulletin {
        Some(id) => format!("#{id}"),
        None => words.announcement.to_owned(),
    }
}

pub(super) fn undo(words: &Words, report: &Report) -> (String, Button) {
    let Run { first, count } = report.run;
    (words.undo.to_owned(), Button::Undo { first, count })
}

/// Where others read along, chats are counted and not named.
fn named(asker: &Asker, to: &[ChannelId]) -> String {
    if !asker.is_private() {
        return "…".to_owned();
    }
    let first = to.iter().take(NAMED).map(|id| format!("<code>{id}</code>"));
    let mut named = first.collect::<Vec<_>>().join(", ");
    if to.len() > NAMED {
        named += &format!(" … ({})", to.len());
    }
    named
}
