//! Tests the pages in a real Chromium, by mouse and keyboard, on a phone and on a screen: `tests/browser` has the
//! scripts.

use std::{collections::BTreeSet, process::Command};

use chrono::{TimeDelta, Utc};
use noticast::{
    bulletin::{AllowPrivate, Source},
    config::Config,
    ops::{Actor, NewToken, Scope, Store},
};
use serde_json::json;

use crate::support::{
    board::{Mood, Site},
    desk::{ADMIN_TOKEN, Desk, config, config_with_a_bot, found, notice, with_text},
    errands::Errands,
    platform::{Platform, Reply},
    world::text,
};

/// The titles and texts of further bulletins.
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

/// The pages that `docs/pages.md` shows.
const PICTURED: [&str; 26] = [
    "channel",
    "channel-phone",
    "search-phone",
    "search",
    "bulletin",
    "print",
    "board",
    "sign-in",
    "status",
    "status-phone",
    "sources",
    "source",
    "add-source",
    "point",
    "channels",
    "add-channel",
    "desk-channel",
    "outbox",
    "held",
    "bulletins",
    "desk-bulletin",
    "rebroadcast",
    "publish",
    "charts",
    "tokens",
    "audit",
];

/// Returns a desk with content on each of its pages.
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
    // Nothing listens there: a source that fails.
    desk.posted("/api/v1/sources/inside/poll", "").await;
    (desk, id.0)
}

/// Runs a script of `tests/browser`, which prints the faults that it finds.
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

/// Runs a script that requests actions of its story in the meantime; `does` returns their result.
async fn in_the_browser_meanwhile(
    script: &'static str,
    mut settings: Vec<(&'static str, String)>,
    mut does: impl AsyncFnMut(String) -> String,
) {
    let mut errands = Errands::open().await;
    settings.push(("STORY", errands.url.clone()));
    let mut script = std::pin::pin!(in_the_browser(script, settings));
    loop {
        tokio::select! {
            () = &mut script => return,
            errand = errands.next() => {
                let said = does(errand.what).await;
                let _ = errand.answer.send(said);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium, Node and axe-core; .ci/run installs them"]
async fn every_page_is_usable_by_all_on_a_phone_and_on_a_screen() {
    let (desk, id) = furnished(config_with_a_bot("http://127.0.0.1:9/")).await;
    let pages = json!({
        "channel": "/", "search": "/?q=%E6%94%BE%E5%81%87", "bulletin": format!("/b/{id}"),
        "print": format!("/b/{id}/print"), "board": "/board",
        "status": "/admin", "sources": "/admin/sources", "source": "/admin/sources/news",
        "add-source-empty": "/admin/add-source", "channels": "/admin/channels",
        "desk-channel": "/admin/channels/terminal", "channel-kinds-empty": "/admin/add-channel",
        "add-channel": "/admin/add-channel?kind=wecom-robot", "mail-empty": "/admin/add-channel?kind=email",
        "outbox": "/admin/outbox", "held": "/admin/held",
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
async fn a_channel_is_made_by_keyboard_and_its_secret_is_never_shown() {
    let mut config = config();
    config.fetch.allow_private = AllowPrivate::Yes;
    let (desk, _) = furnished(config).await;
    let hall = Platform::start(|_, _| Reply::taken(200, json!({}))).await;
    let settings = vec![
        ("DESK_URL", desk.url.clone()),
        ("TOKEN", ADMIN_TOKEN.to_owned()),
        ("HOOK", format!("{}/hooks/Key-1234567", hall.url)),
        ("SECRET", "whsec_U0VDLTEtMTIzNDU2Nzg5".to_owned()),
    ];
    in_the_browser("own-channels.mjs", settings).await;
    assert_eq!(hall.taken().len(), 4, "a test card from each window");
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

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium, Node and axe-core; .ci/run installs them"]
async fn readers_choose_search_and_see_the_notice_of_a_new_bulletin_without_losing_their_place() {
    let (desk, _) = furnished(config()).await;
    let settings = vec![("DESK_URL", desk.url.clone())];
    in_the_browser_meanwhile("readers.mjs", settings, async |what| {
        let title = format!("关于会议室停用的通知（{what}）");
        desk.publish("news", &what, &title).await;
        title
    })
    .await;
}

/// Rebuilds a source so that its bulletins are held; returns their subject.
async fn held(desk: &Desk, pass: &str) -> String {
    // Titles that differ only by numbers are one notice whose number changed.
    let about = match pass {
        "1366-light" => "采购结果",
        "390-dark" => "人事任免",
        "390-light" => "后勤服务",
        _ => "财务制度",
    };
    let rows = (1..=6).map(|row| {
        let title = format!("{about}公告第{row}号");
        let mut notice = notice("notices", &format!("{pass}-{row}"), &title);
        notice.published = None;
        found(notice)
    });
    let admitted = desk.poll("notices", rows.collect(), Utc::now()).await;
    assert_eq!(admitted.held.len(), 6, "{admitted:?}");
    about.to_owned()
}

/// Returns the token of a session that was idle for longer than a night.
async fn expired(desk: &Desk) -> String {
    let (text, by) = (Store::mint().unwrap(), Actor::Config);
    let session = NewToken {
        name: "admin".to_owned(),
        scope: Scope::Admin,
        expires_at: None,
        opened_by: Some(String::new()),
    };
    let then = Utc::now() - TimeDelta::hours(13);
    let made = desk.store.create_token(&text, session, &by, then).await;
    assert!(made.unwrap().is_session());
    text.reveal().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium, Node and axe-core; .ci/run installs them"]
async fn a_flood_a_notice_a_token_and_a_session_are_dealt_with_at_the_desk() {
    let mut config = config();
    config.sources.push(Source::desk("office".parse().unwrap()));
    let desk = Desk::open_with(config, true).await;
    for source in ["notices", "news", "inside"] {
        desk.baseline(source).await;
    }
    let settings = vec![
        ("DESK_URL", desk.url.clone()),
        ("TOKEN", ADMIN_TOKEN.to_owned()),
    ];
    in_the_browser_meanwhile("desk-forms.mjs", settings, async |what| {
        let (what, pass) = what.split_once(' ').unwrap();
        match what {
            "hold" => held(&desk, pass).await,
            _ => expired(&desk).await,
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium, Node and axe-core; .ci/run installs them"]
async fn the_board_stays_through_a_lost_network_and_a_restart() {
    let (desk, _) = furnished(config()).await;
    let url = desk.url.clone();
    let mut desk = Some(desk);
    in_the_browser_meanwhile("board.mjs", vec![("DESK_URL", url.clone())], async |what| {
        if let Some(desk) = desk.take() {
            desk.stop.cancel();
            desk.served.await.unwrap().unwrap();
        }
        if what == "stop" {
            return what;
        }
        let address = url.trim_start_matches("http://");
        let anew = Desk::open_at(address, config(), true).await;
        for source in ["notices", "news", "inside"] {
            anew.baseline(source).await;
        }
        for number in ["1", "2"] {
            anew.publish("news", number, &format!("重启之后的第{number}条"))
                .await;
        }
        desk = Some(anew);
        "重启之后的第1条".to_owned()
    })
    .await;
}

/// Checks that `docs` shows the pictures that the run of `.ci/run` made, page by page.
#[test]
fn each_page_has_its_picture_in_the_docs_of_both_languages() {
    let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/docs");
    let shown = ["pages.md", "pages.zh.md"].map(|page| {
        let text = std::fs::read_to_string(format!("{docs}/{page}")).unwrap();
        let parts = text.split("](pictures/").skip(1);
        let names = parts.filter_map(|part| part.split_once(".webp)"));
        names
            .map(|(name, _)| name.to_owned())
            .collect::<BTreeSet<_>>()
    });
    assert_eq!(shown[0], shown[1]);
    for name in PICTURED {
        assert!(shown[0].contains(name), "{name} is in no page of docs");
    }
    for name in &shown[0] {
        let path = format!("{docs}/pictures/{name}.webp");
        assert!(std::fs::exists(&path).unwrap(), "{path} is missing");
    }
}
