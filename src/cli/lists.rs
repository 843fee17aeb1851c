//! Implements `sources`, `channels`, `bulletins` and `deliveries`: lists as a table or as JSON lines.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use chrono::{DateTime, FixedOffset, Utc};
use clap::builder::PossibleValuesParser;
use serde::Serialize;

use super::{
    exit::{Exit, UsageError},
    global::{GLOBAL, STATE_DIR},
    out,
    reach::{NoStore, Purpose, Reach},
    serve::{self, SparePusher},
    session::Session,
    table::Table,
    when::When,
};
use crate::{
    bulletin::{ChannelId, SourceId},
    view::{Bulletin, Channel, Delivery, Filters, Listing, Source, Stamp},
};

/// The filters of a list, and its form.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct ListArgs {
    /// Filter by source
    #[arg(long, value_name = "ID")]
    source: Option<SourceId>,
    /// Filter by channel
    #[arg(long, value_name = "ID")]
    channel: Option<ChannelId>,
    /// Filter by state
    #[arg(id = IN_STATE, long = "state", value_name = "STATE")]
    in_state: Option<String>,
    /// Filter by time: since 2d, 12h, today, yesterday, a date or an RFC 3339 time
    #[arg(long, value_name = "TIME")]
    since: Option<When>,
    /// The maximum number to list; 0 lists all
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20, value_parser = serve::count, allow_negative_numbers = true)]
    limit: usize,
    /// Print one JSON object per line
    #[arg(long)]
    pub(super) json: bool,
    /// The directory of the archive and all other data [env: NOTICAST_STATE] [default: state]
    // It has the id of the global `--state`, whose place it takes in these commands.
    #[arg(id = "state", long = STATE_DIR, value_name = "DIR", help_heading = GLOBAL)]
    _folder: Option<PathBuf>,
}

/// List bulletins, newest first
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  noticast bulletins --source group-news --since yesterday
  noticast bulletins --search \"annual leave\"
  noticast bulletins --state withdrawn --limit 0
  noticast bulletins --json | jq -r .title")]
pub(super) struct BulletinArgs {
    #[command(flatten)]
    list: ListArgs,
    /// Only bulletins that contain all of these words, in the title or in the text
    #[arg(long, value_name = "WORDS")]
    search: Option<String>,
}

/// List channels, or send a test message to one
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  noticast channels
  noticast channels --state blocked
  noticast channels --test staff")]
pub(super) struct ChannelArgs {
    #[command(flatten)]
    list: ListArgs,
    /// Send a test message to this channel
    #[arg(long, value_name = "ID", conflicts_with_all = ["source", "channel", "since"])]
    test: Option<ChannelId>,
}

/// The id of the filter by state.
pub(super) const IN_STATE: &str = "in_state";
const LISTS: [&str; 5] = ["sources", "channels", "bulletins", "deliveries", "held"];

/// Defines the filter by state of a list whose items have these states.
pub(super) fn states(arg: clap::Arg, states: &'static [&'static str]) -> clap::Arg {
    arg.value_parser(PossibleValuesParser::new(states))
}

/// Replaces `--state` with `--state-dir` behind a list's name if its value is a path: that was the folder's name there
/// before, and it is the folder's name everywhere else.
pub(super) fn with_folders(mut line: Vec<OsString>) -> Vec<OsString> {
    let is_list = |word: &OsString| LISTS.iter().any(|list| word == list);
    let Some(list) = line.iter().position(is_list) else {
        return line;
    };
    let is_folder = |value: &str| value.contains('/') || Path::new(value).is_dir();
    for place in list + 1..line.len() {
        let next = line.get(place + 1).and_then(|next| next.to_str());
        let named = match line[place].to_str() {
            Some("--state") if next.is_some_and(is_folder) => format!("--{STATE_DIR}"),
            Some(word) => match word.strip_prefix("--state=") {
                Some(value) if is_folder(value) => format!("--{STATE_DIR}={value}"),
                _ => continue,
            },
            None => continue,
        };
        line[place] = named.into();
    }
    line
}

impl ListArgs {
    pub(super) fn filters(&self, session: &Session) -> anyhow::Result<Filters> {
        Ok(Filters {
            source: self.source.clone(),
            channel: self.channel.clone(),
            state: self.in_state.clone(),
            since: moment_of(session, self.since)?,
            q: None,
            limit: self.limit,
            cursor: None,
        })
    }
}

/// Returns the typed time; days begin at midnight in the config's time zone.
pub(super) fn moment_of(
    session: &Session,
    typed: Option<When>,
) -> anyhow::Result<Option<DateTime<FixedOffset>>> {
    let Some(when) = typed else {
        return Ok(None);
    };
    let zone = session.config_without_secrets()?.time_zone;
    Ok(Some(when.at(Utc::now(), zone)))
}

pub(super) async fn sources(session: &Session, args: ListArgs) -> anyhow::Result<Exit> {
    let reach = Reach::open(session, Purpose::Read).await?;
    let filters = args.filters(session)?;
    let sources = reach.sources(&filters).await?;
    if sources.items.is_empty() {
        check_names(&reach, &filters).await?;
    }
    show(&sources, args.json, |rows| {
        sources_table(rows, session.verbose)
    })?;
    let links = sources.items.iter();
    let links = links.filter_map(|source| source.link.as_ref());
    for link in links.filter(|_| !args.json) {
        out::line(link)?;
    }
    reach.close().await?;
    Ok(Exit::Done)
}

pub(super) async fn bulletins(session: &Session, args: BulletinArgs) -> anyhow::Result<Exit> {
    let reach = Reach::open(session, Purpose::Read).await?;
    let filters = Filters {
        q: args.search,
        ..args.list.filters(session)?
    };
    let bulletins = reach.bulletins(&filters).await?;
    if bulletins.items.is_empty() {
        check_names(&reach, &filters).await?;
    }
    show(&bulletins, args.list.json, |rows| {
        bulletins_table(rows, session.verbose)
    })?;
    reach.close().await?;
    Ok(Exit::Done)
}

pub(super) async fn deliveries(session: &Session, args: ListArgs) -> anyhow::Result<Exit> {
    let reach = Reach::open(session, Purpose::Read).await?;
    let filters = args.filters(session)?;
    let deliveries = reach.deliveries(&filters).await?;
    if deliveries.items.is_empty() {
        check_names(&reach, &filters).await?;
    }
    show(&deliveries, args.json, deliveries_table)?;
    reach.close().await?;
    Ok(Exit::Done)
}

/// Rejects a source or channel of a filter that does not exist, which is misspelt more often than not. What the archive has of
/// one that was removed is listed before this is asked.
async fn check_names(reach: &Reach, filters: &Filters) -> anyhow::Result<()> {
    if let Some(source) = &filters.source {
        let named = Filters {
            source: Some(source.clone()),
            ..Filters::default()
        };
        if reach.sources(&named).await?.items.is_empty() {
            return Err(misspelt("source", source.as_str()));
        }
    }
    if let Some(channel) = &filters.channel {
        let named = Filters {
            channel: Some(channel.clone()),
            ..Filters::default()
        };
        if reach.channels(&named).await?.items.is_empty() {
            return Err(misspelt("channel", channel.as_str()));
        }
    }
    Ok(())
}

fn misspelt(what: &str, id: &str) -> anyhow::Error {
    UsageError(format!("no {what} `{id}`; `noticast {what}s` lists them")).into()
}

pub(super) async fn channels(session: &Session, args: ChannelArgs) -> anyhow::Result<Exit> {
    if let Some(channel) = &args.test {
        return test(session, channel).await;
    }
    let reach = Reach::open(session, Purpose::Read).await?;
    let filters = args.list.filters(session)?;
    check_names(&reach, &filters).await?;
    let listing = reach.channels(&filters).await?;
    show(&listing, args.list.json, channels_table)?;
    reach.close().await?;
    Ok(Exit::Done)
}

fn unknown(session: &Session, channel: &ChannelId) -> anyhow::Error {
    let config = session.config_path();
    UsageError(format!("no channel `{channel}` in {}", config.display())).into()
}

async fn test(session: &Session, channel: &ChannelId) -> anyhow::Result<Exit> {
    let config = session.config()?;
    let is_configured = config.channels.iter().any(|known| known.id == *channel);
    let sent = match Reach::open(session, Purpose::Change).await {
        Ok(reach) => {
            let is_known = is_configured || reach.has_channel(channel).await?;
            let sent = match is_known {
                true => reach.test(&config, channel).await,
                false => Err(unknown(session, channel)),
            };
            reach.close().await?;
            sent
        }
        // Before the first run there is no pace to follow.
        Err(error) if error.is::<NoStore>() && is_configured => {
            SparePusher::test(config, channel).await
        }
        Err(error) if error.is::<NoStore>() => Err(unknown(session, channel)),
        Err(error) => Err(error),
    };
    match sent? {
        Some(message) => out::line(format!(
            "a test message was sent to `{channel}`: message {}",
            message.0
        ))?,
        None => out::line(format!("a test message was sent to `{channel}`"))?,
    }
    Ok(Exit::Done)
}

/// Prints a list; stderr notes that it is empty or continues.
pub(super) fn show<T: Serialize>(
    listing: &Listing<T>,
    json: bool,
    table: impl FnOnce(&[T]) -> std::io::Result<()>,
) -> anyhow::Result<()> {
    if json {
        for item in &listing.items {
            out::json(item)?;
        }
        return Ok(());
    }
    if listing.items.is_empty() {
        eprintln!("nothing to list");
        return Ok(());
    }
    table(&listing.items)?;
    if listing.next.is_some() {
        eprintln!("… and more; --limit 0 lists all");
    }
    Ok(())
}

fn sources_table(sources: &[Source], verbose: bool) -> std::io::Result<()> {
    let header = ["id", "state", "last poll", "next poll", "bulletins", "name"];
    let mut table = Table::new(header, &[5, 0]);
    for source in sources {
        let cells = [
            source.id.to_string(),
            word(&source.state),
            moment(source.last_polled),
            moment(source.next_poll),
            source.bulletins.to_string(),
            source.name.clone(),
        ];
        let url = (verbose && !source.url.is_empty()).then(|| source.url.clone());
        let error = source.error.as_deref().map(error_line);
        table.row(cells, url.into_iter().chain(error));
    }
    table.print()
}

fn channels_table(channels: &[Channel]) -> std::io::Result<()> {
    let header = ["id", "kind", "state", "queued", "sent", "failed", "name"];
    let mut table = Table::new(header, &[6, 0]);
    for channel in channels {
        let cells = [
            channel.id.to_string(),
            channel.kind.clone(),
            word(&channel.state),
            channel.queued.to_string(),
            channel.sent.to_string(),
            channel.failed.to_string(),
            channel.name.clone(),
        ];
        table.row(cells, channel.error.as_deref().map(error_line));
    }
    table.print()
}

pub(super) fn bulletins_table(bulletins: &[Bulletin], verbose: bool) -> std::io::Result<()> {
    let mut table = Table::new(["id", "source", "state", "date", "title"], &[4, 1]);
    for bulletin in bulletins {
        let date = bulletin.published.map(|date| date.day().to_string());
        let cells = [
            bulletin.id.to_string(),
            bulletin.source.to_string(),
            word(&bulletin.state),
            date.unwrap_or_default(),
            bulletin.title.clone(),
        ];
        table.row(cells, verbose.then(|| bulletin.url.clone()));
    }
    table.print()
}

fn deliveries_table(deliveries: &[Delivery]) -> std::io::Result<()> {
    let header = [
        "id", "bulletin", "channel", "kind", "state", "tries", "time",
    ];
    let mut table = Table::new(header, &[2]);
    for delivery in deliveries {
        let bulletin = delivery.bulletin.map(|id| id.to_string());
        let cells = [
            delivery.id.to_string(),
            bulletin.unwrap_or_default(),
            delivery.channel.to_string(),
            word(&delivery.kind),
            word(&delivery.state),
            delivery.attempts.to_string(),
            moment(Some(delivery.sent_at.unwrap_or(delivery.due_at))),
        ];
        table.row(cells, delivery.error.as_deref().map(error_line));
    }
    table.print()
}

fn error_line(error: &str) -> String {
    format!("error: {error}")
}

/// Returns a state as the API writes it.
pub(super) fn word(state: &impl Serialize) -> String {
    match serde_json::to_value(state) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

fn moment(stamp: Option<Stamp>) -> String {
    stamp.map_or_else(
        || "-".to_owned(),
        |stamp| stamp.0.format("%m-%d %H:%M").to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> String {
        let words = line.split(' ').map(OsString::from).collect();
        let words = with_folders(words).into_iter();
        let words: Vec<_> = words.filter_map(|word| word.into_string().ok()).collect();
        words.join(" ")
    }

    #[test]
    fn a_state_after_a_list_is_a_filter_and_a_path_is_a_folder() {
        for unchanged in [
            "noticast --state held bulletins --state held",
            "noticast deliveries --state=sent",
            "noticast sources --state wrong",
            "noticast run --state /tmp/x",
        ] {
            assert_eq!(read(unchanged), unchanged);
        }
        assert_eq!(
            read("noticast bulletins --state held --state /tmp/x"),
            "noticast bulletins --state held --state-dir /tmp/x"
        );
        assert_eq!(
            read("noticast bulletins --state=/tmp/x"),
            "noticast bulletins --state-dir=/tmp/x"
        );
    }
}
