//! Sends requests to platforms: one client with bounds, whole answers, and no secret in any text.
//!
//! The platform's own file interprets an answer; [`foreign`] is for answers that do not come from the platform itself.
//! Proxies are those of the environment. Read [`Http::ask`] first.

use std::{error::Error, fmt, sync::Arc, time::Duration};

use futures::future::{BoxFuture, FutureExt};
use reqwest::{Certificate, Client, ClientBuilder, RequestBuilder, StatusCode, header::HeaderMap};
use serde_json::Value;

use super::{
    card::{clean_line, cut},
    error::PushError,
    sender::Sent,
    way::Way,
};
use crate::{
    authorities::{own_authorities, unusable},
    bulletin::{Reason, Robot},
};

/// The timeout of connecting.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// The timeout of an answer, after which a send counts as uncertain.
pub(super) const TIMEOUT: Duration = Duration::from_secs(30);
/// The maximum length, in bytes, of an answer; those of robots are a line.
const LARGEST_ANSWER: usize = 1 << 20;
/// The pause after a rejection that does not state how long to wait.
const TOO_FAST: Duration = Duration::from_secs(60);
/// The longest pause that a server may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);
/// The maximum length, in characters, of a platform's own words in an error.
const WORDS: usize = 200;

/// The reason why there is no answer. Its text contains no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Silence {
    /// The request was never sent.
    Unreachable(String),
    /// The request was sent, and no complete answer arrived.
    Unanswered(String),
}

impl From<Silence> for Sent {
    fn from(silence: Silence) -> Self {
        match silence {
            Silence::Unreachable(why) => {
                Self::Unreachable(format!("cannot be reached: {why}").into())
            }
            Silence::Unanswered(why) => Self::Perhaps(format!("it did not answer: {why}").into()),
        }
    }
}

/// A connection to one platform; clones share it.
#[derive(Clone)]
pub(super) struct Http {
    client: Client,
    way: Way,
    secrets: Vec<String>,
    largest: usize,
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Http")
    }
}

/// A complete answer.
#[derive(Debug)]
pub(super) struct HttpAnswer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

/// Returns a client with the bounds and the trusted authorities that every client has.
///
/// # Errors
/// Fails if the certificates of the environment cannot be used.
pub(super) fn client() -> Result<ClientBuilder, PushError> {
    let mut client = Client::builder();
    if let Some(pem) = own_authorities()? {
        let bundle = Certificate::from_pem_bundle(&pem);
        for certificate in bundle.map_err(|error| unusable(&error_text(&error)))? {
            client = client.add_root_certificate(certificate);
        }
    }
    Ok(client
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TIMEOUT)
        .tcp_nodelay(true)
        .redirect(reqwest::redirect::Policy::none())
        .pool_idle_timeout(Duration::from_secs(45))
        .user_agent(concat!("noticast/", env!("CARGO_PKG_VERSION"))))
}

impl Http {
    pub(super) fn new(client: Client, secrets: Vec<String>, largest: usize) -> Self {
        Self {
            client,
            way: Way::default(),
            secrets,
            largest,
        }
    }

    /// # Errors
    /// Fails if a proxy of the environment cannot be used.
    pub(super) fn of(robot: &Robot, way: &Way) -> Result<Self, PushError> {
        Self::by(way, robot.kind().name, robot.secrets())
    }

    /// # Errors
    /// Fails if a proxy of the environment cannot be used.
    pub(super) fn to(whom: &str, secrets: Vec<String>) -> Result<Self, PushError> {
        Self::by(&Way::default(), whom, secrets)
    }

    fn by(way: &Way, whom: &str, secrets: Vec<String>) -> Result<Self, PushError> {
        let mut client = client()?;
        if way.is_guarded() {
            client = client.dns_resolver(Arc::new(way.clone()));
        }
        let client = client.build().map_err(|error| {
            let why = error_text(&error.without_url());
            format!("{whom}: no connection is possible: {why}")
        })?;
        Ok(Self {
            way: way.clone(),
            ..Self::new(client, secrets, LARGEST_ANSWER)
        })
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// Posts JSON.
    pub(super) async fn post(&self, url: &str, body: &Value) -> Result<HttpAnswer, Silence> {
        self.ask(self.client.post(url).json(body)).await
    }

    /// # Errors
    /// Fails if there is no answer.
    pub(super) async fn ask(&self, request: RequestBuilder) -> Result<HttpAnswer, Silence> {
        let request = request.build().map_err(|error| self.silence(error))?;
        let admitted = self.way.admit_number(request.url()).await;
        admitted.map_err(|why| Silence::Unreachable(why.to_string()))?;
        let answer = self.client.execute(request).await;
        let mut answer = answer.map_err(|error| self.silence(error))?;
        let (status, headers) = (answer.status(), std::mem::take(answer.headers_mut()));
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(|error| self.silence(error))? {
            body.extend_from_slice(&part);
            if body.len() > self.largest {
                return Err(Silence::Unanswered("the answer is too large".to_owned()));
            }
        }
        Ok(HttpAnswer {
            status,
            headers,
            body,
        })
    }

    /// Returns whether a server answers at `url`, and not only a gateway that finds none behind it.
    pub(super) fn reach<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Result<(), Sent>> {
        async move {
            let root = url::Url::parse(url).and_then(|url| url.join("/"));
            let root = root.map_err(|error| Sent::Refused(error.to_string().into()))?;
            let answer = self.ask(self.client.head(root)).await?;
            match answer.status.as_u16() {
                502..=504 => {
                    let status = answer.status.to_string();
                    let why = Reason::from(format!("it answers {status}"));
                    Err(Sent::Unreachable(why.about(status)))
                }
                _ => Ok(()),
            }
        }
        .boxed()
    }

    fn silence(&self, error: reqwest::Error) -> Silence {
        let never_sent = error.is_connect() || error.is_builder();
        let why = self.redacted(&error_text(&error.without_url()));
        if never_sent {
            Silence::Unreachable(why)
        } else {
            Silence::Unanswered(why)
        }
    }

    /// Removes every secret from the text of a server or library.
    pub(super) fn redacted(&self, text: &str) -> String {
        redacted(text, &self.secrets)
    }

    /// Returns a platform's own words, fit for an error.
    pub(super) fn words(&self, text: &str) -> String {
        words(text, &self.secrets)
    }
}

impl HttpAnswer {
    /// Returns the body as JSON; null if it is not JSON.
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Returns the wait that `Retry-After` asks for, in seconds.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        self.seconds("retry-after")
    }

    /// Returns a header that counts seconds, perhaps with a fraction.
    pub(super) fn seconds(&self, header: &str) -> Option<Duration> {
        seconds(
            self.headers
                .get(header)?
                .to_str()
                .ok()?
                .trim()
                .parse()
                .ok()?,
        )
    }
}

/// Removes every secret from the text of a server or library, however short the secret is.
fn redacted(text: &str, secrets: &[String]) -> String {
    let hide = |text: String, secret: &String| text.replace(secret.as_str(), "***");
    secrets.iter().fold(text.to_owned(), hide)
}

/// Returns text of a third party, fit for an error.
pub(super) fn words(text: &str, secrets: &[String]) -> String {
    cut(&clean_line(&redacted(text, secrets)), WORDS)
}

/// Returns a span as platforms write it, bounded.
pub(super) fn seconds(seconds: f64) -> Option<Duration> {
    let span = Duration::try_from_secs_f64(seconds).ok()?;
    Some(span.min(LONGEST_WAIT))
}

/// Interprets an answer that does not come from the platform itself but from a gateway.
pub(super) fn foreign(answer: &HttpAnswer) -> Sent {
    let status = answer.status.to_string();
    let why = Reason::from(format!("{status}, with a body that is not the platform's"));
    let why = why.about(status);
    match answer.status.as_u16() {
        429 => Sent::TooFast(answer.retry_after().unwrap_or(TOO_FAST)),
        413 => Sent::Refused(why),
        // Redirects are not followed: the posted data is not passed on.
        300..500 => Sent::Again(why),
        500..600 => Sent::Ailing(why),
        _ => Sent::Perhaps(why),
    }
}

/// Returns an error with its causes, in one line.
pub(super) fn error_text(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    text
}
