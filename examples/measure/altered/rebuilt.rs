//! Rebuilds pages in another manner, as unknown sites may be built: the label must still be met.

mod articles;
mod lists;
mod whole;

use dom_query::Document;
use noticast::{
    bulletin::{Notice, ReadAs},
    source::Reading,
};
use serde_json::Value;

use super::Page;
use crate::{
    reading,
    score::{self, Mean, Report},
};

const PART: &str = "rebuilt";
/// The share of the label's text from which a text is right.
const RIGHT_TEXT: f64 = 0.9;

/// A function that alters the page, and its label if that changes the right reading; it returns false if the page has
/// nothing to alter.
type Rebuild = fn(&Document, &mut Page) -> bool;

/// An alteration, for lists or for articles, and the share of pages that were read right when it was last measured.
struct Alteration {
    name: &'static str,
    rebuild: Rebuild,
    floor: f64,
}

const fn alteration(name: &'static str, rebuild: Rebuild, floor: f64) -> Alteration {
    Alteration {
        name,
        rebuild,
        floor,
    }
}

pub fn measure(pages: &[Page], every: usize, report: &mut Report) {
    let sorts = [
        (true, "lists", lists::ALL),
        (false, "articles", articles::ALL),
    ];
    for (of_lists, sort, alterations) in sorts {
        for (at, alteration) in whole::ALL.iter().chain(alterations).enumerate() {
            let mut right = Mean::default();
            let met = |place: &usize| (place + at).is_multiple_of(every.min(3));
            let pages = pages.iter().filter(|page| page.is_list() == of_lists);
            for (_, page) in pages.enumerate().filter(|(place, _)| met(place)) {
                let Some((fault, page)) = try_on(page, alteration) else {
                    continue;
                };
                right.add(u8::from(fault.is_none()));
                if let Some(fault) = fault {
                    let note = format!("{}: {fault}", alteration.name);
                    report.worst(&format!("{PART} {sort}"), &page.id, 0.0, note);
                }
            }
            let part = format!("{PART} {sort}");
            report.share(
                &part,
                alteration.name,
                right.value(),
                right.count(),
                alteration.floor,
            );
        }
    }
}

/// Returns the fault in the altered page; `None` if there was nothing to alter.
fn try_on(page: &Page, alteration: &Alteration) -> Option<(Option<String>, Page)> {
    let document = Document::from(page.html.as_str());
    let mut page = Page {
        id: page.id.clone(),
        label: page.label.clone(),
        html: String::new(),
    };
    (alteration.rebuild)(&document, &mut page).then(|| {
        page.html = document.html().to_string();
        (fault(&page), page)
    })
}

fn fault(page: &Page) -> Option<String> {
    match (
        reading::text(&page.html, &page.label, ReadAs::Auto),
        page.is_list(),
    ) {
        (Ok(Reading::List(list)), true) => fault_of_rows(&page.label, &list.notices),
        (Ok(Reading::Article(article)), false) => {
            let title = page.label["title"].as_str();
            let found = article.title.as_deref().unwrap_or_default();
            if let Some(title) = title.filter(|title| !score::title(title, found)) {
                return Some(format!("title {found} instead of {title}"));
            }
            let found = article.published.as_ref();
            match &page.label["published"] {
                Value::String(day) if !score::day(day, found) => {
                    return Some(format!("day {found:?} instead of {day}"));
                }
                Value::Null if title.is_some() && found.is_some() => {
                    return Some(format!("day {found:?} instead of none"));
                }
                _ => {}
            }
            fault_of_text(&page.label, &article.text)
        }
        (Ok(Reading::List(list)), false) => Some(format!("a list of {}", list.notices.len())),
        (Ok(_), _) => Some("an article".to_owned()),
        (Err(error), _) => Some(error),
    }
}

fn fault_of_rows(label: &Value, notices: &[Notice]) -> Option<String> {
    let items = score::items(label, notices);
    let first = |what: &str, all: &[String]| {
        let first = all.first()?;
        Some(format!("{} {what}, such as {first}", all.len()))
    };
    first("missed", &items.missed)
        .or_else(|| first("false", &items.false_found))
        .or_else(|| first("wrong titles", &items.titles.1))
        .or_else(|| first("wrong dates", &items.dates.1))
}

fn fault_of_text(label: &Value, found: &str) -> Option<String> {
    let wanted = label["body"].as_str().or(label["articleBody"].as_str())?;
    if label["body_scored"].as_bool() == Some(false) {
        return None;
    }
    let others = [Some(wanted), label["body_alt"].as_str()];
    let matched = others
        .into_iter()
        .flatten()
        .map(|wanted| score::text(wanted, found));
    let best = matched.max_by(|a, b| a.f1().total_cmp(&b.f1()))?;
    let shown = |share: Option<f64>| share.unwrap_or_default();
    (best.f1() < RIGHT_TEXT).then(|| {
        let (precision, recall) = (shown(best.precision), shown(best.recall));
        format!("text: precision {precision:.2}, recall {recall:.2}")
    })
}
