//! Computes one yes-or-no figure over all pages, by language, and over groups of sites.
//!
//! The rules are written by hand, so no page is left out when they are made. This shows how much the figure depends on
//! the choice of sites: sites are dealt into [`FOLDS`] groups by their hosts, and the lowest group is shown. It may
//! fall below the figure's own floor by [`APART`] at most.

use std::collections::BTreeMap;

use serde_json::Value;
use url::Url;

use crate::score::{Mean, Report, Sample};

const FOLDS: usize = 5;
/// The distance by which the lowest group of sites may be below the floor of all.
const APART: f64 = 0.03;

/// The shares of right pages, under one name.
pub struct Groups {
    name: &'static str,
    all: Mean,
    languages: BTreeMap<String, Mean>,
    sites: [Mean; FOLDS],
}

impl Groups {
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            all: Mean::default(),
            languages: BTreeMap::new(),
            sites: Default::default(),
        }
    }

    pub fn add(&mut self, sample: &Sample, right: bool) {
        let right = u8::from(right);
        self.all.add(right);
        self.sites[fold(&sample.label)].add(right);
        if let Some(language) = sample.label["lang"].as_str() {
            let language = self.languages.entry(language.to_owned());
            language.or_default().add(right);
        }
    }

    pub fn print(&self, part: &str, floor: f64, report: &mut Report) {
        report.share(part, self.name, self.all.value(), self.all.count(), floor);
        let sites = self.sites.iter().filter(|sites| sites.count() > 0);
        if let Some(lowest) = sites.min_by(|a, b| a.value().total_cmp(&b.value()))
            && self.all.count() >= FOLDS * 4
        {
            let name = format!("{}, lowest of {FOLDS} groups of sites", self.name);
            let floor = ((floor - APART).max(0.0) * 1000.0).round() / 1000.0;
            report.share(part, &name, lowest.value(), lowest.count(), floor);
        }
        for (language, mean) in &self.languages {
            let name = format!("{}, {language}", self.name);
            report.share(part, &name, mean.value(), mean.count(), 0.0);
        }
    }
}

/// Returns the group that a page's site is in; it depends only on the host.
fn fold(label: &Value) -> usize {
    let address = label["base"].as_str().or(label["url"].as_str());
    let host = address
        .and_then(|address| Url::parse(address).ok())
        .and_then(|address| address.host_str().map(str::to_owned))
        .unwrap_or_default();
    let hash = host.bytes().fold(0_usize, |hash, byte| {
        hash.wrapping_mul(31).wrapping_add(usize::from(byte))
    });
    hash % FOLDS
}
