//! `stdout` channels: a terminal, or a program that reads a line for each bulletin.

use std::{
    fmt,
    io::Write,
    sync::{Arc, Mutex},
};

use futures::future::{BoxFuture, FutureExt, ready};
use serde::Serialize;
use serde_json::Value;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{
    card::{self, Card},
    error::PushError,
    sender::{Checked, Sender, Sent},
};
use crate::{
    bulletin::{Channel, ChannelId, ChannelKind, DeliveryKind, StdoutFormat},
    view,
};

/// Columns in front of a card's text, which hold its number.
const MARGIN: usize = 8;
/// Columns of a card, margin and all.
const WIDTH: usize = 80;

/// Where `stdout` channels write; given by cli.
pub type Output = Arc<Mutex<dyn Write + Send>>;

/// The terminal, or whatever cli gave as output.
pub(super) struct Stdout(pub(super) Output);

impl fmt::Debug for Stdout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stdout")
    }
}

impl Sender for Stdout {
    fn fits(&self, card: &Card, _channel: &Channel) -> usize {
        card.count()
    }

    fn draft(&self, card: &Card, channel: &Channel) -> Value {
        drawn(card, channel).into()
    }

    fn send<'a>(&'a self, card: &'a Card, channel: &'a Channel) -> BoxFuture<'a, Sent> {
        let text = drawn(card, channel);
        let output = self.0.clone();
        // A reader that is slow must hold up no other task.
        async move {
            let write = move || {
                let mut output = output
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner);
                output
                    .write_all(text.as_bytes())
                    .and_then(|()| output.flush())
            };
            match tokio::task::spawn_blocking(write).await {
                Ok(Ok(())) => Sent::Done(None),
                Ok(Err(error)) => Sent::Again(format!("cannot write the output: {error}")),
                Err(error) => Sent::Again(format!("cannot write the output: {error}")),
            }
        }
        .boxed()
    }

    fn check<'a>(&'a self, _channel: &'a Channel) -> BoxFuture<'a, Result<Checked, PushError>> {
        ready(Ok(Checked::Good("this terminal".to_owned()))).boxed()
    }
}

pub(super) fn drawn(card: &Card, channel: &Channel) -> String {
    let is_json = ChannelKind::Stdout {
        format: StdoutFormat::Json,
    } == channel.kind;
    card.each()
        .map(|card| match is_json {
            true => json(&card, &channel.id),
            false => text(&card),
        })
        .collect()
}

/// A card for people: its number in the margin, the rest in one column.
fn text(card: &Card) -> String {
    let mark = card.mark();
    let note = card.note.as_deref().map(card::clean_text);
    let mut lines: Vec<String> = Vec::new();
    if let Some(mark) = mark {
        lines.push(match &note {
            Some(note) => format!("{mark}: {note}"),
            None => mark.to_owned(),
        });
    } else {
        lines.extend(note);
    }
    let words = card.wording().entries.into_iter().next();
    let (Some(bulletin), Some(words)) = (&card.bulletin, words) else {
        return indented("", &lines);
    };
    let published = bulletin
        .published
        .map(|moment| card::show(&moment, card.time_zone));
    let publisher = bulletin.publisher.as_deref().map(card::clean_line);
    let about = [published, Some(card::clean_line(&card.source)), publisher];
    let about: Vec<_> = about
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect();
    let files = words.files_line();
    lines.push(words.title);
    lines.push(about.join(" · "));
    lines.extend(words.deadline);
    // A note of a correction is short.
    let is_note = card.kind == DeliveryKind::Update;
    let summary = bulletin.summary.as_deref().filter(|_| !is_note);
    lines.extend(summary.map(card::clean_text));
    lines.extend(files);
    lines.push(card::clean_line(&bulletin.url));
    indented(&format!("#{}", bulletin.id), &lines)
}

fn indented(number: &str, paragraphs: &[String]) -> String {
    let mut out = String::new();
    let lines = paragraphs.iter().flat_map(|text| text.lines());
    for (i, line) in lines
        .flat_map(|line| wrapped(line, WIDTH - MARGIN))
        .enumerate()
    {
        let margin = if i == 0 { number } else { "" };
        let pad = MARGIN.saturating_sub(margin.width()).max(1);
        out += &format!("{margin}{:pad$}{line}\n", "");
    }
    out + "\n"
}

/// Lines of at most `width` columns, broken at a space where there is one; a word (an address, a
/// Chinese sentence) is broken anywhere but an address, which must stay whole to be opened.
fn wrapped(line: &str, width: usize) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = line;
    while rest.width() > width && !rest.starts_with("http") {
        let mut columns = 0;
        let fits = rest.char_indices().find(|(_, c)| {
            columns += c.width().unwrap_or(0);
            columns > width
        });
        let Some((end, _)) = fits.filter(|(end, _)| *end > 0) else {
            break;
        };
        let space = rest[..end].rfind(' ').filter(|at| *at > end / 2);
        let (head, tail) = rest.split_at(space.unwrap_or(end));
        lines.push(head);
        rest = tail.trim_start();
    }
    lines.push(rest);
    lines
}

#[derive(Serialize)]
struct TerminalLine<'a> {
    channel: &'a ChannelId,
    kind: DeliveryKind,
    /// The note of a rebroadcast, the text of an announcement.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
    /// The text that the channel's template makes of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(flatten)]
    bulletin: Option<view::Bulletin>,
}

/// A bulletin of the contract with `channel` and `kind`, on one line.
fn json(card: &Card, channel: &ChannelId) -> String {
    let bulletin = card.bulletin.as_deref().cloned();
    let line = TerminalLine {
        channel,
        kind: card.kind,
        note: card.note.as_deref(),
        text: card.own.as_deref(),
        bulletin: bulletin.map(|bulletin| view::Bulletin::new(bulletin, card.time_zone)),
    };
    match serde_json::to_string(&line) {
        Ok(line) => line + "\n",
        Err(error) => format!("{{\"error\":\"{error}\"}}\n"),
    }
}

#[cfg(test)]
mod tests;
