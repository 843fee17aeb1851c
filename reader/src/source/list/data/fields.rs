//! Decides which field of a data list is the title, the address or the date, by its values and its name.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;
use url::Url;

use super::{
    value::{is_true, moment, plain, word},
    worth::{date_worth, title_worth, url_worth},
};
use crate::source::list::{rows::years, survey::links, words};
use crate::{
    bulletin::{Moment, Notice, clean_title, is_pinned_title},
    source::{reading::Context, text},
};

/// The number of rows that are read to identify the fields.
const SAMPLE: usize = 40;
/// The least worth of a field; one below it is not the one that is sought.
const LEAST_WORTH: f32 = 0.2;

/// A flattened object of the array.
pub(in crate::source::list) type FlatRecord<'a> = BTreeMap<String, &'a Value>;

/// The names of the fields that were identified.
pub(in crate::source::list) struct Fields {
    title: String,
    url: String,
    date: Option<String>,
    summary: Option<String>,
    publisher: Option<String>,
    pinned: Option<String>,
    /// The id that identifies a row permanently, even if its address changes.
    id: Option<String>,
}

impl Fields {
    pub(in crate::source::list) fn of(
        rows: &[FlatRecord<'_>],
        context: &Context<'_>,
    ) -> Option<Self> {
        let table = FieldTable::of(rows);
        let select = context.select;
        let url = table
            .named(select.link.as_ref())
            .or_else(|| table.best(url_worth))?;
        let date = table
            .named(select.date.as_ref())
            .or_else(|| table.best(|name, values| date_worth(name, values, context)));
        let title = table.named(select.title.as_ref()).or_else(|| {
            table.best(|name, values| {
                let taken = name == url || Some(name) == date.as_deref();
                if taken {
                    0.0
                } else {
                    title_worth(name, values)
                }
            })
        })?;
        let called = |words: &[&str]| {
            table
                .called(words)
                .filter(|name| *name != title && *name != url)
        };
        Some(Self {
            summary: called(&[
                "summary",
                "abstract",
                "excerpt",
                "description",
                "digest",
                "intro",
                "zhaiyao",
            ]),
            publisher: called(&[
                "source",
                "author",
                "publisher",
                "deptname",
                "orgname",
                "laiyuan",
                "department",
            ]),
            pinned: called(&[
                "istop", "is_top", "sticky", "pinned", "zhiding", "settop", "topflag",
            ]),
            id: table.id(rows),
            title,
            url,
            date,
        })
    }

    pub(in crate::source::list) fn notice(
        &self,
        row: &FlatRecord<'_>,
        base: &Url,
        context: &Context<'_>,
    ) -> Option<Notice> {
        let string = |name: &String| row.get(name).and_then(|value| value.as_str());
        let href = string(&self.url)?.trim();
        let url = base
            .join(href)
            .ok()
            .filter(|_| links::leads_somewhere(href))?;
        let title = plain(string(&self.title)?);
        if title.is_empty() {
            return None;
        }
        let own = self
            .date
            .as_ref()
            .and_then(|name| moment(name, row.get(name)?, context));
        let text_of = |name: &Option<String>| {
            let text = plain(string(name.as_ref()?)?);
            (!text.is_empty()).then_some(text)
        };
        let is_pinned = is_pinned_title(&title);
        let title = clean_title(&title);
        let title = if context.simplify {
            text::simplify(&title)
        } else {
            title
        };
        Some(Notice {
            published: own.or_else(|| years::in_address(href).map(Moment::Day)),
            url: url.into(),
            guid: self.id.as_ref().and_then(|name| word(row.get(name)?)),
            title,
            updated: None,
            summary: text_of(&self.summary),
            publisher: text_of(&self.publisher).filter(|name| words::units(name) <= 20.0),
            pinned: is_pinned
                || self
                    .pinned
                    .as_ref()
                    .is_some_and(|name| row.get(name).is_some_and(|value| is_true(value))),
        })
    }
}

/// The first rows, by field.
struct FieldTable<'a> {
    names: Vec<&'a String>,
    sample: &'a [FlatRecord<'a>],
}

impl<'a> FieldTable<'a> {
    fn of(rows: &'a [FlatRecord<'a>]) -> Self {
        let sample = &rows[..rows.len().min(SAMPLE)];
        let mut names: Vec<&String> = sample.iter().flat_map(|row| row.keys()).collect();
        names.sort_unstable();
        names.dedup();
        Self { names, sample }
    }

    /// Returns the field that a selector names, if it exists.
    fn named(&self, chosen: Option<&String>) -> Option<String> {
        chosen.filter(|name| self.names.contains(name)).cloned()
    }

    /// Returns the field that is worth most, by its name and values.
    fn best(&self, worth: impl Fn(&str, &[&Value]) -> f32) -> Option<String> {
        let weighed = self.names.iter().map(|name| {
            let values: Vec<&Value> = self
                .sample
                .iter()
                .filter_map(|row| row.get(*name).copied())
                .collect();
            let share = values.len() as f32 / self.sample.len() as f32;
            (*name, worth(name, &values) * share)
        });
        weighed
            .filter(|(_, worth)| *worth > LEAST_WORTH)
            .max_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(name, _)| name.clone())
    }

    /// Returns the field that has another value in each row, by the usual names of ids.
    fn id(&self, rows: &[FlatRecord<'_>]) -> Option<String> {
        // A `guid` may well be the address, which changes with it.
        const NAMES: [&str; 20] = [
            "uuid",
            "id",
            "_id",
            "node.id",
            "databaseid",
            "node.databaseid",
            "postid",
            "nid",
            "aid",
            "topicid",
            "newsid",
            "articleid",
            "infoid",
            "docid",
            "contentid",
            "noticeid",
            "attributes.uuid",
            "guid",
            "guid.rendered",
            "entryid",
        ];
        let identifies = |name: &String| {
            let ids = rows.iter().map(|row| word(row.get(name)?));
            let Some(ids) = ids.collect::<Option<Vec<String>>>() else {
                return false;
            };
            let different: HashSet<&String> = ids.iter().collect();
            different.len() == ids.len() && !are_places(&ids)
        };
        let named = |id: &&str| {
            let mut names = self.names.iter();
            names.find(|name| name.replace('_', "").to_lowercase() == id.replace('_', ""))
        };
        let names = NAMES.iter().filter_map(named);
        let mut names = names.filter(|name| identifies(name));
        names.next().map(|name| (*name).clone())
    }

    /// Returns the first field whose name contains one of the words.
    fn called(&self, words: &[&str]) -> Option<String> {
        let has_one = |name: &&&String| {
            let name = name.to_lowercase();
            words.iter().any(|word| name.contains(word))
        };
        self.names.iter().find(has_one).map(|name| (*name).clone())
    }
}

/// Returns whether ids only count the rows of a page, so that they belong to other rows at the next poll.
fn are_places(ids: &[String]) -> bool {
    let is_place = |(place, id): (usize, &String)| {
        let id = id.parse::<usize>().ok();
        id.is_some_and(|id| id == place || id == place + 1)
    };
    ids.len() > 1 && ids.iter().enumerate().all(is_place)
}
