//! Checks every request first: it must be meant for us, and only trusted proxies may state for whom they ask.
//!
//! A stranger's page can lead a browser to us under its own name (DNS rebinding), and would be allowed to read the
//! answer: so only names are answered that lead here on purpose.

pub(super) mod warning_clock;

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{Request, State},
    http::{StatusCode, Uri, Version, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tracing::Instrument;
use url::{Host, Url};

use super::{
    clients::{Client, FORWARDED_FOR, FORWARDED_PROTO, asker, is_trusted},
    listen::Peer,
    problem::Problem,
    site::Shared,
    text::printable,
};
use crate::bulletin::WebSettings;

const MOST_HOST_CHARS: usize = 100;

/// Lets requests through that are meant for us, and tells handlers which client sent them.
pub(super) async fn pass(State(site): State<Shared>, mut request: Request, next: Next) -> Response {
    let config = site.config();
    let names = asked_names(&request);
    let is_old = request.version() < Version::HTTP_11;
    if names.is_empty() && !is_old {
        return Problem::bad("the `Host` header is missing").into_response();
    }
    let foreign = names
        .iter()
        .find(|name| !is_ours(name, site.address, &config.web));
    if let Some(name) = foreign {
        return not_ours(&site, name).into_response();
    }
    let peer = request.extensions().get::<Peer>();
    let peer = peer.map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.address);
    let proxies = &config.web.trusted_proxies;
    let client = Client::of(asker(peer, request.headers(), proxies));
    if !is_trusted(peer, proxies) {
        request.headers_mut().remove(FORWARDED_FOR);
        request.headers_mut().remove(FORWARDED_PROTO);
    }
    request.extensions_mut().insert(client);
    let (method, path) = (request.method(), request.uri().path());
    let span = tracing::info_span!("request", %method, path);
    next.run(request).instrument(span).await
}

/// Returns the name in the address, if the complete address was sent, and those of the headers.
fn asked_names(request: &Request) -> Vec<String> {
    let hosts = request.headers().get_all(header::HOST).iter();
    let hosts = hosts.map(|host| String::from_utf8_lossy(host.as_bytes()).into_owned());
    let of_address = request.uri().authority().map(ToString::to_string);
    of_address.into_iter().chain(hosts).collect()
}

/// Returns whether a name leads here on purpose: loopback, the address where we listen, `public_url`, and those of
/// `hosts`. Ports do not count: they may be forwarded.
fn is_ours(name: &str, listen: SocketAddr, web: &WebSettings) -> bool {
    let Some(host) = host(name) else {
        return false;
    };
    let public = web.public_url.as_ref().and_then(Url::host);
    if public.is_some_and(|public| plain(public.to_owned()) == host) || web.hosts.contains(&host) {
        return true;
    }
    // An IP address is not a name that a stranger could point here.
    let is_listened_on =
        |ip: IpAddr| ip.is_loopback() || listen.ip().is_unspecified() || listen.ip() == ip;
    match host {
        Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(ip) => is_listened_on(ip.into()),
        Host::Ipv6(ip) => is_listened_on(IpAddr::from(ip).to_canonical()),
    }
}

fn host(name: &str) -> Option<Host> {
    let uri: Uri = format!("http://{name}/").parse().ok()?;
    let is_bare = uri.authority()?.as_str() == name && !name.contains('@');
    let url = Url::parse(&uri.to_string()).ok().filter(|_| is_bare)?;
    url.host().map(|host| plain(host.to_owned()))
}

/// Returns the host without the dot that a full name may end with.
fn plain(host: Host) -> Host {
    match host {
        Host::Domain(name) => Host::Domain(name.trim_end_matches('.').to_owned()),
        host => host,
    }
}

fn not_ours(site: &Shared, name: &str) -> Problem {
    let name: String = printable(name).chars().take(MOST_HOST_CHARS).collect();
    let detail = format!(
        "this is not the site `{name}`; if it is meant to be, set `public_url` or `hosts` of `[web]` in \
         the config"
    );
    if site.misled.is_due() {
        tracing::warn!("a request was rejected: {detail}");
    }
    Problem::new(StatusCode::MISDIRECTED_REQUEST, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(listen: &str, name: &str) -> bool {
        let web = WebSettings {
            public_url: Some("https://News.example.org/board/".parse().unwrap()),
            hosts: vec![
                Host::parse("intranet").unwrap(),
                Host::parse("10.1.2.3").unwrap(),
            ],
            ..WebSettings::default()
        };
        is_ours(name, listen.parse().unwrap(), &web)
    }

    #[test]
    fn names_that_lead_here_on_purpose_are_ours() {
        for name in [
            "127.0.0.1",
            "127.0.0.1:8787",
            "127.8.9.1",
            "localhost",
            "LocalHost.:1",
            "news.localhost",
            "[::1]:8787",
            "[::ffff:127.0.0.1]",
            "news.example.org",
            "NEWS.example.org.:443",
            "intranet:80",
            "10.1.2.3",
        ] {
            assert!(ours("127.0.0.1:8787", name), "{name}");
        }
    }

    #[test]
    fn other_names_are_not() {
        for name in [
            "",
            "evil.example",
            "evil.example:8787",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "xlocalhost",
            "news.example.org.evil.example",
            "evil.example@127.0.0.1",
            "127.0.0.1@evil.example",
            "127.0.0.1/",
            "127.0.0.1 evil.example",
            "127.0.0.1:x",
            "192.0.2.1",
            "[2001:db8::1]",
            "0.0.0.0",
        ] {
            assert!(!ours("127.0.0.1:8787", name), "{name}");
        }
    }

    #[test]
    fn where_every_address_is_listened_on_every_address_is_ours() {
        assert!(ours("192.0.2.1:80", "192.0.2.1"));
        assert!(!ours("192.0.2.1:80", "192.0.2.2"));
        for listen in ["0.0.0.0:80", "[::]:80"] {
            assert!(ours(listen, "192.0.2.2:8080"));
            assert!(ours(listen, "[2001:db8::1]"));
            assert!(!ours(listen, "evil.example"));
        }
    }
}
