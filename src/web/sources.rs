//! Serves the page of all sources; the other pages list only the first ones if there are many.

use axum::{
    extract::{Query, State, rejection::QueryRejection},
    response::Response,
};
use serde::{Deserialize, Serialize};

use super::{
    card::{Scene, Tag},
    language::PageLanguage,
    pages::page_for,
    problem::Problem,
    selection::missing_source,
    site::Shared,
    templates::{self, Frame},
    viewer::Viewer,
};
use crate::{bulletin::SourceId, view, words};

/// The maximum number of sources on one page.
const MOST_SOURCES: usize = 200;

#[derive(Debug, Serialize)]
struct SourcesPage {
    frame: Frame,
    sources: Vec<Tag>,
    bot: Option<String>,
    /// The last source on this page, if there are more.
    after: Option<SourceId>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct After {
    after: String,
}

/// Shows all sources, page by page, each with its own list, feed and subscription.
pub(super) async fn sources(
    State(site): State<Shared>,
    viewer: Viewer,
    language: PageLanguage,
    wish: Result<Query<After>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(After { after }) = wish?;
    let config = site.config();
    let scene = Scene::new(&config, viewer, language);
    let start = match after.as_str() {
        "" => 0,
        id => scene
            .source(id)
            .map(|(place, _)| place + 1)
            .ok_or_else(|| missing_source(id))?,
    };
    let rest = scene.sources().skip_while(|(place, _)| *place < start);
    let mut sources: Vec<Tag> = rest.take(MOST_SOURCES + 1).map(Tag::new).collect();
    let has_more = sources.len() > MOST_SOURCES;
    sources.truncate(MOST_SOURCES);
    let name = site.desk.store.bot_name().await?;
    let words = &words::of(scene.language).pages;
    let page = SourcesPage {
        frame: Frame::of(&site, scene, "./", words.all_sources.to_owned()),
        after: sources
            .last()
            .filter(|_| has_more)
            .map(|tag| tag.id.clone()),
        sources,
        bot: view::bot_link(&config, &name),
    };
    Ok(page_for(viewer, templates::render("sources.html", &page)?))
}
