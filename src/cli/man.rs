//! Implements `man`: the manual, made from the command line's own help.

use std::path::PathBuf;

use anyhow::Context;
use clap_mangen::Man;

use super::{exit::Exit, out};

/// Print the manual page, or write one page for each command to a directory
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  noticast man | man -l -
  noticast man /usr/local/share/man/man1")]
pub(super) struct Args {
    /// The directory that gets noticast.1 and a page for each command [default: print noticast.1]
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

pub(super) fn run(args: &Args, command: clap::Command) -> anyhow::Result<Exit> {
    let Some(folder) = &args.folder else {
        let mut page = Vec::new();
        Man::new(command.disable_help_subcommand(true)).render(&mut page)?;
        out::write(&page)?;
        return Ok(Exit::Done);
    };
    let write = || {
        std::fs::create_dir_all(folder)?;
        clap_mangen::generate_to(command, folder)
    };
    write().with_context(|| format!("cannot write the manual to {}", folder.display()))?;
    Ok(Exit::Done)
}
