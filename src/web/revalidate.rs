//! Avoids sending pages that a browser already has.

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

/// The maximum length, in bytes, of a page; none of ours comes near it, except a bulletin with the longest text.
pub(super) const LONGEST: usize = 64 << 20;

/// Gives each page a tag computed from its content, and answers 304 if the browser has that page.
pub(super) async fn pages(request: Request, next: Next) -> Response {
    let asked = request.headers().clone();
    let response = next.run(request).await;
    if response.status() != StatusCode::OK || !is_page(response.headers()) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, LONGEST).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let tag = tag(&body);
    parts.headers.insert(
        header::VARY,
        HeaderValue::from_static("accept-language, authorization"),
    );
    let is_known = holds(&asked, &tag);
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        parts.headers.insert(header::ETAG, tag);
    }
    if is_known {
        parts.status = StatusCode::NOT_MODIFIED;
        parts.headers.remove(header::CONTENT_TYPE);
        return Response::from_parts(parts, Body::empty());
    }
    Response::from_parts(parts, Body::from(body))
}

/// Returns a tag, which is weak since the same page is sent in several encodings (RFC 9110, section 8.8.1).
pub(super) fn tag(content: &[u8]) -> String {
    format!("W/\"{}\"", &blake3::hash(content).to_hex()[..32])
}

/// Returns whether `If-None-Match` names a tag.
pub(super) fn holds(asked: &HeaderMap, tag: &str) -> bool {
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let tags = asked.get_all(header::IF_NONE_MATCH).iter();
    let mut tags = tags.filter_map(|value| value.to_str().ok());
    tags.any(|tags| {
        tags.split(',')
            .any(|known| known.trim() == "*" || bare(known) == bare(tag))
    })
}

fn is_page(headers: &HeaderMap) -> bool {
    let media = headers.get(header::CONTENT_TYPE);
    media.is_some_and(|media| media.as_bytes().starts_with(b"text/html"))
}
