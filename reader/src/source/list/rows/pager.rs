//! Finds the next page of a list, and the feeds that a page announces.

use url::Url;

use crate::source::list::{
    survey::PageSurvey,
    words::{self, LinkText},
};
use crate::source::page::Id;

impl PageSurvey<'_> {
    /// Returns the address of the next page of the list.
    pub(in crate::source::list) fn next_page(&self) -> Option<Url> {
        let page = self.page;
        let marked = (0..page.elements.len() as Id)
            .filter(|id| matches!(page.name(*id), "a" | "link"))
            .find(|id| {
                page.attribute(*id, "rel").is_some_and(|rel| {
                    rel.split_whitespace()
                        .any(|rel| rel.eq_ignore_ascii_case("next"))
                })
            })
            .and_then(|id| page.attribute(id, "href"));
        let says_next = || {
            self.links
                .iter()
                .find(|link| {
                    link.text == LinkText::Pager
                        && words::is_next(&page.text(page.runs_of(link.element)))
                })
                .map(|link| link.href.as_str())
        };
        let href = marked.or_else(says_next).or_else(|| self.second_page())?;
        let url = self.base.join(href).ok()?;
        (self.fits(&url) && without_fragment(&url) != without_fragment(self.context.base))
            .then_some(url)
    }

    /// Returns the link to page 2, if there are only numbers and this is page 1.
    fn second_page(&self) -> Option<&str> {
        let number = |at: usize| {
            let link = &self.links[at];
            let text = self.page.text(self.page.runs_of(link.element));
            (link.text == LinkText::Pager).then(|| text.trim().parse::<u32>().ok())?
        };
        let two = (0..self.links.len()).find(|at| number(*at) == Some(2))?;
        let follows = self.links.len() > two + 1 && number(two + 1) == Some(3);
        let first_is_here = two == 0
            || number(two - 1).is_none()
            || self
                .base
                .join(&self.links[two - 1].href)
                .is_ok_and(|url| url == *self.context.base);
        (follows && first_is_here).then(|| self.links[two].href.as_str())
    }

    fn fits(&self, url: &Url) -> bool {
        matches!(url.scheme(), "http" | "https" | "file") && url.host() == self.base.host()
    }

    /// Returns the feeds in `<link rel="alternate" type="application/rss+xml">`.
    pub(in crate::source::list) fn feeds(&self) -> Vec<Url> {
        let page = self.page;
        let is_feed = |id: &Id| {
            page.name(*id) == "link"
                && page
                    .attribute(*id, "rel")
                    .is_some_and(|rel| rel.to_ascii_lowercase().contains("alternate"))
                && page.attribute(*id, "type").is_some_and(|kind| {
                    let kind = kind.to_ascii_lowercase();
                    ["rss+xml", "atom+xml", "rdf+xml", "feed+json"]
                        .iter()
                        .any(|feed| kind.contains(feed))
                })
        };
        (0..page.elements.len() as Id)
            .filter(is_feed)
            .filter_map(|id| self.base.join(page.attribute(id, "href")?.trim()).ok())
            .take(20)
            .collect()
    }
}

fn without_fragment(url: &Url) -> &str {
    url.as_str().split('#').next().unwrap_or_default()
}
