//! Reads the fields of a form as they were typed.

use std::time::Duration;

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{StatusCode, Uri},
};
use url::form_urlencoded;

use crate::web::{problem::Problem, site::Shared};

/// The longest time that a form may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Default)]
pub(super) struct Typed(Vec<(String, String)>);

impl Typed {
    /// Returns these fields as if they were typed.
    pub(super) fn of(fields: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(fields.into_iter().collect())
    }

    /// Reads the fields from a page's address, for a form that is sent in it.
    pub(super) fn of_query(uri: &Uri) -> Self {
        let query = uri.query().unwrap_or_default();
        Self(
            form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
        )
    }

    /// Returns the fields with `text` in one that was left empty.
    pub(super) fn or(mut self, name: &str, text: &str) -> Self {
        if self.optional(name).is_none() {
            self.0.retain(|(known, _)| known != name);
            self.0.push((name.to_owned(), text.to_owned()));
        }
        self
    }

    pub(super) async fn read(request: Request, site: &Shared) -> Result<Self, Problem> {
        let body = tokio::time::timeout(PATIENCE, Bytes::from_request(request, site)).await;
        let body = body
            .map_err(|_| Problem::worded(StatusCode::REQUEST_TIMEOUT, |words| words.no_form))?
            .map_err(|rejection| match rejection.status() {
                StatusCode::PAYLOAD_TOO_LARGE => {
                    Problem::worded(StatusCode::PAYLOAD_TOO_LARGE, |words| words.too_long)
                }
                status => Problem::worded(status, |words| words.no_form),
            })?;
        Ok(Self(form_urlencoded::parse(&body).into_owned().collect()))
    }

    pub(super) fn get(&self, name: &str) -> &str {
        let mut pairs = self.0.iter();
        pairs
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value)
    }

    /// Returns the text of a field without spaces around it; `None` if the field is empty.
    pub(super) fn optional(&self, name: &str) -> Option<String> {
        let value = self.get(name).trim();
        (!value.is_empty()).then(|| value.to_owned())
    }

    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let pairs = self.0.iter().filter(move |(known, _)| known == name);
        pairs.map(|(_, value)| value.as_str())
    }
}

impl FromRequest<Shared> for Typed {
    type Rejection = Problem;

    async fn from_request(request: Request, site: &Shared) -> Result<Self, Problem> {
        Self::read(request, site).await
    }
}
