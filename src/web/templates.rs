//! Holds the templates, compiled once, and the data of each of them.

use std::sync::LazyLock;

use axum::http::StatusCode;
use minijinja::{
    AutoEscape, Environment, Error, Output, State, UndefinedBehavior, Value, syntax::SyntaxConfig,
    value::Serde,
};
use serde::Serialize;

use super::{card::Scene, problem::Problem, site::Site};
use crate::{
    bulletin::Language,
    words::{self, PageWords},
};

pub(super) const STYLE: &str = include_str!("templates/style.css");
pub(super) const PRINT_STYLE: &str = include_str!("templates/print.css");
pub(super) const BOARD_STYLE: &str = include_str!("templates/board.css");
pub(super) const SCRIPT: &str = include_str!("templates/noticast.js");
pub(super) const DESK_STYLE: &str = include_str!("templates/desk.css");
/// The style within a copied page, which may load nothing.
pub(super) const COPY_STYLE: &str = include_str!("templates/copy.css");
pub(super) const DESK_SCRIPT: &str = include_str!("templates/desk.js");
pub(super) const ICON: &str = include_str!("templates/icon.svg");

/// A version that changes whenever a style sheet or the script does, so that browsers may cache them.
pub(super) static STYLE_VERSION: LazyLock<String> = LazyLock::new(|| {
    let all = [
        STYLE,
        PRINT_STYLE,
        BOARD_STYLE,
        DESK_STYLE,
        SCRIPT,
        DESK_SCRIPT,
    ]
    .concat();
    blake3::hash(all.as_bytes()).to_hex()[..8].to_owned()
});

/// The templates; escaping depends on the names' extensions: all of these are escaped.
static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_formatter(format);
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build();
    environment.set_syntax(syntax.expect("the default delimiters are right"));
    for (name, text) in [
        ("layout.html", include_str!("templates/layout.html")),
        ("board.html", include_str!("templates/board.html")),
        ("print.html", include_str!("templates/print.html")),
        ("parts.html", include_str!("templates/parts.html")),
        ("channel.html", include_str!("templates/channel.html")),
        ("bulletin.html", include_str!("templates/bulletin.html")),
        ("desk.html", include_str!("templates/desk.html")),
        ("copy.html", include_str!("templates/copy.html")),
        ("error.html", include_str!("templates/error.html")),
        ("sources.html", include_str!("templates/sources.html")),
        ("content.html", include_str!("templates/content.html")),
        ("feed.xml", include_str!("templates/feed.xml")),
        ("rss.xml", include_str!("templates/rss.xml")),
    ] {
        environment
            .add_template(name, text)
            .expect("embedded templates are tested");
    }
    environment
});

/// Escapes only what HTML and XML require: the engine's own rule also turns each slash of an address into an entity,
/// which simple feed readers cannot handle.
fn format(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    let text = value.as_str().filter(|_| !value.is_safe());
    match text.filter(|_| matches!(state.auto_escape(), AutoEscape::Html)) {
        Some(text) => out.write_str(&escaped(text)).map_err(Error::from),
        None => minijinja::escape_formatter(out, state, value),
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// The frame of every page.
#[derive(Debug, Serialize)]
pub(super) struct Frame {
    pub words: &'static PageWords,
    /// The path from this page to the first one, such as `../`; so pages work below any path of a proxy.
    pub root: String,
    pub title: String,
    pub style_version: &'static str,
    /// The seconds after which the page reloads; only for a slide show.
    pub refresh: Option<u32>,
    pub is_demo: bool,
    /// The words of the search.
    pub q: String,
    /// The chosen source's id.
    pub source: Option<String>,
    /// The chosen group.
    pub group: Option<String>,
    /// The name of this channel.
    pub site: String,
    /// The Atom feed of the bulletins on the page, below the first page.
    pub feed: String,
    /// The preview of the page on other sites.
    pub graph: Option<OpenGraph>,
}

/// A preview of a shared page, in chats and on other sites (the Open Graph protocol).
#[derive(Debug, Serialize)]
pub(super) struct OpenGraph {
    pub kind: &'static str,
    pub title: String,
    pub description: String,
    pub url: String,
}

impl Frame {
    pub(super) fn new(language: Language, root: &str, title: String) -> Self {
        Self {
            words: &words::of(language).pages,
            root: root.to_owned(),
            title,
            style_version: &STYLE_VERSION,
            refresh: None,
            is_demo: false,
            q: String::new(),
            source: None,
            group: None,
            site: words::of(language).pages.site.to_owned(),
            feed: "feed.atom".to_owned(),
            graph: None,
        }
    }

    /// Returns a frame in the reader's language, under the channel's own title.
    pub(super) fn of(site: &Site, scene: Scene<'_>, root: &str, title: String) -> Self {
        Self {
            is_demo: site.desk.is_demo,
            site: scene.site_title().to_owned(),
            ..Self::new(scene.language, root, title)
        }
    }
}

/// Renders a page. A page that cannot be rendered is our own fault: it is logged, and never answered as an empty page.
pub(super) fn render(name: &str, page: &impl Serialize) -> Result<String, Problem> {
    let template = TEMPLATES.get_template(name);
    let rendered = template.and_then(|template| template.render(Serde(page)));
    rendered.map_err(|error| {
        let error = format!("{error:#}");
        tracing::error!(template = name, error, "a page could not be rendered");
        let detail = "this page could not be rendered; the log says why";
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
    })
}

/// Renders the page for people who followed a link that leads nowhere; `hint` is the advice for this case. `root` is
/// the first page's path.
pub(super) fn error(
    status: StatusCode,
    hint: Option<&'static str>,
    language: Language,
    root: &str,
) -> Result<String, Problem> {
    let words = &words::of(language).pages;
    let (title, usual) = match status {
        StatusCode::NOT_FOUND => (words.missing, words.missing_hint),
        StatusCode::BAD_REQUEST => (words.bad_address, words.bad_address_hint),
        _ => (words.trouble, words.trouble_hint),
    };
    let page = ErrorPage {
        frame: Frame::new(language, root, title.to_owned()),
        status: status.as_u16(),
        hint: hint.unwrap_or(usual),
    };
    render("error.html", &page)
}

#[derive(Debug, Serialize)]
struct ErrorPage {
    frame: Frame,
    status: u16,
    hint: &'static str,
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;

    use super::*;

    #[test]
    fn the_script_stays_small() {
        assert!(SCRIPT.len() <= 8 << 10, "{}", SCRIPT.len());
    }

    #[test]
    fn a_page_that_cannot_be_made_is_an_error_and_no_empty_page() {
        for name in ["channel.html", "bulletin.html", "feed.xml", "no-such.html"] {
            let failed = render(name, &[1]).unwrap_err().into_response();
            assert_eq!(failed.status(), StatusCode::INTERNAL_SERVER_ERROR, "{name}");
        }
    }
}
