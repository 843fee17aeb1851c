//! Tracks the ids of the file's tables, which are unique, and references to them.

use std::{collections::BTreeMap, fmt::Display, str::FromStr};

use super::{
    read::{from_str, string},
    table::{Problems, Read, Value, fault, nearest},
};
use crate::bulletin::IdError;

/// The ids of all tables of one kind, each once.
pub(super) struct Ids<'a> {
    kind: &'static str,
    taken: BTreeMap<String, usize>,
    problems: &'a Problems<'a>,
}

impl<'a> Ids<'a> {
    pub(super) fn new(kind: &'static str, problems: &'a Problems<'a>) -> Self {
        Self {
            kind,
            taken: BTreeMap::new(),
            problems,
        }
    }

    /// Returns the ids of tables that are elsewhere.
    pub(super) fn of<'i>(
        kind: &'static str,
        ids: impl Iterator<Item = &'i str>,
        problems: &'a Problems<'a>,
    ) -> Self {
        Self {
            taken: ids.map(|id| (id.to_owned(), 0)).collect(),
            ..Self::new(kind, problems)
        }
    }

    /// Reads the id of a table; an earlier table with the same id keeps it.
    pub(super) fn claim<T: FromStr<Err: Display>>(&mut self, value: &Value<'_>) -> Read<T> {
        let text = string(value)?;
        if let Some(first) = self.taken.get(text) {
            let (line, _) = self.problems.place(*first);
            let kind = self.kind;
            return fault(
                value,
                format!(
                    "`{text}` is already the id of the {kind} on line {line}; expected another id"
                ),
            );
        }
        self.taken.insert(text.to_owned(), value.span().start);
        if text.contains(':') {
            // Chats that subscribe on their own have such ids; tables of the file do not.
            return fault(value, IdError(text.to_owned()).to_string());
        }
        from_str(value)
    }

    /// Reads a reference to a table.
    pub(super) fn known<T: FromStr<Err: Display>>(&self, value: &Value<'_>) -> Read<T> {
        let text = string(value)?;
        if self.taken.contains_key(text) {
            return from_str(value);
        }
        let kind = self.kind;
        let expected = match nearest(text, self.taken.keys().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("expected the id of a `[[{kind}]]`"),
        };
        fault(value, format!("there is no {kind} `{text}`; {expected}"))
    }
}
