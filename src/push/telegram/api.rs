//! Calls of Telegram's Bot API: teloxide's payloads, sent by a client of our own.
//!
//! teloxide's own `Bot` sleeps ten seconds inside a call that is answered 5xx, which would keep one of
//! the sixteen requests of a sender from other chats; it drops `error_code`; it takes an answer that
//! it cannot read whole for a failed send, which would repeat the message; and it prints short tokens.

use std::{error::Error, fmt, time::Duration};

use reqwest::{Client, Proxy, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use teloxide::requests::Payload;

use crate::bulletin::TelegramSettings;

/// For a connection to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// For an answer, after which a send counts as uncertain.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Answers are bounded: a hundred updates with long texts are under 2 MiB.
const LARGEST_ANSWER: usize = 8 << 20;

/// Why a call gave no result. No text in it holds the token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CallError {
    /// Telegram's own refusal: certainly without effect.
    #[error("{description}")]
    Refused {
        code: u16,
        description: String,
        retry_after: Option<u64>,
        migrate_to: Option<i64>,
    },
    /// The request never went out.
    #[error("Telegram cannot be reached: {0}")]
    Unreachable(String),
    /// The request went out, and no answer of Telegram's own came back.
    #[error("Telegram did not answer: {0}")]
    Unanswered(String),
}

/// A bot's connection to its server; clones share it.
#[derive(Clone)]
pub(crate) struct Api {
    http: Client,
    settings: TelegramSettings,
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Api({})", self.settings.api_url)
    }
}

#[derive(Deserialize)]
struct Envelope {
    ok: bool,
    result: Option<Value>,
    error_code: Option<u16>,
    #[serde(default)]
    description: String,
    #[serde(default)]
    parameters: Parameters,
}

#[derive(Deserialize, Default)]
struct Parameters {
    retry_after: Option<u64>,
    migrate_to_chat_id: Option<i64>,
}

impl Api {
    /// # Errors
    /// A proxy that cannot be used.
    pub(crate) fn new(settings: &TelegramSettings) -> Result<Self, String> {
        let mut client = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .tcp_nodelay(true)
            .redirect(reqwest::redirect::Policy::none())
            .pool_idle_timeout(Duration::from_secs(45));
        if let Some(proxy) = &settings.proxy {
            let proxy = Proxy::all(proxy.as_str());
            client = client.proxy(proxy.map_err(|error| told(&error.without_url()))?);
        }
        Ok(Self {
            http: client.build().map_err(|error| told(&error.without_url()))?,
            settings: settings.clone(),
        })
    }

    /// # Errors
    /// Whatever kept the call from its result.
    pub(crate) async fn call<P: Payload + Serialize>(
        &self,
        payload: &P,
    ) -> Result<Value, CallError> {
        self.call_within(payload, TIMEOUT).await
    }

    /// As [`Api::call`], for a call that Telegram answers late on purpose.
    pub(crate) async fn call_within<P: Payload + Serialize>(
        &self,
        payload: &P,
        timeout: Duration,
    ) -> Result<Value, CallError> {
        let url = format!(
            "{}/bot{}/{}",
            self.settings.api_url.as_str().trim_end_matches('/'),
            self.settings.token.reveal(),
            P::NAME
        );
        let request = self.http.post(url).json(payload).timeout(timeout);
        let answer = request.send().await.map_err(|error| self.failure(error))?;
        let status = answer.status();
        let body = self.body(answer).await?;
        let envelope: Envelope = serde_json::from_slice(&body).map_err(|_| {
            CallError::Unanswered(format!("{status}, with a body that is not Telegram's"))
        })?;
        self.result(envelope, status)
    }

    async fn body(&self, mut answer: reqwest::Response) -> Result<Vec<u8>, CallError> {
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(|error| self.failure(error))? {
            body.extend_from_slice(&part);
            if body.len() > LARGEST_ANSWER {
                return Err(CallError::Unanswered("the answer is too large".to_owned()));
            }
        }
        Ok(body)
    }

    fn result(&self, envelope: Envelope, status: StatusCode) -> Result<Value, CallError> {
        if envelope.ok {
            return Ok(envelope.result.unwrap_or(Value::Null));
        }
        Err(CallError::Refused {
            code: envelope.error_code.unwrap_or(status.as_u16()),
            description: self.redacted(&envelope.description),
            retry_after: envelope.parameters.retry_after,
            migrate_to: envelope.parameters.migrate_to_chat_id,
        })
    }

    fn failure(&self, error: reqwest::Error) -> CallError {
        let never_sent = error.is_connect() || error.is_builder();
        let why = self.redacted(&told(&error.without_url()));
        if never_sent {
            CallError::Unreachable(why)
        } else {
            CallError::Unanswered(why)
        }
    }

    /// Whatever a server or library says, without the token, however short that is.
    fn redacted(&self, text: &str) -> String {
        text.replace(self.settings.token.reveal(), "***")
    }
}

/// An error with its causes, in one line.
fn told(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    text
}
