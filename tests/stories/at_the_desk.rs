//! Admins run everything from a browser: these stories fill in its forms by plain HTTP, without scripts.

use noticast::bulletin::Source;
use reqwest::{Client, RequestBuilder, Response, redirect::Policy};
use serde_json::json;

use crate::support::desk::{ADMIN_TOKEN, Desk, config};

/// A browser that follows no redirect by itself.
struct Browser {
    desk: Desk,
    client: Client,
    cookie: String,
}

impl Browser {
    async fn open() -> Self {
        let mut config = config();
        config.sources.push(Source::desk("office".parse().unwrap()));
        let desk = Desk::open_with(config, true).await;
        for source in ["notices", "news", "inside"] {
            desk.baseline(source).await;
        }
        let client = Client::builder().no_proxy().redirect(Policy::none());
        Self {
            desk,
            client: client.build().unwrap(),
            cookie: String::new(),
        }
    }

    async fn signed_in() -> Self {
        let mut browser = Self::open().await;
        let answer = browser
            .submit("/admin/sign-in", &[("token", ADMIN_TOKEN)])
            .await;
        assert_eq!(answer.status(), 303);
        assert_eq!(answer.headers()["location"], "/admin");
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        assert!(cookie.contains("; HttpOnly; SameSite=Lax"), "{cookie}");
        assert!(!cookie.contains("Secure"), "{cookie}");
        browser.cookie = cookie.split(';').next().unwrap().to_owned();
        browser
    }

    fn form(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(fields);
        let post = self.client.post(format!("{}{path}", self.desk.url));
        let post = post.header("content-type", "application/x-www-form-urlencoded");
        let post = post
            .header("origin", &self.desk.url)
            .header("accept", "text/html");
        post.header("cookie", &self.cookie).body(body.finish())
    }

    async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        self.form(path, fields).send().await.unwrap()
    }

    /// A form that must be taken.
    async fn does(&self, path: &str, fields: &[(&str, &str)]) {
        let answer = self.submit(path, fields).await;
        let status = answer.status();
        assert_eq!(status, 303, "{path}: {}", answer.text().await.unwrap());
    }

    async fn get(&self, path: &str) -> Response {
        let get = self.client.get(format!("{}{path}", self.desk.url));
        let get = get
            .header("accept", "text/html")
            .header("cookie", &self.cookie);
        get.send().await.unwrap()
    }

    async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(answer.headers()["cache-control"], "no-store", "{path}");
        answer.text().await.unwrap()
    }
}

#[tokio::test]
async fn nobody_sees_the_desk_without_signing_in() {
    let browser = Browser::open().await;
    for path in [
        "/admin",
        "/admin/sources",
        "/admin/bulletins/1",
        "/admin/nowhere",
        "/admin/audit",
    ] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status(), 303, "{path}");
        assert_eq!(answer.headers()["location"], "/admin/sign-in", "{path}");
    }
    let post = browser.submit("/admin/sources/news/pause", &[]).await;
    assert_eq!(post.headers()["location"], "/admin/sign-in");
    let sign_in = browser.get("/admin/sign-in").await;
    assert_eq!(sign_in.status(), 200);
    assert_eq!(sign_in.headers()["referrer-policy"], "same-origin");
    let page = sign_in.text().await.unwrap();
    assert!(
        page.contains("name=\"token\"") && page.contains("action=\"../admin/sign-in\""),
        "{page}"
    );
}

#[tokio::test]
async fn a_wrong_token_opens_nothing_and_five_of_them_cost_a_wait() {
    let browser = Browser::open().await;
    for _ in 0..5 {
        let answer = browser
            .submit("/admin/sign-in", &[("token", "wrong")])
            .await;
        assert_eq!(answer.status(), 401);
        assert!(answer.headers().get("set-cookie").is_none());
        assert!(answer.text().await.unwrap().contains("令牌不正确"));
    }
    let answer = browser
        .submit("/admin/sign-in", &[("token", ADMIN_TOKEN)])
        .await;
    assert_eq!(answer.status(), 429);
    assert!(answer.headers().contains_key("retry-after"));
}

#[tokio::test]
async fn a_session_ends_when_its_owner_signs_out() {
    let browser = Browser::signed_in().await;
    assert!(browser.page("/admin").await.contains("概况"));
    let answer = browser.submit("/admin/sign-out", &[]).await;
    assert_eq!(answer.headers()["location"], "/admin/sign-in");
    assert_eq!(
        browser.get("/admin").await.status(),
        303,
        "the old cookie opens nothing"
    );
    // A cookie is no token of the API, and a token no cookie.
    let token = browser.cookie.trim_start_matches("noticast=");
    let asked = browser
        .desk
        .get("/api/v1/sources")
        .bearer_auth(token)
        .send();
    assert_eq!(asked.await.unwrap().status(), 401);
}

#[tokio::test]
async fn forms_of_other_sites_are_refused() {
    let browser = Browser::signed_in().await;
    for origin in ["https://evil.example", "null"] {
        let post = browser
            .form("/admin/sources/news/pause", &[])
            .header("origin", origin);
        let mut post = post.build().unwrap();
        post.headers_mut().insert("origin", origin.parse().unwrap());
        let answer = browser.client.execute(post).await.unwrap();
        assert_eq!(answer.status(), 403, "{origin}");
    }
    let (_, sources) = browser.desk.asked("/api/v1/sources?source=news").await;
    assert_eq!(sources["items"][0]["state"], "ok");
}

#[tokio::test]
async fn every_page_of_the_desk_is_there_in_both_languages() {
    let browser = Browser::signed_in().await;
    let id = browser.desk.publish("news", "1", "<b>关于放假</b>").await;
    let paths = [
        "",
        "/sources",
        "/sources/news",
        "/channels",
        "/channels/terminal",
        "/outbox",
        "/held",
        "/bulletins",
        "/publish",
        "/tokens",
        "/audit",
    ];
    for path in paths {
        let page = browser.page(&format!("/admin{path}")).await;
        assert!(
            page.contains("管理台") && !page.contains("<script"),
            "{path}"
        );
        let get = browser
            .client
            .get(format!("{}/admin{path}", browser.desk.url));
        let get = get
            .header("cookie", &browser.cookie)
            .header("accept-language", "en");
        assert!(
            get.send()
                .await
                .unwrap()
                .text()
                .await
                .unwrap()
                .contains("lang=\"en\""),
            "{path}"
        );
    }
    let page = browser.page(&format!("/admin/bulletins/{id}")).await;
    assert!(
        page.contains("&lt;b&gt;关于放假") && !page.contains("<b>关于"),
        "{page}"
    );
    for missing in [
        "/admin/sources/nobody",
        "/admin/bulletins/99",
        "/admin/nowhere",
    ] {
        assert_eq!(browser.get(missing).await.status(), 404, "{missing}");
    }
}

#[tokio::test]
async fn a_source_is_paused_and_goes_on() {
    let browser = Browser::signed_in().await;
    browser.does("/admin/sources/news/pause", &[]).await;
    assert!(
        browser
            .page("/admin/sources?state=paused")
            .await
            .contains("集团要闻")
    );
    browser.does("/admin/sources/news/resume", &[]).await;
    assert!(
        !browser
            .page("/admin/sources?state=paused")
            .await
            .contains("集团要闻")
    );
    assert!(browser.page("/admin/audit").await.contains("pause"));
    let (status, source) = browser.desk.told("/api/v1/sources/news/pause", "").await;
    assert_eq!((status, &source["state"]), (200, &json!("paused")));
    let (status, source) = browser.desk.told("/api/v1/sources/news/resume", "").await;
    assert_eq!((status, &source["state"]), (200, &json!("ok")));
    assert_eq!(
        browser
            .desk
            .told("/api/v1/sources/nobody/pause", "")
            .await
            .0,
        404
    );
}

#[tokio::test]
async fn what_is_held_is_released_or_marked_as_seen() {
    let browser = Browser::signed_in().await;
    let held = browser.desk.hold("notices", 6).await;
    assert!(browser.page("/admin/held").await.contains("改版后的第0条"));
    let id = held[0].to_string();
    browser
        .does("/admin/held", &[("what", "publish"), ("id", &id)])
        .await;
    browser.does("/admin/held", &[("what", "seen-all")]).await;
    assert!(browser.page("/admin/held").await.contains("没有待审核"));
    let (_, published) = browser
        .desk
        .asked("/api/v1/bulletins?state=published")
        .await;
    assert_eq!(published["items"].as_array().unwrap().len(), 1);
    let wrong = browser.submit("/admin/held", &[("what", "all")]).await;
    assert_eq!(wrong.status(), 400);
    assert!(wrong.text().await.unwrap().contains("`what`"));
}

#[tokio::test]
async fn a_notice_is_previewed_published_corrected_and_withdrawn() {
    let browser = Browser::signed_in().await;
    let notice = [
        ("source", "office"),
        ("title", "食堂停水通知"),
        ("text", "今天下午停水。"),
        ("files", "https://www.example.com/a.pdf 说明"),
        ("request", "one"),
    ];
    let preview = browser.submit("/admin/publish", &notice).await;
    assert_eq!(preview.status(), 200);
    let preview = preview.text().await.unwrap();
    assert!(
        preview.contains("terminal") && preview.contains("确认发布"),
        "{preview}"
    );
    let (_, none) = browser.desk.asked("/api/v1/bulletins?source=office").await;
    assert_eq!(none["items"], json!([]));

    let sure = [notice.as_slice(), &[("sure", "yes")]].concat();
    browser.does("/admin/publish", &sure).await;
    browser.does("/admin/publish", &sure).await;
    let (_, listed) = browser.desk.asked("/api/v1/bulletins?source=office").await;
    assert_eq!(
        listed["items"].as_array().unwrap().len(),
        1,
        "one request publishes once"
    );
    let id = listed["items"][0]["id"].as_u64().unwrap();
    assert_eq!(listed["items"][0]["attachments"][0]["name"], "说明");

    let change = [
        ("title", "食堂停水通知"),
        ("text", "明天下午停水。"),
        ("files", ""),
    ];
    browser
        .does(&format!("/admin/bulletins/{id}/correct"), &change)
        .await;
    let (_, changed) = browser.desk.asked(&format!("/api/v1/bulletins/{id}")).await;
    assert_eq!(
        (&changed["revision"], &changed["summary"]),
        (&json!(1), &json!("明天下午停水。"))
    );
    browser
        .does(&format!("/admin/bulletins/{id}/withdraw"), &[])
        .await;
    let page = browser.page(&format!("/admin/bulletins/{id}")).await;
    assert!(
        page.contains("已撤回") && page.contains("明天下午停水"),
        "{page}"
    );
}

#[tokio::test]
async fn a_bulletin_is_sent_again_once_for_each_form() {
    let browser = Browser::signed_in().await;
    let id = browser.desk.publish("news", "1", "关于放假的通知").await;
    let form = [("note", "今天截止"), ("request", "a-form")];
    for _ in 0..2 {
        browser
            .does(&format!("/admin/bulletins/{id}/rebroadcast"), &form)
            .await;
    }
    let (_, line) = browser
        .desk
        .asked(&format!("/api/v1/bulletins/{id}/timeline"))
        .await;
    let events: Vec<&str> = line["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["event"].as_str().unwrap())
        .collect();
    assert_eq!(events, ["found", "judged", "delivery", "delivery"]);
    assert_eq!(line["items"][3]["delivery"]["kind"], "rebroadcast");
    let (_, part) = browser
        .desk
        .asked(&format!("/api/v1/bulletins/{id}/timeline?limit=3"))
        .await;
    assert_eq!(part["next"], "3");
    assert_eq!(
        browser.desk.asked("/api/v1/bulletins/99/timeline").await.0,
        404
    );
}

#[tokio::test]
async fn a_delivery_is_cancelled_and_no_other_that_waits_no_more() {
    let browser = Browser::signed_in().await;
    browser.desk.publish("news", "1", "关于放假的通知").await;
    let (_, all) = browser.desk.asked("/api/v1/deliveries").await;
    let id = all["items"][0]["id"].as_u64().unwrap();
    let (status, retried) = browser
        .desk
        .told(&format!("/api/v1/deliveries/{id}/retry"), "")
        .await;
    assert_eq!((status, &retried["state"]), (200, &json!("queued")));
    browser
        .does(&format!("/admin/outbox/{id}/cancel"), &[])
        .await;
    assert!(browser.page("/admin/outbox").await.contains("已取消"));
    for what in ["cancel", "retry"] {
        let (status, problem) = browser
            .desk
            .told(&format!("/api/v1/deliveries/{id}/{what}"), "")
            .await;
        assert_eq!(status, 409, "{problem}");
        let (status, _) = browser
            .desk
            .told(&format!("/api/v1/deliveries/999/{what}"), "")
            .await;
        assert_eq!(status, 404);
    }
}

#[tokio::test]
async fn a_token_is_made_shown_once_and_revoked_at_the_desk() {
    let browser = Browser::signed_in().await;
    let form = [("name", "网站"), ("scope", "publish"), ("expires", "90d")];
    let made = browser.submit("/admin/tokens", &form).await;
    assert_eq!(made.status(), 201);
    let made = made.text().await.unwrap();
    let start = made.find("<pre").unwrap();
    let token = &made[made[start..].find("nc_").unwrap() + start..];
    let token = token.split('<').next().unwrap();
    assert!(!browser.page("/admin/tokens").await.contains(token));
    let asks = || {
        browser
            .desk
            .get("/api/v1/sources")
            .bearer_auth(token)
            .send()
    };
    assert_eq!(asks().await.unwrap().status(), 200);
    let id = &token[3..11];
    browser
        .does(&format!("/admin/tokens/{id}/revoke"), &[])
        .await;
    assert_eq!(asks().await.unwrap().status(), 401);
}

#[tokio::test]
async fn revoking_a_token_ends_the_sessions_that_it_opened() {
    let mut browser = Browser::open().await;
    let body = json!({ "name": "deputy", "scope": "admin" }).to_string();
    let (_, made) = browser.desk.told("/api/v1/tokens", &body).await;
    let token = made["token"].as_str().unwrap();
    let answer = browser.submit("/admin/sign-in", &[("token", token)]).await;
    assert_eq!(answer.status(), 303);
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    browser.cookie = cookie.split(';').next().unwrap().to_owned();
    assert!(browser.page("/admin/tokens").await.contains("deputy"));
    browser
        .does(
            &format!("/admin/tokens/{}/revoke", made["id"].as_str().unwrap()),
            &[],
        )
        .await;
    assert_eq!(browser.get("/admin").await.status(), 303);
    let body = json!({ "name": "reader", "scope": "read" }).to_string();
    let (_, made) = browser.desk.told("/api/v1/tokens", &body).await;
    let small = browser
        .submit(
            "/admin/sign-in",
            &[("token", made["token"].as_str().unwrap())],
        )
        .await;
    assert_eq!(small.status(), 403);
}
