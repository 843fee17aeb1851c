//! Answers `/subscribe URL`: tries the page, shows the rows found there, and adds it as a source.

use std::{borrow::Cow, time::Duration};

use chrono::Utc;
use tokio::time::timeout;
use url::Url;

use super::{
    asker::Asker,
    base::Base,
    bulletins::TITLE,
    button::Button,
    removal::is_of,
    reply::{Carrier, Pressed, Reply},
    target::{self, Target},
    visible, want,
    words::{fill, page_words},
};
use crate::{
    bulletin::{
        AddSources, AddedSource, ChannelId, Login, Notice, PageFault, Source, SourceId, Standing,
        canonical_url, unquiet,
    },
    config::{SourceBlock, added_source},
    ops::StoreError,
    push::card::escape,
    watch::{Unread, Watch},
    words::PageFaultWords,
};

/// The maximum number of sources that one chat may add, and all chats together.
const MOST_OF_ONE: usize = 10;
const MOST_OF_ALL: usize = 500;
/// The maximum number of headlines of a page that are shown.
const SHOWN: usize = 5;
/// The time that a page may take while a person waits for an answer about it.
const LONGEST_TRY: Duration = Duration::from_secs(15);
const LONGEST_URL: usize = 1000;

pub(super) async fn try_page(
    base: &Base,
    watch: &Watch,
    asker: &Asker,
    (url, of): (Url, Option<ChannelId>),
) -> Result<Reply, StoreError> {
    let words = asker.words();
    let target = target::target_of(asker, of.as_ref(), None);
    if let Some(known) = visible::known_at(base, asker, &target, &url) {
        return want::subscribe_to(base, asker, &target, Some(&known)).await;
    }
    if let Some(why) = may_not_add(base, asker, &target, &url) {
        let may_join = why == words.let_in_first && target.of.is_none();
        let join = may_join.then(|| (words.join.to_owned(), Button::Join));
        return Ok(Reply::refusing(&why).with(join));
    }
    let (title, notices) = match preview(base, watch, &url).await {
        Ok(found) => found,
        // Only admins may learn where an internal name leads.
        Err(Some(unread)) if unread.fault == PageFault::Private && !base.is_admin(asker) => {
            return Ok(words.inner_address.into());
        }
        Err(unread) => {
            let why = match unread {
                Some(unread) => page_faults(asker).say(Some(unread.fault)),
                None => page_faults(asker).timed_out.to_owned(),
            };
            return Ok(fill(words.page_failed, &[("why", why)]).into());
        }
    };
    let lines = question(base, asker, &url, (title.as_deref(), &notices));
    Ok(Reply::from(lines.join("\n")).with([
        (words.yes_add.to_owned(), Button::Add { of }),
        (words.no.to_owned(), Button::Cancel),
    ]))
}

fn page_faults(asker: &Asker) -> &'static PageFaultWords {
    &crate::words::of(asker.language).page_faults
}

/// Returns the result that a poll of the page would have, or why it cannot be read; `None` if it takes too long.
async fn preview(
    base: &Base,
    watch: &Watch,
    url: &Url,
) -> Result<(Option<String>, Vec<Notice>), Option<Unread>> {
    let id: SourceId = "tried".parse().expect("a source's id");
    let mut source = Source::new(id, url.clone());
    source.time_zone = base.config.time_zone;
    let tried = timeout(LONGEST_TRY, watch.preview(&source)).await;
    tried.map_err(|_| None)?.map_err(Some)
}

/// Asks whether this is the right page. [`add`] reads the address and the name from the question.
fn question(
    base: &Base,
    asker: &Asker,
    url: &Url,
    (title, notices): (Option<&str>, &[Notice]),
) -> Vec<String> {
    let words = asker.words();
    let title = page_words(title.unwrap_or_default(), 60);
    let mut lines = vec![
        words.page_found.say(notices.len()),
        escape(url.as_str()),
        format!("<b>{}</b>", escape(&title)),
    ];
    lines.extend(notices.iter().take(SHOWN).map(|notice| {
        let title = page_words(&notice.title, TITLE);
        format!("· {}", escape(&title))
    }));
    if let Some((of_one, _)) = counted(base, asker).filter(|_| !base.is_admin(asker)) {
        let parts = [
            ("have", of_one.to_string()),
            ("most", MOST_OF_ONE.to_string()),
        ];
        lines.extend([String::new(), fill(words.added_so_far, &parts)]);
    }
    lines
}

/// Adds the address in the message as a source, and subscribes to it.
pub(super) async fn add(
    base: &Base,
    asker: &Asker,
    of: Option<&ChannelId>,
    carrier: &Carrier,
) -> Result<Pressed, StoreError> {
    let words = asker.words();
    let target = target::target_of(asker, of, None);
    if !base.administrates(asker, target.chat(asker)).await {
        return Ok(Pressed::note(words.group_admins_only));
    }
    let mut lines = carrier.text.lines().skip(1);
    let url = lines.next().and_then(|line| Url::parse(line.trim()).ok());
    let Some(url) = url else {
        return Ok(Pressed::note(words.stale_button));
    };
    if let Some(known) = visible::known_at(base, asker, &target, &url) {
        let reply = want::subscribe_to(base, asker, &target, Some(&known));
        return Ok(reply.await?.into());
    }
    if let Some(why) = may_not_add(base, asker, &target, &url) {
        return Ok(Pressed::note(why));
    }
    let source = added(
        base,
        asker,
        &url,
        &unquiet(lines.next().unwrap_or_default()),
    );
    let watched = added_source(&source, base.config.time_zone);
    let by = asker.actor();
    base.store.add_source(source, &by, Utc::now()).await?;
    let reply = want::subscribe_to(base, asker, &target, Some(&watched)).await?;
    Ok(reply.into())
}

fn added(base: &Base, asker: &Asker, url: &Url, name: &str) -> AddedSource {
    let added = base.store.added_sources().borrow().clone();
    let taken = base.config.sources.iter().map(|source| &source.id);
    let taken = taken.chain(added.iter().map(|source| &source.id));
    let block = SourceBlock::new(url.clone(), name, taken);
    // It can be removed in the chat in which it was added.
    let chat = asker.place.clone();
    AddedSource::from_chat(block.id, (&block.name, url), chat, Utc::now())
}

/// Returns how many sources were added from the asker's chat, and from all; `None` if no one may add any.
fn counted(base: &Base, asker: &Asker) -> Option<(usize, usize)> {
    let added = base.store.added_sources().borrow().clone();
    let own = added.iter().filter(|source| is_of(base, source, asker));
    let from_chats = added.iter().filter(|source| source.chat.is_some());
    let adds = base.permissions.add_sources != AddSources::Nobody;
    adds.then(|| (own.count(), from_chats.count()))
}

fn may_not_add(base: &Base, asker: &Asker, target: &Target, url: &Url) -> Option<String> {
    let words = asker.words();
    // People who may not subscribe may not add sources either.
    let shut = match target::standing_if_asked(base, asker, target) {
        Standing::New => Some(words.nobody_subscribes),
        Standing::Pending => Some(words.let_in_first),
        Standing::Refused => Some(words.turned_down),
        Standing::Open | Standing::Approved => None,
    };
    // If a hidden source were added once more, everyone would see it.
    let asked = canonical_url(url.as_str());
    let mut hidden = base.config.sources.iter().filter(|source| !source.public);
    let is_hidden = hidden.any(|source| canonical_url(source.url.as_str()) == asked);
    let (of_one, of_all) = counted(base, asker).unwrap_or_default();
    let full = |text: &str, most: usize| fill(text, &[("most", &most.to_string())]);
    match base.permissions.add_sources {
        AddSources::Nobody => Some(words.nobody_adds.to_owned()),
        AddSources::Admins if !base.is_admin(asker) => Some(words.admins_add.to_owned()),
        _ if shut.is_some() => shut.map(str::to_owned),
        _ if matches!(Login::taken_off(url), Cow::Owned(_)) => Some(words.no_login_here.to_owned()),
        _ if of_one >= MOST_OF_ONE && !base.is_admin(asker) => {
            Some(full(words.too_many_added, MOST_OF_ONE))
        }
        _ if of_all >= MOST_OF_ALL => Some(full(words.too_many_in_all, MOST_OF_ALL)),
        _ if is_hidden || url.as_str().len() > LONGEST_URL => {
            Some(words.no_such_address.to_owned())
        }
        _ => None,
    }
}
