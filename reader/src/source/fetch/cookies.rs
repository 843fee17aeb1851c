//! Cookies for the length of one chain of redirects (RFC 6265): some sites set one, redirect to the same page again,
//! and loop for ever without it.

use reqwest::header::{HeaderMap, SET_COOKIE};
use url::Url;

/// A number of cookies larger than any chain needs.
const MOST: usize = 50;
const LONGEST: usize = 4096;

#[derive(Debug, Default)]
pub(super) struct Jar(Vec<Cookie>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Cookie {
    name: String,
    value: String,
    domain: String,
    /// True if the cookie is also sent to the hosts below its domain.
    below: bool,
    path: String,
    secure: bool,
}

impl Jar {
    /// Stores the cookies that an answer from `url` sets.
    pub(super) fn take(&mut self, headers: &HeaderMap, url: &Url) {
        let lines = headers.get_all(SET_COOKIE).iter();
        for line in lines.filter_map(|line| line.to_str().ok()) {
            if let Some((cookie, is_over)) = read(line, url) {
                self.0.retain(|old| {
                    let (a, b) = (old, &cookie);
                    (&a.name, &a.domain, &a.path) != (&b.name, &b.domain, &b.path)
                });
                if !is_over && self.0.len() < MOST {
                    self.0.push(cookie);
                }
            }
        }
    }

    /// Returns the header for a request; empty if there is none.
    pub(super) fn header_for(&self, url: &Url) -> String {
        let host = url.host_str().unwrap_or_default();
        let fits = |cookie: &&Cookie| {
            is_at(host, cookie)
                && is_below(url.path(), &cookie.path)
                && (!cookie.secure || url.scheme() == "https")
        };
        let pairs = self.0.iter().filter(fits);
        let pairs = pairs.map(|cookie| format!("{}={}", cookie.name, cookie.value));
        pairs.collect::<Vec<_>>().join("; ")
    }
}

/// Parses a cookie, and returns it with whether it deletes itself.
fn read(line: &str, url: &Url) -> Option<(Cookie, bool)> {
    let host = url.host_str()?;
    let mut parts = line.split(';').map(str::trim);
    let (name, value) = parts.next()?.split_once('=')?;
    if line.len() > LONGEST || name.trim().is_empty() {
        return None;
    }
    let mut cookie = Cookie {
        name: name.trim().to_owned(),
        value: value.trim().to_owned(),
        domain: host.to_owned(),
        below: false,
        path: directory(url.path()).to_owned(),
        secure: false,
    };
    let mut is_over = false;
    for part in parts {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        let value = value.trim();
        match key.trim().to_ascii_lowercase().as_str() {
            "domain" if !value.is_empty() => {
                cookie.domain = value.trim_start_matches('.').to_ascii_lowercase();
                cookie.below = true;
            }
            "path" if value.starts_with('/') => value.clone_into(&mut cookie.path),
            "secure" => cookie.secure = true,
            "max-age" => is_over = value.parse::<i64>().is_ok_and(|seconds| seconds <= 0),
            _ => {}
        }
    }
    // A site may not set a cookie for another site, nor for all of `com`.
    let is_own = is_at(host, &cookie) && (cookie.domain == host || cookie.domain.contains('.'));
    is_own.then_some((cookie, is_over))
}

fn is_at(host: &str, cookie: &Cookie) -> bool {
    let is_name = host.parse::<std::net::IpAddr>().is_err();
    let below = || host.strip_suffix(&cookie.domain)?.strip_suffix('.');
    host == cookie.domain || (cookie.below && is_name && below().is_some())
}

fn is_below(path: &str, folder: &str) -> bool {
    let rest = path.strip_prefix(folder);
    rest.is_some_and(|rest| rest.is_empty() || folder.ends_with('/') || rest.starts_with('/'))
}

fn directory(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some((folder, _)) if !folder.is_empty() => folder,
        _ => "/",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jar(lines: &[&str], url: &str) -> Jar {
        let mut jar = Jar::default();
        for line in lines {
            let headers = HeaderMap::from_iter([(SET_COOKIE, line.parse().unwrap())]);
            jar.take(&headers, &url.parse().unwrap());
        }
        jar
    }

    fn sent(jar: &Jar, url: &str) -> String {
        jar.header_for(&url.parse().unwrap())
    }

    #[test]
    fn a_cookie_goes_back_to_where_it_came_from_alone() {
        let lines = ["a=1; Path=/", "b=2; Path=/news", "c=3; Secure", "d"];
        let jar = jar(&lines, "http://www.example.com/news/list");
        assert_eq!(sent(&jar, "http://www.example.com/"), "a=1");
        assert_eq!(sent(&jar, "http://www.example.com/news/1"), "a=1; b=2");
        assert_eq!(sent(&jar, "http://www.example.com/newspaper"), "a=1");
        assert_eq!(sent(&jar, "https://www.example.com/news"), "a=1; b=2; c=3");
        assert_eq!(sent(&jar, "http://example.com/news/1"), "");
        assert_eq!(sent(&jar, "http://www.example.com.evil.org/"), "");
    }

    #[test]
    fn a_domain_widens_it_within_the_site() {
        let lines = [
            "a=1; Domain=.example.com",
            "b=2; Domain=com",
            "c=3; Domain=other.org",
        ];
        let jar = jar(&lines, "http://www.example.com/");
        assert_eq!(sent(&jar, "http://news.example.com/"), "a=1");
        assert_eq!(sent(&jar, "http://badexample.com/"), "");
    }

    #[test]
    fn the_last_word_counts() {
        let lines = ["a=1", "b=1", "a=2", "b=; Max-Age=0"];
        assert_eq!(
            sent(&jar(&lines, "http://127.0.0.1/"), "http://127.0.0.1/"),
            "a=2"
        );
    }
}
