//! Stores the texts of bulletins: compressed, each in its own row.

use super::{
    engine::{Engine, Writes},
    keys, pack,
};
use crate::store::error::Result;

pub(super) fn write_text(writes: &mut Writes, id: u64, text: &str, as_published: Option<&str>) {
    if !text.is_empty() {
        writes.put(keys::text(id), &packed(text));
    }
    if let Some(text) = as_published {
        writes.put(keys::text_as_published(id), &packed(text));
    }
}

pub(super) fn text(engine: &Engine, key: &[u8]) -> Result<Option<String>> {
    match engine.get::<Vec<u8>>(key)? {
        Some(packed) => unpacked(engine, key, &packed).map(Some),
        None => Ok(None),
    }
}

pub(super) fn unpacked(engine: &Engine, key: &[u8], packed: &[u8]) -> Result<String> {
    let text = pack::unpack(packed).map_err(|error| engine.unreadable(key, &error))?;
    String::from_utf8(text).map_err(|error| engine.unreadable(key, &error))
}

fn packed(text: &str) -> Vec<u8> {
    let end = text.floor_char_boundary(pack::LONGEST);
    pack::pack(&text.as_bytes()[..end])
}
