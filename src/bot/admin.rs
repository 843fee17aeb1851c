//! What admins see and do: health, channels, and what is held.

use std::{collections::HashMap, sync::atomic::Ordering};

use chrono::Utc;

use super::{
    answer::Room,
    asker::Asker,
    button::{Button, Release},
    pages,
    say::{Pressed, Reply, note},
    words::{self, Words, fill},
};
use crate::{
    bulletin::{Bulletin, BulletinId, BulletinState, ChannelId, SourceId, Standing},
    ops::{Answered, BulletinQuery, ChannelStatus, HeldAction, StoreError},
    push::{
        Sent,
        card::{clean_line, cut, escape},
    },
};

/// Faults that a report of health names, and held bulletins that a message shows.
const NAMED: usize = 12;
const CHANNELS: usize = 10;
const NEWEST: usize = 3;

impl Room {
    pub(super) async fn health(&self, asker: &Asker) -> Result<Reply, StoreError> {
        let words = asker.words();
        let (health, statuses) = (self.store.health().await, self.store.sources().await?);
        let channels = self.store.channels().await?;
        let mut faults: Vec<String> = Vec::new();
        faults.extend(health.failed.clone());
        faults.extend(health.disk_low.clone());
        faults.extend(self.pusher.faults().into_iter().map(|fault| fault.what));
        let has_rival = self.shared.has_rival.load(Ordering::Relaxed);
        faults.extend(has_rival.then(|| words.rival.to_owned()));
        let line = |what: &str, why: &str| format!("{what}: {}", cut(&clean_line(why), 200));
        let mut paused = 0;
        for status in &statuses {
            paused += usize::from(status.look.paused);
            let error = status.look.error.as_ref().filter(|_| !status.look.paused);
            faults.extend(error.map(|why| line(status.id.as_str(), why)));
        }
        for status in &channels {
            let blocked = status.blocked.as_ref().map(|(why, _)| why);
            let why = blocked.or(status.error.as_ref());
            faults.extend(why.map(|why| line(status.id.as_str(), why)));
        }
        let held: u64 = statuses.iter().map(|status| status.held).sum();
        let oldest = health.oldest_due.filter(|due| *due < Utc::now());
        let oldest = oldest.map_or_else(|| words.none.to_owned(), |due| self.clock(asker, due));
        let parts = [
            ("sources", statuses.len().to_string()),
            ("paused", paused.to_string()),
            ("held", held.to_string()),
            ("channels", channels.len().to_string()),
            ("bulletins", health.bulletins.to_string()),
            ("queued", health.queued.to_string()),
            ("oldest", oldest),
            ("disk", (health.disk_bytes >> 20).to_string()),
        ];
        let parts: Vec<(&str, &str)> = parts.iter().map(|(k, v)| (*k, v.as_str())).collect();
        let mut lines = vec![fill(words.health, &parts)];
        match faults.len() {
            0 => lines.insert(0, words.all_well.to_owned()),
            count => lines.insert(0, fill(words.faults, &[("count", &count.to_string())])),
        }
        lines.extend(
            faults
                .iter()
                .take(NAMED)
                .map(|fault| format!("· {}", escape(fault))),
        );
        if faults.len() > NAMED {
            lines.push("…".to_owned());
        }
        Ok(Reply::from(lines.join("\n")).with([
            (words.manage.to_owned(), Button::Manage { page: 0 }),
            (words.held_label.to_owned(), Button::HeldList),
        ]))
    }

    pub(super) async fn channels(&self, asker: &Asker, page: usize) -> Result<Reply, StoreError> {
        let words = asker.words();
        let statuses = self.store.channels().await?;
        let (shown, page, last) = pages::part(&statuses, CHANNELS, page);
        let mut lines = vec![format!(
            "<b>{}</b> ({}/{})",
            words.channels,
            page + 1,
            last + 1
        )];
        if statuses.is_empty() {
            lines.push(words.none.to_owned());
        }
        lines.extend(shown.iter().map(|status| self.channel_line(words, status)));
        let mut reply = Reply::default();
        let waiting = self.store.chats().await?;
        let waiting = waiting
            .into_iter()
            .filter(|(_, chat)| chat.standing == Standing::Pending);
        for (id, chat) in waiting.take(NAMED) {
            let name = escape(&cut(&chat.title, 40));
            lines.push(format!(
                "? {name} · <code>{id}</code> · {}",
                words.state_pending
            ));
            reply = reply.with([
                (
                    format!("{} {id}", words.let_in),
                    Button::LetIn(id.clone(), None),
                ),
                (words.turn_down.to_owned(), Button::TurnDown(id, None)),
            ]);
        }
        reply.text = lines.join("\n");
        Ok(reply.with(pages::row(
            page,
            page < last,
            (words.newer, words.older),
            |page| Button::Channels { page },
        )))
    }

    fn channel_line(&self, words: &Words, status: &ChannelStatus) -> String {
        let mut configured = self.config.channels.iter();
        let configured = configured.find(|channel| channel.id == status.id);
        let channel = configured.or(status.chat.as_deref());
        let sources = match channel.and_then(|channel| channel.sources.as_ref()) {
            Some(sources) => sources.len().to_string(),
            None => "*".to_owned(),
        };
        let state = match (&status.blocked, &status.error) {
            (Some(_), _) => "⛔",
            (None, Some(_)) => "⚠",
            (None, None) => "✓",
        };
        let name = channel.map_or("", |channel| &channel.name);
        let parts = [
            ("id", status.id.to_string()),
            ("name", escape(&cut(&clean_line(name), 30))),
            ("sources", sources),
            ("queued", status.queued.to_string()),
            ("sent", status.sent.to_string()),
            ("failed", status.failed.to_string()),
        ];
        let parts: Vec<(&str, &str)> = parts.iter().map(|(k, v)| (*k, v.as_str())).collect();
        format!("{state} {}", fill(words.channel_line, &parts))
    }

    // ---- what is held ----

    /// What is held of a source, or of all, with buttons.
    pub(super) async fn held(
        &self,
        asker: &Asker,
        source: Option<SourceId>,
    ) -> Result<Reply, StoreError> {
        self.held_in(asker.words(), source, NAMED).await
    }

    async fn held_in(
        &self,
        words: &'static Words,
        source: Option<SourceId>,
        most: usize,
    ) -> Result<Reply, StoreError> {
        let held = self.all_held(source.as_ref()).await?;
        let Some(newest) = held.first() else {
            return Ok(words.nothing_held.into());
        };
        let count = held.len().to_string();
        let mut lines = vec![fill(words.held, &[("count", &count)]), String::new()];
        lines.extend(
            held.iter().take(most).map(|bulletin| {
                format!("{} · <code>{}</code>", self.line(bulletin), bulletin.source)
            }),
        );
        if held.len() > most {
            lines.push("…".to_owned());
        }
        let button = |release| Button::Held(release, newest.id, source.clone());
        Ok(Reply::from(lines.join("\n"))
            .with([
                (words.publish_all.to_owned(), button(Release::All)),
                (
                    words.publish_newest.to_owned(),
                    button(Release::NewestThree),
                ),
            ])
            .with([
                (words.mark_seen.to_owned(), button(Release::Seen)),
                (words.show.to_owned(), button(Release::Show)),
            ]))
    }

    /// Newest first.
    async fn all_held(&self, source: Option<&SourceId>) -> Result<Vec<Bulletin>, StoreError> {
        let query = BulletinQuery {
            source: source.cloned(),
            states: vec![BulletinState::Held],
            ..BulletinQuery::default()
        };
        Ok(self.store.bulletins(&query).await?.items)
    }

    pub(super) async fn release(
        &self,
        asker: &Asker,
        release: Release,
        up_to: BulletinId,
        source: Option<SourceId>,
    ) -> Result<Pressed, StoreError> {
        let words = asker.words();
        if release == Release::Show {
            return Ok(self.held_in(words, source, 30).await?.into());
        }
        // What came after the message was written is not meant.
        let mut held = self.all_held(source.as_ref()).await?;
        held.retain(|bulletin| bulletin.id <= up_to);
        if held.is_empty() {
            return Ok(Pressed::note(words.nothing_held));
        }
        let published = match release {
            Release::All => held.iter().collect(),
            Release::NewestThree => newest(&held, NEWEST),
            Release::Seen | Release::Show => Vec::new(),
        };
        let published: Vec<BulletinId> = published.iter().map(|bulletin| bulletin.id).collect();
        let rest = held.iter().map(|bulletin| bulletin.id);
        let seen: Vec<BulletinId> = rest.filter(|id| !published.contains(id)).collect();
        let counts = (published.len().to_string(), seen.len().to_string());
        let (by, now) = (asker.actor(), Utc::now());
        for action in [HeldAction::Publish(published), HeldAction::Seen(seen)] {
            let settled = self.store.settle_held(action, &by, now).await;
            // Another admin was faster.
            if let Err(refusal) = settled.settled()? {
                return Ok(Pressed::note(refusal.to_string()));
            }
        }
        let parts = [
            ("published", counts.0.as_str()),
            ("seen", counts.1.as_str()),
        ];
        Ok(Reply::from(fill(words.settled, &parts)).into())
    }

    /// Another program polls with the same token, or no more: told once, with the other faults.
    pub(super) async fn heed_rival(&self, has_rival: bool) -> Result<(), StoreError> {
        let had_one = self.shared.has_rival.swap(has_rival, Ordering::Relaxed);
        let words = words::of(self.config.language);
        match (had_one, has_rival) {
            (false, true) => self.watch.tell(words.rival).await,
            (true, false) => self.watch.tell(words.rival_gone).await,
            _ => Ok(()),
        }
    }

    /// Tells admins of what was held since the last time, with buttons. It is owed until one of them has
    /// it, or none ever will.
    pub(super) async fn tell_of_held(&self) -> Result<(), StoreError> {
        let Some(newest) = self.store.untold_held().await? else {
            return Ok(());
        };
        let (mut is_told, mut is_owed) = (false, false);
        let admins = self.config.telegram.iter().flat_map(|it| &it.admins);
        for admin in admins {
            let id = ChannelId::of_chat(*admin, None);
            let words = self.words_at(&id);
            let reply = self.held_in(words, None, NAMED).await?;
            let Some(message) = self.message(&id, reply) else {
                continue;
            };
            let sent = self.voice.say(message).await;
            note(&sent);
            is_told |= matches!(sent, Sent::Done(_));
            is_owed |= !sent.is_settled();
        }
        if is_owed && !is_told {
            return Ok(());
        }
        self.store.told_held(newest).await
    }
}

/// The newest of each source; `held` is newest first.
fn newest(held: &[Bulletin], most: usize) -> Vec<&Bulletin> {
    let mut taken: HashMap<&SourceId, usize> = HashMap::new();
    let mut newest = Vec::new();
    for bulletin in held {
        let count = taken.entry(&bulletin.source).or_default();
        *count += 1;
        if *count <= most {
            newest.push(bulletin);
        }
    }
    newest
}
