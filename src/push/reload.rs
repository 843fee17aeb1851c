//! Adapts lines to the config: a reload begins and ends only those whose sender changed.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use futures::FutureExt;
use tokio::{
    sync::{mpsc, watch},
    task::{JoinError, JoinSet},
};
use tokio_util::sync::CancellationToken;

use super::{
    health::SenderHealth,
    line::{ASIDES, MadeSender, RunningSender, SenderKey, TELEGRAM, key_of},
    pusher::{Pusher, is_guarded},
};
use crate::{
    bulletin::{Channel, ChannelId, ChannelKind, TelegramSettings},
    config::{Config, Live},
    ops::{Answered, Failure, Refusal, StoreError},
    supervise,
};

/// The lines at work.
#[derive(Default)]
struct KeptSenders {
    lines: BTreeMap<SenderKey, KeptSender>,
    tasks: JoinSet<Ended>,
    /// The robots as they were last taken up.
    robots: HashMap<ChannelId, ChannelKind>,
}

struct KeptSender {
    settings: Option<TelegramSettings>,
    is_guarded: bool,
    channels: watch::Sender<Vec<Channel>>,
    stop: CancellationToken,
}

type Ended = (SenderKey, Result<(), StoreError>);

impl Pusher {
    /// Pushes until stopped; messages in flight are then completed or put back. Follows config changes.
    ///
    /// # Errors
    /// Fails if a write to the store failed.
    pub async fn run(&self, stop: CancellationToken) -> Result<(), Failure> {
        let mut live = self.config.clone();
        let mut kept = KeptSenders::default();
        self.running.send_replace(Vec::new());
        let ended = loop {
            let config = live.borrow_and_update().clone();
            if let Err(error) = self.follow(&config, &mut kept, &stop).await {
                break Err(error);
            }
            tokio::select! {
                () = stop.cancelled() => break Ok(()),
                () = changed(&mut live, &config) => {}
                Some(joined) = kept.tasks.join_next() => {
                    let is_away = matches!(&joined, Ok((_, Err(StoreError::Refused(Refusal::Away(_))))));
                    match self.joined(joined) {
                        (_, Err(error)) => break Err(error),
                        (Some(key), Ok(())) if is_away => {
                            self.begin_again(key, &mut kept, &stop).await;
                        }
                        _ => {}
                    }
                }
            }
        };
        let all = kept.lines.keys().cloned().collect();
        let rest = self.end(&mut kept, all).await;
        ended.and(rest)
    }

    /// Restarts a line that lost the database, once the database is back; its messages in flight are in doubt.
    async fn begin_again(&self, key: SenderKey, kept: &mut KeptSenders, stop: &CancellationToken) {
        kept.lines.remove(&key);
        self.running
            .send_modify(|lines| lines.retain(|line| line.key != key));
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.store.until_present() => {}
        }
    }

    async fn follow(
        &self,
        config: &Arc<Config>,
        kept: &mut KeptSenders,
        stop: &CancellationToken,
    ) -> Result<(), Failure> {
        let mut wanted: BTreeMap<SenderKey, Vec<Channel>> = BTreeMap::new();
        if config.telegram.is_some() {
            wanted.insert((TELEGRAM, None), Vec::new());
        }
        for channel in &config.channels {
            wanted
                .entry(key_of(&channel.kind))
                .or_default()
                .push(channel.clone());
        }
        self.take_up_robots(config, kept).await?;
        let lines = kept.lines.iter();
        let outdated = lines.filter(|(key, line)| {
            let channels = wanted.get(key);
            channels.is_none_or(|channels| line.is_outdated(key, channels, config))
        });
        let outdated = outdated.map(|(key, _)| *key).collect();
        self.end(kept, outdated).await?;
        for (key, channels) in wanted {
            match kept.lines.get(&key) {
                Some(line) => line.take(channels),
                None => self.begin(key, channels, config, kept, stop).await,
            }
        }
        Ok(())
    }

    /// Takes up robots whose settings changed: one that was set aside perhaps has another key now; if not, it is set
    /// aside again at its first message.
    async fn take_up_robots(&self, config: &Config, kept: &mut KeptSenders) -> Result<(), Failure> {
        let before = std::mem::take(&mut kept.robots);
        for channel in &config.channels {
            if !matches!(channel.kind, ChannelKind::Robot(_)) {
                continue;
            }
            if before.get(&channel.id) != Some(&channel.kind) {
                let unblocked = self.store.unblock_channel(&channel.id).await;
                unblocked.or_report("resuming a channel")?;
            }
            kept.robots.insert(channel.id.clone(), channel.kind.clone());
        }
        Ok(())
    }

    async fn begin(
        &self,
        key: SenderKey,
        channels: Vec<Channel>,
        config: &Arc<Config>,
        kept: &mut KeptSenders,
        stop: &CancellationToken,
    ) {
        let made = self.made_sender(&channels, config).await;
        let MadeSender(sender, telegram) = match made {
            Ok(made) => made,
            Err(error) => {
                tracing::error!("{} channels cannot send: {error}", key.0);
                return;
            }
        };
        let (asides, received) = mpsc::channel(ASIDES);
        let is_guarded = is_guarded(&channels, config);
        let (wiring, channels) = watch::channel(channels);
        let line = RunningSender {
            key,
            sender,
            telegram,
            channels,
            asides,
            health: SenderHealth::new(key.0, self.supervisor.clone()),
        };
        let stop = stop.child_token();
        let work = self
            .clone()
            .keep_at_work(line.clone(), received, stop.clone());
        let name = key;
        kept.tasks.spawn(async move { (name, work.await) }.boxed());
        let settings = settings(&key, config);
        let channels = wiring;
        kept.lines.insert(
            key,
            KeptSender {
                settings,
                is_guarded,
                channels,
                stop,
            },
        );
        self.running.send_modify(|lines| lines.push(line));
    }

    /// Stops lines, and waits until their messages in flight are completed or put back.
    async fn end(&self, kept: &mut KeptSenders, mut keys: Vec<SenderKey>) -> Result<(), Failure> {
        for line in keys.iter().filter_map(|key| kept.lines.remove(key)) {
            line.stop.cancel();
        }
        self.running
            .send_modify(|lines| lines.retain(|line| !keys.contains(&line.key)));
        let mut ended = Ok(());
        while !keys.is_empty()
            && let Some(joined) = kept.tasks.join_next().await
        {
            let (key, result) = self.joined(joined);
            ended = ended.and(result);
            match key {
                Some(key) => keys.retain(|known| *known != key),
                None => break,
            }
        }
        ended
    }

    fn joined(&self, joined: Result<Ended, JoinError>) -> (Option<SenderKey>, Result<(), Failure>) {
        match joined {
            // The others continue if the store rejected something of one of them.
            Ok((key, ended)) => (Some(key), ended.or_report("sending").map(drop)),
            Err(error) => {
                self.supervisor.broke("channels", &supervise::why(error));
                (None, Ok(()))
            }
        }
    }
}

impl KeptSender {
    /// Returns whether its sender is made differently now, or one of its channels has moved to another sender: its
    /// messages in flight must be settled before the other one begins.
    fn is_outdated(&self, key: &SenderKey, channels: &[Channel], config: &Config) -> bool {
        let has = |channels: &[Channel], id: &ChannelId| channels.iter().any(|it| it.id == *id);
        let own = self.channels.borrow();
        let leaves = own
            .iter()
            .any(|it| !has(channels, &it.id) && has(&config.channels, &it.id));
        let guarded = is_guarded(channels, config);
        leaves || self.is_guarded != guarded || self.settings != settings(key, config)
    }

    fn take(&self, channels: Vec<Channel>) {
        self.channels.send_if_modified(|known| {
            let is_new = *known != channels;
            *known = channels;
            is_new
        });
    }
}

/// Returns the settings that a bot's sender is made of, which do not include who may ask the bot for what. A robot is
/// made of its key only.
fn settings(key: &SenderKey, config: &Config) -> Option<TelegramSettings> {
    let settings = config.telegram.as_ref().filter(|_| key.0 == TELEGRAM)?;
    let mut bare = TelegramSettings::new(settings.token.clone());
    bare.api_url = settings.api_url.clone();
    bare.proxy.clone_from(&settings.proxy);
    bare.rate = settings.rate;
    Some(bare)
}

/// Returns once the config changed in a way that concerns pushing: sources may be added and removed.
pub(crate) async fn changed(live: &mut Live, config: &Arc<Config>) {
    loop {
        if live.changed().await.is_err() {
            // The config cannot change any longer.
            std::future::pending::<()>().await;
        }
        let new = live.borrow_and_update().clone();
        if new.telegram != config.telegram
            || new.channels != config.channels
            || new.language != config.language
        {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{path::Path, sync::Mutex};

    use super::*;
    use crate::ops::Store;

    fn config(channels: &str) -> Arc<Config> {
        Arc::new(Config::check(channels, Path::new("noticast.toml")).unwrap())
    }

    fn webhook(id: &str, url: &str, more: &str) -> String {
        format!(
            "[[channel]]\nid = \"{id}\"\nkind = \"webhook\"\nurl = \"https://{url}.example/hook\"\n{more}\n"
        )
    }

    const STDOUT: &str = "[[channel]]\nid = \"out\"\nkind = \"stdout\"\n";

    struct World {
        pusher: Pusher,
        live: watch::Sender<Arc<Config>>,
        stop: CancellationToken,
        _state: tempfile::TempDir,
    }

    impl World {
        async fn begin(config: Arc<Config>) -> Self {
            let state = tempfile::tempdir().unwrap();
            let store = Store::open(state.path()).await.unwrap();
            store.sync_config(&[], &config.channels).await.unwrap();
            let (sender, live) = watch::channel(config);
            let pusher = Pusher::new(store, live, Arc::new(Mutex::new(Vec::new())));
            let (at_work, stop) = (pusher.clone(), CancellationToken::new());
            let ending = stop.clone();
            tokio::spawn(async move { at_work.run(ending).await });
            Self {
                pusher,
                live: sender,
                stop,
                _state: state,
            }
        }

        /// Returns the lines once they serve these channels.
        async fn serving(&self, ids: &[&str]) -> Vec<RunningSender> {
            let mut lines = self.pusher.running.subscribe();
            loop {
                let now = lines.borrow_and_update().clone();
                let channels = now.iter().flat_map(|line| line.channels.borrow().clone());
                let mut served: Vec<String> = channels.map(|it| it.id.to_string()).collect();
                served.sort();
                if served == ids {
                    return now;
                }
                let _ = tokio::time::timeout(std::time::Duration::from_millis(20), lines.changed())
                    .await;
            }
        }
    }

    fn of<'a>(lines: &'a [RunningSender], id: &str) -> &'a RunningSender {
        let has =
            |line: &&RunningSender| line.channels.borrow().iter().any(|it| it.id.as_str() == id);
        lines.iter().find(has).unwrap()
    }

    fn is_same(one: &[RunningSender], other: &[RunningSender], id: &str) -> bool {
        let (one, other) = (of(one, id), of(other, id));
        one.asides.same_channel(&other.asides) && !one.asides.is_closed()
    }

    #[tokio::test]
    async fn a_reload_begins_and_ends_only_what_changed() {
        let (a, b) = (webhook("a", "a", ""), webhook("b", "b", ""));
        let world = World::begin(config(&format!("{STDOUT}{a}{b}"))).await;
        let first = world.serving(&["a", "b", "out"]).await;
        // Another address for b, words for a, another channel for stdout, another language.
        let (a, b) = (
            webhook("a", "a", "include = [\"x\"]"),
            webhook("b", "c", ""),
        );
        let more = STDOUT.replace("out", "also").replace("stdalso", "stdout");
        let all = format!("language = \"en\"\n{STDOUT}{more}{a}{b}");
        world.live.send_replace(config(&all));
        let second = world.serving(&["a", "also", "b", "out"]).await;
        assert!(is_same(&first, &second, "a") && is_same(&first, &second, "out"));
        assert!(!is_same(&first, &second, "b") && of(&first, "b").asides.is_closed());
        assert!(!of(&second, "a").channels.borrow()[0].filter.is_empty());
        // Only the line that has left the config ends.
        world.live.send_replace(config(&format!("{STDOUT}{a}")));
        let third = world.serving(&["a", "out"]).await;
        assert!(is_same(&first, &third, "a") && is_same(&first, &third, "out"));
        world.stop.cancel();
        of(&third, "a").asides.closed().await;
    }

    #[tokio::test]
    async fn who_may_ask_a_bot_for_what_is_none_of_its_senders_business() {
        let bot = |more: &str| config(&format!("[telegram]\ntoken = \"1:a\"\n{more}"));
        let world = World::begin(bot("")).await;
        let mut lines = world.pusher.running.subscribe();
        while lines.borrow_and_update().is_empty() {
            lines.changed().await.unwrap();
        }
        let first = world.pusher.running.borrow()[0].clone();
        world
            .live
            .send_replace(bot("admins = [5]\nsubscribe = \"anyone\"\n"));
        world.live.send_replace(bot("admins = [6]\n"));
        tokio::task::yield_now().await;
        world.live.send_replace(bot("rate = 20\n"));
        first.asides.closed().await;
        let begun = lines.wait_for(|lines| {
            lines
                .iter()
                .any(|it| !it.asides.same_channel(&first.asides))
        });
        begun.await.unwrap();
        world.stop.cancel();
    }
}
