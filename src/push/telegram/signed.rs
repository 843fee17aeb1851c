//! Signs the data behind a button for its chat. Pure.
//!
//! A client may send any data with a press. The signature makes it worthless unless the bot itself wrote it for that
//! chat; the person who pressed is checked separately.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

use crate::bulletin::Secret;

/// The characters of the signature, of six bits each: 2^60 presses are too many to try.
const SIGNATURE: usize = 10;

pub(crate) fn signed(what: &str, token: &Secret, chat: i64) -> String {
    format!("{} {what}", signature(what, token, chat))
}

/// Returns the data; `None` if this bot did not write it for that chat.
pub(crate) fn verified<'a>(data: &'a str, token: &Secret, chat: i64) -> Option<&'a str> {
    let (signed, what) = data.split_once(' ')?;
    (signed == signature(what, token, chat)).then_some(what)
}

/// Returns the signature, for callers that put the data together in another way.
pub(crate) fn signature(what: &str, token: &Secret, chat: i64) -> String {
    let key = blake3::derive_key("noticast 2026 telegram button", token.reveal().as_bytes());
    let hash = blake3::keyed_hash(&key, format!("{chat} {what}").as_bytes());
    let mut text = BASE64_URL_SAFE_NO_PAD.encode(hash.as_bytes());
    text.truncate(SIGNATURE);
    text
}
