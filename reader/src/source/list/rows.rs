//! Turns rows into notices: the full title, the date, the teaser, whether it is pinned.

mod card;
mod habits;
pub(super) mod own_date;
pub(super) mod pager;
pub(super) mod publisher;
pub(super) mod row_dates;
mod title;
mod title_words;
pub(super) mod years;

use std::collections::{HashMap, HashSet};

use dom_query::Matcher;

use chrono::Datelike;

use self::{habits::Habits, own_date::without_own_date, title_words::is_pin};
use super::survey::{PageSurvey, selected::Selected};
use super::{
    candidates::group::{Item, RowGroup, is_period},
    choice::ListChoice,
    element::is_heading,
    evidence::scored::Scored,
    survey::{dates::DateInRow, links},
    words,
};
use crate::{
    bulletin::{Moment, Notice, clean_title, is_pinned_title, plain_title},
    source::{
        page::Id,
        reading::{NoticeList, ReadError},
        text,
    },
};

/// The least length of a teaser.
const TEASER: f32 = 14.0;

/// Returns the list of the rows of a choice.
pub(super) fn list(survey: &PageSurvey<'_>, choice: &ListChoice) -> Result<NoticeList, ReadError> {
    let best = choice.best();
    let (mut notices, mut is_cut) = (Vec::new(), false);
    for section in &choice.sections {
        let (rows, cut) = survey.notices(&section.group);
        notices.extend(rows);
        is_cut |= cut;
    }
    if notices.is_empty() {
        return Err(ReadError::NotAList("rows that lead nowhere".into()));
    }
    Ok(NoticeList {
        title: heading(survey, best),
        notices,
        is_cut,
        left_out: 0,
        confidence: choice.confidence(),
        next_page: survey.next_page(),
        feeds: survey.feeds(),
        select: match choice.sections.as_slice() {
            [section] => survey.proposal(&section.group),
            _ => None,
        },
        others: survey.explain_others(&choice.others),
    })
}

/// Returns the list's own heading, else the page's title.
fn heading(survey: &PageSurvey<'_>, best: &Scored) -> Option<String> {
    let title = best.heading.as_deref().unwrap_or(&survey.page.title);
    Some(text::one_line(title)).filter(|title| !title.is_empty())
}

impl PageSurvey<'_> {
    /// Returns the notices of a group, in page order, each once, and whether the page breaks off within one.
    pub(super) fn notices(&self, group: &RowGroup) -> (Vec<Notice>, bool) {
        let cut = group.items.iter().position(|item| self.is_cut(item));
        let items = &group.items[..cut.unwrap_or(group.items.len())];
        (self.notices_of(items), cut.is_some())
    }

    fn notices_of(&self, items: &[Item]) -> Vec<Notice> {
        let mut found: Vec<(&str, Option<DateInRow>)> = {
            let dates = self.row_dates(items);
            items
                .iter()
                .zip(dates)
                .map(|(item, date)| (self.links[item.link].href.as_str(), date))
                .collect()
        };
        let pinned: Vec<bool> = items.iter().map(|item| self.is_pinned(item)).collect();
        let headed = self.years_above(items);
        let days = self.days_above(items, &found);
        years::settle_years(&mut found, &pinned, &headed, self.context.now.year());
        let habits = Habits::of(self, items, &found);
        let publishers = self.publishers(items, &found);
        let mut notices = Vec::new();
        let rows = items
            .iter()
            .zip(&found)
            .zip(pinned)
            .zip(publishers)
            .zip(days);
        for ((((item, (href, date)), pinned), publisher), day) in rows {
            let notice = self.notice(item, href, date.as_ref(), &habits);
            let Some(mut notice) = notice else { continue };
            notice.pinned |= pinned;
            notice.publisher = publisher;
            notice.published = notice.published.or(day);
            notices.push(notice);
        }
        once_each(notices)
    }

    /// Returns whether the page breaks off within a row, so that the rest of it is unknown.
    fn is_cut(&self, item: &Item) -> bool {
        let page = self.page;
        page.open_at_end.contains(&item.row)
            || !page.open_at_end.is_empty() && item.runs.end >= page.runs.len()
    }

    /// Returns the year that a heading above each row names: `2022`, `November 2022`.
    fn years_above(&self, items: &[Item]) -> Vec<Option<i32>> {
        let page = self.page;
        let mut year = None;
        let mut end = 0;
        let headed = |item: &Item| {
            let start = page.runs_of(item.row).start;
            let between = end.max(start.saturating_sub(6))..start;
            end = page.runs_of(item.row).end;
            let above = between
                .rev()
                .find(|run| words::units(page.run_text(*run)) >= 1.0);
            year = above.and_then(|run| self.year_of_heading(run)).or(year);
            year
        };
        items.iter().map(headed).collect()
    }

    /// Returns the day that a heading above each row names, if no row has its own date.
    fn days_above(
        &self,
        items: &[Item],
        found: &[(&str, Option<DateInRow>)],
    ) -> Vec<Option<Moment>> {
        if found.iter().any(|(_, date)| date.is_some()) {
            return vec![None; items.len()];
        }
        let page = self.page;
        let mut day = None;
        let mut end = 0;
        let headed = |item: &Item| {
            let start = page.runs_of(item.row).start;
            let between = end.max(start.saturating_sub(3))..start;
            end = page.runs_of(item.row).end;
            let dates = self.dates.within(between);
            let heads = |date: &&DateInRow| {
                let element = page.runs[date.runs.start].element;
                let mut around = std::iter::once(element)
                    .chain(page.ancestors(element))
                    .take(3);
                let is_heading = around.any(|id| is_heading(page, id) || page.name(id) == "dt");
                date.whole && !date.yearless && is_heading
            };
            day = dates
                .iter()
                .rev()
                .find(heads)
                .map(|date| date.moment)
                .or(day);
            day
        };
        items.iter().map(headed).collect()
    }

    fn year_of_heading(&self, run: usize) -> Option<i32> {
        let element = self.page.runs[run].element;
        let mut around = std::iter::once(element)
            .chain(self.page.ancestors(element))
            .take(3);
        // Links to other years, and years to choose from, are not headings.
        let chooses = around.any(|id| matches!(self.page.name(id), "a" | "option" | "button"));
        let text = self.page.run_text(run);
        (!chooses && is_period(text))
            .then(|| years::year_in(text))
            .flatten()
    }

    fn notice(
        &self,
        item: &Item,
        href: &str,
        date: Option<&DateInRow>,
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
        let pinned_in_title = pinned_in_title || is_pinned_title(&title);
        let title = clean_title(&title);
        let beside = date.filter(|found| found.whole).map(|found| found.moment);
        let title = without_own_date(&title, beside, self.context).to_owned();
        let published = self
            .chosen(item, |selected| &selected.date)
            .and_then(|element| self.dates.of(element))
            .or_else(|| date.map(|found| found.moment))
            .or_else(|| self.dates.in_attributes(item.row))
            .or_else(|| self.date_in_title_attribute(item))
            .or_else(|| years::in_address(url.as_str()).map(Moment::Day));
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
            pinned: pinned_in_title,
        })
    }

    /// Returns the element that a selector of the source chooses in a row.
    fn chosen(&self, item: &Item, part: fn(&Selected) -> &Option<Matcher>) -> Option<Id> {
        let selected = self.selected.as_ref()?;
        selected.first(item.row, part(selected).as_ref()?)
    }

    /// Returns the longest text of the row that is neither title nor date.
    fn teaser(&self, item: &Item, date: Option<&DateInRow>, habits: &Habits) -> Option<String> {
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

    /// Returns whether 置顶 is next to the title, as text or in a class or picture.
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

/// Removes rows that lead where another one does, unless they are separate notices: dated, with another title or day,
/// or without any date if few rows repeat an address, or all of them share one.
fn once_each(rows: Vec<Notice>) -> Vec<Notice> {
    let mut kept: Vec<Notice> = Vec::new();
    let mut firsts: HashMap<String, usize> = HashMap::new();
    let addresses: HashSet<&str> = rows.iter().map(|row| row.url.as_str()).collect();
    let few_repeat = (rows.len() - addresses.len()) * 3 < rows.len() || addresses.len() == 1;
    let is_undated = rows.iter().all(|row| row.published.is_none());
    for row in rows {
        let Some(&first) = firsts.get(&row.url) else {
            firsts.insert(row.url.clone(), kept.len());
            kept.push(row);
            continue;
        };
        let first = &kept[first];
        let titles = [first, &row].map(|row| plain_title(&row.title));
        let is_titled = titles[0].starts_with(&titles[1]) || titles[1].starts_with(&titles[0]);
        let may_be_own = match (first.published, row.published) {
            (Some(a), Some(b)) => !is_titled || a.day() != b.day(),
            _ => is_undated && few_repeat && !is_titled,
        };
        if may_be_own {
            kept.push(row);
        }
    }
    kept
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
