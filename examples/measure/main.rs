//! Measures the readers over a labelled corpus: `cargo run --release --example measure -- ../shared/corpus`.
//!
//! Prints for each part precision, recall, exact pages, title and date accuracy, pages a second, and the worst pages.

mod articles;
mod feeds;
mod lists;
mod score;

fn main() {}
