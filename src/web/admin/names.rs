//! Provides the names that people know: sources and channels are never shown only by their ids, and times as readers
//! see them.

use std::{collections::HashMap, sync::Arc};

use chrono::Utc;

use super::{
    context::{Admin, in_path},
    page::DeskCell,
};
use crate::{
    bulletin::{BulletinId, Channel, ChannelId, Moment, SourceId},
    view::{self, Stamp},
    web::{problem::Problem, when::When},
    words::DeskWords,
};

/// The maximum number of channels that are named; more are counted.
const NAMED: usize = 20;

/// The titles of the bulletins that a page names.
pub(super) type Titles = HashMap<BulletinId, String>;

impl Admin {
    pub(super) fn source_name(&self, id: &SourceId) -> String {
        let mut sources = self.config.sources.iter();
        let known = sources.find(|source| source.id == *id);
        known.map_or_else(|| id.to_string(), |source| source.name.clone())
    }

    /// Returns the name of a source, with a link to its page.
    pub(super) fn source(&self, id: &SourceId) -> DeskCell {
        let path = format!("admin/sources/{}", in_path(id.as_str()));
        DeskCell::link(self.source_name(id), path)
    }

    /// Returns whether messages can be sent to it: a channel of the config, or a chat.
    pub(super) fn knows_channel(&self, id: &ChannelId) -> bool {
        let mut channels = self.config.channels.iter();
        channels.any(|known| known.id == *id) || self.store().chat(id).is_some()
    }

    /// Returns a channel of the config, or the channel of a chat.
    pub(super) fn known_channel(&self, id: &ChannelId) -> Option<Arc<Channel>> {
        let mut channels = self.config.channels.iter();
        let configured = channels.find(|known| known.id == *id).cloned();
        let subscribed = || {
            self.store().chat(id)?;
            self.store().chat_channel(id)
        };
        configured.map(Arc::new).or_else(subscribed)
    }

    /// Returns the name of a channel of the config, or the title of a chat.
    pub(super) fn channel_name(&self, id: &ChannelId) -> String {
        let mut channels = self.config.channels.iter();
        if let Some(known) = channels.find(|channel| channel.id == *id) {
            return known.name.clone();
        }
        let chat = self.store().chat(id);
        let title = chat.map(|chat| chat.title).unwrap_or_default();
        if title.is_empty() {
            id.to_string()
        } else {
            title
        }
    }

    /// Returns the name of a channel, with a link to its page.
    pub(super) fn channel(&self, id: &ChannelId) -> DeskCell {
        let path = format!("admin/channels/{}", in_path(id.as_str()));
        DeskCell::link(self.channel_name(id), path)
    }

    /// Returns the number of recipients, and their names.
    pub(super) fn to_whom(&self, recipients: &[ChannelId]) -> String {
        let words = self.words;
        if recipients.is_empty() {
            return words.to_no_channel.to_owned();
        }
        let count = recipients.len().to_string();
        let names = recipients.iter().take(NAMED);
        let names: Vec<String> = names.map(|id| self.channel_name(id)).collect();
        let more = if recipients.len() > NAMED { " …" } else { "" };
        let names = names.join(words.list_separator);
        format!("{}\n{names}{more}", words.goes_to.replace("{n}", &count))
    }

    /// Returns a time as readers see it: exactly, and how long ago that is.
    pub(super) fn time(&self, stamp: Option<Stamp>) -> DeskCell {
        match stamp {
            Some(stamp) => self.moment(Some(Moment::Time(stamp.0))),
            None => self.words.none.into(),
        }
    }

    pub(super) fn moment(&self, moment: Option<Moment>) -> DeskCell {
        let Some(moment) = moment else {
            return self.words.none.into();
        };
        let now = Utc::now();
        let when = When::new(&moment, now, self.config.time_zone, self.language);
        let is_to_come = matches!(moment, Moment::Time(time) if time > now);
        DeskCell {
            datetime: Some(when.datetime),
            ..DeskCell::from(when.exact).noted(when.ago.filter(|_| !is_to_come))
        }
    }

    /// Returns the titles of the bulletins of some deliveries.
    pub(super) async fn titles(&self, deliveries: &[view::Delivery]) -> Result<Titles, Problem> {
        let mut titles = Titles::new();
        for id in deliveries.iter().filter_map(|delivery| delivery.bulletin) {
            if titles.contains_key(&id) {
                continue;
            }
            let found = self.store().bulletin(id).await?;
            titles.insert(id, found.map(|it| it.title).unwrap_or_default());
        }
        Ok(titles)
    }
}

/// Returns an action in words; an action that is unknown here keeps the program's name.
pub(super) fn action_in_words<'a>(words: &'a DeskWords, action: &'a str) -> &'a str {
    match action {
        "pause" => words.pause,
        "resume" => words.resume,
        "poll" => words.poll_now,
        "test-channel" => words.test,
        "add-source" => words.add_source,
        "edit-source" => words.did_edit_source,
        "remove-source" => words.did_remove_source,
        "add-channel" => words.add_channel,
        "edit-channel" => words.did_edit_channel,
        "remove-channel" => words.did_remove_channel,
        "publish-held" => words.release,
        "mark-seen" => words.mark_seen,
        "rebroadcast" => words.send_again,
        "announce" => words.announcement,
        "undo" => words.undo,
        "retry" => words.retry,
        "cancel" => words.cancel,
        "publish" => words.publish,
        "correct" => words.correct,
        "withdraw" => words.withdraw,
        "create-token" => words.did_create_token,
        "revoke-token" => words.did_revoke_token,
        "sign-in" => words.sign_in,
        "sign-out" => words.sign_out,
        "change-chat" => words.did_change_chat,
        "move-chat" => words.did_move_chat,
        "remind" => words.reminder,
        "remind-off" => words.did_end_reminder,
        "reload" => words.did_reload,
        "import" => words.did_import,
        other => other,
    }
}

/// Returns the rule that judged a bulletin, in words; a rule that is unknown here keeps the program's name.
pub(super) fn rule_in_words<'a>(words: &'a DeskWords, rule: &'a str) -> &'a str {
    match rule {
        "new" => words.rule_new,
        "announced" => words.rule_announced,
        "first-look" => words.rule_first_poll,
        "older-than-baseline" => words.rule_older,
        "below-known" => words.rule_below,
        "filtered" => words.rule_filtered,
        "redesign" => words.rule_redesign,
        "released" => words.rule_released,
        "marked-seen" => words.rule_seen,
        "imported" => words.rule_imported,
        "migrated" => words.rule_migrated,
        "flood" => words.rule_flood,
        "desk" => words.rule_desk,
        other => other,
    }
}
