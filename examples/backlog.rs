//! Measures how much of Telegram's limits is used while a backlog waits, against any Bot API server.
//!
//!     cargo run --release --example backlog -- http://127.0.0.1:18200 --chats 40 --bulletins 60 [--groups] [--rate 30]
//!
//! It fills its own store, pushes until nothing waits, and prints how much was used. The server judges the limits.

#![allow(clippy::print_stdout, reason = "a command prints what it measured")]

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use anyhow::Context;
use chrono::Utc;
use clap::Parser;
use noticast::{
    bulletin::{Notice, Source, SourceId},
    config::Config,
    ops::{Found, PollFindings, Store},
    push::Pusher,
};
use tokio_util::sync::CancellationToken;
use url::Url;

#[derive(Parser)]
struct Options {
    /// The Bot API server.
    url: Url,
    #[arg(long, default_value_t = 40)]
    chats: i64,
    #[arg(long, default_value_t = 60)]
    bulletins: usize,
    /// Groups, which take twenty a minute, instead of private chats.
    #[arg(long)]
    groups: bool,
    #[arg(long, default_value_t = 30)]
    rate: u32,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(tracing::Level::WARN)
        .init();
    let folder = std::env::temp_dir().join(format!("noticast-backlog-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let config = config(&options, &folder)?;
    let store = Store::open(&folder.join("state")).await?;
    store.sync_config(&config.sources, &config.channels).await?;
    admit(&store, &config.sources[0], options.bulletins).await?;
    let (_live, live) = tokio::sync::watch::channel(Arc::new(config));
    let pusher = Pusher::new(store.clone(), live, Arc::new(Mutex::new(std::io::stdout())));
    let stop = CancellationToken::new();
    let began = Instant::now();
    let running = tokio::spawn({
        let stop = stop.clone();
        async move { pusher.run(stop).await }
    });
    while store.health().await.queued > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let took = began.elapsed().as_secs_f64();
    stop.cancel();
    running.await??;
    let failed: u64 = store
        .channels()
        .await?
        .iter()
        .map(|channel| channel.failed)
        .sum();
    store.close().await?;
    std::fs::remove_dir_all(&folder)?;
    let messages = options.chats as usize * options.bulletins;
    let least = least_seconds(&options, messages);
    println!(
        "{messages} messages in {took:.2} s: {:.0}/s, {:.1} % of what is permitted, {failed} failed",
        messages as f64 / took,
        100.0 * least / took
    );
    Ok(())
}

/// Returns the time that a perfect sender without bursts would need.
fn least_seconds(options: &Options, messages: usize) -> f64 {
    let all = (messages - 1) as f64 / f64::from(options.rate);
    let last = options.bulletins - 1;
    let chat = if options.groups {
        (last / 20 * 60 + last % 20) as f64
    } else {
        last as f64
    };
    all.max(chat)
}

fn config(options: &Options, folder: &std::path::Path) -> anyhow::Result<Config> {
    let mut text = format!(
        "[telegram]\ntoken = \"1:backlog\"\napi_url = \"{}\"\nrate = {}\n[[source]]\nid = \"news\"\nurl = \"http://news.example/\"\n",
        options.url, options.rate
    );
    for i in 1..=options.chats {
        let chat = if options.groups { -i } else { i };
        text += &format!("[[channel]]\nid = \"chat{i}\"\nkind = \"telegram\"\nchat = {chat}\n");
    }
    let path = folder.join("noticast.toml");
    std::fs::write(&path, text)?;
    Config::load(&path).context("the config")
}

async fn admit(store: &Store, source: &Source, bulletins: usize) -> anyhow::Result<()> {
    let source: SourceId = source.id.clone();
    let mut found: Vec<Found> = Vec::new();
    // The rows are admitted in steps in which most are known: nothing is held as a redesign.
    for number in 0..=bulletins {
        let notice = Notice {
            url: format!("http://news.example/{number}.html"),
            guid: None,
            title: format!("第{number}号通知"),
            published: None,
            updated: None,
            summary: Some("请各部门遵照执行，并于月底前反馈。".repeat(4)),
            publisher: None,
            pinned: false,
        };
        found.insert(
            0,
            Found {
                notice,
                article: None,
            },
        );
        let findings = PollFindings {
            source: source.clone(),
            found: found.iter().take(20).cloned().collect(),
            state: store.poll_state(&source),
        };
        store.admit(findings, Utc::now()).await?;
    }
    Ok(())
}
