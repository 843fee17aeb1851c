//! The data behind a button: what it does, signed for its chat, in at most 64 bytes. Pure.
//!
//! A client may send any data with a press. The signature makes it worthless unless the bot itself
//! wrote it for that chat; who pressed is checked apart.

use crate::bulletin::{BulletinId, ChannelId, Secret};

/// Bytes of the signature; as hexadecimal digits twice as many.
const SIGNATURE: usize = 8;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Button {
    /// To the named channel, or to all that have its source.
    Rebroadcast(BulletinId, Option<ChannelId>),
    Cancel,
}

impl Button {
    pub(super) fn data(&self, token: &Secret, chat: i64) -> String {
        let what = match self {
            Self::Rebroadcast(id, Some(channel)) => format!("r {id} {channel}"),
            Self::Rebroadcast(id, None) => format!("r {id}"),
            Self::Cancel => "x".to_owned(),
        };
        format!("{} {what}", signature(token, chat, &what))
    }

    /// None: nothing that this bot wrote for that chat.
    pub(super) fn read(data: &str, token: &Secret, chat: i64) -> Option<Self> {
        let (signed, what) = data.split_once(' ')?;
        if signed != signature(token, chat, what) {
            return None;
        }
        let words: Vec<_> = what.split(' ').collect();
        match words.as_slice() {
            ["x"] => Some(Self::Cancel),
            ["r", id] => Some(Self::Rebroadcast(BulletinId(id.parse().ok()?), None)),
            ["r", id, channel] => {
                let channel = channel.parse().ok()?;
                Some(Self::Rebroadcast(
                    BulletinId(id.parse().ok()?),
                    Some(channel),
                ))
            }
            _ => None,
        }
    }
}

fn signature(token: &Secret, chat: i64, what: &str) -> String {
    let key = blake3::derive_key("noticast 2026 telegram button", token.reveal().as_bytes());
    let hash = blake3::keyed_hash(&key, format!("{chat} {what}").as_bytes());
    hash.to_hex()[..SIGNATURE * 2].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_button_is_read_back_in_its_own_chat_alone() {
        let token = Secret::new("1:a".to_owned());
        let longest = format!("telegram:{}/{}", -1_001_234_567_890_i64, 1_234_567);
        for button in [
            Button::Cancel,
            Button::Rebroadcast(BulletinId(1042), None),
            Button::Rebroadcast(
                BulletinId(9_999_999_999),
                Some("a".repeat(32).parse().unwrap()),
            ),
            Button::Rebroadcast(BulletinId(9_999_999_999), Some(longest.parse().unwrap())),
        ] {
            let data = button.data(&token, 7);
            assert!(data.len() <= 64, "{data}");
            assert_eq!(Button::read(&data, &token, 7), Some(button));
            assert_eq!(Button::read(&data, &token, 8), None);
            assert_eq!(Button::read(&data, &Secret::new("1:b".to_owned()), 7), None);
        }
    }

    #[test]
    fn forged_data_is_nothing() {
        let token = Secret::new("1:a".to_owned());
        let good = Button::Rebroadcast(BulletinId(1), None).data(&token, 7);
        let other = good.replace("r 1", "r 2");
        for data in ["", "r 1", "x", "0000000000000000 r 1", &other] {
            assert_eq!(Button::read(data, &token, 7), None, "{data}");
        }
    }
}
