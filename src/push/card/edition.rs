//! A message that was sent, as it is to be shown after something changed; and the short note where it
//! cannot be edited.

use super::{Card, clean_line, cut, escape};
use crate::{
    bulletin::{BulletinId, Channel, Language, Revision},
    config::Config,
    store::{Edition, Waiting},
};

/// Changes that a message tells of, the latest, and characters of an earlier title.
const MOST: usize = 3;
const TITLE: usize = 150;

impl Card {
    /// What an update sends: the message anew, or a note of what changed.
    pub(crate) fn of_edition(
        update: &Waiting,
        edition: Edition,
        channel: &Channel,
        config: &Config,
    ) -> Self {
        let language = channel.language.unwrap_or(config.language);
        let told = changes(&edition, language, channel);
        let mut bulletins = edition.bulletins;
        if edition.message.is_none() {
            bulletins
                .iter_mut()
                .for_each(|bulletin| bulletin.summary = None);
            let mut card = Self::new(update, bulletins, channel, config);
            card.note = (!told.is_empty()).then(|| told.join("\n"));
            return card;
        }
        let mut card = Self::new(update, bulletins, channel, config);
        (card.kind, card.note, card.changes) = (edition.kind, edition.note, told);
        card
    }

    /// What changed, one tap away.
    pub(super) fn changes_html(&self) -> String {
        if self.changes.is_empty() {
            return String::new();
        }
        let changes = escape(&self.changes.join("\n"));
        format!("\n<blockquote expandable>{changes}</blockquote>")
    }

    pub(super) fn changes_plain(&self) -> String {
        let line = |change: &String| format!("\n{change}");
        self.changes.iter().map(line).collect()
    }

    /// Characters that the changes take.
    pub(super) fn changes_length(&self) -> usize {
        self.changes_plain().chars().count()
    }
}

fn changes(edition: &Edition, language: Language, channel: &Channel) -> Vec<String> {
    let is_one = edition.bulletins.len() == 1;
    let mut told: Vec<String> = Vec::new();
    for (id, change) in &edition.changes {
        let now = edition.bulletins.iter().find(|bulletin| bulletin.id == *id);
        let is_back = change.title.is_some() && change.title.as_ref() == now.map(|it| &it.title);
        if is_back && !change.text {
            continue;
        }
        let title = change.title.as_ref().filter(|_| !is_back);
        let about = (!is_one).then_some(*id);
        told.push(line(about, change, title, language, channel));
    }
    told.split_off(told.len().saturating_sub(MOST))
}

fn line(
    about: Option<BulletinId>,
    change: &Revision,
    title: Option<&String>,
    language: Language,
    channel: &Channel,
) -> String {
    let at = change
        .at
        .with_timezone(&channel.time_zone)
        .format("%m-%d %H:%M");
    let about = about.map_or_else(String::new, |id| format!(" #{id}"));
    let what = match (title, language) {
        (Some(title), Language::Zh) => format!("原标题：{}", cut(&clean_line(title), TITLE)),
        (Some(title), Language::En) => format!("title before: {}", cut(&clean_line(title), TITLE)),
        (None, Language::Zh) => "正文有改动".to_owned(),
        (None, Language::En) => "the text changed".to_owned(),
    };
    format!("{at}{about} {what}")
}
