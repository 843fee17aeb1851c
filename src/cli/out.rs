//! Writes to stdout: lines and questions; styles only on a terminal.

use std::{
    io::{self, BufRead, IsTerminal, Write},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};
use rustix::termios::tcgetwinsize;
use serde::Serialize;

use crate::push::{
    Screen,
    terminal::{Style, wrapped},
};

/// Writes to stdout.
pub(super) fn write(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

pub(super) fn line(text: impl AsRef<str>) -> io::Result<()> {
    write(format!("{}\n", text.as_ref()).as_bytes())
}

/// Prints lines that are no wider than the screen; continuation lines are indented by `indent` columns. For programs,
/// lines stay whole.
pub(super) fn paragraph(text: &str, indent: usize) -> io::Result<()> {
    let has_width = is_terminal() || std::env::var_os("COLUMNS").is_some();
    match has_width {
        true => line(in_columns(text, screen().columns, indent)),
        false => line(text),
    }
}

fn in_columns(text: &str, columns: usize, indent: usize) -> String {
    let below = format!("\n{}", " ".repeat(indent));
    let lines = text.lines().map(|line| {
        let first = wrapped(line, columns).first().copied().unwrap_or_default();
        let rest = line[first.len()..].trim_start();
        let rest = wrapped(rest, columns.saturating_sub(indent));
        let lines: Vec<&str> = std::iter::once(first).chain(rest).collect();
        lines.join(&below).trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Prints one JSON object on its own line.
pub(super) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    Ok(line(serde_json::to_string(value)?)?)
}

/// Returns `1 source`, `2 sources`.
pub(super) fn count(number: usize, word: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {word}{ending}")
}

/// Returns text in bold on a terminal, plain elsewhere.
pub(super) fn strong(text: &str) -> String {
    screen().styled(text, Style::Bold)
}

/// Returns dim text on a terminal, plain elsewhere.
pub(super) fn faint(text: &str) -> String {
    screen().styled(text, Style::Faint)
}

/// Returns the present screen of stdout: styles only on a terminal, and none if `NO_COLOR` is set. Other outputs are as
/// wide as `COLUMNS`.
pub(super) fn screen() -> Screen {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let measured = is_terminal()
        .then(|| tcgetwinsize(io::stdout()).ok())
        .flatten();
    let measured = measured
        .map(|size| usize::from(size.ws_col))
        .filter(|columns| *columns > 0);
    let stated = || std::env::var("COLUMNS").ok()?.parse().ok();
    Screen {
        columns: measured
            .or_else(stated)
            .filter(|columns| *columns > 0)
            .unwrap_or(Screen::PLAIN.columns),
        is_styled: is_terminal() && !is_set("NO_COLOR") && !is_dumb,
    }
}

/// Returns whether stdout is a terminal, where people read.
pub(super) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Returns whether a person can be asked.
pub(super) fn can_ask() -> bool {
    io::stdin().is_terminal()
}

/// Asks on stderr; only `y` and `yes` agree.
pub(super) fn ask(question: &str) -> io::Result<bool> {
    eprint!("{question} [y/N] ");
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

/// Shows the progress of a long operation: a count on stderr if that is a terminal, otherwise nothing.
pub(super) fn progress(what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template(&format!("{{spinner}} {{pos}} {what}"));
    let bar = ProgressBar::no_length();
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Waits for `work`. If that takes longer than a few seconds, stderr shows `what`: animated on a terminal, as one line
/// elsewhere.
pub(super) async fn patiently<T>(what: &str, work: impl Future<Output = T>) -> T {
    const SILENT: Duration = Duration::from_secs(3);
    tokio::pin!(work);
    if let Ok(done) = tokio::time::timeout(SILENT, &mut work).await {
        return done;
    }
    if !io::stderr().is_terminal() {
        eprintln!("{what} …");
        return work.await;
    }
    let bar = ProgressBar::new_spinner().with_message(what.to_owned());
    let style = ProgressStyle::with_template("{spinner} {msg} ({elapsed})");
    let bar = match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    };
    bar.enable_steady_tick(Duration::from_millis(200));
    let done = work.await;
    bar.finish_and_clear();
    done
}

pub(super) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_is_as_wide_as_the_screen_and_begins_no_line_with_a_comma() {
        assert_eq!(
            in_columns("summary    各部门须于六月底前，完成自查。\n短", 26, 11),
            "summary    各部门须于六月\n           底前，完成自\n           查。\n短"
        );
        assert_eq!(in_columns("", 80, 2), "");
    }
}
