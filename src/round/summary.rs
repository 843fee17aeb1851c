//! What the list and the article say, joined into what is admitted.

use super::{
    documents::{self, FileText},
    reader::Reader,
};
use crate::{
    bulletin::{Article, Notice},
    ops::{Amendment, Found, Publication},
    source::summary::{deadline, summarise},
};

/// The article's date serves only where the list has none; a summary comes from the page's own
/// description, else from the text, or from the files where the page says next to nothing.
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

/// A publication with a summary of its text, where it brings none.
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

/// The same of a correction, for a bulletin that is called `title` so far.
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
