//! Calls Telegram's Bot API: teloxide's payloads, sent by our own client.
//!
//! teloxide's own `Bot` sleeps ten seconds inside a call that is answered 5xx, which would keep one of the sixteen
//! requests of a sender from other chats; it drops `error_code`; it takes an answer that it cannot fully read for a
//! failed send, which would repeat the message; and it prints short tokens.

use std::{fmt, time::Duration};

use reqwest::{Proxy, RequestBuilder, StatusCode, multipart::Form};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use teloxide::{
    payloads::GetFile,
    requests::Payload,
    types::{ChatId, FileId, Recipient},
};

use crate::{
    bulletin::{Secret, TelegramChat, TelegramSettings},
    push::http::{Http, Silence, TIMEOUT, client, error_text},
};

/// The maximum length, in bytes, of an answer: a hundred updates with long texts are under 2 MiB.
const LARGEST_ANSWER: usize = 8 << 20;
/// The timeout of an upload: fifty megabytes at some 4 Mbit/s.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(120);
/// The longest wait, in seconds, that Telegram may ask for.
const LONGEST_WAIT: u64 = 86_400;

/// The reason why a call gave no result. Its text does not contain the token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CallError {
    /// Telegram itself rejected the call: certainly without effect.
    #[error("{description}")]
    Refused {
        code: u16,
        description: String,
        retry_after: Option<u64>,
        migrate_to: Option<i64>,
    },
    /// The request was never sent.
    #[error("Telegram cannot be reached: {0}")]
    Unreachable(String),
    /// The request was sent, and no answer of Telegram itself arrived.
    #[error("Telegram did not answer: {0}")]
    Unanswered(String),
    /// The call perhaps took effect: a gateway's error page arrived instead of an answer.
    #[error("Telegram did not answer: {0}")]
    Ailing(String),
}

impl From<Silence> for CallError {
    fn from(silence: Silence) -> Self {
        match silence {
            Silence::Unreachable(why) => Self::Unreachable(why),
            Silence::Unanswered(why) => Self::Unanswered(why),
        }
    }
}

/// A bot's connection to its server; clones share it.
#[derive(Clone)]
pub(crate) struct Api {
    http: Http,
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
    /// Fails if a proxy cannot be used.
    pub(crate) fn new(settings: &TelegramSettings) -> Result<Self, String> {
        let mut client = client().map_err(|error| error.to_string())?;
        if let Some(proxy) = &settings.proxy {
            let proxy = Proxy::all(proxy.as_str());
            client = client.proxy(proxy.map_err(|error| error_text(&error.without_url()))?);
        }
        let client = client
            .build()
            .map_err(|error| error_text(&error.without_url()))?;
        let secrets = vec![settings.token.reveal().to_owned()];
        Ok(Self {
            http: Http::new(client, secrets, LARGEST_ANSWER),
            settings: settings.clone(),
        })
    }

    /// Returns the bot's own secret.
    pub(crate) fn token(&self) -> &Secret {
        &self.settings.token
    }

    /// # Errors
    /// Fails with the trouble that kept the call from its result.
    pub(crate) async fn call<P: Payload + Serialize>(
        &self,
        payload: &P,
    ) -> Result<Value, CallError> {
        self.call_within(payload, TIMEOUT).await
    }

    /// Makes a call like [`Api::call`] that Telegram deliberately answers late.
    pub(crate) async fn call_within<P: Payload + Serialize>(
        &self,
        payload: &P,
        timeout: Duration,
    ) -> Result<Value, CallError> {
        self.ask(self.post(P::NAME).json(payload).timeout(timeout))
            .await
    }

    /// Makes a call like [`Api::call`] with a file among its fields, which may take its time.
    pub(crate) async fn upload(&self, method: &str, form: Form) -> Result<Value, CallError> {
        self.ask(self.post(method).multipart(form).timeout(UPLOAD_TIMEOUT))
            .await
    }

    /// Returns the content of a file that was sent to the bot.
    ///
    /// # Errors
    /// Fails if the file has more than `most` bytes, or if the calls gave no result.
    pub(crate) async fn file(&self, id: &str, most: usize) -> Result<Vec<u8>, CallError> {
        let file = self.call(&GetFile::new(FileId(id.to_owned()))).await?;
        let unreadable = |what: &str| CallError::Unanswered(what.to_owned());
        let path = file["file_path"].as_str();
        let path = path.ok_or_else(|| unreadable("getFile gave no path"))?;
        let url = format!("{}/{path}", self.root("file/"));
        let answer = self.http.ask(self.http.client().get(url)).await?;
        match answer.status.is_success() && answer.body.len() <= most {
            true => Ok(answer.body.to_vec()),
            false => Err(unreadable("the file is too large, or was not given")),
        }
    }

    fn root(&self, folder: &str) -> String {
        let api = self.settings.api_url.as_str().trim_end_matches('/');
        format!("{api}/{folder}bot{}", self.settings.token.reveal())
    }

    fn post(&self, method: &str) -> RequestBuilder {
        let url = format!("{}/{method}", self.root(""));
        self.http.client().post(url)
    }

    async fn ask(&self, request: RequestBuilder) -> Result<Value, CallError> {
        let answer = self.http.ask(request).await?;
        let status = answer.status;
        let envelope: Envelope = serde_json::from_slice(&answer.body).map_err(|_| {
            let what = format!("{status}, with a body that is not Telegram's");
            match status.is_server_error() {
                true => CallError::Ailing(what),
                false => CallError::Unanswered(what),
            }
        })?;
        self.result(envelope, status)
    }

    fn result(&self, envelope: Envelope, status: StatusCode) -> Result<Value, CallError> {
        if envelope.ok {
            return Ok(envelope.result.unwrap_or(Value::Null));
        }
        Err(CallError::Refused {
            code: envelope.error_code.unwrap_or(status.as_u16()),
            description: self.http.redacted(&envelope.description),
            retry_after: envelope
                .parameters
                .retry_after
                .map(|wait| wait.min(LONGEST_WAIT)),
            migrate_to: envelope.parameters.migrate_to_chat_id,
        })
    }
}

pub(crate) fn recipient(chat: &TelegramChat) -> Recipient {
    match chat {
        TelegramChat::Id(id) => Recipient::Id(ChatId(*id)),
        TelegramChat::Name(name) => Recipient::ChannelUsername(name.clone()),
    }
}

pub(super) fn id_of(chat: &TelegramChat) -> i64 {
    match chat {
        TelegramChat::Id(id) => *id,
        TelegramChat::Name(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_makes_nobody_wait_for_longer_than_a_day() {
        let token = crate::bulletin::Secret::new("1:tok".to_owned());
        let api = Api::new(&TelegramSettings::new(token)).unwrap();
        let answer = format!(
            r#"{{"ok": false, "error_code": 429, "description": "bot1:tok", "parameters": {{"retry_after": {}}}}}"#,
            u64::MAX
        );
        let refused = api.result(serde_json::from_str(&answer).unwrap(), StatusCode::OK);
        let expected = CallError::Refused {
            code: 429,
            description: "bot***".to_owned(),
            retry_after: Some(LONGEST_WAIT),
            migrate_to: None,
        };
        assert_eq!(refused, Err(expected));
    }
}
