//! Tests a disk that fills, as on a small machine: a separate file system, which takes root to mount.

use std::{fs, io::Write, path::PathBuf, process::Command, time::Duration};

use serde_json::Value;

use crate::support::{board::Site, world::World};

const MIB: usize = 1 << 20;

/// A file system in memory for a world's state, until its story ends.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn for_state_of(world: &World, size: &str) -> Self {
        let folder = world.path("state");
        fs::create_dir_all(&folder).unwrap();
        let size = format!("size={size}");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &size, "noticast-story"]);
        let mounted = mount.arg(&folder).status().unwrap();
        assert!(mounted.success(), "this story needs root, to mount a tmpfs");
        Self(folder)
    }

    fn free(&self) -> usize {
        let stat = rustix::fs::statvfs(&self.0).unwrap();
        usize::try_from(stat.f_bavail * stat.f_frsize).unwrap()
    }

    /// Fills it except for `free` bytes.
    fn leave(&self, free: usize) {
        let surplus = self.free().saturating_sub(free);
        fs::write(self.0.join("filler"), vec![7; surplus]).unwrap();
    }

    /// Takes every free byte.
    fn fill(&self) {
        let mut options = fs::OpenOptions::new();
        let mut filler = options
            .create(true)
            .append(true)
            .open(self.0.join("filler"))
            .unwrap();
        // The part of a piece that fits is written before the rest is rejected.
        while filler.write(&[7; 65536]).is_ok_and(|written| written > 0) {}
    }

    fn make_room(&self) {
        fs::remove_file(self.0.join("filler")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    // The disk is checked once a minute.
    for _ in 0..900 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("waited in vain for {what}");
}

async fn problems(world: &World) -> String {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = client.get(format!("{}/readyz", world.url())).send();
    let report: Value =
        serde_json::from_slice(&answer.await.unwrap().bytes().await.unwrap()).unwrap();
    report["problems"].to_string()
}

#[tokio::test]
#[ignore = "takes root and a minute; .ci/run runs it"]
async fn a_disk_that_fills_pauses_polling_and_nothing_else() {
    let site = Site::with(3).await;
    let world = World::watching(&site);
    let disk = SmallDisk::for_state_of(&world, "64m");
    let mut running = world.start_and_wait().await;
    eventually("the first poll", async || {
        world.list(&["bulletins"]).len() == 3
    })
    .await;

    disk.leave(5 * MIB);
    site.publish(4);
    eventually("/readyz to say why", async || {
        problems(&world).await.contains("the disk is nearly full")
    })
    .await;
    eventually("the report", async || {
        world
            .log()
            .contains("The disk is nearly full, so polling is paused")
    })
    .await;
    let paused_at = site.polls();
    let again = world.noticast(&["rebroadcast", "1", "--to", "out", "--yes"]);
    assert!(again.status.success(), "{again:?}");
    world
        .until("what is sent again", || {
            world.pushed().contains(&Site::title(1))
        })
        .await;
    assert!(running.is_alive(), "{}", world.log());
    assert!(site.polls() <= paused_at + 1, "no source is polled");
    assert!(!world.pushed().contains(&Site::title(4)));

    disk.make_room();
    eventually("the news", async || {
        world.pushed().contains(&Site::title(4))
    })
    .await;
    let log = world.log();
    assert_eq!(log.matches("The disk is nearly full").count(), 1, "{log}");
    assert!(log.contains("The disk has room again"), "{log}");
    running.stop();
}

#[tokio::test]
#[ignore = "takes root; .ci/run runs it"]
async fn a_store_that_could_not_be_opened_on_a_full_disk_is_whole_once_there_is_room() {
    let site = Site::with(3).await;
    let world = World::watching(&site);
    let disk = SmallDisk::for_state_of(&world, "8m");
    let running = world.start_and_wait().await;
    eventually("the first poll", async || {
        world.list(&["bulletins"]).len() == 3
    })
    .await;
    running.kill();
    for free in (0..=16).map(|pages| pages * 4096) {
        disk.leave(free);
        let opened = world.noticast(&["bulletins", "--json"]);
        let said = String::from_utf8_lossy(&opened.stderr).into_owned();
        assert!(!said.contains("damaged"), "{free} bytes free: {said}");
        disk.make_room();
        assert_eq!(world.list(&["bulletins"]).len(), 3, "{free} bytes free");
    }
}

/// Requests rebroadcasts from a running program until it can write nothing more, and returns its answer.
async fn spend_the_last_byte(world: &World, disk: &SmallDisk) -> String {
    let instance = world.instance();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    for number in 0..20_000 {
        disk.fill();
        let url = format!("{}/api/v1/bulletins/1/rebroadcast", world.url());
        let asked = client
            .post(url)
            .bearer_auth(instance["token"].as_str().unwrap());
        let body = serde_json::json!({"request_id": format!("{number}"), "channels": ["out"]});
        let answer = asked.json(&body).send().await.unwrap();
        if !answer.status().is_success() {
            return answer.text().await.unwrap();
        }
    }
    panic!("the store writes and writes, on a full disk");
}

#[tokio::test]
#[ignore = "takes root and a minute; .ci/run runs it"]
async fn a_disk_without_one_byte_left_holds_up_what_is_sent_and_loses_nothing() {
    let site = Site::with(3).await;
    let world = World::watching(&site);
    let disk = SmallDisk::for_state_of(&world, "64m");
    let mut running = world.start_and_wait().await;
    eventually("the first poll", async || {
        world.list(&["bulletins"]).len() == 3
    })
    .await;

    let refused = spend_the_last_byte(&world, &disk).await;
    assert!(refused.contains("the disk is full"), "{refused}");
    site.publish(4);
    eventually("/readyz to say why", async || {
        disk.fill();
        problems(&world).await.contains("the disk is full")
    })
    .await;
    // Waiting deliveries are tried more than once in the meantime, and sled has its turn to collect.
    tokio::time::sleep(Duration::from_secs(70)).await;
    assert!(running.is_alive(), "{}", world.log());
    assert!(
        !world.log().contains("a write to the store failed"),
        "{}",
        world.log()
    );

    disk.make_room();
    eventually("all that waited, and the news", async || {
        let open =
            |delivery: &Value| ["queued", "sending"].contains(&delivery["state"].as_str().unwrap());
        world.pushed().contains(&Site::title(4))
            && !world.list(&["deliveries", "--limit", "0"]).iter().any(open)
    })
    .await;
    let sent = world.list(&["deliveries", "--limit", "0"]).len();
    assert_eq!(world.pushed().len(), sent, "each once");
    assert!(running.is_alive(), "{}", world.log());
    running.stop();
}

#[tokio::test]
#[ignore = "takes root; .ci/run runs it"]
async fn a_program_is_stopped_in_time_while_the_disk_is_full() {
    let site = Site::with(3).await;
    let world = World::watching(&site);
    let disk = SmallDisk::for_state_of(&world, "64m");
    let running = world.start_and_wait().await;
    eventually("the first poll", async || {
        world.list(&["bulletins"]).len() == 3
    })
    .await;
    spend_the_last_byte(&world, &disk).await;
    disk.fill();
    running.signal("TERM");
    assert!(running.ended().is_some());
    disk.make_room();
    world.start_and_wait().await.stop();
}

#[tokio::test]
#[ignore = "takes root; .ci/run runs it"]
async fn a_demo_on_a_full_disk_ends_with_what_is_wrong_and_what_to_do() {
    let world = World::new();
    let disk = SmallDisk::for_state_of(&world, "3m");
    let running = world.start_with(&["demo", "--every", "1s"]);
    world
        .until("a bulletin", || world.printed().contains("\n#"))
        .await;
    disk.fill();
    assert_eq!(running.ended(), Some(1), "{}", world.log());
    let log = world.log();
    let last = log.lines().last().unwrap_or_default();
    assert!(last.contains("No space left on device"), "{log}");
    assert!(last.contains("free some space"), "{log}");
}
