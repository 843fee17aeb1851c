//! Serves the channel page: bulletins under their days, filters, and the ways to subscribe to new ones.

use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderMap, header},
    response::{Html, IntoResponse, Response},
};
use serde::Serialize;
use url::{Host, Url};

use super::{
    card::{Card, Scene, Tag},
    days::{Day, grouped},
    language::PageLanguage,
    marks::{excerpt, pieces},
    problem::Problem,
    selection::{Selection, Wish},
    site::{Shared, Site},
    templates::{self, Frame, OpenGraph},
    viewer::Viewer,
};
use crate::{
    bulletin::{Bulletin, ChannelKind, Source, TelegramChat},
    config::Config,
    ops::{HitCount, Page},
    view,
    words::{self, PageWords},
};

const PAGE: usize = 20;
const DEMO_REFRESH_SECS: u32 = 5;
/// The maximum number of sources that each page lists; the others are on the page of all sources.
const MOST_TAGS: usize = 30;

#[derive(Debug, Serialize)]
struct ChannelPage {
    frame: Frame,
    heading: String,
    /// The number of bulletins that a search found.
    count: Option<String>,
    /// The counter of later publications; `None` on older or searched pages.
    live: Option<Live>,
    days: Vec<Day>,
    /// True if there is no filter.
    is_all: bool,
    bar: Bar,
    filter: Filled,
    feeds: FeedLinks,
    subscribe: Subscribe,
    /// The address of older bulletins, if there are any.
    older: Option<String>,
    /// The address of the newest bulletins, on any page but the first.
    newest: Option<String>,
    /// The address without the words of the search.
    clear: String,
}

/// The groups and sources to choose from; each link keeps the other filters.
#[derive(Debug, Serialize)]
struct Bar {
    all: String,
    is_all: bool,
    groups: Vec<Choice>,
    sources: Vec<SourceChoice>,
    /// The number of all sources, if these are not all.
    of_sources: Option<usize>,
}

#[derive(Debug, Serialize)]
struct Choice {
    name: String,
    href: String,
    is_chosen: bool,
}

#[derive(Debug, Serialize)]
struct SourceChoice {
    tag: Tag,
    href: String,
    is_chosen: bool,
}

/// The form of filters as it was filled in.
#[derive(Debug, Serialize)]
struct Filled {
    from: Option<String>,
    to: Option<String>,
    is_dated: bool,
}

/// The addresses of feeds with the bulletins of the page.
#[derive(Debug, Serialize)]
struct FeedLinks {
    atom: String,
    rss: String,
    json: String,
    calendar: String,
}

pub(super) async fn channel(
    State(site): State<Shared>,
    viewer: Viewer,
    language: PageLanguage,
    headers: HeaderMap,
    wish: Result<Query<Wish>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(wish) = wish?;
    let config = site.config();
    let scene = Scene::new(&config, viewer, language);
    let selection = wish.selection(scene)?;
    let hits = site
        .turns
        .found(&site.desk.store, selection.query(scene, PAGE))
        .await?;
    let (page, count) = (hits.page, hits.count);
    let name = site.desk.store.bot_name().await?;
    let home = site.url(&config, &headers);
    let last = page.items.last().filter(|_| page.more).map(|last| last.id);
    let cards = cards(&site, scene, &selection, &page).await?;
    let page = ChannelPage {
        frame: frame(&site, scene, &selection, &home),
        heading: heading(scene, &selection),
        count: count.map(|count| counted(count, &words::of(scene.language).pages)),
        live: Live::new(scene, &selection),
        days: grouped(scene, cards),
        is_all: selection.is_all(),
        bar: Bar::new(scene, &selection),
        filter: Filled::new(&selection),
        feeds: FeedLinks::new(&selection),
        subscribe: Subscribe::new(&home, &selection, view::bot_link(&config, &name), &config),
        older: last.map(|last| here(&selection.below(Some(last)))),
        newest: selection.before.map(|_| here(&selection.below(None))),
        clear: here(&selection.without_words()),
    };
    Ok(page_for(viewer, templates::render("channel.html", &page)?))
}

/// The data for the page's script.
#[derive(Debug, Serialize)]
struct Live {
    /// The ids of the sources that it shows, separated by spaces; `None` for all.
    sources: Option<String>,
}

impl Live {
    fn new(scene: Scene<'_>, selection: &Selection) -> Option<Self> {
        let is_live = selection.words.is_empty()
            && selection.before.is_none()
            && selection.from.is_none()
            && selection.to.is_none();
        let is_shown = |source: &Source| {
            selection.source.as_ref().is_none_or(|it| *it == source.id)
                && (selection.group.is_none() || selection.group == source.group)
        };
        let sources = scene.sources().map(|(_, source)| source);
        let shown = sources.filter(|source| is_shown(source));
        let shown: Vec<&str> = shown.map(|source| source.id.as_str()).collect();
        is_live.then(|| Self {
            sources: (!selection.is_all()).then(|| shown.join(" ")),
        })
    }
}

fn counted(count: HitCount, words: &PageWords) -> String {
    let (text, number) = match count {
        HitCount::Exactly(number) => (words.found_exactly, number),
        HitCount::About(number) => (words.found_about, number),
        HitCount::Over(number) => (words.found_over, number),
    };
    text.replace("{n}", &number.to_string())
}

/// Returns the address of a selection, relative to the first page.
fn here(selection: &Selection) -> String {
    format!("./{}", selection.query_string())
}

fn heading(scene: Scene<'_>, selection: &Selection) -> String {
    let title = selection.title(scene);
    title.unwrap_or_else(|| scene.site_title().to_owned())
}

fn frame(site: &Site, scene: Scene<'_>, selection: &Selection, home: &str) -> Frame {
    let title = heading(scene, selection);
    let is_plain = selection.words.is_empty() && selection.before.is_none();
    let words = &words::of(scene.language).pages;
    let query = selection.query_string();
    Frame {
        refresh: (site.desk.is_demo && is_plain).then_some(DEMO_REFRESH_SECS),
        q: selection.words.join(" "),
        source: selection.source.as_ref().map(ToString::to_string),
        group: selection.group.clone(),
        feed: selection.feed("atom"),
        graph: Some(OpenGraph {
            kind: "website",
            title: title.clone(),
            description: words.tagline.to_owned(),
            url: format!("{home}{query}"),
        }),
        ..Frame::of(site, scene, "./", title)
    }
}

/// Returns the cards of a list that the viewer may see, with the words of the search marked.
async fn cards<'a>(
    site: &Site,
    scene: Scene<'_>,
    selection: &Selection,
    page: &'a Page<Bulletin>,
) -> Result<Vec<(&'a Bulletin, Card)>, Problem> {
    let mut cards = Vec::new();
    for bulletin in &page.items {
        let Some(mut card) = scene.card_in(&site.desk.store, bulletin) else {
            continue;
        };
        if !selection.words.is_empty() {
            let text = site.desk.store.text(bulletin.id).await?;
            mark(&mut card, &text.unwrap_or_default(), &selection.words);
        }
        cards.push((bulletin, card));
    }
    Ok(cards)
}

fn mark(card: &mut Card, text: &str, words: &[String]) {
    card.headline = pieces(&card.title, words);
    let files = card.attachments.iter().map(|file| file.name.as_str());
    let files = files.collect::<Vec<_>>().join("\n");
    let summary = card.summary.as_deref().unwrap_or_default();
    let publisher = card.publisher.as_deref().unwrap_or_default();
    let mut parts = [summary, text, &files, publisher].into_iter();
    card.excerpt = parts.find_map(|part| excerpt(part, words));
}

impl Bar {
    fn new(scene: Scene<'_>, selection: &Selection) -> Self {
        let group = selection.group.as_deref();
        let groups = scene.groups().into_iter().map(|name| Choice {
            href: here(&selection.of_group(name)),
            is_chosen: group == Some(name),
            name: name.to_owned(),
        });
        let tags = scene.tags(MOST_TAGS, group, selection.source.as_ref());
        let sources = tags.into_iter().map(|tag| SourceChoice {
            href: here(&selection.of_source(&tag.id)),
            is_chosen: selection.source.as_ref() == Some(&tag.id),
            tag,
        });
        let all = scene.sources().count();
        Self {
            all: here(&selection.of_all()),
            is_all: selection.source.is_none() && group.is_none(),
            groups: groups.collect(),
            sources: sources.collect(),
            of_sources: (all > MOST_TAGS).then_some(all),
        }
    }
}

impl Filled {
    fn new(selection: &Selection) -> Self {
        let written = |day: chrono::NaiveDate| day.to_string();
        Self {
            from: selection.from.map(written),
            to: selection.to.map(written),
            is_dated: selection.from.is_some() || selection.to.is_some(),
        }
    }
}

impl FeedLinks {
    fn new(selection: &Selection) -> Self {
        let all = selection.below(None);
        let of = Selection {
            source: all.source.clone(),
            group: all.group.clone(),
            ..Selection::default()
        };
        Self {
            atom: all.feed("atom"),
            rss: all.feed("rss"),
            json: all.feed("json"),
            calendar: format!("deadlines.ics{}", of.query_string()),
        }
    }
}

/// The ways to subscribe to new bulletins.
#[derive(Debug, Serialize)]
struct Subscribe {
    url: String,
    /// A QR code of the page; `None` if no phone could reach it.
    qr: Option<String>,
    telegram: Vec<TelegramLink>,
    /// The bot, if people may subscribe with it: `?start=SOURCE` subscribes.
    bot: Option<String>,
}

#[derive(Debug, Serialize)]
struct TelegramLink {
    name: String,
    /// The handle with its leading `@`.
    handle: String,
    url: String,
}

impl Subscribe {
    fn new(home: &str, selection: &Selection, bot: Option<String>, config: &Config) -> Self {
        let query = selection.below(None).query_string();
        let telegram = config.channels.iter().filter_map(|channel| {
            let ChannelKind::Telegram {
                chat: TelegramChat::Name(chat),
                ..
            } = &channel.kind
            else {
                return None;
            };
            Some(TelegramLink {
                name: channel.name.clone(),
                handle: chat.clone(),
                url: format!("https://t.me/{}", chat.trim_start_matches('@')),
            })
        });
        Self {
            qr: is_reachable(home).then(|| format!("qr.svg{query}")),
            url: format!("{home}{query}"),
            telegram: telegram.collect(),
            bot,
        }
    }
}

/// Returns whether another machine could open an address.
pub(super) fn is_reachable(address: &str) -> bool {
    let Ok(url) = Url::parse(address) else {
        return false;
    };
    match url.host() {
        Some(Host::Domain(name)) => name != "localhost" && !name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => !ip.is_loopback(),
        Some(Host::Ipv6(ip)) => !ip.to_canonical().is_loopback(),
        None => false,
    }
}

pub(super) fn page_for(viewer: Viewer, body: String) -> Response {
    match viewer {
        Viewer::Public => Html(body).into_response(),
        // A cache must not show an admin's page to others.
        Viewer::Admin => ([(header::CACHE_CONTROL, "no-store")], Html(body)).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_this_machine_alone_is_worth_no_code() {
        for address in [
            "http://127.0.0.1:8787/",
            "http://localhost:8787/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
        ] {
            assert!(!is_reachable(address), "{address}");
        }
        for address in [
            "http://192.168.1.20:8787/",
            "https://news.example.org/board/",
        ] {
            assert!(is_reachable(address), "{address}");
        }
    }
}
