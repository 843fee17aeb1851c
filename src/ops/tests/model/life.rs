//! Runs one life of a store and its model: random steps, and a comparison of both after each.

use std::collections::{BTreeMap, BTreeSet};

use futures::FutureExt;

use super::{
    plain::{CONFIGURED, Plain, SOURCES, ZONE},
    *,
};
use crate::{
    bulletin::{
        AddedChannel, AddedSource, Article, Chat, DeliveryState, MessageRef, Secret, Standing,
    },
    ops::tests::keeping::exported,
    store::memory::Memory,
};

/// The chats that come and go, by their first ids.
const CHATS: [i64; 3] = [101, 102, 103];
const REQUESTS: [&str; 3] = ["first", "second", "third"];
const SHOWN: u32 = 6;

/// The knowledge of a follower of the change feed.
#[derive(Default)]
struct Followed {
    last: u64,
    bulletins: BTreeSet<u64>,
    settled: BTreeSet<u64>,
}

impl Followed {
    fn take(&mut self, entry: &FeedEntry) {
        self.last = entry.number;
        match entry.event {
            FeedEvent::Bulletin(id) => _ = self.bulletins.insert(id),
            FeedEvent::Delivery(id) => _ = self.settled.insert(id),
            _ => {}
        }
    }
}

struct Life {
    rng: fastrand::Rng,
    /// The store; `None` for a moment, while it is opened again.
    store: Option<Store>,
    /// A handle of another process on the same store.
    other: Option<Store>,
    dir: TempDir,
    on: On,
    kept: Vec<Vec<String>>,
    followed: Followed,
    plain: Plain,
    now: DateTime<Utc>,
    chats: [i64; 3],
    /// The delivery that each worker has begun.
    sending: [Option<u64>; 2],
    runs: Vec<(u64, u64)>,
    steps: Vec<String>,
    messages: u32,
}

fn by() -> Actor {
    Actor::of_user("somebody")
}

fn sources() -> Vec<Source> {
    SOURCES.map(source).to_vec()
}

fn channels() -> Vec<Channel> {
    let numbered = CONFIGURED.iter().zip(11..);
    numbered.map(|(id, number)| chat(id, number)).collect()
}

/// Creates a folder on a file system in memory, if there is one: syncing is not tested here.
fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    match memory.is_dir() {
        true => tempfile::tempdir_in(memory).unwrap(),
        false => tempfile::tempdir().unwrap(),
    }
}

/// The engine of a life.
#[derive(Clone)]
pub(super) enum On {
    Sled,
    Memory(Memory),
    /// PostgreSQL, in a schema of that name.
    Postgres(String),
}

async fn open(state: &Path, on: &On) -> Store {
    if let On::Postgres(schema) = on {
        let store = open_database(schema).await;
        let synced = store.sync_config(&sources(), &channels()).await;
        synced.unwrap();
        return store;
    }
    if let On::Memory(memory) = on {
        memory.restart();
        let store = Store::on(Engine::Memory(memory.clone()));
        let synced = store.sync_config(&sources(), &channels()).await;
        synced.unwrap();
        return store;
    }
    loop {
        match Store::open(state).await {
            Ok(store) => {
                let synced = store.sync_config(&sources(), &channels()).await;
                synced.unwrap();
                return store;
            }
            Err(StoreError::Failed(Failure::Locked { .. })) => {
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            }
            Err(error) => panic!("{error}"),
        }
    }
}

/// Runs one life; returns the contents after each step, as exports.
pub(super) async fn live(seed: u64, steps: usize, on: On) -> Vec<Vec<String>> {
    let dir = folder();
    let mut life = Life {
        rng: fastrand::Rng::with_seed(seed),
        store: Some(open(dir.path(), &on).await),
        other: None,
        on,
        kept: Vec::new(),
        followed: Followed::default(),
        dir,
        plain: Plain::new(),
        now: "2022-12-01T08:00:00Z".parse().unwrap(),
        chats: CHATS,
        sending: [None; 2],
        runs: Vec::new(),
        steps: vec![format!("life {seed}")],
        messages: 0,
    };
    for _ in 0..steps {
        life.step().await;
        life.compare().await;
        life.keep().await;
    }
    life.open_again(true).await;
    life.compare().await;
    life.keep().await;
    life.kept
}

impl Life {
    /// Records the contents of the store, sorted, and its change feed.
    async fn keep(&mut self) {
        let mut lines = exported(&self.store()).await.split_off(1);
        lines.sort();
        lines.extend(self.follow().await);
        lines.push(self.steps[self.steps.len() - 1].clone());
        self.kept.push(lines);
    }

    /// Reads the changes since the last time, like a follower: it must then know what a complete reading shows.
    async fn follow(&mut self) -> Vec<String> {
        let store = self.store();
        // Calls that were not awaited are completed first.
        store.write(|_| Ok(())).await.unwrap();
        let page = store.changes_after(self.followed.last, 10_000);
        let page = page.await.unwrap();
        assert!(!page.has_lost, "{:#?}", self.steps);
        let mut lines = Vec::new();
        for entry in page.entries {
            assert_eq!(entry.number, self.followed.last + 1, "{:#?}", self.steps);
            self.followed.take(&entry);
            lines.push(format!("{entry:?}"));
        }
        assert_eq!(page.newest, self.followed.last);
        let bulletins = store.bulletins(&BulletinQuery::default()).await.unwrap();
        let bulletins = bulletins.items.iter().map(|it| it.id.0).collect();
        assert_eq!(self.followed.bulletins, bulletins, "{:#?}", self.steps);
        let all = store.deliveries(&DeliveryQuery::default()).await.unwrap();
        let is_over = |state| !matches!(state, DeliveryState::Queued | DeliveryState::Sending);
        let settled = all.items.iter().filter(|it| is_over(it.state));
        let settled = settled.map(|it| it.id.0).collect();
        assert_eq!(self.followed.settled, settled, "{:#?}", self.steps);
        lines
    }

    fn store(&self) -> Store {
        self.store.clone().expect("it is open between two steps")
    }

    fn id(&mut self) -> String {
        let chat = self.chats[self.rng.usize(0..3)];
        format!("telegram:{chat}")
    }

    /// Returns any channel, of the config or a chat.
    fn any_id(&mut self) -> String {
        match self.rng.usize(0..4) {
            0 => "a".to_owned(),
            1 => "b".to_owned(),
            _ => self.id(),
        }
    }

    fn note(&mut self, step: impl std::fmt::Debug) {
        self.steps.push(format!("{step:?} at {}", self.now));
    }

    async fn step(&mut self) {
        match self.rng.u32(0..100) {
            0..14 => self.admit().await,
            14..24 => self.ask().await,
            24..36 => self.remind().await,
            36..56 => self.work().await,
            56..62 => self.poll().await,
            62..67 => self.block().await,
            67..74 => self.say().await,
            74..79 => self.add().await,
            79..82 => self.move_chat().await,
            82..84 => self.confirm().await,
            84..86 => self.admit_program().await,
            86..90 => self.jump().await,
            90..94 => self.open_again(true).await,
            94..97 => self.hand_over().await,
            _ => self.open_again(false).await,
        }
    }

    async fn admit(&mut self) {
        let source = self.rng.usize(0..3);
        let before = self.plain.shown[source];
        let new = self.rng.u32(u32::from(before == 0)..3);
        self.note(("admit", source, new));
        let last = before + new;
        let first_new = before + 1;
        let mut deadlines = Vec::new();
        for _ in first_new..=last {
            let days = chrono::TimeDelta::days(self.rng.i64(-2..9));
            let day = (self.now + days).date_naive();
            deadlines.push(self.rng.bool().then_some(Moment::Day(day)));
        }
        let title = |number: u32| format!("{}第{number}号通知", SOURCES[source]);
        let found = (last.saturating_sub(SHOWN) + 1..=last).rev().map(|number| {
            let notice = Notice {
                title: title(number),
                url: format!("https://{}.example.com/{number}.htm", SOURCES[source]),
                ..list([number]).remove(0)
            };
            let deadline = number
                .checked_sub(first_new)
                .and_then(|at| deadlines[at as usize]);
            let article = (number >= first_new).then(|| Article {
                deadline,
                text: title(number),
                ..Article::default()
            });
            Found { notice, article }
        });
        let poll = PollFindings {
            source: SOURCES[source].parse().unwrap(),
            found: found.collect(),
            state: PollState::default(),
        };
        self.store().admit(poll, self.now).await.unwrap();
        let new: Vec<_> = (first_new..=last).map(title).zip(deadlines).collect();
        self.plain.admit(source, &new, self.now);
    }

    async fn ask(&mut self) {
        let id = self.id();
        let mut chat = Chat::new(ZONE);
        chat.standing = Standing::Approved;
        let all = SOURCES
            .iter()
            .map(|id| (*id).to_owned())
            .chain(self.plain.added.clone());
        let wanted: Vec<String> = all.filter(|_| self.rng.bool()).collect();
        chat.sources = Some(wanted.iter().map(|id| id.parse().unwrap()).collect());
        if let (Some(first), true) = (wanted.first(), self.rng.bool()) {
            let silent = self.rng.bool();
            chat.wish_for(&first.parse().unwrap(), |wish| wish.silent = Some(silent));
            chat.without_buttons = silent;
        }
        self.note(("ask", &id, &wanted));
        let (channel, wish, by) = (id.parse().unwrap(), chat.clone(), by());
        let store = self.store();
        let asking = store.change_chat(&channel, move |_| wish, "asks", &by, self.now);
        // The caller may leave before it is answered.
        match self.rng.bool() {
            true => drop(asking.now_or_never()),
            false => drop(asking.await.unwrap()),
        }
        self.plain.ask(&id, chat);
    }

    /// Creates, uses or revokes a token.
    async fn admit_program(&mut self) {
        let number = self.rng.u32(0..4);
        let (store, now) = (self.store(), self.now);
        let text = Secret::new(format!("nc_0000000{number}_secret"));
        let known = store.use_token(&text, now).await.unwrap();
        self.note(("program", number, known.is_some()));
        let is_known = self.plain.tokens.contains(&number);
        assert_eq!(known.is_some(), is_known, "{:#?}", self.steps);
        if is_known {
            let id = format!("0000000{number}");
            store.revoke_token(&id, &by(), now).await.unwrap();
            self.plain.tokens.remove(&number);
            return;
        }
        let new = NewToken {
            name: format!("program {number}"),
            scope: Scope::Publish,
            expires_at: None,
            opened_by: None,
        };
        store.create_token(&text, new, &by(), now).await.unwrap();
        self.plain.tokens.insert(number);
    }

    async fn remind(&mut self) {
        let id = self.id();
        let channel = id.parse().unwrap();
        let count = self.plain.bulletins.len() as u64;
        if count == 0 || self.rng.u32(0..5) == 0 {
            self.note(("remind of nothing", &id));
            let off = self.store().remind(&channel, None, &by(), self.now).await;
            assert!(matches!(off, Ok(Reminded::Off(_))));
            self.plain.forget_reminders(&id);
            return;
        }
        let bulletin = self.rng.u64(1..=count);
        self.note(("remind", &id, bulletin));
        let (store, by) = (self.store(), by());
        let asked = store.remind(&channel, Some(BulletinId(bulletin)), &by, self.now);
        let said = asked.await.unwrap();
        assert_eq!(
            said,
            self.plain.remind(&id, bulletin, self.now),
            "{:#?}",
            self.steps
        );
    }

    /// Sends messages: one worker serves the config's channels, the other one the chats.
    async fn work(&mut self) {
        let worker = self.rng.usize(0..2);
        if let Some(id) = self.sending[worker].take() {
            let outcome = self.outcome();
            self.note(("complete", id, &outcome));
            let store = self.store();
            let done = store.complete(DeliveryId(id), outcome.clone(), self.now);
            done.await.unwrap();
            self.plain.complete(id, &outcome, self.now);
            return;
        }
        let serves = move |id: &ChannelId| id.chat().is_some() == (worker == 1);
        let heads = self.store().heads_where(serves).await.unwrap();
        let Some(head) = heads.iter().find(|head| head.due_at <= self.now) else {
            return;
        };
        self.note(("begin", head.id.0));
        let begun = self.store().begin_send(head.id, self.now).await.unwrap();
        assert_eq!(
            begun,
            self.plain.begin(head.id.0, self.now),
            "{:#?}",
            self.steps
        );
        self.sending[worker] = (begun == Begun::Yes).then_some(head.id.0);
    }

    fn outcome(&mut self) -> Outcome {
        let (why, not_before) = (
            crate::bulletin::Reason::from("why"),
            self.now + chrono::TimeDelta::minutes(2),
        );
        self.messages += 1;
        match self.rng.u32(0..10) {
            0..5 => Outcome::Sent {
                message: Some(MessageRef(self.messages.to_string())),
            },
            5 => Outcome::Retry { not_before, why },
            6 => Outcome::Failed { why },
            7 => Outcome::Uncertain { not_before, why },
            8 => Outcome::Ailing { not_before, why },
            _ => Outcome::PutBack,
        }
    }

    async fn poll(&mut self) {
        let source = self.rng.usize(0..3);
        let (id, store) = (SOURCES[source].parse().unwrap(), self.store());
        let what = self.rng.u32(0..4);
        self.note(("poll", source, what));
        let poll = &mut self.plain.polls[source];
        match what {
            0 => {
                poll.0 = !poll.0;
                let by = by();
                let paused = store.set_paused(&id, poll.0, &by, self.now);
                paused.await.unwrap();
                self.plain.written[source] = *poll;
            }
            1 => {
                poll.1 = Reported::Fault;
                store.set_reported(&id, Reported::Fault);
            }
            2 => {
                poll.2 += 1;
                let failures = poll.2;
                let state = PollState {
                    failures,
                    ..PollState::default()
                };
                store.keep_poll(&id, state, self.now).await.unwrap();
            }
            _ => {
                store.save_poll_states().await.unwrap();
                self.plain.written = self.plain.polls;
            }
        }
    }

    async fn block(&mut self) {
        let id = self.any_id();
        let blocks = self.rng.bool();
        self.note(("block", &id, blocks));
        let (channel, store) = (id.parse().unwrap(), self.store());
        let done = match blocks {
            true => store.block_channel(&channel, "shut".into(), self.now).await,
            false => store.unblock_channel(&channel).await,
        };
        assert_eq!(done.is_ok(), self.plain.known(&id).is_some());
        if let Some(number) = self.plain.known(&id) {
            self.plain.blocked[number] = blocks;
        }
    }

    /// Makes announcements and rebroadcasts, and takes them back.
    async fn say(&mut self) {
        let (id, store, what) = (self.any_id(), self.store(), self.rng.u32(0..4));
        let request = REQUESTS[self.rng.usize(0..3)];
        let count = self.plain.bulletins.len() as u64;
        self.note(("say", &id, what, request));
        match what {
            0 => {
                let to = [id.parse().unwrap()];
                store.announce(&to, "text", self.now).await.unwrap();
                self.plain.announce(&id, self.now);
            }
            1 if count > 0 => {
                let bulletin = self.rng.u64(1..=count);
                let (to, by) = (Some(vec![id.parse().unwrap()]), by());
                let request = format!("{bulletin} to {id}");
                let sent =
                    store.rebroadcast(BulletinId(bulletin), to, None, &request, &by, self.now);
                let run = self.plain.rebroadcast(&id, bulletin, &request, self.now);
                assert_eq!(
                    sent.await.ok().as_deref().map(numbers),
                    run,
                    "{:#?}",
                    self.steps
                );
                self.runs.extend(run);
            }
            2 => {
                let sent = store
                    .broadcast("text", request, &by(), self.now)
                    .await
                    .unwrap();
                let run = self.plain.broadcast(request, self.now);
                assert_eq!(numbers(&sent), run, "{:#?}", self.steps);
                self.runs.push(run);
            }
            _ => {
                let Some(run) = self.runs.pop() else { return };
                let (first, count) = run;
                let first = DeliveryId(first);
                let dropped = store
                    .cancel(Run { first, count }, &by(), self.now)
                    .await
                    .unwrap();
                assert_eq!(dropped, self.plain.cancel(run), "{:#?}", self.steps);
            }
        }
    }

    async fn add(&mut self) {
        if self.rng.bool() {
            return self.add_channel().await;
        }
        let id = format!("added-{}", self.rng.u32(0..2));
        let (adds, store) = (self.rng.bool(), self.store());
        self.note(("add", &id, adds));
        if !adds {
            let known = self.plain.added.contains(&id);
            let (source, by) = (id.parse().unwrap(), by());
            let removed = store.remove_source(&source, &by, self.now);
            assert_eq!(removed.await.unwrap(), known);
            self.plain.forget_source(&id);
            return;
        }
        let at = self.now + chrono::TimeDelta::seconds(i64::from(self.messages));
        let chat = "telegram:101".parse().unwrap();
        let url = Url::parse("https://added.example.com/").unwrap();
        let added = AddedSource::from_chat(id.parse().unwrap(), (&id, &url), chat, at);
        store.add_source(added, &by(), self.now).await.unwrap();
        if !self.plain.added.contains(&id) {
            self.plain.added.push(id);
        }
    }

    /// Adds, edits or removes a channel that is in the store.
    async fn add_channel(&mut self) {
        let id = format!("hook-{}", self.rng.u32(0..2));
        let (adds, key, store) = (self.rng.bool(), self.rng.u32(0..3), self.store());
        self.note(("channel", &id, adds, key));
        let (channel, by): (ChannelId, _) = (id.parse().unwrap(), by());
        if !adds {
            let removed = store.remove_channel(&channel, &by, self.now).await;
            assert_eq!(removed.unwrap(), self.plain.hooks.remove(&id).is_some());
            return;
        }
        let url = format!("https://hooks.example.com/{key}");
        let keys = [("kind", "webhook"), ("url", url.as_str())];
        let keys = keys.map(|(key, value)| (key.to_owned(), value.into()));
        let added = AddedChannel {
            id: channel.clone(),
            at: self.now + chrono::TimeDelta::seconds(i64::from(self.messages)),
            keys: keys.into_iter().collect(),
        };
        let edited = added.keys.clone();
        if !store.add_channel(added, &by, self.now).await.unwrap() {
            let edited = store.edit_channel(&channel, edited, &by, self.now);
            edited.await.unwrap();
        }
        self.plain.hooks.insert(id, url);
    }

    async fn move_chat(&mut self) {
        let place = self.rng.usize(0..3);
        let (from, to) = (self.chats[place], self.chats[place] + 1000);
        self.note(("move", from, to));
        self.store().move_chat(from, to, self.now).await.unwrap();
        self.plain.move_chat(from, to);
        self.chats[place] = to;
    }

    async fn confirm(&mut self) {
        self.plain.offset += 1;
        self.note(("offset", self.plain.offset));
        let set = self.store().set_update_offset(self.plain.offset).await;
        set.unwrap();
    }

    async fn jump(&mut self) {
        let hours = [1, 1, 6, 30, -8, -24 * 365][self.rng.usize(0..6)];
        self.now += chrono::TimeDelta::hours(hours);
        self.note(("jump", hours));
        self.store().follow_the_clock(self.now).await.unwrap();
        self.plain.follow_the_clock(self.now);
    }

    /// Hands over to another process, if several share the store.
    async fn hand_over(&mut self) {
        self.note("hand over");
        self.store().save_poll_states().await.unwrap();
        self.plain.written = self.plain.polls;
        if let On::Postgres(_) = self.on {
            let next = match self.other.take() {
                Some(other) => other,
                None => open(self.dir.path(), &self.on).await,
            };
            self.other = self.store.replace(next);
        }
        let synced = self.store().sync_config(&sources(), &channels()).await;
        synced.unwrap();
    }

    async fn open_again(&mut self, is_orderly: bool) {
        self.note(("open again", is_orderly));
        self.other = None;
        let store = self.store.take().expect("it is open");
        if is_orderly {
            store.close().await.unwrap();
            self.plain.written = self.plain.polls;
        } else {
            drop(store);
            self.plain.polls = self.plain.written;
        }
        self.store = Some(open(self.dir.path(), &self.on).await);
        self.compare().await;
        self.sending = [None; 2];
        for doubtful in self.store().uncertain().await.unwrap() {
            let outcome = Outcome::Interrupted {
                why: "it ended".into(),
            };
            let store = self.store();
            let settled = store.complete(doubtful.id, outcome.clone(), self.now);
            settled.await.unwrap();
            self.plain.complete(doubtful.id.0, &outcome, self.now);
        }
        let sending = |sent: &super::plain::Sent| sent.state == DeliveryState::Sending;
        assert!(
            !self.plain.deliveries.iter().any(sending),
            "{:#?}",
            self.steps
        );
    }

    async fn compare(&self) {
        let (store, plain, steps) = (self.store(), &self.plain, &self.steps);
        let chats = store.chats().await.unwrap();
        let expected = plain.chats.iter();
        let expected =
            expected.map(|(number, chat)| (plain.names[*number].parse().unwrap(), chat.clone()));
        assert_eq!(chats, expected.collect::<Vec<_>>(), "{steps:#?}");
        for (id, chat) in &chats {
            assert_eq!(store.chat(id).as_ref(), Some(chat), "{steps:#?}");
        }
        let mut sent = store
            .deliveries(&DeliveryQuery::default())
            .await
            .unwrap()
            .items;
        sent.reverse();
        let sent: Vec<_> = sent
            .into_iter()
            .map(|it| {
                (
                    it.id.0,
                    it.channel.to_string(),
                    it.bulletin.map(|id| id.0),
                    it.kind,
                    it.state,
                    it.attempts,
                    it.queued_at,
                    it.due_at,
                )
            })
            .collect();
        let expected: Vec<_> = (1..)
            .zip(&plain.deliveries)
            .map(|(id, it)| {
                (
                    id,
                    plain.names[it.channel].clone(),
                    it.bulletin,
                    it.kind,
                    it.state,
                    it.attempts,
                    it.queued,
                    it.due,
                )
            })
            .collect();
        assert_eq!(sent, expected, "{steps:#?}");
        self.compare_heads(&store).await;
        self.compare_rest(&store).await;
    }

    async fn compare_heads(&self, store: &Store) {
        let (plain, steps) = (&self.plain, &self.steps);
        let mut heads: Vec<(String, u64)> = store
            .heads(None)
            .await
            .unwrap()
            .into_iter()
            .map(|head| (head.channel.to_string(), head.id.0))
            .collect();
        heads.sort();
        let numbers = 0..plain.names.len();
        let mut expected: Vec<(String, u64)> = numbers
            .filter_map(|number| Some((plain.names[number].clone(), plain.head(number)?)))
            .collect();
        expected.sort();
        assert_eq!(heads, expected, "{steps:#?}");
        for status in store.channels().await.unwrap() {
            let number = plain.known(status.id.as_str()).expect("a channel is known");
            let waits = |it: &&super::plain::Sent| {
                it.channel == number && it.state == DeliveryState::Queued
            };
            let queued = plain.deliveries.iter().filter(waits).count() as u64;
            let counts = plain.counts[number];
            let said = (
                status.queued,
                status.sent,
                status.failed,
                status.blocked.is_some(),
            );
            assert_eq!(
                said,
                (queued, counts.0, counts.1, plain.blocked[number]),
                "{steps:#?}"
            );
        }
    }

    async fn compare_rest(&self, store: &Store) {
        let (plain, steps) = (&self.plain, &self.steps);
        let mut bulletins = store
            .bulletins(&BulletinQuery::default())
            .await
            .unwrap()
            .items;
        bulletins.sort_by_key(|it| it.id);
        let said: Vec<_> = bulletins
            .iter()
            .map(|it| {
                (
                    it.source.as_str(),
                    it.title.as_str(),
                    it.state == crate::bulletin::BulletinState::Published,
                    it.deadline,
                )
            })
            .collect();
        let expected: Vec<_> = plain
            .bulletins
            .iter()
            .map(|it| {
                (
                    SOURCES[it.source],
                    it.title.as_str(),
                    it.is_published,
                    it.deadline,
                )
            })
            .collect();
        assert_eq!(said, expected, "{steps:#?}");
        for (id, expected) in SOURCES.iter().zip(plain.polls) {
            let poll = store.poll_state(&id.parse().unwrap());
            assert_eq!(
                (poll.paused, poll.reported, poll.failures),
                expected,
                "{id}: {steps:#?}"
            );
        }
        let added = store.added_sources().borrow().clone();
        let mut added: Vec<&str> = added.iter().map(|it| it.id.as_str()).collect();
        let mut expected: Vec<&str> = plain.added.iter().map(String::as_str).collect();
        added.sort_unstable();
        expected.sort_unstable();
        assert_eq!(added, expected, "{steps:#?}");
        let hooks = store.added_channels().borrow().clone();
        let hooks = hooks.iter().map(|it| {
            let url = it.keys["url"].as_str().unwrap().to_owned();
            (it.id.to_string(), url)
        });
        assert_eq!(hooks.collect::<BTreeMap<_, _>>(), plain.hooks, "{steps:#?}");
        let moved = store.moved_chats().await.unwrap();
        let known: std::collections::BTreeSet<i64> = moved.keys().copied().collect();
        assert_eq!(known, plain.moved.keys().copied().collect(), "{steps:#?}");
        assert_eq!(
            store.update_offset().await.unwrap(),
            plain.offset,
            "{steps:#?}"
        );
        for (chat, id) in self
            .chats
            .iter()
            .map(|chat| (*chat, format!("telegram:{chat}")))
        {
            let known = store
                .known_in(&ChannelId::of_chat(chat, None))
                .await
                .unwrap();
            assert_eq!(
                known.len(),
                usize::from(plain.known(&id).is_some()),
                "{id}: {steps:#?}"
            );
        }
    }
}

fn numbers(sent: &[DeliveryId]) -> (u64, u64) {
    (sent.first().map_or(0, |id| id.0), sent.len() as u64)
}
