//! Builds the answer of `/healthz` and `/readyz`, which stays small however many faults there are.

use std::{borrow::Cow, sync::Arc};

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::{
    bulletin::{ChannelId, Language, SourceId},
    push::card::cut,
    view::Stamp,
    web::problem::KeepsShape,
    words,
};

/// The maximum number of problems that are listed; of further ones only the number.
const MOST_LISTED: usize = 50;
const MOST_CHARS: usize = 500;

#[derive(Debug, Serialize)]
struct Report {
    status: &'static str,
    problems: Vec<Fault>,
}

/// The subject of a fault, if the desk has a page for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::web) enum About {
    #[default]
    Nothing,
    Source(SourceId),
    Channel(ChannelId),
    /// Every channel of one kind.
    Channels,
    Everything,
}

#[derive(Debug, Default, Serialize)]
pub(in crate::web) struct Fault {
    pub(in crate::web) what: String,
    pub(in crate::web) r#where: String,
    pub(in crate::web) since: Option<Stamp>,
    pub(in crate::web) r#do: Cow<'static, str>,
    /// True if this fault is enough to make the answer a 503.
    #[serde(skip)]
    pub(super) is_grave: bool,
    #[serde(skip)]
    pub(in crate::web) about: About,
}

impl Fault {
    pub(super) fn grave(what: impl Into<String>, r#where: &str, r#do: &'static str) -> Self {
        Self {
            what: what.into(),
            r#where: r#where.to_owned(),
            r#do: r#do.into(),
            is_grave: true,
            ..Self::default()
        }
    }
}

/// The answer of `/healthz` and `/readyz`.
#[derive(Debug, Clone)]
pub(in crate::web) struct Answer {
    is_grave: bool,
    report: Arc<Report>,
}

impl Answer {
    pub(in crate::web) fn new(faults: Vec<Fault>) -> Self {
        let is_grave = faults.iter().any(|fault| fault.is_grave);
        let status = if is_grave { "failing" } else { "ok" };
        let problems = bounded(faults, Language::OF_LOG);
        Self {
            is_grave,
            report: Arc::new(Report { status, problems }),
        }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let code = match self.is_grave {
            true => StatusCode::SERVICE_UNAVAILABLE,
            false => StatusCode::OK,
        };
        let mut response = (code, Json(&*self.report)).into_response();
        response.extensions_mut().insert(KeepsShape);
        response
    }
}

/// Returns all grave faults and the first of the others, with a last line that counts the rest.
pub(in crate::web) fn bounded(mut faults: Vec<Fault>, language: Language) -> Vec<Fault> {
    let mut room = MOST_LISTED;
    let count = faults.len();
    faults.retain(|fault| {
        let is_listed = fault.is_grave || room > 0;
        room = room.saturating_sub(1);
        is_listed
    });
    for fault in &mut faults {
        fault.what = cut(&fault.what, MOST_CHARS);
    }
    let more = count - faults.len();
    let words = &words::of(language).problems;
    if more > 0 {
        faults.push(Fault {
            what: words.more.say(more),
            r#where: words.place_all.to_owned(),
            r#do: words.more_do.into(),
            about: About::Everything,
            ..Fault::default()
        });
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(number: usize, is_grave: bool) -> Fault {
        Fault {
            is_grave,
            ..Fault::grave("x".repeat(10_000), &number.to_string(), "wait")
        }
    }

    #[test]
    fn of_ten_thousand_problems_the_grave_and_the_first_are_listed_and_the_rest_counted() {
        let mut faults: Vec<Fault> = (0..10_000).map(|number| fault(number, false)).collect();
        faults.push(fault(10_000, true));
        let answer = Answer::new(faults);
        assert!(answer.is_grave);
        let problems = &answer.report.problems;
        assert_eq!(problems.len(), MOST_LISTED + 2);
        assert_eq!(problems[MOST_LISTED].r#where, "10000");
        assert_eq!(problems[MOST_LISTED + 1].what, "9950 more problems");
        let bytes = serde_json::to_vec(&*answer.report).unwrap().len();
        assert!(bytes < 40_000, "{bytes}");
    }
}
