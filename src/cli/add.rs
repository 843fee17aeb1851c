//! Implements `add`: previews an address, asks, and appends a commented `[[source]]` to the config.

use chrono::Utc;
use url::Url;

use super::{
    address::{self, Typed},
    check,
    exit::{Exit, UsageError},
    inspect::{self, How, Page, Seen, Setting},
    out, preview, scripts, serve,
    session::Session,
};
use crate::{
    bulletin::{Login, ReadAs, Select, Source, SourceId},
    config::{Config, SourceBlock, append_sources},
    schedule::Schedule,
    source::fetch::{Fetcher, Via, Wants},
};

/// Add a page or feed to the config: preview it, ask, and append a [[source]]
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  noticast add https://www.example.com/news/list.html && noticast reload
  noticast add https://www.example.com/feed.xml --id press --every 30m --yes")]
pub(super) struct Args {
    /// The address of the page or feed; `-` reads it from stdin, which keeps a password out of the process list
    #[arg(value_name = "URL", value_parser = address::typed())]
    url: Typed,
    /// The source's ID [default: derived from the site and the title]
    #[arg(long, value_name = "ID")]
    id: Option<SourceId>,
    /// The source's name [default: the title of the page]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// How often to poll [default: 10m]
    #[arg(long, value_name = "TIME", value_parser = serve::every)]
    every: Option<Schedule>,
    /// Append without asking
    #[arg(long)]
    yes: bool,
}

pub(super) async fn run(session: &Session, args: Args) -> anyhow::Result<Exit> {
    if !args.yes && !out::can_ask() {
        let text = "`noticast add` asks before it writes, and there is no terminal to ask on; confirm with --yes";
        return Err(UsageError(text.to_owned()).into());
    }
    let config = session.config_to_append()?;
    let url = address::one(args.url.clone())?;
    let shown = Login::taken_off(&url).into_owned();
    if let Some(known) = config.sources.iter().find(|source| source.url == shown) {
        return Err(UsageError(format!("{shown} is already watched, as `{}`", known.id)).into());
    }
    let taken: Vec<SourceId> = config
        .sources
        .iter()
        .map(|source| source.id.clone())
        .collect();
    if let Some(id) = args.id.as_ref().filter(|id| taken.contains(id)) {
        let text = format!("--id {id}: a source with this ID is already in the config");
        return Err(UsageError(text).into());
    }
    let (page, how, seen) =
        out::patiently(&address::waiting(&url), read_page(&config, &url)).await?;
    preview::show::text(&page, &seen, &how, session.verbose)?;
    if let Err(why) = check::notices_of(&seen.reading) {
        anyhow::bail!("{shown} is {why}; nothing was added");
    }
    let watched = match seen.setting {
        Setting::Json => page.url,
        Setting::Usual | Setting::Browser => url,
    };
    let mut block = block(&Login::taken_off(&watched), &seen, &taken, &args);
    out::line(format!("\n{block}"))?;
    // The user and password belong in the file.
    block.url = watched;
    let path = session.config_path();
    if !args.yes && !out::ask(&format!("append this to {}?", path.display()))? {
        eprintln!("nothing was added");
        return Ok(Exit::Failed);
    }
    append_sources(&path, std::slice::from_ref(&block))?;
    out::line(format!(
        "`{}` was added to {}; `noticast reload` applies it to a running instance",
        block.id,
        path.display()
    ))?;
    Ok(Exit::Done)
}

/// Reads the address as the service would: a private one must be allowed by the config.
async fn read_page(config: &Config, url: &Url) -> anyhow::Result<(Page, How, Seen)> {
    let fetcher = Fetcher::new(&config.fetch, &[])?;
    let page = inspect::fetch(&fetcher, url, Via::default(), Wants::Page).await?;
    let unnamed = SourceBlock::new(url.clone(), "", &[]);
    let how = How {
        time_zone: config.time_zone,
        ..How::of(&Source::new(unnamed.id, url.clone()), Utc::now())
    };
    let fault = match inspect::read(&page, &how) {
        Ok(seen) => return Ok((page, how, seen)),
        Err(fault) => fault,
    };
    let (found, _) = scripts::instead(config, &page, &how, fault).await?;
    Ok((found.page, how, found.seen))
}

/// Returns the block to append. The page was read without help, so it needs no selectors, and a kind only for JSON.
fn block(url: &Url, seen: &Seen, taken: &[SourceId], args: &Args) -> SourceBlock {
    let suggested = preview::show::suggestion(url, seen, taken);
    SourceBlock {
        id: args.id.clone().unwrap_or(suggested.id),
        name: args.name.clone().unwrap_or(suggested.name),
        url: url.clone(),
        schedule: args.every.clone(),
        kind: match suggested.kind {
            ReadAs::Json => ReadAs::Json,
            _ => ReadAs::Auto,
        },
        browser: suggested.browser,
        select: Select::default(),
        comments: suggested.comments,
    }
}
