//! Decides which addresses may be reached (promise 10), after name resolution and on each redirect.
//!
//! Names are judged in [`Guarded`], by the addresses that the connection then uses: a name that resolves differently a
//! moment later gains nothing. Addresses written into a URL never reach a resolver, so [`Guard::admit`] judges them
//! before each request. This module knows nothing of pages.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    task::{Context, Poll},
    vec,
};

use futures::{FutureExt, future::BoxFuture};
use hyper_util::client::legacy::connect::dns::Name;
use tower::Service;
use url::{Host, Url};

use crate::bulletin::AllowPrivate;

pub(super) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The hosts and networks that may be reached beyond the public internet.
#[derive(Debug)]
pub(crate) struct Guard {
    allowed: AllowPrivate,
    /// The hosts that were typed on the command line, in lower case.
    typed: Vec<String>,
}

/// An address that must not be reached; `Display` names the setting that would allow it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AddressRefusal {
    Scheme(String),
    Private { host: String, address: IpAddr },
}

impl fmt::Display for AddressRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scheme(scheme) => write!(f, "`{scheme}:` is not fetched; only http and https"),
            Self::Private { host, address } => {
                let prefix = if address.is_ipv4() { 32 } else { 128 };
                let own = host.trim_matches(['[', ']']);
                if own.parse() == Ok(*address) {
                    write!(f, "{own} is not a public address")?;
                } else {
                    write!(f, "{host} is at {address}, which is not a public address")?;
                }
                write!(
                    f,
                    "; to allow it, add `allow_private = [\"{address}/{prefix}\"]` to [fetch]"
                )
            }
        }
    }
}

impl std::error::Error for AddressRefusal {}

impl Guard {
    pub(crate) fn new(allowed: AllowPrivate, typed: &[String]) -> Self {
        Self {
            allowed,
            typed: typed.iter().map(|host| plain(host)).collect(),
        }
    }

    /// Judges a URL without resolving it: its scheme, and its host if that is an IP address.
    pub(crate) fn admit(&self, url: &Url) -> Result<(), AddressRefusal> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(AddressRefusal::Scheme(url.scheme().to_owned()));
        }
        let address = match url.host() {
            Some(Host::Ipv4(address)) => IpAddr::V4(address),
            Some(Host::Ipv6(address)) => IpAddr::V6(address),
            _ => return Ok(()),
        };
        let host = url.host_str().unwrap_or_default();
        if self.may_reach(host, address) {
            return Ok(());
        }
        Err(AddressRefusal::Private {
            host: host.to_owned(),
            address,
        })
    }

    fn may_reach(&self, host: &str, address: IpAddr) -> bool {
        is_public(address) || self.is_allowed(address) || self.typed.contains(&plain(host))
    }

    fn is_allowed(&self, address: IpAddr) -> bool {
        match &self.allowed {
            AllowPrivate::No => false,
            AllowPrivate::Yes => true,
            AllowPrivate::Ranges(ranges) => ranges.iter().any(|range| {
                range.contains(address)
                    || inner_v4(address).is_some_and(|v4| range.contains(IpAddr::V4(v4)))
            }),
        }
    }
}

/// Returns a host in lower case, without brackets and trailing dot.
fn plain(host: &str) -> String {
    host.trim_matches(['[', ']'])
        .trim_end_matches('.')
        .to_ascii_lowercase()
}

/// Resolves names to the addresses that may be reached.
#[derive(Debug, Clone)]
pub(crate) struct Guarded {
    pub(crate) guard: Arc<Guard>,
    /// The proxies of the config and the environment, which are trusted.
    pub(crate) trusted: Vec<String>,
}

/// A name that has no address.
#[derive(Debug, thiserror::Error)]
#[error("the name {host} does not resolve ({cause})")]
pub(crate) struct Unresolved {
    host: String,
    cause: String,
}

impl Service<Name> for Guarded {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Self::Response, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let this = self.clone();
        async move { Ok(this.resolve(name.as_str()).await?.into_iter()) }.boxed()
    }
}

impl Guarded {
    /// Resolves a name to those of its addresses that may be reached.
    pub(crate) async fn resolve(&self, host: &str) -> Result<Vec<SocketAddr>, BoxError> {
        let found = tokio::net::lookup_host((host, 0))
            .await
            .map_err(|error| Unresolved {
                host: host.to_owned(),
                cause: error.to_string(),
            })?;
        self.reachable(host, found.collect())
    }

    fn reachable(&self, host: &str, found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, BoxError> {
        if self.trusted.contains(&plain(host)) {
            return Ok(found);
        }
        let Some(first) = found.first().map(SocketAddr::ip) else {
            return Err(Box::new(Unresolved {
                host: host.to_owned(),
                cause: "it has no address".to_owned(),
            }));
        };
        let may_reach = |at: &SocketAddr| self.guard.may_reach(host, at.ip());
        let reachable: Vec<_> = found.into_iter().filter(may_reach).collect();
        if reachable.is_empty() {
            return Err(Box::new(AddressRefusal::Private {
                host: host.to_owned(),
                address: first,
            }));
        }
        Ok(reachable)
    }
}

/// Returns whether an address belongs to the public internet (IANA's special-purpose registries). An IPv6
/// address that leads to an IPv4 one is judged by that.
fn is_public(address: IpAddr) -> bool {
    match (address, inner_v4(address)) {
        (_, Some(v4)) => is_public_v4(v4),
        (IpAddr::V6(v6), None) => is_public_v6(v6),
        (IpAddr::V4(v4), None) => is_public_v4(v4),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let special = match address.octets() {
        [0 | 127, ..] => true,                         // this network, loopback
        [100, b, ..] if b & 0b1100_0000 == 64 => true, // shared by carriers (RFC 6598)
        [192, 0, 0, _] | [192, 88, 99, _] => true,     // protocol assignments, 6to4 relays
        [198, 18 | 19, ..] => true,                    // benchmarking
        [240..=255, ..] => true,                       // reserved, broadcast
        _ => false,
    };
    !(special
        || address.is_private()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation())
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        [0x2001, 0..=0x01FF, ..] => false, // Teredo, benchmarking, ORCHID: protocol assignments
        [0x2001, 0x0DB8, ..] => false,     // documentation
        [0x3FFF, second, ..] => second > 0x0FFF, // documentation (RFC 9637)
        [first, ..] => first & 0xE000 == 0x2000, // the range assigned as global unicast
    }
}

/// Returns the IPv4 address that an IPv6 one leads to: mapped, compatible, NAT64 (RFC 6052), 6to4.
fn inner_v4(address: IpAddr) -> Option<Ipv4Addr> {
    let IpAddr::V6(v6) = address else {
        return None;
    };
    let v4 = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match v6.segments() {
        [0, 0, 0, 0, 0, 0xFFFF, high, low] => Some(v4(high, low)),
        [0, 0, 0, 0, 0, 0, high, low] if high != 0 => Some(v4(high, low)),
        [0x64, 0xFF9B, 0, 0, 0, 0, high, low] => Some(v4(high, low)),
        [0x2002, high, low, ..] => Some(v4(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(allowed: AllowPrivate, typed: &[&str]) -> Guard {
        let typed: Vec<_> = typed.iter().map(|host| (*host).to_owned()).collect();
        Guard::new(allowed, &typed)
    }

    fn admits(guard: &Guard, url: &str) -> bool {
        guard.admit(&Url::parse(url).unwrap()).is_ok()
    }

    #[test]
    fn no_spelling_of_a_private_address_is_reached() {
        let guard = guard(AllowPrivate::No, &[]);
        for host in [
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
            "0.0.0.0",
            "10.0.0.5",
            "172.16.3.4",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "192.0.2.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "240.0.0.1",
            "[::1]",
            "[::]",
            "[::ffff:10.0.0.1]",
            "[::127.0.0.1]",
            "[64:ff9b::7f00:1]",
            "[64:ff9b:1::1]",
            "[2002:7f00:1::]",
            "[2001:0:1::1]",
            "[2001:db8::1]",
            "[3fff::1]",
            "[fc00::1]",
            "[fd12::1]",
            "[fe80::1]",
            "[fec0::1]",
            "[ff02::1]",
            "[100::1]",
        ] {
            assert!(!admits(&guard, &format!("http://{host}/")), "{host}");
        }
    }

    #[test]
    fn public_addresses_and_names_pass() {
        let guard = guard(AllowPrivate::No, &[]);
        for host in [
            "1.1.1.1",
            "100.128.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "example.com",
            "[2606:4700::1]",
            "[2400:3200::1]",
            "[64:ff9b::101:101]",
            "[::ffff:1.1.1.1]",
        ] {
            assert!(admits(&guard, &format!("https://{host}/")), "{host}");
        }
    }

    #[test]
    fn other_schemes_are_refused() {
        let guard = guard(AllowPrivate::Yes, &[]);
        assert!(!admits(&guard, "file:///etc/passwd"));
        assert!(!admits(&guard, "ftp://1.1.1.1/"));
        assert!(admits(&guard, "http://10.0.0.1/"));
    }

    #[test]
    fn ranges_open_what_they_hold_and_nothing_else() {
        let ranges = vec![
            "127.64.0.0/10".parse().unwrap(),
            "fd00::/8".parse().unwrap(),
        ];
        let guard = guard(AllowPrivate::Ranges(ranges), &[]);
        assert!(admits(&guard, "http://127.64.0.7/"));
        assert!(admits(&guard, "http://[::ffff:127.64.0.7]/"));
        assert!(admits(&guard, "http://[fd00::7]/"));
        assert!(!admits(&guard, "http://127.0.0.1/"));
    }

    #[test]
    fn a_typed_host_may_be_private_and_no_other() {
        let guard = guard(AllowPrivate::No, &["[::1]", "Intranet."]);
        assert!(admits(&guard, "http://[::1]:8080/"));
        assert!(!admits(&guard, "http://127.0.0.1/"));
        assert!(guard.may_reach("intranet", "10.0.0.1".parse().unwrap()));
        assert!(!guard.may_reach("intranet.evil.example", "10.0.0.1".parse().unwrap()));
    }

    #[test]
    fn a_name_is_judged_by_its_addresses() {
        let guarded = Guarded {
            guard: Arc::new(guard(AllowPrivate::No, &[])),
            trusted: vec!["proxy.lan".to_owned()],
        };
        let addresses = |list: &[&str]| list.iter().map(|at| at.parse().unwrap()).collect();
        let mixed = guarded.reachable("a.example", addresses(&["10.0.0.1:0", "1.1.1.1:0"]));
        assert_eq!(mixed.unwrap(), addresses(&["1.1.1.1:0"]));
        let refused = guarded
            .reachable("a.example", addresses(&["10.0.0.1:0"]))
            .unwrap_err();
        assert_eq!(
            refused.to_string(),
            "a.example is at 10.0.0.1, which is not a public address; \
             to allow it, add `allow_private = [\"10.0.0.1/32\"]` to [fetch]"
        );
        assert!(
            guarded
                .reachable("proxy.lan", addresses(&["10.0.0.1:0"]))
                .is_ok()
        );
    }
}
