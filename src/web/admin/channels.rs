//! Channels, and what is on its way to them.

use axum::{extract::Path, http::StatusCode, response::Response};
use chrono::Utc;

use super::{
    context::{Admin, in_path, only},
    page::{Block, Cell, Form, Row, Table},
    words::DeskWords,
};
use crate::{
    bulletin::{ChannelId, DeliveryId, DeliveryKind, DeliveryState},
    view::{self, ChannelState, Filters},
    web::{api, problem::Problem},
};

pub(super) async fn list(admin: Admin) -> Result<Response, Problem> {
    let listing = api::channels_now(&admin.site, &admin.filters()?).await?;
    let words = admin.words;
    let table = Table {
        columns: vec![
            words.name,
            words.kind,
            words.state,
            words.queued,
            words.sent,
            words.failed,
        ],
        rows: listing
            .items
            .iter()
            .map(|channel| row(&admin, channel))
            .collect(),
        empty: words.no_channels,
        next: admin.next("/channels", listing.next),
        ..Table::default()
    };
    admin.show("/channels", words.channels, vec![Block::Table(table)])
}

fn row(admin: &Admin, channel: &view::Channel) -> Row {
    let words = admin.words;
    let id = in_path(channel.id.as_str());
    let (word, state) = match channel.state {
        ChannelState::Ok => (words.ok, "ok"),
        ChannelState::Failing => (words.failing, "failing"),
        ChannelState::Blocked => (words.blocked, "blocked"),
    };
    Row {
        cells: vec![
            Cell::link(&channel.name, format!("admin/channels/{id}")),
            channel.kind.clone().into(),
            Cell::state(word, state).noted(channel.error.clone()),
            channel.queued.to_string().into(),
            channel.sent.to_string().into(),
            channel.failed.to_string().into(),
        ],
        actions: test_of(admin, &channel.id).into_iter().collect(),
    }
}

/// Chats that subscribed by themselves are not sent tests.
fn test_of(admin: &Admin, id: &ChannelId) -> Option<Form> {
    let is_configured = admin.config.channels.iter().any(|known| known.id == *id);
    let path = format!("admin/channels/{}/test", in_path(id.as_str()));
    is_configured.then(|| Form::grave(path, admin.words.test))
}

pub(super) async fn one(admin: Admin, Path(id): Path<String>) -> Result<Response, Problem> {
    let missing = || Problem::missing(format!("no channel `{id}`"));
    let filters = Filters {
        channel: Some(id.parse().map_err(|_| missing())?),
        ..admin.filters()?
    };
    let alone = Filters {
        cursor: None,
        ..filters.clone()
    };
    let channel = only(view::channels(admin.store(), &admin.config, &alone).await)?;
    let words = admin.words;
    let facts = Table {
        columns: vec![
            words.name,
            words.kind,
            words.state,
            words.queued,
            words.sent,
            words.failed,
        ],
        rows: vec![row(&admin, &channel)],
        ..Table::default()
    };
    let deliveries = deliveries(&admin, &filters, &format!("/channels/{}", in_path(&id))).await?;
    let blocks = vec![Block::Table(facts), Block::Table(deliveries)];
    admin.show("/channels", &channel.name, blocks)
}

pub(super) async fn outbox(admin: Admin) -> Result<Response, Problem> {
    let table = deliveries(&admin, &admin.filters()?, "/outbox").await?;
    admin.show("/outbox", admin.words.outbox, vec![Block::Table(table)])
}

/// Deliveries, newest first; the list goes on at `path`.
async fn deliveries(admin: &Admin, filters: &Filters, path: &str) -> Result<Table, Problem> {
    let listing = view::deliveries(admin.store(), &admin.config, filters).await?;
    let next = admin.next(path, listing.next);
    Ok(Table {
        next,
        ..table(admin, &listing.items)
    })
}

pub(super) fn table(admin: &Admin, deliveries: &[view::Delivery]) -> Table {
    let words = admin.words;
    Table {
        heading: Some(words.outbox),
        columns: vec![
            words.bulletin,
            words.channel,
            words.kind,
            words.state,
            words.attempts,
            words.due,
        ],
        rows: deliveries
            .iter()
            .map(|it| delivery_row(admin, it))
            .collect(),
        empty: words.nothing_queued,
        ..Table::default()
    }
}

fn delivery_row(admin: &Admin, delivery: &view::Delivery) -> Row {
    let words = admin.words;
    let bulletin = match delivery.bulletin {
        Some(id) => Cell::link(format!("#{id}"), format!("admin/bulletins/{id}")),
        None => words.announcement.into(),
    };
    let (word, state) = shown(words, delivery.state);
    Row {
        cells: vec![
            bulletin,
            delivery.channel.as_str().into(),
            kind(words, delivery.kind).into(),
            Cell::state(word, state).noted(delivery.error.clone()),
            delivery.attempts.to_string().into(),
            admin
                .time(Some(delivery.sent_at.unwrap_or(delivery.due_at)))
                .into(),
        ],
        actions: actions(words, delivery),
    }
}

fn actions(words: &'static DeskWords, delivery: &view::Delivery) -> Vec<Form> {
    let path = |what: &str| format!("admin/outbox/{}/{what}", delivery.id);
    match delivery.state {
        DeliveryState::Queued => vec![
            Form::button(path("retry"), words.retry),
            Form::grave(path("cancel"), words.cancel),
        ],
        DeliveryState::Failed => vec![Form::button(path("retry"), words.retry)],
        DeliveryState::Sending | DeliveryState::Sent | DeliveryState::Dropped => Vec::new(),
    }
}

fn shown(words: &'static DeskWords, state: DeliveryState) -> (&'static str, &'static str) {
    match state {
        DeliveryState::Queued => (words.queued_state, "queued"),
        DeliveryState::Sending => (words.sending, "sending"),
        DeliveryState::Sent => (words.sent_state, "sent"),
        DeliveryState::Failed => (words.failed_state, "failed"),
        DeliveryState::Dropped => (words.dropped, "dropped"),
    }
}

fn kind(words: &'static DeskWords, kind: DeliveryKind) -> &'static str {
    match kind {
        DeliveryKind::New => words.is_new,
        DeliveryKind::Update => words.update,
        DeliveryKind::Rebroadcast => words.rebroadcast_kind,
        DeliveryKind::Announcement => words.announcement,
        DeliveryKind::Reminder => words.reminder,
        DeliveryKind::Document => words.document,
    }
}

pub(super) async fn test(admin: Admin, Path(id): Path<String>) -> Result<Response, Problem> {
    let mut channels = admin.config.channels.iter();
    let known = channels.find(|channel| channel.id.as_str() == id);
    let known = known.ok_or_else(|| Problem::missing(format!("no channel `{id}`")))?;
    let sent = admin.site.desk.pusher.test(&known.id).await;
    sent.map_err(|why| Problem::new(StatusCode::BAD_GATEWAY, why.to_string()))?;
    Ok(admin.done("/channels"))
}

pub(super) async fn retry(admin: Admin, Path(id): Path<u64>) -> Result<Response, Problem> {
    let store = admin.store();
    store
        .retry_delivery(DeliveryId(id), admin.actor(), Utc::now())
        .await?;
    Ok(admin.done("/outbox"))
}

pub(super) async fn cancel(admin: Admin, Path(id): Path<u64>) -> Result<Response, Problem> {
    let store = admin.store();
    store
        .cancel_delivery(DeliveryId(id), admin.actor(), Utc::now())
        .await?;
    Ok(admin.done("/outbox"))
}
