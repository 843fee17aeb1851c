//! Tests that an office publishes its own notices, at a source of kind `desk`.

use noticast::{
    bulletin::{Channel, ChannelKind, Source, StdoutFormat},
    config::Config,
};
use serde_json::{Value, json};

use crate::support::{
    desk::{ADMIN_TOKEN, Desk, config, json},
    world::{World, text},
};

fn with_an_office() -> Config {
    let mut config = config();
    let office = Source {
        name: "校长办公室".to_owned(),
        ..Source::desk("office".parse().unwrap())
    };
    config.sources.push(office);
    let format = StdoutFormat::Text;
    let hall = Channel {
        sources: Some(vec!["news".parse().unwrap()]),
        ..Channel::new(
            "hall".parse().unwrap(),
            ChannelKind::Stdout { format },
            config.time_zone,
        )
    };
    config.channels.push(hall);
    config.web.public_url = Some("https://news.example.org/board".parse().unwrap());
    config
}

async fn patched(desk: &Desk, id: u64, body: Value) -> (u16, Value) {
    let request = desk
        .client
        .patch(format!("{}/api/v1/bulletins/{id}", desk.url));
    let request = request.bearer_auth(ADMIN_TOKEN).body(body.to_string());
    json(request.send().await.unwrap()).await
}

async fn deliveries_of(desk: &Desk, id: u64) -> Vec<(String, String, String)> {
    let (_, all) = desk.asked("/api/v1/deliveries?limit=0").await;
    let all = all["items"].as_array().unwrap().iter();
    let own = all.filter(|delivery| delivery["bulletin"] == id);
    let word = |delivery: &Value, key: &str| delivery[key].as_str().unwrap().to_owned();
    own.map(|it| (word(it, "channel"), word(it, "kind"), word(it, "state")))
        .collect()
}

#[tokio::test]
async fn a_notice_of_ones_own_is_published_once_for_each_request() {
    let desk = Desk::open_with(with_an_office(), true).await;
    let body = json!({
        "source": "office",
        "title": "关于元旦放假的通知",
        "text": "元旦放假三天，一月四日上班。请各部门安排好值班。",
        "deadline": "2026-12-31",
        "attachments": [{ "url": "https://www.example.com/%E5%80%BC%E7%8F%AD.xlsx", "name": "值班表" }],
        "request_id": "a-request",
    });
    let (status, made) = desk.posted("/api/v1/bulletins", &body.to_string()).await;
    assert_eq!(status, 201, "{made}");
    let id = made["id"].as_u64().unwrap();
    assert_eq!(made["state"], "published");
    assert_eq!(
        made["url"],
        format!("https://news.example.org/board/b/{id}")
    );
    assert_eq!(made["deadline"], "2026-12-31");
    assert!(
        made["summary"]
            .as_str()
            .unwrap()
            .starts_with("元旦放假三天"),
        "{made}"
    );
    assert_eq!(made["attachments"][0]["name"], "值班表");
    // The hall wants another source.
    let new = || ("terminal".to_owned(), "new".to_owned(), "queued".to_owned());
    assert_eq!(deliveries_of(&desk, id).await, [new()]);

    let (status, again) = desk.posted("/api/v1/bulletins", &body.to_string()).await;
    assert_eq!((status, &again), (200, &made));
    assert_eq!(deliveries_of(&desk, id).await.len(), 1);
    let page = desk.page(&format!("/b/{id}")).await;
    assert!(page.contains("请各部门安排好值班"), "{page}");
    let (_, source) = desk.asked("/api/v1/sources?source=office").await;
    let source = &source["items"][0];
    assert_eq!(
        (&source["kind"], &source["url"], &source["bulletins"]),
        (&json!("desk"), &json!(""), &json!(1))
    );
}

#[tokio::test]
async fn a_notice_goes_to_the_named_channels_alone() {
    let desk = Desk::open_with(with_an_office(), true).await;
    let body = json!({ "source": "office", "title": "只发大厅", "channels": ["hall"] });
    let (status, made) = desk.posted("/api/v1/bulletins", &body.to_string()).await;
    assert_eq!(status, 201, "{made}");
    let sent = deliveries_of(&desk, made["id"].as_u64().unwrap()).await;
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].0, "hall");
    let body = json!({ "source": "office", "title": "没有这个渠道", "channels": ["nobody"] });
    let (status, _) = desk.posted("/api/v1/bulletins", &body.to_string()).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn what_cannot_be_published_is_refused_and_says_why() {
    let desk = Desk::open_with(with_an_office(), true).await;
    for (body, status, part) in [
        (
            json!({ "source": "news", "title": "监测的来源" }),
            409,
            "kind = \"desk\"",
        ),
        (
            json!({ "source": "nobody", "title": "没有" }),
            404,
            "nobody",
        ),
        (json!({ "source": "office" }), 400, "title"),
        (json!({ "source": "office", "title": " " }), 400, "`title`"),
        (
            json!({ "source": "office", "title": "x", "url": "javascript:alert(1)" }),
            400,
            "`url`",
        ),
        (
            json!({ "source": "office", "title": "x", "colour": "red" }),
            400,
            "colour",
        ),
        (
            json!({ "source": "office", "title": "x", "deadline": "soon" }),
            400,
            "",
        ),
    ] {
        let (answered, problem) = desk.posted("/api/v1/bulletins", &body.to_string()).await;
        assert_eq!(answered, status, "{body}: {problem}");
        assert!(
            problem["detail"].as_str().unwrap().contains(part),
            "{problem}"
        );
    }
    let (status, problem) = desk.posted("/api/v1/sources/office/poll", "").await;
    assert_eq!(status, 409, "{problem}");
    let (_, listed) = desk.asked("/api/v1/bulletins").await;
    assert_eq!(listed["items"], json!([]));
}

#[tokio::test]
async fn a_notice_is_corrected_and_withdrawn_as_if_its_page_had_changed() {
    let desk = Desk::with_baselines().await;
    let watched = desk.publish("news", "1", "别处的通知").await.0;
    let (status, problem) = patched(&desk, watched, json!({ "title": "改" })).await;
    assert_eq!(status, 409, "{problem}");
    let (status, _) = desk
        .posted(&format!("/api/v1/bulletins/{watched}/withdraw"), "")
        .await;
    assert_eq!(status, 409);
    assert_eq!(patched(&desk, 999, json!({ "title": "改" })).await.0, 404);

    let desk = Desk::open_with(with_an_office(), true).await;
    let body = json!({ "source": "office", "title": "会议通知", "text": "会议定于周一召开。" });
    let (_, made) = desk.posted("/api/v1/bulletins", &body.to_string()).await;
    let id = made["id"].as_u64().unwrap();
    assert_eq!(patched(&desk, id, json!({})).await.0, 400);
    let change = json!({ "text": "会议定于周二召开。", "deadline": "2026-12-01" });
    let (status, changed) = patched(&desk, id, change).await;
    assert_eq!(status, 200, "{changed}");
    assert_eq!(
        (&changed["revision"], &changed["deadline"]),
        (&json!(1), &json!("2026-12-01"))
    );
    assert_eq!(changed["summary"], "会议定于周二召开。");
    let page = desk.page(&format!("/b/{id}")).await;
    assert!(page.contains("会议定于周二召开"), "{page}");

    for _ in 0..2 {
        let (status, gone) = desk
            .posted(&format!("/api/v1/bulletins/{id}/withdraw"), "")
            .await;
        assert_eq!((status, &gone["state"]), (200, &json!("withdrawn")));
    }
    // The delivery was waiting, and is dropped now.
    let sent = deliveries_of(&desk, id).await;
    assert!(
        sent.iter().all(|(_, _, state)| state == "dropped"),
        "{sent:?}"
    );
    assert_eq!(patched(&desk, id, json!({ "title": "又改" })).await.0, 409);
}

const OFFICE: &str = "[web]\nlisten = \"127.0.0.1:0\"\n\n\
     [[source]]\nid = \"office\"\nkind = \"desk\"\nname = \"办公室\"\n\n\
     [[channel]]\nid = \"out\"\nkind = \"stdout\"\nformat = \"json\"\n";

#[tokio::test]
async fn the_command_line_publishes_on_a_running_instance_and_on_a_stopped_store() {
    let world = World::new();
    world.configure(OFFICE);
    let running = world.start_and_wait().await;
    let publish = |more: &[&str]| {
        let words = ["publish", "--source", "office", "--title", "食堂停水通知"];
        world.given(&[&words, more].concat(), "今天下午停水。\n\n请提前接水。\n")
    };
    let asked = publish(&[]);
    assert_eq!(asked.status.code(), Some(2), "{asked:?}");
    let files = ["--attach", "https://www.example.com/a.pdf=说明"];
    let options = [
        "--text",
        "-",
        "--deadline",
        "2026-12-31 18:00",
        "--request-id",
        "r1",
        "--yes",
        "--json",
    ];
    let options = [options.as_slice(), &files].concat();
    let made = publish(&options);
    assert!(made.status.success(), "{made:?}");
    let made: Value = serde_json::from_str(&text(&made.stdout)).unwrap();
    assert_eq!(made["attachments"][0]["name"], "说明");
    assert_eq!(made["deadline"], "2026-12-31T18:00:00+08:00");
    assert_eq!(made["summary"], "今天下午停水。请提前接水。");
    world
        .until("the notice to be pushed", || {
            world.pushed() == ["食堂停水通知"]
        })
        .await;
    running.stop();
    let again = publish(&options);
    let again: Value = serde_json::from_str(&text(&again.stdout)).unwrap();
    assert_eq!(again["id"], made["id"]);
    let other = publish(&["--yes"]);
    assert!(text(&other.stdout).contains("noticast run"), "{other:?}");
    let wrong = world.noticast(&["publish", "--source", "nobody", "--title", "x", "--yes"]);
    assert_eq!(wrong.status.code(), Some(1), "{wrong:?}");
    let running = world.start_and_wait().await;
    world
        .until("the other one to be pushed", || world.pushed().len() == 2)
        .await;
    running.stop();
}

#[test]
fn a_desk_has_no_address_and_no_key_that_is_for_pages() {
    let world = World::new();
    world.configure(&OFFICE.replace(
        "kind = \"desk\"",
        "kind = \"desk\"\nschedule = \"every 10m\"\ndepth = 1\nurl = \"\"",
    ));
    let good = world.noticast(&["check"]);
    assert!(good.status.success(), "{good:?}");
    for key in [
        "url = \"https://example.com/\"",
        "schedule = \"every 5m\"",
        "depth = 2",
        "include = [\"x\"]",
    ] {
        world.configure(&OFFICE.replace("kind = \"desk\"", &format!("kind = \"desk\"\n{key}")));
        let wrong = world.noticast(&["check"]);
        let name = key.split(' ').next().unwrap();
        assert_eq!(wrong.status.code(), Some(2), "{wrong:?}");
        assert!(
            text(&wrong.stderr).contains("noticast.toml:7:"),
            "{wrong:?}"
        );
        assert!(
            text(&wrong.stderr).contains(&format!("no `{name}`")),
            "{wrong:?}"
        );
    }
}
