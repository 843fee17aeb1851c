//! Tests that programs have their own tokens, each with a scope.

use serde_json::{Value, json};

use noticast::bulletin::Source;

use crate::support::{
    desk::{Desk, config, json},
    world::{World, text},
};

async fn desk() -> Desk {
    let mut config = config();
    config.sources.push(Source::desk("office".parse().unwrap()));
    Desk::open_with(config, true).await
}

/// Creates a token; returns its id and the token.
async fn made(desk: &Desk, body: Value) -> (String, String) {
    let (status, made) = desk.posted("/api/v1/tokens", &body.to_string()).await;
    assert_eq!(status, 201, "{made}");
    let word = |key: &str| made[key].as_str().unwrap().to_owned();
    assert!(word("token").starts_with(&word("prefix")));
    (word("id"), word("token"))
}

async fn status(desk: &Desk, token: &str, method: &str, path: &str, body: &Value) -> u16 {
    let method = method.parse().unwrap();
    let request = desk
        .client
        .request(method, format!("{}/api/v1{path}", desk.url));
    let request = request.bearer_auth(token).body(body.to_string());
    json(request.send().await.unwrap()).await.0
}

#[tokio::test]
async fn a_token_opens_what_its_scope_says_and_no_more() {
    let desk = desk().await;
    let (_, read) = made(&desk, json!({ "name": "r", "scope": "read" })).await;
    let (_, publish) = made(&desk, json!({ "name": "p", "scope": "publish" })).await;
    let (_, admin) = made(&desk, json!({ "name": "a", "scope": "admin" })).await;
    let notice = json!({ "source": "office", "title": "通知" });
    let held = json!({ "seen": "all" });
    for (method, path, body, expected) in [
        ("GET", "/sources", &json!({}), [200, 200, 200]),
        ("GET", "/tokens", &json!({}), [200, 200, 200]),
        ("POST", "/bulletins", &notice, [403, 201, 201]),
        ("POST", "/held", &held, [403, 403, 200]),
        (
            "POST",
            "/tokens",
            &json!({ "name": "x", "scope": "read" }),
            [403, 403, 201],
        ),
    ] {
        for (token, expected) in [&read, &publish, &admin].into_iter().zip(expected) {
            let answered = status(&desk, token, method, path, body).await;
            assert_eq!(answered, expected, "{method} {path} by {token}");
        }
    }
}

#[tokio::test]
async fn a_publisher_changes_what_is_its_own_alone() {
    let desk = desk().await;
    let (_, one) = made(&desk, json!({ "name": "same", "scope": "publish" })).await;
    let (_, other) = made(&desk, json!({ "name": "same", "scope": "publish" })).await;
    let request = desk.post("/api/v1/bulletins", r#"{"source":"office","title":"通知"}"#);
    let (_, notice) = json(request.bearer_auth(&one).send().await.unwrap()).await;
    let path = format!("/bulletins/{}", notice["id"]);
    let change = json!({ "title": "更正的通知" });
    assert_eq!(status(&desk, &other, "PATCH", &path, &change).await, 403);
    assert_eq!(
        status(
            &desk,
            &other,
            "POST",
            &format!("{path}/withdraw"),
            &json!({})
        )
        .await,
        403
    );
    assert_eq!(status(&desk, &one, "PATCH", &path, &change).await, 200);
    assert_eq!(
        status(&desk, &one, "POST", &format!("{path}/withdraw"), &json!({})).await,
        200
    );
}

#[tokio::test]
async fn a_notice_is_not_lost_where_another_publisher_took_its_request_id() {
    let desk = desk().await;
    let (_, one) = made(&desk, json!({ "name": "one", "scope": "publish" })).await;
    let (_, other) = made(&desk, json!({ "name": "other", "scope": "publish" })).await;
    let notice = |title: &str| json!({ "source": "office", "title": title, "request_id": "1" });
    let path = "/bulletins";
    for (token, title, expected) in [
        (&one, "停水通知", 201),
        (&one, "停水通知", 200),
        (&other, "停水通知", 200),
        (&other, "停电通知", 409),
    ] {
        let answered = status(&desk, token, "POST", path, &notice(title)).await;
        assert_eq!(answered, expected, "{title}");
    }
}

#[tokio::test]
async fn a_token_is_shown_once_and_ends_when_it_is_revoked() {
    let desk = desk().await;
    let new = json!({ "name": "website", "scope": "read", "expires": "90d" });
    let (id, token) = made(&desk, new).await;
    assert_eq!(
        status(&desk, &token, "GET", "/sources", &json!({})).await,
        200
    );
    let (_, listed) = desk.asked("/api/v1/tokens").await;
    let shown = &listed["items"][0];
    let keys: Vec<&String> = shown.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "id",
            "name",
            "scope",
            "prefix",
            "created_at",
            "last_used_at",
            "expires_at"
        ]
    );
    assert!(
        shown["last_used_at"].is_string() && shown["expires_at"].is_string(),
        "{shown}"
    );
    assert!(!listed.to_string().contains(&token));

    let revoke = || {
        desk.client
            .delete(format!("{}/api/v1/tokens/{id}", desk.url))
    };
    let revoke = || {
        revoke()
            .bearer_auth(crate::support::desk::ADMIN_TOKEN)
            .send()
    };
    assert_eq!(revoke().await.unwrap().status(), 204);
    assert_eq!(
        status(&desk, &token, "GET", "/sources", &json!({})).await,
        401
    );
    assert_eq!(revoke().await.unwrap().status(), 404);
    for wrong in [
        json!({ "name": "", "scope": "read" }),
        json!({ "name": "x", "scope": "root" }),
        json!({ "name": "x", "scope": "read", "expires": "soon" }),
        json!({ "name": "x", "scope": "read", "expires_at": "2020-01-01T00:00:00Z" }),
    ] {
        let (status, problem) = desk.posted("/api/v1/tokens", &wrong.to_string()).await;
        assert_eq!(status, 400, "{wrong}: {problem}");
    }
}

#[tokio::test]
async fn the_command_line_makes_lists_and_revokes_tokens_on_a_running_or_stopped_store() {
    let world = World::new();
    world.configure(
        "[web]\nlisten = \"127.0.0.1:0\"\n\n[[source]]\nid = \"office\"\nkind = \"desk\"\n",
    );
    let running = world.start_and_wait().await;
    let create = |name: &str| {
        world.noticast(&[
            "tokens",
            "--create",
            name,
            "--scope",
            "read",
            "--expires",
            "1s",
        ])
    };
    let made = create("short");
    assert!(made.status.success(), "{made:?}");
    let token = text(&made.stdout);
    assert_eq!(token.lines().count(), 1, "{made:?}");
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut answered = 200;
    for _ in 0..100 {
        let request = client.get(format!("{}/api/v1/sources", world.url()));
        answered = request
            .bearer_auth(token.trim())
            .send()
            .await
            .unwrap()
            .status()
            .as_u16();
        if answered == 401 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(answered, 401, "it expires");
    running.stop();
    assert!(create("stopped").status.success());
    let listed = world.list(&["tokens"]);
    assert_eq!(listed.len(), 2);
    assert_eq!(listed[1]["name"], "stopped");
    let id = listed[1]["id"].as_str().unwrap();
    assert!(world.noticast(&["tokens", "--revoke", id]).status.success());
    assert_eq!(
        world.noticast(&["tokens", "--revoke", id]).status.code(),
        Some(1)
    );
    assert_eq!(world.list(&["tokens"]).len(), 1);
    let export = text(&world.noticast(&["export", "-"]).stdout);
    assert!(!export.contains(token.trim()), "{export}");
}
