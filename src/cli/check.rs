//! Implements `check`: reports mistakes in the config, or what would run.

use chrono::{DateTime, Utc};
use futures::{StreamExt, stream};
use url::Url;

use super::{
    exit::Exit,
    inspect::{self, Fault, How},
    out,
    reach::{NoStore, Purpose, Reach},
    serve::SparePusher,
    session::Session,
    table::Table,
};
use crate::{
    bulletin::{Notice, ReadAs, Select, Source, meetings},
    config::Config,
    ops::Store,
    push::Checked,
    source::{
        Reading,
        browser::{self, BrowserError},
        fetch::{Fetcher, Via, Wants},
        list::SelectPart,
    },
};

/// The number of sources that are tried at a time.
const AT_ONCE: usize = 16;

/// Check the config: report everything that is wrong with it, or show what would run
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  noticast check
  noticast check --online        also try every source and channel
  noticast check --post          send a test message to every channel")]
pub(super) struct Args {
    /// Poll every source, and try every channel whose platform can be asked without posting
    #[arg(long)]
    online: bool,
    /// Send a test message to every channel
    #[arg(long)]
    post: bool,
}

pub(super) async fn run(session: &Session, args: Args) -> anyhow::Result<Exit> {
    let config = session.config()?;
    if config.does_nothing() && was_used(session).await? {
        return Err(config.emptied().into());
    }
    offline(session, &config)?;
    let mut good = has_browser(&config)?;
    if args.online {
        good &= database_online(&config).await?;
        good &= sources_online(session, &config).await?;
        good &= channels_online(session, &config).await?;
    }
    if args.post {
        good &= post_to_channels(session, &config).await?;
    }
    Ok(if good { Exit::Done } else { Exit::Failed })
}

/// Tries the database that `[store]` names, if it names one.
async fn database_online(config: &Config) -> anyhow::Result<bool> {
    match Store::check_database(&config.store).await {
        Ok(lines) => {
            for line in lines {
                out::paragraph(&format!("database: {line}"), 2)?;
            }
            Ok(true)
        }
        Err(error) => {
            out::paragraph(&format!("database: {error}"), 2)?;
            Ok(false)
        }
    }
}

/// Prints what would run.
fn offline(session: &Session, config: &Config) -> anyhow::Result<()> {
    out::line(format!(
        "{}: {}, {}, time zone {}",
        session.config_path().display(),
        out::count(config.sources.len(), "source"),
        out::count(config.channels.len(), "channel"),
        config.time_zone
    ))?;
    let now = Utc::now();
    sources_table(session, config, now)?;
    channels_table(config)?;
    for source in config.sources.iter().filter(|source| !source.verify) {
        let said = format!(
            "warning: `{}` has verify = false: anyone between here and the site can change its pages",
            source.id
        );
        out::paragraph(&said, 2)?;
    }
    if config.does_nothing() {
        out::paragraph(
            "warning: the config has no [[source]], no [[channel]] and no [telegram]: nothing is watched, and nothing is pushed",
            2,
        )?;
    }
    if config.sources.is_empty() && !config.does_nothing() {
        out::line("no source is configured yet; `noticast add URL` adds one")?;
    }
    for said in meetings(&config.channels) {
        out::paragraph(&format!("warning: {said}"), 2)?;
    }
    Ok(())
}

fn sources_table(session: &Session, config: &Config, now: DateTime<Utc>) -> std::io::Result<()> {
    let mut table = Table::new(["source", "name", "schedule", "next poll"], &[1, 2]);
    for source in &config.sources {
        let address = source.address();
        let next = source.schedule.next_after(now, source.time_zone);
        let next = next.map(|next| next.with_timezone(&source.time_zone));
        let next = next.map(|next| next.format("%m-%d %H:%M").to_string());
        let polled = |text: String| address.map_or_else(String::new, |_| text);
        let cells = [
            source.id.to_string(),
            source.name.clone(),
            polled(source.schedule.to_string()),
            polled(next.unwrap_or_default()),
        ];
        let beneath = match address {
            Some(url) => session.mask.masked(url.as_str()),
            None => "published at the desk, not polled".to_owned(),
        };
        table.row(cells, [beneath]);
    }
    match config.sources.is_empty() {
        true => Ok(()),
        false => table.print(),
    }
}

fn channels_table(config: &Config) -> std::io::Result<()> {
    let mut table = Table::new(["channel", "kind", "name", "sources"], &[2]);
    for channel in &config.channels {
        let sources = config.sources.iter();
        let wanted = sources.filter(|source| channel.wants(&source.id)).count();
        let cells = [
            channel.id.to_string(),
            channel.kind_name().to_owned(),
            channel.name.clone(),
            wanted.to_string(),
        ];
        table.row(cells, []);
    }
    match config.channels.is_empty() {
        true => Ok(()),
        false => table.print(),
    }
}

/// Returns whether there is a browser, if a source needs one.
fn has_browser(config: &Config) -> anyhow::Result<bool> {
    let mut sources = config.sources.iter().filter(|source| source.browser);
    let Some(first) = sources.next() else {
        return Ok(true);
    };
    let is_there = browser::find(&config.fetch.browser).is_some();
    if !is_there {
        let id = &first.id;
        let error = BrowserError::Missing;
        out::line(format!(
            "source {id}: failed: it has `browser = true`, but {error}"
        ))?;
    }
    Ok(is_there)
}

/// Returns whether the store or the running instance has anything to watch or to push to.
async fn was_used(session: &Session) -> anyhow::Result<bool> {
    match Reach::open(session, Purpose::Read).await {
        Ok(reach) => {
            let is_used = reach.is_used().await;
            reach.close().await?;
            is_used
        }
        Err(error) if error.is::<NoStore>() => Ok(false),
        Err(error) => Err(error),
    }
}

async fn sources_online(session: &Session, config: &Config) -> anyhow::Result<bool> {
    let fetcher = Fetcher::new(&config.fetch, &[])?;
    let bar = out::progress("sources");
    let with_pages = config
        .sources
        .iter()
        .filter(|source| source.address().is_some());
    let checked = stream::iter(with_pages)
        .map(|source| {
            let (fetcher, bar) = (fetcher.clone(), bar.clone());
            async move {
                let found = check_source(&fetcher, source).await;
                bar.inc(1);
                (source, found)
            }
        })
        .buffered(AT_ONCE);
    let checked: Vec<_> = checked.collect().await;
    bar.finish_and_clear();
    let mut good = true;
    for (source, found) in checked {
        let (word, text) = match found {
            Ok(text) => ("ok", text),
            Err(text) => ("failed", session.mask.masked(&text)),
        };
        good &= word == "ok";
        out::paragraph(&format!("source {}: {word}: {text}", source.id), 2)?;
    }
    Ok(good)
}

async fn check_source(fetcher: &Fetcher, source: &Source) -> Result<String, String> {
    let page = inspect::fetch(fetcher, &source.url, Via::from(source), source.into()).await;
    let page = page.map_err(|fault| fault.message)?;
    let how = How::of(source, Utc::now());
    let read = tokio::task::spawn_blocking(move || {
        let seen = inspect::read(&page, &how)?;
        let parts = match &seen.reading {
            Reading::List(_) if has_rows(&how.select) => inspect::parts(&page, &how)?,
            _ => Vec::new(),
        };
        Ok((seen, parts))
    });
    let (seen, parts) = read
        .await
        .map_err(|error| error.to_string())?
        .map_err(|fault: Fault| fault.message)?;
    let (found, notices) = notices_of(&seen.reading)?;
    let mut text = format!("{found} of {} notices", notices.len());
    if let Reading::Feed(feed) = &seen.reading {
        let warnings = feed.warnings.iter();
        text.extend(warnings.map(|warning| format!(", warning: {warning}")));
    }
    for part in &parts {
        text += &matched(part)?;
    }
    if let (Some(css), Some(first)) = (&source.select.body, notices.first()) {
        text += &body_matched(fetcher, source, css, first).await?;
    }
    Ok(text)
}

/// Returns the kind of a source, and its notices.
///
/// # Errors
/// Fails if the page is not a source; the text names what it is.
pub(super) fn notices_of(reading: &Reading) -> Result<(&'static str, &[Notice]), &'static str> {
    match reading {
        Reading::List(list) if list.notices.is_empty() => Err("a list without notices"),
        Reading::List(list) => Ok(("a list", &list.notices)),
        Reading::Feed(feed) => Ok(("a feed", &feed.notices)),
        Reading::Article(_) => Err("one article, not a list of notices"),
    }
}

/// Returns whether there is a selector for rows.
fn has_rows(select: &Select) -> bool {
    [&select.item, &select.title, &select.link, &select.date]
        .iter()
        .any(|part| part.is_some())
}

fn matched(part: &SelectPart) -> Result<String, String> {
    let SelectPart {
        name,
        css,
        rows,
        matched,
    } = part;
    match (*name, *matched) {
        (_, 0) => Err(format!(
            "source.select.{name}: `{css}` matches in none of {rows} rows"
        )),
        ("item", _) => Ok(format!(", select.item matches {rows} rows")),
        _ => Ok(format!(", select.{name} in {matched} of {rows} rows")),
    }
}

/// Checks whether the selector of the text matches on the first notice's page.
async fn body_matched(
    fetcher: &Fetcher,
    source: &Source,
    css: &str,
    first: &Notice,
) -> Result<String, String> {
    let url = Url::parse(&first.url).map_err(|error| error.to_string())?;
    let page = inspect::fetch(fetcher, &url, Via::from(source), Wants::Page).await;
    let page = page.map_err(|fault| fault.message)?;
    let how = How {
        read_as: ReadAs::Article,
        ..How::of(source, Utc::now())
    };
    let read = tokio::task::spawn_blocking(move || inspect::read(&page, &how));
    let seen = read.await.map_err(|error| error.to_string())?;
    let missed = match seen.map_err(|fault| fault.message)?.reading {
        Reading::Article(article) => article
            .warnings
            .iter()
            .any(|warning| warning.starts_with("source.select.body")),
        _ => true,
    };
    if missed {
        return Err(format!(
            "source.select.body: `{css}` matches nothing on {url}"
        ));
    }
    Ok(", select.body on its first article".to_owned())
}

async fn channels_online(session: &Session, config: &Config) -> anyhow::Result<bool> {
    let spare = SparePusher::new(config.clone()).await?;
    let mut good = true;
    if let Some(answer) = spare.pusher.check_bot().await {
        let (word, text) = match answer {
            Ok(name) => ("ok", format!("the bot is @{name}")),
            Err(error) => ("failed", session.mask.masked(&error.to_string())),
        };
        good &= word == "ok";
        out::paragraph(&format!("telegram: {word}: {text}"), 2)?;
    }
    for channel in &config.channels {
        let (word, text) = match spare.pusher.check(&channel.id).await {
            Ok(Checked::Good(text)) => ("ok", text),
            Ok(Checked::NotTried) => (
                "not tried",
                "the platform offers no way to check without posting".to_owned(),
            ),
            Err(error) => ("failed", session.mask.masked(&error.to_string())),
        };
        good &= word != "failed";
        out::paragraph(&format!("channel {}: {word}: {text}", channel.id), 2)?;
    }
    spare.close().await;
    Ok(good)
}

async fn post_to_channels(session: &Session, config: &Config) -> anyhow::Result<bool> {
    let reach = match Reach::open(session, Purpose::Change).await {
        Ok(reach) => Some(reach),
        // Before the first run there is no pace to follow.
        Err(error) if error.is::<NoStore>() => None,
        Err(error) => return Err(error),
    };
    let mut good = true;
    for channel in &config.channels {
        let sent = match &reach {
            Some(reach) => reach.test(config, &channel.id).await,
            None => SparePusher::test(config.clone(), &channel.id).await,
        };
        good &= sent.is_ok();
        let text = match sent {
            Ok(_) => "a test message was sent".to_owned(),
            Err(error) => format!("failed: {}", session.mask.masked(&error.to_string())),
        };
        out::paragraph(&format!("channel {}: {text}", channel.id), 2)?;
    }
    if let Some(reach) = reach {
        reach.close().await?;
    }
    Ok(good)
}
