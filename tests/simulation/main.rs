//! Simulates the service in virtual time: sites publish, correct, withdraw and move, platforms reject messages and lose
//! answers, people subscribe and rebroadcast, and several processes share the work, which are killed between any two
//! steps, or are suspended past their leases and return. The promises of the design are checked against a plain record
//! of what should have arrived where.
//!
//! `NOTICAST_SEEDS=10000 cargo test --release --test simulation` runs as many; `NOTICAST_SEED=7` runs one and prints
//! what happened. The scope of the simulation is described in ARCHITECTURE.md.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a simulation that cannot go on fails, and prints what happened; the lints exempt test functions alone"
)]

mod people;
mod platform;
mod promises;
mod service;
mod site;
mod workers;
mod world;

use world::World;

const FEW: u64 = 100;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn no_promise_is_broken_whatever_happens() {
    if let Some(seed) = number("NOTICAST_SEED") {
        let broken = World::new(seed).live(true);
        assert!(broken.is_empty(), "seed {seed}:\n{}", broken.join("\n"));
        return;
    }
    let seeds = number("NOTICAST_SEEDS").unwrap_or(FEW);
    let from = number("NOTICAST_FIRST_SEED").unwrap_or(0);
    let workers = std::thread::available_parallelism().map_or(2, usize::from) as u64;
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..workers)
            .map(|worker| scope.spawn(move || run(from, seeds, worker, workers)))
            .collect();
        let broken: Vec<String> = runs.into_iter().flat_map(|it| it.join().unwrap()).collect();
        assert!(broken.is_empty(), "{}", broken.join("\n"));
    });
}

/// Runs the seeds of one worker, up to the first that breaks a promise.
fn run(from: u64, seeds: u64, worker: u64, workers: u64) -> Vec<String> {
    let own = (from..from + seeds).filter(|seed| seed % workers == worker);
    for seed in own {
        let broken = World::new(seed).live(false);
        if !broken.is_empty() {
            let again = format!("seed {seed} (NOTICAST_SEED={seed} prints what happened):");
            return std::iter::once(again).chain(broken).collect();
        }
    }
    Vec::new()
}
