//! Collects all texts of one language.

use super::{
    alerts::AlertWords, bot::BotWords, cards::CardWords, dates::DateWords, demo::DemoWords,
    desk::DeskWords, faults::PageFaultWords, heard::HeardWords, inputs::InputWords,
    kinds::KindWords, pages::PageWords, problems::ProblemWords, refusals::RefusalWords,
    send_faults::SendFaultWords,
};

/// The texts of one language, by the place where they are read.
#[derive(Debug)]
pub struct Words {
    /// The language's own name.
    pub name: &'static str,
    /// Other ways in which people write its name to the bot, in lower case.
    pub also_called: &'static [&'static str],
    pub alerts: AlertWords,
    pub bot: BotWords,
    pub cards: CardWords,
    pub dates: DateWords,
    pub demo: DemoWords,
    pub desk: DeskWords,
    pub heard: HeardWords,
    pub inputs: InputWords,
    pub kinds: KindWords,
    pub page_faults: PageFaultWords,
    pub pages: PageWords,
    pub problems: ProblemWords,
    pub refusals: RefusalWords,
    pub send_faults: SendFaultWords,
}
