//! Sends to `stdout` channels: a terminal, or a program that reads a line for each bulletin.

use std::fmt;

use futures::future::{BoxFuture, FutureExt, ready};
use serde::Serialize;
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use super::{
    card::{self, Card},
    error::PushError,
    sender::{Checked, Sender, Sent},
    terminal::{Output, Screen, Style, wrapped},
};
use crate::{
    bulletin::{Channel, ChannelId, ChannelKind, DeliveryKind, StdoutFormat},
    view,
};

/// Columns in front of a card's text, which hold its number.
const MARGIN: usize = 8;
/// The fewest columns of the text, on however narrow a screen.
const NARROWEST: usize = 20;

/// The terminal, or the output that cli gave.
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
        drawn(card, channel, self.0.screen()).into()
    }

    fn send<'a>(&'a self, card: &'a Card, channel: &'a Channel) -> BoxFuture<'a, Sent> {
        let text = drawn(card, channel, self.0.screen());
        let output = self.0.writer.clone();
        // A slow reader must not hold up any other task.
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
                Ok(Err(error)) => Sent::Again(format!("cannot write the output: {error}").into()),
                Err(error) => Sent::Again(format!("cannot write the output: {error}").into()),
            }
        }
        .boxed()
    }

    fn check<'a>(&'a self, _channel: &'a Channel) -> BoxFuture<'a, Result<Checked, PushError>> {
        ready(Ok(Checked::Good("this terminal".to_owned()))).boxed()
    }
}

pub(super) fn drawn(card: &Card, channel: &Channel, screen: Screen) -> String {
    let is_json = ChannelKind::Stdout {
        format: StdoutFormat::Json,
    } == channel.kind;
    card.each()
        .map(|card| match is_json {
            true => json(&card, &channel.id),
            false => text(&card, screen),
        })
        .collect()
}

/// A line of a card, before it is broken.
struct Part {
    text: String,
    style: Style,
}

impl Part {
    fn new(style: Style, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { text, style }
    }
}

/// Returns a card for people: its number in the margin, the rest in one column.
fn text(card: &Card, screen: Screen) -> String {
    let mut parts = top(card);
    let words = card.wording().entries.into_iter().next();
    let (Some(bulletin), Some(words)) = (&card.bulletin, words) else {
        return indented("", &parts, screen);
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
    parts.push(Part::new(Style::Bold, words.title));
    parts.push(Part::new(Style::Faint, about.join(" · ")));
    parts.extend(words.deadline.map(|by| Part::new(Style::Accent, by)));
    // The note of a correction is short.
    let is_note = card.kind == DeliveryKind::Update;
    let summary = bulletin.summary.as_deref().filter(|_| !is_note);
    let summary = summary.map(card::clean_text);
    parts.extend(summary.map(|text| Part::new(Style::Plain, text)));
    parts.extend(files.map(|names| Part::new(Style::Plain, names)));
    parts.push(Part::new(Style::Link, card::clean_line(&bulletin.url)));
    indented(&format!("#{}", bulletin.id), &parts, screen)
}

/// Returns the lines above the headline: the mark of the card, and the note.
fn top(card: &Card) -> Vec<Part> {
    let note = card.note.as_deref().map(card::clean_text);
    let style = match card.bulletin {
        Some(_) => Style::Accent,
        None => Style::Plain,
    };
    let text = match (card.mark(), note) {
        (Some(mark), Some(note)) => card.noted(mark, note),
        (Some(mark), None) => mark.to_owned(),
        (None, Some(note)) => note,
        (None, None) => return Vec::new(),
    };
    vec![Part::new(style, text)]
}

fn indented(number: &str, parts: &[Part], screen: Screen) -> String {
    let room = screen.columns.saturating_sub(MARGIN).max(NARROWEST);
    let lines = parts.iter().flat_map(|part| {
        let lines = part.text.lines().flat_map(|line| wrapped(line, room));
        lines.map(|line| (line, part.style))
    });
    let mut out = String::new();
    for (i, (line, style)) in lines.enumerate() {
        if line.is_empty() {
            out += "\n";
            continue;
        }
        let margin = if i == 0 { number } else { "" };
        let pad = MARGIN.saturating_sub(margin.width()).max(1);
        let shown = screen.styled(line, style);
        let shown = match style {
            Style::Link => screen.linked(&shown, line),
            _ => shown,
        };
        out += &format!(
            "{}{:pad$}{shown}\n",
            screen.styled(margin, Style::Faint),
            ""
        );
    }
    out + "\n"
}

#[derive(Serialize)]
struct TerminalLine<'a> {
    channel: &'a ChannelId,
    kind: DeliveryKind,
    /// The note of a rebroadcast, or the text of an announcement.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
    /// The text that the channel's template renders.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(flatten)]
    bulletin: Option<view::Bulletin>,
}

/// Returns a bulletin of the API with `channel` and `kind`, on one line.
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
