//! Parses web addresses from the command line or from stdin: typed ones are visible in every list of processes.

use std::{
    ffi::OsStr,
    io::{self, BufRead, Read},
};

use clap::{builder::TypedValueParser, error::ErrorKind};
use url::Url;

use super::exit::UsageError;
use crate::source::fetch::Shown;

/// The maximum number of bytes that are read from stdin.
const MOST: u64 = 1 << 20;

/// An address on the command line.
#[derive(Debug, Clone)]
pub(super) enum Typed {
    Url(Url),
    /// `-`: the address is read from stdin.
    Stdin,
}

/// Returns the parser of an address on the command line.
pub(super) fn typed() -> impl TypedValueParser<Value = Typed> {
    Parser
}

/// Returns the error of an address, which is named once: an error of fetching names it itself.
pub(super) fn failed(typed: &str, url: Option<&Url>, error: &str) -> String {
    let shown = url.map(|url| format!("{}: ", Shown(url)));
    let own = shown.and_then(|shown| error.strip_prefix(&shown));
    format!("{typed}: {}", own.unwrap_or(error))
}

/// Returns the line that is shown while the user waits for an address.
pub(super) fn waiting(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    format!("waiting for {host} to answer in full")
}

/// Returns all addresses; stdin may contain several, one per line.
pub(super) fn all(typed: &[Typed]) -> anyhow::Result<Vec<Url>> {
    let mut urls = Vec::new();
    for typed in typed {
        match typed {
            Typed::Url(url) => urls.push(url.clone()),
            Typed::Stdin => urls.extend(lines()?),
        }
    }
    Ok(urls)
}

/// Returns one address. The rest of stdin is left for later questions.
pub(super) fn one(typed: Typed) -> anyhow::Result<Url> {
    let Typed::Stdin = typed else {
        return all(&[typed])?.pop().ok_or_else(none);
    };
    let mut line = String::new();
    io::stdin().lock().take(MOST).read_line(&mut line)?;
    of_stdin(&line)
}

/// Parses a text that is an address and nothing else.
pub(super) fn parse(text: &str) -> Option<Url> {
    let url = Url::parse(text.trim()).ok()?;
    let is_one =
        matches!(url.scheme(), "http" | "https") && !text.trim().contains(char::is_whitespace);
    is_one.then_some(url)
}

fn lines() -> anyhow::Result<Vec<Url>> {
    let mut text = String::new();
    io::stdin().lock().take(MOST).read_to_string(&mut text)?;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let urls: Vec<Url> = lines.map(of_stdin).collect::<Result<_, _>>()?;
    match urls.is_empty() {
        true => Err(none()),
        false => Ok(urls),
    }
}

fn of_stdin(line: &str) -> anyhow::Result<Url> {
    if line.trim().is_empty() {
        return Err(none());
    }
    parse(line).ok_or_else(|| UsageError(format!("stdin: {}", unexpected(line.trim()))).into())
}

fn none() -> anyhow::Error {
    UsageError(
        "stdin holds no address; expected one that begins with http:// or https://".to_owned(),
    )
    .into()
}

/// Returns the error of a text that is not an address, without the password that it may contain.
fn unexpected(text: &str) -> String {
    let shown = text.rsplit_once('@').map_or(text, |(_, rest)| rest);
    match proposed(shown) {
        Some(address) => format!("`{shown}` is not an address; did you mean {address}?"),
        None => format!(
            "`{shown}` is not the address of a page; expected one that begins with http:// or https://"
        ),
    }
}

/// Returns the address that was probably intended if its scheme was left out: `example.com/news/`.
pub(super) fn proposed(text: &str) -> Option<String> {
    const FILES: [&str; 9] = [
        "atom", "htm", "html", "json", "md", "opml", "rss", "txt", "xml",
    ];
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | ':');
    let (host, _) = text.split_once(['/', '?']).unwrap_or((text, ""));
    let name = host.split_once(':').map_or(host, |(name, _)| name);
    let (before, last) = name.rsplit_once('.')?;
    let is_host = !before.is_empty() && host.chars().all(is_word) && !text.contains("://");
    let is_file = host == text && FILES.contains(&last.to_ascii_lowercase().as_str());
    let address = format!("https://{text}");
    let has_host = parse(&address).is_some_and(|url| url.has_host());
    (is_host && last.len() > 1 && !is_file && has_host).then_some(address)
}

#[derive(Clone)]
struct Parser;

impl TypedValueParser for Parser {
    type Value = Typed;

    fn parse_ref(
        &self,
        command: &clap::Command,
        _: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<Typed, clap::Error> {
        let text = value.to_string_lossy();
        if text == "-" {
            return Ok(Typed::Stdin);
        }
        parse(&text).map(Typed::Url).ok_or_else(|| {
            let what = unexpected(&text) + "\n";
            clap::Error::raw(ErrorKind::ValueValidation, what).with_cmd(command)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_without_its_scheme_is_proposed_with_it() {
        for text in [
            "example.com",
            "www.example.com/news/list.html",
            "news.example.com.cn:8080/a?b=c",
            "例子.中国/新闻",
        ] {
            assert_eq!(proposed(text), Some(format!("https://{text}")));
        }
        for text in [
            "page.html",
            "feed.xml",
            "news",
            "two words.com",
            "../page.html",
            "./example.com",
            "ftp://example.com",
            "",
            ".",
        ] {
            assert_eq!(proposed(text), None, "{text}");
        }
    }
}
