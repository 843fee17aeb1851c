//! Sends to `feishu-robot` channels: a custom robot of Feishu (飞书) or Lark, signed if it has a secret.
//!
//! Its documentation: a hundred messages a minute and five a second, a body of at most 20 KB. The verdict is `code`,
//! regardless of the HTTP status. The text of a page is put in `plain_text`, where nothing is markup.

use std::time::Duration;

use chrono::Utc;
use futures::future::{BoxFuture, FutureExt};
use serde_json::{Value, json};

use super::{
    card::{Card, CardWording, EntryWords},
    dingtalk::open,
    error::PushError,
    http::{Http, foreign},
    pace::LaneLimit,
    sender::{Sender, Sent},
    sign,
    style::Unit,
    way::Way,
};
use crate::{
    bulletin::{Channel, Reason, Robot},
    words,
};

/// The maximum number of bytes of a headline and of the text below it: in JSON they are at most twice as long.
const TITLE: usize = 600;
const TEXT: usize = 6000;
/// The maximum length, in bytes, of a card, with room for the signature.
const BODY: usize = 19_000;
/// The maximum length, in bytes, of the address of a file: five of them leave room for the text.
const FILE_URL: usize = 600;
/// The maximum number of entries of a card, so that it can be read.
const MOST_ENTRIES: usize = 30;
/// The pause if the answer does not state one: the platform counts by the minute.
const TOO_FAST: Duration = Duration::from_secs(60);

/// A robot of Feishu.
#[derive(Debug)]
pub(super) struct Feishu {
    http: Http,
    settings: Robot,
}

impl Feishu {
    /// # Errors
    /// Fails if a proxy cannot be used.
    pub(super) fn new(settings: &Robot, way: &Way) -> Result<Self, PushError> {
        Ok(Self {
            http: Http::of(settings, way)?,
            settings: settings.clone(),
        })
    }

    fn url(&self) -> String {
        let (api, token) = (self.settings.get("api_url"), self.settings.get("token"));
        let token: String = url::form_urlencoded::byte_serialize(token.as_bytes()).collect();
        format!("{api}/open-apis/bot/v2/hook/{token}")
    }

    /// Signs the body for this moment: the platform allows an hour of deviation.
    fn signed(&self, mut body: Value, now_s: i64) -> Value {
        let secret = self.settings.get("secret");
        if !secret.is_empty() {
            body["timestamp"] = json!(now_s.to_string());
            body["sign"] = json!(sign::feishu(now_s, secret));
        }
        body
    }

    fn verdict(&self, answer: &Value, channel: &Channel) -> Option<Sent> {
        let code = answer["code"].as_i64()?;
        let words = self.http.words(answer["msg"].as_str().unwrap_or_default());
        let why = Reason::answered("Feishu", format!("{code}: {words}"));
        let gone = |remedy| Sent::gone(why.clone(), remedy, channel);
        Some(match code {
            0 => Sent::Done(None),
            11232 => Sent::TooFast(TOO_FAST),
            19021 => gone("compare `secret` with the robot's page, and this machine's clock"),
            19022 => gone("add this machine's address to the robot's list"),
            19024 => gone("remove the robot's keywords, or choose some that all bulletins contain"),
            19001 | 300_001 => gone("copy the `token` from the robot's address"),
            _ if words.contains("token invalid") => {
                gone("copy the `token` from the robot's address")
            }
            _ => Sent::Refused(why),
        })
    }
}

impl Sender for Feishu {
    fn limit(&self) -> LaneLimit {
        LaneLimit {
            gap: Duration::from_millis(200),
            window: Some((100, Duration::from_secs(60))),
        }
    }

    fn fits(&self, card: &Card, _channel: &Channel) -> usize {
        card.fitting(|card| {
            let fits = card.count() <= MOST_ENTRIES;
            fits && message(&card.wording()).to_string().len() <= BODY
        })
    }

    fn draft(&self, card: &Card, _channel: &Channel) -> Value {
        message(&card.wording())
    }

    fn send<'a>(&'a self, card: &'a Card, channel: &'a Channel) -> BoxFuture<'a, Sent> {
        async move {
            let body = self.signed(self.draft(card, channel), Utc::now().timestamp());
            match self.http.post(&self.url(), &body).await {
                Ok(answer) => self
                    .verdict(&answer.json(), channel)
                    .unwrap_or_else(|| foreign(&answer)),
                Err(silence) => silence.into(),
            }
        }
        .boxed()
    }

    fn probe(&self) -> BoxFuture<'_, Result<(), Sent>> {
        self.http.reach(self.settings.get("api_url"))
    }
}

/// Returns a card with a button for each page to open; without its files if it is too large.
pub(super) fn message(wording: &CardWording) -> Value {
    let whole = card(wording, true);
    match whole.to_string().len() {
        ..=BODY => whole,
        _ => card(wording, false),
    }
}

fn card(wording: &CardWording, with_files: bool) -> Value {
    let whole = wording.title();
    let title = Unit::Bytes.cut(&whole, TITLE);
    let mut elements: Vec<Value> = wording.note.iter().map(|note| div(note)).collect();
    match &wording.entries[..] {
        [entry] => {
            // A headline that was cut is repeated below in full.
            elements.extend((title != whole).then(|| div(&entry.title)));
            elements.push(div(&below(entry)));
            let files = entry.files.iter().filter(|_| with_files);
            elements.extend(files.map(|file| of_file(wording, file)));
            elements.extend(
                button(wording, entry).map(|button| json!({"tag": "action", "actions": [button]})),
            );
        }
        entries => elements.extend(entries.iter().map(|entry| {
            let mut row = div(&format!("{}{} #{}", entry.tag, entry.title, entry.number));
            if let Some(button) = button(wording, entry) {
                row["extra"] = button;
            }
            row
        })),
    }
    let template = if wording.mark.is_some() {
        "orange"
    } else {
        "blue"
    };
    json!({"msg_type": "interactive", "card": {
        "header": {"title": {"tag": "plain_text", "content": title}, "template": template},
        "elements": elements,
    }})
}

fn div(text: &str) -> Value {
    json!({"tag": "div", "text": {"tag": "plain_text", "content": Unit::Bytes.cut(text, TEXT)}})
}

fn button(wording: &CardWording, entry: &EntryWords) -> Option<Value> {
    Some(opening(
        open(wording.language),
        "primary",
        entry.url.as_ref()?,
    ))
}

fn opening(label: &str, style: &str, url: &str) -> Value {
    json!({
        "tag": "button",
        "type": style,
        "text": {"tag": "plain_text", "content": label},
        "url": url,
    })
}

/// Returns a row for a file, with a button that opens it.
fn of_file(wording: &CardWording, (name, url): &(String, Option<String>)) -> Value {
    let mut row = div(&format!("📎 {name}"));
    let label = words::of(wording.language).cards.open_file;
    if let Some(url) = url.as_ref().filter(|url| url.len() <= FILE_URL) {
        row["extra"] = opening(label, "default", url);
    }
    row
}

/// Returns the text below a headline.
fn below(entry: &EntryWords) -> String {
    let number = format!("#{}", entry.number);
    let lines = [
        entry.line.as_deref(),
        entry.deadline.as_deref(),
        Some(&number),
    ];
    let head: Vec<&str> = lines.into_iter().flatten().collect();
    match &entry.summary {
        Some(summary) => format!("{}\n\n{summary}", head.join(" · ")),
        None => head.join(" · "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        bulletin::DeliveryKind,
        push::{
            card::tests::{bulletin, card},
            robot_of,
        },
    };

    #[test]
    fn the_signature_is_in_the_body_and_seconds() {
        let robot = robot_of("feishu-robot", "token = \"t/k\"\nsecret = \"noticast\"");
        let feishu = Feishu::new(&robot, &Way::default()).unwrap();
        assert_eq!(
            feishu.url(),
            "https://open.feishu.cn/open-apis/bot/v2/hook/t%2Fk"
        );
        let body = feishu.signed(json!({}), 1_732_412_345);
        assert_eq!(body["timestamp"], "1732412345");
        assert_eq!(body["sign"], sign::feishu(1_732_412_345, "noticast"));
    }

    #[test]
    fn a_bulletin_is_a_card_with_a_button() {
        let body =
            message(&card(DeliveryKind::Rebroadcast, Some(bulletin()), Some("请转达")).wording());
        insta::assert_snapshot!(serde_json::to_string_pretty(&body).unwrap());
    }
}
