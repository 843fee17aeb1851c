//! Channels that change while their sender is at work: the others keep their lanes, pace and queues.

use std::collections::HashMap;

use super::Worker;
use crate::bulletin::{Channel, ChannelId, ChannelKind};

impl Worker {
    /// Takes the channels as the config says them now.
    pub(super) fn rewire(&mut self) {
        let channels = self.wiring.borrow_and_update().clone();
        let channels: HashMap<_, _> = channels
            .into_iter()
            .map(|channel| (channel.id.clone(), channel))
            .collect();
        let before = std::mem::replace(&mut self.channels, channels);
        for (id, old) in before {
            match self.channels.get(&id) {
                None => {
                    self.heads.remove(&id);
                    self.forget_lane(&id);
                }
                Some(new) if !is_same_place(&old, new) => {
                    self.forget_lane(&id);
                    if self.heads.contains_key(&id) {
                        self.laneless.insert(id);
                    }
                }
                Some(_) => {}
            }
        }
        self.read_heads();
    }

    fn forget_lane(&mut self, id: &ChannelId) {
        self.laneless.remove(id);
        if self.asking.contains(id) {
            self.outdated.insert(id.clone());
        }
        let Some(lane) = self.lanes.remove(id) else {
            return;
        };
        if let Some(members) = self.members.get_mut(&lane) {
            members.retain(|member| member != id);
        }
        self.place(lane);
    }
}

fn is_same_place(one: &Channel, other: &Channel) -> bool {
    match (&one.kind, &other.kind) {
        (ChannelKind::Telegram { chat: one, .. }, ChannelKind::Telegram { chat: other, .. }) => {
            one == other
        }
        (ChannelKind::Robot(one), ChannelKind::Robot(other)) => one.place() == other.place(),
        (one, other) => one == other,
    }
}
