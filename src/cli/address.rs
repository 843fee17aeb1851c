//! Addresses of the web as they are typed, or read from stdin: what is typed shows in every list of processes.

use std::{
    ffi::OsStr,
    io::{self, BufRead, Read},
};

use clap::{builder::TypedValueParser, error::ErrorKind};
use url::Url;

use super::UsageError;

/// The most that is read of stdin.
const MOST: u64 = 1 << 20;

/// An address of the command line.
#[derive(Debug, Clone)]
pub(super) enum Typed {
    Url(Url),
    /// `-`: stdin says it.
    Stdin,
}

/// Reads what is typed.
pub(super) fn typed() -> impl TypedValueParser<Value = Typed> {
    Parser
}

/// All of them; stdin may hold several, one a line.
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

/// One of them. The rest of stdin is left for what is asked later.
pub(super) fn one(typed: Typed) -> anyhow::Result<Url> {
    let Typed::Stdin = typed else {
        return all(&[typed])?.pop().ok_or_else(none);
    };
    let mut line = String::new();
    io::stdin().lock().take(MOST).read_line(&mut line)?;
    of_stdin(&line)
}

/// The address that a text is, and nothing beside it.
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
        "stdin holds no address; one that begins with http:// or https:// is expected".to_owned(),
    )
    .into()
}

/// It does not repeat the password that an address may hold.
fn unexpected(text: &str) -> String {
    let shown = text.rsplit_once('@').map_or(text, |(_, rest)| rest);
    format!("`{shown}`: an address that begins with http:// or https:// is expected")
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
