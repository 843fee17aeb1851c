//! The data behind a button, signed for its chat. Pure.
//!
//! A client may send any data with a press. The signature makes it worthless unless the bot itself
//! wrote it for that chat; who pressed is checked apart.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

use crate::bulletin::Secret;

/// Characters of the signature, of six bits each: nobody tries 2^60 presses.
const SIGNATURE: usize = 10;

pub(crate) fn signed(what: &str, token: &Secret, chat: i64) -> String {
    format!("{} {what}", signature(what, token, chat))
}

/// None: nothing that this bot wrote for that chat.
pub(crate) fn verified<'a>(data: &'a str, token: &Secret, chat: i64) -> Option<&'a str> {
    let (signed, what) = data.split_once(' ')?;
    (signed == signature(what, token, chat)).then_some(what)
}

/// For those who put it together in another way.
pub(crate) fn signature(what: &str, token: &Secret, chat: i64) -> String {
    let key = blake3::derive_key("noticast 2026 telegram button", token.reveal().as_bytes());
    let hash = blake3::keyed_hash(&key, format!("{chat} {what}").as_bytes());
    let mut text = BASE64_URL_SAFE_NO_PAD.encode(hash.as_bytes());
    text.truncate(SIGNATURE);
    text
}
