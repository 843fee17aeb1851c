//! The service on a PostgreSQL of its own. Ignored: each story starts a server, from Debian's package `postgresql`.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
};

use crate::support::{
    board::Site,
    world::{World, text},
};

/// A cluster, which is removed with its story.
struct Server {
    folder: PathBuf,
    port: String,
    url: String,
}

fn script(arguments: &[&str]) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/postgres");
    let done = Command::new(script).args(arguments).output().unwrap();
    assert!(done.status.success(), "{}", text(&done.stderr));
    text(&done.stdout).trim().to_owned()
}

impl Server {
    fn start() -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port().to_string();
        drop(free);
        let folder = std::env::temp_dir().join(format!("noticast-database-{port}"));
        let url = script(&["start", folder.to_str().unwrap(), &port]);
        Self { folder, port, url }
    }

    fn down(&self) {
        script(&["down", self.folder.to_str().unwrap()]);
    }

    fn up(&self) {
        script(&["start", self.folder.to_str().unwrap(), &self.port]);
    }

    fn config(&self, site: &Site) -> String {
        self.config_at(site, &self.url)
    }

    fn config_at(&self, site: &Site, url: &str) -> String {
        format!(
            "[store]\nurl = \"{url}\"\n\n{}",
            World::config(&site.list_url())
        )
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        script(&["remove", self.folder.to_str().unwrap()]);
    }
}

async fn readiness(world: &World) -> (u16, String) {
    let answer = reqwest::get(format!("{}/readyz", world.url()))
        .await
        .unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "starts a PostgreSQL"]
async fn a_service_on_a_database_repeats_nothing_and_a_second_one_is_refused() {
    let (server, site) = (Server::start(), Site::with(10).await);
    let world = World::new();
    world.configure(&server.config(&site));
    let running = world.start();
    world.looks(&site, 2).await;
    site.publish(11);
    world.until("a push", || !world.pushed().is_empty()).await;

    let second = World::new();
    second.configure(&server.config(&site));
    let refused = second.noticast(&["run"]);
    assert_eq!(refused.status.code(), Some(1));
    let said = text(&refused.stderr);
    assert!(
        said.contains("the database is in use by noticast "),
        "{said}"
    );
    assert!(!said.contains(&server.url), "{said}");

    running.kill();
    let running = world.start();
    world.looks(&site, 2).await;
    site.publish(12);
    world
        .until("another push", || world.pushed().len() > 1)
        .await;
    running.stop();
    assert_eq!(world.pushed(), [Site::title(11), Site::title(12)]);
    assert_eq!(world.list(&["bulletins", "--limit", "0"]).len(), 12);
    assert!(
        !world.path("state/store").exists(),
        "nothing lies in the folder"
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "starts a PostgreSQL"]
async fn an_export_moves_between_a_folder_and_a_database_in_both_directions() {
    let (server, site) = (Server::start(), Site::with(10).await);
    let world = World::watching(&site);
    let running = world.start();
    world.looks(&site, 2).await;
    site.publish(11);
    world.until("a push", || !world.pushed().is_empty()).await;
    running.stop();
    let in_folder = world.list(&["bulletins", "--limit", "0"]);
    assert!(world.noticast(&["export", "folder.jsonl"]).status.success());

    world.configure(&server.config(&site));
    let nothing = world.noticast(&["bulletins"]);
    assert_eq!(
        nothing.status.code(),
        Some(1),
        "a database without tables is no store"
    );
    let said = text(&nothing.stderr);
    assert!(said.contains("no store in the database"), "{said}");
    let imported = world.noticast(&["import", "folder.jsonl", "--with-queue"]);
    assert!(imported.status.success(), "{}", text(&imported.stderr));
    assert_eq!(world.list(&["bulletins", "--limit", "0"]), in_folder);
    let running = world.start();
    world.looks(&site, 2).await;
    site.publish(12);
    world
        .until("another push", || world.pushed().len() > 1)
        .await;
    running.stop();
    assert_eq!(world.pushed(), [Site::title(11), Site::title(12)]);
    let in_database = world.list(&["bulletins", "--limit", "0"]);
    assert!(
        world
            .noticast(&["export", "database.jsonl"])
            .status
            .success()
    );

    std::fs::remove_dir_all(world.path("state")).unwrap();
    world.configure(&World::config(&site.list_url()));
    let imported = world.noticast(&["import", "database.jsonl"]);
    assert!(imported.status.success(), "{}", text(&imported.stderr));
    assert_eq!(world.list(&["bulletins", "--limit", "0"]), in_database);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "starts a PostgreSQL"]
async fn work_pauses_while_the_database_is_away_and_goes_on_by_itself() {
    let (server, site) = (Server::start(), Site::with(10).await);
    let world = World::new();
    world.configure(&server.config(&site));
    let mut running = world.start();
    world.looks(&site, 2).await;
    server.down();
    site.publish(11);
    world
        .until("a report", || world.log().contains("work pauses"))
        .await;
    let (status, said) = readiness(&world).await;
    assert_eq!(status, 503, "{said}");
    assert!(said.contains("\"database\""), "{said}");
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    assert!(running.is_alive() && world.pushed().is_empty());
    server.up();
    world.until("a push", || !world.pushed().is_empty()).await;
    let log = world.log();
    assert_eq!(log.matches("work pauses").count(), 1, "{log}");
    assert_eq!(log.matches("the database is back").count(), 1, "{log}");
    assert_eq!(readiness(&world).await.0, 200);
    running.stop();
    assert_eq!(world.pushed(), [Site::title(11)]);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "starts a PostgreSQL"]
async fn each_unfit_database_is_named_with_what_to_do() {
    let (server, site) = (Server::start(), Site::with(10).await);
    let world = World::new();
    let run_sql = |sql: &str| {
        let done = Command::new("psql")
            .args(["--quiet", "--command", sql, &server.url])
            .output();
        assert!(done.unwrap().status.success());
    };
    run_sql(
        "CREATE DATABASE ascii ENCODING 'SQL_ASCII' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'",
    );
    run_sql("CREATE ROLE reader LOGIN");
    run_sql("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    let base = server.url.trim_end_matches("postgres");
    for (url, told) in [
        (format!("{base}ascii"), "needs UTF8"),
        (format!("{base}nowhere"), "does not exist"),
        (
            server.url.replace("noticast@", "stranger@"),
            "refuses this user",
        ),
        (
            server.url.replace("noticast@", "reader@"),
            "owner of a database of its own",
        ),
        (format!("{}?sslmode=maybe", server.url), "sslmode is"),
        (
            format!(
                "{}?options=-c%20default_transaction_read_only%3Don",
                server.url
            ),
            "target_session_attrs=read-write",
        ),
    ] {
        world.configure(&server.config_at(&site, &url));
        let checked = world.noticast(&["check", "--online"]);
        assert_eq!(checked.status.code(), Some(1), "{url}");
        let said = text(&checked.stdout) + &text(&checked.stderr);
        assert!(said.contains(told), "{url}: {said}");
        assert!(!said.contains(&url), "{said}");
    }
    world.configure(&server.config(&site));
    let said = text(&world.noticast(&["check", "--online"]).stdout);
    assert!(said.contains("database: PostgreSQL "), "{said}");
    assert!(said.contains("no synchronous standby"), "{said}");
}
