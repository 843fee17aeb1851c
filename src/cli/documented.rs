//! Tests that the program accepts every command in the README, the docs and the help.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::{CommandFactory, Parser, error::ErrorKind};
use regex::Regex;

use super::Cli;

/// Returns the command of a line, without the parts of the shell before and after it.
fn command(line: &str) -> Option<Vec<String>> {
    let call = Regex::new(r"^\s*(?:\$ )?(?:[A-Z_]+=\S+ )*(?:noticast|cargo run --)( .*)$");
    let found = call.unwrap().captures(line)?;
    let words = shlex::split(&found[1]).unwrap_or_else(|| panic!("not a shell's line: {line}"));
    let end = |word: &String| ["<", ">", ">>", "|", "&&"].contains(&word.as_str());
    Some(words.into_iter().take_while(|word| !end(word)).collect())
}

/// Returns the commands of code blocks, and of code inside sentences with values in place of their placeholders.
fn commands_of(page: &str) -> Vec<Vec<String>> {
    let inline = Regex::new(r"`(noticast [^`]+)`").unwrap();
    let (mut found, mut inside) = (Vec::new(), false);
    for line in page.lines() {
        if line.trim_start().starts_with("```") {
            inside = !inside;
        } else if inside {
            found.extend(command(line));
        } else {
            let calls = inline.captures_iter(line);
            found.extend(calls.filter_map(|call| command(&call[1].replace("COMMAND", "run"))));
        }
    }
    found
}

/// The commands of other programs in blocks of `sh`, each by its first words.
const OF_OTHERS: [&str; 18] = [
    "cargo test",
    "cargo install --path .",
    "cargo build --release",
    "install -",
    "systemctl ",
    "mkdir -p ~/.local/share/bash-completion/completions",
    "echo 'NOTICAST_DATABASE=",
    "set -a; . /etc/noticast/environment; set +a",
    "scp -pr /etc/noticast machine2:/etc/",
    "ssh machine2 systemctl enable --now noticast",
    "createdb ",
    "packaging/",
    "apt install ",
    "rustup target add ",
    "sha256sum -c ",
    "podman ",
    "export NOTICAST_",
    "curl -H ",
];

/// Returns the lines of blocks of `sh`; a line that ends with `\` continues in the next one.
fn shell_lines(page: &str) -> Vec<String> {
    let (mut lines, mut is_shell) = (Vec::new(), false);
    for line in page.replace("\\\n", " ").lines() {
        match line.trim_start().strip_prefix("```") {
            Some(language) => is_shell = language == "sh",
            None if is_shell && !line.trim().is_empty() => lines.push(line.trim().to_owned()),
            None => {}
        }
    }
    lines
}

fn assert_taken(place: &str, words: &[String]) {
    let typed = ["noticast".to_owned()].into_iter().chain(words.to_vec());
    let Err(error) = Cli::try_parse_from(typed) else {
        return;
    };
    assert_eq!(
        error.kind(),
        ErrorKind::DisplayHelp,
        "{place}: {words:?}\n{error}"
    );
}

/// Returns the paths of the README and the docs, in both languages.
fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = fs::read_dir(root.join("docs")).unwrap();
    let pages = docs.map(|entry| entry.unwrap().path());
    let pages = pages.filter(|page| page.extension().is_some_and(|it| it == "md"));
    let readmes = ["README.md", "README.zh.md"].map(|name| root.join(name));
    pages.chain(readmes).collect()
}

#[test]
fn commands_of_the_readme_and_the_docs_are_taken() {
    let mut count = 0;
    for page in pages() {
        let found = commands_of(&fs::read_to_string(&page).unwrap());
        assert!(!found.is_empty(), "{}: no command", page.display());
        for words in found {
            assert_taken(&page.display().to_string(), &words);
            count += 1;
        }
    }
    assert!(count > 80, "{count}");
}

#[test]
fn every_line_of_a_shell_s_block_is_a_command_that_a_test_knows() {
    let (mut wrong, mut count) = (Vec::new(), 0);
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for line in shell_lines(&text) {
            let is_ours = command(&line).is_some();
            let is_known = OF_OTHERS.iter().any(|known| line.starts_with(known));
            if !is_ours && !is_known {
                wrong.push(format!("{}: {line}", page.display()));
            }
            count += 1;
        }
    }
    assert!(wrong.is_empty() && count > 100, "{count}: {wrong:#?}");
}

#[test]
fn files_that_the_pages_install_or_run_are_in_the_tree() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let named = Regex::new(r"\b(?:config|packaging)/[\w./-]+\w").unwrap();
    let mut count = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for file in named.find_iter(&text) {
            let is_there = root.join(file.as_str()).exists();
            assert!(is_there, "{}: {}", page.display(), file.as_str());
            count += 1;
        }
    }
    assert!(count > 20, "{count}");
}

#[test]
fn examples_of_each_help_are_taken() {
    let program = Cli::command();
    let mut count = 0;
    for each in program.get_subcommands().chain([&program]) {
        let help = each
            .get_after_help()
            .map(ToString::to_string)
            .unwrap_or_default();
        let examples = help.split("\n\n").next().unwrap_or_default();
        // Two spaces end the command and begin its explanation.
        let calls = examples
            .lines()
            .map(|line| line.trim().split("  ").next().unwrap_or_default());
        for words in calls.filter_map(command) {
            assert_taken(each.get_name(), &words);
            count += 1;
        }
    }
    assert!(count > 30, "{count}");
}

/// Returns the help of a command and of those below it, 80 columns wide.
fn helps(command: &mut clap::Command, path: &str) -> String {
    let path = format!("{path} {}", command.get_name());
    let mut text = format!(
        "$ {} --help\n{}\n\n",
        path.trim(),
        command.render_long_help()
    );
    for below in command.get_subcommands_mut() {
        if !below.is_hide_set() && below.get_name() != "help" {
            text += &helps(below, &path);
        }
    }
    text
}

#[test]
fn the_help_of_every_command_is_as_it_was_read() {
    let mut program = Cli::command().term_width(80);
    program.build();
    insta::assert_snapshot!(helps(&mut program, ""));
}
