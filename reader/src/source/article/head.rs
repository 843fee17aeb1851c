//! Reads the statements of a page for machines: `<meta>`, `<link>`, JSON-LD.

use std::cell::OnceCell;

use serde_json::Value;
use url::Url;

use super::title_text::{key, parts};
use crate::source::{page::PageTree, reading::Context, text};

/// The statements of the page's head, cleaned; empty ones are left out.
#[derive(Debug, Default)]
pub(super) struct Head {
    /// `<title>`.
    pub title: Option<String>,
    /// Titles of only the article, the surest first.
    pub headlines: Vec<String>,
    /// The title in a list, which may be truncated.
    pub called: Option<String>,
    pub description: Option<String>,
    /// Times as written, the surest first.
    pub published: Vec<String>,
    pub author: Option<String>,
    pub publisher: Option<String>,
    pub site: Option<String>,
    pub next: Option<String>,
    /// The whole text, if the page has it for machines.
    pub text: Option<String>,
    keys: OnceCell<HeadKeys>,
}

/// The titles and names in the head as [`key`] normalizes them, so that lines of the page can be compared with them.
#[derive(Debug)]
pub(super) struct HeadKeys {
    /// The article's own titles, and the one in a list.
    pub headlines: Vec<String>,
    /// The whole `<title>`.
    pub title: Option<String>,
    /// The names of the site and of the section.
    pub sites: Vec<String>,
}

impl Head {
    pub(super) fn read(page: &PageTree, base: &Url) -> Self {
        let mut head = Self {
            title: clean(&page.title),
            ..Self::default()
        };
        head.read_scripts(page);
        for id in 0..page.elements.len() as u32 {
            match page.name(id) {
                "meta" => {
                    let name = ["property", "name", "itemprop"]
                        .iter()
                        .find_map(|key| page.attribute(id, key));
                    let content = page.attribute(id, "content").and_then(clean);
                    if let (Some(name), Some(content)) = (name, content) {
                        head.take_meta(&name.to_ascii_lowercase(), content);
                    }
                }
                "link" => {
                    let href = page
                        .attribute(id, "href")
                        .and_then(|href| absolute(base, href));
                    if page.attribute(id, "rel") == Some("next") && head.next.is_none() {
                        head.next = href;
                    }
                }
                _ => {}
            }
        }
        head
    }

    /// Adds the title that a list gives the article. Lists truncate long titles.
    pub(super) fn called(mut self, title: Option<&str>) -> Self {
        self.called = title.map(|title| title.trim_end_matches(['.', '…', ' ']).to_owned());
        self
    }

    pub(super) fn keys(&self) -> &HeadKeys {
        self.keys.get_or_init(|| {
            let parts = self.title.as_deref().map(parts).unwrap_or_default();
            let sections = parts.into_iter().skip(1);
            HeadKeys {
                headlines: self
                    .headlines
                    .iter()
                    .chain(&self.called)
                    .map(|headline| key(headline))
                    .collect(),
                title: self.title.as_deref().map(key),
                sites: self
                    .site
                    .as_deref()
                    .into_iter()
                    .chain(sections)
                    .map(key)
                    .collect(),
            }
        })
    }

    /// Returns the last part of `<title>`, which often is the site's name.
    pub(super) fn title_end(&self) -> Option<&str> {
        parts(self.title.as_deref()?).get(1..)?.last().copied()
    }

    fn take_meta(&mut self, name: &str, content: String) {
        let first = |slot: &mut Option<String>, content| {
            slot.get_or_insert(content);
        };
        match name {
            "og:title" | "twitter:title" | "articletitle" | "headline" | "dc.title" => {
                self.headlines.push(content);
            }
            "description" | "og:description" => first(&mut self.description, content),
            "article:published_time"
            | "og:published_time"
            | "pubdate"
            | "publishdate"
            | "publish_date"
            | "publish-date"
            | "datepublished"
            | "dc.date"
            | "dc.date.issued"
            | "dcterms.created"
            | "weibo: article:create_at"
            | "parsely-pub-date"
            | "sailthru.date"
            | "apub:time"
            | "bytedance:published_time"
            | "og:release_date"
            | "release_date" => {
                self.published.push(content);
            }
            "author" | "article:author" | "dc.creator" | "byl" if !content.starts_with("http") => {
                first(&mut self.author, content);
            }
            "contentsource" | "source" | "mediaid" | "dc.publisher" => {
                first(&mut self.publisher, content);
            }
            "og:site_name" | "sitename" | "application-name" => first(&mut self.site, content),
            _ => {}
        }
    }

    fn read_scripts(&mut self, page: &PageTree) {
        let is_data = |id: &u32| {
            page.attribute(*id, "type")
                .is_some_and(|kind| kind.to_ascii_lowercase().contains("ld+json"))
        };
        for (_, script) in page.scripts.iter().filter(|(id, _)| is_data(id)) {
            // Raw line ends within strings are a common mistake.
            let script: String = script
                .chars()
                .map(|c| if c.is_control() { ' ' } else { c })
                .collect();
            if let Ok(value) = serde_json::from_str::<Value>(script.trim().trim_end_matches(';')) {
                self.take_data(&value);
            }
        }
    }

    /// Reads the article in linked data, which may be nested or in a list (`@graph`).
    fn take_data(&mut self, value: &Value) {
        let mut open = vec![value];
        while let Some(value) = open.pop() {
            match value {
                Value::Array(items) => open.extend(items.iter().rev().take(50)),
                Value::Object(fields) => {
                    if is_article(&value["@type"]) {
                        self.take_article(value);
                    }
                    open.extend(fields.get("@graph"));
                    open.extend(fields.get("mainEntity"));
                }
                _ => {}
            }
        }
    }

    fn take_article(&mut self, article: &Value) {
        let text = |key: &str| article[key].as_str().and_then(clean);
        self.headlines.extend(text("headline"));
        self.published.extend(text("datePublished"));
        self.published.extend(text("pubDate"));
        self.author = self.author.take().or_else(|| name_of(&article["author"]));
        self.publisher = self
            .publisher
            .take()
            .or_else(|| name_of(&article["publisher"]));
        self.description = self.description.take().or_else(|| text("description"));
        if self.text.is_none() {
            self.text = article["articleBody"].as_str().map(str::to_owned);
        }
    }
}

fn is_article(kind: &Value) -> bool {
    let named = |kind: &Value| {
        kind.as_str().is_some_and(|kind| {
            kind.ends_with("Article") || kind.ends_with("Posting") || kind.ends_with("WebPage")
        })
    };
    named(kind) || kind.as_array().is_some_and(|kinds| kinds.iter().any(named))
}

fn name_of(value: &Value) -> Option<String> {
    let one = match value {
        Value::Array(items) => items.first()?,
        value => value,
    };
    one.as_str()
        .or_else(|| one["name"].as_str())
        .and_then(clean)
        .filter(|name| !name.starts_with("http"))
}

fn clean(value: &str) -> Option<String> {
    Some(text::one_line(value)).filter(|value| !value.is_empty())
}

/// Returns an address of the page made absolute; `None` for scripts and the like.
pub(super) fn absolute(base: &Url, href: &str) -> Option<String> {
    let url = base.join(href.trim()).ok()?;
    matches!(url.scheme(), "http" | "https" | "file").then(|| url.into())
}

/// Returns the base of relative addresses: `<base>`, else the page.
pub(super) fn page_base(page: &PageTree, context: &Context<'_>) -> Url {
    (0..page.elements.len() as u32)
        .take(200)
        .filter(|id| page.name(*id) == "base")
        .find_map(|id| context.base.join(page.attribute(id, "href")?).ok())
        .unwrap_or_else(|| context.base.clone())
}
