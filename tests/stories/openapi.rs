//! Tests the description of the API: everything in it exists, and everything that exists is in it.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::{Value, json};

use crate::support::{
    desk::{ADMIN_TOKEN, Desk},
    notices::Notices,
    world::{Running, World, text},
};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Returns the path of the description in the tree, for readers without a running instance.
fn kept() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/openapi.json")
}

async fn described(desk: &Desk) -> Value {
    let (status, document) = desk.asked("/api/v1/openapi.json").await;
    assert_eq!(status, 200);
    document
}

/// Returns each operation by its address and method.
fn operations(document: &Value) -> BTreeMap<(String, String), Value> {
    let paths = document["paths"].as_object().unwrap().iter();
    let of_path = |(path, item): (&String, &Value)| {
        let path = path.clone();
        let methods = item.as_object().unwrap().clone().into_iter();
        methods.map(move |(method, operation)| ((path.clone(), method), operation))
    };
    paths.flat_map(of_path).collect()
}

#[tokio::test]
async fn the_description_in_the_tree_is_the_one_that_is_served() {
    let document = described(&Desk::with_baselines().await).await;
    let served = format!("{}\n", serde_json::to_string_pretty(&document).unwrap());
    if std::env::var_os("NOTICAST_WRITE_OPENAPI").is_some() {
        fs::write(kept(), &served).unwrap();
    }
    let kept = fs::read_to_string(kept()).unwrap_or_default();
    assert!(
        kept == served,
        "docs/openapi.json is not what is served; run this test with NOTICAST_WRITE_OPENAPI=1 and review what changed"
    );
}

#[tokio::test]
async fn every_method_of_every_address_is_described_or_not_allowed() {
    let mut desk = Desk::with_baselines().await;
    // No handler here would answer a reload.
    desk.reloads.close();
    let operations = operations(&described(&desk).await);
    let paths: Vec<&String> = operations.keys().map(|(path, _)| path).collect();
    for path in paths {
        for method in METHODS {
            let is_described = operations.contains_key(&(path.clone(), method.to_owned()));
            let address = format!("{}{}", desk.url, path.replace("{id}", "7"));
            let method = method.to_uppercase().parse().unwrap();
            let request = desk.client.request(method, address);
            let asked = request.bearer_auth(ADMIN_TOKEN).body("[").send();
            let answer = asked.await.unwrap();
            let is_allowed = answer.status() != 405;
            assert_eq!(is_allowed, is_described, "{path}: {answer:?}");
            assert_eq!(
                answer.headers().contains_key("allow"),
                !is_allowed,
                "{path}"
            );
        }
    }
}

/// Checks the router: a route that is not collected by `routes!` would be missing in the description.
#[test]
fn the_router_of_the_api_takes_described_handlers_alone() {
    let text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/web.rs")).unwrap();
    let (_, api) = text
        .split_once("\nfn api(")
        .expect("the API's routers end the file");
    assert!(api.contains(".routes(routes!("));
    assert!(!api.contains(".route("), "{api}");
    assert!(!api.contains("Router::new().route"), "{api}");
}

#[tokio::test]
async fn the_page_of_the_api_names_every_address() {
    let document = described(&Desk::with_baselines().await).await;
    for page in ["docs/api.md", "docs/api.zh.md"] {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
        let text = fs::read_to_string(&page).unwrap();
        for path in document["paths"].as_object().unwrap().keys() {
            let short = path.strip_prefix("/api/v1").expect("below /api/v1");
            let last = format!("/{}`", short.rsplit('/').next().unwrap());
            assert!(text.contains(&last), "{}: {path}", page.display());
        }
    }
}

#[tokio::test]
async fn each_operation_says_what_it_needs_and_how_it_fails() {
    let desk = Desk::with_baselines().await;
    let document = described(&desk).await;
    assert_eq!(document["openapi"], "3.1.0");
    for ((path, method), operation) in operations(&document) {
        let scope = match (method.as_str(), path.as_str()) {
            ("get", _) => "read",
            ("post", "/api/v1/bulletins") => "publish",
            (_, "/api/v1/bulletins/{id}" | "/api/v1/bulletins/{id}/withdraw") => "publish",
            _ => "admin",
        };
        assert_eq!(
            operation["security"],
            json!([{ "token": [scope] }]),
            "{method} {path}"
        );
        for named in ["summary", "operationId"] {
            assert!(operation[named].is_string(), "{method} {path}: {named}");
        }
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.contains_key("401"), "{method} {path}");
        assert_eq!(
            responses.contains_key("403"),
            scope != "read",
            "{method} {path}"
        );
        let failures = responses
            .iter()
            .filter(|(status, _)| status.as_str() >= "400");
        for (status, response) in failures {
            let schema = &response["content"]["application/problem+json"]["schema"];
            assert_eq!(
                schema["$ref"], "#/components/schemas/Problem",
                "{method} {path} {status}"
            );
        }
    }
}

/// Checks that the keys that `POST /channels` describes are those of all kinds that it accepts, and those that every
/// kind has.
#[tokio::test]
async fn each_key_of_a_channel_that_is_described_is_known() {
    let desk = Desk::with_baselines().await;
    let document = described(&desk).await;
    let keys = &document["components"]["schemas"]["ChannelBody"]["properties"];
    let kinds = noticast::bulletin::KINDS.iter();
    let of_kinds: Vec<&str> = kinds
        .flat_map(|kind| kind.keys.iter().map(|key| key.name))
        .collect();
    for key in &of_kinds {
        assert!(keys.get(key).is_some(), "{key}");
    }
    let described = keys.as_object().unwrap().keys();
    let of_all = described.filter(|key| !of_kinds.contains(&key.as_str()) && *key != "kind");
    for key in of_all {
        let body = json!({ "kind": "slack", "url": "https://hooks.example/x", key: [{}] });
        let (status, problem) = desk.posted("/api/v1/channels", &body.to_string()).await;
        let detail = problem["detail"].as_str().unwrap();
        assert_eq!(status, 400, "{key}: {detail}");
        assert!(!detail.contains("unknown"), "{key}: {detail}");
    }
}

/// Checks that the keys that `POST /sources` describes are those that the config's reader accepts.
#[tokio::test]
async fn each_key_of_a_source_that_is_described_is_known() {
    let desk = Desk::with_baselines().await;
    let document = described(&desk).await;
    let keys = &document["components"]["schemas"]["SourceBody"]["properties"];
    for key in keys.as_object().unwrap().keys() {
        let body = json!({ "url": "http://127.0.0.1:9/", key: [{}] }).to_string();
        let (status, problem) = desk.posted("/api/v1/sources", &body).await;
        let detail = problem["detail"].as_str().unwrap();
        assert_eq!(status, 400, "{key}: {detail}");
        assert!(!detail.contains("unknown"), "{key}: {detail}");
    }
    let commented =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/config/noticast.toml"));
    let commented = commented.unwrap();
    let (_, block) = commented.split_once("[[source]]").unwrap();
    let (block, _) = block.split_once("[[channel]]").unwrap();
    let key = regex::Regex::new(r"(?m)^#? ?([a-z_]+) = ").unwrap();
    for key in key.captures_iter(block) {
        let of_the_file_alone = ["proxy", "headers", "ca"].contains(&&key[1]);
        let of_select = keys["select"]["properties"].get(&key[1]).is_some();
        let is_described = keys.get(&key[1]).is_some();
        assert!(
            of_the_file_alone || of_select || is_described,
            "{}",
            &key[1]
        );
    }
}

/// Returns a running instance with a list, a desk and a terminal, and data of every kind in it.
async fn busy_instance() -> (World, Notices, Running) {
    let notices = Notices::with(5).await;
    let world = World::new();
    world.configure(&format!(
        "[fetch]\nallow_private = [\"127.0.0.0/8\"]\n\n[web]\nlisten = \"127.0.0.1:0\"\n\n\
         [[source]]\nid = \"news\"\nurl = \"{}\"\nschedule = \"every 1h\"\n\n\
         [[source]]\nid = \"office\"\nkind = \"desk\"\n\n\
         [[channel]]\nid = \"terminal\"\nkind = \"stdout\"\n",
        notices.site.at("/list")
    ));
    let running = world.start_and_wait().await;
    for title in ["关于元旦放假的通知", "Maintenance on Monday"] {
        let publish = ["publish", "--source", "office", "--title", title, "--yes"];
        assert!(world.noticast(&publish).status.success());
    }
    (world, notices, running)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Python with schemathesis, which SCHEMATHESIS names"]
async fn a_program_of_others_finds_nothing_that_is_not_as_described() {
    let (world, _notices, running) = busy_instance().await;
    let program = std::env::var_os("SCHEMATHESIS").expect("SCHEMATHESIS names it; see .ci/run");
    let instance = world.instance();
    let url = instance["url"].as_str().unwrap();
    let bearer = format!(
        "Authorization: Bearer {}",
        instance["token"].as_str().unwrap()
    );
    let config = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/stories/support/schemathesis.toml"
    );
    let mut command = std::process::Command::new(program);
    command.args(["--config-file", config, "run", "-H", &bearer]);
    command.arg(format!("{url}/api/v1/openapi.json"));
    let done = command.current_dir(world.path(".")).output().unwrap();
    let said = text(&done.stdout);
    assert!(done.status.success(), "{said}\n{}", text(&done.stderr));
    running.stop();
}
