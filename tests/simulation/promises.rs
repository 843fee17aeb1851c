//! Records what should have arrived where, and checks whether it did.

use std::collections::{BTreeMap, BTreeSet};

use noticast::{
    bulletin::{BulletinId, ChannelId, DeliveryId, DeliveryKind, DeliveryState, SourceId},
    ops::{Admitted, DeliveryQuery, PERHAPS},
};

use crate::{
    site::{Site, Style, number_of},
    world::{World, at_once},
};

/// The number of articles of a new source that are opened after its first poll.
const OPENED_AT_FIRST: usize = 20;

/// The people's record of the bulletins that are owed to them.
#[derive(Debug, Default)]
pub(crate) struct Owed {
    /// News, and the channels that wanted it when it arrived.
    pub(crate) news: BTreeMap<u64, BTreeSet<ChannelId>>,
    /// The newest bulletins of first polls.
    first: BTreeSet<u64>,
    /// The same, and the bulletins that an admin marked as seen.
    pub(crate) quiet: BTreeSet<u64>,
    /// Bulletins of notices that were archived before.
    pub(crate) again: BTreeSet<u64>,
    pub(crate) held: BTreeSet<u64>,
    pub(crate) released: BTreeSet<u64>,
    /// The waiting bulletins of a source that a chat no longer wants, which it does not get.
    pub(crate) waived: BTreeSet<(u64, ChannelId)>,
    pub(crate) reminders: BTreeSet<(ChannelId, u64)>,
    pub(crate) rebroadcasts: BTreeSet<DeliveryId>,
    pub(crate) paused: BTreeMap<SourceId, bool>,
    /// The notices that a poll has shown: site and number.
    seen: BTreeSet<(usize, usize)>,
    polled: BTreeSet<usize>,
}

impl Owed {
    /// Renames a chat, which is owed the same as before.
    pub(crate) fn rename(&mut self, from: &ChannelId, to: &ChannelId) {
        for channels in self.news.values_mut() {
            if channels.remove(from) {
                channels.insert(to.clone());
            }
        }
        let renamed = |id: ChannelId| if id == *from { to.clone() } else { id };
        let waived = std::mem::take(&mut self.waived).into_iter();
        self.waived = waived.map(|(id, chat)| (id, renamed(chat))).collect();
        let reminders = std::mem::take(&mut self.reminders).into_iter();
        self.reminders = reminders.map(|(chat, id)| (renamed(chat), id)).collect();
    }

    pub(crate) fn unsubscribe(
        &mut self,
        id: &ChannelId,
        sources: &[SourceId],
        identities: &BTreeMap<u64, (usize, usize)>,
        sites: &[Site],
    ) {
        for bulletin in self.news.keys() {
            let Some((place, _)) = identities.get(bulletin) else {
                continue;
            };
            if !sources.contains(&sites[*place].source().id) {
                self.waived.insert((*bulletin, id.clone()));
            }
        }
    }
}

impl World {
    /// Records what an admission owes to which channels, and whether its rulings were right. `numbers` are those of the
    /// notices that the poll saw.
    pub(crate) fn owe(
        &mut self,
        (place, numbers): (usize, &[usize]),
        admitted: &Admitted,
        wanting: &[ChannelId],
    ) {
        let is_first = self.owed.polled.insert(place);
        let all = admitted
            .published
            .iter()
            .chain(&admitted.held)
            .chain(&admitted.quiet);
        for id in all.copied().collect::<Vec<BulletinId>>() {
            let bulletin = at_once(self.store.bulletin(id)).unwrap().unwrap();
            let number = number_of(&bulletin.url);
            let identity = (place, number);
            // A title without a day does not identify a notice that returns under another address.
            let site = &self.sites[place];
            let may_be_another = site.style == Style::Undated && site.path > 0;
            if self.owed.seen.contains(&identity) && may_be_another {
                self.owed.again.insert(id.0);
            } else if self.owed.seen.contains(&identity) {
                self.breaks(format_args!(
                    "promise 2: notice {identity:?} is another bulletin, {id}: {}",
                    bulletin.title
                ));
            }
            self.identities.insert(id.0, identity);
        }
        let published: Vec<u64> = admitted.published.iter().map(|id| id.0).collect();
        if is_first && !published.is_empty() {
            self.breaks(format_args!(
                "promise 3: the first poll pushed {published:?}"
            ));
        }
        if !published.is_empty() {
            self.note(format_args!(
                "site {place} has news: {published:?} for {wanting:?}"
            ));
        }
        for id in &published {
            let channels = wanting.iter().cloned().collect();
            self.owed.news.insert(*id, channels);
        }
        self.owed.held.extend(admitted.held.iter().map(|id| id.0));
        let quiet = admitted.quiet.iter().map(|id| id.0);
        self.owed.quiet.extend(quiet.clone());
        if is_first {
            let ids: BTreeSet<u64> = quiet.collect();
            let newest = ids.into_iter().rev().take(OPENED_AT_FIRST);
            self.owed.first.extend(newest);
        } else {
            for id in quiet
                .filter(|id| !self.owed.again.contains(id))
                .collect::<Vec<_>>()
            {
                let bulletin = at_once(self.store.bulletin(BulletinId(id)));
                let (bulletin, style) = (bulletin.unwrap().unwrap(), self.sites[place].style);
                self.breaks(format_args!(
                    "promise 1: {id} of site {place} ({style:?}) is new and was kept quiet: {} {:?}",
                    bulletin.title, bulletin.cause
                ));
            }
        }
        self.see(place, numbers);
    }

    /// Marks everything that the page showed as known.
    fn see(&mut self, place: usize, numbers: &[usize]) {
        for &number in numbers {
            self.owed.seen.insert((place, number));
            let is_kept = self.identities.values().any(|it| *it == (place, number));
            if !is_kept {
                self.breaks(format_args!(
                    "promise 1: notice {number} of site {place} was not kept"
                ));
            }
        }
    }
}

pub(crate) fn check(world: &mut World) {
    arrived(world);
    repeated(world);
    edited(world);
    opened(world);
    remembered(world);
    counted(world);
    nothing_is_left(world);
}

/// Checks promises 1 and 3.
fn arrived(world: &mut World) {
    let query = DeliveryQuery::default();
    let deliveries = at_once(world.store.deliveries(&query)).unwrap().items;
    let mut missing = Vec::new();
    for (id, channels) in &world.owed.news {
        let (place, number) = world.identities[id];
        let was_gone = world.sites[place].items[number].was_gone;
        for channel in channels {
            let has_it = world.platform.messages.values().any(|message| {
                message.kind == DeliveryKind::New
                    && message.channel == *channel
                    && message.first.contains(id)
            });
            let own = deliveries
                .iter()
                .filter(|it| it.bulletin == Some(BulletinId(*id)) && it.channel == *channel);
            let is_given_up = own.clone().any(|it| {
                let error = it.error.as_ref();
                let is_doubt = error.is_some_and(|why| why.said.starts_with(PERHAPS));
                it.state == DeliveryState::Failed && is_doubt
            });
            let is_waived = world.owed.waived.contains(&(*id, channel.clone()));
            if !has_it && !is_given_up && !is_waived && !was_gone {
                let own: Vec<_> = own.map(|it| (it.id.0, it.kind, it.state)).collect();
                missing.push(format!("promise 1: {channel} never got {id}: {own:?}"));
            }
        }
    }
    let quiet = world.owed.quiet.clone();
    for message in world.platform.messages.values() {
        let first = message.first.iter();
        let unwanted = first.filter(|id| message.kind == DeliveryKind::New && quiet.contains(id));
        missing.extend(unwanted.map(|id| format!("promise 3: {id} was pushed")));
    }
    missing.iter().for_each(|what| world.breaks(what));
}

/// Checks promise 2: every repeated message was in doubt.
fn repeated(world: &mut World) {
    let mut counts: BTreeMap<(ChannelId, u64), (i64, BTreeSet<u64>)> = BTreeMap::new();
    for message in world.platform.messages.values() {
        if message.kind != DeliveryKind::New {
            continue;
        }
        for (id, delivery) in message.first.iter().zip(&message.deliveries) {
            let count = counts.entry((message.channel.clone(), *id)).or_default();
            count.0 += 1;
            count.1.insert(*delivery);
        }
    }
    let mut repeated = Vec::new();
    for ((channel, id), (count, deliveries)) in counts {
        let unanswered = deliveries.iter();
        let unanswered = unanswered.filter_map(|it| world.platform.unanswered.get(it));
        let unanswered: i64 = unanswered.map(|count| i64::from(*count)).sum();
        if count > 1 + unanswered {
            repeated.push(format!(
                "promise 2: {channel} has {id} {count} times, {unanswered} in doubt"
            ));
        }
    }
    repeated.iter().for_each(|what| world.breaks(what));
}

/// Checks promise 5: a message has the content of its bulletin, and is never edited into another one.
fn edited(world: &mut World) {
    let mut wrong = Vec::new();
    for message in world.platform.messages.values() {
        if let Some(before) = &message.was_another {
            wrong.push(format!(
                "promise 5: {before:?} became {:?}",
                message.bulletins
            ));
        }
        let is_doubtful = message.deliveries.iter();
        let is_doubtful = is_doubtful
            .clone()
            .any(|id| world.platform.unanswered.contains_key(id));
        let can_be_edited = message.channel.as_str() != "board" && !is_doubtful;
        let is_news = matches!(message.kind, DeliveryKind::New | DeliveryKind::Rebroadcast);
        for shown in message
            .bulletins
            .iter()
            .filter(|_| can_be_edited && is_news)
        {
            let id = BulletinId(shown.bulletin);
            let bulletin = at_once(world.store.bulletin(id)).unwrap().unwrap();
            if bulletin.title != shown.title {
                wrong.push(format!(
                    "promise 5: {} shows {} as {}, which is {}",
                    message.channel, id, shown.title, bulletin.title
                ));
            }
        }
    }
    // A notice that became two bulletins is corrected as one of them.
    let again = world
        .owed
        .again
        .iter()
        .filter_map(|id| world.identities.get(id));
    let again: BTreeSet<(usize, usize)> = again.copied().collect();
    let identities = world.identities.iter();
    for (id, (place, number)) in identities.filter(|(_, it)| !again.contains(it)) {
        let site = &world.sites[*place];
        let item = &site.items[*number];
        let is_shown = site
            .page(0, |_| false)
            .iter()
            .any(|found| found.notice.url == site.url(item));
        let bulletin = at_once(world.store.bulletin(BulletinId(*id)))
            .unwrap()
            .unwrap();
        let is_right = match site.style {
            Style::Counting => bulletin.title.starts_with(&item.title),
            _ => bulletin.title == item.title,
        };
        if is_shown && !is_right {
            wrong.push(format!(
                "promise 5: {id} is {} on its page and {} here",
                item.title, bulletin.title
            ));
        }
        if site.style == Style::Counting && bulletin.revision > u32::from(item.changes) {
            wrong.push(format!(
                "{id} has {} revisions by counters",
                bulletin.revision
            ));
        }
    }
    wrong.iter().for_each(|what| world.breaks(what));
}

/// Checks that articles that existed before the first poll are opened, and that this corrects nothing.
fn opened(world: &mut World) {
    let mut wrong = Vec::new();
    for id in &world.owed.first {
        let (place, number) = world.identities[id];
        let item = &world.sites[place].items[number];
        let bulletin = at_once(world.store.bulletin(BulletinId(*id))).unwrap();
        let text = at_once(world.store.text(BulletinId(*id))).unwrap();
        if text.is_none() && !item.was_gone {
            wrong.push(format!("{id} of a first poll was never opened"));
        }
        if bulletin.is_some_and(|it| it.revision > u32::from(item.changes)) {
            wrong.push(format!("{id} was corrected because it was opened"));
        }
    }
    wrong.iter().for_each(|what| world.breaks(what));
}

/// Checks that the store has the settings that people made.
fn remembered(world: &mut World) {
    let chats = at_once(world.store.chats()).unwrap();
    let chats: BTreeMap<ChannelId, Option<Vec<SourceId>>> = chats
        .into_iter()
        .map(|(id, chat)| (id, chat.sources))
        .collect();
    let wishes = world.wishes.iter();
    let wishes: BTreeMap<ChannelId, Option<Vec<SourceId>>> = wishes
        .map(|(id, wish)| (id.clone(), Some(wish.sources.clone())))
        .collect();
    if chats != wishes {
        world.breaks(format_args!("subscriptions: {wishes:?} became {chats:?}"));
    }
    for (source, is_paused) in world.owed.paused.clone() {
        if world.store.read_poll_state(&source, |poll| poll.paused) != is_paused {
            world.breaks(format_args!("{source}: a pause was lost"));
        }
    }
    let messages = world.platform.messages.values();
    let unasked: Vec<String> = messages
        .filter(|message| message.kind == DeliveryKind::Reminder)
        .flat_map(|message| {
            message
                .first
                .iter()
                .map(|id| (message.channel.clone(), *id))
        })
        .filter(|reminder| !world.owed.reminders.contains(reminder))
        .map(|(channel, id)| format!("{channel} was reminded of {id}, which it never asked for"))
        .collect();
    unasked.iter().for_each(|what| world.breaks(what));
}

/// Each channel that is still wanted has counted what was sent to it, under whichever ID it has by now. What was deleted again
/// stays counted.
fn counted(world: &mut World) {
    let deliveries = at_once(world.store.deliveries(&DeliveryQuery::default()));
    let mut sent: BTreeMap<ChannelId, u64> = BTreeMap::new();
    for delivery in deliveries.unwrap().items {
        if delivery.state == DeliveryState::Sent {
            *sent.entry(delivery.channel).or_default() += 1;
        }
    }
    for channel in at_once(world.store.channels()).unwrap() {
        let really = sent.get(&channel.id).copied().unwrap_or_default();
        if channel.sent < really {
            let (id, counted) = (channel.id, channel.sent);
            world.breaks(format_args!("{id} counts {counted} of {really} sent"));
        }
    }
}

fn nothing_is_left(world: &mut World) {
    let query = DeliveryQuery::default();
    let deliveries = at_once(world.store.deliveries(&query)).unwrap().items;
    let now = world.now;
    let mut left = Vec::new();
    for delivery in deliveries {
        let is_left = match delivery.state {
            DeliveryState::Sending => true,
            DeliveryState::Queued => delivery.due_at <= now,
            _ => false,
        };
        if is_left {
            left.push(format!("left behind: {delivery:?}"));
        }
        if world.owed.rebroadcasts.contains(&delivery.id) && delivery.state == DeliveryState::Sent {
            let mut messages = world.platform.messages.values();
            if !messages.any(|message| message.deliveries.contains(&delivery.id.0)) {
                left.push(format!("{} was never sent", delivery.id));
            }
        }
    }
    left.iter().for_each(|what| world.breaks(what));
}
