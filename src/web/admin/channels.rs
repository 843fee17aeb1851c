//! Shows channels and their deliveries.

use axum::{extract::Path, response::Response};
use chrono::Utc;

use super::{
    announce, channel_form, chats,
    context::{Admin, in_path, only},
    names::Titles,
    page::{DeskBlock, DeskCell, DeskForm, DeskRow, DeskTable},
    stored_channels,
    typed::Typed,
};
use crate::{
    bulletin::{BulletinId, ChannelId, DeliveryId, DeliveryKind, DeliveryState},
    ops::DeliveryQuery,
    view::{self, ChannelState, Filters, Stamp},
    web::{actions, api, named, problem::Problem},
    words::{self, DeskWords},
};

pub(super) async fn list(admin: Admin) -> Result<Response, Problem> {
    let listing = api::channels_now(&admin.site, &admin.filters()?).await?;
    let channels = DeskTable {
        next: admin.next("/channels", listing.next),
        ..states(&admin, &listing.items)
    };
    let words = admin.words;
    let states = [
        (words.ok, "ok"),
        (words.failing, "failing"),
        (words.blocked, "blocked"),
    ];
    let mut blocks = vec![
        admin.choices("/channels", &states),
        DeskBlock::Table(channels),
    ];
    blocks.push(DeskBlock::Form(channel_form::kinds_form(&admin)));
    blocks.extend(chats::blocks(&admin).await?);
    blocks.push(DeskBlock::Form(announce::form(&admin, &Typed::default())));
    admin.show("/channels", words.channels, blocks)
}

fn states(admin: &Admin, channels: &[view::Channel]) -> DeskTable {
    let words = admin.words;
    DeskTable {
        columns: vec![
            words.name,
            words.kind,
            words.state,
            words.queued,
            words.next_send,
            words.sent,
            words.failed,
        ],
        rows: channels.iter().map(|it| row(admin, it)).collect(),
        empty: admin.empty(words.no_channels),
        ..DeskTable::default()
    }
}

fn row(admin: &Admin, channel: &view::Channel) -> DeskRow {
    let words = admin.words;
    let id = in_path(channel.id.as_str());
    let (word, state) = match channel.state {
        ChannelState::Ok => (words.ok, "ok"),
        ChannelState::Failing => (words.failing, "failing"),
        ChannelState::Blocked => (words.blocked, "blocked"),
    };
    DeskRow {
        cells: vec![
            DeskCell::link(&channel.name, format!("admin/channels/{id}")),
            kind_name(admin, &channel.kind).into(),
            DeskCell::state(word, state).noted(admin.why(channel.why.as_ref())),
            waiting(channel),
            next_send(admin, channel),
            channel.sent.to_string().into(),
            channel.failed.to_string().into(),
        ],
        actions: test_of(admin, &channel.id).into_iter().collect(),
    }
}

/// Returns a kind in words; a kind that can only be made in the config has its name there.
fn kind_name(admin: &Admin, kind: &str) -> String {
    let kinds = &words::of(admin.language).kinds;
    kinds.kind(kind).unwrap_or(kind).to_owned()
}

/// Returns how many deliveries wait, with a link to their list.
fn waiting(channel: &view::Channel) -> DeskCell {
    let count = channel.queued.to_string();
    let id = in_path(channel.id.as_str());
    match channel.queued {
        0 => count.into(),
        _ => DeskCell::link(count, format!("admin/outbox?state=queued&channel={id}")),
    }
}

/// Returns when the first waiting delivery may be sent: quiet hours, digests and retries hold it until then.
fn next_send(admin: &Admin, channel: &view::Channel) -> DeskCell {
    let words = admin.words;
    match channel.next_due {
        None => words.none.into(),
        Some(_) if channel.state == ChannelState::Blocked => words.not_before_mended.into(),
        Some(due) if due <= Utc::now() => match channel.state {
            // Only the sender knows when it tries again.
            ChannelState::Failing => words.being_retried.into(),
            ChannelState::Ok | ChannelState::Blocked => words.at_any_moment.into(),
        },
        Some(due) => admin.time(Some(Stamp::new(due, admin.config.time_zone))),
    }
}

/// Returns the test form of a channel; chats that subscribed on their own are not sent tests.
pub(super) fn test_of(admin: &Admin, id: &ChannelId) -> Option<DeskForm> {
    let is_configured = admin.config.channels.iter().any(|known| known.id == *id);
    let path = format!("admin/channels/{}/test", in_path(id.as_str()));
    is_configured.then(|| DeskForm::grave(path, admin.words.test))
}

pub(super) async fn one(admin: Admin, Path(id): Path<String>) -> Result<Response, Problem> {
    let missing = || Problem::no_such(|words| words.bad_address);
    let filters = Filters {
        channel: Some(id.parse().map_err(|_| missing())?),
        ..admin.filters()?
    };
    let alone = Filters {
        cursor: None,
        ..filters.clone()
    };
    let channel = only(api::channels_now(&admin.site, &alone).await?)?;
    let facts = states(&admin, std::slice::from_ref(&channel));
    let deliveries = deliveries(&admin, &filters, &format!("/channels/{}", in_path(&id))).await?;
    let mut blocks = vec![DeskBlock::Table(facts)];
    match stored_channels::blocks(&admin, &channel.id).await? {
        Some(of_store) => blocks.extend(of_store),
        None => blocks.extend(chats::settings(&admin, &channel.id)),
    }
    blocks.push(DeskBlock::Table(deliveries));
    admin.show("/channels", &channel.name, blocks)
}

pub(super) async fn outbox(admin: Admin) -> Result<Response, Problem> {
    let table = match &admin.wish.bulletin {
        Some(id) => of_bulletin(&admin, named::bulletin(id)?).await?,
        None => deliveries(&admin, &admin.filters()?, "/outbox").await?,
    };
    let words = admin.words;
    let states = [
        (words.queued_state, "queued"),
        (words.sending, "sending"),
        (words.sent_state, "sent"),
        (words.failed_state, "failed"),
        (words.dropped, "dropped"),
    ];
    let blocks = vec![admin.choices("/outbox", &states), DeskBlock::Table(table)];
    admin.show("/outbox", words.outbox, blocks)
}

/// Returns the deliveries of one bulletin, newest first.
async fn of_bulletin(admin: &Admin, id: BulletinId) -> Result<DeskTable, Problem> {
    let filters = admin.filters()?;
    let query = DeliveryQuery {
        bulletin: Some(id),
        before: filters.cursor_number()?.map(DeliveryId),
        limit: Some(filters.limit),
        ..DeliveryQuery::default()
    };
    let page = admin.store().deliveries(&query).await?;
    let last = page.items.last().map(|delivery| delivery.id.to_string());
    let zone = admin.config.time_zone;
    let shown = page.items.into_iter();
    let shown: Vec<_> = shown.map(|it| view::Delivery::new(it, zone)).collect();
    Ok(DeskTable {
        next: admin.next("/outbox", last.filter(|_| page.more)),
        ..table(admin, &shown).await?
    })
}

/// Returns deliveries, newest first; the list continues at `path`.
async fn deliveries(admin: &Admin, filters: &Filters, path: &str) -> Result<DeskTable, Problem> {
    let listing = view::deliveries(admin.store(), &admin.config, filters).await?;
    let next = admin.next(path, listing.next);
    Ok(DeskTable {
        next,
        ..table(admin, &listing.items).await?
    })
}

pub(super) async fn table(
    admin: &Admin,
    deliveries: &[view::Delivery],
) -> Result<DeskTable, Problem> {
    let words = admin.words;
    let titles = admin.titles(deliveries).await?;
    Ok(DeskTable {
        heading: Some(words.deliveries),
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
            .map(|it| delivery_row(admin, &titles, it))
            .collect(),
        empty: admin.empty(words.nothing_queued),
        ..DeskTable::default()
    })
}

fn delivery_row(admin: &Admin, titles: &Titles, delivery: &view::Delivery) -> DeskRow {
    let words = admin.words;
    let bulletin = match delivery.bulletin {
        Some(id) => {
            let title = titles.get(&id).map_or("", String::as_str);
            DeskCell::link(title, format!("admin/bulletins/{id}")).noted(Some(format!("#{id}")))
        }
        None => words.announcement.into(),
    };
    let (word, state) = shown(words, delivery.state);
    DeskRow {
        cells: vec![
            bulletin,
            admin.channel(&delivery.channel),
            kind(words, delivery.kind).into(),
            DeskCell::state(word, state).noted(admin.why(delivery.why.as_ref())),
            delivery.attempts.to_string().into(),
            admin.time(Some(delivery.sent_at.unwrap_or(delivery.due_at))),
        ],
        actions: buttons(words, delivery),
    }
}

pub(super) fn buttons(words: &'static DeskWords, delivery: &view::Delivery) -> Vec<DeskForm> {
    let path = |what: &str| format!("admin/outbox/{}/{what}", delivery.id);
    match delivery.state {
        DeliveryState::Queued => vec![
            DeskForm::button(path("retry"), words.retry),
            DeskForm::grave(path("cancel"), words.cancel),
        ],
        DeliveryState::Failed => vec![DeskForm::button(path("retry"), words.retry)],
        DeliveryState::Sending | DeliveryState::Sent | DeliveryState::Dropped => Vec::new(),
    }
}

pub(super) fn shown(
    words: &'static DeskWords,
    state: DeliveryState,
) -> (&'static str, &'static str) {
    match state {
        DeliveryState::Queued => (words.queued_state, "queued"),
        DeliveryState::Sending => (words.sending, "sending"),
        DeliveryState::Sent => (words.sent_state, "sent"),
        DeliveryState::Failed => (words.failed_state, "failed"),
        DeliveryState::Dropped => (words.dropped, "dropped"),
    }
}

pub(super) fn kind(words: &'static DeskWords, kind: DeliveryKind) -> &'static str {
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
    actions::test_for(&admin.site, admin.actor(), &id).await?;
    Ok(admin.back("/channels"))
}

pub(super) async fn retry(admin: Admin, Path(id): Path<String>) -> Result<Response, Problem> {
    let id = named::delivery(&id)?;
    admin
        .store()
        .retry_delivery(id, admin.actor(), Utc::now())
        .await?;
    Ok(admin.back("/outbox"))
}

pub(super) async fn cancel(admin: Admin, Path(id): Path<String>) -> Result<Response, Problem> {
    let id = named::delivery(&id)?;
    admin
        .store()
        .cancel_delivery(id, admin.actor(), Utc::now())
        .await?;
    Ok(admin.back("/outbox"))
}
