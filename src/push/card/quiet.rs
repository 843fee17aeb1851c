//! Bulletins and names as a channel may show them, so that what a page says calls nobody there.

use crate::bulletin::{Bulletin, Channel, ChannelKind, quiet};

/// A bulletin as `channel` may show it. Other kinds than Telegram write mentions in signs that are escaped, or
/// beside the text.
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

/// The name of a source as `channel` may show it: it may be the title of a page.
pub(super) fn name_on(channel: &Channel, name: &str) -> String {
    match channel.kind {
        ChannelKind::Telegram { .. } => quiet(name),
        _ => name.to_owned(),
    }
}
