//! Tests that bad input gets one clear message and the documented exit code, and changes nothing.

use std::{collections::BTreeSet, fs, net::TcpListener, process::Output};

use crate::support::{
    board::Site,
    world::{World, text},
};

/// Runs `noticast run` where it cannot run, and returns its output.
fn refused(world: &World, code: i32) -> String {
    ended(&world.noticast(&["run"]), code)
}

fn ended(output: &Output, code: i32) -> String {
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    said
}

#[test]
fn a_config_that_cannot_be_read_is_named() {
    let world = World::new();
    assert!(refused(&world, 2).contains("noticast.toml"));
    for content in [
        &b""[..],
        b"\x00\xff\xfe\x01binary",
        b"language = 7\n",
        b"[[source]\n",
    ] {
        fs::write(world.path("noticast.toml"), content).unwrap();
        let output = world.noticast(&["check"]);
        if content.is_empty() {
            continue;
        }
        let said = ended(&output, 2);
        assert!(said.contains("noticast.toml"), "{said}");
    }
}

#[test]
fn all_mistakes_are_reported_at_once() {
    let world = World::new();
    world.configure("langauge = \"en\"\n[[source]]\nid = \"A\"\n");
    let said = refused(&world, 2);
    assert!(said.contains("noticast.toml:1:1: "), "{said}");
    assert!(said.lines().count() >= 3, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_is_named() {
    let site = Site::with(10).await;
    let world = World::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    world.configure(&World::config(&site.list_url()).replace("127.0.0.1:0", &address));
    let said = refused(&world, 1);
    assert!(said.contains(&address), "{said}");
    let port = taken.local_addr().unwrap().port().to_string();
    let said = ended(
        &world.command(&["demo", "--port", &port]).output().unwrap(),
        1,
    );
    assert!(said.contains(&address), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_instance_says_who_holds_the_state() {
    let site = Site::with(10).await;
    let world = World::watching(&site);
    let running = world.start();
    world.polls(&site, 1).await;
    let said = refused(&world, 1);
    assert!(said.contains("in use by process"), "{said}");
    running.stop();
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_ends_the_program_with_one_message_and_nothing_is_lost() {
    let site = Site::with(10).await;
    let world = World::watching(&site);
    let running = world.start_on_a_full_disk();
    world.polls(&site, 1).await;
    let failed = || world.log().contains("a write to the store failed");
    let mut last = 10;
    while !failed() {
        // Not enough at once to be held.
        (last + 1..=last + 50).for_each(|number| site.publish(number));
        last += 50;
        let enough = site.polls() + 2;
        world
            .until("two polls, or its end", || {
                site.polls() >= enough || failed()
            })
            .await;
    }
    assert_eq!(running.ended(), Some(1));
    let log = world.log();
    let said: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("a write to the store failed"))
        .collect();
    assert_eq!(said.len(), 1, "{log}");

    let running = world.start();
    let all: BTreeSet<String> = (11..=last).map(Site::title).collect();
    let pushed = || world.pushed().into_iter().collect::<BTreeSet<_>>();
    world.until("everything", || pushed() == all).await;
    running.stop();
    // A send that was unanswered at the end.
    assert!(world.pushed().len() <= all.len() + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_folder_that_is_none_is_named() {
    let site = Site::with(10).await;
    let world = World::watching(&site);
    fs::write(world.path("state"), "a file").unwrap();
    let said = refused(&world, 1);
    assert!(said.contains("state"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_cannot_be_reached_does_not_stop_the_others() {
    let site = Site::with(10).await;
    let world = World::watching(&site);
    let unreachable =
        "[[source]]\nid = \"gone\"\nurl = \"http://127.0.0.1:1/\"\nschedule = \"every 1s\"\n";
    world.configure(&format!(
        "{}\n{unreachable}",
        World::config(&site.list_url())
    ));
    let running = world.start();
    world.polls(&site, 2).await;
    site.publish(11);
    world
        .until("a push", || world.pushed() == [Site::title(11)])
        .await;
    world
        .until("the other to fail", || {
            world.list(&["sources"])[1]["state"] == "failing"
        })
        .await;
    let sources = world.list(&["sources"]);
    assert_eq!(sources[0]["state"], "ok");
    assert!(!sources[1]["error"].as_str().unwrap().is_empty());
    running.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_shows_in_any_log() {
    let site = Site::with(10).await;
    let world = World::new();
    let token = "77:short";
    let telegram = format!(
        "[telegram]\ntoken = \"{token}\"\napi_url = \"http://127.0.0.1:1\"\n\n{}\
         [[channel]]\nid = \"chat\"\nkind = \"telegram\"\nchat = 42\n",
        World::config(&site.list_url())
    );
    world.configure(&telegram);
    let running = world.start_with(&[
        "--config",
        "noticast.toml",
        "--state",
        "state",
        "-vv",
        "run",
    ]);
    world.polls(&site, 1).await;
    site.publish(11);
    world.until("a push", || !world.pushed().is_empty()).await;
    world
        .until("a failed send", || {
            let deliveries = world.list(&["deliveries", "--channel", "chat"]);
            deliveries.iter().any(|one| !one["error"].is_null())
        })
        .await;
    let listed = world.noticast(&["deliveries", "--json"]);
    assert!(!text(&listed.stdout).contains("short"), "{listed:?}");
    running.stop();
    assert!(!world.log().contains(token));
    assert!(!world.log().contains("short"));
}
