//! Finds a browser, and starts it in the care of a keeper.

use std::{
    env,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::{Child, Command},
    time::timeout,
};
use url::Url;

use super::{error::BrowserError, keeper};

/// The names of the programs on the path and, on macOS, where they are installed.
const NAMES: [&str; 7] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];
/// The variables of our environment that are passed to a browser.
const PASSED_ON: [&str; 10] = [
    "PATH",
    "HOME",
    "USER",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
    "XDG_RUNTIME_DIR",
    "FONTCONFIG_PATH",
    "LD_LIBRARY_PATH",
];
/// The time limit for a browser to start.
const START: Duration = Duration::from_secs(20);
/// The output that it may write before it reports the address on which it listens.
const MOST_SAID: u64 = 64 << 10;

/// A keeper, which ends when this is dropped and ends the browser with it: its stdin closes.
#[derive(Debug)]
pub(super) struct KeptBrowser(#[expect(dead_code, reason = "held")] Child);

/// Finds the program of a name or path, or the first installed one if none is named; for `ws://…` it returns the
/// address itself.
pub fn find(named: &str) -> Option<PathBuf> {
    match named {
        "" => NAMES.iter().find_map(|name| on_path(name)),
        named if named.starts_with("ws://") => Some(PathBuf::from(named)),
        named => on_path(named),
    }
}

/// Returns the address of a running browser; one without a path is queried for it.
pub(super) async fn whole_address(named: &str) -> Result<String, BrowserError> {
    let lost = |error: &dyn std::error::Error| BrowserError::lost(error);
    let url = Url::parse(named).map_err(|error| lost(&error))?;
    if url.path().len() > 1 {
        return Ok(named.to_owned());
    }
    let at = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let client = reqwest::Client::builder().no_proxy().timeout(START).build();
    let asked = client
        .map_err(|error| lost(&error))?
        .get(format!("http://{at}/json/version"));
    let answer = asked.send().await.map_err(|error| lost(&error))?;
    let version: Version = answer.json().await.map_err(|error| lost(&error))?;
    Ok(version.address)
}

/// The browser's description of itself.
#[derive(Debug, serde::Deserialize)]
struct Version {
    #[serde(rename = "webSocketDebuggerUrl")]
    address: String,
}

fn on_path(name: &str) -> Option<PathBuf> {
    if name.contains('/') {
        return Some(PathBuf::from(name)).filter(|path| path.is_file());
    }
    let path = env::var_os("PATH")?;
    let mut places = env::split_paths(&path).map(|folder| folder.join(name));
    places.find(|path| path.is_file())
}

/// Starts a browser and returns the address on which it listens.
pub(super) async fn start(program: &Path) -> Result<(String, KeptBrowser), BrowserError> {
    let failed = |why: String| BrowserError::NoStart(program.to_owned(), why);
    let own = crate::source::program::own_program().map_err(|error| failed(error.to_string()))?;
    let mut child = Command::new(own)
        .arg(keeper::SUBCOMMAND)
        .arg(program)
        // The browser must not get the secrets that the environment holds.
        .env_clear()
        .envs(
            PASSED_ON
                .iter()
                .filter_map(|name| Some((name, env::var_os(name)?))),
        )
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        // Ctrl-C in a terminal is for us; the keeper ends after us.
        .process_group(0)
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    let stderr = child.stderr.take();
    let kept = KeptBrowser(child);
    let stderr = stderr.ok_or_else(|| failed("it says nothing".to_owned()))?;
    let mut lines = BufReader::new(stderr.take(MOST_SAID)).lines();
    let listening = async {
        let mut last = String::new();
        while let Ok(Some(line)) = lines.next_line().await {
            if let Some(address) = line.trim().strip_prefix("DevTools listening on ") {
                return Ok(address.to_owned());
            }
            last = line;
        }
        Err(last)
    };
    match timeout(START, listening).await {
        Ok(Ok(address)) => Ok((address, kept)),
        Ok(Err(said)) => Err(failed(format!("it exited; its last output: {said}"))),
        Err(_) => Err(failed(format!(
            "it did not begin to listen within {START:?}"
        ))),
    }
}
