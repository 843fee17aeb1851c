//! Which field of a data list is the title, the address, the date, by what the values are and what
//! the name says.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::Value;
use url::Url;

use crate::source::list::{
    look::links,
    rows::years,
    words::{self, LinkText},
};
use crate::{
    bulletin::{Moment, Notice, clean_title, is_pinned_title},
    source::{date, page::Page, reading::Context, text},
};

/// Rows that are looked at to tell what the fields are.
const SAMPLE: usize = 40;
/// A field that is worth less is not what is looked for.
const LEAST_WORTH: f32 = 0.2;

/// An object of the array, flat.
pub(in crate::source::list) type Row<'a> = BTreeMap<String, &'a Value>;

/// Which field is what.
pub(in crate::source::list) struct Fields {
    title: String,
    url: String,
    date: Option<String>,
    summary: Option<String>,
    publisher: Option<String>,
    pinned: Option<String>,
    /// What tells a row from all others for good, whatever becomes of its address.
    id: Option<String>,
}

impl Fields {
    pub(in crate::source::list) fn of(rows: &[Row<'_>], context: &Context<'_>) -> Option<Self> {
        let table = Table::of(rows);
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
        row: &Row<'_>,
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
struct Table<'a> {
    names: Vec<&'a String>,
    sample: &'a [Row<'a>],
}

impl<'a> Table<'a> {
    fn of(rows: &'a [Row<'a>]) -> Self {
        let sample = &rows[..rows.len().min(SAMPLE)];
        let mut names: Vec<&String> = sample.iter().flat_map(|row| row.keys()).collect();
        names.sort_unstable();
        names.dedup();
        Self { names, sample }
    }

    /// The field that a selector names, if there is one.
    fn named(&self, chosen: Option<&String>) -> Option<String> {
        chosen.filter(|name| self.names.contains(name)).cloned()
    }

    /// The field that is worth most, by its name and values.
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

    /// The field that has another value in each row, by the names that ids have.
    fn id(&self, rows: &[Row<'_>]) -> Option<String> {
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
        let tells = |name: &String| {
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
        let mut names = names.filter(|name| tells(name));
        names.next().map(|name| (*name).clone())
    }

    /// The first field whose name has one of the words in it.
    fn called(&self, words: &[&str]) -> Option<String> {
        let has_one = |name: &&&String| {
            let name = name.to_lowercase();
            words.iter().any(|word| name.contains(word))
        };
        self.names.iter().find(has_one).map(|name| (*name).clone())
    }
}

/// A name or number as it is written.
fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Returns whether ids do no more than count the rows of a page, so that they are others' at the next look.
fn are_places(ids: &[String]) -> bool {
    let is_place = |(place, id): (usize, &String)| {
        let id = id.parse::<usize>().ok();
        id.is_some_and(|id| id == place || id == place + 1)
    };
    ids.len() > 1 && ids.iter().enumerate().all(is_place)
}

fn is_true(value: &Value) -> bool {
    match value {
        Value::Bool(is) => *is,
        Value::Number(number) => number.as_f64().is_some_and(|number| number > 0.0),
        Value::String(text) => matches!(text.as_str(), "1" | "true" | "Y" | "y" | "yes" | "是"),
        _ => false,
    }
}

/// Text without markup and entities.
fn plain(text: &str) -> String {
    if !text.contains(['<', '&']) {
        return text::one_line(text);
    }
    let page = Page::parse(text);
    text::one_line(&page.text(0..page.runs.len()))
}

/// The last part of a name: `attributes.docTitle` is `doctitle`.
fn last_part(name: &str) -> String {
    name.rsplit('.').next().unwrap_or(name).to_lowercase()
}

fn title_worth(name: &str, values: &[&Value]) -> f32 {
    let texts: Vec<String> = values
        .iter()
        .filter_map(|value| value.as_str())
        .map(plain)
        .collect();
    if texts.len() * 2 < values.len() || texts.is_empty() {
        return 0.0;
    }
    let count = texts.len() as f32;
    let units = texts
        .iter()
        .map(|text| words::units(text).min(40.0))
        .sum::<f32>()
        / count;
    let mut different = texts.clone();
    different.sort_unstable();
    different.dedup();
    let titles = texts
        .iter()
        .filter(|text| words::link_text(text) == LinkText::Title)
        .count() as f32;
    let part = last_part(name);
    let part = part.as_str();
    let said = match () {
        () if part == "title" || name.ends_with("title.rendered") => 4.0,
        () if part.contains("subtitle") || part.contains("shorttitle") => 1.0,
        () if part.contains("title") || part == "headline" => 3.5,
        () if matches!(part, "subject" | "bt" | "biaoti" | "标题") => 3.0,
        () if part.contains("name") || part.contains("caption") => 1.2,
        () if [
            "content",
            "body",
            "summary",
            "description",
            "html",
            "intro",
            "abstract",
            "url",
            "img",
            "id",
        ]
        .iter()
        .any(|word| part.contains(word)) =>
        {
            0.3
        }
        () => 0.8,
    };
    said * (units / 8.0).min(1.0) * (different.len() as f32 / count) * (titles / count)
}

fn url_worth(name: &str, values: &[&Value]) -> f32 {
    let part = last_part(name);
    let part = part.as_str();
    let addresses = values
        .iter()
        .filter_map(|value| value.as_str())
        .filter(|text| {
            let text = text.trim();
            let is_picture = [".jpg", ".jpeg", ".png", ".gif", ".webp", ".svg"]
                .iter()
                .any(|end| text.to_ascii_lowercase().ends_with(end));
            links::leads_somewhere(text)
                && !text.contains(char::is_whitespace)
                && !is_picture
                && (text.contains('/') || text.contains(".htm") || text.contains('?'))
                && !text.starts_with('<')
        })
        .count();
    if addresses == 0 {
        return 0.0;
    }
    let picture = [
        "img", "image", "pic", "thumb", "cover", "icon", "logo", "avatar", "photo",
    ];
    let said = match () {
        () if picture
            .iter()
            .any(|word| name.to_lowercase().contains(word)) =>
        {
            0.1
        }
        () if matches!(part, "url" | "link" | "href" | "linkurl" | "permalink") => 3.0,
        () if part.contains("url") || part.contains("link") || part.contains("href") => 2.0,
        () if part.contains("path") || part.contains("addr") || part.contains("uri") => 1.5,
        () => 0.6,
    };
    let nesting = 1.0 - 0.1 * name.matches('.').count() as f32;
    said * nesting * addresses as f32 / values.len().max(1) as f32
}

fn date_worth(name: &str, values: &[&Value], context: &Context<'_>) -> f32 {
    let part = last_part(name);
    let universal = universal(&part);
    let part = universal.unwrap_or(&part);
    let said = match () {
        () if ["pub", "release", "issue", "fabu", "send", "write"]
            .iter()
            .any(|word| part.contains(word)) =>
        {
            3.0
        }
        () if matches!(part, "date" | "time" | "day" | "riqi" | "shijian") => 2.8,
        () if part.contains("creat") || part.contains("add") || part.contains("input") => 2.0,
        () if is_of_another_time(name) => 0.0,
        () if ["update", "modif", "edit"]
            .iter()
            .any(|word| part.contains(word)) =>
        {
            0.8
        }
        () if part.contains("date") || part.contains("time") => 2.2,
        () => 0.5,
    };
    let dates = values
        .iter()
        .filter(|value| moment(name, value, context).is_some())
        .count();
    // The same time twice: what does not hang on anybody's zone goes first.
    let exact = if universal.is_some() { 1.05 } else { 1.0 };
    said * exact * dates as f32 / values.len().max(1) as f32
}

/// Returns whether a field's name says when something begins or ends, not when it was published: `applyEndTime`.
fn is_of_another_time(name: &str) -> bool {
    const WORDS: [&str; 12] = [
        "end", "ends", "expire", "expires", "deadline", "off", "start", "begin", "close", "apply",
        "valid", "due",
    ];
    let last = name.rsplit('.').next().unwrap_or(name);
    let mut words = String::new();
    for c in last.chars() {
        if c.is_uppercase() || !c.is_alphanumeric() {
            words.push(' ');
        }
        words.extend(c.to_lowercase());
    }
    let begins = WORDS
        .iter()
        .any(|word| last.to_lowercase().starts_with(word));
    begins || words.split(' ').any(|word| WORDS.contains(&word))
}

/// Returns what a field's name says beside that its times are UTC: `date_gmt` is a `date`.
fn universal(part: &str) -> Option<&str> {
    let ends = ["gmt", "utc"];
    let name = ends.iter().find_map(|end| part.strip_suffix(end));
    let name = name.or_else(|| part.strip_prefix("utc"));
    name.map(|name| name.trim_matches(['_', '-', ' ']))
}

/// A date as text, or as seconds or milliseconds since 1970.
fn moment(name: &str, value: &Value, context: &Context<'_>) -> Option<Moment> {
    let epoch = match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => {
            // As .NET writes it: `/Date(1668902400000+0800)/`.
            let dotnet = text
                .strip_prefix("/Date(")
                .and_then(|rest| rest.strip_suffix(")/"));
            let digits = dotnet
                .and_then(|digits| digits.split('+').next())
                .unwrap_or(text);
            let is_epoch = matches!(digits.len(), 10 | 13);
            is_epoch.then(|| digits.parse().ok()).flatten()
        }
        _ => None,
    };
    if let Some(epoch) = epoch {
        let seconds = if epoch > 99_999_999_999 {
            epoch / 1_000
        } else {
            epoch
        };
        let time = DateTime::<Utc>::from_timestamp(seconds, 0)?;
        // 2000 to next year: other numbers are ids and counts.
        let plausible = seconds > 946_684_800 && time < context.now + chrono::Duration::days(366);
        return plausible
            .then(|| Moment::Time(time.with_timezone(&context.time_zone).fixed_offset()));
    }
    let text = value.as_str().filter(|text| text.len() <= 60)?;
    let (range, _) = date::find(text, context.time_zone, context.now)?;
    (range.len() * 2 >= text.trim().len()).then_some(())?;
    let is_universal = name
        .split('.')
        .any(|part| universal(&part.to_lowercase()).is_some());
    let zone = if is_universal {
        Tz::UTC
    } else {
        context.time_zone
    };
    let moment = date::stamp(text, zone, context.now)?.moment;
    match moment {
        // By the source's clock, as everything that says no zone of its own.
        Moment::Time(time) if is_universal => Some(Moment::Time(
            time.with_timezone(&context.time_zone).fixed_offset(),
        )),
        moment => Some(moment),
    }
}
