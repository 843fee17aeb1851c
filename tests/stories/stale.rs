//! Tests that servers that answer 304 for ever hide no news, and those that answer it correctly are not requested more
//! often.

use super::support::{
    site::{Answer, Site},
    world::{World, json_lines, text},
};

fn feed(days: &[u32]) -> String {
    let item = |day: &u32| {
        format!(
            "<item><title>关于第{day}批设备检修的通知</title><link>/a/{day}.html</link>\
             <pubDate>{day} Nov 2022 08:00:00 +0800</pubDate></item>"
        )
    };
    let items: String = days.iter().map(item).collect();
    format!("<rss version=\"2.0\"><channel><title>通知</title>{items}</channel></rss>")
}

fn poll(world: &World, site: &Site) {
    let url = site.at("/feed.xml");
    let watch = ["--state", "state", "watch", "--once", url.as_str()];
    let output = world.command(&watch).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// Returns the titles that were announced so far.
fn announced(world: &World) -> Vec<String> {
    let list = ["--state", "state/watch", "bulletins", "--json"];
    let output = world.command(&list).output().unwrap();
    let rows = json_lines(&text(&output.stdout));
    let published = rows.iter().filter(|row| row["state"] == "published");
    published
        .map(|row| row["title"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_is_announced_although_the_validator_of_its_feed_never_changes() {
    for line in [
        "Last-Modified: Mon, 12 Jan 2015 00:12:01 GMT",
        "Last-Modified: Sat, 16 Nov 2041 18:11:00 GMT",
        "ETag: \"always\"",
    ] {
        let (world, site) = (World::new(), Site::start().await);
        let serve = |days: &[u32]| {
            let body = feed(days).into_bytes();
            site.serve("/feed.xml", Answer::Frozen(line.to_owned(), body));
        };
        serve(&[22, 21, 20]);
        poll(&world, &site);
        serve(&[23, 22, 21, 20]);
        poll(&world, &site);
        assert_eq!(announced(&world), ["关于第23批设备检修的通知"], "{line}");
        // A validator that was wrong once is not trusted again.
        serve(&[24, 23, 22, 21, 20]);
        poll(&world, &site);
        assert_eq!(announced(&world).len(), 2, "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_validator_that_changes_with_its_feed_spares_further_requests() {
    let (world, site) = (World::new(), Site::start().await);
    for (tag, days) in [("\"1\"", [22, 21, 20]), ("\"2\"", [23, 22, 21])] {
        let answer = Answer::Tagged(tag.to_owned(), feed(&days).into_bytes());
        site.serve("/feed.xml", answer);
        poll(&world, &site);
    }
    assert_eq!(announced(&world).len(), 1);
    for _ in 0..3 {
        poll(&world, &site);
    }
    let asked: Vec<bool> = site
        .seen()
        .iter()
        .filter(|seen| seen.path == "/feed.xml")
        .map(|seen| seen.head.contains("if-none-match: "))
        .collect();
    assert_eq!(asked, [false, true, true, true, true]);
}
