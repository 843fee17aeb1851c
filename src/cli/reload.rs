//! `reload`: a running instance takes the changed config, or refuses it whole.

use anyhow::bail;

use super::{Exit, out, reach::Api, session::Session};

/// Makes a running instance take the changed config; a wrong one is refused whole
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  noticast check && noticast reload")]
pub(super) struct Args {}

pub(super) async fn run(session: &Session, _args: Args) -> anyhow::Result<Exit> {
    let state = session.state.display();
    let Some(api) = Api::of(session) else {
        bail!("no instance runs on {state}; the config is read when one starts");
    };
    if !api.answers().await {
        bail!(
            "the instance that ran on {state} does not answer; the config is read when one starts"
        );
    }
    api.reload(session.named_config()).await?;
    out::line("the changed config is taken")?;
    Ok(Exit::Done)
}
