//! Manages sources in the store, by the API and for the desk: previewed, added, edited, removed.

pub(super) mod channels;
mod joining;
mod sent_keys;

use axum::{
    Extension, Json,
    extract::{Path, State},
    http::StatusCode,
};
use chrono::Utc;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use self::{
    joining::joined,
    sent_keys::{free_id, merge, of_source, with_schedule},
};
use super::{
    actions,
    api::Sent,
    openapi::{PROBLEM, source_keys::SourceBody},
    problem::{Problem, ReadError, UnreadPage},
    site::{Shared, Site},
};
use crate::{
    bulletin::{AddedSource, FieldFault, InputFault, Source, SourceId, SourceKeys},
    config::{Config, added_source},
    ops::{Actor, Refusal, StoreError},
    round::{OtherChoice, Preview, SelectKeys, Unread},
    view,
    words::DeskWords,
};

/// A source with its settings.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SourceSettings {
    #[serde(flatten)]
    shown: view::Source,
    /// The settings, in the form that `PATCH` accepts. `null` if the source is defined in the config file, and cannot be changed here.
    #[schema(required, value_type = Option<SourceBody>)]
    settings: Option<SourceKeys>,
}

/// A page as a source would read it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SourcePreview {
    #[serde(flatten)]
    pub(super) shown: Preview,
    /// The selectors that find this list.
    #[schema(required)]
    pub(super) select: Option<SelectKeys>,
    /// The other lists and groups of links of the page.
    pub(super) others: Vec<OtherChoice>,
}

/// Shows a source with its settings.
#[utoipa::path(get, path = "/sources/{id}", operation_id = "get_source", params(("id" = SourceId, Path, description = "The id of the source")), responses((status = 200, description = "The source", body = SourceSettings)))]
pub(super) async fn one(
    State(site): State<Shared>,
    Path(id): Path<String>,
) -> Result<Json<SourceSettings>, Problem> {
    shown(&site, &known(&site, &id)?).await
}

/// The result of `preview --json`, with selectors and the other lists of the page.
#[utoipa::path(post, path = "/sources/preview", operation_id = "preview_source", request_body = SourceBody, responses((status = 200, description = "The page as a source would read it", body = SourcePreview), (status = 422, description = "The page cannot be read; `error` says why, `others` what else is there", body = Problem, content_type = PROBLEM)))]
pub(super) async fn preview(
    State(site): State<Shared>,
    Sent(keys): Sent<SourceKeys>,
) -> Result<Json<SourcePreview>, Problem> {
    Ok(Json(preview_of(&site, keys).await?))
}

/// Adds a source, which is kept in the store.
#[utoipa::path(post, path = "/sources", operation_id = "add_source", request_body = SourceBody, responses((status = 201, description = "The source", body = SourceSettings)))]
pub(super) async fn add(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Sent(keys): Sent<SourceKeys>,
) -> Result<(StatusCode, Json<SourceSettings>), Problem> {
    let id = add_for(&site, &actor, keys).await?;
    Ok((StatusCode::CREATED, shown(&site, &id).await?))
}

/// Changes the keys that are sent (RFC 7396); `null` removes one.
#[utoipa::path(patch, path = "/sources/{id}", operation_id = "edit_source", params(("id" = SourceId, Path, description = "The id of the source")), request_body = SourceBody, responses((status = 200, description = "The source as it is now", body = SourceSettings)))]
pub(super) async fn edit(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
    Sent(changes): Sent<SourceKeys>,
) -> Result<Json<SourceSettings>, Problem> {
    let added = editable(&site, &id)?;
    let mut keys = Value::Object(added.keys);
    merge(&mut keys, Value::Object(with_schedule(changes)?));
    let Value::Object(keys) = keys else {
        return Err(Problem::bad("an object is expected"));
    };
    edit_for(&site, &actor, &added.id, keys).await?;
    shown(&site, &added.id).await
}

/// Removes a source that is kept in the store.
#[utoipa::path(delete, path = "/sources/{id}", operation_id = "remove_source", params(("id" = SourceId, Path, description = "The id of the source")), responses((status = 204, description = "The source was removed")))]
pub(super) async fn remove(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    remove_for(&site, &actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Reads the page that these keys name; nothing is saved.
pub(super) async fn preview_of(site: &Site, keys: SourceKeys) -> Result<SourcePreview, Problem> {
    let source = draft(site, keys)?;
    let (shown, select, others) = site
        .desk
        .watch
        .show(&source)
        .await
        .map_err(|why| unread(&source, why))?;
    Ok(SourcePreview {
        shown,
        select,
        others,
    })
}

/// Returns the source that these keys describe, to read its page.
pub(super) fn draft(site: &Site, keys: SourceKeys) -> Result<Source, Problem> {
    let (id, keys) = of_source(with_schedule(keys)?)?;
    let tried = || "preview".parse().expect("an id");
    let source = checked(&site.config(), &id.unwrap_or_else(tried), &keys)?;
    match source.address() {
        Some(_) => Ok(source),
        None => Err(Problem::of_key(
            "kind",
            "a source of kind `desk` has no page to preview; expected another kind",
        )),
    }
}

/// Returns 422 with the output of `preview --json`.
fn unread(source: &Source, unread: Unread) -> Problem {
    let page = UnreadPage {
        input: source.url.to_string(),
        error: ReadError {
            code: unread.fault.code(),
            message: unread.why.clone(),
        },
        others: unread.others,
    };
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, unread.why).of_page(page)
}

pub(super) async fn add_for(
    site: &Site,
    actor: &Actor,
    keys: SourceKeys,
) -> Result<SourceId, Problem> {
    let config = site.config();
    let (id, keys) = of_source(with_schedule(keys)?)?;
    let (id, keys) = match id {
        Some(id) => (id, keys),
        None => (free_id(&config, &keys)?, keys),
    };
    let taken = |id: &SourceId| Problem::about(StatusCode::CONFLICT, |words| words.id_taken, id);
    if config.sources.iter().any(|known| known.id == id) {
        return Err(taken(&id));
    }
    let source = checked(&config, &id, &keys)?;
    if let Some(known) = config
        .sources
        .iter()
        .find(|known| is_same_list(known, &source))
    {
        let is_watched = |words: &DeskWords| words.address_taken;
        return Err(Problem::about(StatusCode::CONFLICT, is_watched, &known.id));
    }
    reachable(site, &source).await?;
    let added = AddedSource {
        id: id.clone(),
        chat: None,
        at: Utc::now(),
        keys,
    };
    if !site.desk.store.add_source(added, actor, Utc::now()).await? {
        return Err(taken(&id));
    }
    joined(site, |config| {
        config.sources.iter().any(|known| known.id == id)
    })
    .await;
    Ok(id)
}

fn is_same_list(known: &Source, new: &Source) -> bool {
    let address = new.address();
    address.is_some() && known.address() == address && known.select == new.select
}

/// Replaces the keys of a source with `keys`.
pub(super) async fn edit_for(
    site: &Site,
    actor: &Actor,
    id: &SourceId,
    keys: SourceKeys,
) -> Result<(), Problem> {
    let (named, keys) = of_source(keys)?;
    if named.is_some_and(|named| named != *id) {
        return Err(Problem::of_key(
            "id",
            "the id of a source does not change; expected the same, or none",
        ));
    }
    let source = checked(&site.config(), id, &keys)?;
    reachable(site, &source).await?;
    let store = &site.desk.store;
    store.change_source(id, keys, actor, Utc::now()).await?;
    joined(site, |config| config.sources.contains(&source)).await;
    Ok(())
}

pub(super) async fn remove_for(site: &Site, actor: &Actor, id: &str) -> Result<(), Problem> {
    let id = editable(site, id)?.id;
    if !site
        .desk
        .store
        .remove_source(&id, actor, Utc::now())
        .await?
    {
        return Err(StoreError::from(Refusal::NoSource(id)).into());
    }
    joined(site, |config| {
        config.sources.iter().all(|known| known.id != id)
    })
    .await;
    Ok(())
}

/// Returns a source in the store. A source of the config gives 409.
pub(super) fn editable(site: &Site, id: &str) -> Result<AddedSource, Problem> {
    let id = known(site, id)?;
    let added = site.desk.store.added_sources().borrow().clone();
    let found = added.iter().find(|source| source.id == id).cloned();
    found
        .filter(|_| site.config().is_joined(&id))
        .ok_or_else(|| Problem::about(StatusCode::CONFLICT, |words| words.of_config, &id))
}

/// Returns the id of a source of the config or of the store, also one that was added a moment ago.
fn known(site: &Site, id: &str) -> Result<SourceId, Problem> {
    let config = site.config();
    let added = site.desk.store.added_sources().borrow().clone();
    let mut ids = config
        .sources
        .iter()
        .map(|source| &source.id)
        .chain(added.iter().map(|source| &source.id));
    let found = ids.find(|known| known.as_str() == id).cloned();
    found.ok_or_else(|| Problem::missing(format!("no source `{id}`")))
}

async fn shown(site: &Site, id: &SourceId) -> Result<Json<SourceSettings>, Problem> {
    let added = site.desk.store.added_sources().borrow().clone();
    let added = added.iter().find(|source| source.id == *id);
    let added = added.filter(|_| {
        let config = site.config();
        config.is_joined(id) || config.sources.iter().all(|known| known.id != *id)
    });
    let shown = match (actions::source_now(site, id).await, added) {
        (Ok(shown), _) => shown,
        // The source joins the config in a moment.
        (Err(_), Some(added)) => {
            let zone = site.config().time_zone;
            view::Source::new(&added_source(added, zone), None, zone)
        }
        (Err(problem), None) => return Err(problem),
    };
    let settings = added.map(|added| {
        let mut keys = added.keys.clone();
        keys.insert("id".to_owned(), json!(id));
        keys
    });
    Ok(Json(SourceSettings { shown, settings }))
}

fn checked(config: &Config, id: &SourceId, keys: &SourceKeys) -> Result<Source, Problem> {
    config.check_source(id, keys).map_err(Problem::of_keys)
}

/// Rejects an address that the guard rejects, before it is stored.
async fn reachable(site: &Site, source: &Source) -> Result<(), Problem> {
    match source.address() {
        Some(_) => {
            let admitted = site.desk.watch.admit(source).await;
            admitted.map_err(|unread| {
                let kind = InputFault::Page(unread.fault);
                Problem::of_keys(vec![FieldFault::new("url", kind, unread.why)])
            })
        }
        None => Ok(()),
    }
}
