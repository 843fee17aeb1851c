//! Formats text for a terminal: its width, its styles, and its line breaks.

use std::{
    fmt,
    io::Write,
    sync::{Arc, Mutex},
};

use unicode_linebreak::linebreaks;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;
use url::Url;

/// The writer of `stdout` channels; provided by cli.
#[derive(Clone)]
pub struct Output {
    pub(super) writer: Arc<Mutex<dyn Write + Send>>,
    screen: fn() -> Screen,
}

impl Output {
    /// Takes the function `screen`, which is called before each card: people resize their terminals.
    #[must_use]
    pub fn new(writer: Arc<Mutex<dyn Write + Send>>, screen: fn() -> Screen) -> Self {
        Self { writer, screen }
    }

    pub(super) fn screen(&self) -> Screen {
        (self.screen)()
    }
}

/// An output to a file, a pipe, or memory.
impl<W: Write + Send + 'static> From<Arc<Mutex<W>>> for Output {
    fn from(writer: Arc<Mutex<W>>) -> Self {
        Self::new(writer, || Screen::PLAIN)
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Output")
    }
}

/// The width and the styles that an output has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Screen {
    pub columns: usize,
    /// True if bold, colours and links may be written.
    pub is_styled: bool,
}

impl Screen {
    /// The screen of a file or a pipe.
    pub const PLAIN: Self = Self {
        columns: 80,
        is_styled: false,
    };

    /// Returns the text as this screen shows it in a style. It must be one line without control characters.
    #[must_use]
    pub fn styled(self, text: &str, style: Style) -> String {
        if !self.is_styled || text.is_empty() {
            return text.to_owned();
        }
        let code = match style {
            Style::Plain => return text.to_owned(),
            Style::Bold => "1",
            Style::Faint => "2",
            Style::Accent => "33",
            Style::Link => "36",
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }

    /// Returns a text that opens an address if the terminal supports links (OSC 8).
    #[must_use]
    pub fn linked(self, text: &str, address: &str) -> String {
        // Such a sequence may contain only ASCII, like parsed addresses.
        match Url::parse(address) {
            Ok(url) if self.is_styled => format!("\x1b]8;;{url}\x1b\\{text}\x1b]8;;\x1b\\"),
            _ => text.to_owned(),
        }
    }
}

/// The style of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Plain,
    Bold,
    Faint,
    /// Text that must not be overlooked.
    Accent,
    /// An address, which can be opened.
    Link,
}

/// Breaks a line at `width` columns where the Unicode line breaking algorithm (UAX #14) allows it: at spaces, and
/// between Chinese characters but not before ， or 。. A longer word is broken anywhere; an address stays whole, so that
/// it can be opened.
#[must_use]
pub fn wrapped(line: &str, width: usize) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = line;
    while rest.width() > width && !is_address(rest) {
        let end = last_break(rest, width).unwrap_or_else(|| longest(rest, width));
        let (head, tail) = rest.split_at(end);
        lines.push(head.trim_end());
        rest = tail.trim_start();
    }
    lines.push(rest);
    lines
}

fn is_address(text: &str) -> bool {
    text.starts_with("http") && !text.contains(' ')
}

fn last_break(text: &str, width: usize) -> Option<usize> {
    let fits = |end: &usize| text[..*end].trim_end().width() <= width;
    let ends = linebreaks(text).map(|(end, _)| end);
    ends.take_while(fits).last()
}

/// Returns the end of the text that fits, at least one character.
fn longest(text: &str, width: usize) -> usize {
    let mut ends = text.grapheme_indices(true).map(|(at, c)| at + c.len());
    let first = ends.next().unwrap_or(text.len());
    let fits = |end: &usize| text[..*end].width() <= width;
    ends.take_while(fits).last().unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_begins_with_a_mark_that_ends_a_phrase() {
        for width in 8..40 {
            let text = "各部门须于六月底前完成自查与整改，逾期者通报批评（并计入年度考核）。详见《通知》、附件；OK。";
            let lines = wrapped(text, width);
            assert_eq!(lines.concat(), text);
            for line in lines {
                assert!(line.width() <= width, "{line}");
                assert!(
                    !line.starts_with(['，', '。', '）', '》', '、', '；']),
                    "{line}"
                );
                assert!(!line.ends_with(['（', '《']), "{line}");
            }
        }
    }

    #[test]
    fn words_break_at_spaces_and_addresses_stay_whole() {
        assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
        assert_eq!(wrapped("abcdefghij kl", 4), ["abcd", "efgh", "ij", "kl"]);
        let address = "https://www.example.com/a-long-path/1.html";
        assert_eq!(wrapped(address, 10), [address]);
        assert_eq!(wrapped("", 10), [""]);
    }

    #[test]
    fn a_link_holds_ascii_alone_and_a_plain_screen_gets_none() {
        let styled = Screen {
            is_styled: true,
            ..Screen::PLAIN
        };
        let link = styled.linked("看", "https://a.example/通知");
        assert_eq!(
            link,
            "\x1b]8;;https://a.example/%E9%80%9A%E7%9F%A5\x1b\\看\x1b]8;;\x1b\\"
        );
        assert_eq!(Screen::PLAIN.linked("看", "https://a.example/"), "看");
        assert_eq!(styled.styled("a", Style::Bold), "\x1b[1ma\x1b[0m");
        assert_eq!(Screen::PLAIN.styled("a", Style::Bold), "a");
    }
}
