//! Converts chats that programs before schema 5 wrote: without wishes for single sources, and always with buttons.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::engine::{Engine, Writes};
use crate::{
    bulletin::{Chat, Language, SourceId, Standing},
    store::error::Result,
};

#[derive(Serialize, Deserialize)]
struct OlderChat {
    title: String,
    standing: Standing,
    sources: Option<Vec<SourceId>>,
    include: Vec<String>,
    exclude: Vec<String>,
    time_zone: String,
    quiet: Option<String>,
    digest: Option<String>,
    silent: bool,
    language: Option<Language>,
}

/// Converts the rows of chats to schema 5.
pub(super) fn bring_up(engine: &Engine) -> Result<()> {
    let mut writes = Writes::default();
    for row in engine.scan(b"u") {
        let row = row?;
        if engine.decode::<Chat>(&row.key, &row.value).is_err() {
            let older: OlderChat = engine.decode(&row.key, &row.value)?;
            writes.put(row.key.to_vec(), &chat(older));
        }
    }
    engine.commit(writes)
}

fn chat(older: OlderChat) -> Chat {
    let zone = older.time_zone.parse().unwrap_or(Tz::Asia__Shanghai);
    Chat {
        title: older.title,
        standing: older.standing,
        sources: older.sources,
        include: older.include,
        exclude: older.exclude,
        quiet: older.quiet,
        digest: older.digest,
        silent: older.silent,
        language: older.language,
        ..Chat::new(zone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sled::{keys, open};

    #[test]
    fn a_chat_of_an_older_program_keeps_all_its_wishes() {
        let state = tempfile::tempdir().unwrap();
        let engine = open::open(state.path()).unwrap();
        // These words are longer than one chunk of a row.
        let words: Vec<String> = (0..600).map(|n| format!("第{n}号")).collect();
        let older = OlderChat {
            title: "值班".to_owned(),
            standing: Standing::Open,
            sources: None,
            include: words,
            exclude: Vec::new(),
            time_zone: "Asia/Tokyo".to_owned(),
            quiet: Some("22:00-07:00".to_owned()),
            digest: None,
            silent: true,
            language: None,
        };
        let mut writes = Writes::default();
        writes.put(keys::chat(7), &older);
        engine.commit(writes).unwrap();
        for _ in 0..2 {
            bring_up(&engine).unwrap();
            let row = engine.scan(b"u").next().unwrap().unwrap();
            let chat: Chat = engine.decode(&row.key, &row.value).unwrap();
            assert_eq!((chat.include.len(), chat.time_zone), (600, Tz::Asia__Tokyo));
            assert!(chat.silent && chat.own.is_empty() && !chat.without_buttons);
        }
    }
}
