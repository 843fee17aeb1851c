//! Publishes an office's own bulletin, which is typed, then previewed as each channel would show it; and corrects it.

use std::sync::Arc;

use axum::{http::StatusCode, response::Response};
use chrono::Utc;
use serde_json::Value;

use super::{
    context::Admin,
    page::{DeskBlock, DeskForm, FormChoice, FormField},
    typed::Typed,
};
use crate::{
    bulletin::{Attachment, BulletinId, Channel, ChannelId, Moment, ReadAs, Source},
    ops::{Amendment, Publication, file_name},
    push, round, view,
    web::{api, problem::Problem},
};

/// The maximum number of chats that are offered in addition to the channels of the config.
const MOST_CHATS: usize = 50;

pub(super) async fn page(admin: Admin) -> Result<Response, Problem> {
    let words = admin.words;
    let desks = desks(&admin, "");
    if desks.is_empty() {
        let text = words.no_desk.to_owned();
        return admin.show("/publish", words.publish, vec![DeskBlock::Text { text }]);
    }
    let form = form(&admin, &Typed::default(), words.preview);
    admin.show("/publish", words.publish, vec![DeskBlock::Form(form)])
}

fn desks(admin: &Admin, chosen: &str) -> Vec<FormChoice> {
    let sources = admin.config.sources.iter();
    let desks = sources.filter(|source| source.kind == ReadAs::Desk);
    let choice = |source: &Source| FormChoice {
        value: source.id.to_string(),
        label: source.name.clone(),
        chosen: source.id.as_str() == chosen,
        note: None,
    };
    desks.map(choice).collect()
}

/// Returns the form, filled with the values typed before.
fn form(admin: &Admin, typed: &Typed, submit: &'static str) -> DeskForm {
    let words = admin.words;
    let field = |name, label, kind| FormField::new(name, label, kind).filled(typed.get(name));
    let request = typed.optional("request");
    let request = request.unwrap_or_else(api::new_request);
    DeskForm {
        action: "admin/publish".to_owned(),
        fields: vec![
            FormField::new("source", words.source, "select").of(desks(admin, typed.get("source"))),
            field("title", words.title, "text").required(),
            field("text", words.text, "textarea").hinted(words.text_hint),
            field("publisher", words.publisher, "text"),
            field("deadline", words.deadline, "text").hinted(words.deadline_hint),
            field("url", words.url, "text").hinted(words.url_hint),
            field("files", words.files, "textarea").hinted(words.files_hint),
            recipients(admin, typed),
            FormField::hidden("request", request),
        ],
        submit,
        ..DeskForm::default()
    }
}

/// Returns the channels and chats that messages may be sent to.
pub(super) fn recipients(admin: &Admin, typed: &Typed) -> FormField {
    let mut field = channels_of(admin, typed);
    let chats = admin.store().subscribed_channels();
    let chats = chats.iter().take(MOST_CHATS);
    field.options.extend(chats.map(|chat| choice(chat, typed)));
    field
}

fn choice(channel: &Channel, typed: &Typed) -> FormChoice {
    FormChoice {
        value: channel.id.to_string(),
        label: channel.name.clone(),
        chosen: typed.all("to").any(|id| id == channel.id.as_str()),
        note: None,
    }
}

/// Returns the channels of the config.
pub(super) fn channels_of(admin: &Admin, typed: &Typed) -> FormField {
    let words = admin.words;
    let channels = admin.config.channels.iter();
    FormField::new("to", words.to_channels, "checks")
        .hinted(words.to_channels_hint)
        .of(channels.map(|channel| choice(channel, typed)).collect())
}

pub(super) async fn publish(admin: Admin, typed: Typed) -> Result<Response, Problem> {
    match previewed_or_published(&admin, &typed).await {
        Err(problem) if problem.status().is_client_error() => {
            let form = form(&admin, &typed, admin.words.preview);
            admin.again(("/publish", admin.words.publish), form, &problem)
        }
        answer => answer,
    }
}

/// Shows the card of each channel the first time; publishes from there.
async fn previewed_or_published(admin: &Admin, typed: &Typed) -> Result<Response, Problem> {
    let publication = round::summarised(publication(admin, typed)?);
    let publication = publication.cleaned().map_err(Problem::bad_field)?;
    if typed.get("sure").is_empty() {
        return previewed(admin, typed, &publication);
    }
    let pages = admin.config.web.public_url.as_ref();
    let store = admin.store();
    let issued = store
        .publish(publication, pages, admin.actor(), Utc::now())
        .await?;
    Ok(admin.done(&format!("/bulletins/{}", issued.id)))
}

fn previewed(admin: &Admin, typed: &Typed, publication: &Publication) -> Result<Response, Problem> {
    let words = admin.words;
    let bulletin = publication.draft(Utc::now());
    let mut sources = admin.config.sources.iter();
    let source = sources.find(|source| source.id == publication.source);
    let source = source.map_or("", |source| source.name.as_str());
    let mut blocks = vec![DeskBlock::Text {
        text: words.previewed.to_owned(),
    }];
    for channel in shown_to(admin, publication) {
        let drawn = push::draft(
            bulletin.clone(),
            source,
            &channel,
            &admin.config,
            push::Screen::PLAIN,
        );
        let drawn = drawn.map_err(|why| Problem::undrawn(&why.0))?;
        blocks.push(card(&channel, &drawn));
    }
    let sure = form(admin, typed, words.publish_now).with(FormField::hidden("sure", "yes"));
    blocks.push(DeskBlock::Form(sure));
    admin
        .page("/publish", words.publish, blocks)
        .answer(StatusCode::OK)
}

/// Returns the channels whose cards a preview shows: the chosen ones, otherwise those of the config that receive the
/// source.
fn shown_to(admin: &Admin, publication: &Publication) -> Vec<Arc<Channel>> {
    if let Some(to) = &publication.channels {
        let named = to.iter().filter_map(|id| admin.known_channel(id));
        return named.collect();
    }
    let channels = admin.config.channels.iter();
    let having = channels.filter(|channel| publication.goes_to(channel));
    having.cloned().map(Arc::new).collect()
}

/// Returns a card as a channel would be sent it.
pub(super) fn card(channel: &Channel, drawn: &Value) -> DeskBlock {
    let text = match drawn {
        Value::String(text) => text.trim_end().to_owned(),
        drawn => format!("{drawn:#}"),
    };
    DeskBlock::Code {
        heading: Some(format!("{} · {}", channel.name, channel.kind_name())),
        text,
    }
}

fn publication(admin: &Admin, typed: &Typed) -> Result<Publication, Problem> {
    let mut sources = admin.config.sources.iter();
    let is_meant = |it: &&Source| it.kind == ReadAs::Desk && it.id.as_str() == typed.get("source");
    let source = sources.find(is_meant).map(|source| source.id.clone());
    Ok(Publication {
        source: source.ok_or_else(|| Problem::bad_form(|words| words.bad_source))?,
        title: typed.get("title").to_owned(),
        text: typed.optional("text"),
        summary: None,
        url: typed.optional("url"),
        publisher: typed.optional("publisher"),
        published: None,
        deadline: deadline(typed)?,
        attachments: Some(files(typed)),
        channels: chosen(admin, typed)?,
        request_id: typed.optional("request"),
    })
}

fn deadline(typed: &Typed) -> Result<Option<Moment>, Problem> {
    let deadline = typed.optional("deadline").map(Moment::try_from).transpose();
    deadline.map_err(|_| Problem::bad_form(|words| words.bad_deadline))
}

/// Parses the files: an address a line, followed by a name.
fn files(typed: &Typed) -> Vec<Attachment> {
    let lines = typed
        .get("files")
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    let file = |line: &str| {
        let (url, name) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let name = match name.trim() {
            "" => file_name(url),
            name => name.to_owned(),
        };
        Attachment {
            url: url.to_owned(),
            name,
            size: None,
        }
    };
    lines.map(file).collect()
}

/// Returns the channels that were chosen; `None` if there are none.
pub(super) fn chosen(admin: &Admin, typed: &Typed) -> Result<Option<Vec<ChannelId>>, Problem> {
    let known = |text: &str| text.parse().ok().filter(|id| admin.knows_channel(id));
    let ids: Option<Vec<ChannelId>> = typed.all("to").map(known).collect();
    let ids = ids.ok_or_else(|| Problem::bad_form(|words| words.bad_channel))?;
    Ok((!ids.is_empty()).then_some(ids))
}

/// Returns the initial values of the form of a correction.
pub(super) fn as_it_is(bulletin: &view::Bulletin, text: &str) -> Typed {
    let plain = |value: &Option<String>| value.clone().unwrap_or_default();
    let files = bulletin.attachments.iter();
    let files: Vec<String> = files
        .map(|file| format!("{} {}", file.url, file.name))
        .collect();
    let deadline = bulletin
        .deadline
        .map(|at| at.to_string())
        .unwrap_or_default();
    let fields = [
        ("title", bulletin.title.clone()),
        ("text", text.to_owned()),
        ("publisher", plain(&bulletin.publisher)),
        ("deadline", deadline),
        ("files", files.join("\n")),
    ];
    Typed::of(fields.map(|(name, value)| (name.to_owned(), value)))
}

pub(super) fn correction(admin: &Admin, id: BulletinId, typed: &Typed) -> DeskForm {
    let words = admin.words;
    let field = |name, label, kind| FormField::new(name, label, kind).filled(typed.get(name));
    DeskForm {
        heading: Some(words.correct),
        action: format!("admin/bulletins/{id}/correct"),
        fields: vec![
            field("title", words.title, "text").required(),
            field("text", words.text, "textarea").hinted(words.text_hint),
            field("publisher", words.publisher, "text"),
            field("deadline", words.deadline, "text").hinted(words.deadline_hint),
            field("files", words.files, "textarea").hinted(words.files_hint),
        ],
        submit: words.correct,
        ..DeskForm::default()
    }
}

pub(super) fn amendment(typed: &Typed) -> Result<Amendment, Problem> {
    Ok(Amendment {
        title: typed.optional("title"),
        text: typed.optional("text"),
        publisher: Some(typed.optional("publisher")),
        deadline: Some(deadline(typed)?),
        attachments: Some(files(typed)),
        ..Amendment::default()
    })
}
