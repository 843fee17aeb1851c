//! The pages in a real Chromium, by mouse and keyboard, on a phone and on a screen: `tests/browser` has what it does there.

use std::process::Command;

use chrono::Utc;
use noticast::{
    bulletin::{AllowPrivate, Source},
    config::Config,
};
use serde_json::json;

use crate::support::{
    board::{Mood, Site},
    desk::{ADMIN_TOKEN, Desk, config, notice, with_text},
    world::text,
};

/// Titles and texts of further bulletins.
const MORE: [(&str, &str); 3] = [
    (
        "关于办公系统停机维护的通知",
        "办公系统将于11月26日22:00至次日6:00停机维护，期间无法登录，请提前保存并提交正在办理的文件。\n维护期间如有急事，请致电值班室。",
    ),
    (
        "关于开展2022年度职工健康体检的通知",
        "体检时间为11月28日至12月9日，请各部门于11月25日前把名单报到人力资源部，体检当日请空腹并携带身份证。",
    ),
    (
        "关于报送年度工作总结的通知",
        "各部门请于12月10日前报送本年度工作总结和明年工作计划，格式见附件，逾期不再汇总。",
    ),
];

/// A desk with something on each of its pages.
async fn furnished(mut config: Config) -> (Desk, u64) {
    config.sources.push(Source {
        name: "办公室".to_owned(),
        ..Source::desk("office".parse().unwrap())
    });
    config.channels[0].name = "大厅屏幕".to_owned();
    let desk = Desk::open_with(config, true).await;
    for source in ["notices", "news", "inside"] {
        desk.baseline(source).await;
    }
    let id = desk.publish("news", "1", "关于放假的通知").await;
    for (number, (title, text)) in MORE.iter().enumerate() {
        let notice = notice("notices", &format!("more-{number}"), title);
        desk.admit("notices", with_text(notice, text), Utc::now())
            .await;
    }
    desk.hold("notices", 6).await;
    // Nobody listens there: a source that fails.
    desk.told("/api/v1/sources/inside/poll", "").await;
    (desk, id.0)
}

/// Runs a script of `tests/browser`; what it finds wrong is what it prints.
async fn in_the_browser(script: &'static str, settings: Vec<(&'static str, String)>) {
    let run = move || {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser");
        let mut node = Command::new("node");
        node.arg(format!("{folder}/{script}")).envs(settings);
        node.output().unwrap()
    };
    let output = tokio::task::spawn_blocking(run).await.unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        text(&output.stdout),
        text(&output.stderr)
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium, Node and axe-core; .ci/run installs them"]
async fn every_page_is_usable_by_all_on_a_phone_and_on_a_screen() {
    let (desk, id) = furnished(config()).await;
    let pages = json!({
        "channel": "/", "search": "/?q=%E6%94%BE%E5%81%87", "bulletin": format!("/b/{id}"),
        "print": format!("/b/{id}/print"), "board": "/board",
        "status": "/admin", "sources": "/admin/sources", "source": "/admin/sources/news",
        "add-source": "/admin/add-source", "channels": "/admin/channels",
        "desk-channel": "/admin/channels/terminal", "outbox": "/admin/outbox", "held": "/admin/held",
        "bulletins": "/admin/bulletins", "desk-bulletin": format!("/admin/bulletins/{id}"),
        "publish": "/admin/publish", "charts": "/admin/charts", "tokens": "/admin/tokens",
        "audit": "/admin/audit",
    });
    let settings = vec![
        ("DESK_URL", desk.url.clone()),
        ("TOKEN", ADMIN_TOKEN.to_owned()),
        ("PAGES", pages.to_string()),
    ];
    in_the_browser("every-page.mjs", settings).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium, Node and axe-core; .ci/run installs them"]
async fn a_source_is_added_by_mouse_and_mended_by_keyboard_and_a_rebroadcast_is_undone() {
    let mut config = config();
    config.fetch.allow_private = AllowPrivate::Yes;
    let (desk, id) = furnished(config).await;
    let site = Site::with(12).await;
    site.set_mood(Mood::TwoLists);
    let settings = vec![
        ("DESK_URL", desk.url.clone()),
        ("TOKEN", ADMIN_TOKEN.to_owned()),
        ("SITE", site.list_url()),
        ("BULLETIN", id.to_string()),
    ];
    in_the_browser("add-source.mjs", settings).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium, Node and axe-core; .ci/run installs them"]
async fn the_right_list_is_pointed_at_by_mouse_and_keyboard_and_keys_lead_through_the_desk() {
    let mut config = config();
    config.fetch.allow_private = AllowPrivate::Yes;
    let (desk, _) = furnished(config).await;
    let site = Site::with(12).await;
    site.set_mood(Mood::TwoLists);
    let settings = vec![
        ("DESK_URL", desk.url.clone()),
        ("TOKEN", ADMIN_TOKEN.to_owned()),
        ("SITE", site.list_url()),
        ("WANTED", "次工作会议".to_owned()),
    ];
    in_the_browser("point.mjs", settings).await;
}
