//! Quotes of pages and servers, made fit to stand in the bot's texts.

pub(super) use crate::words::{BotWords, fill};
use crate::{
    bulletin::{Language, PageFault, quiet},
    push::card::{clean_line, cut, escape},
    words,
};

pub(in crate::bot) fn of(language: Language) -> &'static BotWords {
    &words::of(language).bot
}

/// Why a page could not be read, escaped: the details, which are in English, for those who read the log's
/// language, and words for its kind for all others.
pub(super) fn why_unread(language: Language, fault: Option<PageFault>, details: &str) -> String {
    match language == Language::OF_LOG {
        true => escape(&page_words(details, 500)),
        false => words::of(language).page_faults.say(fault),
    }
}

/// A source's name as messages and buttons have room for it, without markup. It may be the title of a page.
pub(super) fn shown_name(name: &str) -> String {
    const LONGEST: usize = 40;
    page_words(name, LONGEST)
}

/// Returns what a page or server says, on one line of so many characters: it calls nobody.
pub(super) fn page_words(said: &str, longest: usize) -> String {
    quiet(&cut(&clean_line(said), longest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bulletin::PageKind;

    #[test]
    fn why_a_page_cannot_be_read_is_said_in_the_reader_s_language() {
        let said = |language| {
            let fault = PageFault::Instead(PageKind::SignIn);
            why_unread(
                language,
                Some(fault),
                "not a list of notices: a sign-in page",
            )
        };
        assert_eq!(said(Language::Zh), "需要登录才能查看");
        assert_eq!(said(Language::En), "not a list of notices: a sign-in page");
    }

    #[test]
    fn a_source_named_by_a_page_calls_nobody() {
        assert_eq!(
            shown_name("@boss /stop 站"),
            "@\u{200c}boss /\u{200c}stop 站"
        );
        assert_eq!(page_words("@all 出错", 300), "@\u{200c}all 出错");
    }
}
