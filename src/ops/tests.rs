//! Tests the store through its public methods, each test on its own disk folder.

mod added_channels;
mod audit;
mod corrections;
mod figures;
mod follow;
mod keeping;
mod kill;
mod leases;
mod million;
mod model;
mod modes;
mod older;
mod opening;
mod outbox;
mod people;
mod reminders;
mod rereads;
mod rules;
mod seen;
mod side_by_side;
mod subscriptions;
mod tokens;
mod twins;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, LazyLock, Mutex},
};

use chrono::{DateTime, Utc};
use tempfile::TempDir;
use url::Url;

use super::{op::Op, *};
use crate::{
    bulletin::{
        BulletinId, Channel, ChannelId, ChannelKind, DeliveryId, Moment, Notice, Source, SourceId,
        TelegramChat,
    },
    store::{self, Engine, Result, memory::Memory, postgres::Postgres, refused},
};

/// The variable for a second run of these tests, on `memory` or `postgres` instead of sled.
const ON: &str = "NOTICAST_TEST_ON";
/// The address of a database whose user may create schemas; each store gets its own.
const DATABASE: &str = "NOTICAST_POSTGRES";
/// Tests of sled's own rules, of its files and of a program that is killed with them, and measurements.
const OF_SLED_ALONE: [&str; 7] = [
    "opening::",
    "kill::",
    "rules::",
    "keeping::",
    "model::",
    "figures::",
    "older::",
];

/// Opens the store of a folder; on engines other than sled, the one that was closed under its name.
pub(super) async fn open(folder: &Path) -> Store {
    static CLOSED: LazyLock<Mutex<HashMap<PathBuf, Memory>>> = LazyLock::new(Mutex::default);
    match std::env::var(ON).as_deref() {
        Err(_) => Store::open(folder).await.unwrap(),
        Ok("postgres") => open_database(&schema_of(folder)).await,
        Ok(_) => {
            let memory = {
                let mut closed = CLOSED.lock().unwrap();
                closed.entry(folder.to_owned()).or_default().clone()
            };
            memory.restart();
            Store::on(Engine::Memory(memory))
        }
    }
}

fn schema_of(folder: &Path) -> String {
    format!(
        "t{}",
        &blake3::hash(folder.as_os_str().as_encoded_bytes()).to_hex()[..16]
    )
}

async fn open_database(schema: &str) -> Store {
    let url = std::env::var(DATABASE).unwrap_or_else(|_| panic!("{DATABASE} names no database"));
    let database = Postgres::open_apart(&url, schema).await.unwrap();
    Store::on(Engine::Postgres(database))
}

fn url_of(schema: &str) -> String {
    let url = std::env::var(DATABASE).unwrap_or_else(|_| panic!("{DATABASE} names no database"));
    format!("{url}?options=-c%20search_path%3D{schema},public")
}

fn psql(schema: &str, sql: &str) -> String {
    let mut psql = Command::new("psql");
    psql.args(["--quiet", "--no-psqlrc", "--tuples-only", "--no-align"]);
    psql.args(["--set", "ON_ERROR_STOP=1", "--command", sql]);
    let done = psql.arg(url_of(schema)).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    String::from_utf8_lossy(&done.stdout).trim().to_owned()
}

/// Runs the suite of all engines: tests that hold on sled hold on plain maps.
#[test]
fn all_of_it_holds_in_memory_too() {
    all_of_it_holds_on("memory");
}

#[test]
#[ignore = "needs a PostgreSQL: NOTICAST_POSTGRES names one"]
fn all_of_it_holds_on_postgres_too() {
    all_of_it_holds_on("postgres");
}

fn all_of_it_holds_on(engine: &str) {
    if std::env::var_os(ON).is_some() {
        return;
    }
    let mut suite = Command::new(std::env::current_exe().unwrap());
    suite.arg("ops::tests::").env(ON, engine);
    for story in OF_SLED_ALONE {
        suite.args(["--skip", story]);
    }
    suite.args(["--skip", "reads_the_disk"]);
    if engine == "postgres" {
        // Several processes share it: a start proves nothing about those before it.
        suite.args(["--skip", "the_next_start_takes_over_at_once"]);
    }
    let done = suite.output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{said}");
    assert!(said.contains("modes::"), "{said}");
}

/// A store in its own folder, one source, and a clock that only the test moves.
pub(super) struct World {
    pub(super) store: Store,
    pub(super) dir: TempDir,
    pub(super) now: DateTime<Utc>,
}

pub(super) fn source(id: &str) -> Source {
    let url = Url::parse(&format!("https://{id}.example.com/list.html")).unwrap();
    Source::new(id.parse().unwrap(), url)
}

pub(super) fn chat(id: &str, chat: i64) -> Channel {
    let kind = ChannelKind::Telegram {
        chat: TelegramChat::Id(chat),
        topic: None,
        silent: false,
        documents: false,
        buttons: true,
    };
    Channel::new(id.parse().unwrap(), kind, chrono_tz::Asia::Shanghai)
}

/// Returns a row; `date` may be empty.
pub(super) fn row(url: &str, title: &str, date: &str) -> Notice {
    Notice {
        url: format!("https://news.example.com/{url}"),
        guid: None,
        title: title.to_owned(),
        published: (!date.is_empty()).then(|| Moment::try_from(date.to_owned()).unwrap()),
        updated: None,
        summary: None,
        publisher: None,
        pinned: false,
    }
}

/// Returns the rows of one list, newest first: numbers become addresses, titles and days.
pub(super) fn list(numbers: impl IntoIterator<Item = u32>) -> Vec<Notice> {
    let first = chrono::NaiveDate::from_ymd_opt(2015, 1, 1).unwrap();
    let day = |number| (first + chrono::Days::new(u64::from(number))).to_string();
    let numbers = numbers.into_iter();
    numbers
        .map(|n| row(&format!("{n}.htm"), &format!("第{n}号通知"), &day(n)))
        .collect()
}

pub(super) fn findings_of(source: &str, rows: Vec<Notice>) -> PollFindings {
    let found = rows.into_iter().map(|notice| Found {
        notice,
        article: None,
    });
    PollFindings {
        source: source.parse().unwrap(),
        found: found.collect(),
        state: PollState::default(),
    }
}

impl World {
    pub(super) async fn new(channels: &[Channel]) -> Self {
        Self::with(&[source("news")], channels).await
    }

    pub(super) async fn with(sources: &[Source], channels: &[Channel]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = open(dir.path()).await;
        let now = "2022-12-01T08:00:00Z".parse().unwrap();
        store.sync_config(sources, channels).await.unwrap();
        Self { store, dir, now }
    }

    pub(super) async fn reopen(self, sources: &[Source], channels: &[Channel]) -> Self {
        let Self { store, dir, now } = self;
        store.close().await.unwrap();
        let store = open(dir.path()).await;
        store.sync_config(sources, channels).await.unwrap();
        Self { store, dir, now }
    }

    pub(super) async fn poll(&self, rows: Vec<Notice>) -> Admitted {
        self.poll_source("news", rows).await
    }

    pub(super) async fn poll_source(&self, source: &str, rows: Vec<Notice>) -> Admitted {
        let poll = findings_of(source, rows);
        self.store.admit(poll, self.now).await.unwrap()
    }

    pub(super) async fn titles(&self, ids: &[BulletinId]) -> Vec<String> {
        let mut titles = Vec::new();
        for id in ids {
            titles.push(self.store.bulletin(*id).await.unwrap().unwrap().title);
        }
        titles
    }

    /// Sends all waiting deliveries; returns their bulletins in sending order.
    pub(super) async fn drain(&self) -> Vec<(ChannelId, Option<BulletinId>)> {
        let mut sent = Vec::new();
        for mut head in self.store.heads(None).await.unwrap() {
            loop {
                assert_eq!(
                    self.store.begin_send(head.id, self.now).await.unwrap(),
                    Begun::Yes
                );
                sent.push((head.channel.clone(), head.bulletin));
                let outcome = Outcome::Sent { message: None };
                match self
                    .store
                    .complete(head.id, outcome, self.now)
                    .await
                    .unwrap()
                {
                    Some(next) => head = next,
                    None => break,
                }
            }
        }
        sent
    }
}
