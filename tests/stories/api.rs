//! Tests the requests of programs to a running instance at `/api/v1`.

use serde_json::{Value, json};

use crate::support::desk::{Desk, INSTANCE_TOKEN, METRICS_TOKEN, config};

#[tokio::test]
async fn an_admin_settles_what_is_held() {
    let desk = Desk::with_baselines().await;
    let held = desk.hold("notices", 6).await;
    assert_eq!(
        desk.get(&format!("/b/{}", held[0]))
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
    assert!(!desk.page("/").await.contains("改版后"));
    let (_, listed) = desk.asked("/api/v1/held").await;
    assert_eq!(listed["items"].as_array().unwrap().len(), 6);
    let (_, sources) = desk.asked("/api/v1/sources?state=held").await;
    assert_eq!(sources["items"][0]["id"], "notices");

    let body = json!({ "publish": [held[0]], "seen": [held[1]] }).to_string();
    let (status, settled) = desk.posted("/api/v1/held", &body).await;
    assert_eq!(status, 200, "{settled}");
    assert_eq!(
        settled,
        json!({ "published": [held[0]], "seen": [held[1]] })
    );
    let (status, settled) = desk.posted("/api/v1/held", r#"{"newest": 1}"#).await;
    assert_eq!(status, 200, "{settled}");
    assert_eq!(settled["published"].as_array().unwrap().len(), 1);
    assert_eq!(settled["seen"].as_array().unwrap().len(), 3);
    let (_, listed) = desk.asked("/api/v1/held").await;
    assert_eq!(listed["items"], json!([]));
    for body in [
        "{}",
        r#"{"publish":"some"}"#,
        r#"{"newest":1,"seen":"all"}"#,
        r#"{"x":1}"#,
        "[",
    ] {
        let (status, problem) = desk.posted("/api/v1/held", body).await;
        assert_eq!((status, &problem["status"]), (400, &json!(400)), "{body}");
    }
}

#[tokio::test]
async fn the_api_needs_a_token_whatever_is_asked() {
    let desk = Desk::with_baselines().await;
    for path in ["/api/v1/sources", "/api/v1/nowhere", "/api/v1/export"] {
        let request = desk.get(path);
        let refused = request.send().await.unwrap();
        assert_eq!(
            refused.headers()["www-authenticate"],
            "Bearer realm=\"noticast\""
        );
        assert_eq!(
            refused.headers()["content-type"],
            "application/problem+json"
        );
        assert_eq!(refused.status(), 401, "{path}");
        for token in ["wrong", METRICS_TOKEN, ""] {
            let refused = desk.get(path).bearer_auth(token).send().await.unwrap();
            assert_eq!(refused.status(), 401, "{path} {token}");
        }
        // Otherwise that many wrong tokens would have to wait.
        assert_eq!(desk.asked("/api/v1/sources").await.0, 200);
    }
    let command = desk.get("/api/v1/sources").bearer_auth(INSTANCE_TOKEN);
    assert_eq!(command.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn the_api_lists_what_the_contract_says() {
    let desk = Desk::with_baselines().await;
    let id = desk.publish("notices", "1", "关于元旦放假的通知").await;
    let keys =
        |value: &Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };
    let (_, sources) = desk.asked("/api/v1/sources").await;
    assert_eq!(sources["next"], Value::Null);
    assert_eq!(
        keys(&sources["items"][0]).join(" "),
        "id name url kind schedule state last_polled last_changed next_poll error bulletins"
    );
    let (_, channels) = desk.asked("/api/v1/channels").await;
    let first = &channels["items"][0];
    assert_eq!(
        keys(first).join(" "),
        "id kind name sources mode state queued sent failed error"
    );
    assert_eq!(
        (&first["sources"], &first["queued"]),
        (&json!(["*"]), &json!(1))
    );
    let (_, bulletins) = desk.asked("/api/v1/bulletins?state=published").await;
    assert_eq!(bulletins["items"][0]["id"], id.0);
    let (_, one) = desk.asked(&format!("/api/v1/bulletins/{id}")).await;
    assert_eq!(one, bulletins["items"][0]);
    let (_, deliveries) = desk.asked("/api/v1/deliveries?channel=terminal").await;
    let first = &deliveries["items"][0];
    assert_eq!(first["bulletin"], id.0);
    assert_eq!(
        (&first["kind"], &first["state"]),
        (&json!("new"), &json!("queued"))
    );
    assert_eq!(
        keys(first).join(" "),
        "id bulletin channel kind state attempts message error queued_at due_at sent_at"
    );
}

#[tokio::test]
async fn lists_of_the_api_go_on_by_their_cursor() {
    let desk = Desk::with_baselines().await;
    for number in 1..=7 {
        desk.publish("news", &number.to_string(), &format!("要闻第{number}条"))
            .await;
    }
    for (list, total) in [("bulletins", 10), ("deliveries", 7), ("sources", 3)] {
        let mut cursor = String::new();
        let mut seen = 0;
        loop {
            let (status, page) = desk.asked(&format!("/api/v1/{list}?limit=3{cursor}")).await;
            assert_eq!(status, 200, "{page}");
            seen += page["items"].as_array().unwrap().len();
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(seen, total, "{list}");
    }
    let (_, all) = desk.asked("/api/v1/bulletins?limit=0").await;
    assert_eq!(all["items"].as_array().unwrap().len(), 10);
}

#[tokio::test]
async fn wrong_requests_are_answered_with_what_is_wrong() {
    let desk = Desk::with_baselines().await;
    for (path, status, part) in [
        ("/api/v1/bulletins?colour=red", 400, "colour"),
        ("/api/v1/bulletins?limit=many", 400, "limit"),
        ("/api/v1/bulletins?state=sent", 400, "sent"),
        ("/api/v1/bulletins?since=yesterday", 400, "since"),
        ("/api/v1/bulletins?cursor=x", 400, "cursor"),
        ("/api/v1/channels?since=2022-11-20T00:00:00Z", 400, "since"),
        ("/api/v1/sources?channel=nobody", 404, "nobody"),
        ("/api/v1/held?state=published", 400, "state"),
        ("/api/v1/bulletins/99", 404, "99"),
        ("/api/v1/nowhere", 404, "nothing"),
        ("/api/v1/reload", 405, "Allow"),
        ("/b/99", 404, "99"),
        ("/b/x", 404, "x"),
        ("/?source=nobody", 404, "nobody"),
        ("/?before=x", 400, "before"),
    ] {
        let (got, problem) = desk.asked(path).await;
        assert_eq!(
            (got, &problem["status"]),
            (status, &json!(status)),
            "{path}: {problem}"
        );
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(part), "{path}: {detail}");
    }
    let large = "x".repeat(70_000);
    let (status, _) = desk.posted("/api/v1/held", &large).await;
    assert_eq!(status, 413);
    let missing = desk.get("/nowhere").header("accept", "text/html,*/*;q=0.8");
    let missing = missing.send().await.unwrap();
    assert_eq!(missing.status(), 404);
    assert!(
        missing
            .text()
            .await
            .unwrap()
            .contains("<h1>找不到这个页面</h1>")
    );
}

#[tokio::test]
async fn a_rebroadcast_happens_once_for_each_request_id() {
    let desk = Desk::with_baselines().await;
    let id = desk.publish("notices", "1", "关于元旦放假的通知").await;
    let path = format!("/api/v1/bulletins/{id}/rebroadcast");
    let body = r#"{"note":"请留意","request_id":"r1"}"#;
    let (status, first) = desk.posted(&path, body).await;
    assert_eq!(status, 200, "{first}");
    assert_eq!(first["deliveries"][0]["kind"], "rebroadcast");
    let (_, again) = desk.posted(&path, body).await;
    assert_eq!(first["deliveries"][0]["id"], again["deliveries"][0]["id"]);
    let (_, other) = desk.posted(&path, "").await;
    assert_ne!(first["deliveries"][0]["id"], other["deliveries"][0]["id"]);
    for (path, body, status) in [
        ("/api/v1/bulletins/99/rebroadcast", "{}", 404),
        (path.as_str(), r#"{"channels":["nobody"]}"#, 404),
        (path.as_str(), r#"{"channels":[]}"#, 400),
        (path.as_str(), r#"{"to":"x"}"#, 400),
    ] {
        assert_eq!(desk.posted(path, body).await.0, status, "{path} {body}");
    }
    let held = desk.hold("news", 6).await[0];
    let path = format!("/api/v1/bulletins/{held}/rebroadcast");
    assert_eq!(desk.posted(&path, "{}").await.0, 409);
}

#[tokio::test]
async fn a_poll_is_answered_when_it_is_done() {
    let desk = Desk::with_baselines().await;
    let (status, polled) = desk.posted("/api/v1/sources/notices/poll", "").await;
    assert_eq!(
        (status, &polled["new"], &polled["held"]),
        (200, &json!([]), &json!(0))
    );
    assert!(
        polled["error"].is_string(),
        "nobody listens on port 9: {polled}"
    );
    assert_eq!(desk.posted("/api/v1/sources/nobody/poll", "").await.0, 404);
}

#[tokio::test]
async fn a_reload_says_whether_the_config_was_taken() {
    let mut desk = Desk::with_baselines().await;
    let mut reloads = std::mem::replace(&mut desk.reloads, tokio::sync::mpsc::channel(1).1);
    let app = tokio::spawn(async move {
        for answer in [Ok(()), Err("noticast.toml:1:1: unknown key".to_owned())] {
            let reload = reloads.recv().await.unwrap();
            reload.answer.send(answer).unwrap();
        }
    });
    assert_eq!(
        desk.posted("/api/v1/reload", "").await,
        (200, json!({ "status": "ok" }))
    );
    let (status, problem) = desk.posted("/api/v1/reload", "").await;
    assert_eq!(status, 422);
    assert_eq!(problem["detail"], "noticast.toml:1:1: unknown key");
    app.await.unwrap();
}

#[tokio::test]
async fn without_pages_the_api_still_answers() {
    let desk = Desk::open_with(config(), false).await;
    for path in ["/", "/feed.atom", "/style.css"] {
        assert_eq!(desk.get(path).send().await.unwrap().status(), 404, "{path}");
    }
    assert_eq!(desk.asked("/api/v1/sources").await.0, 200);
    assert_eq!(desk.get("/healthz").send().await.unwrap().status(), 200);
}
