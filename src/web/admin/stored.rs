//! Manages sources in the store: added by their address, edited, removed. Only a source that was shown before is saved.

use axum::{
    extract::Path,
    http::{StatusCode, Uri},
    response::Response,
};

use super::{
    context::{Admin, in_path},
    page::{DeskBlock, DeskForm, FormField},
    page_copy,
    source_form::{self, FormTarget},
    source_preview,
    typed::Typed,
};
use crate::{
    bulletin::{PageFault, Source},
    round::{OtherChoice, Preview, PreviewKind},
    web::{problem::Problem, stored},
};

/// Returns an empty form; if the address names a page, the rows found there.
pub(super) async fn page(admin: Admin, uri: Uri) -> Result<Response, Problem> {
    let typed = Typed::of_query(&uri);
    if typed.optional("url").is_some() {
        return previewed(&admin, &FormTarget::New, &typed).await;
    }
    let form = source_form::form(&admin, &FormTarget::New, &Typed::default(), Vec::new());
    let title = admin.words.add_source;
    admin.show("/sources", title, vec![DeskBlock::Form(form)])
}

/// Returns the form at the top of the lists of sources, which asks for an address and shows what is there.
pub(super) fn address_form(admin: &Admin) -> DeskForm {
    let words = admin.words;
    DeskForm {
        heading: Some(words.add_source),
        action: "admin/add-source".to_owned(),
        fields: vec![
            FormField::new("url", words.address, "text")
                .hinted(words.address_hint)
                .required(),
        ],
        submit: words.preview,
        ..DeskForm::default()
    }
}

pub(super) async fn add(admin: Admin, typed: Typed) -> Result<Response, Problem> {
    let target = FormTarget::New;
    if typed.get("sure").is_empty() {
        return previewed(&admin, &target, &typed).await;
    }
    let keys = source_form::keys(target.keys(), &typed);
    match stored::add_for(&admin.site, admin.actor(), keys).await {
        Ok(id) => Ok(admin.done(&format!("/sources/{}", in_path(id.as_str())))),
        Err(problem) => again(&admin, &target, &typed, &problem),
    }
}

pub(super) async fn edit(
    admin: Admin,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let added = stored::editable(&admin.site, &id)?;
    let id = added.id.clone();
    let target = FormTarget::Known(added);
    if typed.get("sure").is_empty() {
        return previewed(&admin, &target, &typed).await;
    }
    let keys = source_form::keys(target.keys(), &typed);
    match stored::edit_for(&admin.site, admin.actor(), &id, keys).await {
        Ok(()) => Ok(admin.done(&format!("/sources/{}", in_path(id.as_str())))),
        Err(problem) => again(&admin, &target, &typed, &problem),
    }
}

/// Shows a source with the part chosen in a copy of its page.
pub(super) async fn pointed_at(
    admin: Admin,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Response, Problem> {
    let target = FormTarget::Known(stored::editable(&admin.site, &id)?);
    previewed(&admin, &target, &Typed::of_query(&uri)).await
}

pub(super) async fn remove(admin: Admin, Path(id): Path<String>) -> Result<Response, Problem> {
    stored::remove_for(&admin.site, admin.actor(), &id).await?;
    Ok(admin.done("/sources"))
}

/// Returns the forms of a source's page; for a source of the config, the place where it changes.
pub(super) fn blocks(admin: &Admin, id: &str) -> Vec<DeskBlock> {
    let words = admin.words;
    let Ok(added) = stored::editable(&admin.site, id) else {
        let text = words.in_config.to_owned();
        return vec![DeskBlock::Text { text }];
    };
    let remove = format!("admin/sources/{}/remove", in_path(id));
    let typed = source_form::typed(&added.keys);
    let edit = DeskForm {
        heading: Some(words.edit),
        ..source_form::form(admin, &FormTarget::Known(added), &typed, Vec::new())
    };
    let remove = DeskForm {
        heading: Some(words.remove),
        ..DeskForm::grave(remove, words.remove)
    };
    vec![DeskBlock::Form(edit), DeskBlock::Form(remove)]
}

/// Shows the rows found at the address; nothing is saved.
async fn previewed(admin: &Admin, target: &FormTarget, typed: &Typed) -> Result<Response, Problem> {
    let keys = source_form::keys(target.keys(), typed);
    let now = source_form::typed(&keys);
    let source = match stored::draft(&admin.site, keys) {
        Ok(source) => source,
        Err(problem) => return again(admin, target, typed, &problem),
    };
    match admin.site.desk.watch.show(&source).await {
        Ok((shown, _, others)) if has_rows(&shown.what) => {
            found(admin, target, now, &source, &shown, &others)
        }
        Ok((_, _, others)) => {
            let why = NothingFound {
                why: admin.words.no_rows,
                has_page: true,
            };
            nothing_found(admin, target, &now, &why, &others)
        }
        Err(unread) => {
            let said = crate::words::of(admin.language)
                .page_faults
                .say(Some(unread.fault));
            let why = NothingFound {
                why: &said,
                has_page: matches!(unread.fault, PageFault::Instead(_) | PageFault::NoList),
            };
            nothing_found(admin, target, &now, &why, &unread.others)
        }
    }
}

/// The reason why a page shows no rows.
struct NothingFound<'a> {
    why: &'a str,
    /// True if there is a page to point at.
    has_page: bool,
}

fn has_rows(what: &PreviewKind) -> bool {
    match what {
        PreviewKind::List { bulletins, .. } => !bulletins.is_empty(),
        PreviewKind::Feed { bulletins, .. } => !bulletins.is_empty(),
        PreviewKind::Article { .. } => false,
    }
}

fn found(
    admin: &Admin,
    target: &FormTarget,
    typed: Typed,
    source: &Source,
    shown: &Preview,
    others: &[OtherChoice],
) -> Result<Response, Problem> {
    let words = admin.words;
    let rows = source_preview::rows(&shown.what, source);
    let typed = typed.or("name", source_preview::title(&shown.what));
    let feed = match &shown.what {
        PreviewKind::List { feed, .. } => feed.as_deref(),
        PreviewKind::Feed { .. } | PreviewKind::Article { .. } => None,
    };
    let lists = source_preview::lists(admin, typed.get("select.item"), feed, others);
    let submit = match target {
        FormTarget::New => words.add_now,
        FormTarget::Known(_) => words.save,
    };
    let facts = source_preview::consequences(admin, target, source, &typed, &rows);
    let mut blocks = vec![
        DeskBlock::Table(source_preview::table(admin, &rows)),
        DeskBlock::Table(facts),
        DeskBlock::Form(source_form::sure(target, &typed, submit)),
    ];
    if matches!(shown.what, PreviewKind::List { .. }) {
        blocks.push(page_copy::block(admin, target, &typed, false));
    }
    blocks.push(DeskBlock::Form(DeskForm {
        heading: Some(words.not_right),
        ..source_form::form(admin, target, &typed, lists)
    }));
    admin.show("/sources", title(admin, target), blocks)
}

/// Returns the reason why nothing was found, and the groups of links to choose from.
fn nothing_found(
    admin: &Admin,
    target: &FormTarget,
    typed: &Typed,
    nothing: &NothingFound<'_>,
    others: &[OtherChoice],
) -> Result<Response, Problem> {
    let lists = match others.is_empty() {
        true => Vec::new(),
        false => source_preview::lists(admin, typed.get("select.item"), None, others),
    };
    let form = source_form::form(admin, target, typed, lists);
    let text = format!("{}\n{}", admin.words.no_list_there, nothing.why);
    let mut blocks = vec![DeskBlock::Text { text }];
    if nothing.has_page {
        blocks.push(page_copy::block(admin, target, typed, true));
    }
    blocks.push(DeskBlock::Form(form));
    let page = admin.page("/sources", title(admin, target), blocks);
    page.answer(StatusCode::UNPROCESSABLE_ENTITY)
}

/// Returns the form with all typed values, and the error.
fn again(
    admin: &Admin,
    target: &FormTarget,
    typed: &Typed,
    problem: &Problem,
) -> Result<Response, Problem> {
    let form = source_form::form(admin, target, typed, Vec::new());
    admin.again(("/sources", title(admin, target)), form, problem)
}

fn title<'a>(admin: &Admin, target: &'a FormTarget) -> &'a str {
    match target {
        FormTarget::New => admin.words.add_source,
        FormTarget::Known(added) => added.name(),
    }
}
