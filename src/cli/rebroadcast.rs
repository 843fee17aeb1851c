//! Implements `rebroadcast`: sends an old bulletin again.

use super::{
    exit::{Exit, UsageError},
    out,
    reach::{Purpose, Reach},
    session::Session,
};
use crate::{
    bulletin::{BulletinId, BulletinState, ChannelId},
    ops::Refusal,
    view::{Bulletin, Filters},
};

/// Send a bulletin again immediately, to all channels that receive its source, or to the given ones
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  noticast rebroadcast 1042
  noticast rebroadcast 1042 --to staff --note 今天截止 --yes")]
pub(super) struct Args {
    /// The bulletin's number, as on its card: 1042 or #1042
    #[arg(value_name = "ID", value_parser = number)]
    bulletin: BulletinId,
    /// Send only to this channel or chat (telegram:CHAT); can be repeated
    #[arg(long, value_name = "CHANNEL")]
    to: Vec<ChannelId>,
    /// A text on top of the card
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Send without asking
    #[arg(long)]
    yes: bool,
    /// Print the deliveries, one JSON object per line
    #[arg(long)]
    json: bool,
}

fn number(text: &str) -> Result<BulletinId, String> {
    let number = text.trim_start_matches('#').parse().map(BulletinId);
    number.map_err(|_| "the number of a bulletin is expected, such as 1042".to_owned())
}

pub(super) async fn run(session: &Session, args: Args) -> anyhow::Result<Exit> {
    let reach = Reach::open(session, Purpose::Change).await?;
    let ended = send(&reach, args).await;
    reach.close().await?;
    ended
}

async fn send(reach: &Reach, args: Args) -> anyhow::Result<Exit> {
    let bulletin = reach.bulletin(args.bulletin).await?;
    if bulletin.state == BulletinState::Held {
        return Err(Refusal::Held(bulletin.id).into());
    }
    if !args.yes && !agreed(reach, &bulletin, &args).await? {
        eprintln!("nothing was sent");
        return Ok(Exit::Failed);
    }
    let to = (!args.to.is_empty()).then_some(args.to);
    let deliveries = reach.rebroadcast(bulletin.id, to, args.note).await?;
    if args.json {
        for delivery in &deliveries {
            out::json(delivery)?;
        }
        return Ok(Exit::Done);
    }
    let fate = if reach.is_running() {
        "is being sent"
    } else {
        "is queued, and will be sent when `noticast run` starts,"
    };
    out::line(format!(
        "#{} {fate} to {}",
        bulletin.id,
        out::count(deliveries.len(), "channel")
    ))?;
    Ok(Exit::Done)
}

async fn agreed(reach: &Reach, bulletin: &Bulletin, args: &Args) -> anyhow::Result<bool> {
    if !out::can_ask() {
        let text = "`noticast rebroadcast` asks before it sends, and there is no terminal to ask on; confirm with --yes";
        return Err(UsageError(text.to_owned()).into());
    }
    let channels = if args.to.is_empty() {
        let all = Filters {
            source: Some(bulletin.source.clone()),
            limit: 0,
            ..Filters::default()
        };
        reach.channels(&all).await?.items.len()
    } else {
        args.to.len()
    };
    if let Some(note) = &args.note {
        out::line(note)?;
    }
    out::line(out::strong(&bulletin.title))?;
    let date = bulletin.published.map(|date| date.to_string());
    let facts = [
        date,
        bulletin.publisher.clone(),
        Some(format!("#{}", bulletin.id)),
    ];
    out::line(out::faint(
        &facts.into_iter().flatten().collect::<Vec<_>>().join(" · "),
    ))?;
    if let Some(summary) = &bulletin.summary {
        out::line(summary)?;
    }
    out::line(&bulletin.url)?;
    let question = format!("send it again to {}?", out::count(channels, "channel"));
    Ok(out::ask(&question)?)
}
