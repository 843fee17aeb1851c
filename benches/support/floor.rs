//! Timing, and the floor: the time for only the tokens of html5ever, in the same run.

use std::{
    cell::Cell,
    hint::black_box,
    time::{Duration, Instant},
};

use html5ever::{
    buffer_queue::BufferQueue,
    tokenizer::{Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts},
};

const ROUNDS: usize = 200;

/// Times a reader of a page next to the floors, and prints its multiple of the floor. With `noticast` as an argument it
/// runs only the reader.
pub fn beside_floors(page: &str, what: &str, read: impl Fn() -> usize) {
    let kilobytes = page.len() as f64 / 1e3;
    println!("{what} of {kilobytes:.0} KB, best and median of {ROUNDS} rounds:");
    let alone = std::env::args()
        .skip(1)
        .any(|argument| argument == "noticast");
    let floor = (!alone).then(|| report("html5ever, tokens alone", || tokens(page)));
    if !alone {
        report("dom_query, the tree alone", || {
            dom_query::Document::from(page).tree.len()
        });
    }
    let took = report("noticast, the whole page", read);
    println!(
        "{:28} {:8.3} ms",
        "for each 100 KB",
        took * 100.0 / kilobytes
    );
    if let Some(floor) = floor {
        println!("{:28} {:8.2} times", "the tokens alone", took / floor);
    }
}

/// Prints best and median, and returns the best, in ms.
fn report(what: &str, work: impl Fn() -> usize) -> f64 {
    let mut took: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            black_box(work());
            start.elapsed()
        })
        .collect();
    took.sort_unstable();
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let (best, median) = (ms(took[0]), ms(took[ROUNDS / 2]));
    println!("{what:28} {best:8.3} ms {median:8.3} ms");
    best
}

struct Count(Cell<usize>);

impl TokenSink for Count {
    type Handle = ();
    fn process_token(&self, _: Token, _: u64) -> TokenSinkResult<()> {
        self.0.set(self.0.get() + 1);
        TokenSinkResult::Continue
    }
}

fn tokens(page: &str) -> usize {
    let input = BufferQueue::default();
    input.push_back(page.into());
    let tokenizer = Tokenizer::new(Count(0.into()), TokenizerOpts::default());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.get()
}
