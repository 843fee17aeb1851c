//! The keeper: a process of our own program between us and the browser.
//!
//! It ends the browser, with all its processes and files, when the program that started it has ended for whatever
//! reason: its stdin closes then. It also ends a browser that needs too much memory.

use std::{
    ffi::OsStr,
    fs,
    io::{self, Read},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use rustix::process::{Pid, Signal, geteuid, kill_process_group};

/// The subcommand by which the program is called.
pub const SUBCOMMAND: &str = "keep-browser";
/// The bytes of memory that all processes of a browser may have; shared memory counts for each.
const MOST_MEMORY: u64 = 3 << 30;
const BETWEEN_CHECKS: Duration = Duration::from_millis(250);

/// Runs a browser until our stdin closes, it ends, or it needs too much memory.
///
/// # Errors
/// Fails if the browser cannot be started, or if there is no room for its files.
pub fn run(program: &OsStr) -> io::Result<()> {
    let profile = Profile::new()?;
    let mut browser = Command::new(program)
        .args(arguments(&profile.0))
        // The browser leaves files there when it is killed.
        .env("TMPDIR", &profile.0)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .process_group(0)
        .spawn()?;
    let is_over = Arc::new(AtomicBool::new(false));
    let over = is_over.clone();
    std::thread::spawn(move || {
        let _ = io::stdin().read_to_end(&mut Vec::new());
        over.store(true, Ordering::Release);
    });
    while !is_over.load(Ordering::Acquire)
        && browser.try_wait()?.is_none()
        && memory_of(browser.id()) <= MOST_MEMORY
    {
        std::thread::sleep(BETWEEN_CHECKS);
    }
    end(&mut browser)
}

/// Ends the browser and all processes that it started.
fn end(browser: &mut Child) -> io::Result<()> {
    let group = i32::try_from(browser.id()).ok().and_then(Pid::from_raw);
    if let Some(group) = group {
        // Processes that have already ended are not an error.
        let _ = kill_process_group(group, Signal::KILL);
    }
    browser.wait().map(|_| ())
}

/// A folder for the browser's files, deleted when it is dropped.
struct Profile(PathBuf);

impl Profile {
    fn new() -> io::Result<Self> {
        let name = format!(
            "noticast-browser-{}-{:08x}",
            std::process::id(),
            fastrand::u32(..)
        );
        let path = std::env::temp_dir().join(name);
        let mut folder = fs::DirBuilder::new();
        std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
        folder.create(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Profile {
    fn drop(&mut self) {
        // A process that is just ending may still write.
        for _ in 0..20 {
            if fs::remove_dir_all(&self.0).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// Returns the arguments of the browser: no window, no files of the user, no network requests of its own, and no way to
/// the network except the proxy of each page.
fn arguments(profile: &Path) -> Vec<String> {
    const USUAL: [&str; 27] = [
        "--headless=new",
        "--remote-debugging-port=0",
        "--proxy-server=http://127.0.0.1:9",
        "--proxy-bypass-list=<-loopback>",
        "--disable-quic",
        "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
        "--webrtc-ip-handling-policy=disable_non_proxied_udp",
        "--dns-prefetch-disable",
        "--no-first-run",
        "--no-default-browser-check",
        "--no-pings",
        "--disable-background-networking",
        "--disable-breakpad",
        "--disable-client-side-phishing-detection",
        "--disable-component-update",
        "--disable-default-apps",
        "--disable-dev-shm-usage",
        "--disable-domain-reliability",
        "--disable-extensions",
        "--disable-gpu",
        "--disable-sync",
        "--disable-features=Translate,OptimizationHints,MediaRouter,DialMediaRouteProvider",
        "--metrics-recording-only",
        "--mute-audio",
        "--password-store=basic",
        "--renderer-process-limit=2",
        "--js-flags=--max-old-space-size=512",
    ];
    let mut arguments: Vec<String> = USUAL.iter().map(|it| (*it).to_owned()).collect();
    arguments.push(format!("--user-data-dir={}", profile.display()));
    if geteuid().is_root() {
        // Chromium's sandbox does not start for root.
        arguments.push("--no-sandbox".to_owned());
    }
    arguments.push("about:blank".to_owned());
    arguments
}

/// Returns the memory of the processes of a group, where the system reports it.
fn memory_of(group: u32) -> u64 {
    let page = u64::try_from(rustix::param::page_size()).unwrap_or(4096);
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pages = processes.filter_map(|process| {
        let stat = fs::read_to_string(process.path().join("stat")).ok()?;
        // The name before it may hold any characters.
        let (_, fields) = stat.rsplit_once(") ")?;
        let fields: Vec<&str> = fields.split(' ').collect();
        let is_of_group = fields.get(2)?.parse() == Ok(group);
        is_of_group
            .then(|| fields.get(21)?.parse::<u64>().ok())
            .flatten()
    });
    pages.sum::<u64>().saturating_mul(page)
}
