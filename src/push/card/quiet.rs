//! Alters bulletins and names for a channel so that the text of a page mentions no one there.

use crate::bulletin::{Bulletin, Channel, ChannelKind, quiet};

/// Returns a bulletin as `channel` may show it. Kinds other than Telegram write mentions in signs that are escaped, or
/// outside the text.
pub(super) fn on(channel: &Channel, bulletin: Bulletin) -> Bulletin {
    match channel.kind {
        ChannelKind::Telegram { .. } => quiet_bulletin(bulletin),
        _ => bulletin,
    }
}

pub(super) fn quiet_bulletin(mut bulletin: Bulletin) -> Bulletin {
    bulletin.title = quiet(&bulletin.title);
    bulletin.summary = bulletin.summary.as_deref().map(quiet);
    bulletin.publisher = bulletin.publisher.as_deref().map(quiet);
    for file in &mut bulletin.attachments {
        file.name = quiet(&file.name);
    }
    bulletin
}

/// Returns the name of a source as `channel` may show it, since it may be the title of a page.
pub(super) fn name_on(channel: &Channel, name: &str) -> String {
    match channel.kind {
        ChannelKind::Telegram { .. } => quiet(name),
        _ => name.to_owned(),
    }
}
