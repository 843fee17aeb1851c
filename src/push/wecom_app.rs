//! Sends to `wecom-app` channels: messages of an application of WeCom (企业微信) to members of a company.
//!
//! Official pages 90236 and 91039: a token of two hours, requested with the secret; cards of 128 bytes of title and 512
//! of text, texts of 2,048. A member accepts thirty messages a minute and a thousand an hour of an application; more
//! are dropped silently. The platform drops a message that it has had within four hours: so an unanswered message is
//! sent again until it is certain.

use std::time::Duration;

use futures::future::{BoxFuture, FutureExt, ready};
use serde_json::{Value, json};
use tokio::{sync::Mutex, time::Instant};

use super::{
    card::{Card, EntryWords},
    dingtalk::open,
    error::PushError,
    http::{Http, foreign},
    pace::{Lane, LaneLimit, MINUTE},
    sender::{Checked, Sender, Sent},
    style::{self, Style, Unit},
    way::Way,
    wecom_robot::headed,
};
use crate::bulletin::{Channel, DeliveryKind, MessageRef, Reason, Robot};

/// The style of texts, in which links are markup, too.
const TEXT: Style = Style {
    escape: without_tags,
    ..style::plain(2048, Unit::Bytes)
};
/// The seconds in which the platform recognises a message; the most that it accepts.
const KNOWN_FOR: u32 = 14_400;
/// The longest life of a token, in seconds.
const TOKEN_LIVES: u64 = 7200;
/// The last part of a token's life, in which it is not used.
const SPARE: Duration = Duration::from_secs(300);

/// An application of WeCom.
#[derive(Debug)]
pub(super) struct WecomApp {
    http: Http,
    settings: Robot,
    token: Mutex<Option<Token>>,
}

struct Token {
    text: String,
    until: Instant,
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl WecomApp {
    /// # Errors
    /// Fails if a proxy cannot be used.
    pub(super) fn new(settings: &Robot, way: &Way) -> Result<Self, PushError> {
        Ok(Self {
            http: Http::of(settings, way)?,
            settings: settings.clone(),
            token: Mutex::new(None),
        })
    }

    /// Returns the cached token, or a new one. A caller that finds the token invalid passes it as `wrong`.
    async fn token(&self, wrong: Option<&str>) -> Result<String, Sent> {
        let mut kept = self.token.lock().await;
        if let Some(token) = kept.as_ref()
            && token.until > Instant::now()
            && wrong != Some(&token.text)
        {
            return Ok(token.text.clone());
        }
        *kept = None;
        let token = self.new_token().await?;
        let text = token.text.clone();
        *kept = Some(token);
        Ok(text)
    }

    async fn new_token(&self) -> Result<Token, Sent> {
        let url = self.url(
            "gettoken",
            &[
                ("corpid", self.settings.get("corp_id")),
                ("corpsecret", self.settings.get("secret")),
            ],
        );
        let answer = self.http.ask(self.http.client().get(url)).await;
        // Nothing was sent to anyone, regardless of the outcome.
        let answer = answer.map_err(|silence| match Sent::from(silence) {
            Sent::Perhaps(why) => Sent::Unreachable(why),
            sent => sent,
        })?;
        let body = answer.json();
        let seconds = body["expires_in"].as_u64().unwrap_or(TOKEN_LIVES);
        let lives = Duration::from_secs(seconds.min(TOKEN_LIVES));
        match (body["errcode"].as_i64(), body["access_token"].as_str()) {
            (Some(0), Some(text)) => Ok(Token {
                text: text.to_owned(),
                until: Instant::now() + lives.saturating_sub(SPARE),
            }),
            (Some(code), _) => Err(self.refusal(code, &body)),
            (None, _) => {
                let status = answer.status.to_string();
                let why = Reason::from(format!("WeCom answered {status} instead of a token"));
                Err(Sent::Unreachable(why.about(status)))
            }
        }
    }

    fn url(&self, method: &str, query: &[(&str, &str)]) -> String {
        let api = self.settings.get("api_url");
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        pairs.extend_pairs(query);
        format!("{api}/cgi-bin/{method}?{}", pairs.finish())
    }

    async fn post(&self, card: &Card, channel: &Channel) -> Sent {
        let body = self.draft(card, channel);
        let mut wrong = None;
        loop {
            let token = match self.token(wrong.as_deref()).await {
                Ok(token) => token,
                Err(sent) => return sent,
            };
            let url = self.url("message/send", &[("access_token", &token)]);
            let answer = match self.http.post(&url, &body).await {
                Ok(answer) => answer,
                Err(silence) => return silence.into(),
            };
            let json = answer.json();
            match json["errcode"].as_i64() {
                // The token is not valid any longer: request a new one, once.
                Some(40014 | 42001 | 41001) if wrong.is_none() => wrong = Some(token),
                Some(code) => return self.verdict(code, &json, channel),
                None => return foreign(&answer),
            }
        }
    }

    fn verdict(&self, code: i64, body: &Value, channel: &Channel) -> Sent {
        match code {
            0 => {
                let strangers = ["invaliduser", "invalidparty", "invalidtag"];
                let strangers = strangers.iter().filter_map(|key| body[*key].as_str());
                let strangers: Vec<&str> = strangers.filter(|names| !names.is_empty()).collect();
                if !strangers.is_empty() {
                    let names = self.http.words(&strangers.join("|"));
                    tracing::warn!(channel.id = %channel.id, "these members are unknown to WeCom, or cannot see the application: {names}");
                }
                Sent::Done(body["msgid"].as_str().map(|id| MessageRef(id.to_owned())))
            }
            81013 | 40031 => {
                let remedy = "set `to` to members who see the application";
                Sent::gone(self.why(code, body), remedy, channel)
            }
            _ => self.refusal(code, body),
        }
    }

    /// Interprets a code that is not about one message's readers.
    fn refusal(&self, code: i64, body: &Value) -> Sent {
        let why = self.why(code, body);
        match code {
            -1 => Sent::Again(why),
            45009 | 45033 => Sent::TooFast(MINUTE),
            40001 | 40013 | 40014 | 40056 | 40091 | 41001 | 41002 | 41004 | 42001 => Sent::Denied(
                why.with_remedy("compare `corp_id` and `secret` with the application's page"),
            ),
            60020 => Sent::Denied(
                why.with_remedy("add this machine's address to the application's trusted ones"),
            ),
            301_002 | 48002 => {
                Sent::Denied(why.with_remedy("compare `agent_id` with the application's page"))
            }
            _ => Sent::Refused(why),
        }
    }

    fn why(&self, code: i64, body: &Value) -> Reason {
        let words = self.http.words(body["errmsg"].as_str().unwrap_or_default());
        Reason::answered("WeCom", format!("{code}: {words}"))
    }
}

impl Sender for WecomApp {
    fn lane<'a>(&'a self, channel: &'a Channel) -> BoxFuture<'a, Result<(Lane, LaneLimit), Sent>> {
        let digest = blake3::hash(channel.setting("to").as_bytes());
        let lane = digest
            .as_bytes()
            .first_chunk()
            .map_or(0, |bytes| i64::from_le_bytes(*bytes));
        // Sixteen a minute are 960 an hour.
        let window = Some((16, MINUTE));
        let limit = LaneLimit {
            gap: Duration::ZERO,
            window,
        };
        ready(Ok((Lane(lane), limit))).boxed()
    }

    fn fits(&self, card: &Card, _channel: &Channel) -> usize {
        card.fitting(|card| TEXT.fits(&card.wording()))
    }

    fn knows_repetitions(&self) -> bool {
        true
    }

    fn draft(&self, card: &Card, channel: &Channel) -> Value {
        message(card, channel.setting("to"), channel.setting("agent_id"))
    }

    fn send<'a>(&'a self, card: &'a Card, channel: &'a Channel) -> BoxFuture<'a, Sent> {
        self.post(card, channel).boxed()
    }

    fn probe(&self) -> BoxFuture<'_, Result<(), Sent>> {
        async { self.new_token().await.map(drop) }.boxed()
    }

    fn check<'a>(&'a self, _channel: &'a Channel) -> BoxFuture<'a, Result<Checked, PushError>> {
        async {
            self.new_token().await?;
            let agent = self.settings.get("agent_id");
            Ok(Checked::Good(format!(
                "application {agent} of {} has a token",
                self.settings.get("corp_id")
            )))
        }
        .boxed()
    }
}

/// Returns a card with a button if there is a page to open, otherwise text. Its words are the same at each repetition,
/// and at no other delivery.
fn message(card: &Card, to: &str, agent_id: &str) -> Value {
    let wording = card.wording();
    let mut body = json!({
        "touser": to,
        "agentid": agent_id.parse::<u64>().unwrap_or_default(),
        "safe": 0,
    });
    if card.delivery.is_some() {
        body["enable_duplicate_check"] = json!(1);
        body["duplicate_check_interval"] = json!(KNOWN_FOR);
    }
    match &wording.entries[..] {
        [entry] if entry.url.is_some() => {
            let number = number(card, entry);
            let (title, description) = headed(&wording, entry, &number, without_tags);
            body["msgtype"] = json!("textcard");
            body["textcard"] = json!({
                "title": title,
                "description": description,
                "url": entry.url,
                "btntxt": open(wording.language),
            });
        }
        _ => {
            body["msgtype"] = json!("text");
            let content = TEXT.text(&wording);
            body["text"] = json!({"content": content});
        }
    }
    body
}

/// Returns the number of an entry; a bulletin that is sent again counts as another message each time.
fn number(card: &Card, entry: &EntryWords) -> String {
    match (card.kind, card.delivery) {
        (DeliveryKind::New, _) | (_, None) => format!("#{}", entry.number),
        (_, Some(delivery)) => format!("#{} ({delivery})", entry.number),
    }
}

/// Replaces the signs of tags: HTML is understood there, so nothing may resemble it. A full-width sign takes three
/// bytes instead of one.
fn without_tags(text: &str) -> String {
    text.replace('<', "＜").replace('>', "＞")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::push::card::tests::{bulletin, card};

    #[test]
    fn a_bulletin_is_a_card_that_the_platform_knows_again() {
        let again = card(DeliveryKind::Rebroadcast, Some(bulletin()), None);
        insta::assert_snapshot!(
            serde_json::to_string_pretty(&message(&again, "a|b", "1000002")).unwrap()
        );
    }
}
