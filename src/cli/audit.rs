//! Implements `audit`: lists the audit log, newest first.

use super::{
    exit::Exit,
    lists,
    reach::{Purpose, Reach},
    serve,
    session::Session,
    table::Table,
    when::When,
};
use crate::{
    policy::audit::ActorRecord,
    view::{Audit, Filters},
};

/// List what admins, tokens and commands did, newest first
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  noticast audit
  noticast audit --since yesterday
  noticast audit --since 2026-03-01T00:00:00+08:00 --limit 0 --json")]
pub(super) struct Args {
    /// Only entries since this time: 2d, 12h, today, yesterday, a date or an RFC 3339 time
    #[arg(long, value_name = "TIME")]
    since: Option<When>,
    /// The maximum number to list; 0 lists all
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20, value_parser = serve::count, allow_negative_numbers = true)]
    limit: usize,
    /// Print one JSON object per line
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(session: &Session, args: Args) -> anyhow::Result<Exit> {
    let reach = Reach::open(session, Purpose::Read).await?;
    let filters = Filters {
        since: lists::moment_of(session, args.since)?,
        limit: args.limit,
        ..Filters::default()
    };
    let listing = reach.audit(&filters).await?;
    reach.close().await?;
    lists::show(&listing, args.json, table)?;
    Ok(Exit::Done)
}

fn table(entries: &[Audit]) -> std::io::Result<()> {
    let mut table = Table::new(["time", "who", "action", "subject"], &[3, 1]);
    for entry in entries {
        let by = ActorRecord::from(entry.actor.clone());
        let name = if by.name.is_empty() { by.id } else { by.name };
        let cells = [
            entry.at.0.format("%Y-%m-%d %H:%M:%S").to_string(),
            format!("{} {name}", by.kind),
            entry.action.clone(),
            entry.subject.clone(),
        ];
        let detail = (!entry.detail.is_empty()).then(|| entry.detail.clone());
        table.row(cells, detail);
    }
    table.print()
}
