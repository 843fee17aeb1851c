//! Applies changes of channels while their sender is at work: the others keep their lanes, pace and queues.

use super::state::{Worker, by_id};
use crate::bulletin::{Channel, ChannelId, ChannelKind};

impl Worker {
    /// Applies the channels of the current config.
    pub(super) fn rewire(&mut self) {
        let channels = self.served.wiring.borrow_and_update().clone();
        let before = std::mem::replace(&mut self.served.configured, by_id(channels));
        for (id, old) in before {
            match self.served.configured.get(&id) {
                None => {
                    self.waiting.by_channel.remove(&id);
                    self.forget_lane(&id);
                }
                Some(new) if !is_same_place(&old, new) => {
                    self.forget_lane(&id);
                    if self.waiting.by_channel.contains_key(&id) {
                        self.lanes.wanted.insert(id);
                    }
                }
                Some(_) => {}
            }
        }
        self.read_heads();
    }

    fn forget_lane(&mut self, id: &ChannelId) {
        self.lanes.wanted.remove(id);
        if self.lanes.asked.contains(id) {
            self.lanes.outdated.insert(id.clone());
        }
        let Some(lane) = self.lanes.of.remove(id) else {
            return;
        };
        if let Some(members) = self.lanes.members.get_mut(&lane) {
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
