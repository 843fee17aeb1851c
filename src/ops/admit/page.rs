//! Combines a page as it was found with what the store remembers of its rows.

use std::{
    collections::HashSet,
    sync::{Arc, LazyLock},
};

use super::{
    super::op::Op,
    counting::{self, Rows},
    memory,
};
use crate::{
    bulletin::{BulletinState, Cause, Filter, Notice, Source, SourceId},
    policy::{
        correction,
        facts::{Archived, SourceFacts},
        judge::{self, Connected, Facts, Identity, KnownTitles, Remembered, RowLink, Ruling},
    },
    store::{Result, refused},
};

/// The latest bulletins of a source by whose titles a moved site is recognized.
const MOST_ARCHIVED: usize = 5000;

/// A page with what the store remembers of it.
pub(super) struct Page {
    pub(super) source: SourceId,
    pub(super) facts: SourceFacts,
    pub(super) settings: Option<Arc<Source>>,
    pub(super) identities: Vec<Identity>,
    pub(super) fragments_distinguish: bool,
    pub(super) connected: Connected,
    /// Bulletins whose titles differ from the page's only by counters.
    pub(super) counting: HashSet<u64>,
    /// Rows of which a key turned out to be shared at this poll.
    pub(super) newly_shared: Vec<bool>,
    pub(super) last_page: Vec<u64>,
    pub(super) shown: HashSet<u64>,
    pub(super) first_page: usize,
    /// True for each row whose address, and guid if it has one, were seen before.
    pub(super) is_met: Vec<bool>,
}

pub(super) fn page(
    op: &mut Op<'_>,
    source: &SourceId,
    notices: &[Notice],
    first_page: usize,
) -> Result<Page> {
    if !op.tx.knows_source(source) {
        return Err(refused(format!("no source `{source}` in the config")));
    }
    let facts = op.tx.source(source);
    let last_page = op.tx.last_page(source)?;
    let shown: HashSet<u64> = last_page.iter().copied().collect();
    let (identities, fragments_distinguish) =
        judge::identities(notices, facts.fragments_distinguish);
    let mut remembered = Vec::with_capacity(notices.len());
    for (notice, identity) in notices.iter().zip(&identities) {
        remembered.push(memory::of(op, source, notice, identity)?);
    }
    judge::displace(&mut remembered, &shown);
    let rows = Rows {
        source,
        notices,
        identities: &identities,
        last_page: &last_page,
    };
    let counting = counting::counting(op, &rows, &mut remembered)?;
    let connected = judge::connect(notices, &identities, &remembered, &shown);
    let mut is_met = Vec::with_capacity(notices.len());
    for (identity, shares) in identities.iter().zip(&connected.shares) {
        is_met.push(memory::has_keys(op, source, identity, shares.address)?);
    }
    let shares = connected.shares.iter().zip(&remembered);
    Ok(Page {
        source: source.clone(),
        facts,
        settings: op.source_settings(source),
        newly_shared: shares
            .map(|(shares, memory): (_, &Remembered)| memory.is_unaware_of(*shares))
            .collect(),
        connected,
        counting,
        identities,
        fragments_distinguish,
        last_page,
        shown,
        first_page,
        is_met,
    })
}

impl Page {
    pub(super) fn reads_texts(&self) -> bool {
        self.settings.as_ref().is_some_and(|it| it.full_text)
    }

    pub(super) fn link(&self, place: usize) -> RowLink {
        self.connected.links[place]
    }

    pub(super) fn rule(
        &self,
        op: &mut Op<'_>,
        notices: &[Notice],
        summaries: &[Option<&str>],
        facts: &Facts<'_>,
    ) -> Result<Vec<Ruling>> {
        let mut rulings = judge::rule(notices, summaries, &self.connected, facts);
        if judge::is_suspicious(&rulings) {
            let archived = self.archived(op)?;
            let most_news = self.facts.most_news as usize;
            judge::guard(&mut rulings, notices, &archived, most_news);
        }
        Ok(rulings)
    }

    pub(super) fn facts(
        &self,
        op: &mut Op<'_>,
        notices: &[Notice],
        articles_to_come: bool,
    ) -> Result<Facts<'_>> {
        static ALL: LazyLock<Filter> = LazyLock::new(Filter::default);
        let last = match judge::last_known(notices, &self.connected.links) {
            Some(last) => op.tx.bulletin(last)?,
            None => None,
        };
        let is_news =
            |row: Archived| row.state == BulletinState::Published && row.cause == Cause::New;
        let settings = self.settings.as_ref();
        let baseline = self.facts.baseline.as_ref();
        Ok(Facts {
            baseline: baseline.map(|baseline| baseline.oldest),
            newest: self.facts.newest,
            has_bulletins: self.facts.bulletins > 0,
            // If a key turned out to be shared, there were more rows than bulletins.
            last_page: (!self.newly_shared.contains(&true)).then_some(&self.shown),
            ends_with_news: last.is_some_and(is_news),
            first_page: self.first_page,
            announce_first: settings.map_or(0, |source| source.announce_first),
            filter: settings.map_or(&ALL, |source| &source.filter),
            articles_to_come,
        })
    }

    /// Returns the places of known rows that have another title than before.
    pub(super) fn retitled(&self, op: &mut Op<'_>, notices: &[Notice]) -> Result<Vec<usize>> {
        let mut retitled = Vec::new();
        for (place, notice) in notices.iter().enumerate() {
            let bulletin = self.link(place).bulletin();
            let Some(id) = bulletin.filter(|id| !self.counting.contains(id)) else {
                continue;
            };
            let row = op.tx.bulletin(id)?.filter(|row| row.source == self.source);
            if row.is_some_and(|row| correction::is_retitled(&row, notice)) {
                retitled.push(place);
            }
        }
        Ok(retitled)
    }

    /// Returns the titles of the latest bulletins that the page does not show.
    fn archived(&self, op: &mut Op<'_>) -> Result<KnownTitles> {
        let links = self.connected.links.iter();
        let here: HashSet<u64> = links.filter_map(RowLink::bulletin).collect();
        let mut titles = KnownTitles::default();
        for (id, title) in op.tx.latest_of(&self.source, MOST_ARCHIVED)? {
            if !here.contains(&id) {
                titles.add(&title);
            }
        }
        Ok(titles)
    }
}
