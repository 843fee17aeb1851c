//! Defines commands that read much or contact others, and take longer than others should wait. Pure.

use url::Url;

use super::{bounds::Ticket, sent_file::SentFile};
use crate::bulletin::{ChannelId, MessageRef};

#[derive(Debug)]
pub(super) enum Slow {
    Search(String),
    Why(String),
    Poll(String),
    /// An address to subscribe to, perhaps for a channel elsewhere.
    Page(Url, Option<ChannelId>, Ticket),
    /// A list of feeds, to add them as sources.
    Outlines(SentFile),
    /// A page of a search, in the message that shows the last one.
    Leaf(String, usize, MessageRef),
}
