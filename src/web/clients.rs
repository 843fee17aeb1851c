//! Identifies the client of a request: the peer itself, or the client for which a trusted proxy speaks.

use std::{
    fmt,
    net::{IpAddr, Ipv6Addr, SocketAddr},
};

use axum::http::{HeaderMap, HeaderName, header};
use url::Url;

use crate::{bulletin::AddressRange, config::Config};

pub(super) const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
pub(super) const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The unit by which limits are counted: an IPv4 address, or an IPv6 network of 64 bits, which one household has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Client(IpAddr);

impl Client {
    pub(super) fn of(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(address) => {
                let network = address.to_bits() >> 64 << 64;
                Ipv6Addr::from_bits(network).into()
            }
            address => address,
        })
    }
}

impl fmt::Display for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(address) => address.fmt(f),
            IpAddr::V6(network) => write!(f, "{network}/64"),
        }
    }
}

pub(super) fn is_trusted(address: IpAddr, proxies: &[AddressRange]) -> bool {
    proxies.iter().any(|proxy| proxy.contains(address))
}

/// Returns the first address, from our side, that is not one of our proxies. The client itself may have made up any
/// address before it in the header.
pub(super) fn asker(peer: IpAddr, headers: &HeaderMap, proxies: &[AddressRange]) -> IpAddr {
    let lines = headers.get_all(FORWARDED_FOR).iter();
    let lines: Vec<&str> = lines
        .map(|line| line.to_str().unwrap_or_default())
        .collect();
    let mut hops = lines.iter().rev().flat_map(|line| line.rsplit(','));
    let mut asker = peer;
    while is_trusted(asker, proxies) {
        match hops.next().and_then(address) {
            Some(hop) => asker = hop,
            None => break,
        }
    }
    asker
}

/// Parses the forms that proxies write: `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]` and
/// `[2001:db8::1]:4711`.
fn address(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let bare = hop
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(hop);
    let address = bare.parse::<IpAddr>().ok();
    let address = address.or_else(|| hop.parse::<SocketAddr>().ok().map(|it| it.ip()));
    address.map(|address| address.to_canonical())
}

/// Returns whether the request reached a trusted proxy by https. The gate removes the header from all others.
pub(super) fn is_secure(headers: &HeaderMap) -> bool {
    let last = headers.get_all(FORWARDED_PROTO).iter().next_back();
    let last = last.and_then(|value| value.to_str().ok()?.rsplit(',').next());
    last.is_some_and(|scheme| scheme.trim().eq_ignore_ascii_case("https"))
}

/// Returns whether the request came through a trusted proxy.
pub(super) fn is_forwarded(headers: &HeaderMap) -> bool {
    headers.contains_key(FORWARDED_PROTO) || headers.contains_key(FORWARDED_FOR)
}

/// Returns the address to which a request was sent, by its `Host`.
pub(super) fn asked_url(headers: &HeaderMap) -> Option<Url> {
    let host = headers.get(header::HOST)?.to_str().ok()?;
    Url::parse(&format!("http://{host}")).ok()
}

/// Returns the client whose connections are counted if `address` opens one. Behind a proxy there are many clients, and
/// on this machine there are the operators.
pub(super) fn counted(config: &Config, address: IpAddr) -> Option<Client> {
    let is_shared = address.is_loopback() || is_trusted(address, &config.web.trusted_proxies);
    (!is_shared).then(|| Client::of(address))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn asked(peer: &str, forwarded: &[&'static str], proxies: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append(FORWARDED_FOR, HeaderValue::from_static(line));
        }
        let proxies: Vec<AddressRange> = proxies.iter().map(|net| net.parse().unwrap()).collect();
        asker(peer.parse().unwrap(), &headers, &proxies).to_string()
    }

    #[test]
    fn a_stranger_cannot_say_who_it_is() {
        let said = ["198.51.100.9"];
        assert_eq!(asked("192.0.2.1", &said, &[]), "192.0.2.1");
        assert_eq!(asked("192.0.2.1", &said, &["10.0.0.0/8"]), "192.0.2.1");
    }

    #[test]
    fn a_trusted_proxy_says_who_asks() {
        let proxies = ["10.0.0.0/8", "::1/128"];
        let asked = |forwarded: &[&'static str]| asked("10.0.0.1", forwarded, &proxies);
        assert_eq!(asked(&["192.0.2.7"]), "192.0.2.7");
        // The part that the client itself sent is on the left.
        assert_eq!(asked(&["203.0.113.5, 192.0.2.7, 10.0.0.2"]), "192.0.2.7");
        assert_eq!(asked(&["203.0.113.5", "192.0.2.7"]), "192.0.2.7");
        assert_eq!(asked(&["192.0.2.7:4711"]), "192.0.2.7");
        assert_eq!(asked(&["[2001:db8::7]:4711"]), "2001:db8::7");
        assert_eq!(asked(&["::ffff:192.0.2.7"]), "192.0.2.7");
        for nothing in ["", "unknown", "_hidden", "192.0.2.7, unknown"] {
            assert_eq!(asked(&[nothing]), "10.0.0.1", "{nothing}");
        }
    }

    #[test]
    fn neighbours_of_one_network_are_one_client() {
        let client = |text: &str| Client::of(text.parse().unwrap());
        assert_eq!(client("2001:db8::1"), client("2001:db8::ffff:2"));
        assert_ne!(client("2001:db8::1"), client("2001:db8:0:1::1"));
        assert_ne!(client("192.0.2.1"), client("192.0.2.2"));
        assert_eq!(client("::ffff:192.0.2.1"), client("192.0.2.1"));
        assert_eq!(client("2001:db8::1").to_string(), "2001:db8::/64");
    }
}
