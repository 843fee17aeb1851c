//! Tests that the HTML of every page is valid by the rules of an independent checker.

use std::{fs, path::Path};

use chrono::Utc;
use reqwest::{Client, redirect::Policy};

use crate::support::desk::{ADMIN_TOKEN, Desk, config_with_a_bot, notice, with_text};

const PAGES: [&str; 27] = [
    "/",
    "/?q=%E9%80%9A%E7%9F%A5",
    "/?source=notices&from=2022-11-01",
    "/?q=nothing-of-this",
    "/sources",
    "/b/4",
    "/b/4/print",
    "/board",
    "/no/such/page",
    "/admin/sign-in",
    "/admin",
    "/admin/sources",
    "/admin/sources/notices",
    "/admin/channels",
    "/admin/channels/terminal",
    "/admin/outbox",
    "/admin/held",
    "/admin/bulletins",
    "/admin/bulletins/4",
    "/admin/publish",
    "/admin/charts",
    "/admin/tokens",
    "/admin/audit",
    "/admin/no-such-page",
    "/admin/sources/nobody",
    "/admin/bulletins/999",
    "/admin/add-source",
];

/// Signs in; returns a session cookie.
async fn signed_in(desk: &Desk, client: &Client) -> String {
    let form = client.post(format!("{}/admin/sign-in", desk.url));
    let form = form
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", &desk.url);
    let body = format!("token={ADMIN_TOKEN}");
    let answer = form.body(body).send().await.unwrap();
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

/// Writes every page, in both languages, into `folder`.
async fn save_pages(desk: &Desk, folder: &Path) {
    let client = Client::builder().no_proxy().redirect(Policy::none());
    let client = client.build().unwrap();
    let cookie = signed_in(desk, &client).await;
    for language in ["zh", "en"] {
        for (number, path) in PAGES.iter().enumerate() {
            let asked = client.get(format!("{}{path}", desk.url));
            let asked = asked
                .header("accept", "text/html")
                .header("accept-language", language);
            let answer = asked.header("cookie", &cookie).send().await.unwrap();
            assert_ne!(answer.status(), 303, "{path}");
            let page = answer.text().await.unwrap();
            assert!(page.starts_with("<!doctype html>"), "{path}: {page}");
            fs::write(folder.join(format!("{number}-{language}.html")), page).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Node with html-validate, which HTML_VALIDATE names"]
async fn every_page_is_right_by_html_validate() {
    let config = config_with_a_bot("http://127.0.0.1:9/");
    let desk = Desk::open_with(config, true).await;
    for source in ["notices", "news", "inside"] {
        desk.baseline(source).await;
    }
    let title = "<script>alert(1)</script> & \"关于元旦放假的通知\"";
    let new = with_text(notice("notices", "1", title), "第一段 <b>\n第二段 & 第三段");
    desk.admit("notices", new, Utc::now()).await;
    desk.hold("news", 6).await;
    let folder = tempfile::tempdir().unwrap();
    save_pages(&desk, folder.path()).await;
    let rules = folder.path().join(".htmlvalidate.json");
    fs::write(
        &rules,
        r#"{"root":true,"extends":["html-validate:standard"]}"#,
    )
    .unwrap();
    let program = std::env::var_os("HTML_VALIDATE").expect("HTML_VALIDATE names it; see .ci/run");
    let done = std::process::Command::new(program)
        .arg(folder.path().join("*.html"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{said}");
}
