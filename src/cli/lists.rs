//! `sources`, `channels`, `bulletins`, `deliveries`: what there is, as a table or as JSON lines.

use std::{ffi::OsString, path::Path};

use chrono::{DateTime, FixedOffset};
use serde::Serialize;

use super::{
    Exit, UsageError, out,
    reach::{NoStore, Purpose, Reach},
    serve::SparePusher,
    session::Session,
};
use crate::{
    bulletin::{ChannelId, SourceId},
    view::{Bulletin, Channel, Delivery, Filters, Listing, Source, Stamp},
};

/// What a list is narrowed to, and how it is shown.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "Examples:
  noticast bulletins --source group-news --since 2026-03-01T00:00:00+08:00
  noticast deliveries --state failed --limit 0
  noticast sources --json

--state is a filter where it stands after the command and is one of the list's states, else the folder.")]
pub(super) struct ListArgs {
    /// Only of this source
    #[arg(long, value_name = "ID")]
    source: Option<SourceId>,
    /// Only of this channel
    #[arg(long, value_name = "ID")]
    channel: Option<ChannelId>,
    /// Only in this state; written as --state S, see below
    #[arg(long = IN_STATE, value_name = "S")]
    in_state: Option<String>,
    /// Only from this time on
    #[arg(long, value_name = "RFC3339")]
    since: Option<DateTime<FixedOffset>>,
    /// How many at most; 0: all
    #[arg(long, default_value_t = 20)]
    limit: usize,
    /// One JSON object a line
    #[arg(long)]
    pub(super) json: bool,
}

/// Lists channels, or sends a test card to one
#[derive(Debug, clap::Args)]
pub(super) struct ChannelArgs {
    #[command(flatten)]
    list: ListArgs,
    /// Send one test card there
    #[arg(long, value_name = "ID", conflicts_with_all = ["source", "channel", "since"])]
    test: Option<ChannelId>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum List {
    Sources,
    Bulletins,
    Deliveries,
}

const IN_STATE: &str = "in-state";
const LISTS: [&str; 5] = ["sources", "channels", "bulletins", "deliveries", "held"];
const STATES: [&str; 13] = [
    "ok",
    "failing",
    "paused",
    "held",
    "blocked",
    "baseline",
    "published",
    "withdrawn",
    "queued",
    "sending",
    "sent",
    "failed",
    "dropped",
];

/// Tells the two meanings of `--state` apart: after a list's name it is a filter, unless it looks
/// like a folder.
pub(super) fn tell_states_apart(line: Vec<OsString>) -> Vec<OsString> {
    let Some(list) = line
        .iter()
        .position(|word| LISTS.iter().any(|list| word == list))
    else {
        return line;
    };
    let is_filter = |value: &str| {
        STATES.contains(&value) || !(value.contains('/') || Path::new(value).is_dir())
    };
    let mut told = line.clone();
    for place in list + 1..line.len() {
        let (Some(word), next) = (line[place].to_str(), line.get(place + 1)) else {
            continue;
        };
        let next = next.and_then(|next| next.to_str());
        if word == "--state" && next.is_some_and(is_filter) {
            told[place] = format!("--{IN_STATE}").into();
        } else if let Some(value) = word
            .strip_prefix("--state=")
            .filter(|value| is_filter(value))
        {
            told[place] = format!("--{IN_STATE}={value}").into();
        }
    }
    told
}

impl ListArgs {
    pub(super) fn filters(&self) -> Filters {
        Filters {
            source: self.source.clone(),
            channel: self.channel.clone(),
            state: self.in_state.clone(),
            since: self.since,
            limit: self.limit,
            cursor: None,
        }
    }
}

pub(super) async fn run(session: &Session, list: List, args: ListArgs) -> anyhow::Result<Exit> {
    let reach = Reach::open(session, Purpose::Read).await?;
    let filters = args.filters();
    match list {
        List::Sources => {
            let sources = reach.sources(&filters).await?;
            show(&sources, args.json, sources_table)?;
            let links = sources
                .items
                .iter()
                .filter_map(|source| source.link.as_ref());
            for link in links.filter(|_| !args.json) {
                out::line(link)?;
            }
        }
        List::Bulletins => show(
            &reach.bulletins(&filters).await?,
            args.json,
            bulletins_table,
        )?,
        List::Deliveries => show(
            &reach.deliveries(&filters).await?,
            args.json,
            deliveries_table,
        )?,
    }
    reach.close().await?;
    Ok(Exit::Done)
}

pub(super) async fn channels(session: &Session, args: ChannelArgs) -> anyhow::Result<Exit> {
    if let Some(channel) = &args.test {
        return test(session, channel).await;
    }
    let reach = Reach::open(session, Purpose::Read).await?;
    let listing = reach.channels(&args.list.filters()).await?;
    show(&listing, args.list.json, channels_table)?;
    reach.close().await?;
    Ok(Exit::Done)
}

async fn test(session: &Session, channel: &ChannelId) -> anyhow::Result<Exit> {
    let config = session.config()?;
    if !config.channels.iter().any(|known| known.id == *channel) {
        return Err(UsageError(format!(
            "no channel `{channel}` in {}",
            session.config_path().display()
        ))
        .into());
    }
    let sent = match Reach::open(session, Purpose::Change).await {
        Ok(reach) => {
            let sent = reach.test(&config, channel).await;
            reach.close().await?;
            sent
        }
        // Before the first run there is no pace to keep.
        Err(error) if error.is::<NoStore>() => SparePusher::test(config, channel).await,
        Err(error) => Err(error),
    };
    match sent? {
        Some(message) => out::line(format!(
            "a test card was sent to `{channel}`: message {}",
            message.0
        ))?,
        None => out::line(format!("a test card was sent to `{channel}`"))?,
    }
    Ok(Exit::Done)
}

/// Prints a list; that it is empty, or goes on, is said on stderr.
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
        eprintln!("… there are more; --limit 0 lists all");
    }
    Ok(())
}

fn sources_table(sources: &[Source]) -> std::io::Result<()> {
    let row = |source: &Source| {
        [
            source.id.to_string(),
            word(&source.state),
            moment(source.last_polled),
            moment(source.next_poll),
            source.bulletins.to_string(),
            short(&source.name, 24),
            short(source.error.as_deref().unwrap_or_default(), 80),
        ]
    };
    let header = [
        "id",
        "state",
        "last look",
        "next look",
        "bulletins",
        "name",
        "error",
    ];
    out::table(header, sources.iter().map(row).collect())
}

fn channels_table(channels: &[Channel]) -> std::io::Result<()> {
    let row = |channel: &Channel| {
        [
            channel.id.to_string(),
            channel.kind.clone(),
            word(&channel.state),
            channel.queued.to_string(),
            channel.sent.to_string(),
            channel.failed.to_string(),
            short(&channel.name, 24),
            short(channel.error.as_deref().unwrap_or_default(), 80),
        ]
    };
    let header = [
        "id", "kind", "state", "queued", "sent", "failed", "name", "error",
    ];
    out::table(header, channels.iter().map(row).collect())
}

pub(super) fn bulletins_table(bulletins: &[Bulletin]) -> std::io::Result<()> {
    let row = |bulletin: &Bulletin| {
        [
            bulletin.id.to_string(),
            bulletin.source.to_string(),
            word(&bulletin.state),
            bulletin
                .published
                .map(|date| date.day().to_string())
                .unwrap_or_default(),
            short(&bulletin.title, 72),
        ]
    };
    let header = ["id", "source", "state", "date", "title"];
    out::table(header, bulletins.iter().map(row).collect())
}

fn deliveries_table(deliveries: &[Delivery]) -> std::io::Result<()> {
    let row = |delivery: &Delivery| {
        [
            delivery.id.to_string(),
            delivery
                .bulletin
                .map(|id| id.to_string())
                .unwrap_or_default(),
            delivery.channel.to_string(),
            word(&delivery.kind),
            word(&delivery.state),
            delivery.attempts.to_string(),
            moment(Some(delivery.sent_at.unwrap_or(delivery.due_at))),
            short(delivery.error.as_deref().unwrap_or_default(), 80),
        ]
    };
    let header = [
        "id",
        "bulletin",
        "channel",
        "kind",
        "state",
        "attempts",
        "sent or due",
        "error",
    ];
    out::table(header, deliveries.iter().map(row).collect())
}

/// A state as the contract writes it.
pub(super) fn word(state: &impl Serialize) -> String {
    match serde_json::to_value(state) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

fn moment(stamp: Option<Stamp>) -> String {
    stamp.map_or_else(
        || "-".to_owned(),
        |stamp| stamp.0.format("%m-%d %H:%M:%S").to_string(),
    )
}

/// Cut to `width` columns, of which a Chinese character takes two.
pub(super) fn short(text: &str, width: usize) -> String {
    use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};
    if text.width() <= width {
        return text.to_owned();
    }
    let mut taken = 0;
    let fits = |c: &char| {
        taken += c.width().unwrap_or(0);
        taken < width
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(line: &str) -> String {
        let words = line.split(' ').map(OsString::from).collect();
        let told = tell_states_apart(words);
        told.iter()
            .filter_map(|word| word.to_str())
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn a_state_after_a_list_is_a_filter_and_a_folder_stays_a_folder() {
        assert_eq!(
            told("noticast --state held bulletins --state held --state /tmp/x"),
            "noticast --state held bulletins --in-state held --state /tmp/x"
        );
        assert_eq!(
            told("noticast deliveries --state=sent"),
            "noticast deliveries --in-state=sent"
        );
        assert_eq!(
            told("noticast run --state held"),
            "noticast run --state held"
        );
        assert_eq!(
            told("noticast sources --state wrong"),
            "noticast sources --in-state wrong"
        );
    }

    #[test]
    fn long_titles_are_cut_by_columns() {
        assert_eq!(short("通知公告", 8), "通知公告");
        assert_eq!(short("通知公告栏", 8), "通知公…");
    }
}
