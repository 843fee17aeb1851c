//! Joins list and article into the notice that is admitted.

use super::{
    documents::{self, FileText},
    reader::Reader,
};
use crate::{
    bulletin::{Article, Notice},
    ops::{Amendment, Found, Publication},
    source::summary::{deadline, summarise},
};

/// Joins both: the article's date is used only if the list has none; a summary is taken from the page's own
/// description, else from the text, or from the files if the page has next to no text.
pub(super) fn join(
    reader: &Reader<'_>,
    mut notice: Notice,
    mut article: Option<Article>,
    files: &[FileText],
) -> Found {
    let in_place = article
        .as_ref()
        .and_then(|article| documents::in_place_of(article, files));
    let description = notice.summary.take();
    let text = article.as_ref().map_or("", |article| article.text.as_str());
    let text = in_place.unwrap_or(text);
    let own = article.as_ref().and_then(|article| article.summary.clone());
    let own = own.filter(|_| in_place.is_none());
    let description = description.as_deref();
    notice.summary = own.or_else(|| summarise(&notice.title, description, text, None));
    if let Some(article) = &mut article {
        article.summary.clone_from(&notice.summary);
        notice.published = notice.published.or(article.published);
        let zone = reader.source.time_zone;
        let text = in_place.unwrap_or(&article.text);
        let by_when = || deadline(text, notice.published.as_ref(), zone, reader.now);
        article.deadline = article.deadline.or_else(by_when);
        documents::append(article, files);
    }
    Found { notice, article }
}

/// Adds to a publication a summary of its text, if it has none.
#[must_use]
pub fn summarised(publication: Publication) -> Publication {
    let text = publication.text.as_deref().unwrap_or_default();
    let own = publication.summary.clone();
    let summary = own.or_else(|| summarise(&publication.title, None, text, None));
    Publication {
        summary,
        ..publication
    }
}

/// Adds a summary likewise to a correction, for a bulletin whose title is `title` so far.
#[must_use]
pub fn resummarised(amendment: Amendment, title: &str) -> Amendment {
    let title = amendment.title.as_deref().unwrap_or(title);
    let of_text = |text: &String| summarise(title, None, text, None);
    let summary = match &amendment.summary {
        Some(own) => Some(own.clone()),
        None => amendment.text.as_ref().map(of_text),
    };
    Amendment {
        summary,
        ..amendment
    }
}
