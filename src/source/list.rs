//! A list page: the one real list among menus, side bars, pagers and footers.
//!
//! Pure: text in, [`List`] out; no clock, no network, no names of sites. A page is parsed once into
//! a flat tree ([`page`]), its links are gathered ([`links`]) into groups of rows ([`group`]), the
//! groups are weighed ([`score`]), and the best becomes notices ([`rows`]). Start with [`read`].

mod dates;
mod group;
mod links;
mod rows;
mod score;
mod script;
mod words;

use url::Url;

use self::{dates::Dates, rows::Reader, score::Scored};
use super::{
    Context, List, OtherList, ReadError,
    page::{self, Page},
    text,
};

/// A longer text is refused: the largest real list pages have 1 MB.
const MAX_TEXT: usize = 12 << 20;
/// Groups that are looked at closely, by how much their titles say.
const MAX_GROUPS: usize = 80;

/// Reads the list of an HTML page.
///
/// # Errors
/// [`ReadError::NotAList`] says what the page is instead.
pub fn read(html: &str, context: &Context<'_>) -> Result<List, ReadError> {
    if html.len() > MAX_TEXT {
        return Err(ReadError::TooLarge(format!(
            "the page has {} MB, a list has at most {}",
            html.len() >> 20,
            MAX_TEXT >> 20
        )));
    }
    if html.trim().is_empty() {
        return Err(ReadError::Unreadable("the page is empty".into()));
    }
    let page = Page::parse(html);
    let base = base(&page, context.base);
    let links = links::find(&page);
    let dates = Dates::new(&page, context);
    let mut groups = weigh(&page, &links, &dates);
    groups.sort_by(|a, b| b.score.total_cmp(&a.score));
    let Some(best) = groups.first().filter(|best| best.is_list) else {
        return Err(ReadError::NotAList("no repeated rows of titles".into()));
    };
    let reader = Reader {
        page: &page,
        links: &links,
        dates: &dates,
        base: &base,
        context,
    };
    let notices = reader.notices(&best.group);
    if notices.is_empty() {
        return Err(ReadError::NotAList("its rows lead nowhere".into()));
    }
    Ok(List {
        title: best.heading.clone().or_else(|| title(&page)),
        notices,
        confidence: 1.0,
        next_page: None,
        feeds: Vec::new(),
        select: None,
        others: others(&page, &links, &groups[1..]),
    })
}

/// Reads the list of a JSON endpoint's answer.
///
/// # Errors
/// [`ReadError::NotAList`], [`ReadError::Unreadable`].
pub fn read_json(_json: &str, _context: &Context<'_>) -> Result<List, ReadError> {
    Err(ReadError::NotAList("no array of notices".into()))
}

fn weigh(page: &Page, links: &[links::Link], dates: &Dates<'_>) -> Vec<Scored> {
    let mut groups = group::find(page, links);
    let says = |group: &group::Group| -> f32 {
        group.items.iter().map(|item| links[item.link].units).sum()
    };
    groups.sort_by(|a, b| says(b).total_cmp(&says(a)));
    groups.truncate(MAX_GROUPS);
    groups
        .into_iter()
        .map(|group| score::score(page, links, dates, group))
        .collect()
}

/// What the page's addresses are relative to.
fn base(page: &Page, own: &Url) -> Url {
    (0..page.elements.len() as page::Id)
        .take(400)
        .filter(|id| page.name(*id) == "base")
        .find_map(|id| own.join(page.attribute(id, "href")?).ok())
        .unwrap_or_else(|| own.clone())
}

fn title(page: &Page) -> Option<String> {
    let title = text::one_line(&page.title);
    (!title.is_empty()).then_some(title)
}

fn others(page: &Page, links: &[links::Link], groups: &[Scored]) -> Vec<OtherList> {
    groups
        .iter()
        .take(20)
        .map(|scored| OtherList {
            title: scored.heading.clone(),
            links: scored.group.items.len(),
            first: text::one_line(
                &page.text(page.runs_of(links[scored.group.items[0].link].element)),
            ),
            why: String::new(),
            is_list: scored.is_list,
        })
        .collect()
}
