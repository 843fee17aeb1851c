//! Provides a cursor over one table of the file: takes keys, collects problems, reports leftovers.

use std::cell::RefCell;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::checked::ConfigError;

pub(super) type Value<'a> = Spanned<DeValue<'a>>;

/// A mistake at a byte of the text: `what; what is expected`.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) at: usize,
    pub(super) what: String,
}

/// The outcome of reading a value.
pub(super) type Read<T> = Result<T, Vec<Fault>>;

pub(super) fn fault<T>(value: &Value<'_>, what: impl Into<String>) -> Read<T> {
    Err(vec![Fault {
        at: value.span().start,
        what: what.into(),
    }])
}

/// The text that is checked, and all mistakes found in it.
#[derive(Debug)]
pub(super) struct Problems<'a> {
    file: String,
    text: &'a str,
    found: RefCell<Vec<Fault>>,
}

impl<'a> Problems<'a> {
    pub(super) fn new(file: String, text: &'a str) -> Self {
        Self {
            file,
            text,
            found: RefCell::default(),
        }
    }

    pub(super) fn add(&self, at: usize, what: impl Into<String>) {
        let what = what.into();
        self.found.borrow_mut().push(Fault { at, what });
    }

    /// Returns the line of a byte, from 1, and its column in characters, from 1.
    pub(super) fn place(&self, at: usize) -> (usize, usize) {
        let before = &self.text[..self.text.floor_char_boundary(at)];
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (line, before[start..].chars().count() + 1)
    }

    /// Returns the line of each problem, from 1, and its text, in their order.
    pub(super) fn into_found(self) -> Vec<(usize, String)> {
        let mut found = self.found.take();
        found.sort_by_key(|fault| fault.at);
        let placed = found
            .iter()
            .map(|fault| (self.place(fault.at).0, one_line(&fault.what)));
        placed.collect()
    }

    /// Returns Ok if there are no problems.
    pub(super) fn into_result(self) -> Result<(), ConfigError> {
        let mut found = self.found.take();
        if found.is_empty() {
            return Ok(());
        }
        found.sort_by_key(|fault| fault.at);
        let problems = found.iter().map(|Fault { at, what }| {
            let (line, column) = self.place(*at);
            format!("{}:{line}:{column}: {}", self.file, one_line(what))
        });
        Err(ConfigError {
            problems: problems.collect(),
        })
    }
}

/// Returns a text on one line: a value of the file may contain line breaks.
fn one_line(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let control = c.is_control().then(|| c.escape_default());
            let plain = control.is_none().then_some(c);
            control.into_iter().flatten().chain(plain)
        })
        .collect()
}

/// A table of the file.
#[derive(Debug)]
pub(super) struct Table<'a> {
    /// The name as in the file: `[fetch]`.
    name: String,
    header: usize,
    entries: &'a DeTable<'a>,
    known: Vec<&'static str>,
    problems: &'a Problems<'a>,
}

impl<'a> Table<'a> {
    pub(super) fn new(
        name: impl Into<String>,
        header: usize,
        entries: &'a DeTable<'a>,
        problems: &'a Problems<'a>,
    ) -> Self {
        Self {
            name: name.into(),
            header,
            entries,
            known: Vec::new(),
            problems,
        }
    }

    /// Returns the value of a key, if it is present and correct.
    pub(super) fn take<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&'a Value<'a>) -> Read<T>,
    ) -> Option<T> {
        self.known.push(key);
        match read(self.entries.get(key)?) {
            Ok(value) => Some(value),
            Err(faults) => {
                self.problems.found.borrow_mut().extend(faults);
                None
            }
        }
    }

    /// Reports a problem with a value that could be read.
    pub(super) fn complain(&self, value: &Value<'_>, what: &str) {
        self.problems.add(value.span().start, what);
    }

    /// Reports a problem with the value of a key, if it is present.
    pub(super) fn complain_of(&self, key: &str, what: &str) {
        if let Some(value) = self.entries.get(key) {
            self.complain(value, what);
        }
    }

    /// Replaces a default with the value of a key.
    pub(super) fn set<T>(
        &mut self,
        key: &'static str,
        place: &mut T,
        read: impl FnOnce(&'a Value<'a>) -> Read<T>,
    ) {
        if let Some(value) = self.take(key, read) {
            *place = value;
        }
    }

    /// Returns the value of a required key; `expected` states its purpose.
    pub(super) fn require<T>(
        &mut self,
        key: &'static str,
        expected: &str,
        read: impl FnOnce(&'a Value<'a>) -> Read<T>,
    ) -> Option<T> {
        if !self.entries.contains_key(key) {
            let what = format!("`{key}` is missing in {}; expected {expected}", self.name);
            self.problems.add(self.header, what);
        }
        self.take(key, read)
    }

    /// Returns the table `[key]` below this one.
    pub(super) fn table(&mut self, key: &'static str, name: &str) -> Option<Table<'a>> {
        let problems = self.problems;
        self.take(key, |value| match value.get_ref() {
            DeValue::Table(entries) => Ok(Table::new(name, value.span().start, entries, problems)),
            other => fault(
                value,
                format!("this is {}; expected the table `{name}`", kind_of(other)),
            ),
        })
    }

    /// Returns the tables `[[key]]` below this one.
    pub(super) fn tables(&mut self, key: &'static str) -> Vec<Table<'a>> {
        let problems = self.problems;
        let name = format!("[[{key}]]");
        let wrong = |value: &Value<'_>| {
            let found = kind_of(value.get_ref());
            fault(value, format!("this is {found}; expected tables `{name}`"))
        };
        let read = |value: &'a Value<'a>| {
            let DeValue::Array(items) = value.get_ref() else {
                return wrong(value);
            };
            let mut tables = Vec::new();
            for item in items.iter() {
                let DeValue::Table(entries) = item.get_ref() else {
                    return wrong(item);
                };
                tables.push(Table::new(
                    name.clone(),
                    item.span().start,
                    entries,
                    problems,
                ));
            }
            Ok(tables)
        };
        self.take(key, read).unwrap_or_default()
    }

    /// Allows keys that are not read.
    pub(super) fn allow(&mut self, keys: &[&'static str]) {
        self.known.extend(keys);
    }

    /// Reports keys that were not read.
    pub(super) fn finish(self) {
        for key in self.entries.keys() {
            let unknown = key.get_ref().as_ref();
            if self.known.contains(&unknown) {
                continue;
            }
            let expected = match nearest(unknown, self.known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("expected one of {}", self.known.join(", ")),
            };
            let what = format!("unknown key `{unknown}` in {}; {expected}", self.name);
            self.problems.add(key.span().start, what);
        }
    }
}

/// Returns the kind of a value, with its article.
pub(super) fn kind_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}

/// Returns the word that was probably intended.
pub(super) fn nearest<'w>(word: &str, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let word = word.to_lowercase();
    let slips = (word.chars().count() / 3).clamp(1, 3);
    words
        .into_iter()
        .map(|known| {
            (
                strsim::damerau_levenshtein(&word, &known.to_lowercase()),
                known,
            )
        })
        .filter(|(distance, _)| *distance <= slips)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}
