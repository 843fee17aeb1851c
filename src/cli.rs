//! What people type: clap types here, one file for each subcommand below. The only room that prints or exits.
