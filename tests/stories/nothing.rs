//! Tests commands without any data yet, and files that have lost their content.

use std::{fs, path::Path};

use crate::support::{
    board::Site,
    world::{World, text},
};

const SOURCE: &str = "[[source]]\nid = \"news\"\nurl = \"http://127.0.0.1:9/\"\n\
                      [[channel]]\nid = \"out\"\nkind = \"stdout\"\n";

/// Returns all files and folders of a world.
fn all_of(world: &World) -> Vec<String> {
    let mut names = Vec::new();
    let mut folders = vec![world.path("")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            names.push(path.display().to_string());
            if path.is_dir() {
                folders.push(path);
            }
        }
    }
    names.sort_unstable();
    names
}

#[test]
fn commands_that_find_no_store_say_so_and_make_none() {
    for config in ["", SOURCE] {
        let world = World::new();
        world.configure(config);
        let before = all_of(&world);
        for command in [
            &["sources"][..],
            &["channels"],
            &["bulletins", "--json"],
            &["deliveries"],
            &["held"],
            &["held", "--publish", "all"],
            &["rebroadcast", "1", "--yes"],
            &["export"],
            &["export", "backup.jsonl"],
        ] {
            let output = world.noticast(command);
            assert_eq!(output.status.code(), Some(1), "{command:?}");
            assert_eq!(text(&output.stdout), "", "{command:?}");
            let printed = text(&output.stderr);
            assert!(printed.contains("there is no store in state"), "{printed}");
            assert_eq!(all_of(&world), before, "{command:?}");
        }
        let empty = world.path("empty");
        fs::create_dir_all(empty.join("store")).unwrap();
        let output = world
            .command(&["bulletins", "--state", "empty/"])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert_eq!(fs::read_dir(empty.join("store")).unwrap().count(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_card_needs_no_store_and_makes_none() {
    let world = World::new();
    world.configure(SOURCE);
    for command in [&["channels", "--test", "out"][..], &["check", "--post"]] {
        let output = world.noticast(command);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert!(!world.path("state").exists(), "{command:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_reads_changes_nothing_when_the_config_changed() {
    let site = Site::with(10).await;
    let world = World::watching(&site);
    let running = world.start();
    world
        .until("a poll", || world.list(&["sources"])[0]["bulletins"] == 10)
        .await;
    running.stop();
    // Another address would begin a new baseline, if it were applied.
    let elsewhere = World::config("http://127.0.0.1:9/list");
    world.configure(&elsewhere);
    for list in ["sources", "channels", "bulletins", "deliveries", "held"] {
        world.list(&[list]);
    }
    world.configure(&World::config(&site.list_url()));
    site.publish(11);
    let running = world.start();
    world.until("the news", || !world.pushed().is_empty()).await;
    running.stop();
    assert_eq!(world.pushed(), [Site::title(11)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_environment_names_config_and_state_and_the_command_line_wins() {
    let site = Site::with(3).await;
    let mut world = World::watching(&site);
    let running = world.start();
    world
        .until("a poll", || world.list(&["sources"])[0]["bulletins"] == 3)
        .await;
    running.stop();
    let config = world.path("noticast.toml");
    world.set_env("NOTICAST_CONFIG", &config);
    world.set_env("NOTICAST_STATE", Path::new("state"));
    let list = |arguments: &[&str]| world.command(arguments).output().unwrap();
    let named = list(&["bulletins", "--json", "--limit", "0"]);
    assert_eq!(text(&named.stdout).lines().count(), 3, "{named:?}");
    assert!(text(&list(&["check"]).stdout).contains("noticast.toml: 1 source"));
    let other = list(&["--state", "other/", "bulletins"]);
    assert_eq!(other.status.code(), Some(1));
    assert!(
        text(&other.stderr).contains("no store in other/"),
        "{other:?}"
    );
    let other = list(&["check", "--config", "none.toml"]);
    assert_eq!(other.status.code(), Some(2), "{other:?}");
    let mut unset = world.command(&["bulletins"]);
    let unset = unset.env("NOTICAST_STATE", "").output().unwrap();
    assert_eq!(
        unset.status.code(),
        Some(0),
        "an empty variable says nothing: {unset:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emptied_config_is_refused_and_a_new_one_is_warned_of() {
    const EMPTIED: &str = "all [[source]], [[channel]] and [telegram] tables are gone";
    const NOTHING: &str = "no [[source]], no [[channel]] and no [telegram]";
    let site = Site::with(3).await;
    let world = World::watching(&site);
    let whole = fs::read_to_string(world.path("noticast.toml")).unwrap();
    let running = world.start_and_wait().await;
    world.polls(&site, 1).await;
    for emptied in [
        "",
        "\u{feff}\n",
        "# was here\n",
        "[web]\nlisten = \"127.0.0.1:0\"\n",
    ] {
        world.configure(emptied);
        for command in ["reload", "check"] {
            let output = world.noticast(&[command]);
            assert_eq!(
                output.status.code(),
                Some(2),
                "{command} {emptied:?}: {output:?}"
            );
            let printed = text(&output.stderr);
            assert!(
                printed.starts_with("noticast.toml: ") || printed.contains("noticast.toml: "),
                "{printed}"
            );
            assert!(printed.contains(EMPTIED), "{printed}");
        }
    }
    world.polls(&site, 2).await;
    running.stop();
    for command in [&["run"][..], &["check"], &["held", "--publish", "all"]] {
        let output = world.noticast(command);
        assert_eq!(output.status.code(), Some(2), "{command:?}: {output:?}");
        assert!(text(&output.stderr).contains(EMPTIED), "{output:?}");
    }
    world.configure(&whole);
    assert_eq!(world.noticast(&["check"]).status.code(), Some(0));
    let running = world.start_and_wait().await;
    world.polls(&site, 1).await;
    running.stop();

    let new = World::new();
    new.configure("");
    let output = new.noticast(&["check"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(text(&output.stdout).contains(NOTHING), "{output:?}");
    new.configure("[web]\nlisten = \"127.0.0.1:0\"\n");
    for _ in 0..2 {
        let running = new.start_and_wait().await;
        running.stop();
    }
    assert!(new.log().contains(NOTHING), "{}", new.log());
}

#[test]
fn an_opml_file_without_a_store_says_what_is_not_in_it() {
    let world = World::new();
    world.configure(SOURCE);
    let output = world.noticast(&["export", "feeds.opml"]);
    assert!(output.status.success(), "{output:?}");
    let printed = text(&output.stderr);
    assert!(printed.contains("there is no store in state"), "{printed}");
    assert!(printed.contains("sources that chats added"), "{printed}");
    assert!(printed.contains("1 source in feeds.opml"), "{printed}");
}
