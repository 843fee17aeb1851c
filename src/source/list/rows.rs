//! From rows to notices: the full title, the date, the teaser, whether it is pinned.

use std::collections::HashSet;

use dom_query::Matcher;

use chrono::Datelike;

use super::{
    Look,
    dates::{self, Found},
    group::{Group, Item},
    links,
    score::stands_alone,
    select::Selected,
    title::{Habits, is_pin},
    words,
};
use crate::{
    bulletin::{Moment, Notice},
    source::{page::Id, text},
};

/// A teaser says at least this much.
const TEASER: f32 = 14.0;

impl Look<'_> {
    /// The notices of a group, in page order, each address once.
    pub(super) fn notices(&self, group: &Group) -> Vec<Notice> {
        let items = &group.items;
        let mut found: Vec<(&str, Option<Found>)> = {
            let dates = self.row_dates(items);
            items
                .iter()
                .zip(dates)
                .map(|(item, date)| (self.links[item.link].href.as_str(), date))
                .collect()
        };
        dates::settle_years(&mut found, self.context.now.year());
        let habits = Habits::of(self, items, &found);
        let mut seen = HashSet::new();
        let mut notices = Vec::new();
        for (item, (href, date)) in items.iter().zip(&found) {
            let notice = self.notice(item, href, date.as_ref(), &habits);
            let Some(notice) = notice else { continue };
            if seen.insert(notice.url.clone()) {
                notices.push(notice);
            }
        }
        notices
    }

    fn notice(
        &self,
        item: &Item,
        href: &str,
        date: Option<&Found>,
        habits: &Habits,
    ) -> Option<Notice> {
        let chosen = self.chosen(item, |selected| &selected.link);
        let chosen = chosen.and_then(|element| links::target(self.page, element));
        let url = self.base.join(chosen.as_deref().unwrap_or(href)).ok()?;
        if !matches!(url.scheme(), "http" | "https" | "file") {
            return None;
        }
        let (title, pinned_in_title) = match self.chosen(item, |selected| &selected.title) {
            Some(element) => (
                text::one_line(&self.page.text(self.page.runs_of(element))),
                false,
            ),
            None => self.title(item, date, habits)?,
        };
        if title.is_empty() {
            return None;
        }
        let published = self
            .chosen(item, |selected| &selected.date)
            .and_then(|element| self.dates.of(element))
            .or_else(|| date.map(|found| found.moment))
            .or_else(|| self.dates.in_attributes(item.row))
            .or_else(|| dates::in_address(url.as_str()).map(Moment::Day));
        Some(Notice {
            url: url.into(),
            guid: None,
            title: if self.context.simplify {
                text::simplify(&title)
            } else {
                title
            },
            published,
            updated: None,
            summary: self.teaser(item, date, habits),
            publisher: None,
            pinned: pinned_in_title || self.is_pinned(item),
        })
    }

    /// What a selector of the source chooses in a row.
    fn chosen(&self, item: &Item, part: fn(&Selected) -> &Option<Matcher>) -> Option<Id> {
        let selected = self.selected.as_ref()?;
        selected.first(item.row, part(selected).as_ref()?)
    }

    /// The date of each row: the one that stands where most rows have theirs.
    fn row_dates(&self, items: &[Item]) -> Vec<Option<Found>> {
        let candidates: Vec<Vec<Found>> = items
            .iter()
            .map(|item| self.dates.within(item.runs.clone()))
            .collect();
        // Of each place: the sum of what its dates are worth, and what one is.
        let mut places: Vec<(u64, f32, f32)> = Vec::new();
        for (item, found) in items.iter().zip(&candidates) {
            for date in found {
                let key = self.place(item, date);
                match places.iter_mut().find(|place| place.0 == key) {
                    Some(place) => place.1 += place.2,
                    None => {
                        let worth = self.worth(date);
                        places.push((key, worth, worth));
                    }
                }
            }
        }
        // First wins among equals: the date of a row comes before dates in its teaser.
        places.sort_by(|a, b| b.1.total_cmp(&a.1));
        items
            .iter()
            .zip(candidates)
            .map(|(item, found)| {
                places
                    .iter()
                    .find_map(|(key, ..)| found.iter().find(|date| self.place(item, date) == *key))
                    .filter(|date| stands_alone(date) || date.runs.start + 1 == item.runs.end)
                    .cloned()
            })
            .collect()
    }

    /// How surely a date is the day of publication, by what it is called.
    fn worth(&self, date: &Found) -> f32 {
        let label = self.label(date).to_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| label.contains(word));
        let mut worth = if date.whole { 1.0 } else { 0.3 };
        if says(&[
            "截止",
            "截至",
            "报名",
            "有效期",
            "成文",
            "结束",
            "生成日期",
            "失效",
            "回复",
            "最后",
            "更新",
            "deadline",
            "closing",
            "until",
            "updated",
            "expires",
        ]) {
            worth *= 0.4;
        } else if says(&[
            "发布",
            "发文",
            "公开",
            "publish",
            "posted",
            "veröffentlicht",
        ]) {
            worth *= 1.5;
        }
        worth
    }

    /// What stands with a date or before it, and what a table's head calls its column.
    fn label(&self, date: &Found) -> String {
        let page = self.page;
        let mut label = page.text(date.runs.clone());
        let before = date.runs.start.checked_sub(1).map(|run| page.run_text(run));
        label.extend(before.filter(|text| text.ends_with(['：', ':']) && text.len() < 40));
        let element = page.runs[date.runs.start].element;
        let cell = std::iter::once(element)
            .chain(page.ancestors(element))
            .take(4)
            .find(|id| matches!(page.name(*id), "td" | "th"));
        if let Some(head) = cell.and_then(|cell| self.column_head(cell)) {
            label.push_str(&page.text(page.runs_of(head)));
        }
        label
    }

    /// The cell above a cell in the first row of its table.
    fn column_head(&self, cell: Id) -> Option<Id> {
        let page = self.page;
        let row = page.parent(cell);
        let at = page
            .children(row)
            .take(30)
            .position(|child| child == cell)?;
        let table = page
            .ancestors(row)
            .take(3)
            .find(|id| page.name(*id) == "table")?;
        let first = (table + 1..row)
            .take(40)
            .find(|id| page.name(*id) == "tr")?;
        page.children(first).nth(at)
    }

    /// Where in its row a date stands.
    fn place(&self, item: &Item, date: &Found) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let element = self.page.runs[date.runs.start].element;
        let link = self.links[item.link].element;
        let mut hasher = DefaultHasher::new();
        let parent = self.page.parent(element);
        let column =
            if matches!(self.page.name(parent), "tr" | "dl") || self.page.name(element) == "td" {
                self.page
                    .children(self.page.parent(element))
                    .take(30)
                    .position(|child| child == element)
            } else {
                None
            };
        (
            self.page.name(element),
            self.page.class(element),
            column,
            date.whole,
            self.page.contains(link, element),
            element > link,
        )
            .hash(&mut hasher);
        hasher.finish()
    }

    /// The longest text of the row that is neither title nor date.
    fn teaser(&self, item: &Item, date: Option<&Found>, habits: &Habits) -> Option<String> {
        let title = self.title_runs(self.links[item.link].element, habits);
        item.runs
            .clone()
            .take(60)
            .filter(|run| !title.contains(run))
            .filter(|run| date.is_none_or(|date| !date.whole || !date.runs.contains(run)))
            .map(|run| self.page.run_text(run))
            .filter(|text| words::units(text) >= TEASER)
            .max_by(|a, b| words::units(a).total_cmp(&words::units(b)))
            .map(text::one_line)
            .filter(|text| !text.is_empty())
    }

    /// 置顶 beside the title, as text or as what a class or picture says.
    fn is_pinned(&self, item: &Item) -> bool {
        let page = self.page;
        item.runs
            .clone()
            .take(12)
            .any(|run| is_pin(page.run_text(run)))
            || (item.row..page.elements[item.row as usize].end)
                .take(20)
                .any(|id| {
                    words_of_pin(page.class(id))
                        || page.name(id) == "img"
                            && (words_of_pin(page.attribute(id, "src").unwrap_or_default())
                                || is_pin(page.attribute(id, "alt").unwrap_or_default()))
                })
    }
}

fn words_of_pin(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    value
        .split(|c: char| !c.is_ascii_alphanumeric())
        .any(|word| {
            matches!(
                word,
                "zhiding" | "sticky" | "pinned" | "istop" | "zd" | "settop" | "ontop"
            )
        })
}
