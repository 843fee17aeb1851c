//! Builds the headers of one exchange and reads its answer.

use std::time::{Duration, Instant};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::{Bytes, BytesMut};
use chrono::{DateTime, Utc};
use reqwest::{
    Response, StatusCode,
    header::{
        ACCEPT, AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, DATE, ETAG,
        HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED,
        LOCATION, REFRESH, RETRY_AFTER, WWW_AUTHENTICATE,
    },
};
use url::Url;

use super::{
    error::{FetchError, FetchErrorKind},
    fetched::FetchedPage,
    hosts::{Host, Pause},
    journey::Journey,
    limit::Limit,
    request::Wants,
    unpack::{self, Packed},
};
use crate::{
    bulletin::{Login, Validators},
    source::{onward, shown::Shown},
};

/// The longest pause that a server may request.
const MAX_PAUSE: Duration = Duration::from_secs(24 * 60 * 60);

/// The longest validator that is kept.
const MAX_VALIDATOR: usize = 1024;

/// One answer, before redirects are followed.
#[expect(clippy::large_enum_variant, reason = "as `Fetched`, which it becomes")]
pub(super) enum ServerAnswer {
    NotModified(Validators),
    Redirect { to: Url, permanent: bool },
    Page(FetchedPage),
}

/// Returns the `Accept` header for a server that has several forms of a page, in order of preference.
fn accepted(wants: Wants) -> Option<&'static str> {
    match wants {
        Wants::Page | Wants::Rendered => None,
        Wants::Feed => Some(
            "application/atom+xml,application/rss+xml,application/feed+json,application/xml;q=0.9,text/xml;q=0.9,application/json;q=0.8,text/html;q=0.5,*/*;q=0.4",
        ),
        Wants::Json => Some("application/json,text/json;q=0.9,*/*;q=0.5"),
    }
}

/// Returns the validators, the cookies of this chain, and, where the origin is the source's own, its headers and its
/// user and password.
pub(super) fn headers(journey: &Journey<'_>) -> Result<HeaderMap, FetchError> {
    let (request, url) = (journey.request, &journey.url);
    let mut headers = HeaderMap::new();
    if let Some(accept) = accepted(request.wants) {
        headers.insert(ACCEPT, HeaderValue::from_static(accept));
    }
    if let Some(login) = journey.login_for(url) {
        headers.insert(AUTHORIZATION, basic(login)?);
    }
    if request.via.origin_or(&request.url) == url.origin() {
        for (name, value) in &request.via.headers {
            let unusable = |_| FetchError::failed(format!("the header `{name}` cannot be sent"));
            let name: HeaderName = name.parse().map_err(|_| unusable(()))?;
            let value: HeaderValue = value.parse().map_err(|_| unusable(()))?;
            headers.insert(name, value);
        }
    }
    add_cookies(&mut headers, &journey.cookies.header_for(url));
    let validators = &request.validators;
    for (name, value) in [
        (IF_NONE_MATCH, &validators.etag),
        (IF_MODIFIED_SINCE, &validators.last_modified),
    ] {
        if let Some(value) = value
            .as_deref()
            .and_then(|value| HeaderValue::from_str(value).ok())
        {
            headers.insert(name, value);
        }
    }
    Ok(headers)
}

fn basic(login: &Login) -> Result<HeaderValue, FetchError> {
    let pair = format!("{}:{}", login.user.reveal(), login.password.reveal());
    let value = HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(pair)));
    let mut value = value.map_err(|error| FetchError::failed(error.to_string()))?;
    value.set_sensitive(true);
    Ok(value)
}

/// Adds the cookies that were set to those in the source's own headers.
fn add_cookies(headers: &mut HeaderMap, set: &str) {
    let own = headers.get(COOKIE).and_then(|own| own.to_str().ok());
    let both = [own.unwrap_or_default(), set];
    let both: Vec<&str> = both.into_iter().filter(|part| !part.is_empty()).collect();
    if let Ok(value) = HeaderValue::from_str(&both.join("; "))
        && !both.is_empty()
    {
        headers.insert(COOKIE, value);
    }
}

pub(super) fn redirect(response: &Response, url: &Url) -> Result<ServerAnswer, FetchError> {
    let status = response.status();
    let to = response
        .headers()
        .get(LOCATION)
        .map(|location| String::from_utf8_lossy(location.as_bytes()))
        .and_then(|location| url.join(location.trim()).ok());
    let Some(mut to) = to else {
        let what = format!("{}: answered {status} without saying where to", Shown(url));
        return Err(FetchError::of(
            FetchErrorKind::Status(status.as_u16()),
            what,
        ));
    };
    to.set_fragment(None);
    Ok(ServerAnswer::Redirect {
        to,
        permanent: matches!(
            status,
            StatusCode::MOVED_PERMANENTLY | StatusCode::PERMANENT_REDIRECT
        ),
    })
}

pub(super) async fn page(
    response: Response,
    url: &Url,
    limit: Limit,
    patience: Duration,
) -> Result<FetchedPage, FetchError> {
    let text = |name| header(response.headers(), name);
    let refresh = response.headers().get(REFRESH);
    let refresh = refresh.map(|it| String::from_utf8_lossy(it.as_bytes()).into_owned());
    let mut page = FetchedPage {
        url: url.clone(),
        content_type: text(CONTENT_TYPE),
        validators: validators(response.headers()),
        size: text(CONTENT_LENGTH).and_then(|size| size.parse().ok()),
        moved_to: None,
        leads_to: None,
        body: body(response, url, limit, patience).await?,
    };
    // A file is taken as it is.
    if matches!(limit, Limit::Page(_)) {
        page.leads_to = onward::target(&page.body, refresh.as_deref(), url);
    }
    Ok(page)
}

/// Returns the validators of an answer. A Last-Modified later than the answer itself is not used (RFC 9110, section
/// 8.8.2.1).
pub(super) fn validators(headers: &HeaderMap) -> Validators {
    let time = |text: &String| DateTime::parse_from_rfc2822(text).ok();
    let date = header(headers, DATE).as_ref().and_then(time);
    let date = date.map_or_else(Utc::now, |date| date.to_utc());
    let is_past = |text: &String| time(text).is_none_or(|time| time.to_utc() <= date);
    Validators {
        etag: header(headers, ETAG),
        last_modified: header(headers, LAST_MODIFIED).filter(is_past),
    }
}

fn header(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    (value.len() <= MAX_VALIDATOR).then(|| value.to_owned())
}

/// Reads the body and decompresses it; the limit counts decompressed bytes.
async fn body(
    response: Response,
    url: &Url,
    limit: Limit,
    patience: Duration,
) -> Result<Bytes, FetchError> {
    let (Limit::Page(most) | Limit::File(most) | Limit::Cut(most)) = limit else {
        return Ok(Bytes::new());
    };
    let labels = response.headers().get_all(CONTENT_ENCODING).iter();
    let labels: Vec<&str> = labels.filter_map(|label| label.to_str().ok()).collect();
    let labels = labels.join(", ");
    let body = received(response, url, limit, most, patience).await?;
    let most_bytes = usize::try_from(most).unwrap_or(usize::MAX);
    let unpacked = match limit {
        Limit::Page(_) => unpack::page(&labels, &body, most_bytes),
        _ => unpack::labelled(&labels, &body, most_bytes),
    };
    match unpacked {
        None => Ok(body),
        Some(Ok(body)) => Ok(body),
        Some(Err(Packed::TooLarge)) => Err(too_large(url, most)),
        Some(Err(Packed::Broken(why))) => Err(FetchError::failed(format!("{}: {why}", Shown(url)))),
    }
}

/// Reads the body as the HTTP client delivers it; `patience` is for each of its parts.
async fn received(
    mut response: Response,
    url: &Url,
    limit: Limit,
    most: u64,
    patience: Duration,
) -> Result<Bytes, FetchError> {
    let is_cut = matches!(limit, Limit::Cut(_));
    let announced = response.content_length().unwrap_or_default();
    if !is_cut && announced > most {
        return Err(too_large(url, most));
    }
    let room = usize::try_from(most).unwrap_or(usize::MAX);
    let mut body = BytesMut::new();
    loop {
        let chunk = tokio::time::timeout(patience, response.chunk()).await;
        let chunk = chunk.map_err(|_| FetchError::timed_out(url, patience, "reading the body"))?;
        let Some(chunk) = chunk.map_err(|error| FetchError::broken(url, body.len(), error))? else {
            return Ok(body.freeze());
        };
        if body.len() + chunk.len() <= room {
            body.extend_from_slice(&chunk);
            continue;
        }
        if !is_cut {
            return Err(too_large(url, most));
        }
        body.extend_from_slice(&chunk[..room - body.len()]);
        return Ok(body.freeze());
    }
}

fn too_large(url: &Url, most: u64) -> FetchError {
    let what = format!(
        "{}: larger than {most} bytes, the limit of `max_body` in [fetch]",
        Shown(url)
    );
    FetchError::of(FetchErrorKind::TooLarge, what)
}

/// Returns the error for a status without a page; a pause in the answer applies to the whole host.
pub(super) fn answered(
    response: &Response,
    status: StatusCode,
    journey: &Journey<'_>,
    host: &Host,
) -> FetchError {
    let url = &journey.url;
    let pauses = matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    );
    let retry_after = response
        .headers()
        .get(RETRY_AFTER)
        .filter(|_| pauses)
        .and_then(|value| pause(value.to_str().ok()?, Utc::now()));
    let mut what = format!("{}: answered {status}", Shown(url));
    if let Some(pause) = retry_after {
        what = format!("{what} and asks to wait {}s", pause.as_secs());
        host.ask_pause(Pause {
            until: Instant::now() + pause,
            status: status.as_u16(),
        });
    }
    if let Some(advice) = refusal(response, status, journey) {
        what = format!("{what}; {advice}");
    }
    FetchError {
        what,
        kind: FetchErrorKind::Status(status.as_u16()),
        retry_after,
    }
}

/// Returns advice for a site that requires authentication.
fn refusal(response: &Response, status: StatusCode, journey: &Journey<'_>) -> Option<String> {
    let is_refused = matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
    let own = journey.own_origin().filter(|_| is_refused);
    if let Some(own) = own.filter(|own| *own != journey.url.origin()) {
        let own = own.ascii_serialization();
        return Some(format!(
            "`headers`, user and password of the source are sent only to {own}; if this address is right, set `url` to it"
        ));
    }
    let schemes = response.headers().get_all(WWW_AUTHENTICATE).iter();
    let schemes = schemes.filter_map(|scheme| scheme.to_str().ok());
    let named = |scheme: &str| scheme.split(' ').next().unwrap_or_default().to_owned();
    let schemes: Vec<String> = schemes.map(named).collect();
    let is_basic = |scheme: &String| scheme.eq_ignore_ascii_case("basic");
    match schemes.first() {
        Some(scheme) if !schemes.iter().any(is_basic) => Some(format!(
            "it requires {scheme} authentication, which noticast does not support; ask the site for Basic authentication, or for a token to put in `headers`"
        )),
        Some(_) if journey.login_for(&journey.url).is_none() => Some(
            "it requires a user and password; set `url` to https://USER:PASSWORD@HOST/…".to_owned(),
        ),
        Some(_) => Some("the user or password in `url` is wrong".to_owned()),
        None => None,
    }
}

pub(super) fn paused(url: &Url, pause: Pause, now: Instant) -> FetchError {
    let left = pause.until.duration_since(now);
    FetchError {
        what: format!(
            "{}: the host answered {} and asked to wait; {}s are left",
            Shown(url),
            pause.status,
            left.as_secs() + 1
        ),
        kind: FetchErrorKind::Status(pause.status),
        retry_after: Some(left),
    }
}

/// Parses a Retry-After: seconds, or an HTTP date (RFC 9110, section 10.2.3); 1 s to [`MAX_PAUSE`].
fn pause(value: &str, now: DateTime<Utc>) -> Option<Duration> {
    let value = value.trim();
    let pause = match value.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let until = DateTime::parse_from_rfc2822(value).ok()?;
            until
                .signed_duration_since(now)
                .to_std()
                .unwrap_or_default()
        }
    };
    Some(pause.clamp(Duration::from_secs(1), MAX_PAUSE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_seconds_or_a_date_and_at_most_a_day() {
        let now = "2022-11-20T08:00:00Z".parse().unwrap();
        let seconds = |value| pause(value, now).map(|pause| pause.as_secs());
        assert_eq!(seconds("120"), Some(120));
        assert_eq!(seconds("0"), Some(1));
        assert_eq!(seconds("999999"), Some(86_400));
        assert_eq!(seconds("Sun, 20 Nov 2022 08:05:00 GMT"), Some(300));
        assert_eq!(seconds("Sun, 20 Nov 2022 07:00:00 GMT"), Some(1));
        assert_eq!(seconds("soon"), None);
        assert_eq!(seconds("-5"), None);
    }

    #[test]
    fn what_is_shown_of_an_address_keeps_its_secrets() {
        let url = Url::parse("http://me:word@a.example:81/p?token=t#f").unwrap();
        assert_eq!(Shown(&url).to_string(), "http://a.example:81/p?…");
    }
}
