//! Which channels a bulletin goes to: once to each chat and topic, however many channels lead there.

use std::collections::{HashMap, HashSet};

use super::{
    ahead::Ahead, block::Slot, books::Books, change::Change, engine::Engine, error::Result, keys,
    rows::BulletinRow,
};
use crate::bulletin::{
    Channel, ChannelId, ChannelKind, Chat, DeliveryKind, Fingerprint, Folded, SourceId,
    TelegramChat,
};

/// What a channel leads to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Place {
    Chat {
        chat: TelegramChat,
        topic: Option<i32>,
    },
    /// One robot, or one room or mailbox of an account.
    Robot(Fingerprint),
    /// A channel that is its own place.
    Own(u32),
}

impl Place {
    pub(super) fn of_channel(number: u32, channel: &Channel, moved: &HashMap<i64, i64>) -> Self {
        match &channel.kind {
            ChannelKind::Telegram { chat, topic, .. } => Self::Chat {
                chat: match chat {
                    TelegramChat::Id(id) => TelegramChat::Id(resolve(*id, moved)),
                    TelegramChat::Name(name) => TelegramChat::Name(name.to_lowercase()),
                },
                topic: *topic,
            },
            ChannelKind::Stdout { .. } => Self::Own(number),
            ChannelKind::Robot(robot) => Self::Robot(robot.place()),
        }
    }

    pub(super) fn is_chat(&self, id: i64) -> bool {
        matches!(self, Self::Chat { chat: TelegramChat::Id(chat), .. } if *chat == id)
    }

    /// Of a chat that subscribed by itself.
    pub(super) fn of_subscribed(id: &ChannelId, moved: &HashMap<i64, i64>) -> Option<Self> {
        let (chat, topic) = id.chat()?;
        Some(Self::Chat {
            chat: TelegramChat::Id(resolve(chat, moved)),
            topic,
        })
    }
}

/// The chat that `chat` became in the end.
pub(super) fn resolve(chat: i64, moved: &HashMap<i64, i64>) -> i64 {
    let mut chat = chat;
    // No chain is longer than the table, whatever it says.
    for _ in 0..moved.len() {
        match moved.get(&chat) {
            Some(&next) if next != chat => chat = next,
            _ => break,
        }
    }
    chat
}

impl Books {
    pub(super) fn place(&self, number: u32) -> Place {
        self.place_after(number, &self.moved)
    }

    /// The same by other moves than those that the books know.
    pub(super) fn place_after(&self, number: u32, moved: &HashMap<i64, i64>) -> Place {
        let wired = self.wiring.as_ref();
        if let Some(channel) = wired.and_then(|wiring| wiring.channel(number)) {
            return Place::of_channel(number, channel, moved);
        }
        let id = self.names().channel(number);
        id.and_then(|id| Place::of_subscribed(&id, moved))
            .unwrap_or(Place::Own(number))
    }

    /// Channels that want a new bulletin, by their filters: in config order, then the chats that
    /// subscribed by themselves. Several may lead to one place ([`Books::due_in`]).
    pub(super) fn channels_for(
        &self,
        ahead: &Ahead,
        source: &SourceId,
        (title, summary): (&str, &str),
    ) -> Vec<u32> {
        let text = Folded::new(title, summary);
        self.channels_where(std::slice::from_ref(source), |channel| {
            ahead.wants(&channel.filter, &text)
        })
    }

    /// Channels that have one of a bulletin's sources, whatever their filters; likewise.
    pub(super) fn channels_having(&self, row: &BulletinRow) -> Vec<u32> {
        self.channels_where(&row.sources(&self.names()), |_| true)
    }

    /// The first of them at each place.
    pub(super) fn channels_with(&self, row: &BulletinRow) -> Vec<u32> {
        self.first_at_each_place(self.channels_having(row))
    }

    /// All channels, and all chats that are subscribed to anything: the first at each place.
    pub(super) fn everyone(&self) -> Vec<u32> {
        self.first_at_each_place(self.channels_that(|chat| chat.may_have(true), |_| true))
    }

    fn first_at_each_place(&self, mut channels: Vec<u32>) -> Vec<u32> {
        let mut places = HashSet::new();
        channels.retain(|number| places.insert(self.place(*number)));
        channels
    }

    /// Public sources and others never share a bulletin.
    fn channels_where(&self, of: &[SourceId], wanted: impl Fn(&Channel) -> bool) -> Vec<u32> {
        let is_public = self
            .wiring
            .as_ref()
            .is_some_and(|wiring| of.iter().all(|source| wiring.has_public(source)));
        self.channels_that(
            |chat| chat.may_have(is_public),
            |channel| of.iter().any(|source| channel.wants(source)) && wanted(channel),
        )
    }

    fn channels_that(
        &self,
        let_in: impl Fn(&Chat) -> bool,
        wanted: impl Fn(&Channel) -> bool,
    ) -> Vec<u32> {
        let configured = self.wiring.iter().flat_map(|wiring| &wiring.channels);
        let configured = configured.map(|(number, channel)| (*number, channel));
        // What rests gets nothing: it starts again with what comes after it.
        let subscribed = self
            .chats
            .subscribed()
            .filter(|(number, known)| let_in(&known.chat) && !self.is_blocked(*number))
            .map(|(number, known)| (number, &*known.channel));
        configured
            .chain(subscribed)
            .filter(|(_, channel)| wanted(channel))
            .map(|(number, _)| number)
            .collect()
    }

    /// The channel that `id` names: of the config, or known, or one that leads to the same chat.
    pub(super) fn channel_named(&self, id: &ChannelId) -> Option<u32> {
        if let Some(number) = self
            .names()
            .channel_number(id)
            .filter(|&n| self.is_in_use(n))
        {
            return Some(number);
        }
        let place = Place::of_subscribed(id, &self.moved)?;
        let mut channels = self.wiring.iter().flat_map(|wiring| &wiring.channels);
        let same = channels
            .find(|(number, channel)| Place::of_channel(*number, channel, &self.moved) == place);
        same.map(|(number, _)| *number)
    }
}

/// Queues a bulletin, or an announcement, for each of `channels` at its time (ms); gives the first
/// number.
pub(super) fn queue(
    change: &mut Change,
    engine: &Engine,
    channels: &[(u32, i64)],
    bulletin: Option<u64>,
    kind: DeliveryKind,
    note: Option<&str>,
    now_ms: i64,
) -> Result<u64> {
    let first = change.counts.next_delivery;
    if channels.is_empty() {
        return Ok(first);
    }
    if let Some(note) = note {
        change.writes.put(keys::note(first), &note);
    }
    if let Some(bulletin) = bulletin {
        let count = u32::try_from(channels.len()).unwrap_or(u32::MAX);
        change
            .writes
            .set(keys::run(bulletin, first), count.to_be_bytes().to_vec());
    }
    for &(channel, due_ms) in channels {
        let mut slot = Slot::new(channel, bulletin, kind, now_ms);
        slot.set_due_ms(due_ms);
        slot.note = note.map(|_| first);
        change.queue(engine, slot)?;
    }
    Ok(first)
}
