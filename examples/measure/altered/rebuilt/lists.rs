//! Alterations of lists.

use chrono::{Datelike, NaiveDate};
use dom_query::{Document, NodeRef};
use serde_json::{Value, json};

use super::{Alteration, Page, alteration};
use crate::altered::column;

pub const ALL: &[Alteration] = &[
    alteration(
        "rows are div",
        |document, page| renamed(document, page, "div"),
        0.96,
    ),
    alteration(
        "rows are article",
        |document, page| renamed(document, page, "article"),
        0.96,
    ),
    alteration("rows are rows of a table", as_table, 0.96),
    alteration("rows are dt and dd", as_terms, 0.82),
    alteration("a teaser under each row", teasers, 0.86),
    alteration(
        "dates gone",
        |document, page| dates(document, page, |_| String::new()),
        0.86,
    ),
    alteration(
        "dates in English",
        |document, page| dates(document, page, |day| day.format("%-d %B %Y").to_string()),
        0.96,
    ),
    alteration(
        "dates in American English",
        |document, page| dates(document, page, |day| day.format("%b %-d, %Y").to_string()),
        0.96,
    ),
    alteration(
        "dates with dots",
        |document, page| dates(document, page, |day| day.format("%d.%m.%Y").to_string()),
        0.96,
    ),
    alteration(
        "dates with slashes",
        |document, page| dates(document, page, |day| day.format("%Y/%m/%d").to_string()),
        0.96,
    ),
    alteration(
        "dates in Chinese",
        |document, page| {
            dates(document, page, |day| {
                day.format("%Y年%-m月%-d日").to_string()
            })
        },
        0.96,
    ),
    alteration(
        "dates of the republic",
        |document, page| {
            dates(document, page, |day| {
                format!(
                    "民國{}年{}月{}日",
                    day.year() - 1911,
                    day.month(),
                    day.day()
                )
            })
        },
        0.96,
    ),
    alteration(
        "dates in German",
        |document, page| dates(document, page, |day| worded(day, GERMAN, ". ")),
        0.96,
    ),
    alteration(
        "dates in French",
        |document, page| dates(document, page, |day| worded(day, FRENCH, " ")),
        0.96,
    ),
    alteration(
        "dates in Russian",
        |document, page| dates(document, page, |day| worded(day, RUSSIAN, " ")),
        0.96,
    ),
    alteration(
        "dates in Spanish",
        |document, page| {
            dates(document, page, |day| {
                worded(day, SPANISH, " de ").replacen(
                    &format!(" {}", day.year()),
                    &format!(" de {}", day.year()),
                    1,
                )
            })
        },
        0.96,
    ),
    alteration(
        "dates in Japanese brackets",
        |document, page| {
            dates(document, page, |day| {
                format!("【{}】", day.format("%Y.%m.%d"))
            })
        },
        0.96,
    ),
    alteration(
        "day apart from year and month",
        |document, page| {
            dates(document, page, |day| {
                day.format("<b>%d</b><i>%Y-%m</i>").to_string()
            })
        },
        0.86,
    ),
    alteration(
        "day over year and month in boxes",
        |document, page| {
            dates(document, page, |day| {
                day.format("<div>%d</div><div>%Y.%m</div>").to_string()
            })
        },
        0.96,
    ),
    alteration(
        "day and month, then year, in boxes",
        |document, page| {
            dates(document, page, |day| {
                day.format("<div>%m-%d</div><div>%Y</div>").to_string()
            })
        },
        0.96,
    ),
    alteration("dates before the titles", dates_first, 0.86),
    alteration(
        "dates only in time elements",
        |document, page| {
            dates(document, page, |day| {
                day.format("<time datetime=\"%Y-%m-%dT08:00:00+08:00\"></time>")
                    .to_string()
            })
        },
        0.76,
    ),
];

const GERMAN: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];
const FRENCH: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];
const SPANISH: [&str; 12] = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
];
const RUSSIAN: [&str; 12] = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
];

fn worded(day: NaiveDate, months: [&str; 12], gap: &str) -> String {
    format!(
        "{}{gap}{} {}",
        day.day(),
        months[day.month0() as usize],
        day.year()
    )
}

/// Returns rows that are elements of a list, each with one link of the label's.
fn list_items<'a>(document: &'a Document, page: &Page) -> Vec<NodeRef<'a>> {
    let rows = column::rows(document, page);
    let all_items = rows
        .iter()
        .all(|row| row.has_name("li") || row.has_name("div"));
    if rows.len() >= 3 && all_items {
        rows
    } else {
        Vec::new()
    }
}

fn renamed(document: &Document, page: &mut Page, name: &str) -> bool {
    let rows = list_items(document, page);
    for row in &rows {
        row.rename(name);
        if let Some(parent) = row
            .parent()
            .filter(|parent| parent.has_name("ul") || parent.has_name("ol"))
        {
            parent.rename("div");
        }
    }
    !rows.is_empty()
}

fn as_table(document: &Document, page: &mut Page) -> bool {
    let rows = list_items(document, page);
    let Some(parent) = rows.first().and_then(NodeRef::parent) else {
        return false;
    };
    if !parent.has_name("ul") {
        return false;
    }
    for row in &rows {
        row.rename("tr");
        row.set_html(format!("<td>·</td><td>{}</td>", row.inner_html()));
    }
    parent.rename("table");
    true
}

fn as_terms(document: &Document, page: &mut Page) -> bool {
    let rows = list_items(document, page);
    let Some(parent) = rows.first().and_then(NodeRef::parent) else {
        return false;
    };
    let dated = rows
        .iter()
        .map(|row| dated(row, &page.label))
        .collect::<Option<Vec<_>>>();
    let (true, Some(dated)) = (parent.has_name("ul"), dated) else {
        return false;
    };
    for (row, (date, day)) in rows.iter().zip(dated) {
        date.remove_from_parent();
        row.rename("dd");
        row.before_html(format!("<dt>{day}</dt>"));
    }
    parent.rename("dl");
    true
}

/// Returns a row's innermost element that is only a date, and the day by the label.
fn dated<'a>(row: &NodeRef<'a>, label: &Value) -> Option<(NodeRef<'a>, NaiveDate)> {
    let links: Vec<String> = row
        .descendants()
        .iter()
        .filter_map(|node| node.attr("href"))
        .map(|href| href.to_string())
        .collect();
    let bulletins = label["bulletins"].as_array()?;
    let own = bulletins.iter().find(|bulletin| {
        let url = bulletin["url"].as_str().unwrap_or_default();
        links
            .iter()
            .any(|href| url.ends_with(href.trim_start_matches(['.', '/'])) && href.len() > 4)
    })?;
    let day: NaiveDate = own["published"].as_str()?.parse().ok()?;
    let year = day.year().to_string();
    let is_date = |node: &NodeRef<'_>| {
        let text = node.text();
        let text = text.trim();
        node.is_element()
            && node.element_children().is_empty()
            && text.len() <= 24
            && text.contains(&year)
            && text.contains(&day.day().to_string())
            && !node.has_name("a")
    };
    Some((row.descendants().into_iter().find(is_date)?, day))
}

/// Returns the dates of all rows, if each row has one with its year in its own element.
fn all_dated<'a>(
    document: &'a Document,
    page: &Page,
) -> Option<Vec<(NodeRef<'a>, NodeRef<'a>, NaiveDate)>> {
    let rows = column::rows(document, page);
    let dated = rows
        .iter()
        .map(|row| dated(row, &page.label).map(|(date, day)| (*row, date, day)));
    dated
        .collect::<Option<Vec<_>>>()
        .filter(|rows| rows.len() >= 3)
}

fn dates(document: &Document, page: &mut Page, written: impl Fn(NaiveDate) -> String) -> bool {
    let Some(rows) = all_dated(document, page) else {
        return false;
    };
    for (_, date, day) in &rows {
        date.remove_attrs(&["datetime", "title"]);
        let written = written(*day);
        if written.is_empty() {
            date.remove_from_parent();
        } else {
            date.set_html(written);
        }
    }
    if written(rows[0].2).is_empty() {
        for bulletin in page.label["bulletins"].as_array_mut().into_iter().flatten() {
            bulletin["published"] = json!(null);
        }
    }
    true
}

fn dates_first(document: &Document, page: &mut Page) -> bool {
    let Some(rows) = all_dated(document, page) else {
        return false;
    };
    for (row, date, day) in rows {
        date.remove_from_parent();
        row.prepend_html(format!("<span>{day}</span> "));
    }
    true
}

fn teasers(document: &Document, page: &mut Page) -> bool {
    const TEASERS: [&str; 4] = [
        "The committee will meet again in September to review progress and to consider further measures for the coming year.",
        "Residents are invited to send their comments by post or through the online form, which stays open until the end of the month.",
        "为进一步规范管理，提高工作效率，现将有关事项说明如下，请各单位结合实际，认真组织实施，并及时反馈情况。",
        "会议强调，要坚持问题导向，压实工作责任，把各项任务落到实处，确保全年目标如期完成。",
    ];
    let rows = list_items(document, page);
    for (row, teaser) in rows.iter().zip(TEASERS.iter().cycle()) {
        row.append_html(format!("<p>{teaser}</p>"));
    }
    !rows.is_empty()
}
