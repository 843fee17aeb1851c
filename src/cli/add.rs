//! `add`: previews an address, asks, and appends a commented `[[source]]` to the config.

use chrono::Utc;
use url::Url;

use super::{
    Exit, UsageError,
    inspect::{self, How},
    out, preview, serve,
    session::Session,
};
use crate::{
    bulletin::{Source, SourceId},
    config::{SourceBlock, append_source},
    source::{
        Reading,
        fetch::{Fetcher, Via},
    },
};

/// Shows what an address is read as, asks, and appends it to the config as a [[source]]
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  noticast add https://www.example.com/news/list.html && noticast reload")]
pub(super) struct Args {
    #[arg(value_parser = serve::address)]
    url: Url,
    /// Append without asking
    #[arg(long)]
    yes: bool,
}

pub(super) async fn run(session: &Session, args: Args) -> anyhow::Result<Exit> {
    if !args.yes && !out::can_ask() {
        let text = "add asks before it writes, and there is no terminal to ask at; say --yes";
        return Err(UsageError(text.to_owned()).into());
    }
    let config = session.config_or_default()?;
    if let Some(known) = config.sources.iter().find(|source| source.url == args.url) {
        return Err(UsageError(format!(
            "{} is watched already, as `{}`",
            args.url, known.id
        ))
        .into());
    }
    let taken: Vec<SourceId> = config
        .sources
        .iter()
        .map(|source| source.id.clone())
        .collect();
    let typed: Vec<String> = args.url.host_str().map(str::to_owned).into_iter().collect();
    let fetcher = Fetcher::new(&config.fetch, &typed)?;
    let page = inspect::fetch(&fetcher, &args.url, Via::default()).await?;
    let bare = SourceBlock::new(args.url.clone(), "", &taken);
    let how = How {
        time_zone: config.time_zone,
        ..How::of(&Source::new(bare.id, args.url.clone()), Utc::now())
    };
    let seen = inspect::read(&page, &how)?;
    preview::show::text(&page, &seen, &how, session.verbose)?;
    if matches!(seen.reading, Reading::Article(_)) {
        anyhow::bail!(
            "{} is one article, not a list of notices; nothing was added",
            args.url
        );
    }
    let mut block = preview::show::suggestion(&args.url, &seen, &taken);
    block.url = args.url;
    out::line(format!("\n{block}"))?;
    let path = session.config_path();
    if !args.yes && !out::ask(&format!("append this to {}?", path.display()))? {
        eprintln!("nothing was added");
        return Ok(Exit::Failed);
    }
    append_source(&path, &block)?;
    out::line(format!(
        "`{}` is in {}; a running instance takes it with `noticast reload`",
        block.id,
        path.display()
    ))?;
    Ok(Exit::Done)
}
