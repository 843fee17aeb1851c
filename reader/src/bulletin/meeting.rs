//! Finds channels whose messages meet: at one place, or at some of their readers.

use super::{
    channel::{Channel, ChannelKind, TelegramChat},
    robot::Robot,
};

/// The number of readers that a sentence names.
const MOST_NAMED: usize = 3;

/// Returns a sentence for each two channels that meet.
#[must_use]
pub fn meetings(channels: &[Channel]) -> Vec<String> {
    let places: Vec<Place<'_>> = channels.iter().map(|it| Place::of(&it.kind)).collect();
    let mut said = Vec::new();
    for (at, one) in channels.iter().enumerate() {
        for (beyond, other) in channels[at + 1..].iter().enumerate() {
            let places = (&places[at], &places[at + 1 + beyond]);
            said.extend(sentence((one, places.0), (other, places.1)));
        }
    }
    said
}

fn sentence(
    (one, at): (&Channel, &Place<'_>),
    (other, there): (&Channel, &Place<'_>),
) -> Option<String> {
    if at.is(there) {
        return Some(format!(
            "`{}` and `{}` send to the same place; each bulletin is sent there once, by whichever channel sends it first",
            one.id, other.id
        ));
    }
    let shared = at.readers_shared_with(there);
    if shared.is_empty() || !share_a_source(one, other) {
        return None;
    }
    let more = shared.len().saturating_sub(MOST_NAMED);
    let more = (more > 0).then(|| format!(" and {more} more"));
    Some(format!(
        "`{}` and `{}` both send to {}{}, who will get some bulletins twice; list each recipient in only one channel, or give the channels different sources or filters",
        one.id,
        other.id,
        shared[..shared.len().min(MOST_NAMED)].join(", "),
        more.unwrap_or_default()
    ))
}

fn share_a_source(one: &Channel, other: &Channel) -> bool {
    let wanted = one.sources.as_ref().map(|wanted| (wanted, other));
    let wanted = wanted.or_else(|| other.sources.as_ref().map(|wanted| (wanted, one)));
    wanted.is_none_or(|(wanted, by)| wanted.iter().any(|source| by.wants(source)))
}

/// The place that a channel leads to, as far as the config determines it.
enum Place<'a> {
    Chat(String, Option<i32>),
    Robot(&'a Robot, super::robot::Fingerprint),
    Own,
}

impl<'a> Place<'a> {
    fn of(kind: &'a ChannelKind) -> Self {
        match kind {
            ChannelKind::Telegram { chat, topic, .. } => {
                let name = match chat {
                    TelegramChat::Id(id) => id.to_string(),
                    TelegramChat::Name(name) => name.to_lowercase(),
                };
                Self::Chat(name, *topic)
            }
            ChannelKind::Robot(robot) => Self::Robot(robot, robot.place()),
            ChannelKind::Stdout { .. } => Self::Own,
        }
    }

    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Chat(chat, topic), Self::Chat(other, other_topic)) => {
                chat == other && topic == other_topic
            }
            (Self::Robot(_, place), Self::Robot(_, other)) => place == other,
            _ => false,
        }
    }

    fn readers_shared_with(&self, other: &Self) -> Vec<String> {
        match (self, other) {
            (Self::Robot(one, _), Self::Robot(other, _)) => one.readers_shared_with(other),
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bulletin::{RobotKind, Setting};

    fn to(kind: &str, id: &str, to: &str) -> Channel {
        let kind = RobotKind::named(kind).unwrap();
        let to = Setting::Text(to.to_owned());
        let kind = ChannelKind::Robot(Robot::new(kind, [("to", to)].into()));
        Channel::new(id.parse().unwrap(), kind, chrono_tz::UTC)
    }

    #[test]
    fn readers_of_two_channels_are_named_where_they_get_things_twice() {
        let mut a = to("email", "a", "x@example.org, y@example.org");
        let mut b = to("email", "b", "Y <Y@example.org>, z@example.org");
        let said = meetings(&[a.clone(), b.clone()]).join("\n");
        assert!(
            said.contains("`a` and `b` both send to y@example.org, who"),
            "{said}"
        );
        assert!(!said.contains("x@"), "{said}");
        a.sources = Some(vec!["news".parse().unwrap()]);
        assert_eq!(meetings(&[b.clone(), a.clone()]).len(), 1);
        b.sources = Some(vec!["law".parse().unwrap()]);
        assert_eq!(meetings(&[a, b]), [""; 0], "they have no source in common");
    }

    #[test]
    fn whoever_reads_all_of_an_application_reads_each_of_its_channels() {
        let said = meetings(&[to("wecom-app", "a", "@all"), to("wecom-app", "b", "u1|u2")]);
        assert!(said.join("").contains("both send to u1, u2,"), "{said:?}");
        let said = meetings(&[
            to("wecom-app", "a", "u2|u1"),
            to("wecom-app", "b", "U1|u2|u1"),
        ]);
        assert!(said.join("").contains("send to the same place"), "{said:?}");
        assert_eq!(
            meetings(&[to("wecom-app", "a", "u1"), to("email", "b", "u1")]),
            [""; 0]
        );
    }
}
