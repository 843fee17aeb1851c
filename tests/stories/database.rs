//! The service on a PostgreSQL of its own. Ignored: each story starts a server, from Debian's package `postgresql`.

use std::{
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command},
    time::Duration,
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

fn free_port() -> String {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    free.local_addr().unwrap().port().to_string()
}

fn script(arguments: &[&str]) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/postgres");
    let done = Command::new(script).args(arguments).output().unwrap();
    assert!(done.status.success(), "{}", text(&done.stderr));
    text(&done.stdout).trim().to_owned()
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    text(&id.stdout).trim() == "0"
}

impl Server {
    fn start() -> Self {
        let port = free_port();
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

    fn sql(&self, sql: &str) {
        let done = Command::new("psql")
            .args(["--quiet", "--command", sql, &self.url])
            .output();
        let done = done.unwrap();
        assert!(done.status.success(), "{}", text(&done.stderr));
    }

    /// The address of a database for a user, with a password or without one.
    fn database(&self, user: &str, name: &str) -> String {
        format!("postgres://{user}@127.0.0.1:{}/{name}", self.port)
    }

    fn asks_for_the_password_of(&self, user: &str) {
        let file = self.folder.join("data/pg_hba.conf");
        let rules = std::fs::read_to_string(&file).unwrap();
        let rule = format!("host all {user} 127.0.0.1/32 scram-sha-256");
        std::fs::write(&file, format!("{rule}\n{rules}")).unwrap();
        self.sql("SELECT pg_reload_conf()");
    }

    /// A config whose pages have an address that is known before they answer.
    fn config_with_pages(&self, site: &Site, url: &str) -> (String, String) {
        let pages = format!("127.0.0.1:{}", free_port());
        let config = self.config_at(site, url);
        let listens = format!("listen = \"{pages}\"");
        let config = config.replace("listen = \"127.0.0.1:0\"", &listens);
        (config, format!("http://{pages}"))
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

/// A pgbouncer in transaction mode before a server.
struct Pooler {
    process: Child,
    url: String,
}

impl Pooler {
    fn start(server: &Server) -> Self {
        let port = free_port();
        let settings = format!(
            "[databases]\npostgres = host=127.0.0.1 port={} user=noticast\n\n[pgbouncer]\n\
             listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n\
             pool_mode = transaction\n",
            server.port
        );
        let file = server.folder.join("pgbouncer.ini");
        std::fs::write(&file, settings).unwrap();
        // It refuses to run as root.
        let mut command = match is_root() {
            true => {
                let mut command = Command::new("runuser");
                command.args(["-u", "postgres", "--", "pgbouncer"]);
                command
            }
            false => Command::new("pgbouncer"),
        };
        let process = command.arg("--quiet").arg(file).spawn().unwrap();
        while TcpStream::connect(format!("127.0.0.1:{port}")).is_err() {
            std::thread::sleep(Duration::from_millis(20));
        }
        let url = format!("postgres://noticast@127.0.0.1:{port}/postgres");
        Self { process, url }
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        // The signal goes on to pgbouncer where runuser stands before it.
        let pid = self.process.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &pid]).status();
        let _ = self.process.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        script(&["remove", self.folder.to_str().unwrap()]);
    }
}

async fn readiness(world: &World) -> (u16, String) {
    asked(&format!("{}/readyz", world.url())).await
}

async fn asked(url: &str) -> (u16, String) {
    let answer = reqwest::get(url).await.unwrap();
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
async fn a_service_whose_database_is_down_at_its_start_says_so_and_begins_by_itself() {
    let (server, site) = (Server::start(), Site::with(10).await);
    let world = World::new();
    let (config, pages) = server.config_with_pages(&site, &server.url);
    world.configure(&config);
    server.down();
    let mut running = world.start_with(&["--config", "noticast.toml", "--state", "state", "run"]);
    world
        .until("a report", || {
            world.log().contains("waiting for the database")
        })
        .await;
    let (status, said) = asked(&format!("{pages}/readyz")).await;
    assert_eq!(status, 503, "{said}");
    assert!(
        said.contains("cannot be reached") && said.contains("\"database\""),
        "{said}"
    );
    assert_eq!(asked(&format!("{pages}/healthz")).await.0, 200);
    for path in ["/", "/api/v1/sources", "/feed.atom"] {
        assert_eq!(asked(&format!("{pages}{path}")).await.0, 503, "{path}");
    }
    assert!(running.is_alive());
    server.up();
    world.looks(&site, 2).await;
    site.publish(11);
    world.until("a push", || !world.pushed().is_empty()).await;
    assert_eq!(readiness(&world).await.0, 200);
    assert_eq!(asked(&pages).await.0, 200);
    let log = world.log();
    assert_eq!(log.matches("waiting for the database").count(), 1, "{log}");
    running.stop();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "starts a PostgreSQL"]
async fn a_database_that_only_reads_at_the_start_is_waited_for() {
    let (server, site) = (Server::start(), Site::with(10).await);
    let world = World::new();
    server.sql("CREATE DATABASE news");
    let url = server.database("noticast", "news");
    let (config, pages) = server.config_with_pages(&site, &url);
    world.configure(&config);
    // Without tables, and with them.
    for looks in [2, 4] {
        server.sql("ALTER DATABASE news SET default_transaction_read_only = on");
        let running = world.start_with(&["--config", "noticast.toml", "--state", "state", "run"]);
        world
            .until("a report", || {
                world.log().contains("waiting for the database")
            })
            .await;
        let (status, said) = asked(&format!("{pages}/readyz")).await;
        assert_eq!(status, 503, "{said}");
        assert!(said.contains("is read-only"), "{said}");
        server.sql("ALTER DATABASE news SET default_transaction_read_only = off");
        world
            .until("a start", || world.log().contains("started:"))
            .await;
        world.looks(&site, looks).await;
        assert_eq!(readiness(&world).await.0, 200);
        running.stop();
        std::fs::remove_file(world.path("stderr")).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "starts a PostgreSQL and pgbouncer"]
async fn pgbouncer_in_transaction_mode_is_refused_by_its_name() {
    let (server, site) = (Server::start(), Site::with(10).await);
    let pooler = Pooler::start(&server);
    let world = World::new();
    world.configure(&server.config_at(&site, &pooler.url));
    for arguments in [&["run"][..], &["check", "--online"]] {
        let refused = world.noticast(arguments);
        assert_eq!(refused.status.code(), Some(1), "{arguments:?}");
        let said = text(&refused.stdout) + &text(&refused.stderr);
        assert!(said.contains("pgbouncer in transaction mode"), "{said}");
        assert!(said.contains("pool_mode = session"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "starts a PostgreSQL"]
async fn each_unfit_database_is_named_with_what_to_do() {
    let (server, site) = (Server::start(), Site::with(10).await);
    let world = World::new();
    let run_sql = |sql: &str| server.sql(sql);
    run_sql(
        "CREATE DATABASE ascii ENCODING 'SQL_ASCII' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'",
    );
    run_sql("CREATE ROLE reader LOGIN");
    run_sql("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    run_sql("CREATE ROLE few LOGIN CONNECTION LIMIT 1");
    run_sql("CREATE ROLE guest LOGIN PASSWORD 'right'");
    server.asks_for_the_password_of("guest");
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
        (
            server.database("few", "postgres"),
            "raise max_connections or the limit of this user",
        ),
        (
            server.database("guest:wrong", "postgres"),
            "mend user and password in [store] url",
        ),
        (
            server.database("guest", "postgres"),
            "the database asks for a password, and [store] url has none",
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
