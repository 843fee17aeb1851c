//! Simulates people: publishers, subscribers and admins.

use std::collections::BTreeSet;

use chrono::{Days, TimeDelta};
use noticast::{
    bulletin::{
        BulletinId, Channel, ChannelId, ChannelKind, Chat, Mode, SourceId, Standing, StdoutFormat,
        TelegramChat,
    },
    ops::{Actor, HeldAction, Reminded},
};

use crate::{
    site::Style,
    world::{SITES, World, at_once},
};

/// The amount by which the id of a group is larger once it is a supergroup.
const GROWN: i64 = 100;

/// The wishes of a chat.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Wish {
    pub(crate) sources: Vec<SourceId>,
    pub(crate) is_shut: bool,
}

impl Wish {
    pub(crate) fn takes(&self, source: &SourceId) -> bool {
        !self.is_shut && self.sources.contains(source)
    }
}

pub(crate) fn by() -> Actor {
    Actor::of_user("somebody")
}

/// Returns channels of the config: one that can be edited, one that cannot, each with its own mode.
pub(crate) fn channels(rng: &mut fastrand::Rng) -> Vec<Channel> {
    let zone = chrono_tz::Asia::Shanghai;
    let telegram = ChannelKind::Telegram {
        chat: TelegramChat::Id(-100),
        topic: None,
        silent: false,
        documents: false,
        buttons: true,
    };
    let terminal = ChannelKind::Stdout {
        format: StdoutFormat::Text,
    };
    let mut channels = vec![
        Channel::new("office".parse().unwrap(), telegram, zone),
        Channel::new("board".parse().unwrap(), terminal, zone),
    ];
    channels[1].corrections = rng.bool();
    change_modes(&mut channels, rng);
    channels
}

pub(crate) fn change_modes(channels: &mut [Channel], rng: &mut fastrand::Rng) {
    for channel in channels {
        channel.mode = [Mode::Each, Mode::Each, Mode::Bundle, Mode::Digest][rng.usize(..4)];
        channel.digest = "every 2h".parse().unwrap();
        channel.quiet = (rng.u32(..4) == 0).then(|| "22:00-07:00".parse().unwrap());
    }
}

impl World {
    /// Makes a site publish, correct, withdraw, move or break down.
    pub(crate) fn site_changes(&mut self) {
        let place = self.rng.usize(..SITES);
        let site = &mut self.sites[place];
        let rng = &mut self.rng;
        let listed: Vec<usize> = (0..site.items.len())
            .filter(|at| site.items[*at].is_listed)
            .collect();
        let recent = listed[listed.len().saturating_sub(6)..].to_vec();
        let what = match rng.u32(..100) {
            0..55 => {
                let number = site.publish(rng, self.now);
                format!(
                    "site {place} publishes {number}: {}",
                    site.items[number].title
                )
            }
            55..67 if !recent.is_empty() && !site.is_moved => {
                let path = site.path;
                let item = &mut site.items[recent[rng.usize(..recent.len())]];
                if !item.stays_recognizable(path) {
                    return;
                }
                site.is_corrected = true;
                item.changes += 1;
                item.title = match item.title.strip_suffix("（更正）") {
                    Some(title) => title.to_owned(),
                    None => format!("{}（更正）", item.title),
                };
                if rng.bool() {
                    item.deadline = Some(item.day + Days::new(rng.u64(2..15)));
                }
                format!("site {place} corrects {}: {}", item.number, item.title)
            }
            67..77 if !recent.is_empty() => {
                let item = &mut site.items[recent[rng.usize(..recent.len())]];
                item.changes += 1;
                item.text.push_str("\n另附补充说明一份。");
                format!("site {place} adds to the text of {}", item.number)
            }
            77..84 if recent.len() > 4 => {
                let item = &mut site.items[recent[rng.usize(..recent.len())]];
                (item.is_listed, item.is_gone, item.was_gone) = (false, true, true);
                format!("site {place} takes {} down", item.number)
            }
            84..90 => {
                // A row that no poll saw in its present form would be an old one in its place.
                let path = site.path;
                let gone = site.items.iter_mut().filter(|item| item.is_gone);
                let Some(item) = gone.last().filter(|item| item.is_recognizable(path)) else {
                    return;
                };
                (item.is_listed, item.is_gone) = (true, false);
                format!("site {place} shows {} again", item.number)
            }
            90..92 if !site.is_corrected && site.style != Style::Counting => {
                site.is_moved = true;
                site.path += 1;
                format!("site {place} has other addresses")
            }
            _ => {
                site.is_down = !site.is_down;
                format!("site {place} is down: {}", site.is_down)
            }
        };
        self.note(what);
    }

    /// Makes people subscribe, request a reminder, send again, pause, or settle held bulletins, or a group grow.
    pub(crate) fn people_ask(&mut self) {
        let chat = 1 + self.rng.i64(0..4);
        let id = ChannelId::of_chat(self.called(chat), None);
        match self.rng.u32(..100) {
            0..40 => self.subscribe(&id),
            40..60 => self.remind(&id),
            60..75 => self.rebroadcast(&id),
            75..85 => self.pause(),
            85..92 => self.settle_held(),
            92..96 => self.come_back(&id),
            _ => self.grow(chat),
        }
    }

    /// Returns the current id of a chat.
    fn called(&self, chat: i64) -> i64 {
        match self.grown.contains(&chat) {
            true => chat + GROWN,
            false => chat,
        }
    }

    /// Turns a group into a supergroup: it has another id from then on, and keeps everything that it had.
    fn grow(&mut self, chat: i64) {
        if !self.grown.insert(chat) {
            return;
        }
        let from = ChannelId::of_chat(chat, None);
        let to = ChannelId::of_chat(self.called(chat), None);
        at_once(self.store.move_chat(chat, self.called(chat), self.now)).unwrap();
        self.note(format_args!("{from} is {to} from now on"));
        if let Some(wish) = self.wishes.remove(&from) {
            self.wishes.insert(to.clone(), wish);
        }
        self.owed.rename(&from, &to);
        let flights = self.flights.iter_mut().map(|it| &mut it.sending.channel);
        let messages = self.platform.messages.values_mut();
        for channel in flights.chain(messages.map(|it| &mut it.channel)) {
            if *channel == from {
                channel.clone_from(&to);
            }
        }
    }

    fn subscribe(&mut self, id: &ChannelId) {
        let sources = self.sites.iter().map(|site| site.source().id);
        let sources: Vec<SourceId> = sources.filter(|_| self.rng.bool()).collect();
        self.note(format_args!("{id} wants {sources:?}"));
        let wanted = sources.clone();
        let change = move |before: Option<Chat>| Chat {
            standing: Standing::Approved,
            sources: Some(wanted),
            ..before.unwrap_or_else(|| Chat::new(chrono_tz::Asia::Shanghai))
        };
        let now = self.now;
        at_once(self.store.change_chat(id, change, "asks", &by(), now)).unwrap();
        let is_shut = self.wishes.get(id).is_some_and(|wish| wish.is_shut);
        self.owed
            .unsubscribe(id, &sources, &self.identities, &self.sites);
        self.wishes.insert(id.clone(), Wish { sources, is_shut });
    }

    fn remind(&mut self, id: &ChannelId) {
        let count = self.identities.len() as u64;
        if count == 0 {
            return;
        }
        let bulletin = self.rng.u64(count.saturating_sub(12)..count) + 1;
        if !self.identities.contains_key(&bulletin) {
            return;
        }
        let by = by();
        let asked = self
            .store
            .remind(id, Some(BulletinId(bulletin)), &by, self.now);
        if let Ok(Reminded::At(due)) = at_once(asked) {
            self.note(format_args!("{id} is reminded of {bulletin} at {due}"));
            self.owed.reminders.insert((id.clone(), bulletin));
        }
    }

    fn rebroadcast(&mut self, id: &ChannelId) {
        let count = self.identities.len() as u64;
        if count == 0 || !self.wishes.contains_key(id) {
            return;
        }
        let bulletin = self.rng.u64(1..=count);
        let request = format!("request-{}", self.rng.u32(..30));
        let (to, by) = (Some(vec![id.clone()]), by());
        let asked = self
            .store
            .rebroadcast(BulletinId(bulletin), to, None, &request, &by, self.now);
        let Ok(made) = at_once(asked) else { return };
        self.note(format_args!("{request} sends {bulletin} to {id} again"));
        if self.requests.insert(request) {
            self.owed.rebroadcasts.extend(made);
        }
    }

    fn pause(&mut self) {
        let source = self.sites[self.rng.usize(..SITES)].source().id;
        let is_paused = self.store.read_poll_state(&source, |poll| poll.paused);
        at_once(self.store.set_paused(&source, !is_paused, &by(), self.now)).unwrap();
        self.note(format_args!("{source} is paused: {}", !is_paused));
        self.owed.paused.insert(source, !is_paused);
    }

    fn settle_held(&mut self) {
        let action = match self.rng.bool() {
            true => HeldAction::PublishAll,
            false => HeldAction::SeenAll,
        };
        let settled = at_once(self.store.settle_held(action, &by(), self.now)).unwrap();
        let published: BTreeSet<u64> = settled.0.iter().map(|id| id.0).collect();
        self.owed.released.extend(published);
    }

    pub(crate) fn shut(&mut self, id: &ChannelId) {
        if let Some(wish) = self.wishes.get_mut(id) {
            wish.is_shut = true;
        }
    }

    fn come_back(&mut self, id: &ChannelId) {
        if let Some(wish) = self.wishes.get_mut(id) {
            wish.is_shut = false;
            at_once(self.store.unblock_channel(id)).unwrap();
        }
    }

    pub(crate) fn unblock_all(&mut self) {
        let chats: Vec<ChannelId> = self.wishes.keys().cloned().collect();
        chats.iter().for_each(|id| self.come_back(id));
        for channel in self.channels.clone() {
            at_once(self.store.unblock_channel(&channel.id)).unwrap();
        }
        for place in 0..SITES {
            let source = self.sites[place].source().id;
            at_once(self.store.set_paused(&source, false, &by(), self.now)).unwrap();
            self.owed.paused.insert(source, false);
            self.polls[place].0 = self.now + TimeDelta::minutes(1);
        }
    }
}
