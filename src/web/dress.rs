//! Finishes answers: every one has its security headers, and every error its shape.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};

use super::{
    language,
    problem::{KeepsShape, Problem},
    site::{Shared, Site},
    templates,
};
use crate::{bulletin::Language, config::Config};

/// Gives every answer its security headers and every error its shape, whichever part made it.
pub(super) async fn dress(State(site): State<Shared>, request: Request, next: Next) -> Response {
    let wants_html = wants_html(request.headers()) && !request.uri().path().starts_with("/api/");
    let language = language::asked(request.headers(), site.config().language);
    let mut response = next.run(request).await;
    if response.status().is_client_error() || response.status().is_server_error() {
        let page = (wants_html && site.desk.pages)
            .then(|| error_page(&site, &response, language).ok())
            .flatten();
        response = dress_error(response, page);
    }
    secured(response)
}

/// Adds the headers that every answer has.
pub(super) fn secured(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in SECURITY {
        // A resource that is shown within one of our pages has its own rules.
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-cache"));
    response
}

/// The security headers: only resources that we serve ourselves, no scripts within pages.
const SECURITY: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; frame-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    // With `no-referrer` browsers would send the desk's forms without an origin.
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

fn error_page(site: &Site, response: &Response, language: Language) -> Result<String, Problem> {
    let problem = response.extensions().get::<Problem>();
    let hint = problem.and_then(|problem| problem.for_readers(language));
    templates::error(response.status(), hint, language, &root_of(&site.config()))
}

/// Returns the path of the first page, which is absolute: the depth of the wrong address is unknown.
pub(super) fn root_of(config: &Config) -> String {
    let public = config.web.public_url.as_ref().map_or("", |url| url.path());
    format!("{}/", public.trim_end_matches('/'))
}

/// Shapes an error. Errors of the router itself (405, 413, …) have no problem yet; health answers keep theirs.
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
            "this address does not accept that method; see the Allow header"
        }
        StatusCode::PAYLOAD_TOO_LARGE => {
            "the body is too large; 64 KiB are allowed, and 256 KiB for the text of a bulletin"
        }
        StatusCode::BAD_REQUEST => "the address cannot be read",
        _ => "this request cannot be answered",
    }
}
