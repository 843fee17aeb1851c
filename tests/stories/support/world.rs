//! Provides a folder with a config and a state, and the real program in it.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

use super::board::Site;

const PATIENCE: Duration = Duration::from_secs(30);
/// The library that fakes the time of day, as Debian's package `faketime` installs it.
pub(crate) const FAKETIME: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

/// A separate world for each story.
pub(crate) struct World {
    home: tempfile::TempDir,
    env: Vec<(&'static str, PathBuf)>,
}

/// A program that runs in a world, and ends with its story.
pub(crate) struct Running {
    child: Child,
    home: PathBuf,
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            home: tempfile::tempdir().unwrap(),
            env: Vec::new(),
        }
    }

    /// Sets a variable for everything that is started here from now on.
    pub(crate) fn set_env(&mut self, name: &'static str, value: &Path) {
        self.env.push((name, value.to_owned()));
    }

    /// Creates a world that watches `site` each second, and prints pushed bulletins as JSON lines.
    pub(crate) fn watching(site: &Site) -> Self {
        let world = Self::new();
        world.configure(&Self::config(&site.list_url()));
        world
    }

    pub(crate) fn config(url: &str) -> String {
        format!(
            "[web]\nlisten = \"127.0.0.1:0\"\n\n[fetch]\nallow_private = true\n\n\
             [[source]]\nid = \"news\"\nurl = \"{url}\"\nschedule = \"every 1s\"\n\n\
             [[channel]]\nid = \"out\"\nkind = \"stdout\"\nformat = \"json\"\n"
        )
    }

    pub(crate) fn configure(&self, config: &str) {
        fs::write(self.path("noticast.toml"), config).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Returns the address of the running instance.
    pub(crate) fn url(&self) -> String {
        self.instance()["url"]
            .as_str()
            .unwrap()
            .trim_end_matches('/')
            .to_owned()
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_noticast"));
        command.current_dir(self.home.path()).args(arguments);
        for name in [
            "RUST_LOG",
            "SSL_CERT_FILE",
            "NOTICAST_TELEGRAM_TOKEN",
            "http_proxy",
            "HTTP_PROXY",
            "all_proxy",
            "ALL_PROXY",
        ] {
            command.env_remove(name);
        }
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null());
        command
    }

    /// Runs a command to its end, with the world's config and state.
    pub(crate) fn noticast(&self, arguments: &[&str]) -> Output {
        self.command(&["--config", "noticast.toml", "--state", "state"])
            .args(arguments)
            .output()
            .unwrap()
    }

    /// Runs a command with `input` on stdin.
    pub(crate) fn given(&self, arguments: &[&str], input: &str) -> Output {
        let mut command = self.command(&["--config", "noticast.toml", "--state", "state"]);
        command.args(arguments).stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // It may end before it has read.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        child.wait_with_output().unwrap()
    }

    /// Returns the JSON lines of a command.
    pub(crate) fn list(&self, arguments: &[&str]) -> Vec<Value> {
        let output = self.noticast(&[arguments, &["--json"]].concat());
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        json_lines(&String::from_utf8(output.stdout).unwrap())
    }

    /// Starts `noticast run` at that time (UTC), from which the clock continues; returns once it answers. It needs
    /// libfaketime.
    pub(crate) async fn start_at(&mut self, utc: &str) -> Running {
        self.set_env("LD_PRELOAD", Path::new(FAKETIME));
        self.set_env("FAKETIME", Path::new(&format!("@{utc}")));
        self.set_env("FAKETIME_DONT_FAKE_MONOTONIC", Path::new("1"));
        self.set_env("TZ", Path::new("UTC"));
        self.start_and_wait().await
    }

    /// Starts `noticast run`; returns once it answers.
    pub(crate) async fn start_and_wait(&self) -> Running {
        let running = self.start();
        let is_up = || self.instance()["pid"] == running.child.id();
        self.until("the instance to answer", is_up).await;
        running
    }

    pub(crate) fn instance(&self) -> Value {
        let instance = fs::read(self.path("state/instance.json"));
        serde_json::from_slice(&instance.unwrap_or_default()).unwrap_or_default()
    }

    /// Makes the running instance poll a source now. New rows may have been found by the poll that the start caused.
    pub(crate) async fn poll(&self, source: &str) {
        let (url, instance) = (self.url(), self.instance());
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let poll = client.post(format!("{url}/api/v1/sources/{source}/poll"));
        let poll = poll.bearer_auth(instance["token"].as_str().unwrap());
        let answer = poll.send().await.unwrap().bytes().await.unwrap();
        let answered: Value = serde_json::from_slice(&answer).unwrap();
        assert_eq!(answered["error"], Value::Null);
    }

    /// Starts `noticast run`, and waits only for a store, without which no command works.
    pub(crate) fn start(&self) -> Running {
        let mut running =
            self.start_with(&["--config", "noticast.toml", "--state", "state", "run"]);
        let begin = Instant::now();
        // The second file exists if the store is a database.
        let is_begun = |file: &&str| self.path(file).exists();
        while !["state/store/db", "state/worker"].iter().any(is_begun)
            && running.is_alive()
            && begin.elapsed() < PATIENCE
        {
            std::thread::sleep(Duration::from_millis(10));
        }
        running
    }

    /// Starts the same with a limit of 512 KiB for any file, which a new store takes from the start.
    #[cfg(unix)]
    pub(crate) fn start_on_a_full_disk(&self) -> Running {
        let run = self.command(&["--config", "noticast.toml", "--state", "state", "run"]);
        let mut shell = Command::new("sh");
        // POSIX counts in blocks of 512 bytes; without the trap the signal would end the program.
        shell.args(["-c", "ulimit -f 1024; trap '' XFSZ; exec \"$0\" \"$@\""]);
        shell.arg(run.get_program()).args(run.get_args());
        shell.current_dir(self.home.path()).stdin(Stdio::null());
        self.spawn(shell)
    }

    pub(crate) fn start_with(&self, arguments: &[&str]) -> Running {
        self.spawn(self.command(arguments))
    }

    pub(crate) fn spawn(&self, mut command: Command) -> Running {
        let append = |name: &str| {
            let path = self.path(name);
            File::options()
                .create(true)
                .append(true)
                .open(path)
                .unwrap()
        };
        let child = command
            .stdout(append("stdout"))
            .stderr(append("stderr"))
            .spawn()
            .unwrap();
        Running {
            child,
            home: self.home.path().to_owned(),
        }
    }

    /// Returns everything that was ever printed by programs started here.
    pub(crate) fn printed(&self) -> String {
        fs::read_to_string(self.path("stdout")).unwrap_or_default()
    }

    /// Returns the end of the log, for a story that fails.
    fn log_end(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().rev().take(20).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.path("stderr")).unwrap_or_default()
    }

    /// Returns the titles of pushed bulletins, in order.
    pub(crate) fn pushed(&self) -> Vec<String> {
        let title = |line: &Value| line["title"].as_str().map(str::to_owned);
        json_lines(&self.printed())
            .iter()
            .filter_map(title)
            .collect()
    }

    /// Awaits a condition; a failure shows the log.
    pub(crate) async fn until(&self, what: &str, mut holds: impl FnMut() -> bool) {
        let begin = Instant::now();
        while !holds() {
            assert!(
                begin.elapsed() < PATIENCE,
                "waited for {what}; the log: {}",
                self.log_end()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Awaits further polls of the site.
    pub(crate) async fn polls(&self, site: &Site, count: usize) {
        let enough = site.polls() + count;
        self.until("polls of the site", || site.polls() >= enough)
            .await;
    }
}

impl Running {
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill")
            .args(["-s", name, &pid])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    /// Returns its command line as `ps` shows it.
    #[cfg(target_os = "linux")]
    pub(crate) fn command_line(&self) -> String {
        let line = fs::read(format!("/proc/{}/cmdline", self.child.id())).unwrap();
        text(&line)
    }

    pub(crate) fn is_alive(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Kills it, like a power button.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for the end, for at most ten seconds, and returns the exit code.
    pub(crate) fn ended(mut self) -> Option<i32> {
        let begin = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            let log = fs::read_to_string(self.home.join("stderr")).unwrap_or_default();
            assert!(
                begin.elapsed() < Duration::from_secs(10),
                "it does not end; the log: {log}"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Stops it like a service manager.
    pub(crate) fn stop(self) {
        self.signal("TERM");
        assert_eq!(self.ended(), Some(0));
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn json_lines(text: &str) -> Vec<Value> {
    text.lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
