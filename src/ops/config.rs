//! Installs the config's sources and channels, which admissions are routed by.

use std::{collections::HashSet, sync::Arc};

use chrono::{DateTime, Utc};

use super::{
    handle::{SharedRoutes, Store},
    op::Op,
    outbox, rereads,
};
use crate::{
    bulletin::{Channel, ChannelId, ReadAs, Source, SourceId},
    policy::{audit::Actor, facts::PollState, routes::Routes},
    store::Result,
};

impl Store {
    /// Installs the sources and channels that admissions are routed by. A source whose address, kind or selectors
    /// changed gets a new baseline; a new channel starts with later bulletins.
    ///
    /// # Errors
    /// Fails if a write fails, like every method that writes.
    pub async fn sync_config(&self, sources: &[Source], channels: &[Channel]) -> Result<()> {
        let routes = Routes::new(sources.to_vec(), channels.to_vec());
        let shared = self.routes.clone();
        self.write(move |op| sync_config(op, Arc::new(routes), shared, Utc::now()))
            .await
    }

    /// Installs a changed config like [`Store::sync_config`] in a running program, with its audit entry in one
    /// transaction.
    ///
    /// # Errors
    /// Fails if a write fails.
    pub async fn reload_config(
        &self,
        sources: &[Source],
        channels: &[Channel],
        by: &Actor,
    ) -> Result<()> {
        let routes = Routes::new(sources.to_vec(), channels.to_vec());
        let (shared, by, now) = (self.routes.clone(), by.clone(), Utc::now());
        let counted = |count: usize, word: &str| match count {
            1 => format!("1 {word}"),
            _ => format!("{count} {word}s"),
        };
        let (sources, channels) = (sources.len(), channels.len());
        let what = format!(
            "{}, {}",
            counted(sources, "source"),
            counted(channels, "channel")
        );
        self.write(move |op| {
            op.log(&by, ("reload", "config"), &what, now);
            sync_config(op, Arc::new(routes), shared, now)
        })
        .await
    }

    /// Installs the config like [`Store::sync_config`] for readers only: nothing is written, and sources and
    /// channels that the store does not know yet stay unknown to it.
    ///
    /// # Errors
    /// Fails if the store has stopped.
    pub async fn show_config(&self, sources: &[Source], channels: &[Channel]) -> Result<()> {
        let (mut sources, mut channels) = (sources.to_vec(), channels.to_vec());
        let routes = self
            .ask(move |op| {
                sources.retain(|source| op.tx.knows_source(&source.id));
                channels.retain(|channel| op.tx.knows_channel(&channel.id));
                Routes::new(sources, channels)
            })
            .await?;
        self.routes.set(Arc::new(routes));
        Ok(())
    }

    /// Returns whether the store ever knew a source or a channel.
    ///
    /// # Errors
    /// Fails if the store has stopped.
    pub async fn was_used(&self) -> Result<bool> {
        self.ask(|op| !op.tx.sources().is_empty() || !op.tx.channels().is_empty())
            .await
    }
}

/// Installs a config. A source whose address, kind or selectors changed gets a new baseline.
fn sync_config(
    op: &mut Op<'_>,
    routes: Arc<Routes>,
    shared: SharedRoutes,
    now: DateTime<Utc>,
) -> Result<()> {
    let now = op.shared_time(now);
    enter_all(op, &routes);
    let ids: Vec<SourceId> = routes.sources.iter().map(|it| it.id.clone()).collect();
    op.tx.read_sources_ahead(&ids)?;
    for source in &routes.sources {
        let mut facts = op.tx.source(&source.id);
        let fingerprint = fingerprint(source);
        if facts.fingerprint != fingerprint && facts.baseline.is_some() {
            facts.baseline = None;
            facts.newest = None;
            // The state of the old page says nothing about the new one.
            let anew = |state: &mut PollState| {
                let failed_polls = state.failed_polls.clone();
                *state = state.after(PollState {
                    failed_polls,
                    ..PollState::default()
                });
            };
            op.tx.change_poll_state(&source.id, false, Box::new(anew));
        }
        facts.fingerprint = fingerprint;
        op.tx.set_source(&source.id, facts);
    }
    op.routes = Some(Arc::clone(&routes));
    for id in op.tx.waiting_channels() {
        let settings = op.settings(&id);
        outbox::rearrange(op, &id, settings.as_deref(), now)?;
    }
    rereads::follow_the_clock(op, now.timestamp_millis())?;
    op.tx.after_commit(Box::new(move || shared.set(routes)));
    // A channel that came back may have a queue.
    op.tx.wake_senders();
    Ok(())
}

/// Enters only what is new: a start that changes nothing writes nothing, and delays other workers no longer than its
/// queries take.
fn enter_all(op: &mut Op<'_>, routes: &Routes) {
    let channels: HashSet<ChannelId> = op.tx.channels().into_iter().collect();
    for channel in &routes.channels {
        if !channels.contains(&channel.id) {
            op.tx.enter_channel(&channel.id);
        }
    }
    let sources: HashSet<SourceId> = op.tx.sources().into_iter().collect();
    for source in &routes.sources {
        if !sources.contains(&source.id) {
            op.tx.enter_source(&source.id);
        }
    }
}

/// Hashes the keys that define a source's page. Kinds are spelled out, so that another version of the program does
/// not take them for an edit.
fn fingerprint(source: &Source) -> [u8; 16] {
    let kind = match source.kind {
        ReadAs::Auto => "auto",
        ReadAs::List => "list",
        ReadAs::Feed => "feed",
        ReadAs::Json => "json",
        ReadAs::Desk => "desk",
        ReadAs::Article => "article",
    };
    let select = &source.select;
    let parts = [
        &select.item,
        &select.title,
        &select.link,
        &select.date,
        &select.body,
    ];
    let mut hasher = blake3::Hasher::new();
    let selectors = parts
        .into_iter()
        .map(|part| part.as_deref().unwrap_or_default());
    for part in [source.url.as_str(), kind].into_iter().chain(selectors) {
        hasher.update(part.as_bytes());
        hasher.update(b"\n");
    }
    let mut fingerprint = [0; 16];
    hasher.finalize_xof().fill(&mut fingerprint);
    fingerprint
}
