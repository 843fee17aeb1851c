//! Decides when two rows are the same bulletin.
//!
//! An address is an identity once everything that does not make it another bulletin is removed: [`canonical_url`]. The
//! value of a fragment depends on the page, so it is stored separately; the store judges it (`store/judge.rs`).

use serde::{Deserialize, Serialize};
use url::Url;

use super::{moment::Moment, retitled::plain_title};

/// The durable identity of something seen at a source: 128 bits of BLAKE3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SeenKey(pub [u8; 16]);

impl SeenKey {
    /// Returns the key of an address from [`canonical_url`].
    #[must_use]
    pub fn address(canonical: &str) -> Self {
        Self::of("url", canonical)
    }

    /// Returns the key of a feed entry's own identity.
    #[must_use]
    pub fn guid(guid: &str) -> Self {
        Self::of("guid", guid.trim())
    }

    /// Returns the key of a title on a day; the parts that [`plain_title`] leaves out do not count.
    #[must_use]
    pub fn titled(title: &str, published: Option<&Moment>) -> Self {
        let day = published.map(|at| at.day().to_string()).unwrap_or_default();
        Self::of("title", &format!("{day}\n{}", plain_title(title)))
    }

    /// Returns the key of a title on a day at one address that others share.
    #[must_use]
    pub fn titled_at(address: Self, titled: Self) -> Self {
        Self::of("titled at", &format!("{:x?}{:x?}", address.0, titled.0))
    }

    fn of(kind: &str, text: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(kind.as_bytes());
        hasher.update(b"\n");
        hasher.update(text.as_bytes());
        let mut key = [0; 16];
        hasher.finalize_xof().fill(&mut key);
        Self(key)
    }
}

/// Returns the address without the parts that do not make it another bulletin: http/https, a leading `www.`, default
/// ports, tracking parameters, session ids, parameter order, and fragments (except one that begins with `/` or `!`).
#[must_use]
pub fn canonical_url(url: &str) -> String {
    let Ok(url) = Url::parse(url.trim()) else {
        return url.trim().to_owned();
    };
    let mut canonical = match url.scheme() {
        "http" | "https" => "//".to_owned(),
        other => format!("{other}://"),
    };
    if let Some(host) = url.host_str() {
        let host = host.trim_end_matches('.');
        canonical.push_str(host.strip_prefix("www.").unwrap_or(host));
    }
    // `Url` drops the scheme's own port; the other scheme's still means the same page.
    if let Some(port) = url.port().filter(|port| !matches!(port, 80 | 443)) {
        canonical.push_str(&format!(":{port}"));
    }
    canonical.push_str(&path_without_session(url.path()));
    let parameters = significant_parameters(url.query().unwrap_or_default());
    if !parameters.is_empty() {
        canonical.push('?');
        canonical.push_str(&parameters.join("&"));
    }
    if let Some(route) = url.fragment().filter(|text| text.starts_with(['/', '!'])) {
        canonical.push('#');
        canonical.push_str(route);
    }
    canonical
}

/// Returns the fragment that [`canonical_url`] leaves out.
#[must_use]
pub fn loose_fragment(url: &str) -> Option<&str> {
    let (_, fragment) = url.trim().split_once('#')?;
    Some(fragment).filter(|text| !text.is_empty() && !text.starts_with(['/', '!']))
}

/// Returns a path without `;jsessionid=…` and ASP.NET's `/(S(…))`, with `%` escapes in capitals.
fn path_without_session(path: &str) -> String {
    let segments: Vec<String> = path
        .split('/')
        .filter(|segment| !(segment.starts_with("(S(") && segment.ends_with("))")))
        .map(|segment| {
            let mut parts = segment.split(';');
            let name = parts.next().unwrap_or_default();
            let kept = parts.filter(|part| !is_session(part));
            std::iter::once(name)
                .chain(kept)
                .collect::<Vec<_>>()
                .join(";")
        })
        .collect();
    capital_escapes(&segments.join("/"))
}

fn significant_parameters(query: &str) -> Vec<String> {
    let mut significant: Vec<String> = query
        .split('&')
        // A page that escapes `&` twice leaves `amp;` behind.
        .map(|parameter| parameter.strip_prefix("amp;").unwrap_or(parameter))
        .filter(|parameter| !parameter.is_empty() && !is_session(parameter) && !tracks(parameter))
        .map(capital_escapes)
        .collect();
    significant.sort_unstable();
    significant
}

fn is_session(parameter: &str) -> bool {
    const NAMES: [&str; 9] = [
        "jsessionid",
        "phpsessid",
        "sessionid",
        "session_id",
        "sess_id",
        "cfid",
        "cftoken",
        "zenid",
        "oscsid",
    ];
    let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
    let name = name.to_ascii_lowercase();
    // A short `sid` is as often a section or a story.
    let is_long_sid =
        name == "sid" && value.len() >= 16 && value.bytes().all(|b| b.is_ascii_hexdigit());
    NAMES.contains(&name.as_str()) || name.starts_with("aspsessionid") || is_long_sid
}

/// Parameters for the campaign, button or person that an address came from.
const TRACKERS: [&str; 45] = [
    "_ga",
    "_gl",
    "_hsenc",
    "_hsmi",
    "_openstat",
    "bd_vid",
    "bdmp",
    "chksm",
    "dclid",
    "fbclid",
    "gbraid",
    "gclid",
    "gclsrc",
    "hmci",
    "hmcu",
    "hmkw",
    "hmpl",
    "hmsr",
    "igsh",
    "igshid",
    "isappinstalled",
    "li_fat_id",
    "mc_cid",
    "mc_eid",
    "mkt_tok",
    "mpshare",
    "msclkid",
    "ref_src",
    "s_cid",
    "scm",
    "share_from",
    "share_medium",
    "share_source",
    "share_token",
    "sharer_shareid",
    "sharer_shareinfo",
    "sharer_sharetime",
    "spm",
    "srsltid",
    "ttclid",
    "twclid",
    "vd_source",
    "wbraid",
    "weibo_id",
    "yclid",
];
const TRACKER_PREFIXES: [&str; 6] = ["utm_", "pk_", "mtm_", "matomo_", "hsa_", "share_"];
/// Values of `from` for the way in which a page was shared, not for its content.
const SHARES: [&str; 9] = [
    "appmessage",
    "groupmessage",
    "message",
    "qq",
    "qzone",
    "singlemessage",
    "timeline",
    "weibo",
    "weixin",
];

/// Returns whether a parameter only identifies the referrer, or defeats a cache, and does not affect the content.
fn tracks(parameter: &str) -> bool {
    let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
    let name = name.to_ascii_lowercase();
    let is_time = value.len() >= 10 && value.bytes().all(|b| b.is_ascii_digit());
    match name.as_str() {
        "from" | "share" => SHARES.contains(&value.to_ascii_lowercase().as_str()),
        // Pages add these parameters against caches.
        "_" | "_t" | "ts" | "timestamp" => is_time,
        "rand" | "random" | "nocache" => true,
        _ => {
            TRACKERS.contains(&name.as_str())
                || TRACKER_PREFIXES
                    .iter()
                    .any(|prefix| name.starts_with(prefix))
        }
    }
}

/// Converts escapes to capitals: `%e5` and `%E5` are equal (RFC 3986, section 6.2.2.1).
fn capital_escapes(text: &str) -> String {
    let mut left_of_escape = 0;
    text.chars()
        .map(|c| {
            if c == '%' {
                left_of_escape = 2;
                return c;
            }
            if left_of_escape == 0 {
                return c;
            }
            left_of_escape -= 1;
            c.to_ascii_uppercase()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn same(a: &str, b: &str) {
        assert_eq!(canonical_url(a), canonical_url(b), "{a} and {b}");
    }

    #[track_caller]
    fn different(a: &str, b: &str) {
        assert_ne!(canonical_url(a), canonical_url(b), "{a} and {b}");
    }

    #[test]
    fn an_address_is_the_same_whatever_does_not_name_the_page() {
        let plain = "https://example.com/info/1023/4567.htm?b=2&a=1";
        for url in [
            "http://example.com/info/1023/4567.htm?b=2&a=1",
            "https://www.example.com/info/1023/4567.htm?a=1&b=2",
            "http://example.com:80/info/1023/4567.htm?a=1&b=2",
            "http://example.com:443/info/1023/4567.htm?a=1&b=2",
            "https://EXAMPLE.com./info/1023/4567.htm?a=1&b=2#top",
            "https://example.com/info/1023/4567.htm;jsessionid=0AF3?a=1&b=2",
            "https://example.com/(S(lit3py55t21z5v55vlm25s55))/info/1023/4567.htm?a=1&b=2",
            "https://example.com/info/1023/4567.htm?PHPSESSID=x&a=1&b=2&",
            "https://example.com/info/1023/4567.htm?a=1&amp;b=2&utm_source=x&utm_medium=y",
            "https://example.com/info/1023/4567.htm?a=1&b=2&spm=1.2.3&fbclid=Z&from=timeline",
            "https://example.com/info/1023/4567.htm?a=1&b=2&_=1668900000000&rand=0.52",
        ] {
            same(plain, url);
        }
        same(
            "https://example.com/%e9%80%9a",
            "https://example.com/%E9%80%9A",
        );
        same("https://example.com", "https://example.com/");
    }

    #[test]
    fn what_names_another_page_is_kept() {
        different("https://example.com/a?id=1", "https://example.com/a?id=2");
        different("https://example.com/a", "https://example.com/A");
        different("https://example.com/a", "https://example.com:8080/a");
        different(
            "https://example.com/a?from=3",
            "https://example.com/a?from=4",
        );
        different(
            "https://example.com/a?sid=12",
            "https://example.com/a?sid=13",
        );
        different(
            "https://example.com/#/news/1",
            "https://example.com/#/news/2",
        );
        different("https://example.com/#!1", "https://example.com/#!2");
        different("https://news.example.com/1", "https://example.com/1");
        different("https://example.com/a;v=1", "https://example.com/a;v=2");
    }

    #[test]
    fn loose_fragments_are_those_that_name_no_route() {
        assert_eq!(loose_fragment("https://example.com/a#v2"), Some("v2"));
        assert_eq!(loose_fragment("https://example.com/a#/v2"), None);
        assert_eq!(loose_fragment("https://example.com/a#"), None);
        assert_eq!(loose_fragment("https://example.com/a"), None);
    }

    #[test]
    fn titles_are_the_same_in_any_width_case_and_spacing() {
        let day: Moment = "2022-11-20".to_owned().try_into().unwrap();
        let time: Moment = "2022-11-20T08:00:00+08:00".to_owned().try_into().unwrap();
        let key = SeenKey::titled("关于 ABC 的通知…", Some(&day));
        assert_eq!(
            key,
            SeenKey::titled("关于ＡＢＣ的\u{3000}通知", Some(&time))
        );
        assert_ne!(key, SeenKey::titled("关于 ABC 的通知", None));
        assert_ne!(SeenKey::guid("a"), SeenKey::address("a"));
    }

    proptest! {
        #[test]
        fn any_text_has_a_canonical_form_that_stays(text in "\\PC{0,200}") {
            let once = canonical_url(&text);
            prop_assert!(once.len() <= text.len() * 9 + 16);
        }

        #[test]
        fn parameter_order_and_tracking_never_count(
            mut parameters in proptest::collection::vec("[a-e]{1,3}=[a-z0-9%]{0,5}", 0..6),
            tracking in proptest::collection::vec("utm_[a-z]{1,6}=[a-z0-9]{0,5}", 0..4),
        ) {
            let plain = format!("https://example.com/a?{}", parameters.join("&"));
            parameters.reverse();
            parameters.extend(tracking);
            let other = format!("http://www.example.com/a?{}#top", parameters.join("&"));
            prop_assert_eq!(canonical_url(&plain), canonical_url(&other));
        }
    }
}
