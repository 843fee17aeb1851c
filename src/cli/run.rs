//! Implements `run`: the service.

use std::net::{Ipv4Addr, SocketAddr};

use super::{
    exit::Exit,
    out,
    reach::Api,
    serve::{self, OnHangup, Signals},
    session::{self, Session},
};
use crate::app::{App, Setup};

/// Run the service: watch the sources in the config and push what is new
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  noticast run
  noticast run --state /var/lib/noticast --log-format json

SIGHUP or `noticast reload` applies a changed config. SIGINT or SIGTERM stops
the service; what is being sent is completed first.")]
pub(super) struct Args {}

pub(super) async fn run(session: &Session, _args: Args) -> anyhow::Result<Exit> {
    let config = session.config()?;
    for source in config.sources.iter().filter(|source| !source.verify) {
        tracing::warn!(source = %source.id, "verify = false: anyone between here and the site can change its pages");
    }
    let any_loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let listener = serve::listen(config.web.listen.unwrap_or(any_loopback)).await;
    let listener = match listener {
        Err(_) if runs_already(session).await => return Err(already(session)),
        listener => listener?,
    };
    let address = listener.local_addr()?;
    let (path, mask) = (session.config_path(), session.mask.clone());
    let sources = out::count(config.sources.len(), "source");
    let channels = out::count(config.channels.len(), "channel");
    let mut signals = Signals::new()?;
    let build = App::build(Setup {
        config,
        state: session.state.clone(),
        listener,
        output: serve::stdout(),
        typed_hosts: Vec::new(),
        is_demo: false,
        hide_secrets: session.hide_secrets(),
        load_config: Some(Box::new(move || {
            session::load(&path, &mask).map_err(|error| error.to_string())
        })),
    });
    let Some(app) = signals.unless_stopped(build).await else {
        tracing::info!("stopped before it had started");
        return Ok(Exit::Done);
    };
    let app = app?;
    session
        .mask
        .hide(app.own_secrets().map(|secret| secret.reveal().to_owned()));
    tracing::info!("started: {sources}, {channels}, http://{address}/");
    let on_hangup = OnHangup::Reload(app.reload());
    serve::run_until_stopped(app, signals, on_hangup, serve::until(None)).await?;
    tracing::info!("stopped");
    Ok(Exit::Done)
}

/// Returns whether another instance works on the same state folder, whose port this one cannot have.
async fn runs_already(session: &Session) -> bool {
    match Api::of(session) {
        Some(api) => api.answers().await,
        None => false,
    }
}

fn already(session: &Session) -> anyhow::Error {
    let state = session.state.display();
    anyhow::anyhow!(
        "another noticast is already running on the state directory {state}; `noticast reload` applies a changed config"
    )
}
