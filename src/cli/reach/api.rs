//! Calls the API of a running instance.

use std::{path::Path, time::Duration};

use anyhow::{Context, anyhow};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::super::{exit::UsageError, session::Session};
use crate::{
    app::Address,
    bulletin::{ChannelId, Secret},
    config::ConfigError,
    view::{self, Filters, Listing},
    web::USER_HEADER,
};

/// The time to wait for an instance that is just starting, or a command that is just ending.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// Returns the name of the user who runs the command: services and containers often set no variable for it.
pub(super) fn user() -> String {
    let named = |name| std::env::var(name).ok().filter(|user| !user.is_empty());
    let number = || format!("uid-{}", rustix::process::getuid().as_raw());
    ["USER", "LOGNAME"]
        .into_iter()
        .find_map(named)
        .unwrap_or_else(number)
}

/// The API of a running instance, found by its file in the state folder.
pub(in crate::cli) struct Api {
    client: Client,
    url: String,
    token: Secret,
}

impl Api {
    /// Returns the API; `None` if nothing in the state folder tells where an instance is.
    pub(in crate::cli) fn of(session: &Session) -> Option<Self> {
        let address = Address::read(&session.state)?;
        session.mask.hide([address.token.clone()]);
        Some(Self {
            client: Client::builder().no_proxy().build().ok()?,
            url: address.url,
            token: Secret::new(address.token),
        })
    }

    /// Returns whether the instance exists: an address may outlive its instance.
    pub(in crate::cli) async fn answers(&self) -> bool {
        let asked = self.client.get(format!("{}/healthz", self.url));
        asked.timeout(PATIENCE).send().await.is_ok()
    }

    /// Returns a list, in as many answers as it takes: each is bounded.
    pub(in crate::cli) async fn list<T: DeserializeOwned>(
        &self,
        what: &str,
        filters: &Filters,
    ) -> anyhow::Result<Listing<T>> {
        let mut filters = filters.clone();
        let mut items = Vec::new();
        loop {
            let page: Listing<T> = self.page(what, &filters).await?;
            let count = page.items.len();
            items.extend(page.items);
            let is_enough = filters.limit > 0 && count >= filters.limit;
            if page.next.is_none() || is_enough {
                let next = page.next;
                return Ok(Listing { items, next });
            }
            filters.limit = filters.limit.saturating_sub(count);
            filters.cursor = page.next;
        }
    }

    async fn page<T: DeserializeOwned>(&self, what: &str, filters: &Filters) -> anyhow::Result<T> {
        let mut query = vec![("limit", filters.limit.to_string())];
        query.extend(filters.cursor.clone().map(|cursor| ("cursor", cursor)));
        query.extend(filters.source.as_ref().map(|id| ("source", id.to_string())));
        query.extend(
            filters
                .channel
                .as_ref()
                .map(|id| ("channel", id.to_string())),
        );
        query.extend(filters.state.clone().map(|state| ("state", state)));
        query.extend(filters.q.clone().map(|words| ("q", words)));
        query.extend(filters.since.map(|since| ("since", since.to_rfc3339())));
        read(self.request(Method::GET, what).query(&query)).await
    }

    pub(in crate::cli) async fn get<T: DeserializeOwned>(&self, what: &str) -> anyhow::Result<T> {
        read(self.request(Method::GET, what)).await
    }

    pub(in crate::cli) async fn has(&self, channel: &ChannelId) -> anyhow::Result<bool> {
        let filters = Filters {
            channel: Some(channel.clone()),
            ..Filters::default()
        };
        let known: Listing<view::Channel> = self.list("channels", &filters).await?;
        Ok(!known.items.is_empty())
    }

    pub(in crate::cli) async fn post<T: DeserializeOwned>(
        &self,
        what: &str,
        body: &Value,
    ) -> anyhow::Result<T> {
        read(self.request(Method::POST, what).json(body)).await
    }

    /// Reloads the changed config; `named` must be the one that the instance runs with.
    pub(in crate::cli) async fn reload(&self, named: Option<&Path>) -> anyhow::Result<()> {
        let mut request = self.request(Method::POST, "reload");
        if let Some(named) = named {
            let named = std::path::absolute(named)?;
            request = request.query(&[("config", named)]);
        }
        match read::<Value>(request).await {
            Err(error) if error.is::<UsageError>() => {
                let problems = error.to_string().lines().map(str::to_owned).collect();
                Err(ConfigError { problems }.into())
            }
            answer => answer.map(drop),
        }
    }

    pub(in crate::cli) async fn export(&self) -> anyhow::Result<Response> {
        answer(self.request(Method::GET, "export")).await
    }

    pub(super) fn request(&self, method: Method, what: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}/api/v1/{what}", self.url))
            .bearer_auth(self.token.reveal())
            .header(USER_HEADER, user().escape_default().to_string())
    }
}

async fn read<T: DeserializeOwned>(request: RequestBuilder) -> anyhow::Result<T> {
    let answer = answer(request).await?;
    answer
        .json()
        .await
        .context("the running instance answered in the format of another version")
}

/// Returns a successful answer; a problem becomes an error in its own words.
pub(super) async fn answer(request: RequestBuilder) -> anyhow::Result<Response> {
    let answer = request
        .send()
        .await
        .context("the running instance does not answer")?;
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    let problem: Value = answer.json().await.unwrap_or_default();
    let detail = problem["detail"]
        .as_str()
        .unwrap_or("it gave no reason")
        .to_owned();
    match status {
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => {
            Err(UsageError(detail).into())
        }
        _ => Err(anyhow!(detail)),
    }
}
