//! Puts the parts together, as the only place that does.
//!
//! [`App::build`] makes everything from a checked config, [`App::run`] runs it until stopped. Objects that a test
//! wants to own (listener, stop, output) are parameters. Start with [`App::run`]: it shows the order in which things
//! end.

pub(crate) mod descriptors;
mod instance;
mod leases;
pub(crate) mod memory;
mod parts;
mod reload;
mod waiting;
mod worker;

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use futures::FutureExt;
use tokio::{
    net::TcpListener,
    sync::{mpsc, watch as live},
    task::JoinSet,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;

pub use self::{
    instance::{Address, Instance, make_state_folder, random_token, reachable},
    reload::{HideSecrets, LoadConfig},
};
use self::{
    parts::{joined, keep_serving, next_of, start},
    reload::Reloader,
    waiting::Waiting,
    worker::WorkerName,
};
use crate::{
    bulletin::{AddedChannel, AddedSource, LARGEST_DOCUMENT, Secret, StoreSettings, meetings},
    config::Config,
    ops::{Answered, Store, StoreError},
    push::{Files, NoWay, Output, Pusher, Way},
    source::fetch::Fetcher,
    watch::Watch,
    web::{Desk, Reload},
};

/// The time that running work may take to end after a stop; the contract allows 10 s in all.
const LONGEST_END: Duration = Duration::from_secs(8);
/// The time to wait for a store that another process holds.
const PATIENCE: Duration = Duration::from_secs(10);

/// The ingredients of an instance.
pub struct Setup {
    pub config: Config,
    /// The folder of the store, `instance.json` and `admin-token`.
    pub state: PathBuf,
    pub listener: TcpListener,
    /// The output of `stdout` channels.
    pub output: Output,
    /// The hosts that were typed on the command line, which may be private.
    pub typed_hosts: Vec<String>,
    /// True for `demo` and `watch`, which the pages show.
    pub is_demo: bool,
    /// Receives each config before it is used, so that logs hide the secrets of channels that are in the store.
    pub hide_secrets: HideSecrets,
    /// Loads the changed config for a reload; without it there is nothing to reload.
    pub load_config: Option<LoadConfig>,
}

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setup")
            .field("config", &self.config)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// An instance that is ready to run.
#[derive(Debug)]
pub struct App {
    listener: TcpListener,
    desk: Desk,
    pusher: Pusher,
    reloads: mpsc::Receiver<Reload>,
    reloader: Reloader,
    instance: Instance,
    /// The name of this worker, which is reserved as long as the instance runs.
    _worker: WorkerName,
    /// The folder of the index of all texts.
    search: PathBuf,
}

impl App {
    /// Opens the store, installs the config in it, and writes `instance.json` and, if the config has no admin token,
    /// `admin-token`.
    ///
    /// # Errors
    /// Fails if the store cannot be opened, the fetch settings cannot be used, or a file cannot be written.
    pub async fn build(setup: Setup) -> anyhow::Result<Self> {
        let Setup { config, state, .. } = setup;
        make_state_folder(&state)?;
        let worker = WorkerName::of(&state, &config.store)?;
        let fetcher = Fetcher::new(&config.fetch, &setup.typed_hosts)?;
        let mut waiting = Waiting::new(&setup.listener, &config);
        let opened = waiting.until_done(async || open_store(&config.store, &state).await);
        let store = opened.await?;
        let is_idle = config.path.is_some() && config.does_nothing();
        let config = reload::joined(config, &store);
        // An office that sets up everything at the desk needs no more of the file.
        let is_idle = is_idle && !config.has_joined();
        if is_idle && waiting.until_done(async || store.was_used().await).await? {
            return Err(config.emptied().into());
        }
        (setup.hide_secrets)(&config);
        warn_of(&config, is_idle);
        let synced = async || store.sync_config(&config.sources, &config.channels).await;
        waiting.until_done(synced).await?;
        let admin_token = admin_token(&config, &state, &store, &mut waiting).await?;
        let instance = Instance::announce(&state, setup.listener.local_addr()?)?;
        let pages = config.web.listen.is_some();
        let (sender, config) = live::channel(Arc::new(config));
        let watch = Watch::new(store.clone(), config.clone(), fetcher);
        let pusher = Pusher::new(store.clone(), config.clone(), setup.output)
            .supervised_by(watch.supervisor().clone());
        let pusher = pusher
            .with_files(files_by(watch.clone()))
            .guarded_by(guard_of(watch.clone()));
        let current = config.borrow().clone();
        let begun = async || leases::begin(&store, &current, (&pusher, &worker)).await;
        waiting.until_done(begun).await?;
        waiting.end().await;
        let (reload, reloads) = mpsc::channel(1);
        Ok(Self {
            search: state.join("search"),
            reloader: Reloader {
                load: setup.load_config,
                hide_secrets: setup.hide_secrets,
                config: sender,
                store: store.clone(),
                watch: watch.clone(),
                typed_hosts: setup.typed_hosts,
                pusher: pusher.clone(),
            },
            desk: Desk {
                store,
                config,
                watch,
                pusher: pusher.clone(),
                reload,
                admin_token,
                instance_token: instance.token(),
                is_demo: setup.is_demo,
                pages,
            },
            listener: setup.listener,
            pusher,
            reloads,
            instance,
            _worker: worker,
        })
    }

    #[must_use]
    pub fn store(&self) -> Store {
        self.desk.store.clone()
    }

    #[must_use]
    pub fn watch(&self) -> Watch {
        self.desk.watch.clone()
    }

    /// Returns a sender by which this instance is made to take its changed config, as `noticast reload` does.
    #[must_use]
    pub fn reload(&self) -> mpsc::Sender<Reload> {
        self.desk.reload.clone()
    }

    /// Returns the tokens that this instance created for itself, for logs to hide.
    #[must_use]
    pub fn own_secrets(&self) -> [Secret; 2] {
        let desk = &self.desk;
        [desk.admin_token.clone(), desk.instance_token.clone()]
    }

    /// Runs until stopped, or until the store fails. Then no new poll or answer begins, current sends are completed
    /// or put back, and the store is flushed and closed.
    ///
    /// # Errors
    /// Fails if the store failed a write. All other errors are reported and survived.
    pub async fn run(mut self, stop: CancellationToken) -> anyhow::Result<()> {
        let store = self.store();
        let (ending, ended_all) = (CancellationToken::new(), CancellationToken::new());
        let mut parts = start(&self.desk, self.pusher, self.search, &ending);
        // The pages stay to the end: they answer that the instance shuts down.
        let mut pages = JoinSet::new();
        pages.spawn(keep_serving(
            self.listener.into_std()?,
            self.desk,
            ending.clone(),
            ended_all.clone(),
        ));
        let mut ended = Ok(());
        let mut sources = store.added_sources();
        let mut channels = store.added_channels();
        loop {
            tokio::select! {
                Ok(()) = changed(&mut sources, &mut channels) => {
                    let joined = self.reloader.join_added().await;
                    if let Err(failure) = joined.or_report("adding sources and channels from the store") {
                        ended = Err(failure.into());
                        break;
                    }
                }
                () = stop.cancelled() => break,
                Some(part) = next_of(&mut parts, &mut pages) => {
                    ended = joined(part);
                    break;
                }
                Some(reload) = self.reloads.recv() => {
                    let taken = self.reloader.take(&reload.by).await;
                    // The requester may be gone.
                    let _ = reload.answer.send(taken);
                }
            }
        }
        ending.cancel();
        let rest = async {
            while let Some(part) = parts.join_next().await {
                ended = std::mem::replace(&mut ended, Ok(())).and(joined(part));
            }
            ended_all.cancel();
            while let Some(page) = pages.join_next().await {
                ended = std::mem::replace(&mut ended, Ok(())).and(joined(page));
            }
        };
        if tokio::time::timeout(LONGEST_END, rest).await.is_err() {
            let seconds = LONGEST_END.as_secs();
            tracing::warn!("not everything stopped within {seconds} s; stopping anyway");
        }
        let given_back = store.end_work().await;
        let given_back = given_back.or_report("releasing the leases of this worker");
        let closed = store.close().await;
        self.instance.withdraw();
        let given_back = given_back.map(drop).map_err(StoreError::from);
        ended.and(given_back.and(closed).map_err(Into::into))
    }
}

/// Waits until a source or channel in the store was added, edited or removed.
async fn changed(
    sources: &mut live::Receiver<Arc<Vec<AddedSource>>>,
    channels: &mut live::Receiver<Arc<Vec<AddedChannel>>>,
) -> Result<(), live::error::RecvError> {
    tokio::select! {
        changed = sources.changed() => changed,
        changed = channels.changed() => changed,
    }
}

/// Logs oddities of a config that works.
fn warn_of(config: &Config, is_idle: bool) {
    if is_idle {
        tracing::warn!(
            "the config holds no [[source]], no [[channel]] and no [telegram]: nothing is watched, \
             and nothing is pushed"
        );
    }
    for said in meetings(&config.channels) {
        tracing::warn!("{said}");
    }
}

/// Returns the admin token of the config, else the one that was created first: in the state folder, or by another
/// process on the same store.
async fn admin_token(
    config: &Config,
    state: &Path,
    store: &Store,
    waiting: &mut Waiting<'_>,
) -> anyhow::Result<Secret> {
    if let Some(token) = &config.web.admin_token {
        return Ok(token.clone());
    }
    let own = instance::admin_token(state)?;
    let shared = async || store.admin_token(&own).await;
    let shared = waiting.until_done(shared).await?;
    if shared != own {
        instance::keep_admin_token(state, &shared);
    }
    Ok(shared)
}

/// Returns the way to files: they are fetched like the pages of their sources, since pushing itself fetches nothing.
fn files_by(watch: Watch) -> Files {
    Files::new(move |source, url| {
        let watch = watch.clone();
        async move { watch.file(&source, &url, LARGEST_DOCUMENT).await }.boxed()
    })
}

/// Returns the guard for channels that are in the store: they reach only hosts that pages may be fetched from.
#[must_use]
pub fn guard_of(watch: Watch) -> Way {
    Way::guarded(move |host, by_proxy| {
        let watch = watch.clone();
        async move {
            let found = watch.resolve(&host, by_proxy).await;
            found.map_err(|(is_refused, why)| match is_refused {
                true => NoWay::Guarded(why),
                false => NoWay::Unknown(why),
            })
        }
        .boxed()
    })
}

/// Opens the store; waits for a command that holds it for a moment, but not for another instance.
async fn open_store(settings: &StoreSettings, state: &Path) -> Result<Store, StoreError> {
    let end = Instant::now() + PATIENCE;
    loop {
        match Store::open_by(settings, state).await {
            Err(StoreError::Failed(failure))
                if failure.is_in_use()
                    && Instant::now() < end
                    && !Address::read(state).is_some_and(|it| it.is_alive()) =>
            {
                sleep(PATIENCE / 100).await;
            }
            opened => return opened,
        }
    }
}
