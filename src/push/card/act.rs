//! Defines the actions that a card offers its reader, and encodes them in few bytes. Pure.

use crate::{
    bulletin::{
        Bulletin, BulletinId, BulletinState, Channel, ChannelKind, DeliveryKind, SourceId,
        reminder_of,
    },
    config::Config,
    ops::Waiting,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CardAct {
    /// Sends the text as it is archived.
    Text(BulletinId),
    /// Sets a reminder of the bulletin's deadline.
    Remind(BulletinId),
    /// Turns the sound off for bulletins of the source in this chat.
    Mute(SourceId),
}

impl CardAct {
    /// Returns the action as the data of a button.
    pub(crate) fn written(&self) -> String {
        match self {
            Self::Text(id) => format!("C t {id}"),
            Self::Remind(id) => format!("C r {id}"),
            Self::Mute(source) => format!("C m {source}"),
        }
    }

    /// Parses an action that was [`written`](Self::written).
    pub(crate) fn read(words: &[&str]) -> Option<Self> {
        let bulletin = |id: &str| id.parse().ok().map(BulletinId);
        match words {
            ["C", "t", id] => bulletin(id).map(Self::Text),
            ["C", "r", id] => bulletin(id).map(Self::Remind),
            ["C", "m", source] => source.parse().ok().map(Self::Mute),
            _ => None,
        }
    }

    /// Returns the action as a link to the bot carries it, for readers who press in a group or channel; no source id
    /// has this form. `None` if the action concerns the chat in which it was pressed.
    pub(crate) fn linked(&self) -> Option<String> {
        match self {
            Self::Text(id) => Some(format!("T{id}")),
            Self::Remind(id) => Some(format!("R{id}")),
            Self::Mute(_) => None,
        }
    }

    /// Parses an action that was [`linked`](Self::linked).
    pub(crate) fn of_link(payload: &str) -> Option<Self> {
        let number = |payload: &str| payload.parse().ok().map(BulletinId);
        let text = payload.strip_prefix('T').and_then(number).map(Self::Text);
        let remind = || payload.strip_prefix('R').and_then(number).map(Self::Remind);
        text.or_else(remind)
    }
}

/// Returns the actions that the card of a delivery offers: none if it shows several bulletins.
pub(super) fn offered(
    waiting: &Waiting,
    bulletins: &[Bulletin],
    channel: &Channel,
    config: &Config,
) -> Vec<CardAct> {
    let [bulletin] = bulletins else {
        return Vec::new();
    };
    if !has_buttons(channel) || bulletin.state == BulletinState::Withdrawn {
        return Vec::new();
    }
    let text = has_text(bulletin, config).then_some(CardAct::Text(bulletin.id));
    let reminder = bulletin.deadline.as_ref();
    let reminder = reminder.and_then(|deadline| reminder_of(deadline, channel.time_zone));
    let may_remind = waiting.kind != DeliveryKind::Reminder;
    let reminder = reminder.filter(|at| *at > waiting.due_at && may_remind);
    let remind = reminder.map(|_| CardAct::Remind(bulletin.id));
    let mute = sounding(bulletin, channel).map(CardAct::Mute);
    [text, remind, mute].into_iter().flatten().collect()
}

fn has_buttons(channel: &Channel) -> bool {
    matches!(channel.kind, ChannelKind::Telegram { buttons: true, .. })
}

/// Returns whether there is a text in addition to the summary, as far as the config tells: sources added at the desk
/// and sources that were removed may have one.
fn has_text(bulletin: &Bulletin, config: &Config) -> bool {
    let mut sources = config.sources.iter();
    let source = sources.find(|source| source.id == bulletin.source);
    source.is_none_or(|source| source.full_text)
}

/// Returns the source through which a chat that subscribed on its own receives the bulletin, if it arrives with a
/// sound.
fn sounding(bulletin: &Bulletin, channel: &Channel) -> Option<SourceId> {
    channel.id.chat()?;
    let source = bulletin.sources().find(|source| channel.wants(source))?;
    let manner = channel.for_sources(std::iter::once(source));
    match manner.kind {
        ChannelKind::Telegram { silent: false, .. } => Some(source.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let source: SourceId = "group-news".parse().unwrap();
        let id = BulletinId(1042);
        for act in [
            CardAct::Text(id),
            CardAct::Remind(id),
            CardAct::Mute(source),
        ] {
            let written = act.written();
            let words: Vec<_> = written.split(' ').collect();
            assert_eq!(CardAct::read(&words), Some(act.clone()));
            if let Some(link) = act.linked() {
                assert!(link.parse::<SourceId>().is_err(), "{link}");
                assert_eq!(CardAct::of_link(&link), Some(act));
            }
        }
        for other in ["group-news", "T", "Rx", "B1", ""] {
            assert_eq!(CardAct::of_link(other), None, "{other}");
        }
    }
}
