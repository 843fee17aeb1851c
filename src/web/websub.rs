//! Notifies the hub of `[web] hub` of the public feeds that have something new, so that programs that follow one of
//! them there learn of it at once. Feeds that are searches name no hub: their new entries are known only once a reader
//! requests them.
//!
//! It holds nothing else up, and none of it is durable: after a start the hub is notified again of the feeds with news
//! of the last day. Read [`run`] first.

pub(super) mod trouble;

use std::{collections::BTreeSet, time::Duration};

use axum::http::HeaderMap;
use chrono::{TimeDelta, Utc};
use tokio::time::sleep;
use url::Url;

use super::{
    card::Scene, events::hub::Happenings, feeds, language::PageLanguage, selection::Selection,
    site::Site, viewer::Viewer,
};
use crate::{
    bulletin::{Bulletin, BulletinState},
    ops::{BulletinQuery, StoreError},
    push::{HubAnswer, WebSubHub, backoff},
};

/// The time within which events are announced together.
const TOGETHER: Duration = Duration::from_secs(2);
/// The age up to which bulletins are announced again after a start, the newest of them.
const ANNOUNCED_AGAIN: TimeDelta = TimeDelta::days(1);
const MOST_ANNOUNCED_AGAIN: usize = 500;

/// Notifies the hub until the instance ends; of several processes, one does at a time.
pub(super) async fn run(site: &Site) {
    if !site.desk.pages {
        return;
    }
    let (lease, ending) = (WebSubHub::lease(), &site.ending);
    let held = || site.desk.store.once_held(&lease);
    while let Some(store) = ending.run_until_cancelled(held()).await {
        tokio::select! {
            () = ending.cancelled() => return,
            () = store.lease_is_lost() => site.hub_trouble.end(),
            () = follow(site) => {}
        }
    }
}

/// Notifies the hub that the config names, until it names another one.
async fn follow(site: &Site) {
    let mut live = site.desk.config.clone();
    let url = live.borrow_and_update().web.hub.clone();
    let changed = async {
        // The sender of configs exists as long as the instance.
        let _ = live.wait_for(|config| config.web.hub != url).await;
    };
    match &url {
        None => changed.await,
        Some(url) => tokio::select! {
            () = changed => {}
            () = notify(site, url) => {}
        },
    }
    site.hub_trouble.end();
}

async fn notify(site: &Site, url: &Url) {
    let hub = match WebSubHub::new(url) {
        Ok(hub) => hub,
        Err(error) => {
            site.hub_trouble.begin(error.to_string());
            return std::future::pending().await;
        }
    };
    let mut newest = site.desk.store.newest_change();
    let mut news = News {
        site,
        last: *newest.borrow_and_update(),
        feeds: BTreeSet::new(),
    };
    let mut failures = 0;
    let mut read = news.add_recent().await;
    loop {
        if let Err(error) = read {
            tracing::debug!("the changes for the WebSub hub could not be read: {error}");
        }
        if news.feeds.is_empty() && newest.changed().await.is_err() {
            return std::future::pending().await;
        }
        sleep(TOGETHER).await;
        newest.mark_unchanged();
        read = news.add_latest().await;
        match news.notify(&hub).await {
            Ok(()) => failures = 0,
            Err(wait) => {
                sleep(wait.unwrap_or_else(|| backoff(failures, fastrand::f64()))).await;
                failures = failures.saturating_add(1);
            }
        }
    }
}

/// The feeds that have something new of which the hub was not notified yet.
struct News<'a> {
    site: &'a Site,
    /// The last change that was read.
    last: u64,
    /// The addresses of the feeds, at most as many as there are feeds.
    feeds: BTreeSet<String>,
}

impl News<'_> {
    async fn add_recent(&mut self) -> Result<(), StoreError> {
        let query = BulletinQuery {
            states: vec![BulletinState::Published, BulletinState::Withdrawn],
            since: Some(Utc::now() - ANNOUNCED_AGAIN),
            public_only: true,
            limit: Some(MOST_ANNOUNCED_AGAIN),
            ..BulletinQuery::default()
        };
        let recent = self.site.desk.store.bulletins(&query).await?;
        self.add(recent.items.iter());
        Ok(())
    }

    async fn add_latest(&mut self) -> Result<(), StoreError> {
        let happenings = Happenings::after(&self.site.desk.store, self.last).await?;
        self.last = happenings.read_to;
        self.add(happenings.all.iter().map(|it| &it.bulletin));
        Ok(())
    }

    fn add<'b>(&mut self, bulletins: impl Iterator<Item = &'b Bulletin>) {
        let config = self.site.config();
        let scene = Scene::new(&config, Viewer::Public, PageLanguage(config.language));
        let home = self.site.url(&config, &HeaderMap::default());
        for selection in bulletins.flat_map(|bulletin| selections(scene, bulletin)) {
            let feeds = feeds::addresses(&selection);
            self.feeds.extend(feeds.map(|feed| format!("{home}{feed}")));
        }
    }

    /// # Errors
    /// Fails if the hub accepts nothing now, with the wait that it perhaps asks for.
    async fn notify(&mut self, hub: &WebSubHub) -> Result<(), Option<Duration>> {
        let trouble = &self.site.hub_trouble;
        let (mut is_taken, mut refused) = (false, None);
        while let Some(feed) = self.feeds.first().cloned() {
            match hub.notify(&feed).await {
                HubAnswer::Taken => is_taken = true,
                HubAnswer::Refused(why) => refused = Some(why),
                HubAnswer::Later(why, wait) => {
                    trouble.begin(why);
                    return Err(wait);
                }
            }
            self.feeds.remove(&feed);
        }
        // A hub may accept feeds of only one format.
        match refused {
            Some(why) if !is_taken => trouble.begin(why),
            _ if is_taken => trouble.end(),
            _ => {}
        }
        Ok(())
    }
}

/// Returns the public feeds with a bulletin: that of all, and those of its sources and their groups.
fn selections(scene: Scene<'_>, bulletin: &Bulletin) -> Vec<Selection> {
    if !bulletin.state.was_published() {
        return Vec::new();
    }
    let all = Selection::default();
    let sources = bulletin
        .sources()
        .filter_map(|id| scene.source(id.as_str()));
    let mut found: Vec<Selection> = sources
        .flat_map(|(_, source)| {
            let group = source.group.as_deref().map(|group| all.of_group(group));
            group.into_iter().chain([all.of_source(&source.id)])
        })
        .collect();
    // A bulletin that no public source carries is in no public feed.
    if !found.is_empty() {
        found.push(all);
    }
    found
}
