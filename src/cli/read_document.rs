//! Implements `read-document`: the command with which the program calls itself to read one document, bounded by the
//! system.

use std::io::{self, Read};

use rustix::process::{Resource, Rlimit, setrlimit};

use super::{exit::Exit, out};
use crate::source::document;

/// The bytes of memory that it may write to.
const MEMORY: u64 = 768 << 20;
/// The seconds of processor time.
const SECONDS: u64 = 8;

/// Writes the content of the document on stdin to stdout.
pub(super) fn run() -> Exit {
    for (what, most) in [
        (Resource::Data, MEMORY),
        (Resource::Cpu, SECONDS),
        (Resource::Core, 0),
    ] {
        let limit = Rlimit {
            current: Some(most),
            maximum: Some(most),
        };
        if setrlimit(what, limit).is_err() {
            return Exit::Failed;
        }
    }
    let mut bytes = Vec::new();
    let mut stdin = io::stdin().lock().take(document::LARGEST);
    if stdin.read_to_end(&mut bytes).is_err() {
        return Exit::Failed;
    }
    match out::write(document::answer(&bytes).as_bytes()) {
        Ok(()) => Exit::Done,
        Err(_) => Exit::Failed,
    }
}
