//! Tests channels that are made at the desk or by the API: they are in the store, are sent to like those of the config,
//! and do not reveal their secrets.

use noticast::bulletin::AllowPrivate;
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::{
    at_the_desk::Browser,
    support::{
        board::Site,
        desk::{Desk, config},
        platform::{Platform, Reply, Request},
        postgres::Server,
        world::{World, text},
    },
};

/// The part of a webhook's address that is its key, and the key by which it is signed.
const HOOK: &str = "Hook-Key-1234567";
const SIGNS: &str = "whsec_U0VDLTEtMTIzNDU2Nzg5";

/// Starts a receiver that accepts everything.
async fn receiver() -> Platform {
    let takes = |_: &Request, _: &[Request]| Reply::taken(200, json!({}));
    Platform::start(takes).await
}

fn hook(platform: &Platform) -> String {
    format!("{}/hooks/{HOOK}", platform.url)
}

/// Returns the titles that a receiver has.
fn titles(platform: &Platform) -> Vec<String> {
    let taken = platform.taken();
    let titles = taken
        .iter()
        .map(|it| it.json()["bulletin"]["title"].clone());
    titles
        .filter_map(|title| title.as_str().map(str::to_owned))
        .collect()
}

async fn asks(world: &World, method: Method, path: &str, body: Value) -> (u16, Value, String) {
    let client = Client::builder().no_proxy().build().unwrap();
    let token = world.instance()["token"].as_str().unwrap().to_owned();
    let request = client.request(method, format!("{}/api/v1{path}", world.url()));
    let answer = request.bearer_auth(token).json(&body).send().await.unwrap();
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    let value = serde_json::from_str(&text).unwrap_or(Value::Null);
    (status, value, text)
}

fn shows_no_secret(what: &str, text: &str) {
    for secret in [HOOK, SIGNS] {
        assert!(!text.contains(secret), "{what}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_a_program_adds_gets_what_is_new_through_edits_restarts_and_reloads() {
    let (site, first, second) = (Site::with(3).await, receiver().await, receiver().await);
    let mut world = World::watching(&site);
    world.set_env("RUST_LOG", std::path::Path::new("trace"));
    let running = world.start_and_wait().await;
    world.polls(&site, 1).await;
    let keys = json!({ "kind": "webhook", "name": "办公室", "url": hook(&first), "secret": SIGNS });
    let (status, made, said) = asks(&world, Method::POST, "/channels", keys).await;
    assert_eq!(status, 201, "{said}");
    assert_eq!(
        (&made["id"], &made["secrets"]),
        (&json!("webhook"), &json!(["url", "secret"]))
    );
    assert_eq!(
        made["settings"],
        json!({ "id": "webhook", "kind": "webhook", "name": "办公室" })
    );
    let (status, _, said) = asks(&world, Method::POST, "/channels/webhook/test", json!({})).await;
    assert_eq!(status, 200, "{said}");
    assert!(
        first.taken()[0]
            .header("webhook-signature")
            .starts_with("v1,")
    );
    site.publish(4);
    let has = |platform: &Platform, number| titles(platform).contains(&Site::title(number));
    world.until("a delivery", || has(&first, 4)).await;
    running.stop();

    let running = world.start_and_wait().await;
    site.publish(5);
    world.until("one after a restart", || has(&first, 5)).await;
    world.configure(&(World::config(&site.list_url()) + "# again\n"));
    let (status, _, said) = asks(&world, Method::POST, "/reload", json!({})).await;
    assert_eq!(status, 200, "{said}");
    let elsewhere = json!({ "url": hook(&second), "name": null, "include": ["6"] });
    let (status, changed, said) = asks(&world, Method::PATCH, "/channels/webhook", elsewhere).await;
    assert_eq!(
        (status, &changed["name"]),
        (200, &json!("webhook")),
        "{said}"
    );
    site.publish(6);
    world.until("one elsewhere", || has(&second, 6)).await;
    let signed = second.taken();
    assert!(
        signed[0].header("webhook-signature").starts_with("v1,"),
        "a secret that is not sent stays"
    );
    assert_eq!(titles(&first), [Site::title(4), Site::title(5)]);

    for path in [
        "/channels/webhook",
        "/channels",
        "/audit",
        "/export",
        "/deliveries",
    ] {
        let (status, _, said) = asks(&world, Method::GET, path, Value::Null).await;
        assert_eq!(status, 200, "{said}");
        shows_no_secret(path, &said);
    }
    let (status, _, said) = asks(&world, Method::DELETE, "/channels/webhook", Value::Null).await;
    assert_eq!(status, 204, "{said}");
    let (status, ..) = asks(&world, Method::GET, "/channels/webhook", Value::Null).await;
    assert_eq!(status, 404);
    let (_, audit, _) = asks(&world, Method::GET, "/audit", Value::Null).await;
    let actions: Vec<&Value> = audit["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["action"])
        .collect();
    for action in ["add-channel", "edit-channel", "remove-channel"] {
        assert!(actions.contains(&&json!(action)), "{actions:?}");
    }
    running.stop();
    shows_no_secret("the log", &world.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_takes_channels_along_and_their_secrets_only_where_that_is_asked_for() {
    let (site, hall) = (Site::with(3).await, receiver().await);
    let world = World::watching(&site);
    let running = world.start_and_wait().await;
    world.polls(&site, 1).await;
    let keys = json!({ "kind": "webhook", "id": "hall", "url": hook(&hall), "secret": SIGNS });
    let (status, _, said) = asks(&world, Method::POST, "/channels", keys).await;
    assert_eq!(status, 201, "{said}");
    let refused = world.noticast(&["export", "--with-secrets", "all.jsonl"]);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    running.stop();
    let listed = world.list(&["channels"]);
    assert!(listed.iter().any(|it| it["id"] == "hall"), "{listed:?}");
    for (file, options) in [("plain.jsonl", &[][..]), ("all.jsonl", &["--with-secrets"])] {
        let done = world.noticast(&[&["export", file], options].concat());
        assert!(done.status.success(), "{done:?}");
        let lines = std::fs::read_to_string(world.path(file)).unwrap();
        assert_eq!(
            lines.contains(HOOK) && lines.contains(SIGNS),
            file == "all.jsonl"
        );
        assert!(lines.contains("\"hall\""), "{lines}");
    }

    let moved = |file: &str| {
        let other = World::watching(&site);
        std::fs::copy(world.path(file), other.path("export.jsonl")).unwrap();
        let done = other.noticast(&["import", "export.jsonl"]);
        assert!(done.status.success(), "{}", text(&done.stderr));
        other
    };
    let whole = moved("all.jsonl");
    let running = whole.start_and_wait().await;
    site.publish(4);
    whole
        .until("a delivery", || titles(&hall).contains(&Site::title(4)))
        .await;
    running.stop();

    let bare = moved("plain.jsonl");
    let running = bare.start_and_wait().await;
    let (_, shown, _) = asks(&bare, Method::GET, "/channels/hall", Value::Null).await;
    assert_eq!(
        (&shown["missing"], &shown["secrets"]),
        (&json!(["url", "secret"]), &json!([]))
    );
    site.publish(5);
    let waits = || {
        let queued = bare.list(&["deliveries", "--state", "queued", "--channel", "hall"]);
        !queued.is_empty()
    };
    bare.until("a delivery that waits", waits).await;
    let (status, _, said) = asks(&bare, Method::POST, "/channels/hall/test", json!({})).await;
    assert_eq!(status, 502, "{said}");
    assert!(said.contains("enter it at the desk"), "{said}");
    let (status, _, said) = asks(
        &bare,
        Method::PATCH,
        "/channels/hall",
        json!({ "name": "大厅" }),
    )
    .await;
    assert_eq!(status, 400, "{said}");
    let secrets = json!({ "url": hook(&hall), "secret": SIGNS });
    let (status, _, said) = asks(&bare, Method::PATCH, "/channels/hall", secrets).await;
    assert_eq!(status, 200, "{said}");
    bare.until("what waited", || titles(&hall).contains(&Site::title(5)))
        .await;
    running.stop();
}

#[tokio::test]
async fn every_kind_is_made_at_the_desk_by_its_own_fields() {
    let mut config = config();
    config.fetch.allow_private = AllowPrivate::Yes;
    let browser = Browser::signed_in_with(config).await;
    let page = browser.page("/admin/channels").await;
    assert!(page.contains("action=\"../admin/add-channel\""), "{page}");
    for kind in noticast::bulletin::KINDS {
        let form = browser
            .submit("/admin/add-channel", &[("kind", kind.name)])
            .await;
        assert_eq!(form.status(), 200);
        let form = form.text().await.unwrap();
        for key in kind.keys {
            assert!(
                form.contains(&format!("name=\"{}\"", key.name)),
                "{}: {form}",
                key.name
            );
            let secret = format!("type=\"password\" name=\"{}\" value=\"\"", key.name);
            assert_eq!(
                form.contains(&secret),
                key.form.is_secret(),
                "{}: {form}",
                key.name
            );
        }
        let (samples, expected) = samples(kind.name);
        let fields = [
            &[("kind", kind.name), ("filled", "yes")],
            samples.as_slice(),
        ]
        .concat();
        browser.does("/admin/add-channel", &fields).await;
        let (_, shown) = browser
            .desk
            .asked(&format!("/api/v1/channels/{}", kind.name))
            .await;
        for (key, value) in expected {
            assert_eq!(shown["settings"][key], value, "{shown}");
        }
    }
    let page = browser.page("/admin/channels").await;
    assert!(
        page.contains("企业微信群机器人") && page.contains("钉钉群机器人"),
        "{page}"
    );
}

type Fields = Vec<(&'static str, &'static str)>;

/// Returns the typed values for a kind, and the stored values that may be shown.
fn samples(kind: &str) -> (Fields, Vec<(&'static str, Value)>) {
    match kind {
        "wecom-robot" => (
            vec![("key", "Key-12345678"), ("format", "markdown")],
            vec![("format", json!("markdown")), ("key", Value::Null)],
        ),
        "dingtalk-robot" => (vec![("access_token", "Token-12345678")], vec![]),
        "feishu-robot" => (vec![("token", "Token-12345678")], vec![]),
        "slack" | "discord" | "ntfy" | "webhook" => (
            vec![("url", "http://127.0.0.1:9/Key-12345678")],
            vec![("url", Value::Null)],
        ),
        "matrix" => (
            vec![
                ("homeserver", "http://127.0.0.1:9"),
                ("room", "!abc:example.org"),
                ("access_token", "Token-12345678"),
            ],
            vec![("room", json!("!abc:example.org"))],
        ),
        "email" => (
            vec![
                ("smtp", "smtp://user@127.0.0.1:9"),
                ("password", "Pass-12345678"),
                ("from", "通知 <news@example.org>"),
                ("to", "a@example.org\r\n王 <b@example.org>\r\n"),
                ("encryption", "none"),
            ],
            vec![("to", json!(["a@example.org", "王 <b@example.org>"]))],
        ),
        "wecom-app" => (
            vec![
                ("corp_id", "ww1"),
                ("agent_id", "1000002"),
                ("secret", "Secret-12345678"),
                ("to", "zhang|li"),
            ],
            vec![("to", json!("zhang|li")), ("agent_id", json!("1000002"))],
        ),
        other => panic!("{other}: a new kind needs a sample here"),
    }
}

#[tokio::test]
async fn a_channel_is_edited_tested_and_removed_at_the_desk_without_its_secret_being_shown() {
    let hall = receiver().await;
    let mut config = config();
    config.fetch.allow_private = AllowPrivate::Yes;
    let browser = Browser::signed_in_with(config).await;
    browser.desk.publish("news", "1", "关于放假的通知").await;
    let (url, kind) = (hook(&hall), [("kind", "webhook"), ("filled", "yes")]);
    let wrong = [
        kind.as_slice(),
        &[
            ("url", HOOK),
            ("secret", SIGNS),
            ("quiet", "22"),
            ("name", "大厅"),
        ],
    ]
    .concat();
    let refused = browser.submit("/admin/add-channel", &wrong).await;
    assert_eq!(refused.status(), 400);
    let refused = refused.text().await.unwrap();
    assert!(
        refused.contains("22:00-07:00")
            && refused.contains("value=\"大厅\"")
            && refused.contains("网址"),
        "{refused}"
    );
    shows_no_secret("what was refused", &refused);

    let typed = [
        kind.as_slice(),
        &[
            ("id", "hall"),
            ("name", "大厅"),
            ("url", url.as_str()),
            ("secret", SIGNS),
            ("sources", "集团要闻\r\n"),
            ("mode", "digest"),
            ("digest", "17点半"),
            ("quiet", "22-7"),
        ],
    ]
    .concat();
    browser.does("/admin/add-channel", &typed).await;
    let known = || browser.desk.store.added_channels().borrow()[0].keys.clone();
    assert_eq!(
        Value::Object(known()),
        json!({
            "kind": "webhook", "name": "大厅", "url": url, "secret": SIGNS, "sources": ["news"],
            "mode": "digest", "digest": "30 17 * * *", "quiet": "22:00-07:00"
        })
    );
    let page = browser.page("/admin/channels/hall").await;
    for said in [
        "value=\"大厅\"",
        "value=\"17:30\"",
        "已设置，不再显示",
        "关于放假的通知",
        "hall/remove",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    shows_no_secret("the page", &page);
    browser.does("/admin/channels/hall/test", &[]).await;
    assert_eq!(hall.taken().len(), 1);

    let changed = [
        kind.as_slice(),
        &[
            ("name", "一楼大厅"),
            ("url", ""),
            ("secret", ""),
            ("mode", "each"),
        ],
    ]
    .concat();
    browser.does("/admin/channels/hall/edit", &changed).await;
    assert_eq!(
        Value::Object(known()),
        json!({ "kind": "webhook", "name": "一楼大厅", "url": url, "secret": SIGNS, "mode": "each" })
    );
    let unsigned = [changed.as_slice(), &[("forget", "secret")]].concat();
    browser.does("/admin/channels/hall/edit", &unsigned).await;
    assert!(!known().contains_key("secret") && known().contains_key("url"));
    for page in [
        "/admin/audit",
        "/admin/export",
        "/admin/channels",
        "/admin/outbox",
    ] {
        shows_no_secret(page, &browser.get(page).await.text().await.unwrap());
    }
    let audit = browser.page("/admin/audit").await;
    assert!(
        audit.contains("添加频道") && audit.contains("一楼大厅"),
        "{audit}"
    );
    browser.does("/admin/channels/hall/remove", &[]).await;
    assert!(browser.desk.store.added_channels().borrow().is_empty());
    let page = browser.page("/admin/channels/terminal").await;
    assert!(
        page.contains("写在配置文件里") && !page.contains("terminal/edit"),
        "{page}"
    );
    for what in ["edit", "remove"] {
        let path = format!("/admin/channels/terminal/{what}");
        assert_eq!(
            browser.submit(&path, &changed).await.status(),
            409,
            "{what}"
        );
    }
}

#[tokio::test]
async fn a_channel_of_the_desk_reads_no_file_and_reaches_no_inner_address() {
    let desk = Desk::open_with(config(), true).await;
    let mail = |smtp: &str| json!({ "kind": "email", "smtp": smtp, "from": "a@example.org", "to": ["b@example.org"] });
    for (keys, key, said) in [
        (
            json!({ "kind": "webhook", "url": "http://127.0.0.1:9/x" }),
            "url",
            "allow_private",
        ),
        (
            json!({ "kind": "webhook", "url": "http://localhost:9/x" }),
            "url",
            "allow_private",
        ),
        (
            json!({ "kind": "webhook", "url": "http://[::ffff:10.0.0.1]/x" }),
            "url",
            "allow_private",
        ),
        (
            json!({ "kind": "slack", "url": "https://169.254.169.254/x" }),
            "url",
            "allow_private",
        ),
        (mail("smtp://a@127.0.0.1:25"), "smtp", "allow_private"),
        (mail("smtp://a@localhost"), "smtp", "allow_private"),
        (
            json!({ "kind": "matrix", "homeserver": "http://10.0.0.1", "room": "!a:b", "access_token": "x1234567" }),
            "homeserver",
            "allow_private",
        ),
        (
            json!({ "kind": "wecom-robot", "key": "x1234567", "api_url": "http://192.168.0.1" }),
            "api_url",
            "allow_private",
        ),
        (
            json!({ "kind": "webhook", "url": "file:/etc/passwd" }),
            "url",
            "the secret itself",
        ),
        (
            json!({ "kind": "wecom-robot", "key": "env:HOME" }),
            "key",
            "the secret itself",
        ),
        (
            json!({ "kind": "telegram", "chat": 5 }),
            "kind",
            "as a chat",
        ),
        (
            json!({ "kind": "webhook", "url": "https://a.example/x", "id": "telegram:5" }),
            "id",
            "id",
        ),
    ] {
        let (status, refused) = desk.posted("/api/v1/channels", &keys.to_string()).await;
        assert_eq!(status, 400, "{keys}: {refused}");
        assert_eq!(refused["errors"][0]["field"], key, "{refused}");
        assert!(
            refused["errors"][0]["detail"]
                .as_str()
                .unwrap()
                .contains(said),
            "{refused}"
        );
    }
    let taken = json!({ "kind": "webhook", "url": "https://1.1.1.1/x", "id": "terminal" });
    let (status, refused) = desk.posted("/api/v1/channels", &taken.to_string()).await;
    assert_eq!(status, 409, "{refused}");
    assert!(desk.store.added_channels().borrow().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_goes_to_another_server_only_where_it_is_typed_again() {
    let site = Site::with(3).await;
    let world = World::watching(&site);
    let running = world.start_and_wait().await;
    let keys = json!({
        "kind": "email", "smtp": "smtp://a@127.0.0.1:9", "password": SIGNS, "from": "a@example.org", "to": ["b@example.org"]
    });
    let (status, _, said) = asks(&world, Method::POST, "/channels", keys).await;
    assert_eq!(status, 201, "{said}");
    let mut moved = json!({ "smtp": "smtp://a@127.0.0.1:10" });
    let (status, refused, said) =
        asks(&world, Method::PATCH, "/channels/email", moved.clone()).await;
    assert_eq!(
        (status, &refused["errors"][0]["field"]),
        (400, &json!("password")),
        "{said}"
    );
    moved["password"] = json!("another-password");
    let (status, changed, said) = asks(&world, Method::PATCH, "/channels/email", moved).await;
    assert_eq!(
        (status, &changed["settings"]["smtp"]),
        (200, &json!("smtp://a@127.0.0.1:10")),
        "{said}"
    );
    running.stop();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "starts a PostgreSQL"]
async fn a_channel_that_is_added_at_one_of_two_processes_is_one_of_both() {
    let (server, site) = (Server::start(), Site::with(3).await);
    let (first, second) = (receiver().await, receiver().await);
    let worlds = [World::new(), World::new()];
    let mut running = Vec::new();
    for world in &worlds {
        world.configure(&server.config(&site));
        running.push(world.start_and_wait().await);
    }
    let [one, other] = &worlds;
    let polled = || one.list(&["sources"])[0]["last_polled"].is_string();
    one.until("a first poll", polled).await;
    let keys = json!({ "kind": "webhook", "id": "hall", "url": hook(&first), "secret": SIGNS });
    let (status, _, said) = asks(one, Method::POST, "/channels", keys).await;
    assert_eq!(status, 201, "{said}");
    let is_listed = || {
        other
            .list(&["channels"])
            .iter()
            .any(|it| it["id"] == "hall")
    };
    other.until("the channel there", is_listed).await;
    site.publish(4);
    let has = |platform: &Platform, number| titles(platform).contains(&Site::title(number));
    one.until("a delivery", || has(&first, 4)).await;
    let elsewhere = json!({ "url": hook(&second) });
    let (status, _, said) = asks(other, Method::PATCH, "/channels/hall", elsewhere).await;
    assert_eq!(status, 200, "{said}");
    // The process that sends there learns of it at once, otherwise within seconds.
    tokio::time::sleep(std::time::Duration::from_secs(6)).await;
    site.publish(5);
    one.until("a delivery elsewhere", || has(&second, 5)).await;
    assert_eq!(titles(&first), [Site::title(4)]);
    let (status, _, said) = asks(one, Method::DELETE, "/channels/hall", Value::Null).await;
    assert_eq!(status, 204, "{said}");
    other.until("none there", || !is_listed()).await;
    running.into_iter().for_each(|it| it.stop());
}
