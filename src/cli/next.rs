//! `next`: when a schedule fires.

use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};
use chrono_tz::Tz;

use super::{Exit, UsageError, out, session::Session};
use crate::schedule::Schedule;

/// Prints the next times of a crontab line or interval
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  noticast next '*/10 8-20 * * Mon-Fri'
  noticast next 'every 90s' --from 2026-03-01T00:00:00+08:00 -n 3")]
pub(super) struct Args {
    /// Five crontab fields, six with seconds first, @hourly and its like, or `every 5m`
    expr: String,
    /// By which clock [default: the config's, else Asia/Shanghai]
    #[arg(long, value_name = "TZ")]
    time_zone: Option<Tz>,
    /// Strictly after this time [default: now]
    #[arg(long, value_name = "RFC3339")]
    from: Option<DateTime<FixedOffset>>,
    /// How many
    #[arg(short, default_value_t = 5)]
    n: usize,
}

pub(super) fn run(session: &Session, args: &Args) -> anyhow::Result<Exit> {
    let schedule: Schedule = args.expr.parse()?;
    let zone = match args.time_zone {
        Some(zone) => zone,
        None => session.config_or_default()?.time_zone,
    };
    let mut time = args.from.map_or_else(Utc::now, |from| from.to_utc());
    for _ in 0..args.n {
        let Some(next) = schedule.next_after(time, zone) else {
            return Err(UsageError(format!("`{schedule}` does not fire again")).into());
        };
        time = next;
        let shown = time.with_timezone(&zone);
        out::line(shown.to_rfc3339_opts(SecondsFormat::AutoSi, false))?;
    }
    Ok(Exit::Done)
}
