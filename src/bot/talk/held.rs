//! Shows held bulletins to admins, who publish them or mark them as seen.

use std::collections::HashMap;

use chrono::Utc;

use super::{
    asker::Asker,
    base::Base,
    bulletins,
    button::{Button, Release},
    reply::{Pressed, Reply},
    words::{BotWords, fill},
};
use crate::{
    bulletin::{Bulletin, BulletinId, BulletinState, SourceId},
    ops::{Answered, BulletinQuery, HeldAction, StoreError},
    push::Sent,
};

/// The maximum number of bulletins that a message names, and that it shows on demand.
const NAMED: usize = 12;
const SHOWN: usize = 30;
/// The number of newest bulletins of each source that are published.
const NEWEST: usize = 3;

/// Returns the held bulletins of a source, or of all, with buttons.
pub(super) async fn held(
    base: &Base,
    asker: &Asker,
    source: Option<SourceId>,
) -> Result<Reply, StoreError> {
    held_in(base, asker.words(), source, NAMED).await
}

async fn held_in(
    base: &Base,
    words: &'static BotWords,
    source: Option<SourceId>,
    most: usize,
) -> Result<Reply, StoreError> {
    let held = all_held(base, source.as_ref()).await?;
    let Some(newest) = held.first() else {
        return Ok(words.nothing_held.into());
    };
    let mut lines = vec![words.held.say(held.len()), String::new()];
    lines.extend(held.iter().take(most).map(|bulletin| {
        format!(
            "{} · <code>{}</code>",
            bulletins::line(base, bulletin),
            bulletin.source
        )
    }));
    if held.len() > most {
        lines.push("…".to_owned());
    }
    let button = |release| Button::Held(release, newest.id, source.clone());
    Ok(Reply::from(lines.join("\n"))
        .with([
            (words.publish_all.to_owned(), button(Release::All)),
            (
                words.publish_newest.to_owned(),
                button(Release::NewestThree),
            ),
        ])
        .with([
            (words.mark_seen.to_owned(), button(Release::Seen)),
            (words.show.to_owned(), button(Release::Show)),
        ]))
}

/// Returns the held bulletins, newest first.
async fn all_held(base: &Base, source: Option<&SourceId>) -> Result<Vec<Bulletin>, StoreError> {
    let query = BulletinQuery {
        source: source.cloned(),
        states: vec![BulletinState::Held],
        ..BulletinQuery::default()
    };
    Ok(base.store.bulletins(&query).await?.items)
}

pub(super) async fn release(
    base: &Base,
    asker: &Asker,
    release: Release,
    (up_to, source): (BulletinId, Option<SourceId>),
) -> Result<Pressed, StoreError> {
    let words = asker.words();
    if release == Release::Show {
        return Ok(held_in(base, words, source, SHOWN).await?.into());
    }
    // Bulletins that arrived after the message was written are excluded.
    let mut held = all_held(base, source.as_ref()).await?;
    held.retain(|bulletin| bulletin.id <= up_to);
    if held.is_empty() {
        return Ok(Pressed::note(words.nothing_held));
    }
    let published = match release {
        Release::All => held.iter().collect(),
        Release::NewestThree => newest(&held, NEWEST),
        Release::Seen | Release::Show => Vec::new(),
    };
    let published: Vec<BulletinId> = published.iter().map(|bulletin| bulletin.id).collect();
    let rest = held.iter().map(|bulletin| bulletin.id);
    let seen: Vec<BulletinId> = rest.filter(|id| !published.contains(id)).collect();
    let counts = (published.len().to_string(), seen.len().to_string());
    let (by, now) = (asker.actor(), Utc::now());
    for action in [HeldAction::Publish(published), HeldAction::Seen(seen)] {
        let settled = base.store.settle_held(action, &by, now).await;
        if settled.settled()?.is_err() {
            return Ok(Pressed::note(asker.words().settled_by_another));
        }
    }
    let parts = [
        ("published", counts.0.as_str()),
        ("seen", counts.1.as_str()),
    ];
    Ok(Reply::from(fill(words.settled, &parts)).into())
}

/// Reports to admins which bulletins were held since the last time, with buttons. The report is due until one of them
/// has it, or none ever will.
pub(in crate::bot) async fn report_held(base: &Base) -> Result<(), StoreError> {
    let Some(newest) = base.store.unreported_held().await? else {
        return Ok(());
    };
    let (mut is_reported, mut is_owed) = (false, false);
    for admin in &base.permissions.admins {
        let words = base.words_at(admin);
        let reply = held_in(base, words, None, NAMED).await?;
        let Some(sent) = base.platform.say(admin, reply).await else {
            continue;
        };
        is_reported |= matches!(sent, Sent::Done(_));
        is_owed |= !sent.is_settled();
    }
    if is_owed && !is_reported {
        return Ok(());
    }
    base.store.reported_held(newest).await
}

/// Returns the newest of each source; `held` is newest first.
fn newest(held: &[Bulletin], most: usize) -> Vec<&Bulletin> {
    let mut taken: HashMap<&SourceId, usize> = HashMap::new();
    let mut newest = Vec::new();
    for bulletin in held {
        let count = taken.entry(&bulletin.source).or_default();
        *count += 1;
        if *count <= most {
            newest.push(bulletin);
        }
    }
    newest
}
