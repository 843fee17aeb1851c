//! Sends to `discord` channels: a webhook of Discord, which is identified by its address.
//!
//! Its documentation: 2,000 characters of text; an embed has 256 of title, 4,096 of description, all together 6,000.
//! The headers of each answer state how fast it accepts messages.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use futures::future::{BoxFuture, FutureExt};
use serde_json::{Value, json};

use super::{
    card::{Card, CardWording, EntryWords},
    error::PushError,
    http::{Http, HttpAnswer, foreign, seconds},
    pace::LaneLimit,
    sender::{Sender, Sent},
    style::{self, Style, Unit, encoded},
    way::Way,
};
use crate::bulletin::{Channel, MessageRef, Reason, Robot};

const CONTENT: usize = 2000;
const TITLE: usize = 256;
const FOOTER: usize = 200;
const MOST_EMBEDS: usize = 10;
/// The maximum length, in UTF-16 units, of the files' names and links.
const FILES: usize = 2000;
const MARKUP: Style = Style {
    escape,
    link: Some(|text, url| format!("[{text}]({})", encoded(url))),
    ..style::plain(FILES, Unit::Utf16)
};
/// The maximum length, in UTF-16 units, of all embeds together, with some to spare.
const EMBEDS: usize = 5800;

/// A webhook of Discord.
#[derive(Debug)]
pub(super) struct Discord {
    http: Http,
    url: String,
    /// The pause that the last answer asks for.
    pause: Mutex<Duration>,
}

impl Discord {
    /// # Errors
    /// Fails if a proxy cannot be used.
    pub(super) fn new(settings: &Robot, way: &Way) -> Result<Self, PushError> {
        Ok(Self {
            http: Http::of(settings, way)?,
            url: waiting(settings.get("url")),
            pause: Mutex::default(),
        })
    }

    fn verdict(&self, answer: &HttpAnswer, channel: &Channel) -> Sent {
        let body = answer.json();
        let words = self
            .http
            .words(body["message"].as_str().unwrap_or_default());
        let said = format!("{} {}: {words}", answer.status, body["code"]);
        let why = Reason::answered("Discord", said);
        match answer.status.as_u16() {
            200 if body["id"].is_string() => {
                self.heed(answer);
                let id = body["id"].as_str().unwrap_or_default();
                Sent::Done(Some(MessageRef(id.to_owned())))
            }
            429 => {
                let wait = body["retry_after"].as_f64().and_then(seconds);
                wait.map_or_else(|| foreign(answer), Sent::TooFast)
            }
            401 | 403 | 404 if body["code"].is_number() => {
                let remedy = "create a new webhook, and set `url` to its address";
                Sent::gone(why, remedy, channel)
            }
            400..500 if body["code"].is_number() => Sent::Refused(why),
            _ => foreign(answer),
        }
    }

    /// Records the pause that the headers ask for if no request is left.
    fn heed(&self, answer: &HttpAnswer) {
        let left = answer.seconds("x-ratelimit-remaining");
        let pause = answer.seconds("x-ratelimit-reset-after");
        if let (Some(Duration::ZERO), Some(pause)) = (left, pause) {
            *self.pause.lock().unwrap_or_else(PoisonError::into_inner) = pause;
        }
    }
}

/// Returns the webhook's address with `wait=true`, so that the answer reports what became of the message.
fn waiting(url: &str) -> String {
    let (url, _) = url.split_once('#').unwrap_or((url, ""));
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let kept = query
        .split('&')
        .filter(|pair| !pair.is_empty() && pair.split('=').next() != Some("wait"));
    let query: Vec<&str> = kept.chain(["wait=true"]).collect();
    format!("{path}?{}", query.join("&"))
}

impl Sender for Discord {
    /// Returns the limit that others measured, for the first messages; after that the headers apply.
    fn limit(&self) -> LaneLimit {
        LaneLimit {
            gap: Duration::from_millis(400),
            window: Some((30, Duration::from_secs(60))),
        }
    }

    fn fits(&self, card: &Card, _channel: &Channel) -> usize {
        card.count().min(MOST_EMBEDS)
    }

    fn draft(&self, card: &Card, _channel: &Channel) -> Value {
        message(&card.wording())
    }

    fn send<'a>(&'a self, card: &'a Card, channel: &'a Channel) -> BoxFuture<'a, Sent> {
        async move {
            match self.http.post(&self.url, &self.draft(card, channel)).await {
                Ok(answer) => self.verdict(&answer, channel),
                Err(silence) => silence.into(),
            }
        }
        .boxed()
    }

    fn pause(&self) -> Duration {
        std::mem::take(&mut *self.pause.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn probe(&self) -> BoxFuture<'_, Result<(), Sent>> {
        self.http.reach(&self.url)
    }
}

pub(super) fn message(wording: &CardWording) -> Value {
    let note = wording.note.as_deref().unwrap_or_default();
    let mark = wording
        .mark
        .map_or(String::new(), |mark| format!("{mark}\n"));
    let content = Unit::Utf16.cut_escaped(format!("{mark}{note}").trim(), CONTENT, escape);
    let count = wording.entries.len().max(1);
    let embeds: Vec<Value> = wording
        .entries
        .iter()
        .map(|entry| embed(entry, count))
        .collect();
    // The message mentions no one, regardless of the page's content.
    let mut body = json!({"embeds": embeds, "allowed_mentions": {"parse": []}});
    if !content.is_empty() {
        body["content"] = json!(content);
    }
    body
}

/// Returns one of `count` embeds of a message.
fn embed(entry: &EntryWords, count: usize) -> Value {
    let mut room = (EMBEDS / count).saturating_sub(TITLE + FOOTER).min(4096);
    let files = (count == 1)
        .then(|| MARKUP.files_within(entry, FILES))
        .flatten();
    let files = files
        .map(|lines| format!("\n\n{lines}"))
        .unwrap_or_default();
    room -= Unit::Utf16.length(&files);
    let head = [entry.line.as_deref(), entry.deadline.as_deref()];
    let head: Vec<&str> = head.into_iter().flatten().collect();
    let text = format!(
        "{}\n\n{}",
        head.join("\n"),
        entry.summary.as_deref().unwrap_or_default()
    );
    let footer = format!("#{} {}", entry.number, entry.tag);
    let mut embed = json!({
        "title": Unit::Utf16.cut_escaped(&entry.title, TITLE, escape),
        "description": Unit::Utf16.cut_escaped(text.trim(), room, escape) + &files,
        "footer": {"text": Unit::Utf16.cut(footer.trim(), FOOTER)},
    });
    if let Some(url) = &entry.url {
        embed["url"] = json!(url);
    }
    embed
}

/// Escapes text for Discord's Markdown.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if "\\*_~`|>#[]<".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        bulletin::DeliveryKind,
        push::{
            card::tests::{bulletin, card},
            style::tests::any_wording,
        },
    };

    #[test]
    fn the_answer_is_waited_for_however_the_address_is_written() {
        let hook = "https://discord.com/api/webhooks/1/abc";
        for (url, asked) in [
            ("", "?wait=true"),
            ("?wait=false", "?wait=true"),
            ("?wait=true", "?wait=true"),
            ("?thread_id=7&wait=1#x", "?thread_id=7&wait=true"),
            ("?thread_id=7", "?thread_id=7&wait=true"),
        ] {
            assert_eq!(waiting(&format!("{hook}{url}")), format!("{hook}{asked}"));
        }
    }

    #[test]
    fn a_bulletin_is_an_embed() {
        let body = message(
            &card(
                DeliveryKind::Rebroadcast,
                Some(bulletin()),
                Some("@everyone *请*"),
            )
            .wording(),
        );
        insta::assert_snapshot!(serde_json::to_string_pretty(&body).unwrap());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn every_part_is_within_its_limit(wording in any_wording()) {
            let body = message(&wording);
            let length = |value: &Value| value.as_str().unwrap_or_default().encode_utf16().count();
            prop_assert!(length(&body["content"]) <= 2000);
            let mut total = 0;
            for embed in body["embeds"].as_array().unwrap() {
                prop_assert!(length(&embed["title"]) <= 256 && length(&embed["description"]) <= 4096);
                total += length(&embed["title"]) + length(&embed["description"]) + length(&embed["footer"]["text"]);
            }
            prop_assert!(total <= 6000);
        }
    }
}
