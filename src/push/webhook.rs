//! Sends to `webhook` channels: any program that accepts JSON, by the Standard Webhooks specification.
//!
//! Each bulletin is one request, identified by its `webhook-id`: the same at every repetition, so that a receiver can
//! drop duplicates. A request that is not answered with 2xx is sent again until it is.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::Utc;
use futures::future::{BoxFuture, FutureExt};
use serde_json::{Value, json};

use super::{
    card::Card,
    error::PushError,
    http::{Http, HttpAnswer},
    sender::{Sender, Sent},
    sign::sign,
    way::Way,
};
use crate::{
    bulletin::{Channel, DeliveryKind, Reason, Robot},
    view,
};

/// The pause after a rejection that does not state how long to wait.
const TOO_FAST: Duration = Duration::from_secs(10);

/// A receiver of webhooks.
#[derive(Debug)]
pub(super) struct Webhook {
    http: Http,
    settings: Robot,
}

impl Webhook {
    /// # Errors
    /// Fails if a proxy cannot be used.
    pub(super) fn new(settings: &Robot, way: &Way) -> Result<Self, PushError> {
        Ok(Self {
            http: Http::of(settings, way)?,
            settings: settings.clone(),
        })
    }

    async fn post(&self, card: &Card, channel: &Channel) -> Sent {
        let (id, body) = (card.key(), self.draft(card, channel).to_string());
        let timestamp = Utc::now().timestamp();
        let mut request = self
            .http
            .client()
            .post(self.settings.get("url"))
            .header("content-type", "application/json")
            .header("webhook-id", &id)
            .header("webhook-timestamp", timestamp);
        let secret = self.settings.get("secret");
        if !secret.is_empty() {
            let signature = signature(secret, &id, timestamp, &body);
            request = request.header("webhook-signature", signature);
        }
        match self.http.ask(request.body(body)).await {
            Ok(answer) => verdict(&answer, channel),
            Err(silence) => silence.into(),
        }
    }
}

impl Sender for Webhook {
    fn knows_repetitions(&self) -> bool {
        true
    }

    fn draft(&self, card: &Card, _channel: &Channel) -> Value {
        message(card)
    }

    fn send<'a>(&'a self, card: &'a Card, channel: &'a Channel) -> BoxFuture<'a, Sent> {
        self.post(card, channel).boxed()
    }

    fn probe(&self) -> BoxFuture<'_, Result<(), Sent>> {
        self.http.reach(self.settings.get("url"))
    }
}

fn verdict(answer: &HttpAnswer, channel: &Channel) -> Sent {
    let why = Reason::answered("the receiver", answer.status.to_string());
    let gone = |remedy| Sent::gone(why.clone(), remedy, channel);
    match answer.status.as_u16() {
        200..300 => Sent::Done(None),
        429 => Sent::TooFast(answer.retry_after().unwrap_or(TOO_FAST)),
        410 => gone("enable the receiver again, or correct `url`"),
        401 | 403 => gone("compare `secret`"),
        300..400 => gone("set `url` to the address that it redirects to"),
        400 | 413 | 415 | 422 => Sent::Refused(why),
        _ => Sent::Again(why),
    }
}

/// Returns `v1,` and the code of id, time and body under the secret: Base64 after `whsec_`, otherwise the secret as it
/// is.
fn signature(secret: &str, id: &str, timestamp: i64, body: &str) -> String {
    let encoded = secret.strip_prefix("whsec_").unwrap_or(secret);
    let key = STANDARD
        .decode(encoded)
        .unwrap_or_else(|_| secret.as_bytes().to_vec());
    format!(
        "v1,{}",
        sign(&key, format!("{id}.{timestamp}.{body}").as_bytes())
    )
}

fn message(card: &Card) -> Value {
    let bulletin = card.bulletin.as_deref().cloned();
    let kind = match card.kind {
        DeliveryKind::New => "bulletin.new",
        DeliveryKind::Update => "bulletin.update",
        DeliveryKind::Rebroadcast => "bulletin.rebroadcast",
        DeliveryKind::Reminder => "bulletin.reminder",
        DeliveryKind::Announcement => "announcement",
        DeliveryKind::Document => "bulletin.document",
    };
    let mut body = json!({
        "type": kind,
        "delivery": card.delivery,
        "bulletin": bulletin.map(|bulletin| view::Bulletin::new(bulletin, card.time_zone)),
    });
    for (field, text) in [("note", &card.note), ("text", &card.own)] {
        if let Some(text) = text {
            body[field] = json!(text);
        }
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        bulletin::{ChannelKind, RobotKind, Template},
        push::card::tests::{bulletin, card},
    };

    /// The example is that of the specification's libraries.
    #[test]
    fn the_signature_is_that_of_the_standard() {
        let signed = signature(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            "{\"test\": 2432232314}",
        );
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_correction_is_the_whole_bulletin_though_its_note_is_short() {
        let card = card(DeliveryKind::Update, Some(bulletin()), Some("原标题：旧"));
        let summary = bulletin().summary.unwrap();
        assert_eq!(message(&card)["bulletin"]["summary"], json!(summary));
        assert_eq!(card.wording().entries[0].summary, None);
    }

    #[test]
    fn a_template_adds_its_text_and_takes_no_field_away() {
        let settings = Robot::sample(RobotKind::named("webhook").unwrap());
        let id = "hook".parse().unwrap();
        let channel = Channel {
            template: Some(Template::new("{{ title }} <{{ id }}>").unwrap()),
            ..Channel::new(id, ChannelKind::Robot(settings), chrono_tz::Asia::Shanghai)
        };
        let plain = card(DeliveryKind::New, Some(bulletin()), None);
        let mut body = message(&plain.clone().in_own_words(&channel, message));
        let text = body.as_object_mut().unwrap().remove("text").unwrap();
        assert_eq!(body, message(&plain));
        assert_eq!(
            text,
            json!(format!("{} <{}>", bulletin().title, bulletin().id))
        );
    }

    #[test]
    fn the_body_is_the_bulletin_of_the_interface() {
        let body = message(&card(
            DeliveryKind::Rebroadcast,
            Some(bulletin()),
            Some("请转达"),
        ));
        insta::assert_snapshot!(serde_json::to_string_pretty(&body).unwrap());
        let sent = message(&card(DeliveryKind::Announcement, None, Some("停电")));
        assert_eq!(
            sent,
            json!({"type": "announcement", "delivery": 7, "bulletin": null, "note": "停电"})
        );
    }
}
