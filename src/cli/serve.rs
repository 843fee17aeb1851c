//! Provides the common part of `run`, `demo` and `watch`: a listener, signals, an instance that runs.

use std::{
    future::Future,
    io,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use anyhow::Context;
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
    sync::{mpsc, oneshot, watch},
};
use tokio_util::sync::CancellationToken;

use super::{exit::UsageError, out, session::Session};
use crate::{
    app::{App, random_token},
    bulletin::{ChannelId, MessageRef, Secret, TelegramChat, TelegramSettings},
    config::Config,
    ops::{Actor, Store},
    push::{Output, Pusher},
    schedule::{Schedule, ScheduleError, parse_duration},
    web::Reload,
};

/// The number of ports that are tried after a default one that is taken.
const FURTHER_PORTS: u16 = 50;

/// Returns the output of `stdout` channels.
pub(super) fn stdout() -> Output {
    Output::new(Arc::new(Mutex::new(io::stdout())), out::screen)
}

/// Listens on a requested address.
pub(super) async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!(
            "cannot listen on {address}, which another program (or another noticast) may be using"
        )
    })
}

/// Listens on `count` neighbouring ports of loopback: from the requested one, otherwise the first free ones from
/// `default` on.
pub(super) async fn listen_on<const N: usize>(
    asked: Option<u16>,
    default: u16,
) -> anyhow::Result<[TcpListener; N]> {
    let first = asked.unwrap_or(default);
    let last = asked.unwrap_or(default + FURTHER_PORTS);
    let mut taken = None;
    for port in first..=last {
        match neighbours(port).await {
            Ok(listeners) => return Ok(listeners),
            Err(error) => taken = taken.or(Some(error)),
        }
    }
    Err(taken.unwrap_or_else(|| anyhow::anyhow!("no port is free from {first} to {last}")))
}

async fn neighbours<const N: usize>(port: u16) -> anyhow::Result<[TcpListener; N]> {
    let mut listeners = Vec::with_capacity(N);
    for offset in 0..N {
        let port = match port {
            0 => 0,
            port => port.saturating_add(u16::try_from(offset)?),
        };
        listeners.push(listen((Ipv4Addr::LOCALHOST, port).into()).await?);
    }
    listeners
        .try_into()
        .map_err(|_| anyhow::anyhow!("too few ports"))
}

/// The answer to SIGHUP.
#[derive(Debug, Clone)]
pub(super) enum OnHangup {
    Reload(mpsc::Sender<Reload>),
    /// Stops: the terminal is gone, and with it the output.
    Stop,
}

/// Runs an instance until a signal, until `enough`, or until it fails.
pub(super) async fn run_until_stopped(
    app: App,
    signals: Signals,
    on_hangup: OnHangup,
    enough: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let stop = CancellationToken::new();
    let heard = tokio::spawn(signals.heed(on_hangup, stop.clone()));
    let end = stop.clone();
    let timer = tokio::spawn(async move {
        enough.await;
        end.cancel();
    });
    let ended = app.run(stop).await;
    timer.abort();
    heard.abort();
    ended
}

/// The signals to this process from the creation of this value on; an earlier signal is not lost but waits.
pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Signals {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// Performs a start, which may wait for a database; `None` if SIGINT or SIGTERM arrived first. A SIGHUP waits until
    /// the instance runs.
    pub(super) async fn unless_stopped<T>(&mut self, start: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            started = start => Some(started),
            _ = self.interrupt.recv() => None,
            _ = self.terminate.recv() => None,
        }
    }

    /// Handles signals: the first SIGINT or SIGTERM stops in order, a second one ends at once.
    async fn heed(mut self, on_hangup: OnHangup, stop: CancellationToken) {
        loop {
            let hung_up = tokio::select! {
                _ = self.interrupt.recv() => false,
                _ = self.terminate.recv() => false,
                _ = self.hangup.recv() => true,
            };
            match &on_hangup {
                OnHangup::Reload(reload) if hung_up => {
                    let (answer, _) = oneshot::channel();
                    let by = Actor::Config;
                    // The queue is full: another reload is under way and reads the same file.
                    let _ = reload.try_send(Reload { by, answer });
                }
                _ if stop.is_cancelled() => std::process::exit(130),
                _ => {
                    tracing::info!("stopping; a second signal stops immediately");
                    stop.cancel();
                }
            }
        }
    }
}

/// Waits for this time; for ever without one, so that only a signal ends it.
pub(super) async fn until(time: Option<Duration>) {
    match time {
        Some(time) => tokio::time::sleep(time).await,
        None => std::future::pending().await,
    }
}

/// A pusher in addition to the running one, on its own store: for checks.
pub(super) struct SparePusher {
    pub(super) pusher: Pusher,
    store: Store,
    folder: PathBuf,
    /// Keeps the config alive.
    _config: watch::Sender<Arc<Config>>,
}

impl SparePusher {
    pub(super) async fn new(config: Config) -> anyhow::Result<Self> {
        let folder = std::env::temp_dir().join(format!("noticast-{}", random_token()?));
        crate::app::make_state_folder(&folder)?;
        let store = Store::open(&folder).await?;
        store.sync_config(&config.sources, &config.channels).await?;
        let (sender, live) = watch::channel(Arc::new(config));
        Ok(Self {
            pusher: Pusher::new(store.clone(), live, stdout()),
            store,
            folder,
            _config: sender,
        })
    }

    /// Sends one test card without the running instance or its store.
    pub(super) async fn test(
        config: Config,
        channel: &ChannelId,
    ) -> anyhow::Result<Option<MessageRef>> {
        let spare = Self::new(config).await?;
        let sent = spare.pusher.test(channel).await;
        spare.close().await;
        Ok(sent?)
    }

    pub(super) fn store(&self) -> &Store {
        &self.store
    }

    pub(super) async fn close(self) {
        // The store was only scratch.
        let _ = self.store.close().await;
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Returns the bot for `--telegram`: the config's, if there is one, otherwise the token of the environment.
pub(super) fn telegram(session: &Session) -> anyhow::Result<TelegramSettings> {
    const NAME: &str = "NOTICAST_TELEGRAM_TOKEN";
    if let Some(telegram) = session.config_or_default()?.telegram {
        return Ok(telegram);
    }
    let token = std::env::var(NAME)
        .ok()
        .filter(|token| !token.trim().is_empty());
    let token = token.ok_or_else(|| {
        UsageError(format!(
            "--telegram needs a bot's token: set {NAME}, or write [telegram] into {}",
            session.config_path().display()
        ))
    })?;
    session.mask.hide([token.trim().to_owned()]);
    Ok(TelegramSettings::new(Secret::new(token.trim().to_owned())))
}

/// Parses `@name` or a number.
pub(super) fn chat(text: &str) -> Result<TelegramChat, String> {
    let expected = "a chat is expected: @name, or a number such as -1001234567890";
    text.parse().map_err(|()| expected.to_owned())
}

/// Parses a count.
pub(super) fn count(text: &str) -> Result<usize, String> {
    let parsed = text.parse();
    parsed.map_err(|_| "a whole number is expected, such as 20".to_owned())
}

pub(super) fn port(text: &str) -> Result<u16, String> {
    let parsed = text.parse();
    parsed.map_err(|_| "a port from 0 to 65535 is expected, such as 8787".to_owned())
}

/// Parses `5s`, `10m`, `2h`, `1d`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    match parse_duration(text)? {
        span if span.is_zero() => Err("a time of at least 1s is expected".to_owned()),
        span => Ok(span),
    }
}

/// Returns the schedule of an interval that is typed without its `every`.
pub(super) fn every(text: &str) -> Result<Schedule, String> {
    let schedule = format!("every {text}").parse();
    schedule.map_err(|error: ScheduleError| error.why)
}
