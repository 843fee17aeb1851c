//! A bulletin as pages and feeds show it: what a viewer may see, cleaned, with its dates in words.

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

/// Colours of source tags in the style sheet (`.hue-0` …).
const HUES: usize = 10;

/// The ground of every card of one answer.
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
    /// The language of what it says, as HTML's `lang`.
    pub lang: Option<&'static str>,
    pub title: String,
    /// The title with the words that were searched for.
    pub headline: Vec<Piece>,
    pub summary: Option<String>,
    /// The line that was found, in place of the summary.
    pub excerpt: Option<Vec<Piece>>,
    pub publisher: Option<String>,
    pub tag: Tag,
    pub when: When,
    pub deadline: Option<Due>,
    pub attachments: Vec<Link>,
    /// How many attachments it has, in words.
    pub files: String,
    /// The original's address, where it is one that may be a link.
    pub original: Option<String>,
    /// Its page shows it on top of its list.
    pub is_pinned: bool,
    pub is_corrected: bool,
    pub is_held: bool,
    pub is_withdrawn: bool,
    /// It was there before its source was watched.
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

    /// The name of this channel.
    pub(super) fn site_title(self) -> &'a str {
        let own = self.config.web.title.as_deref();
        own.unwrap_or(words::of(self.language).pages.site)
    }

    /// Groups of the sources that the viewer may know of, in config order.
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

    /// Sources that the viewer may know of, in config order, each with its place there.
    pub(super) fn sources(self) -> impl Iterator<Item = (usize, &'a Source)> {
        let all = self.config.sources.iter().enumerate();
        all.filter(move |(_, source)| source.public || self.viewer == Viewer::Admin)
    }

    /// The first sources (of a group, where one is chosen), and the chosen one wherever it stands.
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

    /// The first source of a bulletin that the viewer may know of. A source that is in the config
    /// no more may have been private, so it is nobody's but an admin's.
    pub(super) fn source_of(self, bulletin: &Bulletin) -> Option<(usize, &'a Source)> {
        let mut ids = bulletin.sources();
        ids.find_map(|id| self.source(id.as_str()))
    }

    /// None: not for this viewer.
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

    /// The same with what only the store knows: whether it is pinned where this viewer may see that.
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

    /// Returns when it was published, as far as anyone knows.
    pub(super) fn published(self, bulletin: &Bulletin) -> Moment {
        let seen = bulletin.first_seen.with_timezone(&self.config.time_zone);
        let seen = Moment::Time(seen.fixed_offset());
        bulletin.published.unwrap_or(seen)
    }

    /// Says when an undated notice was taken in that was there at the first poll: it may be of any age.
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
