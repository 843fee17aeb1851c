//! `add`: previews an address, asks, and appends a commented `[[source]]` to the config.

use chrono::Utc;

use super::{
    Exit, UsageError,
    address::{self, Typed},
    inspect::{self, How},
    out, preview,
    session::Session,
};
use crate::{
    bulletin::{Login, Source, SourceId},
    config::{SourceBlock, append_sources},
    source::{
        Reading,
        fetch::{Fetcher, Via, Wants},
    },
};

/// Shows what an address is read as, asks, and appends it to the config as a [[source]]
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  noticast add https://www.example.com/news/list.html && noticast reload")]
pub(super) struct Args {
    /// `-`: from stdin, where no list of processes shows the password that it holds
    #[arg(value_name = "URL", value_parser = address::typed())]
    url: Typed,
    /// Append without asking
    #[arg(long)]
    yes: bool,
}

pub(super) async fn run(session: &Session, args: Args) -> anyhow::Result<Exit> {
    if !args.yes && !out::can_ask() {
        let text = "add asks before it writes, and there is no terminal to ask at; say --yes";
        return Err(UsageError(text.to_owned()).into());
    }
    let config = session.config_to_append()?;
    let url = address::one(args.url)?;
    let shown = Login::taken_off(&url).into_owned();
    if let Some(known) = config.sources.iter().find(|source| source.url == shown) {
        return Err(UsageError(format!("{shown} is watched already, as `{}`", known.id)).into());
    }
    let taken: Vec<SourceId> = config
        .sources
        .iter()
        .map(|source| source.id.clone())
        .collect();
    let typed: Vec<String> = url.host_str().map(str::to_owned).into_iter().collect();
    let fetcher = Fetcher::new(&config.fetch, &typed)?;
    let page = inspect::fetch(&fetcher, &url, Via::default(), Wants::Page).await?;
    let bare = SourceBlock::new(url.clone(), "", &taken);
    let how = How {
        time_zone: config.time_zone,
        ..How::of(&Source::new(bare.id, url.clone()), Utc::now())
    };
    let seen = inspect::read(&page, &how)?;
    preview::show::text(&page, &seen, &how, session.verbose)?;
    if matches!(seen.reading, Reading::Article(_)) {
        anyhow::bail!("{shown} is one article, not a list of notices; nothing was added");
    }
    let mut block = preview::show::suggestion(&shown, &seen, &taken);
    block.url = shown;
    out::line(format!("\n{block}"))?;
    // The file is where its user and password belong.
    block.url = url;
    let path = session.config_path();
    if !args.yes && !out::ask(&format!("append this to {}?", path.display()))? {
        eprintln!("nothing was added");
        return Ok(Exit::Failed);
    }
    append_sources(&path, std::slice::from_ref(&block))?;
    out::line(format!(
        "`{}` is in {}; a running instance takes it with `noticast reload`",
        block.id,
        path.display()
    ))?;
    Ok(Exit::Done)
}
