//! Implements `publish`: an office's own notice, at a source of kind `desk`.

use std::{
    io::Read as _,
    path::{Path, PathBuf},
};

use anyhow::{Context, anyhow};
use chrono::{NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;
use serde_json::Value;

use super::{
    exit::{Exit, UsageError},
    out,
    reach::{Purpose, Reach},
    session::Session,
};
use crate::{
    bulletin::{Attachment, ChannelId, Moment, SourceId},
    config::Config,
    ops::{Publication, Refusal, file_name},
    push, round,
    view::{self, Filters},
};

/// The maximum number of bytes of a text file that are read; a longer text is reported, not loaded into memory.
const MOST_TEXT_BYTES: u64 = 1 << 20;

/// Publish a bulletin of your own in a source with `kind = "desk"`, and send it to all channels that receive the source
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  noticast publish --source office --title 元旦放假 --deadline 2026-12-31
  noticast publish --source office --title 报名开始 --text notice.txt --yes")]
pub(super) struct Args {
    /// The source to publish in; its kind must be `desk`
    #[arg(long, value_name = "ID")]
    source: SourceId,
    /// The title of the bulletin
    #[arg(long, value_name = "TEXT")]
    title: String,
    /// A file with the text, one paragraph per line; `-` reads stdin
    #[arg(long, value_name = "FILE")]
    text: Option<PathBuf>,
    /// The address of the bulletin [default: its page on the noticast site]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// The name of the publisher
    #[arg(long, value_name = "NAME")]
    publisher: Option<String>,
    /// The deadline: 2026-12-31, '2026-12-31 18:00' or an RFC 3339 time
    #[arg(long, value_name = "WHEN")]
    deadline: Option<String>,
    /// The address of an attachment, and its name; can be repeated
    #[arg(long, value_name = "URL[=NAME]")]
    attach: Vec<String>,
    /// Publish only to this channel or chat (telegram:CHAT); can be repeated
    #[arg(long, value_name = "CHANNEL")]
    to: Vec<ChannelId>,
    /// Publish only once under this ID, however often the command is repeated
    #[arg(long, value_name = "ID")]
    request_id: Option<String>,
    /// Publish without asking
    #[arg(long)]
    yes: bool,
    /// Print the bulletin as JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(session: &Session, args: Args) -> anyhow::Result<Exit> {
    let config = session.config_without_secrets()?;
    let publication = publication(&args, config.time_zone)?;
    let reach = Reach::open(session, Purpose::Change).await?;
    let ended = publish(&reach, &config, publication, &args).await;
    reach.close().await?;
    ended
}

async fn publish(
    reach: &Reach,
    config: &Config,
    publication: Publication,
    args: &Args,
) -> anyhow::Result<Exit> {
    let source = desk(reach, &publication.source).await?;
    if !args.yes && !agreed(reach, config, &source, &publication).await? {
        eprintln!("nothing was published");
        return Ok(Exit::Failed);
    }
    let bulletin = reach.publish(publication).await?;
    if args.json {
        out::json(&bulletin)?;
        return Ok(Exit::Done);
    }
    let fate = if reach.is_running() {
        "is published"
    } else {
        "is published, and will be sent when `noticast run` starts"
    };
    out::line(format!("#{} {fate}: {}", bulletin.id, bulletin.title))?;
    Ok(Exit::Done)
}

/// Returns the publication as typed, checked before the user is asked.
fn publication(args: &Args, zone: Tz) -> anyhow::Result<Publication> {
    let deadline = args.deadline.as_deref();
    let deadline = deadline.map(|text| moment(text, zone)).transpose()?;
    let text = args.text.as_deref().map(text_of).transpose()?;
    let attachments: Vec<Attachment> = args.attach.iter().map(|text| attachment(text)).collect();
    let publication = Publication {
        source: args.source.clone(),
        title: args.title.clone(),
        text,
        summary: None,
        url: args.url.clone(),
        publisher: args.publisher.clone(),
        published: None,
        deadline,
        attachments: Some(attachments),
        channels: (!args.to.is_empty()).then(|| args.to.clone()),
        request_id: args.request_id.clone(),
    };
    let cleaned = publication.cleaned();
    cleaned.map_err(|why| UsageError(why.to_string()).into())
}

fn moment(text: &str, zone: Tz) -> Result<Moment, UsageError> {
    let by_the_clock = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"];
    let mut clocks = by_the_clock.iter();
    let typed = clocks.find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    if let Some(time) = typed.and_then(|typed| zone.from_local_datetime(&typed).earliest()) {
        return Ok(Moment::Time(time.fixed_offset()));
    }
    Moment::try_from(text.to_owned()).map_err(|_| {
        UsageError(format!(
            "--deadline {text}: not a time; expected 2026-12-31, \"2026-12-31 18:00\" or RFC 3339"
        ))
    })
}

fn text_of(file: &Path) -> anyhow::Result<String> {
    let mut text = String::new();
    let unreadable = || format!("cannot read the text of {}", file.display());
    let read = if file == Path::new("-") {
        std::io::stdin()
            .take(MOST_TEXT_BYTES)
            .read_to_string(&mut text)
    } else {
        let opened = std::fs::File::open(file).with_context(unreadable)?;
        opened.take(MOST_TEXT_BYTES).read_to_string(&mut text)
    };
    read.with_context(unreadable)?;
    Ok(text)
}

/// Parses `URL`, or `URL=NAME`. An address may contain a `=` itself, after its `?`: the text after the last one is a
/// name if it is not part of a query.
fn attachment(text: &str) -> Attachment {
    let end = text.rfind('=').filter(|&end| {
        let before = &text[..end];
        let pair = before.rfind(['?', '&']).map(|pair| &before[pair..]);
        pair.is_none_or(|pair| pair.contains('='))
    });
    let (url, name) = end.map_or((text, ""), |end| (&text[..end], &text[end + 1..]));
    let name = match name {
        "" => file_name(url),
        name => name.to_owned(),
    };
    Attachment {
        url: url.to_owned(),
        name,
        size: None,
    }
}

/// Returns the named source, if it accepts publications.
async fn desk(reach: &Reach, id: &SourceId) -> anyhow::Result<view::Source> {
    let filters = Filters {
        source: Some(id.clone()),
        ..Filters::default()
    };
    let source = reach.sources(&filters).await?.items.pop();
    let source = source.ok_or_else(|| Refusal::NoSource(id.clone()))?;
    match source.kind.as_str() {
        "desk" => Ok(source),
        _ => Err(anyhow!(
            "source `{id}` watches a page; bulletins of your own need a source with `kind = \"desk\"`"
        )),
    }
}

/// Shows each channel's card, and asks.
async fn agreed(
    reach: &Reach,
    config: &Config,
    source: &view::Source,
    publication: &Publication,
) -> anyhow::Result<bool> {
    if !out::can_ask() {
        let text = "`noticast publish` asks before it sends, and there is no terminal to ask on; confirm with --yes";
        return Err(UsageError(text.to_owned()).into());
    }
    let publication = round::summarised(publication.clone());
    let bulletin = publication.draft(Utc::now());
    let channels = config.channels.iter();
    for channel in channels.filter(|channel| publication.goes_to(channel)) {
        let heading = format!("— {} ({}) —", channel.name, channel.kind_name());
        out::line(out::faint(&heading))?;
        let card = push::draft(
            bulletin.clone(),
            &source.name,
            channel,
            config,
            out::screen(),
        )?;
        let card = match card {
            Value::String(text) => text,
            card => format!("{card:#}"),
        };
        out::line(format!("{}\n", card.trim_end()))?;
    }
    let channels = match &publication.channels {
        Some(named) => named.len(),
        None => {
            let all = Filters {
                source: Some(publication.source.clone()),
                limit: 0,
                ..Filters::default()
            };
            reach.channels(&all).await?.items.len()
        }
    };
    let question = format!("publish it to {}?", out::count(channels, "channel"));
    Ok(out::ask(&question)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_an_address_and_perhaps_a_name() {
        for (typed, url, name) in [
            (
                "https://example.com/a.pdf",
                "https://example.com/a.pdf",
                "a.pdf",
            ),
            (
                "https://example.com/a.pdf=报名表",
                "https://example.com/a.pdf",
                "报名表",
            ),
            (
                "https://example.com/f?id=7",
                "https://example.com/f?id=7",
                "f",
            ),
            (
                "https://example.com/f?a=1&b=2",
                "https://example.com/f?a=1&b=2",
                "f",
            ),
            (
                "https://example.com/f?id=7=名单",
                "https://example.com/f?id=7",
                "名单",
            ),
        ] {
            let file = attachment(typed);
            assert_eq!(
                (file.url.as_str(), file.name.as_str()),
                (url, name),
                "{typed}"
            );
        }
    }

    #[test]
    fn a_deadline_is_a_day_or_a_time_by_the_clock_of_the_config() {
        let read = |text: &str| moment(text, Tz::Asia__Shanghai).unwrap().to_string();
        assert_eq!(read("2026-12-31"), "2026-12-31");
        assert_eq!(read("2026-12-31 18:00"), "2026-12-31T18:00:00+08:00");
        assert_eq!(read("2026-12-31T18:00:00Z"), "2026-12-31T18:00:00+00:00");
        assert!(moment("tomorrow", Tz::UTC).is_err());
    }
}
