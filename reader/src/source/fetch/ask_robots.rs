//! Fetches the robots.txt of a site before a page of it is requested.

use std::{sync::Arc, time::Instant};

use url::Url;

use super::{
    error::{FetchError, FetchErrorKind},
    fetched::Fetched,
    limit::Limit,
    request::{FetchRequest, Pauses, Via, Wants},
    robots::{self, Rules},
    state::FetcherState,
};
use crate::{bulletin::Validators, source::shown::Shown};

impl FetcherState {
    pub(super) async fn ask_robots(
        &self,
        url: &Url,
        via: &Via,
        pauses: Pauses,
    ) -> Result<(), FetchError> {
        let host = self.hosts.get(url);
        let origin = format!("{}:{:?}", url.scheme(), url.port_or_known_default());
        let rules = match host.robots(&origin, Instant::now()) {
            Some(rules) => rules,
            None => {
                let rules = Arc::new(self.read_robots(url, via, pauses).await?);
                host.keep_robots(origin, rules.clone(), Instant::now());
                rules
            }
        };
        let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
        if rules.allow(path) {
            return Ok(());
        }
        let what = "the site's robots.txt does not allow automated access to this address; set `robots = false` to ignore it";
        let what = format!("{}: {what}", Shown(url));
        Err(FetchError::of(FetchErrorKind::Robots, what))
    }

    async fn read_robots(&self, url: &Url, via: &Via, pauses: Pauses) -> Result<Rules, FetchError> {
        let mut robots = url.clone();
        robots.set_path("/robots.txt");
        robots.set_query(None);
        let request = FetchRequest {
            url: robots,
            validators: Validators::default(),
            via: Via {
                robots: false,
                ..via.clone()
            },
            wants: Wants::default(),
            keep_alive: true,
        };
        match self
            .follow(&request, pauses, Limit::Cut(robots::MAX_ROBOTS))
            .await
        {
            Ok(Fetched::Page(page)) => Ok(Rules::parse(
                &String::from_utf8_lossy(&page.body),
                &self.agent,
            )),
            Ok(Fetched::NotModified(_)) => Ok(Rules::default()),
            // A site without a robots.txt allows everything (RFC 9309, section 2.3.1.3).
            Err(error) => match error.kind {
                FetchErrorKind::Status(status) if (400..500).contains(&status) && status != 429 => {
                    Ok(Rules::default())
                }
                _ => Err(FetchError {
                    what: format!(
                        "robots.txt must be read first, but could not be fetched: {}",
                        error.what
                    ),
                    ..error
                }),
            },
        }
    }
}
