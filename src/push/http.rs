//! Requests to platforms: one client with bounds, answers read whole, and no secret in any text.
//!
//! The platform's own file says what an answer means; [`foreign`] is for answers that are not the
//! platform's own. Proxies are the environment's. Read [`Http::ask`] first.

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

/// For a connection to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// For an answer, after which a send counts as uncertain.
pub(super) const TIMEOUT: Duration = Duration::from_secs(30);
/// Bytes of an answer; those of robots are a line.
const LARGEST_ANSWER: usize = 1 << 20;
/// The pause after a refusal that does not say how long to wait.
const TOO_FAST: Duration = Duration::from_secs(60);
/// Nobody is taken at his word for longer.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);
/// Characters of a platform's own words in an error.
const WORDS: usize = 200;

/// The reason for which there is no answer. No text in it holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Silence {
    /// The request never went out.
    Unreachable(String),
    /// It went out, and no whole answer came back.
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

/// A whole answer.
#[derive(Debug)]
pub(super) struct HttpAnswer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

/// Bounds that every client has, and whom it trusts.
///
/// # Errors
/// Certificates of the environment that cannot be used.
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
    /// A proxy of the environment that cannot be used.
    pub(super) fn of(robot: &Robot, way: &Way) -> Result<Self, PushError> {
        Self::by(way, robot.kind().name, robot.secrets())
    }

    /// # Errors
    /// A proxy of the environment that cannot be used.
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
    /// That there is no answer.
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

    /// Returns whether anything answers where `url` is, and not a gateway that finds nobody behind itself.
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

    /// Whatever a server or library says, without a secret.
    pub(super) fn redacted(&self, text: &str) -> String {
        redacted(text, &self.secrets)
    }

    /// A platform's own words, fit for an error.
    pub(super) fn words(&self, text: &str) -> String {
        words(text, &self.secrets)
    }
}

impl HttpAnswer {
    /// Null where it is no JSON.
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Returns what `Retry-After` asks for, in seconds.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        self.seconds("retry-after")
    }

    /// A header that counts seconds, perhaps with a fraction.
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

/// Whatever a server or library says, without a secret, however short that is.
fn redacted(text: &str, secrets: &[String]) -> String {
    let hide = |text: String, secret: &String| text.replace(secret.as_str(), "***");
    secrets.iter().fold(text.to_owned(), hide)
}

/// Somebody else's words, fit for an error.
pub(super) fn words(text: &str, secrets: &[String]) -> String {
    cut(&clean_line(&redacted(text, secrets)), WORDS)
}

/// A span as platforms write it, bounded.
pub(super) fn seconds(seconds: f64) -> Option<Duration> {
    let span = Duration::try_from_secs_f64(seconds).ok()?;
    Some(span.min(LONGEST_WAIT))
}

/// Returns what an answer means that is not the platform's own, but a gateway's.
pub(super) fn foreign(answer: &HttpAnswer) -> Sent {
    let status = answer.status.to_string();
    let why = Reason::from(format!("{status}, with a body that is not the platform's"));
    let why = why.about(status);
    match answer.status.as_u16() {
        429 => Sent::TooFast(answer.retry_after().unwrap_or(TOO_FAST)),
        413 => Sent::Refused(why),
        // Redirects are not followed: what was posted stays here.
        300..500 => Sent::Again(why),
        500..600 => Sent::Ailing(why),
        _ => Sent::Perhaps(why),
    }
}

/// An error with its causes, in one line.
pub(super) fn error_text(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    text
}
