//! Implements `export`: all important data as JSON Lines, or the feeds as OPML.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use anyhow::Context;
use futures::StreamExt;
use tokio::sync::mpsc;
use url::Url;

use super::{
    exit::{Exit, UsageError},
    out,
    reach::{NoStore, Purpose, Reach},
    session::Session,
};
use crate::{
    app::{Address, random_token, reachable},
    bulletin::ReadAs,
    config::{
        Config,
        opml::{self, Outline},
    },
    ops::ChannelSecrets,
    view::{self, Filters},
};

/// Export the archive as JSON Lines, or the feeds as OPML; without --with-secrets, an export contains no secrets
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  noticast export backup.jsonl
  noticast export | gzip > backup.jsonl.gz
  noticast export feeds.opml")]
pub(super) struct Args {
    /// The file to write; one that ends in .opml gets the feeds [default: stdout]
    file: Option<PathBuf>,
    /// Include the secrets of channels that were added at the desk, to move to another store; only while noticast is stopped
    #[arg(long)]
    with_secrets: bool,
}

pub(super) async fn run(session: &Session, args: Args) -> anyhow::Result<Exit> {
    if let Some(file) = args.file.as_deref().filter(|file| is_opml(file)) {
        return export_opml(session, file).await;
    }
    let reach = Reach::open(session, Purpose::Read).await?;
    if args.with_secrets && reach.is_running() {
        reach.close().await?;
        return Err(UsageError(
            "secrets are exported only while noticast is stopped; stop it, then run this again"
                .to_owned(),
        )
        .into());
    }
    let secrets = match args.with_secrets {
        true => ChannelSecrets::GoAlong,
        false => ChannelSecrets::StayHere,
    };
    let Some(file) = args.file else {
        export(reach, Box::new(io::stdout()), secrets).await?;
        return Ok(Exit::Done);
    };
    if let Some(pipe) = pipe_of(&file) {
        let pipe = pipe.with_context(|| format!("cannot write {}", file.display()))?;
        let lines = export(reach, Box::new(BufWriter::new(pipe)), secrets).await?;
        report(lines, &file);
        return Ok(Exit::Done);
    }
    // A partial backup must never have the name of a complete one.
    let (part, opened) = part_of(&file)?;
    let whole = async {
        let lines = export(
            reach,
            Box::new(BufWriter::new(opened.try_clone()?)),
            secrets,
        )
        .await?;
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
    report(lines?, &file);
    Ok(Exit::Done)
}

fn report(lines: u64, file: &Path) {
    let records = out::count(usize::try_from(lines).unwrap_or(usize::MAX), "record");
    eprintln!("exported {records} to {}", file.display());
}

/// Opens the pipe or device that `file` already names, which is written to and never replaced.
fn pipe_of(file: &Path) -> Option<io::Result<File>> {
    let kind = fs::metadata(file).ok()?.file_type();
    (!kind.is_file() && !kind.is_dir()).then(|| OpenOptions::new().write(true).open(file))
}

/// Creates a file next to `file`, readable only by its owner: chats and addresses are private. No existing file of the
/// user is touched, and no link is followed.
fn part_of(file: &Path) -> anyhow::Result<(PathBuf, File)> {
    let mut name = OsString::from(".");
    name.push(file.file_name().unwrap_or_default());
    name.push(format!(".{}.part", random_token()?));
    let part = file.with_file_name(name);
    let mut options = OpenOptions::new();
    let opened = options.write(true).create_new(true).mode(0o600).open(&part);
    let opened = opened.with_context(|| format!("cannot write {}", file.display()))?;
    Ok((part, opened))
}

async fn export(
    reach: Reach,
    mut to: Box<dyn Write + Send>,
    secrets: ChannelSecrets,
) -> anyhow::Result<u64> {
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
                async move { store.export(Box::new(write), secrets).await }
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
                    .context("the running instance stopped answering; the export is incomplete")?;
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

/// Exports the sources of the config, and those that chats added. Without a store, only the config's.
async fn export_opml(session: &Session, file: &Path) -> anyhow::Result<Exit> {
    let config = session.config_without_secrets()?;
    let outlines = match Reach::open(session, Purpose::Read).await {
        Ok(reach) => {
            let own = own_site(session, &config, reach.is_running());
            let all = Filters {
                limit: 0,
                ..Filters::default()
            };
            let known = reach.sources(&all).await?.items;
            reach.close().await?;
            let outlines = known.iter();
            outlines
                .filter_map(|source| outline(source, &config, own.as_ref()))
                .collect()
        }
        Err(error) if error.is::<NoStore>() && !config.sources.is_empty() => {
            eprintln!("warning: the sources that chats added are not in the file: {error}");
            let own = own_site(session, &config, false);
            let unseen = config.sources.iter();
            let unseen = unseen.map(|source| view::Source::new(source, None, config.time_zone));
            unseen
                .filter_map(|source| outline(&source, &config, own.as_ref()))
                .collect::<Vec<_>>()
        }
        Err(error) => return Err(error),
    };
    let text = opml::to_opml(&outlines);
    write_whole(file, text.as_bytes())
        .with_context(|| format!("cannot write {}", file.display()))?;
    let sources = out::count(outlines.len(), "source");
    eprintln!("{sources} in {}", file.display());
    Ok(Exit::Done)
}

/// Writes all of the text or nothing, under a name that may be the user's link.
fn write_whole(file: &Path, text: &[u8]) -> anyhow::Result<()> {
    if let Some(pipe) = pipe_of(file) {
        return Ok(pipe?.write_all(text)?);
    }
    let (part, mut opened) = part_of(file)?;
    let written = opened
        .write_all(text)
        .and_then(|()| opened.sync_all())
        .and_then(|()| fs::rename(&part, file));
    if written.is_err() {
        let _ = fs::remove_file(&part);
    }
    Ok(written?)
}

/// Returns the outline of a source: a feed if the kind says so, or if the last poll read one; for a public page, our
/// own pages have a feed.
fn outline(source: &view::Source, config: &Config, own: Option<&Url>) -> Option<Outline> {
    let configured = config.sources.iter().find(|known| known.id == source.id);
    let url: Url = match configured {
        Some(configured) => configured.address()?.clone(),
        None => source.url.parse().ok()?,
    };
    let is_feed = source.feed.as_ref() == Some(&source.url)
        || configured.is_some_and(|configured| configured.kind == ReadAs::Feed);
    let is_public = configured.is_none_or(|configured| configured.public);
    let own = own.filter(|_| is_public);
    let own = own.and_then(|own| own.join(&format!("s/{}/feed.atom", source.id)).ok());
    let address = match own {
        _ if is_feed => opml::Address::Feed(url),
        Some(feed) => opml::Address::OwnFeed { page: url, feed },
        None => opml::Address::Page(url),
    };
    Some(Outline {
        name: source.name.clone(),
        address,
    })
}

/// Returns the address of our pages, with a slash at its end: the config's public address, otherwise the one where the
/// instance listens, or would. `None` if they are switched off.
fn own_site(session: &Session, config: &Config, is_running: bool) -> Option<Url> {
    let listen = config.web.listen?;
    if let Some(public) = &config.web.public_url {
        return format!("{}/", public.as_str().trim_end_matches('/'))
            .parse()
            .ok();
    }
    let running = is_running.then(|| Address::read(&session.state)).flatten();
    let address = match running {
        Some(running) => running.url,
        None if listen.port() == 0 => return None,
        None => format!("http://{}", reachable(listen)),
    };
    format!("{address}/").parse().ok()
}
