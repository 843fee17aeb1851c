//! Defines the parts of a page of the desk: all pages have one template, and every form works without scripts.

use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use serde::Serialize;

use super::svg::{Chart, SmallBars};
use crate::{
    web::{
        problem::{KeepsShape, Problem},
        templates::{self, STYLE_VERSION},
    },
    words::DeskWords,
};

#[derive(Debug, Serialize)]
pub(super) struct DeskPage {
    pub(super) words: &'static DeskWords,
    /// The path from this page to the first one of the site, such as `../`.
    pub(super) root: String,
    pub(super) style_version: &'static str,
    pub(super) title: String,
    /// The page of the rail that this one belongs to; `None` if no admin is signed in.
    pub(super) place: Option<&'static str>,
    pub(super) rail: Vec<Stop>,
    /// The page in one sentence.
    pub(super) lead: Option<String>,
    /// The outcome of the last form.
    pub(super) notice: Option<String>,
    pub(super) blocks: Vec<DeskBlock>,
}

/// An entry of the rail.
#[derive(Debug, Serialize)]
pub(super) struct Stop {
    pub(super) place: &'static str,
    pub(super) name: &'static str,
    /// The key that leads there, after `g`.
    pub(super) key: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(tag = "is", rename_all = "lowercase")]
pub(super) enum DeskBlock {
    Text {
        text: String,
    },
    /// A verbatim text, such as one to copy, or the card of a channel.
    Code {
        heading: Option<String>,
        text: String,
    },
    /// Ways to narrow the list of the page.
    Choices {
        label: &'static str,
        links: Vec<ListChoice>,
    },
    /// A chart with its figures.
    Chart {
        heading: &'static str,
        chart: Chart,
        columns: Vec<String>,
        rows: Vec<DeskRow>,
    },
    /// A copy of a foreign page, in its own frame.
    Copy {
        heading: &'static str,
        hint: &'static str,
        alone: &'static str,
        src: String,
        is_open: bool,
    },
    Table(DeskTable),
    Form(DeskForm),
}

/// A link to a filtered form of the page's list.
#[derive(Debug, Serialize)]
pub(super) struct ListChoice {
    pub(super) name: &'static str,
    pub(super) href: String,
    pub(super) is_current: bool,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct DeskTable {
    pub(super) heading: Option<&'static str>,
    pub(super) columns: Vec<&'static str>,
    pub(super) rows: Vec<DeskRow>,
    /// A sentence shown if there are no rows.
    pub(super) empty: &'static str,
    /// The address at which the list continues.
    pub(super) next: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct DeskRow {
    pub(super) cells: Vec<DeskCell>,
    pub(super) actions: Vec<DeskForm>,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct DeskCell {
    pub(super) text: String,
    pub(super) href: Option<String>,
    /// A small line below the text.
    pub(super) note: Option<String>,
    /// The time that the cell shows, for machines.
    pub(super) datetime: Option<String>,
    /// The state that the cell shows, which colours the mark next to its text.
    pub(super) state: Option<String>,
    /// Small bars next to the text.
    pub(super) bars: Option<SmallBars>,
}

impl<T: Into<String>> From<T> for DeskCell {
    fn from(text: T) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }
}

impl DeskCell {
    pub(super) fn link(text: impl Into<String>, href: String) -> Self {
        Self {
            href: Some(href),
            ..Self::from(text)
        }
    }

    pub(super) fn noted(self, note: Option<String>) -> Self {
        Self { note, ..self }
    }

    pub(super) fn state(text: &str, state: &str) -> Self {
        Self {
            state: Some(state.to_owned()),
            ..Self::from(text)
        }
    }
}

#[derive(Debug, Default, Serialize)]
pub(super) struct DeskForm {
    pub(super) heading: Option<&'static str>,
    /// The address that it is sent to, from the root of the site.
    pub(super) action: String,
    pub(super) fields: Vec<FormField>,
    pub(super) submit: &'static str,
    /// True if the form asks for confirmation before it does anything.
    pub(super) asks: bool,
    /// True if the form changes nothing, and is sent as an address.
    pub(super) is_search: bool,
}

impl DeskForm {
    /// Returns a button.
    pub(super) fn button(action: String, submit: &'static str) -> Self {
        Self {
            action,
            submit,
            ..Self::default()
        }
    }

    /// Returns a button that asks for confirmation, for an operation that cannot be undone.
    pub(super) fn grave(action: String, submit: &'static str) -> Self {
        Self {
            asks: true,
            ..Self::button(action, submit)
        }
    }

    pub(super) fn with(mut self, field: FormField) -> Self {
        self.fields.push(field);
        self
    }
}

#[derive(Debug, Default, Serialize)]
pub(super) struct FormField {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    /// `text`, `search`, `textarea`, `password`, `secret` (typed as a password), `number`, `select`, `checks`, `radios`
    /// or `hidden`.
    pub(super) kind: &'static str,
    pub(super) value: String,
    pub(super) hint: &'static str,
    pub(super) required: bool,
    /// True if the field is rarely needed, and is folded away below the others.
    pub(super) folded: bool,
    pub(super) options: Vec<FormChoice>,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct FormChoice {
    pub(super) value: String,
    pub(super) label: String,
    /// A small line below the label.
    pub(super) note: Option<String>,
    pub(super) chosen: bool,
}

impl FormField {
    pub(super) fn hidden(name: &'static str, value: impl Into<String>) -> Self {
        Self {
            name,
            kind: "hidden",
            value: value.into(),
            ..Self::default()
        }
    }

    pub(super) fn new(name: &'static str, label: &'static str, kind: &'static str) -> Self {
        Self {
            name,
            label,
            kind,
            ..Self::default()
        }
    }

    pub(super) fn hinted(self, hint: &'static str) -> Self {
        Self { hint, ..self }
    }

    pub(super) fn filled(self, value: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            ..self
        }
    }

    pub(super) fn required(self) -> Self {
        Self {
            required: true,
            ..self
        }
    }

    pub(super) fn folded(self) -> Self {
        Self {
            folded: true,
            ..self
        }
    }

    pub(super) fn of(self, options: Vec<FormChoice>) -> Self {
        Self { options, ..self }
    }
}

impl DeskPage {
    pub(super) fn new(words: &'static DeskWords, root: String, title: String) -> Self {
        Self {
            words,
            root,
            style_version: &STYLE_VERSION,
            title,
            place: None,
            rail: Vec::new(),
            lead: None,
            notice: None,
            blocks: Vec::new(),
        }
    }

    /// Returns the page as an answer. An error of the desk has its own page, which the frame of all errors leaves as it
    /// is.
    pub(super) fn answer(&self, status: StatusCode) -> Result<Response, Problem> {
        let page = Html(templates::render("desk.html", self)?);
        let mut response = (status, page).into_response();
        response.extensions_mut().insert(KeepsShape);
        Ok(response)
    }
}
