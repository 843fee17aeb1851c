//! Random lives of a store, compared after each step and after each start with a plain model of it.
//!
//! What the store says in memory and what it kept on the disk must never differ: a chat's number that only
//! memory knew once cost its subscription. `NOTICAST_MODEL_LIVES` says how many lives there are.

mod life;
mod plain;

use super::*;

const LIVES: &str = "NOTICAST_MODEL_LIVES";
const FEW: u64 = 200;
const STEPS: usize = 50;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_lives_go_as_a_plain_model_says() {
    let lives = std::env::var(LIVES).map_or(FEW, |lives| lives.parse().unwrap());
    let halves = [0, 1].map(|half| {
        tokio::spawn(async move {
            for seed in (0..lives).filter(|seed| seed % 2 == half) {
                life::live(seed, STEPS).await;
            }
        })
    });
    for half in halves {
        half.await.unwrap();
    }
}
