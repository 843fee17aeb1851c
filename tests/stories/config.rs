//! Tests that an admin writes a config and a schedule, and reads their meaning or their mistakes.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// Runs the program in a separate folder, without the tester's environment.
fn noticast(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_noticast"));
    command.current_dir(folder).env_clear().args(arguments);
    command
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn folder_with(config: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("config")).unwrap();
    fs::write(folder.path().join("config/noticast.toml"), config).unwrap();
    folder
}

const BOT: &str = "[telegram]\ntoken = \"env:NOTICAST_TELEGRAM_TOKEN\"\n\
                   [[source]]\nid = \"news\"\nurl = \"https://www.example.com/\"\n\
                   [[channel]]\nid = \"staff\"\nkind = \"telegram\"\nchat = \"@staff\"\n";

#[test]
fn the_example_that_comes_with_noticast_passes_the_check() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = noticast(root, &["check"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let said = stdout(&output);
    assert!(said.contains("0 sources, 1 channel"), "{said}");
    assert!(said.contains("noticast add URL"), "{said}");
}

/// Returns the TOML blocks of the pages for people, each with its page.
fn documented_blocks() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = fs::read_dir(root.join("docs")).unwrap();
    let pages = docs.map(|entry| entry.unwrap().path());
    let pages = pages.filter(|page| page.extension().is_some_and(|it| it == "md"));
    let pages = pages.chain(["README.md", "README.zh.md"].map(|it| root.join(it)));
    let block = regex::Regex::new(r"(?ms)^ *```toml\n(.*?)^ *```").unwrap();
    let mut found = Vec::new();
    for page in pages {
        let text = fs::read_to_string(&page).unwrap();
        let name = page.display().to_string();
        found.extend(
            block
                .captures_iter(&text)
                .map(|it| (name.clone(), it[1].to_owned())),
        );
    }
    found
}

/// Returns the block with the parts that it leaves to the rest of the config.
fn completed(block: &str) -> String {
    let mut whole = String::new();
    if !block.trim_start().starts_with('[') {
        whole += "[[channel]]\nid = \"completed\"\nkind = \"stdout\"\n";
    }
    // Files that systemd passes to the service exist only while it runs.
    whole += &block.replace("/run/credentials/noticast.service/", "");
    if block.contains("kind = \"telegram\"") {
        whole += "\n[telegram]\ntoken = \"env:NOTICAST_TELEGRAM_TOKEN\"\n";
    }
    if block.contains("browser = true") {
        whole += "\n[fetch]\nbrowser = \"ws://127.0.0.1:9222\"\n";
    }
    whole
}

#[test]
fn every_block_of_config_in_the_readme_and_the_docs_passes_the_check() {
    let blocks = documented_blocks();
    assert!(blocks.len() > 10, "{blocks:?}");
    for (page, block) in blocks {
        let folder = folder_with(&completed(&block));
        let url = "postgres://noticast:PASSWORD@db1,db2/noticast";
        fs::write(folder.path().join("config/telegram-token"), "1:token").unwrap();
        let output = noticast(folder.path(), &["check"])
            .env("NOTICAST_TELEGRAM_TOKEN", "1:token")
            .env("NOTICAST_WECOM_KEY", "key")
            .env("NOTICAST_DATABASE", url)
            .output()
            .unwrap();
        let said = stdout(&output) + &stderr(&output);
        if block.contains("[store]") {
            // Checked as far as possible without that database.
            assert!(said.contains("the database cannot be reached"), "{said}");
            continue;
        }
        assert_eq!(output.status.code(), Some(0), "{page}\n{block}\n{said}");
    }
}

#[test]
fn a_filter_that_would_match_nothing_is_refused_at_its_key() {
    let source = "[[source]]\nid = \"news\"\nurl = \"https://www.example.com/\"\n";
    let check = |filter: &str| {
        let folder = folder_with(&format!("{source}{filter}\n"));
        noticast(folder.path(), &["check"]).output().unwrap()
    };
    for fine in [
        "include = [\"/trailer|检修/i\"]",
        "exclude = ['/\\bNBA\\b/gi']",
    ] {
        assert_eq!(check(fine).status.code(), Some(0), "{fine}");
    }
    for (wrong, place) in [
        ("include = ['/(?-i)([A-Z]{3,}\\s*){3,}/']", "4:12"),
        ("exclude = ['放假', '/通知^/']", "4:18"),
        ("include = ['/NBA/k']", "4:12"),
    ] {
        let output = check(wrong);
        assert_eq!(output.status.code(), Some(2), "{wrong}");
        let printed = stderr(&output);
        assert!(
            printed.starts_with(&format!("config/noticast.toml:{place}: ")),
            "{printed}"
        );
    }
}

#[test]
fn every_mistake_is_reported_at_once_with_its_place_on_stderr() {
    let folder =
        folder_with("langauge = \"zh\"\n[[source]]\nid = \"通知\"\nschedule = \"61 * * * *\"\n");
    for command in [&["check"][..], &["run"], &["sources"]] {
        let output = noticast(folder.path(), command).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{command:?}");
        assert_eq!(stdout(&output), "");
        let printed = stderr(&output);
        let places: Vec<&str> = printed
            .lines()
            .filter_map(|line| line.split_once(": ").map(|(place, _)| place))
            .collect();
        let file = "config/noticast.toml";
        let expected = ["1:1", "2:1", "3:6", "4:12"].map(|place| format!("{file}:{place}"));
        assert_eq!(places, expected, "{command:?}: {printed}");
        assert!(printed.lines().all(|line| line.contains("; ")), "{printed}");
    }
}

#[test]
fn a_check_warns_of_two_channels_that_lead_to_one_place() {
    let chat = |id: &str, more: &str| {
        format!("[[channel]]\nid = \"{id}\"\nkind = \"telegram\"\nchat = \"@Staff\"\n{more}")
    };
    let slack = |id: &str| {
        format!("[[channel]]\nid = \"{id}\"\nkind = \"slack\"\nurl = \"https://hooks.example/a\"\n")
    };
    let bot = "[telegram]\ntoken = \"1:token\"\n";
    let warnings = |channels: String| {
        let folder = folder_with(&format!("{bot}{channels}"));
        let output = noticast(folder.path(), &["check"]).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let printed = stdout(&output);
        printed
            .lines()
            .filter(|line| line.starts_with("warning: "))
            .count()
    };
    let other_case = chat("b", "mode = \"digest\"\n").replace("@Staff", "@staff");
    assert_eq!(warnings(chat("a", "") + &other_case), 1);
    assert_eq!(warnings(chat("a", "topic = 1\n") + &chat("b", "")), 1);
    assert_eq!(warnings(chat("a", "topic = 7\n") + &chat("b", "")), 0);
    assert_eq!(warnings(slack("a") + &slack("b")), 1);
    assert_eq!(warnings(slack("a") + &slack("b").replace("/a", "/b")), 0);
}

#[test]
fn a_config_that_cannot_be_read_is_one_line() {
    let folder = folder_with("");
    let output = noticast(folder.path(), &["check", "--config", "none.toml"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).starts_with("none.toml: "),
        "{}",
        stderr(&output)
    );
    assert_eq!(stderr(&output).lines().count(), 1);
}

#[test]
fn a_token_comes_from_the_environment_and_is_never_printed() {
    let folder = folder_with(BOT);
    let without = noticast(folder.path(), &["check"]).output().unwrap();
    assert_eq!(without.status.code(), Some(2));
    assert!(
        stderr(&without).starts_with("config/noticast.toml:2:9: "),
        "{}",
        stderr(&without)
    );

    let secret = "123456:hunter2";
    let with = noticast(folder.path(), &["check", "-v"])
        .env("NOTICAST_TELEGRAM_TOKEN", secret)
        .env("RUST_LOG", "trace")
        .output()
        .unwrap();
    assert_eq!(with.status.code(), Some(0), "{}", stderr(&with));
    assert!(stdout(&with).contains("staff"));
    assert!(!(stdout(&with) + &stderr(&with)).contains("hunter2"));
}

fn next(arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let arguments = [&["next"], arguments].concat();
    noticast(folder.path(), &arguments).output().unwrap()
}

#[test]
fn next_needs_no_config_and_keeps_to_crontab() {
    let from = ["--from", "2024-01-01T12:00:00+08:00"];
    let times = |expr: &str, more: &[&str]| {
        let output = next(&[&[expr], &from[..], more].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        stdout(&output)
    };
    assert_eq!(
        times("0 0 13 * Fri", &["-n", "3"]),
        "2024-01-05T00:00:00+08:00\n2024-01-12T00:00:00+08:00\n2024-01-13T00:00:00+08:00\n"
    );
    assert_eq!(
        times("every 90s", &["-n", "2", "--time-zone", "UTC"]),
        "2024-01-01T04:01:30+00:00\n2024-01-01T04:03:00+00:00\n"
    );
    assert_eq!(times("@hourly", &[]).lines().count(), 5);
    let folder = folder_with("time_zone = \"Europe/Berlin\"\n");
    let arguments = [&["next", "@daily", "-n", "1"], &from[..]].concat();
    let by_config = noticast(folder.path(), &arguments).output().unwrap();
    assert_eq!(stdout(&by_config), "2024-01-02T00:00:00+01:00\n");
}

#[test]
fn a_line_that_is_wrong_or_never_fires_is_refused_at_once() {
    let begun = Instant::now();
    for expr in [
        "0 0 31 2 *",
        "50-10 * * * *",
        "@reboot",
        "0 0 L * *",
        "0 0 ? * 1",
        "every 0s",
        "-5 * * * *",
    ] {
        let output = next(&["--", expr]);
        assert_eq!(output.status.code(), Some(2), "{expr}");
        assert_eq!(stdout(&output), "");
        assert!(stderr(&output).contains("; expected"), "{expr}");
    }
    assert!(begun.elapsed() < Duration::from_secs(10));
}
