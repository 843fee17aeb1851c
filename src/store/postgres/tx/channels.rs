//! Channels, and the chats that subscribed themselves.

use std::sync::Arc;

use tokio_postgres::types::Json;

use super::{ahead::ReadAlready, base::PostgresTx};
use crate::{
    bulletin::{AddedChannel, ChannelId, Chat},
    policy::{facts::ChannelFacts, places::MovedChats, routes::Chats},
    store::{
        error::Result,
        postgres::{
            memory::added_channels,
            rows::{FACTS, channel_id, facts, get, json, reason, signed},
            session::params,
        },
        tx::Channels,
    },
};

impl Channels for PostgresTx<'_> {
    fn channels(&mut self) -> Vec<ChannelId> {
        let rows = self
            .session
            .rows_or_none("SELECT id FROM channels ORDER BY age", &[]);
        rows.iter()
            .filter_map(|row| channel_id(row, 0).ok())
            .collect()
    }

    fn knows_channel(&mut self, channel: &ChannelId) -> bool {
        let asked = "SELECT 1 FROM channels WHERE id = $1";
        !self
            .session
            .rows_or_none(asked, &[&channel.as_str()])
            .is_empty()
    }

    fn enter_channel(&mut self, channel: &ChannelId) {
        if self.channels.insert(channel.clone()) {
            self.write(
                "INSERT INTO channels (id) VALUES ($1) ON CONFLICT DO NOTHING",
                params![channel.as_str().to_owned()],
            );
        }
    }

    fn rename_channel(&mut self, from: &ChannelId, to: &ChannelId) {
        self.channels.clear();
        self.ahead = ReadAlready::default();
        self.write(
            "UPDATE channels SET id = $2 WHERE id = $1",
            params![from.as_str().to_owned(), to.as_str().to_owned()],
        );
    }

    fn channel(&mut self, channel: &ChannelId) -> ChannelFacts {
        self.channel_facts(channel).unwrap_or_default()
    }

    fn set_channel(&mut self, channel: &ChannelId, facts: ChannelFacts) {
        if let Some(known) = self.ahead.channels.get_mut(channel) {
            known.facts.clone_from(&facts);
        }
        let (why, since) = facts.blocked.unzip();
        self.write(
            "INSERT INTO channels (id, blocked_why, blocked_ms, error, sent, failed) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO UPDATE SET \
             blocked_why = excluded.blocked_why, blocked_ms = excluded.blocked_ms, \
             error = excluded.error, sent = excluded.sent, failed = excluded.failed",
            params![
                channel.as_str().to_owned(),
                why.as_ref().map(reason),
                since,
                facts.error.as_ref().map(reason),
                signed(facts.sent),
                signed(facts.failed)
            ],
        );
    }

    fn is_blocked(&mut self, channel: &ChannelId) -> bool {
        self.channel(channel).blocked.is_some()
    }

    fn chats(&mut self) -> Arc<Chats> {
        self.memory.chats()
    }

    fn chat(&mut self, channel: &ChannelId) -> Option<Chat> {
        let asked = "SELECT chat FROM chats WHERE channel = $1";
        let rows = self.session.rows_or_none(asked, &[&channel.as_str()]);
        rows.first().and_then(|row| json(row, 0).ok())
    }

    fn set_chat(&mut self, channel: &ChannelId, chat: Chat) {
        self.enter_channel(channel);
        self.effects.changed.chats = true;
        self.write(
            "INSERT INTO chats VALUES ($1, $2) ON CONFLICT (channel) DO UPDATE SET chat = excluded.chat",
            params![channel.as_str().to_owned(), Json(chat)],
        );
    }

    fn remove_chat(&mut self, channel: &ChannelId) {
        self.effects.changed.chats = true;
        self.write(
            "DELETE FROM chats WHERE channel = $1",
            params![channel.as_str().to_owned()],
        );
    }

    fn added_channels(&mut self) -> Arc<Vec<AddedChannel>> {
        Arc::new(added_channels(&self.session).unwrap_or_default())
    }

    fn set_added_channel(&mut self, channel: AddedChannel) {
        self.effects.changed.added_channels = true;
        self.write(
            "INSERT INTO added_channels (id, channel) VALUES ($1, $2) \
             ON CONFLICT (id) DO UPDATE SET channel = excluded.channel",
            params![channel.id.as_str().to_owned(), Json(channel)],
        );
    }

    fn remove_added_channel(&mut self, channel: &ChannelId) {
        self.effects.changed.added_channels = true;
        self.write(
            "DELETE FROM added_channels WHERE id = $1",
            params![channel.as_str().to_owned()],
        );
    }

    fn moved_chats(&mut self) -> Arc<MovedChats> {
        let asked = "SELECT from_chat, to_chat FROM moved_chats";
        let rows = self.session.rows_or_none(asked, &[]);
        let moved = rows.iter().map(|row| Ok((get(row, 0)?, get(row, 1)?)));
        Arc::new(moved.filter_map(Result::ok).collect())
    }

    fn set_moved(&mut self, from: i64, to: Option<i64>) {
        match to {
            Some(to) => self.write(
                "INSERT INTO moved_chats VALUES ($1, $2) \
                 ON CONFLICT (from_chat) DO UPDATE SET to_chat = excluded.to_chat",
                params![from, to],
            ),
            None => self.write(
                "DELETE FROM moved_chats WHERE from_chat = $1",
                params![from],
            ),
        }
    }
}

impl PostgresTx<'_> {
    fn channel_facts(&self, channel: &ChannelId) -> Result<ChannelFacts> {
        if let Some(known) = self.ahead.channels.get(channel) {
            return Ok(known.facts.clone());
        }
        let asked = format!("SELECT {FACTS} FROM channels WHERE id = $1");
        let row = self.session.row(&asked, &[&channel.as_str()])?;
        row.map_or(Ok(ChannelFacts::default()), |row| facts(&row))
    }
}
