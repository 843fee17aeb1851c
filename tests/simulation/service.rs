//! Simulates the program: its processes poll, read again and send, and are killed between any two of their steps.

use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::{DateTime, TimeDelta, Utc};
use noticast::{
    bulletin::{ChannelId, DeliveryId, DeliveryKind},
    ops::{Begun, Edition, Found, LeaseKey, Outcome, PollFindings, PollState, ReadAgain, Waiting},
};

use crate::{
    platform::{Answer, Sending, Shown},
    site::row_of,
    workers::{Under, sender_of},
    world::{World, at_once},
};

/// A request under way.
pub(crate) struct Flight {
    pub(crate) first: DeliveryId,
    pub(crate) sending: Sending,
    pub(crate) answer: Answer,
    pub(crate) lands: DateTime<Utc>,
    pub(crate) under: Under,
    /// True if its sender has another holder, which settled the doubt.
    pub(crate) is_lost: bool,
}

/// A poll whose process is suspended before it queries the store.
pub(crate) struct LatePoll {
    pub(crate) place: usize,
    pub(crate) poll: PollFindings,
    pub(crate) under: Under,
}

impl World {
    /// Polls a site once; its process may be killed or suspended before the store is queried, and be killed before it
    /// answers.
    pub(crate) fn poll(&mut self, place: usize) {
        let (_, visits) = &mut self.polls[place];
        *visits += 1;
        let visits = *visits;
        let next = self.now + TimeDelta::seconds(self.rng.i64(240..700));
        self.polls[place].0 = next;
        let site = &self.sites[place];
        let source = site.source().id;
        let Some(under) = self.holder(&LeaseKey::Source(source.clone())) else {
            // Its holder is suspended, or is gone.
            self.polls[place].0 = self.now + TimeDelta::seconds(30);
            return;
        };
        let site = &self.sites[place];
        let is_paused = self.store.read_poll_state(&source, |poll| poll.paused);
        if site.is_down || is_paused {
            return;
        }
        let mut rows = site.page(visits, |_| false);
        let (first_page, mut pages) = (rows.len(), 1);
        // Rows equal to those of the last poll are not judged.
        let hash = hash_of(&rows);
        if self.store.poll_state(&source).rows == Some(hash) {
            return;
        }
        let judge = |rows: &[Found]| {
            let notices: Vec<_> = rows.iter().map(|found| found.notice.clone()).collect();
            at_once(self.store.judge(&source, &notices)).unwrap()
        };
        let mut judged = judge(&rows);
        // If no row is known, further pages are read.
        while judged.unconnected && pages < 10 {
            pages += 1;
            rows = site.pages(pages, visits, |_| false);
            judged = judge(&rows);
        }
        let is_new = |place: usize| {
            !matches!(judged.rulings[place], noticast::ops::Ruling::Known(_))
                || judged.retitled.contains(&place)
        };
        let opened: Vec<bool> = (0..rows.len()).map(is_new).collect();
        let urls: Vec<String> = rows.iter().map(|row| row.notice.url.clone()).collect();
        let opens = |url: &str| {
            let place = urls.iter().position(|it| it == url);
            place.is_some_and(|place| opened[place]) && !judged.first_poll
        };
        let site = &self.sites[place];
        let found = site.pages(pages, visits, |item| opens(&site.url(item)));
        let poll = PollFindings {
            source,
            found,
            state: PollState {
                first_page: Some(first_page),
                rows: Some(hash),
                ..PollState::default()
            },
        };
        if self.is_killed(200) {
            self.note("killed before an admission");
            return self.kill(under.process);
        }
        if self.is_killed(60) {
            self.stand_still(under.process);
            self.late_polls.push(LatePoll { place, poll, under });
            return;
        }
        let process = under.process;
        if self.admit(place, poll, &under) {
            (self.sites[place].is_corrected, self.sites[place].is_moved) = (false, false);
        }
        if self.is_killed(200) {
            self.note("killed after an admission");
            self.kill(process);
        }
    }

    /// Continues the polls whose process was suspended.
    pub(crate) fn land_polls(&mut self) {
        for late in std::mem::take(&mut self.late_polls) {
            match self.stands_still(late.under.process) {
                true => self.late_polls.push(late),
                false => {
                    self.admit(late.place, late.poll, &late.under);
                }
            }
        }
    }

    /// Admits a poll and returns whether it was admitted.
    fn admit(&mut self, place: usize, poll: PollFindings, under: &Under) -> bool {
        let rows: Vec<_> = poll
            .found
            .iter()
            .map(|found| row_of(&found.notice))
            .collect();
        let numbers: Vec<usize> = rows.iter().map(|(number, ..)| *number).collect();
        let wanting = self.wanting(place);
        let answer = at_once(under.store.admit(poll, self.now));
        let Some(admitted) = self.written(under, answer) else {
            return false;
        };
        self.owe((place, &numbers), &admitted, &wanting);
        self.sites[place].see(&rows);
        true
    }

    /// Reads the articles that are due again.
    pub(crate) fn reread(&mut self) {
        for again in at_once(self.store.rereads(self.now, 8)).unwrap() {
            let id = again.bulletin.id;
            let Some(&(place, number)) = self.identities.get(&id.0) else {
                continue;
            };
            let key = LeaseKey::Source(self.sites[place].source().id);
            let Some(under) = self.holder(&key) else {
                continue;
            };
            let site = &self.sites[place];
            let item = &site.items[number];
            let said = match (site.is_down, item.is_gone) {
                (true, _) => ReadAgain::Failed,
                (_, true) if again.neighbours.is_some() && !item.is_listed => ReadAgain::Withdrawn,
                (_, true) => ReadAgain::Gone,
                _ => ReadAgain::Article(Box::new(site.article(item))),
            };
            let settled = at_once(under.store.settle_reread(id, said, self.now));
            self.written(&under, settled);
            if self.is_killed(400) {
                return self.kill(under.process);
            }
        }
    }

    pub(crate) fn has_due(&self) -> bool {
        let heads = at_once(self.store.heads(None)).unwrap();
        heads.iter().any(|head| head.due_at <= self.now)
    }

    /// Sends each channel's first delivery, if it is due and no other one of the channel is under way.
    pub(crate) fn send(&mut self) {
        let heads = at_once(self.store.heads(None)).unwrap();
        for head in heads {
            let is_busy =
                |flight: &Flight| flight.sending.channel == head.channel && !flight.is_lost;
            if head.due_at > self.now || self.flights.iter().any(is_busy) {
                continue;
            }
            if !self.begin(&head) {
                return;
            }
        }
    }

    /// Begins a delivery; returns false if its process was killed.
    fn begin(&mut self, head: &Waiting) -> bool {
        let Some(under) = self.holder(&sender_of(&head.channel)) else {
            return true;
        };
        let all = at_once(self.store.together(head.id, self.now)).unwrap();
        let ids: Vec<DeliveryId> = all.iter().map(|waiting| waiting.id).collect();
        let begun = at_once(under.store.begin_together(ids.clone(), self.now));
        let begun = self.written(&under, begun);
        if begun.is_none_or(|begun| begun == Begun::No) {
            return true;
        }
        let sending = match self.message(head, &all, ids) {
            Some(sending) => sending,
            None => {
                // There is no sent message to edit.
                let done = Outcome::Sent { message: None };
                let done = at_once(under.store.complete(head.id, done, self.now));
                self.written(&under, done);
                return true;
            }
        };
        if self.is_killed(150) {
            self.note(format_args!("killed before {} was sent", head.id));
            self.platform.lose(&sending);
            self.kill(under.process);
            return false;
        }
        let (answer, waits) = self.platform.ask(&mut self.rng, &sending, self.now);
        let (channel, kind, ids) = (&sending.channel, sending.kind, &sending.deliveries);
        let bulletins: Vec<u64> = sending.bulletins.iter().map(|it| it.bulletin).collect();
        self.note(format!(
            "{channel}: {kind:?} {bulletins:?} by {ids:?}: {answer:?}"
        ));
        self.flights.push(Flight {
            first: head.id,
            sending,
            answer,
            lands: self.now + waits,
            under,
            is_lost: false,
        });
        true
    }

    fn message(
        &self,
        head: &Waiting,
        all: &[Waiting],
        deliveries: Vec<DeliveryId>,
    ) -> Option<Sending> {
        let edition: Option<Edition> = match head.kind {
            DeliveryKind::Update => Some(at_once(self.store.edition(head.id)).unwrap()?),
            _ => None,
        };
        let bulletins = match &edition {
            Some(edition) => edition.bulletins.iter().map(shown).collect(),
            None => {
                let ids = all.iter().filter_map(|waiting| waiting.bulletin);
                let bulletins = ids.filter_map(|id| at_once(self.store.bulletin(id)).unwrap());
                bulletins.map(|bulletin| shown(&bulletin)).collect()
            }
        };
        Some(Sending {
            channel: head.channel.clone(),
            kind: head.kind,
            deliveries,
            bulletins,
            edits: edition.and_then(|edition| edition.message),
        })
    }

    /// Processes the answers that arrive.
    pub(crate) fn land(&mut self) {
        loop {
            let has_landed = |flight: &Flight| {
                flight.lands <= self.now && !self.stands_still(flight.under.process)
            };
            let Some(place) = self.flights.iter().position(has_landed) else {
                return;
            };
            if self.is_killed(150) {
                let flight = &self.flights[place];
                let (first, process) = (flight.first, flight.under.process);
                self.note(format_args!("killed before {first} was written down"));
                return self.kill(process);
            }
            let flight = self.flights.remove(place);
            self.write_down(flight);
        }
    }

    fn write_down(&mut self, flight: Flight) {
        let (under, channel) = (&flight.under, &flight.sending.channel);
        let outcome = match flight.answer {
            Answer::Ends(outcome) => outcome,
            Answer::Shut => {
                let shut = at_once(under.store.block_channel(channel, "shut".into(), self.now));
                if self.written(under, shut).is_some() {
                    self.shut(channel);
                }
                Outcome::PutBack
            }
        };
        let completed = at_once(under.store.complete(flight.first, outcome, self.now));
        self.written(under, completed);
    }

    /// Returns whether a process ends here, with a probability of one in `one_in`.
    fn is_killed(&mut self, one_in: u32) -> bool {
        !self.platform.is_calm && self.rng.u32(..one_in) == 0
    }

    /// Reloads the config, perhaps with other settings.
    pub(crate) fn reload(&mut self) {
        self.note("the config is read again");
        crate::people::change_modes(&mut self.channels, &mut self.rng);
        self.sync();
    }

    /// Returns the channels that want the news of a site, by the people's own record.
    fn wanting(&self, place: usize) -> Vec<ChannelId> {
        let source = self.sites[place].source().id;
        let configured = self.channels.iter();
        let configured = configured.filter(|channel| channel.wants(&source));
        let configured = configured.map(|channel| channel.id.clone());
        let chats = self.wishes.iter();
        let chats = chats.filter(|(_, wish)| wish.takes(&source));
        configured.chain(chats.map(|(id, _)| id.clone())).collect()
    }
}

fn shown(bulletin: &noticast::bulletin::Bulletin) -> Shown {
    Shown {
        bulletin: bulletin.id.0,
        title: bulletin.title.clone(),
    }
}

fn hash_of(rows: &[Found]) -> [u8; 16] {
    let mut hasher = DefaultHasher::new();
    for row in rows {
        (&row.notice.url, &row.notice.title, &row.notice.guid).hash(&mut hasher);
    }
    u128::from(hasher.finish()).to_be_bytes()
}
