//! Manages tokens of programs by the API.

use axum::{
    Extension, Json,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::StatusCode,
};
use chrono::{DateTime, FixedOffset, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{api::Sent, openapi::queries, problem::Problem, site::Shared};
use crate::{
    ops::{Actor, NewToken, Scope, Store, end_after},
    view::{self, Filters, Listing, Stamp},
};

/// A token to create.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WantedToken {
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    scope: Scope,
    /// How long the token is valid, such as `90d`.
    #[schema(pattern = "^[0-9]+[smhd]$")]
    expires: Option<String>,
    #[schema(value_type = Option<Stamp>)]
    expires_at: Option<DateTime<FixedOffset>>,
}

/// A new token with its secret, which is shown only here.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CreatedToken {
    #[serde(flatten)]
    shown: view::Token,
    token: String,
}

/// Lists API tokens, oldest first.
#[utoipa::path(get, path = "/tokens", operation_id = "list_tokens", params(queries::Paging), responses((status = 200, description = "A page of the list", body = Listing<view::Token>)))]
pub(super) async fn tokens(
    State(site): State<Shared>,
    asked: Result<Query<Filters>, QueryRejection>,
) -> Result<Json<Listing<view::Token>>, Problem> {
    let filters = asked?.0.bounded();
    let listing = view::tokens(&site.desk.store, &site.config(), &filters).await?;
    Ok(Json(listing))
}

/// Creates a token, which is shown only in this answer.
#[utoipa::path(post, path = "/tokens", operation_id = "create_token", request_body = WantedToken, responses((status = 201, description = "The token", body = CreatedToken)))]
pub(super) async fn create(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Sent(wanted): Sent<WantedToken>,
) -> Result<(StatusCode, Json<CreatedToken>), Problem> {
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
        Json(CreatedToken {
            shown,
            token: token.reveal().to_owned(),
        }),
    ))
}

/// Revokes a token immediately.
#[utoipa::path(delete, path = "/tokens/{id}", operation_id = "revoke_token", params(("id" = String, Path, description = "The id of the token", pattern = "^[0-9a-f]{8}$")), responses((status = 204, description = "The token was revoked")))]
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

impl WantedToken {
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
