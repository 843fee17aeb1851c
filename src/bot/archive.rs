//! `/latest` and `/search`: lists from the archive, each row with a button that shows the bulletin.

use url::Url;

use super::{
    answer::Room,
    ask::Ask,
    asker::Asker,
    button::Button,
    command::Which,
    pages,
    say::Reply,
    words::{fill, shown_name},
};
use crate::{
    bulletin::{Bulletin, BulletinId, BulletinState, ChannelId},
    ops::{BulletinQuery, StoreError},
    push::card::{Card, clean_line, cut, escape, link, quiet, show},
};

/// Characters of a headline in a list or a question.
pub(super) const TITLE: usize = 120;
/// Bulletins on a page of a search.
const FOUND: usize = 5;
/// Pages that a list goes back.
const MOST_PAGES: usize = 100;
/// Words that are looked for at most.
const MOST_WORDS: usize = 8;
/// Numbers in a row of buttons.
const IN_A_ROW: usize = 5;

impl Room {
    pub(super) async fn latest(
        &self,
        asker: &Asker,
        n: usize,
        page: usize,
    ) -> Result<Reply, StoreError> {
        let words = asker.words();
        let (shown, has_next) = self.page(asker, Vec::new(), n, page).await?;
        if shown.is_empty() && page == 0 {
            return Ok(words.latest_none.into());
        }
        let buttons = pages::row(page, has_next, (words.newer, words.older), |page| {
            Button::Latest { n, page }
        });
        Ok(self.listed(&format!("<b>{}</b>", words.latest), &shown, buttons))
    }

    pub(super) async fn found(
        &self,
        asker: &Asker,
        looked_for: String,
        page: usize,
    ) -> Result<Reply, StoreError> {
        let words = asker.words();
        let looked_for = pages::kept(&looked_for);
        let each = looked_for.split_whitespace().map(str::to_owned);
        let each: Vec<String> = each.take(MOST_WORDS).collect();
        if each.is_empty() {
            return Ok(Ask::Search.question(words));
        }
        let head = escape(&pages::head(&looked_for));
        let pairs = pairs(&each);
        let (mut shown, mut has_next) = self.page(asker, each, FOUND, page).await?;
        if let Some(pairs) = pairs.filter(|_| shown.is_empty()) {
            (shown, has_next) = self.page(asker, pairs, FOUND, page).await?;
        }
        if shown.is_empty() && page == 0 {
            return Ok(format!("{head}\n\n{}", words.found_none).into());
        }
        let buttons = pages::row(page, has_next, (words.newer, words.older), |page| {
            Button::Found { page }
        });
        Ok(self.listed(&head, &shown, buttons))
    }

    fn listed(&self, head: &str, shown: &[Bulletin], pager: Vec<(String, Button)>) -> Reply {
        let lines: Vec<String> = shown.iter().map(|bulletin| self.line(bulletin)).collect();
        let reply = Reply::from(format!("{head}\n\n{}", lines.join("\n"))).with(pager);
        let button = |it: &Bulletin| (format!("#{}", it.id), Button::Bulletin(it.id));
        shown
            .chunks(IN_A_ROW)
            .fold(reply, |reply, row| reply.with(row.iter().map(button)))
    }

    /// A bulletin as its card shows it, with what may be asked of it.
    pub(super) async fn shown(&self, asker: &Asker, id: BulletinId) -> Result<Reply, StoreError> {
        let which = Which::Id(id);
        let Some(bulletin) = self.bulletin(asker, &which).await? else {
            return Ok(self.unknown(asker, &which).into());
        };
        let (place, words) = (asker.place(), asker.words());
        let Some(channel) = self.store.chat_channel(&place) else {
            return Ok(self.unknown(asker, &which).into());
        };
        let mut channel = (*channel).clone();
        channel.language = Some(asker.language);
        channel.time_zone = self.own_wishes(asker).time_zone;
        let mut sources = self.config.sources.iter();
        let source = sources.find(|source| source.id == bulletin.source);
        let name = source.map_or(bulletin.source.as_str(), |source| &source.name);
        let card = Card::of_bulletin(bulletin.clone(), name, &channel, &self.config);
        let story = (words.story.to_owned(), Button::Story(id));
        Ok(self
            .with_acts(asker, &bulletin, Reply::from(card.html()))
            .with([story]))
    }

    /// A page of bulletins that the asker may see, and whether there is another one.
    async fn page(
        &self,
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
            public_only: !self.sees_all(asker),
            words,
            limit: Some((page + 1) * n),
            ..BulletinQuery::default()
        };
        let found = self.store.bulletins(&query).await?;
        let shown = found.items.into_iter().skip(page * n).collect();
        Ok((shown, found.more && page < MOST_PAGES))
    }

    /// Whether sources that are not public show there as well.
    pub(super) fn sees_all(&self, asker: &Asker) -> bool {
        let is_let_in = |id: &ChannelId| self.store.chat(id).is_some_and(|it| it.may_have(false));
        self.is_admin_alone(asker)
            || is_let_in(&asker.place())
            || is_let_in(&ChannelId::of_chat(asker.chat, None))
    }

    pub(super) fn line(&self, bulletin: &Bulletin) -> String {
        let title = escape(&cut(&quiet(&clean_line(&bulletin.title)), TITLE));
        let title = match link(&bulletin.url) {
            Some(url) => format!("<a href=\"{}\">{title}</a>", escape(url)),
            None => title,
        };
        let date = bulletin
            .published
            .map(|moment| show(&moment, self.config.time_zone));
        format!("#{} {} {title}", bulletin.id, date.unwrap_or_default())
    }

    /// The bulletin that is meant, if the asker may know of it.
    pub(super) async fn bulletin(
        &self,
        asker: &Asker,
        which: &Which,
    ) -> Result<Option<Bulletin>, StoreError> {
        let id = match which {
            Which::Id(id) => Some(*id),
            Which::Link(url) => match self.store.bulletin_at(url).await? {
                Some(id) => Some(id),
                None => self.config.web.bulletin_at(url).map(BulletinId),
            },
        };
        let Some(id) = id else { return Ok(None) };
        let found = self.store.bulletin(id).await?;
        Ok(found.filter(|bulletin| self.may_know(asker, bulletin)))
    }

    /// That there is no such bulletin, and of an address, which source would bring it.
    pub(super) fn unknown(&self, asker: &Asker, which: &Which) -> String {
        let words = asker.words();
        let url = match which {
            Which::Id(id) => return fill(words.no_bulletin, &[("id", &id.to_string())]),
            Which::Link(url) => url,
        };
        let unknown = fill(words.no_bulletin_at, &[("url", &escape(&cut(url, 300)))]);
        let source = Url::parse(url).ok().and_then(|asked| {
            let sources = self.visible(asker, &self.own(asker));
            let there = sources.filter(|source| source.url.host() == asked.host());
            there.max_by_key(|source| in_common(source.url.path(), asked.path()))
        });
        let hint = source.map_or(words.no_source_there.to_owned(), |source| {
            let name = escape(&shown_name(&source.name));
            let parts = [("source", name.as_str()), ("id", source.id.as_str())];
            fill(words.source_there, &parts)
        });
        format!("{unknown}\n{hint}")
    }

    /// Where others read along, an admin sees what they see, and what comes there by the config.
    fn may_know(&self, asker: &Asker, bulletin: &Bulletin) -> bool {
        if self.is_admin_alone(asker) {
            return true;
        }
        let leading = self.channels_of(asker.chat, asker.username.as_deref());
        let leading: Vec<&ChannelId> = leading.map(|(id, _)| id).collect();
        let mut channels = self.config.channels.iter();
        let comes_here = channels.any(|channel| {
            leading.contains(&&channel.id) && bulletin.sources().any(|id| channel.wants(id))
        });
        let is_public = bulletin.sources().any(|id| {
            let mut sources = self.config.sources.iter();
            sources.any(|source| source.id == *id && source.public)
        });
        let may_see = is_public || comes_here || self.sees_all(asker);
        bulletin.state != BulletinState::Held && may_see
    }
}

/// How far two paths are the same.
fn in_common(one: &str, other: &str) -> usize {
    let both = one.bytes().zip(other.bytes());
    both.take_while(|(one, other)| one == other).count()
}

/// What was typed without spaces, in the pairs of characters that most Chinese words are: `停电通知` is
/// looked for as `停电` and `通知` where nothing holds it as it is. None: it has no such words.
fn pairs(words: &[String]) -> Option<Vec<String>> {
    let is_chinese = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    let mut pairs = Vec::new();
    for word in words {
        let chars: Vec<char> = word.chars().collect();
        match chars.len() > 3 && chars.iter().copied().all(is_chinese) {
            true => pairs.extend(chars.chunks(2).map(String::from_iter)),
            false => pairs.push(word.clone()),
        }
    }
    pairs.truncate(MOST_WORDS);
    (pairs != words).then_some(pairs)
}

/// The number and headline of a bulletin in a question, escaped.
pub(super) fn named(bulletin: &Bulletin) -> (BulletinId, String) {
    let title = cut(&quiet(&clean_line(&bulletin.title)), TITLE);
    (bulletin.id, escape(&title))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_without_spaces_are_taken_apart() {
        let read = |words: &str| {
            let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
            pairs(&words).map(|pairs| pairs.join(" "))
        };
        assert_eq!(read("停电通知 abcd"), Some("停电 通知 abcd".to_owned()));
        assert_eq!(read("安全检查表"), Some("安全 检查 表".to_owned()));
        assert_eq!(read("停电通"), None);
        assert_eq!(read("第12号通知"), None);
    }
}
