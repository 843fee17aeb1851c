//! The program: it polls, reads again, sends, and is killed between any two of its steps.

use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::{DateTime, TimeDelta, Utc};
use noticast::{
    bulletin::{ChannelId, DeliveryId, DeliveryKind},
    ops::{Begun, Edition, Found, Look, LookState, Outcome, ReadAgain, Store, Waiting},
    store::Engine,
};

use crate::{
    platform::{Answer, Sending, Shown},
    world::{World, at_once},
};

/// A request under way.
pub(crate) struct Flight {
    pub(crate) first: DeliveryId,
    pub(crate) sending: Sending,
    pub(crate) answer: Answer,
    pub(crate) lands: DateTime<Utc>,
}

impl World {
    /// One poll of a site; the program may be killed before the store is asked, and before it answers.
    pub(crate) fn poll(&mut self, place: usize) {
        let (_, visits) = &mut self.polls[place];
        *visits += 1;
        let visits = *visits;
        let next = self.now + TimeDelta::seconds(self.rng.i64(240..700));
        self.polls[place].0 = next;
        let site = &self.sites[place];
        let source = site.source().id;
        let is_paused = self.store.read_look_state(&source, |look| look.paused);
        if site.is_down || is_paused {
            return;
        }
        let mut rows = site.page(visits, |_| false);
        let (first_page, mut pages) = (rows.len(), 1);
        // Rows that are those of the last poll are not judged.
        let hash = hash_of(&rows);
        if self.store.look_state(&source).rows == Some(hash) {
            return;
        }
        let judge = |rows: &[Found]| {
            let notices: Vec<_> = rows.iter().map(|found| found.notice.clone()).collect();
            at_once(self.store.judge(&source, &notices)).unwrap()
        };
        let mut judged = judge(&rows);
        // Where no row is known, further pages are read.
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
            place.is_some_and(|place| opened[place]) && !judged.first_look
        };
        let site = &self.sites[place];
        let found = site.pages(pages, visits, |item| opens(&site.url(item)));
        let look = Look {
            source,
            found,
            state: LookState {
                first_page: Some(first_page),
                rows: Some(hash),
                ..LookState::default()
            },
        };
        if self.is_killed(200) {
            self.tell("killed before an admission");
            return self.restart();
        }
        let wanting = self.wanting(place);
        let admitted = at_once(self.store.admit(look, self.now)).unwrap();
        self.owe(place, &admitted, &wanting);
        (self.sites[place].is_corrected, self.sites[place].is_moved) = (false, false);
        if self.is_killed(200) {
            self.tell("killed after an admission");
            self.restart();
        }
    }

    /// Articles that are due are read again.
    pub(crate) fn reread(&mut self) {
        for again in at_once(self.store.rereads(self.now, 8)).unwrap() {
            let id = again.bulletin.id;
            let Some(&(place, number)) = self.identities.get(&id.0) else {
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
            at_once(self.store.settle_reread(id, said, self.now)).unwrap();
            if self.is_killed(400) {
                return self.restart();
            }
        }
    }

    pub(crate) fn has_due(&self) -> bool {
        let heads = at_once(self.store.heads(None)).unwrap();
        heads.iter().any(|head| head.due_at <= self.now)
    }

    /// Each channel's first delivery goes out, where it is due and nothing else of it is under way.
    pub(crate) fn send(&mut self) {
        let heads = at_once(self.store.heads(None)).unwrap();
        for head in heads {
            let is_busy = |flight: &Flight| flight.sending.channel == head.channel;
            if head.due_at > self.now || self.flights.iter().any(is_busy) {
                continue;
            }
            if !self.begin(&head) {
                return;
            }
        }
    }

    /// False: the program was killed.
    fn begin(&mut self, head: &Waiting) -> bool {
        let all = at_once(self.store.together(head.id, self.now)).unwrap();
        let ids: Vec<DeliveryId> = all.iter().map(|waiting| waiting.id).collect();
        let begun = at_once(self.store.begin_together(ids.clone(), self.now)).unwrap();
        if begun == Begun::No {
            return true;
        }
        let sending = match self.message(head, &all, ids) {
            Some(sending) => sending,
            None => {
                // Nothing was sent that could be edited.
                let done = Outcome::Sent { message: None };
                at_once(self.store.complete(head.id, done, self.now)).unwrap();
                return true;
            }
        };
        if self.is_killed(150) {
            self.tell(format_args!("killed before {} was sent", head.id));
            self.platform.lose(&sending);
            self.restart();
            return false;
        }
        let (answer, waits) = self.platform.ask(&mut self.rng, &sending, self.now);
        let (channel, kind, ids) = (&sending.channel, sending.kind, &sending.deliveries);
        let bulletins: Vec<u64> = sending.bulletins.iter().map(|it| it.bulletin).collect();
        self.tell(format!(
            "{channel}: {kind:?} {bulletins:?} by {ids:?}: {answer:?}"
        ));
        self.flights.push(Flight {
            first: head.id,
            sending,
            answer,
            lands: self.now + waits,
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

    /// Answers come in.
    pub(crate) fn land(&mut self) {
        let flights = std::mem::take(&mut self.flights);
        let (landed, flying): (Vec<_>, Vec<_>) = flights
            .into_iter()
            .partition(|flight| flight.lands <= self.now);
        self.flights = flying;
        let mut landed = landed.into_iter();
        while let Some(flight) = landed.next() {
            let outcome = match flight.answer {
                Answer::Ends(outcome) => outcome,
                Answer::Shut => {
                    let channel = &flight.sending.channel;
                    at_once(self.store.block_channel(channel, "shut", self.now)).unwrap();
                    self.shut(&flight.sending.channel);
                    Outcome::PutBack
                }
            };
            if self.is_killed(150) {
                self.tell(format_args!(
                    "killed before {} was written down",
                    flight.first
                ));
                self.platform.lose(&flight.sending);
                landed.for_each(|flight| self.platform.lose(&flight.sending));
                return self.restart();
            }
            at_once(self.store.complete(flight.first, outcome, self.now)).unwrap();
        }
    }

    /// Whether the program ends here, once in so many times.
    fn is_killed(&mut self, one_in: u32) -> bool {
        !self.platform.is_calm && self.rng.u32(..one_in) == 0
    }

    /// The program ends at once, and begins again.
    pub(crate) fn restart(&mut self) {
        self.restarts += 1;
        self.tell("the program begins again");
        for flight in std::mem::take(&mut self.flights) {
            self.platform.lose(&flight.sending);
        }
        self.memory.restart();
        self.store = Store::on(Engine::Memory(self.memory.clone()));
        self.sync();
        for doubtful in at_once(self.store.uncertain()).unwrap() {
            let why = "it ended".to_owned();
            let outcome = Outcome::Interrupted { why };
            at_once(self.store.complete(doubtful.id, outcome, self.now)).unwrap();
        }
    }

    /// The config is read again, perhaps with other settings.
    pub(crate) fn reload(&mut self) {
        self.tell("the config is read again");
        crate::people::change_modes(&mut self.channels, &mut self.rng);
        self.sync();
    }

    /// Which channels want the news of a site, by the people's own record.
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
