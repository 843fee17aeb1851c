//! Counts how many of the drawn sites are read exactly: rows, order, titles, dates.

use super::read_at;
use crate::{
    bulletin::Select,
    source::drawn::{Wanted, site},
};

/// Returns the fault in the reading of a site.
fn fault(seed: u64) -> Option<String> {
    let site = site(seed);
    let base = url::Url::parse(&site.base).expect("an address");
    let list = match read_at(&site.html, &base, &Select::default()) {
        Ok(list) => list,
        Err(error) => return Some(format!("{}: {error}", site.layout)),
    };
    let found: Vec<Wanted> = list
        .notices
        .into_iter()
        .zip(site.wanted.iter().map(Some).chain(std::iter::repeat(None)))
        .map(|(notice, wanted)| Wanted {
            url: notice.url,
            title: notice.title,
            // If the page has no date, none is expected and any is accepted.
            day: notice
                .published
                .map(|moment| moment.day())
                .filter(|_| wanted.is_none_or(|wanted| wanted.day.is_some())),
        })
        .collect();
    let at = (0..found.len().max(site.wanted.len()))
        .find(|at| found.get(*at) != site.wanted.get(*at))?;
    Some(format!(
        "{}: {} of {} rows, row {at}: wanted {:?}, found {:?}",
        site.layout,
        found.len(),
        site.wanted.len(),
        site.wanted.get(at),
        found.get(at)
    ))
}

/// Checks that the share of sites that are read exactly does not fall: rows, order, titles, dates.
#[test]
fn sites_of_many_systems_read_exactly() {
    const SITES: u64 = 400;
    let faults: Vec<String> = (0..SITES).filter_map(fault).collect();
    assert!(
        faults.len() as u64 * 100 <= SITES,
        "{} of {SITES} wrong:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

/// Checks many more sites than a test run has time for; prints the failures.
#[test]
#[ignore = "a survey for those who change the reader: takes a minute"]
fn survey_of_sites() {
    let faults: Vec<(u64, String)> = (0..20_000)
        .filter_map(|seed| Some((seed, fault(seed)?)))
        .collect();
    for (seed, fault) in &faults {
        println!("{seed}: {fault}");
    }
    assert!(faults.len() <= 100, "{} of 20000 wrong", faults.len());
}
