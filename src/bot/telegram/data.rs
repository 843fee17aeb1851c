//! Encodes the data behind a button, signed for its chat, in at most 64 bytes. Pure.

use super::super::talk::Button;
use crate::{
    bulletin::{ChannelId, Secret},
    push::telegram::{signed, verified},
};

pub(super) fn data(button: &Button, token: &Secret, chat: i64) -> String {
    signed(&button.written(), token, chat)
}

/// Returns the button; `None` if this bot did not write it for that chat.
pub(super) fn read(data: &str, token: &Secret, chat: i64) -> Option<Button> {
    let what = verified(data, token, chat)?;
    Button::read(what, &ChannelId::of_chat(chat, None))
}

#[cfg(test)]
mod tests {
    use super::{super::super::talk::LONGEST_BUTTON, *};
    use crate::bulletin::BulletinId;

    #[test]
    fn a_button_is_read_back_in_its_own_chat_alone() {
        let (token, other) = (Secret::new("1:a".to_owned()), Secret::new("1:b".to_owned()));
        for button in [
            Button::Cancel,
            Button::Story(BulletinId(1042)),
            Button::Join,
        ] {
            let data = data(&button, &token, 7);
            assert_eq!(read(&data, &token, 7), Some(button));
            assert_eq!(read(&data, &token, 8), None);
            assert_eq!(read(&data, &other, 7), None);
        }
    }

    #[test]
    fn telegram_takes_the_longest_button() {
        let data = data(&Button::Cancel, &Secret::new("1:a".to_owned()), 7);
        let added = data.len() - Button::Cancel.written().len();
        assert!(added + LONGEST_BUTTON <= 64);
    }

    #[test]
    fn forged_data_is_nothing() {
        let token = Secret::new("1:a".to_owned());
        let good = data(&Button::Rebroadcast(BulletinId(1), None), &token, 7);
        let other = good.replace("r 1", "r 2");
        for data in ["", "r 1", "x", "0000000000 r 1", &other] {
            assert_eq!(read(data, &token, 7), None, "{data}");
        }
    }
}
