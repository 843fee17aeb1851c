//! Decides which of the dates in a row is the day of publication: the one at the place where most rows have theirs,
//! which is not labelled a deadline or the like.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use crate::source::list::{
    candidates::group::Item,
    survey::{
        PageSurvey,
        date_words::is_of_other_day,
        dates::{DateInRow, stands_alone},
    },
};
use crate::{
    bulletin::Moment,
    source::{
        date::{self, Called},
        page::Id,
    },
};

/// Labels of dates that are the day of publication only if a row has no other.
const OTHER_DAYS: &[&str] = &["成文", "生成日期", "回复", "最后", "更新", "updated"];
const PUBLICATION: &[&str] = &[
    "发布",
    "发文",
    "公开",
    "publish",
    "posted",
    "veröffentlicht",
];

impl PageSurvey<'_> {
    /// Returns the date of each row.
    pub(in crate::source::list) fn row_dates(&self, items: &[Item]) -> Vec<Option<DateInRow>> {
        let found: Vec<Vec<DateInRow>> = items
            .iter()
            .map(|item| self.dates.within(item.runs.clone()))
            .collect();
        // If no row has several dates, their labels do not matter.
        let choice = found.iter().any(|dates| dates.len() > 1);
        let candidates: Vec<Vec<(u64, DateInRow)>> = items
            .iter()
            .zip(found)
            .map(|(item, found)| {
                let placed = |date| (self.place(item, &date, choice), date);
                found.into_iter().map(placed).collect()
            })
            .collect();
        let mut worth: HashMap<u64, f32> = HashMap::new();
        let mut rows: HashMap<u64, usize> = HashMap::new();
        for (place, date) in candidates.iter().flatten() {
            *worth.entry(*place).or_default() += self.worth(date);
            *rows.entry(*place).or_default() += 1;
        }
        let byline = self.byline(items);
        items
            .iter()
            .zip(candidates)
            .map(|(item, found)| {
                // A date that few titles have among their words is not that of publication.
                let is_own = |place: &u64, date: &DateInRow| {
                    let is_usual = rows[place] * 5 >= items.len() * 2;
                    match self.in_title(item, date) {
                        true => is_usual && self.dates.in_attributes(item.row).is_none(),
                        // Nor is one with which a few teasers begin.
                        false => date.whole || is_usual,
                    }
                };
                // The first among equals is taken: the date of a row precedes dates in its teaser.
                let (_, best) = found
                    .into_iter()
                    .rev()
                    .filter(|(place, date)| is_own(place, date) && !self.is_other_day(date))
                    .max_by(|a, b| worth[&a.0].total_cmp(&worth[&b.0]))?;
                let after = self.page.run_text(best.runs.start).get(best.bytes.end..);
                let is_last = best.runs.start + 1 == item.runs.end
                    && after.is_some_and(|after| !after.contains(char::is_alphanumeric));
                let is_byline = || {
                    byline
                        .as_ref()
                        .is_some_and(|byline| *byline == self.head(&best))
                };
                (stands_alone(&best) || is_last || is_byline()).then_some(best)
            })
            .collect()
    }

    /// Returns the words before a date that most rows share, outside their titles: "Publicado el 7 de diciembre de 2015
    /// por …".
    pub(in crate::source::list) fn byline(&self, items: &[Item]) -> Option<String> {
        const SAMPLE: usize = 20;
        let sample = &items[..items.len().min(SAMPLE)];
        let mut heads: HashMap<String, usize> = HashMap::new();
        for item in sample {
            let dates = self.dates.within(item.runs.clone());
            let own = dates.iter().find(|date| {
                !date.whole && !date.leads && !self.in_title(item, date) && !date.yearless
            });
            if let Some(date) = own {
                *heads.entry(self.head(date)).or_default() += 1;
            }
        }
        let (head, count) = heads.into_iter().max_by_key(|(_, count)| *count)?;
        (count >= 3 && count * 10 >= sample.len() * 7).then_some(head)
    }

    /// Returns the words before a date in its piece of text.
    pub(in crate::source::list) fn head(&self, date: &DateInRow) -> String {
        let text = self.page.run_text(date.runs.start);
        text.get(..date.bytes.start)
            .unwrap_or_default()
            .trim()
            .to_lowercase()
    }

    /// Returns whether a date is among other words of the row's link.
    fn in_title(&self, item: &Item, date: &DateInRow) -> bool {
        let element = self.page.runs[date.runs.start].element;
        let rest = self.page.run_text(date.runs.start).len() - date.bytes.len();
        date.runs.len() == 1
            && rest > 0
            && self.page.contains(self.links[item.link].element, element)
    }

    /// Returns the place of a date in its row, and whether it has a label, as a hash.
    fn place(&self, item: &Item, date: &DateInRow, choice: bool) -> u64 {
        let page = self.page;
        let element = page.runs[date.runs.start].element;
        let link = self.links[item.link].element;
        let mut hasher = DefaultHasher::new();
        (page.name(element), page.class(element)).hash(&mut hasher);
        (date.whole, page.contains(link, element), element > link).hash(&mut hasher);
        self.in_title(item, date).hash(&mut hasher);
        if choice {
            (self.worth(date) * 10.0)
                .round()
                .to_bits()
                .hash(&mut hasher);
            self.column(element).hash(&mut hasher);
        }
        hasher.finish()
    }

    /// Returns the column of its row that an element is in.
    pub(in crate::source::list) fn column(&self, element: Id) -> Option<usize> {
        let cell = self.cell(element)?;
        let row = self.page.parent(cell);
        let mut column = 0;
        for child in self.page.children(row).take(30) {
            if child == cell {
                return Some(column);
            }
            column += self.span(child);
        }
        None
    }

    /// Returns the number of columns that a cell spans.
    fn span(&self, cell: Id) -> usize {
        let said = self.page.attribute(cell, "colspan");
        said.and_then(|span| span.trim().parse().ok())
            .unwrap_or(1)
            .clamp(1, 30)
    }

    pub(in crate::source::list) fn cell(&self, element: Id) -> Option<Id> {
        std::iter::once(element)
            .chain(self.page.ancestors(element))
            .take(4)
            .find(|id| matches!(self.page.name(*id), "td" | "th"))
    }

    /// Returns how surely a date is the day of publication, by its label.
    fn worth(&self, date: &DateInRow) -> f32 {
        let label = self.label(date).to_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| label.contains(word));
        let worth = if date.whole { 1.0 } else { 0.3 };
        match () {
            () if says(OTHER_DAYS) => worth * 0.4,
            () if says(PUBLICATION) => worth * 1.5,
            () => worth,
        }
    }

    /// Returns the label of a date: the text with it or before it, and the heading of its table column.
    fn label(&self, date: &DateInRow) -> String {
        let page = self.page;
        let mut label = page.text(date.runs.clone());
        let before = date.runs.start.checked_sub(1).map(|run| page.run_text(run));
        label.extend(before.filter(|text| text.ends_with(['：', ':']) && text.len() < 40));
        let cell = self.cell(page.runs[date.runs.start].element);
        if let Some(head) = cell.and_then(|cell| self.column_head(cell)) {
            label.push_str(&page.text(page.runs_of(head)));
        }
        label
    }

    /// Returns whether a date is labelled a deadline or the like, by the text before it or the heading of its column.
    fn is_other_day(&self, date: &DateInRow) -> bool {
        let page = self.page;
        let own = page
            .run_text(date.runs.start)
            .get(..date.bytes.start)
            .unwrap_or_default();
        let is_alone = !own.contains(char::is_alphanumeric);
        let element = page.runs[date.runs.start].element;
        if is_of_other_day(page.class(element)) {
            return true;
        }
        let above = || {
            let run = date.runs.start.checked_sub(1)?;
            let before = page.run_text(run);
            let link = page.runs[run].element;
            let mut around = std::iter::once(link).chain(page.ancestors(link)).take(4);
            // A label in its own element needs no colon; a title may well end in such a word.
            let is_title = around.any(|id| page.name(id) == "a");
            let says = ["时间", "日期", "截止", "截至", "deadline", "date"];
            let is_label =
                before.chars().count() <= 12 && says.iter().any(|end| before.ends_with(end));
            let labels = before.ends_with(['：', ':']) || is_label && !is_title;
            (labels && before.len() < 40)
                .then(|| format!("{}：", before.trim_end_matches(['：', ':'])))
        };
        let headed = || {
            let head = self.column_head(self.cell(page.runs[date.runs.start].element)?)?;
            Some(format!("{}：", page.text(page.runs_of(head))))
        };
        let label = match is_alone {
            true => above().or_else(headed),
            false => Some(own.to_owned()),
        };
        label.is_some_and(|label| date::called(&label) == Called::Other)
    }

    /// Returns the cell above a cell in the first row of its table.
    pub(in crate::source::list) fn column_head(&self, cell: Id) -> Option<Id> {
        let page = self.page;
        let at = self.column(cell)?;
        let row = page.parent(cell);
        let table = page
            .ancestors(row)
            .take(3)
            .find(|id| page.name(*id) == "table")?;
        let first = (table + 1..row)
            .take(40)
            .find(|id| page.name(*id) == "tr")?;
        let mut column = 0;
        page.children(first).take(30).find(|head| {
            column += self.span(*head);
            column > at
        })
    }

    /// Parses `title="标题：… 发布时间：2024-05-20"`.
    pub(in crate::source::list) fn date_in_title_attribute(&self, item: &Item) -> Option<Moment> {
        let title = self
            .page
            .attribute(self.links[item.link].element, "title")?;
        let labels = [
            "发布",
            "时间",
            "日期",
            "Date",
            "date",
            "Published",
            "Posted",
        ];
        let label = labels.iter().filter_map(|label| title.find(label)).min()?;
        self.dates.find(&title[label..]).map(|(_, moment)| moment)
    }
}
