//! Turns the entries of a feed into notices.

use std::cell::RefCell;

use url::Url;

use super::markup;
use crate::{
    bulletin::{Article, Attachment, Moment, Notice, clean_title},
    source::{date, reading::Context, text},
};

/// The longest teaser that is stored, in characters.
const MAX_SUMMARY: usize = 1_000;

/// The longest title, in characters; a longer one is a text in the wrong place.
const MAX_TITLE: usize = 300;

/// The number of different warnings of one feed that are reported.
const MAX_WARNINGS: usize = 8;

/// The number of entries of one feed that are read.
pub(super) const MAX_ENTRIES: usize = 20_000;

/// The text of an entry, before it is cleaned.
#[derive(Debug, Default)]
pub(super) struct FeedItem {
    pub(super) title: String,
    pub(super) url: Option<Url>,
    pub(super) guid: Option<String>,
    pub(super) published: Option<String>,
    pub(super) updated: Option<String>,
    /// The summary, HTML or text.
    pub(super) summary: Option<String>,
    /// The whole text, HTML or plain.
    pub(super) content: Option<String>,
    pub(super) publisher: Option<String>,
    pub(super) attachments: Vec<Attachment>,
}

/// The context that the entries of one feed share.
pub(super) struct FeedFrame<'a> {
    pub(super) context: &'a Context<'a>,
    /// The address of an entry without its own address: the site, else the feed.
    pub(super) home: Url,
    /// The problems that were found in reading, each once.
    pub(super) warnings: RefCell<Vec<String>>,
}

impl<'a> FeedFrame<'a> {
    pub(super) fn new(context: &'a Context<'a>, home: Option<Url>) -> Self {
        Self {
            context,
            home: home.unwrap_or_else(|| context.base.clone()),
            warnings: RefCell::default(),
        }
    }

    pub(super) fn warn(&self, warning: &str) {
        let mut warnings = self.warnings.borrow_mut();
        if warnings.len() < MAX_WARNINGS && warnings.iter().all(|known| known != warning) {
            warnings.push(warning.to_owned());
        }
    }

    /// Turns an entry into a notice and its full text; `None` for an entry without content.
    pub(super) fn notice(&self, entry: FeedItem) -> Option<(Notice, Option<Article>)> {
        let summary = entry
            .summary
            .as_deref()
            .map(|html| self.clean(&markup::plain(html)));
        let text = entry.content.as_deref().map(markup::plain);
        let title = self.title(&entry, summary.as_deref(), text.as_deref())?;
        let (updated, _) = self.moment(entry.updated.as_deref());
        let (published, warning) = match &entry.published {
            Some(published) => self.moment(Some(published)),
            None => self.moment(entry.updated.as_deref()),
        };
        let notice = Notice {
            url: self.address(&entry, &title),
            guid: entry.guid.clone(),
            title,
            published,
            updated,
            summary: summary
                .map(|summary| cut(&summary.replace('\n', " "), MAX_SUMMARY))
                .filter(|summary| !summary.is_empty()),
            publisher: entry
                .publisher
                .as_deref()
                .map(text::one_line)
                .filter(|name| !name.is_empty()),
            pinned: false,
        };
        let article = text
            .filter(|text| is_whole(text))
            .map(|text| self.article(&notice, &text, entry, warning));
        Some((notice, article))
    }

    fn article(
        &self,
        notice: &Notice,
        text: &str,
        entry: FeedItem,
        warning: Option<String>,
    ) -> Article {
        let cleaned = self.clean(text);
        Article {
            title: Some(notice.title.clone()),
            published: notice.published,
            publisher: notice.publisher.clone(),
            text_as_published: (cleaned != text).then(|| text.to_owned()),
            text: cleaned,
            attachments: entry.attachments,
            warnings: warning.into_iter().collect(),
            ..Article::default()
        }
    }

    /// Returns lines of clean text, in the characters that the source requests.
    fn clean(&self, plain: &str) -> String {
        let clean = text::repair(plain);
        if self.context.simplify {
            text::simplify(&clean)
        } else {
            clean
        }
    }

    /// Returns the entry's own title, else the beginning of its text; `None` if it has neither.
    fn title(&self, entry: &FeedItem, summary: Option<&str>, text: Option<&str>) -> Option<String> {
        let own = clean_title(&text::one_line(&entry.title));
        let own = if self.context.simplify {
            text::simplify(&own)
        } else {
            own
        };
        let named = [Some(own.as_str()), summary, text]
            .into_iter()
            .flatten()
            .filter_map(|text| text.lines().find(|line| !line.trim().is_empty()))
            .map(|line| cut(line.trim(), if own.is_empty() { 60 } else { MAX_TITLE }))
            .next();
        named
            .or_else(|| Some(entry.url.as_ref()?.to_string()))
            .or_else(|| entry.guid.clone())
    }

    /// Returns the entry's address. An entry without one leads to the site, with a fragment that distinguishes it from
    /// its neighbours.
    fn address(&self, entry: &FeedItem, title: &str) -> String {
        if let Some(url) = &entry.url {
            return url.to_string();
        }
        let own = entry.guid.as_deref().unwrap_or(title);
        let mark = blake3::hash(own.as_bytes()).to_hex();
        let mut url = self.home.clone();
        url.set_fragment(Some(&format!("!{}", &mark[..12])));
        url.to_string()
    }

    /// Returns the moment of a date, if it is possible, and a warning about its spelling.
    fn moment(&self, written: Option<&str>) -> (Option<Moment>, Option<String>) {
        let Some(stamp) = written.and_then(|written| self.stamp(written)) else {
            return (None, None);
        };
        let Context { time_zone, now, .. } = *self.context;
        let unknown = stamp.unknown_zone.map(|name| {
            format!("`{name}` is no known time zone; its times are read as those of {time_zone}")
        });
        if let Some(warning) = &unknown {
            self.warn(warning);
        }
        let moment = self.not_ahead(stamp.moment);
        match date::plausible(&moment, now) {
            Ok(()) => (Some(moment), unknown),
            Err(warning) => (None, Some(warning)),
        }
    }

    fn stamp(&self, written: &str) -> Option<date::DateStamp> {
        let written = written.trim();
        // A zone that means America in mail (CST) means another one elsewhere.
        let zone = written
            .rsplit(char::is_whitespace)
            .next()
            .unwrap_or_default();
        let is_named = zone.bytes().all(|b| b.is_ascii_alphabetic())
            && !["Z", "UT", "UTC", "GMT"].contains(&zone);
        let exact = (!is_named).then(|| {
            chrono::DateTime::parse_from_rfc2822(written)
                .or_else(|_| chrono::DateTime::parse_from_rfc3339(written))
        });
        match exact {
            Some(Ok(time)) => Some(date::DateStamp::from(Moment::Time(time))),
            _ => date::stamp(written, self.context.time_zone, self.context.now),
        }
    }

    /// Corrects local times that are labelled GMT, as many sites do: if the time in GMT is still in the future, but in
    /// the site's zone it is not, the latter is used.
    fn not_ahead(&self, moment: Moment) -> Moment {
        let now = self.context.now;
        let Moment::Time(time) = moment else {
            return moment;
        };
        if time <= now || time.offset().local_minus_utc() != 0 {
            return moment;
        }
        let own = time
            .naive_local()
            .and_local_timezone(self.context.time_zone)
            .earliest();
        match own {
            Some(own) if own <= now => Moment::Time(own.fixed_offset()),
            _ => moment,
        }
    }
}

/// Returns whether a content is the whole text and not only its beginning.
fn is_whole(text: &str) -> bool {
    let end = text.trim_end_matches(|c: char| c.is_whitespace() || "])）】>".contains(c));
    !end.is_empty() && !end.ends_with('…') && !end.ends_with("...") && !end.ends_with("阅读全文")
}

/// Truncates a text to at most `length` characters, with … at the end.
fn cut(whole: &str, length: usize) -> String {
    match whole.char_indices().nth(length) {
        Some((end, _)) => format!("{}…", whole[..text::whole_until(whole, end)].trim_end()),
        None => whole.to_owned(),
    }
}

/// Makes an address as feeds write it absolute; `None` if it is not a web address.
pub(super) fn resolve(written: &str, base: &Url) -> Option<Url> {
    let written = written.trim();
    if written.is_empty() {
        return None;
    }
    let url = if written.starts_with("www.") {
        Url::parse(&format!("http://{written}"))
    } else {
        base.join(written)
    };
    url.ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))
}

/// Returns an attachment by its address, named by its file.
pub(super) fn attachment(url: &Url, name: Option<&str>) -> Attachment {
    let file = url
        .path_segments()
        .and_then(|mut segments| segments.next_back());
    let name = name
        .map(text::one_line)
        .filter(|name| !name.is_empty())
        .or_else(|| file.map(markup::percent_decoded))
        .filter(|name| !name.is_empty());
    Attachment {
        name: name.unwrap_or_else(|| url.to_string()),
        url: url.to_string(),
        size: None,
    }
}
