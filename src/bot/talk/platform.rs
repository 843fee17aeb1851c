//! Defines the conversation's requests to the platform that it is held on.

use futures::future::BoxFuture;

use super::{asker::Asker, reply::Reply};
use crate::{
    bulletin::{AddSources, Channel, ChannelId, Delivery, MessageRef, Subscribe},
    push::Sent,
};

/// The rights that the config gives on this platform.
#[derive(Debug, Clone)]
pub(in crate::bot) struct Permissions {
    /// The admins, each by their private conversation.
    pub(in crate::bot) admins: Vec<ChannelId>,
    pub(in crate::bot) subscribe: Subscribe,
    pub(in crate::bot) add_sources: AddSources,
}

impl Permissions {
    /// Returns the permissions if the config does not name the platform.
    pub(in crate::bot) fn nobody() -> Self {
        Self {
            admins: Vec::new(),
            subscribe: Subscribe::Nobody,
            add_sources: AddSources::Nobody,
        }
    }
}

pub(in crate::bot) trait Platform: Send + Sync {
    /// Returns the bot's own name there, by which commands in groups address it.
    fn name(&self) -> &str;

    /// Returns whether a person administrates a conversation.
    fn administrates<'a>(
        &'a self,
        person: &'a ChannelId,
        chat: &'a ChannelId,
    ) -> BoxFuture<'a, bool>;

    /// Returns the conversation with that public name, and its title.
    fn find<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Option<(ChannelId, String)>>;

    /// Returns the whole conversation that a place belongs to.
    fn whole(&self, place: &ChannelId) -> ChannelId;

    /// Returns whether a conversation is one person's own.
    fn is_private(&self, chat: &ChannelId) -> bool;

    /// Returns the place in that conversation to which a channel of the config leads.
    fn place_of(
        &self,
        channel: &Channel,
        chat: &ChannelId,
        username: Option<&str>,
    ) -> Option<ChannelId>;

    /// Returns the config block that would make the conversation a channel.
    fn config_block(&self, asker: &Asker) -> String;

    /// Returns an address that opens the private conversation with `person` and sends `what` there, signed for that
    /// person.
    fn link_for(&self, person: &ChannelId, what: &str) -> Option<String>;

    /// Returns the payload of such an address; `None` if the bot did not sign it for that person.
    fn linked<'a>(&self, person: &ChannelId, payload: &'a str) -> Option<&'a str>;

    /// Returns an address that opens the choice of a chat to share something with.
    fn share_link(&self, url: &str, text: &str) -> Option<String>;

    /// Returns the content of a file that a person sent, of at most `most` bytes; `None` if it cannot be downloaded.
    fn file<'a>(&'a self, id: &'a str, most: usize) -> BoxFuture<'a, Option<Vec<u8>>>;

    /// Returns whether messages can be deleted there.
    fn can_delete(&self, id: &ChannelId, configured: Option<&Channel>) -> bool;

    /// Sends a message once its turn comes; returns false if too many wait.
    fn notify(&self, to: &ChannelId, reply: Reply) -> bool;

    /// Sends a message, once; `None` if it is empty.
    fn say<'a>(&'a self, to: &'a ChannelId, reply: Reply) -> BoxFuture<'a, Option<Sent>>;

    /// Replaces a message, once.
    fn edit<'a>(
        &'a self,
        chat: &'a ChannelId,
        message: &'a MessageRef,
        reply: Reply,
    ) -> BoxFuture<'a, Sent>;

    /// Deletes a message that was sent; returns whether it is gone.
    fn delete<'a>(
        &'a self,
        delivery: &'a Delivery,
        configured: Option<&'a Channel>,
    ) -> BoxFuture<'a, bool>;
}
