//! `audit`: who did what, newest first.

use chrono::{DateTime, FixedOffset};

use super::{
    Exit, lists, out,
    reach::{Purpose, Reach},
    session::Session,
};
use crate::{
    policy::audit::ActorRecord,
    view::{Audit, Filters},
};

/// Lists what admins, tokens and commands did, newest first
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  noticast audit
  noticast audit --since 2026-03-01T00:00:00+08:00 --limit 0 --json")]
pub(super) struct Args {
    /// Only from this time on
    #[arg(long, value_name = "RFC3339")]
    since: Option<DateTime<FixedOffset>>,
    /// How many at most; 0: all
    #[arg(long, default_value_t = 20)]
    limit: usize,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(session: &Session, args: Args) -> anyhow::Result<Exit> {
    let reach = Reach::open(session, Purpose::Read).await?;
    let filters = Filters {
        since: args.since,
        limit: args.limit,
        ..Filters::default()
    };
    let listing = reach.audit(&filters).await?;
    reach.close().await?;
    lists::show(&listing, args.json, table)?;
    Ok(Exit::Done)
}

fn table(entries: &[Audit]) -> std::io::Result<()> {
    let row = |entry: &Audit| {
        let by = ActorRecord::from(entry.actor.clone());
        let name = if by.name.is_empty() { by.id } else { by.name };
        [
            entry.at.0.format("%Y-%m-%d %H:%M:%S").to_string(),
            format!("{} {}", by.kind, lists::short(&name, 24)),
            entry.action.clone(),
            lists::short(&entry.subject, 40),
            lists::short(&entry.detail, 72),
        ]
    };
    let header = ["at", "who", "action", "subject", "detail"];
    out::table(header, entries.iter().map(row).collect())
}
