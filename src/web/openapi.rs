//! Builds the description of the API (OpenAPI 3.1) from its handlers and shapes, and completes it by the rules that
//! apply to all of them.

pub(super) mod channel_keys;
pub(super) mod queries;
pub(super) mod source_keys;

use std::sync::Arc;

use axum::{Extension, Json, extract::State};
use utoipa::{
    PartialSchema as _, ToSchema as _,
    openapi::{
        ComponentsBuilder, ContentBuilder, Info, License, OpenApi, OpenApiBuilder, PathItem, Ref,
        RefOr, ResponseBuilder, ServerBuilder,
        path::{Operation, Parameter, ParameterIn},
        security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
    },
};

use super::{dress::root_of, problem::Problem, site::Shared};
use crate::ops::Scope;

pub(super) const PROBLEM: &str = "application/problem+json";
/// The name of the authentication scheme.
const TOKEN: &str = "token";

const ABOUT: &str = "The API of noticast: everything that its commands do, for programs. Each request needs `Authorization: Bearer TOKEN`; \
    a token has the scope `read`, `publish` or `admin`, each of which includes the previous ones. Lists are \
    paged: `next` is the `cursor` of the next page. Errors are problem JSON (RFC 9457).";

/// Returns the beginning of the document: all except its paths and their schemas.
pub(super) fn head() -> OpenApi {
    let mut info = Info::new("noticast", env!("CARGO_PKG_VERSION"));
    info.description = Some(ABOUT.to_owned());
    info.license = Some(License::new("MIT OR Apache-2.0"));
    let mut bearer = Http::new(HttpAuthScheme::Bearer);
    bearer.description =
        Some("`noticast tokens --create NAME --scope SCOPE` creates one.".to_owned());
    let mut schemas = vec![("Problem".to_owned(), Problem::schema())];
    Problem::schemas(&mut schemas);
    let components = ComponentsBuilder::new()
        .security_scheme(TOKEN, SecurityScheme::Http(bearer))
        .schemas_from_iter(schemas);
    let document = OpenApiBuilder::new().info(info);
    document.components(Some(components.build())).build()
}

/// Adds to all addresses of `document` the scope that they need, and the errors that follow from that and from their
/// shape.
pub(super) fn complete(document: &mut OpenApi, to_write: Scope) {
    for (path, item) in &mut document.paths.paths {
        let tag = path.split('/').nth(1).unwrap_or_default().to_owned();
        for (operation, scope) in operations(item, to_write) {
            operation.tags = Some(vec![tag.clone()]);
            let needed = SecurityRequirement::new(TOKEN, [scope.name()]);
            operation.security = Some(vec![needed]);
            add_problems(operation, scope);
        }
    }
}

/// Returns the operations at one address, each with the scope that it needs.
fn operations(
    item: &mut PathItem,
    to_write: Scope,
) -> impl Iterator<Item = (&mut Operation, Scope)> {
    let reading = item.get.as_mut().map(|get| (get, Scope::Read));
    let writing = [&mut item.post, &mut item.patch, &mut item.delete];
    let writing = writing.into_iter().filter_map(Option::as_mut);
    let writing = writing.map(move |operation| (operation, to_write));
    reading.into_iter().chain(writing)
}

fn add_problems(operation: &mut Operation, scope: Scope) {
    let is_in_path =
        |it: &RefOr<Parameter>| matches!(it, RefOr::T(it) if it.parameter_in == ParameterIn::Path);
    let is_of_one = operation.parameters.iter().flatten().any(is_in_path);
    let has_body = operation.request_body.is_some();
    let writes = scope > Scope::Read;
    for (applies, status, description) in [
        (
            true,
            400,
            "The request is invalid; the detail says what is expected",
        ),
        (true, 401, "The token is missing, unknown or expired"),
        (writes, 403, "The scope of the token is too small"),
        (is_of_one, 404, "There is no such object"),
        (has_body, 408, "The body did not arrive in time"),
        (
            writes,
            409,
            "It conflicts with the current state; nothing was changed",
        ),
        (has_body, 413, "The body is larger than 64 KiB"),
        (true, 421, "The `Host` header does not name this site"),
        (true, 429, "Too many wrong tokens came from this address"),
        (
            true,
            503,
            "It cannot be done now: noticast is shutting down, or there is a problem with the store or the disk",
        ),
    ] {
        if applies {
            add_problem(operation, status, description);
        }
    }
}

/// Adds an error to an operation, unless it describes that itself.
fn add_problem(operation: &mut Operation, status: u16, description: &str) {
    let schema = Ref::from_schema_name("Problem");
    let content = ContentBuilder::new().schema(Some(schema)).build();
    let response = ResponseBuilder::new()
        .description(description)
        .content(PROBLEM, content);
    let known = &mut operation.responses.responses;
    known
        .entry(status.to_string())
        .or_insert_with(|| response.build().into());
}

/// Shows this description.
#[utoipa::path(get, path = "/openapi.json", operation_id = "get_description",
    responses((status = 200, description = "The OpenAPI document", body = Object)))]
pub(super) async fn describe(
    State(site): State<Shared>,
    Extension(document): Extension<Arc<OpenApi>>,
) -> Json<OpenApi> {
    let root = root_of(&site.config());
    let url = match root.trim_end_matches('/') {
        "" => "/",
        prefix => prefix,
    };
    let server = ServerBuilder::new().url(url).build();
    let mut document = OpenApi::clone(&document);
    document.servers = Some(vec![server]);
    Json(document)
}
