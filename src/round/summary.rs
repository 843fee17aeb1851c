//! What the list and the article say, joined into what is admitted.

use super::reader::Reader;
use crate::{
    bulletin::{Article, Notice},
    ops::Found,
    source::summary::{deadline, summarise},
};

/// The article's date serves only where the list has none; a summary comes from the page's own
/// description, else from the text.
pub(super) fn join(reader: &Reader<'_>, mut notice: Notice, mut article: Option<Article>) -> Found {
    let description = notice.summary.take();
    let text = article.as_ref().map_or("", |article| article.text.as_str());
    let own = article.as_ref().and_then(|article| article.summary.clone());
    notice.summary = own.or_else(|| summarise(&notice.title, description.as_deref(), text));
    if let Some(article) = &mut article {
        article.summary.clone_from(&notice.summary);
        notice.published = notice.published.or(article.published);
        let zone = reader.source.time_zone;
        let by_when = || deadline(&article.text, notice.published.as_ref(), zone, reader.now);
        article.deadline = article.deadline.or_else(by_when);
    }
    Found { notice, article }
}
