//! Defines the options of all commands.

use std::path::PathBuf;

use clap::ValueEnum;

/// The heading under which each command's help lists the options of all commands.
pub(super) const GLOBAL: &str = "Global options";
/// The name of the folder's option in the lists, where `--state` is a filter.
pub(super) const STATE_DIR: &str = "state-dir";

/// Options before or after the command.
#[derive(Debug, clap::Args)]
pub(super) struct Global {
    /// The config file [env: NOTICAST_CONFIG] [default: config/noticast.toml]
    #[arg(long, global = true, value_name = "FILE", help_heading = GLOBAL)]
    pub(super) config: Option<PathBuf>,
    /// The directory of the archive and all other data [env: NOTICAST_STATE] [default: state]
    #[arg(long, visible_alias = STATE_DIR, global = true, value_name = "DIR", help_heading = GLOBAL)]
    pub(super) state: Option<PathBuf>,
    /// The format of the logs on stderr
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text", help_heading = GLOBAL)]
    pub(super) log_format: LogFormat,
    /// Log errors only
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = GLOBAL)]
    pub(super) quiet: bool,
    /// Show and log more; -vv logs everything. RUST_LOG sets the level of each module
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = GLOBAL)]
    pub(super) verbose: u8,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum LogFormat {
    Text,
    Json,
}
