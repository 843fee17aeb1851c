//! Finds the title of a row in full: without date, bullet and pin, and from an attribute or a second link if the text
//! is truncated.

use std::ops::Range;

use super::{
    habits::Habits,
    title_words::{fuller, is_badge, is_counter_class, is_pin, without_date},
};
use crate::source::list::{
    candidates::group::Item,
    element::is_heading,
    survey::{PageSurvey, dates::DateInRow, links::PageLink},
    words::LinkText,
};
use crate::{
    bulletin::is_counter,
    source::{
        page::{Gap, Id},
        text,
    },
};

impl PageSurvey<'_> {
    pub(super) fn title(
        &self,
        item: &Item,
        date: Option<&DateInRow>,
        habits: &Habits,
    ) -> Option<(String, bool)> {
        let element = self.headline_link(item);
        let runs = self.title_runs(element, habits);
        let runs = self.without_counters(runs, element);
        let (mut title, pinned) = self.shown(runs, element, date, habits);
        for other in self.other_titles(item, element) {
            title = fuller(title, habits.furniture.off(&other));
        }
        if title.is_empty() {
            title.push_str(
                self.page
                    .attribute(element, "aria-label")
                    .unwrap_or_default(),
            );
        }
        let title = text::one_line(&text::joined_lines(&title));
        (!title.is_empty()).then_some((title, pinned))
    }

    /// Returns the link of a row whose text is its headline: of several to one page the one in a heading, and a text
    /// before a picture.
    pub(super) fn headline_link(&self, item: &Item) -> Id {
        let page = self.page;
        let own = &self.links[item.link];
        let in_heading = |link: &PageLink| {
            let around = page.ancestors(link.element).take(3);
            let mut around = around.take_while(|id| page.contains(item.row, *id));
            link.text == LinkText::Title
                && (around.any(|id| is_heading(page, id))
                    || self.heading_in(link.element).is_some())
        };
        if in_heading(own) {
            return own.element;
        }
        let end = page.elements[item.row as usize].end;
        let from = self.links.partition_point(|link| link.element < item.row);
        let texts = || {
            let links = self.links[from..].iter().take(12);
            let links = links.take_while(|link| link.element < end);
            links.filter(|link| link.href == own.href && link.text == LinkText::Title)
        };
        let says = |link: &&PageLink| !page.runs_of(link.element).is_empty() && link.units >= 4.0;
        let shows_text = !page.runs_of(own.element).is_empty();
        texts()
            .find(|link| in_heading(link))
            .or_else(|| texts().find(says).filter(|_| !shows_text))
            .map_or(own.element, |link| link.element)
    }

    /// Removes counters in their own elements that follow the words.
    fn without_counters(&self, mut runs: Range<usize>, link: Id) -> Range<usize> {
        let is_counter = |run: usize| {
            let element = self.page.runs[run].element;
            let text = self.page.run_text(run).trim();
            let is_number = || text.bytes().all(|byte| byte.is_ascii_digit());
            element != link
                && (is_counter(text) || is_number() && is_counter_class(self.page.class(element)))
        };
        while runs.len() > 1 && is_counter(runs.end - 1) {
            runs.end -= 1;
        }
        runs
    }

    /// Returns the text of the title as it is shown, and whether a pin was in it.
    fn shown(
        &self,
        runs: Range<usize>,
        link: Id,
        date: Option<&DateInRow>,
        habits: &Habits,
    ) -> (String, bool) {
        let page = self.page;
        let mut pinned = false;
        let mut shown = String::new();
        for run in runs.clone() {
            let mut piece = page.run_text(run);
            if let Some(date) = date.filter(|date| date.runs.contains(&run)) {
                // A date in its own element is not part of the title's words.
                if date.whole
                    && runs.len() > 1
                    && (page.runs[run].element != link || date.runs.len() > 1)
                {
                    continue;
                }
                if habits.dated_titles {
                    piece = without_date(piece, &date.bytes);
                }
            }
            if is_pin(piece) {
                pinned = true;
                continue;
            }
            if is_badge(piece) && runs.len() > 1 {
                continue;
            }
            let gap = page.runs[run].gap;
            // Chinese has no spaces between words, wherever a line of it ends.
            let goes_on = gap == Gap::Block
                && shown.ends_with(text::is_han)
                && piece.starts_with(text::is_han);
            if gap != Gap::None && !shown.is_empty() && !goes_on {
                shown.push(' ');
            }
            shown.push_str(piece);
        }
        (shown, pinned)
    }

    /// Returns other texts that may have the title in full: `title=`, a picture's `alt=`, a second link.
    pub(super) fn other_titles(&self, item: &Item, element: Id) -> Vec<String> {
        let page = self.page;
        let own = |id: Id, name: &str| page.attribute(id, name).map(str::to_owned);
        let mut titles = Vec::from_iter(own(element, "title"));
        let href = &self.links[item.link].href;
        let row = item.row..page.elements[item.row as usize].end;
        let from = self.links.partition_point(|link| link.element < row.start);
        let in_row = self.links[from..]
            .iter()
            .take_while(|link| link.element < row.end);
        for link in in_row.take(12) {
            if link.href == *href && link.text != LinkText::More && link.element != element {
                titles.extend(own(link.element, "title"));
                titles.push(page.text(page.runs_of(link.element)));
            }
        }
        for id in row.take(80) {
            if page.name(id) == "img" {
                titles.extend(own(id, "alt"));
            } else if page.contains(element, id) || page.contains(id, element) {
                titles.extend(own(id, "title"));
            }
        }
        titles
    }
}
