//! Implements `preview`: shows how a page is read, without storing or pushing anything.

mod card;
pub(super) mod show;

use std::{
    borrow::Cow,
    path::{Path, PathBuf},
};

use chrono::Utc;
use chrono_tz::Tz;
use clap::ValueEnum;
use serde_json::json;
use url::Url;

use super::{
    address,
    exit::Exit,
    inspect::{self, Fault, How, Page, Seen, Setting},
    out, scripts,
    session::Session,
    when::When,
};
use crate::{
    bulletin::{Bulletin, Login, ReadAs, Select},
    config::{Config, zone_named},
    source::{
        Reading,
        fetch::{Fetcher, Via},
    },
};

/// Preview how noticast reads a page, feed or article, without storing or pushing anything
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  noticast preview https://www.example.com/news/list.html
  noticast preview --suggest https://www.example.com/news/ >> blocks.toml
  noticast preview --json --base-url https://www.example.com/ page.html
  noticast preview --card telegram https://www.example.com/news/1.html
  curl -s https://www.example.com/feed.xml | noticast preview -

With -v it also says how it was read, step by step, and which links were rejected, and why.")]
pub(super) struct Args {
    /// Files or addresses; `-` reads a page or an address from stdin
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<String>,
    /// Read the input as this kind
    #[arg(long = "as", value_name = "KIND", default_value = "auto")]
    read_as: As,
    /// The address that a file came from; its links are relative to it
    #[arg(long, value_name = "URL")]
    base_url: Option<Url>,
    /// The Content-Type of a file
    #[arg(long, value_name = "TYPE")]
    content_type: Option<String>,
    /// The time zone of dates that name none [default: the config's, else Asia/Shanghai]
    #[arg(long, value_name = "TZ", value_parser = zone_named)]
    time_zone: Option<Tz>,
    /// The time that relative dates such as `today` count from [default: now]
    #[arg(long, value_name = "TIME")]
    now: Option<When>,
    /// Render pages in the browser before they are read, as `browser = true` does
    #[arg(long)]
    browser: bool,
    /// Print a [[source]] block for the config
    #[arg(long, conflicts_with = "json")]
    suggest: bool,
    /// Print the newest 5 bulletins as they would be sent to this channel, or to any channel of this kind
    #[arg(long, value_name = "CHANNEL|KIND", conflicts_with = "suggest")]
    card: Option<String>,
    /// Save the fetched page in this directory
    #[arg(long, value_name = "DIR")]
    save: Option<PathBuf>,
    /// Print one JSON object for each input
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum As {
    Auto,
    List,
    Feed,
    Article,
}

impl From<As> for ReadAs {
    fn from(kind: As) -> Self {
        match kind {
            As::Auto => Self::Auto,
            As::List => Self::List,
            As::Feed => Self::Feed,
            As::Article => Self::Article,
        }
    }
}

pub(super) async fn run(session: &Session, args: Args) -> anyhow::Result<Exit> {
    let config = session.config_without_secrets()?;
    let (now, time_zone) = (Utc::now(), args.time_zone.unwrap_or(config.time_zone));
    let how = How {
        read_as: args.read_as.into(),
        time_zone,
        now: args
            .now
            .map_or(now, |typed| typed.at(now, time_zone).to_utc()),
        select: Select::default(),
        simplify: false,
        charset: None,
    };
    let channel = args.card.as_deref();
    let channel = channel
        .map(|name| card::channel(name, &config))
        .transpose()?;
    let mut exit = Exit::Done;
    for input in &args.inputs {
        let (mut rejected, mut steps) = (Vec::new(), Vec::new());
        let typed = address(input);
        let got = get(&config, &args, input);
        let got = match &typed {
            Some(url) => out::patiently(&address::waiting(url), got).await,
            None => got.await,
        };
        let input = &shown(input);
        let seen = match got {
            Ok(page) => match read(&config, &page, &args, &how).await {
                Ok(read) => Ok(read),
                Err(fault) => {
                    rejected = inspect::rejected(&page, &how);
                    steps = inspect::steps(&page, &how, None);
                    Err(fault)
                }
            },
            Err(fault) => Err(fault),
        };
        if seen.is_err() {
            exit = Exit::Failed;
        }
        let is_list = seen
            .as_ref()
            .is_ok_and(|(_, seen)| !matches!(seen.reading, Reading::Article(_)));
        match (&channel, seen) {
            (Some(channel), Ok(read)) => {
                let bulletins = pushed(&config, typed.as_ref(), read).await?;
                card::show(input, bulletins, channel, &config, args.json)?;
            }
            (_, seen) => show(session, &args, input, &how, seen)?,
        }
        if let (Some(url), true, false) = (&typed, is_list, args.json) {
            note_refusal(&config, url).await?;
        }
        if session.verbose && !args.json {
            show::others(&rejected, true)?;
            show::steps(&steps)?;
        }
    }
    Ok(exit)
}

/// Says that a source cannot have this address: a private one can be previewed, but `add` and `run` reject it.
async fn note_refusal(config: &Config, url: &Url) -> anyhow::Result<()> {
    if let Err(error) = Fetcher::new(&config.fetch, &[])?.admit(url).await {
        eprintln!("note: the address cannot be a source yet: {error}");
    }
    Ok(())
}

/// Returns the bulletins that the service would push of an input, and the name of its source. An input without an
/// address is shown as it is.
async fn pushed(
    config: &Config,
    typed: Option<&Url>,
    (page, seen): (Page, Seen),
) -> anyhow::Result<(String, Vec<Bulletin>)> {
    let title = match &seen.reading {
        Reading::List(list) => list.title.as_deref(),
        Reading::Feed(feed) => feed.title.as_deref(),
        Reading::Article(_) => return Ok(card::of_page(&page, seen.reading)),
    };
    match typed {
        Some(url) => card::newest(config, url, title).await,
        None => Ok(card::of_page(&page, seen.reading)),
    }
}

/// Reads a page. If a block for the config is wanted, doubtful rows are better than none.
async fn read(config: &Config, page: &Page, args: &Args, how: &How) -> Result<(Page, Seen), Fault> {
    let fault = match inspect::read_any(page, how).await {
        Ok(seen) => return Ok((page.clone(), as_rendered(seen, args))),
        Err(fault) if args.browser => return Err(fault),
        Err(fault) => fault,
    };
    let fault = match scripts::instead(config, page, how, fault).await {
        Ok((found, _)) if args.suggest => return Ok((found.page, found.seen)),
        Ok((found, fault)) => return Err(found.added_to(fault)),
        Err(fault) => fault,
    };
    let doubtful = || inspect::doubtful(page, how).map(|seen| (page.clone(), seen));
    match args.suggest && fault.code == "not-a-list" {
        true => doubtful().ok_or(fault),
        false => Err(fault),
    }
}

/// Marks a page that was rendered: it needs the browser.
fn as_rendered(seen: Seen, args: &Args) -> Seen {
    match args.browser {
        true => Seen {
            setting: Setting::Browser,
            ..seen
        },
        false => seen,
    }
}

async fn get(config: &Config, args: &Args, input: &str) -> Result<Page, Fault> {
    let page = match address(input) {
        Some(url) => fetch(config, args, &url).await?,
        None => {
            let page = inspect::open(input, args.base_url.as_ref(), config.fetch.max_body)?;
            match address_on_stdin(input, &page) {
                Some(url) => fetch(config, args, &url).await?,
                None => Page {
                    content_type: args.content_type.clone(),
                    ..page
                },
            }
        }
    };
    if let Some(folder) = &args.save {
        save(folder, &page)?;
    }
    Ok(page)
}

async fn fetch(config: &Config, args: &Args, url: &Url) -> Result<Page, Fault> {
    if args.browser {
        return Ok(scripts::rendered(config, url).await?.0);
    }
    let typed: Vec<String> = url.host_str().map(str::to_owned).into_iter().collect();
    let fetcher = Fetcher::new(&config.fetch, &typed)?;
    let wants = ReadAs::from(args.read_as).into();
    inspect::fetch(&fetcher, url, Via::default(), wants).await
}

/// Returns the address that stdin contains in place of a page.
fn address_on_stdin(input: &str, page: &Page) -> Option<Url> {
    let text = std::str::from_utf8(&page.body).ok();
    text.filter(|_| input == "-").and_then(address::parse)
}

/// Returns an input without the user and password that it may contain.
fn shown(input: &str) -> String {
    match address(input) {
        Some(url) if matches!(Login::taken_off(&url), Cow::Owned(_)) => {
            Login::taken_off(&url).to_string()
        }
        _ => input.to_owned(),
    }
}

/// Parses an input that begins like an address; everything else is a file.
fn address(input: &str) -> Option<Url> {
    input.split_once("://")?;
    Url::parse(input).ok().filter(|url| url.scheme() != "file")
}

fn show(
    session: &Session,
    args: &Args,
    input: &str,
    how: &How,
    seen: Result<(Page, Seen), Fault>,
) -> anyhow::Result<()> {
    match seen {
        Ok((_, seen)) if args.json => out::json(&show::json(input, &seen)),
        Ok((page, seen)) if args.suggest => Ok(out::write(
            show::suggestion(&page.url, &seen, &[])
                .to_string()
                .as_bytes(),
        )?),
        Ok((page, seen)) => show::text(&page, &seen, how, session.verbose),
        Err(fault) if args.json => {
            let message = session.mask.masked(&fault.message);
            out::json(
                &json!({ "input": input, "error": { "code": fault.code, "message": message } }),
            )
        }
        Err(fault) => {
            let message = session.mask.masked(&fault.message);
            let own = format!("{input}: ");
            let what = match message.starts_with(&own) {
                true => message,
                false => address::failed(input, address(input).as_ref(), &message),
            };
            eprintln!("{what} ({})", fault.code);
            Ok(())
        }
    }
}

/// Saves the body as received, under a name made of its address, and its metadata next to it.
fn save(folder: &Path, page: &Page) -> Result<(), Fault> {
    let address = page
        .url
        .as_str()
        .split_once("://")
        .map_or("", |(_, rest)| rest);
    let name: String = address
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') {
                c
            } else {
                '_'
            }
        })
        .take(120)
        .collect();
    let about = json!({ "url": page.url.as_str(), "content_type": page.content_type });
    let write = || {
        std::fs::create_dir_all(folder)?;
        std::fs::write(folder.join(&name), &page.body)?;
        std::fs::write(folder.join(format!("{name}.json")), format!("{about}\n"))
    };
    write().map_err(|error: std::io::Error| Fault {
        code: "unreadable",
        message: format!("cannot save into {}: {error}", folder.display()),
    })
}
