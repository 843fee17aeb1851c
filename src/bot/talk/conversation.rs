//! Turns messages into answers. The store is queried here, in the order in which messages arrive; the answers
//! themselves are sent when their chat's turn comes.

use std::{sync::Arc, time::Instant};

use super::{
    asker::Asker,
    base::Base,
    bounds::{Allowance, Bounds},
    heard::{Heard, Message},
    later::Tasks,
    membership, obey, outlines, plain, press,
    reply::{Effect, Reply},
    slow::Slow,
    sources,
};
use crate::{bulletin::ChannelId, ops::StoreError, push::Pusher, watch::Watch};

#[derive(Clone)]
pub(in crate::bot) struct Conversation {
    base: Base,
    pub(super) tasks: Tasks,
    pusher: Pusher,
    /// The requests of each chat.
    pub(super) bounds: Arc<Bounds<ChannelId>>,
}

impl Conversation {
    pub(in crate::bot) fn new(base: Base, watch: Watch, pusher: Pusher) -> Self {
        Self {
            tasks: Tasks::new(base.clone(), watch),
            base,
            pusher,
            bounds: Arc::default(),
        }
    }

    /// Returns the same conversation with the present config.
    pub(in crate::bot) fn with_base(&self, base: Base) -> Self {
        Self {
            tasks: self.tasks.with_base(base.clone()),
            base,
            ..self.clone()
        }
    }

    pub(in crate::bot) fn base(&self) -> &Base {
        &self.base
    }

    /// Performs a request, and returns the messages to send.
    #[tracing::instrument(name = "command", skip_all, fields(place = %asker.place))]
    pub(in crate::bot) async fn hear(
        &self,
        asker: Asker,
        heard: Heard,
    ) -> Result<Vec<Effect>, StoreError> {
        let asker = Asker {
            language: self.base.language_of(&asker),
            ..asker
        };
        if let Some(effects) = self.held_off(&asker, matches!(heard, Heard::Press(_))) {
            return Ok(effects);
        }
        let mut effects = self.answered(&asker, heard).await?;
        effects.retain(|effect| !effect.refuses() || self.base.is_to_be_answered(&asker));
        Ok(effects)
    }

    async fn answered(&self, asker: &Asker, heard: Heard) -> Result<Vec<Effect>, StoreError> {
        let base = &self.base;
        match heard {
            Heard::Message(message) => self.read(asker, &message).await,
            // Files that people send each other are not the bot's concern.
            Heard::File(_) if !asker.is_private() => Ok(Vec::new()),
            Heard::File(file) => Ok(vec![match outlines::refused(base, asker, &file) {
                Some(why) => Effect::answer(asker, why),
                None => self.tasks.begin(asker, Slow::Outlines(file)),
            }]),
            Heard::Press(press) => {
                press::pressed(base, (&self.tasks, &self.pusher), asker, press).await
            }
            // A message written by others is not a command of the person who forwards it.
            Heard::PassedOn(None) => Ok(Vec::new()),
            Heard::PassedOn(Some((id, title))) => {
                let reply = sources::offer_channel(base, asker, (&id, title)).await?;
                Ok(vec![Effect::answer(asker, reply)])
            }
            Heard::Joined { was_there } => membership::joined(base, asker, was_there).await,
            Heard::Left => {
                membership::left(base, asker).await?;
                Ok(Vec::new())
            }
        }
    }

    async fn read(&self, asker: &Asker, message: &Message) -> Result<Vec<Effect>, StoreError> {
        let command = obey::understood(message, self.base.platform.name());
        let plain = || plain::command(&message.text).filter(|_| asker.is_private());
        let Some(command) = command.or_else(plain) else {
            return Ok(Vec::new());
        };
        let at_hand = (&self.tasks, &self.pusher);
        obey::obey(&self.base, at_hand, asker, (command, message)).await
    }

    /// Warns a chat once that it asks too often, then stays silent. `None` if it may ask. Cards have many readers:
    /// people who press a button there are counted, and answered, individually.
    fn held_off(&self, asker: &Asker, is_press: bool) -> Option<Vec<Effect>> {
        if self.base.is_admin(asker) {
            return None;
        }
        let person = asker.person.as_ref().filter(|_| is_press);
        let who = person.unwrap_or(&asker.chat).clone();
        match self.bounds.ask(who, Instant::now()) {
            Allowance::Granted => None,
            _ if is_press => Some(vec![Effect::Note(asker.words().too_often.to_owned())]),
            Allowance::StillTooOften => Some(Vec::new()),
            Allowance::TooOften => {
                tracing::warn!(
                    channel.id = %asker.chat,
                    "a chat asks too often, and is not answered for a while"
                );
                let reply = Reply::from(asker.words().too_often);
                Some(vec![Effect::answer(asker, reply)])
            }
        }
    }
}
