//! Renders a message that was sent as it is to appear after a change, and the short note for platforms that cannot edit
//! it.

use super::{
    shape::Card,
    text::{clean_line, cut, escape},
    words::{CardWording, mark},
};
use crate::{
    bulletin::{
        BulletinId, Changed, Channel, ChannelKind, DeliveryKind, Language, Revision, quiet,
    },
    config::Config,
    ops::{Edition, Waiting},
    words::{self, fill},
};

/// The maximum number of changes that a message lists (the latest), and of characters of an earlier title.
const MOST: usize = 3;
const TITLE: usize = 150;

impl Card {
    /// Returns the card that an update sends: the whole message again, or a note of what changed.
    pub(crate) fn of_edition(
        update: &Waiting,
        mut edition: Edition,
        channel: &Channel,
        config: &Config,
    ) -> Self {
        let language = channel.language.unwrap_or(config.language);
        if edition.message.is_none() {
            let is_it = |id: BulletinId| update.bulletin == Some(id);
            edition.bulletins.retain(|bulletin| is_it(bulletin.id));
            edition.changes.retain(|(id, _)| is_it(*id));
        }
        let changed = changes(&edition, language, channel);
        let mut card = Self::new(update, edition.bulletins, channel, config);
        if edition.message.is_none() {
            card.note = (!changed.is_empty()).then(|| lines(&changed));
            return card;
        }
        (card.kind, card.note, card.changes) = (edition.kind, edition.note, changed);
        card
    }

    /// Returns the words of a message that was sent, with its changes on top, for platforms with their own form.
    pub(in crate::push) fn edited_wording(&self) -> CardWording {
        let mut wording = self.wording();
        if self.changes.is_empty() {
            return wording;
        }
        let corrected = mark(DeliveryKind::Update, self.language);
        let beside = corrected.filter(|_| wording.mark.is_some());
        wording.mark = wording.mark.or(corrected);
        let changes = lines(&self.changes);
        let top = [wording.note.as_deref(), beside, Some(&changes)];
        wording.note = Some(top.into_iter().flatten().collect::<Vec<_>>().join("\n"));
        wording
    }

    /// Returns the changes as a quotation that opens with one tap.
    pub(super) fn changes_html(&self) -> String {
        if self.changes.is_empty() {
            return String::new();
        }
        let changes = escape(&lines(&self.changes));
        format!("\n<blockquote expandable>{changes}</blockquote>")
    }

    pub(super) fn changes_plain(&self) -> String {
        let line = |(_, change): &(BulletinId, String)| format!("\n{change}");
        self.changes.iter().map(line).collect()
    }

    /// Returns the number of characters that the changes take.
    pub(super) fn changes_length(&self) -> usize {
        self.changes_plain().chars().count()
    }
}

fn lines(changes: &[(BulletinId, String)]) -> String {
    let lines: Vec<&str> = changes.iter().map(|(_, line)| line.as_str()).collect();
    lines.join("\n")
}

/// Returns a line for each change, with the bulletin that it belongs to.
fn changes(edition: &Edition, language: Language, channel: &Channel) -> Vec<(BulletinId, String)> {
    let is_one = edition.bulletins.len() == 1;
    let mut changed = Vec::new();
    for (id, change) in &edition.changes {
        let now = edition.bulletins.iter().find(|bulletin| bulletin.id == *id);
        let is_back = change.title.is_some() && change.title.as_ref() == now.map(|it| &it.title);
        if is_back && change.what == Changed::Nothing {
            continue;
        }
        let title = change.title.as_ref().filter(|_| !is_back);
        let about = (!is_one).then_some(*id);
        changed.push((*id, line(about, change, title, language, channel)));
    }
    changed.split_off(changed.len().saturating_sub(MOST))
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
    let title = title.map(|title| cut(&clean_line(title), TITLE));
    let words = &words::of(language).cards;
    let title = title.map(|title| fill(words.title_before, &[("title", title)]));
    let what = title
        .into_iter()
        .chain(what_changed(&change.what, language));
    let what = what.collect::<Vec<_>>().join(" · ");
    let what = match channel.kind {
        ChannelKind::Telegram { .. } => quiet(&what),
        _ => what,
    };
    format!("{at}{about} {what}")
}

/// Returns in words what changed besides the title.
pub(crate) fn what_changed(what: &Changed, language: Language) -> Option<String> {
    let words = &words::of(language).cards;
    let said = |text, name, what: &str| fill(text, &[(name, cut(&clean_line(what), TITLE))]);
    match what {
        Changed::Nothing => None,
        Changed::Text => Some(words.text_changed.to_owned()),
        Changed::Before(text) => Some(said(words.text_changed_before, "text", text)),
        Changed::Added(text) => Some(said(words.text_added, "text", text)),
        Changed::Details => Some(words.details_changed.to_owned()),
        Changed::Restored => Some(words.restored.to_owned()),
        Changed::Files(names) if names.is_empty() => Some(words.files_added.to_owned()),
        Changed::Files(names) => Some(said(words.files_changed, "names", names)),
    }
}
