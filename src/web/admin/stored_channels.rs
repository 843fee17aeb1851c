//! Manages channels in the store: made by their kind, edited, removed. Each is as it would be in the config.

use axum::{extract::Path, http::Uri, response::Response};

use super::{
    channel_form::{self, ChannelTarget, FILLED},
    context::{Admin, in_path},
    page::{DeskBlock, DeskForm},
    publish,
    typed::Typed,
};
use crate::{
    bulletin::{BulletinState, ChannelId, RobotKind},
    ops::BulletinQuery,
    push,
    web::{
        problem::Problem,
        stored::channels::{add_for, edit_for, editable, remove_for},
    },
};

/// Returns the form of the kind that the address names, otherwise the choice of a kind.
pub(super) async fn page(admin: Admin, uri: Uri) -> Result<Response, Problem> {
    chosen(&admin, &Typed::of_query(&uri))
}

pub(super) async fn add(admin: Admin, typed: Typed) -> Result<Response, Problem> {
    let kind = RobotKind::named(typed.get("kind"));
    let Some(kind) = kind.filter(|_| !typed.get(FILLED).is_empty()) else {
        return chosen(&admin, &typed);
    };
    let target = ChannelTarget::New(kind);
    let added = match channel_form::keys(&admin, &target, &typed) {
        Ok(keys) => add_for(&admin.site, admin.actor(), keys).await,
        Err(problem) => Err(problem),
    };
    match added {
        Ok(id) => Ok(admin.done(&format!("/channels/{}", in_path(id.as_str())))),
        Err(problem) => again(&admin, &target, &typed, &problem),
    }
}

fn chosen(admin: &Admin, typed: &Typed) -> Result<Response, Problem> {
    let form = match RobotKind::named(typed.get("kind")) {
        Some(kind) => channel_form::form(admin, &ChannelTarget::New(kind), &Typed::default()),
        None => DeskForm {
            heading: None,
            ..channel_form::kinds_form(admin)
        },
    };
    let title = admin.words.add_channel;
    admin.show("/channels", title, vec![DeskBlock::Form(form)])
}

pub(super) async fn edit(
    admin: Admin,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let (target, added) = target(&admin, &id)?;
    let edited = match channel_form::keys(&admin, &target, &typed) {
        Ok(keys) => {
            let is_typed = |key: &str| typed.optional(key).is_some();
            edit_for(&admin.site, admin.actor(), &added, keys, is_typed).await
        }
        Err(problem) => Err(problem),
    };
    match edited {
        Ok(()) => Ok(admin.done(&format!("/channels/{}", in_path(&id)))),
        Err(problem) => again(&admin, &target, &typed, &problem),
    }
}

pub(super) async fn remove(admin: Admin, Path(id): Path<String>) -> Result<Response, Problem> {
    remove_for(&admin.site, admin.actor(), &id).await?;
    Ok(admin.done("/channels"))
}

/// Returns the channel that a form is about. A channel of the config or a chat gives 409.
fn target(
    admin: &Admin,
    id: &str,
) -> Result<(ChannelTarget, crate::bulletin::AddedChannel), Problem> {
    let added = editable(&admin.site, id)?;
    // A channel of a kind that this version does not know is not in the config.
    let kind = RobotKind::named(added.kind());
    let kind = kind.ok_or_else(|| Problem::no_such(|words| words.bad_address))?;
    Ok((ChannelTarget::Known(added.clone(), kind), added))
}

/// Returns the part of a channel's page that changes it; `None` if the channel is not in the store.
pub(super) async fn blocks(
    admin: &Admin,
    id: &ChannelId,
) -> Result<Option<Vec<DeskBlock>>, Problem> {
    let Ok((target, added)) = target(admin, id.as_str()) else {
        return Ok(None);
    };
    let words = admin.words;
    let remove = format!("admin/channels/{}/remove", in_path(id.as_str()));
    let form = channel_form::form(admin, &target, &channel_form::typed(&added));
    let removal = words.channel_removal.to_owned();
    let mut blocks = Vec::from_iter(newest_card(admin, id).await?);
    blocks.extend([
        DeskBlock::Form(form),
        DeskBlock::Text { text: removal },
        DeskBlock::Form(DeskForm {
            heading: Some(words.remove),
            ..DeskForm::grave(remove, words.remove)
        }),
    ]);
    Ok(Some(blocks))
}

/// Returns the newest bulletin as the channel would be sent it; `None` if there is none, or if it cannot be drawn.
async fn newest_card(admin: &Admin, id: &ChannelId) -> Result<Option<DeskBlock>, Problem> {
    let query = BulletinQuery {
        states: vec![BulletinState::Published, BulletinState::Baseline],
        limit: Some(1),
        ..BulletinQuery::default()
    };
    let newest = admin.store().bulletins(&query).await?;
    let (Some(bulletin), Some(channel)) =
        (newest.items.into_iter().next(), admin.known_channel(id))
    else {
        return Ok(None);
    };
    let source = admin.source_name(&bulletin.source);
    let screen = push::Screen::PLAIN;
    let drawn = push::draft(bulletin, &source, &channel, &admin.config, screen);
    let card = drawn.ok().map(|drawn| publish::card(&channel, &drawn));
    Ok(card.map(|card| match card {
        DeskBlock::Code { text, .. } => DeskBlock::Code {
            heading: Some(admin.words.card_there.to_owned()),
            text,
        },
        card => card,
    }))
}

/// Returns the form with the typed values except secrets, and the error.
fn again(
    admin: &Admin,
    target: &ChannelTarget,
    typed: &Typed,
    problem: &Problem,
) -> Result<Response, Problem> {
    let title = match target {
        ChannelTarget::New(_) => admin.words.add_channel,
        ChannelTarget::Known(added, _) => added.name(),
    };
    let form = channel_form::form(admin, target, typed);
    admin.again(("/channels", title), form, problem)
}
