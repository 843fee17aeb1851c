//! Implements `import`: reads the output of `export`; an .opml file becomes `[[source]]` blocks.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use anyhow::Context;
use chrono::Utc;
use flate2::read::MultiGzDecoder;

use super::{
    exit::{Exit, UsageError},
    out,
    reach::actor,
    session::Session,
};
use crate::{
    app::make_state_folder,
    config::{append_sources, opml},
    ops::Store,
};

/// Import an export into a stopped store, or the feeds of an OPML file into the config
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  noticast import backup.jsonl
  noticast --state NEW import state/backup/2026-03-01.jsonl.gz
  noticast import feeds.opml              append a [[source]] for each feed

Bulletins keep their numbers. Importing the same file again changes nothing.")]
pub(super) struct Args {
    /// What `export` wrote, plain or compressed with gzip, or an .opml file; `-` reads stdin
    file: PathBuf,
    /// Import also into a store that is not empty
    #[arg(long)]
    yes: bool,
    /// Import queued deliveries too; only where the exporting machine no longer sends
    #[arg(long)]
    with_queue: bool,
}

pub(super) async fn run(session: &Session, args: Args) -> anyhow::Result<Exit> {
    let is_opml = args
        .file
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("opml"));
    if is_opml {
        return import_opml(session, &args.file);
    }
    let lines =
        lines(&args.file).with_context(|| format!("cannot read {}", args.file.display()))?;
    make_state_folder(&session.state)?;
    let settings = session.config_or_default()?.store;
    let store = Store::open_by(&settings, &session.state).await?;
    let imported = if may_import(&store, &args).await? {
        let bar = out::progress("records");
        let lines = Box::new(bar.wrap_iter(lines));
        let imported = store
            .import(lines, args.with_queue, &actor(), Utc::now())
            .await;
        bar.finish_and_clear();
        Some(imported)
    } else {
        None
    };
    store.close().await?;
    let Some(imported) = imported.transpose()? else {
        eprintln!("nothing was imported");
        return Ok(Exit::Failed);
    };
    out::line(format!(
        "bulletins imported: {}, already present: {}; deliveries imported: {}",
        imported.bulletins, imported.already_there, imported.deliveries
    ))?;
    Ok(Exit::Done)
}

async fn may_import(store: &Store, args: &Args) -> anyhow::Result<bool> {
    if args.yes || store.is_empty().await? {
        return Ok(true);
    }
    if out::can_ask() {
        return Ok(out::ask("this store is not empty; import into it?")?);
    }
    Err(
        UsageError("this store is not empty; confirm with --yes to import into it".to_owned())
            .into(),
    )
}

/// Returns the lines of a file, compressed or not.
fn lines(file: &Path) -> io::Result<impl Iterator<Item = io::Result<String>> + Send + use<>> {
    let opened: Box<dyn Read + Send> = match file.to_str() {
        Some("-") => Box::new(io::stdin()),
        _ => Box::new(File::open(file)?),
    };
    let mut reader = BufReader::new(opened);
    let is_gzip = reader.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    let plain: Box<dyn BufRead + Send> = if is_gzip {
        Box::new(BufReader::new(MultiGzDecoder::new(reader)))
    } else {
        Box::new(reader)
    };
    Ok(plain.lines())
}

fn import_opml(session: &Session, file: &Path) -> anyhow::Result<Exit> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let text = opml::decode(&bytes).map_err(anyhow::Error::msg)?;
    let path = session.config_path();
    let config = session.config_to_append()?;
    let imported = opml::from_opml(&text, &config).map_err(anyhow::Error::msg)?;
    if !imported.blocks.is_empty() {
        append_sources(&path, &imported.blocks)?;
    }
    for skipped in &imported.skipped {
        out::line(skipped.to_string())?;
    }
    out::line(format!(
        "{} appended to {}",
        out::count(imported.blocks.len(), "source"),
        path.display()
    ))?;
    Ok(Exit::Done)
}
