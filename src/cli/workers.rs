//! Implements `workers`: lists the processes that work on the store, and how much each of them does.

use super::{
    exit::Exit,
    lists,
    reach::{Purpose, Reach},
    session::Session,
    table::Table,
};
use crate::view::{Filters, Worker};

/// List the processes that use the store, and how many sources and senders each has
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  noticast workers --json")]
pub(super) struct Args {
    /// Print one JSON object per line
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
    let header = ["id", "host", "since", "sources", "senders", "version"];
    let mut table = Table::new(header, &[0, 1]);
    for worker in workers {
        let cells = [
            worker.id.clone(),
            worker.host.clone(),
            worker.since.0.format("%Y-%m-%d %H:%M:%S").to_string(),
            worker.sources.to_string(),
            worker.senders.to_string(),
            worker.version.clone(),
        ];
        table.row(cells, None);
    }
    table.print()
}
