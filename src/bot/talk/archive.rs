//! Answers `/latest` and `/search`: lists from the archive, each row with a button that shows the bulletin.

use super::{
    ask::Ask, asker::Asker, base::Base, bulletins, button::Button, command::Which, pages,
    reply::Reply, story,
};
use crate::{
    bulletin::{Bulletin, BulletinId},
    ops::StoreError,
    push::card::{Card, escape},
};

/// The number of bulletins on a page of a search.
const FOUND: usize = 5;
/// The maximum number of words of a search.
const MOST_WORDS: usize = 8;
/// The maximum length of a row of number buttons.
const IN_A_ROW: usize = 5;

pub(super) async fn latest(
    base: &Base,
    asker: &Asker,
    n: usize,
    page: usize,
) -> Result<Reply, StoreError> {
    let words = asker.words();
    let (shown, has_next) = bulletins::page(base, asker, Vec::new(), n, page).await?;
    if shown.is_empty() && page == 0 {
        return Ok(words.latest_none.into());
    }
    let buttons = pages::row(page, has_next, (words.newer, words.older), |page| {
        Button::Latest { n, page }
    });
    Ok(listed(
        base,
        &format!("<b>{}</b>", words.latest),
        &shown,
        buttons,
    ))
}

pub(super) async fn found(
    base: &Base,
    asker: &Asker,
    search_words: &str,
    page: usize,
) -> Result<Reply, StoreError> {
    let words = asker.words();
    let search_words = pages::kept(search_words);
    let each = search_words.split_whitespace().map(str::to_owned);
    let each: Vec<String> = each.take(MOST_WORDS).collect();
    if each.is_empty() {
        return Ok(Reply::asking(Ask::Search.text(words)));
    }
    let head = escape(&pages::head(&search_words));
    let pairs = pairs(&each);
    let (mut shown, mut has_next) = bulletins::page(base, asker, each, FOUND, page).await?;
    if let Some(pairs) = pairs.filter(|_| shown.is_empty()) {
        (shown, has_next) = bulletins::page(base, asker, pairs, FOUND, page).await?;
    }
    if shown.is_empty() && page == 0 {
        return Ok(format!("{head}\n\n{}", words.found_none).into());
    }
    let buttons = pages::row(page, has_next, (words.newer, words.older), |page| {
        Button::Found { page }
    });
    Ok(listed(base, &head, &shown, buttons))
}

fn listed(base: &Base, head: &str, shown: &[Bulletin], pager: Vec<(String, Button)>) -> Reply {
    let lines = shown.iter().map(|it| bulletins::line(base, it));
    let lines: Vec<String> = lines.collect();
    let reply = Reply::from(format!("{head}\n\n{}", lines.join("\n"))).with(pager);
    let button = |it: &Bulletin| (format!("#{}", it.id), Button::Bulletin(it.id));
    let rows = shown.chunks(IN_A_ROW);
    rows.fold(reply, |reply, row| reply.with(row.iter().map(button)))
}

/// Returns a bulletin as its card shows it, with the buttons for it.
pub(super) async fn shown(base: &Base, asker: &Asker, id: BulletinId) -> Result<Reply, StoreError> {
    let which = Which::Id(id);
    let Some(bulletin) = bulletins::bulletin(base, asker, &which).await? else {
        return Ok(bulletins::unknown(base, asker, &which).into());
    };
    let words = asker.words();
    let Some(channel) = base.store.chat_channel(&asker.place) else {
        return Ok(bulletins::unknown(base, asker, &which).into());
    };
    let mut channel = (*channel).clone();
    channel.language = Some(asker.language);
    channel.time_zone = base.own_wishes(asker).time_zone;
    let name = base.source_name(&bulletin);
    let card = Card::of_bulletin(bulletin.clone(), name, &channel, &base.config);
    let story = (words.story.to_owned(), Button::Story(id));
    let reply = story::with_acts(base, asker, &bulletin, Reply::from(card.html()));
    let share = bulletins::share_link(base, &bulletin);
    Ok(reply.with([story]).linking(words.share, share))
}

/// Splits words typed without spaces into the pairs of characters that most Chinese words are: `停电通知` is searched for
/// as `停电` and `通知` if nothing contains it as a whole. `None` if there are no such words.
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
