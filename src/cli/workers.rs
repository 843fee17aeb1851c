//! `workers`: which processes work on the store, and how much each of them does.

use super::{
    Exit, lists, out,
    reach::{Purpose, Reach},
    session::Session,
};
use crate::view::{Filters, Worker};

/// Lists the processes that work on the store, and how many sources and senders each has
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  noticast workers --json")]
pub(super) struct Args {
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(session: &Session, args: Args) -> anyhow::Result<Exit> {
    let reach = Reach::open(session, Purpose::Read).await?;
    let all = Filters {
        limit: 0,
        ..Filters::default()
    };
    let listing = reach.workers(&all).await?;
    reach.close().await?;
    lists::show(&listing, args.json, table)?;
    Ok(Exit::Done)
}

fn table(workers: &[Worker]) -> std::io::Result<()> {
    let row = |worker: &Worker| {
        [
            worker.id.clone(),
            worker.host.clone(),
            worker.since.0.format("%Y-%m-%d %H:%M:%S").to_string(),
            worker.sources.to_string(),
            worker.senders.to_string(),
            worker.version.clone(),
        ]
    };
    let header = ["id", "host", "since", "sources", "senders", "version"];
    out::table(header, workers.iter().map(row).collect())
}
