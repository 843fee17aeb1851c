//! Tests a real Chromium: pages that scripts build, that never settle, and that open forbidden addresses.

use std::{
    net::TcpListener,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::support::{
    site::{Answer, Site},
    world::{World, json_lines, text},
};

/// Returns a page that shows nothing without scripts.
fn scripted(script: &str) -> Answer {
    Answer::page(format!(
        "<!doctype html><html><head><title>通知公告</title></head><body><div id=\"app\"></div>\
         <noscript>Please enable JavaScript.</noscript><script>{script}</script></body></html>"
    ))
}

/// A script that adds rows from `/api/list`.
const FROM_DATA: &str = "fetch('/api/list').then(r => r.json()).then(d => { const ul = document.createElement('ul'); \
    for (const row of d.rows) { const li = document.createElement('li'); const a = document.createElement('a'); \
    a.href = row[0]; a.textContent = row[1]; const s = document.createElement('span'); s.textContent = row[2]; \
    li.append(a, s); ul.append(li); } document.getElementById('app').append(ul); });";

/// A script that adds three rows without a request.
const BY_ITSELF: &str = "const rows = [['/n/3.html','关于调整班车时间的通知','2026-11-20'],['/n/2.html','关于召开年度会议的通知','2026-11-19'],\
    ['/n/1.html','关于开展安全检查的通知','2026-11-18']]; document.getElementById('app').innerHTML = '<ul>' + \
    rows.map(r => `<li><a href=\"${r[0]}\">${r[1]}</a><span>${r[2]}</span></li>`).join('') + '</ul>';";

/// Returns data in a form that a site's own front end expects, and no reader of ours.
fn rows(numbers: &[u32]) -> Answer {
    let titles = [
        "开展安全检查",
        "召开年度会议",
        "调整班车时间",
        "组织消防演练",
    ];
    let row = |n: &u32| {
        let title = titles[*n as usize - 1];
        format!(
            "[\"/n/{n}.html\",\"关于{title}的通知\",\"2026-11-{}\"]",
            17 + n
        )
    };
    let rows: Vec<String> = numbers.iter().map(row).collect();
    let body = format!("{{\"rows\":[{}]}}", rows.join(","));
    Answer::with("200 OK", &["Content-Type: application/json"], body)
}

/// Returns a world whose source is rendered, and which may only reach 127.0.0.1.
fn rendering(site: &Site, path: &str) -> World {
    let world = World::new();
    let config = World::config(site.at(path).as_str())
        .replace("allow_private = true", "allow_private = [\"127.0.0.1/32\"]")
        .replace(
            "schedule = \"every 1s\"",
            "schedule = \"every 1h\"\nbrowser = true",
        );
    world.configure(&config);
    world
}

fn preview(world: &World, arguments: &[&str]) -> Value {
    let output = world.noticast(&[&["preview", "--json"], arguments].concat());
    json_lines(&text(&output.stdout)).remove(0)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium; .ci/run installs it"]
async fn a_list_that_scripts_build_is_watched_and_previewed() {
    let site = Site::start().await;
    site.serve("/", scripted(FROM_DATA));
    site.serve("/api/list", rows(&[3, 2, 1]));
    let world = rendering(&site, "/");
    let running = world.start_and_wait().await;
    world.poll("news").await;
    assert_eq!(world.list(&["bulletins", "--limit", "0"]).len(), 3);
    site.serve("/api/list", rows(&[4, 3, 2, 1]));
    site.serve(
        "/n/4.html",
        scripted(
            "document.getElementById('app').innerHTML = '<h1>关于组织消防演练的通知</h1><p>演练定于12月9日上午9时在一号车间举行，\
             请各单位提前安排好生产，并按时组织职工参加。</p>';",
        ),
    );
    world.poll("news").await;
    world.until("the push", || world.pushed().len() == 1).await;
    let newest = &world.list(&["bulletins", "--limit", "1"])[0];
    assert_eq!(newest["title"], "关于组织消防演练的通知");
    assert!(
        newest["summary"].to_string().contains("一号车间"),
        "{newest}"
    );
    running.stop();

    let seen = preview(&world, &["--browser", site.url.as_str()]);
    assert_eq!(seen["kind"], "list", "{seen}");
    assert_eq!(seen["bulletins"][0]["title"], "关于组织消防演练的通知");
    let seen = preview(&world, &[site.url.as_str()]);
    let message = seen["error"]["message"].as_str().unwrap();
    assert!(message.contains("needs JavaScript"), "{message}");
    assert!(
        message.contains("browser = true") && message.contains("4 notices"),
        "{message}"
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium; .ci/run installs it"]
async fn data_that_holds_the_list_is_proposed_in_place_of_the_browser() {
    let site = Site::start().await;
    let build = FROM_DATA
        .replace("row[0]", "row.url")
        .replace("row[1]", "row.title")
        .replace("row[2]", "row.date");
    site.serve("/", scripted(&build));
    let row = |n: u32| {
        format!(
            "{{\"title\":\"关于调整第{n}路班车的通知\",\"url\":\"/n/{n}.html\",\"date\":\"2026-11-1{n}\"}}"
        )
    };
    let body = format!("{{\"rows\":[{},{},{}]}}", row(3), row(2), row(1));
    let data = Answer::with("200 OK", &["Content-Type: application/json"], body);
    site.serve("/api/list", data);
    let world = rendering(&site, "/");
    let seen = preview(&world, &[site.url.as_str()]);
    let message = seen["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("/api/list") && message.contains("kind = \"json\""),
        "{message}"
    );
    let output = world.noticast(&["preview", "--suggest", site.url.as_str()]);
    let block = text(&output.stdout);
    assert!(
        block.contains("/api/list\"") && block.contains("kind = \"json\""),
        "{block}"
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium; .ci/run installs it"]
async fn a_page_that_never_settles_is_read_and_one_that_hangs_holds_up_nobody() {
    let site = Site::start().await;
    let restless = "; setInterval(() => { fetch('/tick?' + Math.random()); document.title = String(Math.random()); }, 50);";
    site.serve("/restless", scripted(&format!("{BY_ITSELF}{restless}")));
    site.serve("/hangs", scripted("for (;;) {}"));
    site.serve("/after", scripted(BY_ITSELF));
    let world = rendering(&site, "/restless");
    let begin = Instant::now();
    let seen = preview(&world, &["--browser", site.at("/restless").as_str()]);
    assert_eq!(
        seen["bulletins"].as_array().map(Vec::len),
        Some(3),
        "{seen}"
    );
    assert!(begin.elapsed() < Duration::from_secs(40));
    let (hangs, after) = (site.at("/hangs"), site.at("/after"));
    let output = world.noticast(&[
        "preview",
        "--json",
        "--browser",
        hangs.as_str(),
        after.as_str(),
    ]);
    let seen = json_lines(&text(&output.stdout));
    assert_eq!(seen[0]["error"]["code"], "fetch", "{seen:?}");
    assert_eq!(seen[1]["kind"], "list", "{seen:?}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium; .ci/run installs it"]
async fn a_page_reaches_no_private_address_however_it_asks() {
    // Another machine of the intranet, as far as the program knows.
    let inner = TcpListener::bind("127.0.0.2:0").unwrap();
    let at = inner.local_addr().unwrap();
    let reached = Arc::new(AtomicUsize::new(0));
    let count = reached.clone();
    std::thread::spawn(move || {
        for _ in inner.incoming() {
            count.fetch_add(1, Ordering::SeqCst);
        }
    });
    let site = Site::start().await;
    let asks = format!(
        "fetch('http://{at}/a', {{mode: 'no-cors'}}).catch(() => 0); new WebSocket('ws://{at}/b'); \
         const s = document.createElement('script'); s.src = 'http://{at}/c.js'; document.head.append(s); \
         const f = document.createElement('iframe'); f.src = 'https://{at}/d'; document.body.append(f); \
         navigator.sendBeacon('http://{at}/e', 'x'); window.open('http://{at}/f');"
    );
    site.serve("/", scripted(&format!("{BY_ITSELF} {asks}")));
    site.serve(
        "/moved",
        scripted(&format!("location.href = 'http://{at}/g'")),
    );
    let world = rendering(&site, "/");
    let seen = preview(&world, &["--browser", site.url.as_str()]);
    assert_eq!(seen["kind"], "list", "{seen}");
    let seen = preview(&world, &["--browser", site.at("/moved").as_str()]);
    assert_ne!(seen["kind"], "list", "{seen}");
    let direct = format!("http://{at}/");
    let mut config = std::fs::read_to_string(world.path("noticast.toml")).unwrap();
    config = config.replace(site.url.as_str(), &direct);
    world.configure(&config);
    let output = world.noticast(&["check", "--online"]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stdout);
    assert!(
        said.contains("127.0.0.2") && said.contains("allow_private"),
        "{said}"
    );
    assert_eq!(reached.load(Ordering::SeqCst), 0);
}

/// Counts processes whose command line names a folder.
fn browsers(folder: &Path) -> usize {
    let folder = folder.to_str().unwrap();
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let lines = processes.filter_map(|it| std::fs::read(it.path().join("cmdline")).ok());
    lines
        .filter(|line| String::from_utf8_lossy(line).contains(folder))
        .count()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium; .ci/run installs it"]
async fn the_browser_ends_with_the_program_also_when_that_is_killed() {
    let site = Site::start().await;
    site.serve("/", scripted(BY_ITSELF));
    let mut world = rendering(&site, "/");
    let folder = world.path("t");
    std::fs::create_dir(&folder).unwrap();
    world.set_env("TMPDIR", &folder);
    let running = world.start_and_wait().await;
    world.poll("news").await;
    let left = || std::fs::read_dir(&folder).unwrap().count();
    assert!(left() > 0 && browsers(&folder) > 0);
    running.kill();
    world
        .until("the browser to end", || {
            browsers(&folder) == 0 && left() == 0
        })
        .await;
}

#[test]
fn a_source_that_needs_a_browser_is_refused_where_there_is_none() {
    let world = World::new();
    let config = World::config("https://www.example.com/");
    let config = config
        .replace("[fetch]\n", "[fetch]\nbrowser = \"/nowhere/chromium\"\n")
        .replace("schedule = \"every 1s\"", "browser = true");
    world.configure(&config);
    let output = world.noticast(&["check"]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stdout) + &text(&output.stderr);
    assert!(
        said.contains("no browser is found") && said.contains("news"),
        "{said}"
    );
}
