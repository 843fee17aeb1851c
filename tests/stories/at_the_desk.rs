//! Tests that admins run everything from a browser: these stories fill in its forms by plain HTTP, without scripts.

use noticast::{
    bulletin::{AllowPrivate, Source},
    config::Config,
};
use reqwest::{Client, RequestBuilder, Response, redirect::Policy};
use serde_json::json;

use crate::support::{
    board::{Mood, Site},
    desk::{ADMIN_TOKEN, Desk, config},
};

/// A browser that follows no redirect.
pub(crate) struct Browser {
    pub(crate) desk: Desk,
    client: Client,
    pub(crate) cookie: String,
}

impl Browser {
    async fn open() -> Self {
        Self::open_with(config()).await
    }

    async fn open_with(mut config: Config) -> Self {
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

    pub(crate) async fn signed_in() -> Self {
        Self::signed_in_with(config()).await
    }

    pub(crate) async fn signed_in_with(config: Config) -> Self {
        let mut browser = Self::open_with(config).await;
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

    pub(crate) fn form(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(fields);
        let post = self.client.post(format!("{}{path}", self.desk.url));
        let post = post.header("content-type", "application/x-www-form-urlencoded");
        let post = post
            .header("origin", &self.desk.url)
            .header("accept", "text/html");
        post.header("cookie", &self.cookie).body(body.finish())
    }

    pub(crate) async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        self.form(path, fields).send().await.unwrap()
    }

    /// Submits a form that must be accepted.
    pub(crate) async fn does(&self, path: &str, fields: &[(&str, &str)]) {
        let answer = self.submit(path, fields).await;
        let status = answer.status();
        assert_eq!(status, 303, "{path}: {}", answer.text().await.unwrap());
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        let get = self.client.get(format!("{}{path}", self.desk.url));
        let get = get
            .header("accept", "text/html")
            .header("cookie", &self.cookie);
        get.send().await.unwrap()
    }

    pub(crate) async fn page(&self, path: &str) -> String {
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
    // A cookie is not a token of the API, and a token is not a cookie.
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
        "/add-source",
        "/channels",
        "/channels/terminal",
        "/outbox",
        "/charts",
        "/held",
        "/bulletins",
        "/publish",
        "/tokens",
        "/audit",
    ];
    for path in paths {
        let page = browser.page(&format!("/admin{path}")).await;
        let own = "<script src=\"";
        assert!(page.contains("管理后台"), "{path}");
        assert_eq!(page.matches("<script").count(), page.matches(own).count());
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
    assert!(browser.page("/admin/audit").await.contains("暂停"));
    let (status, source) = browser.desk.posted("/api/v1/sources/news/pause", "").await;
    assert_eq!((status, &source["state"]), (200, &json!("paused")));
    let (status, source) = browser.desk.posted("/api/v1/sources/news/resume", "").await;
    assert_eq!((status, &source["state"]), (200, &json!("ok")));
    assert_eq!(
        browser
            .desk
            .posted("/api/v1/sources/nobody/pause", "")
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
    assert!(wrong.text().await.unwrap().contains("页面已过期"));
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
async fn a_rebroadcast_is_previewed_followed_and_undone_as_far_as_it_is_not_sent() {
    let browser = Browser::signed_in().await;
    let id = browser.desk.publish("news", "1", "关于放假的通知").await;
    let other = browser.desk.publish("notices", "1", "关于停电的通知").await;
    let path = format!("/admin/bulletins/{id}/rebroadcast");
    let form = [("note", "今天<截止>"), ("request", "one")];
    let ask = [form.as_slice(), &[("preview", "yes")]].concat();
    let preview = browser.submit(&path, &ask).await;
    assert_eq!(preview.status(), 200);
    let preview = preview.text().await.unwrap();
    for said in [
        "将发给 1 个频道",
        "terminal · stdout",
        "今天&lt;截止&gt;",
        "重发",
    ] {
        assert!(preview.contains(said), "{said}: {preview}");
    }
    let count = || async {
        let (_, all) = browser.desk.asked("/api/v1/deliveries").await;
        all["items"].as_array().unwrap().len()
    };
    assert_eq!(count().await, 2, "a preview sends nothing");

    let made = browser.submit(&path, &form).await;
    assert_eq!(made.status(), 303);
    let progress = made.headers()["location"].to_str().unwrap();
    let progress = progress.split('?').next().unwrap().to_owned();
    let answer = browser.get(&progress).await;
    assert_eq!(
        answer.headers()["refresh"],
        "2",
        "it is live while it goes out"
    );
    let page = answer.text().await.unwrap();
    assert!(
        page.contains("已发送 0 / 1") && page.contains("取消未发送的消息"),
        "{page}"
    );
    browser.does(&format!("{progress}/undo"), &[]).await;
    let answer = browser.get(&progress).await;
    assert!(answer.headers().get("refresh").is_none());
    let page = answer.text().await.unwrap();
    assert!(
        page.contains("已取消") && !page.contains("取消未发送的消息"),
        "{page}"
    );
    let (_, dropped) = browser.desk.asked("/api/v1/deliveries?state=dropped").await;
    assert_eq!(dropped["items"].as_array().unwrap().len(), 1);
    assert!(
        browser
            .page("/admin/audit")
            .await
            .contains("取消未发送的消息")
    );
    let (first, _) = progress.rsplit_once('/').unwrap();
    for elsewhere in [
        format!("{first}/1-2/undo"),
        format!("{first}/1-0/undo"),
        progress.replace(&format!("/{id}/"), &format!("/{other}/")) + "/undo",
    ] {
        assert_eq!(
            browser.submit(&elsewhere, &[]).await.status(),
            404,
            "{elsewhere}"
        );
    }
}

#[tokio::test]
async fn a_thousand_sources_are_shown_page_by_page() {
    let mut config = config();
    config.sources.extend((0..1000).map(|n| {
        let url = format!("http://127.0.0.1:9/{n}/").parse().unwrap();
        Source::new(format!("source-{n}").parse().unwrap(), url)
    }));
    let browser = Browser::signed_in_with(config).await;
    let mut path = "/admin/sources".to_owned();
    let (mut shown, mut pages) = (0, 0);
    loop {
        let page = browser.page(&path).await;
        assert!(page.len() < 200_000, "{} bytes", page.len());
        shown += page.matches("/poll\"").count();
        pages += 1;
        let Some(next) = page.split("rel=\"next\" href=\"../").nth(1) else {
            break;
        };
        path = format!("/{}", next.split('"').next().unwrap());
    }
    assert_eq!(
        (shown, pages),
        (1003, 21),
        "but for the desk, which is not polled"
    );
}

#[tokio::test]
async fn polls_that_failed_stand_in_the_last_days_of_their_source() {
    let browser = Browser::signed_in().await;
    let failed = regex::Regex::new(r#"<td data-label="检查失败">(\d+)</td>"#).unwrap();
    let counted = |page: &str| -> Vec<u32> {
        let all = failed.captures_iter(page);
        all.map(|day| day[1].parse().unwrap()).collect()
    };
    let before = counted(&browser.page("/admin/sources/news").await);
    assert_eq!((before.len(), before.iter().sum()), (30, 0));
    for _ in 0..2 {
        let answer = browser.submit("/admin/sources/news/poll", &[]).await;
        assert_eq!(answer.status(), 502, "nobody listens on port 9");
    }
    let after = counted(&browser.page("/admin/sources/news").await);
    assert_eq!((after.len(), after.iter().sum()), (30, 2));
    let list = browser.page("/admin/sources?q=news").await;
    assert!(
        list.contains("<small dir=\"auto\">检查失败 2 次</small>"),
        "{list}"
    );
    let list = browser.page("/admin/sources?q=notices").await;
    assert!(!list.contains("检查失败"), "{list}");
}

#[tokio::test]
async fn the_last_days_of_a_source_count_all_of_its_bulletins() {
    let browser = Browser::signed_in().await;
    browser.desk.hold("notices", 600).await;
    let (status, _) = browser
        .desk
        .posted("/api/v1/held", r#"{"publish":"all"}"#)
        .await;
    assert_eq!(status, 200);
    browser.desk.publish("news", "1", "关于放假的通知").await;
    for (source, count) in [("notices", 600), ("news", 1), ("inside", 0)] {
        let list = browser.page(&format!("/admin/sources?q={source}")).await;
        let label = format!("aria-label=\"最近 30 天: {count}\"");
        assert!(list.contains(&label), "{label}: {list}");
    }
    let page = browser.page("/admin/sources/notices").await;
    assert!(page.contains(">600</td>"), "{page}");
}

#[tokio::test]
async fn sources_channels_and_bulletins_are_called_by_their_names() {
    let mut config = config();
    config.channels[0].name = "大厅屏幕".to_owned();
    let browser = Browser::signed_in_with(config).await;
    let id = browser.desk.publish("news", "1", "关于放假的通知").await;
    browser.desk.hold("notices", 6).await;
    let page = browser.page(&format!("/admin/bulletins/{id}")).await;
    for said in [
        "集团要闻",
        "大厅屏幕",
        "新通知",
        "待发送",
        "<time datetime=",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    for (path, names) in [
        ("/admin/outbox", ["大厅屏幕", "关于放假的通知"]),
        ("/admin/bulletins", ["集团要闻", "关于放假的通知"]),
        ("/admin/held", ["通知公告", "改版后的第0条"]),
        ("/admin/channels", ["大厅屏幕", "下次发送"]),
        ("/admin/charts", ["集团要闻", "<rect"]),
    ] {
        let page = browser.page(path).await;
        for name in names {
            assert!(page.contains(name), "{path}: {name}: {page}");
        }
    }
    let page = browser.page(&format!("/admin/outbox?bulletin={id}")).await;
    assert!(page.contains("关于放假的通知"), "{page}");
    let failed = browser.page("/admin/outbox?state=failed").await;
    assert!(failed.contains("没有符合条件的内容"), "{failed}");
    let held = browser.page("/admin/held").await;
    let buttons = held.matches("<button").count();
    let asked = held.matches("class=\"grave\"").count();
    assert_eq!(
        asked + 3,
        buttons,
        "each asks, but for signing out and the keys: {held}"
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
        .posted(&format!("/api/v1/deliveries/{id}/retry"), "")
        .await;
    assert_eq!((status, &retried["state"]), (200, &json!("queued")));
    browser
        .does(&format!("/admin/outbox/{id}/cancel"), &[])
        .await;
    assert!(browser.page("/admin/outbox").await.contains("已取消"));
    for what in ["cancel", "retry"] {
        let (status, problem) = browser
            .desk
            .posted(&format!("/api/v1/deliveries/{id}/{what}"), "")
            .await;
        assert_eq!(status, 409, "{problem}");
        let (status, _) = browser
            .desk
            .posted(&format!("/api/v1/deliveries/999/{what}"), "")
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
    let (_, made) = browser.desk.posted("/api/v1/tokens", &body).await;
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
    let (_, made) = browser.desk.posted("/api/v1/tokens", &body).await;
    let small = browser
        .submit(
            "/admin/sign-in",
            &[("token", made["token"].as_str().unwrap())],
        )
        .await;
    assert_eq!(small.status(), 403);
}

/// Returns a site whose list may be polled, and a browser of an admin.
pub(crate) async fn beside_a_site(rows: u32) -> (Site, Browser) {
    let (site, mut config) = (Site::with(rows).await, config());
    config.fetch.allow_private = AllowPrivate::Yes;
    (site, Browser::signed_in_with(config).await)
}

#[tokio::test]
async fn a_source_is_previewed_added_edited_and_removed_at_the_desk() {
    let (site, browser) = beside_a_site(5).await;
    let list = browser.page("/admin/sources").await;
    assert!(list.contains("action=\"../admin/add-source\""), "{list}");
    let url = site.list_url();
    let typed = [("url", url.as_str()), ("group", "集团"), ("to", "terminal")];
    let preview = browser.submit("/admin/add-source", &typed).await;
    assert_eq!(preview.status(), 200);
    let preview = preview.text().await.unwrap();
    for said in [
        Site::title(5).as_str(),
        ">0 条<",
        "每 10 分钟",
        "name=\"sure\"",
        "terminal",
    ] {
        assert!(preview.contains(said), "{said}: {preview}");
    }
    let times = preview.split("接下来的检查时间").nth(1).unwrap();
    let times = times.split("</tr>").next().unwrap();
    assert_eq!(times.matches(" · ").count(), 4, "five times: {times}");
    assert!(browser.desk.store.added_sources().borrow().is_empty());

    let sure = [typed.as_slice(), &[("name", "<b>办公室"), ("sure", "yes")]].concat();
    let added = browser.submit("/admin/add-source", &sure).await;
    assert_eq!(added.status(), 303, "{}", added.text().await.unwrap());
    let page = added.headers()["location"].to_str().unwrap();
    let path = page.split('?').next().unwrap().to_owned();
    let known = || browser.desk.store.added_sources().borrow().clone();
    assert_eq!(known()[0].keys["group"], "集团");
    assert_eq!(known()[0].keys["channels"], json!(["terminal"]));
    let shown = browser.page(&path).await;
    assert!(
        shown.contains("&lt;b&gt;办公室") && shown.contains(&format!("{}/edit", &path[1..])),
        "{shown}"
    );

    let edit = format!("{path}/edit");
    let wrong = [
        ("url", url.as_str()),
        ("name", "校办"),
        ("schedule", "often"),
    ];
    let wrong = browser.submit(&edit, &wrong).await;
    assert_eq!(wrong.status(), 400);
    let wrong = wrong.text().await.unwrap();
    assert!(
        wrong.contains("schedule") && wrong.contains("value=\"校办\""),
        "what was typed is not lost: {wrong}"
    );
    let changed = [
        ("url", url.as_str()),
        ("name", "校办"),
        ("schedule", "*/10 8-20 * * Mon-Fri"),
        ("include", "第1期\n第2期"),
        ("announce_first", "3"),
    ];
    let preview = browser.submit(&edit, &changed).await;
    assert_eq!(preview.status(), 200);
    let preview = preview.text().await.unwrap();
    assert!(
        preview.contains("周一至周五，8:00 至 20:59，每 10 分钟"),
        "{preview}"
    );
    assert_eq!(preview.matches("不推送：").count(), 3, "{preview}");
    assert!(
        preview.contains(">0 条<"),
        "a source that is read as before has no first poll again: {preview}"
    );
    assert!(
        known()[0].keys.get("include").is_none(),
        "nothing is kept yet"
    );
    let sure = [changed.as_slice(), &[("sure", "yes")]].concat();
    browser.does(&edit, &sure).await;
    assert_eq!(
        known()[0].keys,
        *json!({ "url": url, "name": "校办", "schedule": "*/10 8-20 * * Mon-Fri",
            "include": ["第1期", "第2期"], "announce_first": 3 })
        .as_object()
        .unwrap()
    );
    browser.does(&format!("{path}/remove"), &[]).await;
    assert!(known().is_empty());

    let page = browser.page("/admin/sources/news").await;
    assert!(
        page.contains("写在配置文件里") && !page.contains("news/edit"),
        "{page}"
    );
    for what in ["edit", "remove"] {
        let refused = browser
            .submit(&format!("/admin/sources/news/{what}"), &changed)
            .await;
        assert_eq!(refused.status(), 409, "{what}");
    }
}

#[tokio::test]
async fn a_source_that_lost_its_list_is_mended_by_choosing_another_one() {
    let (site, browser) = beside_a_site(6).await;
    let url = site.list_url();
    let add = [("url", url.as_str()), ("name", "校办"), ("sure", "yes")];
    let added = browser.submit("/admin/add-source", &add).await;
    let path = added.headers()["location"].to_str().unwrap();
    let edit = format!("{}/edit", path.split('?').next().unwrap());
    site.set_mood(Mood::Menu);
    let typed = [("url", url.as_str()), ("name", "校办")];
    let lost = browser.submit(&edit, &typed).await;
    assert_eq!(lost.status(), 422);
    let lost = lost.text().await.unwrap();
    assert!(
        lost.contains("没有通知列表") && lost.contains("type=\"radio\""),
        "{lost}"
    );
    let choice = lost
        .split("name=\"list\" value=\"")
        .find(|it| it.contains("entries"));
    let choice = choice.and_then(|it| it.split('"').next()).unwrap();
    let choice = choice.replace("&gt;", ">");
    let chosen = [typed.as_slice(), &[("list", choice.as_str())]].concat();
    let preview = browser.submit(&edit, &chosen).await;
    assert_eq!(preview.status(), 200);
    let preview = preview.text().await.unwrap();
    assert!(preview.contains(&Site::title(6)), "{preview}");
    let hidden = format!(
        "name=\"select.item\" value=\"{}\"",
        choice.replace('>', "&gt;")
    );
    assert!(preview.contains(&hidden), "{preview}");
    let sure = [
        typed.as_slice(),
        &[("select.item", choice.as_str()), ("sure", "yes")],
    ]
    .concat();
    browser.does(&edit, &sure).await;
    let known = || browser.desk.store.added_sources().borrow()[0].keys.clone();
    assert_eq!(known()["select"], json!({ "item": choice }));

    site.set_mood(Mood::Well);
    let back = [
        typed.as_slice(),
        &[("select.item", choice.as_str()), ("list", "auto:")],
    ]
    .concat();
    let preview = browser.submit(&edit, &back).await;
    let preview = preview.text().await.unwrap();
    assert!(
        preview.contains(&Site::title(6)) && !preview.contains(&hidden),
        "{preview}"
    );
    let sure = [typed.as_slice(), &[("sure", "yes")]].concat();
    browser.does(&edit, &sure).await;
    assert!(known().get("select").is_none());
}

#[tokio::test]
async fn the_desk_adds_no_inner_address_and_nothing_for_another_site() {
    let browser = Browser::signed_in().await;
    let inner = [("url", "http://127.0.0.1:9/"), ("sure", "yes")];
    let refused = browser.submit("/admin/add-source", &inner).await;
    assert_eq!(refused.status(), 400);
    assert!(refused.text().await.unwrap().contains("allow_private"));
    for path in [
        "/admin/add-source",
        "/admin/sources/news/edit",
        "/admin/sources/news/remove",
    ] {
        let mut post = browser.form(path, &inner).build().unwrap();
        post.headers_mut()
            .insert("origin", "https://evil.example".parse().unwrap());
        let answer = browser.client.execute(post).await.unwrap();
        assert_eq!(answer.status(), 403, "{path}");
    }
    assert!(browser.desk.store.added_sources().borrow().is_empty());
}
