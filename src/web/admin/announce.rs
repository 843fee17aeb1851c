//! Sends announcements: a text that is not a bulletin, for all channels and chats.

use axum::response::Response;
use chrono::Utc;

use super::{
    context::Admin,
    page::{DeskBlock, DeskForm, FormField},
    typed::Typed,
};
use crate::{
    bulletin::LONGEST_ANNOUNCEMENT,
    push::card::clean_text,
    web::{api, problem::Problem},
};

pub(super) fn form(admin: &Admin, typed: &Typed) -> DeskForm {
    let words = admin.words;
    let request = typed.optional("request");
    DeskForm {
        heading: Some(words.announce),
        action: "admin/announce".to_owned(),
        fields: vec![
            FormField::new("text", words.text, "textarea")
                .filled(typed.get("text"))
                .hinted(words.announce_hint)
                .required(),
            // The same form sends once, however often its button is pressed.
            FormField::hidden("request", request.unwrap_or_else(api::new_request)),
        ],
        submit: words.preview,
        ..DeskForm::default()
    }
}

pub(super) async fn announce(admin: Admin, typed: Typed) -> Result<Response, Problem> {
    match previewed_or_sent(&admin, &typed).await {
        Err(problem) if problem.status().is_client_error() => {
            let form = form(&admin, &typed);
            admin.again(("/channels", admin.words.announce), form, &problem)
        }
        answer => answer,
    }
}

/// Shows the text and its recipients the first time; sends it from there.
async fn previewed_or_sent(admin: &Admin, typed: &Typed) -> Result<Response, Problem> {
    let text = clean_text(typed.get("text"));
    if text.is_empty() || text.chars().count() > LONGEST_ANNOUNCEMENT {
        return Err(Problem::bad_form(|words| words.bad_announcement));
    }
    let request = typed.optional("request");
    let request = request.ok_or_else(|| Problem::bad_form(|words| words.bad_form))?;
    if typed.get("sure").is_empty() {
        return previewed(admin, &text, &request).await;
    }
    let store = admin.store();
    store
        .broadcast(&text, &request, admin.actor(), Utc::now())
        .await?;
    Ok(admin.done("/outbox"))
}

async fn previewed(admin: &Admin, text: &str, request: &str) -> Result<Response, Problem> {
    let words = admin.words;
    let to = admin.store().recipients(None).await?;
    let mut blocks = vec![
        DeskBlock::Text {
            text: admin.to_whom(&to),
        },
        DeskBlock::Code {
            heading: None,
            text: text.to_owned(),
        },
    ];
    if !to.is_empty() {
        let sure = DeskForm::grave("admin/announce".to_owned(), words.announce_now)
            .with(FormField::hidden("text", text))
            .with(FormField::hidden("request", request))
            .with(FormField::hidden("sure", "yes"));
        blocks.push(DeskBlock::Form(sure));
    }
    admin.show("/channels", words.announce, blocks)
}
