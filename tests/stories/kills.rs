//! Tests `kill -9` three hundred times, during any activity: pushing one by one, in bundles, digests and files, sending
//! again, releasing held bulletins, importing, reloading, backing up, migrating, and opening its store.
//!
//! Afterwards every chat has everything, and has only those messages twice that were unanswered at a kill.

use std::{
    fs,
    process::Stdio,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::support::{
    site::{Answer, Site},
    telegram::{Message, Telegram},
    world::{Running, World, text},
};

const TOKEN: &str = "1:tok";
const KILLS: u32 = 300;
const EACH: i64 = 71;
const BUNDLE: i64 = 72;
const DIGEST: i64 = 73;
const FILES: i64 = 74;
const CHATS: [i64; 4] = [EACH, BUNDLE, DIGEST, FILES];
/// The time in which an answer may be unwritten: on loopback it takes far less, but a busy machine may need this long.
const IN_FLIGHT: Duration = Duration::from_secs(3);
const PATIENCE: Duration = Duration::from_secs(240);

/// The action during which the power fails.
#[derive(Debug, Clone, Copy)]
enum Act {
    Publish,
    Nothing,
    Rebroadcast,
    Hold,
    Reload,
    Import,
    Export,
    Migrate,
}

const ACTS: [Act; 10] = [
    Act::Publish,
    Act::Nothing,
    Act::Publish,
    Act::Rebroadcast,
    Act::Hold,
    Act::Reload,
    Act::Publish,
    Act::Import,
    Act::Export,
    Act::Migrate,
];

struct Campaign {
    world: World,
    site: Site,
    telegram: Telegram,
    running: Option<Running>,
    kills: Vec<Instant>,
    random: fastrand::Rng,
    published: u32,
    held: u32,
    /// The requests of rebroadcasts; each is repeated until it was answered.
    asked: Vec<(String, u64)>,
    unanswered: Option<(String, u64)>,
}

fn title(number: u32) -> String {
    format!("关于开展第{number}号专项检查工作的通知")
}

fn held_title(number: u32) -> String {
    format!("宿舍调整安排之{number}说明")
}

fn list(rows: impl Iterator<Item = (String, String, String)>) -> Answer {
    let row = |(address, title, date): (String, String, String)| {
        format!("<li><a href=\"{address}\">{title}</a><span>{date}</span></li>")
    };
    let rows: String = rows.map(row).collect();
    Answer::page(format!(
        "<html><head><title>通知公告</title></head><body><ul class=\"list\">{rows}</ul></body></html>"
    ))
}

fn article(number: u32) -> Answer {
    let file = format!("<p>附件：<a href=\"/f/{number}.pdf\">{number}号附件.pdf</a></p>");
    let file = if number.is_multiple_of(4) {
        file
    } else {
        String::new()
    };
    let title = title(number);
    Answer::page(format!(
        "<html><head><title>{title}</title></head><body><div class=\"article\"><h1>{title}</h1><div class=\"content\">\
         <p>根据公司安排，现组织各单位开展第{number}号专项检查，请各单位按要求通知到人，并于规定时间内完成登记。</p>\
         {file}</div></div></body></html>"
    ))
}

fn of_rebroadcast(bulletin: u64) -> String {
    format!("/api/v1/bulletins/{bulletin}/rebroadcast")
}

fn to_two_chats(request: &str) -> Value {
    json!({"request_id": request, "channels": ["c71", "c74"]})
}

/// Posts a body; `None` if the program ended before its answer was complete.
async fn post(instance: Value, path: String, body: Value) -> Option<Value> {
    let url = instance["url"].as_str()?.trim_end_matches('/').to_owned() + &path;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = client.post(url).bearer_auth(instance["token"].as_str()?);
    let request = request.header("content-type", "application/json");
    let answer = request.body(body.to_string()).send().await.ok()?;
    let status = answer.status();
    let answer = answer.bytes().await.ok()?;
    assert!(status.is_success(), "{path}: {}", text(&answer));
    serde_json::from_slice(&answer).ok()
}

impl Campaign {
    async fn begin() -> Self {
        let mut campaign = Self {
            world: World::new(),
            site: Site::start().await,
            telegram: Telegram::start(TOKEN).await,
            running: None,
            kills: Vec::new(),
            random: fastrand::Rng::with_seed(20),
            published: 0,
            held: 0,
            asked: Vec::new(),
            unanswered: None,
        };
        campaign.publish(5);
        campaign.hold_rows(4);
        campaign.configure("");
        campaign.start().await;
        campaign.until_polled().await;
        campaign
    }

    fn configure(&self, name: &str) {
        let channel = |chat: i64, settings: &str| {
            format!(
                "[[channel]]\nid = \"c{chat}\"\nkind = \"telegram\"\nchat = {chat}\nname = \"{name}{chat}\"\n{settings}\n"
            )
        };
        let source = |id: &str, path: &str, settings: &str| {
            let url = self.site.at(path);
            format!(
                "[[source]]\nid = \"{id}\"\nurl = \"{url}\"\nschedule = \"every 1s\"\n{settings}\n"
            )
        };
        let config = [
            format!(
                "[web]\nlisten = \"127.0.0.1:0\"\n[fetch]\nallow_private = true\n\
                 [telegram]\ntoken = \"{TOKEN}\"\napi_url = \"{}\"\n",
                self.telegram.url
            ),
            source("news", "list", ""),
            source("board", "board", "full_text = false\nkind = \"list\""),
            channel(EACH, ""),
            channel(BUNDLE, "mode = \"bundle\""),
            channel(DIGEST, "mode = \"digest\"\ndigest = \"* * * * *\""),
            channel(FILES, "documents = true"),
        ];
        self.world.configure(&config.concat());
    }

    /// Shows further notices on the page.
    fn publish(&mut self, count: u32) {
        self.published += count;
        for number in 1..=self.published {
            self.site
                .serve(&format!("/a/{number}.html"), article(number));
            let file = Answer::with("200 OK", &["Content-Type: application/pdf"], "%PDF-1.4 x");
            self.site.serve(&format!("/f/{number}.pdf"), file);
        }
        let rows = (self.published.saturating_sub(25) + 1..=self.published).rev();
        let begin = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
        let date = |number: u32| begin + chrono::Days::new(u64::from(number));
        let rows = rows.map(|n| (format!("/a/{n}.html"), title(n), date(n).to_string()));
        self.site.serve("/list", list(rows));
    }

    /// Replaces all of the other page by undated rows, which are held.
    fn hold_rows(&mut self, count: u32) {
        let rows = self.held + 1..=self.held + count;
        self.held += count;
        let rows = rows.map(|n| (format!("/h/{n}"), held_title(n), String::new()));
        self.site.serve("/board", list(rows));
    }

    async fn start(&mut self) {
        self.running = Some(self.world.start_and_wait().await);
    }

    async fn until_polled(&self) {
        let world = &self.world;
        let polled = || {
            let sources = world.list(&["sources"]);
            sources
                .iter()
                .all(|source| source["last_polled"].is_string())
        };
        world.until("the first polls", polled).await;
    }

    /// Waits until the newest row is known. The page shows only its newest rows: on a slow machine a row that no poll
    /// saw in time would be lost.
    async fn until_known(&self) {
        let newest = title(self.published);
        let is_known = || {
            let bulletins = self
                .world
                .list(&["bulletins", "--source", "news", "--limit", "5"]);
            bulletins.iter().any(|it| it["title"] == newest.as_str())
        };
        self.world.until("the newest row", is_known).await;
    }

    fn kill(&mut self) {
        if let Some(running) = self.running.take() {
            running.kill();
        }
        self.kills.push(Instant::now());
    }

    async fn moment(&mut self, most_ms: u64) {
        let moment = Duration::from_millis(self.random.u64(0..most_ms));
        tokio::time::sleep(moment).await;
    }

    /// Begins an action and kills the program at a random moment of it.
    async fn round(&mut self, act: Act) {
        match act {
            Act::Publish => {
                if self.published.is_multiple_of(10) {
                    self.until_known().await;
                }
                self.publish(1);
            }
            Act::Nothing => {}
            Act::Rebroadcast => return self.kill_amid_a_rebroadcast().await,
            Act::Hold => return self.kill_amid_a_release().await,
            Act::Reload => {
                let name = ["", "甲"][self.random.usize(0..2)];
                self.configure(name);
                self.running.as_ref().unwrap().signal("HUP");
            }
            Act::Import => return self.kill_an_import().await,
            Act::Export => return self.kill_amid_an_export().await,
            Act::Migrate => self.age_the_store(),
        }
        self.moment(600).await;
        self.kill();
        // Now and then, an opening that is cut short.
        if self.random.u32(0..3) == 0 {
            self.running = Some(self.world.start());
            self.moment(120).await;
            self.kill();
        }
        self.start().await;
    }

    async fn post(&self, path: &str, body: Value) -> Option<Value> {
        post(self.world.instance(), path.to_owned(), body).await
    }

    /// Runs `doing` until a random moment, then kills; returns its result, if it ended.
    async fn cut_short<T>(&mut self, doing: impl Future<Output = T>) -> Option<T> {
        let moment = Duration::from_millis(self.random.u64(0..60));
        // An answer before the kill counts.
        let done = tokio::time::timeout(moment, doing).await.ok();
        self.kill();
        self.start().await;
        done
    }

    async fn kill_amid_a_rebroadcast(&mut self) {
        let fresh = (format!("request-{}", self.kills.len()), 6);
        let (request, bulletin) = self.unanswered.take().unwrap_or(fresh);
        let asking = post(
            self.world.instance(),
            of_rebroadcast(bulletin),
            to_two_chats(&request),
        );
        if self.cut_short(asking).await.flatten().is_some() {
            self.asked.push((request, bulletin));
        } else {
            self.unanswered = Some((request, bulletin));
        }
    }

    async fn kill_amid_a_release(&mut self) {
        self.hold_rows(2);
        self.world.poll("board").await;
        let all = || json!({"publish": "all"});
        let releasing = post(self.world.instance(), "/api/v1/held".to_owned(), all());
        self.cut_short(releasing).await;
        self.post("/api/v1/held", all()).await.expect("an answer");
    }

    async fn kill_an_import(&mut self) {
        let file = self.world.path("export.jsonl");
        let name = file.to_str().unwrap().to_owned();
        let exported = self.world.noticast(&["export", &name]);
        assert!(exported.status.success(), "{exported:?}");
        self.kill();
        let mut import = self
            .world
            .command(&["--config", "noticast.toml", "--state", "state"]);
        import.args(["import", &name, "--yes"]);
        let mut import = import
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        self.moment(150).await;
        let _ = import.kill();
        import.wait().unwrap();
        self.start().await;
    }

    async fn kill_amid_an_export(&mut self) {
        let mut export = self
            .world
            .command(&["--config", "noticast.toml", "--state", "state"]);
        let mut export = export
            .args(["export", "cut.jsonl"])
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        self.moment(80).await;
        self.kill();
        export.wait().unwrap();
        self.start().await;
    }

    /// Gives the store the previous schema, so that it is backed up and migrated at the next start.
    fn age_the_store(&mut self) {
        self.kill();
        let _ = fs::remove_dir_all(self.world.path("state/backup"));
        let store = sled::open(self.world.path("state/store")).unwrap();
        let schema = store.get(b"mschema").unwrap();
        let schema = schema.expect("a store has its schema");
        let newest = u32::from_be_bytes(schema.as_ref().try_into().unwrap());
        store
            .insert(b"mschema", &(newest - 1).to_be_bytes())
            .unwrap();
        store.flush().unwrap();
        drop(store);
        self.running = Some(self.world.start());
    }

    async fn until_all_is_sent(&mut self) {
        if let Some((request, bulletin)) = self.unanswered.take() {
            let answer = self
                .post(&of_rebroadcast(bulletin), to_two_chats(&request))
                .await;
            answer.expect("an answer");
            self.asked.push((request, bulletin));
        }
        let begin = Instant::now();
        loop {
            let waits = ["queued", "sending"].map(|state| {
                self.world
                    .list(&["deliveries", "--state", state, "--limit", "0"])
                    .len()
            });
            if waits == [0, 0] {
                return;
            }
            assert!(
                begin.elapsed() < PATIENCE,
                "{waits:?} deliveries still wait"
            );
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    /// Returns the messages of a chat that contain `words`, in order.
    fn copies<'a>(messages: &'a [Message], chat: i64, words: &str) -> Vec<&'a Message> {
        let has = |message: &&Message| message.chat == chat && message.text.contains(words);
        messages.iter().filter(has).collect()
    }

    /// Returns whether the answer to a message may have been unwritten at a kill.
    fn was_in_flight(&self, message: &Message, messages: &[Message]) -> bool {
        let next = messages
            .iter()
            .find(|later| later.chat == message.chat && later.at > message.at)
            .map(|later| later.at);
        self.kills.iter().any(|&kill| {
            let soon = kill.checked_duration_since(message.at);
            soon.is_some_and(|after| after < IN_FLIGHT) && next.is_none_or(|next| next > kill)
        })
    }

    fn audit(&self) -> (Vec<String>, Vec<String>, usize) {
        let messages = self.telegram.messages();
        let (mut lost, mut repeated, mut in_flight) = (Vec::new(), Vec::new(), 0);
        let mut hold = |chat: i64, words: &str, expected: usize, copies: &[&Message]| {
            if copies.len() < expected {
                lost.push(format!("{chat}: {words} {} of {expected}", copies.len()));
            }
            let excess = copies.len().saturating_sub(expected);
            let doubtful = copies
                .iter()
                .filter(|it| self.was_in_flight(it, &messages))
                .count();
            if excess > doubtful {
                repeated.push(format!("{chat}: {words} {} times", copies.len()));
            }
            in_flight += excess.min(doubtful);
        };
        let titles = (6..=self.published)
            .map(title)
            .chain((5..=self.held).map(held_title));
        for words in titles.collect::<Vec<_>>() {
            for chat in CHATS {
                let mut copies = Self::copies(&messages, chat, &words);
                copies.retain(|it| !it.text.contains("重发") && !it.text.contains("附件.pdf]"));
                hold(chat, &words, 1, &copies);
            }
        }
        for chat in [EACH, FILES] {
            hold(
                chat,
                "重发",
                self.asked.len(),
                &Self::copies(&messages, chat, "重发"),
            );
        }
        for number in (6..=self.published).filter(|number| number.is_multiple_of(4)) {
            let words = format!("[{number}号附件.pdf]");
            hold(FILES, &words, 1, &Self::copies(&messages, FILES, &words));
        }
        (lost, repeated, in_flight)
    }
}

#[tokio::test]
#[ignore = "takes minutes; .ci/run runs it"]
async fn three_hundred_kills_lose_nothing_and_repeat_only_what_was_unanswered() {
    let mut campaign = Campaign::begin().await;
    let began = Instant::now();
    let mut acts = ACTS.iter().cycle();
    while campaign.kills.len() < KILLS as usize {
        campaign.round(*acts.next().unwrap()).await;
    }
    let killing = began.elapsed();
    campaign.until_all_is_sent().await;
    let (lost, repeated, in_flight) = campaign.audit();
    println!(
        "{} kills in {killing:?}, {} bulletins, {} rebroadcasts: {in_flight} copies of what was unanswered",
        campaign.kills.len(),
        campaign.published + campaign.held,
        campaign.asked.len()
    );
    assert_eq!(lost, Vec::<String>::new());
    assert_eq!(repeated, Vec::<String>::new());
    let log = campaign.world.log();
    assert!(
        !log.contains("damaged") && !log.contains("panicked"),
        "{log}"
    );
    campaign.running.take().unwrap().stop();
}
