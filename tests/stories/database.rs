//! Tests the service on its own PostgreSQL. Ignored: each story starts a server, from Debian's package `postgresql`.

use std::{
    fs,
    time::{Duration, Instant},
};

use crate::support::{
    board::{Mood, Site},
    cable::Cable,
    postgres::{Pooler, Server, SmallDatabase},
    world::{Running, World, text},
};

async fn readiness(world: &World) -> (u16, String) {
    asked(&format!("{}/readyz", world.url())).await
}

async fn asked(url: &str) -> (u16, String) {
    let answer = reqwest::get(url).await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

const RUN: [&str; 5] = ["--config", "noticast.toml", "--state", "state", "run"];

/// Starts `noticast run`; returns once it answers.
async fn started(world: &World) -> Running {
    let running = world.start_with(&RUN);
    let is_up = || world.instance()["pid"] == running.id();
    world.until("the instance to answer", is_up).await;
    running
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "starts a PostgreSQL"]
async fn a_service_on_a_database_repeats_nothing_and_takes_over_from_itself_at_once() {
    let (server, site) = (Server::start(), Site::with(10).await);
    let world = World::new();
    world.configure(&server.config(&site));
    let running = started(&world).await;
    world.polls(&site, 2).await;
    site.publish(11);
    world.until("a push", || !world.pushed().is_empty()).await;

    let refused = world.noticast(&["run"]);
    assert_eq!(refused.status.code(), Some(1));
    let said = text(&refused.stderr);
    assert!(said.contains("uses the state directory"), "{said}");
    assert!(said.contains("--state"), "{said}");

    running.kill();
    let running = started(&world).await;
    world.polls(&site, 2).await;
    site.publish(12);
    world
        .until("another push", || world.pushed().len() > 1)
        .await;
    assert_eq!(world.list(&["workers"]).len(), 1);
    running.stop();
    assert_eq!(world.pushed(), [Site::title(11), Site::title(12)]);
    assert_eq!(world.list(&["bulletins", "--limit", "0"]).len(), 12);
    assert!(
        !world.path("state/store").exists(),
        "nothing lies in the folder"
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "starts a PostgreSQL, and waits until a lease runs out"]
async fn two_processes_share_a_database_and_one_goes_on_where_the_other_was_killed() {
    let (server, site) = (Server::start(), Site::with(10).await);
    let worlds = [World::new(), World::new()];
    let [one, other] = &worlds;
    one.configure(&server.config(&site));
    other.configure(&server.config(&site));
    let first = started(one).await;
    one.polls(&site, 2).await;
    let second = started(other).await;
    let workers = other.list(&["workers"]);
    let held = |count: &str| -> Vec<u64> {
        let counts = workers.iter().map(|worker| worker[count].as_u64().unwrap());
        let mut counts: Vec<u64> = counts.collect();
        counts.sort_unstable();
        counts
    };
    assert_eq!((held("sources"), held("senders")), (vec![0, 1], vec![0, 1]));
    assert_eq!(
        fs::read(one.path("state/admin-token")).unwrap(),
        fs::read(other.path("state/admin-token")).unwrap(),
        "who made the token first made it for all"
    );
    site.publish(11);
    one.until("a push", || !one.pushed().is_empty()).await;
    // A process that does not poll the source asks the one that does, and shows its results.
    other.poll("news").await;
    let shown = || other.list(&["bulletins", "--limit", "0"]).len();
    assert_eq!(shown(), 11);

    first.kill();
    site.publish(12);
    let killed = Instant::now();
    while other.pushed().is_empty() {
        assert!(
            killed.elapsed() < Duration::from_secs(120),
            "{}",
            other.log()
        );
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    assert_eq!(one.pushed(), [Site::title(11)]);
    assert_eq!(other.pushed(), [Site::title(12)]);
    assert_eq!(other.list(&["workers"]).len(), 1);
    second.stop();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "starts a PostgreSQL"]
async fn an_export_moves_between_a_folder_and_a_database_in_both_directions() {
    let (server, site) = (Server::start(), Site::with(10).await);
    let world = World::watching(&site);
    let running = world.start();
    world.polls(&site, 2).await;
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
    world.polls(&site, 2).await;
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

/// Returns a world whose eleventh bulletin was found and waits, since its channel is unreachable; and the export of
/// everything.
async fn left_with_a_queue(site: &Site) -> World {
    let world = World::new();
    let unreachable = "kind = \"webhook\"\nurl = \"http://127.0.0.1:9/\"";
    let config = World::config(&site.list_url());
    world.configure(&config.replace("kind = \"stdout\"\nformat = \"json\"", unreachable));
    let running = world.start();
    world.polls(site, 2).await;
    site.publish(11);
    let queued = || !world.list(&["deliveries", "--state", "queued"]).is_empty();
    world.until("a delivery that waits", queued).await;
    running.stop();
    assert!(world.noticast(&["export", "all.jsonl"]).status.success());
    world
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "starts a PostgreSQL"]
async fn an_export_moves_into_and_out_of_a_database_while_the_service_runs_on_it() {
    let (server, site) = (Server::start(), Site::with(10).await);
    let left = left_with_a_queue(&site).await;
    let in_folder = left.list(&["bulletins", "--limit", "0"]);
    let file = left.path("all.jsonl");
    let file = file.to_str().unwrap();

    // A service that has found nothing yet imports all of it, and sends the waiting bulletins.
    site.set_mood(Mood::Status(503));
    let world = World::new();
    world.configure(&server.config(&site));
    let running = world.start_and_wait().await;
    let imported = world.noticast(&["import", file, "--with-queue", "--yes"]);
    assert!(imported.status.success(), "{}", text(&imported.stderr));
    world
        .until("what waited", || world.pushed() == [Site::title(11)])
        .await;
    assert_eq!(world.list(&["bulletins", "--limit", "0"]), in_folder);
    // Everything that was imported is known to it.
    site.set_mood(Mood::Well);
    site.publish(12);
    world.poll("news").await;
    world
        .until("another push", || world.pushed().len() > 1)
        .await;
    assert_eq!(world.pushed(), [Site::title(11), Site::title(12)]);
    let again = world.noticast(&["import", file, "--with-queue", "--yes"]);
    assert!(again.status.success(), "{}", text(&again.stderr));
    assert!(text(&again.stdout).starts_with("bulletins imported: 0, "));

    // And back, while it runs.
    let exported = world.noticast(&["export", "database.jsonl"]);
    assert!(exported.status.success(), "{}", text(&exported.stderr));
    let back = World::watching(&site);
    let file = world.path("database.jsonl");
    let imported = back.noticast(&["import", file.to_str().unwrap()]);
    assert!(imported.status.success(), "{}", text(&imported.stderr));
    let all = |world: &World| world.list(&["bulletins", "--limit", "0"]);
    assert_eq!(all(&back), all(&world));
    running.stop();
    let running = back.start();
    back.polls(&site, 2).await;
    site.publish(13);
    back.until("a push", || !back.pushed().is_empty()).await;
    running.stop();
    assert_eq!(back.pushed(), [Site::title(13)]);
    assert_eq!(world.pushed().len(), 2, "{:?}", world.pushed());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "starts a PostgreSQL"]
async fn work_pauses_while_the_database_is_away_and_goes_on_by_itself() {
    let (server, site) = (Server::start(), Site::with(10).await);
    let world = World::new();
    world.configure(&server.config(&site));
    let mut running = world.start();
    world.polls(&site, 2).await;
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
    assert_eq!(
        log.matches("the database is available again").count(),
        1,
        "{log}"
    );
    assert_eq!(readiness(&world).await.0, 200);
    running.stop();
    assert_eq!(world.pushed(), [Site::title(11)]);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "starts a PostgreSQL, and waits for half a minute"]
async fn a_network_that_swallows_what_is_sent_counts_as_a_database_that_is_away() {
    let (server, site) = (Server::start(), Site::with(10).await);
    let cable = Cable::to(&server.port).await;
    let world = World::new();
    let url = format!("postgres://noticast@127.0.0.1:{}/postgres", cable.port);
    world.configure(&server.config_at(&site, &url));
    let running = world.start();
    world.polls(&site, 2).await;
    cable.stall();
    let stalled = Instant::now();
    while !world.log().contains("work pauses") {
        assert!(
            stalled.elapsed() < Duration::from_secs(60),
            "{}",
            world.log()
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let (status, said) = readiness(&world).await;
    assert_eq!(status, 503, "{said}");
    site.publish(11);
    cable.mend();
    world.until("a push", || !world.pushed().is_empty()).await;
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
    world.polls(&site, 2).await;
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
    for polls in [2, 4] {
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
        world.polls(&site, polls).await;
        assert_eq!(readiness(&world).await.0, 200);
        running.stop();
        std::fs::remove_file(world.path("stderr")).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "starts a PostgreSQL"]
async fn a_service_that_waits_for_its_database_stops_in_order() {
    let (server, site) = (Server::start(), Site::with(10).await);
    let world = World::new();
    world.configure(&server.config(&site));
    server.down();
    for signal in ["TERM", "INT"] {
        let running = world.start_with(&["--config", "noticast.toml", "--state", "state", "run"]);
        world
            .until("a report", || {
                world.log().contains("waiting for the database")
            })
            .await;
        running.signal(signal);
        assert_eq!(running.ended(), Some(0), "SIG{signal}");
        assert!(world.log().contains("stopped before it had started"));
        std::fs::remove_file(world.path("stderr")).unwrap();
    }
    // A reload that is requested in the meantime is done once it runs.
    let running = world.start_with(&["--config", "noticast.toml", "--state", "state", "run"]);
    world
        .until("a report", || {
            world.log().contains("waiting for the database")
        })
        .await;
    running.signal("HUP");
    server.up();
    world.polls(&site, 1).await;
    world
        .until("a reload", || {
            world.log().contains("the changed config was applied")
        })
        .await;
    running.stop();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "starts a PostgreSQL, on a disk that root mounts"]
async fn a_database_that_is_full_is_reported_once_and_waited_for() {
    let (server, site) = (Server::start(), Site::with(10).await);
    let small = SmallDatabase::on(&server);
    let world = World::new();
    let (config, pages) = server.config_with_pages(&site, &small.url);
    world.configure(&config);
    small.fill();
    let mut running = world.start_with(&["--config", "noticast.toml", "--state", "state", "run"]);
    world
        .until("a report", || {
            world.log().contains("waiting for the database")
        })
        .await;
    let (status, said) = asked(&format!("{pages}/readyz")).await;
    assert_eq!(status, 503, "{said}");
    // The message depends on what the server has to write first.
    assert!(
        said.contains("has no room left on its disk") || said.contains("its disk is full"),
        "{said}"
    );
    small.make_room();
    world.polls(&site, 2).await;
    assert_eq!(readiness(&world).await.0, 200);

    small.fill();
    // Until there is more than fits into the space that the tables have already.
    let mut newest = 10;
    while !world.log().contains("work pauses") {
        newest += 1;
        assert!(newest < 300, "all of it finds room: {}", world.log());
        site.publish(newest);
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    let (status, said) = readiness(&world).await;
    assert_eq!(status, 503, "{said}");
    assert!(said.contains("has no room left on its disk"), "{said}");
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert!(running.is_alive());
    small.make_room();
    world
        .until("all of it", || {
            world.pushed().contains(&Site::title(newest))
        })
        .await;
    let log = world.log();
    assert_eq!(log.matches("work pauses").count(), 1, "{log}");
    assert_eq!(
        log.matches("the database is available again").count(),
        1,
        "{log}"
    );
    running.stop();
    let titles: Vec<_> = (11..=newest).map(Site::title).collect();
    assert_eq!(world.pushed(), titles, "each once");
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
    for (url, expected) in [
        (format!("{base}ascii"), "needs UTF8"),
        (format!("{base}nowhere"), "does not exist"),
        (
            server.url.replace("noticast@", "stranger@"),
            "rejects this user",
        ),
        (
            server.url.replace("noticast@", "reader@"),
            "the user `reader` may not create tables in the schema `public`",
        ),
        (
            server.database("few", "postgres"),
            "raise max_connections or the limit of this user",
        ),
        (
            server.database("guest:wrong", "postgres"),
            "correct the user and password in `url` of [store]",
        ),
        (
            server.database("guest", "postgres"),
            "the database requires a password, and [store] url has none",
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
        assert!(said.contains(expected), "{url}: {said}");
        assert!(!said.contains(&url), "{said}");
    }
    world.configure(&server.config(&site));
    let said = text(&world.noticast(&["check", "--online"]).stdout);
    assert!(said.contains("database: PostgreSQL "), "{said}");
    assert!(
        said.contains("UTF8, schema `public`, no tables yet"),
        "{said}"
    );
    assert!(said.contains("no synchronous standby"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "starts a PostgreSQL and its standby"]
async fn a_check_inspects_the_standby_and_what_is_left_of_the_connections() {
    let (mut server, site) = (Server::start(), Site::with(10).await);
    let world = World::new();
    let checked = |server: &Server| {
        world.configure(&server.config(&site));
        let checked = world.noticast(&["check", "--online"]);
        let said = text(&checked.stdout) + &text(&checked.stderr);
        said.lines()
            .filter(|line| line.starts_with("database: "))
            .fold(String::new(), |all, line| all + line + "\n")
    };
    assert!(checked(&server).contains("no synchronous standby"));
    server.sql("ALTER SYSTEM SET synchronous_standby_names = 'standby'");
    server.sql("SELECT pg_reload_conf()");
    let said = checked(&server);
    assert!(said.contains("no standby is connected"), "{said}");
    server.sql("ALTER SYSTEM RESET synchronous_standby_names");
    server.sql("SELECT pg_reload_conf()");
    server.standby();
    let said = checked(&server);
    assert!(!said.contains("warning"), "{said}");

    server.sql("CREATE ROLE homeless LOGIN; ALTER ROLE homeless SET search_path = nowhere");
    let url = server.database("homeless", "postgres");
    world.configure(&server.config_at(&site, &url));
    let refused = world.noticast(&["check", "--online"]);
    assert_eq!(refused.status.code(), Some(1));
    let said = text(&refused.stdout);
    assert!(said.contains("CREATE SCHEMA homeless"), "{said}");
}
