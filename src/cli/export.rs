//! `export`: everything that matters, as JSON Lines; or the feeds, as OPML.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use anyhow::Context;
use futures::StreamExt;
use tokio::sync::mpsc;

use super::{Exit, out, reach::Reach, session::Session};
use crate::{
    bulletin::{ReadAs, Source},
    config::opml,
    view::Filters,
};

/// Writes everything that matters as JSON Lines, without secrets; a file ending in .opml gets the feeds
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  noticast export backup.jsonl
  noticast export | gzip > backup.jsonl.gz
  noticast export feeds.opml")]
pub(super) struct Args {
    /// [default: stdout]
    file: Option<PathBuf>,
}

pub(super) async fn run(session: &Session, args: Args) -> anyhow::Result<Exit> {
    if let Some(file) = args.file.as_deref().filter(|file| is_opml(file)) {
        return export_opml(session, file).await;
    }
    let reach = Reach::open(session).await?;
    let Some(file) = args.file else {
        export(reach, Box::new(io::stdout())).await?;
        return Ok(Exit::Done);
    };
    // A half of a backup must never bear the name of a whole one.
    let part = file.with_extension("part");
    let whole = async {
        let opened = private(&part)?;
        let lines = export(reach, Box::new(BufWriter::new(opened.try_clone()?))).await?;
        opened.sync_all()?;
        fs::rename(&part, &file)?;
        anyhow::Ok(lines)
    };
    let lines = whole
        .await
        .with_context(|| format!("cannot write {}", file.display()));
    if lines.is_err() {
        let _ = fs::remove_file(&part);
    }
    eprintln!("{} records in {}", lines?, file.display());
    Ok(Exit::Done)
}

/// Chats and addresses are nobody else's business.
fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
}

async fn export(reach: Reach, mut to: Box<dyn Write + Send>) -> anyhow::Result<u64> {
    let bar = out::progress("records");
    match reach {
        Reach::Stopped { store, .. } => {
            let (lines, mut received) = mpsc::channel::<String>(1024);
            let write = move |line: &str| {
                let sent = lines.blocking_send(line.to_owned());
                sent.map_err(|_| io::ErrorKind::BrokenPipe.into())
            };
            let exporting = tokio::spawn({
                let store = store.clone();
                async move { store.export(Box::new(write)).await }
            });
            while let Some(line) = received.recv().await {
                to.write_all(line.as_bytes())?;
                bar.inc(1);
            }
            exporting.await??;
            store.close().await?;
        }
        Reach::Running(api) => {
            let mut pieces = api.export().await?.bytes_stream();
            while let Some(piece) = pieces.next().await {
                let piece = piece
                    .context("the running instance broke off; what was written is not whole")?;
                to.write_all(&piece)?;
                bar.inc(piece.iter().filter(|byte| **byte == b'\n').count() as u64);
            }
        }
    }
    to.flush()?;
    bar.finish_and_clear();
    Ok(bar.position())
}

fn is_opml(file: &Path) -> bool {
    file.extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("opml"))
}

/// The sources of the config. Which of them are feeds, the kind says, or what the last look read.
async fn export_opml(session: &Session, file: &Path) -> anyhow::Result<Exit> {
    let config = session.config()?;
    let reach = Reach::open(session).await?;
    let all = Filters {
        limit: 0,
        ..Filters::default()
    };
    let known = reach.sources(&all).await?.items;
    reach.close().await?;
    let reads_a_feed = |source: &Source| {
        let known = known.iter().find(|known| known.id == source.id);
        known.is_some_and(|known| known.feed.as_ref() == Some(&known.url))
    };
    let is_feed = |source: &Source| source.kind == ReadAs::Feed || reads_a_feed(source);
    let text = opml::to_opml(
        config
            .sources
            .iter()
            .map(|source| (source, is_feed(source))),
    );
    fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))?;
    eprintln!("{} sources in {}", config.sources.len(), file.display());
    Ok(Exit::Done)
}
