//! Walks through every output with every secret of a full config: none of them is visible anywhere.

use std::io::Read;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;

use super::support::{
    board,
    platform::{Platform, Reply, Request},
    site::{Answer, Site},
    smtp::Smtp,
    telegram::Telegram,
    world::{World, text},
};

const KINDS: [&str; 9] = [
    "wecom-robot",
    "dingtalk-robot",
    "feishu-robot",
    "slack",
    "discord",
    "matrix",
    "ntfy",
    "webhook",
    "wecom-app",
];

/// Returns a secret that no text contains by chance.
fn secret(of: &str) -> String {
    format!("Zq7-{of}-hush")
}

/// The secret in the query of a source's address.
const QUERY: &str = "Qx3-query-hush";

/// The outputs that show the addresses of all sources to operators.
const LISTS_OF_SOURCES: [&str; 6] = [
    "/api/v1/sources",
    "sources",
    "sources --json",
    "check",
    "check --online",
    "OPML",
];

/// Returns the bot's token, in Telegram's form.
fn token() -> String {
    format!("7:{}", secret("bot"))
}

/// Returns the channel of a kind, with separate secrets for each platform.
fn channel(kind: &str, which: &str, url: &str) -> String {
    let key = secret(&format!("{kind}-{which}"));
    let sign = secret(&format!("{kind}-{which}-sign"));
    let keys = match kind {
        "wecom-robot" => format!("key = \"{key}\"\napi_url = \"{url}\""),
        "dingtalk-robot" => {
            format!("access_token = \"{key}\"\nsecret = \"{sign}\"\napi_url = \"{url}\"")
        }
        "feishu-robot" => format!("token = \"{key}\"\nsecret = \"{sign}\"\napi_url = \"{url}\""),
        "slack" | "discord" => format!("url = \"{url}/hooks/{key}/json\""),
        "matrix" => {
            format!("homeserver = \"{url}\"\nroom = \"!news:hs.example\"\naccess_token = \"{key}\"")
        }
        "ntfy" => format!("url = \"{url}/{key}\"\ntoken = \"{sign}\""),
        "webhook" => format!(
            "url = \"{url}/hook?key={key}\"\nsecret = \"whsec_{}\"",
            STANDARD.encode(&sign)
        ),
        "wecom-app" => format!(
            "corp_id = \"ww1\"\nagent_id = 7\nsecret = \"{key}\"\nto = \"a\"\napi_url = \"{url}\""
        ),
        other => panic!("{other}"),
    };
    format!("[[channel]]\nid = \"{kind}-{which}\"\nkind = \"{kind}\"\n{keys}\n")
}

/// Answers like a platform that accepts everything.
fn takes(request: &Request, taken: &[Request]) -> Reply {
    let name = taken.len().to_string();
    let said = json!({"errcode": 0, "errmsg": "ok", "code": 0, "msg": "success", "id": name,
        "event_id": name, "msgid": name, "access_token": secret("app-token"), "expires_in": 7200});
    match request.method.as_str() {
        "GET" if request.path == "/cgi-bin/gettoken" => Reply::aside(200, said),
        "GET" => Reply::refused(404, json!({"errcode": "M_NOT_FOUND", "error": "none"})),
        _ => Reply::taken(200, said),
    }
}

/// Answers like a platform that rejects everything, and repeats everything that it was sent.
fn refuses(request: &Request, _: &[Request]) -> Reply {
    let said = format!("{} {:?} {:?}", request.path, request.query, request.headers);
    let said = json!({"errcode": 40001, "errmsg": said, "code": 19001, "msg": said, "error": said});
    Reply::refused(400, said)
}

fn list() -> Answer {
    let row = |n: u32| {
        format!(
            "<li><a href=\"/a/{n}.html\">关于第{n}批设备检修的通知</a><span>2022-11-{n}</span></li>"
        )
    };
    let rows: String = (11..=20).rev().map(row).collect();
    Answer::page(format!(
        "<html><head><title>通知公告</title></head><body><ul>{rows}</ul></body></html>"
    ))
}

fn article() -> Answer {
    let text = "根据公司安排，现对设备进行检修，请各单位做好准备。".repeat(8);
    let file = "<a href=\"/f/1.pdf\">附件：检修安排.pdf</a>";
    Answer::page(format!(
        "<html><body><h1>关于第20批设备检修的通知</h1><p>{text}</p><p>{file}</p></body></html>"
    ))
}

/// The leaks found so far, with their places.
#[derive(Default)]
struct Walk {
    secrets: Vec<String>,
    /// The query of a source's address, which lists of sources show.
    query: String,
    leaks: Vec<String>,
    places: usize,
}

impl Walk {
    fn see(&mut self, place: &str, text: &str) {
        self.places += 1;
        let lists_sources = LISTS_OF_SOURCES.contains(&place);
        let query = (!lists_sources).then_some(&self.query);
        for secret in self.secrets.iter().chain(query) {
            if let Some((_, rest)) = text.split_once(secret.as_str()) {
                let rest: String = rest.chars().take(60).collect();
                self.leaks.push(format!("{place}: {secret}{rest}"));
            }
        }
    }
}

/// A world with every kind of channel and every kind of secret.
struct Scene {
    world: World,
    telegram: Telegram,
    good: Platform,
    bad: Platform,
    smtp: Smtp,
    login: String,
}

impl Scene {
    async fn begin(site: &Site, away: &Site) -> Self {
        let telegram = Telegram::start(&token()).await;
        telegram.chat(-1005, "supergroup", None);
        let (good, bad) = (Platform::start(takes).await, Platform::start(refuses).await);
        let smtp = Smtp::start().await;
        let scene = Self {
            world: World::new(),
            login: format!("bob:{}@", secret("login")),
            telegram,
            good,
            bad,
            smtp,
        };
        scene.world.configure(&scene.config(site, away));
        scene
    }

    fn config(&self, site: &Site, away: &Site) -> String {
        let with_login = |url: &str| url.replace("http://", &format!("http://{}", self.login));
        let (url, moved) = (
            with_login(site.at("/list").as_str()),
            with_login(site.at("/moved").as_str()),
        );
        let closed = with_login(away.at("/closed").as_str());
        let (bearer, cookie, key) = (secret("bearer"), secret("cookie"), secret("x-api-key"));
        let proxy = format!("http://me:{}@127.0.0.1:9", secret("proxy"));
        let channels = KINDS.map(|kind| {
            channel(kind, "good", &self.good.url) + &channel(kind, "bad", &self.bad.url)
        });
        let mail = |id: &str, password: &str| {
            let port = self.smtp.port;
            format!(
                "[[channel]]\nid = \"{id}\"\nkind = \"email\"\nsmtp = \"smtp://me@127.0.0.1:{port}\"\n\
                 password = \"{password}\"\nfrom = \"me@example.org\"\nto = [\"you@example.org\"]\nencryption = \"none\"\n"
            )
        };
        format!(
            "[telegram]\ntoken = \"{token}\"\napi_url = \"{api}\"\n\
             [web]\nlisten = \"127.0.0.1:0\"\nadmin_token = \"{admin}\"\nmetrics_token = \"{metrics}\"\n\
             [fetch]\nallow_private = true\n\
             [[source]]\nid = \"list\"\nurl = \"{url}\"\nannounce_first = 1\nschedule = \"every 1h\"\n\
             headers = {{ Authorization = \"Bearer {bearer}\", Cookie = \"sid={cookie}\", X-Api-Key = \"{key}\" }}\n\
             [[source]]\nid = \"moved\"\nurl = \"{moved}?token={query}\"\nschedule = \"every 1h\"\n\
             [[source]]\nid = \"closed\"\nurl = \"{closed}?token={query}\"\nschedule = \"every 1h\"\n\
             [[source]]\nid = \"proxied\"\nurl = \"http://news.example.org/\"\nproxy = \"{proxy}\"\nschedule = \"every 1h\"\n\
             [[channel]]\nid = \"chat\"\nkind = \"telegram\"\nchat = -1005\ndocuments = true\n\
             [[channel]]\nid = \"out\"\nkind = \"stdout\"\nformat = \"json\"\n{mails}{channels}",
            token = token(),
            api = self.telegram.url,
            admin = secret("admin"),
            metrics = secret("metrics"),
            query = QUERY,
            mails = mail("mail", "PASS-1") + &mail("mail-bad", &secret("mail")),
            channels = channels.concat(),
        )
    }

    /// Waits until each platform received each kind, and the chat and the terminal have their card.
    async fn until_all_are_served(&self) {
        let keys = |which: &str, requests: &[Request]| {
            let said: Vec<String> = requests.iter().map(|it| format!("{it:?}")).collect();
            let is_asked = |kind: &&str| {
                let key = format!("Zq7-{kind}-{which}-");
                said.iter().any(|said| said.contains(&key))
            };
            // An application's secret is sent with the request for its token, and a room is queried before it receives
            // a message.
            let asks_first = |kind: &str| kind == "wecom-app" || (kind, which) == ("matrix", "bad");
            KINDS
                .iter()
                .filter(|kind| !asks_first(kind))
                .filter(|kind| !is_asked(kind))
                .count()
        };
        let is_done = || {
            let refused: Vec<Request> = self.bad.refused().into_iter().map(|it| it.0).collect();
            keys("good", &self.good.taken()) + keys("bad", &refused) == 0
                && !self.telegram.messages().is_empty()
                && !self.world.printed().is_empty()
        };
        self.world.until("every channel to be tried", is_done).await;
    }
}

async fn pages(world: &World, walk: &mut Walk) {
    let (url, client) = (
        world.url(),
        reqwest::Client::builder().no_proxy().build().unwrap(),
    );
    for path in [
        "/",
        "/b/20",
        "/b/19",
        "/feed.atom",
        "/feed.json",
        "/s/list/feed.atom",
        "/healthz",
        "/readyz",
        "/metrics",
        "/api/v1/sources",
        "/api/v1/channels",
        "/api/v1/bulletins",
        "/api/v1/deliveries",
        "/api/v1/held",
        "/api/v1/openapi.json",
        "/no/such/page",
    ] {
        let request = client
            .get(format!("{url}{path}"))
            .bearer_auth(secret("admin"));
        let answer = request.send().await.unwrap();
        let said = format!("{:?}", answer.headers());
        walk.see(path, &(said + &answer.text().await.unwrap()));
    }
    for source in ["list", "moved", "closed", "proxied"] {
        let poll = client.post(format!("{url}/api/v1/sources/{source}/poll"));
        let answer = poll.bearer_auth(secret("admin")).send().await.unwrap();
        walk.see("poll", &answer.text().await.unwrap());
    }
}

fn commands(scene: &Scene, site: &Site, walk: &mut Walk) {
    let address = site
        .at("/list")
        .as_str()
        .replace("http://", &format!("http://{}", scene.login));
    let closed = address.replace("/list", "/nothing");
    let foreign = address.replace("http://", "ftp://");
    for arguments in [
        &["sources"][..],
        &["sources", "--json"],
        &["channels"],
        &["channels", "--json"],
        &["bulletins"],
        &["bulletins", "--json"],
        &["deliveries", "--limit", "0"],
        &["deliveries", "--limit", "0", "--json"],
        &["held"],
        &["export"],
        &["export", "sources.opml"],
        &["check"],
        &["check", "--online"],
        &["channels", "--test", "webhook-bad"],
        &["channels", "--test", "slack-bad"],
        &["rebroadcast", "20", "--yes"],
        &["reload"],
        &["preview", &address],
        &["preview", "--json", &address],
        &["preview", &closed],
        &["preview", "--json", &closed],
        &["watch", "--once", &address],
        &["watch", "--once", &closed],
        &["watch", "--once", &foreign],
        &["add", "--yes", &closed],
        &["-v", "-v", "preview", &address],
    ] {
        let output = scene
            .world
            .command(&["--config", "noticast.toml", "--state", "state"])
            .args(arguments)
            .env("RUST_LOG", "trace")
            .output()
            .unwrap();
        walk.see(
            &arguments.join(" "),
            &(text(&output.stdout) + &text(&output.stderr)),
        );
    }
    let opml = std::fs::read_to_string(scene.world.path("sources.opml"));
    walk.see("OPML", &opml.unwrap_or_default());
}

/// Searches the written files, except the two whose purpose is to contain a token.
fn files(world: &World, walk: &mut Walk) {
    for file in std::fs::read_dir(world.path("state/backups"))
        .into_iter()
        .flatten()
        .flatten()
    {
        let packed = std::fs::read(file.path()).unwrap();
        let mut plain = String::new();
        flate2::read::MultiGzDecoder::new(&packed[..])
            .read_to_string(&mut plain)
            .unwrap();
        walk.see("backup", &plain);
    }
    walk.see("log", &world.log());
    walk.see("terminal", &world.printed());
}

/// Searches the cards, which everyone may see; the rest of a request contains its own platform's secrets.
fn cards(scene: &Scene, walk: &mut Walk) {
    let refused = scene.bad.refused().into_iter().map(|(request, _)| request);
    for request in scene.good.taken().into_iter().chain(refused) {
        // A topic is named in the body, as ntfy requires.
        let topics = ["good", "bad"].map(|which| secret(&format!("ntfy-{which}")));
        let body = topics
            .iter()
            .fold(text(&request.body), |body, topic| body.replace(topic, ""));
        walk.see(&format!("card of {}", request.path), &body);
    }
    for message in scene.telegram.messages() {
        walk.see("telegram", &format!("{:?}", message.params));
    }
    for mail in scene.smtp.mails() {
        walk.see("mail", &mail.text);
    }
}

fn all_secrets() -> Vec<String> {
    let mut secrets = vec!["Zq7-".to_owned()];
    let pair = STANDARD.encode(format!("bob:{}", secret("login")));
    secrets.extend([pair, STANDARD.encode("\0me\0PASS-1"), "PASS-1".to_owned()]);
    for kind in KINDS {
        for which in ["good", "bad"] {
            secrets.push(STANDARD.encode(secret(&format!("{kind}-{which}-sign"))));
        }
    }
    secrets
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_of_a_full_config_shows_in_any_output() {
    let (site, away) = (Site::start().await, Site::start().await);
    site.serve("/list", list());
    for n in 11..=20 {
        site.serve(&format!("/a/{n}.html"), article());
    }
    site.serve(
        "/f/1.pdf",
        Answer::with("200 OK", &["Content-Type: application/pdf"], "%PDF-1.4"),
    );
    let query = format!("?token={QUERY}");
    let target = format!("{}{query}", away.at("/list"));
    site.serve(
        &format!("/moved{query}"),
        Answer::redirect("301 Moved Permanently", &target),
    );
    away.serve(&format!("/list{query}"), list());
    let basic = ["WWW-Authenticate: Basic realm=\"x\""];
    away.serve(
        &format!("/closed{query}"),
        Answer::with("401 Unauthorized", &basic, ""),
    );

    let mut scene = Scene::begin(&site, &away).await;
    scene
        .world
        .set_env("RUST_LOG", std::path::Path::new("trace"));
    let mut walk = Walk {
        secrets: all_secrets(),
        query: QUERY.to_owned(),
        ..Walk::default()
    };
    let running = scene.world.start_and_wait().await;
    scene.until_all_are_served().await;
    pages(&scene.world, &mut walk).await;
    walk.see("ps", &running.command_line());
    commands(&scene, &site, &mut walk);
    running.stop();
    files(&scene.world, &mut walk);
    cards(&scene, &mut walk);
    assert!(walk.places > 80, "{}", walk.places);
    // The foreign site learns nothing either; its address contains the query itself.
    for seen in away.seen() {
        let headers = seen.head.split_once("\r\n").unwrap().1;
        assert!(
            !headers.contains("authorization") || seen.path.starts_with("/closed"),
            "{headers}"
        );
        assert!(!headers.contains("cookie: "), "{headers}");
    }
    assert!(walk.leaks.is_empty(), "{:#?}", walk.leaks);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_with_a_password_is_read_from_stdin_where_no_list_of_processes_shows_it() {
    let site = board::Site::with(3).await;
    let world = World::new();
    world.configure("[fetch]\nallow_private = true\n");
    let secret = site.list_url().replace("//", "//reader:hush-hush@");
    for (command, says) in [
        (&["watch", "-", "--once"][..], "3 known"),
        (&["preview", "-"], &*board::Site::title(3)),
        (&["add", "-", "--yes"], "was added to noticast.toml"),
    ] {
        let output = world.given(command, &format!("{secret}\n"));
        assert!(output.status.success(), "{command:?}: {output:?}");
        let printed = text(&output.stdout) + &text(&output.stderr);
        assert!(printed.contains(says), "{command:?}: {printed}");
        assert!(!printed.contains("hush-hush"), "{command:?}: {printed}");
    }
    assert!(
        std::fs::read_to_string(world.path("noticast.toml"))
            .unwrap()
            .contains("hush-hush@")
    );
    for command in [&["watch", "-", "--once"][..], &["add", "-", "--yes"]] {
        for input in ["", "\n", "reader:hush-hush@example.org\n"] {
            let output = world.given(command, input);
            assert_eq!(output.status.code(), Some(2), "{command:?}: {output:?}");
            let printed = text(&output.stderr);
            assert!(
                printed.contains("stdin") && !printed.contains("hush-hush"),
                "{printed}"
            );
        }
        let help = text(&world.noticast(&[command[0], "--help"]).stdout);
        assert!(help.contains("stdin"), "{help}");
    }
}
