//! Tests that many sites that hang do not delay those that answer.

use std::time::{Duration, Instant};

use tokio::net::TcpListener;

use super::support::{
    site::{Answer, Site},
    world::World,
};

fn list(rows: std::ops::RangeInclusive<u32>) -> Answer {
    let row = |n: u32| {
        format!(
            "<li><a href=\"/a/{n}.html\">关于第{n}批设备检修的通知</a><span>2022-11-{n}</span></li>"
        )
    };
    let rows: String = rows.rev().map(row).collect();
    Answer::page(format!(
        "<html><head><title>通知公告</title></head><body><ul>{rows}</ul></body></html>"
    ))
}

/// Starts hosts that accept and never answer, as many as there are addresses in 127.0.0.0/8; returns their port.
async fn silent_hosts() -> u16 {
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            held.push(stream);
        }
    });
    port
}

#[tokio::test(flavor = "multi_thread")]
async fn three_hundred_sites_that_hang_delay_no_news_of_another() {
    const INTERVAL: Duration = Duration::from_secs(15);
    let (site, port) = (Site::start().await, silent_hosts().await);
    site.serve("/", list(11..=20));
    let good = World::config(site.url.as_str()).replace("every 1s", "every 15s");
    let hung: String = (0..300)
        .map(|n| {
            let (high, low) = (n / 250, n % 250 + 1);
            format!("[[source]]\nid = \"hung{n}\"\nurl = \"http://127.9.{high}.{low}:{port}/\"\nschedule = \"every 15s\"\n")
        })
        .collect();
    let world = World::new();
    // In the file they come before the good one.
    world.configure(&good.replace("[[source]]", &format!("{hung}[[source]]")));
    let _running = world.start_and_wait().await;
    world.until("the first poll", || site.hits("/") > 0).await;
    for n in 21..=22 {
        site.serve("/", list(11..=n));
        let published = Instant::now();
        let title = format!("关于第{n}批设备检修的通知");
        world
            .until("the news", || world.pushed().contains(&title))
            .await;
        let took = published.elapsed();
        assert!(took < INTERVAL + Duration::from_secs(4), "{took:?}");
    }
}
