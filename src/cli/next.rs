//! Implements `next`: prints when a schedule fires.

use chrono::{SecondsFormat, SubsecRound, TimeDelta, Utc};
use chrono_tz::Tz;

use super::{
    exit::{Exit, UsageError},
    out, serve,
    session::Session,
    when::When,
};
use crate::{config::zone_named, schedule::Schedule};

/// Print the next times of a crontab line or interval
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  noticast next '*/10 8-20 * * Mon-Fri'
  noticast next '0 9 1,15 * *' --time-zone Europe/Berlin
  noticast next 'every 90s' --from 2026-03-01T00:00:00+08:00 -n 3")]
pub(super) struct Args {
    /// Five crontab fields, six that begin with seconds, @hourly and the like, or `every 5m`
    expr: String,
    /// The time zone of the schedule [default: the config's, else Asia/Shanghai]
    #[arg(long, value_name = "TZ", value_parser = zone_named)]
    time_zone: Option<Tz>,
    /// Print times strictly after this one [default: now]
    #[arg(long, value_name = "TIME")]
    from: Option<When>,
    /// How many times to print
    #[arg(short, default_value_t = 5, value_parser = serve::count)]
    n: usize,
}

pub(super) fn run(session: &Session, args: &Args) -> anyhow::Result<Exit> {
    let schedule: Schedule = args.expr.parse()?;
    let zone = match args.time_zone {
        Some(zone) => zone,
        None => session.config_without_secrets()?.time_zone,
    };
    let now = Utc::now();
    let from = args.from.map(|from| from.at(now, zone).to_utc());
    let mut time = from.unwrap_or(now).trunc_subsecs(0);
    for _ in 0..args.n {
        let Some(next) = schedule.next_after(time, zone) else {
            return Err(UsageError(format!("`{schedule}` never fires after this time")).into());
        };
        time = next;
        let shown = time.with_timezone(&zone);
        let line = shown.to_rfc3339_opts(SecondsFormat::Secs, false);
        out::line(match out::is_terminal() {
            true => format!("{line}  {}  {}", shown.format("%a"), distance(time - now)),
            false => line,
        })?;
    }
    Ok(Exit::Done)
}

/// Returns the distance of a time, in the largest unit that is precise enough: `in 45 min`, `in 24 h`, `3 days ago`.
fn distance(gap: TimeDelta) -> String {
    let seconds = gap.num_seconds();
    let (number, unit) = match seconds.abs() {
        0..=89 => (seconds.abs(), "s"),
        90..=5_399 => ((seconds.abs() + 30) / 60, "min"),
        5_400..=172_799 => ((seconds.abs() + 1_800) / 3_600, "h"),
        _ => ((seconds.abs() + 43_200) / 86_400, "days"),
    };
    match seconds < 0 {
        true => format!("{number} {unit} ago"),
        false => format!("in {number} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_far_away_a_time_is_is_said_in_one_unit() {
        let said = |seconds| distance(TimeDelta::seconds(seconds));
        assert_eq!(said(5), "in 5 s");
        assert_eq!(said(600), "in 10 min");
        assert_eq!(said(86_400), "in 24 h");
        assert_eq!(said(3 * 86_400), "in 3 days");
        assert_eq!(said(-7_200), "2 h ago");
    }
}
