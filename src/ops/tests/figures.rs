//! Measures how many transactions a second one and four processes make on one PostgreSQL. The result is not
//! asserted.

use std::time::{Duration, Instant};

use super::*;

const SPAN: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "a measurement: NOTICAST_POSTGRES names a database"]
async fn figures_on_postgres() {
    let url = std::env::var(DATABASE).unwrap();
    for processes in [1, 4] {
        let schema = format!("figures{processes}");
        Postgres::forget_apart(&url, &schema).await.unwrap();
        drop(handle(&schema, processes).await);
        let (polls, writes) = (
            admitted(&schema, processes).await,
            paused(&schema, processes).await,
        );
        println!(
            "{processes} processes: {polls:.0} polls with one new bulletin a second, {writes:.0} small transactions a second"
        );
        Postgres::forget_apart(&url, &schema).await.unwrap();
    }
}

/// Measures polls of one source each, of which each finds one new bulletin.
async fn admitted(schema: &str, processes: usize) -> f64 {
    let work = |number: usize| async move {
        let store = handle(schema, processes).await;
        let (name, now) = (
            format!("s{number}"),
            "2022-12-01T08:00:00Z".parse().unwrap(),
        );
        let (start, mut done) = (Instant::now(), 0);
        while start.elapsed() < SPAN {
            done += 1;
            let poll = findings_of(&name, list(done..done + 20));
            store.admit(poll, now).await.unwrap();
        }
        f64::from(done) / start.elapsed().as_secs_f64()
    };
    let each = (0..processes).map(work);
    futures::future::join_all(each).await.into_iter().sum()
}

async fn paused(schema: &str, processes: usize) -> f64 {
    let work = |number: usize| async move {
        let store = handle(schema, processes).await;
        let (id, now) = (format!("s{number}").parse().unwrap(), Utc::now());
        let (start, mut done) = (Instant::now(), 0);
        while start.elapsed() < SPAN {
            done += 1;
            let by = Actor::of_user("somebody");
            store
                .set_paused(&id, done % 2 == 1, &by, now)
                .await
                .unwrap();
        }
        f64::from(done) / start.elapsed().as_secs_f64()
    };
    let each = (0..processes).map(work);
    futures::future::join_all(each).await.into_iter().sum()
}

async fn handle(schema: &str, processes: usize) -> Store {
    let store = open_database(schema).await;
    let sources: Vec<Source> = (0..processes)
        .map(|number| source(&format!("s{number}")))
        .collect();
    let channels: Vec<Channel> = (0..3)
        .map(|number| chat(&format!("c{number}"), number + 1))
        .collect();
    store.sync_config(&sources, &channels).await.unwrap();
    store
}
