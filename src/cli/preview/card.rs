//! `preview --card`: what a channel would be sent of what a page says.

use chrono::Utc;
use serde_json::{Value, json};

use super::{Page, Seen, show::summary};
use crate::{
    bulletin::{
        Article, Bulletin, BulletinId, BulletinState, Cause, Channel, ChannelKind, KINDS, Notice,
        Robot, RobotKind, StdoutFormat, TelegramChat,
    },
    cli::{UsageError, out},
    config::Config,
    push::{self, Screen},
    source::Reading,
};

/// A channel of the config by its id, else one of this kind as the built-in card has it.
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
        "--card {name}: no such kind of channel, and no channel of the config; expected a channel's id or one of {}",
        kinds.join(", ")
    ))
}

/// Prints the card of each bulletin of a page.
pub(super) fn show(
    input: &str,
    page: &Page,
    seen: Seen,
    channel: &Channel,
    config: &Config,
    as_json: bool,
) -> anyhow::Result<()> {
    let (source, bulletins) = bulletins(page, seen.reading);
    for bulletin in bulletins {
        let url = bulletin.url.clone();
        let screen = if as_json {
            Screen::PLAIN
        } else {
            out::screen()
        };
        let card = push::draft(bulletin, &source, channel, config, screen)?;
        match card {
            card if as_json => out::json(&json!({ "input": input, "url": url, "card": card }))?,
            Value::String(text) => out::line(format!("{}\n", text.trim_end()))?,
            card => out::line(format!("{card:#}\n"))?,
        }
    }
    Ok(())
}

/// Returns what the page would be called as a source, and its bulletins.
fn bulletins(page: &Page, reading: Reading) -> (String, Vec<Bulletin>) {
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
        summary: summary(&article),
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
        let told = channel("pigeon", &config).unwrap_err().to_string();
        assert!(told.contains("telegram, stdout, wecom-robot"), "{told}");
    }
}
