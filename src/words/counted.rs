//! Selects texts that depend on a number.

use serde::Serialize;

use super::fill::fill;

/// A text in the forms that its language has for numbers; `{count}` represents the number. A language with other forms
/// than these gets its own variant.
#[derive(Debug, Clone, Copy, Serialize)]
pub enum Counted {
    /// The language counts without plurals.
    Same(&'static str),
    /// One form for 1, another for all other numbers.
    OneOther {
        one: &'static str,
        other: &'static str,
    },
}

impl Counted {
    /// Returns the form for `count`, with its placeholders.
    fn form(self, count: usize) -> &'static str {
        match (self, count) {
            (Self::Same(text), _) => text,
            (Self::OneOther { one, .. }, 1) => one,
            (Self::OneOther { other, .. }, _) => other,
        }
    }

    /// Returns the form for `count` with the number filled in.
    #[must_use]
    pub fn say(self, count: impl TryInto<usize>) -> String {
        self.say_with(count, &[("", "")])
    }

    /// Returns the form for `count` with the number and `parts` filled in.
    #[must_use]
    pub fn say_with(self, count: impl TryInto<usize>, parts: &[(&str, impl AsRef<str>)]) -> String {
        let count = count.try_into().unwrap_or(usize::MAX);
        let number = count.to_string();
        let parts = parts.iter().map(|(name, part)| (*name, part.as_ref()));
        let parts: Vec<_> = parts.chain([("count", number.as_str())]).collect();
        fill(self.form(count), &parts)
    }

    #[cfg(test)]
    pub(super) fn forms(self) -> Vec<&'static str> {
        match self {
            Self::Same(text) => vec![text],
            Self::OneOther { one, other } => vec![one, other],
        }
    }
}
