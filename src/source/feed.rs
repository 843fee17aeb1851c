//! RSS of every version, Atom, RDF, CDF, JSON Feed; lenient about what real feeds get wrong.
//!
//! `feed/tree.rs` makes a tree of whatever stands between angle brackets, `feed/entry.rs` reads
//! entries from it, `feed/json.rs` reads JSON Feed, `feed/markup.rs` makes text of HTML. A strict
//! parser would lose the original spelling of dates, entries after the first fault, and CDF; this
//! room reads by local names. It fetches nothing. Read [`read`] first.

mod entry;
mod json;
mod markup;
mod tree;

use url::Url;

use self::tree::Tree;
use super::{Context, Feed, ReadError, date, text};
use crate::bulletin::{Article, Attachment, Moment, Notice};

/// The longest teaser that is kept, in characters.
const MAX_SUMMARY: usize = 1_000;

/// The longest title, in characters; what is longer is a text put into the wrong place.
const MAX_TITLE: usize = 300;

/// Entries of one feed that are read.
const MAX_ENTRIES: usize = 5_000;

/// How far into a text a feed's first tag is looked for; broken scripts print warnings before it.
const STARTS_WITHIN: usize = 4 << 10;

/// Reads a feed from its decoded text.
///
/// # Errors
/// [`ReadError::NotAFeed`].
pub fn read(text: &str, context: &Context<'_>) -> Result<Feed, ReadError> {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
    if text.starts_with('{') {
        return json::read(text, context);
    }
    let tree = Tree::parse(text);
    let Some(root) = tree.find_root() else {
        return Err(ReadError::NotAFeed(what_else(text)));
    };
    Ok(entry::read(&tree, root, context))
}

/// Whether a text is a feed by how it begins, whatever it was served as.
pub(super) fn is_feed(text: &str) -> bool {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
    if text.starts_with('{') {
        return json::is_feed(text);
    }
    let mut end = text.len().min(STARTS_WITHIN);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let head = text[..end].to_ascii_lowercase();
    let first = |tags: &[&str]| tags.iter().filter_map(|tag| head.find(tag)).min();
    let page = first(&["<html", "<!doctype html", "<head", "<body"]);
    match first(&["<rss", "<feed", "<rdf:rdf", "<channel", ":feed "]) {
        Some(feed) => page.is_none_or(|page| feed < page),
        None => false,
    }
}

fn what_else(text: &str) -> String {
    let head: String = text
        .chars()
        .take(200)
        .collect::<String>()
        .to_ascii_lowercase();
    let what = if text.is_empty() {
        "it is empty"
    } else if head.contains("<html") || head.contains("<!doctype html") {
        "it is an HTML page"
    } else if head.starts_with('[') {
        "it is JSON, but no JSON Feed"
    } else {
        "it has no <rss>, <feed> or <rdf:RDF>"
    };
    what.to_owned()
}

/// What an entry says, before it is cleaned.
#[derive(Debug, Default)]
struct Entry {
    title: String,
    url: Option<Url>,
    guid: Option<String>,
    published: Option<String>,
    updated: Option<String>,
    /// HTML or text.
    summary: Option<String>,
    /// The whole text, HTML or plain.
    content: Option<String>,
    publisher: Option<String>,
    attachments: Vec<Attachment>,
    image: Option<String>,
}

/// What entries of one feed share.
struct Frame<'a> {
    context: &'a Context<'a>,
    /// Where an entry without an address of its own leads: the site, else the feed.
    home: Url,
}

impl Frame<'_> {
    /// The notice that an entry is, and its full text; None for an entry that says nothing.
    fn notice(&self, entry: Entry) -> Option<(Notice, Option<Article>)> {
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
        entry: Entry,
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
            image: entry.image,
            warnings: warning.into_iter().collect(),
            ..Article::default()
        }
    }

    /// Lines of clean text, in the characters that the source asks for.
    fn clean(&self, plain: &str) -> String {
        let clean = text::repair(plain);
        if self.context.simplify {
            text::simplify(&clean)
        } else {
            clean
        }
    }

    /// The entry's own title, else how its text begins; None where it has nothing at all.
    fn title(&self, entry: &Entry, summary: Option<&str>, text: Option<&str>) -> Option<String> {
        let own = text::one_line(&entry.title);
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

    /// The entry's address. One without leads to the site, with a fragment that tells it from its
    /// neighbours.
    fn address(&self, entry: &Entry, title: &str) -> String {
        if let Some(url) = &entry.url {
            return url.to_string();
        }
        let own = entry.guid.as_deref().unwrap_or(title);
        let mark = blake3::hash(own.as_bytes()).to_hex();
        let mut url = self.home.clone();
        url.set_fragment(Some(&format!("!{}", &mark[..12])));
        url.to_string()
    }

    /// When that is, where it can be; else the warning.
    fn moment(&self, written: Option<&str>) -> (Option<Moment>, Option<String>) {
        let Some(moment) = written.and_then(|written| self.written(written)) else {
            return (None, None);
        };
        let moment = self.not_ahead(moment);
        match date::plausible(&moment, self.context.now) {
            Ok(()) => (Some(moment), None),
            Err(warning) => (None, Some(warning)),
        }
    }

    fn written(&self, written: &str) -> Option<Moment> {
        let written = written.trim();
        let Context { time_zone, now, .. } = *self.context;
        // RFC 2822 takes CST for America's; a feed from China means China's.
        let american = written.ends_with("CST") && !time_zone.name().starts_with("America");
        if !american {
            let exact = chrono::DateTime::parse_from_rfc2822(written)
                .or_else(|_| chrono::DateTime::parse_from_rfc3339(written));
            if let Ok(time) = exact {
                return Some(Moment::Time(time));
            }
        }
        date::parse(written.trim_end_matches("CST"), time_zone, now)
    }

    /// Many sites write their own time and call it GMT: where that is still to come, and their own
    /// time is not, it is their own.
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

/// Whether a content is the whole text and not its beginning.
fn is_whole(text: &str) -> bool {
    let end = text.trim_end_matches(|c: char| c.is_whitespace() || "])）】>".contains(c));
    !end.is_empty() && !end.ends_with('…') && !end.ends_with("...") && !end.ends_with("阅读全文")
}

/// At most `length` characters; what is cut ends in …
fn cut(whole: &str, length: usize) -> String {
    match whole.char_indices().nth(length) {
        Some((end, _)) => format!("{}…", whole[..text::whole_until(whole, end)].trim_end()),
        None => whole.to_owned(),
    }
}

/// An address as feeds write it, made absolute; None for what is no web address.
fn resolve(written: &str, base: &Url) -> Option<Url> {
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

/// An attachment by its address, named by its file.
fn attachment(url: &Url, name: Option<&str>) -> Attachment {
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

#[cfg(test)]
mod tests;
