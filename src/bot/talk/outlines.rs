//! Imports an OPML file that an admin sends: adds the feeds of another program as sources.

use chrono::Utc;

use super::{
    asker::Asker,
    base::Base,
    reply::Reply,
    sent_file::SentFile,
    words::{fill, shown_name},
};
use crate::{
    bulletin::AddedSource,
    config::{
        SourceBlock,
        opml::{self, Imported},
    },
    ops::{Answered, StoreError},
    push::card::escape,
};

/// The maximum length, in bytes, of a file: the lists of feed readers have some hundred per feed.
const LARGEST: usize = 1 << 20;
/// The maximum number of sources that one file adds, and that are named.
const MOST: usize = 500;
const NAMED: usize = 10;

/// Returns why a file is not accepted at all; `None` if it is read.
pub(super) fn refused(base: &Base, asker: &Asker, file: &SentFile) -> Option<Reply> {
    let words = asker.words();
    let name = file.name.to_lowercase();
    let is_outline = [".opml", ".xml"].iter().any(|end| name.ends_with(end));
    if !base.is_admin(asker) {
        return Some(Reply::refusing(words.opml_admins_only));
    }
    if !is_outline {
        return Some(words.opml_only.into());
    }
    (file.bytes > LARGEST as u64).then(|| words.opml_too_large.into())
}

pub(super) async fn import(
    base: &Base,
    asker: &Asker,
    file: &SentFile,
) -> Result<Reply, StoreError> {
    let words = asker.words();
    let Some(bytes) = base.platform.file(&file.id, LARGEST).await else {
        return Ok(words.opml_not_received.into());
    };
    let read = opml::decode(&bytes).and_then(|text| opml::from_opml(&text, &base.config));
    let Ok(imported) = read else {
        return Ok(words.opml_unreadable.into());
    };
    let (mut added, by) = (Vec::new(), asker.actor());
    for block in imported.blocks.iter().take(MOST) {
        let source = source(asker, block);
        match base
            .store
            .add_source(source, &by, Utc::now())
            .await
            .settled()?
        {
            Ok(true) => added.push(block.name.clone()),
            Ok(false) => {}
            Err(_) => return Ok(report(asker, &imported, &added)),
        }
    }
    Ok(report(asker, &imported, &added))
}

fn source(asker: &Asker, block: &SourceBlock) -> AddedSource {
    let named = (block.name.as_str(), &block.url);
    AddedSource::from_chat(block.id.clone(), named, asker.place.clone(), Utc::now())
}

/// Returns which sources were added and how many were not.
fn report(asker: &Asker, imported: &Imported, added: &[String]) -> Reply {
    let words = asker.words();
    let all = imported.blocks.len() + imported.skipped.len();
    let mut lines = vec![words.opml_added.say(added.len())];
    let named = added.iter().take(NAMED);
    lines.extend(named.map(|name| format!("· {}", escape(&shown_name(name)))));
    lines.extend((added.len() > NAMED).then(|| "…".to_owned()));
    let left = all - added.len();
    lines.extend((left > 0).then(|| words.opml_skipped.say(left)));
    lines.push(fill(words.opml_next, &[("sources", words.sources)]));
    Reply::from(lines.join("\n"))
}
