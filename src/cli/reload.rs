//! Implements `reload`: a running instance loads the changed config, or rejects it as a whole.

use anyhow::bail;

use super::{exit::Exit, out, reach::Api, session::Session};

/// Apply the changed config to the running instance; a config with errors is rejected as a whole
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  noticast reload
  noticast check --online && noticast reload")]
pub(super) struct Args {}

pub(super) async fn run(session: &Session, _args: Args) -> anyhow::Result<Exit> {
    let state = session.state.display();
    let Some(api) = Api::of(session) else {
        bail!("no instance is running on {state}; `noticast run` reads the config when it starts");
    };
    if !api.answers().await {
        bail!(
            "the instance that ran on {state} does not answer; `noticast run` reads the config when it starts"
        );
    }
    api.reload(session.named_config()).await?;
    out::line("the changed config was applied")?;
    Ok(Exit::Done)
}
