//! Tests complete conversations with the bot, through a chat server that is independent of the program.

use serde_json::{Value, json};

use crate::support::{
    loads::{CHATS, crowded},
    rig::{Noticast, Rig, wait},
};

/// The admin of the rig's configurations.
const ADMIN: i64 = 1;
const PERSON: i64 = 9;

/// Starts with two sites that are watched each second, a third that is not, and a bot for `subscribe`.
async fn at_work(subscribe: &str) -> (Rig, Noticast) {
    at_work_with(subscribe, |config| config).await
}

/// Returns the bulletin's number, at the end of its card.
fn number_on(card: &Value) -> &str {
    let (_, number) = card["text"].as_str().unwrap().rsplit_once('#').unwrap();
    number.trim()
}

async fn at_work_with(subscribe: &str, change: impl FnOnce(String) -> String) -> (Rig, Noticast) {
    let rig = Rig::start(&["--sites", "3", "--hosts"], &[]);
    let config = change(rig.config("sites=0-1&every=1s&chats=42").await);
    let config = config.replace(
        "[telegram]\n",
        &format!("[telegram]\nsubscribe = \"{subscribe}\"\n"),
    );
    let config = config.replace(
        "allow_private = [\"127.0.0.0/8\"]",
        "allow_private = [\"127.64.0.0/16\"]",
    );
    let mut noticast = Noticast::with(&config);
    noticast.start();
    noticast.first_polls(2).await;
    (rig, noticast)
}

fn say(chat: i64, from: i64, text: &str) -> Value {
    json!({"chat": chat.to_string(), "from": from, "text": text})
}

/// Checks that only requests were rejected that the story expected.
async fn assert_nothing_refused(rig: &Rig) {
    let stats = rig.sink_stats().await;
    let text = stats.to_string();
    assert!(!text.contains("Too Many Requests"), "{stats:#}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the rig"]
async fn a_newcomer_is_let_in_filters_searches_and_asks_why() {
    let (rig, mut noticast) = at_work("approved").await;
    rig.say(say(PERSON, PERSON, "/start s0")).await;
    rig.shown(PERSON, "管理员同意后").await;
    let question = rig.shown(ADMIN, "申请订阅").await;
    rig.press(&question, ADMIN, "同意").await;
    rig.shown(PERSON, "管理员已同意").await;
    // Only the config's channel subscribed to the second site. One after the other: their numbers follow each other.
    rig.newsroom("publish?sites=1&n=1").await;
    wait_for_channel(&rig, 1).await;
    rig.newsroom("publish?sites=0&n=1").await;
    let card = rig.shown(PERSON, "R0N").await;
    rig.say(say(PERSON, PERSON, "/filter -R0N")).await;
    rig.shown(PERSON, "设置已保存").await;
    rig.newsroom("publish?sites=0&n=1").await;
    // The config's channel receives both, and so it is archived.
    let number = |card: &Value| {
        let text = card["text"].as_str().unwrap().to_owned();
        text.rsplit('#').next().unwrap().trim().to_owned()
    };
    let first = number(&card);
    let second: u64 = first.parse::<u64>().unwrap() + 1;
    wait_for_channel(&rig, 3).await;
    rig.say(say(PERSON, PERSON, &format!("/why {second}")))
        .await;
    let why = rig.shown(PERSON, "处理结果").await;
    assert!(
        why["text"].as_str().unwrap().contains("含有排除词“R0N”"),
        "{why:#}"
    );
    rig.say(say(PERSON, PERSON, "/search R0N")).await;
    rig.shown(PERSON, "🔎 R0N").await;
    let texts = rig.messages(PERSON).await;
    let cards = texts
        .iter()
        .filter(|message| message["text"].as_str().unwrap().starts_with('【'));
    assert_eq!(cards.count(), 1, "{texts:#?}");
    assert_nothing_refused(&rig).await;
    noticast.kill();
}

async fn wait_for_channel(rig: &Rig, count: usize) {
    loop {
        if rig.messages(42).await.len() >= count {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the rig"]
async fn an_address_is_tried_shown_added_and_watched_and_a_private_one_is_refused() {
    let (rig, mut noticast) = at_work("anyone").await;
    let port = rig.origin_url().rsplit(':').next().unwrap().to_owned();
    let url = format!("http://127.64.0.3:{port}/list.html");
    rig.say(say(PERSON, PERSON, &format!("/subscribe {url}")))
        .await;
    rig.shown(PERSON, "只有机器人管理员可以添加来源").await;
    rig.say(say(
        ADMIN,
        ADMIN,
        &format!("/subscribe {}/s/2/list.html", rig.origin_url()),
    ))
    .await;
    let refusal = rig.shown(ADMIN, "不能作为来源").await;
    assert!(
        refusal["text"].as_str().unwrap().contains("allow_private"),
        "{refusal:#}"
    );
    rig.say(say(ADMIN, ADMIN, &format!("/subscribe {url}")))
        .await;
    let question = rig.shown(ADMIN, "加为来源并订阅吗").await;
    let data = rig.press(&question, ADMIN, "添加").await;
    rig.press_data(&question, ADMIN, &data).await;
    rig.shown(ADMIN, "已订阅").await;
    noticast.first_polls(3).await;
    let sources = noticast.list(&["sources"]);
    assert_eq!(sources[2]["url"], json!(url));
    rig.newsroom("publish?sites=2&n=1").await;
    // It is polled every ten minutes; an admin need not wait.
    let poll = format!("/poll {}", sources[2]["id"].as_str().unwrap());
    rig.say(say(ADMIN, ADMIN, &poll)).await;
    rig.shown(ADMIN, "R2N").await;
    // It remains after a restart, also for a command on the stopped store.
    noticast.kill();
    assert_eq!(noticast.list(&["sources"]).len(), 3);
    let channels = noticast.list(&["channels"]);
    assert_eq!(channels[1]["id"], json!("telegram:1"));
    assert_eq!(channels[1]["sources"], json!([sources[2]["id"]]));
    noticast.start();
    rig.newsroom("publish?sites=2&n=1").await;
    rig.say(say(ADMIN, ADMIN, &poll)).await;
    wait("the second one", std::time::Duration::from_secs(30), || {
        noticast
            .list(&["deliveries", "--channel", "telegram:1", "--state", "sent"])
            .len()
            >= 2
    })
    .await;
    assert_nothing_refused(&rig).await;
}

/// Checks that in a chat with other readers, an admin sees no more than they do.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the rig"]
async fn a_page_that_is_not_public_is_reported_to_its_readers_and_to_admins_alone() {
    const GROUP: i64 = -1001;
    let inner = |config: String| config.replace("id = \"s1\"", "id = \"s1\"\npublic = false");
    let (rig, mut noticast) = at_work_with("approved", inner).await;
    rig.newsroom("publish?sites=1&n=1").await;
    let card = rig.shown(42, "R1N").await;
    let number = number_on(&card);
    let why = format!("/why {number}");
    for (chat, from) in [(GROUP, ADMIN), (PERSON, PERSON)] {
        rig.say(say(chat, from, &why)).await;
        rig.shown(chat, "找不到通知").await;
    }
    for chat in [ADMIN, 42] {
        rig.say(say(chat, chat, &why)).await;
        rig.shown(chat, "处理结果").await;
    }
    noticast.kill();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the rig"]
async fn a_group_a_topic_and_a_channel_are_set_up_by_their_administrators() {
    let (rig, mut noticast) = at_work("anyone").await;
    let (group, forum, channel) = (-77, -1_001_000_000_001, -1_001_000_000_002);
    rig.declare(json!({"id": group, "type": "group", "title": "g", "admins": [3]}))
        .await;
    rig.declare(
        json!({"id": forum, "type": "supergroup", "title": "f", "is_forum": true, "admins": [3]}),
    )
    .await;
    rig.declare(json!({"id": channel, "type": "channel", "title": "c", "username": "rig_news", "admins": [3]}))
        .await;
    rig.say(say(group, PERSON, "/subscribe s0")).await;
    rig.shown(group, "只有本群组或 Telegram 频道的管理员").await;
    rig.say(say(group, 1_087_968_824, "/subscribe@rig_notice_bot s0"))
        .await;
    rig.shown(group, "已订阅").await;
    rig.say(json!({"chat": forum.to_string(), "from": 3, "text": "/subscribe s0", "topic": 12}))
        .await;
    rig.shown(forum, "已订阅").await;
    rig.say(say(3, 3, "/subscribe s0 @rig_news")).await;
    rig.shown(3, "已订阅").await;
    rig.newsroom("publish?sites=0&n=1").await;
    for chat in [group, forum, channel] {
        rig.shown(chat, "R0N").await;
    }
    assert_eq!(
        rig.shown(forum, "R0N").await["message_thread_id"],
        json!(12)
    );
    // The group becomes a supergroup in the middle of a batch.
    let to = -1_001_000_000_077_i64;
    rig.fault(json!({"method": "sendMessage", "chat": group.to_string(), "mode": "migrate", "to": to, "times": 1}))
        .await;
    rig.newsroom("publish?sites=0&n=3").await;
    wait("all of it", std::time::Duration::from_secs(30), || {
        noticast
            .list(&["deliveries", "--state", "queued", "--limit", "0"])
            .is_empty()
    })
    .await;
    rig.shown(to, "R0N").await;
    assert_nothing_refused(&rig).await;
    noticast.kill();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the rig"]
async fn a_rebroadcast_survives_a_kill_is_reported_and_undone() {
    let (rig, mut noticast) = at_work("anyone").await;
    for person in 100..130 {
        rig.say(say(person, person, "/start s0")).await;
    }
    for person in 100..130 {
        rig.shown(person, "已订阅").await;
    }
    rig.newsroom("publish?sites=0&n=1").await;
    let card = rig.shown(129, "R0N").await;
    let number = number_on(&card);
    rig.say(say(ADMIN, ADMIN, &format!("/rebroadcast {number}")))
        .await;
    let question = rig.shown(ADMIN, "重发到以下 31 个频道").await;
    let data = rig.press(&question, ADMIN, "重发").await;
    rig.press_data(&question, ADMIN, &data).await;
    rig.shown(ADMIN, "正在向").await;
    noticast.kill();
    noticast.start();
    let report = rig.shown(ADMIN, "成功 31，失败 0").await;
    for person in 100..130 {
        let again = rig.messages(person).await;
        let again = again
            .iter()
            .filter(|it| it["text"].as_str().unwrap().starts_with("重发"));
        // A message in flight at the kill may be repeated.
        assert!((1..=2).contains(&again.count()));
    }
    rig.press(&report, ADMIN, "撤回发送").await;
    // A first copy that was in flight at the kill may remain, since its id is unknown.
    let undone = rig.shown(ADMIN, "已撤回").await;
    let undone = undone["text"].as_str().unwrap();
    assert!(undone.contains("未能删除 0 条"), "{undone}");
    assert_nothing_refused(&rig).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the rig"]
async fn who_blocks_deletes_or_kicks_rests_and_comes_back() {
    let (rig, mut noticast) = at_work("anyone").await;
    for (person, mode) in [
        (200, "blocked"),
        (201, "deactivated"),
        (-202, "kicked"),
        (-203, "not-member"),
    ] {
        if person < 0 {
            rig.declare(json!({"id": person, "type": "group", "title": "g", "admins": [3]}))
                .await;
        }
        let from = if person < 0 { 3 } else { person };
        rig.say(say(person, from, "/start s0")).await;
        rig.shown(person, "已订阅").await;
        rig.fault(json!({"method": "sendMessage", "chat": person.to_string(), "mode": mode, "times": 100}))
            .await;
    }
    rig.newsroom("publish?sites=0&n=1").await;
    wait(
        "all four are set aside",
        std::time::Duration::from_secs(30),
        || noticast.list(&["channels", "--state", "blocked"]).len() == 4,
    )
    .await;
    rig.fault(json!({"method": "*", "mode": "none"})).await;
    for person in [200, 201] {
        rig.say(say(person, person, "/start")).await;
    }
    for group in [-202, -203] {
        rig.update(json!({"my_chat_member": {
            "chat": {"id": group, "type": "group", "title": "g"},
            "from": {"id": 3, "is_bot": false, "first_name": "x"}, "date": 1_700_000_000,
            "old_chat_member": {"status": "left", "user": {"id": 1, "is_bot": true, "first_name": "Rig"}},
            "new_chat_member": {"status": "member", "user": {"id": 1, "is_bot": true, "first_name": "Rig"}}}}))
            .await;
    }
    wait("all are back", std::time::Duration::from_secs(30), || {
        noticast
            .list(&["channels", "--state", "blocked"])
            .is_empty()
    })
    .await;
    rig.newsroom("publish?sites=0&n=1").await;
    for person in [200, 201, -202, -203] {
        rig.shown(person, "R0N").await;
    }
    noticast.kill();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the rig"]
async fn a_flood_that_is_held_is_released_by_a_button() {
    let (rig, mut noticast) = at_work("anyone").await;
    // Titles and addresses change while no poll succeeds: nothing shows that these are the old ones.
    rig.newsroom("fault?sites=0&mode=500&on=list").await;
    rig.newsroom("edit?site=0&last=40").await;
    rig.newsroom("redesign?sites=0").await;
    rig.newsroom("fault?sites=0&mode=none").await;
    rig.say(say(ADMIN, ADMIN, "/poll s0")).await;
    let question = rig.shown(ADMIN, "条通知待审核").await;
    rig.press(&question, ADMIN, "发布最新三条").await;
    rig.shown(ADMIN, "已发布 3 条，忽略（仅存档）").await;
    wait_for_channel(&rig, 3).await;
    // The alert in words would be a duplicate.
    let sent = rig.messages(ADMIN).await;
    let of_held = |message: &&Value| message.to_string().contains("待审核");
    assert!(sent.iter().filter(of_held).count() <= 1, "{sent:#?}");
    rig.say(say(ADMIN, ADMIN, "/health")).await;
    rig.shown(ADMIN, "来源 2 个").await;
    rig.say(say(ADMIN, ADMIN, "/pause s1")).await;
    rig.shown(ADMIN, "已暂停检查“").await;
    let paused = noticast.list(&["sources", "--state", "paused"]);
    assert_eq!(paused[0]["id"], json!("s1"));
    noticast.kill();
    assert_nothing_refused(&rig).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the rig"]
async fn ten_thousand_chats_get_a_bulletin_once_each_within_the_limit() {
    let (rig, noticast) = crowded(&["--rate", "400"], 400).await;
    rig.newsroom("publish?n=1").await;
    rig.say(say(7, 7, "/help")).await;
    rig.shown(7, "/subscribe").await;
    let report = rig.audit(10, &["--deadline", "600"]);
    for (what, count) in [
        ("delivered_once", CHATS as u64 + 1),
        ("lost", 0),
        ("duplicated", 0),
        ("too_many_requests", 0),
    ] {
        assert_eq!(report[what], json!(count), "{report:#}");
    }
    assert!(noticast.usage().1 < 120.0, "{} MiB", noticast.usage().1);
}
