//! Finds bulletins from the archive as a chat may see them.

use url::Url;

use super::{
    asker::Asker,
    base::Base,
    command::Which,
    target, visible,
    words::{fill, shown_name},
};
use crate::{
    bulletin::{Bulletin, BulletinId, BulletinState, quiet},
    ops::{BulletinQuery, StoreError},
    push::card::{clean_line, cut, escape, link, show},
};

/// The maximum length, in characters, of a headline in a list or a question.
pub(super) const TITLE: usize = 120;
/// The maximum number of pages of a list.
const MOST_PAGES: usize = 100;

/// Returns a page of bulletins that the asker may see, and whether there is another one.
pub(super) async fn page(
    base: &Base,
    asker: &Asker,
    words: Vec<String>,
    n: usize,
    page: usize,
) -> Result<(Vec<Bulletin>, bool), StoreError> {
    let page = page.min(MOST_PAGES);
    let query = BulletinQuery {
        states: vec![
            BulletinState::Published,
            BulletinState::Baseline,
            BulletinState::Withdrawn,
        ],
        public_only: !visible::sees_all(base, asker),
        words,
        limit: Some((page + 1) * n),
        ..BulletinQuery::default()
    };
    let found = base.store.bulletins(&query).await?;
    let shown = found.items.into_iter().skip(page * n).collect();
    Ok((shown, found.more && page < MOST_PAGES))
}

/// Returns the named bulletin, if the asker may know of it.
pub(super) async fn bulletin(
    base: &Base,
    asker: &Asker,
    which: &Which,
) -> Result<Option<Bulletin>, StoreError> {
    let id = match which {
        Which::Id(id) => Some(*id),
        Which::Link(url) => match base.store.bulletin_at(url).await? {
            Some(id) => Some(id),
            None => base.config.web.bulletin_at(url).map(BulletinId),
        },
    };
    let Some(id) = id else { return Ok(None) };
    let found = base.store.bulletin(id).await?;
    Ok(found.filter(|bulletin| may_know(base, asker, bulletin)))
}

/// Returns whether the asker may know of a bulletin. In a chat with other readers, an admin sees what they see, and
/// what the config sends there.
fn may_know(base: &Base, asker: &Asker, bulletin: &Bulletin) -> bool {
    if base.is_admin_alone(asker) {
        return true;
    }
    let mut leading = base.channels_of(&asker.chat, asker.username.as_deref());
    let comes_here = leading.any(|(channel, _)| bulletin.sources().any(|id| channel.wants(id)));
    let is_public = |id| base.source(id).is_some_and(|source| source.public);
    let is_public = bulletin.sources().any(is_public);
    let may_see = is_public || comes_here || visible::sees_all(base, asker);
    bulletin.state != BulletinState::Held && may_see
}

pub(super) fn line(base: &Base, bulletin: &Bulletin) -> String {
    let title = escape(&cut(&quiet(&clean_line(&bulletin.title)), TITLE));
    let title = match link(&bulletin.url) {
        Some(url) => format!("<a href=\"{}\">{title}</a>", escape(url)),
        None => title,
    };
    let zone = base.config.time_zone;
    let date = bulletin.published.map(|moment| show(&moment, zone));
    format!("#{} {} {title}", bulletin.id, date.unwrap_or_default())
}

/// Returns that there is no such bulletin, and for an address, the source that would have it.
pub(super) fn unknown(base: &Base, asker: &Asker, which: &Which) -> String {
    let words = asker.words();
    let url = match which {
        Which::Id(id) => return fill(words.no_bulletin, &[("id", &id.to_string())]),
        Which::Link(url) => url,
    };
    let unknown = fill(words.no_bulletin_at, &[("url", &escape(&cut(url, 300)))]);
    let source = Url::parse(url).ok().and_then(|asked| {
        let sources = visible::visible(base, asker, &target::own(asker));
        let there = sources.filter(|source| source.url.host() == asked.host());
        there.max_by_key(|source| in_common(source.url.path(), asked.path()))
    });
    let hint = source.map_or(words.no_source_there.to_owned(), |source| {
        let name = escape(&shown_name(&source.name));
        fill(words.source_there, &[("source", &name)])
    });
    format!("{unknown}\n{hint}")
}

/// Returns the length of the common beginning of two paths.
fn in_common(one: &str, other: &str) -> usize {
    let both = one.bytes().zip(other.bytes());
    both.take_while(|(one, other)| one == other).count()
}

/// Returns an address that shares a bulletin, if it has a page that others can open.
pub(super) fn share_link(base: &Base, bulletin: &Bulletin) -> Option<String> {
    let is_public = |id| base.source(id).is_some_and(|source| source.public);
    let url = link(&bulletin.url).filter(|_| bulletin.sources().any(is_public))?;
    let title = cut(&clean_line(&bulletin.title), TITLE);
    base.platform.share_link(url, &title)
}

/// Returns the number and headline of a bulletin in a question, escaped.
pub(super) fn named(bulletin: &Bulletin) -> (BulletinId, String) {
    let title = cut(&quiet(&clean_line(&bulletin.title)), TITLE);
    (bulletin.id, escape(&title))
}
