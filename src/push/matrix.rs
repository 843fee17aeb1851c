//! Sends to `matrix` channels: rooms that an account has joined.
//!
//! By the client-server API each message has a transaction id that we choose, under which a repetition is the same
//! message. So an unanswered message is sent again until it is certain, and arrives exactly once. Messages are notices
//! that mention no one, and a correction replaces the message that was sent. An encrypted room receives nothing: people
//! who encrypt it do not want plain text in it.

use std::time::Duration;

use futures::future::{BoxFuture, FutureExt};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{
    card::{Card, CardWording, escape},
    error::PushError,
    http::{Http, HttpAnswer, foreign, seconds},
    pace::LaneLimit,
    sender::{Checked, Sender, Sent},
    style::{self, Style, Unit},
    way::Way,
};
use crate::bulletin::{Channel, MessageRef, Reason, Robot};

/// The limits of a text: an event has at most 65,536 bytes, and half of that is used, since quotes are twice as long in
/// JSON.
const PLAIN: Style = style::plain(10_000, Unit::Bytes);
const HTML: Style = Style {
    limit: 20_000,
    unit: Unit::Bytes,
    newline: "<br>",
    gap: "<br><br>",
    escape,
    bold: |text| format!("<strong>{text}</strong>"),
    link: Some(|text, url| format!("<a href=\"{}\">{text}</a>", escape(url))),
};

/// Synapse's default limit for one account (`rc_message`): ten at once, and one in five seconds. So ten in the time in
/// which it forgets ten never exceed it; the last second is for requests that were late on their way.
const SYNAPSE: LaneLimit = LaneLimit {
    gap: Duration::ZERO,
    window: Some((10, Duration::from_secs(10 * 5 + 1))),
};

/// Every character except those that RFC 3986 leaves unencoded.
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// An account at its server.
#[derive(Debug)]
pub(super) struct Matrix {
    http: Http,
    server: String,
    token: String,
}

impl Matrix {
    /// # Errors
    /// Fails if a proxy cannot be used.
    pub(super) fn new(settings: &Robot, way: &Way) -> Result<Self, PushError> {
        Ok(Self {
            http: Http::of(settings, way)?,
            server: settings.get("homeserver").to_owned(),
            token: settings.get("access_token").to_owned(),
        })
    }

    async fn put(&self, content: Value, card: &Card, channel: &Channel) -> Sent {
        if let Err(sent) = self.is_open(channel).await {
            return sent;
        }
        let url = self.of_room(
            channel,
            &format!("send/m.room.message/{}", encoded(&card.key())),
        );
        let request = self.http.client().put(url).bearer_auth(&self.token);
        match self.http.ask(request.json(&content)).await {
            Ok(answer) => self.verdict(&answer, channel),
            Err(silence) => silence.into(),
        }
    }

    fn of_room(&self, channel: &Channel, what: &str) -> String {
        let room = encoded(channel.setting("room"));
        format!("{}/_matrix/client/v3/rooms/{room}/{what}", self.server)
    }

    async fn get(&self, url: String) -> Result<HttpAnswer, Sent> {
        let answer = self
            .http
            .ask(self.http.client().get(url).bearer_auth(&self.token))
            .await;
        // Nothing was sent to anyone, regardless of the outcome.
        let answer = answer.map_err(|silence| match Sent::from(silence) {
            Sent::Perhaps(why) => Sent::Unreachable(why),
            sent => sent,
        })?;
        match answer.status.as_u16() {
            401 => {
                let code = answer.json();
                let code = self
                    .http
                    .words(code["errcode"].as_str().unwrap_or_default());
                let said = format!("the homeserver rejects the `access_token` ({code})");
                let why = Reason::from(said).with_remedy("log in again and set the new one");
                Err(Sent::Denied(why.about(code)))
            }
            429 => Err(self.too_fast(&answer)),
            500..600 => {
                let status = answer.status.to_string();
                let why = Reason::from(format!("the homeserver answers {status}"));
                Err(Sent::Unreachable(why.about(status)))
            }
            _ => Ok(answer),
        }
    }

    /// Checks that the room is not encrypted; requested before each message, since that may change. The answer may also
    /// be that the account may not know, which is left to the message itself.
    async fn is_open(&self, channel: &Channel) -> Result<HttpAnswer, Sent> {
        let url = self.of_room(channel, "state/m.room.encryption");
        let answer = self.get(url).await?;
        // A room stays encrypted, even if the content of the event changes.
        if answer.status.is_success() {
            let why = format!(
                "the room {} is encrypted, and noticast writes no plain text there",
                channel.setting("room")
            );
            let remedy = "set a `room` that is not encrypted";
            return Err(Sent::gone(why.into(), remedy, channel));
        }
        Ok(answer)
    }

    async fn whoami(&self) -> Result<String, Sent> {
        let url = format!("{}/_matrix/client/v3/account/whoami", self.server);
        let answer = self.get(url).await?;
        let user = answer.json()["user_id"].as_str().map(str::to_owned);
        match user {
            Some(user) => Ok(self.http.words(&user)),
            None if answer.status.is_success() => Err(Sent::Unreachable(
                "the server at `homeserver` is not a Matrix homeserver".into(),
            )),
            None => Err(foreign(&answer)),
        }
    }

    async fn ask(&self, channel: &Channel) -> Result<Checked, Sent> {
        let user = self.whoami().await?;
        let answer = self.is_open(channel).await?;
        let is_open =
            answer.status == StatusCode::NOT_FOUND && answer.json()["errcode"] == "M_NOT_FOUND";
        if !is_open {
            return Err(self.verdict(&answer, channel));
        }
        let room = channel.setting("room");
        Ok(Checked::Good(format!(
            "{user} in {room}, which is not encrypted"
        )))
    }

    fn too_fast(&self, answer: &HttpAnswer) -> Sent {
        let wait = answer.json()["retry_after_ms"]
            .as_f64()
            .and_then(|ms| seconds(ms / 1e3));
        wait.or_else(|| answer.retry_after())
            .map_or_else(|| foreign(answer), Sent::TooFast)
    }

    fn verdict(&self, answer: &HttpAnswer, channel: &Channel) -> Sent {
        let body = answer.json();
        let code = body["errcode"].as_str().unwrap_or_default();
        let words = self.http.words(body["error"].as_str().unwrap_or_default());
        let said = format!("{} {}: {words}", answer.status, self.http.words(code));
        let why = Reason::answered("the homeserver", said);
        match (answer.status.as_u16(), code) {
            (200, _) if body["event_id"].is_string() => {
                let id = body["event_id"].as_str().unwrap_or_default();
                Sent::Done(Some(MessageRef(id.to_owned())))
            }
            (429, "M_LIMIT_EXCEEDED") => self.too_fast(answer),
            (401, _) if !code.is_empty() => {
                Sent::Denied(why.with_remedy("log in again and set the new `access_token`"))
            }
            (404, "M_UNRECOGNIZED") => {
                Sent::gone(why, "set `homeserver` to the address of one", channel)
            }
            (403 | 404, _) if !code.is_empty() => {
                let remedy = "let the account join the room, and allow it to send messages there";
                Sent::gone(why, remedy, channel)
            }
            (400..500, _) if !code.is_empty() => Sent::Refused(why),
            _ => foreign(answer),
        }
    }
}

impl Sender for Matrix {
    fn limit(&self) -> LaneLimit {
        SYNAPSE
    }

    fn fits(&self, card: &Card, _channel: &Channel) -> usize {
        card.fitting(|card| {
            [PLAIN, HTML]
                .iter()
                .all(|style| style.fits(&card.wording()))
        })
    }

    fn knows_repetitions(&self) -> bool {
        true
    }

    fn draft(&self, card: &Card, _channel: &Channel) -> Value {
        message(&card.wording())
    }

    fn send<'a>(&'a self, card: &'a Card, channel: &'a Channel) -> BoxFuture<'a, Sent> {
        self.put(message(&card.wording()), card, channel).boxed()
    }

    fn edit<'a>(
        &'a self,
        card: &'a Card,
        channel: &'a Channel,
        sent: &'a MessageRef,
    ) -> Option<BoxFuture<'a, Sent>> {
        let content = replacement(&card.edited_wording(), sent);
        Some(self.put(content, card, channel).boxed())
    }

    fn probe(&self) -> BoxFuture<'_, Result<(), Sent>> {
        async { self.whoami().await.map(drop) }.boxed()
    }

    fn check<'a>(&'a self, channel: &'a Channel) -> BoxFuture<'a, Result<Checked, PushError>> {
        async {
            let asked = self.ask(channel).await;
            asked.map_err(PushError::from)
        }
        .boxed()
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, IN_PATH).to_string()
}

pub(super) fn message(wording: &CardWording) -> Value {
    json!({
        "msgtype": "m.notice",
        "body": PLAIN.text(wording),
        "format": "org.matrix.custom.html",
        "formatted_body": HTML.text(wording),
        // The message mentions no one, regardless of the page's content.
        "m.mentions": {},
    })
}

/// Returns the message in place of the one that was sent, with a line for clients that do not support replacements.
fn replacement(wording: &CardWording, sent: &MessageRef) -> Value {
    json!({
        "msgtype": "m.notice",
        "body": format!("* {}", wording.title()),
        "m.new_content": message(wording),
        "m.relates_to": {"rel_type": "m.replace", "event_id": sent.0},
        "m.mentions": {},
    })
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;
    use crate::{
        bulletin::DeliveryKind,
        push::{
            card::tests::{bulletin, card},
            pace::{Lane, Pace, Turn},
        },
    };

    #[test]
    fn a_backlog_never_overruns_a_synapse_as_it_comes() {
        let start = Instant::now();
        let mut pace = Pace::new(10_000, start);
        pace.set_limit(Lane(0), SYNAPSE, start);
        let (mut full, mut last, mut now, mut sent) = (0.0_f64, start, start, 0);
        while now < start + Duration::from_secs(3600) {
            pace.wait(Lane(0), Turn::Plain, now);
            now = pace.next_at().unwrap();
            let slot = pace.take(now, now).unwrap();
            pace.go(slot, now).unwrap();
            // Each request is late on its way, by a random time.
            let taken = now + Duration::from_millis(fastrand::u64(0..500));
            pace.answered(slot, Some((now, taken)));
            full = (full - taken.duration_since(last).as_secs_f64() * 0.2).max(0.0) + 1.0;
            assert!(full <= 10.0, "{full} after {sent}");
            (last, now, sent) = (taken, taken, sent + 1);
        }
        assert!(sent > 700, "{sent} of 720");
    }

    #[test]
    fn a_correction_replaces_the_message_and_says_what_changed() {
        let mut card = card(DeliveryKind::New, Some(bulletin()), None);
        card.changes = vec![(bulletin().id, "11-21 10:00 原标题：@room".to_owned())];
        let sent = MessageRef("$e0".to_owned());
        let body = replacement(&card.edited_wording(), &sent);
        insta::assert_snapshot!(serde_json::to_string_pretty(&body).unwrap());
    }

    #[test]
    fn a_bulletin_is_html_and_plain_text() {
        let body = message(&card(DeliveryKind::New, Some(bulletin()), None).wording());
        insta::assert_snapshot!(serde_json::to_string_pretty(&body).unwrap());
    }
}
