//! Describes the bulletins that a reader wants to see, as expressed in pages, feeds and links.

use std::collections::HashSet;

use chrono::NaiveDate;
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use super::{card::Scene, problem::Problem, text::printable, viewer::Viewer};
use crate::{
    bulletin::{BulletinId, BulletinState, DayRange, SourceId},
    ops::BulletinQuery,
    view::search_words,
};

/// The maximum number of characters of a reader's input that are shown.
const MOST_SHOWN: usize = 100;

/// The query of a page or feed as received. Other parameters are ignored: people share links with long queries.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wish {
    pub source: String,
    pub group: String,
    pub q: String,
    pub from: String,
    pub to: String,
    pub before: String,
}

/// A checked [`Wish`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Selection {
    pub source: Option<SourceId>,
    pub group: Option<String>,
    pub words: Vec<String>,
    /// The first day of the range from one day to another, both included.
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    pub before: Option<BulletinId>,
}

pub(super) fn missing_source(id: &str) -> Problem {
    Problem::missing(format!("there is no source `{}` here", shown(id)))
}

fn missing_group(name: &str) -> Problem {
    Problem::missing(format!("there is no group `{}` here", shown(name)))
}

fn shown(text: &str) -> String {
    printable(text).chars().take(MOST_SHOWN).collect()
}

impl Wish {
    /// # Errors
    /// Fails if the viewer knows no such source or group, or if a value cannot be read.
    pub(super) fn selection(&self, scene: Scene<'_>) -> Result<Selection, Problem> {
        let source = match self.source.trim() {
            "" => None,
            id => Some(scene.source(id).ok_or_else(|| missing_source(id))?),
        };
        let group = match self.group.trim() {
            "" => None,
            name => Some(scene.group(name).ok_or_else(|| missing_group(name))?),
        };
        let before = match self.before.trim() {
            "" => None,
            number => Some(BulletinId(number.parse().map_err(|_| {
                let problem = Problem::bad("`before`: a bulletin's number is expected");
                problem.hinted(|words| words.bad_place)
            })?)),
        };
        let words = search_words(&self.q);
        Ok(Selection {
            source: source.map(|(_, source)| source.id.clone()),
            group: group.map(str::to_owned),
            words: words.iter().map(|word| printable(word)).collect(),
            from: day("from", &self.from)?,
            to: day("to", &self.to)?,
            before,
        })
    }
}

fn day(name: &str, text: &str) -> Result<Option<NaiveDate>, Problem> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let day = text.parse().map_err(|_| {
        let problem = Problem::bad(format!(
            "`{name}`: `{}` is not a day; a day such as 2022-11-20 is expected",
            shown(text)
        ));
        problem.hinted(|words| words.bad_day)
    });
    day.map(Some)
}

impl Selection {
    /// Returns the query for these bulletins, newest first, in the states that readers see.
    pub(super) fn query(&self, scene: Scene<'_>, limit: usize) -> BulletinQuery {
        let days = DayRange {
            from: self.from,
            to: self.to,
            zone: scene.config.time_zone,
        };
        BulletinQuery {
            source: self.source.clone(),
            among: self.group.as_ref().map(|group| members(scene, group)),
            days: (self.from.is_some() || self.to.is_some()).then_some(days),
            words: self.words.clone(),
            before: self.before,
            ..visible(scene.viewer, limit)
        }
    }

    pub(super) fn of_source(&self, source: &SourceId) -> Self {
        Self {
            source: Some(source.clone()),
            ..self.of_all()
        }
    }

    pub(super) fn of_group(&self, group: &str) -> Self {
        Self {
            group: Some(group.to_owned()),
            ..self.of_all()
        }
    }

    /// Returns the same selection of any source and group, from the newest on.
    pub(super) fn of_all(&self) -> Self {
        Self {
            source: None,
            group: None,
            before: None,
            ..self.clone()
        }
    }

    /// Returns the selection below a bulletin; from the newest on if `None`.
    pub(super) fn below(&self, before: Option<BulletinId>) -> Self {
        Self {
            before,
            ..self.clone()
        }
    }

    pub(super) fn without_words(&self) -> Self {
        Self {
            words: Vec::new(),
            before: None,
            ..self.clone()
        }
    }

    pub(super) fn is_all(&self) -> bool {
        self.below(None) == Self::default()
    }

    /// Returns whether a hub is notified of new bulletins among these: they are all, or those of a source or group.
    pub(super) fn is_followed(&self) -> bool {
        let all = self.of_all();
        all.is_all() && (self.source.is_none() || self.group.is_none())
    }

    /// Returns the query of an address, with its `?`; empty for all bulletins.
    pub(super) fn query_string(&self) -> String {
        let source = self.source.as_ref().map(ToString::to_string);
        let group = self.group.clone();
        self.written([("source", source), ("group", group)])
    }

    /// Returns the address of a feed of these bulletins below the first page; `ending` is for example `atom`.
    pub(super) fn feed(&self, ending: &str) -> String {
        let group = self.group.clone();
        match (&self.source, &self.group) {
            (Some(source), _) => {
                format!(
                    "s/{source}/feed.{ending}{}",
                    self.written([("group", group)])
                )
            }
            (None, Some(group)) => {
                let group = percent_encoding::utf8_percent_encode(group, PATH);
                format!("g/{group}/feed.{ending}{}", self.written([]))
            }
            (None, None) => format!("feed.{ending}{}", self.written([])),
        }
    }

    fn written<const N: usize>(&self, first: [(&str, Option<String>); N]) -> String {
        let words = (!self.words.is_empty()).then(|| self.words.join(" "));
        let day = |day: Option<NaiveDate>| day.map(|day| day.to_string());
        let rest = [
            ("q", words),
            ("from", day(self.from)),
            ("to", day(self.to)),
            ("before", self.before.map(|id| id.to_string())),
        ];
        let mut query = Serializer::new(String::new());
        for (name, value) in first.into_iter().chain(rest) {
            if let Some(value) = value {
                query.append_pair(name, &value);
            }
        }
        match query.finish() {
            empty if empty.is_empty() => empty,
            query => format!("?{query}"),
        }
    }

    /// Returns the name of these bulletins; `None` if they are all bulletins.
    pub(super) fn title(&self, scene: Scene<'_>) -> Option<String> {
        let source = self.source.as_ref();
        let source = source.and_then(|id| scene.source(id.as_str()));
        let source = source.map(|(_, source)| source.name.clone());
        source.or_else(|| self.group.clone())
    }
}

/// Every character except letters, digits and those that RFC 3986 leaves unencoded.
const PATH: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

fn members(scene: Scene<'_>, group: &str) -> HashSet<SourceId> {
    let sources = scene.sources().map(|(_, source)| source);
    let of_it = sources.filter(|source| source.group.as_deref() == Some(group));
    of_it.map(|source| source.id.clone()).collect()
}

/// Returns the query of the channel page, newest first.
pub(super) fn visible(viewer: Viewer, limit: usize) -> BulletinQuery {
    BulletinQuery {
        states: vec![
            BulletinState::Published,
            BulletinState::Baseline,
            BulletinState::Withdrawn,
        ],
        public_only: viewer == Viewer::Public,
        limit: Some(limit),
        ..BulletinQuery::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_filter_stands_in_the_address_of_a_page_and_of_its_feed() {
        let selection = Selection {
            group: Some("总部/行政".to_owned()),
            words: vec!["放假".to_owned(), "a&b".to_owned()],
            from: "2022-11-20".parse().ok(),
            ..Selection::default()
        };
        let rest = "q=%E6%94%BE%E5%81%87+a%26b&from=2022-11-20";
        let group = "%E6%80%BB%E9%83%A8%2F%E8%A1%8C%E6%94%BF";
        assert_eq!(selection.query_string(), format!("?group={group}&{rest}"));
        assert_eq!(selection.feed("rss"), format!("g/{group}/feed.rss?{rest}"));
        let all = selection.of_all().without_words();
        assert_eq!(all.feed("atom"), "feed.atom?from=2022-11-20");
        assert_eq!(Selection::default().query_string(), "");
    }
}
