//! Tests several workers on one database, any of which may die, like the database's primary and the network between.
//!
//! `NOTICAST_CHAOS=long` makes the storm one of ten minutes, with fifty sources and forty chats; `NOTICAST_CHAOS_SEED`
//! draws another one. `NOTICAST_WORKERS=1` leaves one of the three workers, for a comparison, where none is killed.
//! `NOTICAST_SOURCES=10000` makes the many sources as many as one organisation may have, polled once a minute.
#![allow(clippy::print_stdout, reason = "figures are shown with --nocapture")]

use std::{
    collections::BTreeMap,
    ops::Range,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tokio::time::sleep;

use crate::support::{
    cable::Cable,
    loads::chats,
    postgres::Server,
    rig::{Noticast, Rig},
};

/// A time longer than a lease.
const PAST_A_LEASE: Duration = Duration::from_secs(70);
/// The time for which the network is away.
const CUT: Duration = Duration::from_secs(30);
const BETWEEN_KILLS: Duration = Duration::from_secs(5);
/// The maximum number of requests that a sender has open.
const IN_FLIGHT: u64 = 16;

/// The size of a storm.
struct Size {
    sources: usize,
    /// The interval at which each source is polled.
    every: &'static str,
    chats: usize,
    /// The bulletins a second: the chats may receive one a second each.
    rate: f64,
    /// The length in seconds.
    storm: u64,
    /// The options of the platform.
    sink: &'static [&'static str],
}

impl Size {
    fn asked_for() -> Self {
        match std::env::var("NOTICAST_CHAOS").as_deref() {
            Ok("long") => Self {
                sources: 50,
                every: "2s",
                chats: 40,
                rate: 0.5,
                storm: 600,
                sink: &[],
            },
            _ => Self {
                sources: 12,
                every: "2s",
                chats: 10,
                rate: 0.5,
                storm: 150,
                sink: &[],
            },
        }
    }
}

fn workers() -> usize {
    let asked_for = std::env::var("NOTICAST_WORKERS").ok();
    asked_for.map_or(3, |count| count.parse().unwrap())
}

/// The workers, a primary with a synchronous standby, and the network between them.
struct Machines {
    rig: Rig,
    server: Server,
    cables: Vec<Cable>,
    workers: Vec<Noticast>,
    random: fastrand::Rng,
    kills: u32,
}

impl Machines {
    async fn start(size: &Size) -> Self {
        let (sites, kept) = (size.sources.to_string(), (size.sources * 20).to_string());
        let origin = ["--sites", &sites, "--hosts", "--backlog", "5"];
        let rig = Rig::start(
            &[&origin[..], &["--keep-requests", &kept]].concat(),
            size.sink,
        );
        let mut server = Server::start();
        let ports = [server.port.clone(), server.standby()];
        let mut cables = Vec::new();
        for port in &ports {
            cables.push(Cable::to(port).await);
        }
        let url = format!(
            "postgres://noticast@127.0.0.1:{},127.0.0.1:{}/postgres?target_session_attrs=read-write",
            cables[0].port, cables[1].port
        );
        let config = rig
            .config(&format!(
                "every={}&chats={}&concurrency=64",
                size.every,
                chats(size.chats)
            ))
            .await;
        let worker = |name: usize| {
            let store = format!("[store]\nurl = \"{url}\"\nworker = \"w{name}\"\n\n[telegram]\n");
            Noticast::with(&config.replace("[telegram]\n", &store))
        };
        let seed = std::env::var("NOTICAST_CHAOS_SEED").ok();
        let seed = seed.map_or(7, |seed| seed.parse().unwrap());
        Self {
            rig,
            server,
            cables,
            workers: (0..workers()).map(worker).collect(),
            random: fastrand::Rng::with_seed(seed),
            kills: 0,
        }
    }

    fn start_all(&mut self) {
        self.workers.iter_mut().for_each(Noticast::start);
    }

    /// Kills one of some workers and starts it again.
    fn kill_one_of(&mut self, workers: &[usize]) {
        let worker = &mut self.workers[workers[self.random.usize(0..workers.len())]];
        assert!(worker.is_alive(), "it ended by itself: {}", worker.log());
        worker.kill();
        worker.start();
        self.kills += 1;
    }

    /// Kills workers for this time.
    async fn storm(&mut self, workers: &[usize], long: Duration) {
        let begin = Instant::now();
        while begin.elapsed() + BETWEEN_KILLS < long {
            sleep(BETWEEN_KILLS).await;
            self.kill_one_of(workers);
        }
        sleep(long.saturating_sub(begin.elapsed())).await;
    }

    /// Returns how many of the sources each live worker holds, according to the database.
    fn holders(&self) -> BTreeMap<String, usize> {
        let held = self.server.ask(
            "SELECT worker, count(*) FROM leases WHERE kind = 'source' AND worker IS NOT NULL GROUP BY worker",
        );
        let held = held.lines().filter_map(|line| line.split_once('|'));
        held.map(|(worker, count)| (worker.to_owned(), count.parse().unwrap()))
            .collect()
    }

    async fn until(&self, what: &str, most: Duration, mut holds: impl FnMut(&Self) -> bool) {
        let begin = Instant::now();
        while !holds(self) {
            let log = self.workers[0].log();
            assert!(begin.elapsed() < most, "waited {most:?} for {what}: {log}");
            sleep(Duration::from_millis(200)).await;
        }
    }

    /// Waits until each source was polled once, and all workers share them evenly.
    async fn are_at_work(&mut self, sources: usize) {
        for worker in &mut self.workers {
            worker.first_polls(sources).await;
            assert!(worker.is_alive(), "{}", worker.log());
        }
        self.are_even(sources).await;
    }

    /// Waits until all workers hold the same number of sources, within one.
    async fn are_even(&self, sources: usize) {
        let workers = self.workers.len();
        let (least, most) = (sources / workers, sources.div_ceil(workers));
        let is_even = |it: &Self| {
            let held = it.holders();
            held.len() == workers && held.values().all(|held| (least..=most).contains(held))
        };
        self.until("an even spread", Duration::from_secs(120), is_even)
            .await;
    }

    /// Returns how often each site was polled within some time (ms). A 304 may be checked by a second request of the
    /// same poll.
    async fn polls(&self, within: Range<f64>) -> BTreeMap<u64, usize> {
        const ONE_POLL: f64 = 5e3;
        let mut polls = BTreeMap::new();
        let mut last: BTreeMap<u64, f64> = BTreeMap::new();
        for request in self.rig.requests().await {
            let t = request["t"].as_f64().unwrap();
            if request["kind"] == "list" && within.contains(&t) {
                let site = request["site"].as_u64().unwrap();
                let before = last.insert(site, t);
                if before.is_none_or(|before| t - before > ONE_POLL) {
                    *polls.entry(site).or_default() += 1;
                }
            }
        }
        polls
    }

    /// Returns the auditor's report once nothing arrived for longer than a lease: deliveries of a dead worker may wait
    /// for its end, and writes may wait for a busy disk.
    fn audit(&self) -> Value {
        let settled = u32::try_from(PAST_A_LEASE.as_secs()).unwrap();
        let report = self.rig.audit(settled, &["--deadline", "400"]);
        println!("{} kills: {report:#}", self.kills);
        report
    }
}

fn assert_nothing_lost(report: &Value) {
    for fault in ["lost", "uncalled", "too_many_requests"] {
        assert_eq!(report[fault], json!(0), "{fault}: {report:#}");
    }
    assert!(
        report["expected_deliveries"].as_u64() > Some(0),
        "{report:#}"
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the rig and PostgreSQL"]
async fn three_workers_share_sources_and_senders_and_send_each_thing_once() {
    let size = Size {
        sources: 50,
        every: "2s",
        chats: 40,
        rate: 2.0,
        storm: 30,
        // Without a burst, which an even pace forgoes: the permitted rate can be reached.
        sink: &["--burst", "1"],
    };
    let mut machines = Machines::start(&size).await;
    machines.start_all();
    machines.are_at_work(size.sources).await;
    let schedule = format!("schedule?rate={}&for={}", size.rate, size.storm);
    machines.rig.newsroom(&schedule).await;
    sleep(Duration::from_secs(size.storm)).await;
    let report = machines.audit();
    assert_nothing_lost(&report);
    assert_eq!(report["duplicated"], json!(0), "{report:#}");
    assert_eq!(report["expected_deliveries"], report["delivered_once"]);
    let stats = machines.rig.origin_stats().await;
    assert_eq!(stats["max_in_flight_per_site"], json!(1), "{stats:#}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the rig and PostgreSQL, and takes minutes"]
async fn whatever_dies_nothing_is_lost_and_only_what_was_in_flight_is_repeated() {
    let size = Size::asked_for();
    let mut machines = Machines::start(&size).await;
    machines.start_all();
    machines.are_at_work(size.sources).await;
    let schedule = format!("schedule?rate={}&for={}", size.rate, size.storm);
    machines.rig.newsroom(&schedule).await;
    let began = Instant::now();

    // One worker is suspended past its lease while the others die, and is resumed.
    machines.workers[2].signal("STOP");
    machines.storm(&[0, 1], PAST_A_LEASE).await;
    machines.workers[2].signal("CONT");
    machines.storm(&[0, 1, 2], Duration::from_secs(10)).await;

    machines.server.kill();
    machines.storm(&[0, 1, 2], Duration::from_secs(6)).await;
    machines.server.promote();
    machines.storm(&[0, 1, 2], Duration::from_secs(10)).await;

    let is_reset = machines.random.bool();
    for cable in &machines.cables {
        if is_reset { cable.cut() } else { cable.stall() }
    }
    sleep(CUT).await;
    machines.cables.iter().for_each(Cable::mend);
    let rest = Duration::from_secs(size.storm).saturating_sub(began.elapsed());
    machines.storm(&[0, 1, 2], rest).await;

    let report = machines.audit();
    assert_nothing_lost(&report);
    // Each copy is of a send whose answer was never recorded, and was reported as such.
    let logs: String = machines.workers.iter().map(Noticast::log).collect();
    let doubtful = logs.matches("possibly repeated").count() as u64;
    assert!(
        report["duplicated"].as_u64() <= Some(doubtful),
        "{report:#}"
    );
    let ends = u64::from(machines.kills) + 3;
    assert!(doubtful <= ends * IN_FLIGHT, "{doubtful}: {report:#}");
    let stats = machines.rig.origin_stats().await;
    assert_eq!(stats["max_in_flight_per_site"], json!(1), "{stats:#}");
    for worker in &mut machines.workers {
        let log = worker.log();
        assert!(worker.is_alive() && !log.contains("panicked"), "{log}");
    }
}

/// Returns the time in milliseconds, as the rig has it.
fn now_ms() -> f64 {
    json!(chrono::Utc::now().timestamp_millis())
        .as_f64()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the rig and PostgreSQL, and takes minutes"]
async fn many_sources_are_polled_on_time_also_those_of_a_worker_that_dies() {
    const LEASE: Duration = Duration::from_secs(60);
    const PERIODS: u32 = 3;
    let many = std::env::var("NOTICAST_SOURCES").ok();
    let sources = many.as_ref().map_or(300, |count| count.parse().unwrap());
    let (every, period) = match many {
        Some(_) => ("60s", Duration::from_secs(60)),
        None => ("20s", Duration::from_secs(20)),
    };
    let size = Size {
        sources,
        every,
        chats: 2,
        rate: 0.0,
        storm: 0,
        sink: &[],
    };
    let mut machines = Machines::start(&size).await;
    machines.start_all();
    let is_polled = |it: &Machines| {
        let polled = "SELECT count(*) FROM sources WHERE look ->> 'last_polled' IS NOT NULL";
        it.server.ask("SELECT to_regclass('sources') IS NOT NULL") == "t"
            && it.server.ask(polled) == sources.to_string()
    };
    let most = Duration::from_secs(900);
    machines
        .until("the first poll of each source", most, is_polled)
        .await;
    machines.are_even(sources).await;

    let begun = now_ms();
    sleep(period * PERIODS).await;
    // A busy machine may wake up later.
    let ended = begun + (period * PERIODS).as_secs_f64() * 1e3;
    let polls = machines.polls(begun..ended).await;
    assert_eq!(polls.len(), sources);
    let (least, most) = (
        *polls.values().min().unwrap(),
        *polls.values().max().unwrap(),
    );
    println!(
        "{:?} sources held; polls of a source in {PERIODS} periods: {least} to {most}",
        machines.holders()
    );
    let periods = PERIODS as usize;
    assert!(
        least >= periods - 1 && most <= periods + 1,
        "{least} to {most}"
    );

    let dead = machines
        .server
        .ask("SELECT name FROM leases WHERE kind = 'source' AND worker = 'w0'");
    let dead: Vec<&str> = dead.lines().collect();
    assert!(!dead.is_empty());
    let killed = Instant::now();
    machines.workers[0].kill();
    let late = format!(
        "SELECT count(*) FROM sources WHERE id = ANY ('{{{}}}') AND (look ->> 'last_polled')::timestamptz < now() - interval '{} s'",
        dead.join(","),
        period.as_secs() + 5,
    );
    // Its lease runs until then, and each of its sources was polled less than a period before.
    sleep(LEASE).await;
    machines
        .until("sources of the dead worker", LEASE + period, |it| {
            it.server.ask(&late) == "0"
        })
        .await;
    println!(
        "{} sources of a dead worker were polled again after {:?}",
        dead.len(),
        killed.elapsed()
    );
    for worker in &mut machines.workers[1..] {
        assert!(worker.is_alive(), "{}", worker.log());
    }
    let stats = machines.rig.origin_stats().await;
    assert_eq!(stats["max_in_flight_per_site"], json!(1), "{stats:#}");
}
