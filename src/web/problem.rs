//! Errors as RFC 9457 problem JSON, or as a page for those who ask for HTML; and the headers that
//! every answer wears.

use axum::{
    Json,
    extract::{Request, State, rejection::QueryRejection},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{Shared, Site, language, templates};
use crate::{
    bulletin::Language,
    config::Config,
    ops::{Refusal, StoreError},
    view::ViewError,
};

/// An error, for the one who asked.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Problem {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: String,
    /// The mistakes in single keys of a body.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<KeyFault>,
    /// Further members (RFC 9457, section 3.2).
    #[serde(flatten)]
    more: Box<Map<String, Value>>,
    /// Seconds after which it is worth asking again.
    #[serde(skip)]
    retry_after: Option<u64>,
}

/// Something that is wrong with one key of a body: `what; what is expected`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct KeyFault {
    field: String,
    detail: String,
}

impl KeyFault {
    pub(super) fn new(field: &str, detail: String) -> Self {
        Self {
            field: field.to_owned(),
            detail,
        }
    }
}

impl Problem {
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            // The status says it all (RFC 9457, section 4.2.1).
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: detail.into(),
            errors: Vec::new(),
            more: Box::default(),
            retry_after: None,
        }
    }

    /// Says when to ask again.
    pub(super) fn after(self, seconds: u64) -> Self {
        let retry_after = Some(seconds);
        Self {
            retry_after,
            ..self
        }
    }

    pub(super) fn bad(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// 400, with all that is wrong.
    pub(super) fn of_keys(errors: Vec<KeyFault>) -> Self {
        let said = errors
            .iter()
            .map(|fault| format!("`{}`: {}", fault.field, fault.detail));
        let said: Vec<String> = said.collect();
        Self {
            errors,
            ..Self::bad(said.join("\n"))
        }
    }

    /// With further members.
    pub(super) fn with(self, more: Value) -> Self {
        let more = match more {
            Value::Object(more) => Box::new(more),
            _ => Box::default(),
        };
        Self { more, ..self }
    }

    pub(super) fn missing(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    pub(super) fn detail(&self) -> &str {
        &self.detail
    }

    pub(super) fn retry_after(&self) -> Option<u64> {
        self.retry_after
    }

    pub(super) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let media = [(header::CONTENT_TYPE, "application/problem+json")];
        let mut response = (self.status(), media, Json(&self)).into_response();
        if self.status == 401 {
            let challenge = HeaderValue::from_static("Bearer realm=\"noticast\"");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = self.retry_after {
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let status = match error {
            StoreError::Refused(
                Refusal::NoBulletin(_)
                | Refusal::NoChannel(_)
                | Refusal::NoSource(_)
                | Refusal::NoToken(_)
                | Refusal::NoDelivery(_),
            ) => StatusCode::NOT_FOUND,
            StoreError::Refused(Refusal::NotAllowed(_)) => StatusCode::FORBIDDEN,
            StoreError::Refused(Refusal::Invalid(_)) => StatusCode::BAD_REQUEST,
            StoreError::Refused(Refusal::Held(_) | Refusal::LeaseLost(_) | Refusal::Other(_)) => {
                StatusCode::CONFLICT
            }
            StoreError::Refused(Refusal::DiskLow(_) | Refusal::Away(_)) | StoreError::Failed(_) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
        };
        Self::new(status, error.to_string())
    }
}

impl From<ViewError> for Problem {
    fn from(error: ViewError) -> Self {
        match error {
            ViewError::Filter { .. } => Self::bad(error.to_string()),
            ViewError::Store(error) => error.into(),
        }
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self::bad(rejection.body_text())
    }
}

pub(super) async fn not_found() -> Problem {
    Problem::missing("there is nothing at this address")
}

/// Gives every answer its security headers and every error its shape, whoever made it.
pub(super) async fn dress(State(site): State<Shared>, request: Request, next: Next) -> Response {
    let wants_html = wants_html(request.headers()) && !request.uri().path().starts_with("/api/");
    let language = language::asked(request.headers(), site.config().language);
    let mut response = next.run(request).await;
    if response.status().is_client_error() || response.status().is_server_error() {
        let page = (wants_html && site.desk.pages)
            .then(|| error_page(&site, response.status(), language).ok())
            .flatten();
        response = dress_error(response, page);
    }
    secured(response)
}

/// With the headers that every answer wears.
pub(super) fn secured(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in SECURITY {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-cache"));
    response
}

/// Nothing but what we serve ourselves, no scripts within pages, no frames.
const SECURITY: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    // With `no-referrer` browsers would send the desk's forms as if they came from nowhere.
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

pub(super) fn wants_html(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT);
    accept.is_some_and(|accept| {
        accept
            .as_bytes()
            .windows(9)
            .any(|part| part == b"text/html")
    })
}

fn error_page(site: &Site, status: StatusCode, language: Language) -> Result<String, Problem> {
    templates::error(status, language, &root_of(&site.config()))
}

/// The path of the first page. From the top: nobody knows how deep the wrong address was.
pub(super) fn root_of(config: &Config) -> String {
    let public = config.web.public_url.as_ref().map_or("", |url| url.path());
    format!("{}/", public.trim_end_matches('/'))
}

/// Errors of the router itself (405, 413, …) have no problem yet; health answers keep theirs.
fn dress_error(response: Response, page: Option<String>) -> Response {
    if response.extensions().get::<KeepsShape>().is_some() {
        return response;
    }
    let status = response.status();
    let problem = response.extensions().get::<Problem>().cloned();
    let problem = problem.unwrap_or_else(|| Problem::new(status, plain_detail(status)));
    let mut dressed = match page {
        Some(page) => (status, Html(page)).into_response(),
        None => problem.into_response(),
    };
    for name in [header::ALLOW, header::WWW_AUTHENTICATE, header::RETRY_AFTER] {
        if let Some(value) = response.headers().get(&name) {
            dressed.headers_mut().insert(name, value.clone());
        }
    }
    dressed
}

fn plain_detail(status: StatusCode) -> &'static str {
    match status {
        StatusCode::METHOD_NOT_ALLOWED => {
            "this address does not take that method; see the Allow header"
        }
        StatusCode::PAYLOAD_TOO_LARGE => "the body is too large; 64 KiB are allowed",
        StatusCode::BAD_REQUEST => "the address cannot be read",
        _ => "this request cannot be answered",
    }
}

/// Marks an answer whose body is right as it is, though its status is an error.
#[derive(Debug, Clone, Copy)]
pub(super) struct KeepsShape;
