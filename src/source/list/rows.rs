//! From rows to notices: the full title, the date, the teaser, whether it is pinned.

use std::collections::HashMap;

use chrono::Datelike;
use url::Url;

use super::{
    Look,
    dates::{self, Found},
    group::{Group, Item},
    score::stands_alone,
    words::{self, LinkText},
};
use crate::{
    bulletin::{Moment, Notice},
    source::{
        page::{self, Gap, Id},
        text,
    },
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
        let own_pieces = self.title_dates_are_the_rows(items, &found);
        let mut seen = HashMap::new();
        let mut notices = Vec::new();
        for (item, (href, date)) in items.iter().zip(&found) {
            let Ok(url) = self.base.join(href) else {
                continue;
            };
            if !matches!(url.scheme(), "http" | "https" | "file") {
                continue;
            }
            let Some(notice) = self.notice(item, url, date.as_ref(), own_pieces) else {
                continue;
            };
            if seen.insert(notice.url.clone(), notices.len()).is_none() {
                notices.push(notice);
            }
        }
        notices
    }

    fn notice(&self, item: &Item, url: Url, date: Option<&Found>, own: bool) -> Option<Notice> {
        let (title, pinned_in_title) = self.title(item, date, own)?;
        let published = date
            .map(|found| found.moment)
            .or_else(|| self.dates.in_attributes(item.row))
            .or_else(|| dates::in_address(url.as_str()).map(Moment::Day));
        let title = match self.context.simplify {
            true => text::simplify(&title),
            false => title,
        };
        Some(Notice {
            url: url.into(),
            guid: None,
            title,
            published,
            updated: None,
            summary: self.teaser(item, date),
            publisher: None,
            pinned: pinned_in_title || self.is_pinned(item),
        })
    }

    /// The date of each row: the one that stands where most rows have theirs.
    fn row_dates(&self, items: &[Item]) -> Vec<Option<Found>> {
        let candidates: Vec<Vec<Found>> = items
            .iter()
            .map(|item| self.dates.within(item.runs.clone()))
            .collect();
        let mut places: Vec<(u64, f32)> = Vec::new();
        for (item, found) in items.iter().zip(&candidates) {
            for date in found {
                let key = self.place(item, date);
                let worth = self.worth(date);
                match places.iter_mut().find(|(known, _)| *known == key) {
                    Some(place) => place.1 += worth,
                    None => places.push((key, worth)),
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
                    .find_map(|(key, _)| found.iter().find(|date| self.place(item, date) == *key))
                    .filter(|date| stands_alone(date) || date.runs.start + 1 == item.runs.end)
                    .cloned()
            })
            .collect()
    }

    /// How surely a date is the day of publication.
    fn worth(&self, date: &Found) -> f32 {
        let text = self.page.text(date.runs.clone());
        let late = [
            "截止",
            "截至",
            "报名",
            "有效期",
            "成文",
            "结束",
            "deadline",
            "closing",
            "until",
        ]
        .iter()
        .any(|word| text.to_lowercase().contains(word));
        let mut worth = 1.0;
        if !date.whole {
            worth *= 0.3;
        }
        if late {
            worth *= 0.4;
        }
        worth
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

    /// Whether dates at the ends of titles are what dates the rows.
    fn title_dates_are_the_rows(&self, items: &[Item], dates: &[(&str, Option<Found>)]) -> bool {
        let inside = items
            .iter()
            .zip(dates)
            .filter(|(item, (_, date))| {
                date.as_ref().is_some_and(|date| {
                    let link = self.links[item.link].element;
                    self.page.runs_of(link).contains(&date.runs.start)
                })
            })
            .count();
        inside * 10 >= items.len() * 6
    }

    /// The title as the page has it in full, without date, bullet and pin.
    fn title(&self, item: &Item, date: Option<&Found>, own: bool) -> Option<(String, bool)> {
        let element = self.links[item.link].element;
        let (shown, pinned) = self.shown_title(element, date, own);
        let mut best = shown;
        for value in self.other_titles(item, element) {
            best = fuller(best, text::one_line(&value));
        }
        let best = trim_bullets(&best);
        (!best.is_empty()).then(|| (best.to_owned(), pinned))
    }

    /// The text of the link, or of the part of it that is the title where it holds a whole card.
    fn shown_title(&self, element: Id, date: Option<&Found>, own: bool) -> (String, bool) {
        let page = self.page;
        let part = self.headline(element).unwrap_or(element);
        let mut pinned = false;
        let mut shown = String::new();
        let runs = page.runs_of(part);
        let blocks = part == element && self.has_blocks(element);
        for run in runs.clone() {
            let mut piece = page.run_text(run);
            if let Some(date) = date.filter(|date| date.runs.contains(&run)) {
                let alone = date.whole && (runs.len() > 1 || own);
                if alone && (page.runs[run].element != part || date.runs.len() > 1) {
                    continue;
                }
                if own && (date.bytes.end <= piece.len()) {
                    let (head, tail) = (&piece[..date.bytes.start], &piece[date.bytes.end..]);
                    if words::units(tail) < 1.0 {
                        piece = head.trim_end_matches(is_bracket_or_space);
                    } else if words::units(head) < 1.0 {
                        piece = tail.trim_start_matches(is_bracket_or_space);
                    }
                }
            }
            if is_pin(piece) {
                pinned = true;
                continue;
            }
            if is_badge(piece) && runs.len() > 1 {
                continue;
            }
            if page.runs[run].gap == Gap::Block && !shown.is_empty() {
                // A card: what comes after the first block that says something is a teaser.
                if blocks && words::units(&shown) >= 4.0 {
                    break;
                }
                shown.push(' ');
            } else if page.runs[run].gap != Gap::None && !shown.is_empty() {
                shown.push(' ');
            }
            shown.push_str(piece);
        }
        (text::one_line(&shown), pinned)
    }

    fn has_blocks(&self, element: Id) -> bool {
        let end = self.page.elements[element as usize].end;
        (element + 1..end)
            .take(40)
            .any(|id| !page::is_inline(self.page.name(id)))
    }

    /// The heading inside a link that holds a whole card.
    fn headline(&self, element: Id) -> Option<Id> {
        let page = self.page;
        let end = page.elements[element as usize].end;
        let inside = || {
            (element + 1..end)
                .take(60)
                .filter(|id| !page.runs_of(*id).is_empty())
        };
        inside()
            .find(|id| matches!(page.name(*id), "h1" | "h2" | "h3" | "h4" | "h5" | "h6"))
            .or_else(|| {
                self.has_blocks(element)
                    .then(|| inside().find(|id| is_title_class(page.class(*id))))?
            })
    }

    /// Other texts that may have the title in full: `title=`, a picture's `alt=`, a second link.
    fn other_titles(&self, item: &Item, element: Id) -> Vec<String> {
        let page = self.page;
        let own = |id: Id, name: &str| page.attribute(id, name).map(str::to_owned);
        let mut titles = Vec::from_iter(own(element, "title"));
        let href = &self.links[item.link].href;
        let row = item.row..page.elements[item.row as usize].end;
        let from = self.links.partition_point(|link| link.element < row.start);
        for link in self.links[from..]
            .iter()
            .take_while(|link| link.element < row.end)
            .take(12)
        {
            if link.href == *href && link.text != LinkText::More {
                titles.extend(own(link.element, "title"));
                if link.element != element {
                    titles.push(page.text(page.runs_of(link.element)));
                }
            }
        }
        for id in row.clone().take(80) {
            let name = page.name(id);
            if name == "img" {
                titles.extend(own(id, "alt"));
            } else if page.contains(element, id) || page.contains(id, element) {
                titles.extend(own(id, "title"));
            }
        }
        titles
    }

    /// The longest text of the row that is neither title nor date.
    fn teaser(&self, item: &Item, date: Option<&Found>) -> Option<String> {
        let link = self.page.runs_of(self.links[item.link].element);
        let headline = self
            .headline(self.links[item.link].element)
            .map(|id| self.page.runs_of(id));
        item.runs
            .clone()
            .take(60)
            .filter(|run| match &headline {
                Some(headline) => !headline.contains(run),
                None => !link.contains(run),
            })
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

/// The fuller of two forms of one title: the whole where the other is cut.
fn fuller(shown: String, other: String) -> String {
    if other.is_empty() || other == shown {
        return shown;
    }
    if shown.is_empty() {
        return other;
    }
    let cut = words::bare(shown.trim_end_matches(['.', '…', '·', ' ']));
    let whole = words::bare(&other);
    let at = whole.find(&cut);
    match at {
        Some(0) if whole.len() > cut.len() && !cut.is_empty() => until_label(other, &shown),
        // `标题：…` before it, labels after it.
        Some(_) if is_cut(&shown) => until_label(other, &shown),
        _ => shown,
    }
}

pub(super) fn is_cut(title: &str) -> bool {
    let title = title.trim_end();
    title.ends_with("...") || title.ends_with('…') || title.ends_with("..")
}

/// Takes labels off a `title=` that holds more than the title.
fn until_label(whole: String, shown: &str) -> String {
    let head: String = shown.chars().take(4).collect();
    let from = whole.find(&head).unwrap_or(0);
    let rest = &whole[from..];
    let end = [
        "发布时间",
        "发布日期",
        "更新时间",
        "点击数",
        "作者：",
        "作者:",
        "点击次数",
        "文章作者",
    ]
    .iter()
    .filter_map(|label| rest.find(label))
    .min()
    .unwrap_or(rest.len());
    rest[..end].trim().to_owned()
}

fn trim_bullets(title: &str) -> &str {
    title
        .trim_start_matches(|c: char| {
            c.is_whitespace()
                || matches!(
                    c,
                    '•' | '·'
                        | '■'
                        | '□'
                        | '▪'
                        | '▫'
                        | '●'
                        | '○'
                        | '◆'
                        | '◇'
                        | '►'
                        | '▶'
                        | '▸'
                        | '»'
                        | '›'
                        | '>'
                        | '※'
                        | '★'
                        | '☆'
                        | '・'
                        | '–'
                        | '—'
                        | '-'
                        | '|'
                        | '∙'
                        | '◎'
                        | '→'
                )
        })
        .trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '|' | '›' | '»'))
}

fn is_bracket_or_space(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '[' | ']' | '(' | ')' | '（' | '）' | '【' | '】' | '〔' | '〕' | '|' | '-' | '/'
        )
}

fn is_pin(text: &str) -> bool {
    let text = text.trim_matches(is_bracket_or_space);
    matches!(
        text,
        "置顶" | "顶" | "置頂" | "固顶" | "Pinned" | "pinned" | "PINNED" | "Sticky" | "TOP" | "Top"
    )
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

/// A small mark that is no part of a title.
fn is_badge(text: &str) -> bool {
    matches!(
        text.trim_matches(is_bracket_or_space)
            .to_ascii_lowercase()
            .as_str(),
        "new" | "new!" | "hot" | "新" | "热" | "荐" | "图" | "!"
    ) || text.trim().bytes().all(|b| b.is_ascii_digit()) && text.trim().len() <= 2
}

fn is_title_class(class: &str) -> bool {
    class
        .to_ascii_lowercase()
        .split(|c: char| !c.is_ascii_alphabetic())
        .any(|word| {
            matches!(
                word,
                "title" | "tit" | "headline" | "subject" | "heading" | "bt" | "biaoti"
            )
        })
}
