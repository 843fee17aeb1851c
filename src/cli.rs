//! What people type: clap types here, one file for each subcommand below. The only room that prints
//! or exits.
//!
//! Read [`main`] first, then the file of the subcommand that you want to know.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is the room that prints"
)]

mod add;
mod address;
mod audit;
mod check;
mod demo;
mod export;
mod held;
mod import;
mod inspect;
mod lists;
mod log;
mod next;
mod out;
mod preview;
mod publish;
mod reach;
mod rebroadcast;
mod reload;
mod run;
mod serve;
mod session;
mod tokens;
mod watch;

use std::{path::PathBuf, process::ExitCode};

use clap::{CommandFactory, Parser, Subcommand, ValueEnum};

use self::session::Session;

/// Watches the pages where organisations publish notices, and pushes each new one to chats.
#[derive(Debug, Parser)]
#[command(
    name = "noticast",
    version,
    propagate_version = true,
    max_term_width = 100
)]
#[command(after_help = "Examples:
  noticast demo                                    see it work, without account or server
  noticast preview https://www.example.com/news/   what a page is read as
  noticast watch https://www.example.com/news/     watch one page from the terminal
  noticast run                                     the service, by config/noticast.toml")]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Options before or after the command.
#[derive(Debug, clap::Args)]
struct Global {
    /// The config [env: NOTICAST_CONFIG] [default: config/noticast.toml]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The folder of all that is kept [env: NOTICAST_STATE] [default: state]
    #[arg(long, global = true, value_name = "DIR")]
    state: Option<PathBuf>,
    /// How logs are written to stderr
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    log_format: LogFormat,
    /// Log errors alone
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Log more; twice: everything. RUST_LOG says it more finely
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Args),
    Watch(watch::Args),
    Run(run::Args),
    Preview(preview::Args),
    Add(add::Args),
    Check(check::Args),
    Reload(reload::Args),
    Next(next::Args),
    /// Lists sources and how looking at them goes
    Sources(lists::ListArgs),
    Channels(lists::ChannelArgs),
    /// Lists bulletins, newest first
    Bulletins(lists::ListArgs),
    /// Lists deliveries, newest first: one bulletin on its way to one channel
    Deliveries(lists::ListArgs),
    Held(held::Args),
    Publish(publish::Args),
    Rebroadcast(rebroadcast::Args),
    Tokens(tokens::Args),
    Audit(audit::Args),
    Export(export::Args),
    Import(import::Args),
    /// Prints what a shell needs to complete noticast's command lines
    #[command(after_help = "Example:
  noticast completions bash > /etc/bash_completion.d/noticast")]
    Completions {
        shell: clap_complete::Shell,
    },
}

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    Done = 0,
    /// It failed, or some input did.
    Failed = 1,
    /// The command line or the config is wrong.
    Usage = 2,
}

/// The command line is wrong in a way that clap cannot see.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct UsageError(String);

/// Reads the command line and does what it says.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse_from(lists::tell_states_apart(std::env::args_os().collect()));
    let is_service = matches!(cli.command, Command::Run(_));
    let session = Session::begin(&cli.global, is_service);
    let ended = session.block_on(dispatch(&session, cli.command));
    let exit = ended.unwrap_or_else(|error| {
        // Whoever read our output has seen enough: `noticast bulletins | head`.
        if out::is_broken_pipe(&error) {
            return Exit::Done;
        }
        session.say_error(&error);
        exit_of(&error)
    });
    ExitCode::from(exit as u8)
}

fn exit_of(error: &anyhow::Error) -> Exit {
    let is_usage = error.is::<UsageError>()
        || error.is::<crate::config::ConfigError>()
        || error.is::<crate::schedule::ScheduleError>();
    if is_usage { Exit::Usage } else { Exit::Failed }
}

async fn dispatch(session: &Session, command: Command) -> anyhow::Result<Exit> {
    use lists::List;
    match command {
        Command::Demo(args) => demo::run(session, args).await,
        Command::Watch(args) => watch::run(session, args).await,
        Command::Run(args) => run::run(session, args).await,
        Command::Preview(args) => preview::run(session, args).await,
        Command::Add(args) => add::run(session, args).await,
        Command::Check(args) => check::run(session, args).await,
        Command::Reload(args) => reload::run(session, args).await,
        Command::Next(args) => next::run(session, &args),
        Command::Sources(args) => lists::run(session, List::Sources, args).await,
        Command::Channels(args) => lists::channels(session, args).await,
        Command::Bulletins(args) => lists::run(session, List::Bulletins, args).await,
        Command::Deliveries(args) => lists::run(session, List::Deliveries, args).await,
        Command::Held(args) => held::run(session, args).await,
        Command::Publish(args) => publish::run(session, args).await,
        Command::Rebroadcast(args) => rebroadcast::run(session, args).await,
        Command::Tokens(args) => tokens::run(session, args).await,
        Command::Audit(args) => audit::run(session, args).await,
        Command::Export(args) => export::run(session, args).await,
        Command::Import(args) => import::run(session, args).await,
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "noticast", &mut script);
            out::write(&script)?;
            Ok(Exit::Done)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn global_options_stand_before_or_after_the_command() {
        for line in [
            "noticast --state s run -q",
            "noticast run --state s --quiet",
        ] {
            let cli = Cli::try_parse_from(line.split(' ')).unwrap();
            assert_eq!(cli.global.state, Some(PathBuf::from("s")));
            assert!(cli.global.quiet);
        }
    }
}
