//! Prepares a bulletin as pages and feeds show it: the parts that a viewer may see, cleaned, with its dates in words.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{
    language::{self, PageLanguage},
    marks::{Piece, pieces},
    text::{printable, web_link},
    viewer::Viewer,
    when::{Due, When},
};
use crate::{
    bulletin::{Bulletin, BulletinState, Cause, Language, Moment, Source, SourceId},
    config::Config,
    ops::Store,
    words,
};

/// The number of colours of source tags in the style sheet (`.hue-0` …).
const HUES: usize = 10;

/// The context of every card of one answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scene<'a> {
    pub config: &'a Config,
    pub viewer: Viewer,
    pub now: DateTime<Utc>,
    pub language: Language,
}

#[derive(Debug, Serialize)]
pub(super) struct Card {
    pub id: u64,
    /// The language of the text, as HTML's `lang`.
    pub lang: Option<&'static str>,
    pub title: String,
    /// The title with the words of the search marked.
    pub headline: Vec<Piece>,
    pub summary: Option<String>,
    /// The line with a hit, in place of the summary.
    pub excerpt: Option<Vec<Piece>>,
    pub publisher: Option<String>,
    pub tag: Tag,
    pub when: When,
    pub deadline: Option<Due>,
    pub attachments: Vec<Link>,
    /// The number of attachments, in words.
    pub files: String,
    /// The original's address, if it may be a link.
    pub original: Option<String>,
    /// True if its page shows it on top of its list.
    pub is_pinned: bool,
    pub is_corrected: bool,
    pub is_held: bool,
    pub is_withdrawn: bool,
    /// True if it existed before its source was watched.
    pub is_old: bool,
}

/// A source's name tag.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Tag {
    pub id: SourceId,
    pub name: String,
    /// The name's first character, for the coloured square.
    pub mark: String,
    pub hue: usize,
}

/// A file of a bulletin; without an address it is only named.
#[derive(Debug, Serialize)]
pub(super) struct Link {
    pub name: String,
    pub url: Option<String>,
}

impl<'a> Scene<'a> {
    pub(super) fn new(config: &'a Config, viewer: Viewer, language: PageLanguage) -> Self {
        Self {
            config,
            viewer,
            now: Utc::now(),
            language: language.0,
        }
    }

    /// Returns the name of this channel.
    pub(super) fn site_title(self) -> &'a str {
        let own = self.config.web.title.as_deref();
        own.unwrap_or(words::of(self.language).pages.site)
    }

    /// Returns the groups of the sources that the viewer may know of, in config order.
    pub(super) fn groups(self) -> Vec<&'a str> {
        let mut groups = Vec::new();
        for group in self.sources().filter_map(|(_, it)| it.group.as_deref()) {
            if !groups.contains(&group) {
                groups.push(group);
            }
        }
        groups
    }

    pub(super) fn group(self, name: &str) -> Option<&'a str> {
        let mut groups = self.sources().filter_map(|(_, it)| it.group.as_deref());
        groups.find(|group| *group == name)
    }

    /// Returns the sources that the viewer may know of, in config order, each with its place there.
    pub(super) fn sources(self) -> impl Iterator<Item = (usize, &'a Source)> {
        let all = self.config.sources.iter().enumerate();
        all.filter(move |(_, source)| source.public || self.viewer == Viewer::Admin)
    }

    /// Returns the first sources (of a group, if one is chosen), and the chosen one wherever it is.
    pub(super) fn tags(
        self,
        most: usize,
        group: Option<&str>,
        chosen: Option<&SourceId>,
    ) -> Vec<Tag> {
        let is_of = |source: &Source| group.is_none() || source.group.as_deref() == group;
        let listed = self
            .sources()
            .filter(|(_, source)| is_of(source))
            .enumerate()
            .filter(|(number, (_, source))| *number < most || Some(&source.id) == chosen);
        listed.map(|(_, source)| Tag::new(source)).collect()
    }

    pub(super) fn source(self, id: &str) -> Option<(usize, &'a Source)> {
        self.sources().find(|(_, source)| source.id.as_str() == id)
    }

    /// Returns the first source of a bulletin that the viewer may know of. A source that was removed from the config
    /// may have been private, so only an admin sees it.
    pub(super) fn source_of(self, bulletin: &Bulletin) -> Option<(usize, &'a Source)> {
        let mut ids = bulletin.sources();
        ids.find_map(|id| self.source(id.as_str()))
    }

    /// Returns the card of a bulletin; `None` if this viewer may not see it.
    pub(super) fn card(self, bulletin: &Bulletin) -> Option<Card> {
        let is_admin = self.viewer == Viewer::Admin;
        if bulletin.state == BulletinState::Held && !is_admin {
            return None;
        }
        let tag = match self.source_of(bulletin) {
            Some(source) => Tag::new(source),
            None if is_admin => Tag::gone(&bulletin.source),
            None => return None,
        };
        let title = printable(&bulletin.title);
        Some(Card {
            id: bulletin.id.0,
            lang: language::of_text(&title),
            headline: pieces(&title, &[]),
            title,
            excerpt: None,
            summary: bulletin.summary.as_deref().map(printable),
            publisher: bulletin.publisher.as_deref().map(printable),
            tag,
            when: self.shown(bulletin),
            deadline: bulletin.deadline.as_ref().map(|due| self.due(due)),
            attachments: attachments(bulletin, self.language),
            files: words::of(self.language)
                .pages
                .files
                .say(bulletin.attachments.len()),
            original: web_link(&bulletin.url),
            is_pinned: false,
            is_corrected: bulletin.revision > 0,
            is_held: bulletin.state == BulletinState::Held,
            is_withdrawn: bulletin.state == BulletinState::Withdrawn,
            is_old: bulletin.state == BulletinState::Baseline,
        })
    }

    /// Returns the same card with a fact that only the store knows: whether it is pinned where this viewer may see
    /// that.
    pub(super) fn card_in(self, store: &Store, bulletin: &Bulletin) -> Option<Card> {
        let mut known = bulletin
            .sources()
            .filter(|id| self.source(id.as_str()).is_some());
        let is_pinned = |id: &SourceId| {
            store.read_poll_state(id, |state| state.pinned.contains(&bulletin.id.0))
        };
        let is_pinned = bulletin.state != BulletinState::Withdrawn && known.any(is_pinned);
        let card = self.card(bulletin)?;
        Some(Card { is_pinned, ..card })
    }

    /// Returns when it was published, as far as is known.
    pub(super) fn published(self, bulletin: &Bulletin) -> Moment {
        let seen = bulletin.first_seen.with_timezone(&self.config.time_zone);
        let seen = Moment::Time(seen.fixed_offset());
        bulletin.published.unwrap_or(seen)
    }

    /// Returns the time to show; for an undated notice of the first poll, the time at which it was collected, since it
    /// may be of any age.
    fn shown(self, bulletin: &Bulletin) -> When {
        let is_of_any_age = bulletin.published.is_none() && bulletin.cause != Cause::New;
        if !is_of_any_age {
            return self.when(&self.published(bulletin));
        }
        let seen = bulletin.first_seen.with_timezone(&self.config.time_zone);
        When::collected(seen.date_naive(), self.language)
    }

    fn when(self, moment: &Moment) -> When {
        When::new(moment, self.now, self.config.time_zone, self.language)
    }

    fn due(self, moment: &Moment) -> Due {
        Due::new(moment, self.now, self.config.time_zone, self.language)
    }
}

impl Tag {
    pub(super) fn new((place, source): (usize, &Source)) -> Self {
        Self {
            id: source.id.clone(),
            name: source.name.clone(),
            mark: source.name.chars().take(1).collect(),
            hue: place % HUES,
        }
    }

    fn gone(id: &SourceId) -> Self {
        Self {
            id: id.clone(),
            name: id.to_string(),
            mark: id.as_str().chars().take(1).collect(),
            hue: 0,
        }
    }
}

fn attachments(bulletin: &Bulletin, language: Language) -> Vec<Link> {
    let files = bulletin.attachments.iter().map(|file| Link {
        name: words::of(language)
            .cards
            .sized(printable(&file.name), file.shown_size()),
        url: web_link(&file.url),
    });
    files.collect()
}
