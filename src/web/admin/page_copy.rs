//! Copies a foreign page so that an admin can point at the parts that a source is to find: each text is a button, which
//! leads to the form of the source with the selectors for the text's part.
//!
//! The copy contains only the texts of the page. It may load nothing, run nothing and send nothing except that form,
//! regardless of the program that opens it.

use std::sync::LazyLock;

use axum::{
    http::{HeaderValue, Uri, header},
    response::{Html, IntoResponse, Response},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use ring::digest;
use serde::Serialize;
use url::form_urlencoded;

use super::{
    context::Admin,
    page::{DeskBlock, FormField},
    source_form::{self, FormTarget},
    typed::Typed,
};
use crate::{
    bulletin::Select,
    round::{PageCopy, SelectKeys},
    web::{
        problem::{KeepsShape, Problem},
        stored,
        templates::{self, COPY_STYLE},
        text::printable,
    },
    words::DeskWords,
};

/// The field that names the source that the copy is for, if it is known already.
const OF: &str = "of";

static RULES: LazyLock<HeaderValue> = LazyLock::new(|| {
    let style = digest::digest(&digest::SHA256, COPY_STYLE.as_bytes());
    let rules = format!(
        "sandbox allow-forms allow-top-navigation-by-user-activation; default-src 'none'; \
         style-src 'sha256-{}'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'",
        BASE64_STANDARD.encode(style)
    );
    HeaderValue::try_from(rules).expect("plain letters")
});

#[derive(Serialize)]
struct CopyPage {
    words: &'static DeskWords,
    style: &'static str,
    root: String,
    /// The form that the buttons lead to.
    action: String,
    carried: Vec<FormField>,
    /// The reason why there is nothing to point at.
    why: Option<String>,
    lines: Vec<CopyLine>,
    is_cut: bool,
}

#[derive(Serialize)]
struct CopyLine {
    is_heading: bool,
    texts: Vec<CopyText>,
}

#[derive(Serialize)]
struct CopyText {
    text: String,
    pick: Option<String>,
    is_found: bool,
    is_first_found: bool,
}

/// Returns the copy as a block of a page of the desk.
pub(super) fn block(admin: &Admin, target: &FormTarget, typed: &Typed, is_open: bool) -> DeskBlock {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for field in source_form::carried(typed) {
        query.append_pair(field.name, &field.value);
    }
    if let FormTarget::Known(added) = target {
        query.append_pair(OF, added.id.as_str());
    }
    let words = admin.words;
    DeskBlock::Copy {
        heading: words.point_at,
        hint: words.point_at_hint,
        alone: words.copy_alone,
        src: format!("admin/page-copy?{}#found", query.finish()),
        is_open,
    }
}

pub(super) async fn page(admin: Admin, uri: Uri) -> Result<Response, Problem> {
    let typed = Typed::of_query(&uri);
    let target = match typed.optional(OF) {
        Some(id) => FormTarget::Known(stored::editable(&admin.site, &id)?),
        None => FormTarget::New,
    };
    let source = stored::draft(&admin.site, source_form::keys(target.keys(), &typed))?;
    let copied = admin.site.desk.watch.copy(&source).await;
    let why = copied.as_ref().err().map(|unread| unread.why.clone());
    let (lines, is_cut) = copied.map_or((Vec::new(), false), shown);
    let page = CopyPage {
        words: admin.words,
        style: COPY_STYLE,
        root: admin.root.clone(),
        action: target.action(),
        carried: source_form::carried(&typed),
        why,
        lines,
        is_cut,
    };
    let page = Html(templates::render("copy.html", &page)?);
    let headers = [
        (header::CONTENT_SECURITY_POLICY, RULES.clone()),
        (
            header::X_FRAME_OPTIONS,
            HeaderValue::from_static("SAMEORIGIN"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    let mut response = (headers, page).into_response();
    response.extensions_mut().insert(KeepsShape);
    Ok(response)
}

fn shown(copy: PageCopy) -> (Vec<CopyLine>, bool) {
    let mut has_found = false;
    let lines = copy.lines.into_iter().map(|line| CopyLine {
        is_heading: line.is_heading,
        texts: line
            .texts
            .into_iter()
            .map(|text| CopyText {
                is_first_found: text.is_found && !std::mem::replace(&mut has_found, true),
                pick: text.picks.as_ref().and_then(pick),
                is_found: text.is_found,
                text: printable(&text.text),
            })
            .collect(),
    });
    (lines.collect(), copy.is_cut)
}

fn pick(select: &Select) -> Option<String> {
    serde_json::to_string(&SelectKeys::from(select)).ok()
}
