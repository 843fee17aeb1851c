//! Tests files of a notice: named with their sizes, linked, and sent along if a channel wants that.

use chrono::Utc;
use noticast::bulletin::{BulletinId, DeliveryKind, DeliveryState};

use crate::support::{
    notices::Notices,
    pushing::Pushing,
    site::{Answer, Site},
    telegram::{Fault, Telegram},
    world::World,
};

const TOKEN: &str = "1:tok";
const TITLE: &str = "关于开展年度职工健康体检工作的通知";

struct Story {
    site: Site,
    telegram: Telegram,
    pushing: Pushing,
}

fn list(rows: &[u32]) -> Answer {
    let row = |n: &u32| {
        format!(
            "<li><a href=\"/n/{n}.html\">{TITLE}（第{n}批）</a><span>2022-11-{:02}</span></li>",
            n + 10
        )
    };
    let rows: String = rows.iter().rev().map(row).collect();
    Answer::page(format!(
        "<html><head><title>通知公告</title></head><body><ul class=\"list\">{rows}</ul></body></html>"
    ))
}

fn article(files: &str) -> Answer {
    Answer::page(format!(
        "<html><head><title>{TITLE}</title></head><body><div class=\"article\"><h1>{TITLE}（第4批）</h1>\
         <div class=\"content\"><p>根据公司安排，现组织在职职工进行年度健康体检，请各单位按附件名单通知到人，并于规定时间内完成登记。</p>\
         {files}</div></div></body></html>"
    ))
}

fn file(body: Vec<u8>) -> Answer {
    Answer::with("200 OK", &["Content-Type: application/octet-stream"], body)
}

const THREE: &str = "<p>附件：</p><p><a href=\"/f/1.xlsx\">1. 体检名单.xlsx</a></p>\
                     <p><a href=\"/f/2.pdf\">2. 体检须知.pdf</a>（24KB）</p>\
                     <p><a href=\"/f/3.doc\">3. 登记表.doc</a></p>";

impl Story {
    /// Begins with three known notices, and a fourth that has files.
    async fn begin(channel: &str) -> Self {
        let (site, telegram) = (Site::start().await, Telegram::start(TOKEN).await);
        let settings = format!(
            "[telegram]\ntoken = \"{TOKEN}\"\napi_url = \"{}\"\n\
             [[channel]]\nid = \"chat7\"\nkind = \"telegram\"\nchat = 7\n{channel}\n",
            telegram.url
        );
        site.serve("/", list(&[1, 2, 3]));
        site.serve("/n/4.html", article(THREE));
        site.serve("/f/1.xlsx", file(vec![b'x'; 3000]));
        site.serve("/f/2.pdf", file(vec![b'p'; 500]));
        let pushing = Pushing::watching(site.url.as_str(), &settings).await;
        pushing.poll_page(Utc::now()).await;
        site.serve("/", list(&[1, 2, 3, 4]));
        assert_eq!(pushing.poll_page(Utc::now()).await.new, [BulletinId(4)]);
        Self {
            site,
            telegram,
            pushing,
        }
    }
}

#[tokio::test]
async fn files_are_named_with_the_size_that_the_page_or_the_server_states() {
    let mut story = Story::begin("").await;
    story.pushing.start();
    let text = story.telegram.until_sent(7, 1).await.remove(0);
    assert!(text.contains("📎 1. 体检名单.xlsx（3 KB）\n"), "{text}");
    assert!(text.contains("📎 2. 体检须知.pdf（24 KB）\n"), "{text}");
    assert!(text.contains("📎 3. 登记表.doc\n"), "{text}");
    // A size that the page states is not requested, and a file without a readable text is not fetched.
    let seen = story.site.seen();
    let asked = seen.iter().filter(|seen| seen.path.starts_with("/f/"));
    let asked = asked.filter(|seen| seen.head.starts_with("HEAD "));
    assert!(asked.clone().all(|seen| seen.path != "/f/2.pdf"));
    assert_eq!(story.site.hits("/f/3.doc"), 1);
    assert_eq!(asked.count(), 2);
    story.pushing.stop().await;
}

#[tokio::test]
async fn files_follow_their_card_where_a_channel_asks_for_documents() {
    let mut story = Story::begin("documents = true").await;
    story
        .telegram
        .fault("senddocument", None, Fault::RetryAfter(1), 1);
    story.pushing.start();
    let texts = story.telegram.until_sent(7, 3).await;
    assert_eq!(
        texts[1..],
        [
            "[1. 体检名单.xlsx] 3000 bytes #4",
            "[2. 体检须知.pdf] 500 bytes #4"
        ]
    );
    let is_settled = || async {
        let all = story.pushing.deliveries().await;
        all.iter()
            .all(|one| one.state != DeliveryState::Queued && one.state != DeliveryState::Sending)
    };
    while !is_settled().await {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    story.pushing.stop().await;
    let mut all = story.pushing.deliveries().await;
    all.retain(|one| one.kind == DeliveryKind::Document);
    // The third file does not exist.
    let why = &all[0].error.as_ref().unwrap().said;
    assert!(why.contains("stays a link") && why.contains("404"), "{why}");
    assert_eq!(all[0].state, DeliveryState::Failed);
    assert!(all[1..].iter().all(|one| one.state == DeliveryState::Sent));
    // A restart repeats nothing.
    let pushing = story.pushing.restart().await;
    assert!(pushing.store.heads(None).await.unwrap().is_empty());
    assert!(pushing.store.uncertain().await.unwrap().is_empty());
    assert_eq!(story.telegram.texts(7).len(), 3);
}

#[tokio::test]
async fn of_many_files_the_page_has_the_rest() {
    let mut story = Story::begin("").await;
    let link = |n: u32| format!("<p><a href=\"/f/1.xlsx?{n}\">附件{n}.xlsx</a></p>");
    let many: String = (1..=11).map(link).collect();
    story.site.serve("/n/5.html", article(&many));
    story.site.serve("/", list(&[1, 2, 3, 4, 5]));
    story.pushing.poll_page(Utc::now()).await;
    story.pushing.start();
    let text = story.telegram.until_sent(7, 2).await.remove(1);
    assert!(text.contains("📎 附件8.xlsx\n📎 另有 3 个附件\n"), "{text}");
    story.pushing.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn kills_amid_files_lose_none_and_repeat_at_most_what_was_unanswered() {
    const FILES: usize = 5;
    let (notices, telegram) = (Notices::with(8).await, Telegram::start(TOKEN).await);
    let world = World::new();
    world.configure(&format!(
        "[web]\nlisten = \"127.0.0.1:0\"\n[fetch]\nallow_private = true\n\
         [telegram]\ntoken = \"{TOKEN}\"\napi_url = \"{}\"\n\
         [[source]]\nid = \"news\"\nurl = \"{}\"\nschedule = \"every 30d\"\n\
         [[channel]]\nid = \"chat7\"\nkind = \"telegram\"\nchat = 7\ndocuments = true\n",
        telegram.url, notices.site.url
    ));
    let mut running = world.start_and_wait().await;
    world.poll("news").await;
    let link = |n: usize| {
        let path = format!("/f/{n}.pdf");
        notices.site.serve(&path, file(vec![b'p'; 1000 + n]));
        format!("<p>附件{n}：<a href=\"{path}\">表{n}.pdf</a></p>")
    };
    let files: String = (0..FILES).map(link).collect();
    let more = format!("{files}<p><a href=\"/f/large.zip\">全部材料.zip</a>（51MB）</p>");
    notices.add_as(9, TITLE, &Notices::text(9), &more);
    world.poll("news").await;
    let shown = || {
        let mut texts = telegram.texts(7);
        texts.sort();
        texts.dedup();
        texts.len()
    };
    for count in 1..=FILES {
        world.until("one more", || shown() >= count).await;
        running.kill();
        running = world.start_and_wait().await;
    }
    let is_sent = || {
        let all = world.list(&["deliveries"]);
        all.len() == FILES + 1 && all.iter().all(|one| one["state"] == "sent")
    };
    world.until("all to be sent", is_sent).await;
    running.stop();
    let texts = telegram.texts(7);
    assert!(texts[0].contains("📎 全部材料.zip（51"), "{}", texts[0]);
    assert!(texts.len() <= FILES + 1 + FILES, "{texts:?}");
    assert_eq!(shown(), FILES + 1, "{texts:?}");
    let asked = notices.site.seen();
    assert!(asked.iter().all(|seen| seen.path != "/f/large.zip"));
}
