//! Brings the fields of a notice into the form of bulletins, or reports what is expected instead.

use url::Url;

use crate::bulletin::{Attachment, FieldFault, InputFault};

const MOST_TITLE_CHARS: usize = 300;
/// The length of a text: it fits into the 64 KiB that one request of the API may have.
const MOST_TEXT_CHARS: usize = 20_000;
const MOST_SUMMARY_CHARS: usize = 2_000;
const MOST_NAME_CHARS: usize = 100;
const MOST_URL_BYTES: usize = 2_000;
const MOST_FILES: usize = 50;

/// Treats an empty value as missing.
pub(super) fn optional(
    given: Option<String>,
    clean: impl Fn(&str) -> Result<String, FieldFault>,
) -> Result<Option<String>, FieldFault> {
    match given.filter(|given| !given.trim().is_empty()) {
        Some(given) => clean(&given).map(Some),
        None => Ok(None),
    }
}

pub(super) fn title(given: &str) -> Result<String, FieldFault> {
    let title = bounded("title", line(given), MOST_TITLE_CHARS)?;
    match title.is_empty() {
        true => Err(FieldFault::new(
            "title",
            InputFault::Empty,
            "a headline is expected",
        )),
        false => Ok(title),
    }
}

pub(super) fn text(given: &str) -> Result<String, FieldFault> {
    let lines = given.lines().map(line).filter(|line| !line.is_empty());
    let text: Vec<String> = lines.collect();
    bounded("text", text.join("\n"), MOST_TEXT_CHARS)
}

pub(super) fn summary(given: &str) -> Result<String, FieldFault> {
    bounded("summary", line(given), MOST_SUMMARY_CHARS)
}

pub(super) fn publisher(given: &str) -> Result<String, FieldFault> {
    bounded("publisher", line(given), MOST_NAME_CHARS)
}

/// Returns one line without control characters, each gap one space.
fn line(text: &str) -> String {
    let text = text.replace(|c: char| c.is_control(), " ");
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

fn bounded(field: &str, text: String, most: usize) -> Result<String, FieldFault> {
    match text.chars().count() > most {
        true => Err(FieldFault::new(
            field,
            InputFault::TooLong(most),
            format!("{most} characters at most are expected"),
        )),
        false => Ok(text),
    }
}

pub(super) fn address(field: &str, given: &str) -> Result<String, FieldFault> {
    let expected = || {
        let what = "an http or https address without user name or password is expected";
        FieldFault::new(field, InputFault::NoAddress, what)
    };
    let url = Url::parse(given.trim()).map_err(|_| expected())?;
    let is_plain = url.username().is_empty() && url.password().is_none();
    let is_web = matches!(url.scheme(), "http" | "https") && url.as_str().len() <= MOST_URL_BYTES;
    match is_web && is_plain {
        true => Ok(url.into()),
        false => Err(expected()),
    }
}

pub(super) fn files(given: Vec<Attachment>) -> Result<Vec<Attachment>, FieldFault> {
    if given.len() > MOST_FILES {
        let what = format!("{MOST_FILES} at most are expected");
        let kind = InputFault::TooManyFiles(MOST_FILES);
        return Err(FieldFault::new("attachments", kind, what));
    }
    given.into_iter().map(file).collect()
}

fn file(mut given: Attachment) -> Result<Attachment, FieldFault> {
    let url = address("attachments", &given.url)?;
    let name = bounded("attachments", line(&given.name), MOST_NAME_CHARS)?;
    given.name = match name.is_empty() {
        true => file_name(&url),
        false => name,
    };
    given.url = url;
    Ok(given)
}

/// Returns the last part of an address's path, as people read it.
#[must_use]
pub fn file_name(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    let decoded = percent_encoding::percent_decode_str(last).decode_utf8_lossy();
    let name: String = line(&decoded).chars().take(MOST_NAME_CHARS).collect();
    match name.is_empty() {
        true => url.chars().take(MOST_NAME_CHARS).collect(),
        false => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_name_is_called_as_its_address_says() {
        assert_eq!(
            file_name("https://example.com/a/%E5%90%8D%E5%8D%95.xlsx?v=1"),
            "名单.xlsx"
        );
        assert_eq!(file_name("https://example.com/"), "https://example.com/");
    }
}
