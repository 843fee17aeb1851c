//! Tests mistakes in a form of the desk or in an address: they are named, nothing is done, and no typed value is lost.

use chrono::Utc;
use reqwest::header;
use serde_json::json;

use crate::{
    at_the_desk::Browser,
    support::desk::{ADMIN_TOKEN, Desk, found, json, notice},
};

const NOTICE: [(&str, &str); 4] = [
    ("source", "office"),
    ("title", "关于放假安排的通知"),
    ("text", "元旦放假三天。"),
    ("request", "a-form"),
];

/// Returns `NOTICE` with another value of a field.
fn with<'a>(name: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    let others = NOTICE.into_iter().filter(|(known, _)| *known != name);
    others.chain([(name, value)]).collect()
}

#[tokio::test]
async fn a_notice_that_cannot_be_published_is_refused_before_its_preview_and_stays_in_its_form() {
    let browser = Browser::signed_in().await;
    for (name, value, why) in [
        ("source", "news", "请选择来源"),
        ("source", "nowhere", "请选择来源"),
        ("to", "nowhere", "找不到这个频道"),
        ("deadline", "明天", "这样的截止时间"),
        (
            "files",
            "javascript:alert(1)",
            "请填写以 http:// 或 https:// 开头的网址",
        ),
    ] {
        let answer = browser.submit("/admin/publish", &with(name, value)).await;
        assert_eq!(answer.status(), 400, "{name}={value}");
        let page = answer.text().await.unwrap();
        assert!(page.contains(why), "{name}={value}: {page}");
        assert!(page.contains("value=\"关于放假安排的通知\""), "{page}");
        assert!(page.contains("元旦放假三天。</textarea>"), "{page}");
    }
    let (_, none) = browser.desk.asked("/api/v1/bulletins?source=office").await;
    assert_eq!(none["items"], json!([]));
}

#[tokio::test]
async fn a_correction_and_a_token_that_are_typed_wrong_stay_in_their_forms() {
    let browser = Browser::signed_in().await;
    browser.submit("/admin/publish", &with("sure", "yes")).await;
    let (_, listed) = browser.desk.asked("/api/v1/bulletins?source=office").await;
    let id = &listed["items"][0]["id"];
    let change = [
        ("title", "另一个标题"),
        ("text", "另一段正文"),
        ("deadline", "明天"),
    ];
    let path = format!("/admin/bulletins/{id}/correct");
    let token = [("name", "网站"), ("scope", "publish"), ("expires", "永远")];
    for (path, fields, typed) in [
        (path.as_str(), change, "另一段正文</textarea>"),
        ("/admin/tokens", token, "value=\"永远\""),
    ] {
        let answer = browser.submit(path, &fields).await;
        assert_eq!(answer.status(), 400, "{path}");
        let page = answer.text().await.unwrap();
        assert!(page.contains(typed), "{path}: {page}");
    }
}

#[tokio::test]
async fn a_text_of_twenty_thousand_characters_is_published_from_a_form_and_by_a_program() {
    let browser = Browser::signed_in().await;
    let text = "长".repeat(20_000);
    let fields = [with("text", &text), vec![("sure", "yes")]].concat();
    let answer = browser.submit("/admin/publish", &fields).await;
    assert_eq!(answer.status(), 303);
    // As written by programs without UTF-8.
    let escaped = "\\u957f".repeat(20_000);
    let body = format!(r#"{{"source":"office","title":"长文","text":"{escaped}"}}"#);
    let (status, made) = browser.desk.posted("/api/v1/bulletins", &body).await;
    assert_eq!(status, 201, "{made}");
    let longer = "长".repeat(40_000);
    let answer = browser
        .submit("/admin/publish", &with("text", &longer))
        .await;
    assert_eq!(answer.status(), 413);
    assert!(answer.text().await.unwrap().contains("内容过长"));
}

#[tokio::test]
async fn channels_that_are_not_there_are_named_before_anything_is_sent_again() {
    let browser = Browser::signed_in().await;
    let id = browser.desk.publish("news", "1", "关于放假的通知").await;
    let form = [("request", "again"), ("preview", "yes"), ("to", "nowhere")];
    let path = format!("/admin/bulletins/{id}/rebroadcast");
    let answer = browser.submit(&path, &form).await;
    assert_eq!(answer.status(), 400);
    assert!(answer.text().await.unwrap().contains("找不到这个频道"));
}

#[tokio::test]
async fn where_nothing_can_be_done_nothing_is_said_to_be_done() {
    let browser = Browser::signed_in().await;
    let none_chosen = browser.submit("/admin/held", &[("what", "publish")]).await;
    assert_eq!(none_chosen.status(), 400);
    let desk = browser.submit("/admin/sources/office/pause", &[]).await;
    assert_eq!(desk.status(), 409);
    let doubled = browser.get("/admin/outbox?state=sent&state=failed").await;
    assert_eq!(doubled.status(), 400);
}

#[tokio::test]
async fn a_form_of_another_site_is_answered_by_a_page_that_says_so() {
    let browser = Browser::signed_in().await;
    for path in [
        "/admin/sources/news/pause",
        "/admin/sign-in",
        "/admin/sign-out",
    ] {
        let post = browser
            .form(path, &[])
            .header("sec-fetch-site", "cross-site");
        let answer = post.send().await.unwrap();
        assert_eq!(answer.status(), 403, "{path}");
        let page = answer.text().await.unwrap();
        assert!(page.contains("来自其他网站"), "{path}: {page}");
    }
}

#[tokio::test]
async fn a_button_leads_back_to_its_page_of_the_list() {
    let browser = Browser::signed_in().await;
    let list = format!("{}/admin/sources?state=ok&q=%E9%80%9A", browser.desk.url);
    for (from, expected) in [
        (list.as_str(), "/admin/sources?state=ok&q=%E9%80%9A&done=1"),
        ("https://evil.example/admin", "/admin/sources?done=1"),
    ] {
        let post = browser.form("/admin/sources/news/pause", &[]);
        let answer = post.header(header::REFERER, from).send().await.unwrap();
        assert_eq!(answer.headers()[header::LOCATION], expected);
    }
}

#[tokio::test]
async fn each_problem_has_the_way_to_where_it_is_mended() {
    let browser = Browser::signed_in().await;
    let desk = &browser.desk;
    desk.posted("/api/v1/sources/inside/poll", "").await;
    desk.hold("notices", 6).await;
    let page = browser.page("/admin").await;
    for part in [
        "项需要处理。",
        "action=\"./admin/sources/inside/poll\"",
        "href=\"./admin/sources/inside\"",
        "6 条通知待审核",
        "href=\"./admin/held\"",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
}

#[tokio::test]
async fn readers_of_a_wrong_address_see_what_is_wrong_with_it() {
    let desk = Desk::with_baselines().await;
    for (path, why) in [
        ("/?from=gestern", "这样的日期"),
        ("/feed.atom?to=2026-02-30", "这样的日期"),
        ("/?before=x", "这一页不存在"),
        ("/?q=a&q=b", "请检查网址"),
    ] {
        let answer = desk.get(path).header(header::ACCEPT, "text/html");
        let answer = answer.send().await.unwrap();
        assert_eq!(answer.status(), 400, "{path}");
        let page = answer.text().await.unwrap();
        assert!(
            page.contains(why) && page.contains("网址有误"),
            "{path}: {page}"
        );
    }
    let (status, problem) = json(desk.get("/?from=gestern").send().await.unwrap()).await;
    assert_eq!(status, 400);
    assert!(problem["detail"].as_str().unwrap().starts_with("`from`"));
}

#[tokio::test]
async fn a_bulletin_is_marked_as_pinned_for_as_long_as_its_page_pins_it() {
    let desk = Desk::with_baselines().await;
    for (source, is_shown) in [("news", true), ("inside", false)] {
        let mut pinned = notice(source, "1", &format!("{source}值班安排"));
        pinned.pinned = true;
        let known = notice(source, "0", "从前的通知");
        let rows = |first| vec![found(first), found(known.clone())];
        let admitted = desk.poll(source, rows(pinned.clone()), Utc::now()).await;
        let path = format!("/b/{}", admitted.published[0]);
        if is_shown {
            assert!(desk.page("/?source=news").await.contains("置顶"));
            assert!(desk.page(&path).await.contains("置顶"));
        }
        let as_admin = async || {
            let asked = desk.get(&path).bearer_auth(ADMIN_TOKEN);
            asked.send().await.unwrap().text().await.unwrap()
        };
        assert!(as_admin().await.contains("置顶"));
        pinned.pinned = false;
        desk.poll(source, rows(pinned), Utc::now()).await;
        assert!(!as_admin().await.contains("置顶"));
    }
}
