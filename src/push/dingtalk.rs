//! Sends to `dingtalk-robot` channels: a custom robot of DingTalk (钉钉), signed if it has a secret.
//!
//! Its documentation: twenty messages a minute, and ten minutes of silence for a robot that sends more; a body of at
//! most 20,000 bytes (as measured by others). The verdict is `errcode`, regardless of the HTTP status.

use std::time::Duration;

use chrono::Utc;
use futures::future::{BoxFuture, FutureExt};
use serde_json::{Value, json};

use super::{
    card::{Card, CardWording},
    error::PushError,
    http::{Http, foreign},
    pace::{LaneLimit, MINUTE},
    sender::{Sender, Sent},
    sign,
    style::{self, Style, Unit},
    way::Way,
};
use crate::{
    bulletin::{Channel, Language, Reason, Robot},
    words,
};

/// The text is limited in bytes: in JSON it is at most twice as long, which leaves room for two addresses.
const TEXT: Style = style::markdown(7000, "  \n");
/// The maximum length, in bytes, of the title in the list of chats.
const TITLE: usize = 200;
/// The time for which a robot that was too fast is shut out.
const PUNISHMENT: Duration = Duration::from_secs(600);
/// The pause once the organisation's quota is used up.
const NO_QUOTA: Duration = Duration::from_secs(3600);

/// A robot of DingTalk.
#[derive(Debug)]
pub(super) struct Dingtalk {
    http: Http,
    settings: Robot,
}

impl Dingtalk {
    /// # Errors
    /// Fails if a proxy cannot be used.
    pub(super) fn new(settings: &Robot, way: &Way) -> Result<Self, PushError> {
        Ok(Self {
            http: Http::of(settings, way)?,
            settings: settings.clone(),
        })
    }

    /// Returns the address, signed for this moment: the platform allows an hour of deviation.
    fn url(&self, now_ms: i64) -> String {
        let (api, secret) = (self.settings.get("api_url"), self.settings.get("secret"));
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("access_token", self.settings.get("access_token"));
        if !secret.is_empty() {
            query.append_pair("timestamp", &now_ms.to_string());
            query.append_pair("sign", &sign::dingtalk(now_ms, secret));
        }
        format!("{api}/robot/send?{}", query.finish())
    }

    fn verdict(&self, answer: &Value, channel: &Channel) -> Option<Sent> {
        let code = answer["errcode"].as_i64()?;
        let words = self
            .http
            .words(answer["errmsg"].as_str().unwrap_or_default());
        let why = Reason::answered("DingTalk", format!("{code}: {words}"));
        let gone = |remedy| Sent::gone(why.clone(), remedy, channel);
        Some(match code {
            0 => Sent::Done(None),
            -1 => Sent::Again(why),
            130_101 => Sent::TooFast(PUNISHMENT),
            90030 => Sent::TooFast(NO_QUOTA),
            310_000 => gone("compare `secret`, the robot's keywords and its list of addresses"),
            300_001 | 400_013 | 400_101 | 400_102 => {
                gone("copy the `access_token` from the robot's page")
            }
            _ => Sent::Refused(why),
        })
    }
}

impl Sender for Dingtalk {
    fn limit(&self) -> LaneLimit {
        LaneLimit {
            gap: Duration::ZERO,
            window: Some((20, MINUTE)),
        }
    }

    fn fits(&self, card: &Card, _channel: &Channel) -> usize {
        card.fitting(|card| TEXT.fits(&card.wording()))
    }

    fn draft(&self, card: &Card, _channel: &Channel) -> Value {
        message(&card.wording())
    }

    fn send<'a>(&'a self, card: &'a Card, channel: &'a Channel) -> BoxFuture<'a, Sent> {
        async move {
            let url = self.url(Utc::now().timestamp_millis());
            match self.http.post(&url, &self.draft(card, channel)).await {
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

/// Returns a card with a button if there is a page to open, otherwise only its text.
pub(super) fn message(wording: &CardWording) -> Value {
    let text = TEXT.text(wording);
    let title = Unit::Bytes.cut(&wording.title(), TITLE);
    match &wording.entries[..] {
        [entry] if entry.url.is_some() => json!({"msgtype": "actionCard", "actionCard": {
            "title": title,
            "text": text,
            "singleTitle": open(wording.language),
            "singleURL": entry.url,
        }}),
        // The message mentions no one, regardless of the page's content.
        _ => json!({
            "msgtype": "markdown",
            "markdown": {"title": title, "text": text},
            "at": {"atMobiles": [], "isAtAll": false},
        }),
    }
}

/// Returns the label of the button that opens the page.
pub(super) fn open(language: Language) -> &'static str {
    words::of(language).cards.open_page
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
    fn the_signature_is_encoded_once() {
        let robot = robot_of(
            "dingtalk-robot",
            "access_token = \"t&k\"\nsecret = \"SECnoticast\"",
        );
        let url = Dingtalk::new(&robot, &Way::default())
            .unwrap()
            .url(1_732_412_345_678);
        let expected = sign::dingtalk(1_732_412_345_678, "SECnoticast");
        let encoded = expected
            .replace('+', "%2B")
            .replace('/', "%2F")
            .replace('=', "%3D");
        assert_eq!(
            url,
            format!(
                "https://oapi.dingtalk.com/robot/send?access_token=t%26k&timestamp=1732412345678&sign={encoded}"
            )
        );
    }

    #[test]
    fn a_bulletin_is_a_card_with_a_button() {
        let body = message(&card(DeliveryKind::New, Some(bulletin()), None).wording());
        insta::assert_snapshot!(serde_json::to_string_pretty(&body).unwrap());
    }
}
