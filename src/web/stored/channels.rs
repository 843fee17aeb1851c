//! Manages channels in the store, by the API and for the desk: added, edited, removed. Their secrets are accepted but
//! never returned.

use axum::{
    Extension, Json,
    extract::{Path, State},
    http::StatusCode,
};
use chrono::Utc;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{
    joining::{LONGEST_JOIN, joined},
    sent_keys::{merge, named},
};
use crate::{
    bulletin::{AddedChannel, Channel, ChannelId, ChannelKeys, FieldFault, InputFault, PageFault},
    config::Config,
    ops::{Actor, Refusal, StoreError},
    view::{self, Filters},
    web::{
        api::{self, Sent},
        openapi::channel_keys::ChannelBody,
        problem::Problem,
        site::{Shared, Site},
    },
};

/// A channel with its settings, without its secrets.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::web) struct ChannelSettings {
    #[serde(flatten)]
    shown: view::Channel,
    /// The settings, in the form that `PATCH` accepts. `null` if the channel is defined in the config file or is a chat, and cannot be changed here.
    #[schema(required, value_type = Option<ChannelBody>)]
    settings: Option<ChannelKeys>,
    /// The names of its secrets that are set. They are never shown.
    secrets: Vec<&'static str>,
    /// The names of its secrets that were not part of an import, and must be sent again.
    missing: Vec<&'static str>,
}

/// Shows a channel with its settings.
#[utoipa::path(get, path = "/channels/{id}", operation_id = "get_channel", params(("id" = ChannelId, Path, description = "The id of the channel")), responses((status = 200, description = "The channel", body = ChannelSettings)))]
pub(in crate::web) async fn one(
    State(site): State<Shared>,
    Path(id): Path<String>,
) -> Result<Json<ChannelSettings>, Problem> {
    let missing = || Problem::missing(format!("no channel `{id}`"));
    shown(&site, &id.parse().map_err(|_| missing())?).await
}

/// Adds a channel, which is kept in the store.
#[utoipa::path(post, path = "/channels", operation_id = "add_channel", request_body = ChannelBody, responses((status = 201, description = "The channel", body = ChannelSettings)))]
pub(in crate::web) async fn add(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Sent(keys): Sent<ChannelKeys>,
) -> Result<(StatusCode, Json<ChannelSettings>), Problem> {
    let id = add_for(&site, &actor, keys).await?;
    Ok((StatusCode::CREATED, shown(&site, &id).await?))
}

/// Changes the keys that are sent (RFC 7396); `null` removes one. A secret that is not sent is kept.
#[utoipa::path(patch, path = "/channels/{id}", operation_id = "edit_channel", params(("id" = ChannelId, Path, description = "The id of the channel")), request_body = ChannelBody, responses((status = 200, description = "The channel as it is now", body = ChannelSettings)))]
pub(in crate::web) async fn edit(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
    Sent(changes): Sent<ChannelKeys>,
) -> Result<Json<ChannelSettings>, Problem> {
    let added = editable(&site, &id)?;
    let mut keys = Value::Object(added.keys.clone());
    merge(&mut keys, Value::Object(changes.clone()));
    let Value::Object(keys) = keys else {
        return Err(Problem::bad("an object is expected"));
    };
    let is_typed = |key: &str| changes.contains_key(key);
    edit_for(&site, &actor, &added, keys, is_typed).await?;
    shown(&site, &added.id).await
}

/// Removes a channel that is kept in the store.
#[utoipa::path(delete, path = "/channels/{id}", operation_id = "remove_channel", params(("id" = ChannelId, Path, description = "The id of the channel")), responses((status = 204, description = "The channel was removed")))]
pub(in crate::web) async fn remove(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    remove_for(&site, &actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(in crate::web) async fn add_for(
    site: &Site,
    actor: &Actor,
    mut keys: ChannelKeys,
) -> Result<ChannelId, Problem> {
    let config = site.config();
    keys.retain(|_, value| !value.is_null());
    let (id, keys) = named::<ChannelId>(keys)?;
    let id = match id {
        Some(id) => id,
        None => free_id(site, &keys),
    };
    let taken =
        |id: &ChannelId| Problem::about(StatusCode::CONFLICT, |words| words.channel_id_taken, id);
    if is_known(site, &id) {
        return Err(taken(&id));
    }
    let channel = checked(&config, &id, &keys)?;
    reachable(site, &channel).await?;
    let at = Utc::now();
    let added = AddedChannel {
        id: id.clone(),
        at,
        keys,
    };
    if !site.desk.store.add_channel(added, actor, at).await? {
        return Err(taken(&id));
    }
    joined(site, |config| config.is_joined_channel(&id)).await;
    Ok(id)
}

/// Replaces the keys of a channel with `keys`, of which some were typed. A null is a secret that an import left out,
/// and stays missing.
pub(in crate::web) async fn edit_for(
    site: &Site,
    actor: &Actor,
    added: &AddedChannel,
    keys: ChannelKeys,
    is_typed: impl Fn(&str) -> bool,
) -> Result<(), Problem> {
    let (named, keys) = named::<ChannelId>(keys)?;
    if named.is_some_and(|named| named != added.id) {
        let what = "the ID of a channel cannot be changed; expected the same one, or none";
        return Err(Problem::of_key("id", what));
    }
    if keys.get("kind") != added.keys.get("kind") {
        let what =
            "the kind of a channel cannot be changed; remove the channel and add another one";
        return Err(Problem::of_key("kind", what));
    }
    if let Some(secret) = added.secret_for_another_server(&keys, is_typed) {
        let what = "the secret would be sent to another server or unencrypted; enter it again";
        let fault = FieldFault::new(secret, InputFault::TypeAgain, what);
        return Err(Problem::of_keys(vec![fault]));
    }
    let channel = checked(&site.config(), &added.id, &keys)?;
    reachable(site, &channel).await?;
    if keys == added.keys {
        return Ok(());
    }
    let mut config = site.desk.config.clone();
    config.mark_unchanged();
    let store = &site.desk.store;
    let edited = store.edit_channel(&added.id, keys, actor, Utc::now());
    edited.await?;
    // The change is durable, and the config that all parts follow has it a moment later.
    let _ = tokio::time::timeout(LONGEST_JOIN, config.changed()).await;
    Ok(())
}

pub(in crate::web) async fn remove_for(
    site: &Site,
    actor: &Actor,
    id: &str,
) -> Result<(), Problem> {
    let id = editable(site, id)?.id;
    let store = &site.desk.store;
    if !store.remove_channel(&id, actor, Utc::now()).await? {
        return Err(StoreError::from(Refusal::NoChannel(id)).into());
    }
    joined(site, |config| {
        config.channels.iter().all(|known| known.id != id)
    })
    .await;
    Ok(())
}

/// Returns a channel in the store. A channel of the config, or a chat, gives 409.
pub(in crate::web) fn editable(site: &Site, id: &str) -> Result<AddedChannel, Problem> {
    let missing = || Problem::missing(format!("no channel `{id}`"));
    let id: ChannelId = id.parse().map_err(|_| missing())?;
    let added = site.desk.store.added_channels().borrow().clone();
    let found = added.iter().find(|channel| channel.id == id).cloned();
    let of_config = |config: &Config| {
        let mut channels = config.channels.iter();
        channels.any(|it| it.id == id) && !config.is_joined_channel(&id)
    };
    match found {
        Some(added) if !of_config(&site.config()) => Ok(added),
        None if !is_known(site, &id) => Err(missing()),
        _ => {
            let text = |words: &crate::words::DeskWords| words.channel_of_config;
            Err(Problem::about(StatusCode::CONFLICT, text, &id))
        }
    }
}

fn is_known(site: &Site, id: &ChannelId) -> bool {
    let (config, store) = (site.config(), &site.desk.store);
    let mut channels = config.channels.iter();
    // A channel that was added may not have joined the config yet, or never will.
    let is_added = || {
        let added = store.added_channels();
        added.borrow().iter().any(|known| known.id == *id)
    };
    channels.any(|known| known.id == *id) || store.chat(id).is_some() || is_added()
}

/// Returns the kind as an id, with a number if it is taken.
fn free_id(site: &Site, keys: &ChannelKeys) -> ChannelId {
    let kind = keys.get("kind").and_then(Value::as_str).unwrap_or_default();
    let numbered = (2..).map(|number| format!("{kind}-{number}"));
    let names = std::iter::once(kind.to_owned()).chain(numbered);
    let known = site.config().channels.len() + site.desk.store.added_channels().borrow().len();
    let mut ids = names.take(known + 2).filter_map(|name| name.parse().ok());
    let free = ids.find(|id| !is_known(site, id));
    // The rules of the config reject a name that is not a kind, regardless of its ID.
    free.unwrap_or_else(|| "channel".parse().expect("an id"))
}

async fn shown(site: &Site, id: &ChannelId) -> Result<Json<ChannelSettings>, Problem> {
    let alone = Filters {
        channel: Some(id.clone()),
        ..Filters::default()
    };
    let mut listing = api::channels_now(site, &alone).await?;
    let found = listing.items.pop();
    let shown = found.ok_or_else(|| Problem::missing(format!("no channel `{id}`")))?;
    let added = editable(site, id.as_str()).ok();
    let settings = added.as_ref().map(|added| {
        let mut keys = added.open_keys();
        keys.insert("id".to_owned(), json!(id));
        keys
    });
    Ok(Json(ChannelSettings {
        shown,
        settings,
        secrets: added.as_ref().map_or(Vec::new(), AddedChannel::secrets),
        missing: added.as_ref().map_or(Vec::new(), AddedChannel::lost),
    }))
}

fn checked(config: &Config, id: &ChannelId, keys: &ChannelKeys) -> Result<Channel, Problem> {
    if id.as_str().contains(':') {
        // Chats that subscribe on their own have such ids.
        let what = "this is not an id; expected lower-case letters, digits, `-` and `_`";
        return Err(Problem::of_key("id", what));
    }
    config.check_channel(id, keys).map_err(Problem::of_keys)
}

/// Rejects addresses that the guard rejects, before they are stored.
async fn reachable(site: &Site, channel: &Channel) -> Result<(), Problem> {
    let admitted = site.desk.pusher.admit(channel).await;
    admitted.map_err(|(key, why)| {
        let kind = InputFault::Page(PageFault::Private);
        Problem::of_keys(vec![FieldFault::new(key, kind, why.to_string())])
    })
}
