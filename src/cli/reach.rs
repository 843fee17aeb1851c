//! Gives access to the store of the state folder, whether it is stopped (then it is opened) or an instance runs on it
//! (then that one is asked). Subcommands do not notice the difference.

mod api;

use std::{path::PathBuf, sync::Arc, time::Duration};

use chrono::Utc;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    sync::watch,
    time::{Instant, sleep},
};

pub(super) use self::api::Api;
use self::api::{PATIENCE, answer, user};
use super::{exit::UsageError, serve, session::Session};
use crate::{
    app::{guard_of, random_token},
    bulletin::{BulletinId, ChannelId, MessageRef},
    config::Config,
    ops::{Actor, HeldAction, NewToken, Publication, Refusal, Store, StoreError},
    push::Pusher,
    round,
    source::fetch::Fetcher,
    view::{self, Filters, Listing, ViewError},
    watch::Watch,
};

pub(super) enum Reach {
    Stopped { store: Store, config: Box<Config> },
    Running(Api),
}

/// The numbers of the bulletins that were published, and of those that were marked as seen.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub(super) struct Settled {
    pub(super) published: Vec<BulletinId>,
    pub(super) seen: Vec<BulletinId>,
}

macro_rules! lists {
    ($($name:ident: $item:ident),*) => {
        $(pub(super) async fn $name(&self, filters: &Filters) -> anyhow::Result<Listing<view::$item>> {
            match self {
                Self::Stopped { store, config } => {
                    view::$name(store, config, filters).await.map_err(usage_or_failure)
                }
                Self::Running(api) => api.list(stringify!($name), filters).await,
            }
        })*
    };
}

/// The purpose for which a command opens the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Reading only: nothing is written, even if the config changed.
    Read,
    Change,
}

/// The error that there is nothing to read or change, and that a command creates no store.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoStore {
    #[error(
        "there is no store in {}; `noticast run` creates one; NOTICAST_STATE or --state (of lists, --state-dir) names another directory",
        .0.display()
    )]
    InFolder(PathBuf),
    #[error(
        "there is no store in the database; `noticast run` creates one; [store] url names another database"
    )]
    InDatabase,
}

impl Reach {
    /// # Errors
    /// Fails with [`NoStore`], or if the config or the store cannot be read.
    pub(super) async fn open(session: &Session, purpose: Purpose) -> anyhow::Result<Self> {
        // Errors of the config are reported first: without it there may be no store to open.
        let mut settings = session.config_without_secrets()?.store;
        if settings
            .url
            .as_ref()
            .is_some_and(|url| url.reveal().is_empty())
        {
            // Only the instance knows where its database is.
            match Api::of(session) {
                Some(api) if api.answers().await => return Ok(Self::Running(api)),
                _ => settings = session.config()?.store,
            }
        }
        if !Store::is_there_by(&settings, &session.state).await? {
            return Err(match settings.url {
                Some(_) => NoStore::InDatabase.into(),
                None => NoStore::InFolder(session.state.clone()).into(),
            });
        }
        // A database may belong to several processes: the instance on this folder knows more than it.
        if settings.url.is_some()
            && let Some(api) = Api::of(session)
            && api.answers().await
        {
            return Ok(Self::Running(api));
        }
        let patience = Instant::now() + PATIENCE;
        loop {
            let locked = match Store::open_by(&settings, &session.state).await {
                Ok(store) => return Self::stopped(session, store, purpose).await,
                Err(StoreError::Failed(error)) if error.is_in_use() => error,
                Err(error) => return Err(error.into()),
            };
            if let Some(api) = Api::of(session)
                && api.answers().await
            {
                return Ok(Self::Running(api));
            }
            if Instant::now() > patience {
                return Err(locked.into());
            }
            sleep(Duration::from_millis(100)).await;
        }
    }

    /// Opens the store of a stopped instance. A rebroadcast is sent to the config's channels; without a config they
    /// must be named.
    async fn stopped(session: &Session, store: Store, purpose: Purpose) -> anyhow::Result<Self> {
        let config = match purpose {
            Purpose::Read => session.config_without_secrets()?,
            Purpose::Change => session.config_or_default()?,
        };
        let config = config.joined_by(
            &store.added_sources().borrow(),
            &store.added_channels().borrow(),
        );
        session.mask.hide_secrets_of(&config);
        match purpose {
            _ if config.path.is_none() => {}
            Purpose::Read => store.show_config(&config.sources, &config.channels).await?,
            Purpose::Change if config.does_nothing() && !config.has_joined() => {
                return Err(config.emptied().into());
            }
            Purpose::Change => store.sync_config(&config.sources, &config.channels).await?,
        }
        Ok(Self::Stopped {
            store,
            config: Box::new(config),
        })
    }

    lists!(sources: Source, channels: Channel, bulletins: Bulletin, deliveries: Delivery, held: Bulletin, audit: Audit, workers: Worker);

    pub(super) async fn bulletin(&self, id: BulletinId) -> anyhow::Result<view::Bulletin> {
        match self {
            Self::Stopped { store, config } => {
                let found = store.bulletin(id).await?.ok_or(Refusal::NoBulletin(id))?;
                Ok(view::Bulletin::new(found, config.time_zone))
            }
            Self::Running(api) => api.get(&format!("bulletins/{id}")).await,
        }
    }

    pub(super) async fn rebroadcast(
        &self,
        id: BulletinId,
        to: Option<Vec<ChannelId>>,
        note: Option<String>,
    ) -> anyhow::Result<Vec<view::Delivery>> {
        let request = random_token()?;
        match self {
            Self::Stopped { store, config } => {
                let ids = store
                    .rebroadcast(id, to, note, &request, &actor(), Utc::now())
                    .await?;
                let mut deliveries = Vec::new();
                for id in ids {
                    let delivery = store.delivery(id).await?;
                    deliveries
                        .extend(delivery.map(|one| view::Delivery::new(one, config.time_zone)));
                }
                Ok(deliveries)
            }
            Self::Running(api) => {
                #[derive(serde::Deserialize)]
                struct Answer {
                    deliveries: Vec<view::Delivery>,
                }
                let body = json!({ "channels": to, "note": note, "request_id": request });
                let answer: Answer = api
                    .post(&format!("bulletins/{id}/rebroadcast"), &body)
                    .await?;
                Ok(answer.deliveries)
            }
        }
    }

    pub(super) async fn publish(&self, publication: Publication) -> anyhow::Result<view::Bulletin> {
        match self {
            Self::Stopped { store, config } => {
                let pages = config.web.public_url.as_ref();
                let publication = round::summarised(publication);
                let issued = store
                    .publish(publication, pages, &actor(), Utc::now())
                    .await;
                self.bulletin(issued.map_err(usage_if_invalid)?.id).await
            }
            Self::Running(api) => api.post("bulletins", &json!(publication)).await,
        }
    }

    pub(super) async fn tokens(&self, filters: &Filters) -> anyhow::Result<Listing<view::Token>> {
        match self {
            Self::Stopped { store, config } => {
                let tokens = view::tokens(store, config, filters).await;
                tokens.map_err(usage_or_failure)
            }
            Self::Running(api) => api.list("tokens", filters).await,
        }
    }

    /// Creates a token; returns it as it is shown, with its secret under `token`.
    pub(super) async fn create_token(&self, new: NewToken) -> anyhow::Result<Value> {
        match self {
            Self::Stopped { store, config } => {
                let token = Store::mint()?;
                let made = store.create_token(&token, new, &actor(), Utc::now()).await;
                let made = made.map_err(usage_if_invalid)?;
                let mut shown = json!(view::Token::new(&made, config.time_zone));
                shown["token"] = token.reveal().into();
                Ok(shown)
            }
            Self::Running(api) => {
                let expires_at = new.expires_at.map(|at| at.to_rfc3339());
                let body =
                    json!({ "name": new.name, "scope": new.scope, "expires_at": expires_at });
                api.post("tokens", &body).await
            }
        }
    }

    pub(super) async fn revoke_token(&self, id: &str) -> anyhow::Result<()> {
        match self {
            Self::Stopped { store, .. } => Ok(store.revoke_token(id, &actor(), Utc::now()).await?),
            Self::Running(api) => {
                let id =
                    percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC);
                let asked = api.request(Method::DELETE, &format!("tokens/{id}"));
                answer(asked).await.map(drop)
            }
        }
    }

    /// Returns whether it is a channel of the running config, or in the store.
    pub(super) async fn has_channel(&self, channel: &ChannelId) -> anyhow::Result<bool> {
        match self {
            Self::Stopped { config, .. } => {
                Ok(config.channels.iter().any(|known| known.id == *channel))
            }
            Self::Running(api) => api.has(channel).await,
        }
    }

    /// Sends one test card within the pace of its sender; a channel that was set aside is resumed.
    pub(super) async fn test(
        &self,
        config: &Config,
        channel: &ChannelId,
    ) -> anyhow::Result<Option<MessageRef>> {
        match self {
            Self::Stopped { store, config } => {
                let (_sender, live) = watch::channel(Arc::new(Config::clone(config)));
                let (by, subject) = (actor(), channel.to_string());
                let logged = store.log(&by, ("test-channel", &subject), Utc::now());
                logged.await?;
                let fetcher = Fetcher::new(&config.fetch, &[])?;
                let watch = Watch::new(store.clone(), live.clone(), fetcher);
                let pusher = Pusher::new(store.clone(), live, serve::stdout());
                let pusher = pusher.guarded_by(guard_of(watch));
                Ok(pusher.test(channel).await?)
            }
            Self::Running(api) if api.has(channel).await? => {
                #[derive(serde::Deserialize)]
                struct Answer {
                    message: Option<MessageRef>,
                }
                let path = format!("channels/{channel}/test");
                let answer: Answer = api.post(&path, &json!({})).await?;
                Ok(answer.message)
            }
            // The running instance has not loaded the changed config yet.
            Self::Running(_) => serve::SparePusher::test(config.clone(), channel).await,
        }
    }

    pub(super) async fn settle_held(&self, actions: Vec<HeldAction>) -> anyhow::Result<Settled> {
        let mut settled = Settled {
            published: Vec::new(),
            seen: Vec::new(),
        };
        for action in actions {
            let (published, seen) = match self {
                Self::Stopped { store, .. } => {
                    store.settle_held(action, &actor(), Utc::now()).await?
                }
                Self::Running(api) => {
                    let Settled { published, seen } = api.post("held", &body_of(&action)).await?;
                    (published, seen)
                }
            };
            settled.published.extend(published);
            settled.seen.extend(seen);
        }
        Ok(settled)
    }

    /// Returns whether the store or the running instance has anything to watch or to push to.
    pub(super) async fn is_used(&self) -> anyhow::Result<bool> {
        match self {
            Self::Stopped { store, .. } => Ok(store.was_used().await?),
            Self::Running(_) => {
                let any = Filters::default();
                let sources = self.sources(&any).await?;
                Ok(!sources.items.is_empty() || !self.channels(&any).await?.items.is_empty())
            }
        }
    }

    pub(super) fn is_running(&self) -> bool {
        matches!(self, Self::Running(_))
    }

    /// Frees the lock of a store that was opened.
    pub(super) async fn close(self) -> anyhow::Result<()> {
        if let Self::Stopped { store, .. } = self {
            store.close().await?;
        }
        Ok(())
    }
}

fn body_of(action: &HeldAction) -> Value {
    match action {
        HeldAction::Publish(ids) => json!({ "publish": ids }),
        HeldAction::PublishAll => json!({ "publish": "all" }),
        HeldAction::Seen(ids) => json!({ "seen": ids }),
        HeldAction::SeenAll => json!({ "seen": "all" }),
        HeldAction::Newest(count) => json!({ "newest": count }),
    }
}

/// Returns the user of this command, for the audit log.
pub(super) fn actor() -> Actor {
    Actor::of_user(&user())
}

fn usage_if_invalid(error: StoreError) -> anyhow::Error {
    match error {
        StoreError::Refused(Refusal::Invalid(why)) => UsageError(why.to_string()).into(),
        error => error.into(),
    }
}

fn usage_or_failure(error: ViewError) -> anyhow::Error {
    match error {
        ViewError::Filter { .. } => UsageError(error.to_string()).into(),
        ViewError::Store(error) => error.into(),
    }
}
