//! Measures the readers over a labelled corpus: `cargo run --release --example measure -- ../shared/corpus`.
//!
//! For each part it prints precision, recall, exact pages, title and date accuracy, pages per second, and the worst
//! pages; for the pages that were added last also the figures by language and by groups of sites. With `--floor` it
//! exits 1 if a figure is below the one reached before, which is next to the code that computes it. `--worst N` sets
//! the number of pages to name.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool"
)]
#![allow(unreachable_pub, reason = "a binary's own modules")]
#![allow(
    dead_code,
    reason = "parts share the metrics, and not each uses all of them"
)]

mod altered;
mod articles;
mod feeds;
mod groups;
mod kinds;
mod lists;
mod reading;
mod score;
mod texts;

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;
use clap::Parser;

use crate::score::Report;

#[derive(Debug, Parser)]
struct Arguments {
    /// The folder that holds `lists`, `articles`, `feeds` and `synthetic`.
    corpus: PathBuf,
    /// Exit 1 when a figure is below its floor.
    #[arg(long)]
    floor: bool,
    /// How many of the worst pages of each part to name.
    #[arg(long, default_value_t = 10)]
    worst: usize,
    /// Name every page that is not wholly right, with the reason.
    #[arg(long)]
    failures: bool,
    /// Only this part: lists, articles, feeds, kinds, deadlines, altered (injected, rebuilt).
    #[arg(long)]
    only: Option<String>,
    /// Each page gets one of this many alterations.
    #[arg(long, default_value_t = 7)]
    every: usize,
}

/// A function that measures one part of the corpus into the report.
type Measure = fn(&std::path::Path, &mut Report) -> Result<()>;

const PARTS: [(&str, Measure); 5] = [
    ("lists", lists::measure),
    ("articles", articles::measure),
    ("feeds", feeds::measure),
    ("kinds", kinds::measure),
    ("deadlines", texts::measure),
];

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let mut report = Report::default();
    for (part, measure) in PARTS {
        if arguments.only.as_deref().is_none_or(|only| only == part) {
            eprintln!("measuring {part}");
            measure(&arguments.corpus, &mut report)?;
        }
    }
    let only = arguments.only.as_deref();
    if only.is_none_or(|only| ["altered", "injected", "rebuilt"].contains(&only)) {
        eprintln!("measuring altered");
        altered::measure(&arguments.corpus, only, arguments.every.max(1), &mut report)?;
    }
    report.print(match arguments.failures {
        true => usize::MAX,
        false => arguments.worst,
    });
    let fallen = report.fallen();
    if arguments.floor && !fallen.is_empty() {
        eprintln!("\nbelow the floor:\n{}", fallen.join("\n"));
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}
