//! Tests commands that people type at the shell, including mistyped ones, and their output.

use std::{
    fs,
    io::{BufRead as _, BufReader},
};

use unicode_width::UnicodeWidthStr;

use crate::support::{
    board::Site,
    world::{World, json_lines, text},
};

const COMMANDS: [&str; 22] = [
    "demo",
    "watch",
    "run",
    "preview",
    "add",
    "check",
    "reload",
    "next",
    "sources",
    "channels",
    "audit",
    "bulletins",
    "deliveries",
    "held",
    "publish",
    "rebroadcast",
    "tokens",
    "workers",
    "export",
    "import",
    "completions",
    "man",
];

/// Returns the exit code of a command without config, and its output.
fn said(world: &World, arguments: &[&str]) -> (i32, String) {
    let output = world.command(arguments).output().unwrap();
    let code = output.status.code().unwrap();
    (code, text(&output.stdout) + &text(&output.stderr))
}

#[test]
fn an_address_without_its_scheme_is_answered_with_the_whole_address() {
    let world = World::new();
    for (command, code) in [("preview", 1), ("watch", 2), ("add", 2)] {
        let (ended, message) = said(&world, &[command, "example.com/news"]);
        assert_eq!(ended, code, "{message}");
        let meant = "did you mean https://example.com/news?";
        assert!(message.contains(meant), "{command}: {message}");
    }
    let (_, message) = said(&world, &["preview", "page.html"]);
    assert!(!message.contains("did you mean"), "{message}");
}

#[test]
fn a_mistyped_time_or_zone_or_state_is_answered_with_what_is_accepted() {
    let world = World::new();
    for (arguments, expected) in [
        (&["bulletins", "--since", "soon"][..], "`yesterday`"),
        (
            &["next", "@daily", "--time-zone", "Shanghai"],
            "`Asia/Shanghai`",
        ),
        (
            &["next", "@daily", "--time-zone", "new york"],
            "`America/New_York`",
        ),
        (
            &["preview", "--time-zone", "Asia/Shangai", "a"],
            "`Asia/Shanghai`",
        ),
        (&["sources", "--state", "sent"], "failing"),
        (&["deliveries", "--state", "ok"], "queued"),
        (&["add", "https://a.example/", "--every", "10"], "`5m`"),
    ] {
        let (code, message) = said(&world, arguments);
        assert_eq!(code, 2, "{arguments:?}: {message}");
        assert!(message.contains(expected), "{arguments:?}: {message}");
    }
}

#[test]
fn every_help_shows_examples_and_the_command_s_own_options_first() {
    let world = World::new();
    for command in COMMANDS {
        let (code, help) = said(&world, &[command, "--help"]);
        assert_eq!(code, 0);
        let place = |what: &str| help.find(what).unwrap_or_else(|| panic!("{what}: {help}"));
        assert!(place("\nOptions:") < place("\nGlobal options:"), "{help}");
        assert!(place("--config") > place("\nGlobal options:"), "{help}");
        assert!(help.contains(&format!("\n  noticast {command}")), "{help}");
    }
}

#[test]
fn the_manual_has_a_page_for_every_command() {
    let world = World::new();
    let folder = world.path("man1");
    let (code, message) = said(&world, &["man", folder.to_str().unwrap()]);
    assert_eq!((code, message.as_str()), (0, ""));
    for command in COMMANDS {
        let page = fs::read_to_string(folder.join(format!("noticast-{command}.1"))).unwrap();
        assert!(page.contains(".SH OPTIONS"), "{page}");
    }
    let (_, page) = said(&world, &["man"]);
    assert_eq!(page, fs::read_to_string(folder.join("noticast.1")).unwrap());
}

#[test]
fn next_writes_whole_seconds() {
    let world = World::new();
    let (code, times) = said(&world, &["next", "every 90s", "-n", "3"]);
    assert_eq!(code, 0);
    for time in times.lines() {
        assert_eq!(time.len(), "2026-03-01T00:00:00+08:00".len(), "{times}");
    }
    let from = ["--from", "2026-03-01", "--time-zone", "Asia/Tokyo"];
    let (_, times) = said(
        &world,
        &[&["next", "@hourly", "-n", "1"], &from[..]].concat(),
    );
    assert_eq!(times, "2026-03-01T01:00:00+09:00\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_fit_the_screen_and_take_times_as_people_type_them() {
    let site = Site::with(10).await;
    let world = World::watching(&site);
    let running = world.start();
    world.polls(&site, 1).await;
    site.publish(11);
    world.until("a push", || !world.pushed().is_empty()).await;
    running.stop();
    for since in ["yesterday", "today", "2d", "2020-01-01"] {
        let list = ["bulletins", "--limit", "0", "--since", since];
        assert_eq!(world.list(&list).len(), 11, "{since}");
    }
    let list = site.list_url();
    let article = list.replace("list.html", "news/11.html");
    for command in [
        &["sources"][..],
        &["channels"],
        &["bulletins"],
        &["deliveries"],
        &["held"],
        &["audit"],
        &["tokens"],
        &["workers"],
        &["check"],
        &["check", "--online"],
        &["preview", &list],
        &["preview", &article],
    ] {
        for columns in [80, 120] {
            let global = ["--config", "noticast.toml", "--state", "state"];
            let mut command = world.command(&[&global, command].concat());
            let output = command
                .env("COLUMNS", columns.to_string())
                .output()
                .unwrap();
            assert!(output.status.success(), "{output:?}");
            let shown = text(&output.stdout);
            assert!(!shown.contains('\u{1b}'), "{shown}");
            for line in shown.lines() {
                // An address has its own line, and stays whole.
                let is_address = line.trim_start().starts_with("http");
                assert!(line.width() <= columns || is_address, "{command:?}: {line}");
            }
        }
    }
    let plain = text(&world.noticast(&["bulletins"]).stdout);
    let verbose = text(&world.noticast(&["bulletins", "-v"]).stdout);
    assert!(
        !plain.contains("http://") && verbose.contains("http://"),
        "{verbose}"
    );
}

/// Returns the output of a command on a terminal of 80 columns, which `script` (util-linux) emulates.
#[cfg(target_os = "linux")]
fn on_a_terminal(world: &World, arguments: &str, env: &[(&str, &str)]) -> String {
    let line = format!(
        "stty columns 80; exec {} {arguments}",
        env!("CARGO_BIN_EXE_noticast")
    );
    let mut script = std::process::Command::new("script");
    script.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
    script
        .current_dir(world.path(""))
        .stdin(std::process::Stdio::null());
    script.env("TERM", "xterm").env_remove("NO_COLOR");
    let output = script.envs(env.iter().copied()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    text(&output.stdout).replace("\r\n", "\n")
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_has_colour_links_and_weekdays_and_no_colour_where_nobody_wants_it() {
    let site = Site::with(10).await;
    let world = World::new();
    let next = on_a_terminal(&world, "next @daily -n 1 --from 2026-03-01", &[]);
    assert!(
        next.contains("  Mon  ") && next.contains(" days ago"),
        "{next}"
    );
    world.configure(&World::config(&site.list_url()).replace("json", "text"));
    let preview = format!(
        "preview --config noticast.toml --card out {}",
        site.list_url()
    );
    let coloured = on_a_terminal(&world, &preview, &[]);
    assert!(coloured.contains("\u{1b}[1m"), "{coloured}");
    assert!(coloured.contains("\u{1b}]8;;http"), "{coloured}");
    for env in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        let plain = on_a_terminal(&world, &preview, &[env]);
        assert!(!plain.contains('\u{1b}'), "{plain}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn add_names_the_source_itself_or_as_it_is_asked_to() {
    let site = Site::with(10).await;
    let world = World::new();
    world.configure("[fetch]\nallow_private = true\n");
    let url = site.list_url();
    let added = world.noticast(&["add", "--yes", &url]);
    assert!(added.status.success(), "{added:?}");
    let config = || fs::read_to_string(world.path("noticast.toml")).unwrap();
    assert!(!config().contains("source.select"), "{}", config());
    assert!(!config().contains("kind ="), "{}", config());
    assert!(world.noticast(&["check", "--online"]).status.success());

    let again = world.noticast(&["add", "--yes", &url]);
    assert_eq!(again.status.code(), Some(2), "{again:?}");

    let other = format!("{url}?page=1");
    let named = ["--id", "press", "--name", "Press room", "--every", "30m"];
    let added = world.noticast(&[&["add", "--yes", &other], &named[..]].concat());
    assert!(added.status.success(), "{added:?}");
    for line in [
        "id = \"press\"",
        "name = \"Press room\"",
        "schedule = \"every 30m\"",
    ] {
        assert!(config().contains(line), "{line}: {}", config());
    }
    let third = format!("{url}?page=2");
    let taken = world.noticast(&["add", "--yes", &third, "--id", "press"]);
    assert_eq!(taken.status.code(), Some(2), "{taken:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn add_refuses_what_the_service_would_not_read() {
    let site = Site::with(10).await;
    let world = World::new();
    world.configure("language = \"en\"\n");
    let refused = world.noticast(&["add", "--yes", &site.list_url()]);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert!(
        text(&refused.stderr).contains("allow_private"),
        "{refused:?}"
    );
    let config = fs::read_to_string(world.path("noticast.toml")).unwrap();
    assert_eq!(config, "language = \"en\"\n");
}

#[test]
fn an_address_that_cannot_be_reached_is_named_once() {
    let world = World::new();
    // Nothing listens on a port that was just given back.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    for command in [&["watch", "--once"][..], &["preview"]] {
        let output = world.command(&[command, &[&address]].concat()).output();
        let message = text(&output.unwrap().stderr);
        let line = message.lines().find(|line| line.starts_with(&address));
        let line = line.unwrap_or_else(|| panic!("{message}"));
        assert_eq!(line.matches("http://").count(), 1, "{line}");
        assert!(line.contains("the server refuses connections"), "{line}");
    }
}

#[test]
fn a_preview_of_a_slow_page_says_what_it_waits_for() {
    let world = World::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    let mut preview = world.command(&["preview", &address]);
    let mut preview = preview
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // The connection is accepted, and never answered.
    let _connection = listener.accept().unwrap();
    let mut line = String::new();
    let mut message = BufReader::new(preview.stderr.take().unwrap());
    message.read_line(&mut line).unwrap();
    preview.kill().unwrap();
    preview.wait().unwrap();
    assert_eq!(line, "waiting for 127.0.0.1 to answer in full …\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn logs_are_in_local_time_with_its_offset() {
    let site = Site::with(3).await;
    let mut world = World::watching(&site);
    world.set_env("TZ", std::path::Path::new("Asia/Tokyo"));
    let running = world.start_and_wait().await;
    running.stop();
    let log = world.log();
    assert!(log.contains("+09:00"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_previewed_card_is_what_the_service_sends() {
    let site = Site::with(10).await;
    let world = World::new();
    let config = World::config(&site.list_url());
    world.configure(&config.replace("schedule =", "announce_first = 1\nschedule ="));
    let preview = world.noticast(&["preview", "--card", "out", &site.list_url()]);
    assert!(preview.status.success(), "{preview:?}");
    let previewed = json_lines(&text(&preview.stdout));
    let running = world.start();
    world.until("a push", || !world.pushed().is_empty()).await;
    running.stop();
    let sent = &json_lines(&world.printed())[0];
    let same = |card: &&serde_json::Value| card["url"] == sent["url"];
    let previewed = previewed.iter().find(same).unwrap();
    for key in [
        "channel",
        "kind",
        "source",
        "title",
        "summary",
        "publisher",
        "published",
        "deadline",
        "attachments",
    ] {
        assert_eq!(previewed[key], sent[key], "{key}");
    }
    assert!(
        sent["summary"].is_string() && sent["publisher"].is_string(),
        "{sent}"
    );
}
