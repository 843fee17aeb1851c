//! Tests random lives of a store, compared after each step and after each start with a plain model, and the contents
//! of the engines with one another.
//!
//! The store's memory and its disk must never differ: a chat's number that was only in memory once cost its
//! subscription. `NOTICAST_MODEL_LIVES` sets the number of lives.

mod life;
mod plain;

use tokio::task::JoinSet;

use self::life::On;
use super::*;

const LIVES: &str = "NOTICAST_MODEL_LIVES";
/// The first life in a database: they take long, so that some thousands of them are led in several runs.
const FIRST_LIFE: &str = "NOTICAST_MODEL_FIRST";
const FEW: u64 = 200;
const STEPS: usize = 50;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_lives_go_as_a_plain_model_says_and_alike_on_all_engines() {
    let lives = std::env::var(LIVES).map_or(FEW, |lives| lives.parse().unwrap());
    let halves = [0, 1].map(|half| {
        tokio::spawn(async move {
            for seed in (0..lives).filter(|seed| seed % 2 == half) {
                let on_disk = life::live(seed, STEPS, On::Sled).await;
                let in_memory = life::live(seed, STEPS, On::Memory(Memory::default())).await;
                for (disk, memory) in on_disk.iter().zip(&in_memory) {
                    assert_eq!(disk, memory, "life {seed}");
                }
                assert_eq!(on_disk.len(), in_memory.len());
            }
        })
    });
    for half in halves {
        half.await.unwrap();
    }
}

/// Lives in a database that go on at the same time: each mostly waits for answers.
const BESIDE: u64 = 6;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a PostgreSQL: NOTICAST_POSTGRES names one"]
async fn random_lives_go_alike_on_postgres() {
    let number = |name| std::env::var(name).map(|number| number.parse().unwrap());
    let first: u64 = number(FIRST_LIFE).unwrap_or(0);
    let lives = number(LIVES).unwrap_or(FEW);
    let url = std::env::var(DATABASE).unwrap();
    let mut lanes = JoinSet::new();
    for lane in 0..BESIDE {
        let url = url.clone();
        lanes.spawn(async move {
            for seed in (first + lane..first + lives).step_by(BESIDE as usize) {
                live_alike(&url, seed).await;
            }
        });
    }
    lanes.join_all().await;
}

/// Leads one life in a database and in memory, and compares their exports after each step.
async fn live_alike(url: &str, seed: u64) {
    let schema = format!("life{seed}");
    Postgres::forget_apart(url, &schema).await.unwrap();
    let in_database = life::live(seed, STEPS, On::Postgres(schema.clone())).await;
    // Thousands of schemas would slow the server down.
    Postgres::forget_apart(url, &schema).await.unwrap();
    let in_memory = life::live(seed, STEPS, On::Memory(Memory::default())).await;
    for (step, (database, memory)) in in_database.iter().zip(&in_memory).enumerate() {
        assert_eq!(database, memory, "life {seed}, step {step}");
    }
    assert_eq!(in_database.len(), in_memory.len());
}
