//! Renders one page: opens it in its own browser context, reads it once it has settled, and closes it.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, timeout, timeout_at};
use url::Url;

use super::{
    activity::Activity,
    error::BrowserError,
    ticket::{Data, PageTicket, Rendered},
    wire::{BrowserMessage, BrowserWire},
};

/// The time without pending requests after which a page has settled.
const QUIET: Duration = Duration::from_millis(600);
/// The time after which a page that never settles is read as it is.
const LONGEST: Duration = Duration::from_secs(15);
/// The time limit for a browser to answer at all.
const ANSWER: Duration = Duration::from_secs(5);
/// The largest answer to a request of a page that is read, in bytes.
const LARGEST_DATA: usize = 2 << 20;

/// A page in its own session.
struct PageSession<'w> {
    wire: &'w mut BrowserWire,
    session: String,
    activity: Activity,
}

/// Opens a page through a proxy, and reads the result.
pub(super) async fn render(
    wire: &mut BrowserWire,
    proxy: &str,
    ticket: &PageTicket<'_>,
) -> Result<Rendered, BrowserError> {
    let context = json!({
        "disposeOnDetach": true,
        "proxyServer": proxy,
        "proxyBypassList": "<-loopback>",
    });
    let context = ask(wire, "Target.createBrowserContext", context).await?;
    let context = context["browserContextId"].clone();
    let rendered = render_in(wire, &context, ticket).await;
    let closed = ask(
        wire,
        "Target.disposeBrowserContext",
        json!({ "browserContextId": context }),
    );
    let closed = closed.await;
    let rendered = rendered?;
    closed.map(|_| rendered)
}

async fn render_in(
    wire: &mut BrowserWire,
    context: &Value,
    ticket: &PageTicket<'_>,
) -> Result<Rendered, BrowserError> {
    let deny = json!({ "behavior": "deny", "browserContextId": context });
    ask(wire, "Browser.setDownloadBehavior", deny).await?;
    let target = json!({ "url": "about:blank", "browserContextId": context });
    let target = ask(wire, "Target.createTarget", target).await?;
    let attach = json!({ "targetId": target["targetId"], "flatten": true });
    let session = ask(wire, "Target.attachToTarget", attach).await?;
    let mut page = PageSession {
        wire,
        session: session["sessionId"].as_str().unwrap_or_default().to_owned(),
        activity: Activity::new(ticket.secrets()),
    };
    page.prepare(ticket).await?;
    page.open(ticket.url).await?;
    page.read(ticket).await
}

/// Sends a request to the browser itself, which no page can hold up.
async fn ask(wire: &mut BrowserWire, method: &str, params: Value) -> Result<Value, BrowserError> {
    let id = wire.send(None, method, params).await?;
    let answer = async {
        loop {
            if let BrowserMessage::Answer(of, answer) = wire.hear().await?
                && of == id
            {
                return answer.map_err(|why| BrowserError::refused(method, &why));
            }
        }
    };
    timeout(ANSWER, answer)
        .await
        .map_err(|_| BrowserError::Silent)?
}

impl PageSession<'_> {
    async fn prepare(&mut self, ticket: &PageTicket<'_>) -> Result<(), BrowserError> {
        let buffers =
            json!({ "maxTotalBufferSize": 16 << 20, "maxResourceBufferSize": LARGEST_DATA });
        self.ask("Network.enable", buffers).await?;
        self.ask("Page.enable", json!({})).await?;
        self.ask("Inspector.enable", json!({})).await?;
        if !ticket.verify {
            let ignore = json!({ "ignore": true });
            self.ask("Security.setIgnoreCertificateErrors", ignore)
                .await?;
        }
        self.ask(
            "Fetch.enable",
            json!({ "patterns": [{ "urlPattern": "*" }] }),
        )
        .await?;
        Ok(())
    }

    /// Navigates to an address, and waits until the page has settled or the time is up.
    async fn open(&mut self, url: &Url) -> Result<(), BrowserError> {
        let end = Instant::now() + LONGEST;
        let id = self
            .send("Page.navigate", json!({ "url": url.as_str() }))
            .await?;
        let mut last = Instant::now();
        loop {
            let until = match self.activity.is_quiet() {
                true => end.min(last + QUIET),
                false => end,
            };
            let Ok(said) = timeout_at(until, self.wire.hear()).await else {
                return Ok(());
            };
            let answer = self.take(said?).await?;
            if let Some((_, Err(why))) = answer.filter(|(of, _)| *of == id) {
                return Err(BrowserError::refused("Page.navigate", &why));
            }
            if self.activity.is_crashed {
                return Err(BrowserError::Crashed);
            }
            last = Instant::now();
        }
    }

    async fn read(&mut self, ticket: &PageTicket<'_>) -> Result<Rendered, BrowserError> {
        let script = format!(
            "JSON.stringify([location.href, '<!doctype html>' + \
             (document.documentElement ? document.documentElement.outerHTML : '').slice(0, {})])",
            ticket.most
        );
        let evaluate = json!({ "expression": script, "returnByValue": true, "timeout": 3_000 });
        let answer = self.ask("Runtime.evaluate", evaluate).await?;
        let read = answer["result"]["value"].as_str().unwrap_or_default();
        let (url, html): (Url, String) =
            serde_json::from_str(read).map_err(|_| BrowserError::Crashed)?;
        let data = match ticket.wants_data {
            true => self.data().await?,
            false => Vec::new(),
        };
        Ok(Rendered {
            url,
            html,
            status: self.activity.status,
            retry_after: self.activity.retry_after.clone(),
            failed: self.activity.failed.clone(),
            data,
        })
    }

    /// Returns the data that the page requested, as far as the browser still has it.
    async fn data(&mut self) -> Result<Vec<Data>, BrowserError> {
        let mut all = Vec::new();
        for (id, url) in std::mem::take(&mut self.activity.data) {
            let asked = json!({ "requestId": id });
            match self.ask("Network.getResponseBody", asked).await {
                Ok(answer) if answer["base64Encoded"] == false => {
                    let body = answer["body"].as_str().unwrap_or_default();
                    if body.len() <= LARGEST_DATA {
                        let body = body.to_owned();
                        all.push(Data { url, body });
                    }
                }
                Ok(_) | Err(BrowserError::Refused(..)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(all)
    }

    async fn send(&mut self, method: &str, params: Value) -> Result<u64, BrowserError> {
        self.wire.send(Some(&self.session), method, params).await
    }

    async fn ask(&mut self, method: &str, params: Value) -> Result<Value, BrowserError> {
        let id = self.send(method, params).await?;
        let answer = async {
            loop {
                let said = self.wire.hear().await?;
                if let Some((of, answer)) = self.take(said).await?
                    && of == id
                {
                    return answer.map_err(|why| BrowserError::refused(method, &why));
                }
            }
        };
        timeout(ANSWER, answer)
            .await
            .map_err(|_| BrowserError::Silent)?
    }

    /// Processes an event and its reply, or returns an answer.
    async fn take(
        &mut self,
        said: BrowserMessage,
    ) -> Result<Option<(u64, Result<Value, String>)>, BrowserError> {
        let event = match said {
            BrowserMessage::Answer(id, answer) => return Ok(Some((id, answer))),
            BrowserMessage::Event(event) => event,
        };
        if event.session.as_deref() != Some(&self.session) {
            return Ok(None);
        }
        if let Some((method, params)) = self.activity.take(&event) {
            self.send(method, params).await?;
        }
        Ok(None)
    }
}
