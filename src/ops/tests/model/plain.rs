//! Models the store: its expected answers, in plain lists.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::bulletin::{Chat, DeliveryKind, DeliveryState, Standing, reminder_of};

/// The time zone Shanghai, which the channels of these tests have.
pub(super) const ZONE: chrono_tz::Tz = chrono_tz::Asia::Shanghai;
pub(super) const SOURCES: [&str; 3] = ["news", "law", "labs"];

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sent {
    pub(super) channel: usize,
    pub(super) bulletin: Option<u64>,
    pub(super) kind: DeliveryKind,
    pub(super) state: DeliveryState,
    pub(super) attempts: u32,
    pub(super) doubts: u32,
    pub(super) queued: DateTime<Utc>,
    pub(super) due: DateTime<Utc>,
    pub(super) begun: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Kept {
    pub(super) source: usize,
    pub(super) title: String,
    pub(super) is_published: bool,
    pub(super) deadline: Option<Moment>,
}

/// The poll state: paused, reported, failures.
pub(super) type PollFacts = (bool, Reported, u32);

#[derive(Debug, Clone, Default)]
pub(super) struct Plain {
    /// Every channel that was ever known, by number.
    pub(super) names: Vec<String>,
    pub(super) chats: BTreeMap<usize, Chat>,
    pub(super) blocked: Vec<bool>,
    /// The numbers of sent and failed deliveries.
    pub(super) counts: Vec<(u64, u64)>,
    /// The number of notices that each source ever showed.
    pub(super) shown: [u32; 3],
    pub(super) bulletins: Vec<Kept>,
    pub(super) deliveries: Vec<Sent>,
    pub(super) polls: [PollFacts; 3],
    /// The poll states that a crash leaves.
    pub(super) written: [PollFacts; 3],
    pub(super) added: Vec<String>,
    /// The addresses of channels that are in the store.
    pub(super) hooks: BTreeMap<String, String>,
    /// The valid tokens of programs.
    pub(super) tokens: BTreeSet<u32>,
    pub(super) moved: BTreeMap<i64, i64>,
    pub(super) requests: BTreeMap<String, (u64, u64)>,
    pub(super) offset: i32,
}

/// The channels of the config, which come first.
pub(super) const CONFIGURED: [&str; 2] = ["a", "b"];

impl Plain {
    pub(super) fn new() -> Self {
        let mut plain = Self::default();
        CONFIGURED.iter().for_each(|id| {
            plain.number(id);
        });
        plain
    }

    pub(super) fn number(&mut self, id: &str) -> usize {
        self.known(id).unwrap_or_else(|| {
            self.names.push(id.to_owned());
            self.blocked.push(false);
            self.counts.push((0, 0));
            self.names.len() - 1
        })
    }

    pub(super) fn known(&self, id: &str) -> Option<usize> {
        self.names.iter().position(|known| known == id)
    }

    fn queue(
        &mut self,
        to: &[usize],
        bulletin: Option<u64>,
        kind: DeliveryKind,
        now: DateTime<Utc>,
        due: DateTime<Utc>,
    ) -> (u64, u64) {
        let first = self.deliveries.len() as u64 + 1;
        for &channel in to {
            self.deliveries.push(Sent {
                channel,
                bulletin,
                kind,
                state: DeliveryState::Queued,
                attempts: 0,
                doubts: 0,
                queued: now,
                due,
                begun: None,
            });
        }
        (first, to.len() as u64)
    }

    fn subscribed(&self, wants: impl Fn(&Chat) -> bool) -> Vec<usize> {
        let chats = self.chats.iter();
        chats
            .filter(|(number, chat)| {
                chat.standing == Standing::Approved
                    && chat.wants_any()
                    && wants(chat)
                    && !self.blocked[**number]
            })
            .map(|(number, _)| *number)
            .collect()
    }

    /// Admits a poll; returns the titles of new notices: published, except for the first poll.
    pub(super) fn admit(
        &mut self,
        source: usize,
        new: &[(String, Option<Moment>)],
        now: DateTime<Utc>,
    ) {
        let is_first = self.shown[source] == 0;
        self.shown[source] += u32::try_from(new.len()).unwrap();
        let id: SourceId = SOURCES[source].parse().unwrap();
        for (title, deadline) in new {
            self.bulletins.push(Kept {
                source,
                title: title.clone(),
                is_published: !is_first,
                deadline: *deadline,
            });
            if !is_first {
                let mut to: Vec<usize> = (0..CONFIGURED.len()).collect();
                to.extend(self.subscribed(|chat| chat.wants(&id)));
                let bulletin = self.bulletins.len() as u64;
                self.queue(&to, Some(bulletin), DeliveryKind::New, now, now);
            }
        }
        self.polls[source].2 = 0;
        if !new.is_empty() {
            self.written[source] = self.polls[source];
        }
    }

    pub(super) fn ask(&mut self, id: &str, chat: Chat) {
        let number = self.number(id);
        // A repeated wish changes nothing.
        if self.chats.get(&number) == Some(&chat) {
            return;
        }
        for sent in &mut self.deliveries {
            let waits = sent.channel == number
                && sent.state == DeliveryState::Queued
                && sent.kind == DeliveryKind::New;
            let source = sent
                .bulletin
                .map(|id| self.bulletins[id as usize - 1].source);
            if waits && source.is_some_and(|source| !chat.wants(&SOURCES[source].parse().unwrap()))
            {
                sent.state = DeliveryState::Dropped;
            }
        }
        self.chats.insert(number, chat);
    }

    pub(super) fn remind(&mut self, id: &str, bulletin: u64, now: DateTime<Utc>) -> Reminded {
        let Some(deadline) = &self.bulletins[bulletin as usize - 1].deadline else {
            return Reminded::NoDeadline;
        };
        let Some(due) = reminder_of(deadline, ZONE).filter(|due| *due > now) else {
            return Reminded::TooLate;
        };
        let number = self.number(id);
        let waits = |sent: &Sent| {
            (sent.channel, sent.bulletin, sent.kind, sent.state)
                == (
                    number,
                    Some(bulletin),
                    DeliveryKind::Reminder,
                    DeliveryState::Queued,
                )
        };
        if !self.deliveries.iter().any(waits) {
            self.queue(&[number], Some(bulletin), DeliveryKind::Reminder, now, due);
        }
        Reminded::At(due)
    }

    pub(super) fn forget_reminders(&mut self, id: &str) {
        let Some(number) = self.known(id) else { return };
        for sent in &mut self.deliveries {
            if (sent.channel, sent.kind, sent.state)
                == (number, DeliveryKind::Reminder, DeliveryState::Queued)
            {
                sent.state = DeliveryState::Dropped;
            }
        }
    }

    pub(super) fn announce(&mut self, id: &str, now: DateTime<Utc>) {
        let number = self.number(id);
        self.queue(&[number], None, DeliveryKind::Announcement, now, now);
    }

    /// Rebroadcasts a bulletin; `None` if there is no such channel.
    pub(super) fn rebroadcast(
        &mut self,
        id: &str,
        bulletin: u64,
        request: &str,
        now: DateTime<Utc>,
    ) -> Option<(u64, u64)> {
        if let Some(known) = self.requests.get(request) {
            return Some(*known);
        }
        let number = self.known(id)?;
        let run = self.queue(
            &[number],
            Some(bulletin),
            DeliveryKind::Rebroadcast,
            now,
            now,
        );
        self.requests.insert(request.to_owned(), run);
        Some(run)
    }

    pub(super) fn broadcast(&mut self, request: &str, now: DateTime<Utc>) -> (u64, u64) {
        if let Some(known) = self.requests.get(request) {
            return *known;
        }
        let mut to: Vec<usize> = (0..CONFIGURED.len()).collect();
        to.extend(self.subscribed(|_| true));
        let run = self.queue(&to, None, DeliveryKind::Announcement, now, now);
        self.requests.insert(request.to_owned(), run);
        run
    }

    pub(super) fn cancel(&mut self, (first, count): (u64, u64)) -> u64 {
        let mut dropped = 0;
        for number in first..first + count {
            let sent = &mut self.deliveries[number as usize - 1];
            if sent.state == DeliveryState::Queued {
                sent.state = DeliveryState::Dropped;
                dropped += 1;
            }
        }
        dropped
    }

    pub(super) fn forget_source(&mut self, id: &str) {
        if self.added.iter().any(|known| known == id) {
            self.added.retain(|known| known != id);
            for chat in self.chats.values_mut() {
                if let Some(sources) = &mut chat.sources {
                    sources.retain(|source| source.as_str() != id);
                }
            }
        }
    }

    pub(super) fn move_chat(&mut self, from: i64, to: i64) {
        self.moved.insert(from, to);
        if let Some(number) = self.known(&format!("telegram:{from}")) {
            self.names[number] = format!("telegram:{to}");
        }
    }

    /// Returns the first waiting delivery of a channel, unless it is set aside.
    pub(super) fn head(&self, channel: usize) -> Option<u64> {
        if self.blocked[channel] {
            return None;
        }
        let waiting = (1..)
            .zip(&self.deliveries)
            .filter(|(_, sent)| sent.channel == channel && sent.state == DeliveryState::Queued);
        let is_held = |sent: &Sent| sent.attempts == 0 && sent.due > sent.queued;
        let (held, ready): (Vec<_>, Vec<_>) = waiting.partition(|(_, sent)| is_held(sent));
        let held = held.into_iter().map(|(id, sent)| (sent.due, id)).min();
        let ready = ready.first().map(|(id, sent)| (sent.due, *id));
        held.into_iter().chain(ready).min().map(|(_, id)| id)
    }

    pub(super) fn begin(&mut self, id: u64, now: DateTime<Utc>) -> Begun {
        let sent = &mut self.deliveries[id as usize - 1];
        let deadline = sent
            .bulletin
            .and_then(|id| self.bulletins[id as usize - 1].deadline);
        let is_over =
            deadline.is_some_and(|deadline| now.with_timezone(&ZONE).date_naive() > deadline.day());
        if sent.kind == DeliveryKind::Reminder && is_over {
            sent.state = DeliveryState::Dropped;
            return Begun::No;
        }
        sent.state = DeliveryState::Sending;
        sent.attempts += 1;
        sent.begun = Some(now);
        Begun::Yes
    }

    pub(super) fn complete(&mut self, id: u64, outcome: &Outcome, now: DateTime<Utc>) {
        const MOST_DOUBTS: u32 = 8;
        let sent = &mut self.deliveries[id as usize - 1];
        sent.begun = sent.begun.map(|begun| begun.min(now));
        let counts = &mut self.counts[sent.channel];
        let again = |sent: &mut Sent, due| {
            sent.state = DeliveryState::Queued;
            sent.due = due;
        };
        match outcome {
            Outcome::Sent { .. } => {
                sent.state = DeliveryState::Sent;
                counts.0 += 1;
            }
            Outcome::Failed { .. } => {
                sent.state = DeliveryState::Failed;
                counts.1 += 1;
            }
            Outcome::Retry { not_before, .. } => again(sent, *not_before),
            Outcome::Ailing { not_before, .. } => {
                sent.doubts = sent.doubts.max(1);
                again(sent, *not_before);
            }
            Outcome::Uncertain { .. } | Outcome::Interrupted { .. } => {
                sent.doubts += 1;
                let due = match outcome {
                    Outcome::Uncertain { not_before, .. } => *not_before,
                    _ => now,
                };
                again(sent, due);
                if sent.doubts >= MOST_DOUBTS {
                    sent.state = DeliveryState::Failed;
                    counts.1 += 1;
                }
            }
            Outcome::PutBack => {
                sent.state = DeliveryState::Queued;
                sent.attempts -= 1;
                sent.begun = None;
                sent.due = sent.due.min(now);
            }
        }
    }

    /// Makes deliveries due by the new clock: none waits for a time of the other one.
    pub(super) fn follow_the_clock(&mut self, now: DateTime<Utc>) {
        for sent in self
            .deliveries
            .iter_mut()
            .filter(|sent| sent.state == DeliveryState::Queued)
        {
            let deadline = sent
                .bulletin
                .and_then(|id| self.bulletins[id as usize - 1].deadline);
            if sent.attempts > 0 {
                if let Some(begun) = sent.begun.filter(|begun| *begun > now) {
                    sent.due = sent
                        .due
                        .min(now + (sent.due - begun).max(chrono::TimeDelta::zero()));
                    sent.begun = Some(now);
                }
            } else if sent.due > now && sent.kind == DeliveryKind::Reminder {
                let Some(deadline) = deadline else { continue };
                let due = reminder_of(&deadline, ZONE).unwrap();
                if due > now {
                    sent.due = due;
                } else if now.with_timezone(&ZONE).date_naive() <= deadline.day() {
                    sent.due = now;
                }
            } else if sent.due > now {
                sent.due = sent.due.min(sent.queued.min(now));
            }
        }
    }
}
