//! Extracts the admin who requests a page of the desk, and builds the beginning of every page.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, Query},
    http::{StatusCode, request::Parts},
    response::Response,
};
use serde::Deserialize;

use super::{
    origin::{came_from, root_of},
    page::{DeskBlock, DeskForm, DeskPage, FormField, ListChoice, Stop},
    session::{Signed, see_other},
};
use crate::{
    bulletin::{Language, Reason},
    config::Config,
    ops::{Actor, Scope, Store},
    view::{self, Filters, Listing},
    web::{language, problem::Problem, site::Shared},
    words::{self, DeskWords},
};

/// The number of rows of a list.
const ROWS: usize = 50;

/// The query of a page: where its list continues, its filters, and whether a form was done.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub(super) struct DeskWish {
    pub(super) cursor: Option<String>,
    pub(super) source: Option<String>,
    pub(super) channel: Option<String>,
    pub(super) state: Option<String>,
    pub(super) bulletin: Option<String>,
    /// The words of a search.
    pub(super) q: Option<String>,
    done: Option<String>,
}

/// An admin at the desk.
pub(super) struct Admin {
    pub(super) site: Shared,
    pub(super) signed: Signed,
    pub(super) language: Language,
    pub(super) words: &'static DeskWords,
    pub(super) config: Arc<Config>,
    pub(super) wish: DeskWish,
    pub(super) root: String,
    /// The page of the desk that contained the form.
    came_from: Option<String>,
}

impl FromRequestParts<Shared> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Shared) -> Result<Self, Problem> {
        let signed = parts.extensions.get::<Signed>().cloned();
        let signed = signed.ok_or_else(|| {
            Problem::worded(StatusCode::UNAUTHORIZED, |words| words.sign_in_first)
        })?;
        let config = site.config();
        let language = language::asked(&parts.headers, config.language);
        let wish = Query::try_from_uri(&parts.uri);
        let Query(wish) = wish.map_err(|_| Problem::bad_form(|words| words.bad_address))?;
        let public_url = config.web.public_url.as_ref();
        let came_from = came_from(&parts.headers, &signed.prefix, public_url);
        Ok(Self {
            site: Arc::clone(site),
            signed,
            language,
            words: &words::of(language).desk,
            config,
            wish,
            root: root_of(&parts.uri),
            came_from,
        })
    }
}

impl Admin {
    pub(super) fn store(&self) -> &Store {
        &self.site.desk.store
    }

    pub(super) fn actor(&self) -> &Actor {
        &self.signed.actor
    }

    /// Returns the actor and its scope, for operations that lesser scopes may only do to their own bulletins.
    pub(super) fn by(&self) -> (&Actor, Scope) {
        (self.actor(), Scope::Admin)
    }

    /// Returns the reason why a message was not sent, in the reader's language.
    pub(super) fn why(&self, reason: Option<&Reason>) -> Option<String> {
        reason.map(|why| words::reason(self.language, why))
    }

    /// Returns the reason why a source's page could not be read, in the reader's language.
    pub(super) fn why_unread(&self, source: &view::Source) -> Option<String> {
        let faults = &words::of(self.language).page_faults;
        source.error.as_ref().map(|_| faults.say(source.fault))
    }

    /// Returns a page of the rail's `place`, such as `/sources`; the empty one is the first.
    pub(super) fn page(
        &self,
        place: &'static str,
        title: &str,
        blocks: Vec<DeskBlock>,
    ) -> DeskPage {
        let done = self.wish.done.as_ref().map(|_| self.words.done.to_owned());
        DeskPage {
            place: Some(place),
            rail: self.rail(),
            notice: done,
            blocks,
            ..DeskPage::new(self.words, self.root.clone(), title.to_owned())
        }
    }

    pub(super) fn show(
        &self,
        place: &'static str,
        title: &str,
        blocks: Vec<DeskBlock>,
    ) -> Result<Response, Problem> {
        self.page(place, title, blocks).answer(StatusCode::OK)
    }

    fn rail(&self) -> Vec<Stop> {
        let words = self.words;
        let stops = [
            ("", words.status, "h"),
            ("/sources", words.sources, "s"),
            ("/channels", words.channels, "c"),
            ("/outbox", words.outbox, "o"),
            ("/held", words.held, "r"),
            ("/bulletins", words.bulletins, "b"),
            ("/publish", words.publish, "p"),
            ("/charts", words.charts, "d"),
            ("/tokens", words.tokens, "t"),
            ("/audit", words.audit, "a"),
        ];
        let stop = |(place, name, key)| Stop { place, name, key };
        stops.map(stop).into()
    }

    /// Redirects to a page of the desk, which reports that the operation is done.
    pub(super) fn done(&self, path: &str) -> Response {
        see_other(&format!("{}/admin{path}?done=1", self.signed.prefix))
    }

    /// Redirects to the page that contained the button, at its place in the list; to `path` if that page is unknown.
    pub(super) fn back(&self, path: &str) -> Response {
        match &self.came_from {
            Some(place) => see_other(place),
            None => self.done(path),
        }
    }

    /// Returns a form with all typed values, and the error.
    pub(super) fn again(
        &self,
        (place, title): (&'static str, &str),
        form: DeskForm,
        problem: &Problem,
    ) -> Result<Response, Problem> {
        let mut page = self.page(place, title, vec![DeskBlock::Form(form)]);
        page.notice = Some(problem.said(self.language));
        page.answer(problem.status())
    }

    /// Returns the filters of a list from the page's address.
    pub(super) fn filters(&self) -> Result<Filters, Problem> {
        let wish = &self.wish;
        let source = wish.source.as_deref().map(str::parse).transpose();
        let channel = wish.channel.as_deref().map(str::parse).transpose();
        let bad = |_: crate::bulletin::IdError| Problem::bad_form(|words| words.bad_address);
        Ok(Filters {
            source: source.map_err(bad)?,
            channel: channel.map_err(bad)?,
            state: wish.state.clone().filter(|state| !state.is_empty()),
            q: wish.q.clone().filter(|q| !q.trim().is_empty()),
            limit: ROWS,
            cursor: wish.cursor.clone(),
            ..Filters::default()
        })
    }

    /// Returns the text of an empty list: `none_yet`, unless it is filtered.
    pub(super) fn empty(&self, none_yet: &'static str) -> &'static str {
        let wish = &self.wish;
        let narrowed = [
            &wish.state,
            &wish.q,
            &wish.source,
            &wish.channel,
            &wish.bulletin,
        ];
        let is_set = |it: &Option<String>| it.as_ref().is_some_and(|it| !it.trim().is_empty());
        match narrowed.into_iter().any(is_set) {
            true => self.words.nothing_of_it,
            false => none_yet,
        }
    }

    /// Returns links that filter the list at `path` by one state, by words and names.
    pub(super) fn choices(&self, path: &str, states: &[(&'static str, &str)]) -> DeskBlock {
        let state = self.wish.state.as_deref().unwrap_or_default();
        let one = |(name, value): &(&'static str, &str)| ListChoice {
            name,
            href: self.narrowed(path, value),
            is_current: state == *value,
        };
        let all = [(self.words.all, "")];
        DeskBlock::Choices {
            label: self.words.narrow,
            links: all.iter().chain(states).map(one).collect(),
        }
    }

    /// Returns the address of the list at `path` in one state, with the words of the search.
    fn narrowed(&self, path: &str, state: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in [
            ("state", state),
            ("q", self.wish.q.as_deref().unwrap_or_default()),
        ] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        match query.finish() {
            query if query.is_empty() => format!("admin{path}"),
            query => format!("admin{path}?{query}"),
        }
    }

    /// Returns a box to search the list at `path`, in its present state filter.
    pub(super) fn search_box(&self, path: &str) -> DeskBlock {
        let (words, wish) = (self.words, &self.wish);
        let typed = wish.q.clone().unwrap_or_default();
        let mut fields = vec![FormField::new("q", words.search, "search").filled(typed)];
        let state = wish.state.as_ref().filter(|state| !state.is_empty());
        fields.extend(state.map(|state| FormField::hidden("state", state)));
        DeskBlock::Form(DeskForm {
            action: format!("admin{path}"),
            fields,
            submit: words.search,
            is_search: true,
            ..DeskForm::default()
        })
    }

    /// Returns the address at which a list continues with the present filters.
    pub(super) fn next(&self, path: &str, cursor: Option<String>) -> Option<String> {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("cursor", &cursor?);
        let wish = &self.wish;
        let narrowed = [
            ("source", &wish.source),
            ("channel", &wish.channel),
            ("state", &wish.state),
            ("bulletin", &wish.bulletin),
            ("q", &wish.q),
        ];
        for (name, value) in narrowed {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        Some(format!("admin{path}?{}", query.finish()))
    }
}

/// Encodes an id as part of an address.
pub(super) fn in_path(id: &str) -> String {
    percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// Returns the only item of a list, or an error if the address names none.
pub(super) fn only<T>(mut listing: Listing<T>) -> Result<T, Problem> {
    let found = listing.items.pop();
    found.ok_or_else(|| Problem::no_such(|words| words.bad_address))
}
