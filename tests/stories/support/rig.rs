//! Provides the rig outside the project: a newsroom, a chat server and an auditor that are independent of it.
//!
//! `RIG` names its program, and `NOTICAST` the one under test (default: the one that was built with the tests).

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

fn rig() -> PathBuf {
    std::env::var_os("RIG")
        .map(PathBuf::from)
        .expect("RIG names the rig's program; see .ci/run")
}

fn noticast() -> PathBuf {
    std::env::var_os("NOTICAST")
        .map_or_else(|| env!("CARGO_BIN_EXE_noticast").into(), PathBuf::from)
}

/// A program that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A server of the rig and the address that it printed.
struct Server {
    url: String,
    _running: Running,
}

impl Server {
    fn start(what: &str, options: &[&str]) -> Self {
        let mut child = Command::new(rig())
            .args([what, "--port", "0"])
            .args(options)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the rig starts");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next().expect("the rig says where it is").unwrap();
        let begin = first.find("http://").expect("an address");
        let host = first[begin + "http://".len()..]
            .split(['/', '"'])
            .next()
            .unwrap();
        let url = format!("http://{host}");
        std::thread::spawn(move || lines.for_each(drop));
        Self {
            url,
            _running: Running(child),
        }
    }
}

/// An origin and a sink, each on its own port.
pub(crate) struct Rig {
    origin: Server,
    sink: Server,
    http: reqwest::Client,
}

impl Rig {
    pub(crate) fn start(origin: &[&str], sink: &[&str]) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self {
            origin: Server::start("origin", origin),
            sink: Server::start("sink", sink),
            http,
        }
    }

    /// Requests an action of the origin, such as `publish?sites=0-9`.
    pub(crate) async fn newsroom(&self, control: &str) {
        let url = format!("{}/control/{control}", self.origin.url);
        self.http
            .post(url)
            .send()
            .await
            .unwrap()
            .error_for_status()
            .unwrap();
    }

    /// Returns the origin's configuration for noticast, with this sink.
    pub(crate) async fn config(&self, query: &str) -> String {
        let url = format!(
            "{}/control/config?sink={}&{query}",
            self.origin.url, self.sink.url
        );
        self.http
            .get(url)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
    }

    pub(crate) async fn origin_stats(&self) -> Value {
        self.stats_of(&self.origin.url).await
    }

    /// Returns the last requests that the origin answered, each with its site and time.
    pub(crate) async fn requests(&self) -> Vec<Value> {
        let url = format!("{}/control/requests", self.origin.url);
        let answer = self.http.get(url).send().await.unwrap();
        let lines = answer.text().await.unwrap();
        lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    async fn stats_of(&self, url: &str) -> Value {
        let url = format!("{url}/control/stats");
        let answer = self.http.get(url).send().await.unwrap();
        answer.json().await.unwrap()
    }

    /// Returns the auditor's report once nothing has been accepted for `settle` seconds.
    pub(crate) fn audit(&self, settle: u32, options: &[&str]) -> Value {
        let output = Command::new(rig())
            .args([
                "audit",
                "--json",
                "--origin",
                &self.origin.url,
                "--sink",
                &self.sink.url,
            ])
            .args(["--settle", &settle.to_string()])
            .args(options)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        serde_json::from_str(&text)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
    }

    /// Runs `rig floor` against this rig and returns its last report.
    pub(crate) fn floor(&self, options: &[&str]) -> Value {
        let output = Command::new(rig())
            .args([
                "floor",
                "--origin",
                &self.origin.url,
                "--sink",
                &self.sink.url,
            ])
            .args(options)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        text.lines()
            .last()
            .and_then(|line| serde_json::from_str(line).ok())
            .unwrap_or_else(|| panic!("{text}"))
    }
}

/// `noticast run` with its own config and state.
pub(crate) struct Noticast {
    home: tempfile::TempDir,
    running: Option<Running>,
}

impl Noticast {
    pub(crate) fn with(config: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("noticast.toml"), config).unwrap();
        Self {
            home,
            running: None,
        }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(noticast());
        command
            .arg("--config")
            .arg(self.home.path().join("noticast.toml"));
        command.arg("--state").arg(self.home.path().join("state"));
        command
    }

    pub(crate) fn start(&mut self) {
        self.start_logging(None);
    }

    /// Starts the same with a log of everything.
    pub(crate) fn start_logging_all(&mut self) {
        self.start_logging(Some("trace"));
    }

    fn start_logging(&mut self, level: Option<&str>) {
        let log = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.log_path())
            .unwrap();
        let child = self
            .command()
            .envs(level.map(|level| ("RUST_LOG", level)))
            .arg("run")
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        self.running = Some(Running(child));
    }

    /// Imports the lines of an export into its stopped store.
    pub(crate) fn import(&self, lines: &str) {
        let file = self.home.path().join("export.jsonl");
        fs::write(&file, lines).unwrap();
        let done = self.command().arg("import").arg(file).output().unwrap();
        assert!(done.status.success(), "{done:?}");
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.home.path().join("state")
    }

    fn instance(&self) -> Value {
        let file = self.state().join("instance.json");
        serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
    }

    /// Returns the address of its pages, once it answers.
    pub(crate) fn url(&self) -> String {
        let instance = self.instance();
        let url = instance["url"].as_str().unwrap();
        url.trim_end_matches('/').to_owned()
    }

    /// Returns the token of commands on the same machine, once it answers.
    pub(crate) fn token(&self) -> String {
        self.instance()["token"].as_str().unwrap().to_owned()
    }

    /// Returns the MiB of anonymous memory.
    pub(crate) fn anonymous(&self) -> f64 {
        number_after(&self.proc("status"), "\nRssAnon:") / 1024.0
    }

    /// Returns the bytes of the store on disk.
    pub(crate) fn store_bytes(&self) -> u64 {
        fn size(path: &Path) -> u64 {
            let Ok(entries) = fs::read_dir(path) else {
                return fs::metadata(path).map_or(0, |file| file.len());
            };
            entries.flatten().map(|entry| size(&entry.path())).sum()
        }
        size(&self.home.path().join("state").join("store"))
    }

    fn log_path(&self) -> PathBuf {
        self.home.path().join("log")
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    /// Kills it, like a power button.
    pub(crate) fn kill(&mut self) {
        self.running = None;
    }

    pub(crate) fn signal(&self, name: &str) {
        let pid = self.running.as_ref().expect("it runs").0.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status();
        assert!(sent.unwrap().success());
    }

    /// Returns whether it still runs.
    pub(crate) fn is_alive(&mut self) -> bool {
        self.running
            .as_mut()
            .is_some_and(|running| running.0.try_wait().unwrap().is_none())
    }

    /// Sends a test card; returns whether it arrived.
    pub(crate) fn test(&self, channel: &str) -> bool {
        let output = self
            .command()
            .args(["channels", "--test", channel])
            .output();
        output.unwrap().status.success()
    }

    /// Returns the JSON lines that a subcommand prints.
    pub(crate) fn list(&self, arguments: &[&str]) -> Vec<Value> {
        let output = self
            .command()
            .args(arguments)
            .arg("--json")
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout)
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }

    /// Waits until every source was polled once.
    pub(crate) async fn first_polls(&self, sources: usize) {
        let mut listed = Vec::new();
        let are_known = || {
            listed = self.list(&["sources", "--limit", "0"]);
            listed.len() == sources && listed.iter().all(|source| !source["last_polled"].is_null())
        };
        if !holds_within(Duration::from_secs(180), are_known).await {
            panic!("not every source was polled: {listed:#?}\n{}", self.log());
        }
    }

    /// Returns the content of a file in its folder of proc(5).
    fn proc(&self, file: &str) -> String {
        let pid = self.running.as_ref().expect("it runs").0.id();
        let folder = Path::new("/proc").join(pid.to_string());
        fs::read_to_string(folder.join(file)).unwrap()
    }

    /// Returns the bytes that it has written to the disk.
    pub(crate) fn written(&self) -> u64 {
        number_after(&self.proc("io"), "\nwrite_bytes:") as u64
    }

    /// Returns the seconds of CPU, and the MiB of resident memory.
    pub(crate) fn usage(&self) -> (f64, f64) {
        let stat = self.proc("stat");
        // Fields 14 and 15 of proc(5), in ticks of 10 ms; the name ends at the last bracket.
        let fields: Vec<&str> = stat
            .rsplit(')')
            .next()
            .unwrap()
            .split_whitespace()
            .collect();
        let ticks: f64 = fields[11..13]
            .iter()
            .map(|field| field.parse::<f64>().unwrap())
            .sum();
        let kib = number_after(&self.proc("status"), "\nVmRSS:");
        (ticks / 100.0, kib / 1024.0)
    }
}

fn number_after(text: &str, label: &str) -> f64 {
    let (_, rest) = text.split_once(label).unwrap();
    let number = rest.split_whitespace().next().unwrap();
    number.parse().unwrap()
}

/// Awaits a condition, checking ten times a second.
pub(crate) async fn wait(what: &str, most: Duration, holds: impl FnMut() -> bool) {
    assert!(
        holds_within(most, holds).await,
        "waited {most:?} for {what}"
    );
}

async fn holds_within(most: Duration, mut holds: impl FnMut() -> bool) -> bool {
    let begin = Instant::now();
    while !holds() {
        if begin.elapsed() > most {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    true
}

/// Actions of people in chats, and the messages that they see there.
impl Rig {
    async fn control(&self, what: &str, body: &Value) -> Value {
        let url = format!("{}/control/{what}", self.sink.url);
        let answer = self.http.post(url).json(body).send().await.unwrap();
        let answer = answer.error_for_status().unwrap();
        answer.json().await.unwrap_or_default()
    }

    /// Sends a message: `{"chat":"@x","from":5,"text":"/help","reply_to":7,"topic":12}`
    pub(crate) async fn say(&self, message: Value) {
        self.control("say", &message).await;
    }

    pub(crate) async fn declare(&self, chat: Value) {
        self.control("chat", &chat).await;
    }

    pub(crate) async fn fault(&self, fault: Value) {
        self.control("fault", &fault).await;
    }

    pub(crate) async fn update(&self, update: Value) {
        self.control("update", &update).await;
    }

    pub(crate) async fn messages(&self, chat: i64) -> Vec<Value> {
        let url = format!("{}/control/messages?chat={chat}", self.sink.url);
        let messages: Value = self
            .http
            .get(url)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        messages.as_array().cloned().unwrap_or_default()
    }

    /// Returns the last message of a chat that contains `part`; waits for it.
    pub(crate) async fn shown(&self, chat: i64, part: &str) -> Value {
        let begin = Instant::now();
        loop {
            let messages = self.messages(chat).await;
            let shows =
                |message: &&Value| message["text"].as_str().is_some_and(|it| it.contains(part));
            if let Some(message) = messages.iter().rev().find(shows) {
                return message.clone();
            }
            assert!(
                begin.elapsed() < Duration::from_secs(30),
                "`{part}` in {chat}: {messages:#?}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Presses the button with a label on a message; returns its data for later use.
    pub(crate) async fn press(&self, message: &Value, from: i64, label: &str) -> String {
        let rows = message["reply_markup"]["inline_keyboard"].as_array();
        let mut buttons = rows
            .into_iter()
            .flatten()
            .flat_map(|row| row.as_array().unwrap());
        let button = buttons.find(|button| button["text"] == label);
        let data =
            button.unwrap_or_else(|| panic!("no `{label}`: {message:#}"))["callback_data"].clone();
        let data = data.as_str().unwrap().to_owned();
        self.press_data(message, from, &data).await;
        data
    }

    pub(crate) async fn press_data(&self, message: &Value, from: i64, data: &str) {
        let press = serde_json::json!({"chat": message["chat"]["id"].to_string(), "from": from,
            "message_id": message["message_id"], "data": data});
        self.control("press", &press).await;
    }

    pub(crate) async fn sink_stats(&self) -> Value {
        self.stats_of(&self.sink.url).await
    }

    pub(crate) fn sink_url(&self) -> &str {
        &self.sink.url
    }

    /// Returns the messages that the sink accepted and rejected, a line each.
    pub(crate) async fn ledger(&self) -> Vec<Value> {
        let url = format!("{}/control/ledger", self.sink.url);
        let text = self.http.get(url).send().await.unwrap();
        let text = text.text().await.unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    pub(crate) fn origin_url(&self) -> &str {
        &self.origin.url
    }
}
