//! Lists the words with which people who know no commands express a request, in lower case.

/// The words that people write to the bot in a language.
#[derive(Debug)]
pub struct HeardWords {
    pub unsubscribe: &'static [&'static str],
    pub subscribe: &'static [&'static str],
    pub search: &'static [&'static str],
    pub help: &'static [&'static str],
    pub settings: &'static [&'static str],
    pub sources: &'static [&'static str],
    pub latest: &'static [&'static str],
    /// The words that remove a setting.
    pub off: &'static [&'static str],
    pub on: &'static [&'static str],
    /// The words for the chat's own setting.
    pub same: &'static [&'static str],
    pub filter: &'static [&'static str],
    pub digest: &'static [&'static str],
    pub silent: &'static [&'static str],
}
