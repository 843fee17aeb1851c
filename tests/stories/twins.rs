//! Tests that one notice that several sources carry is one message that names them all.

use crate::support::{board::Site, platform::Platform, robots, telegram::Telegram, world::World};

const NAMES: [&str; 3] = ["总部", "安全部", "工会"];

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_of_three_sources_is_one_message_that_names_them_all() {
    let sites = [
        Site::with(10).await,
        Site::with(10).await,
        Site::with(10).await,
    ];
    let telegram = Telegram::start("1:token").await;
    let robot = Platform::start(robots::wecom_robot).await;
    let mut config = format!(
        "[web]\nlisten = \"127.0.0.1:0\"\n[fetch]\nallow_private = true\n\
         [telegram]\ntoken = \"1:token\"\napi_url = \"{}\"\n\
         [[channel]]\nid = \"chat\"\nkind = \"telegram\"\nchat = 7\n\
         [[channel]]\nid = \"digest\"\nkind = \"wecom-robot\"\nkey = \"KEY-1\"\napi_url = \"{}\"\n\
         mode = \"digest\"\ndigest = \"*/15 * * * * *\"\n",
        telegram.url, robot.url
    );
    for (site, name) in sites.iter().zip(NAMES) {
        let (id, url) = (site.list_url().len() + config.len(), site.list_url());
        config += &format!(
            "[[source]]\nid = \"s{id}\"\nname = \"{name}\"\nurl = \"{url}\"\nschedule = \"every 1s\"\n"
        );
    }
    let world = World::new();
    world.configure(&config);
    let running = world.start();
    for site in &sites {
        world.polls(site, 1).await;
    }
    // With time for three polls before the digest.
    while chrono::Utc::now().timestamp() % 15 > 5 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    sites.iter().for_each(|site| site.publish(11));
    let names_all = |text: &String| NAMES.iter().all(|name| text.contains(name));
    world
        .until("a message that names all", || {
            telegram.texts(7).iter().any(names_all)
        })
        .await;
    assert_eq!(telegram.texts(7).len(), 1, "{:?}", telegram.texts(7));
    let taken = robot.until_taken(1).await;
    running.stop();
    assert!(
        names_all(&taken[0].json().to_string()),
        "{}",
        taken[0].json()
    );
    assert_eq!(robot.taken().len(), 1);
    assert_eq!(world.list(&["bulletins", "--state", "published"]).len(), 1);
}
