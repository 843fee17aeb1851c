//! Manages tokens of programs, and sessions of signed-in admins.

use axum::{extract::Path, http::StatusCode, response::Response};
use chrono::Utc;

use super::{
    context::{Admin, in_path},
    page::{DeskBlock, DeskCell, DeskForm, DeskRow, DeskTable, FormChoice, FormField},
    typed::Typed,
};
use crate::{
    ops::{NewToken, Scope, Store, Token, end_after},
    view::{self, Stamp},
    web::problem::Problem,
};

pub(super) async fn page(admin: Admin) -> Result<Response, Problem> {
    let blocks = blocks(&admin, &Typed::default()).await?;
    admin.show("/tokens", admin.words.tokens, blocks)
}

async fn blocks(admin: &Admin, typed: &Typed) -> Result<Vec<DeskBlock>, Problem> {
    let words = admin.words;
    let all = admin.store().tokens().await?;
    let now = Utc::now();
    let rows = |is_session: bool| {
        let those = all.iter().filter(move |it| it.is_session() == is_session);
        let valid = those.filter(|it| !is_session || it.is_valid(now));
        valid.map(|token| row(admin, token)).collect()
    };
    let columns = || {
        vec![
            words.name,
            words.scope,
            words.begins_with,
            words.created,
            words.last_used,
            words.expires,
        ]
    };
    let tokens = DeskTable {
        columns: columns(),
        rows: rows(false),
        empty: words.no_tokens,
        ..DeskTable::default()
    };
    let sessions = DeskTable {
        heading: Some(words.sessions),
        columns: columns(),
        rows: rows(true),
        ..DeskTable::default()
    };
    Ok(vec![
        DeskBlock::Table(tokens),
        DeskBlock::Form(new(admin, typed)),
        DeskBlock::Table(sessions),
    ])
}

fn row(admin: &Admin, token: &Token) -> DeskRow {
    let words = admin.words;
    let shown = view::Token::new(token, admin.config.time_zone);
    let is_this = token.id == admin.signed.session.id;
    let time = |stamp: Option<Stamp>| admin.time(stamp);
    let path = format!("admin/tokens/{}/revoke", in_path(&token.id));
    DeskRow {
        cells: vec![
            DeskCell::from(shown.name).noted(is_this.then(|| words.this_desk.to_owned())),
            shown.scope.name().into(),
            shown.prefix.into(),
            time(Some(shown.created_at)),
            time(shown.last_used_at),
            time(shown.expires_at),
        ],
        actions: vec![DeskForm::grave(path, words.revoke)],
    }
}

fn new(admin: &Admin, typed: &Typed) -> DeskForm {
    let words = admin.words;
    let scope = |value: Scope, label: &str| FormChoice {
        value: value.name().to_owned(),
        label: label.to_owned(),
        chosen: value.name() == typed.get("scope"),
        ..FormChoice::default()
    };
    let scopes = vec![
        scope(Scope::Read, words.scope_read),
        scope(Scope::Publish, words.scope_publish),
        scope(Scope::Admin, words.scope_admin),
    ];
    DeskForm {
        heading: Some(words.new_token),
        action: "admin/tokens".to_owned(),
        fields: vec![
            FormField::new("name", words.name, "text")
                .filled(typed.get("name"))
                .required(),
            FormField::new("scope", words.scope, "select").of(scopes),
            FormField::new("expires", words.expires, "text")
                .filled(typed.get("expires"))
                .hinted(words.expires_hint),
        ],
        submit: words.create,
        ..DeskForm::default()
    }
}

pub(super) async fn create(admin: Admin, typed: Typed) -> Result<Response, Problem> {
    match created(&admin, &typed).await {
        Err(problem) if problem.status().is_client_error() => {
            let mut page = admin.page("/tokens", admin.words.tokens, blocks(&admin, &typed).await?);
            page.notice = Some(problem.said(admin.language));
            page.answer(problem.status())
        }
        answer => answer,
    }
}

/// Creates a token. Only this answer shows it.
async fn created(admin: &Admin, typed: &Typed) -> Result<Response, Problem> {
    let now = Utc::now();
    let mut scopes = [Scope::Read, Scope::Publish, Scope::Admin].into_iter();
    let scope = scopes.find(|scope| scope.name() == typed.get("scope"));
    let end = typed
        .optional("expires")
        .map(|span| end_after(now, &span))
        .transpose();
    let new = NewToken {
        name: typed.get("name").to_owned(),
        scope: scope.ok_or_else(|| Problem::bad_form(|words| words.bad_scope))?,
        expires_at: end.map_err(|_| Problem::bad_form(|words| words.bad_expiry))?,
        opened_by: None,
    };
    let token = Store::mint()?;
    admin
        .store()
        .create_token(&token, new, admin.actor(), now)
        .await?;
    let words = admin.words;
    let mut shown = vec![
        DeskBlock::Text {
            text: words.token_once.to_owned(),
        },
        DeskBlock::Code {
            heading: None,
            text: token.reveal().to_owned(),
        },
    ];
    shown.extend(blocks(admin, &Typed::default()).await?);
    let page = admin.page("/tokens", words.tokens, shown);
    page.answer(StatusCode::CREATED)
}

pub(super) async fn revoke(admin: Admin, Path(id): Path<String>) -> Result<Response, Problem> {
    admin
        .store()
        .revoke_token(&id, admin.actor(), Utc::now())
        .await?;
    Ok(admin.back("/tokens"))
}
