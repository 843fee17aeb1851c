//! Notifies a WebSub hub that a feed has something new. The recommendation leaves the form to hubs; all of them accept
//! a form that names the feed as `hub.url` or, newer ones, as `hub.topic`.

use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use url::{Url, form_urlencoded::Serializer};

use super::{
    error::PushError,
    http::{Http, HttpAnswer, Silence},
};
use crate::ops::LeaseKey;

/// A connection to a hub.
pub(crate) struct WebSubHub {
    http: Http,
    url: Url,
}

/// The outcome of notifying a hub of one feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum HubAnswer {
    Taken,
    /// The hub rejects news of this feed.
    Refused(String),
    /// The hub is to be notified later, and not before the time that it asks for.
    Later(String, Option<Duration>),
}

impl WebSubHub {
    /// # Errors
    /// Fails if a proxy of the environment cannot be used.
    pub(crate) fn new(url: &Url) -> Result<Self, PushError> {
        Ok(Self {
            http: Http::to("the WebSub hub", Vec::new())?,
            url: url.clone(),
        })
    }

    /// Returns the lease of the hub's notifier: only one process notifies the hub.
    pub(crate) fn lease() -> LeaseKey {
        LeaseKey::Sender("websub".to_owned())
    }

    pub(crate) async fn notify(&self, feed: &str) -> HubAnswer {
        let post = self.http.client().post(self.url.clone());
        let post = post.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        match self.http.ask(post.body(form(feed))).await {
            Ok(answer) => verdict(&answer),
            Err(Silence::Unreachable(why)) => {
                HubAnswer::Later(format!("the WebSub hub cannot be reached: {why}"), None)
            }
            Err(Silence::Unanswered(why)) => {
                HubAnswer::Later(format!("the WebSub hub did not answer: {why}"), None)
            }
        }
    }
}

fn form(feed: &str) -> String {
    let mut form = Serializer::new(String::new());
    form.append_pair("hub.mode", "publish");
    form.append_pair("hub.url", feed);
    form.append_pair("hub.topic", feed);
    form.finish()
}

fn verdict(answer: &HttpAnswer) -> HubAnswer {
    let why = format!("the WebSub hub answers {}", answer.status);
    match answer.status.as_u16() {
        200..300 => HubAnswer::Taken,
        408 | 425 | 429 | 500.. => HubAnswer::Later(why, answer.retry_after()),
        _ => HubAnswer::Refused(why),
    }
}
