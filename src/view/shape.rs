//! Defines the shapes, field by field in the documented order.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::stamp::Stamp;
use crate::{
    bulletin::{
        self, Attachment, BulletinId, BulletinState, ChannelId, DeliveryId, DeliveryKind,
        DeliveryState, Login, MessageRef, Mode, Moment, PageFault, ReadAs, Reason, SourceId,
    },
    ops::{ChannelStatus, SourceStatus},
};

/// A source, with the state of its polls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Source {
    pub id: SourceId,
    pub name: String,
    /// Empty if the kind is `desk`.
    pub url: String,
    pub kind: String,
    pub schedule: String,
    pub state: SourceState,
    /// The end of the last poll, whether it succeeded or failed.
    #[schema(required)]
    pub last_polled: Option<Stamp>,
    #[schema(required)]
    pub last_changed: Option<Stamp>,
    /// Also `null` if no running process polls this source.
    #[schema(required)]
    pub next_poll: Option<Stamp>,
    #[schema(required)]
    pub error: Option<String>,
    /// The kind of the error, for people, in their language.
    #[serde(skip)]
    pub fault: Option<PageFault>,
    pub bulletins: u64,
    /// The feed that is read, once it is known; the address itself if that is a feed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feed: Option<String>,
    /// The link by which people subscribe to the source with the bot, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// The first that applies of `paused`, `failing`, `held` and `ok`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SourceState {
    Ok,
    /// From the first failed poll to the next good one.
    Failing,
    Paused,
    /// Bulletins of it wait for an admin.
    Held,
}

impl Source {
    /// Returns the shape of a source; `status` is `None` if the store knows nothing of it yet.
    #[must_use]
    pub fn new(source: &bulletin::Source, status: Option<&SourceStatus>, zone: Tz) -> Self {
        let poll = status.map(|status| &status.poll);
        let stamp = |time: Option<DateTime<Utc>>| time.map(|time| Stamp::new(time, zone));
        Self {
            id: source.id.clone(),
            name: source.name.clone(),
            url: source
                .address()
                .map(ToString::to_string)
                .unwrap_or_default(),
            kind: kind_name(source.kind).to_owned(),
            schedule: source.schedule.to_string(),
            state: status.map_or(SourceState::Ok, SourceState::of),
            last_polled: stamp(poll.and_then(|poll| poll.last_polled)),
            last_changed: stamp(poll.and_then(|poll| poll.last_changed)),
            next_poll: stamp(poll.and_then(|poll| poll.next_poll)),
            error: poll.and_then(|poll| poll.error.clone()),
            fault: poll.and_then(|poll| poll.fault),
            bulletins: status.map_or(0, |status| status.bulletins),
            feed: poll
                .and_then(|poll| poll.feed.as_deref()?.parse().ok())
                .map(|feed| Login::taken_off(&feed).to_string()),
            link: None,
        }
    }
}

impl SourceState {
    fn of(status: &SourceStatus) -> Self {
        if status.poll.paused {
            Self::Paused
        } else if status.poll.error.is_some() {
            Self::Failing
        } else if status.held > 0 {
            Self::Held
        } else {
            Self::Ok
        }
    }
}

fn kind_name(kind: ReadAs) -> &'static str {
    match kind {
        ReadAs::Auto => "auto",
        ReadAs::List => "list",
        ReadAs::Feed => "feed",
        ReadAs::Json => "json",
        ReadAs::Desk => "desk",
        ReadAs::Article => "article",
    }
}

/// A channel, with the state of its deliveries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Channel {
    pub id: ChannelId,
    pub kind: String,
    pub name: String,
    /// `["*"]` means all.
    pub sources: Vec<String>,
    /// Sources that go to other channels alone.
    #[serde(skip)]
    pub without: Vec<SourceId>,
    pub mode: String,
    pub state: ChannelState,
    pub queued: u64,
    pub sent: u64,
    pub failed: u64,
    /// The reason why it is blocked or failing.
    #[schema(required)]
    pub error: Option<String>,
    /// The same for people, in their language.
    #[serde(skip)]
    pub why: Option<Reason>,
    /// When the first that waits is due.
    #[serde(skip)]
    pub next_due: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ChannelState {
    Ok,
    /// The last attempt failed; it goes on.
    Failing,
    /// Set aside until someone acts.
    Blocked,
}

impl Channel {
    /// Returns the shape of a channel; `status` is `None` if the store knows nothing of it yet.
    #[must_use]
    pub fn new(channel: &bulletin::Channel, status: Option<&ChannelStatus>) -> Self {
        let sources = channel.sources.as_ref().map_or_else(any_source, |sources| {
            sources.iter().map(ToString::to_string).collect()
        });
        let shown = Self::shown(
            channel.id.clone(),
            channel.kind_name(),
            &channel.name,
            sources,
            status,
        );
        Self {
            mode: channel.mode.name().to_owned(),
            without: channel.without.clone(),
            ..shown
        }
    }

    /// Returns the shape of a chat that subscribed on its own, of which the config knows nothing.
    #[must_use]
    pub fn subscribed(status: &ChannelStatus) -> Self {
        if let Some(channel) = &status.chat {
            return Self::new(channel, Some(status));
        }
        let (id, name) = (status.id.clone(), status.id.as_str());
        Self::shown(id, "telegram", name, any_source(), Some(status))
    }

    /// Returns the channel as it is while its sender cannot send.
    #[must_use]
    pub fn beside(self, sender_fault: Option<Reason>) -> Self {
        match sender_fault.filter(|_| self.state == ChannelState::Ok) {
            Some(why) => Self {
                state: ChannelState::Failing,
                error: Some(why.to_string()),
                why: Some(why),
                ..self
            },
            None => self,
        }
    }

    /// Returns whether it receives bulletins of `source`.
    #[must_use]
    pub fn has(&self, source: &SourceId) -> bool {
        let is_named = |id: &String| id == "*" || id == source.as_str();
        self.sources.iter().any(is_named) && !self.without.contains(source)
    }

    fn shown(
        id: ChannelId,
        kind: &str,
        name: &str,
        sources: Vec<String>,
        status: Option<&ChannelStatus>,
    ) -> Self {
        let blocked = status.and_then(|status| status.blocked.as_ref());
        let error = status.and_then(|status| status.error.as_ref());
        let state = match (&blocked, &error) {
            (Some(_), _) => ChannelState::Blocked,
            (None, Some(_)) => ChannelState::Failing,
            (None, None) => ChannelState::Ok,
        };
        let why = blocked.map(|(why, _)| why).or(error);
        Self {
            id,
            kind: kind.to_owned(),
            name: name.to_owned(),
            sources,
            without: Vec::new(),
            mode: Mode::Each.name().to_owned(),
            state,
            queued: status.map_or(0, |status| status.queued),
            sent: status.map_or(0, |status| status.sent),
            failed: status.map_or(0, |status| status.failed),
            error: why.map(Reason::to_string),
            why: why.cloned(),
            next_due: status.and_then(|status| status.next_due),
        }
    }
}

fn any_source() -> Vec<String> {
    vec!["*".to_owned()]
}

/// A stored bulletin, without its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Bulletin {
    pub id: BulletinId,
    pub source: SourceId,
    pub also: Vec<SourceId>,
    pub url: String,
    pub title: String,
    #[schema(required)]
    pub summary: Option<String>,
    #[schema(required)]
    pub publisher: Option<String>,
    #[schema(required)]
    pub published: Option<Moment>,
    #[schema(required)]
    pub deadline: Option<Moment>,
    pub attachments: Vec<Attachment>,
    pub first_seen: Stamp,
    pub state: BulletinState,
    pub revision: u32,
}

impl Bulletin {
    #[must_use]
    pub fn new(bulletin: bulletin::Bulletin, zone: Tz) -> Self {
        Self {
            id: bulletin.id,
            source: bulletin.source,
            also: bulletin.also,
            url: bulletin.url,
            title: bulletin.title,
            summary: bulletin.summary,
            publisher: bulletin.publisher,
            published: bulletin.published,
            deadline: bulletin.deadline,
            attachments: bulletin.attachments,
            first_seen: Stamp::new(bulletin.first_seen, zone),
            state: bulletin.state,
            revision: bulletin.revision,
        }
    }
}

/// The delivery of one bulletin to one channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Delivery {
    pub id: DeliveryId,
    /// `null` for announcements.
    #[schema(required)]
    pub bulletin: Option<BulletinId>,
    pub channel: ChannelId,
    pub kind: DeliveryKind,
    pub state: DeliveryState,
    pub attempts: u32,
    #[schema(required)]
    pub message: Option<MessageRef>,
    #[schema(required)]
    pub error: Option<String>,
    /// The same for people, in their language.
    #[serde(skip)]
    pub why: Option<Reason>,
    pub queued_at: Stamp,
    pub due_at: Stamp,
    #[schema(required)]
    pub sent_at: Option<Stamp>,
}

impl Delivery {
    #[must_use]
    pub fn new(delivery: bulletin::Delivery, zone: Tz) -> Self {
        Self {
            id: delivery.id,
            bulletin: delivery.bulletin,
            channel: delivery.channel,
            kind: delivery.kind,
            state: delivery.state,
            attempts: delivery.attempts,
            message: delivery.message,
            error: delivery.error.as_ref().map(Reason::to_string),
            why: delivery.error,
            queued_at: Stamp::new(delivery.queued_at, zone),
            due_at: Stamp::new(delivery.due_at, zone),
            sent_at: delivery.sent_at.map(|time| Stamp::new(time, zone)),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;
    use crate::{bulletin::Cause, ops::PollState};

    fn status(poll: PollState, held: u64) -> SourceStatus {
        SourceStatus {
            id: "news".parse().unwrap(),
            poll,
            bulletins: 9,
            held,
        }
    }

    #[test]
    fn the_first_state_that_applies_is_shown() {
        let mut poll = PollState::default();
        assert_eq!(SourceState::of(&status(poll.clone(), 0)), SourceState::Ok);
        assert_eq!(SourceState::of(&status(poll.clone(), 1)), SourceState::Held);
        poll.error = Some("503".to_owned());
        let state = SourceState::of(&status(poll.clone(), 1));
        assert_eq!(state, SourceState::Failing);
        poll.paused = true;
        assert_eq!(SourceState::of(&status(poll, 1)), SourceState::Paused);
    }

    #[test]
    fn a_bulletin_prints_as_the_contract_says() {
        let seen = Utc.with_ymd_and_hms(2022, 11, 20, 0, 0, 0).unwrap();
        let bulletin = bulletin::Bulletin {
            id: BulletinId(1042),
            source: "news".parse().unwrap(),
            also: vec![],
            url: "https://www.example.com/1.html".to_owned(),
            title: "关于元旦放假的通知".to_owned(),
            summary: None,
            publisher: Some("办公室".to_owned()),
            published: Moment::try_from("2022-11-20".to_owned()).ok(),
            deadline: None,
            attachments: vec![],
            first_seen: seen,
            state: BulletinState::Published,
            cause: Cause::New,
            revision: 0,
        };
        let shown = Bulletin::new(bulletin, Tz::Asia__Shanghai);
        assert_eq!(
            serde_json::to_string(&shown).unwrap(),
            r#"{"id":1042,"source":"news","also":[],"url":"https://www.example.com/1.html","title":"关于元旦放假的通知","summary":null,"publisher":"办公室","published":"2022-11-20","deadline":null,"attachments":[],"first_seen":"2022-11-20T08:00:00.000+08:00","state":"published","revision":0}"#
        );
        let text = serde_json::to_string(&shown).unwrap();
        assert_eq!(serde_json::from_str::<Bulletin>(&text).unwrap(), shown);
    }

    #[test]
    fn a_user_and_password_in_an_address_are_not_shown() {
        let url = "https://reader:secret@example.com/".parse().unwrap();
        let source = bulletin::Source::new("news".parse().unwrap(), url);
        let shown = Source::new(&source, None, Tz::UTC);
        assert_eq!(shown.url, "https://example.com/");
    }
}
