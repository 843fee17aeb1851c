//! Defines the command line: clap types here, one file for each subcommand below. Only this module prints or exits.
//!
//! Read [`main`] first, then the file of a subcommand.

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
#[cfg(test)]
mod documented;
mod exit;
mod export;
mod global;
mod held;
mod import;
mod inspect;
mod keep_browser;
mod lists;
mod log;
mod man;
mod next;
mod out;
mod preview;
mod publish;
mod reach;
mod read_document;
mod rebroadcast;
mod reload;
mod run;
mod scripts;
mod secrets;
mod serve;
mod session;
mod table;
mod tokens;
mod watch;
mod when;
mod workers;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand, ValueHint};

use self::{exit::Exit, global::Global, session::Session};

/// Watch the pages where organisations publish notices, and push each new one to chats.
#[derive(Debug, Parser)]
#[command(
    name = "noticast",
    version,
    propagate_version = true,
    max_term_width = 100
)]
#[command(after_help = "Examples:
  noticast demo                                   see it work; needs no account
  noticast preview https://www.example.com/news/  preview how a page is read
  noticast watch https://www.example.com/news/    watch one page
  noticast add https://www.example.com/news/      add the page to the config
  noticast run                                    run the service

`noticast COMMAND --help` explains a command and shows examples.")]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
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
    /// List sources: their state, and when they are polled
    #[command(after_help = "Examples:
  noticast sources
  noticast sources --state failing
  noticast sources --json | jq -r .url",
        mut_arg(lists::IN_STATE, |arg| lists::states(arg, &["ok", "failing", "paused", "held"])))]
    Sources(lists::ListArgs),
    // A channel has no time that `--since` could compare.
    #[command(mut_arg(lists::IN_STATE, |arg| lists::states(arg, &["ok", "failing", "blocked"])),
        mut_arg("since", |arg| arg.hide(true)))]
    Channels(lists::ChannelArgs),
    #[command(mut_arg(lists::IN_STATE, |arg| lists::states(arg, &["baseline", "published", "held", "withdrawn"])
            .help("Filter by state; `baseline` bulletins were archived without being pushed")))]
    Bulletins(lists::BulletinArgs),
    /// List deliveries, newest first: each delivery sends one bulletin to one channel
    #[command(after_help = "Examples:
  noticast deliveries --channel staff --since 2d
  noticast deliveries --state failed --limit 0",
        mut_arg(lists::IN_STATE, |arg| lists::states(arg, &["queued", "sending", "sent", "failed", "dropped"])))]
    Deliveries(lists::ListArgs),
    Held(held::Args),
    Publish(publish::Args),
    Rebroadcast(rebroadcast::Args),
    Tokens(tokens::Args),
    Audit(audit::Args),
    Workers(workers::Args),
    Export(export::Args),
    Import(import::Args),
    /// Run a browser until stdin closes
    #[command(hide = true)]
    KeepBrowser {
        program: std::ffi::OsString,
    },
    /// Read one document from stdin, in a process of its own that the document may bring down
    #[command(hide = true)]
    ReadDocument,
    /// Print the completions of a shell
    #[command(after_help = "Examples:
  noticast completions bash > /etc/bash_completion.d/noticast
  noticast completions zsh > /usr/local/share/zsh/site-functions/_noticast
  noticast completions fish > ~/.config/fish/completions/noticast.fish")]
    Completions {
        /// The shell that will read them
        shell: clap_complete::Shell,
    },
    Man(man::Args),
}

/// Parses the command line and runs the command.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse_from(lists::with_folders(std::env::args_os().collect()));
    // These need neither config nor runtime, and start at once.
    match &cli.command {
        Command::ReadDocument => return ExitCode::from(read_document::run() as u8),
        Command::KeepBrowser { program } => return ExitCode::from(keep_browser::run(program) as u8),
        _ => {}
    }
    let is_service = matches!(cli.command, Command::Run(_));
    let session = Session::begin(&cli.global, is_service);
    let ended = session.block_on(dispatch(&session, cli.command));
    let exit = ended.unwrap_or_else(|error| {
        // The reader of our output has seen enough: `noticast bulletins | head`.
        if out::is_broken_pipe(&error) {
            return Exit::Done;
        }
        session.say_error(&error);
        Exit::of(&error)
    });
    ExitCode::from(exit as u8)
}

async fn dispatch(session: &Session, command: Command) -> anyhow::Result<Exit> {
    match command {
        Command::Demo(args) => demo::run(session, args).await,
        Command::Watch(args) => watch::run(session, args).await,
        Command::Run(args) => run::run(session, args).await,
        Command::Preview(args) => preview::run(session, args).await,
        Command::Add(args) => add::run(session, args).await,
        Command::Check(args) => check::run(session, args).await,
        Command::Reload(args) => reload::run(session, args).await,
        Command::Next(args) => next::run(session, &args),
        Command::Sources(args) => lists::sources(session, args).await,
        Command::Channels(args) => lists::channels(session, args).await,
        Command::Bulletins(args) => lists::bulletins(session, args).await,
        Command::Deliveries(args) => lists::deliveries(session, args).await,
        Command::Held(args) => held::run(session, args).await,
        Command::Publish(args) => publish::run(session, args).await,
        Command::Rebroadcast(args) => rebroadcast::run(session, args).await,
        Command::Tokens(args) => tokens::run(session, args).await,
        Command::Audit(args) => audit::run(session, args).await,
        Command::Workers(args) => workers::run(session, args).await,
        Command::Export(args) => export::run(session, args).await,
        Command::Import(args) => import::run(session, args).await,
        // These were handled before there was a session.
        Command::ReadDocument => Ok(read_document::run()),
        Command::KeepBrowser { program } => Ok(keep_browser::run(&program)),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut completed(), "noticast", &mut script);
            out::write(&script)?;
            Ok(Exit::Done)
        }
        Command::Man(args) => man::run(&args, Cli::command()),
    }
}

/// The command line as shells complete it: without the subcommands that the program calls itself by, and with file
/// names only where a path is expected.
fn completed() -> clap::Command {
    fn hinted(command: clap::Command) -> clap::Command {
        command.mut_args(|arg| match arg.get_value_hint() {
            ValueHint::Unknown if arg.get_action().takes_values() => {
                arg.value_hint(ValueHint::Other)
            }
            _ => arg,
        })
    }
    let all = Cli::command();
    let shown = all.get_subcommands().filter(|it| !it.is_hide_set());
    let shown = shown.map(|command| hinted(command.clone()));
    hinted(clap::Command::new("noticast").args(all.get_arguments())).subcommands(shown)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

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
