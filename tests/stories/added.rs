//! Tests sources that programs add by the API: they are in the store, and are watched like those of the config.

use std::fs;

use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::support::{
    board::Site,
    desk::{ADMIN_TOKEN, Desk, assert_said_as_errors_are},
    world::World,
};

/// A program that knows the admin token of a running instance.
struct Program<'a> {
    world: &'a World,
    client: Client,
}

impl<'a> Program<'a> {
    fn of(world: &'a World) -> Self {
        Self {
            world,
            client: Client::builder().no_proxy().build().unwrap(),
        }
    }

    async fn asks(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let url = format!("{}/api/v1{path}", self.world.url());
        let token = self.world.instance()["token"].as_str().unwrap().to_owned();
        let request = self
            .client
            .request(method, url)
            .bearer_auth(token)
            .json(&body);
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        let answer = serde_json::from_str(&text).unwrap_or(Value::Null);
        assert_said_as_errors_are(&answer);
        (status, answer)
    }

    async fn posts(&self, path: &str, body: Value) -> (u16, Value) {
        self.asks(Method::POST, path, body).await
    }

    async fn gets(&self, path: &str) -> Value {
        let (status, found) = self.asks(Method::GET, path, Value::Null).await;
        assert_eq!(status, 200, "{path}: {found}");
        found
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_a_program_adds_is_watched_through_restarts_and_reloads() {
    let (own, other) = (Site::with(3).await, Site::with(5).await);
    let world = World::watching(&own);
    let running = world.start_and_wait().await;
    let program = Program::of(&world);

    let (status, preview) = program
        .posts("/sources/preview", json!({ "url": other.list_url() }))
        .await;
    assert_eq!(
        (status, &preview["kind"]),
        (200, &json!("list")),
        "{preview}"
    );
    assert_eq!(preview["bulletins"][0]["title"], Site::title(5));
    assert!(
        preview["select"]["item"].is_string() && preview["others"].is_array(),
        "{preview}"
    );

    let source = json!({ "id": "office", "name": "办公室", "url": other.list_url(), "every": "1s", "group": "集团" });
    let (status, made) = program.posts("/sources", source.clone()).await;
    assert_eq!(
        (status, &made["schedule"]),
        (201, &json!("every 1s")),
        "{made}"
    );
    assert_eq!(made["settings"]["group"], "集团");
    let (status, again) = program.posts("/sources", source).await;
    assert_eq!(status, 409, "{again}");
    let (_, polled) = program.posts("/sources/office/poll", json!({})).await;
    assert_eq!(polled, json!({ "new": [], "held": 0, "error": null }));
    other.publish(6);
    world.until("a push", || !world.pushed().is_empty()).await;
    running.stop();

    let running = world.start_and_wait().await;
    fs::write(
        world.path("noticast.toml"),
        World::config(&own.list_url()) + "# again\n",
    )
    .unwrap();
    let (status, _) = program.posts("/reload", json!({})).await;
    assert_eq!(status, 200);
    other.publish(7);
    world
        .until("another push", || world.pushed().len() > 1)
        .await;
    assert_eq!(world.pushed(), [Site::title(6), Site::title(7)]);

    let changes =
        json!({ "name": "校长办公室", "every": "2s", "group": null, "select": { "date": ".day" } });
    let (status, changed) = program
        .asks(Method::PATCH, "/sources/office", changes)
        .await;
    assert_eq!(
        (status, &changed["name"]),
        (200, &json!("校长办公室")),
        "{changed}"
    );
    assert_eq!(
        changed["settings"],
        json!({
            "name": "校长办公室", "url": other.list_url(), "schedule": "every 2s",
            "select": { "date": ".day" }, "id": "office"
        })
    );
    let (status, _) = program
        .asks(Method::DELETE, "/sources/office", Value::Null)
        .await;
    assert_eq!(status, 204);
    let left = program.gets("/sources").await;
    assert_eq!(left["items"].as_array().unwrap().len(), 1);
    let audit = program.gets("/audit").await;
    let done: Vec<&str> = audit["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["action"].as_str().unwrap())
        .collect();
    for action in ["add-source", "edit-source", "remove-source"] {
        assert!(done.contains(&action), "{done:?}");
    }
    running.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_added_source_goes_to_the_channels_that_it_names_and_along_with_an_export() {
    let (own, other) = (Site::with(3).await, Site::with(5).await);
    let world = World::new();
    let two = "[[channel]]\nid = \"quiet\"\nkind = \"stdout\"\nsources = []\n";
    world.configure(&(World::config(&own.list_url()) + two));
    let running = world.start_and_wait().await;
    let program = Program::of(&world);
    let source = json!({ "id": "office", "url": other.list_url(), "channels": ["quiet"] });
    let (status, made) = program.posts("/sources", source).await;
    assert_eq!(status, 201, "{made}");
    let archived = || world.list(&["bulletins", "--source", "office"]).len();
    world.until("the first poll", || archived() == 5).await;
    other.publish(6);
    let (_, polled) = program.posts("/sources/office/poll", json!({})).await;
    assert_eq!(polled["new"].as_array().unwrap().len(), 1, "{polled}");
    let deliveries = program.gets("/deliveries").await;
    let channels: Vec<&Value> = deliveries["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["channel"])
        .collect();
    assert_eq!(channels, [&json!("quiet")]);
    let having = program.gets("/channels?source=office").await;
    assert_eq!(having["items"].as_array().unwrap().len(), 1);
    running.stop();

    let export = world.noticast(&["export", "archive.jsonl"]);
    assert!(export.status.success(), "{export:?}");
    let new = World::new();
    new.configure(&(World::config(&own.list_url()) + two));
    fs::copy(world.path("archive.jsonl"), new.path("archive.jsonl")).unwrap();
    let import = new.noticast(&["import", "archive.jsonl", "--yes"]);
    assert!(import.status.success(), "{import:?}");
    let sources = new.list(&["sources"]);
    assert_eq!(sources[1]["id"], "office", "{sources:?}");
    assert_eq!(sources[1]["bulletins"], 6);
}

#[tokio::test]
async fn a_source_of_the_config_changes_in_the_config_alone() {
    let desk = Desk::with_baselines().await;
    for (method, path, status) in [
        (Method::PATCH, "/sources/news", 409),
        (Method::DELETE, "/sources/news", 409),
        (Method::PATCH, "/sources/nobody", 404),
        (Method::DELETE, "/sources/nobody", 404),
        (Method::GET, "/sources/nobody", 404),
    ] {
        let request = desk
            .client
            .request(method, format!("{}/api/v1{path}", desk.url));
        let answer = request
            .bearer_auth(ADMIN_TOKEN)
            .body("{}")
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), status, "{path}");
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(
            problem["detail"].as_str().unwrap().contains("config file"),
            status == 409,
            "{problem}"
        );
    }
    let (status, own) = desk.asked("/api/v1/sources/news").await;
    assert_eq!((status, &own["settings"]), (200, &Value::Null));
    let taken = json!({ "id": "news", "url": "https://www.example.com/" }).to_string();
    assert_eq!(desk.posted("/api/v1/sources", &taken).await.0, 409);
}

#[tokio::test]
async fn what_is_wrong_with_a_source_is_said_key_by_key_and_nothing_is_kept() {
    let desk = Desk::with_baselines().await;
    let wrong = json!({ "url": "https://www.example.com/", "schedule": "often", "kidn": "list", "id": "A b" });
    let (status, problem) = desk.posted("/api/v1/sources", &wrong.to_string()).await;
    assert_eq!(
        (status, &problem["errors"][0]["field"]),
        (400, &json!("id")),
        "{problem}"
    );
    let wrong = json!({ "url": "https://www.example.com/", "schedule": "often", "kidn": "list" });
    for path in ["/api/v1/sources", "/api/v1/sources/preview"] {
        let (status, problem) = desk.posted(path, &wrong.to_string()).await;
        let errors = problem["errors"].as_array().unwrap();
        let fields: Vec<&str> = errors
            .iter()
            .map(|it| it["field"].as_str().unwrap())
            .collect();
        assert_eq!(
            (status, fields),
            (400, vec!["schedule", "kidn"]),
            "{problem}"
        );
        assert!(
            errors[1]["detail"]
                .as_str()
                .unwrap()
                .contains("did you mean `kind`?"),
            "{problem}"
        );
    }
    for body in ["[]", "\"x\"", "{\"url\":", "null", "{}", r#"{"url":3}"#] {
        for path in ["/api/v1/sources", "/api/v1/sources/preview"] {
            let (status, problem) = desk.posted(path, body).await;
            assert_eq!(
                (status, &problem["status"]),
                (400, &json!(400)),
                "{path} {body}"
            );
        }
    }
    let huge = json!({ "url": "https://www.example.com/", "name": "x".repeat(70_000) });
    assert_eq!(
        desk.posted("/api/v1/sources", &huge.to_string()).await.0,
        413
    );
    assert!(desk.store.added_sources().borrow().is_empty());
}

#[tokio::test]
async fn an_inner_address_is_refused_wherever_it_is_typed() {
    let desk = Desk::with_baselines().await;
    for url in [
        "http://127.0.0.1:9/",
        "http://localhost:9/",
        "http://[::1]/",
        "http://169.254.169.254/x",
        "http://2130706433/",
    ] {
        let body = json!({ "url": url }).to_string();
        let (status, problem) = desk.posted("/api/v1/sources", &body).await;
        assert_eq!(
            (status, &problem["errors"][0]["field"]),
            (400, &json!("url")),
            "{url}: {problem}"
        );
        assert!(
            problem["detail"]
                .as_str()
                .unwrap()
                .contains("allow_private"),
            "{problem}"
        );
        let (status, problem) = desk.posted("/api/v1/sources/preview", &body).await;
        assert_eq!(
            (status, &problem["error"]["code"]),
            (422, &json!("refused")),
            "{url}: {problem}"
        );
    }
    assert!(desk.store.added_sources().borrow().is_empty());
}

#[tokio::test]
async fn only_admins_add_sources() {
    let desk = Desk::with_baselines().await;
    for scope in ["read", "publish"] {
        let wanted = json!({ "name": scope, "scope": scope }).to_string();
        let (_, token) = desk.posted("/api/v1/tokens", &wanted).await;
        let token = token["token"].as_str().unwrap();
        for (method, path) in [
            (Method::POST, "/sources"),
            (Method::POST, "/sources/preview"),
            (Method::PATCH, "/sources/news"),
            (Method::DELETE, "/sources/news"),
        ] {
            let request = desk
                .client
                .request(method, format!("{}/api/v1{path}", desk.url));
            let answer = request.bearer_auth(token).body("{}").send().await.unwrap();
            assert_eq!(answer.status(), 403, "{scope} {path}");
        }
        let get = desk.get("/api/v1/sources/news").bearer_auth(token).send();
        assert_eq!(get.await.unwrap().status(), 200);
    }
}
