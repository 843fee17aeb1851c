//! Implements `preview --card`: shows the card of a page that a channel would be sent.

use chrono::Utc;
use serde_json::{Value, json};
use url::Url;

use super::super::inspect::Page;
use crate::{
    bulletin::{
        Article, Bulletin, BulletinId, BulletinState, Cause, Channel, ChannelKind, KINDS, Login,
        Notice, Robot, RobotKind, Source, StdoutFormat, TelegramChat,
    },
    cli::{exit::UsageError, out, serve::SparePusher},
    config::{Config, SourceBlock},
    ops::BulletinQuery,
    push::{self, Screen},
    round::{self, Asked},
    source::{Reading, fetch::Fetcher},
};

/// The maximum number of bulletins of a list that are shown: each costs its site a request.
const NEWEST: usize = 5;

/// Returns a channel of the config by its id, otherwise one of this kind with the built-in card.
pub(super) fn channel(name: &str, config: &Config) -> Result<Channel, UsageError> {
    let mut channels = config.channels.iter();
    if let Some(known) = channels.find(|channel| channel.id.to_string() == name) {
        return Ok(known.clone());
    }
    let kind = match name {
        "telegram" => ChannelKind::Telegram {
            chat: TelegramChat::Id(0),
            topic: None,
            silent: false,
            documents: false,
            buttons: true,
        },
        "stdout" => ChannelKind::Stdout {
            format: StdoutFormat::Text,
        },
        _ => match RobotKind::named(name) {
            Some(kind) => ChannelKind::Robot(Robot::sample(kind)),
            None => return Err(unknown(name)),
        },
    };
    let id = name.parse().map_err(|_| unknown(name))?;
    Ok(Channel::new(id, kind, config.time_zone))
}

fn unknown(name: &str) -> UsageError {
    let mut kinds = vec!["telegram", "stdout"];
    kinds.extend(KINDS.iter().map(|kind| kind.name));
    UsageError(format!(
        "--card {name}: no such kind of channel, and no such channel in the config; expected a channel's id or one of {}",
        kinds.join(", ")
    ))
}

/// Prints the card of each bulletin.
pub(super) fn show(
    input: &str,
    (source, bulletins): (String, Vec<Bulletin>),
    channel: &Channel,
    config: &Config,
    as_json: bool,
) -> anyhow::Result<()> {
    let screen = match as_json {
        true => Screen::PLAIN,
        false => out::screen(),
    };
    for bulletin in bulletins {
        let url = bulletin.url.clone();
        let card = push::draft(bulletin, &source, channel, config, screen)?;
        match card {
            card if as_json => out::json(&json!({ "input": input, "url": url, "card": card }))?,
            Value::String(text) => out::line(format!("{}\n", text.trim_end()))?,
            card => out::line(format!("{card:#}\n"))?,
        }
    }
    Ok(())
}

/// Returns the bulletins that the service would push of the newest notices at an address, and the name of their source:
/// it is polled into a scratch store, which opens the articles and filters like a poll of the service.
pub(super) async fn newest(
    config: &Config,
    url: &Url,
    title: Option<&str>,
) -> anyhow::Result<(String, Vec<Bulletin>)> {
    let source = source_at(config, url, title);
    let mut scratch = config.clone();
    scratch.sources = vec![source.clone()];
    scratch.channels.clear();
    let typed: Vec<String> = url.host_str().map(str::to_owned).into_iter().collect();
    let fetcher = Fetcher::new(&config.fetch, &typed)?;
    let spare = SparePusher::new(scratch).await?;
    let store = spare.store();
    let polled = round::poll(store, &fetcher, &source, Asked::ByHand, Utc::now()).await;
    let published = BulletinQuery {
        states: vec![BulletinState::Published],
        ..BulletinQuery::default()
    };
    let found = store.bulletins(&published).await;
    spare.close().await;
    if let Some(error) = polled?.error {
        anyhow::bail!(error);
    }
    Ok((source.name, found?.items))
}

/// Returns the source of the config at this address, otherwise one as `add` would make it.
fn source_at(config: &Config, url: &Url, title: Option<&str>) -> Source {
    let shown = Login::taken_off(url);
    let is_there = |source: &&Source| source.address().is_some_and(|known| *known == *shown);
    let known = config.sources.iter().find(is_there).cloned();
    let source = known.unwrap_or_else(|| {
        let block = SourceBlock::new(url.clone(), title.unwrap_or_default(), &[]);
        Source {
            name: block.name,
            time_zone: config.time_zone,
            ..Source::new(block.id, url.clone())
        }
    });
    Source {
        announce_first: NEWEST,
        ..source
    }
}

/// Returns the name of the page as a source, and its bulletins as only the page shows them.
pub(super) fn of_page(page: &Page, reading: Reading) -> (String, Vec<Bulletin>) {
    let host = || page.url.host_str().unwrap_or("preview").to_owned();
    let all = |notices: Vec<Notice>| (1..).zip(notices).map(of_notice).collect();
    match reading {
        Reading::List(list) => (list.title.unwrap_or_else(host), all(list.notices)),
        Reading::Feed(feed) => (feed.title.unwrap_or_else(host), all(feed.notices)),
        Reading::Article(article) => (host(), vec![of_article(page, article)]),
    }
}

fn of_notice((number, notice): (u64, Notice)) -> Bulletin {
    Bulletin {
        url: notice.url,
        title: notice.title,
        summary: notice.summary,
        publisher: notice.publisher,
        published: notice.published,
        ..nothing(number)
    }
}

fn of_article(page: &Page, article: Article) -> Bulletin {
    Bulletin {
        url: page.url.to_string(),
        summary: round::summary_of(&article),
        title: article.title.unwrap_or_default(),
        publisher: article.publisher.or(article.author),
        published: article.published,
        deadline: article.deadline,
        attachments: article.attachments,
        ..nothing(1)
    }
}

fn nothing(number: u64) -> Bulletin {
    Bulletin {
        id: BulletinId(number),
        source: "preview".parse().expect("an id, a test reads it"),
        also: Vec::new(),
        url: String::new(),
        title: String::new(),
        summary: None,
        publisher: None,
        published: None,
        deadline: None,
        attachments: Vec::new(),
        first_seen: Utc::now(),
        state: BulletinState::Published,
        cause: Cause::New,
        revision: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_draws_a_card_and_others_are_refused_with_the_list() {
        let config = Config::default();
        let names = KINDS.iter().map(|kind| kind.name);
        for name in names.chain(["telegram", "stdout"]) {
            let bulletin = Bulletin {
                title: "关于放假的通知".to_owned(),
                ..nothing(7)
            };
            let channel = channel(name, &config).unwrap();
            let card = push::draft(bulletin, "集团要闻", &channel, &config, Screen::PLAIN).unwrap();
            assert!(
                card.to_string().contains("关于放假的通知"),
                "{name}: {card}"
            );
        }
        let error = channel("pigeon", &config).unwrap_err().to_string();
        assert!(error.contains("telegram, stdout, wecom-robot"), "{error}");
    }
}
