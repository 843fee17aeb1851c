//! Words by which people who know no commands say what they want, in lower case.

/// What people write to the bot in a language.
#[derive(Debug)]
pub struct HeardWords {
    pub unsubscribe: &'static [&'static str],
    pub subscribe: &'static [&'static str],
    pub search: &'static [&'static str],
    pub help: &'static [&'static str],
    pub settings: &'static [&'static str],
    pub sources: &'static [&'static str],
    pub latest: &'static [&'static str],
    /// What takes a setting away.
    pub off: &'static [&'static str],
    pub on: &'static [&'static str],
    /// As the chat has it.
    pub same: &'static [&'static str],
    pub filter: &'static [&'static str],
    pub digest: &'static [&'static str],
    pub silent: &'static [&'static str],
}
