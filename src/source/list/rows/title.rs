//! The title of a row as the page has it in full: without date, bullet and pin, and whole where the
//! text is cut and an attribute or a second link is not.

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
    ops::Range,
};

use crate::source::list::{
    candidates::group::Item,
    element::{is_heading, is_title_class},
    look::{PageLook, dates::Found, links::Link},
    words::{self, LinkText},
};
use crate::{
    bulletin::is_counter,
    source::{
        page::{self, Gap, Id},
        text,
    },
};

/// How a list writes its titles, told by all of its rows.
pub(in crate::source::list) struct Habits {
    /// Dates inside the links are the rows' dates, not words of the titles.
    dated_titles: bool,
    /// Which part of a link that holds a whole card is the title.
    title_part: Option<u64>,
    /// What attributes say around the titles of several rows alike: `Permalink to …`, `… - Town News`.
    furniture: Furniture,
}

/// Words before and after titles that are none of theirs.
#[derive(Default)]
struct Furniture {
    heads: Vec<String>,
    tails: Vec<String>,
}

impl Furniture {
    fn off<'a>(&self, title: &'a str) -> &'a str {
        let title = title.trim();
        let head = self.heads.iter().find_map(|head| title.strip_prefix(head));
        let title = head.unwrap_or(title);
        let tail = self.tails.iter().find_map(|tail| title.strip_suffix(tail));
        tail.unwrap_or(title).trim()
    }
}

impl Habits {
    pub(in crate::source::list) fn of(
        look: &PageLook<'_>,
        items: &[Item],
        dates: &[(&str, Option<Found>)],
    ) -> Self {
        let link = |item: &Item| look.links[item.link].element;
        let inside = items.iter().zip(dates).filter(|(item, (_, date))| {
            let runs = look.page.runs_of(link(item));
            date.as_ref()
                .is_some_and(|date| runs.contains(&date.runs.start))
        });
        Self {
            dated_titles: inside.count() * 10 >= items.len() * 6,
            title_part: look.title_part(items),
            furniture: look.furniture(items),
        }
    }
}

/// As many rows show what their attributes have in common.
const SAMPLE: usize = 12;
/// Rows from which on something that they share is a habit.
const SEVERAL: usize = 3;

/// A piece of a card that stands by itself.
struct Part {
    runs: Range<usize>,
    /// What kind of element it stands in.
    key: u64,
}

impl PageLook<'_> {
    pub(in crate::source::list) fn title(
        &self,
        item: &Item,
        date: Option<&Found>,
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

    /// The link of a row whose text is its headline: of several to one page the one in a heading, and a text before
    /// a picture.
    fn headline_link(&self, item: &Item) -> Id {
        let page = self.page;
        let own = &self.links[item.link];
        let in_heading = |link: &Link| {
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
        let says = |link: &&Link| !page.runs_of(link.element).is_empty() && link.units >= 4.0;
        let shows_text = !page.runs_of(own.element).is_empty();
        texts()
            .find(|link| in_heading(link))
            .or_else(|| texts().find(says).filter(|_| !shows_text))
            .map_or(own.element, |link| link.element)
    }

    /// Returns what the attributes of several rows have around the titles that are shown, or all of them where none is.
    fn furniture(&self, items: &[Item]) -> Furniture {
        let (mut heads, mut tails) = (Vec::new(), Vec::new());
        let mut unshown: Vec<String> = Vec::new();
        for item in items.iter().take(SAMPLE) {
            let link = self.headline_link(item);
            let shown = text::one_line(&self.page.text(self.page.runs_of(link)));
            let others = self.other_titles(item, link);
            if shown.is_empty() {
                unshown.extend(others.into_iter().find(|other| !other.is_empty()));
                continue;
            }
            let mut own: HashSet<(bool, String)> = HashSet::new();
            for other in others {
                let other = text::one_line(&other);
                let Some(at) = other.find(&shown) else {
                    continue;
                };
                own.insert((true, other[..at].to_owned()));
                own.insert((false, other[at + shown.len()..].to_owned()));
            }
            for (is_head, words) in own
                .into_iter()
                .filter(|(_, words)| !words.trim().is_empty())
            {
                if is_head { &mut heads } else { &mut tails }.push(words);
            }
        }
        let mut furniture = Furniture {
            heads: repeated(heads),
            tails: repeated(tails),
        };
        if unshown.len() >= SEVERAL {
            furniture.heads.extend(common_head(&unshown));
            furniture.tails.extend(common_tail(&unshown));
        }
        furniture
    }

    /// Without counters in elements of their own that stand behind the words.
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

    /// The part of a link that is the title: all of it, unless it holds a whole card.
    pub(in crate::source::list) fn title_runs(&self, link: Id, habits: &Habits) -> Range<usize> {
        let page = self.page;
        if let Some(heading) = self.heading_in(link) {
            return page.runs_of(heading);
        }
        if !self.holds_blocks(link) {
            return page.runs_of(link);
        }
        let parts = self.parts(link);
        let usual = parts
            .iter()
            .find(|part| Some(part.key) == habits.title_part);
        let says_something = || parts.iter().find(|part| self.units(&part.runs) >= 4.0);
        usual
            .or_else(says_something)
            .map_or_else(|| page.runs_of(link), |part| part.runs.clone())
    }

    /// The first kind of part that differs from card to card and is long enough for a title.
    fn title_part(&self, items: &[Item]) -> Option<u64> {
        let cards: Vec<Vec<Part>> = items
            .iter()
            .take(60)
            .map(|item| self.links[item.link].element)
            .filter(|link| self.holds_blocks(*link))
            .map(|link| self.parts(link))
            .collect();
        let keys = cards.first()?.iter().map(|part| part.key);
        keys.into_iter().find(|key| {
            let texts: Vec<(String, f32)> = cards
                .iter()
                .filter_map(|parts| parts.iter().find(|part| part.key == *key))
                .map(|part| (self.page.text(part.runs.clone()), self.units(&part.runs)))
                .collect();
            let different: HashSet<&String> = texts.iter().map(|(text, _)| text).collect();
            let units: f32 = texts.iter().map(|(_, units)| units).sum();
            texts.len() * 2 > cards.len()
                && different.len() * 10 >= texts.len() * 7
                && units >= 4.0 * texts.len() as f32
        })
    }

    fn units(&self, runs: &Range<usize>) -> f32 {
        runs.clone()
            .map(|run| words::units(self.page.run_text(run)))
            .sum()
    }

    /// The parts of a card: what blocks and classes set apart, without dates.
    fn parts(&self, link: Id) -> Vec<Part> {
        let page = self.page;
        let carrier = |run: usize| {
            let element = page.runs[run].element;
            let mut around = std::iter::once(element).chain(page.ancestors(element));
            around
                .find(|id| {
                    *id == link || !page::is_inline(page.name(*id)) || !page.class(*id).is_empty()
                })
                .unwrap_or(link)
        };
        let mut parts: Vec<(Part, Id)> = Vec::new();
        for run in page.runs_of(link).take(60) {
            if self
                .dates
                .within(run..run + 1)
                .iter()
                .any(|date| date.whole)
            {
                continue;
            }
            let element = carrier(run);
            match parts.last_mut() {
                Some((part, last))
                    if *last == element
                        && part.runs.end == run
                        && (page.runs[run].gap != Gap::Block || self.goes_on(run)) =>
                {
                    part.runs.end = run + 1;
                }
                _ => {
                    let mut hasher = DefaultHasher::new();
                    (page.name(element), page.class(element)).hash(&mut hasher);
                    let key = hasher.finish();
                    parts.push((
                        Part {
                            runs: run..run + 1,
                            key,
                        },
                        element,
                    ));
                }
            }
        }
        parts.into_iter().map(|(part, _)| part).collect()
    }

    /// Returns whether a line break within an element only parts the lines of one title: neither line is a sentence,
    /// a date or a labelled value.
    fn goes_on(&self, run: usize) -> bool {
        const LONGEST: f32 = 30.0;
        let is_line = |run: usize| {
            let text = self.page.run_text(run);
            words::units(text) <= LONGEST
                && !text.contains(['。', '；', '！', '？', '：', ':', '…'])
                && !text.trim_end().ends_with(['.', '!', '?'])
        };
        is_line(run - 1) && is_line(run) && self.dates.within(run..run + 1).is_empty()
    }

    fn holds_blocks(&self, element: Id) -> bool {
        let end = self.page.elements[element as usize].end;
        (element + 1..end)
            .take(40)
            .any(|id| !page::is_inline(self.page.name(id)))
    }

    /// The heading inside a link that holds a whole card.
    fn heading_in(&self, link: Id) -> Option<Id> {
        let page = self.page;
        let end = page.elements[link as usize].end;
        // The big day of a calendar leaf is often a heading too.
        let says = |id: &Id| {
            let runs = page.runs_of(*id);
            let is_date = || {
                self.dates
                    .within(runs.clone())
                    .iter()
                    .any(|date| date.whole)
            };
            let letters = || page.text(runs.clone()).chars().any(char::is_alphabetic);
            !runs.is_empty() && letters() && !is_date()
        };
        let inside = || (link + 1..end).take(60).filter(says);
        inside()
            .find(|id| matches!(page.name(*id), "h1" | "h2" | "h3" | "h4" | "h5" | "h6"))
            .or_else(|| {
                let called = || inside().find(|id| is_title_class(page.class(*id)));
                self.holds_blocks(link).then(called)?
            })
    }

    /// The text of the title as it is shown, and whether a pin stood in it.
    fn shown(
        &self,
        runs: Range<usize>,
        link: Id,
        date: Option<&Found>,
        habits: &Habits,
    ) -> (String, bool) {
        let page = self.page;
        let mut pinned = false;
        let mut shown = String::new();
        for run in runs.clone() {
            let mut piece = page.run_text(run);
            if let Some(date) = date.filter(|date| date.runs.contains(&run)) {
                // A date in an element of its own is none of the title's words.
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

    /// Other texts that may have the title in full: `title=`, a picture's `alt=`, a second link.
    fn other_titles(&self, item: &Item, element: Id) -> Vec<String> {
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

/// Returns what stands in the list several times, each once.
fn repeated(mut words: Vec<String>) -> Vec<String> {
    words.sort();
    let several = words
        .chunk_by(|a, b| a == b)
        .filter(|same| same.len() >= SEVERAL);
    several.map(|same| same[0].clone()).collect()
}

/// The words with which all titles begin, up to a space or mark.
fn common_head(titles: &[String]) -> Option<String> {
    let first = titles.first()?;
    let shared = titles.iter().fold(first.len(), |shared, title| {
        let pairs = first.char_indices().zip(title.chars());
        let differs = pairs.into_iter().find(|((_, a), b)| a != b);
        shared.min(differs.map_or(first.len().min(title.len()), |((at, _), _)| at))
    });
    let end = first[..shared].rfind(|c: char| !c.is_alphanumeric())?;
    let end = end + first[end..].chars().next().map_or(0, char::len_utf8);
    let is_rest = titles.iter().all(|title| title.len() > end);
    (is_rest && end >= 6).then(|| first[..end].to_owned())
}

/// The words with which all titles end, from a space or mark on.
fn common_tail(titles: &[String]) -> Option<String> {
    let turned = |text: &String| text.chars().rev().collect::<String>();
    let turned_titles: Vec<String> = titles.iter().map(turned).collect();
    common_head(&turned_titles).map(|tail| turned(&tail))
}

/// A title without the date at its head or tail.
fn without_date<'a>(piece: &'a str, date: &Range<usize>) -> &'a str {
    let (Some(head), Some(tail)) = (piece.get(..date.start), piece.get(date.end..)) else {
        return piece;
    };
    if words::units(tail) < 1.0 {
        head.trim_end_matches(is_bracket_or_space)
    } else if words::units(head) < 1.0 {
        tail.trim_start_matches(is_bracket_or_space)
    } else {
        piece
    }
}

/// The fuller of two forms of one title: the whole where the other is cut.
fn fuller(shown: String, other: &str) -> String {
    if other.is_empty() || other == shown {
        return shown;
    }
    if shown.is_empty() {
        return other.to_owned();
    }
    let cut = words::bare(shown.trim_end_matches(['.', '…', '·', ' ']));
    let whole = words::bare(other);
    match whole.find(&cut) {
        Some(0) if whole.len() > cut.len() && !cut.is_empty() => until_label(other, &shown),
        // `标题：…` before it, labels after it.
        Some(_) if is_cut(&shown) => until_label(other, &shown),
        _ => shown,
    }
}

fn is_cut(title: &str) -> bool {
    let title = title.trim_end();
    title.ends_with("...") || title.ends_with('…') || title.ends_with("..")
}

/// Takes labels off a `title=` that holds more than the title.
fn until_label(whole: &str, shown: &str) -> String {
    let head: String = shown.chars().take(4).collect();
    let from = whole.find(&head).unwrap_or(0);
    // Labels stand on lines of their own, or after the title.
    let rest = whole[from..].lines().next().unwrap_or_default();
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

fn is_bracket_or_space(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '[' | ']' | '(' | ')' | '（' | '）' | '【' | '】' | '〔' | '〕' | '|' | '-' | '/'
        )
}

pub(in crate::source::list) fn is_pin(text: &str) -> bool {
    let text = text.trim_matches(is_bracket_or_space);
    matches!(
        text,
        "置顶" | "顶" | "置頂" | "固顶" | "Pinned" | "pinned" | "PINNED" | "Sticky" | "TOP" | "Top"
    )
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

/// Returns whether an element's class calls its number one of readers or answers.
fn is_counter_class(class: &str) -> bool {
    let class = class.to_ascii_lowercase();
    let mut words = class.split(|c: char| !c.is_ascii_alphabetic());
    words.any(|word| {
        matches!(
            word,
            "hits"
                | "hit"
                | "views"
                | "view"
                | "reads"
                | "read"
                | "clicks"
                | "click"
                | "comments"
                | "comment"
                | "replies"
                | "reply"
                | "count"
                | "counter"
        )
    })
}
