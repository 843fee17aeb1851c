//! Checks whether a form came from a page of the desk, and builds the addresses by which pages lead to others.

use axum::http::{HeaderMap, HeaderName, StatusCode, Uri, header};
use url::{Url, form_urlencoded};

use crate::web::{clients, problem::Problem, site::Site};

/// Returns whether a form came from one of our pages: at the requested address, or at `public_url`. Browsers always
/// state where a form comes from; a program that does not is not a browser that a stranger's page could use.
pub(super) fn is_from_here(headers: &HeaderMap, public_url: Option<&Url>) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let is_site = match text(HeaderName::from_static("sec-fetch-site")) {
        Some(site) => matches!(site, "same-origin" | "none"),
        None => true,
    };
    if !headers.contains_key(header::ORIGIN) {
        return is_site;
    }
    let Some(origin) = text(header::ORIGIN).and_then(|origin| Url::parse(origin).ok()) else {
        return false;
    };
    // A proxy in front may use https: only the name and, if present, the port count.
    let is_asked = |asked: Url| origin.host() == asked.host() && origin.port() == asked.port();
    // Many proxies leave the port out of `Host`.
    let is_public = public_url.is_some_and(|public| public.origin() == origin.origin());
    is_site && (is_public || clients::asked_url(headers).is_some_and(is_asked))
}

pub(super) fn foreign() -> Problem {
    Problem::worded(StatusCode::FORBIDDEN, |words| words.foreign_form)
}

/// Returns the path in front of our addresses if a proxy serves them below its own path.
pub(super) fn prefix(site: &Site, headers: &HeaderMap) -> String {
    let config = site.config();
    let Some(public) = &config.web.public_url else {
        return String::new();
    };
    let asked = clients::asked_url(headers);
    let is_public =
        clients::is_forwarded(headers) || asked.is_some_and(|asked| asked.host() == public.host());
    match is_public {
        true => public.path().trim_end_matches('/').to_owned(),
        false => String::new(),
    }
}

/// Returns the page of the desk that contained a form, with the note that it was done.
pub(super) fn came_from(
    headers: &HeaderMap,
    prefix: &str,
    public_url: Option<&Url>,
) -> Option<String> {
    let from = headers.get(header::REFERER)?.to_str().ok()?;
    let from = Url::parse(from).ok()?;
    let is_public = public_url.is_some_and(|public| public.origin() == from.origin());
    let is_asked = |asked: Url| from.host() == asked.host() && from.port() == asked.port();
    if !is_public && !clients::asked_url(headers).is_some_and(is_asked) {
        return None;
    }
    let path = from.path().strip_prefix(prefix)?.strip_prefix("/admin")?;
    if !path.is_empty() && !path.starts_with('/') {
        return None;
    }
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(from.query_pairs().filter(|(name, _)| name != "done"));
    query.append_pair("done", "1");
    Some(format!("{prefix}/admin{path}?{}", query.finish()))
}

/// Returns the relative path from an address below `/admin` to the first page of the site.
pub(super) fn root_of(uri: &Uri) -> String {
    match uri.path().matches('/').count() {
        0 | 1 => "./".to_owned(),
        deep => "../".repeat(deep - 1),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn a_form_of_another_site_is_refused_and_a_program_without_a_page_is_not() {
        let host = ("host", "news.example.org:8787");
        for good in [
            vec![],
            vec![("origin", "http://news.example.org:8787")],
            vec![
                ("origin", "http://news.example.org:8787"),
                ("sec-fetch-site", "same-origin"),
            ],
        ] {
            assert!(
                is_from_here(&headers(&[&[host], good.as_slice()].concat()), None),
                "{good:?}"
            );
        }
        let public = Url::parse("https://news.example.org:8443/notices").unwrap();
        let there = headers(&[
            ("host", "news.example.org"),
            ("origin", "https://news.example.org:8443"),
        ]);
        assert!(is_from_here(&there, Some(&public)));
        for bad in [
            vec![("origin", "null")],
            vec![("origin", "http://news.example.org:8443")],
            vec![("origin", "https://evil.example")],
            vec![("origin", "http://news.example.org")],
            vec![("sec-fetch-site", "cross-site")],
            vec![
                ("origin", "http://news.example.org:8787"),
                ("sec-fetch-site", "same-site"),
            ],
        ] {
            assert!(
                !is_from_here(&headers(&[&[host], bad.as_slice()].concat()), Some(&public)),
                "{bad:?}"
            );
        }
    }

    #[test]
    fn a_button_leads_back_to_its_page_of_a_list_and_never_elsewhere() {
        let public = Url::parse("https://news.example.org/notices/").unwrap();
        let back = |host, from, prefix| {
            let headers = headers(&[("host", host), ("referer", from)]);
            came_from(&headers, prefix, Some(&public))
        };
        let here = "http://127.0.0.1:8787";
        let list = "http://127.0.0.1:8787/admin/sources?cursor=s50&done=1&q=%E4%BC%9A";
        assert_eq!(
            back("127.0.0.1:8787", list, "").as_deref(),
            Some("/admin/sources?cursor=s50&q=%E4%BC%9A&done=1")
        );
        let public = "https://news.example.org/notices/admin";
        assert_eq!(
            back("127.0.0.1:8787", public, "/notices").as_deref(),
            Some("/notices/admin?done=1")
        );
        for (from, prefix) in [
            ("https://evil.example/admin", ""),
            ("http://127.0.0.1:9/admin", ""),
            (&*format!("{here}/b/1"), ""),
            (&*format!("{here}/administrators"), ""),
            (&*format!("{here}/admin"), "/notices"),
            ("nonsense", ""),
        ] {
            let from: &'static str = from.to_owned().leak();
            assert_eq!(back("127.0.0.1:8787", from, prefix), None, "{from}");
        }
    }

    #[test]
    fn a_page_leads_back_to_the_root_however_deep_it_is() {
        for (path, root) in [
            ("/admin", "./"),
            ("/admin/sources", "../"),
            ("/admin/sources/a/pause", "../../../"),
        ] {
            assert_eq!(root_of(&path.parse().unwrap()), root);
        }
    }
}
