//! Provides a running bot with its admin, and its texts.

use super::{pushing::Pushing, telegram::Telegram};

pub(crate) const TOKEN: &str = "1:tok";
pub(crate) const ANYONE: &str = "subscribe = \"anyone\"\n";
pub(crate) const GROUP: i64 = -80;
pub(crate) const PERSON: i64 = 9;
pub(crate) const ADMIN: i64 = 5;

fn settings(telegram: &Telegram, more: &str) -> String {
    format!(
        "[telegram]\ntoken = \"{TOKEN}\"\nadmins = [{ADMIN}]\napi_url = \"{}\"\n{more}",
        telegram.url
    )
}

/// Starts a bot with the source `news` (集团要闻), and `more` in the config, first in `[telegram]`.
pub(crate) async fn at_work(telegram: &Telegram, more: &str) -> Pushing {
    let mut pushing = Pushing::new(&settings(telegram, more)).await;
    pushing.start();
    pushing.start_bot();
    pushing
}

/// Returns the last text of the bot in a chat that contains `part`, once there is one.
pub(crate) async fn said(telegram: &Telegram, chat: i64, part: &str) -> String {
    let shows = |seen: &Telegram| seen.texts(chat).iter().any(|text| text.contains(part));
    telegram.until(&format!("`{part}` in {chat}"), shows).await;
    let texts = telegram.texts(chat);
    texts
        .into_iter()
        .rev()
        .find(|text| text.contains(part))
        .unwrap()
}
