//! Sends to `ntfy` channels: a topic of ntfy.sh or of a self-hosted server.
//!
//! Its documentation: a message has 4,096 bytes, longer ones become attachments; a visitor has sixty requests at once
//! and one more every five seconds. The JSON form accepts any letters; headers would not.

use std::time::Duration;

use futures::future::{BoxFuture, FutureExt};
use serde_json::{Value, json};

use super::{
    card::{Card, CardWording, EntryWords},
    error::PushError,
    http::{Http, HttpAnswer, foreign},
    pace::LaneLimit,
    sender::{Sender, Sent},
    style::{self, Style, Unit},
    way::Way,
};
use crate::bulletin::{Channel, MessageRef, Reason, Robot};

const TITLE: usize = 250;
/// The maximum length, in bytes, of an admin's note, so that the rest has room.
const NOTE: usize = 1000;
const MESSAGE: Style = style::plain(4096, Unit::Bytes);
/// The time after which one more request is allowed.
const REFILL: Duration = Duration::from_secs(5);
/// The error codes of daily quotas.
const DAILY: [i64; 3] = [42902, 42905, 42908];
const NO_QUOTA: Duration = Duration::from_secs(3600);

/// A visitor of a server.
#[derive(Debug)]
pub(super) struct Ntfy {
    http: Http,
    server: String,
    token: String,
}

impl Ntfy {
    /// # Errors
    /// Fails if a proxy cannot be used.
    pub(super) fn new(settings: &Robot, way: &Way) -> Result<Self, PushError> {
        Ok(Self {
            http: Http::of(settings, way)?,
            server: parts(settings.get("url")).0.to_owned(),
            token: settings.get("token").to_owned(),
        })
    }

    fn verdict(&self, answer: &HttpAnswer, channel: &Channel) -> Sent {
        let body = answer.json();
        let code = body["code"].as_i64();
        let words = self.http.words(body["error"].as_str().unwrap_or_default());
        let why = Reason::answered("ntfy", format!("{}: {words}", answer.status));
        match (answer.status.as_u16(), code) {
            (200, _) if body["id"].is_string() => {
                let id = body["id"].as_str().unwrap_or_default();
                Sent::Done(Some(MessageRef(id.to_owned())))
            }
            (429, Some(code)) if DAILY.contains(&code) => Sent::TooFast(NO_QUOTA),
            (429, _) => Sent::TooFast(answer.retry_after().unwrap_or(REFILL)),
            (401 | 403, Some(_)) => Sent::gone(why, "set a `token` that may write there", channel),
            (404, Some(_)) => Sent::gone(why, "set server and topic as `url`", channel),
            (507, _) => Sent::Again(why),
            (400..500, Some(_)) => Sent::Refused(why),
            _ => foreign(answer),
        }
    }
}

impl Sender for Ntfy {
    /// Returns the limit: a bucket of sixty that gains one every five seconds is full again after five minutes.
    fn limit(&self) -> LaneLimit {
        LaneLimit {
            gap: Duration::ZERO,
            window: Some((60, 60 * REFILL)),
        }
    }

    fn fits(&self, card: &Card, _channel: &Channel) -> usize {
        card.fitting(|card| MESSAGE.fits(&card.wording()))
    }

    fn draft(&self, card: &Card, channel: &Channel) -> Value {
        message(&card.wording(), parts(channel.setting("url")).1)
    }

    fn send<'a>(&'a self, card: &'a Card, channel: &'a Channel) -> BoxFuture<'a, Sent> {
        async move {
            let mut request = self.http.client().post(&self.server);
            if !self.token.is_empty() {
                request = request.bearer_auth(&self.token);
            }
            match self
                .http
                .ask(request.json(&self.draft(card, channel)))
                .await
            {
                Ok(answer) => self.verdict(&answer, channel),
                Err(silence) => silence.into(),
            }
        }
        .boxed()
    }

    fn probe(&self) -> BoxFuture<'_, Result<(), Sent>> {
        self.http.reach(&self.server)
    }
}

/// Returns the server and the topic of an address.
fn parts(url: &str) -> (&str, &str) {
    let url = url.trim_end_matches('/');
    url.rsplit_once('/').unwrap_or((url, ""))
}

pub(super) fn message(wording: &CardWording, topic: &str) -> Value {
    let whole = wording.title();
    let title = Unit::Bytes.cut(&whole, TITLE);
    let is_cut = title != whole;
    let mut body = json!({"topic": topic, "title": title});
    body["message"] = match &wording.entries[..] {
        // Its headline is the title, and is repeated below in full if that is too long.
        [entry] => json!(below(wording, entry, is_cut.then_some(&entry.title))),
        _ => json!(MESSAGE.text(wording)),
    };
    if let [entry] = &wording.entries[..]
        && let Some(url) = &entry.url
    {
        body["click"] = json!(url);
    }
    body
}

/// Returns the text below the title; the summary gives way to the rest.
fn below(wording: &CardWording, entry: &EntryWords, headline: Option<&String>) -> String {
    let number = format!("#{}", entry.number);
    let note = wording
        .note
        .as_deref()
        .map(|note| Unit::Bytes.cut(note, NOTE));
    let lines = [
        note.as_deref(),
        headline.map(String::as_str),
        entry.line.as_deref(),
        entry.deadline.as_deref(),
        Some(&number),
    ];
    let lines: Vec<&str> = lines.into_iter().flatten().collect();
    let mut text = Unit::Bytes.cut(&lines.join("\n"), MESSAGE.limit);
    let left = |text: &str| MESSAGE.limit.saturating_sub(text.len() + 1);
    if let Some(files) = MESSAGE.files_within(entry, left(&text)) {
        text += &format!("\n{files}");
    }
    let summary = entry.summary.as_deref().unwrap_or_default();
    let summary = Unit::Bytes.cut(summary, left(&text));
    if !summary.is_empty() {
        text += &format!("\n{summary}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        bulletin::DeliveryKind,
        push::card::tests::{bulletin, card},
    };

    #[test]
    fn a_bulletin_has_a_title_and_opens_its_page() {
        let card = card(DeliveryKind::New, Some(bulletin()), None);
        assert_eq!(
            message(&card.wording(), "news"),
            json!({
                "topic": "news",
                "title": "【集团要闻】关于 <安全生产> 月活动安排的通知",
                "message": "2022-11-20 · 安全环保部\n#1042\n各部门须于 6 月底前完成自查 & 整改。\n\n逾期者通报。",
                "click": "https://www.example.com/news/1042.html?a=1&b=\"2\"",
            })
        );
    }

    #[test]
    fn the_topic_is_the_last_part_of_the_address() {
        assert_eq!(parts("https://ntfy.sh/news"), ("https://ntfy.sh", "news"));
        assert_eq!(
            parts("https://a.example/ntfy/news/"),
            ("https://a.example/ntfy", "news")
        );
    }
}
