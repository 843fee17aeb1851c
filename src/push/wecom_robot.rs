//! Sends to `wecom-robot` channels: a group robot of WeCom (企业微信), which is identified by the key in its address.
//!
//! Official page 99110: twenty messages in any minute; `text` has 2,048 bytes of UTF-8, `markdown` 4,096, `news` one to
//! eight articles. The verdict is `errcode`, regardless of the HTTP status.

use std::time::Duration;

use futures::future::{BoxFuture, FutureExt};
use serde_json::{Value, json};

use super::{
    card::{Card, CardWording, EntryWords},
    error::PushError,
    http::{Http, foreign},
    pace::{LaneLimit, MINUTE},
    sender::{Sender, Sent},
    style::{self, Style, Unit},
    way::Way,
};
use crate::bulletin::{Channel, Reason, Robot};

/// The style of texts, which may mention a member, like Markdown: `<@userid>`.
const TEXT: Style = Style {
    escape: without_calls,
    ..style::plain(2048, Unit::Bytes)
};
const MARKDOWN: Style = style::markdown(4096, "\n");
const ARTICLES: usize = 8;
/// The maximum length, in bytes, of the parts of an article.
const TITLE: usize = 128;
const DESCRIPTION: usize = 512;

/// A group robot of WeCom.
#[derive(Debug)]
pub(super) struct WecomRobot {
    http: Http,
    api: String,
    url: String,
}

impl WecomRobot {
    /// # Errors
    /// Fails if a proxy cannot be used.
    pub(super) fn new(robot: &Robot, way: &Way) -> Result<Self, PushError> {
        let api = robot.get("api_url").to_owned();
        let key: String =
            url::form_urlencoded::byte_serialize(robot.get("key").as_bytes()).collect();
        Ok(Self {
            http: Http::of(robot, way)?,
            url: format!("{api}/cgi-bin/webhook/send?key={key}"),
            api,
        })
    }

    fn verdict(&self, answer: &Value, channel: &Channel) -> Option<Sent> {
        let code = answer["errcode"].as_i64()?;
        let words = self
            .http
            .words(answer["errmsg"].as_str().unwrap_or_default());
        let why = Reason::answered("WeCom", format!("{code}: {words}"));
        Some(match code {
            0 => Sent::Done(None),
            -1 => Sent::Again(why),
            45009 | 45033 => Sent::TooFast(MINUTE),
            93000 => {
                let remedy = "copy the `key` from the robot's page in the group";
                Sent::gone(why, remedy, channel)
            }
            _ => Sent::Refused(why),
        })
    }
}

impl Sender for WecomRobot {
    fn limit(&self) -> LaneLimit {
        LaneLimit {
            gap: Duration::ZERO,
            window: Some((20, MINUTE)),
        }
    }

    fn fits(&self, card: &Card, channel: &Channel) -> usize {
        match channel.setting("format") {
            "markdown" => card.fitting(|card| MARKDOWN.fits(&card.wording())),
            "news" if card.wording().entries.iter().all(|it| it.url.is_some()) => {
                card.count().min(ARTICLES)
            }
            _ => card.fitting(|card| TEXT.fits(&card.wording())),
        }
    }

    fn draft(&self, card: &Card, channel: &Channel) -> Value {
        message(&card.wording(), channel.setting("format"))
    }

    fn send<'a>(&'a self, card: &'a Card, channel: &'a Channel) -> BoxFuture<'a, Sent> {
        async move {
            match self.http.post(&self.url, &self.draft(card, channel)).await {
                Ok(answer) => self
                    .verdict(&answer.json(), channel)
                    .unwrap_or_else(|| foreign(&answer)),
                Err(silence) => silence.into(),
            }
        }
        .boxed()
    }

    fn probe(&self) -> BoxFuture<'_, Result<(), Sent>> {
        self.http.reach(&self.api)
    }
}

/// Returns the body that the robot posts. News needs an address to lead to; without one, it is text.
pub(super) fn message(wording: &CardWording, format: &str) -> Value {
    let articles: Vec<_> = wording
        .entries
        .iter()
        .filter_map(|entry| article(wording, entry))
        .collect();
    match format {
        "markdown" => {
            let content = MARKDOWN.text(wording);
            json!({"msgtype": "markdown", "markdown": {"content": content}})
        }
        "news" if !articles.is_empty() && articles.len() == wording.entries.len() => {
            json!({"msgtype": "news", "news": {"articles": articles}})
        }
        _ => {
            let content = TEXT.text(wording);
            json!({"msgtype": "text", "text": {"content": content}})
        }
    }
}

fn article(wording: &CardWording, entry: &EntryWords) -> Option<Value> {
    let url = entry.url.as_ref()?;
    let number = format!("#{}", entry.number);
    let (title, description) = headed(wording, entry, &number, without_calls);
    Some(json!({"title": title, "description": description, "url": url}))
}

/// Returns the title and the description of a card: however long they are, the number by which people ask for more is
/// included, and a headline that was cut is repeated below in full.
pub(super) fn headed(
    wording: &CardWording,
    entry: &EntryWords,
    number: &str,
    escape: fn(&str) -> String,
) -> (String, String) {
    let mark = wording.mark.map(|mark| format!("【{mark}】"));
    let whole = escape(&(mark.unwrap_or_default() + &entry.title));
    let title = Unit::Bytes.cut(&whole, TITLE);
    let about = format!("{}{}", entry.tag, entry.line.as_deref().unwrap_or_default());
    let head = [
        wording.note.as_deref(),
        (title != whole).then_some(entry.title.as_str()),
        Some(about.trim()),
        entry.deadline.as_deref(),
    ];
    let lines: Vec<&str> = head.into_iter().flatten().collect();
    let room = DESCRIPTION.saturating_sub(number.len() + 1);
    let mut text = Unit::Bytes.cut(&escape(&lines.join("\n")), room);
    for below in [
        Some(number.to_owned()),
        entry.files_line(),
        entry.summary.clone(),
    ] {
        let room = DESCRIPTION.saturating_sub(text.len() + 1);
        let below = Unit::Bytes.cut(&escape(below.as_deref().unwrap_or_default()), room);
        if !below.is_empty() {
            text += if text.is_empty() { "" } else { "\n" };
            text += &below;
        }
    }
    (title, text)
}

fn without_calls(text: &str) -> String {
    text.replace("<@", "＜@")
}

#[cfg(test)]
mod tests;
