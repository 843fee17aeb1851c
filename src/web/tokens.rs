//! Tokens of programs, by the API.

use axum::{
    Extension, Json,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::StatusCode,
};
use chrono::{DateTime, FixedOffset, Utc};
use serde::{Deserialize, Serialize};

use super::{api::Sent, problem::Problem, site::Shared};
use crate::{
    ops::{Actor, NewToken, Scope, Store, end_after},
    view::{self, Filters, Listing},
};

/// A token that is to be made.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    name: String,
    scope: Scope,
    /// From now on, such as `90d`.
    expires: Option<String>,
    expires_at: Option<DateTime<FixedOffset>>,
}

/// A token with its secret, which is shown this once.
#[derive(Debug, Serialize)]
pub(super) struct Created {
    #[serde(flatten)]
    shown: view::Token,
    token: String,
}

pub(super) async fn tokens(
    State(site): State<Shared>,
    asked: Result<Query<Filters>, QueryRejection>,
) -> Result<Json<Listing<view::Token>>, Problem> {
    let filters = asked?.0.bounded();
    let listing = view::tokens(&site.desk.store, &site.config(), &filters).await?;
    Ok(Json(listing))
}

pub(super) async fn create(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Sent(wanted): Sent<Wanted>,
) -> Result<(StatusCode, Json<Created>), Problem> {
    let now = Utc::now();
    let new = NewToken {
        expires_at: wanted.expires_at(now)?,
        name: wanted.name,
        scope: wanted.scope,
        opened_by: None,
    };
    let token = Store::mint()?;
    let made = site
        .desk
        .store
        .create_token(&token, new, &actor, now)
        .await?;
    let shown = view::Token::new(&made, site.config().time_zone);
    Ok((
        StatusCode::CREATED,
        Json(Created {
            shown,
            token: token.reveal().to_owned(),
        }),
    ))
}

pub(super) async fn revoke(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    site.desk
        .store
        .revoke_token(&id, &actor, Utc::now())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

impl Wanted {
    fn expires_at(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, Problem> {
        let Some(span) = &self.expires else {
            return Ok(self.expires_at.map(|at| at.to_utc()));
        };
        if self.expires_at.is_some() {
            return Err(Problem::bad(
                "`expires` or `expires_at` is expected, not both",
            ));
        }
        end_after(now, span)
            .map(Some)
            .map_err(|why| Problem::bad(format!("`expires`: {why}")))
    }
}
