//! Tests the service from start to end: new notices are pushed once, regardless of the faults in between.

use std::collections::BTreeMap;

use crate::support::{
    board::{Mood, Site},
    telegram::{Fault, Telegram},
    world::World,
};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_new_is_pushed_once_and_a_restart_repeats_nothing() {
    let site = Site::with(10).await;
    let world = World::watching(&site);
    let running = world.start();
    world.polls(&site, 2).await;
    site.publish(11);
    world.until("a push", || !world.pushed().is_empty()).await;
    running.stop();

    let running = world.start();
    world.polls(&site, 2).await;
    site.publish(12);
    world
        .until("another push", || world.pushed().len() > 1)
        .await;
    running.stop();
    assert_eq!(world.pushed(), [Site::title(11), Site::title(12)]);
    let read = site.articles_read();
    assert!(
        (2..=12).contains(&read),
        "each article is opened once at most: {read}"
    );
    assert!(
        site.unchanged() > 0,
        "requests are conditional, also after a restart"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_says_what_the_article_says() {
    let site = Site::with(10).await;
    let world = World::watching(&site);
    let running = world.start();
    world.polls(&site, 1).await;
    site.publish(11);
    world.until("a push", || !world.pushed().is_empty()).await;
    running.stop();
    let bulletins = world.list(&["bulletins", "--state", "published"]);
    assert_eq!(bulletins.len(), 1);
    assert_eq!(bulletins[0]["publisher"], "安全管理部");
    assert_eq!(bulletins[0]["published"], "2026-01-12");
    let summary = bulletins[0]["summary"].as_str().unwrap();
    assert!(summary.contains("专项检查"), "{summary}");
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_at_any_moment_loses_nothing() {
    let site = Site::with(10).await;
    let world = World::watching(&site);
    let running = world.start();
    world.polls(&site, 2).await;
    let mut running = Some(running);
    let mut random = fastrand::Rng::with_seed(11);
    for number in 11..=18 {
        site.publish(number);
        tokio::time::sleep(std::time::Duration::from_millis(random.u64(100..1500))).await;
        running.take().expect("it runs").kill();
        running = Some(world.start());
    }
    let all: Vec<String> = (11..=18).map(Site::title).collect();
    world
        .until("everything", || {
            all.iter().all(|title| world.pushed().contains(title))
        })
        .await;
    world.polls(&site, 2).await;
    running.expect("it runs").stop();
    let mut times = BTreeMap::new();
    for title in world.pushed() {
        *times.entry(title).or_insert(0) += 1;
    }
    assert_eq!(times.len(), all.len());
    let repeated: i32 = times.values().map(|times| times - 1).sum();
    assert!(
        repeated <= 8,
        "one may be unanswered at each kill: {times:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_fails_for_a_while_is_a_fault_and_no_news() {
    let site = Site::with(10).await;
    let world = World::watching(&site);
    let running = world.start();
    world.polls(&site, 2).await;
    for mood in [
        Mood::Empty,
        Mood::SignIn,
        Mood::Status(503),
        Mood::Status(404),
    ] {
        site.set_mood(mood);
        world
            .until("the fault to show", || {
                world.list(&["sources"])[0]["state"] == "failing"
            })
            .await;
        site.set_mood(Mood::Well);
        world
            .until("the fault to go", || {
                world.list(&["sources"])[0]["state"] == "ok"
            })
            .await;
    }
    running.stop();
    assert_eq!(world.pushed(), Vec::<String>::new());
    assert_eq!(world.list(&["bulletins", "--limit", "0"]).len(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_redesign_the_admin_is_shown_what_each_rule_finds_now() {
    let site = Site::with(10).await;
    let world = World::new();
    let selecting = |item: &str| {
        let source = "schedule = \"every 1s\"\n";
        let select = format!("{source}[source.select]\nitem = \"{item}\"\n");
        World::config(&site.list_url()).replace(source, &select)
    };
    world.configure(&selecting("ul.list > li"));
    let running = world.start();
    world.polls(&site, 2).await;
    site.set_mood(Mood::Anew);
    let newest = [10, 9, 8].map(|number| format!("`{}`", Site::title_anew(number)));
    let newest = newest.join(", ");
    let proposal = "div.row";
    for said in [
        format!("10 notices are found, first {newest}"),
        format!("set item = \"{proposal}\""),
    ] {
        world.until(&said, || world.log().contains(&said)).await;
    }
    world.configure(&selecting(proposal));
    assert!(world.noticast(&["reload"]).status.success());
    world
        .until("the rows to be known", || {
            world.list(&["bulletins", "--limit", "0"]).len() == 20
        })
        .await;
    site.publish(11);
    world.until("a push", || !world.pushed().is_empty()).await;
    running.stop();
    assert_eq!(world.pushed(), [Site::title_anew(11)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_a_redesign_brings_are_held_and_reported_by_title() {
    let site = Site::with(10).await;
    let world = World::watching(&site);
    let running = world.start();
    world.polls(&site, 2).await;
    site.set_mood(Mood::Anew);
    let newest = [10, 9, 8].map(|number| format!("“{}”", Site::title_anew(number)));
    let said = format!(
        "10 unknown bulletins are held for review, the newest {}.",
        newest.join(", ")
    );
    world.until(&said, || world.log().contains(&said)).await;
    running.stop();
    assert_eq!(world.pushed(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_are_taken_down_and_come_back_are_no_news() {
    let site = Site::with(10).await;
    let world = World::watching(&site);
    let running = world.start();
    world.polls(&site, 2).await;
    for number in [10, 9] {
        site.take_down(number);
        world.polls(&site, 2).await;
    }
    site.publish(9);
    site.publish(10);
    world.polls(&site, 2).await;
    running.stop();
    assert_eq!(world.pushed(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_config_is_taken_and_a_wrong_one_refused_whole() {
    let site = Site::with(10).await;
    let other = Site::with(5).await;
    let world = World::watching(&site);
    let right = World::config(&site.list_url());
    let mut running = world.start();
    world.polls(&site, 1).await;

    world.configure(&format!("{right}\nwrong = true\n"));
    let refused = world.noticast(&["reload"]);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    assert!(
        String::from_utf8_lossy(&refused.stderr).contains("wrong"),
        "{refused:?}"
    );
    assert!(running.is_alive());

    let further = format!(
        "{right}\n[[source]]\nid = \"further\"\nurl = \"{}\"\nschedule = \"every 1s\"\n",
        other.list_url()
    );
    world.configure(&further);
    running.signal("HUP");
    world.polls(&other, 1).await;

    world.configure(&right);
    assert!(world.noticast(&["reload"]).status.success());
    world
        .until("the source to go", || world.list(&["sources"]).len() == 1)
        .await;
    running.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_by_another_file_is_refused_by_name() {
    let site = Site::with(10).await;
    let world = World::watching(&site);
    let running = world.start();
    world.polls(&site, 1).await;
    std::fs::copy(world.path("noticast.toml"), world.path("other.toml")).unwrap();
    let command = |file: &str| {
        let program = env!("CARGO_BIN_EXE_noticast");
        let mut command = std::process::Command::new(program);
        let state = world.path("state");
        command.args(["reload", "--config", file, "--state"]);
        command.arg(state).current_dir(world.path(""));
        command.output().unwrap()
    };
    let refused = command("other.toml");
    let printed = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1), "{printed}");
    assert!(printed.contains("other.toml; to switch files"), "{printed}");
    assert!(command("./noticast.toml").status.success());
    running.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_set_aside_is_taken_up_again_by_the_test_that_its_error_asks_for() {
    let (site, telegram) = (Site::with(10).await, Telegram::start("1:token").await);
    let world = with_chat_seven(&site, &telegram);
    let running = world.start();
    world.polls(&site, 1).await;
    let seven = || world.list(&["channels", "--channel", "seven"])[0]["state"].clone();
    let kicked = Fault::Refused(403, "Forbidden: bot was kicked from the group chat");
    telegram.fault("sendMessage", Some(7), kicked, 1);
    site.publish(11);
    world
        .until("it to be set aside", || seven() == "blocked")
        .await;
    let tested = world.noticast(&["channels", "--test", "seven"]);
    assert!(tested.status.success(), "{tested:?}");
    assert_eq!(seven(), "ok");
    let sent = telegram.until_sent(7, 2).await;
    assert!(sent[0].contains("测试") && sent[1].contains(&Site::title(11)));
    running.stop();
    // The same command on a stopped store sends without an instance.
    assert!(
        world
            .noticast(&["channels", "--test", "seven"])
            .status
            .success()
    );
    assert!(telegram.until_sent(7, 3).await[2].contains("测试"));
    assert_eq!(telegram.too_fast(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_it_ends_it_says_so_and_what_hangs_is_put_back() {
    let (site, telegram) = (Site::with(10).await, Telegram::start("1:token").await);
    let world = with_chat_seven(&site, &telegram);
    let running = world.start();
    world.polls(&site, 2).await;
    telegram.fault("sendMessage", Some(7), Fault::Silent, 1);
    site.publish(11);
    telegram.until_sent(7, 1).await;
    let readyz = format!("{}/readyz", world.url());
    assert!(reqwest::get(&readyz).await.unwrap().status().is_success());
    running.signal("TERM");
    let mut answer = reqwest::get(&readyz).await.unwrap();
    while answer.status().is_success() {
        answer = reqwest::get(&readyz).await.unwrap();
    }
    assert_eq!(answer.status(), 503);
    assert!(answer.text().await.unwrap().contains("shutting down"));
    assert_eq!(running.ended(), Some(0));
    let waiting = world.list(&["deliveries", "--channel", "seven"]);
    assert_eq!(waiting[0]["state"], "queued", "{waiting:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn both_signals_end_it_in_order() {
    let site = Site::with(10).await;
    let world = World::watching(&site);
    for name in ["INT", "TERM"] {
        let running = world.start();
        world
            .until("the address", || world.path("state/instance.json").exists())
            .await;
        world.polls(&site, 1).await;
        running.signal(name);
        assert_eq!(running.ended(), Some(0));
        assert!(!world.path("state/instance.json").exists());
    }
}

/// Returns a world that also pushes to the chat 7: the channel `seven`.
fn with_chat_seven(site: &Site, telegram: &Telegram) -> World {
    let world = World::new();
    let bot = format!(
        "[telegram]\ntoken = \"1:token\"\napi_url = \"{}\"\n\n\
         [[channel]]\nid = \"seven\"\nkind = \"telegram\"\nchat = 7\n\n",
        telegram.url
    );
    world.configure(&(bot + &World::config(&site.list_url())));
    world
}
