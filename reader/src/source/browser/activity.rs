//! Tracks the activity of a page: whether it has settled, what it loaded, and the replies that it needs.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};
use url::{Origin, Url};

use super::wire::Event;

/// The number of requests that are remembered at once.
const MOST_REQUESTS: usize = 2_000;
/// The number of answers that may hold the page's list.
const MOST_ANSWERS: usize = 12;

/// The requests of a page, and their answers.
#[derive(Debug, Default)]
pub(super) struct Activity {
    pub(super) is_loaded: bool,
    /// The status of the page itself, once it is known.
    pub(super) status: Option<u16>,
    pub(super) retry_after: Option<String>,
    /// The reason why the page itself could not be loaded.
    pub(super) failed: Option<String>,
    pub(super) is_crashed: bool,
    open: HashSet<String>,
    /// The GET requests, which their address alone describes.
    plain: HashMap<String, Url>,
    /// The data that the page requested: the request and its address.
    pub(super) data: Vec<(String, Url)>,
    secrets: Secrets,
}

/// The headers that are sent only to the source's own origin.
#[derive(Debug, Clone, Default)]
pub(super) struct Secrets {
    pub(super) origin: Option<Origin>,
    pub(super) headers: Vec<(String, String)>,
}

/// A command that must be sent in reply to an event.
pub(super) type BrowserReply = (&'static str, Value);

impl Activity {
    pub(super) fn new(secrets: Secrets) -> Self {
        Self {
            secrets,
            ..Self::default()
        }
    }

    /// Returns whether the page waits for nothing.
    pub(super) fn is_quiet(&self) -> bool {
        self.is_loaded && self.open.is_empty()
    }

    /// Processes an event.
    pub(super) fn take(&mut self, event: &Event) -> Option<BrowserReply> {
        let params = &event.params;
        let id = params["requestId"].as_str().unwrap_or_default();
        match event.method.as_str() {
            "Page.loadEventFired" => self.is_loaded = true,
            "Page.javascriptDialogOpening" => {
                return Some(("Page.handleJavaScriptDialog", json!({ "accept": false })));
            }
            "Fetch.requestPaused" => return Some(self.judged(params)),
            "Network.requestWillBeSent" => self.begin(id, params),
            "Network.responseReceived" => self.answered(id, params),
            "Network.loadingFinished" => self.end(id),
            "Network.loadingFailed" => {
                if params["type"] == "Document" && self.status.is_none() {
                    self.failed = params["errorText"].as_str().map(str::to_owned);
                }
                self.end(id);
            }
            "Inspector.targetCrashed" => self.is_crashed = true,
            _ => {}
        }
        None
    }

    fn begin(&mut self, id: &str, params: &Value) {
        // Connections that never end by design do not keep a page from settling.
        let is_endless = matches!(
            params["type"].as_str(),
            Some("EventSource" | "WebSocket" | "Media" | "Ping")
        );
        if is_endless || self.open.len() >= MOST_REQUESTS {
            return;
        }
        self.open.insert(id.to_owned());
        let request = &params["request"];
        let url = request["url"].as_str().and_then(|url| Url::parse(url).ok());
        if let Some(url) = url.filter(|_| request["method"] == "GET") {
            self.plain.insert(id.to_owned(), url);
        }
    }

    fn answered(&mut self, id: &str, params: &Value) {
        let response = &params["response"];
        let kind = params["type"].as_str().unwrap_or_default();
        if kind == "Document" && self.status.is_none() {
            let status = response["status"].as_u64();
            self.status = status.and_then(|status| u16::try_from(status).ok());
            self.retry_after = header(&response["headers"], "retry-after");
        }
        let mime = response["mimeType"].as_str().unwrap_or_default();
        let is_data = matches!(kind, "XHR" | "Fetch" | "Script") && mime.contains("json")
            || matches!(kind, "XHR" | "Fetch") && !mime.contains("html");
        if is_data
            && self.data.len() < MOST_ANSWERS
            && let Some(url) = self.plain.get(id)
        {
            self.data.push((id.to_owned(), url.clone()));
        }
    }

    fn end(&mut self, id: &str) {
        self.open.remove(id);
        self.plain.remove(id);
    }

    /// Decides about a paused request: pictures, sounds and fonts are not loaded; the source's own headers are sent
    /// only where they belong.
    fn judged(&self, params: &Value) -> BrowserReply {
        let id = &params["requestId"];
        let kind = params["resourceType"].as_str().unwrap_or_default();
        if matches!(kind, "Image" | "Media" | "Font") {
            let refused = json!({ "requestId": id, "errorReason": "BlockedByClient" });
            return ("Fetch.failRequest", refused);
        }
        let request = &params["request"];
        let url = request["url"].as_str().and_then(|url| Url::parse(url).ok());
        let is_own = url.is_some_and(|url| self.secrets.origin == Some(url.origin()));
        if !is_own || self.secrets.headers.is_empty() {
            return ("Fetch.continueRequest", json!({ "requestId": id }));
        }
        let is_ours = |name: &str| {
            let mut ours = self.secrets.headers.iter();
            ours.any(|(own, _)| own.eq_ignore_ascii_case(name))
        };
        let sent = request["headers"].as_object().into_iter().flatten();
        let sent = sent.filter(|(name, _)| !is_ours(name));
        let sent = sent.map(|(name, value)| json!({ "name": name, "value": value }));
        let own = self.secrets.headers.iter();
        let own = own.map(|(name, value)| json!({ "name": name, "value": value }));
        let headers: Vec<Value> = sent.chain(own).collect();
        (
            "Fetch.continueRequest",
            json!({ "requestId": id, "headers": headers }),
        )
    }
}

fn header(headers: &Value, name: &str) -> Option<String> {
    let mut headers = headers.as_object()?.iter();
    let (_, value) = headers.find(|(own, _)| own.eq_ignore_ascii_case(name))?;
    value.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(method: &str, params: Value) -> Event {
        Event {
            session: None,
            method: method.to_owned(),
            params,
        }
    }

    fn sent(id: &str, kind: &str, method: &str, url: &str) -> Event {
        let request = json!({ "url": url, "method": method });
        let params = json!({ "requestId": id, "type": kind, "request": request });
        event("Network.requestWillBeSent", params)
    }

    #[test]
    fn a_page_is_quiet_once_it_is_loaded_and_all_that_ends_has_ended() {
        let mut page = Activity::default();
        page.take(&sent("1", "Document", "GET", "https://a.example/"));
        page.take(&sent("2", "EventSource", "GET", "https://a.example/events"));
        page.take(&event("Page.loadEventFired", json!({})));
        assert!(!page.is_quiet());
        page.take(&event(
            "Network.loadingFinished",
            json!({ "requestId": "1" }),
        ));
        assert!(page.is_quiet());
    }

    #[test]
    fn data_that_an_address_alone_asks_for_is_remembered() {
        let mut page = Activity::default();
        for (id, method) in [("1", "GET"), ("2", "POST")] {
            page.take(&sent(id, "XHR", method, "https://a.example/api/list"));
            let response = json!({ "status": 200, "mimeType": "application/json", "headers": {} });
            let params = json!({ "requestId": id, "type": "XHR", "response": response });
            page.take(&event("Network.responseReceived", params));
        }
        let url = Url::parse("https://a.example/api/list").unwrap();
        assert_eq!(page.data, [("1".to_owned(), url)]);
    }

    #[test]
    fn headers_of_a_source_go_to_its_own_origin_alone() {
        let own = Url::parse("https://a.example/").unwrap().origin();
        let page = Activity::new(Secrets {
            origin: Some(own),
            headers: vec![("Cookie".to_owned(), "sid=1".to_owned())],
        });
        let paused = |url: &str| {
            let request = json!({ "url": url, "headers": { "cookie": "a=b", "Accept": "*/*" } });
            json!({ "requestId": "7", "resourceType": "Script", "request": request })
        };
        let (method, own) = page.judged(&paused("https://a.example/app.js"));
        assert_eq!(method, "Fetch.continueRequest");
        let headers = json!([
            { "name": "Accept", "value": "*/*" },
            { "name": "Cookie", "value": "sid=1" }
        ]);
        assert_eq!(own["headers"], headers);
        let (_, other) = page.judged(&paused("https://b.example/app.js"));
        assert_eq!(other, json!({ "requestId": "7" }));
    }

    #[test]
    fn pictures_are_not_loaded_and_dialogs_are_dismissed() {
        let mut page = Activity::default();
        let picture = json!({ "requestId": "3", "resourceType": "Image", "request": {} });
        let reply = page.take(&event("Fetch.requestPaused", picture)).unwrap();
        assert_eq!(reply.0, "Fetch.failRequest");
        let dialog = page
            .take(&event("Page.javascriptDialogOpening", json!({})))
            .unwrap();
        assert_eq!(
            dialog,
            ("Page.handleJavaScriptDialog", json!({ "accept": false }))
        );
    }
}
