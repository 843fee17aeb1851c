//! Implements `demo`: our own newsroom on loopback, and a complete noticast that watches it.

use std::{collections::HashSet, io, path::Path, time::Duration};

use anyhow::Context;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use super::{
    exit::Exit,
    out,
    serve::{self, OnHangup, Signals},
    session::Session,
};
use crate::{
    app::{App, Setup},
    bulletin::{Channel, ChannelKind, DeliveryState, Language, Source, StdoutFormat, TelegramChat},
    config::Config,
    newsroom::{self, NewsroomLanguage},
    ops::{DeliveryQuery, Store},
    words::{self, DemoWords, fill},
};

const PORT: u16 = 8787;
/// The first bulletin that a demo pushes: those before it are the newsroom's archive.
const FIRST_NEW: u64 = 61;

/// Show noticast at work on this machine; needs no account and no server
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  noticast demo
  noticast demo --language en
  noticast demo --every 2s --for 30s --fresh
  NOTICAST_TELEGRAM_TOKEN=… noticast demo --telegram @your_channel

The demo serves its pages on this machine alone. It keeps its data in
STATE/demo, so that nothing is repeated when it is started again.")]
pub(super) struct Args {
    /// The port of the channel page; the newsroom gets the next one [default: 8787, or the next free one]
    #[arg(long, value_name = "PORT", value_parser = serve::port)]
    port: Option<u16>,
    /// How often the newsroom publishes
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = serve::duration)]
    every: Duration,
    /// Stop after this time [default: run until stopped]
    #[arg(long = "for", value_name = "TIME", value_parser = serve::duration)]
    for_: Option<Duration>,
    /// The language of the newsroom, the cards and the pages [default: that of the locale]
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<LanguageArg>,
    /// Delete the data of earlier demos first; use it after a change of the language
    #[arg(long)]
    fresh: bool,
    /// Also post to this Telegram chat: @name or a number
    #[arg(long, value_name = "CHAT", value_parser = serve::chat, allow_negative_numbers = true)]
    telegram: Option<TelegramChat>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum LanguageArg {
    Zh,
    En,
}

impl LanguageArg {
    /// Returns the language of the locale, from the POSIX variables in their order; if none is set, that of a new
    /// config.
    fn of_locale(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &&str| variable(name).filter(|value| !value.is_empty());
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(set);
        match locale {
            Some(locale) if !locale.starts_with("zh") => Self::En,
            _ => Self::Zh,
        }
    }

    fn language(self) -> Language {
        match self {
            Self::Zh => Language::Zh,
            Self::En => Language::En,
        }
    }

    fn newsroom(self) -> NewsroomLanguage {
        match self {
            Self::Zh => NewsroomLanguage::Chinese,
            Self::En => NewsroomLanguage::English,
        }
    }
}

pub(super) async fn run(session: &Session, args: Args) -> anyhow::Result<Exit> {
    let locale = || LanguageArg::of_locale(|name| std::env::var(name).ok());
    let language = args.language.unwrap_or_else(locale);
    let state = session.state.join("demo");
    if args.fresh && state.exists() {
        std::fs::remove_dir_all(&state)
            .with_context(|| format!("cannot delete the earlier demo in {}", state.display()))?;
    }
    let [page, site] = serve::listen_on::<2>(args.port, PORT).await?;
    let mut config = show_config(session, &page, language.language())?;
    config.time_zone = newsroom::time_zone(language.newsroom());
    config.sources = sources(&site, language.newsroom(), config.time_zone)?;
    if let Some(chat) = args.telegram {
        config.telegram = Some(serve::telegram(session)?);
        config.channels.push(telegram_channel(chat)?);
    }
    for channel in &mut config.channels {
        channel.time_zone = config.time_zone;
    }
    let words = &words::of(config.language).demo;
    let greeting = greeting(&page, &site, args.every, &state, words)?;
    let app = App::build(Setup {
        config,
        state: state.clone(),
        listener: page,
        output: serve::stdout(),
        typed_hosts: vec![site.local_addr()?.ip().to_string()],
        is_demo: true,
        hide_secrets: session.hide_secrets(),
        load_config: None,
    })
    .await?;
    // A store that another process uses is reported without it.
    out::line(greeting)?;
    let (began, closing) = (Utc::now(), CancellationToken::new());
    let ledger = state.join("newsroom.json");
    let newsroom = newsroom::serve(
        site,
        args.every,
        ledger,
        language.newsroom(),
        closing.clone(),
    );
    let (newsroom, over) = begun(newsroom);
    let enough = async move {
        tokio::select! {
            () = serve::until(args.for_) => {}
            () = over.cancelled_owned() => {}
        }
    };
    serve::run_until_stopped(app, Signals::new()?, OnHangup::Stop, enough).await?;
    closing.cancel();
    newsroom.await??;
    farewell(&state, began, args.for_.is_none(), words).await?;
    Ok(Exit::Done)
}

/// Runs the newsroom. Without it there is nothing to see, so its error ends the demo and is the last line.
fn begun(
    newsroom: impl Future<Output = io::Result<()>> + Send + 'static,
) -> (JoinHandle<io::Result<()>>, CancellationToken) {
    let over = CancellationToken::new();
    let guard = over.clone().drop_guard();
    let newsroom = tokio::spawn(async move {
        let _ends_with_it = guard;
        newsroom.await
    });
    (newsroom, over)
}

/// Returns the config of `demo` and `watch`: defaults, a page where the listener is, the terminal as channel. They need
/// no config, but a named one must be correct.
pub(super) fn show_config(
    session: &Session,
    page: &TcpListener,
    language: Language,
) -> anyhow::Result<Config> {
    if session.named_config().is_some() {
        session.config()?;
    }
    let mut config = Config::default();
    config.language = language;
    config.web.listen = Some(page.local_addr()?);
    config.channels.push(channel(
        "terminal",
        words::of(language).demo.terminal,
        ChannelKind::Stdout {
            format: StdoutFormat::Text,
        },
    )?);
    Ok(config)
}

pub(super) fn telegram_channel(chat: TelegramChat) -> anyhow::Result<Channel> {
    let kind = ChannelKind::Telegram {
        chat,
        topic: None,
        silent: false,
        documents: false,
        buttons: true,
    };
    channel("telegram", "Telegram", kind)
}

fn channel(id: &str, name: &str, kind: ChannelKind) -> anyhow::Result<Channel> {
    Ok(Channel {
        name: name.to_owned(),
        ..Channel::new(id.parse()?, kind, chrono_tz::Asia::Shanghai)
    })
}

/// Returns the sources. Noticast receives only addresses from the newsroom.
fn sources(
    site: &TcpListener,
    language: NewsroomLanguage,
    time_zone: Tz,
) -> anyhow::Result<Vec<Source>> {
    let address = site.local_addr()?;
    let source = |desk: newsroom::Newsdesk| {
        let url = format!("http://{address}{}", desk.path).parse()?;
        Ok(Source {
            time_zone,
            name: desk.name.to_owned(),
            schedule: "every 1s".parse()?,
            ..Source::new(desk.id.parse()?, url)
        })
    };
    newsroom::desks(language).into_iter().map(source).collect()
}

/// The addresses of the demo, and what to try next.
fn greeting(
    page: &TcpListener,
    site: &TcpListener,
    every: Duration,
    state: &Path,
    words: &DemoWords,
) -> anyhow::Result<String> {
    let (page, site) = (page.local_addr()?, site.local_addr()?);
    let url = format!("http://{page}/");
    let state = state.display().to_string();
    let places = [
        ("page", out::strong(&url)),
        ("site", format!("http://{site}/")),
        ("seconds", every.as_secs().to_string()),
        ("state", state.clone()),
    ];
    let command = format!("{} rebroadcast {FIRST_NEW} --state {state}", program());
    let next = fill(words.try_next, &[("page", url), ("command", command)]);
    let places = fill(words.places, &places);
    Ok(format!("{places}\n\n{}\n{next}\n", out::faint(words.hint)))
}

/// Returns the program as it was started: a path if it is not installed yet, such as `target/release/noticast`.
fn program() -> String {
    let started = std::env::args_os().next().unwrap_or_default();
    let started = started.to_string_lossy();
    match started.contains('/') && !started.contains(char::is_whitespace) {
        true => started.into_owned(),
        false => "noticast".to_owned(),
    }
}

/// Prints the figures of this run, from its store.
pub(super) async fn farewell(
    state: &Path,
    began: DateTime<Utc>,
    is_interrupted: bool,
    words: &DemoWords,
) -> anyhow::Result<()> {
    if is_interrupted && out::is_terminal() {
        // Below the ^C that the terminal shows.
        out::line("")?;
    }
    let store = Store::open(state).await?;
    let since_then = DeliveryQuery {
        since: Some(began),
        ..DeliveryQuery::default()
    };
    let deliveries = store.deliveries(&since_then).await?.items;
    let archived = store.health().await.bulletins;
    store.close().await?;
    let count = |state| {
        deliveries
            .iter()
            .filter(|delivery| delivery.state == state)
            .count()
    };
    let bulletins: HashSet<_> = deliveries
        .iter()
        .filter_map(|delivery| delivery.bulletin)
        .collect();
    let figures = [
        ("sent", count(DeliveryState::Sent).to_string()),
        ("queued", count(DeliveryState::Queued).to_string()),
        ("failed", count(DeliveryState::Failed).to_string()),
        ("archived", archived.to_string()),
        ("state", state.display().to_string()),
    ];
    let ended = words.ended.say_with(bulletins.len(), &figures);
    Ok(out::line(out::faint(&ended))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locale(set: &[(&str, &str)]) -> Language {
        let value = |name: &str| {
            let found = set.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        LanguageArg::of_locale(value).language()
    }

    #[test]
    fn the_demo_speaks_the_language_of_the_locale() {
        for (set, language) in [
            (&[][..], Language::Zh),
            (&[("LANG", "zh_CN.UTF-8")], Language::Zh),
            (&[("LANG", "en_GB.UTF-8")], Language::En),
            (&[("LANG", "C.UTF-8")], Language::En),
            (
                &[("LANG", "en_US.UTF-8"), ("LC_MESSAGES", "zh_TW")],
                Language::Zh,
            ),
            (&[("LC_ALL", "de_DE"), ("LANG", "zh_CN")], Language::En),
            (&[("LC_ALL", ""), ("LANG", "zh_CN")], Language::Zh),
        ] {
            assert_eq!(locale(set), language, "{set:?}");
        }
    }
}
