//! The conversation's requests to the platform that it is held on.

use futures::future::BoxFuture;

use super::{asker::Asker, reply::Reply};
use crate::{
    bulletin::{AddSources, Channel, ChannelId, Delivery, MessageRef, Subscribe},
    push::Sent,
};

/// Rights that the config gives on this platform.
#[derive(Debug, Clone)]
pub(in crate::bot) struct Permissions {
    /// Each by the conversation with them alone.
    pub(in crate::bot) admins: Vec<ChannelId>,
    pub(in crate::bot) subscribe: Subscribe,
    pub(in crate::bot) add_sources: AddSources,
}

impl Permissions {
    /// The permissions where the config does not name the platform.
    pub(in crate::bot) fn nobody() -> Self {
        Self {
            admins: Vec::new(),
            subscribe: Subscribe::Nobody,
            add_sources: AddSources::Nobody,
        }
    }
}

pub(in crate::bot) trait Platform: Send + Sync {
    /// The bot's own name there, by which commands in groups call it.
    fn name(&self) -> &str;

    /// Returns whether a person administrates a conversation.
    fn administrates<'a>(
        &'a self,
        person: &'a ChannelId,
        chat: &'a ChannelId,
    ) -> BoxFuture<'a, bool>;

    /// The conversation of that public name, and its title.
    fn find<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Option<(ChannelId, String)>>;

    /// The whole conversation that a place belongs to.
    fn whole(&self, place: &ChannelId) -> ChannelId;

    /// Returns whether a conversation is one person's own.
    fn is_private(&self, chat: &ChannelId) -> bool;

    /// The place in that conversation to which a channel of the config leads.
    fn place_of(
        &self,
        channel: &Channel,
        chat: &ChannelId,
        username: Option<&str>,
    ) -> Option<ChannelId>;

    /// Returns how the config would name the conversation as a channel.
    fn config_block(&self, asker: &Asker) -> String;

    /// An address that opens the conversation with `person` alone and says `what` there, once for all signed for them.
    fn link_for(&self, person: &ChannelId, what: &str) -> Option<String>;

    /// What such an address said there; None: no word of the bot's own for that person.
    fn linked<'a>(&self, person: &ChannelId, payload: &'a str) -> Option<&'a str>;

    /// An address that opens the choice of whom to pass something on to.
    fn share_link(&self, url: &str, text: &str) -> Option<String>;

    /// The content of a file that somebody sent, of at most so many bytes; None: it cannot be had.
    fn file<'a>(&'a self, id: &'a str, most: usize) -> BoxFuture<'a, Option<Vec<u8>>>;

    /// Returns whether messages can be taken back there.
    fn can_delete(&self, id: &ChannelId, configured: Option<&Channel>) -> bool;

    /// Says something once its turn has come; false where too much waits to be said.
    fn notify(&self, to: &ChannelId, reply: Reply) -> bool;

    /// Says something, once; None where there is nothing to say.
    fn say<'a>(&'a self, to: &'a ChannelId, reply: Reply) -> BoxFuture<'a, Option<Sent>>;

    /// Shows something in place of a message, once.
    fn edit<'a>(
        &'a self,
        chat: &'a ChannelId,
        message: &'a MessageRef,
        reply: Reply,
    ) -> BoxFuture<'a, Sent>;

    /// Deletes what was sent; whether it is gone.
    fn delete<'a>(
        &'a self,
        delivery: &'a Delivery,
        configured: Option<&'a Channel>,
    ) -> BoxFuture<'a, bool>;
}
