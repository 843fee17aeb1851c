//! Finds the piece of a row that names the body which issued the notice: a column with such a heading in its table, an
//! element with such a class, or the text after a label.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use crate::source::list::{
    candidates::group::Item,
    survey::{PageSurvey, dates::DateInRow},
    words,
};
use crate::source::{page::Id, text};

const LABELS: &[&str] = &[
    "来源",
    "發布單位",
    "发布单位",
    "发布机构",
    "发布部门",
    "发布处室",
    "发文单位",
    "发文机关",
    "责任部门",
    "主办单位",
    "信息来源",
    "单位",
    "部门",
    "source",
    "department",
    "issued by",
    "published by",
    "office",
];
/// Words in the headings of such columns.
const HEADS: &[&str] = &[
    "单位",
    "單位",
    "部门",
    "部門",
    "机构",
    "機構",
    "来源",
    "來源",
    "处室",
    "机关",
    "source",
    "department",
    "office",
    "issuer",
    "authority",
];
const CLASSES: &[&str] = &[
    "source",
    "dept",
    "department",
    "bumen",
    "danwei",
    "laiyuan",
    "unit",
    "org",
    "publisher",
    "office",
];
/// The length above which a text does not name a body, in [`words::units`].
const LONGEST: f32 = 20.0;

impl PageSurvey<'_> {
    /// Returns the issuing body of each row, if most rows name one.
    pub(in crate::source::list) fn publishers(
        &self,
        items: &[Item],
        dates: &[(&str, Option<DateInRow>)],
    ) -> Vec<Option<String>> {
        let places = self.places(items);
        let found: Vec<Option<String>> = items
            .iter()
            .zip(dates)
            .map(|(item, (_, date))| self.publisher(item, date.as_ref(), &places))
            .collect();
        // Occasionally such a word is a part of something else.
        if found.iter().flatten().count() * 2 < items.len() {
            return vec![None; items.len()];
        }
        found
    }

    /// Returns the places in a row that name a body, by the first few rows: the headings of columns are read once.
    fn places(&self, items: &[Item]) -> HashMap<u64, bool> {
        let mut places = HashMap::new();
        for item in items.iter().take(3) {
            for run in item.runs.clone().take(20) {
                let element = self.page.runs[run].element;
                let key = self.place_of(element);
                places.entry(key).or_insert_with(|| self.is_place(element));
            }
        }
        places
    }

    fn place_of(&self, element: Id) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.page.name(element), self.page.class(element)).hash(&mut hasher);
        self.column(element).hash(&mut hasher);
        hasher.finish()
    }

    fn is_place(&self, element: Id) -> bool {
        let called = |words: &[&str], text: &str| {
            let text = text.to_lowercase();
            words.iter().any(|word| text.contains(word))
        };
        let class = self.page.class(element).to_lowercase();
        let by_class = class
            .split(|c: char| !c.is_ascii_alphabetic())
            .any(|word| CLASSES.contains(&word));
        let head = self.cell(element).and_then(|cell| self.column_head(cell));
        let by_head = head.is_some_and(|head| {
            let text = self.page.text(self.page.runs_of(head));
            words::units(&text) <= 8.0 && called(HEADS, &text)
        });
        by_class || by_head
    }

    fn publisher(
        &self,
        item: &Item,
        date: Option<&DateInRow>,
        places: &HashMap<u64, bool>,
    ) -> Option<String> {
        let page = self.page;
        let title = page.runs_of(self.links[item.link].element);
        let is_other =
            |run: &usize| title.contains(run) || date.is_some_and(|date| date.runs.contains(run));
        let mut runs = item.runs.clone().take(20).filter(|run| !is_other(run));
        runs.find_map(|run| {
            let piece = page.run_text(run);
            if piece.len() > 120 {
                return None;
            }
            if let Some(rest) = after_label(piece) {
                let next = || (run + 1 < item.runs.end).then(|| page.run_text(run + 1));
                return name(if rest.trim().is_empty() {
                    next()?
                } else {
                    rest
                });
            }
            let key = self.place_of(page.runs[run].element);
            places
                .get(&key)
                .copied()
                .unwrap_or(false)
                .then(|| name(piece))?
        })
    }
}

fn after_label(piece: &str) -> Option<&str> {
    let (label, rest) = piece.split_once(['：', ':'])?;
    let label = label.trim().to_lowercase();
    LABELS.contains(&label.as_str()).then_some(rest)
}

/// Returns a name without brackets around it, or `None` if it is not one.
fn name(text: &str) -> Option<String> {
    let text = text::one_line(text);
    let text = text.trim_matches(|c: char| "[]【】（）()〔〕|·".contains(c) || c.is_whitespace());
    let says = text.chars().any(char::is_alphabetic) && !text.contains(['：', ':', '。']);
    (says && words::units(text) <= LONGEST && words::units(text) >= 1.6).then(|| text.to_owned())
}
