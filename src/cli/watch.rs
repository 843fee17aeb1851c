//! Implements `watch`: real pages, from the terminal, without a config.

use std::time::Duration;

use chrono::Utc;
use url::Url;

use super::{
    address::{self, Typed},
    demo,
    exit::{Exit, UsageError},
    out,
    serve::{self, OnHangup, Signals},
    session::Session,
    table::short,
};
use crate::{
    app::{App, Setup},
    bulletin::{Bulletin, BulletinState, Language, Login, Source, SourceId, TelegramChat},
    config::{Config, SourceBlock},
    ops::{BulletinQuery, Store},
    schedule::Schedule,
    words,
};

const PORT: u16 = 8787;
/// The number of bulletins of a first poll that are shown.
const SHOWN: usize = 3;

/// Watch pages or feeds and print what is new; needs no config
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  noticast watch https://www.example.com/news/list.html
  noticast watch https://www.example.com/news/ --cron '*/10 8-20 * * Mon-Fri'
  noticast watch https://www.example.com/feed.xml --once

It keeps its data in STATE/watch: when started again, it prints what was
published meanwhile.")]
pub(super) struct Args {
    /// Addresses of pages or feeds; `-` reads them from stdin, one per line, which keeps passwords out of the process list
    #[arg(required = true, value_name = "URL", value_parser = address::typed())]
    urls: Vec<Typed>,
    /// How often to poll
    #[arg(
        long,
        value_name = "TIME",
        default_value = "5m",
        value_parser = serve::every,
        conflicts_with = "cron"
    )]
    every: Schedule,
    /// When to poll, as a crontab line
    #[arg(long, value_name = "EXPR")]
    cron: Option<Schedule>,
    /// Poll once, push what is new, and stop
    #[arg(long)]
    once: bool,
    /// Push this many of the newest bulletins at the first poll
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = serve::count)]
    announce_first: usize,
    /// The port of the channel page [default: 8787, or the next free one]
    #[arg(long, value_name = "PORT", value_parser = serve::port)]
    port: Option<u16>,
    /// Also post to this Telegram chat: @name or a number
    #[arg(long, value_name = "CHAT", value_parser = serve::chat, allow_negative_numbers = true)]
    telegram: Option<TelegramChat>,
}

pub(super) async fn run(session: &Session, args: Args) -> anyhow::Result<Exit> {
    let urls = address::all(&args.urls)?;
    let sources = sources(&args, &urls)?;
    let state = session.state.join("watch");
    let [page] = serve::listen_on::<1>(args.port, PORT).await?;
    let address = page.local_addr()?;
    let mut config = demo::show_config(session, &page, Config::default().language)?;
    config.sources.clone_from(&sources);
    if let Some(chat) = args.telegram {
        config.telegram = Some(serve::telegram(session)?);
        config.channels.push(demo::telegram_channel(chat)?);
    }
    let typed_hosts = urls.iter().filter_map(Url::host_str).map(str::to_owned);
    let app = App::build(Setup {
        config,
        state: state.clone(),
        listener: page,
        output: serve::stdout(),
        typed_hosts: typed_hosts.collect(),
        is_demo: true,
        hide_secrets: session.hide_secrets(),
        load_config: None,
    })
    .await?;
    if !args.once {
        out::line(format!(
            "channel page  {}",
            out::strong(&format!("http://{address}/"))
        ))?;
        out::line(format!("state         {}\n", state.display()))?;
    }
    let began = Utc::now();
    let failed = first_polls(&app, &sources).await?;
    let store = app.store();
    let once = args.once;
    let enough = async move {
        if once {
            drained(&store).await;
        } else {
            std::future::pending::<()>().await;
        }
    };
    serve::run_until_stopped(app, Signals::new()?, OnHangup::Stop, enough).await?;
    if !once {
        let words = &words::of(Language::OF_LOG).demo;
        demo::farewell(&state, began, true, words).await?;
    }
    Ok(if once && failed {
        Exit::Failed
    } else {
        Exit::Done
    })
}

fn sources(args: &Args, urls: &[Url]) -> anyhow::Result<Vec<Source>> {
    let schedule = args.cron.as_ref().unwrap_or(&args.every);
    let mut sources: Vec<Source> = Vec::new();
    for url in urls {
        if !matches!(url.scheme(), "http" | "https") {
            let url = Login::taken_off(url);
            return Err(UsageError(format!(
                "`{url}` cannot be watched; http:// or https:// is expected"
            ))
            .into());
        }
        if sources
            .iter()
            .any(|source| source.url == *Login::taken_off(url))
        {
            continue;
        }
        let taken: Vec<SourceId> = sources.iter().map(|source| source.id.clone()).collect();
        let block = SourceBlock::new(url.clone(), "", &taken);
        sources.push(Source {
            name: url.host_str().unwrap_or_default().to_owned(),
            schedule: schedule.clone(),
            announce_first: args.announce_first,
            ..Source::new(block.id, url.clone())
        });
    }
    Ok(sources)
}

/// Polls all sources at once, and shows the rows of a first poll; returns whether one failed.
async fn first_polls(app: &App, sources: &[Source]) -> anyhow::Result<bool> {
    let (store, watch) = (app.store(), app.watch());
    let is_first = |source: &Source| store.poll_state(&source.id).rows.is_none();
    let first: Vec<bool> = sources.iter().map(is_first).collect();
    let polls = sources.iter().map(|source| watch.poll(&source.id));
    let mut failed = false;
    for ((polled, source), is_first) in futures::future::join_all(polls)
        .await
        .into_iter()
        .zip(sources)
        .zip(first)
    {
        if let Some(error) = polled?.and_then(|polled| polled.error) {
            let url = &source.url;
            eprintln!("{}", address::failed(url.as_str(), Some(url), &error));
            failed = true;
        } else if is_first {
            show_known(&store, source).await?;
        }
    }
    Ok(failed)
}

async fn show_known(store: &Store, source: &Source) -> anyhow::Result<()> {
    let query = BulletinQuery {
        source: Some(source.id.clone()),
        states: vec![BulletinState::Baseline],
        ..BulletinQuery::default()
    };
    let mut known = store.bulletins(&query).await?.items;
    // Numbers follow the page, so that dates decide among the rows of one poll.
    known.sort_by_key(|bulletin| std::cmp::Reverse(bulletin.published.map(|date| date.day())));
    out::line(format!("{}: {} known", source.url, known.len()))?;
    for bulletin in known.iter().take(SHOWN) {
        let row = format!("  known  {}", line_of(bulletin));
        out::line(short(&row, out::screen().columns))?;
    }
    let more = known.len().saturating_sub(SHOWN);
    if more > 0 {
        out::line(out::faint(&format!("  … and {more} more")))?;
    }
    out::line("")?;
    Ok(())
}

fn line_of(bulletin: &Bulletin) -> String {
    let date = bulletin
        .published
        .map_or_else(|| "          ".to_owned(), |date| date.day().to_string());
    format!("{date}  {}", bulletin.title)
}

/// Waits until nothing is queued any longer; a minute at most.
async fn drained(store: &Store) {
    let end = tokio::time::Instant::now() + Duration::from_secs(60);
    let mut changes = store.outbox_changes();
    while store.health().await.queued > 0 {
        // Completions are not changes of the outbox, so it is also checked now and then.
        let again = Duration::from_millis(50);
        if tokio::time::Instant::now() > end {
            return;
        }
        let _ = tokio::time::timeout(again, changes.changed()).await;
    }
}
