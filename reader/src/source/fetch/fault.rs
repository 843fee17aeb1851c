//! Explains what went wrong with a request in words for the operator. No header, proxy or query value is shown.

use std::{error::Error, io, iter, time::Duration};

use chrono::DateTime;
use reqwest::{Response, StatusCode};
use rustls::{AlertDescription, CertificateError, pki_types::UnixTime};
use url::Url;

use super::{
    client::Unanswered,
    clients::chain,
    connect::{NoTunnel, ProxySaid, TimedOut},
    error::{FetchError, FetchErrorKind},
};
use crate::source::{
    guard::{AddressRefusal, Unresolved},
    shown::Shown,
};

/// The advice for a proxy that got no password, or a wrong one.
const PROXY_LOGIN: &str = "it requires a user and password, or rejects those given; set `proxy` to http://USER:PASSWORD@HOST:PORT";

/// The way in which a server was to be reached.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way {
    pub(super) connect_within: Duration,
    /// True if a proxy may be used.
    pub(super) by_proxy: bool,
    /// True if the source has its own `ca`.
    pub(super) has_ca: bool,
}

impl FetchError {
    /// Returns the error for a request without an answer.
    pub(super) fn unanswered(url: &Url, error: &Unanswered, way: &Way) -> Self {
        let no_tunnel = causes(error).find_map(|cause| cause.downcast_ref::<NoTunnel>());
        if let Some(NoTunnel { status, said }) = no_tunnel {
            return Self::by_proxy(*status, said, url);
        }
        let refusal = causes(error).find_map(|cause| cause.downcast_ref::<AddressRefusal>());
        if let Some(refusal) = refusal {
            return Self::refused(url, refusal);
        }
        let is_late = error.is_connect() && causes(error).any(is_timeout);
        let kind = match is_late {
            true => FetchErrorKind::TimedOut,
            false => causes(error)
                .find_map(kind_of)
                .unwrap_or(FetchErrorKind::Failed),
        };
        let why = if is_late {
            format!("no connection within {:?}", way.connect_within)
        } else {
            causes(error)
                .find_map(|cause| known(cause, way.has_ca))
                .unwrap_or_else(|| chain(error))
        };
        let (kind, why) = match way.by_proxy && wants_password(&why) {
            true => (FetchErrorKind::Proxy, PROXY_LOGIN.to_owned()),
            false => (kind, why),
        };
        let through = match way.by_proxy && error.is_connect() {
            true => "on the way through its `proxy`: ",
            false => "",
        };
        Self::of(kind, format!("{}: {through}{why}", Shown(url)))
    }

    /// Returns the error for a proxy's own answer in place of the site's.
    pub(super) fn refused_by_proxy(response: &Response, url: &Url) -> Self {
        let headers = response.headers().iter();
        let headers =
            headers.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        Self::by_proxy(response.status(), &ProxySaid::in_headers(headers), url)
    }

    fn by_proxy(status: StatusCode, said: &ProxySaid, url: &Url) -> Self {
        let why = match status {
            StatusCode::PROXY_AUTHENTICATION_REQUIRED => proxy_login(said),
            _ => "it could not get the page from the site".to_owned(),
        };
        let said: String = said.cause.chars().take(80).collect();
        let said = match said.is_empty() {
            true => said,
            false => format!(" ({said})"),
        };
        let what = format!(
            "{}: the `proxy`, not the site, answered {status}{said}: {why}",
            Shown(url)
        );
        Self::of(FetchErrorKind::Proxy, what)
    }

    /// Returns the error for an answer that began and broke off.
    pub(super) fn broken(url: &Url, after: usize, error: reqwest::Error) -> Self {
        let error = error.without_url();
        // The HTTP client wraps the cause twice, each time in words that repeat it.
        let why = causes(&error)
            .last()
            .map_or_else(String::new, ToString::to_string);
        Self::failed(format!(
            "{}: the response ended unexpectedly after {after} bytes ({why})",
            Shown(url)
        ))
    }
}

/// Returns an error and its causes, including those that an I/O error wraps.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let cause = |error: &&'a (dyn Error + 'static)| {
        let error: &'a (dyn Error + 'static) = *error;
        let wrapped = error.downcast_ref().and_then(io::Error::get_ref);
        match wrapped {
            Some(inner) => Some(inner as &'a (dyn Error + 'static)),
            None => error.source(),
        }
    };
    iter::successors(Some(error), cause)
}

/// Returns advice for a proxy that requires authentication.
fn proxy_login(said: &ProxySaid) -> String {
    if said.schemes.is_empty() || said.offers_basic() {
        return PROXY_LOGIN.to_owned();
    }
    let offers: String = said.schemes.join(", ").chars().take(80).collect();
    format!(
        "it requires {offers} authentication, which noticast does not support; enable Basic authentication on the proxy, or exempt this machine from authentication"
    )
}

/// Returns whether a proxy rejected the request for lack of a user and password, in the HTTP client's words.
fn wants_password(why: &str) -> bool {
    [
        "does not support user/pass authentication",
        "credentials not accepted",
        "no acceptable auth",
    ]
    .iter()
    .any(|said| why.contains(said))
}

fn is_timeout(cause: &(dyn Error + 'static)) -> bool {
    let io = cause.downcast_ref::<io::Error>();
    cause.is::<TimedOut>() || io.is_some_and(|error| error.kind() == io::ErrorKind::TimedOut)
}

/// Returns the kind of error that a cause results in; `None` if the cause does not determine one.
fn kind_of(cause: &(dyn Error + 'static)) -> Option<FetchErrorKind> {
    let (no_host, not_safe) = (cause.is::<Unresolved>(), cause.is::<rustls::Error>());
    no_host
        .then_some(FetchErrorKind::NoHost)
        .or(not_safe.then_some(FetchErrorKind::NotSafe))
}

fn known(cause: &(dyn Error + 'static), has_ca: bool) -> Option<String> {
    if let Some(unresolved) = cause.downcast_ref::<Unresolved>() {
        return Some(unresolved.to_string());
    }
    if let Some(error) = cause.downcast_ref::<rustls::Error>() {
        return Some(tls(error, has_ca));
    }
    let why = match cause.downcast_ref::<io::Error>()?.kind() {
        io::ErrorKind::ConnectionRefused => "the server refuses connections",
        io::ErrorKind::ConnectionReset | io::ErrorKind::UnexpectedEof => {
            "the server closed the connection without an answer"
        }
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            "the server cannot be reached from here"
        }
        _ => return None,
    };
    Some(why.to_owned())
}

/// Returns whether a server presents the certificate of an authority as its own, as `openssl req -x509` makes them.
fn is_authority(error: &rustls::OtherError) -> bool {
    error.to_string().contains("CaUsedAsEndEntity")
}

fn tls(error: &rustls::Error, has_ca: bool) -> String {
    match error {
        rustls::Error::InvalidCertificate(why) => certificate(why, has_ca),
        rustls::Error::PeerIncompatible(_)
        | rustls::Error::AlertReceived(
            AlertDescription::ProtocolVersion | AlertDescription::HandshakeFailure,
        ) => format!(
            "the server supports no secure TLS version or cipher; it may be older than TLS 1.2 ({error}); use its http address, or a `proxy` that still supports it"
        ),
        rustls::Error::InvalidMessage(_) => {
            format!(
                "the server does not support TLS on this port ({error}); is it an http address?"
            )
        }
        _ => format!("TLS failed: {error}"),
    }
}

/// Explains what is wrong with a certificate and what helps; another authority is proposed only if that is what is
/// missing.
fn certificate(why: &CertificateError, has_ca: bool) -> String {
    const UNCHECKED: &str = "or set `verify = false` to accept it unchecked";
    let trust = match has_ca {
        true => "put the PEM of its authority into the file that `ca` names",
        false => "set `ca` to its authority's PEM file",
    };
    let day = |time: &UnixTime| {
        let time = i64::try_from(time.as_secs()).ok();
        let time = time.and_then(|time| DateTime::from_timestamp(time, 0));
        time.map_or_else(String::new, |time| format!(" on {}", time.date_naive()))
    };
    let (what, help) = match why {
        CertificateError::ExpiredContext { not_after, .. } => (
            format!("expired{}", day(not_after)),
            "ask the site to renew it, if the clock of this machine is right",
        ),
        CertificateError::NotValidYetContext { not_before, .. } => (
            format!("becomes valid{}", day(not_before)),
            "correct the clock of this machine",
        ),
        CertificateError::NotValidForNameContext {
            expected,
            presented,
        } => (
            format!(
                "is for another name ({}), not for {}",
                names(presented),
                expected.to_str()
            ),
            "use one of its names in `url`",
        ),
        CertificateError::UnknownIssuer => (
            "is from an unknown authority, or self-signed".to_owned(),
            trust,
        ),
        CertificateError::Other(other) if is_authority(other) => {
            ("is self-signed".to_owned(), trust)
        }
        _ => (format!("is not accepted ({why})"), trust),
    };
    format!("the server's certificate {what}; {help}, {UNCHECKED}")
}

/// Returns the first names that a certificate is for, without the kind that is written around each.
fn names(presented: &[String]) -> String {
    const SHOWN: usize = 5;
    let bare = |name: &String| {
        let inner = name.split_once('(').map_or(&**name, |(_, inner)| inner);
        inner.trim_matches(['"', ')']).chars().take(100).collect()
    };
    let names: Vec<String> = presented.iter().take(SHOWN).map(bare).collect();
    match presented.len() {
        0 => "no name".to_owned(),
        count if count > SHOWN => format!("{} and {} more", names.join(", "), count - SHOWN),
        _ => names.join(", "),
    }
}
