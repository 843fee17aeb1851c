//! Provides the front of pushing: tests, checks, faults, and a worker for each sender.

use std::{collections::BTreeSet, fmt, sync::Arc, time::Duration};

use chrono::Utc;
use futures::FutureExt;
use tokio::{
    sync::{mpsc, watch},
    time::sleep,
};
use tokio_util::sync::CancellationToken;

use super::{
    card::Card,
    deliver::SharedSender,
    error::PushError,
    files::Files,
    health::Fault,
    kinds::robot,
    line::{MadeSender, RunningSender, TELEGRAM, key_of, lease_of},
    sender::{Checked, Sent},
    stdout::Stdout,
    telegram::{self, Telegram, Voice},
    terminal::Output,
    unfinished::without,
    way::{NoWay, Way},
    websub::WebSubHub,
    worker::{Aside, Wish, Worker, ask},
};
use crate::{
    bulletin::{Channel, ChannelId, ChannelKind, MessageRef, TelegramChat},
    config::{Config, Live},
    ops::{LeaseKey, Refusal, Store, StoreError},
    supervise::Supervisor,
    words::{self, fill},
};

const NO_BOT: &str = "the config has no [telegram]; add it, with the bot's `token`";

/// The outbox worker; clones share its state.
#[derive(Clone)]
pub struct Pusher {
    pub(super) store: Store,
    pub(super) config: Live,
    output: Output,
    files: Files,
    /// The way to platforms of channels in the store.
    way: Way,
    pub(super) supervisor: Supervisor,
    pub(super) running: Arc<watch::Sender<Vec<RunningSender>>>,
}

impl fmt::Debug for Pusher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pusher")
    }
}

impl Pusher {
    #[must_use]
    pub fn new(store: Store, config: Live, output: impl Into<Output>) -> Self {
        Self {
            store,
            config,
            output: output.into(),
            files: Files::default(),
            way: Way::default(),
            supervisor: Supervisor::default(),
            running: Arc::new(watch::Sender::new(Vec::new())),
        }
    }

    /// Takes files from `files`, for channels that want documents.
    #[must_use]
    pub fn with_files(self, files: Files) -> Self {
        Self { files, ..self }
    }

    /// Lets channels in the store reach only the addresses that `way` allows.
    #[must_use]
    pub fn guarded_by(self, way: Way) -> Self {
        Self { way, ..self }
    }

    /// Checks the addresses of a channel that is to be stored.
    ///
    /// # Errors
    /// Fails with the key whose address must not be reached, and the reason.
    pub async fn admit(&self, channel: &Channel) -> Result<(), (&'static str, NoWay)> {
        match &channel.kind {
            ChannelKind::Robot(robot) => self.way.admit_all(robot).await,
            ChannelKind::Telegram { .. } | ChannelKind::Stdout { .. } => Ok(()),
        }
    }

    /// Reports panics to `supervisor`.
    #[must_use]
    pub fn supervised_by(self, supervisor: Supervisor) -> Self {
        Self { supervisor, ..self }
    }

    /// Sends one test card, past the outbox but within the pace.
    ///
    /// A channel that was set aside and accepts the card is taken up again.
    ///
    /// # Errors
    /// Fails if the platform rejects the card.
    pub async fn test(&self, channel: &ChannelId) -> Result<Option<MessageRef>, PushError> {
        let config = self.config.borrow().clone();
        let channel = find(&config, channel)?;
        if let ChannelKind::Robot(robot) = &channel.kind
            && let Some(key) = robot.missing()
        {
            // Its sender pauses, and the caller would have to wait.
            return Err(PushError(without(key)));
        }
        // If another process holds the sender, the line here would wait.
        let is_held = |line: &RunningSender| self.store.under(&lease_of(&line.key)).is_ok();
        let running = self.line_of(&channel.id).filter(is_held);
        let sender = match &running {
            Some(line) => line.sender.clone(),
            None => {
                self.made_sender(&sharing(&config, &channel), &config)
                    .await?
                    .0
            }
        };
        let (lane, limit) = sender.lane(&channel).await?;
        let text = words::of(config.language).cards.test;
        let text = fill(text, &[("name", &channel.name)]);
        let card = Card::announcement(text, &config);
        let to = channel.clone();
        let run = move || {
            let (sender, card, to) = (sender.clone(), card.clone(), to.clone());
            async move { sender.send(&card, &to).await }.boxed()
        };
        let sent = match running {
            Some(line) => ask(&line.asides, (lane, limit), Wish::once(run)).await,
            None => {
                self.wait_for_pace(&channel.id).await?;
                run().await
            }
        };
        match sent {
            Sent::Done(message) => {
                self.store.unblock_channel(&channel.id).await?;
                Ok(message)
            }
            sent => Err(sent.into()),
        }
    }

    /// Asks the platform about a channel without sending (getMe, getChat, own rights).
    ///
    /// # Errors
    /// Fails if the channel does not work; the text states what to do.
    pub async fn check(&self, channel: &ChannelId) -> Result<Checked, PushError> {
        let config = self.config.borrow().clone();
        let channel = find(&config, channel)?;
        let sharing = sharing(&config, &channel);
        let MadeSender(sender, _) = self.made_sender(&sharing, &config).await?;
        sender.check(&channel).await
    }

    /// Returns the bot's name, or the reason why Telegram rejects its token; `None` if the config has no bot.
    pub async fn check_bot(&self) -> Option<Result<String, PushError>> {
        let settings = self.config.borrow().telegram.clone()?;
        Some(telegram::check_bot(&settings).await)
    }

    /// Returns the id under which a Telegram chat subscribes, and its title.
    ///
    /// # Errors
    /// Fails if the bot may not post there, if there is no such chat or no bot, or if Telegram cannot be reached.
    pub async fn find_chat(&self, chat: &TelegramChat) -> Result<(ChannelId, String), PushError> {
        let settings = self.config.borrow().telegram.clone();
        let settings = settings.ok_or_else(|| NO_BOT.to_owned())?;
        telegram::find_chat(&settings, chat).await
    }

    /// Returns the faults of whole senders, such as a wrong token or an unreachable platform.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let running = self.running.borrow();
        running
            .iter()
            .filter_map(|line| line.health.fault(&line.channels.borrow()))
            .collect()
    }

    /// Returns the bot's voice; waits while nothing is pushed or the config has no bot.
    pub(crate) async fn voice(&self) -> Voice {
        let mut running = self.running.subscribe();
        loop {
            let voice = running.borrow_and_update().iter().find_map(|line| {
                Some(Voice::new(
                    line.telegram.clone()?,
                    line.asides.clone(),
                    line.health.clone(),
                ))
            });
            if let Some(voice) = voice {
                return voice;
            }
            // The sender of changes exists as long as this Pusher.
            let _ = running.changed().await;
        }
    }

    /// Returns the sender of channels that share one; the bot if there are no channels.
    pub(super) async fn made_sender(
        &self,
        sharing: &[Channel],
        config: &Config,
    ) -> Result<MadeSender, PushError> {
        match sharing.first().map(|channel| &channel.kind) {
            None | Some(ChannelKind::Telegram { .. }) => self.bot(config).await,
            Some(ChannelKind::Stdout { .. }) => {
                Ok(MadeSender(Arc::new(Stdout(self.output.clone())), None))
            }
            Some(ChannelKind::Robot(settings)) => {
                let way = match is_guarded(sharing, config) {
                    true => self.way.clone(),
                    false => Way::default(),
                };
                Ok(MadeSender(robot(settings, &way)?, None))
            }
        }
    }

    pub(super) async fn bot(&self, config: &Config) -> Result<MadeSender, PushError> {
        let Some(settings) = &config.telegram else {
            return Err(NO_BOT.to_owned().into());
        };
        let moved = self.store.moved_chats().await?;
        let telegram = Arc::new(Telegram::new(settings, moved)?);
        Ok(MadeSender(telegram.clone(), Some(telegram)))
    }

    /// Returns the leases of all senders of a config, including the bot and the hub's notifier.
    pub(crate) fn leases(&self, config: &Config) -> BTreeSet<LeaseKey> {
        let channels = config.channels.iter();
        let keys = channels.map(|channel| key_of(&channel.kind));
        let bot = config.telegram.as_ref().map(|_| (TELEGRAM, None));
        let senders = keys.chain(bot).map(|key| lease_of(&key));
        // A process without pages notifies no hub.
        let hub = config.web.hub.as_ref().and(config.web.listen);
        senders.chain(hub.map(|_| WebSubHub::lease())).collect()
    }

    /// Returns the lease of the bot, whose updates only one process receives.
    pub(crate) fn bot_lease() -> LeaseKey {
        lease_of(&(TELEGRAM, None))
    }

    /// Runs a worker, and replaces it whenever it breaks: its messages in flight are then perhaps sent.
    pub(super) async fn keep_at_work(
        self,
        line: RunningSender,
        asides: mpsc::Receiver<Aside>,
        pause: CancellationToken,
    ) -> Result<(), StoreError> {
        let asides = Arc::new(tokio::sync::Mutex::new(asides));
        let begin = || {
            let (pusher, line, asides) = (self.clone(), line.clone(), asides.clone());
            let pause = pause.clone();
            async move {
                let mut asides = asides.lock().await;
                while !pause.is_cancelled() {
                    pusher.work_while_held(&line, &mut asides, &pause).await?;
                }
                Ok(())
            }
        };
        let part = line.health.part();
        self.supervisor.keep(&part, &pause, begin).await
    }

    /// Sends while this process holds the sender, until it is stopped or another process holds it.
    async fn work_while_held(
        &self,
        line: &RunningSender,
        asides: &mut mpsc::Receiver<Aside>,
        pause: &CancellationToken,
    ) -> Result<(), StoreError> {
        let key = lease_of(&line.key);
        let held = pause.run_until_cancelled(self.store.once_held(&key));
        let Some(store) = held.await else {
            return Ok(());
        };
        let ending = pause.child_token();
        let desk = SharedSender::new(
            store.clone(),
            self.config.clone(),
            (line.sender.clone(), self.files.clone()),
            ending.clone(),
        );
        let channels = (line.channels.clone(), line.key.0 == TELEGRAM);
        let worker = Worker::new(desk, channels, line.health.clone()).await?;
        let lost = async {
            store.lease_is_lost().await;
            ending.cancel();
            std::future::pending().await
        };
        let ended = tokio::select! {
            ended = worker.run(asides, ending.clone()) => ended,
            never = lost => never,
        };
        match ended {
            // Its messages in flight are perhaps sent; the sender's present holder settles that.
            Err(StoreError::Refused(Refusal::LeaseLost(_))) => Ok(()),
            ended => ended,
        }
    }

    fn line_of(&self, channel: &ChannelId) -> Option<RunningSender> {
        let running = self.running.borrow();
        let is_it = |known: &Channel| known.id == *channel;
        let has = |line: &&RunningSender| line.channels.borrow().iter().any(is_it);
        running.iter().find(has).cloned()
    }

    /// Waits, if no worker paces the channel, as long after its last message as the strictest platform demands.
    async fn wait_for_pace(&self, channel: &ChannelId) -> Result<(), StoreError> {
        let now = Utc::now();
        let recent = self
            .store
            .recent_sends(now - Duration::from_secs(1))
            .await?;
        if recent.iter().any(|(id, _)| id == channel) {
            sleep(Duration::from_secs(1)).await;
        }
        Ok(())
    }
}

/// Returns whether the sender of these channels passes the guard: the config, which is trusted, names none of them.
pub(super) fn is_guarded(sharing: &[Channel], config: &Config) -> bool {
    let mut sharing = sharing.iter().peekable();
    sharing.peek().is_some() && sharing.all(|it| config.is_joined_channel(&it.id))
}

/// Returns a channel and the others that share its sender.
fn sharing(config: &Config, channel: &Channel) -> Vec<Channel> {
    let key = key_of(&channel.kind);
    let others = config.channels.iter().filter(|it| it.id != channel.id);
    let others = others.filter(|it| key_of(&it.kind) == key).cloned();
    std::iter::once(channel.clone()).chain(others).collect()
}

fn find(config: &Config, id: &ChannelId) -> Result<Channel, PushError> {
    let known = config.channels.iter().find(|channel| channel.id == *id);
    known
        .cloned()
        .ok_or_else(|| format!("no channel `{id}` in the config").into())
}
