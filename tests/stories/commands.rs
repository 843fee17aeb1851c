//! Tests that commands find the store whether an instance runs on it or not.

use serde_json::json;

use crate::support::{
    board::Site,
    world::{World, json_lines, text},
};

/// Returns a world where one notice was pushed, stopped again.
async fn after_one_push(site: &Site) -> World {
    let world = World::new();
    // Nothing is read in the background while lists are compared.
    let every_second = "schedule = \"every 1s\"\n";
    let alone = format!("{every_second}full_text = false\n");
    world.configure(&World::config(&site.list_url()).replace(every_second, &alone));
    let running = world.start();
    world.polls(site, 1).await;
    site.publish(11);
    world.until("a push", || !world.pushed().is_empty()).await;
    running.stop();
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_the_same_on_a_stopped_store_and_on_a_running_instance() {
    let site = Site::with(10).await;
    let world = after_one_push(&site).await;
    let ask = || {
        let lists = ["channels", "bulletins", "deliveries", "held"];
        lists.map(|list| world.list(&[list, "--limit", "0"]))
    };
    let stopped = ask();
    let running = world.start();
    world.polls(&site, 1).await;
    assert_eq!(ask(), stopped);
    running.stop();

    let [channels, bulletins, deliveries, held] = stopped;
    assert_eq!(channels[0]["sent"], 1);
    assert_eq!(bulletins.len(), 11);
    assert_eq!(bulletins[0]["title"], json!(Site::title(11)));
    assert_eq!(deliveries[0]["state"], "sent");
    assert_eq!(deliveries[0]["bulletin"], bulletins[0]["id"]);
    assert!(held.is_empty());
    assert_eq!(world.list(&["bulletins", "--state", "published"]).len(), 1);
    assert_eq!(world.list(&["bulletins", "--limit", "3"]).len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_outlived_its_instance_is_ignored() {
    let site = Site::with(10).await;
    let world = after_one_push(&site).await;
    let stale = json!({ "pid": 1, "url": "http://127.0.0.1:1", "token": "stale" });
    std::fs::write(world.path("state/instance.json"), stale.to_string()).unwrap();
    assert_eq!(world.list(&["bulletins", "--limit", "0"]).len(), 11);
    assert_eq!(world.noticast(&["reload"]).status.code(), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_without_a_limit_is_all_of_it_also_of_a_running_instance() {
    let site = Site::with(1100).await;
    let world = World::watching(&site);
    let running = world.start();
    world.polls(&site, 2).await;
    assert_eq!(world.list(&["bulletins", "--limit", "0"]).len(), 1100);
    assert_eq!(world.list(&["bulletins", "--limit", "700"]).len(), 700);
    running.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_at_the_moment_of_the_start_is_in_nobody_s_way() {
    let site = Site::with(10).await;
    let world = World::watching(&site);
    for _ in 0..3 {
        let mut running = world.start();
        for _ in 0..5 {
            world.list(&["sources"]);
        }
        world.polls(&site, 1).await;
        assert!(running.is_alive());
        running.stop();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rebroadcast_asks_refuses_queues_and_sends() {
    let site = Site::with(10).await;
    let world = after_one_push(&site).await;
    let id = world.list(&["bulletins"])[0]["id"].to_string();
    let code = |arguments: &[&str]| {
        let output = world.noticast(&[&["rebroadcast"], arguments].concat());
        (
            output.status.code(),
            text(&output.stdout) + &text(&output.stderr),
        )
    };
    let (unasked, why) = code(&[&id]);
    assert_eq!(unasked, Some(2), "{why}");
    assert!(why.contains("--yes"), "{why}");
    assert_eq!(code(&["999", "--yes"]).0, Some(1));
    assert_eq!(code(&[&id, "--to", "nowhere", "--yes"]).0, Some(1));
    assert_eq!(code(&["--yes"]).0, Some(2));
    assert_eq!(
        world.list(&["deliveries", "--limit", "0"]).len(),
        1,
        "nothing was queued so far"
    );

    let (queued, said) = code(&[&id, "--to", "out", "--note", "今天截止", "--yes"]);
    assert_eq!(queued, Some(0), "{said}");
    assert!(said.contains("queued"), "{said}");
    let running = world.start();
    world
        .until("the rebroadcast", || world.pushed().len() == 2)
        .await;

    let output = world.noticast(&["rebroadcast", &id, "--yes", "--json"]);
    let deliveries = json_lines(&text(&output.stdout));
    assert_eq!(deliveries.len(), 1, "{output:?}");
    assert_eq!(deliveries[0]["kind"], "rebroadcast");
    world
        .until("another one", || world.pushed().len() == 3)
        .await;
    running.stop();
    assert_eq!(world.pushed(), vec![Site::title(11); 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_carries_everything_to_another_machine() {
    let site = Site::with(10).await;
    let here = after_one_push(&site).await;
    assert!(here.noticast(&["export", "backup.jsonl"]).status.success());

    let there = World::watching(&site);
    let backup = here.path("backup.jsonl");
    let backup = backup.to_str().unwrap();
    let first = there.noticast(&["import", backup]);
    assert!(first.status.success(), "{first:?}");
    let again = there.noticast(&["import", backup]);
    assert_eq!(
        again.status.code(),
        Some(2),
        "not empty, and nobody to ask: {again:?}"
    );
    assert!(
        there
            .noticast(&["import", backup, "--yes"])
            .status
            .success()
    );
    let bulletins = |world: &World| world.list(&["bulletins", "--limit", "0"]);
    assert_eq!(bulletins(&there), bulletins(&here));

    let running = there.start();
    there.polls(&site, 2).await;
    running.stop();
    assert_eq!(
        there.pushed(),
        Vec::<String>::new(),
        "what was seen there is seen here"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_instance_is_exported_as_a_backup() {
    let site = Site::with(10).await;
    let world = after_one_push(&site).await;
    let stopped = world.noticast(&["export"]).stdout;
    let running = world.start();
    world.polls(&site, 1).await;
    let backup = world.noticast(&["export"]);
    running.stop();
    assert!(backup.status.success(), "{backup:?}");
    let count = |bytes: &[u8]| text(bytes).lines().count();
    assert_eq!(count(&backup.stdout), count(&stopped));
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let world = World::new();
    let mut next = world
        .command(&["next", "every 1s", "-n", "1000000"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(next.stdout.take());
    assert_eq!(next.wait().unwrap().code(), Some(0));
}

#[test]
fn next_needs_no_config_and_refuses_what_never_fires() {
    let world = World::new();
    let from = "2026-03-01T00:00:00+08:00";
    let output = world
        .command(&["next", "0 9 13 * Fri", "--from", from, "-n", "2"])
        .output()
        .unwrap();
    assert_eq!(
        text(&output.stdout),
        "2026-03-06T09:00:00+08:00\n2026-03-13T09:00:00+08:00\n"
    );
    let output = world.command(&["next", "0 0 31 2 *"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

#[test]
fn preview_reads_files_and_names_each_that_fails() {
    let world = World::new();
    let rows: String = (1..=10)
        .map(|n| {
            format!(
                "<li><a href='{n}.html'>{}</a> <i>2026-01-{n:02}</i></li>",
                Site::title(n)
            )
        })
        .collect();
    let page = format!("<meta charset=utf-8><h2>通知</h2><ul>{rows}</ul>");
    std::fs::write(world.path("page.html"), page).unwrap();
    let base = "https://www.example.com/news/";
    let output = world
        .command(&[
            "preview",
            "--json",
            "--base-url",
            base,
            "missing.html",
            "page.html",
        ])
        .output()
        .unwrap();
    assert_eq!(
        output.status.code(),
        Some(1),
        "one input failed: {output:?}"
    );
    let lines = json_lines(&text(&output.stdout));
    assert_eq!(lines[0]["error"]["code"], "not-found");
    assert_eq!(lines[1]["kind"], "list");
    assert_eq!(lines[1]["bulletins"].as_array().unwrap().len(), 10);
    assert_eq!(
        lines[1]["bulletins"][0],
        json!({ "url": "https://www.example.com/news/1.html", "title": Site::title(1), "published": "2026-01-01" })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_worker_of_a_running_instance_is_listed_with_all_that_it_does() {
    let site = Site::with(10).await;
    let world = World::watching(&site);
    let config = World::config(&site.list_url());
    world.configure(&format!("{config}\n[store]\nworker = \"office-1\"\n"));
    let running = world.start();
    world.polls(&site, 1).await;
    let workers = world.list(&["workers"]);
    let keys: Vec<&String> = workers[0].as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        ["id", "host", "since", "sources", "senders", "version"]
    );
    assert_eq!(workers.len(), 1);
    assert_eq!(workers[0]["id"], "office-1");
    assert_eq!(
        (&workers[0]["sources"], &workers[0]["senders"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(workers[0]["version"], env!("CARGO_PKG_VERSION"));
    // A killed worker is gone as soon as its folder is free.
    running.kill();
    assert!(world.list(&["workers"]).is_empty());
    let running = world.start();
    world.polls(&site, 2).await;
    assert_eq!(world.list(&["workers"]).len(), 1);
    running.stop();
    assert!(world.list(&["workers"]).is_empty());
}

/// The service has its secrets from its environment file; the shell of an admin has not.
#[tokio::test(flavor = "multi_thread")]
async fn commands_beside_a_service_need_none_of_its_secrets() {
    const HOOK: &str = "NOTICAST_STORY_HOOK";
    let site = Site::with(10).await;
    let world = World::new();
    let hook = format!("\n[[channel]]\nid = \"hook\"\nkind = \"webhook\"\nurl = \"env:{HOOK}\"\n");
    world.configure(&(World::config(&site.list_url()) + &hook));
    let mut service = world.command(&["--config", "noticast.toml", "--state", "state", "run"]);
    service.env(HOOK, "http://127.0.0.1:9/hook");
    let running = world.spawn(service);
    let is_archived = || {
        let listed = world.noticast(&["bulletins"]);
        listed.status.success() && !listed.stdout.is_empty()
    };
    world.until("the first poll", is_archived).await;
    for command in [
        &["sources"][..],
        &["channels"],
        &["bulletins", "--since", "yesterday"],
        &["rebroadcast", "1", "--to", "out", "--yes"],
        &["workers"],
        &["audit"],
        &["export", "backup.jsonl"],
        &[
            "add",
            "--yes",
            "--id",
            "more",
            &format!("{}?page=1", site.list_url()),
        ],
    ] {
        let done = world.noticast(command);
        assert!(done.status.success(), "{command:?}: {done:?}");
    }
    let channels = world.list(&["channels"]);
    running.stop();

    // On the stopped store, lists are the same; a change would be written by a config that is not whole.
    let stopped = world.list(&["channels"]);
    let ids = |list: &[serde_json::Value]| -> Vec<String> {
        list.iter()
            .map(|channel| channel["id"].to_string())
            .collect()
    };
    assert_eq!(ids(&stopped), ids(&channels));
    for command in [
        &["check"][..],
        &["rebroadcast", "1", "--to", "out", "--yes"],
    ] {
        let failed = world.noticast(command);
        assert_eq!(failed.status.code(), Some(2), "{command:?}: {failed:?}");
        let said = text(&failed.stderr);
        assert!(
            said.contains(&format!("the variable `{HOOK}` is not set")),
            "{said}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_archive_is_searched_and_misspelt_names_are_reported() {
    let site = Site::with(10).await;
    let world = after_one_push(&site).await;
    let found = world.list(&["bulletins", "--search", &Site::title(11)]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["title"], Site::title(11));
    let none = world.list(&["bulletins", "--source", "news", "--search", "zzzz"]);
    assert_eq!(none.len(), 0);
    for (command, said) in [
        (["bulletins", "--source", "nwes"], "no source `nwes`"),
        (["channels", "--source", "nwes"], "no source `nwes`"),
        (["deliveries", "--channel", "uot"], "no channel `uot`"),
    ] {
        let rejected = world.noticast(&command);
        assert_eq!(rejected.status.code(), Some(2), "{command:?}: {rejected:?}");
        let stderr = text(&rejected.stderr);
        assert!(stderr.contains(said), "{stderr}");
    }
}
