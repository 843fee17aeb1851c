//! Implements `keep-browser`: the command with which the program calls itself to run a browser that ends with it.

use std::ffi::OsStr;

use super::exit::Exit;
use crate::source::browser::keeper;

pub(super) fn run(program: &OsStr) -> Exit {
    match keeper::run(program) {
        Ok(()) => Exit::Done,
        Err(error) => {
            eprintln!("{}: {error}", program.display());
            Exit::Failed
        }
    }
}
