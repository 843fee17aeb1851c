//! Reads pages that show nothing without scripts: by the data that they load, or in the browser.

use url::Url;

use super::inspect::{self, Fault, How, Page, Seen, Setting};
use crate::{
    bulletin::{PageKind, ReadAs, Validators},
    config::Config,
    source::{
        Reading,
        browser::{self, BrowserError},
        fetch::{Endpoint, FetchRequest, Fetcher, Via, Wants},
    },
};

/// The fewest rows of a list of notices.
const FEWEST: usize = 3;

/// A page that can be watched after all.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) page: Page,
    pub(super) seen: Seen,
    /// The key to set, and the notices that would be found then.
    advice: String,
}

impl Found {
    /// Adds the advice to the fault of the page without scripts.
    pub(super) fn added_to(&self, fault: Fault) -> Fault {
        with(fault, &self.advice)
    }
}

fn with(mut fault: Fault, advice: &str) -> Fault {
    fault.message += &format!(": {advice}");
    fault
}

/// Returns how to watch a page that could not be read for want of scripts.
///
/// # Errors
/// Fails with the same fault, and why there is no better advice; unchanged if it is another fault.
pub(super) async fn instead(
    config: &Config,
    page: &Page,
    how: &How,
    fault: Fault,
) -> Result<(Found, Fault), Fault> {
    let is_on_a_server = matches!(page.url.scheme(), "http" | "https");
    if !is_on_a_server || !fault.message.contains(PageKind::NeedsScripts.name()) {
        return Err(fault);
    }
    if browser::find(&config.fetch.browser).is_none() {
        return Err(with(fault, &format!("here {}", BrowserError::Missing)));
    }
    match find(config, &page.url, how).await {
        Ok(found) => Ok((found, fault)),
        Err(why) => Err(with(fault, &why.message)),
    }
}

async fn find(config: &Config, url: &Url, how: &How) -> Result<Found, Fault> {
    let (page, endpoints) = rendered(config, url).await?;
    let seen = inspect::read(&page, how).map_err(|fault| Fault {
        message: format!("in the browser it is {}", fault.message),
        ..fault
    });
    if let Some(found) = endpoints.iter().find_map(|it| by_data(it, &page, how)) {
        return Ok(found);
    }
    let mut seen = seen?;
    let Reading::List(list) = &seen.reading else {
        let message = "in the browser it is not a list either".to_owned();
        return Err(Fault {
            code: "not-a-list",
            message,
        });
    };
    let first = list.notices.first().map_or("", |notice| &notice.title);
    let advice = format!(
        "with `browser = true` it is a list of {} notices, first `{first}`",
        list.notices.len()
    );
    seen.setting = Setting::Browser;
    Ok(Found { page, seen, advice })
}

/// Returns a page in the browser, and the data that it loaded.
pub(super) async fn rendered(config: &Config, url: &Url) -> Result<(Page, Vec<Endpoint>), Fault> {
    let typed: Vec<String> = url.host_str().map(str::to_owned).into_iter().collect();
    let fetcher = Fetcher::new(&config.fetch, &typed)?;
    let request = FetchRequest {
        url: url.clone(),
        validators: Validators::default(),
        via: Via::default(),
        wants: Wants::Rendered,
        keep_alive: false,
    };
    let (page, endpoints) = fetcher.rendered(&request).await?;
    let page = Page {
        url: page.url,
        content_type: page.content_type,
        body: page.body,
        leads_to: None,
    };
    Ok((page, endpoints))
}

/// Returns the list, if an address is enough to get the data that the page shows.
fn by_data(endpoint: &Endpoint, shown: &Page, how: &How) -> Option<Found> {
    let page = Page {
        url: endpoint.url.clone(),
        content_type: Some("application/json; charset=utf-8".to_owned()),
        body: endpoint.body.clone().into(),
        leads_to: None,
    };
    let how = How {
        read_as: ReadAs::Json,
        ..how.clone()
    };
    let mut seen = inspect::read(&page, &how).ok()?;
    let Reading::List(list) = &seen.reading else {
        return None;
    };
    let html = String::from_utf8_lossy(&shown.body);
    let is_shown = list.notices.iter().filter(|it| html.contains(&it.title));
    if list.notices.len() < FEWEST || is_shown.count() * 2 < list.notices.len() {
        return None;
    }
    let first = list.notices.first().map_or("", |notice| &notice.title);
    let advice = format!(
        "it asks {} for its list, which needs no browser: with that as `url` and `kind = \"json\"` \
         there are {} notices, first `{first}`",
        page.url,
        list.notices.len()
    );
    seen.setting = Setting::Json;
    Some(Found { page, seen, advice })
}
